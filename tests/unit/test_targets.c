#include "models/targets.h"

#include <math.h>

#include "models/quantities.h"
#include "tests/unit/model_scenario.h"

/* A case a day at noon for 90 days; facts of the programme. */
#define TARGET_OF(length, warmup, targets)                                                                   \
    "scenario: { start = \"2020-01-01\"; length = \"" length "\"; warmup = \"" warmup                        \
    "\"; step = \"month\"; \n"                                                                               \
    "  facts = [\"" SOURCE_DIR "/scenarios/data/programme_facts.csv\"]; };\n" ONE_PLACE(                     \
        "12 h") "services: ( { id = \"s\"; } );\n"                                                           \
                "facilities: ( { id = \"h\"; place = \"p\"; services: ( { service = \"s\"; staff = 3; } ); " \
                "},\n"                                                                                       \
                "              { id = \"other\"; place = \"p\"; services: ( { service = \"s\"; staff = 0; "  \
                "} ); },\n"                                                                                  \
                "              { id = \"each\"; rule = \"everywhere\"; } );\n"                               \
                "conditions: ( { id = \"c\"; arrivals: { gap: " FIXED(                                       \
                    "1 d") "; };\n"                                                                          \
                           "  pathway: ( { stage = \"x\"; service = \"s\"; treats = true; duration: " FIXED( \
                               "2 d") "; } ); } );\n"                                                        \
                                      "targets: ( " targets " );\n"

static double only_value(const struct model *model, size_t at)
{
    const struct target_value *targets = NULL;
    cr_assert_gt(world_targets(model->world, &targets), at);
    return targets[at].value;
}

Test(targets, values_are_sums_over_the_dates)
{
    struct model model;
    model_build(
        &model, "%s",
        TARGET_OF(
            "6 month", "0 d",
            "{ fact = \"D2\"; quantity = \"procedures\"; },\n"
            "{ fact = \"D2\"; quantity = \"procedures\"; from = \"2020-02-01\"; to = \"2020-03-01\"; },\n"
            "{ fact = \"D2\"; quantity = \"procedures\"; from = \"2020-04-01\"; scale = 0.5; },\n"
            "{ fact = \"D2\"; quantity = \"procedures\"; to = \"2020-02-01\"; at = \"other\"; },\n"
            "{ fact = \"D3\"; quantity = \"staff_independent\"; on = \"2020-03-01\"; at = \"h\"; service = "
            "\"s\"; },\n"
            "{ fact = \"D6\"; quantity = \"stay_after_procedure_mean\"; from = \"2020-02-01\"; at = \"h\"; "
            "},\n"
            "{ fact = \"D4\"; quantity = \"treated_in_county_share\"; place = \"p\"; condition = \"c\"; }"));
    model_run(&model);
    /* The first comes on 2 January and is operated 12 h later: 181 until the end of June. */
    cr_assert_float_eq(only_value(&model, 0), 181, 0);
    cr_assert_float_eq(only_value(&model, 1), 29, 0);
    cr_assert_float_eq(only_value(&model, 2), 0.5 * (30 + 31 + 30), 0);
    cr_assert_float_eq(only_value(&model, 3), 0, 0);
    cr_assert_float_eq(only_value(&model, 4), 3, 0);
    cr_assert_float_eq(only_value(&model, 5), 2, 1e-12);
    cr_assert_float_eq(only_value(&model, 6), 1, 0);
    model_free(&model);
}

/* One case a day, two and three: those of the conditions that are named, together, a background one too. */
Test(targets, take_several_conditions_together)
{
    struct model model;
    model_build(
        &model, "%s",
        "scenario: { start = \"2020-01-01\"; length = \"10 d\"; step = \"none\"; facts = [\"" SOURCE_DIR
        "/scenarios/data/programme_facts.csv\"]; };\n" ONE_PLACE(
            "12 h") "facilities: ( { id = \"h\"; place = \"p\"; } );\n"
                    "conditions: ( { id = \"one\"; arrivals: { gap: " FIXED(
                        "24 h") "; }; pathway: ( { stage = \"x\"; } ); },\n"
                                "  { id = \"two\"; arrivals: { gap: " FIXED(
                                    "12 h") "; }; pathway: ( { stage = \"x\"; } ); },\n"
                                            "  { id = \"three\"; background = true; arrivals: { gap: " FIXED(
                                                "8 h") "; }; pathway: ( { stage = \"x\"; } ); } );\n"
                                                       "targets: ( { fact = \"D2\"; quantity = \"patients\"; "
                                                       "},\n"
                                                       "  { fact = \"D2\"; quantity = \"patients\"; "
                                                       "conditions = [\"one\", \"three\"]; },\n"
                                                       "  { fact = \"D2\"; quantity = \"patients\"; "
                                                       "conditions = [\"two\"]; } );\n");
    model_run(&model);
    cr_assert_float_eq(only_value(&model, 0), 9 + 19, 0); /* the first gap begins at the start */
    cr_assert_float_eq(only_value(&model, 1), 9 + 29, 0);
    cr_assert_float_eq(only_value(&model, 2), 19, 0);
    model_free(&model);
}

Test(targets, relate_a_period_to_another)
{
    struct model model;
    model_build(
        &model, "%s",
        TARGET_OF("6 month", "0 d",
                  "{ fact = \"D13\"; quantity = \"procedures\"; from = \"2020-02-01\"; to = "
                  "\"2020-03-01\"; over_from = \"2020-03-01\"; over_to = \"2020-04-01\"; },\n"
                  "{ fact = \"D13\"; quantity = \"procedures\"; from = \"2020-02-01\"; to = "
                  "\"2020-03-01\"; over_from = \"2020-03-01\"; over_to = \"2020-04-01\"; scale = -1.0; "
                  "plus = 1.0; },\n"
                  "{ fact = \"D13\"; quantity = \"procedures\"; at = \"other\"; over_from = "
                  "\"2020-03-01\"; over_to = \"2020-04-01\"; }"));
    model_run(&model);
    cr_assert_float_eq(only_value(&model, 0), 29. / 31, 1e-12);
    cr_assert_float_eq(only_value(&model, 1), 2. / 31, 1e-12);
    cr_assert(isnan(only_value(&model, 2))); /* none there in either period */
    model_free(&model);
}

Test(targets, facts_bring_role_unit_and_bounds)
{
    struct model model;
    model_build(&model, "%s",
                TARGET_OF("3 month", "0 d",
                          "{ fact = \"D3\"; quantity = \"staff_independent\"; on = \"2020-03-01\"; }"));
    const struct target_value *targets = NULL;
    cr_assert_eq(world_targets(model.world, &targets), 1);
    cr_assert_str_eq(targets[0].fact, "D3");
    cr_assert_str_eq(targets[0].quantity, "staff_independent");
    cr_assert_not_null(targets[0].role);
    cr_assert_float_eq(targets[0].reported, 3, 0);
    cr_assert(isnan(targets[0].value)); /* not run yet */
    model_free(&model);
}

Test(targets, leave_the_warm_up_out)
{
    struct model model;
    model_build(&model, "%s", TARGET_OF("3 month", "15 d", "{ fact = \"D2\"; quantity = \"procedures\"; }"));
    model_run(&model);
    cr_assert_float_eq(only_value(&model, 0), 91, 0); /* 16 January to 15 April */
    model_free(&model);
}

static void refused(const char *target, const char *path, const char *what)
{
    struct model model;
    cr_assert_eq(model_try(&model, TARGET_OF("3 month", "15 d", "%s"), target), -1, "%s", target);
    cr_assert(model_says(&model, path, what), "%s", model.err.text[0]);
    cr_assert(model_says(&model, ".cfg:", what), "%s", model.err.text[0]);
    model_free(&model);
}

Test(targets, refuse_dates_off_the_grid)
{
    refused("{ fact = \"D2\"; quantity = \"procedures\"; from = \"2020-02-02\"; }", "targets.D2.from",
            "step");
    refused("{ fact = \"D2\"; quantity = \"procedures\"; to = \"2020-02-02\"; }", "targets.D2.to", "step");
    refused("{ fact = \"D2\"; quantity = \"procedures\"; on = \"2020-02-02\"; }", "targets.D2.on", "step");
    refused("{ fact = \"D2\"; quantity = \"procedures\"; to = \"2024-02-01\"; }", "targets.D2.to", "step");
    refused("{ fact = \"D2\"; quantity = \"procedures\"; from = \"2019-01-01\"; }", "targets.D2.from",
            "step");
}

Test(targets, refuse_what_is_not_known)
{
    refused("{ fact = \"D2\"; quantity = \"procedure\"; }", "targets.D2.quantity",
            "did you mean \"procedures\"");
    refused("{ fact = \"D2\"; quantity = \"xyzzy\"; }", "targets.D2.quantity", "docs/results.md");
    refused("{ fact = \"D999\"; quantity = \"procedures\"; }", "targets.D999", "scenario.facts");
    refused("{ fact = \"D2\"; quantity = \"procedures\"; place = \"q\"; }", "targets.D2.place", "\"q\"");
    refused("{ fact = \"D2\"; quantity = \"procedures\"; at = \"each\"; }", "targets.D2.at", "rule");
    refused("{ fact = \"D2\"; quantity = \"treated\"; conditions = [\"c\", \"q\"]; }",
            "targets.D2.conditions", "\"q\"");
    refused("{ fact = \"D2\"; quantity = \"treated\"; condition = \"c\"; conditions = [\"c\"]; }",
            "targets.D2.conditions", "keep one");
}
