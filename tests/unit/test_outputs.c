/* What is counted: who goes past a nearer hospital, beds and lines, experts' hours; and that nothing is lost:
 * every patient is somewhere, and money, treatments and hours are the same from every side. */

#include <stdlib.h>
#include <string.h>

#include "models/quantities.h"
#include "tests/unit/model_scenario.h"

#define CROSSING SOURCE_DIR "/tests/unit/data/crossing.cfg"

/* --- bypassing --- */

/* A county whose hospital is next door, and a city an hour and more away. */
#define TWO_PLACES                                                                                           \
    "scenario: { start = \"2019-01-01\"; length = \"6 month\"; step = \"month\"; seed = \"7\"; };\n"         \
    "places: { list: ( { code = \"n\"; lon = 120.0; lat = 45.0; population = 100000; },\n"                   \
    "  { code = \"m\"; lon = 120.3; lat = 45.0; population = 0; },\n"                                        \
    "  { code = \"c\"; lon = 121.0; lat = 45.0; population = 0; } ); };\n"                                   \
    "travel: { fixed = \"30 min\"; };\nservices: ( { id = \"op\"; } );\n"
#define AT(id, place, more) "{ id = \"" id "\"; place = \"" place "\"; beds: { beds = 500; }; " more " }"
#define GIVES "services: ( { service = \"op\"; unlimited = true; } );"
#define LISTS "services: ( { service = \"op\"; staff = 0; } );"
#define SEEKS(how, likes)                                                                                    \
    "conditions: ( { id = \"a\"; " how " arrivals: { incidence = \"2000 per 100000 y\"; };\n"                \
    "  choice: { stay = -20.0; " likes " };\n"                                                               \
    "  pathway: ( { stage = \"s\"; service = \"op\"; needs: { beds = 1; }; treats = true; missing = "        \
    "\"wait\"; review: " FIXED("30 d") "; duration: " FIXED("1 d") "; } ); } );\n"
#define SEEK(how) SEEKS(how, "travel = 1.0;")
#define UTILITY "first = \"utility\";"

static struct model model;

static void run_world(const char *facilities, const char *conditions)
{
    model_build(&model, TWO_PLACES "facilities: ( %s );\n%s", facilities, conditions);
    model_run(&model);
}

static void tear_down(void)
{
    model_free(&model);
}

TestSuite(outputs, .fini = tear_down);

Test(outputs, counts_who_goes_past_a_nearer_hospital)
{
    run_world(AT("near", "m", GIVES) ", " AT("far", "c", GIVES), SEEK(UTILITY));
    const int64_t went_far = model_at(&model, "far", admissions);
    cr_assert_gt(went_far, 100);
    cr_assert_gt(model_at(&model, "near", admissions), 100);
    cr_assert_eq(model_people(&model, bypassed), went_far);
    cr_assert_eq(model_people(&model, sought_care), went_far + model_at(&model, "near", admissions));
    cr_assert_float_eq(model_metric(&model, "bypassed_share"),
                       (double)went_far / (double)model_people(&model, sought_care), 1e-12);
}

Test(outputs, does_not_call_it_bypassing_where_the_nearer_cannot_help)
{
    run_world(AT("near", "m", LISTS) ", " AT("other", "n", "") ", " AT("far", "c", GIVES), SEEK(UTILITY));
    cr_assert_gt(model_at(&model, "far", admissions), 100);
    cr_assert_eq(model_people(&model, bypassed), 0);
}

Test(outputs, does_not_call_it_bypassing_where_care_comes_home)
{
    run_world(AT("doctor", "m", "visits = \"20 h\"; " GIVES) ", " AT("far", "c", GIVES), SEEK(UTILITY));
    cr_assert_gt(model_at(&model, "far", admissions), 50);
    cr_assert_gt(model_at(&model, "doctor", admissions), 50);
    cr_assert_eq(model_people(&model, bypassed), 0);
}

Test(outputs, finds_nobody_bypassing_who_goes_to_the_nearest_or_is_brought)
{
    run_world(AT("near", "m", GIVES) ", " AT("far", "c", GIVES), SEEK(""));
    cr_assert_gt(model_people(&model, sought_care), 100);
    cr_assert_eq(model_people(&model, bypassed), 0);
    model_free(&model);
    run_world(AT("near", "m", GIVES) ", " AT("far", "c", GIVES),
              SEEK("first = \"given\"; first_at = \"far\";"));
    cr_assert_gt(model_at(&model, "far", admissions), 100);
    cr_assert_eq(model_people(&model, bypassed), 0);
}

/* More hospitals than a choice set holds, of which those that attract most are far: the nearest one counts
 * although nobody would choose from among it. */
Test(outputs, knows_the_nearest_beyond_the_choice_set)
{
    char text[8192] = "";
    size_t length = 0;
    for (int i = 0; i < 20; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length,
                             "{ id = \"big%d\"; place = \"c\"; beds: { beds = 5000; }; " GIVES " }, ", i);
    snprintf(text + length, sizeof text - length,
             "{ id = \"small\"; place = \"m\"; beds: { beds = 1; }; " GIVES " }");
    run_world(text, SEEKS(UTILITY, "travel = 0.1; size = 2.0;"));
    const int64_t nearest = model_at(&model, "small", admissions);
    cr_assert_eq(nearest, 0, "the smallest is in the set of sixteen: the test tests nothing");
    cr_assert_gt(model_people(&model, sought_care), 500);
    cr_assert_eq(model_people(&model, bypassed), model_people(&model, sought_care));
}

/* --- beds and lines --- */

/* Two beds; patients come at 0 h, 1 h and 2 h and stay for ten hours: 30 bed-hours, and eight hours in line.
 */
#define TWO_BEDS(more)                                                                                       \
    "scenario: { start = \"2019-01-01\"; length = \"2 d\"; step = \"day\"; seed = \"7\"; };\n" ONE_PLACE(    \
        "0 s") "facilities: ( { id = \"h\"; place = \"p\"; beds: { a = 1; b = 1; }; resources: { desk = 5; " \
               "}; " more " } );\n"
#define STAYS(needs)                                                                                         \
    "conditions: ( { id = \"c\"; arrivals: { times = [\"0 h\", \"1 h\", \"2 h\"]; at = [\"p\"]; };\n"        \
    "  pathway: ( { stage = \"s\"; treats = true; needs: { " needs                                           \
    " }; duration: " FIXED("10 h") "; } ); } );\n"

Test(outputs, counts_beds_and_waits_of_a_facility)
{
    model_build(&model, TWO_BEDS("") STAYS("a = 1; desk = 2;"));
    model_run(&model);
    cr_assert_eq(model_at(&model, "h", beds_open), 2 * 48 * HOUR_US);
    cr_assert_eq(model_at(&model, "h", beds_occupied), 30 * HOUR_US, "desks are no beds");
    cr_assert_eq(model_at(&model, "h", in_care), 30 * HOUR_US);
    cr_assert_eq(model_at(&model, "h", stages_begun), 3);
    cr_assert_eq(model_at(&model, "h", treated_here), 3);
    cr_assert_eq(model_at(&model, "h", line_waits), (9 + 18) * HOUR_US);
    cr_assert_float_eq(model_metric(&model, "facility/h/bed_use"), 30.0 / 96, 1e-12);
    cr_assert_float_eq(model_metric(&model, "facility/h/line_wait_mean"), 9, 1e-12);
}

Test(outputs, counts_a_bed_that_is_held_for_the_next_stage)
{
    model_build(&model, TWO_BEDS("") "conditions: ( { id = \"c\"; arrivals: { times = [\"0 h\", \"0.5 h\"]; "
                                     "at = [\"p\"]; };\n  pathway: (\n"
                                     "  { stage = \"first\"; needs: { a = 1; }; duration: " FIXED(
                                         "2 h") "; next: ( { to = \"then\"; } ); },\n"
                                                "  { stage = \"then\"; needs: { b = 1; }; previous = "
                                                "\"until_begin\"; duration: " FIXED("10 h") "; } ); } );\n");
    model_run(&model);
    /* a: 0-2, then 2-12, of which 4-12 blocked; b: 2-12, 12-22 */
    cr_assert_eq(model_at(&model, "h", beds_occupied), (12 + 20) * HOUR_US);
}

Test(outputs, tells_how_long_lines_are_at_the_end_of_a_step)
{
    model_build(&model,
                TWO_BEDS("") "conditions: ( { id = \"c\"; arrivals: { times = [\"20 h\", \"21 h\", \"22 "
                             "h\"]; at = [\"p\"]; };\n  pathway: ( { stage = \"s\"; needs: { a = 1; }; "
                             "duration: " FIXED("10 h") "; } ); } );\n");
    model_run(&model);
    const struct ledger *ledger = &model.world->ledger;
    const int64_t field = quantity_find_field("in_line_at_end");
    cr_assert_eq(ledger_value(ledger, (size_t)field, 0, 0, 0), 2);
    cr_assert_eq(ledger_value(ledger, (size_t)field, 1, 0, 0), 0);
}

Test(outputs, has_no_beds_where_a_facility_is_closed)
{
    model_build(
        &model,
        TWO_BEDS("closed = true;") "policies: ( { name = \"p\"; kind = \"centre\"; facility = \"h\"; start = "
                                   "\"2019-01-02\"; beds: { b = 3; }; } );\n" STAYS("a = 1;"));
    model_run(&model);
    const int64_t field = quantity_find_field("beds_open");
    cr_assert_eq(ledger_value(&model.world->ledger, (size_t)field, 0, 0, 0), 0);
    cr_assert_eq(ledger_value(&model.world->ledger, (size_t)field, 1, 0, 0), 5);
}

/* --- experts' hours --- */

Test(outputs, counts_the_hours_that_a_home_hospital_lacks)
{
    model_build(
        &model,
        "scenario: { start = \"2019-01-01\"; length = \"3 month\"; step = \"month\"; seed = \"7\"; "
        "};\n" ONE_PLACE(
            "30 min") "services: ( { id = \"op\"; } );\n"
                      "facilities: ( { id = \"home\"; place = \"p\"; services: ( { service = \"op\"; } ); "
                      "},\n"
                      "  { id = \"away\"; place = \"p\"; services: ( { service = \"op\"; staff = 0; } ); } "
                      ");\n"
                      "experts: ( { id = \"x\"; home = \"home\"; service = \"op\"; week = \"35 h\"; } );\n"
                      "policies: ( { name = \"d\"; kind = \"dispatch\"; expert = \"x\"; to = \"away\"; "
                      "service = "
                      "\"op\"; start = \"2019-02-01\"; stint = \"28 d\"; } );\n"
                      "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; at = [\"p\"]; };\n"
                      "  pathway: ( { stage = \"s\"; duration = \"1 h\"; } ); } );\n");
    model_run(&model);
    const int64_t away_us = model_cell(&model, GROUP_EXPERT, 0, 0, EX_away);
    cr_assert_geq(away_us, 28 * DAY_US);
    cr_assert_leq(away_us, 29 * DAY_US);
    const double lost_us = (double)model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_lost_at_home);
    cr_assert_float_eq(lost_us, (double)away_us * 35 / (7 * 24), 2, "rounded to microseconds each month");
}

/* --- classes of times --- */

Test(outputs, have_classes_without_gaps)
{
    cr_assert_eq(reach_class_from_us(0), 0);
    for (size_t c = 1; c < REACH_WAIT_CLASSES; c++) {
        cr_assert_eq(reach_class(reach_class_from_us(c), REACH_WAIT_CLASSES), c);
        cr_assert_eq(reach_class(reach_class_from_us(c) - 1, REACH_WAIT_CLASSES), c - 1);
    }
    cr_assert_eq(reach_class_from_us(8), HOUR_US / 2);
    cr_assert_eq(reach_class_from_us(REACH_WAIT_CLASSES - 1), 16384 * HOUR_US);
    cr_assert_eq(reach_class_from_us(REACH_TRAVEL_CLASSES - 1), 64 * HOUR_US);
    cr_assert_eq(reach_class(INT64_MAX, REACH_TRAVEL_CLASSES), REACH_TRAVEL_CLASSES - 1);
    cr_assert_eq(reach_class(-1, REACH_TRAVEL_CLASSES), 0);
}

/* Where the share of the treated of all places passes p. */
static size_t class_of(enum ledger_group group, size_t classes, double p)
{
    int64_t all = 0, sum = 0;
    size_t at = 0;
    for (size_t c = 0; c < classes; c++)
        for (size_t place = 0; place < model.world->geography.count; place++)
            all += model_cell(&model, group, place, c, 0);
    for (; at < classes; at++) {
        for (size_t place = 0; place < model.world->geography.count; place++)
            sum += model_cell(&model, group, place, at, 0);
        if ((double)sum >= p * (double)all)
            break;
    }
    return at;
}

Test(outputs, give_the_quantiles_of_metrics)
{
    static const char *const sets[] = {"scenario.warmup=0 d"};
    model_build_file(&model, 0, CROSSING, sets, 1);
    model_run(&model);
    const double wait_us = model_metric(&model, "wait_p90") * (double)DAY_US;
    const double travel_us = model_metric(&model, "travel_to_treatment_p90") * (double)HOUR_US;
    cr_assert_gt(wait_us, 1e9);
    cr_assert_eq(class_of(GROUP_PLACE_WAIT, REACH_WAIT_CLASSES, 0.9),
                 reach_class((int64_t)wait_us, REACH_WAIT_CLASSES));
    cr_assert_eq(class_of(GROUP_PLACE_TRAVEL, REACH_TRAVEL_CLASSES, 0.9),
                 reach_class((int64_t)travel_us, REACH_TRAVEL_CLASSES));
}

/* --- nothing is lost --- */

static int64_t level_of(const struct ledger *ledger, enum ledger_group group, size_t i, size_t j,
                        size_t column)
{
    return ledger_level(ledger, group, i, j, column);
}

struct whereabouts {
    int64_t in_care, in_line, at_home, elsewhere;
};

/* By the records of those who are there. */
static struct whereabouts find_all(const struct world *whole)
{
    struct whereabouts found = {.in_care = 0};
    for (unsigned p = 0; p < whole->partitions; p++) {
        const struct patients *patients = &whole->view[p]->part.patients;
        bool *there = calloc(patients->used + 1, sizeof *there);
        cr_assert_not_null(there);
        memset(there, 1, patients->used);
        for (size_t i = 0; i < patients->free_count; i++)
            there[patients->free[i]] = false;
        for (size_t i = 0; i < patients->used; i++) {
            const struct patient *patient = &patients->record[i];
            if (!there[i] || (patient->more & PATIENT_STANDS_IN) != 0)
                continue;
            const bool care = (patient->flags & PATIENT_IN_CARE) != 0,
                       home = (patient->flags & PATIENT_AT_HOME) != 0;
            const bool line = (patient->flags & PATIENT_WAITING) != 0 || (patient->more & PATIENT_ASKS) != 0;
            cr_assert_leq(care + home + line, 1, "somebody is in two places");
            cr_assert(care + home + line == 1 || patient->due_kind == EVENT_TRANSFER ||
                          patient->due_kind == EVENT_REVIEW,
                      "somebody is nowhere");
            found.in_care += care && patient->facility != PATIENT_NOWHERE;
            found.in_line += line;
            found.at_home += home;
            found.elsewhere += care + home + line == 0 || (care && patient->facility == PATIENT_NOWHERE);
        }
        free(there);
    }
    return found;
}

static void check_whereabouts(void)
{
    const struct world *world = model.world;
    struct whereabouts found = find_all(world), counted = {.in_care = 0};
    int64_t occupied = 0, busy = 0;
    for (size_t f = 0; f < world->facilities.count; f++) {
        counted.in_care += level_of(&world->ledger, GROUP_FACILITY, f, 0, FA_in_care);
        counted.in_line += level_of(&world->ledger, GROUP_FACILITY, f, 0, FA_in_line);
        occupied += level_of(&world->ledger, GROUP_FACILITY, f, 0, FA_beds_occupied);
    }
    for (unsigned p = 0; p < world->partitions; p++)
        for (size_t i = 0; i < world->geography.count; i++)
            for (size_t c = 0; c < world->pathways.count; c++)
                counted.at_home +=
                    level_of(&world->view[p]->ledger, GROUP_PLACE_CONDITION, i, c, PC_waiting_at_home);
    for (size_t w = 0; w < world->facilities.ward_count; w++)
        busy += world->facilities.ward[w].is_bed ? world->facilities.ward[w].station.busy : 0;
    cr_assert_gt(found.in_care, 10);
    cr_assert_eq(found.in_care, counted.in_care);
    cr_assert_eq(found.in_line, counted.in_line);
    cr_assert_eq(found.at_home, counted.at_home);
    cr_assert_eq(occupied, busy);
    int64_t present = 0;
    for (unsigned p = 0; p < world->partitions; p++)
        present += world->view[p]->system.present.level;
    cr_assert_eq(found.in_care + found.in_line + found.at_home + found.elsewhere, present);
}

static const int cuts[] = {PARTITIONS_ONE, PARTITIONS_PROVINCE, PARTITIONS_PLACE};

Test(outputs, know_where_every_patient_is)
{
    for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
        model_partitions = cuts[c];
        model_build_file(&model, 0, CROSSING, NULL, 0);
        for (int day = 5; day <= 115; day += 11) {
            cr_assert_eq(world_run_until(model.world, day * DAY_US + 5 * HOUR_US, NULL, NULL, &model.err), 0);
            check_whereabouts();
        }
        model_free(&model);
    }
}

/* By people, by condition, by facility and by province. */
Test(outputs, add_up_from_every_side)
{
    for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
        model_partitions = cuts[c];
        model_build_file(&model, 0, CROSSING, NULL, 0);
        model_run(&model);
        const int64_t treated =
            model_people(&model, treated_in_county) + model_people(&model, treated_in_prefecture) +
            model_people(&model, treated_in_province) + model_people(&model, treated_elsewhere);
        cr_assert_gt(treated, 1000);
        cr_assert_eq(model_total(&model, GROUP_FACILITY, FA_treated_here), treated);
        cr_assert_eq(model_total(&model, GROUP_FLOW, FL_flow_treated), treated);
        cr_assert_eq(model_total(&model, GROUP_PLACE_WAIT, PW_treated_by_wait), treated);
        cr_assert_eq(model_total(&model, GROUP_PLACE_TRAVEL, PT_treated_by_travel), treated);
        cr_assert_gt(model_people(&model, charges), 0);
        cr_assert_eq(model_total(&model, GROUP_FACILITY, FA_income), model_people(&model, charges));
        cr_assert_geq(model_people(&model, patient_cost) + model_people(&model, insurer_cost),
                      model_people(&model, charges), "the rest is fares");
        cr_assert_eq(model_total(&model, GROUP_FACILITY, FA_transfers_out), model_people(&model, transfers));
        cr_assert_eq(model_total(&model, GROUP_FACILITY, FA_sent_back), model_people(&model, transfers_back));
        cr_assert_gt(model_people(&model, transfers_up), 0);
        cr_assert_leq(model_people(&model, transfers_up), model_people(&model, transfers));
        cr_assert_gt(model_people(&model, deaths), 0);
        cr_assert_eq(model_total(&model, GROUP_FACILITY, FA_deaths_here), model_people(&model, deaths));
        model_free(&model);
    }
}

/* What an expert has worked in a week is what the ledger has of that week: at home, away, from afar,
 * teaching. */
Test(outputs, spend_every_hour_of_an_expert_once)
{
    enum { MONDAY = 5, WEEKS = 14 }; /* the run begins on a Wednesday */
    static const size_t hours[] = {EX_hours_at_home, EX_hours_away, EX_remote_hours, EX_hours_teaching};
    static const char *const sets[] = {"services.surgery.teach_factor=1.5"};
    model_build_file(&model, 0, CROSSING, sets, 1);
    int64_t before_us = 0;
    for (int week = 0; week <= WEEKS; week++) {
        const int64_t monday_us = (MONDAY + 7 * week) * DAY_US;
        cr_assert_eq(world_run_until(model.world, monday_us, NULL, NULL, &model.err), 0);
        int64_t sum_us = 0;
        for (size_t h = 0; h < sizeof hours / sizeof hours[0]; h++)
            sum_us += model_cell(&model, GROUP_EXPERT, 0, 0, hours[h]);
        cr_assert_eq(model.world->experts.expert[0].worked_us, sum_us - before_us, "week %d", week);
        before_us = sum_us;
    }
    const bool taught = model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_teaching) > 0;
    cr_assert(taught && model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_away) > 0);
}
