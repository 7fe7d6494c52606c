#include "models/visit.h"

#include <criterion/criterion.h>

#include "both_ways.h"

#define YEAR                                                                                                 \
    "scenario: { start = \"2019-01-01\"; length = \"200 d\"; warmup = \"20 d\"; step = \"month\"; seed = "   \
    "\"7\"; };\n"
#define REGION                                                                                               \
    "places: { list: ( { code = \"p\"; lon = 120; lat = 45; population = 100000; province = \"near\"; },\n"  \
    "  { code = \"q\"; lon = 121; lat = 45; population = 50000; province = \"near\"; },\n"                   \
    "  { code = \"r\"; lon = 123; lat = 45; population = 70000; province = \"far\"; } ); };\n"               \
    "travel: { fixed = \"30 min\"; cost_per_km = \"0.5 CNY\"; wages_per_day = \"100 CNY\"; };\n"
/* The third is without a way to it. */
#define DOCTORS                                                                                              \
    "facilities: ( { id = \"a\"; place = \"p\"; beds: { bed = 20; }; price_per_day = \"301.17 CNY\"; },\n"   \
    "  { id = \"b\"; place = \"q\"; beds: { bed = 15; }; price_per_admission = \"7 CNY\"; reimbursed = "     \
    "0.6; },\n"                                                                                              \
    "  { id = \"c\"; place = \"p\"; level = \"online\"; beds: { bed = 6; }; },\n"                            \
    "  { id = \"d\"; place = \"r\"; level = \"provincial\"; beds: { bed = 40; }; } );\n"
#define LIKED "choice: { travel = 0.7; size = 0.4; stay = -2.0; level: { online = -3; }; };\n"
#define CLASSES "classes: ( { id = \"mild\"; share = 0.8; }, { id = \"grave\"; share = 0.2; } );\n"
#define OFTEN "arrivals: { incidence = \"150000 per 100000 y\"; };\n"
#define IN_WAVES                                                                                             \
    "arrivals: { incidence = \"90000 per 100000 y\"; profile: { cycle = \"7 d\"; weights = [3, 2, 2, 2, 2, " \
    "1, 1]; }; };\n"
#define VISIT(choice, duration)                                                                              \
    "pathway: ( { stage = \"visit\"; choice = \"" choice "\"; review = \"1 d\"; price = \"12.3 CNY\"; "      \
    "treats = true; " duration " } );"
#define DRAWN "duration: { dist = \"lognormal\"; mean = \"15 min\"; sd = \"30 min\"; };"
#define SCENARIO                                                                                             \
    YEAR REGION DOCTORS "conditions: ( { id = \"x\"; " OFTEN LIKED VISIT(                                    \
        "utility", DRAWN) " },\n"                                                                            \
                          "  { id = \"y\"; " IN_WAVES LIKED CLASSES VISIT(                                   \
                              "utility", "duration = \"10 min\";") " },\n"                                   \
                                                                   "  { id = \"z\"; " OFTEN VISIT(           \
                                                                       "nearest", "") " } );\n"

/* A run with a trace takes the long way. */
static void expect_the_same(struct model *brief, struct model *traced)
{
    cr_assert_eq(world_trace(traced->world, &traced->err), 0);
    for (uint32_t s = 0; s < brief->world->demand.count; s++) {
        cr_assert(visit_comes(brief->world, s));
        cr_assert_not(visit_comes(traced->world, s));
    }
    model_run(brief);
    model_run(traced);
    expect_same_counts(brief, traced);
    cr_assert_gt(world_events(traced->world), 400000);
    cr_assert_lt(world_events(brief->world), world_events(traced->world) * 2 / 3);
}

Test(visit, counts_what_the_long_way_counts)
{
    struct model brief, traced;
    model_build(&brief, "%s", SCENARIO);
    model_build(&traced, "%s", SCENARIO);
    expect_the_same(&brief, &traced);
    model_free(&brief);
    model_free(&traced);
}

Test(visit, counts_the_same_where_provinces_are_apart)
{
    struct model brief, traced;
    model_partitions = PARTITIONS_PROVINCE;
    model_build(&brief, "%s", SCENARIO);
    model_partitions = PARTITIONS_ONE;
    model_build(&traced, "%s", SCENARIO);
    cr_assert_eq(brief.world->partitions, 2);
    expect_the_same(&brief, &traced);
    model_free(&brief);
    model_free(&traced);
}

Test(visit, stops_for_what_may_change)
{
    struct model model;
    model_build(&model, "%s", SCENARIO);
    cr_assert_eq(world_run_until(model.world, 3 * HOUR_US, NULL, NULL, &model.err), 0);
    for (size_t s = 0; s < model.world->demand.count; s++)
        cr_assert_gt(model.world->demand.stream[s].next_ordinal, 0);
    int64_t present = model.world->system.present.level;
    cr_assert_gt(present, 0, "nobody is on the way when the run stops");
    cr_assert_eq((int64_t)(model.world->part.patients.used - model.world->part.patients.free_count), present);
    model_free(&model);
}

Test(visit, is_not_for_those_who_need_a_bed_or_may_come_to_harm)
{
    static const char *const others[] = {
        "pathway: ( { stage = \"visit\"; choice = \"nearest\"; needs: { bed = 1; }; treats = true; } );",
        "pathway: ( { stage = \"visit\"; choice = \"nearest\"; next: ( { to = \"more\"; } ); }, { stage = "
        "\"more\"; } );",
        "delay = \"1 h\"; pathway: ( { stage = \"visit\"; choice = \"nearest\"; } );",
        "pathway: ( { stage = \"visit\"; choice = \"nearest\"; treats = true; } ); outcomes: ( { id = "
        "\"death\"; "
        "logit = -3; } );"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct model model;
        model_build(&model, YEAR REGION DOCTORS "conditions: ( { id = \"x\"; " OFTEN "%s } );\n", others[i]);
        cr_assert_not(visit_comes(model.world, 0), "%s", others[i]);
        model_free(&model);
    }
}
