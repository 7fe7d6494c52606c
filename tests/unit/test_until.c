#include "study/until.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "starve.h"

static const char *const names[] = {"deaths", "a/b<c"}, *const units[] = {"1", "1"};

static struct run_view view(const double *values, size_t replications)
{
    return (struct run_view){.replications = replications,
                             .metrics = 2,
                             .metric_names = names,
                             .metric_units = units,
                             .metric_values = values};
}

Test(until, reads_a_number_or_a_percentage)
{
    struct err err = ERR_INIT;
    struct until until;
    cr_assert_eq(until_parse(&until, "deaths<5", &err), 0);
    cr_expect(until.half == 5 && !until.relative && until.name_length == 6);
    cr_assert_eq(until_parse(&until, "a/b<c<0.5%", &err), 0);
    cr_expect(fabs(until.half - 0.005) < 1e-15 && until.relative && until.name_length == 5);
}

Test(until, refuses_what_cannot_be_reached_or_read)
{
    static const char *const wrong[] = {
        "",          "deaths",     "<5",           "deaths<",    "deaths<x",   "deaths<0",
        "deaths<-1", "deaths<5%%", "deaths<5 CNY", "deaths<nan", "deaths<inf", "deaths<1e999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct err err = ERR_INIT;
        struct until until;
        cr_expect_eq(until_parse(&until, wrong[i], &err), -1, "%s", wrong[i]);
        cr_expect_not_null(strstr(err.text[0], wrong[i]), "%s", err.text[0]);
    }
}

/* 2 4 4 4 5 5 7 9: mean 5, half width 2.364624 sqrt(32/7)/sqrt(8) = 1.787488. */
static const double one[] = {2, 0, 4, 0, 4, 0, 4, 0, 5, 0, 5, 0, 7, 0, 9, 0};

static struct until_state look(const char *text, const struct run_view *views, size_t worlds)
{
    struct err err = ERR_INIT;
    struct until until;
    struct until_state state;
    cr_assert_eq(until_parse(&until, text, &err), 0);
    cr_assert_eq(until_look(&until, views, worlds, &state, &err), 0);
    return state;
}

Test(until, asks_for_the_half_width_of_the_mean)
{
    const struct run_view run = view(one, 8);
    cr_expect(fabs(look("deaths<1", &run, 1).half - 1.787488) < 1e-6);
    cr_expect(look("deaths<1.79", &run, 1).reached);
    cr_expect_not(look("deaths<1.78", &run, 1).reached);
    cr_expect(look("deaths<35.8%", &run, 1).reached, "of the mean, 5");
    cr_expect_not(look("deaths<35.7%", &run, 1).reached);
    cr_expect(look("a/b<c<1%", &run, 1).reached, "what is always the same is known");
}

/* Differences 1 and -1 in turn: sd sqrt(8/7), half width 2.364624 x sqrt(8/7)/sqrt(8) = 0.893744; for two
 * alternatives t(0.9875, 7) = 2.841244 gives 1.073889. */
Test(until, asks_for_paired_differences_that_hold_together)
{
    double two[16];
    for (size_t i = 0; i < 16; i++)
        two[i] = one[i] + (i % 4 == 0 ? 1 : -1);
    const struct run_view worlds[] = {view(one, 8), view(two, 8), view(one, 8)};
    cr_expect(fabs(look("deaths<1", worlds, 2).half - 0.893744) < 1e-6);
    cr_expect(fabs(look("deaths<1", worlds, 3).half - 1.073889) < 1e-6);
    cr_expect(fabs(look("deaths<1%", worlds, 2).half - 0.893744 / 5) < 1e-6, "of the mean of the base");
}

Test(until, is_not_reached_where_nothing_is_defined)
{
    const double undefined[] = {NAN, 0, NAN, 0};
    const struct run_view run = view(undefined, 2);
    cr_expect_not(look("deaths<1000", &run, 1).reached);
    const struct run_view worlds[] = {view(one, 2), run};
    cr_expect_not(look("deaths<1000", worlds, 2).reached);
}

Test(until, tells_of_the_nearest_name)
{
    struct err err = ERR_INIT;
    struct until until;
    size_t metric = 0;
    const struct run_view run = view(one, 8);
    cr_assert_eq(until_parse(&until, "death<5", &err), 0);
    cr_expect_eq(until_find(&until, &run, &metric, &err), -1);
    cr_expect_not_null(strstr(err.text[0], "did you mean 'deaths'?"), "%s", err.text[0]);
}

Test(until, looks_when_there_are_a_tenth_more)
{
    cr_expect_eq(until_next(20, 1000), 30);
    cr_expect_eq(until_next(200, 1000), 220);
    cr_expect_eq(until_next(995, 1000), 1000);
    cr_expect_eq(until_next(UINT32_MAX - 5, UINT32_MAX), UINT32_MAX);
    cr_expect_eq(until_next(1000, 1000), 1000);
}

#ifdef CAN_STARVE
Test(until, fails_cleanly_when_memory_runs_out)
{
    SKIP_IF_WATCHED;
    struct err err = ERR_INIT;
    struct until until;
    struct until_state state;
    const struct run_view run = view(one, 8);
    cr_assert_eq(until_parse(&until, "deaths<5", &err), 0);
    starve();
    const int answer = until_look(&until, &run, 1, &state, &err);
    feed();
    cr_assert_eq(answer, -1);
    cr_assert(err_any(&err));
}
#endif
