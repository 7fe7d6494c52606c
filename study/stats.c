#include "study/stats.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

/* values[i] - minus[i], or the value itself without `minus`. */
static double item(const double *values, const double *minus, size_t i)
{
    return minus == NULL ? values[i] : values[i] - minus[i];
}

double stats_half_of(struct stats stats, double level)
{
    if (stats.n < 2)
        return NAN;
    const double n = (double)stats.n;
    return gsl_cdf_tdist_Pinv(0.5 + level / 2, n - 1) * stats.sd / sqrt(n);
}

/* Two passes: the mean first, then squares about it. GSL's functions would need a copy without the NaNs. */
static struct stats summarise(const double *values, const double *minus, size_t count)
{
    struct stats stats = {.n = 0, .mean = NAN, .sd = NAN, .half = NAN};
    double mean = 0, squares = 0, rest = 0;
    for (size_t i = 0; i < count; i++) {
        const double x = item(values, minus, i);
        if (!isnan(x))
            mean += (x - mean) / (double)++stats.n;
    }
    if (stats.n == 0)
        return stats;
    stats.mean = mean;
    if (stats.n < 2)
        return stats;
    for (size_t i = 0; i < count; i++) {
        const double x = item(values, minus, i);
        if (isnan(x))
            continue;
        squares += (x - mean) * (x - mean);
        rest += x - mean; /* what rounding left in the mean */
    }
    const double n = (double)stats.n;
    squares -= rest * rest / n;
    stats.sd = sqrt((squares < 0 ? 0 : squares) / (n - 1));
    stats.half = stats_half_of(stats, 0.95);
    return stats;
}

struct stats stats_of(const double *values, size_t count)
{
    return summarise(values, NULL, count);
}

struct stats stats_paired(const double *base, const double *alternative, size_t count)
{
    return summarise(alternative, base, count);
}

double stats_variance_ratio(const double *base, const double *alternative, size_t count)
{
    const struct stats difference = stats_paired(base, alternative, count);
    if (difference.n < 2)
        return NAN;
    double mean[2] = {0, 0}, squares[2] = {0, 0};
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(alternative[i] - base[i]))
            continue;
        n++;
        const double x[2] = {base[i], alternative[i]};
        for (int k = 0; k < 2; k++) {
            const double step = x[k] - mean[k];
            mean[k] += step / (double)n;
            squares[k] += step * (x[k] - mean[k]);
        }
    }
    const double independent = (squares[0] + squares[1]) / (double)(n - 1);
    return independent > 0 ? difference.sd * difference.sd / independent : NAN;
}
