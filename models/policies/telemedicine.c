/* telemedicine: members of a network are advised, guided and watched from afar. */

#include "models/policies/telemedicine.h"

#include <string.h>

#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/state.h"

struct telemedicine {
    struct network network;
    int64_t resource; /* whose patients are watched; -1 */
    uint32_t *stage;  /* follow-ups; owned by the arena */
    size_t stages;
    bool on;
};

static const struct telemedicine_spec *spec_of(const struct policy *policy)
{
    return policy->head->own;
}

/* --- watching --- */

static int64_t beds_of(const struct world *world, uint32_t facility, int64_t resource)
{
    const int32_t ward = facility_ward(&world->facilities, facility, (uint32_t)resource);
    const int64_t beds = ward < 0 ? 0 : world->facilities.ward[ward].station.servers;
    return beds > INT32_MAX ? INT32_MAX : beds;
}

static int claim_watch(struct world *world, const struct policy *policy, struct telemedicine *state,
                       struct err *err)
{
    const struct telemedicine_watch *watch = &spec_of(policy)->watch;
    state->resource = -1;
    if (watch->resource == NULL && watch->places > 0)
        return scenario_blame(world->scenario, &watch->places, err,
                              "does not say whose patients are watched; write resource = \"icu\";");
    if (watch->resource == NULL || watch->places == 0)
        return 0;
    state->resource = facilities_resource(&world->facilities, watch->resource);
    if (state->resource < 0)
        return scenario_blame(world->scenario, &watch->resource, err,
                              "no facility has the resource \"%s\"; add it to beds or resources of one, or "
                              "correct the name",
                              watch->resource);
    for (size_t m = 0; m < state->network.members; m++) {
        struct afar_site *site = &world->afar.site[state->network.member[m]];
        if (site->resource >= 0)
            return scenario_blame(world->scenario, watch, err,
                                  "patients of \"%s\" are watched by another policy as well; leave it to one",
                                  world->facilities.facility[state->network.member[m]].id);
        site->resource = state->resource;
    }
    return 0;
}

/* By beds, rounded down; what is left goes to the first members that have more beds than places. */
static void share_places(struct world *world, const struct policy *policy, struct telemedicine *state)
{
    const struct network *network = &state->network;
    int64_t places = network->on ? spec_of(policy)->watch.places : 0, beds = 0, left = places;
    for (size_t m = 0; m < network->members; m++)
        beds += beds_of(world, network->member[m], state->resource);
    for (size_t m = 0; m < network->members; m++) {
        struct afar_site *site = &world->afar.site[network->member[m]];
        const int64_t own = beds_of(world, network->member[m], state->resource);
        site->watch_limit = places >= beds ? own : places * own / beds;
        left -= site->watch_limit;
    }
    for (size_t m = 0; m < network->members && left > 0 && places < beds; m++) {
        struct afar_site *site = &world->afar.site[network->member[m]];
        if (site->watch_limit < beds_of(world, network->member[m], state->resource)) {
            site->watch_limit++;
            left--;
        }
    }
}

/* --- follow-up --- */

static int64_t find_stage(const struct world *world, const char *name)
{
    for (size_t c = 0; c < world->pathways.count; c++) {
        const struct condition *condition = &world->pathways.condition[c];
        const size_t length = strlen(condition->id);
        for (uint32_t s = 0; s < condition->stage_count; s++)
            if (strncmp(name, condition->id, length) == 0 && name[length] == '.' &&
                strcmp(name + length + 1, world->pathways.stage[condition->first_stage + s].spec->id) == 0)
                return condition->first_stage + s;
    }
    return -1;
}

static int claim_follow_up(struct world *world, const struct policy *policy, struct telemedicine *state,
                           struct err *err)
{
    const struct key_list *names = &spec_of(policy)->follow_up;
    state->stage = arena_zeroed(&world->arena, names->count, sizeof *state->stage, err);
    if (state->stage == NULL)
        return -1;
    for (size_t i = 0; i < names->count; i++) {
        const char *name = *SCENARIO_ITEM(*names, char *const, i);
        const int64_t at = find_stage(world, name);
        if (at < 0)
            return scenario_blame(world->scenario, names, err,
                                  "no condition has the stage \"%s\"; write CONDITION.STAGE", name);
        const struct stage *stage = &world->pathways.stage[at];
        if (stage->at < 0 || (stage->need_count == 0 && stage->service < 0))
            return scenario_blame(
                world->scenario, names, err,
                "the stage \"%s\" is not had at one facility with what that has; give it at, "
                "and needs or service",
                name);
        if (stage->from_afar >= 0)
            return scenario_blame(world->scenario, names, err,
                                  "the stage \"%s\" is listed twice, here or by another policy; keep one",
                                  name);
        pathways_follow_up(&world->pathways, &world->facilities, (uint32_t)at,
                           state->network.spec->connection_us);
        if (state->network.spec->connection_us < world->afar.least_connection_us)
            world->afar.least_connection_us = state->network.spec->connection_us;
        state->stage[state->stages++] = (uint32_t)at;
    }
    return 0;
}

static void follow_up(struct world *world, const struct telemedicine *state)
{
    for (size_t i = 0; i < state->stages; i++)
        world->pathways.stage[state->stage[i]].follows = state->on;
}

/* --- the policy --- */

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    struct telemedicine *state = policy->state;
    if (network_prepare(world, policy, &spec_of(policy)->network, &state->network, err) != 0 ||
        claim_watch(world, policy, state, err) != 0)
        return -1;
    return claim_follow_up(world, policy, state, err);
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    (void)err;
    struct telemedicine *state = policy->state;
    const bool on = network_plan(world, policy, &state->network, now_us), changes = on != state->on;
    state->on = on;
    if (state->resource >= 0 && (on || changes))
        share_places(world, policy, state); /* beds may have been added */
    if (changes)
        follow_up(world, state);
    return 0;
}

/* Whom members ask, and how many are watched, is saved with what they have from afar. */
static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    (void)world;
    state_put_u64(writer, ((const struct telemedicine *)policy->state)->on);
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    struct telemedicine *state = policy->state;
    state->on = state->network.on = state_get_up_to(reader, 1) != 0;
    follow_up(world, state);
}

const struct policy_ops telemedicine_ops = {.keys = &telemedicine_kind,
                                            .state_size = sizeof(struct telemedicine),
                                            .prepare = prepare,
                                            .plan = plan,
                                            .save = save,
                                            .restore = restore};
