#include "models/pathway.h"

#include <math.h>

#include "tests/unit/model_scenario.h"

#define WORLD_OF(stages)                                                                                     \
    RUN_OF("30 d")                                                                                           \
    ONE_PLACE("1 h")                                                                                         \
    "services: ( { id = \"cut\"; } );\n"                                                                     \
    "facilities: ( { id = \"h\"; place = \"p\"; beds: { bed = 5; }; services: ( { service = \"cut\"; } ); "  \
    "} );\n"                                                                                                 \
    "stations: ( { id = \"desk\"; } );\n"                                                                    \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; };\n"                                       \
    "  classes: ( { id = \"light\"; share = 0.25; }, { id = \"bad\"; share = 0.75; } );\n" stages " } );\n"

static void refused(const char *stages, const char *path, const char *what)
{
    struct model model;
    cr_assert_eq(model_try(&model, WORLD_OF("%s"), stages), -1, "%s", stages);
    cr_assert(model_says(&model, path, what), "%s: %s", path, model.err.text[0]);
    cr_assert(model_says(&model, ".cfg:", path), "%s", model.err.text[0]);
    model_free(&model);
}

#define STAGES(own) "pathway: ( { stage = \"first\"; " own " }, { stage = \"ward\"; } );"

Test(pathway, says_which_stage_is_unknown_and_which_was_meant)
{
    refused(STAGES("next: ( { to = \"wrad\"; } );"), "pathway.first.next", "did you mean \"ward\"?");
    refused(STAGES("window = \"1 h\"; late = \"wards\";"), "pathway.first.late", "did you mean \"ward\"?");
    refused(STAGES("missing = \"go_on\"; otherwise = \"war\";"), "pathway.first.otherwise",
            "did you mean \"ward\"?");
    refused(STAGES("reneged = \"xyzzy\";"), "pathway.first.reneged", "add it or correct");
}

Test(pathway, says_which_station_or_resource_is_unknown)
{
    refused(STAGES("station = \"dessk\";"), "pathway.first.station", "did you mean \"desk\"");
    refused(STAGES("station = \"xyzzy\";"), "pathway.first.station", "add it to stations");
    refused(STAGES("needs: { bde = 1; };"), "pathway.first.needs", "did you mean \"bed\"");
    refused(STAGES("needs: { theatre = 1; };"), "pathway.first.needs", "\"theatre\"");
}

Test(pathway, refuses_a_station_with_anything_else)
{
    refused(STAGES("station = \"desk\"; needs: { bed = 1; };"), "pathway.first.needs", "remove station");
    refused(STAGES("station = \"desk\"; service = \"cut\";"), "pathway.first", "remove station");
}

Test(pathway, shares_sum_to_one_in_every_class)
{
    refused(STAGES("next: ( { to = \"ward\"; share = 0.5; } );"), "pathway.first.next", "sum to 0.5");
    refused(STAGES("next: ( { to = \"ward\"; share = 0.5; }, { share = 0.6; } );"), "pathway.first.next",
            "sum to 1.1");
    refused(STAGES("next: ( { to = \"ward\"; only = \"bad\"; } );"), "pathway.first.next", "light");
    refused(STAGES("next: ( { to = \"ward\"; share = 0.5; only = \"bad\"; }, { share = 0.5; } );"),
            "pathway.first.next", "light");
    refused(STAGES("next: ( { to = \"ward\"; share = 0.0; } );"), "pathway.first.next", "sum to 0");
    refused(STAGES("next: ( { to = \"ward\"; only = \"worse\"; } );"), "pathway.first.next", "\"worse\"");
}

Test(pathway, refuses_what_it_cannot_hold)
{
    refused("pathway: ();", "conditions.c", "at least");
    refused(STAGES("service = \"cut\"; missing = \"wait\";"), "pathway.first", "add review");
    refused("outcomes: ( { id = \"o\"; logit = 0; by_class: { worse = 1.0; }; } ); pathway: ( { stage = "
            "\"x\"; } );",
            "conditions.c.outcomes.o", "worse");
    refused("outcomes: ( { id = \"1\"; logit = 0; }, { id = \"2\"; logit = 0; }, { id = \"3\"; logit = 0; }, "
            "{ id = \"4\"; logit = 0; },\n"
            "  { id = \"5\"; logit = 0; }, { id = \"6\"; logit = 0; }, { id = \"7\"; logit = 0; }, { id = "
            "\"8\"; logit = 0; }, { id = \"9\"; logit = 0; } );\n"
            "pathway: ( { stage = \"x\"; } );",
            "conditions.c.outcomes", "at most 8");
}

Test(pathway, gathers_the_problems_of_several_stages)
{
    struct model model;
    cr_assert_eq(
        model_try(
            &model, "%s",
            WORLD_OF(
                "pathway: ( { stage = \"a\"; late = \"x\"; }, { stage = \"b\"; station = \"nowhere\"; } );")),
        -1);
    cr_assert(model_says(&model, "pathway.a.late", "\"x\"") &&
              model_says(&model, "pathway.b.station", "nowhere"));
    cr_assert_geq(model.err.count, 2);
    model_free(&model);
}

Test(pathway, needs_four_things_at_most)
{
    struct model model;
    cr_assert_eq(model_try(&model, "%s",
                           RUN_OF("30 d") ONE_PLACE(
                               "1 h") "facilities: ( { id = \"h\"; place = \"p\"; beds: { a = 1; b = 1; c = "
                                      "1; d = 1; e = 1; }; } );\n"
                                      "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; };\n"
                                      "  pathway: ( { stage = \"x\"; needs: { a = 1; b = 1; c = 1; d = 1; e "
                                      "= 1; }; } ); } );\n"),
                 -1);
    cr_assert(model_says(&model, "pathway.x.needs", "at most 4"), "%s", model.err.text[0]);
    model_free(&model);
}

/* Words at every cell bound: severity and route are by cumulative shares. */
Test(pathway, words_are_cut_by_shares)
{
    struct model model;
    model_build(&model, "%s",
                WORLD_OF(STAGES("next: ( { only = \"light\"; }, { only = \"bad\"; to = \"ward\"; share = "
                                "0.5; }, { only = \"bad\"; share = 0.5; } );")));
    const struct condition *condition = &model.world->pathways.condition[0];
    const struct stage *stage = &model.world->pathways.stage[0];
    cr_assert_eq(condition_severity(condition, 0), 0);
    cr_assert_eq(condition_severity(condition, UINT32_C(0x3fffffff)), 0);
    cr_assert_eq(condition_severity(condition, UINT32_C(0x40000000)), 1);
    cr_assert_eq(condition_severity(condition, UINT32_MAX), 1);
    cr_assert_eq(stage_next(stage, 0, 0), STAGE_END);
    cr_assert_eq(stage_next(stage, 0, UINT32_MAX), STAGE_END);
    cr_assert_eq(stage_next(stage, 1, UINT32_C(0x7fffffff)), 1);
    cr_assert_eq(stage_next(stage, 1, UINT32_C(0x80000000)), STAGE_END);
    model_free(&model);
}

Test(pathway, more_than_eight_stages_may_not_lead_back_where_people_travel)
{
    struct model model;
    cr_assert_eq(model_try(&model, "%s",
                           WORLD_OF("pathway: ( { stage = \"a\"; }, { stage = \"b\"; }, { stage = \"c\"; }, "
                                    "{ stage = \"d\"; }, { stage = \"e\"; },\n"
                                    "{ stage = \"f\"; }, { stage = \"g\"; }, { stage = \"h\"; }, { stage = "
                                    "\"i\"; next: ( { to = \"a\"; } ); } );")),
                 -1);
    cr_assert(model_says(&model, "goes back", "9 stages"), "%s", model.err.text[0]);
    model_free(&model);
}
