#include "models/choice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/world_parts.h"

#define HOUR_US 3600e6
#define DAY_US 86400e6

bool choice_given(const struct world *world, const struct stage *stage, uint32_t facility)
{
    if (!choice_possible(world, stage, facility))
        return false;
    return stage->service < 0 ||
           offer_given(facility_offer(&world->facilities, facility, (uint32_t)stage->service));
}

bool choice_guided(const struct world *world, const struct stage *stage, uint32_t facility)
{
    if (stage->guided < 0 || facility == PATIENT_NOWHERE || !choice_possible(world, stage, facility))
        return false;
    const struct afar_link *link = afar_link(world, facility, stage->service);
    if (link == NULL || !link->guides)
        return false;
    const struct offer *guide = facility_offer(&world->facilities, link->asked, (uint32_t)stage->service);
    return guide != NULL && guide->on_board;
}

/* The same as far as is known elsewhere, for somebody who is that. */
static bool known(const struct world *world, const struct stage *stage, uint32_t facility, uint32_t is)
{
    return rules_takes(world->rules, facility, is) &&
           (stage->service < 0 ||
            facility_offer(&world->facilities, facility, (uint32_t)stage->service)->on_board);
}

enum { APPEAL_BITS = 10 };

/* The logarithm of the time at which an alternative of weight 1 finishes its race; falls as the word rises.
 */
static double appeal_time(uint32_t word)
{
    return log(-log(rng_unit(word)));
}

/* Most alternatives lose by far: a glance at a table spares two logarithms. The margin is for rounding. */
static int list_least(struct choices *choices, struct arena *arena, struct err *err)
{
    double *least = arena_zeroed(arena, (size_t)1 << APPEAL_BITS, sizeof *least, err);
    for (uint32_t i = 0; least != NULL && i < 1u << APPEAL_BITS; i++)
        least[i] = appeal_time(i << (32 - APPEAL_BITS) | ((1u << (32 - APPEAL_BITS)) - 1)) - 1e-9;
    choices->least = least;
    return least == NULL ? -1 : 0;
}

int choices_init(struct world *world, struct err *err)
{
    return choice_sets_init(world, err) != 0 || list_least(&world->choices, &world->arena, err) != 0 ? -1 : 0;
}

static inline const struct choice_slot *slot_of(const struct world *world, const struct stage *stage,
                                                uint32_t origin)
{
    const struct choices *choices = &world->choices;
    return &choices->slot[origin * choices->kinds + choices->kind_of[stage - world->pathways.stage]];
}

static inline const struct choice_set *set_of(struct world *world, const struct stage *stage, uint32_t origin)
{
    const struct choice_set *set = slot_of(world, stage, origin)->set;
    return set != NULL && set->version == world->rules->version ? set
                                                                : choice_set_renew(world, stage, origin);
}

static bool is_picked(const struct world *world, const struct stage *stage)
{
    return world->choices.kind[world->choices.kind_of[stage - world->pathways.stage]].picked;
}

/* Keeps in mind what has been found: the patient will be sent there. */
static inline uint32_t choose_way(struct world *world, uint32_t facility, struct travel way, uint32_t origin)
{
    struct choices *choices = &world->choices;
    choices->chosen = facility;
    choices->chosen_from = origin;
    choices->chosen_way = way;
    return facility;
}

static inline uint32_t choose(struct world *world, const struct choice_set *set, size_t i, uint32_t origin)
{
    return choose_way(world, set->facility[i], set->way[i], origin);
}

struct travel choice_way(const struct world *world, uint32_t origin, uint32_t facility)
{
    if (world->choices.chosen == facility && world->choices.chosen_from == origin)
        return world->choices.chosen_way;
    return geography_travel(&world->geography, origin, world->facilities.glance[facility].place);
}

/* Beyond the set: when none of the nearest gives it now. */
static uint32_t nearest_of_all(const struct world *world, const struct stage *stage, uint32_t origin,
                               uint32_t except, uint32_t is)
{
    uint32_t best = PATIENT_NOWHERE;
    int64_t best_us = INT64_MAX;
    const struct choice_kind *kind =
        &world->choices.kind[world->choices.kind_of[stage - world->pathways.stage]];
    for (size_t i = 0; i < kind->sites; i++) {
        const uint32_t f = kind->site[i].facility;
        if (f == except || !known(world, stage, f, is))
            continue;
        const struct facility *facility = &world->facilities.facility[f];
        const struct travel travel = geography_travel(&world->geography, origin, facility->place);
        const bool nearer = travel.us < best_us || (travel.us == best_us && f < best);
        if (nearer && choice_within(stage, facility, travel)) {
            best_us = travel.us;
            best = f;
        }
    }
    return best;
}

uint32_t choice_nearest(struct world *world, const struct stage *stage, uint32_t origin, uint32_t except,
                        uint32_t is)
{
    const struct choice_slot *slot = slot_of(world, stage, origin);
    is |= RULES_NEAREST;
    if (slot->set != NULL && slot->facility != PATIENT_NOWHERE && slot->facility != except &&
        known(world, stage, slot->facility, is))
        return choose_way(world, slot->facility, slot->way, origin);
    const struct choice_set *set = set_of(world, stage, origin);
    if (is_picked(world, stage))
        return nearest_of_all(world, stage, origin, except, is);
    for (size_t i = 0; i < set->count; i++)
        if (set->facility[i] != except && known(world, stage, set->facility[i], is))
            return choose(world, set, i, origin);
    return set->count < CHOICE_SET ? PATIENT_NOWHERE : nearest_of_all(world, stage, origin, except, is);
}

/* What is known elsewhere of a ward: what is written on the board, or what is so. */
static int64_t free_servers(const struct world *world, const struct ward *ward)
{
    return world->scenario->run.board_us > 0 ? ward->board_free : station_free_servers(&ward->station);
}

static int64_t waiting(const struct world *world, const struct ward *ward)
{
    return world->scenario->run.board_us > 0 ? ward->board_waiting : ward->station.waiting;
}

static bool has_operator(const struct world *world, const struct offer *offer, bool emergency)
{
    if (offer->unlimited)
        return true;
    if (world->scenario->run.board_us > 0)
        return emergency ? offer->board_free_emergency : offer->board_free;
    return offer_operator(offer, emergency) >= 0;
}

static bool has_free(const struct world *world, const struct stage *stage, uint32_t facility)
{
    for (size_t i = 0; i < stage->need_count; i++) {
        const int32_t ward = facility_ward(&world->facilities, facility, stage->need[i].resource);
        if (free_servers(world, &world->facilities.ward[ward]) < stage->need[i].amount)
            return false;
    }
    return stage->service < 0 ||
           has_operator(world, facility_offer(&world->facilities, facility, (uint32_t)stage->service),
                        stage->level == 0);
}

/* How many wait for each server of what the stage needs most; 0 where it could begin. */
static double line_length(const struct world *world, const struct stage *stage, uint32_t facility)
{
    if (has_free(world, stage, facility))
        return 0;
    double longest = 0;
    for (size_t i = 0; i < stage->need_count; i++) {
        const struct ward *ward =
            &world->facilities.ward[facility_ward(&world->facilities, facility, stage->need[i].resource)];
        const int64_t servers = ward->station.servers > 0 ? ward->station.servers : 1;
        longest = fmax(longest, (double)(1 + waiting(world, ward)) / (double)servers);
    }
    if (stage->need_count > 0)
        return longest;
    const struct offer *offer = facility_offer(&world->facilities, facility, (uint32_t)stage->service);
    const int64_t line = world->scenario->run.board_us > 0 ? offer->board_waiting : offer->operators.waiting;
    return (double)(1 + line) / (double)(offer->operators.servers > 0 ? offer->operators.servers : 1);
}

static uint32_t least_waiting(struct world *world, const struct stage *stage, uint32_t origin,
                              uint32_t except, uint32_t is)
{
    const struct choice_set *set = set_of(world, stage, origin);
    is |= RULES_NEAREST;
    uint32_t best = PATIENT_NOWHERE;
    double shortest = INFINITY;
    for (size_t i = 0; i < set->count; i++) {
        const uint32_t facility = set->facility[i];
        if (facility == except || !known(world, stage, facility, is))
            continue;
        const double length = line_length(world, stage, facility);
        if (length < shortest) {
            shortest = length;
            best = facility;
        }
    }
    return best != PATIENT_NOWHERE ? best : choice_nearest(world, stage, origin, except, is);
}

uint32_t choice_nearest_free(struct world *world, const struct stage *stage, uint32_t origin, uint32_t except,
                             uint32_t is)
{
    const struct choice_set *set = set_of(world, stage, origin);
    is |= RULES_NEAREST;
    for (size_t i = 0; i < set->count; i++) {
        const uint32_t facility = set->facility[i];
        if (facility != except && known(world, stage, facility, is) && has_free(world, stage, facility))
            return choose(world, set, i, origin);
    }
    return PATIENT_NOWHERE;
}

/* The partner of a facility, when it gives the stage and is within reach. */
static uint32_t partner_for(const struct world *world, const struct stage *stage, uint32_t from, uint32_t is)
{
    const struct facilities *facilities = &world->facilities;
    const uint32_t partner = facility_partner(facilities, from);
    if (partner == PATIENT_NOWHERE || !choice_possible(world, stage, partner) ||
        !known(world, stage, partner, is))
        return PATIENT_NOWHERE;
    if (stage->reach_us > 0 && geography_travel(&world->geography, facilities->facility[from].place,
                                                facilities->facility[partner].place)
                                       .us > stage->reach_us)
        return PATIENT_NOWHERE;
    return partner;
}

uint32_t choice_referral(struct world *world, const struct stage *stage, uint32_t from, uint32_t is)
{
    const uint32_t partner = partner_for(world, stage, from, is);
    return partner != PATIENT_NOWHERE ? partner
           : stage->refer == REFER_LEAST_WAITING
               ? least_waiting(world, stage, world->facilities.facility[from].place, from, is)
               : choice_nearest(world, stage, world->facilities.facility[from].place, from, is);
}

uint32_t choice_referral_free(struct world *world, const struct stage *stage, uint32_t from, uint32_t is)
{
    const uint32_t partner = partner_for(world, stage, from, is);
    return partner != PATIENT_NOWHERE && has_free(world, stage, partner)
               ? partner
               : choice_nearest_free(world, stage, world->facilities.facility[from].place, from, is);
}

static double utility_now(const struct world *world, const struct stage *stage, const struct choice_set *set,
                          size_t i, bool referred)
{
    const double utility = set->fixed[referred ? 0 : 1][i];
    if (stage->service < 0)
        return utility;
    const struct choice_spec *spec = &world->pathways.condition[stage->condition].spec->choice;
    const struct offer *offer =
        facility_offer(&world->facilities, set->facility[i], (uint32_t)stage->service);
    return utility - spec->wait_per_d * offer->believed_wait_us / DAY_US +
           spec->proficiency * (offer->unlimited ? 1 : offer->believed_proficiency);
}

/* The race of the alternatives: who finishes first is taken. Times are logarithms. */
struct race {
    const struct world *world;
    double first;
    size_t best; /* CHOICE_SET: home */
};

/* No word is so lucky that its time is shorter. */
#define LEAST_APPEAL_TIME -23.0

/* Last, since it can hardly ever win where its utility is as the language has it: no luck needs to be drawn
 * then. Of equals it is first. */
static void run_home(struct race *race, struct rng_identity patient, uint32_t stage, double utility)
{
    if (LEAST_APPEAL_TIME - utility > race->first)
        return;
    const struct rng_words luck =
        rng_draw(&race->world->rng, patient, (struct rng_purpose){.quantity = DRAW_STAY, .stage = stage});
    const double time = appeal_time(luck.w[0]) - utility;
    if (time <= race->first)
        race->best = CHOICE_SET;
}

static inline void run(struct race *race, size_t i, uint32_t word, double utility)
{
    if (race->world->choices.least[word >> (32 - APPEAL_BITS)] - utility >= race->first)
        return;
    const double time = appeal_time(word) - utility;
    if (time < race->first) {
        race->first = time;
        race->best = i;
    }
}

uint32_t choice_utility(struct world *world, const struct stage *stage, uint32_t origin,
                        struct rng_identity patient, uint32_t is, bool referred)
{
    const struct choice_set *set = set_of(world, stage, origin);
    struct race race = {.world = world, .first = INFINITY, .best = CHOICE_SET};
    uint32_t words[CHOICE_SET];
    rng_draw_among(&world->rng, patient, set->hash, set->count,
                   (struct rng_purpose){.quantity = DRAW_CHOICE, .stage = stage->index}, words);
    for (size_t i = 0; i < set->count; i++)
        if (known(world, stage, set->facility[i], is))
            run(&race, i, words[i], utility_now(world, stage, set, i, referred));
    run_home(&race, patient, stage->index, world->pathways.condition[stage->condition].spec->choice.stay);
    return race.best == CHOICE_SET ? CHOICE_HOME : choose(world, set, race.best, origin);
}

/* --- bypassing --- */

/* Whether patients come to this facility, which gives the stage. */
static bool is_passed(const struct world *world, const struct stage *stage, uint32_t facility, uint32_t is)
{
    return !world->facilities.facility[facility].stays_home && known(world, stage, facility, is);
}

bool choice_bypasses(struct world *world, const struct stage *stage, uint32_t origin, uint32_t facility,
                     uint32_t is)
{
    const struct facility *to = &world->facilities.facility[facility];
    if (to->stays_home || to->place == origin)
        return false;
    const int64_t travel_us = choice_way(world, origin, facility).us;
    const struct choice_set *set = set_of(world, stage, origin);
    for (size_t i = 0; i < set->count && set->way[i].us < travel_us; i++)
        if (is_passed(world, stage, set->facility[i], is))
            return true;
    if (!is_picked(world, stage))
        return false;
    const struct choice_near *near = choice_set_near(world, stage, origin);
    for (size_t i = 0; near != NULL && i < near->count && near->travel_us[i] < travel_us; i++)
        if (is_passed(world, stage, near->facility[i], is))
            return true;
    return false;
}
