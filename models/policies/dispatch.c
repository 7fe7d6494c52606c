/* dispatch: experts go to another hospital for a stint, treat there and teach, and
 * are missed at home meanwhile. */

#include "models/policies/dispatch.h"

#include <math.h>

#include "models/need.h"
#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/state.h"

#define YEAR_US (INT64_C(365) * 86400000000)
#define WEEK_US (INT64_C(7) * 86400000000)

struct dispatch {
    struct rota rota;
    struct facility_group to;
};

static const struct dispatch_spec *spec_of(const struct policy *policy)
{
    return policy->head->own;
}

/* One of two keys, and not both. */
static int check_either(const struct world *world, const void *blame, bool one, bool other, const char *names,
                        struct err *err)
{
    if (one != other)
        return 0;
    return scenario_blame(world->scenario, blame, err, "%s: %s; give one of the two", names,
                          one ? "both are given" : "neither is given");
}

static int gather_destinations(struct world *world, const struct dispatch_spec *spec, struct dispatch *state,
                               struct err *err)
{
    if (check_either(world, &spec->to, spec->to >= 0, spec->among.count > 0, "to, among", err) != 0)
        return -1;
    if (spec->to < 0)
        return facilities_gather(&world->facilities, world->scenario, &spec->among, &world->arena, &state->to,
                                 err);
    state->to.facility = arena_zeroed(&world->arena, 1, sizeof *state->to.facility, err);
    state->to.count = 1;
    return state->to.facility == NULL
               ? -1
               : facilities_refer(&world->facilities, world->scenario, &spec->to, state->to.facility, err);
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    const struct dispatch_spec *spec = spec_of(policy);
    struct dispatch *state = policy->state;
    if (check_either(world, &spec->expert, spec->expert >= 0, spec->team.count > 0, "expert, team", err) != 0)
        return -1;
    if (gather_destinations(world, spec, state, err) != 0)
        return -1;
    const size_t kinds = spec->expert >= 0 ? 1 : spec->team.count;
    struct rota_team *teams = arena_zeroed(&world->arena, kinds, sizeof *teams, err);
    if (teams == NULL)
        return -1;
    if (spec->expert >= 0) {
        if (rota_team_of(world, &spec->expert, spec->experts, spec->service, &teams[0], err) != 0)
            return -1;
    }
    for (size_t t = 0; t < spec->team.count; t++) {
        const struct dispatch_member *member = SCENARIO_ITEM(spec->team, struct dispatch_member, t);
        if (rota_team_of(world, &member->expert, member->number, spec->service, &teams[t], err) != 0)
            return -1;
    }
    const struct rota_plan rota = {.spec = &spec->rota,
                                   .team = teams,
                                   .teams = kinds,
                                   .to = state->to.facility,
                                   .destinations = state->to.count,
                                   .blame = spec->to >= 0 ? (const void *)&spec->to : &spec->among};
    return rota_init(&state->rota, world, policy, &rota, err);
}

static int32_t service_of(const struct world *world, const struct rota_errand *errand)
{
    return errand->service >= 0 ? errand->service : world->experts.expert[errand->expert].spec->service;
}

/* Cases that people of a post can do in a time with their working weeks. */
static double cases_in(const struct world *world, const struct rota *rota, const struct rota_post *post,
                       int64_t time_us)
{
    const struct rota_errand *errand = &rota->errand[post->first];
    const int64_t case_us = need_case_us(world, service_of(world, errand));
    if (case_us == 0)
        return INFINITY;
    const double weeks = (double)time_us / (double)WEEK_US;
    return (double)post->number * weeks * (double)world->experts.expert[errand->expert].spec->week_us /
           (double)case_us;
}

/* Patients in need whom a batch that leaves now would treat there: as many as come in its time on the spot,
 * as in the year before, and as its hours allow. */
static double gain_at(const struct world *world, const struct rota *rota, uint32_t facility, int64_t now_us)
{
    const int64_t end_us = rota_end(rota, world, now_us);
    const int64_t stint_us = end_us == INT64_MAX ? YEAR_US : end_us - now_us;
    double sum = 0;
    for (size_t p = 0; p < rota->posts; p++) {
        const struct rota_errand *errand = &rota->errand[rota->post[p].first];
        const struct expert *expert = &world->experts.expert[errand->expert];
        const uint32_t home = world->facilities.offer[expert->home_offer].facility;
        const int64_t way_us = geography_travel(&world->geography, world->facilities.facility[home].place,
                                                world->facilities.facility[facility].place)
                                   .us;
        const int64_t there_us = stint_us > way_us ? stint_us - way_us : 0;
        const int64_t known_us = now_us < YEAR_US ? now_us + 1 : YEAR_US;
        const double come = (double)need_unmet(world, facility, service_of(world, errand), now_us) *
                            (double)there_us / (double)known_us;
        sum += fmin(come, cases_in(world, rota, &rota->post[p], there_us));
    }
    return sum;
}

static double need_at(const struct world *world, const struct rota *rota, uint32_t facility, int64_t now_us)
{
    double sum = 0;
    for (size_t p = 0; p < rota->posts; p++)
        sum += (double)need_unmet(world, facility, service_of(world, &rota->errand[rota->post[p].first]),
                                  now_us);
    return sum;
}

/* Of those where nobody of an earlier batch is, while there are any; the first of equals. */
static uint32_t choose(const struct world *world, const struct dispatch *state, int order, int64_t now_us)
{
    const struct rota *rota = &state->rota;
    if (order == DISPATCH_IN_TURN || state->to.count == 1)
        return state->to.facility[(size_t)rota->sent % state->to.count];
    uint32_t best = state->to.facility[0];
    double most = -1;
    bool best_helped = true;
    for (size_t d = 0; d < state->to.count; d++) {
        const uint32_t facility = state->to.facility[d];
        const bool helped = rota_is_at(rota, facility);
        const double value = order == DISPATCH_NEED ? need_at(world, rota, facility, now_us)
                                                    : gain_at(world, rota, facility, now_us);
        if (helped > best_helped || (helped == best_helped && value <= most))
            continue;
        best = facility;
        most = value;
        best_helped = helped;
    }
    return best;
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    struct dispatch *state = policy->state;
    while (rota_due(&state->rota, now_us))
        rota_send(&state->rota, world, choose(world, state, spec_of(policy)->order, now_us));
    return rota_move(&state->rota, world, now_us, err);
}

static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    rota_save(&((const struct dispatch *)policy->state)->rota, world, writer);
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    rota_restore(&((struct dispatch *)policy->state)->rota, world, reader);
}

const struct policy_ops dispatch_ops = {.keys = &dispatch_kind,
                                        .state_size = sizeof(struct dispatch),
                                        .prepare = prepare,
                                        .plan = plan,
                                        .save = save,
                                        .restore = restore};
