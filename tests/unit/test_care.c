#include "models/care.h"

#include "models/case.h"
#include "tests/unit/model_scenario.h"

/* One patient at 01:00 and nobody else for the rest of the run. */
#define ONE_AT_ONE "arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", \"40000 h\"]; }; };"

/* --- windows -------------------------------------------------------------- */

#define WINDOW_OF(delay)                                                                                     \
    RUN_OF("30 d")                                                                                           \
    "stations: ( { id = \"lysis\"; }, { id = \"bed\"; } );\n"                                                \
    "conditions: ( { id = \"c\"; " ONE_AT_ONE " delay: " FIXED(                                              \
        delay) ";\n"                                                                                         \
               "  pathway: ( { stage = \"lysis\"; station = \"lysis\"; window = \"4 h\"; late = \"bed\"; "   \
               "treats = true; \n"                                                                           \
               "               duration: " FIXED(                                                            \
                   "1 h") "; },\n"                                                                           \
                          "             { stage = \"bed\"; station = \"bed\"; duration: " FIXED(             \
                              "3 h") "; } ); } );\n"

Test(care, goes_to_the_late_stage_after_the_window)
{
    struct model model;
    model_build(&model, WINDOW_OF("241 min"));
    model_run(&model);
    cr_assert_eq(model_people(&model, too_late), 1);
    cr_assert_eq(model_people(&model, treated_in_county), 0);
    cr_assert_eq(model_people(&model, untreated), 0); /* never came to a stage that treats in time */
    cr_assert_eq(model_metric(&model, "station/bed/served"), 1);
    cr_assert_eq(model_metric(&model, "station/lysis/served"), 0);
    model_free(&model);
}

Test(care, is_in_time_at_the_very_end_of_the_window)
{
    struct model model;
    model_build(&model, WINDOW_OF("4 h"));
    model_run(&model);
    cr_assert_eq(model_people(&model, too_late), 0);
    cr_assert_eq(model_people(&model, treated_in_county), 1);
    cr_assert_eq(model_metric(&model, "station/lysis/served"), 1);
    model_free(&model);
}

/* --- what is missing ------------------------------------------------------ */

/* The near hospital has beds but not the service, the far one has both; transfer 45 min, every way 20 min. */
#define MISSING_OF(stage_keys) MISSING_WITH("20 min", stage_keys)
#define MISSING_WITH(times, stage_keys)                                                                      \
    RUN_OF("30 d")                                                                                           \
    ONE_PLACE(times)                                                                                         \
    "services: ( { id = \"s\"; } );\n"                                                                       \
    "facilities: ( { id = \"near\"; place = \"p\"; beds: { bed = 5; }; services: ( { service = \"s\"; "      \
    "staff = 0; } ); },\n"                                                                                   \
    "              { id = \"far\"; place = \"p\"; beds: { bed = 5; icu = 5; };\n"                            \
    "                services: ( { service = \"s\"; unlimited = true; } ); } );\n"                           \
    "conditions: ( { id = \"c\"; " ONE_AT_ONE "\n"                                                           \
    "  pathway: ( { stage = \"first\"; needs: { bed = 1; }; duration: " FIXED(                               \
        "2 h") "; next: ( { to = \"cut\"; } ); },\n"                                                         \
               "             { stage = \"cut\"; needs: { bed = 1; }; service = \"s\"; treats = true; "       \
               "duration: " FIXED(                                                                           \
                   "1 h") ";\n"                                                                              \
                          "               transfer = \"45 min\"; " stage_keys " },\n"                        \
                          "             { stage = \"bed\"; needs: { bed = 1; }; duration: " FIXED(           \
                              "10 h") "; } ); } );\n"

Test(care, refers_with_the_time_to_arrange_and_the_way)
{
    struct model model;
    model_build(&model, MISSING_OF("missing = \"refer\";"));
    const int64_t begins_us = HOUR_US + 20 * MINUTE_US + 2 * HOUR_US + 45 * MINUTE_US + 20 * MINUTE_US;
    model_until(&model, begins_us);
    cr_assert_eq(model_people(&model, treated_in_county), 0);
    model_until(&model, begins_us + 1);
    cr_assert_eq(model_people(&model, treated_in_county), 1);
    model_run(&model);
    cr_assert_eq(model_people(&model, waited), begins_us - HOUR_US);
    cr_assert_eq(model_people(&model, travel_time), 40 * MINUTE_US);
    cr_assert_eq(model_people(&model, transfers), 1);
    cr_assert_eq(model_at(&model, "near", transfers_out), 1);
    cr_assert_eq(model_at(&model, "near", admissions), 1);
    cr_assert_eq(model_at(&model, "far", admissions), 1);
    cr_assert_eq(model_service(&model, "near", not_offered), 1);
    cr_assert_eq(model_service(&model, "far", procedures_by_locals), 1);
    model_free(&model);
}

/* The first way takes nothing but its time, since it begins at onset. */
Test(care, arranges_a_referral_no_faster_than_every_journey_but_the_first)
{
    struct model model;
    model_build(&model, MISSING_WITH("20 min\"; arrange = \"3 h", "missing = \"refer\";"));
    const int64_t begins_us = HOUR_US + 20 * MINUTE_US + 2 * HOUR_US + 3 * HOUR_US + 20 * MINUTE_US;
    model_run(&model);
    cr_assert_eq(model_people(&model, waited), begins_us - HOUR_US);
    cr_assert_eq(model_people(&model, travel_time), 40 * MINUTE_US);
    model_free(&model);
}

Test(care, goes_on_to_another_stage_when_told_so)
{
    struct model model;
    model_build(&model, MISSING_OF("missing = \"go_on\"; otherwise = \"bed\";"));
    model_run(&model);
    cr_assert_eq(model_people(&model, transfers), 0);
    cr_assert_eq(model_people(&model, untreated), 1);
    cr_assert_eq(model_service(&model, "near", not_offered), 1);
    cr_assert_eq(model_at(&model, "near", in_care), 12 * HOUR_US);
    model_free(&model);
}

Test(care, leaves_untreated_when_told_so)
{
    struct model model;
    model_build(&model, MISSING_OF("missing = \"leave\";"));
    model_run(&model);
    cr_assert_eq(model_people(&model, untreated), 1);
    cr_assert_eq(model_at(&model, "near", in_care), 2 * HOUR_US);
    cr_assert_eq(model_at(&model, "far", admissions), 0);
    model_free(&model);
}

Test(care, refers_no_farther_than_reach_and_takes_the_other_stage)
{
    struct model model;
    model_build(&model, MISSING_OF("missing = \"refer\"; reach = \"19 min\"; otherwise = \"bed\";"));
    model_run(&model);
    cr_assert_eq(model_people(&model, transfers), 0);
    cr_assert_eq(model_people(&model, untreated), 1);
    cr_assert_eq(model_at(&model, "near", in_care), 12 * HOUR_US);
    model_free(&model);
}

Test(care, waits_at_home_until_a_review_finds_the_service)
{
    struct model model;
    model_build(&model, MISSING_OF("missing = \"wait\"; review: " FIXED("2 d") ";"));
    model_run(&model);
    cr_assert_eq(model_people(&model, treated_in_county), 1);
    cr_assert_eq(model_service(&model, "far", procedures_by_locals), 1);
    cr_assert_eq(model_people(&model, waiting_at_home), 2 * DAY_US);
    model_free(&model);
}

Test(care, counts_as_untreated_who_finds_no_facility_at_all)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("30 d") ONE_PLACE(
                    "20 min") "services: ( { id = \"s\"; } );\n"
                              "facilities: ( { id = \"near\"; place = \"p\"; services: ( { service = \"s\"; "
                              "staff = 0; } ); } );\n"
                              "conditions: ( { id = \"c\"; " ONE_AT_ONE "\n"
                              "  pathway: ( { stage = \"cut\"; service = \"s\"; treats = true; } ); } );\n");
    model_run(&model);
    cr_assert_eq(model_people(&model, patients), 1);
    cr_assert_eq(model_people(&model, untreated), 1);
    model_free(&model);
}

/* --- several things at once ----------------------------------------------- */

/* Two patients need a bed and the only nurse; the second one waits without holding the bed that a third needs
 * alone. */
#define JOINT(other_beds)                                                                                    \
    RUN_OF("30 d")                                                                                           \
    ONE_PLACE("0 min")                                                                                       \
    "facilities: ( { id = \"h\"; place = \"p\"; beds: { " other_beds                                         \
    "bed = 2; }; resources: { nurse = 1; }; } );\n"                                                          \
    "conditions: (\n"                                                                                        \
    " { id = \"both\"; arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", \"1 h\", \"40000 h\"]; }; "  \
    "};\n"                                                                                                   \
    "   pathway: ( { stage = \"a\"; needs: { bed = 1; nurse = 1; }; duration: " FIXED(                       \
        "10 h") "; treats = true; } ); },\n"                                                                 \
                " { id = \"alone\"; arrivals: { gap: { dist = \"listed\"; values = [\"3 h\", \"40000 h\"]; " \
                "}; };\n"                                                                                    \
                "   pathway: ( { stage = \"b\"; needs: { bed = 1; }; duration: " FIXED(                      \
                    "20 h") "; treats = true; } ); } );\n"

static void take_all_at_once(const char *text)
{
    struct model model;
    model_build(&model, text);
    const struct station *bed = &model_ward(&model, "h.bed")->station;
    const struct station *nurse = &model_ward(&model, "h.nurse")->station;
    model_until(&model, 2 * HOUR_US + 1);
    cr_assert_eq(bed->busy, 1);
    cr_assert_eq(nurse->busy, 1);
    cr_assert_eq(bed->waiting, 1);
    model_until(&model, 3 * HOUR_US + 1);
    cr_assert_eq(bed->busy, 2); /* passed over */
    cr_assert_eq(bed->waiting, 1);
    model_until(&model, 11 * HOUR_US);
    cr_assert_eq(model_people(&model, treated_in_county), 2);
    model_until(&model, 11 * HOUR_US + 1);
    cr_assert_eq(model_people(&model, treated_in_county), 3);
    cr_assert_eq(bed->busy, 2);
    cr_assert_eq(nurse->busy, 1);
    model_run(&model);
    cr_assert_eq(bed->busy, 0);
    cr_assert_eq(nurse->busy, 0);
    model_free(&model);
}

Test(care, takes_all_that_a_stage_needs_at_once_or_nothing)
{
    take_all_at_once(JOINT(""));
}

#define TEN_BEDS(x)                                                                                          \
    x "0 = 1; " x "1 = 1; " x "2 = 1; " x "3 = 1; " x "4 = 1; " x "5 = 1; " x "6 = 1; " x "7 = 1; " x        \
      "8 = 1; " x "9 = 1; "

/* Of lines of many wards a facility knows no more than that one of them may have somebody. */
Test(care, finds_lines_of_more_wards_than_a_facility_keeps_in_mind)
{
    take_all_at_once(JOINT(TEN_BEDS("a") TEN_BEDS("b") TEN_BEDS("c")));
    take_all_at_once(JOINT(TEN_BEDS("a") TEN_BEDS("b") TEN_BEDS("c") TEN_BEDS("d")));
}

Test(care, serves_better_priority_first_and_first_come_within_it)
{
    static const char text[] =
        RUN_OF("30 d") "stations: ( { id = \"desk\"; servers = 1; } );\n"
                       "conditions: (\n"
                       " { id = \"low\"; arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", \"1 h\", "
                       "\"1 h\", \"40000 h\"]; }; };\n"
                       "   pathway: ( { stage = \"a\"; station = \"desk\"; priority = 1; duration: " FIXED(
                           "10 h") "; } ); },\n"
                                   " { id = \"high\"; arrivals: { gap: { dist = \"listed\"; values = [\"5 "
                                   "h\", \"40000 h\"]; }; };\n"
                                   "   pathway: ( { stage = \"a\"; station = \"desk\"; priority = 0; "
                                   "duration: " FIXED("10 h") "; } ); } );\n";
    struct model model;
    model_build(&model, text);
    model_run(&model);
    /* Begun at 1 h; then the urgent one at 11 h (waited 6), then 21 h (19) and 31 h (28). */
    cr_assert_eq(model_metric(&model, "station/desk/class/high/wait_mean"), 6);
    cr_assert_eq(model_metric(&model, "station/desk/class/low/wait_mean"), (0 + 19 + 28) / 3.0);
    model_free(&model);
}

Test(care, sends_those_who_lose_patience_to_the_stage_for_them)
{
    static const char text[] = RUN_OF(
        "30 d") "stations: ( { id = \"desk\"; servers = 1; }, { id = \"other\"; } );\n"
                "conditions: (\n"
                " { id = \"c\"; arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", \"1 h\", \"40000 "
                "h\"]; }; };\n"
                "   pathway: ( { stage = \"a\"; station = \"desk\"; treats = true; duration: " FIXED(
                    "10 h") ";\n"
                            "                patience: " FIXED(
                                "3 h") "; reneged = \"b\"; },\n"
                                       "              { stage = \"b\"; station = \"other\"; duration: " FIXED(
                                           "1 h") "; } ); } );\n";
    struct model model;
    model_build(&model, text);
    model_until(&model, 5 * HOUR_US);
    cr_assert_eq(model_ward(&model, "desk")->station.waiting, 1);
    model_until(&model, 5 * HOUR_US + 1);
    cr_assert_eq(model_ward(&model, "desk")->station.waiting, 0);
    cr_assert_eq(model_ward(&model, "other")->station.busy, 1);
    model_run(&model);
    cr_assert_eq(model_people(&model, gave_up), 1);
    cr_assert_eq(model_people(&model, untreated), 1);
    cr_assert_eq(model_people(&model, treated_in_county), 1);
    cr_assert_eq(model_metric(&model, "station/desk/reneged"), 1);
    model_free(&model);
}

Test(care, patience_that_has_been_served_is_forgotten)
{
    static const char text[] =
        RUN_OF("30 d") "stations: ( { id = \"desk\"; servers = 1; } );\n"
                       "conditions: (\n"
                       " { id = \"c\"; arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", \"1 h\", "
                       "\"40000 h\"]; }; };\n"
                       "   pathway: ( { stage = \"a\"; station = \"desk\"; treats = true; duration: " FIXED(
                           "10 h") ";\n"
                                   "                patience: " FIXED("9 h") "; } ); } );\n";
    struct model model;
    model_build(&model, text);
    model_run(&model);
    /* Patience ends at 11 h, the very time at which the server becomes free: departures come first. */
    cr_assert_eq(model_people(&model, gave_up), 0);
    cr_assert_eq(model_people(&model, treated_in_county), 2);
    model_free(&model);
}

Test(care, turns_away_who_finds_the_room_full)
{
    static const char text[] =
        RUN_OF("30 d") "stations: ( { id = \"desk\"; servers = 1; room = 1; } );\n"
                       "conditions: (\n"
                       " { id = \"c\"; arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", \"1 h\", \"1 "
                       "h\", \"1 h\", \"40000 h\"]; }; };\n"
                       "   pathway: ( { stage = \"a\"; station = \"desk\"; treats = true; duration: " FIXED(
                           "10 h") "; } ); } );\n";
    struct model model;
    model_build(&model, text);
    model_run(&model);
    cr_assert_eq(model_metric(&model, "station/desk/rejected"), 2);
    cr_assert_eq(model_metric(&model, "station/desk/served"), 2);
    cr_assert_eq(model_metric(&model, "station/desk/arrivals"), 4);
    cr_assert_eq(model_people(&model, untreated), 2);
    model_free(&model);
}

/* --- shifts --------------------------------------------------------------- */

/* The run begins on a Tuesday; the desk opens on Tuesdays at 08:00 and closes at 12:00. */
Test(care, opens_and_closes_on_time)
{
    static const char text[] =
        RUN_OF("30 d") "stations: ( { id = \"desk\"; timetable: ( { from = \"0 h\"; servers = 0; },\n"
                       "  { from = \"32 h\"; servers = 1; }, { from = \"36 h\"; servers = 0; } ); } );\n"
                       "conditions: (\n"
                       " { id = \"c\"; arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", \"0 h\", \"0 "
                       "h\", \"40000 h\"]; }; };\n"
                       "   pathway: ( { stage = \"a\"; station = \"desk\"; treats = true; duration: " FIXED(
                           "3 h") "; } ); } );\n";
    struct model model;
    model_build(&model, text);
    const struct station *desk = &model_ward(&model, "desk")->station;
    model_until(&model, 8 * HOUR_US);
    cr_assert_eq(desk->busy, 0);
    cr_assert_eq(desk->waiting, 3);
    model_until(&model, 8 * HOUR_US + 1);
    cr_assert_eq(desk->busy, 1);
    model_until(&model, 12 * HOUR_US + 1); /* the second is finished by those who go home late */
    cr_assert_eq(desk->busy, 1);
    cr_assert_eq(desk->servers, 0);
    model_until(&model, 14 * HOUR_US + 1);
    cr_assert_eq(desk->busy, 0);
    cr_assert_eq(desk->waiting, 1);
    model_until(&model, 7 * DAY_US + 8 * HOUR_US);
    cr_assert_eq(desk->waiting, 1);
    model_until(&model, 7 * DAY_US + 8 * HOUR_US + 1);
    cr_assert_eq(desk->waiting, 0);
    model_free(&model);
}

Test(care, opens_on_the_right_day_whatever_day_the_run_begins)
{
    static const char *const start[] = {"2018-12-31", "2019-01-01", "2019-01-06", "2020-02-29"};
    static const int64_t opens_h[] = {32, 8, 56,
                                      80}; /* Tuesday 08:00 from Monday, Tuesday, Sunday, Saturday */
    for (size_t i = 0; i < 4; i++) {
        struct model model;
        model_build(&model,
                    "scenario: { start = \"%s\"; length = \"30 d\"; step = \"none\"; };\n"
                    "stations: ( { id = \"desk\"; timetable: ( { from = \"0 h\"; servers = 0; },\n"
                    "  { from = \"32 h\"; servers = 1; }, { from = \"36 h\"; servers = 0; } ); } );\n"
                    "conditions: ( { id = \"c\"; arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", "
                    "\"40000 h\"]; }; };\n"
                    "   pathway: ( { stage = \"a\"; station = \"desk\"; treats = true; } ); } );\n",
                    start[i]);
        model_until(&model, opens_h[i] * HOUR_US);
        cr_assert_eq(model_people(&model, treated_in_county), 0, "%s", start[i]);
        model_until(&model, opens_h[i] * HOUR_US + 1);
        cr_assert_eq(model_people(&model, treated_in_county), 1, "%s", start[i]);
        model_free(&model);
    }
}

/* --- luck ----------------------------------------------------------------- */

/* Twenty patients go from s1 to s3, all or none of them by way of s2. Stations without limit add up the
 * stays. */
static void run_with_middle(struct model *model, const char *next)
{
    model_build(model,
                "%s  pathway: ( { stage = \"s1\"; station = \"s1\"; duration: { dist = \"exponential\"; mean "
                "= \"5 h\"; };"
                " next: ( { to = \"%s\"; } ); },\n%s",
                RUN_OF("2000 d") "stations: ( { id = \"s1\"; }, { id = \"s2\"; }, { id = \"s3\"; } );\n"
                                 "conditions: ( { id = \"c\"; arrivals: { rate = \"0.01 per d\"; };\n",
                next,
                "{ stage = \"s2\"; station = \"s2\"; duration: { dist = \"exponential\"; mean = \"5 h\"; };"
                "  next: ( { to = \"s3\"; } ); },\n"
                "{ stage = \"s3\"; station = \"s3\"; duration: { dist = \"exponential\"; mean = \"5 h\"; }; "
                "} ); } );\n");
    model_run(model);
}

Test(care, skipping_a_stage_shifts_the_luck_of_no_other)
{
    struct model with, without;
    run_with_middle(&with, "s2");
    run_with_middle(&without, "s3");
    const struct measures *a = &with.world->measures, *b = &without.world->measures;
    cr_assert_gt(measure_of(a, 0, 0)->served, 10);
    cr_assert_eq(measure_of(a, 1, 0)->served, measure_of(a, 0, 0)->served);
    cr_assert_eq(measure_of(b, 1, 0)->served, 0);
    cr_assert(measure_of(a, 0, 0)->busy.area == measure_of(b, 0, 0)->busy.area);
    cr_assert(measure_of(a, 2, 0)->busy.area == measure_of(b, 2, 0)->busy.area);
    cr_assert(measure_of(a, 2, 0)->busy.area > 0);
    cr_assert(measure_of(a, 2, 0)->busy.area != measure_of(a, 0, 0)->busy.area);
    model_free(&with);
    model_free(&without);
}

/* The first visit takes 1 h, all later ones 3 h. */
Test(care, who_is_routed_back_to_a_stage_has_another_stay_there)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1000 d") "stations: ( { id = \"s\"; } );\n"
                                 "conditions: ( { id = \"c\"; arrivals: { gap: { dist = \"fixed\"; value = "
                                 "\"9 d\"; }; };\n"
                                 "  pathway: ( { stage = \"s\"; station = \"s\"; duration: { dist = "
                                 "\"listed\"; values = ([\"1 h\", \"3 h\"]); };\n"
                                 "    next: ( { to = \"s\"; share = 0.5; }, { share = 0.5; } ); } ); } );\n");
    model_run(&model);
    const struct measure *measure = measure_of(&model.world->measures, 0, 0);
    const int64_t patients = model_people(&model, patients);
    const int64_t visits = (int64_t)measure->served;
    cr_assert_eq(patients, 111);
    cr_assert_eq((int64_t)world_system_count(model.world).left, patients);
    /* Visits are geometric with mean 2: 222 with sd 14.9; five of them are a false alarm in a million. */
    cr_assert(visits > 222 - 75 && visits < 222 + 75, "%lld visits", (long long)visits);
    cr_assert(measure->busy.area == (int128)(patients + 3 * (visits - patients)) * HOUR_US);
    model_free(&model);
}

Test(care, draws_a_new_stay_at_each_visit)
{
    struct model model;
    model_build(
        &model, "%s",
        RUN_OF("100 d") "stations: ( { id = \"s\"; } );\n"
                        "conditions: ( { id = \"c\"; " ONE_AT_ONE "\n"
                        "  pathway: ( { stage = \"s\"; station = \"s\"; duration: { dist = \"exponential\"; "
                        "mean = \"1 h\"; };\n"
                        "    next: ( { to = \"s\"; share = 0.99; }, { share = 0.01; } ); } ); } );\n");
    model_run(&model);
    const struct tally_sum *stays = &measure_of(&model.world->measures, 0, 0)->sojourn;
    cr_assert_gt(stays->count, 5);                                  /* all but one in twenty do */
    cr_assert_neq((int64_t)(stays->sum % (int128)stays->count), 0); /* as it is where all are the same */
    model_free(&model);
}

Test(care, who_lost_patience_and_comes_back_draws_anew)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("100 d") "stations: ( { id = \"s\"; servers = 0; } );\n"
                                "conditions: ( { id = \"c\"; " ONE_AT_ONE "\n"
                                "  pathway: ( { stage = \"s\"; station = \"s\"; patience: { dist = "
                                "\"exponential\"; mean = \"5 h\"; };\n"
                                "    reneged = \"s\"; } ); } );\n");
    model_run(&model);
    const struct tally_sum *waits = &measure_of(&model.world->measures, 0, 0)->wait_left;
    cr_assert_gt(waits->count, 100);
    cr_assert_neq((int64_t)(waits->sum % (int128)waits->count), 0); /* as it is where all are the same */
    model_free(&model);
}

/* --- circles -------------------------------------------------------------- */

static void stops(const char *text)
{
    struct model model;
    model_build(&model, "%s", text);
    cr_assert_eq(world_run(model.world, NULL, NULL, &model.err), -1);
    cr_assert(model_says(&model, "round in circles", "time"), "%s", model.err.text[0]);
    model_free(&model);
}

Test(care, stops_at_a_late_stage_that_leads_to_itself, .timeout = 20)
{
    stops(RUN_OF("30 d") "stations: ( { id = \"s\"; } );\n"
                         "conditions: ( { id = \"c\"; " ONE_AT_ONE
                         " delay: " FIXED("2 h") ";\n"
                                                 "  pathway: ( { stage = \"a\"; station = \"s\"; window = "
                                                 "\"1 h\"; late = \"b\"; },\n"
                                                 "             { stage = \"b\"; station = \"s\"; window = "
                                                 "\"1 h\"; late = \"a\"; } ); } );\n");
}

Test(care, stops_at_stages_that_take_no_time_and_lead_back, .timeout = 20)
{
    stops(RUN_OF("30 d") "stations: ( { id = \"s\"; } );\n"
                         "conditions: ( { id = \"c\"; " ONE_AT_ONE "\n"
                         "  pathway: ( { stage = \"a\"; station = \"s\"; next: ( { to = \"b\"; } ); },\n"
                         "             { stage = \"b\"; next: ( { to = \"a\"; } ); } ); } );\n");
}

Test(care, stops_when_patience_that_is_over_leads_back_to_waiting_at_home, .timeout = 20)
{
    stops(RUN_OF("30 d") ONE_PLACE(
        "0 min") "facilities: ( { id = \"h\"; place = \"p\"; beds: { bed = 1; }; } );\n"
                 "conditions: ( { id = \"c\"; " ONE_AT_ONE " choice: { stay = 1000; };\n"
                 "  pathway: ( { stage = \"a\"; needs: { bed = 1; }; choice = \"utility\"; review: " FIXED(
                     "1 d") ";\n"
                            "               patience: " FIXED("2 d") "; reneged = \"a\"; } ); } );\n");
}

/* --- backlog -------------------------------------------------------------- */

/* 4 a day for 10 days: 40 wait at the start, and choose within the first 20 days (review). */
#define BACKLOG(staff)                                                                                       \
    RUN_OF("40 d")                                                                                           \
    ONE_PLACE("1 h")                                                                                         \
    "services: ( { id = \"s\"; } );\n"                                                                       \
    "facilities: ( { id = \"h\"; place = \"p\"; services: ( { service = \"s\"; " staff " } ); } );\n"        \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"4 per d\"; backlog = \"10 d\"; };\n"                   \
    "  pathway: ( { stage = \"a\"; service = \"s\"; treats = true; choice = \"utility\"; missing = "         \
    "\"wait\";\n"                                                                                            \
    "               review: " FIXED("20 d") "; } ); } );\n"

Test(care, a_backlog_waits_at_home_from_the_start_and_drains)
{
    struct model model;
    model_build(&model, BACKLOG("unlimited = true;"));
    cr_assert_eq(model.world->ledger.levels[GROUP_PLACE_CONDITION][PC_waiting_at_home], 40);
    model_until(&model, 10 * DAY_US);
    const int64_t half = model.world->ledger.levels[GROUP_PLACE_CONDITION][PC_waiting_at_home];
    /* First choices are spread evenly over 20 days: binomial, 20 with sd 3.2; six of them, 1 in 5e8. */
    cr_assert(half > 1 && half < 39, "%lld", (long long)half);
    model_until(&model, 20 * DAY_US + 1);
    cr_assert_eq(model.world->ledger.levels[GROUP_PLACE_CONDITION][PC_waiting_at_home], 0);
    model_run(&model);
    cr_assert_geq(model_people(&model, treated_in_county), 40 + model_people(&model, patients) - 5);
    cr_assert_gt(model_people(&model, waited), 40 * DAY_US); /* waited before the start too */
    model_free(&model);
}

Test(care, a_backlog_is_brought_where_the_condition_says)
{
    struct model model;
    model_build(&model,
                RUN_OF("40 d")
                    ONE_PLACE("1 h") "facilities: ( { id = \"near\"; place = \"p\"; beds: { bed = 90; }; },\n"
                                     "  { id = \"h\"; place = \"p\"; beds: { bed = 90; }; } );\n"
                                     "conditions: ( { id = \"c\"; first = \"given\"; first_at = \"h\"; "
                                     "arrivals: { rate = \"4 per d\"; backlog = \"10 d\"; };\n"
                                     "  pathway: ( { stage = \"a\"; needs: { bed = 1; }; treats = true; "
                                     "duration: " FIXED("1 h") "; } ); } );\n");
    model_run(&model);
    cr_assert_eq(model_at(&model, "near", admissions), 0);
    cr_assert_geq(model_at(&model, "h", admissions), 40 + model_people(&model, patients) - 2);
    model_free(&model);
}

Test(care, a_backlog_stays_while_nobody_gives_the_service)
{
    struct model model;
    model_build(&model, BACKLOG("staff = 0;"));
    model_run(&model);
    cr_assert_eq(model.world->ledger.levels[GROUP_PLACE_CONDITION][PC_waiting_at_home],
                 40 + model_people(&model, patients));
    cr_assert_eq(model_people(&model, untreated), 0);
    model_free(&model);
}

/* --- lines without a ward ------------------------------------------------- */

Test(care, a_service_alone_is_waited_for_in_its_own_line)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("30 d") ONE_PLACE(
                    "0 min") "services: ( { id = \"s\"; } );\n"
                             "facilities: ( { id = \"h\"; place = \"p\"; services: ( { service = \"s\"; "
                             "staff = 1; } ); } );\n"
                             "conditions: ( { id = \"c\"; arrivals: { gap: { dist = \"listed\"; values = "
                             "[\"1 h\", \"1 h\", \"1 h\", \"40000 h\"]; }; };\n"
                             "  pathway: ( { stage = \"a\"; service = \"s\"; treats = true; duration: " FIXED(
                                 "10 h") "; } ); } );\n");
    model_until(&model, 3 * HOUR_US + 1);
    cr_assert_eq(model.world->facilities.offer[0].operators.waiting, 2);
    model_run(&model);
    cr_assert_eq(model_service(&model, "h", procedures_by_locals), 3);
    cr_assert_eq(model_service(&model, "h", procedure_waits), (9 + 18) * HOUR_US);
    cr_assert_eq(model_at(&model, "h", in_line), (9 + 18) * HOUR_US);
    cr_assert_eq(model_at(&model, "h", in_care), 30 * HOUR_US);
    model_free(&model);
}

/* A ward that some take together with an operator, and others, from outside the facility, by its name. */
Test(care, a_shared_ward_serves_its_line_whoever_leaves)
{
    struct model model;
    model_build(
        &model, "%s",
        RUN_OF("30 d") ONE_PLACE(
            "0 min") "facilities: ( { id = \"h\"; place = \"p\"; beds: { bed = 1; nurse = 1; }; } );\n"
                     "conditions: (\n"
                     " { id = \"outer\"; arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", \"40000 "
                     "h\"]; }; };\n"
                     "   pathway: ( { stage = \"a\"; station = \"h.bed\"; duration: " FIXED(
                         "10 h") "; } ); },\n"
                                 " { id = \"inner\"; arrivals: { gap: { dist = \"listed\"; values = [\"2 "
                                 "h\", \"40000 h\"]; }; };\n"
                                 "   pathway: ( { stage = \"a\"; needs: { bed = 1; nurse = 1; }; treats = "
                                 "true; duration: " FIXED("1 h") "; } ); } );\n");
    model_until(&model, 11 * HOUR_US + 1);
    cr_assert_eq(model_people(&model, treated_in_county), 1);
    model_free(&model);
}
