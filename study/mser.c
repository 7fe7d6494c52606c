#include "study/mser.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

enum { MANY_BATCHES = 20, FEW_BATCHES = 10, LEAST_IN_BATCH = 2, UNCERTAIN = 5 };

static double batch_mean(const double *values, size_t batch, size_t size)
{
    return gsl_stats_mean(values + batch * size, 1, size);
}

/* From the end: means and squares of the batches from each one on. */
struct mser mser_of(const double *values, size_t count, double *curve)
{
    struct mser mser = {.batches = count / MSER_BATCH, .too_short = count < MSER_LEAST};
    double mean = 0, squares = 0, least = INFINITY;
    for (size_t left = 1; left <= mser.batches; left++) {
        const size_t cut = mser.batches - left;
        const double value = batch_mean(values, cut, MSER_BATCH), step = value - mean;
        mean += step / (double)left;
        squares += step * (value - mean);
        const double statistic = left > UNCERTAIN ? squares / ((double)left * (double)left) : NAN;
        if (curve != NULL)
            curve[cut] = statistic;
        if (statistic <= least) { /* of equal ones the shortest cut */
            least = statistic;
            mser.cut = cut;
        }
    }
    if (!isfinite(mean) || 2 * mser.cut > mser.batches)
        mser.too_short = true;
    return mser;
}

struct batch_means batch_means_of(const double *values, size_t count)
{
    struct batch_means means = {.mean = NAN, .half = NAN, .lag1 = NAN, .lag1_means = NAN, .independent = NAN};
    if (count > 0)
        means.mean = gsl_stats_mean(values, 1, count);
    if (count < LEAST_IN_BATCH * FEW_BATCHES)
        return means;
    double of_batch[MANY_BATCHES];
    means.batches = count < LEAST_IN_BATCH * MANY_BATCHES ? FEW_BATCHES : MANY_BATCHES;
    const size_t size = count / means.batches, skipped = count % means.batches; /* the oldest */
    for (size_t b = 0; b < means.batches; b++)
        of_batch[b] = batch_mean(values + skipped, b, size);
    const double freedom = (double)means.batches - 1;
    means.half = gsl_cdf_tdist_Pinv(0.975, freedom) * gsl_stats_sd(of_batch, 1, means.batches) /
                 sqrt((double)means.batches);
    if (!(gsl_stats_variance(values, 1, count) > 0))
        return means;
    means.lag1 = gsl_stats_lag1_autocorrelation(values, 1, count);
    means.lag1_means = gsl_stats_lag1_autocorrelation(of_batch, 1, means.batches);
    means.independent = (double)count * (1 - means.lag1) / (1 + means.lag1);
    return means;
}
