#include "models/expert.h"

#include "models/ledger_fields.h"
#include "models/world_parts.h"

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
