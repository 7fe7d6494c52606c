#include "models/choice_set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/world_parts.h"

#define HOUR_US 3600e6
#define DAY_US 86400e6

bool choice_possible(const struct world *world, const struct stage *stage, uint32_t facility)
{
    for (size_t i = 0; i < stage->need_count; i++) {
        const int32_t ward = facility_ward(&world->facilities, facility, stage->need[i].resource);
        if (ward < 0)
            return false;
    }
    return stage->service < 0 ||
           facility_offer(&world->facilities, facility, (uint32_t)stage->service) != NULL;
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

/* `size`: what its beds bring. */
static double fixed_utility(const struct world *world, const struct choice_kind *kind, struct offered offered,
                            double size, struct travel travel)
{
    const struct choice_spec *spec = &world->pathways.condition[kind->stage->condition].spec->choice;
    const struct facility *facility = offered.facility;
    double utility = facility->stays_home ? 0 : -spec->travel_per_h * (double)travel.us / HOUR_US;
    if (offered.beds > 1)
        utility += size;
    utility += kind->level[offered.level];
    if (spec->ownership.count > 0)
        utility += kind->ownership[facility->ownership];
    if (facility->group >= 0)
        utility += kind->group[facility->group];
    if (spec->price_per_kcny > 0 || spec->price_per_kcny < 0)
        utility -= spec->price_per_kcny * price_of(world, kind->stage, facility, travel, offered.reimbursed);
    return utility;
}

static double size_of(const struct choice_spec *spec, int64_t beds)
{
    return beds > 1 ? spec->size * log((double)beds) : 0;
}

/* What is believed of the service that is to be had there. */
static double believed(const struct choice_spec *spec, const struct offer *offer, double utility)
{
    if (offer == NULL)
        return utility;
    return utility - spec->wait_per_d * offer->believed_wait_us / DAY_US +
           spec->proficiency * (offer->unlimited ? 1 : offer->believed_proficiency);
}

static const struct choice_kind *kind_of(const struct world *world, const struct stage *stage)
{
    return &world->choices.kind[world->choices.kind_of[stage - world->pathways.stage]];
}

/* With a referral, and without; as the rules are now. */
static void set_utility(const struct world *world, const struct stage *stage, uint32_t origin,
                        struct choice_set *set, size_t i, const struct offer *offer)
{
    const struct choice_kind *kind = kind_of(world, stage);
    const struct choice_spec *spec = &world->pathways.condition[stage->condition].spec->choice;
    const struct facility *facility = &world->facilities.facility[set->facility[i]];
    const bool asked = rules_asks_referral(world, stage->condition, set->facility[i]);
    const double size = size_of(spec, facility->beds);
    for (int unreferred = 0; unreferred < 2; unreferred++) {
        const double share = rules_share(world, set->facility[i], origin, asked && unreferred == 1);
        const struct offered offered = {facility, facility->level, facility->beds, share};
        set->utility[unreferred][i] =
            believed(spec, offer, fixed_utility(world, kind, offered, size, set->way[i]));
    }
    set->referral_matters = set->referral_matters || set->utility[0][i] < set->utility[1][i] ||
                            set->utility[0][i] > set->utility[1][i];
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

static int from_south_to_north(const void *first, const void *second)
{
    const struct choice_site *a = first, *b = second;
    if (a->at[2] != b->at[2])
        return a->at[2] < b->at[2] ? -1 : 1;
    return (a->facility > b->facility) - (a->facility < b->facility);
}

/* By what the scenario declares. */
static double declared_utility(const struct world *world, const struct choice_kind *kind,
                               const struct choice_site *site, struct travel travel)
{
    const struct facility *facility = &world->facilities.facility[site->facility];
    const struct offered declared = {facility, facility->declared_level, facility->declared_beds,
                                     facility->reimbursed};
    return fixed_utility(world, kind, declared, site->size, travel);
}

/* Who belongs to no group is twice of the same sort. */
static void find_sorts(const struct facility *facility, uint32_t sort[CHOICE_SORTS_OF_SITE])
{
    sort[0] = (uint32_t)(facility->declared_level * FACILITY_OWNERSHIPS + facility->ownership);
    sort[1] =
        facility->group < 0 ? sort[0] : (uint32_t)(FACILITY_LEVELS * FACILITY_OWNERSHIPS + facility->group);
}

static void find_constants(const struct world *world, const struct choice_spec *spec,
                           struct choice_kind *kind)
{
    for (int l = 0; l < FACILITY_LEVELS; l++)
        kind->level[l] = constant_of(&spec->level, facility_level_names[l]);
    for (int o = 0; o < FACILITY_OWNERSHIPS; o++)
        kind->ownership[o] = constant_of(&spec->ownership, facility_ownership_names[o]);
    for (size_t g = 0; g < world->scenario->groups.count && g < FACILITY_GROUPS; g++) {
        const struct group_spec *group = SCENARIO_ITEM(world->scenario->groups, struct group_spec, g);
        kind->group[g] = group->utility + constant_of(&spec->group, group->name);
    }
}

static void weigh_sites(const struct world *world, struct choice_kind *kind)
{
    const struct choice_spec *spec = &world->pathways.condition[kind->stage->condition].spec->choice;
    find_constants(world, spec, kind);
    const bool bounded = spec->travel_per_h >= 0 && spec->price_per_kcny >= 0;
    kind->picked = kind->sites > CHOICE_SET;
    kind->travel_per_h = bounded ? spec->travel_per_h : 0;
    for (size_t s = 0; s < CHOICE_SORTS; s++)
        kind->appeal[s] = -INFINITY;
    for (size_t i = 0; i < kind->sites; i++) {
        struct choice_site *site = &kind->site[i];
        const struct facility *facility = &world->facilities.facility[site->facility];
        find_sorts(facility, site->sort);
        site->size = size_of(spec, facility->declared_beds);
        site->appeal = bounded && !facility->stays_home
                           ? declared_utility(world, kind, site, (struct travel){.us = 0})
                           : INFINITY;
        for (size_t s = 0; s < CHOICE_SORTS_OF_SITE; s++)
            kind->appeal[site->sort[s]] = fmax(kind->appeal[site->sort[s]], site->appeal);
    }
}

/* The class of a site, made where there is none yet. */
static struct choice_class *class_of(struct choice_kind *kind, const struct choice_site *site)
{
    for (size_t c = 0; c < kind->classes; c++)
        if (memcmp(kind->class_[c].sort, site->sort, sizeof site->sort) == 0)
            return &kind->class_[c];
    if (kind->classes == CHOICE_CLASSES) {
        kind->class_[CHOICE_CLASSES - 1].mixed = true;
        return &kind->class_[CHOICE_CLASSES - 1];
    }
    struct choice_class *class_ = &kind->class_[kind->classes++];
    memcpy(class_->sort, site->sort, sizeof class_->sort);
    return class_;
}

static int list_classes(struct world *world, struct choice_kind *kind, struct err *err)
{
    kind->class_ = arena_zeroed(&world->arena, CHOICE_CLASSES, sizeof *kind->class_, err);
    kind->by_class = arena_zeroed(&world->arena, kind->sites, sizeof *kind->by_class, err);
    uint8_t *number = mem_zeroed(kind->sites, sizeof *number, err);
    if (kind->class_ == NULL || kind->by_class == NULL || number == NULL) {
        free(number);
        return -1;
    }
    for (size_t i = 0; i < kind->sites; i++) {
        struct choice_class *class_ = class_of(kind, &kind->site[i]);
        number[i] = (uint8_t)(class_ - kind->class_);
        class_->count++;
    }
    uint32_t first = 0;
    for (size_t c = 0; c < kind->classes; c++) {
        kind->class_[c].first = first;
        first += kind->class_[c].count;
        kind->class_[c].count = 0;
    }
    for (size_t i = 0; i < kind->sites; i++) {
        struct choice_class *class_ = &kind->class_[number[i]];
        kind->by_class[class_->first + class_->count++] = (uint32_t)i;
    }
    free(number);
    return 0;
}

static bool is_site(const struct world *world, const struct stage *stage, uint32_t facility)
{
    return choice_possible(world, stage, facility) && !world->facilities.facility[facility].outside;
}

static int list_sites(struct world *world, struct choice_kind *kind, struct err *err)
{
    for (uint32_t f = 0; f < world->facilities.count; f++)
        kind->sites += is_site(world, kind->stage, f);
    kind->site = arena_zeroed(&world->arena, kind->sites, sizeof *kind->site, err);
    if (kind->site == NULL)
        return -1;
    size_t count = 0;
    for (uint32_t f = 0; f < world->facilities.count; f++)
        if (is_site(world, kind->stage, f)) {
            kind->site[count].facility = f;
            memcpy(kind->site[count].at, world->geography.place[world->facilities.facility[f].place].at,
                   sizeof kind->site[count].at);
            count++;
        }
    qsort(kind->site, kind->sites, sizeof *kind->site, from_south_to_north);
    if (!by_utility(world, kind->stage))
        return 0;
    weigh_sites(world, kind);
    return kind->picked ? list_classes(world, kind, err) : 0;
}

static int make_sets(struct choices *choices, struct arena *arena, struct err *err)
{
    size_t cells = 0;
    if (__builtin_mul_overflow(choices->kinds, choices->places, &cells))
        return err_fail(err, "%zu kinds of stages seen from %zu places are too many", choices->kinds,
                        choices->places);
    choices->slot = arena_lines(arena, cells, sizeof *choices->slot, err);
    return choices->slot == NULL ? -1 : 0;
}

int choice_sets_init(struct world *world, struct err *err)
{
    struct choices *choices = &world->choices;
    const size_t stages = world->pathways.stage_count;
    *choices = (struct choices){.places = world->geography.count, .chosen = PATIENT_NOWHERE};
    choices->kind_of = arena_zeroed(&world->arena, stages, sizeof *choices->kind_of, err);
    choices->kind = arena_zeroed(&world->arena, stages, sizeof *choices->kind, err);
    if (choices->kind_of == NULL || choices->kind == NULL)
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

int choice_sets_init_view(struct world *view, const struct world *world, struct err *err)
{
    view->choices = world->choices;
    return make_sets(&view->choices, &view->arena, err);
}

/* --- how far they are --- */

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

/* --- filling a set --- */

bool choice_within(const struct stage *stage, const struct facility *facility, struct travel travel)
{
    return (stage->reach_us <= 0 || facility->stays_home || travel.us <= stage->reach_us) &&
           (facility->visits_us <= 0 || travel.us <= facility->visits_us);
}

/* While a set is made: of lowest rank first. */
struct candidate {
    uint32_t facility;
    struct travel travel;
    double rank;
};
struct ranking {
    size_t count;
    struct candidate candidate[CHOICE_SET];
};

static bool goes_before(const struct candidate *a, const struct candidate *b)
{
    return a->rank < b->rank || (!(b->rank < a->rank) && a->facility < b->facility);
}

/* Keeps the candidates of lowest rank in order; equal ranks by facility order. False: there are better ones.
 */
static bool insert(struct ranking *ranking, struct candidate candidate)
{
    size_t at = ranking->count;
    while (at > 0 && goes_before(&candidate, &ranking->candidate[at - 1]))
        at--;
    if (at >= CHOICE_SET)
        return false;
    const size_t last = ranking->count < CHOICE_SET ? ranking->count++ : CHOICE_SET - 1;
    memmove(&ranking->candidate[at + 1], &ranking->candidate[at], (last - at) * sizeof candidate);
    ranking->candidate[at] = candidate;
    return true;
}

static bool is_nearer(const struct candidate *a, const struct candidate *b)
{
    return a->travel.us < b->travel.us || (a->travel.us == b->travel.us && a->facility < b->facility);
}

static void sort_by_travel(struct ranking *ranking)
{
    for (size_t i = 1; i < ranking->count; i++) {
        const struct candidate candidate = ranking->candidate[i];
        size_t at = i;
        for (; at > 0 && is_nearer(&candidate, &ranking->candidate[at - 1]); at--)
            ranking->candidate[at] = ranking->candidate[at - 1];
        ranking->candidate[at] = candidate;
    }
}

static void rank_nearest(const struct world *world, const struct stage *stage, uint32_t origin,
                         struct ranking *ranking)
{
    const struct choice_kind *kind = kind_of(world, stage);
    const double *from = world->geography.place[origin].at;
    const double limit = chord2_to_look_at(kind, from), chord = sqrt(limit);
    for (size_t i = first_from(kind, from[2] - chord);
         i < kind->sites && kind->site[i].at[2] <= from[2] + chord; i++) {
        if (chord2(from, kind->site[i].at) > limit)
            continue;
        const uint32_t f = kind->site[i].facility;
        const struct facility *facility = &world->facilities.facility[f];
        const struct travel travel = geography_travel(&world->geography, origin, facility->place);
        if (choice_within(stage, facility, travel))
            (void)insert(ranking, (struct candidate){f, travel, (double)travel.us});
    }
}

/* The most attractive, among them the best of each sort. */
struct picking {
    struct ranking most;                 /* of all */
    struct candidate best[CHOICE_SORTS]; /* of each sort */
    double best_rank[CHOICE_SORTS];      /* INFINITY: none yet */
    double chord2[CHOICE_SORTS]; /* nobody of the sort who is farther can be picked; negative: there is
                                    nobody */
};

/* The rank that somebody of a sort has to reach. */
static double rank_to_reach(const struct picking *picking, size_t sort)
{
    const struct ranking *most = &picking->most;
    return most->count < CHOICE_SET ? INFINITY
                                    : fmax(most->candidate[CHOICE_SET - 1].rank, picking->best_rank[sort]);
}

/* Margins of rank and chord are for rounding. */
static void limit_sorts(const struct world *world, const struct choice_kind *kind, struct picking *picking)
{
    for (size_t s = 0; s < CHOICE_SORTS; s++) {
        picking->chord2[s] = -1;
        if (isinf(kind->appeal[s]) && kind->appeal[s] < 0)
            continue;
        const double loss = rank_to_reach(picking, s) + kind->appeal[s] + 1e-9;
        if (loss < 0)
            continue;
        const double chord = isinf(loss) || kind->travel_per_h <= 0
                                 ? INFINITY
                                 : geography_chord(&world->geography, loss / kind->travel_per_h * HOUR_US);
        picking->chord2[s] = chord * chord * (1 + 1e-9);
    }
}

static void weigh(const struct world *world, const struct stage *stage, uint32_t origin,
                  const struct choice_site *site, struct picking *picking)
{
    const struct facility *facility = &world->facilities.facility[site->facility];
    const struct travel travel = geography_travel(&world->geography, origin, facility->place);
    if (!choice_within(stage, facility, travel))
        return;
    const struct candidate candidate = {site->facility, travel,
                                        -declared_utility(world, kind_of(world, stage), site, travel)};
    bool changed = insert(&picking->most, candidate);
    for (size_t i = 0; i < CHOICE_SORTS_OF_SITE; i++) {
        const uint32_t sort = site->sort[i];
        if (isinf(picking->best_rank[sort]) || goes_before(&candidate, &picking->best[sort])) {
            picking->best[sort] = candidate;
            picking->best_rank[sort] = candidate.rank;
            changed = true;
        }
    }
    if (changed)
        limit_sorts(world, kind_of(world, stage), picking);
}

/* Whether a site may be picked. Most are too far, which the chord tells without a geodesic. */
static bool may_be_picked(const struct world *world, const struct choice_kind *kind,
                          const struct picking *picking, const struct choice_site *site, double chord2)
{
    const uint32_t *sort = site->sort;
    if (chord2 > fmax(picking->chord2[sort[0]], picking->chord2[sort[1]]))
        return false;
    const double least_us = geography_least_us(&world->geography, sqrt(chord2));
    const double least_rank = kind->travel_per_h * (least_us / HOUR_US) - site->appeal - 1e-9;
    return least_rank <= fmax(rank_to_reach(picking, sort[0]), rank_to_reach(picking, sort[1]));
}

/* Nobody of a class who is farther can be picked. */
static double farthest(const struct choice_class *class_, const struct picking *picking)
{
    const double first = picking->chord2[class_->sort[0]], second = picking->chord2[class_->sort[1]];
    return class_->mixed ? INFINITY : first > second ? first : second;
}

static const struct choice_site *nth(const struct choice_kind *kind, const struct choice_class *class_,
                                     size_t n)
{
    return &kind->site[kind->by_class[class_->first + n]];
}

/* Those of a class who are farther than `near`: north and south at once, always to the nearer latitude. */
static void weigh_class(const struct world *world, const struct stage *stage, uint32_t origin,
                        const struct choice_class *class_, double near, struct picking *picking)
{
    const struct choice_kind *kind = kind_of(world, stage);
    const double *from = world->geography.place[origin].at;
    size_t north = 0, high = class_->count;
    while (north < high) {
        const size_t middle = north + (high - north) / 2;
        if (nth(kind, class_, middle)->at[2] < from[2])
            north = middle + 1;
        else
            high = middle;
    }
    size_t south = north;
    double limit = farthest(class_, picking);
    while (south > 0 || north < class_->count) {
        const double up = north < class_->count ? nth(kind, class_, north)->at[2] - from[2] : INFINITY;
        const double down = south > 0 ? from[2] - nth(kind, class_, south - 1)->at[2] : INFINITY;
        const double nearer = up < down ? up : down;
        if (nearer * nearer > limit)
            return;
        const struct choice_site *site = nth(kind, class_, up < down ? north++ : --south);
        const double far = chord2(from, site->at);
        if (far > limit || far <= near || !may_be_picked(world, kind, picking, site, far))
            continue;
        weigh(world, stage, origin, site, picking);
        limit = farthest(class_, picking);
    }
}

/* The nearest first, so that most of the others need no geodesic. */
static void weigh_all(const struct world *world, const struct stage *stage, uint32_t origin,
                      struct picking *picking)
{
    const struct choice_kind *kind = kind_of(world, stage);
    const double *from = world->geography.place[origin].at;
    const double limit = chord2_to_look_at(kind, from), chord = sqrt(limit);
    limit_sorts(world, kind, picking);
    for (size_t i = first_from(kind, from[2] - chord);
         i < kind->sites && kind->site[i].at[2] <= from[2] + chord; i++)
        if (chord2(from, kind->site[i].at) <= limit)
            weigh(world, stage, origin, &kind->site[i], picking);
    for (size_t c = 0; c < kind->classes; c++)
        weigh_class(world, stage, origin, &kind->class_[c], limit, picking);
}

/* Whether a facility is the best of one of the first sorts. */
static bool is_best(const struct picking *picking, uint32_t facility, size_t sorts)
{
    for (size_t s = 0; s < sorts; s++)
        if (!isinf(picking->best_rank[s]) && picking->best[s].facility == facility)
            return true;
    return false;
}

static void rank_picked(const struct world *world, const struct stage *stage, uint32_t origin,
                        struct ranking *ranking)
{
    struct picking picking = {.most = {.count = 0}};
    for (size_t s = 0; s < CHOICE_SORTS; s++)
        picking.best_rank[s] = INFINITY;
    weigh_all(world, stage, origin, &picking);
    for (size_t s = 0; s < CHOICE_SORTS; s++)
        if (!isinf(picking.best_rank[s]) && !is_best(&picking, picking.best[s].facility, s)) {
            struct candidate best = picking.best[s];
            best.rank -= 1e12;
            (void)insert(ranking, best);
        }
    for (size_t i = 0; i < picking.most.count; i++)
        if (!is_best(&picking, picking.most.candidate[i].facility, CHOICE_SORTS))
            (void)insert(ranking, picking.most.candidate[i]);
    sort_by_travel(ranking);
}

static void fill_set(const struct world *world, const struct stage *stage, uint32_t origin,
                     struct choice_set *set)
{
    struct ranking ranking = {.count = 0};
    if (kind_of(world, stage)->picked)
        rank_picked(world, stage, origin, &ranking);
    else
        rank_nearest(world, stage, origin, &ranking);
    set->count = (uint32_t)ranking.count;
    for (size_t i = 0; i < ranking.count; i++) {
        set->facility[i] = ranking.candidate[i].facility;
        set->hash[i] = world->facilities.facility[set->facility[i]].hash;
        set->way[i] = ranking.candidate[i].travel;
    }
}

/* Apart, since room for an error's words is ten kilobytes. */
__attribute__((noinline)) static struct choice_set *new_set(struct world *world)
{
    struct err ignored;
    ignored.count = 0;
    return arena_lines(&world->arena, 1, sizeof(struct choice_set), &ignored);
}

/* Notes what is known of a candidate: on the board or not, whom it refuses, how attractive it is. */
static void know(const struct world *world, const struct stage *stage, uint32_t origin,
                 struct choice_set *set, size_t i)
{
    const struct offer *offer =
        stage->service < 0 ? NULL
                           : facility_offer(&world->facilities, set->facility[i], (uint32_t)stage->service);
    set->refuses[i] = world->rules->refuses[set->facility[i]];
    const bool given = offer == NULL || offer->on_board;
    const bool runs = given && (set->refuses[i] & RULES_ANYBODY) == 0;
    set->given = (uint16_t)(set->given | (uint32_t)given << i);
    set->refused |= runs ? set->refuses[i] : 0;
    if (!by_utility(world, stage))
        return;
    set_utility(world, stage, origin, set, i, offer);
    if (runs)
        set->bounded = race_bound(set->utility[1][i], &set->bound[i], &set->margin) && set->bounded;
}

static struct choice_set *make_set(struct world *world, const struct stage *stage, uint32_t origin,
                                   struct choice_slot *slot)
{
    struct choice_set *set = new_set(world);
    if (set == NULL) {
        engine_stop(world->engine, "out of memory for a choice set");
        return NULL;
    }
    fill_set(world, stage, origin, set);
    slot->set = set;
    slot->way = set->way[0];
    slot->facility = kind_of(world, stage)->picked || set->count == 0 ? PATIENT_NOWHERE : set->facility[0];
    return set;
}

const struct choice_set *choice_set_renew(struct world *world, const struct stage *stage, uint32_t origin)
{
    static const struct choice_set nothing;
    const size_t kind = world->choices.kind_of[stage - world->pathways.stage];
    struct choice_slot *slot = &world->choices.slot[origin * world->choices.kinds + kind];
    struct choice_set *set = slot->set != NULL ? slot->set : make_set(world, stage, origin, slot);
    if (set == NULL)
        return &nothing;
    set->refused = set->bypassed_refuse = 0;
    set->given = set->answered = set->bypasses = 0;
    set->referral_matters = false;
    set->bounded = true;
    set->margin = 0;
    for (size_t i = 0; i < CHOICE_SET; i++)
        set->bound[i] = -INFINITY;
    for (size_t i = 0; i < set->count; i++)
        know(world, stage, origin, set, i);
    set->version = world->rules->version;
    return set;
}

__attribute__((noinline)) static struct choice_near *new_near(struct world *world)
{
    struct err ignored;
    ignored.count = 0;
    return arena_zeroed(&world->arena, 1, sizeof(struct choice_near), &ignored);
}

const struct choice_near *choice_set_near(struct world *world, const struct stage *stage, uint32_t origin)
{
    const size_t kind = world->choices.kind_of[stage - world->pathways.stage];
    struct choice_set *set = world->choices.slot[origin * world->choices.kinds + kind].set;
    if (set == NULL || set->near != NULL)
        return set == NULL ? NULL : set->near;
    struct ranking ranking = {.count = 0};
    struct choice_near *near = new_near(world);
    if (near == NULL) {
        engine_stop(world->engine, "out of memory for a choice set");
        return NULL;
    }
    rank_nearest(world, stage, origin, &ranking);
    for (size_t i = 0; i < ranking.count; i++) {
        near->facility[i] = ranking.candidate[i].facility;
        near->travel_us[i] = ranking.candidate[i].travel.us;
    }
    near->count = (uint32_t)ranking.count;
    set->near = near;
    return near;
}
