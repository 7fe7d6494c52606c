#include "models/policies/match.h"

#include <stdbool.h>
#include <stdlib.h>

#include "sim/mem.h"

static bool has_room(const struct match *match, const int64_t *taken, size_t helper)
{
    return match->load == 0 || taken[helper] < match->load;
}

static int64_t way(const struct match *match, size_t helped, size_t helper)
{
    return match->way_us[helped * match->helpers + helper];
}

/* The hospital without a helper that needs one most. */
static size_t neediest(const struct match *match, const bool *done)
{
    size_t best = match->helped;
    for (size_t h = 0; h < match->helped; h++)
        if (!done[h] && (best == match->helped || match->need[h] > match->need[best]))
            best = h;
    return best;
}

static int32_t nearest_left(const struct match *match, const int64_t *taken, size_t helped)
{
    int32_t best = MATCH_NOBODY;
    for (size_t k = 0; k < match->helpers; k++)
        if (has_room(match, taken, k) &&
            (best == MATCH_NOBODY || way(match, helped, k) < way(match, helped, (size_t)best)))
            best = (int32_t)k;
    return best;
}

/* Load over size: a / b < c / d as a d < c b, in doubles that hold such products well enough. */
static int compare_load(const struct match *match, const int64_t *taken, size_t a, size_t b)
{
    const double left = (double)(taken[a] + 1) * (double)match->size[b];
    const double right = (double)(taken[b] + 1) * (double)match->size[a];
    return (left > right) - (left < right);
}

static int32_t least_loaded(const struct match *match, const int64_t *taken, size_t helped)
{
    int32_t best = MATCH_NOBODY;
    for (size_t k = 0; k < match->helpers; k++) {
        if (!has_room(match, taken, k))
            continue;
        const int order = best == MATCH_NOBODY ? -1 : compare_load(match, taken, k, (size_t)best);
        if (order < 0 || (order == 0 && way(match, helped, k) < way(match, helped, (size_t)best)))
            best = (int32_t)k;
    }
    return best;
}

static void by_need(const struct match *match, bool balanced, int64_t *taken, bool *done, int32_t *helper_of)
{
    for (size_t h = neediest(match, done); h < match->helped; h = neediest(match, done)) {
        helper_of[h] = balanced ? least_loaded(match, taken, h) : nearest_left(match, taken, h);
        if (helper_of[h] != MATCH_NOBODY)
            taken[helper_of[h]]++;
        done[h] = true;
    }
}

/* Takes the shortest way that is left again and again. */
static void by_way(const struct match *match, int64_t *taken, bool *done, int32_t *helper_of)
{
    for (size_t n = 0; n < match->helped; n++) {
        size_t best = match->helped;
        int32_t best_helper = MATCH_NOBODY;
        for (size_t h = 0; h < match->helped; h++) {
            const int32_t helper = done[h] ? MATCH_NOBODY : nearest_left(match, taken, h);
            if (helper == MATCH_NOBODY)
                continue;
            if (best == match->helped ||
                way(match, h, (size_t)helper) < way(match, best, (size_t)best_helper)) {
                best = h;
                best_helper = helper;
            }
        }
        if (best == match->helped)
            return;
        helper_of[best] = best_helper;
        taken[best_helper]++;
        done[best] = true;
    }
}

int match_make(const struct match *match, enum match_rule rule, int32_t *helper_of, struct err *err)
{
    for (size_t h = 0; h < match->helped; h++)
        helper_of[h] = MATCH_NOBODY;
    if (match->helpers == 0 || match->helped == 0)
        return 0;
    if (rule == MATCH_OPTIMAL)
        return match_optimal(match, helper_of, err);
    int64_t *taken = mem_zeroed(match->helpers, sizeof *taken, err);
    bool *done = mem_zeroed(match->helped, sizeof *done, err);
    const int result = taken == NULL || done == NULL ? -1 : 0;
    if (result == 0 && rule == MATCH_NEAREST)
        by_way(match, taken, done, helper_of);
    else if (result == 0)
        by_need(match, rule == MATCH_BALANCED, taken, done, helper_of);
    free(taken);
    free(done);
    return result;
}
