#include "models/choice.h"

#include <assert.h>
#include <math.h>

#include "models/world_parts.h"

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

int choices_init(struct world *world, struct err *err)
{
    if (choice_sets_init(world, err) != 0)
        return -1;
    struct race_table *race = arena_zeroed(&world->arena, 1, sizeof *race, err);
    if (race == NULL)
        return -1;
    race_table_init(race);
    world->choices.race = race;
    return 0;
}

static inline const struct choice_slot *slot_of(const struct world *world, const struct stage *stage,
                                                uint32_t origin)
{
    return choices_slot(&world->choices, origin, (size_t)(stage - world->pathways.stage));
}

static inline const struct choice_set *set_of(struct world *world, const struct stage *stage, uint32_t origin)
{
    const struct choice_set *set = slot_of(world, stage, origin)->set;
    return set != NULL && set->version == world->rules->version ? set
                                                                : choice_set_renew(world, stage, origin);
}

/* As known(), of a candidate. */
static inline bool known_of(const struct choice_set *set, size_t i, uint32_t is)
{
    return (set->given >> i & 1) != 0 && (set->refuses[i] & is) == 0;
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
    const struct choice_kind *kind = choice_kind_of(world, stage);
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
    if (choice_kind_of(world, stage)->picked)
        return nearest_of_all(world, stage, origin, except, is);
    for (size_t i = 0; i < set->count; i++)
        if (set->facility[i] != except && known_of(set, i, is))
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
        if (facility == except || !known_of(set, i, is))
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
        if (facility != except && known_of(set, i, is) && has_free(world, stage, facility))
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

/* The race of the alternatives: who finishes first is taken. Times are logarithms. */
struct race {
    const struct world *world;
    double first;
    size_t best; /* CHOICE_SET: home */
};

/* Last, since it can hardly ever win where its utility is as the language has it: no luck needs to be drawn
 * then. Of equals it is first. */
static void run_home(struct race *race, struct rng_identity patient, uint32_t stage, double utility)
{
    if (RACE_LEAST_TIME - utility > race->first)
        return;
    const struct rng_words luck =
        rng_draw(&race->world->rng, patient, (struct rng_purpose){.quantity = DRAW_STAY, .stage = stage});
    const double time = race_time(luck.w[0]) - utility;
    if (time <= race->first)
        race->best = CHOICE_SET;
}

/* Whether bounds say who may win. */
static inline bool has_bounds(const struct choice_set *set, uint32_t is, bool referred)
{
    return set->bounded && (set->refused & is) == 0 && !(referred && set->referral_matters);
}

/* All who take the patient, where bounds do not say who may win. */
static struct race_left all_known(const struct choice_set *set, uint32_t is)
{
    struct race_left left = {.latest = INFINITY, .who = 0};
    for (size_t i = 0; i < set->count; i++)
        left.who |= (uint32_t)known_of(set, i, is) << i;
    return left;
}

/* Takes the times of those for whom bounds are not enough. */
static void run(struct race *race, const struct choice_set *set, const uint32_t word[CHOICE_SET],
                uint32_t runs, bool referred)
{
    for (; runs != 0; runs &= runs - 1) {
        const size_t i = (size_t)__builtin_ctz(runs);
        const double time = race_time(word[i]) - set->utility[referred ? 0 : 1][i];
        if (time < race->first) {
            race->first = time;
            race->best = i;
        }
    }
}

/* Who of those left is first, or home. */
static inline size_t first_of(const struct world *world, const struct chooser *chooser,
                              const uint32_t word[CHOICE_SET], struct race_left left, bool referred)
{
    if (left.who != 0 && (left.who & (left.who - 1)) == 0 && RACE_LEAST_TIME - chooser->stay > left.latest)
        return (size_t)__builtin_ctz(left.who);
    struct race race = {.world = world, .first = INFINITY, .best = CHOICE_SET};
    run(&race, chooser->set, word, left.who, referred);
    run_home(&race, chooser->patient, chooser->stage, chooser->stay);
    return race.best;
}

uint32_t choice_utility(struct world *world, const struct stage *stage, uint32_t origin,
                        struct rng_identity patient, uint32_t is, bool referred)
{
    const struct choice_set *set = set_of(world, stage, origin);
    const struct chooser chooser = {.set = set,
                                    .patient = patient,
                                    .stay = world->pathways.condition[stage->condition].spec->choice.stay,
                                    .stage = stage->index,
                                    .is = is};
    uint32_t word[CHOICE_SET] = {0};
    rng_draw_among(&world->rng, patient, set->hash, set->count,
                   (struct rng_purpose){.quantity = DRAW_CHOICE, .stage = stage->index}, word);
    struct race_left left;
    if (has_bounds(set, is, referred))
        left.who =
            race_left(world->choices.race, (struct race_field){set->bound, set->margin}, word, &left.latest);
    else
        left = all_known(set, is);
    const size_t best = first_of(world, &chooser, word, left, referred);
    if (best == CHOICE_SET)
        return CHOICE_HOME;
    world->choices.chosen_at = best;
    return choose(world, set, best, origin);
}

const struct choice_set *choice_set_now(struct world *world, const struct stage *stage, uint32_t origin)
{
    return set_of(world, stage, origin);
}

void choice_utility_each(struct world *world, struct chooser *chooser, size_t count)
{
    struct rng_among asked[CHOOSERS_MOST];
    struct race_field field[CHOOSERS_MOST];
    struct race_left left[CHOOSERS_MOST];
    uint32_t word[CHOOSERS_MOST][CHOICE_SET];
    assert(count <= CHOOSERS_MOST);
    if (count == 0)
        return;
    size_t asks = 0;
    do {
        const struct choice_set *set = chooser[asks].set;
        const struct rng_purpose what = {.quantity = DRAW_CHOICE, .stage = chooser[asks].stage};
        asked[asks] = (struct rng_among){chooser[asks].patient, what, set->hash};
        field[asks] = (struct race_field){set->bound, set->margin};
    } while (++asks < count);
    rng_draw_among_each(&world->rng, asked, count, word);
    race_left_each(world->choices.race, field, word[0], count, left);
    for (size_t i = 0; i < count; i++) {
        const struct choice_set *set = chooser[i].set;
        if (!has_bounds(set, chooser[i].is, false))
            left[i] = all_known(set, chooser[i].is);
        chooser[i].at = (uint32_t)first_of(world, &chooser[i], word[i], left[i], false);
    }
}

/* --- bypassing --- */

/* Whether patients come to this facility, which gives the stage. */
static bool is_passed(const struct world *world, const struct stage *stage, uint32_t facility, uint32_t is)
{
    return !world->facilities.facility[facility].stays_home && known(world, stage, facility, is);
}

/* All that the nearest refuse who do not refuse everybody. */
static uint32_t refused_near(const struct world *world, const struct choice_near *near)
{
    uint32_t refused = 0;
    for (size_t i = 0; i < near->count; i++) {
        const uint32_t refuses = world->rules->refuses[near->facility[i]];
        refused |= (refuses & RULES_ANYBODY) == 0 ? refuses : 0;
    }
    return refused;
}

/* Also gathers what those refuse who have been looked at. */
static bool bypasses(struct world *world, const struct stage *stage, uint32_t origin, uint32_t facility,
                     uint32_t is, uint32_t *refused)
{
    const struct facility *to = &world->facilities.facility[facility];
    if (to->stays_home || to->place == origin)
        return false;
    const int64_t travel_us = choice_way(world, origin, facility).us;
    const struct choice_set *set = set_of(world, stage, origin);
    *refused |= set->refused;
    for (size_t i = 0; i < set->count && set->way[i].us < travel_us; i++)
        if (known_of(set, i, is) && !world->facilities.facility[set->facility[i]].stays_home)
            return true;
    if (!choice_kind_of(world, stage)->picked)
        return false;
    const struct choice_near *near = choice_set_near(world, stage, origin);
    if (near == NULL)
        return false;
    *refused |= refused_near(world, near);
    for (size_t i = 0; i < near->count && near->travel_us[i] < travel_us; i++)
        if (is_passed(world, stage, near->facility[i], is))
            return true;
    return false;
}

bool choice_bypasses(struct world *world, const struct stage *stage, uint32_t origin, uint32_t facility,
                     uint32_t is)
{
    struct choice_set *set = slot_of(world, stage, origin)->set;
    const size_t at = world->choices.chosen_at;
    const bool kept = set != NULL && set->version == world->rules->version && at < set->count &&
                      set->facility[at] == facility;
    if (kept && (set->answered >> at & 1) != 0 && (set->bypassed_refuse & is) == 0)
        return (set->bypasses >> at & 1) != 0;
    uint32_t refused = 0;
    const bool passes = bypasses(world, stage, origin, facility, is, &refused);
    if (kept && (refused & is) == 0) {
        set->bypassed_refuse |= refused;
        set->answered = (uint16_t)(set->answered | 1u << at);
        set->bypasses = (uint16_t)((set->bypasses & ~(1u << at)) | (uint32_t)passes << at);
    }
    return passes;
}

bool choice_passes(struct world *world, const struct stage *stage, uint32_t origin,
                   const struct chooser *chooser)
{
    const struct choice_set *set = chooser->set;
    if ((set->answered >> chooser->at & 1) != 0 && (set->bypassed_refuse & chooser->is) == 0)
        return (set->bypasses >> chooser->at & 1) != 0;
    world->choices.chosen_at = chooser->at;
    return choice_bypasses(world, stage, origin, choose(world, set, chooser->at, origin), chooser->is);
}
