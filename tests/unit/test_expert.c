#include "models/expert.h"

#include "tests/unit/model_scenario.h"

/* An expert at home in "home", needed in "away" as well; every way takes 12 h. Cases come to both every 6 h.
 */
#define WORLD_OF(start, length, cases_at_home, cases_away, policies)                                         \
    "scenario: { start = \"" start "\"; length = \"" length                                                  \
    "\"; step = \"day\"; seed = \"7\"; };\n" ONE_PLACE(                                                      \
        "12 h") "services: ( { id = \"s\"; independence: { dist = \"fixed\"; value = 1000; }; teach_factor " \
                "= 1.5; } );\n"                                                                              \
                "facilities: ( { id = \"home\"; place = \"p\"; services: ( { service = \"s\"; staff = 0; } " \
                "); },\n"                                                                                    \
                "              { id = \"away\"; place = \"p\"; services: ( { service = \"s\"; staff = 0; } " \
                "); },\n"                                                                                    \
                "              { id = \"third\"; place = \"p\"; services: ( { service = \"s\"; staff = 0; "  \
                "} ); } );\n"                                                                                \
                "experts: ( { id = \"luo\"; home = \"home\"; service = \"s\"; week = \"168 h\"; } "          \
                ");\n" policies "conditions: ( " cases_at_home cases_away " );\n"

#define CASES(id, at, gap, length)                                                                           \
    "{ id = \"" id                                                                                           \
    "\"; arrivals: { gap: " FIXED(gap) "; }; first = \"given\"; first_at = \"" at "\";\n"                    \
                                       "  pathway: ( { stage = \"x\"; service = \"s\"; treats = true; "      \
                                       "missing = \"leave\"; duration: " FIXED(length) "; } ); }"

#define STINT(name, to, start, stint, more)                                                                  \
    "{ name = \"" name "\"; kind = \"dispatch\"; expert = \"luo\"; to = \"" to "\"; service = \"s\";\n"      \
    "  start = \"" start "\"; stint = \"" stint "\"; " more " }"

static const struct expert *luo(const struct model *model)
{
    return &model->world->experts.expert[0];
}

/* In how many places the expert is at work now: who is there, and who still has a case under way. */
static int bodies(const struct model *model)
{
    int there = 0;
    const struct facilities *facilities = &model->world->facilities;
    for (size_t o = 0; o < facilities->offer_count; o++)
        for (size_t p = 0; p < facilities->offer[o].count; p++) {
            const struct person *person = &facilities->offer[o].people[p];
            there += person->expert == 0 && (!person->gone || person->busy);
        }
    return there;
}

/* Looks every hour. */
static void has_one_body(struct model *model, int64_t days)
{
    for (int64_t hour = 1; hour < 24 * days; hour++) {
        model_until(model, hour * HOUR_US + 1);
        cr_assert_leq(bodies(model), 1, "%d bodies after %lld h", bodies(model), (long long)hour);
    }
}

static int64_t on_day(const struct model *model, const char *facility, size_t column, size_t day)
{
    return model_closed(&model->world->ledger, GROUP_FACILITY_SERVICE, day, model_facility(model, facility),
                        column);
}

#define ONE_STINT(trainees)                                                                                  \
    WORLD_OF("2019-01-01", "30 d", CASES("h", "home", "6 h", "1 h") ",", CASES("a", "away", "6 h", "1 h"),   \
             "policies: ( " STINT("stint", "away", "2019-01-11", "10 d", trainees) " );\n")

Test(expert, is_away_from_the_start_until_back_home)
{
    struct model model;
    model_build(&model, ONE_STINT("trainees = 2;"));
    model_until(&model, 10 * DAY_US);
    cr_assert_eq(luo(&model)->at_offer, luo(&model)->home_offer);
    model_until(&model, 10 * DAY_US + 1);
    cr_assert_eq(luo(&model)->at_offer, -1); /* on the way for 12 h, to begin on the next day */
    cr_assert_str_eq(luo(&model)->booked_by, "stint");
    model_until(&model, 11 * DAY_US + 1);
    cr_assert_neq(luo(&model)->at_offer, luo(&model)->home_offer);
    cr_assert_geq(luo(&model)->at_offer, 0);
    model_run(&model);
    cr_assert_eq(luo(&model)->at_offer, luo(&model)->home_offer);
    cr_assert_null(luo(&model)->booked_by);
    /* Gone on day 10, at home again on day 21. */
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_away), 11 * DAY_US);
    model_free(&model);
}

Test(expert, is_missed_at_home_while_away)
{
    struct model model;
    model_build(&model, ONE_STINT("trainees = 2;"));
    model_run(&model);
    for (size_t day = 1; day < 30; day++) {
        const bool home = day < 10 || day >= 21, away = day >= 11 && day < 20;
        /* Cases of midnight and of 06:00, 12:00, 18:00, which come 12 h later; one a shift of the calendar.
         */
        cr_assert_eq(on_day(&model, "home", FS_procedures_by_locals, day), home ? 4 : 0, "day %zu", day);
        cr_assert_eq(on_day(&model, "home", FS_not_offered, day), home ? 0 : 4, "day %zu", day);
        cr_assert_eq(on_day(&model, "away", FS_procedures_by_visitors, day), away ? 4 : 0, "day %zu", day);
        cr_assert_eq(on_day(&model, "away", FS_not_offered, day), away ? 0 : 4, "day %zu", day);
        cr_assert_eq(on_day(&model, "away", FS_experts_visiting, day), away, "day %zu", day);
    }
    model_free(&model);
}

Test(expert, every_procedure_is_counted_once)
{
    struct model model;
    model_build(&model, ONE_STINT("trainees = 2;"));
    model_run(&model);
    const int64_t visits = model_total(&model, GROUP_FACILITY_SERVICE, FS_procedures_by_visitors);
    const int64_t locals = model_total(&model, GROUP_FACILITY_SERVICE, FS_procedures_by_locals);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_procedures_away), visits);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_procedures_at_home), locals);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_away), visits * HOUR_US);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_at_home), locals * HOUR_US);
    const int64_t taught = model_total(&model, GROUP_FACILITY_SERVICE, FS_procedures_supervised);
    cr_assert_gt(taught, 0);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_teaching), taught * HOUR_US / 2);
    int64_t supervised = 0;
    const struct offer *offer = facility_offer(&model.world->facilities, model_facility(&model, "away"), 0);
    for (size_t i = 0; i < offer->count; i++)
        supervised += offer->people[i].supervised;
    cr_assert_eq(supervised, taught);
    model_free(&model);
}

Test(expert, teaches_only_while_there_is_somebody_to_teach)
{
    struct model model;
    model_build(&model, ONE_STINT("trainees = 0;"));
    model_run(&model);
    cr_assert_gt(model_total(&model, GROUP_FACILITY_SERVICE, FS_procedures_by_visitors), 30);
    cr_assert_eq(model_total(&model, GROUP_FACILITY_SERVICE, FS_procedures_supervised), 0);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_teaching), 0);
    model_free(&model);
}

/* Two trainees of 5 cases each, on duty always: ten cases are supervised and no more. */
Test(expert, stops_teaching_when_all_are_independent)
{
    struct model model;
    model_build(
        &model, "%s",
        "scenario: { start = \"2019-01-01\"; length = \"30 d\"; step = \"day\"; };\n" ONE_PLACE(
            "12 h") "services: ( { id = \"s\"; independence: { dist = \"fixed\"; value = 5; }; } );\n"
                    "facilities: ( { id = \"home\"; place = \"p\"; services: ( { service = \"s\"; staff = 0; "
                    "} ); },\n"
                    "              { id = \"away\"; place = \"p\"; services: ( { service = \"s\"; staff = 0; "
                    "} ); } );\n"
                    "experts: ( { id = \"luo\"; home = \"home\"; service = \"s\"; week = \"168 h\"; } );\n"
                    "policies: ( " STINT("stint", "away", "2019-01-03", "20 d",
                                         "trainees = 2; on_duty = 1.0;") " );\n"
                                                                         "conditions: ( " CASES(
                                                                             "a", "away", "6 h",
                                                                             "1 h") " );\n");
    model_run(&model);
    cr_assert_eq(model_service(&model, "away", procedures_supervised), 10);
    cr_assert_eq(model_service(&model, "away", procedures_by_visitors), 10);
    cr_assert_gt(model_service(&model, "away", procedures_by_locals), 50); /* locals go first, and stay */
    cr_assert_eq(on_day(&model, "away", FS_staff_independent, 29), 2);
    cr_assert_eq(on_day(&model, "away", FS_trainees, 29), 0);
    cr_assert_eq(on_day(&model, "away", FS_trainees, 3), 2);
    model_free(&model);
}

/* --- one body ------------------------------------------------------------- */

Test(expert, has_one_body_on_a_stint)
{
    struct model model;
    model_build(&model, ONE_STINT("trainees = 2;"));
    has_one_body(&model, 30);
    model_free(&model);
}

/* Operations of 70 h: one is under way whenever the expert ought to leave. */
Test(expert, finishes_a_long_case_before_beginning_elsewhere)
{
    struct model model;
    model_build(&model, "%s",
                WORLD_OF("2019-01-01", "30 d", CASES("h", "home", "6 h", "70 h") ",",
                         CASES("a", "away", "6 h", "70 h"),
                         "policies: ( " STINT("stint", "away", "2019-01-11", "10 d", "") " );\n"));
    has_one_body(&model, 30);
    model_free(&model);
}

Test(expert, goes_from_stint_to_stint_with_one_body)
{
    static const char *const order[] = {
        STINT("one", "away", "2019-01-05", "5 d", "") "," STINT("two", "third", "2019-01-10", "5 d", ""),
        STINT("two", "third", "2019-01-10", "5 d", "") "," STINT("one", "away", "2019-01-05", "5 d", "")};
    for (size_t i = 0; i < 2; i++) {
        struct model model;
        model_build(&model,
                    WORLD_OF("2019-01-01", "30 d", CASES("h", "home", "6 h", "1 h") ",",
                             CASES("a", "third", "6 h", "1 h"), "policies: ( %s );\n"),
                    order[i]);
        has_one_body(&model, 30);
        model_run(&model);
        cr_assert_gt(model_service(&model, "third", procedures_by_visitors), 3);
        cr_assert_eq(luo(&model)->at_offer, luo(&model)->home_offer);
        model_free(&model);
    }
}

/* --- the week ------------------------------------------------------------- */

/* Ten hours a week, cases of 4 h every 6 h: the third ends the week; after Monday there is another. */
#define WEEK_OF(start, priority)                                                                             \
    "scenario: { start = \"" start "\"; length = \"30 d\"; step = \"day\"; seed = \"7\"; };\n" ONE_PLACE(    \
        "0 h") "services: ( { id = \"s\"; } );\n"                                                            \
               "facilities: ( { id = \"home\"; place = \"p\"; services: ( { service = \"s\"; staff = 0; } "  \
               "); } );\n"                                                                                   \
               "experts: ( { id = \"luo\"; home = \"home\"; service = \"s\"; week = \"10 h\"; } );\n"        \
               "conditions: ( { id = \"c\"; arrivals: { gap: " FIXED(                                        \
                   "6 h") "; };\n"                                                                           \
                          "  pathway: ( { stage = \"x\"; service = \"s\"; treats = true; priority "          \
                          "= " priority "; duration: " FIXED("4 h") "; } ); } );\n"

Test(expert, has_one_week_to_give)
{
    struct model model;
    model_build(&model, WEEK_OF("2019-01-07", "1")); /* a Monday */
    model_until(&model, 7 * DAY_US);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_procedures_at_home), 3);
    model_until(&model, 7 * DAY_US + 1); /* the next Monday; somebody waits */
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_procedures_at_home), 4);
    model_until(&model, 14 * DAY_US);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_procedures_at_home), 6);
    model_free(&model);
}

Test(expert, has_one_week_to_give_in_the_first_week_too)
{
    struct model model;
    model_build(&model, WEEK_OF("2019-01-01", "1")); /* a Tuesday */
    model_until(&model, 6 * DAY_US);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_procedures_at_home), 3);
    model_until(&model, 13 * DAY_US);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_procedures_at_home), 6);
    model_free(&model);
}

Test(expert, begins_emergencies_at_any_hour)
{
    struct model model;
    model_build(&model, WEEK_OF("2019-01-07", "0"));
    model_until(&model, 7 * DAY_US);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_procedures_at_home),
                 27); /* from 06:00 on Monday */
    model_free(&model);
}

/* --- what is refused ------------------------------------------------------ */

static void refused(const char *policies, const char *a, const char *b)
{
    struct model model;
    cr_assert_eq(
        model_try(&model,
                  WORLD_OF("2019-01-01", "30 d", CASES("h", "home", "6 h", "1 h"), "", "policies: ( %s );\n"),
                  policies),
        -1);
    cr_assert(model_says(&model, a, b), "%s", model.err.text[0]);
    cr_assert(model_says(&model, ".cfg:", "policies."), "%s", model.err.text[0]);
    model_free(&model);
}

Test(expert, is_not_sent_to_two_places_at_once)
{
    refused(STINT("one", "away", "2019-01-05", "5 d", "") "," STINT("two", "third", "2019-01-09", "5 d", ""),
            "\"one\"", "\"two\"");
    refused(STINT("one", "away", "2019-01-05", "0 d", "") "," STINT("two", "third", "2019-01-20", "5 d", ""),
            "\"one\"", "\"two\"");
    refused(STINT("one", "away", "2019-01-09", "5 d", "") "," STINT("two", "third", "2019-01-05", "5 d", ""),
            "\"one\"", "\"two\"");
}

Test(expert, may_be_sent_twice_when_one_policy_is_not_in_force)
{
    struct model model;
    model_build(
        &model, "%s",
        WORLD_OF("2019-01-01", "30 d", CASES("h", "home", "6 h", "1 h"), "",
                 "policies: ( " STINT("one", "away", "2019-01-05", "5 d", "active = false;") "," STINT(
                     "two", "third", "2019-01-09", "5 d", "") " );\n"));
    model_free(&model);
}

Test(expert, is_not_sent_before_the_run_begins)
{
    refused(STINT("one", "away", "2018-12-31", "5 d", ""), "policies.one.start", "before the run");
}

Test(expert, is_not_sent_where_the_service_is_not_listed)
{
    struct model model;
    cr_assert_eq(model_try(&model, "%s",
                           "scenario: { start = \"2019-01-01\"; length = \"30 d\"; };\n" ONE_PLACE(
                               "12 h") "services: ( { id = \"s\"; } );\n"
                                       "facilities: ( { id = \"home\"; place = \"p\"; services: ( { service "
                                       "= \"s\"; } ); },\n"
                                       "              { id = \"away\"; place = \"p\"; } );\n"
                                       "experts: ( { id = \"luo\"; home = \"home\"; service = \"s\"; } );\n"
                                       "policies: ( " STINT("one", "away", "2019-01-05", "5 d",
                                                            "") " );\n"
                                                                "conditions: ( " CASES("h", "home", "6 h",
                                                                                       "1 h") " );\n"),
                 -1);
    cr_assert(model_says(&model, "policies.one.to", "\"away\""), "%s", model.err.text[0]);
    model_free(&model);
}

Test(expert, needs_a_home_that_lists_the_service)
{
    struct model model;
    cr_assert_eq(model_try(&model, "%s",
                           "scenario: { start = \"2019-01-01\"; length = \"30 d\"; };\n" ONE_PLACE(
                               "12 h") "services: ( { id = \"s\"; } );\n"
                                       "facilities: ( { id = \"home\"; place = \"p\"; } );\n"
                                       "experts: ( { id = \"luo\"; home = \"home\"; service = \"s\"; } );\n"
                                       "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; }; "
                                       "pathway: ( { stage = \"x\"; } ); } );\n"),
                 -1);
    cr_assert(model_says(&model, "experts.luo.home", "\"home\""), "%s", model.err.text[0]);
    model_free(&model);
}

/* References to facilities that a rule makes name no single one. */
#define BY_RULE(id, more)                                                                                    \
    "scenario: { start = \"2019-01-01\"; length = \"30 d\"; };\n" ONE_PLACE(                                 \
        "12 h") "services: ( { id = \"s\"; } );\n"                                                           \
                "facilities: ( { id = \"home\"; place = \"p\"; services: ( { service = \"s\"; } ); },\n"     \
                "  { " id " rule = \"everywhere\"; services: ( { service = \"s\"; } ); } );\n" more

Test(expert, lives_in_each_of_the_hospitals_that_a_rule_makes)
{
    struct model model;
    model_build(&model, "%s",
                BY_RULE("id = \"every\";",
                        "experts: ( { id = \"luo\"; home = \"every\"; service = \"s\"; count = 2; }, "
                        "{ id = \"li\"; home = \"every.p\"; service = \"s\"; } );\n"
                        "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; }; pathway: "
                        "( { stage = \"x\"; } ); } );\n"));
    static const char *const ids[] = {"luo.p.1", "luo.p.2", "li.p"};
    cr_assert_eq(model.world->experts.count, 3);
    for (size_t e = 0; e < 3; e++) {
        const struct expert *expert = &model.world->experts.expert[e];
        const uint32_t home = model.world->facilities.offer[expert->home_offer].facility;
        cr_assert_str_eq(expert->id, ids[e]);
        cr_assert_eq(home, model_facility(&model, "every.p"));
    }
    model_free(&model);
}

Test(expert, cannot_be_sent_to_hospitals_made_by_a_rule)
{
    struct model model;
    cr_assert_eq(
        model_try(&model, "%s",
                  BY_RULE("id = \"every\";",
                          "experts: ( { id = \"luo\"; home = \"home\"; service = \"s\"; } );\n"
                          "policies: ( " STINT("one", "every", "2019-01-05", "5 d",
                                               "") " );\n"
                                                   "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per "
                                                   "d\"; }; pathway: ( { stage = \"x\"; } ); } );\n")),
        -1);
    cr_assert(model_says(&model, "policies.one.to", "every"), "%s", model.err.text[0]);
    model_free(&model);
}

Test(expert, patients_are_not_given_to_hospitals_made_by_a_rule)
{
    struct model model;
    cr_assert_eq(
        model_try(&model, "%s",
                  BY_RULE("id = \"every\";", "conditions: ( " CASES("h", "every", "6 h", "1 h") " );\n")),
        -1);
    cr_assert(model_says(&model, "conditions.h.first_at", "rule"), "%s", model.err.text[0]);
    model_free(&model);
}

/* A policy acts at planning epochs: without any it would never begin. */
Test(expert, is_sent_by_plans_only)
{
    struct model model;
    cr_assert_eq(
        model_try(
            &model, "%s",
            "scenario: { start = \"2019-01-01\"; length = \"30 d\"; planning = \"none\"; };\n" ONE_PLACE(
                "12 h") "services: ( { id = \"s\"; } );\n"
                        "facilities: ( { id = \"home\"; place = \"p\"; services: ( { service = \"s\"; } ); "
                        "},\n"
                        "              { id = \"away\"; place = \"p\"; services: ( { service = \"s\"; } ); } "
                        ");\n"
                        "experts: ( { id = \"luo\"; home = \"home\"; service = \"s\"; } );\n"
                        "policies: ( " STINT("one", "away", "2019-01-05", "5 d",
                                             "") " );\n"
                                                 "conditions: ( " CASES("h", "home", "6 h", "1 h") " );\n"),
        -1);
    cr_assert(model_says(&model, "scenario.planning", "polic"), "%s", model.err.text[0]);
    model_free(&model);
}
