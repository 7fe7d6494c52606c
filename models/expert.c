#include "models/expert.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/ledger_fields.h"
#include "models/saving.h"
#include "models/world_parts.h"
#include "sim/state.h"

enum { MOST_EXPERTS = 1000000 };

/* The homes of all entries, and how many people that makes. */
static int gather_homes(const struct world *world, struct arena *arena, struct facility_group *homes,
                        size_t *people, struct err *err)
{
    const struct key_list *specs = &world->scenario->experts;
    *people = 0;
    for (size_t i = 0; i < specs->count; i++) {
        const struct expert_spec *spec = SCENARIO_ITEM(*specs, struct expert_spec, i);
        if (facilities_gather_one(&world->facilities, world->scenario, &spec->home, arena, &homes[i], err) !=
            0)
            return -1;
        *people += homes[i].count * (size_t)spec->count; /* below 2^31 x 10^4 each */
        if (*people > MOST_EXPERTS)
            return scenario_blame(world->scenario, &spec->count, err,
                                  "these make more than %d experts; describe fewer", MOST_EXPERTS);
    }
    return 0;
}

/* "ID", "ID.CODE", "ID.2" or "ID.CODE.2". */
static const char *number_text(struct world *world, const char *text, const struct expert_spec *spec,
                               const struct facility *home, bool several_homes, int64_t number,
                               struct err *err)
{
    const char *code = several_homes ? strrchr(home->id, '.') : NULL;
    char digits[32] = "";
    if (spec->count > 1)
        snprintf(digits, sizeof digits, ".%" PRId64, number + 1);
    char *joined = mem_printf(err, "%s%s%s", text, code != NULL ? code : "", digits);
    if (joined == NULL)
        return NULL;
    const char *kept = arena_text(&world->arena, joined, err);
    free(joined);
    return kept;
}

static int add_expert(struct world *world, const struct expert_spec *spec, const struct facility_group *homes,
                      size_t home, int64_t number, struct err *err)
{
    struct experts *experts = &world->experts;
    const uint32_t at = homes->facility[home];
    const struct facility *facility = &world->facilities.facility[at];
    struct expert *expert = &experts->expert[experts->count];
    const bool several = homes->count > 1 || facility->rule != NULL;
    *expert = (struct expert){.spec = spec, .at_offer = -1};
    expert->id = number_text(world, spec->id, spec, facility, several, number, err);
    expert->name =
        number_text(world, spec->name != NULL ? spec->name : spec->id, spec, facility, several, number, err);
    if (expert->id == NULL || expert->name == NULL)
        return -1;
    const struct offer *offer = facility_offer(&world->facilities, at, (uint32_t)spec->service);
    if (offer == NULL)
        return scenario_blame(
            world->scenario, &spec->home, err,
            "the facility \"%s\" does not list the expert's service; add it to its services "
            "(staff = 0 will do)",
            facility->id);
    expert->home_offer = (int32_t)(offer - world->facilities.offer);
    experts->count++;
    return expert_join(world, expert, expert->home_offer, 0, err);
}

int experts_init(struct experts *experts, struct world *world, struct err *err)
{
    const struct key_list *specs = &world->scenario->experts;
    struct facility_group *homes = arena_zeroed(&world->arena, specs->count, sizeof *homes, err);
    size_t people = 0;
    if (homes == NULL || gather_homes(world, &world->arena, homes, &people, err) != 0)
        return -1;
    experts->expert = arena_zeroed(&world->arena, people, sizeof *experts->expert, err);
    experts->entry = arena_zeroed(&world->arena, specs->count, sizeof *experts->entry, err);
    if (experts->expert == NULL || experts->entry == NULL)
        return -1;
    for (size_t i = 0; i < specs->count; i++) {
        const struct expert_spec *spec = SCENARIO_ITEM(*specs, struct expert_spec, i);
        experts->entry[i].first = (uint32_t)experts->count;
        for (size_t home = 0; home < homes[i].count; home++)
            for (int64_t n = 0; n < spec->count; n++)
                if (add_expert(world, spec, &homes[i], home, n, err) != 0)
                    return -1;
        experts->entry[i].count = (uint32_t)experts->count - experts->entry[i].first;
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
        rules_note_offer(world, offer, offer_given(offer));
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
    if (at_home && expert->booked_by != NULL) {
        set_away(world, expert, -1, now_us);
        expert->back_us = now_us;
    }
    expert->at_offer = expert->last_offer = offer;
    if (world->scenario->run.board_us == 0)
        rules_note_offer(world, at, offer_given(at));
    world_recheck(world, at->facility, now_us);
    return 0;
}

/* clang-format off */
#define EXPERT_STATE(ONE, ALL, NOT) \
    NOT(struct expert, spec) NOT(struct expert, id) NOT(struct expert, name) NOT(struct expert, home_offer) ONE(struct expert, at_offer) \
    ONE(struct expert, last_offer) ONE(struct expert, person) ONE(struct expert, worked_us) \
    NOT(struct expert, booked_by) ONE(struct expert, back_us)
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
        experts->expert[saved_index(&maps->expert, e)].booked_by = policies_name(world, name, reader);
        free(name);
    }
    for (size_t o = 0; o < world->facilities.offer_count && !reader->failed; o++)
        for (size_t p = 0; p < world->facilities.offer[o].count; p++) {
            struct person *person = &world->facilities.offer[o].people[p];
            person->worked_us = person->expert < 0 ? NULL : &experts->expert[person->expert].worked_us;
        }
}
