#include "models/choice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/world_parts.h"

#define HOUR_US 3600e6
#define DAY_US 86400e6

/* Whether it could ever: wards are there and the service may come. */
static bool possible(const struct world *world, const struct stage *stage, uint32_t facility)
{
    for (size_t i = 0; i < stage->need_count; i++) {
        const int32_t ward = facility_ward(&world->facilities, facility, stage->need[i].resource);
        if (ward < 0)
            return false;
    }
    return stage->service < 0 ||
           facility_offer(&world->facilities, facility, (uint32_t)stage->service) != NULL;
}

bool choice_given(const struct world *world, const struct stage *stage, uint32_t facility)
{
    if (!possible(world, stage, facility))
        return false;
    return stage->service < 0 ||
           offer_given(facility_offer(&world->facilities, facility, (uint32_t)stage->service));
}

bool choice_guided(const struct world *world, const struct stage *stage, uint32_t facility)
{
    if (stage->guided < 0 || facility == PATIENT_NOWHERE || !possible(world, stage, facility))
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

static double constant_of(const struct key_list *constants, const char *name)
{
    double sum = 0;
    for (size_t i = 0; i < constants->count; i++) {
        const struct named_real *constant = SCENARIO_ITEM(*constants, struct named_real, i);
        if (strcmp(constant->name, name) == 0)
            sum += constant->value;
    }
    return sum;
}

/* What everybody pays who comes from there: the share of the charges that insurance leaves, fare and lodging.
 */
static double price_of(const struct world *world, const struct stage *stage, const struct facility *facility,
                       struct travel travel, double reimbursed)
{
    const struct choice_spec *spec = &world->pathways.condition[stage->condition].spec->choice;
    const struct travel_spec *roads = &world->scenario->travel;
    const double charges = (double)facility->price_per_admission_fen +
                           spec->days * (double)facility->price_per_day_fen +
                           facility->price_level * (double)stage->spec->price_fen;
    double own = charges * (1 - reimbursed);
    if (!facility->stays_home) {
        own += 2e-3 * (double)roads->cost_per_km_fen * (double)travel.m;
        if ((double)travel.m > roads->lodging_from_m)
            own += spec->days * (double)roads->lodging_per_day_fen;
    }
    return own / 1e5;
}

/* A facility as its declaration or the policies have it, and what its patients pay of the charges. */
struct offered {
    const struct facility *facility;
    int level;
    int64_t beds;
    double reimbursed;
};

static double fixed_utility(const struct world *world, const struct stage *stage, struct offered offered,
                            struct travel travel)
{
    const struct choice_spec *spec = &world->pathways.condition[stage->condition].spec->choice;
    const struct facility *facility = offered.facility;
    double utility = facility->stays_home ? 0 : -spec->travel_per_h * (double)travel.us / HOUR_US;
    if (offered.beds > 1)
        utility += spec->size * log((double)offered.beds);
    utility += constant_of(&spec->level, facility_level_names[offered.level]);
    if (spec->ownership.count > 0)
        utility += constant_of(&spec->ownership, facility_ownership_names[facility->ownership]);
    if (spec->price_per_kcny > 0 || spec->price_per_kcny < 0)
        utility -= spec->price_per_kcny * price_of(world, stage, facility, travel, offered.reimbursed);
    return utility;
}

/* With a referral, and without; as the rules are now. */
static void set_fixed(const struct world *world, const struct stage *stage, uint32_t origin,
                      struct candidate *candidate)
{
    const struct facility *facility = &world->facilities.facility[candidate->facility];
    const bool asked = rules_asks_referral(world, stage->condition, candidate->facility);
    for (int unreferred = 0; unreferred < 2; unreferred++) {
        const double share = rules_share(world, candidate->facility, origin, asked && unreferred == 1);
        const struct offered offered = {facility, facility->level, facility->beds, share};
        candidate->fixed[unreferred] = fixed_utility(world, stage, offered, candidate->travel);
    }
}

static bool goes_before(const struct candidate *a, const struct candidate *b)
{
    return a->rank < b->rank || (!(b->rank < a->rank) && a->facility < b->facility);
}

/* Keeps the candidates of lowest rank in order; equal ranks by facility order. */
static void insert(struct choice_set *set, struct candidate candidate)
{
    size_t at = set->count;
    while (at > 0 && goes_before(&candidate, &set->candidate[at - 1]))
        at--;
    if (at >= CHOICE_SET)
        return;
    const size_t last = set->count < CHOICE_SET ? set->count++ : CHOICE_SET - 1;
    memmove(&set->candidate[at + 1], &set->candidate[at], (last - at) * sizeof candidate);
    set->candidate[at] = candidate;
}

/* --- who could ever give what --- */

static bool same_needs(const struct stage *a, const struct stage *b)
{
    if (a->service != b->service || a->reach_us != b->reach_us || a->need_count != b->need_count)
        return false;
    for (size_t i = 0; i < a->need_count; i++)
        if (a->need[i].resource != b->need[i].resource)
            return false;
    return true;
}

/* What a condition finds attractive matters only where patients go by utility. */
static bool by_utility(const struct world *world, const struct stage *stage)
{
    return stage->spec->choice == CHOICE_UTILITY || /* policies change stage->choice */
           world->pathways.condition[stage->condition].spec->first == FIRST_UTILITY;
}

static uint32_t find_kind(const struct world *world, const struct choices *choices, const struct stage *stage)
{
    uint32_t k = 0;
    for (; k < choices->kinds; k++) {
        const struct stage *other = choices->kind[k].stage;
        if (same_needs(stage, other) && by_utility(world, stage) == by_utility(world, other) &&
            (stage->condition == other->condition || !by_utility(world, stage)))
            break;
    }
    return k;
}

static void on_sphere(const struct place *place, double at[3])
{
    const double degree = 0.017453292519943295, lon = place->lon * degree, lat = place->lat * degree;
    at[0] = cos(lat) * cos(lon);
    at[1] = cos(lat) * sin(lon);
    at[2] = sin(lat);
}

static int from_south_to_north(const void *first, const void *second)
{
    const struct choice_site *a = first, *b = second;
    if (a->at[2] != b->at[2])
        return a->at[2] < b->at[2] ? -1 : 1;
    return (a->facility > b->facility) - (a->facility < b->facility);
}

/* By what the scenario declares. */
static double declared_utility(const struct world *world, const struct stage *stage,
                               const struct facility *facility, struct travel travel)
{
    const struct offered declared = {facility, facility->declared_level, facility->declared_beds,
                                     facility->reimbursed};
    return fixed_utility(world, stage, declared, travel);
}

/* The way makes a facility less attractive, by so much at least for a chord of one radius of the earth. */
static double loss_per_radius(const struct world *world, const struct stage *stage)
{
    const double radius_m = 6.3e6; /* distances on the ellipsoid are not shorter than chords of this sphere */
    const struct choice_spec *spec = &world->pathways.condition[stage->condition].spec->choice;
    const struct travel_spec *roads = &world->scenario->travel;
    double fastest_m_s = 0;
    for (size_t b = 0; b < roads->bands.count; b++)
        fastest_m_s = fmax(fastest_m_s, SCENARIO_ITEM(roads->bands, struct travel_band, b)->speed_m_s);
    return fastest_m_s > 0 ? spec->travel_per_h * radius_m * roads->detour / fastest_m_s / 3600 : 0;
}

static void weigh_sites(const struct world *world, struct choice_kind *kind)
{
    const struct choice_spec *spec = &world->pathways.condition[kind->stage->condition].spec->choice;
    const bool bounded = spec->travel_per_h >= 0 && spec->price_per_kcny >= 0;
    kind->per_radius = loss_per_radius(world, kind->stage);
    for (size_t i = 0; i < kind->sites; i++) {
        const struct facility *facility = &world->facilities.facility[kind->site[i].facility];
        kind->site[i].appeal = bounded && !facility->stays_home
                                   ? declared_utility(world, kind->stage, facility, (struct travel){.us = 0})
                                   : INFINITY;
    }
}

static int list_sites(struct world *world, struct choice_kind *kind, struct err *err)
{
    for (uint32_t f = 0; f < world->facilities.count; f++)
        kind->sites += possible(world, kind->stage, f);
    kind->site = arena_zeroed(&world->arena, kind->sites, sizeof *kind->site, err);
    if (kind->site == NULL)
        return -1;
    size_t count = 0;
    for (uint32_t f = 0; f < world->facilities.count; f++)
        if (possible(world, kind->stage, f)) {
            kind->site[count].facility = f;
            on_sphere(&world->geography.place[world->facilities.facility[f].place], kind->site[count].at);
            count++;
        }
    qsort(kind->site, kind->sites, sizeof *kind->site, from_south_to_north);
    if (by_utility(world, kind->stage))
        weigh_sites(world, kind);
    return 0;
}

static int make_sets(struct choices *choices, struct arena *arena, struct err *err)
{
    size_t cells = 0;
    if (__builtin_mul_overflow(choices->kinds, choices->places, &cells))
        return err_fail(err, "%zu kinds of stages seen from %zu places are too many", choices->kinds,
                        choices->places);
    choices->set = arena_zeroed(arena, cells, sizeof(struct choice_set *), err);
    return choices->set == NULL ? -1 : 0;
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
    struct choices *choices = &world->choices;
    const size_t stages = world->pathways.stage_count;
    *choices = (struct choices){.places = world->geography.count};
    choices->kind_of = arena_zeroed(&world->arena, stages, sizeof *choices->kind_of, err);
    choices->kind = arena_zeroed(&world->arena, stages, sizeof *choices->kind, err);
    if (choices->kind_of == NULL || choices->kind == NULL || list_least(choices, &world->arena, err) != 0)
        return -1;
    for (size_t s = 0; s < stages; s++) {
        const struct stage *stage = &world->pathways.stage[s];
        const uint32_t k = find_kind(world, choices, stage);
        choices->kind_of[s] = k;
        if (k < choices->kinds)
            continue;
        choices->kind[choices->kinds++].stage = stage;
        if (list_sites(world, &choices->kind[k], err) != 0)
            return -1;
    }
    return make_sets(choices, &world->arena, err);
}

int choices_init_view(struct world *view, const struct world *world, struct err *err)
{
    view->choices = world->choices;
    return make_sets(&view->choices, &view->arena, err);
}

static const struct choice_kind *kind_of(const struct world *world, const struct stage *stage)
{
    return &world->choices.kind[world->choices.kind_of[stage - world->pathways.stage]];
}

/* --- the nearest of them --- */

static double chord2(const double a[3], const double b[3])
{
    const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

/* The first site that is not south of that. */
static size_t first_from(const struct choice_kind *kind, double z)
{
    size_t low = 0, high = kind->sites;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (kind->site[middle].at[2] < z)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The squares of the shortest chords, rising. */
struct shortest {
    double chord2[CHOICE_SET];
    size_t count;
};

static void keep_shortest(struct shortest *shortest, double chord)
{
    if (shortest->count == CHOICE_SET && chord >= shortest->chord2[CHOICE_SET - 1])
        return;
    size_t at = shortest->count < CHOICE_SET ? shortest->count++ : CHOICE_SET - 1;
    for (; at > 0 && shortest->chord2[at - 1] > chord; at--)
        shortest->chord2[at] = shortest->chord2[at - 1];
    shortest->chord2[at] = chord;
}

/* Goes north and south at once, always to the nearer latitude, until no nearer site can follow. */
static void find_shortest(const struct choice_kind *kind, const double origin[3], struct shortest *shortest)
{
    size_t north = first_from(kind, origin[2]), south = north;
    while (south > 0 || north < kind->sites) {
        const double up = north < kind->sites ? kind->site[north].at[2] - origin[2] : INFINITY;
        const double down = south > 0 ? origin[2] - kind->site[south - 1].at[2] : INFINITY;
        const double nearer = fmin(up, down);
        if (shortest->count == CHOICE_SET && nearer * nearer >= shortest->chord2[CHOICE_SET - 1])
            return;
        const struct choice_site *site = up < down ? &kind->site[north++] : &kind->site[--south];
        keep_shortest(shortest, chord2(origin, site->at));
    }
}

/* A square of a chord beyond which nobody can be among the nearest. Distances on the sphere and on the
 * ellipsoid differ by less than 0.6% either way. */
static double chord2_to_look_at(const struct choice_kind *kind, const double origin[3])
{
    struct shortest shortest = {.count = 0};
    find_shortest(kind, origin, &shortest);
    if (shortest.count < CHOICE_SET)
        return INFINITY;
    const double angle = 1.02 * 2 * asin(fmin(1, sqrt(shortest.chord2[CHOICE_SET - 1]) / 2));
    const double chord = angle < 3.14 ? 2 * sin(angle / 2) : INFINITY;
    return chord * chord + 1e-14;
}

/* Whether patients may be treated there who travel so long, or whom doctors reach so. */
static bool within(const struct stage *stage, const struct facility *facility, struct travel travel)
{
    return (stage->reach_us <= 0 || facility->stays_home || travel.us <= stage->reach_us) &&
           (facility->visits_us <= 0 || travel.us <= facility->visits_us);
}

static bool is_nearer(const struct candidate *a, const struct candidate *b)
{
    return a->travel.us < b->travel.us || (a->travel.us == b->travel.us && a->facility < b->facility);
}

static void sort_by_travel(struct choice_set *set)
{
    for (size_t i = 1; i < set->count; i++) {
        const struct candidate candidate = set->candidate[i];
        size_t at = i;
        for (; at > 0 && is_nearer(&candidate, &set->candidate[at - 1]); at--)
            set->candidate[at] = set->candidate[at - 1];
        set->candidate[at] = candidate;
    }
}

/* Whether a set holds the most attractive of more facilities than it has room for, and not the nearest. */
static bool is_picked(const struct world *world, const struct stage *stage)
{
    return kind_of(world, stage)->sites > CHOICE_SET && by_utility(world, stage);
}

/* The facilities that a set is made of, one after another; `at` goes on from 0. */
static bool next_site(const struct world *world, const struct stage *stage, uint32_t origin, double limit,
                      const double from[3], size_t *at, struct candidate *candidate)
{
    const struct choice_kind *kind = kind_of(world, stage);
    const double chord = sqrt(limit);
    for (; *at < kind->sites && kind->site[*at].at[2] <= from[2] + chord; ++*at) {
        if (chord2(from, kind->site[*at].at) > limit)
            continue;
        const uint32_t f = kind->site[*at].facility;
        const struct facility *facility = &world->facilities.facility[f];
        const struct travel travel = geography_travel(&world->geography, origin, facility->place);
        if (!within(stage, facility, travel))
            continue;
        *candidate = (struct candidate){.facility = f,
                                        .place = facility->place,
                                        .travel = travel,
                                        .hash = facility->hash,
                                        .rank = (double)travel.us};
        ++*at;
        return true;
    }
    return false;
}

/* The most attractive, among them the best of each level and ownership: what a policy opens or improves is
 * seldom what attracts most before. */
enum { GROUPS = FACILITY_LEVELS * FACILITY_OWNERSHIPS };
struct picking {
    struct choice_set most;        /* of all */
    struct candidate best[GROUPS]; /* by level and ownership */
    double best_rank[GROUPS];      /* INFINITY: none yet */
};

static int group_of(const struct facility *facility)
{
    return facility->declared_level * FACILITY_OWNERSHIPS + facility->ownership;
}

/* Whether a site may be one of them. Most are too far, which the chord tells without a geodesic. */
static bool may_be_picked(const struct world *world, const struct choice_kind *kind,
                          const struct picking *picking, const struct choice_site *site, const double from[3])
{
    const double least_rank = kind->per_radius * sqrt(chord2(from, site->at)) - site->appeal - 1e-9;
    const struct choice_set *most = &picking->most;
    return most->count < CHOICE_SET || least_rank <= most->candidate[CHOICE_SET - 1].rank ||
           least_rank <= picking->best_rank[group_of(&world->facilities.facility[site->facility])];
}

static void weigh(const struct world *world, const struct stage *stage, uint32_t origin, uint32_t f,
                  struct picking *picking)
{
    const struct facility *facility = &world->facilities.facility[f];
    const struct travel travel = geography_travel(&world->geography, origin, facility->place);
    if (!within(stage, facility, travel))
        return;
    const struct candidate candidate = {.facility = f,
                                        .place = facility->place,
                                        .travel = travel,
                                        .hash = facility->hash,
                                        .rank = -declared_utility(world, stage, facility, travel)};
    const int group = group_of(facility);
    insert(&picking->most, candidate);
    if (isinf(picking->best_rank[group]) || goes_before(&candidate, &picking->best[group])) {
        picking->best[group] = candidate;
        picking->best_rank[group] = candidate.rank;
    }
}

static void pick_set(const struct world *world, const struct stage *stage, uint32_t origin,
                     const double from[3], struct choice_set *set)
{
    const struct choice_kind *kind = kind_of(world, stage);
    struct picking picking = {.most = {.count = 0}};
    for (int group = 0; group < GROUPS; group++)
        picking.best_rank[group] = INFINITY;
    size_t north = first_from(kind, from[2]), south = north;
    while (south > 0 || north < kind->sites) {
        const double up = north < kind->sites ? kind->site[north].at[2] - from[2] : INFINITY;
        const double down = south > 0 ? from[2] - kind->site[south - 1].at[2] : INFINITY;
        const struct choice_site *site = up < down ? &kind->site[north++] : &kind->site[--south];
        if (may_be_picked(world, kind, &picking, site, from))
            weigh(world, stage, origin, site->facility, &picking);
    }
    for (int group = 0; group < GROUPS; group++)
        if (!isinf(picking.best_rank[group])) {
            struct candidate best = picking.best[group];
            best.rank -= 1e12;
            insert(set, best);
        }
    for (size_t i = 0; i < picking.most.count; i++) {
        const struct candidate *candidate = &picking.most.candidate[i];
        const int group = group_of(&world->facilities.facility[candidate->facility]);
        if (picking.best[group].facility != candidate->facility)
            insert(set, *candidate);
    }
    sort_by_travel(set);
}

static void fill_set(struct world *world, const struct stage *stage, uint32_t origin, struct choice_set *set)
{
    const struct choice_kind *kind = kind_of(world, stage);
    struct candidate candidate;
    double from[3];
    on_sphere(&world->geography.place[origin], from);
    set->version = world->rules->version - 1;
    if (is_picked(world, stage)) {
        pick_set(world, stage, origin, from, set);
        return;
    }
    const double limit = chord2_to_look_at(kind, from);
    size_t at = first_from(kind, from[2] - sqrt(limit));
    while (next_site(world, stage, origin, limit, from, &at, &candidate))
        insert(set, candidate);
}

/* What is known of the candidates is as old as the rules. */
static void renew(const struct world *world, const struct stage *stage, uint32_t origin,
                  struct choice_set *set)
{
    for (size_t i = 0; i < set->count && by_utility(world, stage); i++)
        set_fixed(world, stage, origin, &set->candidate[i]);
    set->version = world->rules->version;
}

static const struct choice_set *choice_set(struct world *world, const struct stage *stage, uint32_t origin)
{
    const size_t kind = world->choices.kind_of[stage - world->pathways.stage];
    struct choice_set **slot = &world->choices.set[origin * world->choices.kinds + kind];
    if (*slot != NULL && (*slot)->version != world->rules->version)
        renew(world, stage, origin, *slot);
    if (*slot != NULL)
        return *slot;
    struct err ignored = ERR_INIT;
    struct choice_set *set = arena_lines(&world->arena, 1, sizeof *set, &ignored);
    if (set == NULL) {
        engine_stop(world->engine, "out of memory for a choice set");
        static const struct choice_set nothing;
        return &nothing;
    }
    fill_set(world, stage, origin, set);
    renew(world, stage, origin, set);
    *slot = set;
    return set;
}

/* Keeps in mind what has been found: the patient will be sent there. */
static uint32_t choose(struct world *world, const struct candidate *candidate, uint32_t origin)
{
    world->choices.chosen = candidate;
    world->choices.chosen_from = origin;
    return candidate->facility;
}

struct travel choice_way(const struct world *world, uint32_t origin, uint32_t facility)
{
    const struct candidate *chosen = world->choices.chosen;
    if (chosen != NULL && chosen->facility == facility && world->choices.chosen_from == origin)
        return chosen->travel;
    return geography_travel(&world->geography, origin, world->facilities.facility[facility].place);
}

/* Beyond the set: when none of the nearest gives it now. */
static uint32_t nearest_of_all(const struct world *world, const struct stage *stage, uint32_t origin,
                               uint32_t except, uint32_t is)
{
    uint32_t best = PATIENT_NOWHERE;
    int64_t best_us = INT64_MAX;
    const struct choice_kind *kind = kind_of(world, stage);
    for (size_t i = 0; i < kind->sites; i++) {
        const uint32_t f = kind->site[i].facility;
        if (f == except || !known(world, stage, f, is))
            continue;
        const struct facility *facility = &world->facilities.facility[f];
        const struct travel travel = geography_travel(&world->geography, origin, facility->place);
        const bool nearer = travel.us < best_us || (travel.us == best_us && f < best);
        if (nearer && within(stage, facility, travel)) {
            best_us = travel.us;
            best = f;
        }
    }
    return best;
}

uint32_t choice_nearest(struct world *world, const struct stage *stage, uint32_t origin, uint32_t except,
                        uint32_t is)
{
    const struct choice_set *set = choice_set(world, stage, origin);
    is |= RULES_NEAREST;
    if (is_picked(world, stage))
        return nearest_of_all(world, stage, origin, except, is);
    for (size_t i = 0; i < set->count; i++)
        if (set->candidate[i].facility != except && known(world, stage, set->candidate[i].facility, is))
            return choose(world, &set->candidate[i], origin);
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
    const struct choice_set *set = choice_set(world, stage, origin);
    is |= RULES_NEAREST;
    uint32_t best = PATIENT_NOWHERE;
    double shortest = INFINITY;
    for (size_t i = 0; i < set->count; i++) {
        const uint32_t facility = set->candidate[i].facility;
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
    const struct choice_set *set = choice_set(world, stage, origin);
    is |= RULES_NEAREST;
    for (size_t i = 0; i < set->count; i++) {
        const uint32_t facility = set->candidate[i].facility;
        if (facility != except && known(world, stage, facility, is) && has_free(world, stage, facility))
            return choose(world, &set->candidate[i], origin);
    }
    return PATIENT_NOWHERE;
}

/* The partner of a facility, when it gives the stage and is within reach. */
static uint32_t partner_for(const struct world *world, const struct stage *stage, uint32_t from, uint32_t is)
{
    const struct facilities *facilities = &world->facilities;
    const uint32_t partner = facility_partner(facilities, from);
    if (partner == PATIENT_NOWHERE || !possible(world, stage, partner) || !known(world, stage, partner, is))
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

static double utility_now(const struct world *world, const struct stage *stage,
                          const struct candidate *candidate, bool referred)
{
    double utility = candidate->fixed[referred ? 0 : 1];
    if (stage->service < 0)
        return utility;
    const struct choice_spec *spec = &world->pathways.condition[stage->condition].spec->choice;
    const struct offer *offer =
        facility_offer(&world->facilities, candidate->facility, (uint32_t)stage->service);
    return utility - spec->wait_per_d * offer->believed_wait_us / DAY_US +
           spec->proficiency * (offer->unlimited ? 1 : offer->believed_proficiency);
}

/* The race of the alternatives: who finishes first is taken. Times are logarithms. */
struct race {
    const struct world *world;
    struct rng_identity patient;
    uint32_t stage;
    double first;
    const struct candidate *best; /* NULL: home */
};

static void run_home(struct race *race, double utility)
{
    const struct rng_words luck = rng_draw(&race->world->rng, race->patient,
                                           (struct rng_purpose){.quantity = DRAW_STAY, .stage = race->stage});
    race->first = appeal_time(luck.w[0]) - utility;
}

static void run(struct race *race, const struct candidate *candidate, double utility)
{
    const struct rng_identity who = {.stream = race->patient.stream ^ candidate->hash,
                                     .ordinal = race->patient.ordinal};
    const struct rng_words luck =
        rng_draw(&race->world->rng, who, (struct rng_purpose){.quantity = DRAW_CHOICE, .stage = race->stage});
    if (race->world->choices.least[luck.w[0] >> (32 - APPEAL_BITS)] - utility >= race->first)
        return;
    const double time = appeal_time(luck.w[0]) - utility;
    if (time < race->first) {
        race->first = time;
        race->best = candidate;
    }
}

uint32_t choice_utility(struct world *world, const struct stage *stage, uint32_t origin,
                        struct rng_identity patient, uint32_t is, bool referred)
{
    const struct choice_set *set = choice_set(world, stage, origin);
    struct race race = {.world = world, .patient = patient, .stage = stage->index};
    run_home(&race, world->pathways.condition[stage->condition].spec->choice.stay);
    for (size_t i = 0; i < set->count; i++)
        if (known(world, stage, set->candidate[i].facility, is))
            run(&race, &set->candidate[i], utility_now(world, stage, &set->candidate[i], referred));
    return race.best == NULL ? CHOICE_HOME : choose(world, race.best, origin);
}

/* --- bypassing --- */

static int fill_near(struct world *world, const struct stage *stage, uint32_t origin, struct choice_set *set)
{
    const struct choice_kind *kind = kind_of(world, stage);
    struct choice_set nearest = {.count = 0};
    struct candidate candidate;
    struct err ignored = ERR_INIT;
    double from[3];
    on_sphere(&world->geography.place[origin], from);
    const double limit = chord2_to_look_at(kind, from);
    for (size_t at = first_from(kind, from[2] - sqrt(limit));
         next_site(world, stage, origin, limit, from, &at, &candidate);)
        insert(&nearest, candidate);
    set->near = arena_zeroed(&world->arena, CHOICE_SET, sizeof *set->near, &ignored);
    if (set->near == NULL) {
        engine_stop(world->engine, "out of memory for a choice set");
        return -1;
    }
    for (size_t i = 0; i < nearest.count; i++)
        set->near[set->near_count++] =
            (struct choice_near){nearest.candidate[i].facility, nearest.candidate[i].travel.us};
    return 0;
}

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
    const size_t kind = world->choices.kind_of[stage - world->pathways.stage];
    struct choice_set *set = world->choices.set[origin * world->choices.kinds + kind];
    for (size_t i = 0; i < set->count && set->candidate[i].travel.us < travel_us; i++)
        if (is_passed(world, stage, set->candidate[i].facility, is))
            return true;
    if (!is_picked(world, stage) || (set->near == NULL && fill_near(world, stage, origin, set) != 0))
        return false;
    for (size_t i = 0; i < set->near_count && set->near[i].travel_us < travel_us; i++)
        if (is_passed(world, stage, set->near[i].facility, is))
            return true;
    return false;
}
