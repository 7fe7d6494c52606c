/* alliance: a hub answers, guides and trains its members, helps them to open clinics, and takes their
 * patients. */

#include "models/policies/alliance.h"

#include <math.h>
#include <string.h>

#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/state.h"

struct clinic {
    struct facility_group at;
    int64_t on_us;
    bool open;
};

struct alliance {
    struct network network;
    struct clinic *clinic; /* one for each of the spec's; owned by the arena */
    int64_t *next_us;      /* when each session is due; likewise */
    bool on, begun;
};

static const struct alliance_spec *spec_of(const struct policy *policy)
{
    return policy->head->own;
}

static const struct alliance_session *session_of(const struct alliance_spec *spec, size_t i)
{
    return SCENARIO_ITEM(spec->sessions, struct alliance_session, i);
}

static const struct alliance_clinic *clinic_of(const struct alliance_spec *spec, size_t i)
{
    return SCENARIO_ITEM(spec->clinics, struct alliance_clinic, i);
}

static struct offer *offer_of(struct world *world, uint32_t facility, int32_t service)
{
    return facility_offer(&world->facilities, facility, (uint32_t)service);
}

/* --- before the run --- */

static int check_listed(struct world *world, const int32_t *service, uint32_t facility, struct err *err)
{
    if (offer_of(world, facility, *service) != NULL)
        return 0;
    return scenario_blame(world->scenario, service, err,
                          "the facility \"%s\" does not list this service; add it to its services (staff = 0 "
                          "will do)",
                          world->facilities.facility[facility].id);
}

static int prepare_clinic(struct world *world, const struct alliance *state,
                          const struct alliance_clinic *spec, struct clinic *clinic, struct err *err)
{
    clinic->on_us = policy_time(world, spec->on_us);
    if (clinic->on_us < state->network.start_us || clinic->on_us >= state->network.end_us)
        return scenario_blame(
            world->scenario, &spec->on_us, err,
            "is not while the alliance lasts; write a day from its start on, before its end");
    if (facilities_gather_one(&world->facilities, world->scenario, &spec->facility, &world->arena,
                              &clinic->at, err) != 0)
        return -1;
    for (size_t i = 0; i < clinic->at.count; i++) {
        if (!network_has(&state->network, clinic->at.facility[i]))
            return scenario_blame(
                world->scenario, &spec->facility, err,
                "\"%s\" is no member of the alliance; add it to members, or name one that is",
                world->facilities.facility[clinic->at.facility[i]].id);
        if (check_listed(world, &spec->service, clinic->at.facility[i], err) != 0)
            return -1;
    }
    return 0;
}

static int prepare_lists(struct world *world, const struct policy *policy, struct alliance *state,
                         struct err *err)
{
    const struct alliance_spec *spec = spec_of(policy);
    state->clinic = arena_zeroed(&world->arena, spec->clinics.count, sizeof *state->clinic, err);
    state->next_us = arena_zeroed(&world->arena, spec->sessions.count, sizeof *state->next_us, err);
    if (state->clinic == NULL || state->next_us == NULL)
        return -1;
    for (size_t i = 0; i < spec->clinics.count; i++)
        if (prepare_clinic(world, state, clinic_of(spec, i), &state->clinic[i], err) != 0)
            return -1;
    for (size_t i = 0; i < spec->sessions.count; i++)
        state->next_us[i] = state->network.start_us + session_of(spec, i)->every_us;
    for (size_t i = 0; i < spec->trainees.count; i++)
        for (size_t m = 0; m < state->network.members; m++)
            if (check_listed(world, &SCENARIO_ITEM(spec->trainees, struct alliance_trainees, i)->service,
                             state->network.member[m], err) != 0)
                return -1;
    return 0;
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    struct alliance *state = policy->state;
    const struct alliance_spec *spec = spec_of(policy);
    if (network_prepare(world, policy, &spec->network, &state->network, err) != 0)
        return -1;
    if (state->network.hub < 0)
        return scenario_blame(world->scenario, policy->head, err,
                              "an alliance has a hub; write hub = \"ID\"; with the facility that leads it");
    for (const struct policy *other = world->policies; other < policy && spec->referral; other++) {
        if (other->ops != policy->ops || !spec_of(other)->referral)
            continue;
        const struct network *theirs = &((const struct alliance *)other->state)->network;
        for (size_t m = 0; m < state->network.members; m++)
            if (network_has(theirs, state->network.member[m]))
                return scenario_blame(
                    world->scenario, &spec->network.members, err,
                    "\"%s\" refers to the hub of \"%s\" already; write referral = false, or "
                    "take it out of one",
                    world->facilities.facility[state->network.member[m]].id, other->head->name);
    }
    return prepare_lists(world, policy, state, err);
}

/* --- at planning epochs --- */

static void refer_to_hub(struct world *world, const struct alliance *state)
{
    for (size_t m = 0; m < state->network.members; m++) {
        struct facility *member = &world->facilities.facility[state->network.member[m]];
        if (state->on && member->partner == PATIENT_NOWHERE)
            member->partner = (uint32_t)state->network.hub;
        else if (!state->on && member->partner == (uint32_t)state->network.hub)
            member->partner = PATIENT_NOWHERE;
    }
}

static int add_trainees(struct world *world, const struct policy *policy, struct err *err)
{
    const struct alliance_spec *spec = spec_of(policy);
    const struct alliance *state = policy->state;
    for (size_t i = 0; i < spec->trainees.count; i++) {
        const struct alliance_trainees *learners = SCENARIO_ITEM(spec->trainees, struct alliance_trainees, i);
        const struct service *service = &world->services[learners->service];
        for (size_t m = 0; m < state->network.members; m++) {
            struct offer *offer = offer_of(world, state->network.member[m], learners->service);
            if (offer->on_duty == 0)
                offer->on_duty = 1;
            for (int64_t n = 0; n < learners->people; n++)
                if (offer_add(offer, skill_new_trainee(offer, service, &world->rng, (uint32_t)offer->count),
                              err) < 0)
                    return -1;
        }
    }
    return 0;
}

/* Whether somebody has the time to teach; takes it from the week. */
static bool teach(struct world *world, const struct alliance_session *session)
{
    if (session->expert < 0)
        return true;
    const struct expert_entry entry = world->experts.entry[session->expert];
    for (uint32_t e = entry.first; e < entry.first + entry.count; e++) {
        struct expert *expert = &world->experts.expert[e];
        if (expert->at_offer != expert->home_offer ||
            expert->worked_us + session->takes_us > expert->spec->week_us)
            continue;
        expert->worked_us += session->takes_us;
        world_ex(world, e)[EX_hours_teaching] += session->takes_us;
        return true;
    }
    return false;
}

static void hold_session(struct world *world, const struct alliance *state,
                         const struct alliance_session *session, int64_t now_us)
{
    const struct service *service = &world->services[session->service];
    const int64_t worth = llround(session->worth * 1e6);
    for (size_t m = 0; m < state->network.members; m++) {
        struct offer *offer = offer_of(world, state->network.member[m], session->service);
        const bool had = offer != NULL && offer_given(offer);
        for (size_t p = 0; offer != NULL && p < offer->count; p++)
            if (!offer->people[p].gone && offer->people[p].expert < 0)
                skill_credit(offer, service, &world->rng, p, worth, now_us);
        if (offer != NULL && offer_given(offer) != had)
            world_recheck(world, offer->facility, now_us);
    }
}

static void hold_sessions(struct world *world, const struct policy *policy, struct alliance *state,
                          int64_t now_us)
{
    const struct alliance_spec *spec = spec_of(policy);
    for (size_t i = 0; i < spec->sessions.count; i++)
        while (state->next_us[i] <= now_us && teach(world, session_of(spec, i))) {
            hold_session(world, state, session_of(spec, i), now_us);
            state->next_us[i] += session_of(spec, i)->every_us;
        }
}

static int open_clinics(struct world *world, const struct policy *policy, struct alliance *state,
                        int64_t now_us, struct err *err)
{
    for (size_t i = 0; i < spec_of(policy)->clinics.count; i++) {
        const struct alliance_clinic *spec = clinic_of(spec_of(policy), i);
        struct clinic *clinic = &state->clinic[i];
        if (clinic->open || now_us < clinic->on_us)
            continue;
        clinic->open = true;
        for (size_t f = 0; f < clinic->at.count; f++) {
            struct offer *offer = offer_of(world, clinic->at.facility[f], spec->service);
            for (int64_t n = 0; n < spec->staff; n++) {
                struct person person = {.role = ROLE_LOCAL,
                                        .expert = -1,
                                        .number = (uint32_t)offer->count,
                                        .proficiency = spec->proficiency,
                                        .last_case_us = now_us};
                person.leaves_us =
                    skill_leaving(offer, &world->services[spec->service], &world->rng, person.number, now_us);
                if (offer_add(offer, person, err) < 0)
                    return -1;
            }
            world_recheck(world, offer->facility, now_us);
        }
    }
    return 0;
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    struct alliance *state = policy->state;
    const bool on = network_plan(world, policy, &state->network, now_us);
    const bool changes = on != state->on;
    state->on = on;
    if (changes && spec_of(policy)->referral)
        refer_to_hub(world, state);
    if (on && !state->begun && add_trainees(world, policy, err) != 0)
        return -1;
    state->begun = state->begun || on;
    if (!on)
        return 0;
    hold_sessions(world, policy, state, now_us);
    return open_clinics(world, policy, state, now_us, err);
}

/* Partners, people, and whom members ask are saved with the facilities. */
static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    (void)world;
    const struct alliance *state = policy->state;
    const struct alliance_spec *spec = spec_of(policy);
    state_put_u64(writer, state->on);
    state_put_u64(writer, state->begun);
    state_put_numbers(writer, state->next_us, sizeof *state->next_us, spec->sessions.count);
    for (size_t i = 0; i < spec->clinics.count; i++)
        state_put_u64(writer, state->clinic[i].open);
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    struct alliance *state = policy->state;
    const struct alliance_spec *spec = spec_of(policy);
    state->on = state->network.on = state_get_up_to(reader, 1) != 0;
    state->begun = state_get_up_to(reader, 1) != 0;
    state_get_numbers(reader, state->next_us, sizeof *state->next_us, spec->sessions.count);
    for (size_t i = 0; i < spec->clinics.count; i++)
        state->clinic[i].open = state_get_up_to(reader, 1) != 0;
    for (size_t i = 0; i < spec->sessions.count; i++)
        if (state->next_us[i] < state->network.start_us ||
            state->next_us[i] > world->end_us + session_of(spec, i)->every_us)
            state_refuse(reader, "has a session at a time that cannot be; make it again");
}

const struct policy_ops alliance_ops = {.keys = &alliance_kind,
                                        .state_size = sizeof(struct alliance),
                                        .prepare = prepare,
                                        .plan = plan,
                                        .save = save,
                                        .restore = restore};
