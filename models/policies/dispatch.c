/* dispatch: an expert goes to another hospital for a stint, treats there and
 * teaches, and is missed at home meanwhile. */

#include "models/policies/dispatch.h"

#include <string.h>

#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/state.h"

enum phase { BEFORE, ON_THE_WAY, THERE, ON_THE_WAY_BACK, OVER };

struct dispatch {
    enum phase phase;
    struct expert *expert;
    int32_t offer; /* at the destination */
    int64_t start_us, end_us, arrives_us;
};

static const struct dispatch_spec *spec_of(const struct policy *policy)
{
    return policy->head->own;
}

/* The same expert sent twice at once is a mistake of the scenario. */
static int check_conflicts(const struct world *world, const struct policy *policy, struct err *err)
{
    const struct dispatch *own = policy->state;
    for (const struct policy *other = world->policies; other < policy; other++) {
        const struct dispatch *state = other->state;
        if (other->ops != policy->ops || state->expert != own->expert)
            continue;
        if (own->start_us < state->end_us && state->start_us < own->end_us)
            return scenario_blame(
                world->scenario, &spec_of(policy)->expert, err,
                "policies \"%s\" and \"%s\" send the same expert at overlapping times; change the "
                "dates or the expert",
                other->head->name, policy->head->name);
    }
    return 0;
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    const struct dispatch_spec *spec = spec_of(policy);
    const struct scenario *scenario = world->scenario;
    struct dispatch *state = policy->state;
    state->expert = &world->experts.expert[spec->expert];
    state->start_us = policy_time(world, spec->start_us);
    state->end_us = spec->stint.months == 0 && spec->stint.us == 0
                        ? INT64_MAX
                        : policy_time(world, key_span_after(spec->start_us, spec->stint));
    policy->period->from_us = state->start_us;
    policy->period->to_us = state->end_us;
    uint32_t facility = 0;
    if (facilities_refer(&world->facilities, scenario, &spec->to, &facility, err) != 0)
        return -1;
    const struct offer *offer = facility_offer(&world->facilities, facility, (uint32_t)spec->service);
    if (offer == NULL)
        return scenario_blame(
            scenario, &spec->to, err,
            "the facility \"%s\" does not list this service; add it to its services (staff = 0 will "
            "do)",
            world->facilities.facility[facility].id);
    state->offer = (int32_t)(offer - world->facilities.offer);
    if (state->start_us < 0)
        return scenario_blame(
            scenario, &spec->start_us, err,
            "the policy starts before the run; begin the scenario earlier or the policy later");
    return check_conflicts(world, policy, err);
}

static int64_t way_us(const struct world *world, const struct dispatch *state)
{
    const struct facilities *facilities = &world->facilities;
    const uint32_t home = facilities->offer[state->expert->home_offer].facility;
    const uint32_t there = facilities->offer[state->offer].facility;
    return geography_travel(&world->geography, facilities->facility[home].place,
                            facilities->facility[there].place)
        .us;
}

static int add_trainees(struct world *world, const struct policy *policy, struct err *err)
{
    const struct dispatch_spec *spec = spec_of(policy);
    struct offer *offer = &world->facilities.offer[((const struct dispatch *)policy->state)->offer];
    offer->on_duty = spec->on_duty;
    offer->assignment = spec->assignment;
    for (int64_t n = 0; n < spec->trainees; n++) {
        const struct person trainee =
            skill_new_trainee(offer, &world->services[offer->service], &world->rng, (uint32_t)offer->count);
        if (offer_add(offer, trainee, err) < 0)
            return -1;
    }
    return 0;
}

static int arrive(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    struct dispatch *state = policy->state;
    state->phase = THERE;
    if (add_trainees(world, policy, err) != 0)
        return -1;
    return expert_join(world, state->expert, state->offer, now_us, err);
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    struct dispatch *state = policy->state;
    if (state->phase == BEFORE && now_us >= state->start_us && state->expert->booked_by == NULL) {
        expert_leave(world, state->expert, now_us);
        state->expert->booked_by = policy->head->name;
        state->arrives_us = now_us + way_us(world, state);
        state->phase = ON_THE_WAY;
    }
    if (state->phase == ON_THE_WAY && now_us >= state->arrives_us && expert_is_free(world, state->expert))
        if (arrive(world, policy, now_us, err) != 0)
            return -1;
    if (state->phase == THERE && now_us >= state->end_us) {
        expert_leave(world, state->expert, now_us);
        state->arrives_us = now_us + way_us(world, state);
        state->phase = ON_THE_WAY_BACK;
    }
    if (state->phase == ON_THE_WAY_BACK && now_us >= state->arrives_us &&
        expert_is_free(world, state->expert)) {
        if (expert_join(world, state->expert, state->expert->home_offer, now_us, err) != 0)
            return -1;
        state->expert->booked_by = NULL;
        state->phase = OVER;
    }
    return 0;
}

/* clang-format off */
#define DISPATCH_STATE(ONE, ALL, NOT) \
    ONE(struct dispatch, phase) NOT(struct dispatch, expert) NOT(struct dispatch, offer) \
    NOT(struct dispatch, start_us) NOT(struct dispatch, end_us) ONE(struct dispatch, arrives_us)
STATE_LAYOUT(dispatch, struct dispatch, DISPATCH_STATE, 8);
/* clang-format on */

static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    (void)world;
    state_put_array(writer, &dispatch_layout, policy->state, 1);
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    (void)world;
    struct dispatch *state = policy->state;
    state_get_array(reader, &dispatch_layout, state, 1);
    if (state->phase > OVER)
        state_refuse(reader, "has a stint in a phase that does not exist; make it again");
}

const struct policy_ops dispatch_ops = {.keys = &dispatch_kind,
                                        .state_size = sizeof(struct dispatch),
                                        .prepare = prepare,
                                        .plan = plan,
                                        .save = save,
                                        .restore = restore};
