#include "models/expert.h"

#include <stdlib.h>
#include <string.h>

#include "models/ledger_fields.h"
#include "models/saving.h"
#include "models/world_parts.h"
#include "sim/state.h"

int experts_init(struct experts *experts, struct world *world, struct err *err)
{
    const struct scenario *scenario = world->scenario;
    experts->count = scenario->experts.count;
    experts->expert = arena_zeroed(&world->arena, experts->count, sizeof *experts->expert, err);
    if (experts->expert == NULL)
        return -1;
    for (size_t i = 0; i < experts->count; i++) {
        const struct expert_spec *spec = SCENARIO_ITEM(scenario->experts, struct expert_spec, i);
        uint32_t facility = 0;
        if (facilities_refer(&world->facilities, scenario, &spec->home, &facility, err) != 0)
            return -1;
        struct expert *expert = &experts->expert[i];
        *expert = (struct expert){.spec = spec, .at_offer = -1};
        const struct offer *offer = facility_offer(&world->facilities, facility, (uint32_t)spec->service);
        if (offer == NULL)
            return scenario_blame(
                scenario, &spec->home, err,
                "the facility \"%s\" does not list the expert's service; add it to its services "
                "(staff = 0 will do)",
                world->facilities.facility[facility].id);
        expert->home_offer = (int32_t)(offer - world->facilities.offer);
        if (expert_join(world, expert, expert->home_offer, 0, err) != 0)
            return -1;
    }
    return 0;
}

static void set_away(struct world *world, const struct expert *expert, int64_t delta, int64_t now_us)
{
    ledger_shift(&world->ledger, GROUP_EXPERT, (size_t)(expert - world->experts.expert), 0, EX_away, delta,
                 now_us);
}

void expert_leave(struct world *world, struct expert *expert, int64_t now_us)
{
    if (expert->at_offer < 0)
        return;
    struct offer *offer = &world->facilities.offer[expert->at_offer];
    offer_remove(offer, (size_t)expert->person);
    if (expert->at_offer == expert->home_offer)
        set_away(world, expert, 1, now_us);
    expert->at_offer = -1;
    if (world->scenario->run.board_us == 0)
        offer->on_board = offer_given(offer);
    world_recheck(world, offer->facility, now_us);
}

bool expert_is_free(const struct world *world, const struct expert *expert)
{
    return !world->facilities.offer[expert->last_offer].people[expert->person].busy;
}

int expert_join(struct world *world, struct expert *expert, int32_t offer, int64_t now_us, struct err *err)
{
    const bool at_home = offer == expert->home_offer;
    struct offer *at = &world->facilities.offer[offer];
    const struct person person = {.role = at_home ? ROLE_EXPERT : ROLE_VISITOR,
                                  .expert = (int32_t)(expert - world->experts.expert),
                                  .number = (uint32_t)at->count,
                                  .worked_us = &expert->worked_us,
                                  .week_us = expert->spec->week_us,
                                  .proficiency = 1,
                                  .leaves_us = INT64_MAX};
    expert->person = offer_add(at, person, err);
    if (expert->person < 0)
        return -1;
    if (at_home && expert->booked_by != NULL)
        set_away(world, expert, -1, now_us);
    expert->at_offer = expert->last_offer = offer;
    if (world->scenario->run.board_us == 0)
        at->on_board = offer_given(at);
    world_recheck(world, at->facility, now_us);
    return 0;
}

/* clang-format off */
#define EXPERT_STATE(ONE, ALL, NOT) \
    NOT(struct expert, spec) NOT(struct expert, home_offer) ONE(struct expert, at_offer) \
    ONE(struct expert, last_offer) ONE(struct expert, person) ONE(struct expert, worked_us) \
    NOT(struct expert, booked_by)
STATE_LAYOUT(expert, struct expert, EXPERT_STATE, 4);
/* clang-format on */

void experts_save(const struct world *world, struct state_writer *writer)
{
    const struct experts *experts = &world->experts;
    state_put_array(writer, &expert_layout, experts->expert, experts->count);
    for (size_t e = 0; e < experts->count; e++)
        state_put_text(writer, experts->expert[e].booked_by);
}

static int32_t offer_here(const struct saved_maps *maps, int32_t offer)
{
    return offer < 0 ? -1 : (int32_t)saved_index(&maps->offer, (uint32_t)offer);
}

/* The name of a policy as the scenario has it; NULL for none. */
static const char *policy_named(const struct world *world, const char *name, struct state_reader *reader)
{
    if (name == NULL)
        return NULL;
    for (size_t i = 0; i < world->policy_count; i++)
        if (strcmp(world->policies[i].head->name, name) == 0)
            return world->policies[i].head->name;
    state_refuse(reader,
                 "has an expert sent by policy \"%s\", which the scenario does not have; take the scenario "
                 "that it was made from",
                 name);
    return NULL;
}

static void restore_expert(struct world *world, struct expert *expert, const struct saved_maps *maps,
                           struct state_reader *reader)
{
    struct expert saved = *expert;
    state_get_array_items(reader, &expert_layout, &saved, 1);
    saved.at_offer = offer_here(maps, saved.at_offer);
    saved.last_offer = offer_here(maps, saved.last_offer);
    if (reader->failed)
        return;
    if (saved.last_offer < 0 || (saved.at_offer >= 0 && saved.at_offer != saved.last_offer) ||
        saved.person < 0 || (size_t)saved.person >= world->facilities.offer[saved.last_offer].count) {
        state_refuse(reader, "has an expert who is nowhere; make it again");
        return;
    }
    *expert = saved;
}

void experts_restore(struct world *world, const struct saved_maps *maps, struct state_reader *reader)
{
    struct experts *experts = &world->experts;
    if (state_get_array_count(reader, &expert_layout) != maps->expert.count)
        state_refuse(reader, "has other experts than it says; make it again");
    for (size_t e = 0; e < maps->expert.count; e++)
        restore_expert(world, &experts->expert[saved_index(&maps->expert, e)], maps, reader);
    for (size_t e = 0; e < maps->expert.count; e++) {
        char *name = state_get_text(reader);
        experts->expert[saved_index(&maps->expert, e)].booked_by = policy_named(world, name, reader);
        free(name);
    }
    for (size_t o = 0; o < world->facilities.offer_count && !reader->failed; o++)
        for (size_t p = 0; p < world->facilities.offer[o].count; p++) {
            struct person *person = &world->facilities.offer[o].people[p];
            person->worked_us = person->expert < 0 ? NULL : &experts->expert[person->expert].worked_us;
        }
}
