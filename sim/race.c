#include "sim/race.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Cells are the leading bits of a word's complement as a float: its exponent and five bits more, from 1 on,
 * which is cell 1. */
enum { CELL_SHIFT = 18, CELL_BEFORE_FIRST = (127 << (23 - CELL_SHIFT)) - 1 };

static inline int32_t cell_of_half(uint32_t half)
{
    const float value = (float)(int32_t)half;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const int32_t cell = (int32_t)(bits >> CELL_SHIFT) - CELL_BEFORE_FIRST;
    return cell < 0 ? 0 : cell;
}

static inline int32_t cell_of(uint32_t word)
{
    return cell_of_half(~word >> 1);
}

/* The least half of a complement that is in this cell or a later one. */
static uint32_t first_half(int32_t cell)
{
    uint32_t low = 0, high = UINT32_C(1) << 31;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (cell_of_half(middle) < cell)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void race_table_init(struct race_table *table)
{
    uint32_t from = 0;
    for (int32_t cell = 0; cell < RACE_CELLS; cell++) {
        const uint32_t to = cell + 1 < RACE_CELLS ? first_half(cell + 1) : UINT32_C(1) << 31;
        const double least = race_time(~(2 * from)), most = race_time(~(2 * to - 1));
        table->least[cell] = nextafterf((float)(least - 1e-9), -INFINITY);
        table->most[cell] = nextafterf((float)(most + 1e-9), INFINITY);
        from = to;
    }
}

/* Some units of the last place of the greatest number that is added or compared. */
static float margin_for(double utility)
{
    return (float)((32 + fabs(utility)) * 0x1p-20);
}

bool race_bound(double utility, float *bound, float *margin)
{
    if (!(fabs(utility) <= RACE_GREATEST))
        return false;
    *bound = nextafterf((float)utility, INFINITY);
    *margin = fmaxf(*margin, margin_for(utility));
    return true;
}

static inline float latest_of(const struct race_table *table, struct race_field field,
                              const uint32_t word[RACE_MOST], size_t i)
{
    return table->most[cell_of(word[i])] - field.bound[i] + field.margin;
}

uint32_t race_left_plain(const struct race_table *table, struct race_field field,
                         const uint32_t word[RACE_MOST], double *latest)
{
    float least[RACE_MOST];
    size_t first = 0;
    for (size_t i = 0; i < RACE_MOST; i++) {
        least[i] = table->least[cell_of(word[i])] - field.bound[i];
        if (least[i] < least[first])
            first = i;
    }
    const float last = latest_of(table, field, word, first);
    uint32_t left = 0;
    for (size_t i = 0; i < RACE_MOST; i++)
        if (least[i] <= last && least[i] < INFINITY)
            left |= UINT32_C(1) << i;
    *latest = (double)last;
    return left;
}

#ifdef __x86_64__
#define WIDE __attribute__((target("avx2"))) static inline

/* The bounds from below of the times of eight. */
WIDE __m256 least_of(const struct race_table *table, const float *bound, const uint32_t *word)
{
    const __m256i words = _mm256_loadu_si256((const __m256i *)(const void *)word);
    const __m256i half = _mm256_srli_epi32(_mm256_xor_si256(words, _mm256_set1_epi32(-1)), 1);
    const __m256i bits = _mm256_castps_si256(_mm256_cvtepi32_ps(half));
    const __m256i cell = _mm256_max_epi32(
        _mm256_sub_epi32(_mm256_srli_epi32(bits, CELL_SHIFT), _mm256_set1_epi32(CELL_BEFORE_FIRST)),
        _mm256_setzero_si256());
    return _mm256_sub_ps(_mm256_i32gather_ps(table->least, cell, sizeof(float)), _mm256_load_ps(bound));
}

WIDE __m256 least_in_all(__m256 a)
{
    a = _mm256_min_ps(a, _mm256_permute2f128_ps(a, a, 1));
    a = _mm256_min_ps(a, _mm256_permute_ps(a, 0x4e));
    return _mm256_min_ps(a, _mm256_permute_ps(a, 0xb1));
}

WIDE uint32_t not_later(__m256 a, __m256 b, __m256 than)
{
    return (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(a, than, _CMP_LE_OQ)) |
           (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(b, than, _CMP_LE_OQ)) << 8;
}

__attribute__((target("avx2"))) static uint32_t left_wide(const struct race_table *table,
                                                          struct race_field field,
                                                          const uint32_t word[RACE_MOST], double *latest)
{
    const __m256 a = least_of(table, field.bound, word), b = least_of(table, field.bound + 8, word + 8);
    const __m256 least = least_in_all(_mm256_min_ps(a, b));
    const size_t first = (size_t)__builtin_ctz(not_later(a, b, least));
    const float last = latest_of(table, field, word, first);
    *latest = (double)last;
    return last < INFINITY ? not_later(a, b, _mm256_set1_ps(last)) : 0;
}

/* Without optimisation GCC's macro for it does not pass with all warnings. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
__attribute__((target("avx512f"))) static inline __m512 gather(__m512i cell, const float *from)
{
    return _mm512_i32gather_ps(cell, from, sizeof(float));
}
#pragma GCC diagnostic pop

/* A race in one vector. Of several races none waits for another, since no instruction reads what was before
 * in the register of its result: a complement by _mm512_xor_si512(..., -1) would. */
__attribute__((target("avx512f"))) static void left_widest(const struct race_table *table,
                                                           const struct race_field *field,
                                                           const uint32_t *word, size_t count,
                                                           struct race_left *left)
{
    for (size_t i = 0; i < count; i++, word += RACE_MOST) {
        const __m512i words = _mm512_loadu_si512(word);
        const __m512i half = _mm512_xor_si512(_mm512_srli_epi32(words, 1), _mm512_set1_epi32(INT32_MAX));
        const __m512i bits = _mm512_castps_si512(_mm512_cvtepi32_ps(half));
        const __m512i cell = _mm512_max_epi32(
            _mm512_sub_epi32(_mm512_srli_epi32(bits, CELL_SHIFT), _mm512_set1_epi32(CELL_BEFORE_FIRST)),
            _mm512_setzero_si512());
        const __m512 least = _mm512_sub_ps(gather(cell, table->least), _mm512_load_ps(field[i].bound));
        const __m512 first = _mm512_set1_ps(_mm512_reduce_min_ps(least));
        const uint32_t firsts = _mm512_cmp_ps_mask(least, first, _CMP_LE_OQ);
        const float last = latest_of(table, field[i], word, (size_t)__builtin_ctz(firsts));
        left[i].latest = (double)last;
        left[i].who =
            last < INFINITY ? (uint32_t)_mm512_cmp_ps_mask(least, _mm512_set1_ps(last), _CMP_LE_OQ) : 0;
    }
}
#endif

uint32_t race_left(const struct race_table *table, struct race_field field, const uint32_t word[RACE_MOST],
                   double *latest)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return left_wide(table, field, word, latest);
#endif
    return race_left_plain(table, field, word, latest);
}

void race_left_each(const struct race_table *table, const struct race_field *field, const uint32_t *word,
                    size_t count, struct race_left *left)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f")) {
        left_widest(table, field, word, count, left);
        return;
    }
#endif
    for (size_t i = 0; i < count; i++, word += RACE_MOST)
        left[i].who = race_left(table, field[i], word, &left[i].latest);
}
