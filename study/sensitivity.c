#include "study/sensitivity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

#include "sim/mem.h"
#include "sim/rng.h"

enum { RESAMPLES = 1000 };

/* ---- one at a time ---- */

static double span_of(const struct sensitivity_swing *swing)
{
    const double low = swing->low.mean, high = swing->high.mean;
    if (isnan(low) || isnan(high))
        return NAN;
    return fmax(fmax(low, high), 0) - fmin(fmin(low, high), 0);
}

static int by_span(const void *a, const void *b)
{
    const struct sensitivity_swing *left = a, *right = b;
    if (isnan(left->span) != isnan(right->span))
        return isnan(left->span) ? 1 : -1;
    if (left->span != right->span && !isnan(left->span))
        return left->span > right->span ? -1 : 1;
    return (left->factor > right->factor) - (left->factor < right->factor);
}

void sensitivity_tornado(struct sensitivity_swing *swings, const double *y, size_t factors,
                         size_t replications)
{
    for (size_t f = 0; f < factors; f++) {
        const double *low = y + (1 + 2 * f) * replications, *high = low + replications;
        swings[f] = (struct sensitivity_swing){.factor = f,
                                               .low = stats_paired(y, low, replications),
                                               .high = stats_paired(y, high, replications),
                                               .swing = stats_paired(low, high, replications)};
        swings[f].span = span_of(&swings[f]);
    }
    qsort(swings, factors, sizeof *swings, by_span);
}

/* ---- spread ---- */

static double mean_of(const double *values, size_t count)
{
    double mean = 0;
    for (size_t i = 0; i < count; i++)
        mean += (values[i] - mean) / (double)(i + 1);
    return mean;
}

static double squares_of(const double *values, size_t count, double mean)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return squares;
}

static int by_size(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The points that are defined throughout, moved together. */
static size_t gather(double *kept, const double *y, size_t points, size_t replications)
{
    size_t count = 0;
    for (size_t i = 0; i < points; i++) {
        size_t defined = 0;
        for (size_t r = 0; r < replications; r++)
            defined += isfinite(y[i * replications + r]) != 0;
        if (defined < replications)
            continue;
        for (size_t r = 0; r < replications; r++)
            kept[count * replications + r] = y[i * replications + r];
        count++;
    }
    return count;
}

static void take_margins(const double *y, size_t points, size_t replications, double *by_point,
                         double *by_replication)
{
    for (size_t i = 0; i < points; i++)
        by_point[i] = mean_of(y + i * replications, replications);
    for (size_t r = 0; r < replications; r++) {
        double mean = 0;
        for (size_t i = 0; i < points; i++)
            mean += (y[i * replications + r] - mean) / (double)(i + 1);
        by_replication[r] = mean;
    }
}

/* What neither the point nor the replication explains: mean square. */
static double interaction_of(const double *y, size_t points, size_t replications, const double *by_point,
                             const double *by_replication, double mean)
{
    double squares = 0;
    for (size_t i = 0; i < points; i++)
        for (size_t r = 0; r < replications; r++) {
            const double rest = y[i * replications + r] - by_point[i] - by_replication[r] + mean;
            squares += rest * rest;
        }
    return squares / ((double)(points - 1) * (double)(replications - 1));
}

static double half_width(double squares, size_t count)
{
    const double n = (double)count;
    return count < 2 ? NAN : gsl_cdf_tdist_Pinv(0.975, n - 1) * sqrt(squares / (n - 1) / n);
}

static void fill_spread(struct sensitivity_spread *spread, const double *y, double *by_point,
                        double *by_replication)
{
    const size_t points = spread->points, replications = spread->replications;
    take_margins(y, points, replications, by_point, by_replication);
    spread->mean = mean_of(by_point, points);
    const double point_squares = squares_of(by_point, points, spread->mean);
    const double replication_squares = squares_of(by_replication, replications, spread->mean);
    const double variance = point_squares / (double)(points - 1);
    double left = variance;
    spread->points_half = half_width(point_squares, points);
    spread->luck_half = half_width(replication_squares, replications);
    if (replications > 1) {
        const double rest = interaction_of(y, points, replications, by_point, by_replication, spread->mean);
        const double common = replication_squares / (double)(replications - 1) - rest / (double)points;
        spread->luck_sd = sqrt(fmax(common, 0) + rest);
        left = fmax(variance - rest / (double)replications, 0);
    }
    spread->parameters_sd = sqrt(left);
    qsort(by_point, points, sizeof *by_point, by_size);
    const double shrink = variance > 0 ? sqrt(left / variance) : 0;
    spread->low = spread->mean +
                  shrink * (gsl_stats_quantile_from_sorted_data(by_point, 1, points, 0.025) - spread->mean);
    spread->high = spread->mean +
                   shrink * (gsl_stats_quantile_from_sorted_data(by_point, 1, points, 0.975) - spread->mean);
}

int sensitivity_spread_of(struct sensitivity_spread *spread, const double *y, size_t points,
                          size_t replications, struct err *err)
{
    *spread = (struct sensitivity_spread){.replications = replications,
                                          .mean = NAN,
                                          .luck_half = NAN,
                                          .points_half = NAN,
                                          .low = NAN,
                                          .high = NAN,
                                          .parameters_sd = NAN,
                                          .luck_sd = NAN};
    double *kept = mem_zeroed(points * replications, sizeof *kept, err);
    double *by_point = mem_zeroed(points, sizeof *by_point, err);
    double *by_replication = mem_zeroed(replications, sizeof *by_replication, err);
    const bool room = kept != NULL && by_point != NULL && by_replication != NULL;
    if (room) {
        spread->points = gather(kept, y, points, replications);
        if (spread->points >= 2)
            fill_spread(spread, kept, by_point, by_replication);
    }
    free(kept);
    free(by_point);
    free(by_replication);
    return room ? 0 : -1;
}

int sensitivity_rank_of(struct sensitivity_rank *rank, const double *values, const double *means,
                        size_t count, struct err *err)
{
    *rank = (struct sensitivity_rank){NAN, NAN, NAN};
    double *room = mem_zeroed(4 * count, sizeof *room, err);
    if (room == NULL)
        return -1;
    double *x = room, *y = room + count;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]) && isfinite(means[i])) {
            x[n] = values[i];
            y[n++] = means[i];
        }
    if (n >= 4) {
        rank->correlation = gsl_stats_spearman(x, 1, y, 1, n, room + 2 * count);
        /* the variance of ranks is larger than Fisher's by 6% (Fieller et al., Biometrika 44, 1957) */
        const double half = gsl_cdf_ugaussian_Pinv(0.975) * sqrt(1.06 / ((double)n - 3));
        rank->low = tanh(atanh(rank->correlation) - half);
        rank->high = tanh(atanh(rank->correlation) + half);
    }
    free(room);
    return 0;
}

/* ---- Sobol' indices ---- */

/* Means over the replications, row by row: A, B, then the mixed ones. */
struct table_of_rows {
    double *means; /* owned */
    size_t rows, factors;
};

static const double *row_of(const struct table_of_rows *table, size_t row)
{
    return table->means + row * (table->factors + 2);
}

/* Rows with anything undefined are left out. */
static int take_rows(struct table_of_rows *table, const double *y, size_t rows, size_t replications,
                     struct err *err)
{
    const size_t width = table->factors + 2;
    table->means = mem_zeroed(rows * width, sizeof *table->means, err);
    if (table->means == NULL)
        return -1;
    for (size_t row = 0; row < rows; row++) {
        double *means = table->means + table->rows * width;
        const double *all = y + row * width * replications;
        bool defined = true;
        for (size_t i = 0; i < width; i++) {
            means[i] = mean_of(all + i * replications, replications);
            defined = defined && isfinite(means[i]);
        }
        table->rows += defined;
    }
    return 0;
}

static double centre_of(const struct table_of_rows *table)
{
    double sum = 0;
    for (size_t row = 0; row < table->rows; row++)
        sum += row_of(table, row)[0] + row_of(table, row)[1];
    return sum / (2 * (double)table->rows);
}

/* `times[row]` says how often a row counts; values are taken relative to `centre`, which makes the
 * first-order estimate less noisy. first and total get sums to be divided by the variance. */
static void estimate(const struct table_of_rows *table, const unsigned *times, double centre, double *first,
                     double *total, double *variance)
{
    double n = 0, sum = 0, squares = 0;
    for (size_t f = 0; f < table->factors; f++)
        first[f] = total[f] = 0;
    for (size_t row = 0; row < table->rows; row++) {
        if (times[row] == 0)
            continue;
        const double *at = row_of(table, row), weight = times[row];
        const double a = at[0] - centre, b = at[1] - centre;
        n += weight;
        sum += weight * (a + b);
        squares += weight * (a * a + b * b);
        for (size_t f = 0; f < table->factors; f++) {
            const double mixed = at[2 + f] - centre;
            first[f] += weight * b * (mixed - a);
            total[f] += weight * (a - mixed) * (a - mixed);
        }
    }
    const double mean = sum / (2 * n);
    *variance = squares / (2 * n) - mean * mean;
    for (size_t f = 0; f < table->factors; f++) {
        first[f] = *variance > 0 ? first[f] / n / *variance : NAN;
        total[f] = *variance > 0 ? total[f] / (2 * n) / *variance : NAN;
    }
}

/* Rows drawn with replacement, the same for every response: luck is (resample, draw). */
static void resample(unsigned *times, size_t rows, uint32_t number)
{
    const struct rng rng = rng_of(1, 0);
    const struct rng_identity who = {.stream = rng_hash("sensitivity_bootstrap"), .ordinal = number};
    for (size_t row = 0; row < rows; row++)
        times[row] = 0;
    for (size_t row = 0; row < rows; row += 4) {
        const struct rng_words words =
            rng_draw(&rng, who, (struct rng_purpose){.quantity = 1, .visit = (uint32_t)(row / 4)});
        for (size_t i = 0; i < 4 && row + i < rows; i++)
            times[(uint64_t)words.w[i] * rows >> 32]++;
    }
}

static void interval_of(double *sample, double *low, double *high)
{
    for (size_t i = 0; i < RESAMPLES; i++)
        if (isnan(sample[i])) {
            *low = *high = NAN;
            return;
        }
    qsort(sample, RESAMPLES, sizeof *sample, by_size);
    *low = gsl_stats_quantile_from_sorted_data(sample, 1, RESAMPLES, 0.025);
    *high = gsl_stats_quantile_from_sorted_data(sample, 1, RESAMPLES, 0.975);
}

static int bootstrap(struct sensitivity_index *indices, const struct table_of_rows *table, double centre,
                     struct err *err)
{
    const size_t factors = table->factors;
    unsigned *times = mem_zeroed(table->rows, sizeof *times, err);
    double *samples = mem_zeroed(2 * factors * RESAMPLES, sizeof *samples, err);
    double *once = mem_zeroed(2 * factors, sizeof *once, err);
    const bool room = times != NULL && samples != NULL && once != NULL;
    for (uint32_t i = 0; room && i < RESAMPLES; i++) {
        double variance = 0;
        resample(times, table->rows, i);
        estimate(table, times, centre, once, once + factors, &variance);
        for (size_t k = 0; k < 2 * factors; k++)
            samples[k * RESAMPLES + i] = once[k];
    }
    for (size_t f = 0; room && f < factors; f++) {
        interval_of(samples + f * RESAMPLES, &indices[f].first_low, &indices[f].first_high);
        interval_of(samples + (factors + f) * RESAMPLES, &indices[f].total_low, &indices[f].total_high);
    }
    free(times);
    free(samples);
    free(once);
    return room ? 0 : -1;
}

static int estimate_all(struct sensitivity_index *indices, struct sensitivity_variance *variance,
                        const struct table_of_rows *table, struct err *err)
{
    const size_t factors = table->factors;
    unsigned *times = mem_zeroed(table->rows, sizeof *times, err);
    double *both = mem_zeroed(2 * factors, sizeof *both, err);
    int status = times == NULL || both == NULL ? -1 : 0;
    if (status == 0) {
        for (size_t row = 0; row < table->rows; row++)
            times[row] = 1;
        variance->mean = centre_of(table);
        estimate(table, times, variance->mean, both, both + factors, &variance->variance);
        for (size_t f = 0; f < factors; f++) {
            indices[f].first = both[f];
            indices[f].total = both[factors + f];
        }
        status = bootstrap(indices, table, variance->mean, err);
    }
    free(times);
    free(both);
    return status;
}

/* The variance of the means over replications that is luck, which is not the same at all points. */
static int luck_in(struct sensitivity_variance *variance, const double *y, size_t points, size_t replications,
                   struct err *err)
{
    struct sensitivity_spread spread;
    if (sensitivity_spread_of(&spread, y, points, replications, err) != 0)
        return -1;
    if (replications < 2 || spread.points < 2)
        return 0;
    const double means = spread.points_half / gsl_cdf_tdist_Pinv(0.975, (double)spread.points - 1);
    const double all = means * means * (double)spread.points;
    if (all > 0)
        variance->luck_share = 1 - spread.parameters_sd * spread.parameters_sd / all;
    return 0;
}

int sensitivity_sobol(struct sensitivity_index *indices, struct sensitivity_variance *variance,
                      const double *y, size_t rows, size_t factors, size_t replications, struct err *err)
{
    struct table_of_rows table = {.factors = factors};
    *variance = (struct sensitivity_variance){.mean = NAN, .variance = NAN, .luck_share = NAN};
    for (size_t f = 0; f < factors; f++)
        indices[f] = (struct sensitivity_index){NAN, NAN, NAN, NAN, NAN, NAN};
    int status = take_rows(&table, y, rows, replications, err);
    variance->rows = table.rows;
    if (status == 0 && table.rows >= 2)
        status = estimate_all(indices, variance, &table, err);
    if (status == 0)
        status = luck_in(variance, y, rows * (factors + 2), replications, err);
    free(table.means);
    return status;
}
