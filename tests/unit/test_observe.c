#include <criterion/criterion.h>
#include <math.h>

#include "models/observe.h"
#include "tests/unit/model_scenario.h"

#define RUN(more, length)                                                                                    \
    "scenario: { start = \"2019-01-01\"; length = \"" length                                                 \
    "\"; step = \"none\"; planning = \"none\"; " more " };\n"
#define DESK(more) "stations: ( { id = \"desk\"; servers = 1; " more " } );\n"
/* Somebody comes every 4 min and is served for 6 min. */
#define CROWD                                                                                                \
    "conditions: ( { id = \"c\"; arrivals: { gap = \"4 min\"; }; pathway: ( { stage = \"s\"; station = "     \
    "\"desk\"; "                                                                                             \
    "duration = \"6 min\"; } ); } );\n"

static void expect_metric(const struct model *model, const char *name, double value)
{
    const double got = model_metric(model, name);
    cr_expect(fabs(got - value) < 1e-12, "%s is %.17g instead of %.17g", name, got, value);
}

/* The text is refused with a problem that says both. */
static void refused(const char *run, const char *station, const char *a, const char *b)
{
    struct model model;
    cr_expect_eq(
        model_try(&model, "scenario: { length = \"1 d\"; %s };\nstations: ( { id = \"desk\"; %s } );\n" CROWD,
                  run, station),
        -1, "accepted: %s %s", run, station);
    cr_expect(model_says(&model, a, b), "\"%s\" and \"%s\" are not in: %s", a, b, model.err.text[0]);
    model_free(&model);
}

Test(observe, sees_the_state_before_the_events_of_the_time)
{
    struct model model;
    model_build(&model, RUN("observe = [ \"0 min\", \"4 min\", \"0.1 h\", \"10 min\", \"600.000001 s\" ];",
                            "20 min") DESK("") CROWD);
    model_run(&model);
    expect_metric(&model, "station/desk/at/0min/present", 0);
    expect_metric(&model, "station/desk/at/4min/present", 0); /* the first comes now */
    expect_metric(&model, "station/desk/at/0.1h/present", 1);
    expect_metric(&model, "station/desk/at/10min/present", 2); /* the first leaves now */
    expect_metric(&model, "station/desk/at/10min/queue", 1);
    expect_metric(&model, "station/desk/at/10min/busy", 1);
    expect_metric(&model, "station/desk/at/10min/all_busy", 1);
    expect_metric(&model, "station/desk/at/600.000001s/present", 1);
    expect_metric(&model, "system/at/10min/present", 2);
    model_free(&model);
}

Test(observe, counts_from_the_end_of_the_warmup_and_up_to_the_end)
{
    struct model model;
    model_build(&model, RUN("warmup = \"9 min\"; observe = [ \"0 s\", \"1 min\", \"11 min\" ];", "11 min")
                            DESK("") CROWD);
    model_run(&model);
    expect_metric(&model, "station/desk/at/0s/present", 2);   /* 9 min: came at 4 and 8 */
    expect_metric(&model, "station/desk/at/1min/present", 2); /* 10 min */
    expect_metric(&model, "station/desk/at/11min/present",
                  2); /* 20 min: came at 4, 8, 12, 16; two have left */
    model_free(&model);
}

Test(observe, is_a_mean_over_cycles)
{
    struct model model;
    model_build(&model,
                RUN("warmup = \"7 min\"; observe = [ \"1 min\", \"5 min\" ]; observe_cycle = \"6 min\";",
                    "12 min") DESK("") CROWD);
    model_run(&model);
    /* Cycles from 0; in [7, 19) min: 7 and 13 min, 11 and 17 min. Present: came at 4, 8, 12, 16; left at
     * 10, 16. */
    expect_metric(&model, "station/desk/at/1min/present", (1 + 2) / 2.0);
    expect_metric(&model, "station/desk/at/5min/present", (1 + 2) / 2.0);
    expect_metric(&model, "station/desk/at/1min/queue", (0 + 1) / 2.0);
    expect_metric(&model, "station/desk/at/1min/all_busy", 1);
    model_free(&model);
}

Test(observe, counts_a_week_from_monday)
{
    struct model model;
    /* From Tuesday to Monday: the 6.5th day of the run is Monday, 12:00. */
    model_build(
        &model,
        "scenario: { start = \"2019-01-01\"; length = \"7 d\"; step = \"none\"; observe = [ \"0.5 d\" ]; "
        "observe_cycle = \"1 week\"; };\n" DESK(
            "") "conditions: ( { id = \"c\"; arrivals: { gap = { dist = \"listed\"; values = [ \"6.4 d\", "
                "\"0.05 d\", "
                "\"0.1 d\", \"1000 d\" ]; }; }; pathway: ( { stage = \"s\"; station = \"desk\"; duration = "
                "\"9 d\"; } ); } );\n");
    model_run(&model);
    expect_metric(&model, "station/desk/at/0.5d/present", 2);
    model_free(&model);
}

Test(observe, is_undefined_where_the_time_never_comes)
{
    struct model model;
    model_build(&model, RUN("observe = [ \"3 h\" ]; observe_cycle = \"1 d\";", "2 h") DESK("") CROWD);
    model_run(&model);
    cr_expect(isnan(model_metric(&model, "station/desk/at/3h/present")));
    cr_expect(isnan(model_metric(&model, "system/at/3h/present")));
    model_free(&model);
}

Test(observe, tells_classes_apart)
{
    struct model model;
    model_build(&model, RUN("observe = [ \"10 min\" ];", "20 min")
                            DESK("") "conditions: ( { id = \"a\"; arrivals: { gap = \"4 min\"; }; pathway: ( "
                                     "{ stage = \"s\"; station = \"desk\"; "
                                     "duration = \"60 min\"; } ); }, { id = \"b\"; arrivals: { gap = \"3 "
                                     "min\"; }; pathway: ( { stage = \"s\"; "
                                     "station = \"desk\"; duration = \"60 min\"; } ); } );\n");
    model_run(&model);
    expect_metric(&model, "station/desk/class/a/at/10min/queue", 2); /* came at 4 and 8 */
    expect_metric(&model, "station/desk/class/a/at/10min/busy", 0);
    expect_metric(&model, "station/desk/class/b/at/10min/queue", 2); /* at 6 and 9 */
    expect_metric(&model, "station/desk/class/b/at/10min/busy", 1);
    expect_metric(&model, "station/desk/class/b/at/10min/present", 3);
    expect_metric(&model, "station/desk/at/10min/present", 5);
    model_free(&model);
}

Test(observe, is_never_all_busy_without_a_limit)
{
    struct model model;
    model_build(&model,
                RUN("observe = [ \"10 min\" ];", "20 min") "stations: ( { id = \"desk\"; } );\n" CROWD);
    model_run(&model);
    expect_metric(&model, "station/desk/at/10min/busy", 2); /* the first leaves now */
    expect_metric(&model, "station/desk/at/10min/all_busy", 0);
    model_free(&model);
}

/* What is looked at does not change what happens: same events, same statistics. */
Test(observe, changes_nothing)
{
#define LUCK                                                                                                 \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"9 per h\"; }; pathway: ( { stage = \"s\"; station = "  \
    "\"desk\"; "                                                                                             \
    "duration: { dist = \"exponential\"; mean = \"6 min\"; }; patience = \"1 h\"; } ); } );\n"
    struct model plain, watched;
    model_build(&plain, RUN("warmup = \"1 d\";", "20 d") DESK("") LUCK);
    model_build(&watched, RUN("warmup = \"1 d\"; observe = [ \"7 min\", \"3 h\" ]; observe_cycle = \"5 h\";",
                              "20 d") DESK("occupancy_to = 5; wait_over = [ \"10 min\" ];") LUCK);
    model_run(&plain);
    model_run(&watched);
    cr_expect_eq(world_events(plain.world), world_events(watched.world));
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(plain.world, &metrics);
    cr_assert(count > 20);
    for (size_t i = 0; i < count; i++) {
        const double other = model_metric(&watched, metrics[i].name);
        cr_expect(other == metrics[i].value || (isnan(other) && isnan(metrics[i].value)), "%s",
                  metrics[i].name);
    }
    model_free(&plain);
    model_free(&watched);
}

Test(observe, refuses_times_that_make_no_sense)
{
    refused("observe = [ \"5 h\", \"1 h\" ];", "", "scenario.observe.#2", "put them in order");
    refused("observe = [ \"1 h\", \"60 min\" ];", "", "scenario.observe.#2", "put them in order");
    refused("observe = [ \"1\" ];", "", "scenario.observe.#1", "needs a unit");
    refused("observe = [ \"1 h\", \"25 h\" ];", "", "scenario.observe", "beyond the end of the run");
    refused("observe = [ \"1 h\", \"6 h\" ]; observe_cycle = \"6 h\";", "", "scenario.observe",
            "beyond the end of observe_cycle");
    refused("observe_cycle = \"6 h\";", "", "scenario.observe_cycle", "no effect");
    refused("observe = [ \"1 h\" ]; observe_cycle = \"400000 d\";", "", "scenario.observe_cycle",
            "out of range");
    refused("", "wait_over = [ \"2 h\", \"1 h\" ];", "wait_over.#2", "put them in order");
    refused("", "wait_over = [ \"soon\" ];", "wait_over.#1", "soon");
    refused("", "occupancy_to = 100001;", "occupancy_to", "out of range");
    refused("", "occupancy_to = 1.5;", "occupancy_to", "whole number");
}

/* --- occupancy and waits --------------------------------------------------- */

Test(measure, occupancy_distribution_is_the_share_of_time)
{
    struct model model;
    model_build(&model, RUN("warmup = \"5 min\";", "15 min") DESK("occupancy_to = 2;") CROWD);
    model_run(&model);
    /* From 5 to 20 min: 1 until 8, 2 until 10, 1 until 12, 2 from there on but for 16, when one leaves and
     * one comes. */
    expect_metric(&model, "station/desk/occupancy_distribution/0", 0);
    expect_metric(&model, "station/desk/occupancy_distribution/1", 5 / 15.0);
    expect_metric(&model, "station/desk/occupancy_distribution/2", 10 / 15.0);
    expect_metric(&model, "station/desk/occupancy_distribution/more", 0);
    expect_metric(&model, "station/desk/present_mean", 25 / 15.0);
    expect_metric(&model, "station/desk/present_var", 45 / 15.0 - 25 / 15.0 * 25 / 15.0);
    model_free(&model);
}

Test(measure, occupancy_sums_to_one_and_has_the_moments)
{
    struct model model;
    model_build(
        &model,
        RUN("warmup = \"2 d\";", "100 d") DESK(
            "occupancy_to = 200;") "conditions: ( { id = \"c\"; arrivals: { rate = \"8 per h\"; }; pathway: "
                                   "( { stage = \"s\"; station = \"desk\"; "
                                   "duration: { dist = \"exponential\"; mean = \"6 min\"; }; } ); } );\n");
    model_run(&model);
    double sum = model_metric(&model, "station/desk/occupancy_distribution/more"), mean = 0, square = 0;
    cr_assert_eq(sum, 0);
    for (int n = 0; n <= 200; n++) {
        char name[64];
        snprintf(name, sizeof name, "station/desk/occupancy_distribution/%d", n);
        const double share = model_metric(&model, name);
        cr_assert(share >= 0);
        sum += share;
        mean += n * share;
        square += (double)n * n * share;
    }
    cr_expect(fabs(sum - 1) < 1e-12);
    cr_expect(fabs(mean - model_metric(&model, "station/desk/present_mean")) < 1e-10 * mean);
    cr_expect(fabs(square - mean * mean - model_metric(&model, "station/desk/present_var")) < 1e-9 * square);
    model_free(&model);
}

Test(measure, counts_waits_longer_than_given_times)
{
    struct model model;
    /* Waits of 0, 2, 4, 6, 8 min. */
    model_build(&model,
                RUN("", "29 min") DESK("wait_over = [ \"0 s\", \"4 min\", \"7 min\", \"1 h\" ];") CROWD);
    model_run(&model);
    expect_metric(&model, "station/desk/wait_over/0s", 4 / 5.0);
    expect_metric(&model, "station/desk/wait_any", 4 / 5.0);
    expect_metric(&model, "station/desk/wait_over/4min", 2 / 5.0);
    expect_metric(&model, "station/desk/wait_over/7min", 1 / 5.0);
    expect_metric(&model, "station/desk/wait_over/1h", 0);
    model_free(&model);
}

Test(measure, shares_are_of_those_who_came)
{
    struct model model;
    /* Come at 4, 8, 12, 16, 20, 24: the first is served until 104, the next waits for 5 min, then the fourth,
     * the sixth. */
    model_build(&model, RUN("", "27 min")
                            DESK("room = 1;") "conditions: ( { id = \"c\"; arrivals: { gap = \"4 min\"; }; "
                                              "pathway: ( { stage = \"s\"; station = \"desk\"; "
                                              "duration = \"100 min\"; patience = \"5 min\"; } ); } );\n");
    model_run(&model);
    expect_metric(&model, "station/desk/arrivals", 6);
    expect_metric(&model, "station/desk/reneged", 2);  /* at 13 and 21 */
    expect_metric(&model, "station/desk/rejected", 2); /* at 12 and 20 */
    expect_metric(&model, "station/desk/reneged_share", 2 / 6.0);
    expect_metric(&model, "station/desk/rejected_share", 2 / 6.0);
    expect_metric(&model, "station/desk/balked_share", 0);
    model_free(&model);
}

Test(measure, blocked_time_is_cut_at_the_end_of_the_warmup)
{
    struct model model;
    /* Served at 11 min, blocked until the other is done at 21 min; the warm-up ends at 15 min. */
    model_build(
        &model,
        RUN("warmup = \"15 min\";",
            "10 min") "stations: ( { id = \"one\"; servers = 1; }, { id = \"two\"; servers = 1; } );\n"
                      "conditions: ( { id = \"a\"; arrivals: { gap = { dist = \"listed\"; values = [ \"1 "
                      "min\", \"1000 min\" ]; }; }; "
                      "pathway: ( { stage = \"t\"; station = \"two\"; duration = \"20 min\"; } ); }, "
                      "{ id = \"b\"; arrivals: { gap = { dist = \"listed\"; values = [ \"10 min\", \"1000 "
                      "min\" ]; }; }; "
                      "pathway: ( { stage = \"s\"; station = \"one\"; duration = \"1 min\"; next = ( { to = "
                      "\"t\"; } ); }, "
                      "{ stage = \"t\"; station = \"two\"; duration = \"20 min\"; previous = "
                      "\"until_begin\"; } ); } );\n");
    model_run(&model);
    expect_metric(&model, "station/one/blocked_share", 0.6);
    expect_metric(&model, "station/one/class/b/blocked_share", 0.6);
    expect_metric(&model, "station/one/class/b/occupancy_mean", 0.6);
    expect_metric(&model, "station/one/occupancy_mean", 0.6);
    expect_metric(&model, "station/one/blocked", 0);
    expect_metric(&model, "station/two/blocked_share", 0);
    model_free(&model);
}

Test(measure, who_left_the_line_has_waited)
{
    struct model model;
    /* Served from 4 min on without a wait; in line from 8 to 13 and from 16 to 21. */
    model_build(&model, RUN("", "27 min")
                            DESK("room = 1;") "conditions: ( { id = \"c\"; arrivals: { gap = \"4 min\"; }; "
                                              "pathway: ( { stage = \"s\"; station = \"desk\"; "
                                              "duration = \"100 min\"; patience = \"5 min\"; } ); } );\n");
    model_run(&model);
    expect_metric(&model, "station/desk/wait_any", 2 / 3.0);
    expect_metric(&model, "station/desk/wait_all_mean", 10 / 3.0 / 60);
    expect_metric(&model, "station/desk/wait_mean", 0);
    model_free(&model);
}

Test(measure, classes_have_the_servers_of_every_station_that_they_need)
{
    struct model model;
    /* One of a from 1 to 11 min; two of a with one of b from 2 to 7, and for the next, in line since 4, from
     * 7 to 12. */
    model_build(
        &model,
        RUN("", "20 min") "places: { list: ( { code = \"x\"; lon = 1; lat = 1; population = 10; } ); };\n"
                          "facilities: ( { id = \"h\"; place = \"x\"; resources: { a = 3; b = 2; }; } );\n"
                          "stations: ( { id = \"h.a\"; }, { id = \"h.b\"; } );\n"
                          "conditions: ( { id = \"one\"; arrivals: { times = [ \"1 min\" ]; }; "
                          "pathway: ( { stage = \"s\"; needs: { a = 1; }; duration = \"10 min\"; } ); }, "
                          "{ id = \"two\"; arrivals: { times = [ \"2 min\", \"4 min\" ]; }; "
                          "pathway: ( { stage = \"s\"; needs: { a = 2; b = 1; }; duration = \"5 min\"; } ); "
                          "} );\n");
    model_run(&model);
    expect_metric(&model, "station/h.a/occupancy_mean", 30 / 20.0);
    expect_metric(&model, "station/h.a/class/one/occupancy_mean", 10 / 20.0);
    expect_metric(&model, "station/h.a/class/two/occupancy_mean", 20 / 20.0);
    expect_metric(&model, "station/h.b/occupancy_mean", 10 / 20.0);
    expect_metric(&model, "station/h.b/class/one/occupancy_mean", 0);
    expect_metric(&model, "station/h.b/class/two/occupancy_mean", 10 / 20.0);
    expect_metric(&model, "station/h.a/class/two/queue_mean", 3 / 20.0);
    model_free(&model);
}

Test(measure, the_relieved_are_servers_of_no_class)
{
    struct model model;
    /* Served from 5 to 15 min, after 10 min in overtime; the new shift serves the other from 12 to 16. */
    model_build(&model,
                RUN("", "20 min") DESK(
                    "handover = \"relief\"; cycle = \"1 d\"; timetable: ( { from = \"0 min\"; "
                    "servers = 1; }, { from = \"10 min\"; servers = 2; } ); ") "conditions: ( { id = "
                                                                               "\"old\"; arrivals: { times = "
                                                                               "[ \"5 min\" ]; }; "
                                                                               "pathway: ( { stage = \"s\"; "
                                                                               "station = \"desk\"; duration "
                                                                               "= \"10 min\"; } ); }, "
                                                                               "{ id = \"new\"; arrivals: { "
                                                                               "times = [ \"12 min\" ]; }; "
                                                                               "pathway: ( { stage = \"s\"; "
                                                                               "station = \"desk\"; duration "
                                                                               "= \"4 min\"; } ); } );\n");
    model_run(&model);
    expect_metric(&model, "station/desk/occupancy_mean", 9 / 20.0);
    expect_metric(&model, "station/desk/class/old/occupancy_mean", 5 / 20.0);
    expect_metric(&model, "station/desk/class/new/occupancy_mean", 4 / 20.0);
    model_free(&model);
}

Test(measure, the_system_is_told_by_class)
{
    struct model model;
    /* "a" in the system from 1 to 21, "b" from 5 to 6 and from 10 on; the warm-up ends at 4 min. */
    model_build(
        &model,
        RUN("warmup = \"4 min\";",
            "26 min") "stations: ( { id = \"desk\"; } );\n"
                      "conditions: ( { id = \"a\"; arrivals: { times = [ \"1 min\" ]; }; "
                      "pathway: ( { stage = \"s\"; station = \"desk\"; duration = \"20 min\"; } ); }, "
                      "{ id = \"b\"; arrivals: { times = [ \"5 min\", \"10 min\" ]; }; "
                      "pathway: ( { stage = \"s\"; station = \"desk\"; duration: { dist = \"listed\"; values "
                      "= "
                      "[ \"1 min\", \"100 min\" ]; }; } ); } );\n");
    model_run(&model);
    expect_metric(&model, "system/class/a/arrivals", 0);
    expect_metric(&model, "system/class/a/left", 1);
    cr_expect(isnan(model_metric(&model, "system/class/a/sojourn_mean")));
    expect_metric(&model, "system/class/b/arrivals", 2);
    expect_metric(&model, "system/class/b/left", 1);
    expect_metric(&model, "system/class/b/sojourn_mean", 1 / 60.0);
    expect_metric(&model, "system/arrivals", 2);
    expect_metric(&model, "system/left", 2);
    expect_metric(&model, "system/sojourn_mean", 1 / 60.0);
    model_free(&model);
}
