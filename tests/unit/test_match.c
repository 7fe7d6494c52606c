#include "models/policies/match.h"

#include <stdlib.h>

#include <criterion/criterion.h>

#define HOUR_US INT64_C(3600000000)

/* Two helpers, two hospitals: the nearest pair forces a long way on the other. */
static const int64_t crossed_us[] = {1 * HOUR_US, 2 * HOUR_US, 3 * HOUR_US, 9 * HOUR_US};
static const int64_t no_need[] = {0, 0}, some_need[] = {3, 8}, even[] = {1, 1};

static void pairs(const struct match *match, enum match_rule rule, int32_t first, int32_t second)
{
    struct err err = ERR_INIT;
    int32_t helper_of[2];
    cr_assert_eq(match_make(match, rule, helper_of, &err), 0, "%s", err.text[0]);
    cr_assert_eq(helper_of[0], first, "rule %d: %d", rule, helper_of[0]);
    cr_assert_eq(helper_of[1], second, "rule %d: %d", rule, helper_of[1]);
}

Test(match, each_rule_pairs_as_it_says)
{
    struct match match = {2, 2, crossed_us, no_need, even, 1};
    pairs(&match, MATCH_NEAREST, 0, 1); /* 1 h, and then 9 h are left */
    pairs(&match, MATCH_OPTIMAL, 1, 0); /* 2 h + 3 h */
    match.need = some_need;
    pairs(&match, MATCH_NEED, 1, 0); /* the second chooses first */
    match.load = 0;
    pairs(&match, MATCH_NEAREST, 0, 0);
    pairs(&match, MATCH_NEED, 0, 0);
    pairs(&match, MATCH_OPTIMAL, 0, 0);
    pairs(&match, MATCH_BALANCED, 1, 0); /* equal load: each takes one */
    static const int64_t uneven[] = {1, 10};
    match.size = uneven;
    pairs(&match, MATCH_BALANCED, 1, 1); /* a tenth and two tenths are less than one */
}

Test(match, who_is_left_over_has_no_helper)
{
    static const int64_t way_us[] = {5 * HOUR_US, 1 * HOUR_US};
    struct match match = {1, 2, way_us, some_need, even, 1};
    pairs(&match, MATCH_NEAREST, MATCH_NOBODY, 0);
    pairs(&match, MATCH_OPTIMAL, MATCH_NOBODY, 0);
    static const int64_t first_needs[] = {9, 1};
    match.need = first_needs;
    pairs(&match, MATCH_NEED, 0, MATCH_NOBODY);
    match.helpers = 0;
    pairs(&match, MATCH_OPTIMAL, MATCH_NOBODY, MATCH_NOBODY);
}

/* The sum of all 720 arrangements of six, by trying them. */
static int64_t least_sum(const int64_t *way_us, int taken, int row)
{
    int64_t least = INT64_MAX;
    if (row == 6)
        return 0;
    for (int k = 0; k < 6; k++)
        if ((taken & 1 << k) == 0) {
            const int64_t rest = way_us[row * 6 + k] + least_sum(way_us, taken | 1 << k, row + 1);
            least = rest < least ? rest : least;
        }
    return least;
}

Test(match, optimal_is_the_best_of_all_arrangements)
{
    static const int64_t need[6] = {0}, size[6] = {1, 1, 1, 1, 1, 1};
    srand(7);
    for (int trial = 0; trial < 50; trial++) {
        int64_t way_us[36], sum = 0, nearest = 0;
        int32_t helper_of[6];
        int taken = 0;
        for (int i = 0; i < 36; i++)
            way_us[i] = (rand() % 1000 + 1) * (HOUR_US / 100);
        const struct match match = {6, 6, way_us, need, size, 1};
        struct err err = ERR_INIT;
        cr_assert_eq(match_make(&match, MATCH_OPTIMAL, helper_of, &err), 0);
        for (int h = 0; h < 6; h++) {
            sum += way_us[h * 6 + helper_of[h]];
            taken |= 1 << helper_of[h];
        }
        cr_assert_eq(taken, 63);
        cr_assert_eq(sum, least_sum(way_us, 0, 0));
        cr_assert_eq(match_make(&match, MATCH_NEAREST, helper_of, &err), 0);
        for (int h = 0; h < 6; h++)
            nearest += way_us[h * 6 + helper_of[h]];
        cr_assert_geq(nearest, sum);
    }
}
