/* tiering: patients see the first levels first; others ask for a referral; who has
 * been treated recovers near home. */

#include "models/policies/tiering.h"

#include <string.h>

#include "models/policies/opening.h"
#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/state.h"

struct tiering {
    bool begun;
    uint32_t first_levels;
};

static int find_level(const char *name)
{
    for (int level = 0; level < FACILITY_LEVELS; level++)
        if (strcmp(facility_level_names[level], name) == 0)
            return level;
    return -1;
}

static int set_levels(const struct world *world, const struct tiering_spec *spec, struct tiering *state,
                      struct err *err)
{
    state->first_levels = 1U << LEVEL_ONLINE;
    if (spec->first.count == 0)
        state->first_levels |= 1U << LEVEL_VILLAGE | 1U << LEVEL_TOWNSHIP | 1U << LEVEL_COUNTY;
    for (size_t i = 0; i < spec->first.count; i++) {
        const char *name = *SCENARIO_ITEM(spec->first, char *const, i);
        const int level = find_level(name);
        if (level < 0) {
            const char *near = scenario_nearest(name, facility_level_names, FACILITY_LEVELS);
            return scenario_blame(world->scenario, &spec->first, err, "\"%s\" is no level; %s%s%s", name,
                                  near != NULL ? "did you mean \"" : "write \"county\", say",
                                  near != NULL ? near : "", near != NULL ? "\"?" : "");
        }
        state->first_levels |= 1U << level;
    }
    return 0;
}

static int64_t find_condition(const struct world *world, const char *id, size_t length)
{
    for (size_t c = 0; c < world->pathways.count; c++)
        if (strlen(world->pathways.condition[c].id) == length &&
            strncmp(world->pathways.condition[c].id, id, length) == 0)
            return (int64_t)c;
    return -1;
}

/* The stage that "CONDITION.STAGE" names, or NULL. */
static struct stage *find_stage(struct world *world, const char *name)
{
    const char *dot = strchr(name, '.');
    const int64_t c = dot == NULL ? -1 : find_condition(world, name, (size_t)(dot - name));
    if (c < 0)
        return NULL;
    const struct condition *condition = &world->pathways.condition[c];
    for (uint32_t s = 0; s < condition->stage_count; s++) {
        struct stage *stage = &world->pathways.stage[condition->first_stage + s];
        if (strcmp(stage->spec->id, dot + 1) == 0)
            return stage;
    }
    return NULL;
}

static int check_stages(struct world *world, const struct tiering_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->back.count; i++) {
        const char *name = *SCENARIO_ITEM(spec->back, char *const, i);
        const struct stage *stage = find_stage(world, name);
        if (stage == NULL)
            return scenario_blame(world->scenario, &spec->back, err,
                                  "no condition has the stage \"%s\"; write CONDITION.STAGE", name);
        if (stage->ward >= 0 || stage->among != NULL || stage->at >= 0)
            return scenario_blame(world->scenario, &spec->back, err,
                                  "\"%s\" is had at a station or facility of its own, nowhere else; name "
                                  "another stage",
                                  name);
    }
    for (size_t i = 0; i < spec->except.count; i++) {
        const char *id = *SCENARIO_ITEM(spec->except, char *const, i);
        if (find_condition(world, id, strlen(id)) < 0)
            return scenario_blame(world->scenario, &spec->except, err,
                                  "no condition has the id \"%s\"; correct it", id);
    }
    return 0;
}

/* Both would be in force from the later start on. */
static int check_others(const struct world *world, const struct policy *policy, struct err *err)
{
    for (const struct policy *other = world->policies; other < policy; other++)
        if (other->ops == policy->ops)
            return scenario_blame(
                world->scenario, policy->head, err,
                "\"%s\" says already who needs a referral, and has no end; keep one of the two",
                other->head->name);
    return 0;
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    const struct tiering_spec *spec = policy->head->own;
    if (spec->rule == TIERING_STRICT && spec->unreferred > 0)
        return scenario_blame(world->scenario, &spec->unreferred, err,
                              "concerns nobody where nobody is seen without a referral; take it away, or "
                              "choose rule = \"penalty\"");
    return opening_check_start(world, policy, &spec->start_us, err) != 0 ||
                   set_levels(world, spec, policy->state, err) != 0 || check_stages(world, spec, err) != 0 ||
                   check_others(world, policy, err) != 0
               ? -1
               : 0;
}

/* Who needs no referral, and what is had back near home. */
static void set_pathways(struct world *world, const struct tiering_spec *spec)
{
    for (size_t i = 0; i < spec->except.count; i++) {
        const char *id = *SCENARIO_ITEM(spec->except, char *const, i);
        world->rules->exempt[find_condition(world, id, strlen(id))] = true;
    }
    for (size_t i = 0; i < spec->back.count; i++)
        find_stage(world, *SCENARIO_ITEM(spec->back, char *const, i))->choice = CHOICE_BACK;
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    const struct tiering_spec *spec = policy->head->own;
    struct tiering *state = policy->state;
    if (state->begun || now_us < policy->period->from_us)
        return 0;
    state->begun = true;
    set_pathways(world, spec);
    return rules_tier(world, state->first_levels, spec->rule == TIERING_STRICT, spec->unreferred, err);
}

/* Who is refused where is saved with the rules. */
static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    (void)world;
    state_put_u64(writer, ((const struct tiering *)policy->state)->begun);
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    struct tiering *state = policy->state;
    state->begun = state_get_up_to(reader, 1) != 0;
    if (state->begun)
        set_pathways(world, policy->head->own);
}

const struct policy_ops tiering_ops = {.keys = &tiering_kind,
                                       .state_size = sizeof(struct tiering),
                                       .prepare = prepare,
                                       .plan = plan,
                                       .save = save,
                                       .restore = restore};
