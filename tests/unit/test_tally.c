#include "sim/tally.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "sim/rng.h"
#include "starve.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

Test(tally, is_undefined_when_empty)
{
    const struct tally tally = {0};
    cr_assert(isnan(tally_mean(&tally)));
    cr_assert(isnan(tally_variance(&tally)));
}

Test(tally, gives_mean_and_variance)
{
    const int64_t values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    struct tally tally = {0};
    for (size_t i = 0; i < COUNT(values); i++)
        tally_add(&tally, values[i]);
    cr_assert_eq(tally.count, 8);
    cr_assert_eq(tally_mean(&tally), 5);
    cr_assert_eq(tally_variance(&tally), 4);
}

Test(tally, knows_negative_values)
{
    struct tally tally = {0};
    tally_add(&tally, -7);
    tally_add(&tally, -2);
    cr_assert_eq(tally_mean(&tally), -4.5);
    cr_assert_eq(tally_variance(&tally), 6.25);
}

/* A year in microseconds is 3e13, its square 1e27: in floating point nothing would be left of the spread. */
Test(tally, keeps_a_small_spread_of_large_values)
{
    struct tally tally = {0};
    for (int i = 0; i < 1000000; i++)
        tally_add(&tally, INT64_C(31536000000000) + i % 2);
    cr_assert_eq(tally_mean(&tally), 31536000000000.5);
    cr_assert_eq(tally_variance(&tally), 0.25);
}

Test(tally, parts_add_up_to_the_whole)
{
    const struct rng rng = rng_of(1, 0);
    struct tally whole = {0}, parts[3] = {{0}, {0}, {0}}, merged = {0};
    for (uint32_t i = 0; i < 3000; i++) {
        const int64_t value =
            rng_draw(&rng, (struct rng_identity){1, i}, (struct rng_purpose){0, 0, 0, 0}).w[0];
        tally_add(&whole, value - INT64_C(2000000000));
        tally_add(&parts[i % 2], value - INT64_C(2000000000)); /* the last part stays empty */
    }
    for (int i = 2; i >= 0; i--)
        tally_merge(&merged, &parts[i]);
    cr_assert_eq(merged.count, whole.count);
    cr_assert(merged.sum == whole.sum);
    cr_assert(merged.sum_of_squares == whole.sum_of_squares);
}

Test(level, integrates_over_time)
{
    struct tally_level queue = {0};
    tally_level_set(&queue, 10, 2);
    tally_level_set(&queue, 30, 5);
    cr_assert_eq(tally_level_mean(&queue, 0, 40), (2 * 20 + 5 * 10) / 40.0);
    cr_assert(isnan(tally_level_mean(&queue, 40, 40)));
}

Test(sum, has_the_mean_of_all_its_parts)
{
    struct tally_sum whole = {0}, part = {0};
    cr_assert(isnan(tally_sum_mean(&whole)));
    tally_sum_add(&whole, INT64_MAX);
    tally_sum_add(&whole, INT64_MAX);
    tally_sum_add(&part, -6);
    tally_sum_merge(&whole, &part);
    cr_assert_eq(whole.count, 3);
    cr_assert(whole.sum == 2 * (int128)INT64_MAX - 6);
    cr_assert_eq(tally_sum_mean(&part), -6);
}

Test(level, rises_and_falls_by_one)
{
    struct tally_level queue = {0};
    tally_level_rise(&queue, 10);
    tally_level_rise(&queue, 30);
    tally_level_fall(&queue, 35);
    cr_assert_eq(queue.level, 1);
    cr_assert_eq(tally_level_mean(&queue, 0, 40), (20 + 2 * 5 + 5) / 40.0);
}

Test(level, of_two_is_that_of_both)
{
    struct tally_level a = {0}, b = {0};
    tally_level_set(&a, 10, 2);
    tally_level_set(&b, 20, 3);
    tally_level_merge(&a, &b);
    cr_assert_eq(a.level, 5);
    cr_assert_eq(tally_level_mean(&a, 0, 40), (2 * 30 + 3 * 20) / 40.0);
}

Test(level, restarts_with_the_level_it_has)
{
    struct tally_level queue = {0};
    tally_level_set(&queue, 10, 4);
    tally_level_restart(&queue, 100);
    cr_assert_eq(tally_level_mean(&queue, 100, 150), 4);
    tally_level_set(&queue, 150, 0);
    cr_assert_eq(tally_level_mean(&queue, 100, 200), 2);
}

static struct histogram filled(unsigned bits, const int64_t *values, size_t count, int64_t greatest)
{
    struct err err = ERR_INIT;
    struct histogram histogram;
    histogram_init(&histogram, bits);
    cr_assert_eq(histogram_reserve(&histogram, greatest, &err), 0);
    for (size_t i = 0; i < count; i++)
        histogram_add(&histogram, values[i]);
    return histogram;
}

Test(histogram, is_undefined_when_empty)
{
    struct histogram histogram = filled(5, NULL, 0, 1000);
    cr_assert(isnan(histogram_quantile(&histogram, 0.5)));
    histogram_free(&histogram);
    histogram_free(&histogram);
}

Test(histogram, is_exact_for_small_values)
{
    const int64_t values[] = {0, 0, 0, 0, 1, 3, 3, 10, 31, 63};
    struct histogram histogram = filled(5, values, COUNT(values), 1000);
    cr_assert_eq(histogram_quantile(&histogram, 0), 0);
    cr_assert_eq(histogram_quantile(&histogram, 0.4), 0);
    cr_assert_eq(histogram_quantile(&histogram, 0.41), 1);
    cr_assert_eq(histogram_quantile(&histogram, 0.5), 1);
    cr_assert_eq(histogram_quantile(&histogram, 0.7), 3);
    cr_assert_eq(histogram_quantile(&histogram, 0.8), 10);
    cr_assert_eq(histogram_quantile(&histogram, 0.9), 31);
    cr_assert_eq(histogram_quantile(&histogram, 1), 63);
    cr_assert_eq(histogram_quantile(&histogram, -3), 0);
    cr_assert_eq(histogram_quantile(&histogram, 3), 63);
    cr_assert(isnan(histogram_quantile(&histogram, (double)NAN)));
    histogram_free(&histogram);
}

Test(histogram, takes_a_rank_that_is_meant_to_be_whole)
{
    int64_t values[100];
    for (int i = 0; i < 100; i++)
        values[i] = i / 2;
    struct histogram histogram = filled(10, values, 100, 1000);
    for (int percent = 2; percent <= 100; percent += 2)
        cr_assert_eq(histogram_quantile(&histogram, percent / 100.0), percent / 2 - 1, "at %d %%", percent);
    histogram_free(&histogram);
}

Test(histogram, interpolates_inside_a_cell)
{
    const int64_t values[] = {1024, 1030, 1040, 1055}; /* one cell of 32 values */
    struct histogram histogram = filled(5, values, COUNT(values), 100000);
    cr_assert_eq(histogram_quantile(&histogram, 0.25), 1024 + 0.25 * 31);
    cr_assert_eq(histogram_quantile(&histogram, 0.5), 1024 + 0.5 * 31);
    cr_assert_eq(histogram_quantile(&histogram, 1), 1055);
    histogram_free(&histogram);
}

static int compare_i64(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Waits over eight orders of magnitude, a tenth of them 0, against the sorted sample: no quantile is off by
 * more than a cell, and none falls as p rises. */
Test(histogram, finds_quantiles_to_one_part_in_its_cells)
{
    enum { VALUES = 20000 };
    static int64_t values[VALUES];
    const struct rng rng = rng_of(99, 0);
    for (uint32_t i = 0; i < VALUES; i++) {
        const struct rng_words words =
            rng_draw(&rng, (struct rng_identity){3, i}, (struct rng_purpose){0, 0, 0, 0});
        values[i] = rng_unit(words.w[1]) < 0.1 ? 0 : (int64_t)exp(30 * rng_unit(words.w[0]));
    }
    const unsigned bits[] = {5, 10};
    for (size_t k = 0; k < COUNT(bits); k++) {
        struct histogram histogram = filled(bits[k], values, VALUES, INT64_C(1) << 44);
        qsort(values, VALUES, sizeof values[0], compare_i64);
        double before = 0;
        for (int i = 1; i <= VALUES; i++) {
            const double got = histogram_quantile(&histogram, (double)i / VALUES);
            const double exact = (double)values[i - 1];
            cr_assert(fabs(got - exact) <= ldexp(exact, -(int)bits[k]), "rank %d: %g for %g", i, got, exact);
            cr_assert(got >= before);
            before = got;
        }
        cr_assert_eq(histogram_quantile(&histogram, 0.05), 0);
        histogram_free(&histogram);
    }
}

Test(histogram, orders_all_values_into_rising_cells)
{
    const unsigned bits[] = {0, 5, 10, 20};
    for (size_t k = 0; k < COUNT(bits); k++) {
        size_t before = histogram_cell(bits[k], 0);
        cr_assert_eq(before, 0);
        for (int64_t value = 1; value < 100000; value++) {
            const size_t cell = histogram_cell(bits[k], value);
            cr_assert(cell == before || cell == before + 1);
            if (value < INT64_C(2) << bits[k])
                cr_assert_eq(cell, (size_t)value);
            before = cell;
        }
        for (int octave = 17; octave < 63; octave++)
            cr_assert_eq(histogram_cell(bits[k], (INT64_C(1) << octave) - 1) + 1,
                         histogram_cell(bits[k], INT64_C(1) << octave));
        cr_assert_eq(histogram_cell(bits[k], INT64_MAX) + 1, (size_t)(65 - bits[k] - 1) << bits[k]);
    }
}

Test(histogram, counts_strays_at_its_ends)
{
    const int64_t values[] = {-5, INT64_MIN, 2000, INT64_MAX};
    struct histogram histogram = filled(5, values, COUNT(values), 1000);
    cr_assert_eq(histogram.total, 4);
    cr_assert_eq(histogram.count[0], 2);
    cr_assert_eq(histogram.count[histogram.cells - 1], 2);
    cr_assert_eq(histogram.cells, histogram_cell(5, 1000) + 1);
    histogram_free(&histogram);
}

Test(histogram, counts_nothing_without_room)
{
    struct histogram histogram;
    histogram_init(&histogram, 5);
    histogram_add(&histogram, 3);
    cr_assert_eq(histogram.total, 0);
    cr_assert(isnan(histogram_quantile(&histogram, 0.5)));
    histogram_free(&histogram);
}

Test(histogram, keeps_its_counts_when_it_grows)
{
    const int64_t values[] = {5, 500};
    struct err err = ERR_INIT;
    struct histogram histogram = filled(5, values, 2, 1000);
    const size_t before = histogram.cells;
    cr_assert_eq(histogram_reserve(&histogram, 100, &err), 0);
    cr_assert_eq(histogram.cells, before);
    cr_assert_eq(histogram_reserve(&histogram, INT64_MAX, &err), 0);
    cr_assert_gt(histogram.cells, before);
    histogram_add(&histogram, INT64_MAX);
    cr_assert_eq(histogram.total, 3);
    cr_assert_eq(histogram_quantile(&histogram, 0.3), 5);
    cr_assert_geq(histogram_quantile(&histogram, 1), 0x1p62);
    histogram_free(&histogram);
}

Test(histogram, parts_add_up_to_the_whole)
{
    const int64_t small[] = {1, 2, 3}, large[] = {1000, 100000};
    struct err err = ERR_INIT;
    struct histogram into = filled(5, small, 3, 10), from = filled(5, large, 2, 100000);
    cr_assert_eq(histogram_merge(&into, &from, &err), 0);
    cr_assert_eq(into.total, 5);
    cr_assert_eq(into.cells, from.cells);
    cr_assert_eq(histogram_quantile(&into, 0.6), 3);
    cr_assert_eq(into.count[histogram_cell(5, 100000)], 1);
    cr_assert_eq(histogram_merge(&from, &into, &err), 0);
    cr_assert_eq(from.total, 7);
    histogram_free(&into);
    histogram_free(&from);
}

Test(histogram, refuses_to_merge_other_cells)
{
    const int64_t values[] = {1};
    struct err err = ERR_INIT;
    struct histogram coarse = filled(5, values, 1, 10), fine = filled(10, values, 1, 10);
    cr_assert_eq(histogram_merge(&coarse, &fine, &err), -1);
    cr_assert(err_any(&err));
    cr_assert_eq(coarse.total, 1);
    histogram_free(&coarse);
    histogram_free(&fine);
}

#if CAN_STARVE
Test(histogram, survives_that_memory_has_run_out)
{
    SKIP_IF_WATCHED;
    const int64_t values[] = {1, 2, 3};
    static struct err err = ERR_INIT;
    struct histogram histogram = filled(5, values, 3, 10);
    starve();
    const int grown = histogram_reserve(&histogram, INT64_MAX, &err);
    feed();
    cr_assert_eq(grown, -1);
    cr_assert(err_any(&err));
    cr_assert_eq(histogram.total, 3);
    cr_assert_eq(histogram_quantile(&histogram, 1), 3);
    histogram_free(&histogram);
}
#endif
