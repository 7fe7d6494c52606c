#include "study/kn.h"

#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "starve.h"

enum { VALUES = 60 };

static double values[3][VALUES];
static const double *const columns[] = {values[0], values[1], values[2]};

static void fill(void)
{
    for (int r = 0; r < VALUES; r++) {
        values[0][r] = (7 * r * r + 3 * r) % 11;
        values[1][r] = (5 * r * r + 2 * r) % 11 + 1;
        values[2][r] = (3 * r * r + r) % 11 - 1.5;
    }
}

static struct kn begin(size_t worlds, size_t first, double indifference, double promise)
{
    struct err err = ERR_INIT;
    struct kn kn;
    cr_assert_eq(kn_begin(&kn, columns, worlds, first, indifference, promise, &err), 0);
    return kn;
}

/* The same with numpy from the formulas of the paper (eta, h^2, W of means): h^2 = 8.649110640673518, pairs
 * are decided after 9.08, 36.3 and 35.2; world 0 leaves at 8, world 2 at 9. */
Test(kn, goes_as_the_paper_has_it)
{
    fill();
    struct kn kn = begin(3, 5, 2, 0.9);
    cr_expect_float_eq(kn.growth, 8.649110640673518, 1e-12);
    cr_expect_eq(kn_most(&kn), 37);
    cr_expect_not(kn_is_done(&kn));
    kn_look(&kn, columns, VALUES);
    cr_expect(kn.left[0] == 8 && kn.left[1] == 0 && kn.left[2] == 9, "%zu %zu %zu", kn.left[0], kn.left[1],
              kn.left[2]);
    cr_expect(kn_is_done(&kn) && kn_best(&kn) == 1 && kn.stage == 9);
    kn_free(&kn);
    kn_free(&kn);
}

Test(kn, does_not_depend_on_how_many_are_looked_at_together)
{
    fill();
    struct kn kn = begin(3, 5, 2, 0.9);
    for (size_t to = 5; to <= VALUES; to++)
        kn_look(&kn, columns, to);
    cr_expect(kn.left[0] == 8 && kn.left[2] == 9 && kn.stage == 9);
    kn_free(&kn);
}

Test(kn, takes_equal_worlds_as_equally_good)
{
    fill();
    const double *const same[] = {values[0], values[0]};
    struct err err = ERR_INIT;
    struct kn kn;
    cr_assert_eq(kn_begin(&kn, same, 2, 10, 0.1, 0.95, &err), 0);
    cr_expect(kn_is_done(&kn) && kn.remaining == 2 && kn_best(&kn) == 0);
    kn_free(&kn);
}

Test(kn, goes_on_until_the_margin_is_used_up)
{
    fill();
    struct kn kn = begin(2, 5, 0.5, 0.9);
    kn_look(&kn, columns, 12);
    cr_expect_not(kn_is_done(&kn), "a smaller indifference takes longer");
    cr_expect_eq(kn.stage, 12);
    kn_free(&kn);
}

/* Of `repeats` searches, those that find world 0, which is better than all others by the indifference exactly
 * (the hardest case); all share half of their variance. */
static int count_found(size_t worlds, int repeats, double promise)
{
    enum { MOST = 4000, FIRST = 10 };
    static double room[8][MOST];
    const double *own[8];
    int found = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 5);
    for (size_t w = 0; w < worlds; w++)
        own[w] = room[w];
    for (int i = 0; i < repeats; i++) {
        for (size_t r = 0; r < MOST; r++) {
            const double shared = gsl_ran_gaussian(rng, 1);
            for (size_t w = 0; w < worlds; w++)
                room[w][r] = shared + gsl_ran_gaussian(rng, 1) + (w == 0 ? 0.5 : 0);
        }
        struct err err = ERR_INIT;
        struct kn kn;
        cr_assert_eq(kn_begin(&kn, own, worlds, FIRST, 0.5, promise, &err), 0);
        cr_assert_lt(kn_most(&kn), MOST);
        kn_look(&kn, own, MOST);
        cr_assert(kn_is_done(&kn));
        found += kn_best(&kn) == 0;
        kn_free(&kn);
    }
    gsl_rng_free(rng);
    return found;
}

/* If the probability were 0.80 exactly, fewer than 361 of 500 would be found once in 35,000 tests (4.4
 * standard deviations of 8.9). */
Test(kn, finds_the_best_as_often_as_promised)
{
    const int two = count_found(2, 500, 0.8), five = count_found(5, 500, 0.8);
    cr_expect_geq(two, 361);
    cr_expect_geq(five, 361);
    cr_expect_lt(two, 500, "a search that is never wrong looks at too many");
}

#ifdef CAN_STARVE
Test(kn, fails_cleanly_when_memory_runs_out)
{
    SKIP_IF_WATCHED;
    fill();
    struct err err = ERR_INIT;
    struct kn kn;
    starve();
    const int answer = kn_begin(&kn, columns, 3, 5, 2, 0.9, &err);
    feed();
    cr_assert_eq(answer, -1);
    cr_assert(err_any(&err));
    kn_free(&kn);
}
#endif
