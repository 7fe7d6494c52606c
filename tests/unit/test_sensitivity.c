#include "study/sensitivity.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdlib.h>

#include "sim/rng.h"

#define PI 3.14159265358979323846

static double unit(uint32_t ordinal, uint32_t what, uint32_t repeat)
{
    const struct rng rng = rng_of(20261122, repeat);
    return rng_unit(rng_draw(&rng, (struct rng_identity){.stream = 7, .ordinal = ordinal},
                             (struct rng_purpose){.quantity = what})
                        .w[0]);
}

static double noise(uint32_t ordinal, uint32_t what, uint32_t repeat)
{
    return gsl_cdf_ugaussian_Pinv(unit(ordinal, what, repeat));
}

/* ---- one at a time ---- */

Test(sensitivity, a_tornado_is_sorted_by_what_the_factors_do_together_with_the_base)
{
    /* base 10 and 20; factor 0 changes nothing, 1 lowers by 1 or raises by 2, 2 lowers by 4 at both ends, 3
     * is undefined */
    const double y[] = {10, 20, 10, 20, 10, 20, 9, 19, 12, 22, 6, 16, 6, 16, NAN, NAN, 10, 20};
    struct sensitivity_swing swings[4];
    sensitivity_tornado(swings, y, 4, 2);
    cr_expect_eq(swings[0].factor, 2);
    cr_expect_eq(swings[0].span, 4);
    cr_expect_eq(swings[0].swing.mean, 0, "both ends do the same, and still it matters");
    cr_expect_eq(swings[1].factor, 1);
    cr_expect_eq(swings[1].span, 3);
    cr_expect_eq(swings[1].low.mean, -1);
    cr_expect_eq(swings[1].high.mean, 2);
    cr_expect_eq(swings[1].swing.half, 0, "common luck cancels");
    cr_expect_eq(swings[2].factor, 0);
    cr_expect_eq(swings[2].span, 0);
    cr_expect_eq(swings[3].factor, 3);
    cr_expect(isnan(swings[3].span));
}

/* ---- spread ---- */

/* Parameters of sd 3, luck of a replication that all points share of sd 2, and noise of sd 1. */
static void simulate(double *y, size_t points, size_t replications, uint32_t repeat)
{
    for (size_t i = 0; i < points; i++)
        for (size_t r = 0; r < replications; r++)
            y[i * replications + r] = 100 + 3 * noise((uint32_t)i, 1, repeat) +
                                      2 * noise((uint32_t)r, 2, repeat) +
                                      noise((uint32_t)(i * replications + r), 3, repeat);
}

/* The standard deviations are found; over 400 repeats of 40 points and 6 replications the 95% interval of the
 * mean given the points covers. A right program fails with probability below 0.001. */
Test(sensitivity, spread_tells_parameters_from_luck)
{
    enum { POINTS = 40, REPLICATIONS = 6, REPEATS = 400 };
    double y[POINTS * REPLICATIONS], parameters = 0, luck = 0;
    int covered = 0;
    for (uint32_t repeat = 0; repeat < REPEATS; repeat++) {
        struct err err = ERR_INIT;
        struct sensitivity_spread spread;
        double truth = 100;
        simulate(y, POINTS, REPLICATIONS, repeat);
        cr_assert_eq(sensitivity_spread_of(&spread, y, POINTS, REPLICATIONS, &err), 0);
        for (uint32_t i = 0; i < POINTS; i++)
            truth += 3 * noise(i, 1, repeat) / POINTS;
        covered += fabs(spread.mean - truth) <= spread.luck_half;
        parameters += spread.parameters_sd * spread.parameters_sd / REPEATS;
        luck += spread.luck_sd * spread.luck_sd / REPEATS;
        cr_assert(spread.low < spread.mean && spread.mean < spread.high);
    }
    cr_expect_float_eq(parameters, 9, 0.4, "%g", parameters);          /* sd of the mean of 400: 0.1 */
    cr_expect_float_eq(luck, 5, 0.5, "%g", luck);                      /* 0.13 */
    cr_expect(covered >= 364 && covered <= 394, "%d of 400", covered); /* 380 +- 3.5 sd */
}

Test(sensitivity, spread_of_pure_luck_has_no_interval)
{
    enum { POINTS = 200, REPLICATIONS = 5 };
    static double y[POINTS * REPLICATIONS];
    struct err err = ERR_INIT;
    struct sensitivity_spread spread;
    for (size_t i = 0; i < POINTS; i++)
        for (size_t r = 0; r < REPLICATIONS; r++)
            y[i * REPLICATIONS + r] = (double)r; /* the same at all points */
    cr_assert_eq(sensitivity_spread_of(&spread, y, POINTS, REPLICATIONS, &err), 0);
    cr_expect_eq(spread.parameters_sd, 0);
    cr_expect_eq(spread.low, 2);
    cr_expect_eq(spread.high, 2);
    cr_expect_float_eq(spread.luck_sd, sqrt(2.5), 1e-12);
}

Test(sensitivity, spread_leaves_out_points_that_are_undefined)
{
    const double y[] = {1, 2, NAN, 3, 5, 6, 3, 4};
    struct err err = ERR_INIT;
    struct sensitivity_spread spread;
    cr_assert_eq(sensitivity_spread_of(&spread, y, 4, 2, &err), 0);
    cr_expect_eq(spread.points, 3);
    cr_expect_float_eq(spread.mean, 3.5, 1e-12);
    cr_assert_eq(sensitivity_spread_of(&spread, y + 2, 1, 2, &err), 0);
    cr_expect(isnan(spread.mean));
}

Test(sensitivity, ranks_find_what_rises_and_what_falls)
{
    const double x[] = {1, 2, 3, 4, 5, 6}, up[] = {1, 10, 11, 12, 100, 1000}, down[] = {5, 4, 3, 2, 1, NAN};
    struct err err = ERR_INIT;
    struct sensitivity_rank rank;
    cr_assert_eq(sensitivity_rank_of(&rank, x, up, 6, &err), 0);
    cr_expect_float_eq(rank.correlation, 1, 1e-12);
    cr_assert_eq(sensitivity_rank_of(&rank, x, down, 6, &err), 0);
    cr_expect_float_eq(rank.correlation, -1, 1e-12);
    cr_assert_eq(sensitivity_rank_of(&rank, x, up, 3, &err), 0);
    cr_expect(isnan(rank.correlation));
}

/* ---- Sobol' indices ---- */

typedef double function_of(const double *u);

/* Ishigami and Homma (1990), a = 7, b = 0.1, inputs uniform on [-pi, pi]. */
static double ishigami(const double *u)
{
    const double x = PI * (2 * u[0] - 1), y = PI * (2 * u[1] - 1), z = PI * (2 * u[2] - 1);
    return sin(x) + 7 * sin(y) * sin(y) + 0.1 * z * z * z * z * sin(x);
}

/* Far from 0, so that an estimator that is not centred is seen. */
static double linear(const double *u)
{
    return 1000 + 3 * u[0] + 2 * u[1] + u[2];
}

/* Rows of A, B and the mixed ones; from a Sobol' sequence, or by chance when `repeat` is not 0. */
static void evaluate(double *y, size_t rows, function_of *f, uint32_t repeat)
{
    gsl_qrng *qrng = gsl_qrng_alloc(gsl_qrng_sobol, 6);
    for (size_t row = 0; row < rows; row++) {
        double at[6], mixed[3];
        gsl_qrng_get(qrng, at);
        for (uint32_t d = 0; d < 6 && repeat > 0; d++)
            at[d] = unit((uint32_t)row, d, repeat);
        y[row * 5] = f(at);
        y[row * 5 + 1] = f(at + 3);
        for (size_t i = 0; i < 3; i++) {
            for (size_t k = 0; k < 3; k++)
                mixed[k] = k == i ? at[3 + k] : at[k];
            y[row * 5 + 2 + i] = f(mixed);
        }
    }
    gsl_qrng_free(qrng);
}

/* By the formulas of the variances: V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = 8 b^2 pi^8 / 225. */
static const double ishigami_first[] = {0.3139051911, 0.4424111448, 0};
static const double ishigami_total[] = {0.5575888552, 0.4424111448, 0.2436836641};

Test(sensitivity, sobol_indices_of_ishigami_are_those_known)
{
    enum { ROWS = 8192 };
    static double y[ROWS * 5];
    struct err err = ERR_INIT;
    struct sensitivity_index indices[3];
    struct sensitivity_variance variance;
    evaluate(y, ROWS, ishigami, 0);
    cr_assert_eq(sensitivity_sobol(indices, &variance, y, ROWS, 3, 1, &err), 0);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_float_eq(indices[i].first, ishigami_first[i], 0.01, "%zu: %g", i, indices[i].first);
        cr_expect_float_eq(indices[i].total, ishigami_total[i], 0.01, "%zu: %g", i, indices[i].total);
        cr_expect(indices[i].first_low < ishigami_first[i] && ishigami_first[i] < indices[i].first_high);
        cr_expect(indices[i].total_low < ishigami_total[i] && ishigami_total[i] < indices[i].total_high);
    }
    cr_expect_float_eq(variance.mean, 3.5, 0.01);
    cr_expect_float_eq(variance.variance, 13.844588, 0.1);
    cr_expect(isnan(variance.luck_share));
}

Test(sensitivity, sobol_indices_of_a_sum_are_shares_of_its_variance)
{
    enum { ROWS = 4096 };
    static double y[ROWS * 5];
    struct err err = ERR_INIT;
    struct sensitivity_index indices[3];
    struct sensitivity_variance variance;
    evaluate(y, ROWS, linear, 0);
    cr_assert_eq(sensitivity_sobol(indices, &variance, y, ROWS, 3, 1, &err), 0);
    for (size_t i = 0; i < 3; i++) {
        const double share = (double)((3 - i) * (3 - i)) / 14;
        cr_expect_float_eq(indices[i].first, share, 0.005);
        cr_expect_float_eq(indices[i].total, share, 0.005);
    }
}

/* 300 studies of 256 random rows: the bootstrap intervals are a little narrow at this size. Were they right
 * in 93% of studies, a true one would be below 265 with probability 0.001. */
Test(sensitivity, sobol_intervals_cover)
{
    enum { ROWS = 256, STUDIES = 300 };
    static double y[ROWS * 5];
    int first[3] = {0}, total[3] = {0};
    for (uint32_t study = 1; study <= STUDIES; study++) {
        struct err err = ERR_INIT;
        struct sensitivity_index indices[3];
        struct sensitivity_variance variance;
        evaluate(y, ROWS, ishigami, study);
        cr_assert_eq(sensitivity_sobol(indices, &variance, y, ROWS, 3, 1, &err), 0);
        for (size_t i = 0; i < 3; i++) {
            first[i] +=
                indices[i].first_low <= ishigami_first[i] && ishigami_first[i] <= indices[i].first_high;
            total[i] +=
                indices[i].total_low <= ishigami_total[i] && ishigami_total[i] <= indices[i].total_high;
        }
    }
    for (size_t i = 0; i < 3; i++) {
        cr_expect(first[i] >= 265 && first[i] < STUDIES, "first %zu: %d of 300", i, first[i]);
        cr_expect(total[i] >= 265 && total[i] < STUDIES, "total %zu: %d of 300", i, total[i]);
    }
}

/* Luck that differs from point to point, of variance 4 over 4 replications, beside a variance of 14/12. */
Test(sensitivity, sobol_says_how_much_is_luck)
{
    enum { ROWS = 2000, REPLICATIONS = 4 };
    static double exact[ROWS * 5], y[ROWS * 5 * REPLICATIONS];
    struct err err = ERR_INIT;
    struct sensitivity_index indices[3];
    struct sensitivity_variance variance;
    evaluate(exact, ROWS, linear, 0);
    for (size_t i = 0; i < ROWS * 5; i++)
        for (size_t r = 0; r < REPLICATIONS; r++)
            y[i * REPLICATIONS + r] = exact[i] + 2 * noise((uint32_t)(i * REPLICATIONS + r), 9, 0);
    cr_assert_eq(sensitivity_sobol(indices, &variance, y, ROWS, 3, REPLICATIONS, &err), 0);
    cr_expect_float_eq(variance.luck_share, 1 / (1 + 14.0 / 12), 0.03, "%g", variance.luck_share);
}

Test(sensitivity, sobol_leaves_out_rows_that_are_undefined_and_what_never_varies)
{
    enum { ROWS = 64 };
    static double y[ROWS * 5];
    struct err err = ERR_INIT;
    struct sensitivity_index indices[3];
    struct sensitivity_variance variance;
    for (size_t i = 0; i < ROWS * 5; i++)
        y[i] = 5;
    y[7] = NAN;
    cr_assert_eq(sensitivity_sobol(indices, &variance, y, ROWS, 3, 1, &err), 0);
    cr_expect_eq(variance.rows, ROWS - 1);
    cr_expect_eq(variance.variance, 0);
    cr_expect(isnan(indices[0].first) && isnan(indices[0].first_low));
}
