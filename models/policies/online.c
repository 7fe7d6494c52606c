/* online: hospitals without a way to them open at a date. What they are, and which
 * grades of severity they take, the facilities say. */

#include "models/policies/online.h"

#include <string.h>

#include "models/policies/opening.h"
#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/state.h"

struct online {
    struct opening *opening; /* owned by the world's arena */
    size_t count;
};

static bool is_asked(const struct online_spec *spec, const struct facility *facility)
{
    bool asked = spec->facilities.count == 0;
    for (size_t i = 0; i < spec->facilities.count; i++)
        asked = asked || strcmp(*SCENARIO_ITEM(spec->facilities, char *const, i), facility->id) == 0;
    return asked && facility->level == LEVEL_ONLINE && facility->declared_closed;
}

static int check_names(const struct world *world, const struct online_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->facilities.count; i++) {
        const char *id = *SCENARIO_ITEM(spec->facilities, char *const, i);
        const int64_t at = facilities_find(&world->facilities, id);
        if (at < 0 || !is_asked(spec, &world->facilities.facility[at]))
            return scenario_blame(world->scenario, &spec->facilities, err,
                                  "\"%s\" is no online hospital that is closed; name a facility with level = "
                                  "\"online\" and closed = true",
                                  id);
    }
    return 0;
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    const struct online_spec *spec = policy->head->own;
    struct online *state = policy->state;
    const struct facilities *facilities = &world->facilities;
    if (opening_check_start(world, policy, &spec->start_us, err) != 0 || check_names(world, spec, err) != 0)
        return -1;
    state->opening = arena_zeroed(&world->arena, facilities->count, sizeof *state->opening, err);
    if (state->opening == NULL)
        return -1;
    for (uint32_t f = 0; f < facilities->count; f++) {
        if (!is_asked(spec, &facilities->facility[f]))
            continue;
        struct opening *opening = &state->opening[state->count++];
        *opening = (struct opening){.facility = f,
                                    .start_us = policy_time(world, spec->start_us),
                                    .ramp = spec->ramp,
                                    .ramp_from = spec->ramp_from,
                                    .cost_fen = spec->cost_fen,
                                    .cost_per_year_fen = spec->cost_per_year_fen};
        if (opening_check(world, opening, &spec->start_us, err) != 0)
            return -1;
    }
    if (state->count == 0)
        return scenario_blame(
            world->scenario, policy->head, err,
            "finds no online hospital to open; give a facility level = \"online\" and closed "
            "= true");
    return 0;
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    (void)err;
    struct online *state = policy->state;
    for (size_t i = 0; i < state->count; i++)
        opening_plan(world, &state->opening[i], now_us);
    return 0;
}

static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    (void)world;
    const struct online *state = policy->state;
    for (size_t i = 0; i < state->count; i++)
        opening_save(&state->opening[i], writer);
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    struct online *state = policy->state;
    for (size_t i = 0; i < state->count; i++)
        opening_restore(world, &state->opening[i], reader);
}

const struct policy_ops online_ops = {.keys = &online_kind,
                                      .state_size = sizeof(struct online),
                                      .prepare = prepare,
                                      .plan = plan,
                                      .save = save,
                                      .restore = restore};
