#include "models/remote.h"

#include <math.h>

#include "models/case.h"
#include "tests/unit/model_scenario.h"

#define TWO_PLACES                                                                                           \
    "places: { list: ( { code = \"a\"; lon = 110; lat = 35; population = 1000; province = \"west\"; },\n"    \
    "                  { code = \"b\"; lon = 111; lat = 35; population = 1000; province = \"east\"; } ); "   \
    "};\n"                                                                                                   \
    "travel: { fixed = \"20 min\"; };\n"
#define HUB "{ id = \"hub\"; place = \"b\"; resources: { desk = 1; }; }"
#define TIMES(values) "arrivals: { times = [" values "]; at = [\"a\"]; };"
#define ASK_DESK "remote: { at = \"hub\"; needs: { desk = 1; }; connection_time = \"15 min\"; };"

static struct world_visit visit_at(const struct model *model, const char *station, size_t nth)
{
    for (size_t i = 0; i < world_visits(model->world); i++) {
        const struct world_visit visit = world_visit(model->world, i);
        if (strcmp(visit.station, station) == 0 && nth-- == 0)
            return visit;
    }
    cr_assert(false, "no such visit at %s", station);
    return (struct world_visit){0};
}

static void run_traced(struct model *model)
{
    cr_assert_eq(world_trace(model->world, &model->err), 0);
    model_run(model);
}

/* --- questions and answers ------------------------------------------------ */

#define ASKS_OF(times, stage_keys)                                                                           \
    RUN_OF("30 d")                                                                                           \
    TWO_PLACES "facilities: ( " HUB " );\nstations: ( { id = \"hub.desk\"; } );\n"                           \
               "conditions: ( { id = \"c\"; " TIMES(                                                         \
                   times) "\n  pathway: (\n"                                                                 \
                          "    { stage = \"ask\"; treats = true; " ASK_DESK "\n      duration: " FIXED(      \
                              "1 h") "; " stage_keys " },\n"                                                 \
                                     "    { stage = \"else\"; duration: " FIXED("10 h") "; } ); } );\n"

Test(remote, asks_grants_begins_and_frees_with_the_delays_of_the_connection)
{
    struct model model;
    model_build(&model, ASKS_OF("\"1 h\", \"70 min\"", ""));
    run_traced(&model);
    const struct world_visit first = visit_at(&model, "hub.desk", 0),
                             second = visit_at(&model, "hub.desk", 1);
    cr_assert_eq(first.time_us[VISIT_ARRIVED], 75 * MINUTE_US);
    cr_assert_eq(first.time_us[VISIT_STARTED], 75 * MINUTE_US);
    cr_assert_eq(first.time_us[VISIT_LEFT], 150 * MINUTE_US); /* an hour after the answer has arrived */
    cr_assert_eq(second.time_us[VISIT_ARRIVED], 85 * MINUTE_US);
    cr_assert_eq(second.time_us[VISIT_STARTED], 150 * MINUTE_US);
    cr_assert_eq(model_people(&model, waited), 30 * MINUTE_US + (165 - 70) * MINUTE_US);
    cr_assert_eq(model_people(&model, consultations), 2);
    cr_assert_eq(model_people(&model, treated_in_county), 2); /* nobody has left */
    cr_assert_eq(model_people(&model, travel_time), 0);
    cr_assert_eq(model.world->part.patients.free_count, model.world->part.patients.used);
    model_free(&model);
}

Test(remote, patience_begins_where_the_question_waits_and_the_answer_is_no)
{
    struct model model;
    model_build(&model, ASKS_OF("\"1 h\", \"70 min\"", "patience: " FIXED("20 min") "; reneged = \"else\";"));
    run_traced(&model);
    const struct world_visit second = visit_at(&model, "hub.desk", 0); /* the first to leave */
    cr_assert_str_eq(second.how, "reneged");
    cr_assert_eq(second.time_us[VISIT_LEFT], (85 + 20) * MINUTE_US);
    cr_assert_eq(model_people(&model, gave_up), 1);
    cr_assert_eq(model_people(&model, treated_in_county), 1);
    cr_assert_eq(model_people(&model, untreated), 1);
    model_free(&model);
}

Test(remote, a_full_room_and_a_long_line_are_answers_too)
{
    struct model model;
    model_build(&model, ASKS_OF("\"1 h\", \"70 min\"", "full = \"refuse\"; rejected = \"else\";"));
    model_run(&model);
    cr_assert_eq(model_people(&model, turned_away), 1);
    cr_assert_eq(model_people(&model, consultations), 1);
    cr_assert_eq(world_system_count(model.world).left, 2);
    model_free(&model);
}

Test(remote, what_the_stage_needs_here_is_taken_first_and_kept_meanwhile)
{
    struct model model;
    model_build(&model, RUN_OF("30 d") TWO_PLACES
                "facilities: ( " HUB ", { id = \"own\"; place = \"a\"; beds: { bed = 1; }; } );\n"
                "stations: ( { id = \"own.bed\"; } );\n"
                "conditions: ( { id = \"c\"; " TIMES(
                    "\"1 h\", \"1 h\"") " first = \"given\"; first_at = "
                                        "\"own\";\n"
                                        "  pathway: ( { stage = \"ask\"; needs: { bed = 1; }; " ASK_DESK
                                        " duration: " FIXED("1 h") "; } ); } );\n");
    run_traced(&model);
    const struct world_visit first = visit_at(&model, "own.bed", 0), second = visit_at(&model, "own.bed", 1);
    cr_assert_eq(first.time_us[VISIT_STARTED], HOUR_US + 50 * MINUTE_US); /* 20 min on the way */
    cr_assert_eq(first.time_us[VISIT_LEFT], 2 * HOUR_US + 50 * MINUTE_US);
    cr_assert_eq(second.time_us[VISIT_STARTED], 3 * HOUR_US + 20 * MINUTE_US);
    model_free(&model);
}

Test(remote, experts_answer_within_their_week)
{
    struct model model;
    model_build(
        &model, RUN_OF("14 d") TWO_PLACES
        "services: ( { id = \"opinion\"; } );\n"
        "facilities: ( { id = \"hub\"; place = \"b\"; services: ( { service = \"opinion\"; } ); } );\n"
        "experts: ( { id = \"x\"; home = \"hub\"; service = \"opinion\"; week = \"2 h\"; } );\n"
        "conditions: ( { id = \"c\"; " TIMES(
            "\"1 h\", \"2 h\", \"3 h\"") "  pathway: ( { stage = \"ask\"; priority = 1; treats = true; "
                                         "duration: " FIXED("1 h") ";\n"
                                                                   "    remote: { at = \"hub\"; service = "
                                                                   "\"opinion\"; connection_time = \"15 "
                                                                   "min\"; }; } ); } );\n");
    model_until(&model, 5 * DAY_US); /* 2019-01-01 is a Tuesday */
    cr_assert_eq(model_people(&model, treated_in_county), 2);
    model_run(&model);
    cr_assert_eq(model_people(&model, treated_in_county), 3);
    cr_assert_eq(model_service(&model, "hub", procedures_remote), 3);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_remote_procedures), 3);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_remote_hours), 3 * 75 * MINUTE_US);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_procedures_at_home), 0);
    model_free(&model);
}

/* --- the cut ---------------------------------------------------------------- */

Test(remote, the_connection_sets_the_window_and_none_merges)
{
    struct model model;
    model_partitions = PARTITIONS_PROVINCE;
    model_build(&model, ASKS_OF("\"1 h\"", ""));
    cr_assert_eq(world_cut(model.world).partitions, 2u);
    cr_assert_eq(world_cut(model.world).window_us, 15 * MINUTE_US);
    cr_assert_str_eq(world_cut(model.world).window_set_by, "a connection_time");
    model_free(&model);
    model_build(
        &model,
        RUN_OF("30 d") TWO_PLACES "facilities: ( " HUB " );\nconditions: ( { id = \"c\"; " TIMES(
            "\"1 h\"") " pathway: ( { stage = \"ask\"; remote: { at = \"hub\"; needs: { desk = 1; }; }; "
                       "duration: " FIXED("1 h") "; } ); } );\n");
    cr_assert_eq(world_cut(model.world).partitions, 1u);
    cr_assert(strstr(world_cut(model.world).merged_because, "connection_time") != NULL);
    model_free(&model);
}

/* --- deadlocks ---------------------------------------------------------------- */

/* Each holds a bed of its own hospital and wants one of the other's. */
#define EMBRACE(board, keys)                                                                                 \
    "scenario: { start = \"2019-01-01\"; length = \"30 d\"; " board " };\n" TWO_PLACES                       \
    "facilities: ( { id = \"left\"; place = \"a\"; beds: { bed = 1; }; },\n"                                 \
    "              { id = \"right\"; place = \"b\"; beds: { bed = 1; }; } );\n"                              \
    "conditions: (\n"                                                                                        \
    "  { id = \"x\"; arrivals: { times = [\"1 h\"]; at = [\"a\"]; }; first = \"given\"; first_at = "         \
    "\"left\";\n"                                                                                            \
    "    pathway: ( { stage = \"one\"; needs: { bed = 1; }; duration: " FIXED(                               \
        "1 h") "; next: ( { to = "                                                                           \
               "\"two\"; } ); },\n"                                                                          \
               "      { stage = \"two\"; previous = \"keep\"; duration: " FIXED(                             \
                   "1 h") "; " keys "\n"                                                                     \
                          "        remote: { at = \"right\"; needs: { bed = 1; }; connection_time = \"10 "   \
                          "min\"; }; } ); },\n"                                                              \
                          "  { id = \"y\"; arrivals: { times = [\"1 h\"]; at = [\"b\"]; }; first = "         \
                          "\"given\"; first_at = "                                                           \
                          "\"right\";\n"                                                                     \
                          "    pathway: ( { stage = \"both\"; needs: { bed = 1; }; duration: " FIXED(        \
                              "1 h") ";\n"                                                                   \
                                     "        remote: { at = \"left\"; needs: { bed = 1; }; "                \
                                     "connection_time = \"10 min\"; }; } ); } );\n"

static void embrace(const char *text, const char *hours)
{
    static const int cuts[] = {PARTITIONS_ONE, PARTITIONS_PROVINCE};
    for (size_t c = 0; c < 2; c++) {
        struct model model;
        model_partitions = cuts[c];
        model_build(&model, "%s", text);
        cr_assert_neq(world_run(model.world, NULL, NULL, &model.err), 0);
        cr_assert(model_says(&model, hours, "all servers of left.bed, right.bed"), "%s", model.err.text[0]);
        model_free(&model);
    }
}

Test(remote, a_deadlock_across_facilities_is_named_when_the_board_is_renewed)
{
    embrace(EMBRACE("board_refresh = \"3 h\";", ""), "deadlock after 3 h");
    embrace(EMBRACE("", ""), "deadlock after 24 h"); /* with planning */
}

Test(remote, whoever_may_still_give_up_is_in_no_deadlock)
{
    struct model model;
    model_build(&model, "%s", EMBRACE("board_refresh = \"3 h\";", "patience = \"20 h\";"));
    model_run(&model);
    cr_assert_eq(model_people(&model, gave_up), 1);
    cr_assert_eq(world_system_count(model.world).left, 2);
    model_free(&model);
}

/* --- the notice board --------------------------------------------------------- */

/* The nearest is soon full for long; two more patients come between two renewals of the board. */
#define BOARD(refresh, stage_keys)                                                                           \
    "scenario: { start = \"2019-01-01\"; length = \"30 d\"; step = \"none\"; board_refresh = \"" refresh     \
    "\"; };\n" ONE_PLACE("20 min") "services: ( { id = \"s\"; } );\n"                                        \
                                   "facilities: ( { id = \"near\"; place = \"p\"; beds: { bed = 1; }; "      \
                                   "services: ( { service = \"s\"; } ); },\n"                                \
                                   "  { id = \"f1\"; place = \"p\"; beds: { bed = 1; }; services: ( { "      \
                                   "service = \"s\"; unlimited = true; } ); },\n"                            \
                                   "  { id = \"f2\"; place = \"p\"; beds: { bed = 1; }; services: ( { "      \
                                   "service = \"s\"; unlimited = true; } ); } );\n"                          \
                                   "conditions: ( { id = \"c\"; arrivals: { times = [\"1 h\", \"5 h\", "     \
                                   "\"340 min\", \"10 h\"]; };\n"                                            \
                                   "  first = \"given\"; first_at = \"near\";\n"                             \
                                   "  pathway: ( { stage = \"in\"; needs: { bed = 1; }; " stage_keys         \
                                   " duration: " FIXED("200 h") "; } ); } );\n"

Test(remote, the_board_shows_what_was_free_when_it_was_renewed)
{
    struct model model;
    model_partitions = PARTITIONS_PROVINCE;
    model_build(&model, BOARD("0 s", "full = \"divert\";"));
    cr_assert(strstr(world_cut(model.world).merged_because, "board_refresh") != NULL);
    model_run(&model);
    cr_assert_eq(model_at(&model, "f1", admissions), 1);
    cr_assert_eq(model_at(&model, "f2", admissions), 1); /* seen at once */
    model_free(&model);
    model_build(&model, BOARD("4 h", "full = \"divert\";"));
    cr_assert_null(world_cut(model.world).merged_because);
    model_run(&model);
    cr_assert_eq(model_at(&model, "f1", admissions), 2); /* both trusted the same note */
    cr_assert_eq(model_at(&model, "f2", admissions), 1); /* and who found f1 taken went there */
    cr_assert_eq(model_people(&model, transfers), 3);
    model_free(&model);
}

Test(remote, patients_are_referred_to_the_shortest_line_on_the_board)
{
    struct model model;
    model_build(&model, BOARD("4 h", "service = \"s\"; refer = \"least_waiting\";"));
    model_run(&model);
    cr_assert_eq(model_at(&model, "f1", admissions), 2); /* the first, and the last, who knows of f2's line */
    cr_assert_eq(model_at(&model, "f2", admissions), 2); /* both trusted the same note */
    model_free(&model);
    model_build(&model, BOARD("4 h", "service = \"s\";"));
    model_run(&model);
    cr_assert_eq(model_at(&model, "f1", admissions), 4);
    model_free(&model);
}

/* --- theory --------------------------------------------------------------------- */

/* Mean wait at the desk over replications of a year, and its standard error. */
static void waits(const char *text, const char *metric, double *mean, double *error)
{
    enum { RUNS = 20 };
    double sum = 0, squares = 0;
    for (uint32_t r = 0; r < RUNS; r++) {
        struct model model;
        model_build_as(&model, r, "%s", text);
        model_run(&model);
        const double value = model_metric(&model, metric);
        sum += value;
        squares += value * value;
        model_free(&model);
    }
    *mean = sum / RUNS;
    *error = sqrt((squares / RUNS - *mean * *mean) / (RUNS - 1));
}

#define QUEUE(rate, servers, connection)                                                                     \
    "scenario: { start = \"2019-01-01\"; warmup = \"60 d\"; length = \"1 y\"; step = \"none\"; seed = "      \
    "\"17\"; };\n" TWO_PLACES "facilities: ( { id = \"hub\"; place = \"b\"; resources: { desk = " servers    \
    "; }; } );\n"                                                                                            \
    "stations: ( { id = \"hub.desk\"; } );\n"                                                                \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"" rate "\"; at = [\"a\"]; };\n"                        \
    "  pathway: ( { stage = \"ask\"; treats = true; duration: { dist = \"exponential\"; mean = \"45 min\"; " \
    "};\n"                                                                                                   \
    "    remote: { at = \"hub\"; needs: { desk = 1; }; connection_time = \"" connection "\"; }; } ); } );\n"

/* 4 standard errors of 20 replications (Student's t): a false alarm in 1,300 other seeds. */
Test(remote, a_line_asked_from_afar_is_that_of_theory, .timeout = 300)
{
    double mean = 0, error = 0;
    /* M/G/1, Pollaczek-Khinchine: a service is 15 min and an exponential time of 45 min, 1 h of load 0.7. */
    model_partitions = PARTITIONS_PROVINCE;
    waits(QUEUE("0.7 per h", "1", "15 min"), "station/hub.desk/wait_mean", &mean, &error);
    const double wait_h = 0.7 * (1 + 0.75 * 0.75) / (2 * 0.3);
    cr_assert(error < 0.1 && fabs(mean - wait_h) < 4 * error, "%g +- %g, not %g", mean, error, wait_h);
    /* From asking to the begin, the connection is needed twice more. */
    waits(QUEUE("0.7 per h", "1", "15 min"), "wait_mean", &mean, &error);
    cr_assert(fabs(mean * 24 - (wait_h + 0.5)) < 4 * error * 24, "%g, not %g", mean * 24, wait_h + 0.5);
    /* M/M/3 of load 0.8 without a delay, Erlang C: 0.6472 wait, on average 15 min / 0.6. */
    waits(QUEUE("3.2 per h", "3", "0 min"), "station/hub.desk/wait_mean", &mean, &error);
    const double a = 2.4, tail = a * a * a / 6 / 0.2, erlang = tail / (1 + a + a * a / 2 + tail);
    const double wait3_h = erlang * 0.75 / (3 * 0.2);
    cr_assert(error < 0.05 && fabs(mean - wait3_h) < 4 * error, "%g +- %g, not %g", mean, error, wait3_h);
}
