#include "sim/tally.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"
#include "sim/state.h"

void tally_merge(struct tally *into, const struct tally *from)
{
    into->count += from->count;
    into->sum += from->sum;
    into->sum_of_squares += from->sum_of_squares;
}

double tally_mean(const struct tally *tally)
{
    return tally->count == 0 ? NAN : (double)tally->sum / (double)tally->count;
}

/* About the whole part q of the mean, sum (x - q)^2 = S2 - n q^2 - 2 q r is exact in integers (modulo 2^128,
 * which the result does not reach), so that nothing cancels in floating point. */
double tally_variance(const struct tally *tally)
{
    if (tally->count == 0)
        return NAN;
    const int128 n = (int128)tally->count, q = tally->sum / n, r = tally->sum % n;
    const uint128 about =
        tally->sum_of_squares - (uint128)n * (uint128)q * (uint128)q - 2 * (uint128)q * (uint128)r;
    const double rest = (double)r / (double)n;
    return (double)about / (double)n - rest * rest;
}

double tally_sum_mean(const struct tally_sum *tally)
{
    return tally->count == 0 ? NAN : (double)tally->sum / (double)tally->count;
}

double tally_level_mean(const struct tally_level *tally, int64_t from_us, int64_t now_us)
{
    if (now_us <= from_us)
        return NAN;
    const int128 area = tally->area + (int128)tally->level * now_us;
    return (double)area / (double)((int128)now_us - from_us);
}

void histogram_init(struct histogram *histogram, unsigned bits)
{
    assert(bits <= 20);
    *histogram = (struct histogram){.bits = bits};
}

void histogram_free(struct histogram *histogram)
{
    free(histogram->count);
    histogram->count = NULL;
    histogram->cells = 0;
    histogram->total = 0;
}

/* Grows to exactly `cells`, so that the last cell does not depend on how the room was asked for. */
static int grow(struct histogram *histogram, size_t cells, struct err *err)
{
    if (cells <= histogram->cells)
        return 0;
    uint64_t *count = mem_zeroed(cells, sizeof count[0], err);
    if (count == NULL)
        return -1;
    if (histogram->cells > 0)
        memcpy(count, histogram->count, histogram->cells * sizeof count[0]);
    free(histogram->count);
    histogram->count = count;
    histogram->cells = cells;
    return 0;
}

int histogram_reserve(struct histogram *histogram, int64_t greatest, struct err *err)
{
    return grow(histogram, histogram_cell(histogram->bits, greatest) + 1, err);
}

int histogram_merge(struct histogram *into, const struct histogram *from, struct err *err)
{
    if (into->bits != from->bits)
        return err_fail(err, "histograms of %u and %u bits cannot be merged; give both the same", into->bits,
                        from->bits);
    if (grow(into, from->cells, err) != 0)
        return -1;
    for (size_t cell = 0; cell < from->cells; cell++)
        into->count[cell] += from->count[cell];
    into->total += from->total;
    return 0;
}

/* `share` of the way through the values of a cell. */
static double value_in_cell(unsigned bits, size_t cell, double share)
{
    const size_t shift = cell >> bits > 1 ? (cell >> bits) - 1 : 0;
    const uint64_t least = (uint64_t)(cell - (shift << bits)) << shift;
    const uint64_t width = UINT64_C(1) << shift;
    return (double)least + share * (double)(width - 1);
}

double histogram_quantile(const struct histogram *histogram, double p)
{
    if (histogram->total == 0 || isnan(p))
        return NAN;
    double rank = fmin(fmax(p, 0), 1) * (double)histogram->total;
    /* 0.07 x 100 is a little more than 7: a rank this near to a whole one is meant to be it. */
    if (fabs(rank - nearbyint(rank)) < 1e-9)
        rank = nearbyint(rank);
    double before = 0;
    size_t last = 0;
    for (size_t cell = 0; cell < histogram->cells; cell++) {
        const double count = (double)histogram->count[cell];
        if (count == 0)
            continue;
        if (before + count >= rank)
            return value_in_cell(histogram->bits, cell, (rank - before) / count);
        before += count;
        last = cell;
    }
    return value_in_cell(histogram->bits, last, 1);
}

/* clang-format off */
#define TALLY_STATE(ONE, ALL, NOT) \
    ONE(struct tally, count) ONE(struct tally, sum) ONE(struct tally, sum_of_squares)
STATE_LAYOUT(tally, struct tally, TALLY_STATE, 8);

#define TALLY_SUM_STATE(ONE, ALL, NOT) ONE(struct tally_sum, count) ONE(struct tally_sum, sum)
STATE_LAYOUT(tally_sum, struct tally_sum, TALLY_SUM_STATE, 8);

#define TALLY_LEVEL_STATE(ONE, ALL, NOT) \
    ONE(struct tally_level, level) ONE(struct tally_level, area)
STATE_LAYOUT(tally_level, struct tally_level, TALLY_LEVEL_STATE, 8);
/* clang-format on */

void tally_save(const struct tally *tally, size_t count, struct state_writer *writer)
{
    state_put_array(writer, &tally_layout, tally, count);
}

void tally_restore(struct tally *tally, size_t count, struct state_reader *reader)
{
    state_get_array(reader, &tally_layout, tally, count);
}

void tally_sum_save(const struct tally_sum *tally, size_t count, struct state_writer *writer)
{
    state_put_array(writer, &tally_sum_layout, tally, count);
}

void tally_sum_restore(struct tally_sum *tally, size_t count, struct state_reader *reader)
{
    state_get_array(reader, &tally_sum_layout, tally, count);
}

void tally_level_save(const struct tally_level *tally, size_t count, struct state_writer *writer)
{
    state_put_array(writer, &tally_level_layout, tally, count);
}

void tally_level_restore(struct tally_level *tally, size_t count, struct state_reader *reader)
{
    state_get_array(reader, &tally_level_layout, tally, count);
}

_Static_assert(sizeof(struct histogram) == 32, "the struct has changed: look at what is saved of it below");

void histogram_save(const struct histogram *histogram, struct state_writer *writer)
{
    state_put_u64(writer, histogram->bits);
    state_put_u64(writer, histogram->total);
    state_put_sparse(writer, histogram->count, histogram->cells);
}

void histogram_restore(struct histogram *histogram, struct state_reader *reader)
{
    if (state_get_u64(reader) != histogram->bits)
        state_refuse(reader, "has a histogram of another fineness; make it again from this scenario");
    histogram->total = state_get_u64(reader);
    state_get_sparse(reader, histogram->count, histogram->cells);
}
