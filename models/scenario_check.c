/* What no single key can say: how values must fit each other. */

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/arrivals.h"
#include "models/facility.h"
#include "models/scenario_read.h"

enum { NAMES = 256 };

/* A seed is a whole number of 64 bits. */
static int check_seed(const struct scenario *scenario, struct err *err)
{
    const char *seed = scenario->run.seed;
    errno = 0;
    if (seed[0] != '\0' && strspn(seed, "0123456789") == strlen(seed)) {
        (void)strtoull(seed, NULL, 10);
        if (errno == 0)
            return 0;
    }
    return scenario_blame(
        scenario, &scenario->run.seed, err,
        "\"%.40s\" is not a seed; write a whole number from 0 to 18446744073709551615 in quotes", seed);
}

static int check_bands(const struct scenario *scenario, struct err *err)
{
    const struct key_list *bands = &scenario->travel.bands;
    for (size_t i = 0; i < bands->count; i++) {
        const struct travel_band *band = SCENARIO_ITEM(*bands, struct travel_band, i);
        const bool is_last = i + 1 == bands->count;
        if (band->to_m == 0 && !is_last)
            return scenario_blame(scenario, band, err,
                                  "has no end and is not the last band; write to = \"100 km\";");
        if (i > 0 && band->to_m != 0 && band->to_m <= SCENARIO_ITEM(*bands, struct travel_band, i - 1)->to_m)
            return scenario_blame(scenario, band, err,
                                  "does not end farther than the band before; put them in order");
        if (is_last && band->to_m != 0)
            return scenario_blame(scenario, band, err,
                                  "is the last band and ends; take `to` away, so that it holds beyond");
    }
    return 0;
}

static int check_facility(const struct scenario *scenario, const struct facility_spec *facility,
                          struct err *err)
{
    if (facility->rule == NULL && facility->id == NULL)
        return scenario_blame(scenario, facility, err, "has neither id nor rule; write id = \"short_name\";");
    if (facility->rule == NULL && facility->place == NULL)
        return scenario_blame(scenario, facility, err, "has neither place nor rule; write place = \"CODE\";");
    if (facility->rule != NULL && facility->place != NULL)
        return scenario_blame(scenario, &facility->place, err,
                              "stands beside a rule, which makes one in every place; take one of them away");
    if (facility->level == LEVEL_ONLINE && facility->visits_us > 0)
        return scenario_blame(scenario, &facility->visits_us, err,
                              "is of an online hospital, whose doctors go nowhere; take it away");
    if (facility->rule == NULL && facility->except.count > 0)
        return scenario_blame(scenario, &facility->except, err, "is for rules only; take it away");
    if (facility->rule == NULL && facility->at.count > 0)
        return scenario_blame(scenario, &facility->at, err, "is for rules only; write place, or add a rule");
    return 0;
}

/* Wards and resources share the names of a facility's stations. */
static int check_resources(const struct scenario *scenario, const struct facility_spec *facility,
                           struct err *err)
{
    int status = 0;
    for (size_t i = 0; i < facility->resources.count; i++) {
        const struct key_count *resource = SCENARIO_ITEM(facility->resources, struct key_count, i);
        for (size_t j = 0; j < facility->beds.count; j++)
            if (strcmp(resource->name, SCENARIO_ITEM(facility->beds, struct key_count, j)->name) == 0)
                status = scenario_blame(scenario, resource, err,
                                        "has the name of a ward of beds; give it another");
    }
    return status;
}

static int check_timetable(const struct scenario *scenario, const struct station_spec *station,
                           struct err *err)
{
    for (size_t i = 0; i < station->timetable.count; i++) {
        const struct shift_spec *shift = SCENARIO_ITEM(station->timetable, struct shift_spec, i);
        if (shift->from_us >= station->cycle_us)
            return scenario_blame(scenario, shift, err,
                                  "begins after the end of the cycle; begin earlier or lengthen cycle");
        if (i > 0 && shift->from_us <= SCENARIO_ITEM(station->timetable, struct shift_spec, i - 1)->from_us)
            return scenario_blame(scenario, shift, err,
                                  "does not begin after the one before; put them in order of time");
    }
    return 0;
}

/* ---- conditions ---- */

static int check_shares(const struct scenario *scenario, const struct condition_spec *condition,
                        struct err *err)
{
    double sum = 0;
    if (condition->classes.count == 0)
        return 0;
    for (size_t i = 0; i < condition->classes.count; i++)
        sum += SCENARIO_ITEM(condition->classes, struct class_spec, i)->share;
    if (fabs(sum - 1) <= 1e-9)
        return 0;
    return scenario_blame(scenario, &condition->classes, err, "the shares sum to %.10g; make them sum to 1",
                          sum);
}

static int unknown_name(const struct scenario *scenario, const void *member, const char *name,
                        const char *what, const char *const *names, size_t count, struct err *err)
{
    const char *near = scenario_nearest(name, names, count);
    if (near != NULL)
        return scenario_blame(scenario, member, err, "\"%.60s\" is no %s; did you mean \"%s\"?", name, what,
                              near);
    return scenario_blame(scenario, member, err, "\"%.60s\" is no %s; name one that is, or take it away",
                          name, what);
}

static size_t class_names(const struct condition_spec *condition, const char **names)
{
    size_t count = 0;
    for (; count < condition->classes.count && count < NAMES; count++)
        names[count] = SCENARIO_ITEM(condition->classes, struct class_spec, count)->id;
    return count;
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static int check_class_names(const struct scenario *scenario, const struct condition_spec *condition,
                             struct err *err)
{
    const char *names[NAMES];
    const size_t count = class_names(condition, names);
    int status = 0;
    for (size_t i = 0; i < condition->outcomes.count; i++) {
        const struct key_list *by_class =
            &SCENARIO_ITEM(condition->outcomes, struct outcome_spec, i)->by_class;
        for (size_t j = 0; j < by_class->count; j++) {
            const struct named_real *term = SCENARIO_ITEM(*by_class, struct named_real, j);
            if (!is_among(term->name, names, count))
                status =
                    unknown_name(scenario, term, term->name, "class of this condition", names, count, err);
        }
    }
    return status;
}

static int check_sample(const struct scenario *scenario, struct err *err)
{
    int status = 0;
    for (size_t i = 0; i < scenario->places.sample_keeps.count; i++) {
        const char *const *level = SCENARIO_ITEM(scenario->places.sample_keeps, char *const, i);
        if (!is_among(*level, facility_level_names, FACILITY_LEVELS))
            status = unknown_name(scenario, &scenario->places.sample_keeps, *level, "level",
                                  facility_level_names, FACILITY_LEVELS, err);
    }
    return status;
}

static int check_groups(const struct scenario *scenario, struct err *err)
{
    return scenario->groups.count <= FACILITY_GROUPS
               ? 0
               : scenario_blame(scenario, &scenario->groups, err, "has %zu groups; use at most %d",
                                scenario->groups.count, FACILITY_GROUPS);
}

static size_t group_names(const struct scenario *scenario, const char *names[FACILITY_GROUPS])
{
    size_t count = 0;
    for (; count < scenario->groups.count && count < FACILITY_GROUPS; count++)
        names[count] = SCENARIO_ITEM(scenario->groups, struct group_spec, count)->name;
    return count;
}

static int check_names_of_terms(const struct scenario *scenario, const struct condition_spec *condition,
                                struct err *err)
{
    const char *groups[FACILITY_GROUPS];
    const size_t group_count = group_names(scenario, groups);
    const struct {
        const struct key_list *terms;
        const char *what;
        const char *const *names;
        size_t count;
    } lists[] = {{&condition->choice.group, "group of facilities", groups, group_count},
                 {&condition->choice.level, "level", facility_level_names, FACILITY_LEVELS},
                 {&condition->choice.ownership, "ownership", facility_ownership_names, FACILITY_OWNERSHIPS}};
    int status = 0;
    for (size_t l = 0; l < sizeof lists / sizeof lists[0]; l++)
        for (size_t i = 0; i < lists[l].terms->count; i++) {
            const struct named_real *term = SCENARIO_ITEM(*lists[l].terms, struct named_real, i);
            if (!is_among(term->name, lists[l].names, lists[l].count))
                status = unknown_name(scenario, term, term->name, lists[l].what, lists[l].names,
                                      lists[l].count, err);
        }
    return status;
}

/* What is asked for elsewhere, and where. */
static int check_remote(const struct scenario *scenario, const struct stage_spec *stage, struct err *err)
{
    const struct remote_spec *remote = &stage->remote;
    const bool asks = remote->needs.count > 0 || remote->service >= 0;
    if (remote->at < 0 && remote->service < 0 && (asks || remote->connection_us > 0))
        return scenario_blame(
            scenario, remote, err,
            "does not say who is asked; write at = \"ID\"; with a facility, or a service of "
            "which a policy says who gives it");
    if (remote->at < 0 && remote->connection_us > 0)
        return scenario_blame(scenario, &remote->connection_us, err,
                              "is said by the policy that says who is asked; take it away, or write at");
    if (remote->at >= 0 && !asks)
        return scenario_blame(scenario, &remote->at, err,
                              "is asked for nothing; write needs: { desk = 1; }; or service = \"ID\";");
    return 0;
}

/* A board that is renewed all the time is none. */
static int check_board(const struct scenario *scenario, struct err *err)
{
    const int64_t every_us = scenario->run.board_us;
    if (every_us > 0 && every_us < 60000000)
        return scenario_blame(scenario, &scenario->run.board_us, err,
                              "is too short; write \"1 min\" or more, or \"0 s\" for what is so at any time");
    return 0;
}

enum { FIRST_GIVEN = 2 };

static int check_condition(const struct scenario *scenario, const struct condition_spec *condition,
                           struct err *err)
{
    int status = arrivals_check(scenario, condition, err);
    for (size_t i = 0; i < condition->pathway.count; i++)
        if (check_remote(scenario, SCENARIO_ITEM(condition->pathway, struct stage_spec, i), err) != 0)
            status = -1;
    if (condition->classes.count > NAMES)
        return scenario_blame(scenario, &condition->classes, err, "has more than %d grades; use fewer",
                              NAMES);
    if (check_shares(scenario, condition, err) != 0 || check_class_names(scenario, condition, err) != 0 ||
        check_names_of_terms(scenario, condition, err) != 0)
        status = -1;
    if (condition->first == FIRST_GIVEN && condition->first_at < 0)
        status = scenario_blame(scenario, condition, err,
                                "has first = \"given\" without first_at; write first_at = \"ID\";");
    if (condition->first != FIRST_GIVEN && condition->first_at >= 0)
        status = scenario_blame(scenario, &condition->first_at, err,
                                "has no effect without first = \"given\"; write that, or take it away");
    return status;
}

/* ---- targets ---- */

static int check_target(const struct scenario *scenario, const struct target_spec *target, struct err *err)
{
    if (target->group >= 0 && target->at >= 0)
        return scenario_blame(scenario, &target->group, err, "stands beside at; take one of them away");
    if (target->on_us != 0 && (target->from_us != 0 || target->to_us != 0))
        return scenario_blame(scenario, &target->on_us, err,
                              "stands beside from or to; a target is of a day or of a period, take one away");
    if ((target->over_from_us == 0) != (target->over_to_us == 0))
        return scenario_blame(scenario, target, err,
                              "needs over_from and over_to together; give both, or none");
    if (target->over_from_us != 0 && target->over_to_us <= target->over_from_us)
        return scenario_blame(scenario, &target->over_to_us, err,
                              "is not after over_from; write a later date");
    if (target->over_from_us != 0 && target->on_us != 0)
        return scenario_blame(scenario, &target->on_us, err,
                              "stands beside over_from; a ratio is of periods, give from and to");
    if (target->from_us != 0 && target->to_us != 0 && target->to_us <= target->from_us)
        return scenario_blame(scenario, &target->to_us, err, "is not after from; write a later date");
    return 0;
}

static int check_dates(const struct scenario *scenario, struct err *err)
{
    const struct run_spec *run = &scenario->run;
    const int64_t from_us = key_span_after(run->start_us, run->warmup);
    const int64_t to_us = key_span_after(from_us, run->length);
    if (to_us == INT64_MAX || to_us - run->start_us > INT64_C(1000) * 366 * 86400 * 1000000)
        return scenario_blame(scenario, &run->length, err,
                              "ends more than 1000 years after the start; write less");
    return 0;
}

#define EACH(list, type, check)                                                                              \
    for (size_t i = 0; i < scenario->list.count; i++)                                                        \
        if (check(scenario, SCENARIO_ITEM(scenario->list, struct type, i), err) != 0)                        \
    status = -1

int scenario_check(const struct scenario *scenario, struct err *err)
{
    int status = check_seed(scenario, err);
    if (check_dates(scenario, err) != 0)
        status = -1;
    if (check_bands(scenario, err) != 0)
        status = -1;
    if (check_board(scenario, err) != 0)
        status = -1;
    if (check_sample(scenario, err) != 0 || check_groups(scenario, err) != 0)
        status = -1;
    EACH(facilities, facility_spec, check_facility);
    EACH(facilities, facility_spec, check_resources);
    EACH(stations, station_spec, check_timetable);
    EACH(conditions, condition_spec, check_condition);
    EACH(targets, target_spec, check_target);
    return status;
}
