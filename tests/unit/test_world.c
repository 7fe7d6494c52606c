#include "models/world.h"

#include <math.h>

#include "models/case.h"
#include "models/quantities.h"
#include "sim/station.h"
#include "tests/unit/model_scenario.h"

#define HORQIN SOURCE_DIR "/scenarios/horqin_stroke_stint.cfg"

/* Everything at once, in so small a world that lines, refusals and departures are frequent. */
#define EVERYTHING SOURCE_DIR "/tests/unit/data/everything.cfg"

static const char *const seeds[] = {"scenario.seed=\"1\"", "scenario.seed=\"2\"", "scenario.seed=\"3\"",
                                    "scenario.seed=\"20200401\""};
enum { SEEDS = sizeof seeds / sizeof seeds[0] };

static void build_everything(struct model *model, size_t seed, uint32_t replication)
{
    model_build_file(model, replication, EVERYTHING, &seeds[seed], 1);
}

/* --- the same again ------------------------------------------------------- */

Test(world, the_same_seed_gives_the_same_ledger)
{
    struct model a, b;
    build_everything(&a, 0, 0);
    build_everything(&b, 0, 0);
    model_run(&a);
    model_run(&b);
    cr_assert(model_same_steps(&a, &b, 0, a.world->ledger.steps));
    cr_assert_eq(world_events(a.world), world_events(b.world));
    model_free(&a);
    model_free(&b);
}

Test(world, seeds_and_replications_differ)
{
    struct model first, seed, replication;
    build_everything(&first, 0, 0);
    build_everything(&seed, 1, 0);
    build_everything(&replication, 0, 1);
    model_run(&first);
    model_run(&seed);
    model_run(&replication);
    for (size_t step = 0; step < first.world->ledger.steps; step++) {
        cr_assert_not(model_same_steps(&first, &seed, step, step + 1));
        cr_assert_not(model_same_steps(&first, &replication, step, step + 1));
        cr_assert_not(model_same_steps(&seed, &replication, step, step + 1));
    }
    model_free(&first);
    model_free(&seed);
    model_free(&replication);
}

/* How the run is cut by its caller cannot be seen. */
Test(world, a_run_in_pieces_is_the_same_run)
{
    struct model whole, pieces;
    build_everything(&whole, 2, 0);
    build_everything(&pieces, 2, 0);
    for (int64_t hour = 7; hour < 500 * 24; hour += 7)
        model_until(&pieces, hour * HOUR_US);
    model_run(&whole);
    model_run(&pieces);
    cr_assert(model_same_steps(&whole, &pieces, 0, whole.world->ledger.steps));
    model_free(&whole);
    model_free(&pieces);
}

/* --- policies ------------------------------------------------------------- */

Test(world, a_policy_changes_nothing_before_it_starts_and_something_after)
{
    static const char *const off[] = {"policies.stint.active=false"};
    for (uint32_t replication = 0; replication < 3; replication++) {
        struct model with, without;
        model_build_file(&with, replication, HORQIN, NULL, 0);
        model_build_file(&without, replication, HORQIN, off, 1);
        model_run(&with);
        model_run(&without);
        /* From 2019-01-01 to 2020-05-01 there are 16 months. */
        cr_assert_eq(with.world->ledger.step_from_us[16], policy_time(with.world, INT64_C(1588291200000000)));
        cr_assert(model_same_steps(&with, &without, 0, 16));
        cr_assert_not(model_same_steps(&with, &without, 16, 17));
        cr_assert_not(model_same_steps(&with, &without, 17, with.world->ledger.steps));
        cr_assert_gt(model_service(&with, "banner", procedures_by_visitors), 50);
        cr_assert_eq(model_total(&without, GROUP_FACILITY_SERVICE, FS_procedures_by_visitors), 0);
        cr_assert_eq(model_people(&with, patients), model_people(&without, patients));
        model_free(&with);
        model_free(&without);
    }
}

/* A policy that begins on another day leaves all that comes before that day alone, hour by hour. */
Test(world, a_later_policy_changes_nothing_before_the_earlier_one)
{
    static const char *const later[] = {"policies.stint.start=\"2020-03-04\"",
                                        "policies.again.start=\"2020-08-04\""};
    struct model model[2];
    model_build_file(&model[0], 0, EVERYTHING, NULL, 0);
    model_build_file(&model[1], 0, EVERYTHING, later, 2);
    const int64_t start_us = policy_time(model[0].world, INT64_C(1583193600000000)); /* 2020-03-03 */
    model_until(&model[0], start_us);
    model_until(&model[1], start_us);
    for (int group = 0; group < LEDGER_GROUPS; group++)
        cr_assert_arr_eq(model[0].world->ledger.cells[group], model[1].world->ledger.cells[group],
                         model_group_cells(&model[0].world->ledger, (enum ledger_group)group) *
                             sizeof(int64_t));
    cr_assert_eq(world_events(model[0].world), world_events(model[1].world));
    model_until(&model[0], start_us + 3 * DAY_US);
    model_until(&model[1], start_us + 3 * DAY_US);
    cr_assert_neq(memcmp(model[0].world->ledger.cells[GROUP_EXPERT],
                         model[1].world->ledger.cells[GROUP_EXPERT], EX_FIELDS * sizeof(int64_t)),
                  0);
    model_free(&model[0]);
    model_free(&model[1]);
}

/* --- what must add up ----------------------------------------------------- */

struct census {
    int64_t people, untreated; /* of them not yet treated */
};

/* Every record in use agrees with levels, lines and servers. */
static struct census *check_records(const struct model *model)
{
    struct world *world = model->world;
    const size_t conditions = world->pathways.count;
    struct census *census = calloc(world->geography.count * conditions, sizeof *census);
    int64_t *home = calloc(world->geography.count * conditions, sizeof *home);
    int64_t *in_care = calloc(world->facilities.count, sizeof *in_care),
            *in_line = calloc(world->facilities.count, sizeof *in_line);
    int64_t *busy = calloc(world->facilities.ward_count, sizeof *busy),
            *waiting = calloc(world->facilities.ward_count, sizeof *waiting);
    bool *present = model_present(model);
    for (uint32_t who = 0; who < world->part.patients.used; who++) {
        if (!present[who])
            continue;
        const struct patient *patient = case_patient(world, who);
        const struct stage *stage = case_stage(world, patient);
        const struct stream *stream = &world->demand.stream[patient->stream];
        const size_t cell = stream->place * conditions + stream->condition;
        census[cell].people++;
        census[cell].untreated += (patient->flags & PATIENT_TREATED) == 0;
        home[cell] += (patient->flags & PATIENT_AT_HOME) != 0;
        const bool cared = (patient->flags & PATIENT_IN_CARE) != 0,
                   lined = (patient->flags & PATIENT_WAITING) != 0;
        cr_assert_not(cared && lined);
        if (patient->facility != PATIENT_NOWHERE) {
            in_care[patient->facility] += cared;
            in_line[patient->facility] += lined;
        }
        if (stage->ward >= 0) {
            busy[stage->ward] += cared;
            waiting[stage->ward] += lined;
        }
        for (size_t i = 0; i < stage->need_count && (cared || lined); i++) {
            const int32_t ward =
                facility_ward(&world->facilities, patient->facility, stage->need[i].resource);
            busy[ward] += cared ? stage->need[i].amount : 0;
            waiting[ward] += lined && i == 0;
        }
    }
    for (size_t f = 0; f < world->facilities.count; f++) {
        cr_assert_eq(world->ledger.levels[GROUP_FACILITY][f * FA_WIDTH + FA_in_care], in_care[f]);
        cr_assert_eq(world->ledger.levels[GROUP_FACILITY][f * FA_WIDTH + FA_in_line], in_line[f]);
    }
    for (size_t w = 0; w < world->facilities.ward_count; w++) {
        struct err err = ERR_INIT;
        const struct ward *ward = &world->facilities.ward[w];
        cr_assert_eq(station_check(&ward->station, &world->part.links, &err), 0, "%s: %s", ward->id,
                     err.text[0]);
        cr_assert_eq(ward->station.busy, busy[w], "%s", ward->id);
        cr_assert_eq(ward->station.waiting, waiting[w], "%s", ward->id);
        if (ward->timetable.count == 0)
            cr_assert_leq(ward->station.busy, ward->station.servers, "%s", ward->id);
    }
    for (size_t c = 0; c < world->geography.count * conditions; c++)
        cr_assert_eq(world->ledger.levels[GROUP_PLACE_CONDITION][c * PC_WIDTH + PC_waiting_at_home], home[c]);
    free(home);
    free(in_care);
    free(in_line);
    free(busy);
    free(waiting);
    free(present);
    return census;
}

static bool always_comes_to_treatment(const struct world *world, size_t condition)
{
    return world->pathways.stage[world->pathways.condition[condition].first_stage].treats;
}

/* Whoever fell ill, or waited from the start, has left or is there; treated, untreated or not yet settled. */
static void check_people(const struct model *model)
{
    struct world *world = model->world;
    struct census *census = check_records(model);
    int64_t came = 0, present = 0;
    for (size_t s = 0; s < world->demand.count; s++) {
        const struct stream *stream = &world->demand.stream[s];
        const size_t p = stream->place, c = stream->condition;
#define CELL(column) model_cell(model, GROUP_PLACE_CONDITION, p, c, PC_##column)
        const struct census here = census[p * world->pathways.count + c];
        const int64_t ill =
            CELL(patients) + (stream->backlog_us > 0 ? demand_backlog(stream, &world->rng) : 0);
        const int64_t treated = CELL(treated_in_county) + CELL(treated_in_prefecture) +
                                CELL(treated_in_province) + CELL(treated_elsewhere);
        came += ill;
        present += here.people;
        if (always_comes_to_treatment(world, c))
            cr_assert_eq(treated + CELL(untreated) + here.untreated, ill, "place %zu, condition %zu", p, c);
        else
            cr_assert_leq(treated + CELL(untreated), ill - here.untreated);
        cr_assert_leq(CELL(deaths) + CELL(complications), ill - here.people);
        cr_assert_leq(CELL(too_late), ill * 3);
#undef CELL
    }
    cr_assert_eq((int64_t)world_system_count(world).left + present, came);
    cr_assert_eq(world->system.present.level, present);
    free(census);
}

/* Every procedure has one operator, and every supervised one a trainee. */
static void check_operators(const struct model *model)
{
    const struct world *world = model->world;
    int64_t visits = 0, locals = 0, supervised = 0, taught = 0, away = 0, home = 0, cases = 0;
    for (size_t o = 0; o < world->facilities.offer_count; o++) {
        const struct offer *offer = &world->facilities.offer[o];
#define CELL(column) model_cell(model, GROUP_FACILITY_SERVICE, offer->facility, offer->service, FS_##column)
        const int64_t here = CELL(procedures_by_visitors) + CELL(procedures_by_locals);
        if (!offer->unlimited)
            cr_assert_eq(here, offer->cases);
        visits += CELL(procedures_by_visitors);
        locals += CELL(procedures_by_locals);
        supervised += CELL(procedures_supervised);
        cr_assert_leq(CELL(procedures_supervised), CELL(procedures_by_visitors));
        cases += here;
        for (size_t p = 0; p < offer->count; p++)
            taught += offer->people[p].supervised;
#undef CELL
    }
    for (size_t e = 0; e < world->experts.count; e++) {
        away += model_cell(model, GROUP_EXPERT, e, 0, EX_procedures_away);
        home += model_cell(model, GROUP_EXPERT, e, 0, EX_procedures_at_home);
    }
    cr_assert_eq(visits, away);
    cr_assert_leq(home, locals);
    cr_assert_eq(supervised, taught);
    cr_assert_eq(model_people(model, transfers), model_total(model, GROUP_FACILITY, FA_transfers_out));
    cr_assert_gt(cases, 0);
}

Test(world, everybody_is_accounted_for_in_a_world_with_everything)
{
    for (size_t i = 0; i < SEEDS; i++) {
        struct model model;
        build_everything(&model, i, 0);
        for (int64_t day = 1; day < 500; day += 23) {
            model_until(&model, day * DAY_US + 5 * HOUR_US);
            free(check_records(&model));
        }
        model_run(&model);
        check_people(&model);
        check_operators(&model);
        /* Everything happens. */
        cr_assert(model_people(&model, too_late) > 0 && model_people(&model, gave_up) > 0);
        cr_assert(model_people(&model, transfers) > 0 && model_people(&model, untreated) > 0);
        cr_assert(model_service(&model, "small", procedures_supervised) > 0);
        cr_assert(model_metric(&model, "station/desk/rejected") > 0);
        cr_assert(model_metric(&model, "station/large.bed/rejected") > 0);
        model_free(&model);
    }
}

Test(world, everybody_is_accounted_for_in_horqin)
{
    static const char *const sets[] = {"scenario.warmup=\"0 d\""};
    for (uint32_t replication = 0; replication < 4; replication++) {
        struct model model;
        model_build_file(&model, replication, HORQIN, sets, 1);
        model_run(&model);
        check_people(&model);
        check_operators(&model);
        model_free(&model);
    }
}

/* Without fares, wages, lodging and prices per day, all that is paid is for admissions. */
Test(world, money_is_paid_once)
{
    static const char *const prices[] = {
        "facilities.small.price_per_admission=\"6821.53 CNY\"", "facilities.small.reimbursed=0.37",
        "facilities.large.price_per_admission=\"6821.53 CNY\"", "facilities.large.reimbursed=0.37",
        "facilities.top.price_per_admission=\"6821.53 CNY\"",   "facilities.top.reimbursed=0.37",
        "facilities.each.price_per_admission=\"6821.53 CNY\"",  "facilities.each.reimbursed=0.37"};
    struct model model;
    model_build_file(&model, 0, EVERYTHING, prices, sizeof prices / sizeof prices[0]);
    model_run(&model);
    const int64_t admissions = model_total(&model, GROUP_FACILITY, FA_admissions);
    cr_assert_gt(admissions, 100);
    cr_assert_eq(model_people(&model, insurer_cost) + model_people(&model, patient_cost),
                 682153 * admissions);
    cr_assert_eq(model_people(&model, insurer_cost), llround(682153 * 0.37) * admissions);
    model_free(&model);
}

Test(world, a_stay_costs_days_fares_wages_and_lodging)
{
    struct model model;
    model_build(
        &model, "%s",
        "scenario: { start = \"2019-01-01\"; length = \"60 d\"; step = \"none\"; };\n"
        "places: { list: ( { code = \"a\"; lon = 120; lat = 45; }, { code = \"b\"; lon = 122; lat = 45; } ); "
        "};\n"
        "travel: { bands: ( { speed = \"60 km/h\"; } ); cost_per_km = \"0.50 CNY\"; lodging_per_day = "
        "\"150.00 CNY\";\n"
        "          lodging_beyond = \"100 km\"; wages_per_day = \"120.00 CNY\"; };\n"
        "facilities: ( { id = \"h\"; place = \"b\"; beds: { bed = 1; }; price_per_admission = \"1000.00 "
        "CNY\";\n"
        "  price_per_day = \"200.02 CNY\"; reimbursed = 0.7; } );\n"
        "conditions: ( { id = \"c\"; arrivals: { gap: { dist = \"listed\"; values = [\"1 h\", \"40000 h\"]; "
        "}; at = [\"a\"]; };\n"
        "  pathway: ( { stage = \"x\"; needs: { bed = 1; }; duration: " FIXED("60 h") "; } ); } );\n");
    model_run(&model);
    const int64_t metres = geography_travel(&model.world->geography, 0, 1).m;
    const int64_t days_fen = 50005; /* 2.5 x 200.02 CNY */
    const int64_t insurer_fen = 70000 + llround(0.7 * 50005);
    cr_assert_gt(metres, 150000);
    cr_assert_eq(model_people(&model, insurer_cost), insurer_fen);
    cr_assert_eq(model_people(&model, patient_cost),
                 100000 + days_fen - insurer_fen + 2 * 50 * metres / 1000 + 5 * (15000 + 12000) / 2);
    cr_assert_eq(model_people(&model, travel_distance), metres);
    model_free(&model);
}

/* --- Little's law --------------------------------------------------------- */

/* One line, nobody gives up: the integral of the line is the sum of the waits, of those still in it too. */
Test(world, the_integral_of_a_line_is_the_sum_of_its_waits)
{
    struct model model;
    model_build(
        &model, "%s",
        "scenario: { start = \"2019-01-15\"; length = \"300 d\"; step = \"month\"; seed = \"3\"; "
        "};\n" ONE_PLACE("20 min") "services: ( { id = \"s\"; } );\n"
                                   "facilities: ( { id = \"h\"; place = \"p\"; resources: { theatre = 1; }; "
                                   "services: ( { service = \"s\"; staff = 2; } ); } );\n"
                                   "conditions: ( { id = \"c\"; arrivals: { rate = \"11 per d\"; };\n"
                                   "  pathway: ( { stage = \"x\"; service = \"s\"; needs: { theatre = 1; }; "
                                   "treats = true; duration: " FIXED("131 min") "; } ); } );\n");
    model_run(&model);
    struct world *world = model.world;
    int64_t still_us = 0, begun_us = 0;
    bool *present = model_present(&model);
    for (uint32_t who = 0; who < world->part.patients.used; who++) {
        const struct patient *patient = case_patient(world, who);
        if (present[who] && (patient->flags & PATIENT_WAITING) != 0)
            still_us += world->end_us - patient->since_us;
        if (present[who] && (patient->flags & PATIENT_IN_CARE) != 0)
            begun_us += patient->due_us - world->end_us;
    }
    free(present);
    const int64_t procedures = model_service(&model, "h", procedures_by_locals);
    cr_assert_gt(procedures, 2500);
    cr_assert_eq(model_at(&model, "h", in_line), model_service(&model, "h", procedure_waits) + still_us);
    cr_assert_eq(model_at(&model, "h", in_care), procedures * 131 * MINUTE_US - begun_us);
    cr_assert_eq(model_people(&model, waited),
                 model_service(&model, "h", procedure_waits) + procedures * 20 * MINUTE_US);
    cr_assert_geq(model_at(&model, "h", admissions), procedures);
    model_free(&model);
}

/* --- steps ---------------------------------------------------------------- */

static void bounds_are(const char *start, const char *warmup, const char *length, const char *step,
                       size_t first_step, const int64_t *days, size_t steps)
{
    struct model model;
    model_build(&model,
                "scenario: { start = \"%s\"; warmup = \"%s\"; length = \"%s\"; step = \"%s\"; };\n"
                "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; }; pathway: ( { stage = \"x\"; "
                "} ); } );\n",
                start, warmup, length, step);
    const struct ledger *ledger = world_ledger(model.world);
    cr_assert_eq(ledger->steps, steps, "%s: %zu steps", start, ledger->steps);
    cr_assert_eq(ledger->first_step, first_step, "%s: %zu", start, ledger->first_step);
    for (size_t s = 0; s <= steps; s++)
        cr_assert_eq(ledger->step_from_us[s], days[s] * DAY_US, "%s: step %zu", start, s);
    model_free(&model);
}

Test(world, months_have_their_lengths_in_leap_years_too)
{
    bounds_are("2020-01-01", "0 d", "6 month", "month", 0, (const int64_t[]){0, 31, 60, 91, 121, 152, 182},
               6);
    bounds_are("2019-01-01", "0 d", "3 month", "month", 0, (const int64_t[]){0, 31, 59, 90}, 3);
    bounds_are("2020-01-31", "0 d", "3 month", "month", 0, (const int64_t[]){0, 29, 60, 90}, 3);
    bounds_are("2019-03-01", "1 y", "2 y", "year", 1, (const int64_t[]){0, 366, 731, 1096}, 3);
}

Test(world, a_warm_up_inside_a_month_cuts_it)
{
    bounds_are("2019-12-15", "20 d", "3 month", "month", 1, (const int64_t[]){0, 20, 31, 62, 91, 111}, 5);
    bounds_are("2019-12-15", "1 month", "2 month", "month", 1, (const int64_t[]){0, 31, 62, 91}, 3);
    bounds_are("2019-12-15", "20 d", "3 month", "none", 1, (const int64_t[]){0, 20, 111}, 2);
    bounds_are("2019-12-15", "0 d", "10 d", "week", 0, (const int64_t[]){0, 7, 10}, 2);
}

Test(world, metrics_are_of_the_time_after_the_warm_up)
{
    struct model model;
    model_build(&model, "%s",
                "scenario: { start = \"2019-01-01\"; warmup = \"10 d\"; length = \"20 d\"; step = \"month\"; "
                "};\n" ONE_PLACE("0 h") "stations: ( { id = \"s\"; servers = 1; } );\n"
                                        "conditions: ( { id = \"c\"; arrivals: { gap: " FIXED(
                                            "1 d") "; };\n"
                                                   "  pathway: ( { stage = \"x\"; station = \"s\"; treats = "
                                                   "true; duration: " FIXED("6 h") "; } ); } );\n");
    model_run(&model);
    /* From day 10 to day 29. */
    cr_assert_eq(model_metric(&model, "patients"), 20);
    cr_assert_eq(model_metric(&model, "station/s/arrivals"), 20);
    cr_assert_eq(model_metric(&model, "station/s/served"), 20);
    cr_assert_eq(model_metric(&model, "station/s/occupancy_mean"), 0.25);
    cr_assert_eq(model_metric(&model, "station/s/utilisation"), 0.25);
    cr_assert_eq(model_metric(&model, "system/left"), 20);
    cr_assert_eq(model_metric(&model, "system/present_mean"), 0.25);
    cr_assert_eq(model_people(&model, patients), 29); /* the warm-up is in the ledger */
    model_free(&model);
}

/* --- people who come and go ----------------------------------------------- */

Test(world, staff_of_the_start_leave_at_the_rate)
{
    struct model model;
    model_build(&model, "%s",
                "scenario: { start = \"2019-01-01\"; length = \"365 d\"; step = \"none\"; seed = \"7\"; "
                "};\n" ONE_PLACE("0 h") "services: ( { id = \"s\"; staff_leave = \"1 per y\"; } );\n"
                                        "facilities: ( { id = \"h\"; place = \"p\"; services: ( { service = "
                                        "\"s\"; staff = 1000; } ); } );\n"
                                        "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per y\"; }; "
                                        "pathway: ( { stage = \"x\"; } ); } );\n");
    model_run(&model);
    /* Binomial with 1/e: 368 with sd 15.2; six of them are a false alarm in 5e8. */
    const int64_t left = model_service(&model, "h", staff_independent);
    cr_assert(left > 368 - 92 && left < 368 + 92, "%lld", (long long)left);
    model_free(&model);
}

Test(world, beliefs_move_towards_what_is_heard)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("30 d")
                    ONE_PLACE("1 h") "services: ( { id = \"s\"; } );\n"
                                     "facilities: ( { id = \"h\"; place = \"p\"; services: ( { service = "
                                     "\"s\"; staff = 1; } ); } );\n"
                                     "conditions: ( { id = \"c\"; arrivals: { gap: { dist = \"listed\"; "
                                     "values = [\"1 h\", \"0 h\", \"40000 h\"]; }; };\n"
                                     "  pathway: ( { stage = \"x\"; service = \"s\"; duration: " FIXED(
                                         "8 h") "; } ); } );\n");
    const struct offer *offer = &model.world->facilities.offer[0];
    model_until(&model, DAY_US);
    cr_assert_float_eq(offer->believed_wait_us, 0, 0);
    model_until(&model, DAY_US + 1);
    cr_assert_float_eq(offer->believed_wait_us, 0.1 * 4 * 3600e6, 1); /* waits of 0 and 8 h */
    model_until(&model, 2 * DAY_US + 1);
    cr_assert_float_eq(offer->believed_wait_us, 0.09 * 4 * 3600e6, 1); /* nobody waited any more */
    model_free(&model);
}
