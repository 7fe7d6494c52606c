#include "models/reach.h"

#include <criterion/criterion.h>

#define HOUR_US INT64_C(3600000000)

static struct reach one, other;

static void set_up(void)
{
    struct err err = ERR_INIT;
    cr_assert_eq(reach_init(&one, 1000 * HOUR_US, &err), 0);
    cr_assert_eq(reach_init(&other, 1000 * HOUR_US, &err), 0);
}

static void tear_down(void)
{
    reach_free(&one);
    reach_free(&other);
}

TestSuite(reach, .init = set_up, .fini = tear_down);

Test(reach, of_parts_is_that_of_the_whole)
{
    struct reach whole = {0};
    struct err err = ERR_INIT;
    cr_assert_eq(reach_init(&whole, 1000 * HOUR_US, &err), 0);
    for (int64_t i = 0; i < 100; i++) {
        reach_add(i % 3 == 0 ? &one : &other, i * HOUR_US, (100 - i) * HOUR_US);
        reach_add(&whole, i * HOUR_US, (100 - i) * HOUR_US);
    }
    cr_assert_eq(reach_merge(&one, &other, &err), 0);
    for (double p = 0; p <= 1; p += 0.125) {
        cr_assert_eq(histogram_quantile(&one.wait, p), histogram_quantile(&whole.wait, p));
        cr_assert_eq(histogram_quantile(&one.travel, p), histogram_quantile(&whole.travel, p));
    }
    cr_assert_float_eq(histogram_quantile(&one.wait, 0.5) / HOUR_US, 49.5, 49.5 / 32);
    reach_free(&whole);
}

Test(reach, forgets_what_has_been)
{
    reach_add(&one, 5 * HOUR_US, HOUR_US);
    reach_restart(&one);
    reach_add(&one, 90 * HOUR_US, 2 * HOUR_US);
    cr_assert_eq(one.wait.total, 1);
    cr_assert_float_eq(histogram_quantile(&one.wait, 0) / HOUR_US, 90, 90.0 / 32);
    cr_assert_float_eq(histogram_quantile(&one.travel, 1) / HOUR_US, 2, 2.0 / 32);
}
