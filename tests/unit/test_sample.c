#include "models/sample.h"

#include <math.h>

#include "tests/unit/model_scenario.h"

/* All counties of the table, with a hospital each; `keys` of the places. */
#define COUNTRY(keys)                                                                                        \
    "scenario: { start = \"2019-01-01\"; length = \"2 d\"; step = \"none\"; seed = \"7\"; };\n"              \
    "places: { file = \"" SOURCE_DIR "/scenarios/data/counties.csv\"; " keys " };\n"                         \
    "facilities: ( { id = \"h\"; rule = \"one each\"; beds: { bed = 5; }; } );\n"                            \
    "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 100000 y\"; };\n"                           \
    "  pathway: ( { stage = \"x\"; needs: { bed = 1; }; choice = \"nearest\"; } ); } );\n"

enum { COUNTIES = 2848 };

/* By county; those of a prefecture must be alike. */
static double read_sample(const char *text, bool taken[COUNTIES])
{
    struct model model;
    double all = 0, people = 0;
    model_build(&model, "%s", text);
    const struct geography *geography = &model.world->geography;
    cr_assert_eq(geography->count, COUNTIES);
    for (size_t p = 0; p < COUNTIES; p++) {
        const struct place *place = &geography->place[p];
        taken[p] = place->selected;
        cr_assert_neq(place->outside, place->selected);
        all += (double)place->population;
        people += place->selected ? (double)place->population : 0;
        if (p > 0 && strcmp(place->prefecture, place[-1].prefecture) == 0 &&
            strcmp(place->province, place[-1].province) == 0)
            cr_assert_eq(taken[p], taken[p - 1], "%s is cut", place->prefecture);
    }
    cr_assert_float_eq(geography->sample_share, people / all, 1e-12);
    model_free(&model);
    return people / all;
}

Test(sample, takes_whole_prefectures_with_about_so_many_people)
{
    static bool taken[COUNTIES];
    /* The largest prefectures have some 2% of all people: half of that is the worst. */
    cr_assert_float_eq(read_sample(COUNTRY("sample = 0.1;"), taken), 0.1, 0.012);
    cr_assert_float_eq(read_sample(COUNTRY("sample = 0.5;"), taken), 0.5, 0.012);
    cr_assert_gt(read_sample(COUNTRY("sample = 0.000001;"), taken), 0, "nobody is taken");
}

Test(sample, is_part_of_a_larger_one)
{
    static bool small[COUNTIES], large[COUNTIES];
    read_sample(COUNTRY("sample = 0.05;"), small);
    read_sample(COUNTRY("sample = 0.2;"), large);
    for (size_t p = 0; p < COUNTIES; p++)
        cr_assert(large[p] || !small[p]);
}

Test(sample, depends_on_its_own_seed_alone)
{
    static bool one[COUNTIES], other[COUNTIES];
    size_t common = 0;
    read_sample(COUNTRY("sample = 0.2;"), one);
    read_sample(COUNTRY("sample = 0.2; sample_seed = \"2\";"), other);
    for (size_t p = 0; p < COUNTIES; p++)
        common += one[p] && other[p];
    cr_assert_lt(common, COUNTIES / 10, "%zu counties are in both", common);
}

/* Four prefectures of two counties each, alike in people; each county has a hospital, and the first one of
 * each prefecture a centre. */
static const char *const region =
    "scenario: { start = \"2019-01-01\"; length = \"60 d\"; step = \"none\"; seed = \"7\"; };\n"
    "places: { sample = %s; list: (\n"
    "  { code = \"a1\"; prefecture = \"A\"; province = \"P\"; lon = 100; lat = 30; population = 50000; },\n"
    "  { code = \"a2\"; prefecture = \"A\"; province = \"P\"; lon = 100.5; lat = 30; population = 50000; },\n"
    "  { code = \"b1\"; prefecture = \"B\"; province = \"P\"; lon = 101; lat = 30; population = 50000; },\n"
    "  { code = \"b2\"; prefecture = \"B\"; province = \"P\"; lon = 101.5; lat = 30; population = 50000; },\n"
    "  { code = \"c1\"; prefecture = \"A\"; province = \"Q\"; lon = 102; lat = 30; population = 50000; },\n"
    "  { code = \"c2\"; prefecture = \"A\"; province = \"Q\"; lon = 102.5; lat = 30; population = 50000; },\n"
    "  { code = \"d1\"; prefecture = \"D\"; province = \"Q\"; lon = 103; lat = 30; population = 50000; },\n"
    "  { code = \"d2\"; prefecture = \"D\"; province = \"Q\"; lon = 103.5; lat = 30; population = 50000; } "
    "); %s };\n"
    "groups: ( { name = \"county\"; }, { name = \"centre\"; } );\n"
    "facilities: ( { id = \"h\"; rule = \"one each\"; beds: { bed = 5; }; group = \"county\"; },\n"
    "  { id = \"n\"; rule = \"centres\"; at = [\"a1\", \"b1\", \"c1\", \"d1\"]; level = \"national\"; beds: "
    "{ bed "
    "= 7; }; group = \"centre\"; },\n"
    "  { id = \"later\"; rule = \"opened\"; level = \"regional\"; closed = true; beds: { bed = 3; }; } );\n"
    "conditions: ( { id = \"c\"; arrivals: { incidence = \"10 per 1000 y\"; }; first = \"utility\"; choice: "
    "{ "
    "travel = 0.2; };\n"
    "  pathway: ( { stage = \"x\"; needs: { bed = 1; }; treats = true; duration: { dist = \"fixed\"; value = "
    "\"3 "
    "d\"; }; } ); } );\n"
    "policies: ( { name = \"a\"; kind = \"centre\"; facility = \"later.a1\"; start = \"2019-01-10\"; },\n"
    "  { name = \"b\"; kind = \"centre\"; facility = \"later.b1\"; start = \"2019-01-10\"; },\n"
    "  { name = \"c\"; kind = \"centre\"; facility = \"later.c1\"; start = \"2019-01-10\"; },\n"
    "  { name = \"d\"; kind = \"centre\"; facility = \"later.d1\"; start = \"2019-01-10\"; } );\n";

static bool is_inside(const struct model *model, uint32_t facility)
{
    const struct facility *at = &model->world->facilities.facility[facility];
    return model->world->geography.place[at->place].selected;
}

/* How many facilities of a level were come to: inside and outside. */
static void count_open(const struct model *model, int level, size_t open[2])
{
    open[0] = open[1] = 0;
    for (uint32_t f = 0; f < model->world->facilities.count; f++)
        if (model->world->facilities.facility[f].level == level)
            open[!is_inside(model, f)] += model_cell(model, GROUP_FACILITY, f, 0, FA_admissions) > 0;
}

Test(sample, closes_what_is_outside_for_patients_and_for_policies)
{
    struct model model;
    size_t open[2];
    model_build(&model, region, "0.5", "");
    cr_assert_eq(model.world->geography.sample_prefectures, 2, "prefectures of one name are one");
    model_run(&model);
    count_open(&model, LEVEL_COUNTY, open);
    cr_assert(open[0] == 4 && open[1] == 0, "%zu, %zu", open[0], open[1]);
    count_open(&model, LEVEL_NATIONAL, open);
    cr_assert(open[0] == 2 && open[1] == 0, "%zu, %zu", open[0], open[1]);
    count_open(&model, LEVEL_REGIONAL, open);
    cr_assert(open[0] == 2 && open[1] == 0, "%zu, %zu", open[0], open[1]);
    cr_assert_float_eq(model_metric(&model, "group/county/beds_open"), 4 * 5, 1e-9);
    cr_assert_float_eq(model_metric(&model, "group/centre/beds_open"), 2 * 7, 1e-9);
    cr_assert_gt(model_metric(&model, "beds_open"), 4 * 5 + 2 * 7 + 3);
    cr_assert_lt(model_metric(&model, "beds_open"), 4 * 5 + 2 * 7 + 6);
    model_free(&model);
}

Test(sample, keeps_the_levels_that_it_is_told_to)
{
    struct model model;
    size_t open[2];
    model_build(&model, region, "0.5", "sample_keeps = [\"national\"];");
    model_run(&model);
    count_open(&model, LEVEL_NATIONAL, open);
    cr_assert(open[0] == 2 && open[1] == 2, "%zu, %zu", open[0], open[1]);
    count_open(&model, LEVEL_COUNTY, open);
    cr_assert_eq(open[1], 0);
    cr_assert_float_eq(model_metric(&model, "group/centre/beds_open"), 4 * 7, 1e-9);
    model_free(&model);
}

Test(sample, leaves_the_luck_of_its_people_alone)
{
    struct model whole, half;
    model_build(&whole, region, "1", "");
    model_build(&half, region, "0.5", "");
    model_run(&whole);
    model_run(&half);
    for (size_t p = 0; p < 8; p++) {
        const int64_t ill = model_cell(&half, GROUP_PLACE_CONDITION, p, 0, PC_patients);
        const bool inside = half.world->geography.place[p].selected;
        cr_assert_eq(ill, inside ? model_cell(&whole, GROUP_PLACE_CONDITION, p, 0, PC_patients) : 0);
    }
    cr_assert_eq(world_sample(whole.world).prefectures, 0);
    cr_assert_eq(world_sample(half.world).outside, 4 + 2 + 4);
    model_free(&whole);
    model_free(&half);
}
