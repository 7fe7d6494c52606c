#include "models/facility.h"

#include <string.h>

/* The list's element that a reference names, and the place code where it names one of those of a rule. */
static const struct facility_spec *referred(const struct scenario *scenario, int32_t reference,
                                            const char **code)
{
    const size_t count = scenario->facilities.count;
    *code = NULL;
    if ((size_t)reference < count)
        return SCENARIO_ITEM(scenario->facilities, struct facility_spec, (size_t)reference);
    const struct facility_made *made = &scenario->made[(size_t)reference - count];
    *code = made->code;
    return SCENARIO_ITEM(scenario->facilities, struct facility_spec, (size_t)made->rule);
}

/* Whether a facility is the one that a rule makes at a place, or one of all that it makes (code NULL). */
static bool is_made(const struct facilities *facilities, const struct facility_spec *spec, size_t facility,
                    const char *code)
{
    const struct facility *at = &facilities->facility[facility];
    if (at->rule != spec->rule) /* the same text of the scenario, not an equal one */
        return false;
    return code == NULL || strcmp(strrchr(at->id, '.') + 1, code) == 0;
}

static int64_t find_made(const struct facilities *facilities, const struct facility_spec *spec,
                         const char *code)
{
    for (size_t f = 0; f < facilities->count; f++)
        if (is_made(facilities, spec, f, code))
            return (int64_t)f;
    return -1;
}

int facilities_refer(const struct facilities *facilities, const struct scenario *scenario,
                     const int32_t *reference, uint32_t *facility, struct err *err)
{
    const char *code = NULL;
    const struct facility_spec *spec = referred(scenario, *reference, &code);
    const char *id = spec->id != NULL ? spec->id : spec->rule;
    if (spec->rule != NULL && code == NULL) {
        const int64_t first = find_made(facilities, spec, NULL);
        return scenario_blame(scenario, reference, err,
                              "\"%s\" is a rule that makes several facilities; name one of them, such as "
                              "\"%s\"",
                              id, first < 0 ? "ID.CODE" : facilities->facility[first].id);
    }
    const int64_t at =
        spec->rule != NULL ? find_made(facilities, spec, code) : facilities_find(facilities, spec->id);
    if (at < 0)
        return scenario_blame(scenario, reference, err,
                              "the rule \"%s\" makes no facility in a place with the code \"%s\"; use the "
                              "code of a place that the scenario selects and the rule does not except",
                              id, code != NULL ? code : "");
    *facility = (uint32_t)at;
    return 0;
}

/* How many facilities a reference names, written behind those that are there. */
static size_t gather(const struct facilities *facilities, const struct scenario *scenario, int32_t reference,
                     uint32_t *into)
{
    const char *code = NULL;
    const struct facility_spec *spec = referred(scenario, reference, &code);
    size_t count = 0;
    for (size_t f = 0; f < facilities->count; f++)
        if (is_made(facilities, spec, f, code))
            into[count++] = (uint32_t)f;
    return count;
}

static int gather_into(const struct facilities *facilities, const struct scenario *scenario,
                       const int32_t *reference, struct facility_group *group, struct err *err)
{
    const char *code = NULL;
    size_t more = 1;
    if (referred(scenario, *reference, &code)->rule != NULL && code == NULL)
        more = gather(facilities, scenario, *reference, &group->facility[group->count]);
    else if (facilities_refer(facilities, scenario, reference, &group->facility[group->count], err) != 0)
        return -1;
    for (size_t i = 0; i < group->count; i++)
        for (size_t k = 0; k < more; k++)
            if (group->facility[i] == group->facility[group->count + k])
                return scenario_blame(scenario, reference, err,
                                      "the facility \"%s\" stands in this list twice; keep one of them",
                                      facilities->facility[group->facility[i]].id);
    group->count += more;
    return 0;
}

int facilities_gather_one(const struct facilities *facilities, const struct scenario *scenario,
                          const int32_t *reference, struct arena *arena, struct facility_group *group,
                          struct err *err)
{
    *group = (struct facility_group){
        .facility = arena_zeroed(arena, facilities->count + 1, sizeof *group->facility, err)};
    return group->facility == NULL ? -1 : gather_into(facilities, scenario, reference, group, err);
}

int facilities_gather(const struct facilities *facilities, const struct scenario *scenario,
                      const struct key_list *listed, struct arena *arena, struct facility_group *group,
                      struct err *err)
{
    /* Room for one more than all: each is taken before it is compared. */
    size_t room = 0;
    *group = (struct facility_group){.facility = NULL};
    if (__builtin_mul_overflow(facilities->count, (size_t)2, &room))
        return err_fail(err, "%zu facilities are too many", facilities->count);
    group->facility = arena_zeroed(arena, room + 1, sizeof *group->facility, err);
    int failed = group->facility == NULL ? -1 : 0;
    for (size_t i = 0; i < listed->count && failed == 0; i++)
        failed = gather_into(facilities, scenario,
                             &SCENARIO_ITEM(*listed, struct facility_listed, i)->facility, group, err);
    if (failed == 0 && listed->count > 0 && group->count == 0)
        return scenario_blame(
            scenario, listed, err,
            "the rules of this list make no facilities; name others, or select more places");
    return failed;
}
