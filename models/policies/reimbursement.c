/* reimbursement: from a date on insurance pays other shares. */

#include "models/policies/reimbursement.h"

#include <string.h>

#include "models/policies/opening.h"
#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/state.h"

struct reimbursement {
    bool begun;
};

static const char *const relation_names[GEOGRAPHY_RELATIONS] = {"county", "prefecture", "province",
                                                                "elsewhere"};

static int find(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static int check_names(const struct world *world, const struct key_list *list, const char *const *names,
                       int count, const char *what, struct err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct named_real *item = SCENARIO_ITEM(*list, struct named_real, i);
        if (find(names, count, item->name) < 0)
            return scenario_blame(world->scenario, item, err, "\"%s\" is no %s; write \"%s\", say",
                                  item->name, what, names[count - 1]);
    }
    return 0;
}

static const struct named_real *share_named(const struct key_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(SCENARIO_ITEM(*list, struct named_real, i)->name, name) == 0)
            return SCENARIO_ITEM(*list, struct named_real, i);
    return NULL;
}

static int check_twice(const struct world *world, const struct key_list *own, const struct key_list *theirs,
                       const char *other, struct err *err)
{
    for (size_t i = 0; i < own->count; i++) {
        const struct named_real *share = SCENARIO_ITEM(*own, struct named_real, i);
        if (share_named(theirs, share->name) != NULL)
            return scenario_blame(
                world->scenario, share, err,
                "is set by \"%s\" too, on the same day; take it from one of them, or change "
                "a start (a later one replaces an earlier one)",
                other);
    }
    return 0;
}

static int check_others(const struct world *world, const struct policy *policy, struct err *err)
{
    const struct reimbursement_spec *own = policy->head->own;
    for (const struct policy *other = world->policies; other < policy; other++) {
        const struct reimbursement_spec *theirs = other->head->own;
        if (other->ops == policy->ops && theirs->start_us == own->start_us &&
            (check_twice(world, &own->level, &theirs->level, other->head->name, err) != 0 ||
             check_twice(world, &own->distance, &theirs->distance, other->head->name, err) != 0))
            return -1;
    }
    return 0;
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    const struct reimbursement_spec *spec = policy->head->own;
    if (spec->level.count == 0 && spec->distance.count == 0)
        return scenario_blame(world->scenario, policy->head, err,
                              "changes nothing; give shares by level or by distance");
    return opening_check_start(world, policy, &spec->start_us, err) != 0 ||
                   check_names(world, &spec->level, facility_level_names, FACILITY_LEVELS, "level", err) !=
                       0 ||
                   check_names(world, &spec->distance, relation_names, GEOGRAPHY_RELATIONS,
                               "distance from home", err) != 0 ||
                   check_others(world, policy, err) != 0
               ? -1
               : 0;
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    (void)err;
    const struct reimbursement_spec *spec = policy->head->own;
    struct reimbursement *state = policy->state;
    if (state->begun || now_us < policy->period->from_us)
        return 0;
    state->begun = true;
    for (size_t i = 0; i < spec->level.count; i++) {
        const struct named_real *share = SCENARIO_ITEM(spec->level, struct named_real, i);
        world->rules->by_level[find(facility_level_names, FACILITY_LEVELS, share->name)] = share->value;
    }
    for (size_t i = 0; i < spec->distance.count; i++) {
        const struct named_real *added = SCENARIO_ITEM(spec->distance, struct named_real, i);
        world->rules->by_distance[find(relation_names, GEOGRAPHY_RELATIONS, added->name)] = added->value;
    }
    rules_changed(world);
    return 0;
}

/* The shares themselves are saved with the rules. */
static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    (void)world;
    state_put_u64(writer, ((const struct reimbursement *)policy->state)->begun);
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    (void)world;
    ((struct reimbursement *)policy->state)->begun = state_get_up_to(reader, 1) != 0;
}

const struct policy_ops reimbursement_ops = {.keys = &reimbursement_kind,
                                             .state_size = sizeof(struct reimbursement),
                                             .prepare = prepare,
                                             .plan = plan,
                                             .save = save,
                                             .restore = restore};
