#ifndef COUNTERPART_SIM_TALLY_H
#define COUNTERPART_SIM_TALLY_H

/* Statistics from integers alone, so that sums do not depend on order and two
 * partial tallies add up to the whole exactly. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/int128.h"

/* Of observations (waits, stays). */
struct tally {
    uint64_t count;
    int128 sum;
    uint128 sum_of_squares;
};
static inline void tally_add(struct tally *tally, int64_t value)
{
    tally->count++;
    tally->sum += value;
    tally->sum_of_squares += (uint128)((int128)value * value);
}
void tally_merge(struct tally *into, const struct tally *from);
double tally_mean(const struct tally *tally);     /* NaN when empty */
double tally_variance(const struct tally *tally); /* population variance; NaN when empty */

/* Of observations of which the mean is all that is asked for. */
struct tally_sum {
    uint64_t count;
    int128 sum;
};
static inline void tally_sum_add(struct tally_sum *tally, int64_t value)
{
    tally->count++;
    tally->sum += value;
}
static inline void tally_sum_merge(struct tally_sum *into, const struct tally_sum *from)
{
    into->count += from->count;
    into->sum += from->sum;
}
double tally_sum_mean(const struct tally_sum *tally); /* NaN when empty */

/* Of a level over time (queue length, occupancy): the integral of the level, as if it had been what it is now
 * since time 0, and what is too much in that. So a change adds one product, and none where the change is 1.
 */
struct tally_level {
    int64_t level;
    int128 area; /* level x microseconds, but for level x now; the whole while the level is 0 */
};
static inline void tally_level_set(struct tally_level *tally, int64_t now_us, int64_t level)
{
    tally->area += (int128)(tally->level - level) * now_us;
    tally->level = level;
}
static inline void tally_level_rise(struct tally_level *tally, int64_t now_us)
{
    tally->area -= now_us;
    tally->level++;
}
static inline void tally_level_fall(struct tally_level *tally, int64_t now_us)
{
    tally->area += now_us;
    tally->level--;
}
/* Forgets what has been (the end of the warm-up, the end of a month) but keeps the level. */
static inline void tally_level_restart(struct tally_level *tally, int64_t now_us)
{
    tally->area = -((int128)tally->level * now_us);
}
/* The two as one. */
static inline void tally_level_merge(struct tally_level *into, const struct tally_level *from)
{
    into->level += from->level;
    into->area += from->area;
}
/* Mean level from the (re)start at from_us until now_us. NaN for an empty interval. */
double tally_level_mean(const struct tally_level *tally, int64_t from_us, int64_t now_us);

/* Log-linear histogram of values >= 0 (in microseconds, say): every value below 2^(bits + 1) has a cell of
 * its own, then there are 2^bits cells an octave, so that a quantile is known to one part in 2^bits. bits = 5
 * (1/32) or 10 (1/1024); 20 at most. */
struct histogram {
    unsigned bits;
    uint64_t total;
    size_t cells;
    uint64_t *count; /* owned; grows with the largest value */
};
void histogram_init(struct histogram *histogram, unsigned bits);
void histogram_free(struct histogram *histogram);
/* Makes room for values up to `greatest`. Without it there are no cells and nothing is counted. */
MUST_CHECK int histogram_reserve(struct histogram *histogram, int64_t greatest, struct err *err);

static inline size_t histogram_cell(unsigned bits, int64_t value)
{
    if (value < 0)
        return 0;
    const unsigned shift =
        63 - bits - (unsigned)__builtin_clzll((unsigned long long)value | UINT64_C(1) << bits);
    return (size_t)((uint64_t)value >> shift) + ((size_t)shift << bits);
}
/* Values above the reserved range count in the last cell; negative ones as 0. */
static inline void histogram_add(struct histogram *histogram, int64_t value)
{
    size_t cell = histogram_cell(histogram->bits, value);
    if (cell >= histogram->cells) {
        if (histogram->cells == 0)
            return;
        cell = histogram->cells - 1;
    }
    histogram->count[cell]++;
    histogram->total++;
}

/* Adds the counts of `from`, which must have the same bits. On failure `into` is unchanged. */
MUST_CHECK int histogram_merge(struct histogram *into, const struct histogram *from, struct err *err);
/* The least value that the share p of the values does not exceed (p is cut to [0, 1]): exact where cells hold
 * one value, so exactly 0 among zeros; interpolated inside wider cells; never falling with p. NaN when empty
 * or when p is NaN. */
double histogram_quantile(const struct histogram *histogram, double p);

/* A histogram is restored into one of the same bits and cells. */
struct state_reader;
struct state_writer;
void tally_save(const struct tally *tally, size_t count, struct state_writer *writer);
void tally_restore(struct tally *tally, size_t count, struct state_reader *reader);
void tally_sum_save(const struct tally_sum *tally, size_t count, struct state_writer *writer);
void tally_sum_restore(struct tally_sum *tally, size_t count, struct state_reader *reader);
void tally_level_save(const struct tally_level *tally, size_t count, struct state_writer *writer);
void tally_level_restore(struct tally_level *tally, size_t count, struct state_reader *reader);
void histogram_save(const struct histogram *histogram, struct state_writer *writer);
void histogram_restore(struct histogram *histogram, struct state_reader *reader);

#endif
