#include "study/mser.h"

#include <criterion/criterion.h>
#include <math.h>

enum { VALUES = 60 };

/* A start that dies away, and something regular on top. */
static void fill(double values[VALUES])
{
    double start = 10;
    for (int i = 0; i < VALUES; i++, start *= 0.9)
        values[i] = start + (7 * i * i + 3 * i) % 11 / 10.0;
}

static int near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fabs(b);
}

/* The statistic of each cut, computed with numpy from its definition. */
Test(mser, finds_where_the_start_has_died_away)
{
    double values[VALUES], curve[VALUES / MSER_BATCH];
    fill(values);
    const struct mser mser = mser_of(values, VALUES, curve);
    cr_expect(mser.batches == 12 && mser.cut == 6 && !mser.too_short, "%zu", mser.cut);
    cr_expect(near(curve[0], 0.48568191024660706) && near(curve[5], 0.005582455958376243));
    cr_expect(near(curve[6], 0.0032776415506531433));
    cr_expect(isnan(curve[7]) && isnan(curve[11]), "of the last five batches it would be luck");
    cr_expect_eq(mser_of(values, VALUES, NULL).cut, 6);
}

Test(mser, says_when_a_series_is_too_short)
{
    double values[VALUES];
    fill(values);
    cr_expect(mser_of(values, MSER_LEAST - 1, NULL).too_short);
    double line[2 * VALUES];
    for (int i = 0; i < 2 * VALUES; i++)
        line[i] = i;
    cr_expect(mser_of(line, 2 * VALUES, NULL).too_short, "a line never ends to rise");
    fill(values);
    values[40] = NAN;
    cr_expect(mser_of(values, VALUES, NULL).too_short, "what is undefined cannot be judged");
    cr_expect(mser_of(NULL, 0, NULL).too_short);
}

Test(mser, leaves_nothing_out_where_nothing_changes)
{
    double values[VALUES];
    for (int i = 0; i < VALUES; i++)
        values[i] = 7;
    const struct mser mser = mser_of(values, VALUES, NULL);
    cr_expect(mser.cut == 0 && !mser.too_short);
}

/* By numpy and scipy.stats.t: means of 20 batches of two of the last 40 values. */
Test(mser, gives_batch_means_of_what_is_left)
{
    double values[VALUES];
    fill(values);
    const struct batch_means means = batch_means_of(values + 20, 40);
    cr_expect_eq(means.batches, 20);
    cr_expect(near(means.mean, 0.6894491107266374));
    cr_expect(near(means.half, 0.153656284581653), "%.12g", means.half);
    cr_expect(near(means.lag1, -0.021223716315302732), "%.12g", means.lag1);
    cr_expect(near(means.lag1_means, 0.658254489598021), "%.12g", means.lag1_means);
    cr_expect(near(means.independent, 41.734714391354395));
    const struct batch_means few = batch_means_of(values + 20, 39);
    cr_expect_eq(few.batches, 10);
    cr_expect(isnan(batch_means_of(values, 19).half));
    cr_expect(isnan(batch_means_of(values, 0).mean));
}

Test(mser, has_no_autocorrelation_of_a_constant)
{
    double values[VALUES];
    for (int i = 0; i < VALUES; i++)
        values[i] = 7;
    const struct batch_means means = batch_means_of(values, VALUES);
    cr_expect(means.mean == 7 && means.half == 0 && isnan(means.lag1) && isnan(means.independent));
}
