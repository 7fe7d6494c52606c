#include "models/choice_pick.h"

#include <math.h>
#include <string.h>

#include "models/choice_attraction.h"
#include "models/choice_kind.h"
#include "models/world_parts.h"

#define HOUR_US 3600e6

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

/* --- rankings --- */

static bool goes_before(const struct choice_candidate *a, const struct choice_candidate *b)
{
    return a->rank < b->rank || (!(b->rank < a->rank) && a->facility < b->facility);
}

/* Keeps the candidates of lowest rank in order; equal ranks by facility order. False: there are better ones.
 */
static bool insert(struct choice_ranking *ranking, struct choice_candidate candidate)
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

static bool is_nearer(const struct choice_candidate *a, const struct choice_candidate *b)
{
    return a->travel.us < b->travel.us || (a->travel.us == b->travel.us && a->facility < b->facility);
}

static void sort_by_travel(struct choice_ranking *ranking)
{
    for (size_t i = 1; i < ranking->count; i++) {
        const struct choice_candidate candidate = ranking->candidate[i];
        size_t at = i;
        for (; at > 0 && is_nearer(&candidate, &ranking->candidate[at - 1]); at--)
            ranking->candidate[at] = ranking->candidate[at - 1];
        ranking->candidate[at] = candidate;
    }
}

/* --- the nearest --- */

void choice_pick_nearest(const struct world *world, const struct stage *stage, uint32_t origin,
                         struct choice_ranking *ranking)
{
    const struct choice_kind *kind = choice_kind_of(world, stage);
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
            (void)insert(ranking, (struct choice_candidate){f, travel, (double)travel.us});
    }
}

/* --- the most attractive --- */

/* The most attractive, among them the best of each sort. */
struct picking {
    struct choice_ranking most;                 /* of all */
    struct choice_candidate best[CHOICE_SORTS]; /* of each sort */
    double best_rank[CHOICE_SORTS];             /* INFINITY: none yet */
    double chord2[CHOICE_SORTS]; /* nobody of the sort who is farther can be picked; negative: there is
                                    nobody */
};

/* The rank that somebody of a sort has to reach. */
static double rank_to_reach(const struct picking *picking, size_t sort)
{
    const struct choice_ranking *most = &picking->most;
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
    const struct choice_candidate candidate = {
        site->facility, travel,
        -choice_attraction_declared(world, choice_kind_of(world, stage), site, travel)};
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
        limit_sorts(world, choice_kind_of(world, stage), picking);
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
    const struct choice_kind *kind = choice_kind_of(world, stage);
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
    const struct choice_kind *kind = choice_kind_of(world, stage);
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

void choice_pick_attractive(const struct world *world, const struct stage *stage, uint32_t origin,
                            struct choice_ranking *ranking)
{
    struct picking picking = {.most = {.count = 0}};
    for (size_t s = 0; s < CHOICE_SORTS; s++)
        picking.best_rank[s] = INFINITY;
    weigh_all(world, stage, origin, &picking);
    for (size_t s = 0; s < CHOICE_SORTS; s++)
        if (!isinf(picking.best_rank[s]) && !is_best(&picking, picking.best[s].facility, s)) {
            struct choice_candidate best = picking.best[s];
            best.rank -= 1e12;
            (void)insert(ranking, best);
        }
    for (size_t i = 0; i < picking.most.count; i++)
        if (!is_best(&picking, picking.most.candidate[i].facility, CHOICE_SORTS))
            (void)insert(ranking, picking.most.candidate[i]);
    sort_by_travel(ranking);
}
