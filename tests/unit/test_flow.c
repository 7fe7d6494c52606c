/* Who is cared for in which province: nobody is lost or counted twice between provinces. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/state.h"
#include "tests/unit/model_scenario.h"

#define CROSSING SOURCE_DIR "/tests/unit/data/crossing.cfg"

#define PLACE(code, lon, province)                                                                           \
    "{ code = \"" code "\"; lon = " lon "; lat = 35; population = 100000; province = \"" province "\"; }"
#define WEST PLACE("w", "110", "west")
#define EAST PLACE("e", "111", "east")
#define TRAVEL "travel: { fixed = \"30 min\"; };\n"
#define PLACES(list) "places: { list: ( " list " ); };\n" TRAVEL
/* Everybody goes to the hospital in the east, 91 km from the west. */
#define HOSPITAL                                                                                             \
    "facilities: ( { id = \"hospital\"; place = \"e\"; level = \"provincial\"; beds: { bed = 50; }; } );\n"
#define PATHWAY                                                                                              \
    "pathway: ( { stage = \"s\"; needs: { bed = 1; }; treats = true; missing = \"refer\"; duration: " FIXED( \
        "1 h") "; } );"
#define ILL                                                                                                  \
    "conditions: ( { id = \"c\"; arrivals: { incidence = \"400 per 100000 y\"; at = [\"w\", \"e\"]; };\n "   \
    " " PATHWAY " } );\n"

static int64_t flow(const struct model *model, size_t home, size_t province, size_t column)
{
    return model_cell(model, GROUP_FLOW, home, province, column);
}

static int64_t treated_at_home_or_away(const struct model *model, size_t place)
{
    int64_t sum = 0;
    for (size_t c = 0; c < model->world->pathways.count; c++)
        sum += model_cell(model, GROUP_PLACE_CONDITION, place, c, PC_treated_in_county) +
               model_cell(model, GROUP_PLACE_CONDITION, place, c, PC_treated_in_prefecture) +
               model_cell(model, GROUP_PLACE_CONDITION, place, c, PC_treated_in_province) +
               model_cell(model, GROUP_PLACE_CONDITION, place, c, PC_treated_elsewhere);
    return sum;
}

/* Sums over rows, columns and what is beside the diagonal are what people and facilities count. */
static void check_sums(const struct model *model)
{
    const struct world *world = model->world;
    const size_t provinces = world->geography.provinces;
    int64_t crossed = 0;
    for (size_t p = 0; p < provinces; p++) {
        int64_t people = 0, arrivals = 0, treated = 0, admitted = 0;
        for (size_t place = 0; place < world->geography.count; place++)
            if (world->geography.belonging[place].province == p)
                people += treated_at_home_or_away(model, place);
        for (size_t f = 0; f < world->facilities.count; f++)
            if (world->geography.belonging[world->facilities.facility[f].place].province == p)
                arrivals += model_cell(model, GROUP_FACILITY, f, 0, FA_admissions);
        for (size_t q = 0; q < provinces; q++) {
            treated += flow(model, p, q, FL_flow_treated);
            admitted += flow(model, q, p, FL_flow_admissions);
            crossed += q == p ? 0 : flow(model, p, q, FL_flow_treated);
        }
        cr_assert_gt(people, 100);
        cr_assert_eq(treated, people, "province %zu", p);
        cr_assert_eq(admitted, arrivals, "province %zu", p);
    }
    cr_assert_gt(crossed, 50);
    cr_assert_eq(crossed, model_people(model, treated_elsewhere));
}

Test(flow, adds_up_to_what_people_and_facilities_count)
{
    static const int cuts[] = {PARTITIONS_ONE, PARTITIONS_PROVINCE, PARTITIONS_PLACE};
    for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++) {
        struct model model;
        model_partitions = cuts[c];
        model_build_file(&model, 0, CROSSING, NULL, 0);
        model_run(&model);
        check_sums(&model);
        model_free(&model);
    }
}

Test(flow, goes_from_the_home_to_where_the_hospital_is)
{
    struct model model;
    model_build(&model, RUN_OF("1 y") PLACES(WEST ", " EAST) HOSPITAL ILL);
    model_run(&model);
    cr_assert_gt(flow(&model, 0, 1, FL_flow_treated), 300);
    cr_assert_gt(flow(&model, 1, 1, FL_flow_treated), 300);
    cr_assert_eq(flow(&model, 0, 1, FL_flow_treated), model_people(&model, treated_elsewhere));
    for (size_t home = 0; home < 2; home++)
        cr_assert(flow(&model, home, 0, FL_flow_treated) == 0 &&
                  flow(&model, home, 0, FL_flow_admissions) == 0);
    check_sums(&model);
    model_free(&model);
}

Test(flow, stays_at_home_when_the_doctor_comes)
{
    struct model model;
    model_build(&model,
                RUN_OF("1 y") PLACES(WEST ", " EAST) "facilities: ( { id = \"doctor\"; place = \"e\"; "
                                                     "level = \"village\"; visits = \"5 h\"; beds: { bed "
                                                     "= 50; }; } );\n" ILL);
    model_run(&model);
    const int64_t west = flow(&model, 0, 0, FL_flow_treated);
    cr_assert_gt(west, 300);
    cr_assert_eq(west + flow(&model, 1, 1, FL_flow_treated), model_people(&model, treated_in_county));
    cr_assert_eq(flow(&model, 0, 0, FL_flow_admissions) + flow(&model, 1, 1, FL_flow_admissions),
                 model_at(&model, "doctor", admissions));
    cr_assert_eq(flow(&model, 0, 1, FL_flow_treated), 0);
    cr_assert_eq(flow(&model, 0, 1, FL_flow_admissions), 0);
    model_free(&model);
}

Test(flow, is_without_background_conditions)
{
    struct model with, without;
#define LOAD                                                                                                 \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"400 per y\"; at = [\"w\"]; };\n  " PATHWAY " },\n"     \
    "  { id = \"load\"; background = %s; arrivals: { rate = \"400 per y\"; at = [\"w\"]; };\n  " PATHWAY     \
    " } );\n"
    model_build(&with, RUN_OF("1 y") PLACES(WEST ", " EAST) HOSPITAL LOAD, "true");
    model_build(&without, RUN_OF("1 y") PLACES(WEST ", " EAST) HOSPITAL LOAD, "false");
#undef LOAD
    model_run(&with);
    model_run(&without);
    cr_assert_eq(model_at(&with, "hospital", admissions), model_at(&without, "hospital", admissions));
    cr_assert_eq(flow(&with, 0, 1, FL_flow_treated),
                 model_cell(&with, GROUP_PLACE_CONDITION, 0, 0, PC_treated_elsewhere));
    cr_assert_eq(flow(&without, 0, 1, FL_flow_treated),
                 flow(&with, 0, 1, FL_flow_treated) +
                     model_cell(&with, GROUP_PLACE_CONDITION, 0, 1, PC_treated_elsewhere));
    cr_assert_lt(flow(&with, 0, 1, FL_flow_admissions), model_at(&with, "hospital", admissions));
    model_free(&with);
    model_free(&without);
}

/* --- when there are flows ---------------------------------------------------- */

static void build_provinces(struct model *model, int count)
{
    char text[32768];
    size_t length = 0;
    for (int p = 0; p < count; p++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "%s{ code = \"p%d\"; lon = %d.5; lat = 35; population = 1000; province = "
                                   "\"province %d\"; }",
                                   p == 0 ? "" : ", ", p, p, p);
    model_build(
        model,
        RUN_OF("1 y") "places: { list: ( %s ); };\n" TRAVEL
                      "conditions: ( { id = \"c\"; arrivals: { incidence = \"1000 per 100000 y\"; };\n"
                      "  pathway: ( { stage = \"s\"; treats = true; duration = \"1 h\"; } ); } );\n",
        text);
    model_run(model);
}

Test(flow, is_shown_when_there_are_several_provinces_and_not_too_many)
{
    static const struct {
        int provinces;
        size_t shown;
    } rows[] = {{1, 0}, {2, 2}, {128, 128}, {129, 0}};
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        struct model model;
        build_provinces(&model, rows[r].provinces);
        cr_assert_gt(model_people(&model, treated_in_county), 0);
        cr_assert_eq(world_dimension(model.world, DIM_PROVINCE).size, rows[r].shown);
        cr_assert_eq(world_dimension(model.world, DIM_HOME_PROVINCE).size, rows[r].shown);
        cr_assert_eq(model_total(&model, GROUP_FLOW, FL_flow_treated),
                     rows[r].provinces > 128 ? 0 : model_people(&model, treated_in_county));
        model_free(&model);
    }
}

Test(flow, names_provinces_in_the_order_of_their_places)
{
    struct model model;
    model_build(&model, RUN_OF("1 y") PLACES(EAST ", " WEST ", " PLACE("x", "112", "east")) HOSPITAL ILL);
    const struct world_dimension dim = world_dimension(model.world, DIM_HOME_PROVINCE);
    cr_assert_eq(dim.size, 2u);
    cr_assert_str_eq(dim.name, "home_province");
    cr_assert_str_eq(dim.labels[0], "east");
    cr_assert_str_eq(dim.labels[1], "west");
    model_free(&model);
}

/* --- saved and taken up where provinces are numbered otherwise ------------------------ */

static void take_up(const char *before, const char *after, const size_t to[2], size_t provinces)
{
    struct model first, second;
    struct state_writer writer = {.failed = false};
    struct state_reader reader;
    model_build(&first, "%s", before);
    cr_assert_eq(world_run_until(first.world, 100 * DAY_US, NULL, NULL, &first.err), 0);
    cr_assert_eq(world_save(first.world, &writer, &first.err), 0);
    model_build(&second, "%s", after);
    state_reader_init(&reader, writer.bytes, writer.size, "x.state");
    cr_assert_eq(world_restore(second.world, &reader, &second.err), 0, "%s", second.err.text[0]);
    int64_t sum = 0;
    for (size_t h = 0; h < provinces; h++)
        for (size_t p = 0; p < provinces; p++) {
            sum += flow(&first, h, p, FL_flow_treated);
            for (size_t column = 0; column < FL_FIELDS; column++)
                cr_assert_eq(flow(&second, to[h], to[p], column), flow(&first, h, p, column));
        }
    cr_assert_gt(sum, 80);
    cr_assert_eq(model_total(&second, GROUP_FLOW, FL_flow_treated), sum);
    model_run(&first);
    model_run(&second);
    for (size_t h = 0; h < provinces; h++)
        for (size_t p = 0; p < provinces; p++)
            cr_assert_eq(flow(&second, to[h], to[p], FL_flow_treated), flow(&first, h, p, FL_flow_treated));
    state_writer_free(&writer);
    model_free(&first);
    model_free(&second);
}

#define MONTHLY "scenario: { start = \"2019-01-01\"; length = \"1 y\"; step = \"month\"; seed = \"7\"; };\n"
#define NORTH PLACE("n", "110.5", "north")
#define AT_E                                                                                                 \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"400 per y\"; at = [\"e\"]; };\n  " PATHWAY " } );\n"

Test(flow, is_taken_up_where_there_are_more_provinces_in_another_order)
{
    static const size_t to[2] = {2, 0};
    take_up(MONTHLY PLACES(WEST ", " EAST) HOSPITAL ILL,
            MONTHLY PLACES(EAST ", " NORTH ", " WEST) HOSPITAL ILL, to, 2);
}

Test(flow, is_taken_up_from_a_world_of_one_province)
{
    static const size_t to[2] = {1, 0};
    take_up(MONTHLY PLACES(EAST) HOSPITAL AT_E, MONTHLY PLACES(WEST ", " EAST) HOSPITAL AT_E, to, 1);
}
