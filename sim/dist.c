#include "sim/dist.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "sim/dist_law.h"
#include "sim/int128.h"
#include "sim/mem.h"
#include "sim/rng.h"

/* A table holds knots of the quantile function. The two tails mirror each other: with 2^-33 as the unit of
 * probability, a word is at an odd number of units from its end, its tail. Each of the 32 octaves of tails is
 * cut into CELLS equal cells: knot number k is at tail 2^(k / CELLS) * (1 + (k % CELLS) / CELLS). So the
 * cells shrink with the distance from the end, and a straight line inside a cell is good to the last word; in
 * the outermost octaves every word has a knot of its own. MIDDLE is the knot of the median; knot k of the
 * upper tail is at 2 * MIDDLE - k. */
enum { CELL_BITS = 6, CELLS = 1 << CELL_BITS, MIDDLE = 32 * CELLS, KNOTS = 2 * MIDDLE + 1 };
/* Nearer the end than this knot, words lie at knots alone. */
enum { SEPARATE = (CELL_BITS + 1) * CELLS };

enum rule { RULE_TABLE, RULE_FIXED, RULE_UNIFORM, RULE_LISTED, RULE_EMPIRICAL };

struct dist {
    enum rule rule;
    enum dist_kind kind;
    double mean, sd;
    size_t count; /* listed items, empirical points */
    size_t items; /* listed: where the items begin in numbers, 0 for no inner lists */
    size_t size;  /* of numbers */
    /* The knots; or value; or least value and width; or values, then offsets of items; or values, then
     * cumulative shares in units of 2^-33. */
    int64_t numbers[];
};

#define ALL_SHARES (INT64_C(1) << 33)
#define GREATEST_MILLIONTHS 0x1p61

static int to_millionths(double value, int64_t *millionths, struct err *err)
{
    const double scaled = value * 1e6;
    if (!(fabs(scaled) <= GREATEST_MILLIONTHS))
        return err_fail(err, "the distribution reaches %g; values beyond %g cannot be represented", value,
                        GREATEST_MILLIONTHS * 1e-6);
    *millionths = llround(scaled);
    return 0;
}

/* Tables. */

/* The distance of a knot from its end, in units of 2^-33: exact in floating point. */
static double knot_tail(size_t knot)
{
    return ldexp((double)(CELLS + knot % CELLS), (int)(knot / CELLS) - CELL_BITS);
}

static double knot_position(size_t knot)
{
    return knot <= MIDDLE ? knot_tail(knot) : 0x1p33 - knot_tail(2 * MIDDLE - knot);
}

static int sample_quantiles(const struct dist_law *law, double *exact, struct err *err)
{
    for (size_t knot = 0; knot < KNOTS; knot++) {
        const bool upper = knot > MIDDLE;
        const double tail = knot_tail(upper ? 2 * MIDDLE - knot : knot) * 0x1p-33;
        exact[knot] = dist_law_quantile(law, tail, upper);
        if (isnan(exact[knot]))
            return err_fail(err, "the distribution's value with probability %g %s it cannot be computed",
                            tail, upper ? "above" : "below");
    }
    /* The last word stands for all that is beyond: its middle would lose some of a heavy tail's variance. */
    const double rms = dist_law_tail_rms(law, 0x1p-32);
    if (rms > exact[2 * MIDDLE])
        exact[2 * MIDDLE] = rms;
    return 0;
}

/* How much too high the straight lines at both sides of a knot are for the mean, as a shift of the knot: a
 * chord of width d overestimates its cell's integral by d^3 f''/12, half of it the knot's; the knot weighs
 * (d1 + d2)/2. */
static double chord_excess(const double *exact, size_t knot)
{
    const double d1 = knot_position(knot) - knot_position(knot - 1);
    const double d2 = knot_position(knot + 1) - knot_position(knot);
    const double slope1 = (exact[knot] - exact[knot - 1]) / d1, slope2 = (exact[knot + 1] - exact[knot]) / d2;
    return (d1 * d1 - d1 * d2 + d2 * d2) / 6 * (slope2 - slope1) / (d1 + d2);
}

static int fill_table(struct dist *dist, const double *exact, struct err *err)
{
    int64_t least = 0, greatest = 0;
    if (to_millionths(exact[0], &least, err) != 0 || to_millionths(exact[2 * MIDDLE], &greatest, err) != 0)
        return -1;
    int64_t before = least;
    for (size_t knot = 0; knot < KNOTS; knot++) {
        const bool separate = knot < SEPARATE || knot > 2 * MIDDLE - SEPARATE;
        int64_t value = 0;
        if (to_millionths(exact[knot] - (separate ? 0 : chord_excess(exact, knot)), &value, err) != 0)
            return -1;
        if (value < before)
            value = before;
        if (value > greatest)
            value = greatest;
        dist->numbers[knot] = before = value;
    }
    return 0;
}

static int compile_table(struct dist *dist, const struct dist_law *law, struct err *err)
{
    double *exact = mem_zeroed(KNOTS, sizeof exact[0], err);
    if (exact == NULL)
        return -1;
    int status = sample_quantiles(law, exact, err);
    if (status == 0)
        status = fill_table(dist, exact, err);
    free(exact);
    return status;
}

/* Rules without a table. */

static int compile_uniform(struct dist *dist, const struct dist_spec *spec, struct err *err)
{
    int64_t greatest = 0;
    if (to_millionths(spec->a, &dist->numbers[0], err) != 0 || to_millionths(spec->b, &greatest, err) != 0)
        return -1;
    dist->numbers[1] = greatest - dist->numbers[0];
    return 0;
}

static int copy_values(struct dist *dist, const struct dist_spec *spec, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (to_millionths(spec->values[i], &dist->numbers[i], err) != 0)
            return -1;
    return 0;
}

static int compile_listed(struct dist *dist, const struct dist_spec *spec, struct err *err)
{
    const size_t values = dist_law_values(spec);
    dist->count = spec->count;
    if (spec->inner != NULL) {
        dist->items = values;
        for (size_t i = 0; i <= spec->count; i++)
            dist->numbers[values + i] = (int64_t)spec->inner[i];
    }
    return copy_values(dist, spec, values, err);
}

static int compile_empirical(struct dist *dist, const struct dist_spec *spec, struct err *err)
{
    dist->count = spec->count;
    for (size_t i = 0; i < spec->count; i++)
        dist->numbers[spec->count + i] = llround(spec->weights[i] * (double)ALL_SHARES);
    dist->numbers[2 * spec->count - 1] = ALL_SHARES;
    return copy_values(dist, spec, spec->count, err);
}

static enum rule rule_of(const struct dist_law *law)
{
    if (law->single)
        return RULE_FIXED;
    switch (law->kind) {
    case DIST_FIXED:
        return RULE_FIXED;
    case DIST_UNIFORM:
        return RULE_UNIFORM;
    case DIST_LISTED:
        return RULE_LISTED;
    case DIST_EMPIRICAL:
        return RULE_EMPIRICAL;
    default:
        return RULE_TABLE;
    }
}

static size_t numbers_needed(enum rule rule, const struct dist_spec *spec)
{
    switch (rule) {
    case RULE_TABLE:
        return KNOTS;
    case RULE_LISTED:
        return dist_law_values(spec) + (spec->inner != NULL ? spec->count + 1 : 0);
    case RULE_EMPIRICAL:
        return 2 * spec->count;
    default:
        return 2;
    }
}

static int compile(struct dist *dist, const struct dist_law *law, const struct dist_spec *spec,
                   struct err *err)
{
    switch (dist->rule) {
    case RULE_TABLE:
        return compile_table(dist, law, err);
    case RULE_FIXED:
        return to_millionths(law->mean, &dist->numbers[0], err);
    case RULE_UNIFORM:
        return compile_uniform(dist, spec, err);
    case RULE_LISTED:
        return compile_listed(dist, spec, err);
    case RULE_EMPIRICAL:
        return compile_empirical(dist, spec, err);
    }
    return -1;
}

struct dist *dist_compile(const struct dist_spec *spec, struct err *err)
{
    struct dist_law law;
    if (dist_law_init(&law, spec, err) != 0)
        return NULL;
    const enum rule rule = rule_of(&law);
    const size_t size = numbers_needed(rule, spec);
    size_t bytes = 0;
    if (__builtin_mul_overflow(size, sizeof(int64_t), &bytes) ||
        __builtin_add_overflow(bytes, sizeof(struct dist), &bytes)) {
        err_fail(err, "out of memory: a distribution of %zu numbers is more than an address can hold", size);
        return NULL;
    }
    struct dist *dist = mem_zeroed(1, bytes, err);
    if (dist == NULL)
        return NULL;
    *dist = (struct dist){.rule = rule, .kind = spec->kind, .mean = law.mean, .sd = law.sd, .size = size};
    if (compile(dist, &law, spec, err) != 0) {
        dist_free(dist);
        return NULL;
    }
    return dist;
}

void dist_free(struct dist *dist)
{
    free(dist);
}

/* Sampling. */

/* Where a word is in a table: the knot before it on the way to the median, and how far behind that. The side
 * is a coin toss that no processor predicts: masks (0 or -1) instead of branches. */
struct spot {
    ptrdiff_t mirror, knot;
    uint32_t inside;
};

static inline struct spot spot_of(uint32_t word)
{
    const ptrdiff_t mirror = -(ptrdiff_t)(word >> 31);
    const uint32_t tail = 2 * (word ^ (uint32_t)mirror) + 1;
    const unsigned zeros = (unsigned)__builtin_clz(tail);
    const uint32_t aligned = tail << zeros; /* 1, number of the cell, place inside the cell */
    const ptrdiff_t knot = (ptrdiff_t)((31 - zeros) * CELLS + (aligned >> (31 - CELL_BITS)) - CELLS);
    return (struct spot){mirror, (mirror & (2 * MIDDLE)) + ((knot ^ mirror) - mirror),
                         aligned << (CELL_BITS + 1)};
}

static inline int64_t value_from_table(const int64_t *knots, uint32_t word)
{
    const struct spot spot = spot_of(word);
    const int64_t *at = knots + spot.knot, *inner = at + (spot.mirror | 1);
    return at[0] + (int64_t)(((int128)(inner[0] - at[0]) * spot.inside + (INT64_C(1) << 31)) >> 32);
}

void dist_fetch(const struct dist *dist, uint32_t word)
{
    if (dist->rule == RULE_TABLE)
        mem_fetch(&dist->numbers[spot_of(word).knot]);
}

static int64_t value_of_item(const struct dist *dist, uint64_t ordinal, uint32_t attempt)
{
    const size_t item = (size_t)(ordinal % dist->count);
    if (dist->items == 0)
        return dist->numbers[item];
    const int64_t *bounds = dist->numbers + dist->items + item;
    const int64_t last = bounds[1] - 1 - bounds[0];
    return dist->numbers[bounds[0] + (attempt < last ? attempt : last)];
}

static int64_t value_between_points(const struct dist *dist, uint32_t word)
{
    const int64_t *values = dist->numbers, *shares = dist->numbers + dist->count;
    const int64_t share = 2 * (int64_t)word + 1;
    size_t low = 0, high = dist->count - 1; /* shares[low] <= share < shares[high] */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (shares[middle] <= share)
            low = middle;
        else
            high = middle;
    }
    const int64_t width = shares[high] - shares[low];
    const int128 rise = (int128)(values[high] - values[low]) * (share - shares[low]);
    return values[low] + (int64_t)((rise + width / 2) / width);
}

/* Apart, so that the way to a table saves no registers. */
__attribute__((noinline)) static int64_t value_by_rule(const struct dist *dist, uint32_t word,
                                                       uint64_t ordinal, uint32_t attempt)
{
    switch (dist->rule) {
    case RULE_UNIFORM:
        return dist->numbers[0] +
               (int64_t)(((int128)dist->numbers[1] * (2 * (int64_t)word + 1) + (INT64_C(1) << 32)) >> 33);
    case RULE_LISTED:
        return value_of_item(dist, ordinal, attempt);
    case RULE_EMPIRICAL:
        return value_between_points(dist, word);
    default:
        return dist->numbers[0];
    }
}

int64_t dist_value(const struct dist *dist, uint32_t word, uint64_t ordinal, uint32_t attempt)
{
    if (__builtin_expect(dist->rule == RULE_TABLE, 1))
        return value_from_table(dist->numbers, word);
    return value_by_rule(dist, word, ordinal, attempt);
}

/* Several look-ups in a table at once. A tail as a floating-point number has what is needed side by side: its
 * exponent and the first bits behind the leading one are the number of the knot, those that follow the place
 * inside the cell. A product of 64 and 32 bits is put together from two of 32 bits each. */
#ifdef __x86_64__
/* clang-format off */
#define VALUES_FROM_TABLE(NAME, TARGET, LANES, VECTOR, GATHER, MULTIPLY, ...)                                      \
    __attribute__((target(TARGET))) static void NAME(const int64_t *knots, const struct rng_words *words,          \
                                                     int64_t *values)                                              \
    {                                                                                                              \
        typedef int64_t lanes __attribute__((vector_size(8 * (LANES))));                                           \
        typedef uint64_t wide_lanes __attribute__((vector_size(8 * (LANES))));                                     \
        typedef double real_lanes __attribute__((vector_size(8 * (LANES))));                                       \
        const lanes none = {0}, word = {__VA_ARGS__};                                                              \
        const lanes mirror = word > INT32_MAX;                                                                     \
        const lanes tail = 2 * (word ^ (mirror & UINT32_MAX)) + 1;                                                 \
        const real_lanes real = (real_lanes)(tail | INT64_C(0x4330000000000000)) - 0x1p52; /* exact */             \
        const wide_lanes bits = (wide_lanes)real;                                                                  \
        const lanes knot = (lanes)(bits >> (52 - CELL_BITS)) - 1023 * CELLS;                                       \
        const wide_lanes inside = bits << (12 + CELL_BITS) >> 32;                                                  \
        const lanes at = (mirror & (2 * MIDDLE)) + ((knot ^ mirror) - mirror);                                     \
        const lanes low = (lanes)GATHER(knots, (VECTOR)at);                                                        \
        const lanes rise = (lanes)GATHER(knots, (VECTOR)(at + (mirror | 1))) - low;                                \
        const wide_lanes front = (wide_lanes)MULTIPLY((VECTOR)((wide_lanes)rise >> 32), (VECTOR)inside);           \
        const wide_lanes back = (wide_lanes)MULTIPLY((VECTOR)rise, (VECTOR)inside);                                \
        const wide_lanes sign = (wide_lanes)(rise < none) & inside << 32;                                          \
        const lanes value = low + (lanes)(front - sign + ((back + (UINT64_C(1) << 31)) >> 32));                    \
        memcpy(values, &value, sizeof value);                                                                      \
    }
#define W(i) words[i].w[0]
#define GATHER_4(knots, at) _mm256_i64gather_epi64((const long long *)(knots), at, 8)
#define GATHER_8(knots, at) _mm512_i64gather_epi64(at, knots, 8)
VALUES_FROM_TABLE(four_from_table, "avx2", 4, __m256i, GATHER_4, _mm256_mul_epu32, W(0), W(1), W(2), W(3))
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion" /* of the macro that stands for the gather without optimisation */
VALUES_FROM_TABLE(eight_from_table, "avx512f", 8, __m512i, GATHER_8, _mm512_mul_epu32, W(0), W(1), W(2), W(3), W(4), W(5), W(6), W(7))
#pragma GCC diagnostic pop
/* clang-format on */
#undef W
#endif

void dist_values(const struct dist *dist, const struct rng_words *words, uint64_t first, size_t count,
                 int64_t *values)
{
    size_t i = 0;
#ifdef __x86_64__
    if (dist->rule == RULE_TABLE && __builtin_cpu_supports("avx512f"))
        for (; i + 8 <= count; i += 8)
            eight_from_table(dist->numbers, words + i, values + i);
    if (dist->rule == RULE_TABLE && __builtin_cpu_supports("avx2"))
        for (; i + 4 <= count; i += 4)
            four_from_table(dist->numbers, words + i, values + i);
#endif
    for (; i < count; i++)
        values[i] = dist_value(dist, words[i].w[0], first + i, 0);
}

double dist_mean(const struct dist *dist)
{
    return dist->mean;
}

double dist_sd(const struct dist *dist)
{
    return dist->sd;
}

uint64_t dist_fingerprint(const struct dist *dist)
{
    uint64_t hash = rng_mix((uint64_t)dist->kind + 1);
    hash = rng_mix(hash ^ (uint64_t)dist->rule);
    hash = rng_mix(hash ^ dist->count);
    for (size_t i = 0; i < dist->size; i++)
        hash = rng_mix(hash ^ (uint64_t)dist->numbers[i]);
    return hash;
}
