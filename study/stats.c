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

/* Means and sums of squares and products about them, of pairs without undefined members. */
struct moments {
    size_t n;
    double base, other, base_squares, other_squares, products;
};

static struct moments moments_of(const double *base, const double *alternative, size_t count)
{
    struct moments m = {.n = 0};
    for (size_t i = 0; i < count; i++) {
        if (isnan(alternative[i] - base[i]))
            continue;
        const double n = (double)++m.n;
        const double a = base[i] - m.base, b = alternative[i] - m.other;
        m.base += a / n;
        m.other += b / n;
        m.base_squares += a * (base[i] - m.base);
        m.other_squares += b * (alternative[i] - m.other);
        m.products += a * (alternative[i] - m.other);
    }
    return m;
}

/* The ends solve (d - s b)^2 = t^2 (D - 2 s C + s^2 B) / n / (n - 1), with means d and b, sums of squares D
 * and B and of products C: a parabola in s. */
struct stats_range stats_relative(const double *base, const double *alternative, size_t count)
{
    struct stats_range range = {NAN, NAN, NAN};
    const struct moments m = moments_of(base, alternative, count);
    const struct stats difference = stats_paired(base, alternative, count);
    if (m.n == 0 || m.base == 0 || !isfinite(m.base))
        return range;
    const double sign = m.base < 0 ? -1 : 1;
    range.value = sign * difference.mean / m.base;
    if (m.n < 2)
        return range;
    const double n = (double)m.n, t = gsl_cdf_tdist_Pinv(0.975, n - 1), scale = t * t / n / (n - 1);
    const double squares = difference.sd * difference.sd * (n - 1);
    const double products = m.products - m.base_squares;
    const double a = m.base * m.base - scale * m.base_squares;
    const double b = difference.mean * m.base - scale * products;
    const double c = difference.mean * difference.mean - scale * squares;
    if (!(a > 0))
        return range;
    const double root = sqrt(b * b - a * c > 0 ? b * b - a * c : 0);
    const double low = (b - root) / a, high = (b + root) / a;
    range.low = sign > 0 ? low : -high;
    range.high = sign > 0 ? high : -low;
    return range;
}

/* The sum of squares about the mean without the value that is `off` from the mean of n. */
static double squares_without(double squares, double off, double n)
{
    return squares - off * off * n / (n - 1);
}

struct stats_range stats_variance_ratio(const double *base, const double *alternative, size_t count)
{
    struct stats_range range = {NAN, NAN, NAN};
    const struct moments m = moments_of(base, alternative, count);
    const struct stats difference = stats_paired(base, alternative, count);
    if (m.n < 2 || !(m.base_squares + m.other_squares > 0))
        return range;
    const double n = (double)m.n, squares = difference.sd * difference.sd * (n - 1);
    range.value = squares / (m.base_squares + m.other_squares);
    if (m.n < 4)
        return range;
    const double whole = log(range.value);
    double mean = 0, spread = 0;
    size_t seen = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(alternative[i] - base[i]))
            continue;
        const double rest = squares_without(squares, alternative[i] - base[i] - difference.mean, n);
        const double independent = squares_without(m.base_squares, base[i] - m.base, n) +
                                   squares_without(m.other_squares, alternative[i] - m.other, n);
        if (!(rest > 1e-12 * squares) || !(independent > 0)) /* nothing is left but rounding */
            return range;
        const double pseudo = n * whole - (n - 1) * log(rest / independent), step = pseudo - mean;
        mean += step / (double)++seen;
        spread += step * (pseudo - mean);
    }
    const double half = gsl_cdf_tdist_Pinv(0.975, n - 1) * sqrt(spread / (n - 1) / n);
    range.low = exp(mean - half);
    range.high = exp(mean + half);
    return range;
}
