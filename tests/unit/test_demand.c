#include "models/demand.h"

#include <math.h>

#include "tests/unit/model_scenario.h"

#define NO_CARE "pathway: ( { stage = \"x\"; } ); } );\n"
#define TWO_PLACES                                                                                           \
    "places: { list: ( { code = \"a\"; lon = 120; lat = 45; population = 1000000; },\n"                      \
    "  { code = \"b\"; lon = 121; lat = 45; population = 250000; } ); };\n"

/* Poisson counts: six standard deviations are a false alarm in 5e8. */
Test(demand, incidence_is_by_people_place_and_factors)
{
    struct model model;
    model_build(&model, "%s",
                "scenario: { start = \"2019-01-01\"; length = \"10 y\"; step = \"none\"; seed = \"7\"; "
                "};\n" TWO_PLACES "conditions: ( { id = \"c\"; arrivals: { incidence = \"400 per 100000 y\"; "
                "factors = [0.5, 0.25]; }; " NO_CARE);
    cr_assert_eq(model.world->demand.count, 2);
    model_run(&model);
    /* Ten years of the calendar have 3653 or 3652 days, a year of incidence 365. */
    const double years = (double)model.world->end_us / (365 * 86400e6);
    const double a = (double)model_cell(&model, GROUP_PLACE_CONDITION, 0, 0, PC_patients);
    const double b = (double)model_cell(&model, GROUP_PLACE_CONDITION, 1, 0, PC_patients);
    cr_assert_float_eq(a, 500 * years, 6 * sqrt(500 * years));
    cr_assert_float_eq(b, 125 * years, 6 * sqrt(125 * years));
    model_free(&model);
}

/* The people of a province fall ill, of a prefecture or of a place, as they are named; others do not. */
Test(demand, arrivals_are_where_they_are_said_to_be)
{
    static const char *const names[] = {"\"b\"", "\"north\"", "\"West\"", "\"b\", \"West\""};
    static const size_t streams[] = {1, 2, 2, 3};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
        struct model model;
        model_build(
            &model,
            RUN_OF("1 d") "places: { list: (\n"
                          "  { code = \"a\"; lon = 1; lat = 1; population = 9; prefecture = \"north\"; "
                          "province = "
                          "\"West\"; },\n"
                          "  { code = \"b\"; lon = 2; lat = 1; population = 9; prefecture = \"north\"; "
                          "province = "
                          "\"East\"; },\n"
                          "  { code = \"c\"; lon = 3; lat = 1; population = 9; prefecture = \"south\"; "
                          "province = "
                          "\"West\"; } ); };\n"
                          "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 10 y\"; at = [%s]; "
                          "}; " NO_CARE,
            names[n]);
        cr_assert_eq(model.world->demand.count, streams[n]);
        model_free(&model);
    }
}

Test(demand, gaps_are_exponential)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1 d") "conditions: ( { id = \"c\"; arrivals: { rate = \"0.5 per h\"; }; " NO_CARE);
    const struct demand *demand = &model.world->demand;
    double sum = 0, squares = 0, longer = 0;
    enum { N = 100000 };
    for (uint32_t n = 0; n < N; n++) {
        struct stream stream = demand->stream[0];
        stream.next_arrival = n;
        stream.luck = rng_draw(&model.world->rng, (struct rng_identity){.stream = 9, .ordinal = n},
                               (struct rng_purpose){.quantity = DRAW_ARRIVAL});
        const double hours = (double)demand_next(demand, &stream, 0) / 3600e6;
        cr_assert(hours >= 0);
        sum += hours;
        squares += hours * hours;
        longer += hours > 2;
    }
    /* Mean 2, sd 2; second moment 8 with sd 8 sqrt(5); six errors each: three in 5e8. */
    cr_assert_float_eq(sum / N, 2, 6 * 2 / sqrt(N));
    cr_assert_float_eq(squares / N, 8, 6 * 8 * sqrt(5) / sqrt(N));
    cr_assert_float_eq(longer / N, exp(-1), 6 * sqrt(exp(-1) * (1 - exp(-1)) / N));
    model_free(&model);
}

Test(demand, listed_gaps_come_in_order_and_again)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1 d") "conditions: ( { id = \"c\"; arrivals: { gap: { dist = \"listed\"; values = "
                              "[\"1 h\", \"3 h\"]; }; }; " NO_CARE);
    static const int64_t hours[] = {1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21};
    for (int64_t i = 0; i < 11; i++) {
        model_until(&model, hours[i] * HOUR_US);
        cr_assert_eq(model_people(&model, patients), i);
        model_until(&model, hours[i] * HOUR_US + 1);
        cr_assert_eq(model_people(&model, patients), i + 1);
    }
    model_free(&model);
}

Test(demand, a_stream_is_its_place_and_condition)
{
    struct model two, one;
    model_build(&two, "%s",
                RUN_OF("1 d") TWO_PLACES
                "conditions: ( { id = \"x\"; arrivals: { incidence = \"1 per 1000 y\"; }; pathway: ( { stage "
                "= \"x\"; } ); },\n"
                "{ id = \"c\"; arrivals: { incidence = \"1 per 1000 y\"; }; " NO_CARE);
    model_build(
        &one, "%s",
        RUN_OF("1 d") "places: { list: ( { code = \"b\"; lon = 1; lat = 1; population = 5; } ); };\n"
                      "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 1000 y\"; }; " NO_CARE);
    const struct demand *a = &two.world->demand, *b = &one.world->demand;
    cr_assert_eq(a->count, 4);
    cr_assert_eq(a->stream[3].hash, b->stream[0].hash);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(a->stream[i].hash, a->stream[j].hash);
    model_free(&two);
    model_free(&one);
}

Test(demand, a_backlog_has_the_right_mean_size)
{
    struct stream stream = {.rate_per_s = 1, .backlog_us = 2300000};
    double sum = 0;
    for (uint32_t r = 0; r < 10000; r++) {
        const struct rng rng = rng_of(7, r);
        stream.hash = 5;
        const uint32_t size = demand_backlog(&stream, &rng);
        cr_assert(size == 2 || size == 3);
        sum += size;
    }
    cr_assert_float_eq(sum / 10000, 2.3, 6 * sqrt(0.21 / 10000)); /* a false alarm in 5e8 */
}

static void refused(const char *text, const char *path, const char *what)
{
    struct model model;
    cr_assert_eq(model_try(&model, "%s%s", RUN_OF("1 d") TWO_PLACES, text), -1, "%s", text);
    cr_assert(model_says(&model, path, what) && model_says(&model, ".cfg:", what), "%s", model.err.text[0]);
    model_free(&model);
}

Test(demand, says_what_is_wrong_with_arrivals)
{
    refused(
        "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 1000 y\"; at = [\"zz\"]; }; " NO_CARE,
        "conditions.c.arrivals.at", "\"zz\"");
    refused("conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; at = [\"a\", \"b\"]; }; " NO_CARE,
            "conditions.c.arrivals.at", "several places");
    refused("conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; incidence = \"1 per 1000 y\"; "
            "}; " NO_CARE,
            "conditions.c.arrivals", "keep one");
    refused("conditions: ( { id = \"c\"; arrivals: { rate = \"3000000 per s\"; at = [\"a\"]; }; " NO_CARE,
            "conditions.c.arrivals", "too many");
    refused("conditions: ( { id = \"c\"; arrivals: { gap: " FIXED("0 s") "; at = [\"a\"]; }; " NO_CARE,
            "conditions.c.arrivals.gap", "");
}
