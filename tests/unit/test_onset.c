#include "models/onset.h"

#include <stdio.h>
#include <string.h>

#include "models/case.h"
#include "models/stay.h"

#include <criterion/criterion.h>

#include "both_ways.h"

#define RUN                                                                                                  \
    "scenario: { start = \"2019-01-01\"; length = \"90 d\"; step = \"month\"; seed = \"7\"; planning = "     \
    "\"week\"; };\n"
#define REGION(fixed) REGION_WITH("fixed = \"" fixed "\";")
#define REGION_WITH(times)                                                                                   \
    "places: { list: ( { code = \"p\"; lon = 120; lat = 45; population = 100000; },\n"                       \
    "  { code = \"q\"; lon = 121; lat = 45; population = 50000; province = \"far\"; } ); };\n"               \
    "travel: { " times " cost_per_km = \"0.5 CNY\"; };\n"
#define HOSPITALS                                                                                            \
    "services: ( { id = \"s\"; } );\n"                                                                       \
    "facilities: ( { id = \"a\"; place = \"p\"; beds: { bed = 9; }; services: ( { service = \"s\"; "         \
    "unlimited = true; } ); },\n"                                                                            \
    "  { id = \"b\"; place = \"q\"; beds: { bed = 30; }; } );\n"
#define DURATION "duration: { dist = \"exponential\"; mean = \"2 d\"; };"
#define CONDITION(id, arrivals, more, stage)                                                                 \
    "{ id = \"" id "\"; arrivals: { " arrivals " }; " more                                                   \
    " pathway: ( { stage = \"x\"; needs: { bed = 1; }; treats = true; " stage DURATION " } ); }"
#define OFTEN "incidence = \"4000 per 100000 y\";"
#define CHOOSES "choice = \"utility\"; review = \"1 d\";"
#define HOME_AT_TIMES "choice: { travel = 0.7; stay = -1.5; };"

/* Those who choose, who stay at home at times, who wait before they go, who come by the hour, who go to the
 * nearest. */
#define MIXED                                                                                                \
    "conditions: ( " CONDITION("one", OFTEN, HOME_AT_TIMES, CHOOSES) ",\n" CONDITION(                        \
        "two", OFTEN, HOME_AT_TIMES " first = \"utility\";",                                                 \
        "") ",\n" CONDITION("three", OFTEN, "delay: { dist = \"exponential\"; mean = \"1 d\"; };",           \
                            "choice = \"nearest\";") ",\n" CONDITION("four",                                 \
                                                                     OFTEN " profile: { cycle = \"1 d\"; "   \
                                                                           "weights = [1, 3]; };",           \
                                                                     "first = \"nearest\";",                 \
                                                                     "") ",\n" CONDITION("five", OFTEN,      \
                                                                                         "classes: ( { id "  \
                                                                                         "= \"mild\"; "      \
                                                                                         "share = 0.8; }, "  \
                                                                                         "{ id = "           \
                                                                                         "\"grave\"; share " \
                                                                                         "= "                \
                                                                                         "0.2; } );",        \
                                                                                         "choice = "         \
                                                                                         "\"nearest\"; "     \
                                                                                         "service = \"s\"; " \
                                                                                         "missing = "        \
                                                                                         "\"wait\"; review " \
                                                                                         "= \"2 "            \
                                                                                         "d\"; ") " );\n"

static uint32_t streams_ahead(const struct model *model)
{
    uint32_t count = 0;
    for (uint32_t s = 0; s < model->world->demand.count; s++)
        count += onset_is_ahead(model->world, s);
    return count;
}

Test(onset, counts_in_spans_what_it_counts_one_by_one)
{
    expect_both_ways_count_the_same(stay_is, RUN REGION("1 h") HOSPITALS MIXED);
}

Test(onset, arranges_later_journeys_in_spans_as_one_by_one)
{
    expect_both_ways_count_the_same(stay_is,
                                    RUN REGION_WITH("fixed = \"1 h\"; arrange = \"9 h\";") HOSPITALS MIXED);
}

Test(onset, goes_through_streams_ahead_of_time_unless_somebody_wants_to_be_told)
{
    struct model model;
    model_build(&model, "%s", RUN REGION("1 h") HOSPITALS MIXED);
    cr_expect_geq(streams_ahead(&model), 8);
    cr_assert_eq(world_trace(model.world, &model.err), 0);
    cr_expect_eq(streams_ahead(&model), 0);
    model_free(&model);
}

Test(onset, takes_one_by_one_who_comes_in_batches_or_at_listed_times_or_is_there_at_once)
{
    static const char *const arrivals[] = {
        OFTEN " batch: { dist = \"fixed\"; value = 2; };",
        "at = [\"p\"]; times = [\"1 d\", \"2 d\"];",
        "at = [\"p\"]; gap: { dist = \"fixed\"; value = \"2 d\"; };",
    };
    struct model model;
    for (size_t i = 0; i < sizeof arrivals / sizeof arrivals[0]; i++) {
        model_build(&model,
                    RUN REGION("1 h") HOSPITALS "conditions: ( " CONDITION("one", "%s", "", CHOOSES) " );\n",
                    arrivals[i]);
        cr_expect_eq(streams_ahead(&model), 0, "%s", arrivals[i]);
        model_free(&model);
    }
    model_build(&model, "%s",
                RUN REGION("0 h") HOSPITALS "conditions: ( " CONDITION("one", OFTEN, "", CHOOSES) " );\n");
    cr_expect_eq(streams_ahead(&model), 0);
    model_free(&model);
}

/* However the run is divided, at the same times the same has happened. */
Test(onset, is_no_further_ahead_than_the_run)
{
    struct model whole, parts;
    model_build(&whole, "%s", RUN REGION("1 h") HOSPITALS MIXED);
    model_build(&parts, "%s", RUN REGION("1 h") HOSPITALS MIXED);
    const int64_t day_us = INT64_C(86400000000);
    for (int64_t at_us = day_us / 3; at_us < 20 * day_us; at_us += day_us / 3)
        cr_assert_eq(world_run_until(parts.world, at_us, NULL, NULL, &parts.err), 0);
    cr_assert_eq(world_run_until(parts.world, 20 * day_us, NULL, NULL, &parts.err), 0);
    cr_assert_eq(world_run_until(whole.world, 20 * day_us, NULL, NULL, &whole.err), 0);
    cr_expect_eq(world_events(parts.world), world_events(whole.world));
    for (uint32_t s = 0; s < whole.world->demand.count; s++)
        cr_expect_eq(parts.world->demand.stream[s].next_ordinal, whole.world->demand.stream[s].next_ordinal);
    model_run(&whole);
    model_run(&parts);
    cr_assert(model_same_steps(&whole, &parts, 0, whole.world->ledger.steps));
    model_free(&whole);
    model_free(&parts);
}

/* Where few fall ill they are looked for once from one planning epoch to the next, and not at each report of
 * progress, of which there are 200. */
Test(onset, goes_seldom_through_streams_with_few_patients)
{
    struct model model;
    model_build(&model, "%s",
                RUN REGION("1 h") HOSPITALS
                "conditions: ( " CONDITION("one", "incidence = \"400 per 100000 y\";", "", CHOOSES) " );\n");
    model_run(&model);
    cr_expect_geq(model.world->part.onset.passes, 90 / 7);
    cr_expect_leq(model.world->part.onset.passes, 40);
    model_free(&model);
}

/* A hundred streams of which none has a number left for one more patient. */
Test(onset, stops_when_a_stream_has_no_more_numbers_for_patients)
{
    struct model model;
    char conditions[40000] = "conditions: ( ";
    size_t length = strlen(conditions);
    for (int i = 0; i < 50; i++)
        length += (size_t)snprintf(conditions + length, sizeof conditions - length,
                                   "{ id = \"c%d\"; arrivals: { " OFTEN
                                   " }; pathway: ( { stage = \"x\"; needs: { bed = 1; }; "
                                   "treats = true; " CHOOSES DURATION " } ); }%s",
                                   i, i < 49 ? ",\n" : " );\n");
    model_build(&model, "%s%s", RUN REGION("1 h") HOSPITALS, conditions);
    cr_assert_eq(streams_ahead(&model), 100);
    for (uint32_t s = 0; s < 100; s++)
        model.world->demand.stream[s].next_ordinal = CASE_BACKLOG;
    cr_expect_eq(world_run(model.world, NULL, NULL, &model.err), -1);
    cr_expect_neq(strstr(model.err.text[0], "2147483648 patients in one place"), NULL);
    model_free(&model);
}
