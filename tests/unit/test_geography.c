#include "models/geography.h"

#include <math.h>

#include "tests/unit/model_scenario.h"

#define PLACES                                                                                               \
    "places: { list: ( { code = \"a\"; lon = 120; lat = 45; prefecture = \"x\"; province = \"n\"; "          \
    "population = 1; },\n"                                                                                   \
    "  { code = \"b\"; lon = 121; lat = 45; prefecture = \"x\"; province = \"n\"; },\n"                      \
    "  { code = \"c\"; lon = 121; lat = 47; prefecture = \"y\"; province = \"n\"; },\n"                      \
    "  { code = \"d\"; lon = 116; lat = 40; prefecture = \"y\"; province = \"m\"; } ); };\n"
#define ILL                                                                                                  \
    "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 1000 y\"; }; pathway: ( { stage = \"x\"; "  \
    "} ); } );\n"

Test(geography, ways_are_geodesics_times_the_detour)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1 d") PLACES ILL
                "travel: { detour = 1.5; fixed = \"10 min\"; bands: ( { speed = \"36 km/h\"; } ); };\n");
    const struct geography *geography = &model.world->geography;
    /* A degree along the parallel of 45 on WGS 84: 78,846 m; the geodesic is 2 m shorter. */
    const struct travel way = geography_travel(geography, 0, 1);
    cr_assert_float_eq((double)way.m, 1.5 * 78845, 1.5 * 5);
    cr_assert_float_eq((double)way.us, 600e6 + (double)way.m * 1e5, 1e5);
    /* Two degrees along the meridian from 45 to 47: 222,300 m within 100. */
    cr_assert_float_eq((double)geography_travel(geography, 1, 2).m, 1.5 * 222300, 1.5 * 100);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            cr_assert_eq(geography_travel(geography, i, j).us, geography_travel(geography, j, i).us);
    cr_assert_eq(geography_travel(geography, 2, 2).us, 10 * MINUTE_US);
    cr_assert_eq(geography_travel(geography, 2, 2).m, 0);
    model_free(&model);
}

Test(geography, each_band_has_its_speed)
{
    struct model fast, slow, mixed;
    model_build(&slow, "%s", RUN_OF("1 d") PLACES ILL "travel: { bands: ( { speed = \"36 km/h\"; } ); };\n");
    model_build(&fast, "%s", RUN_OF("1 d") PLACES ILL "travel: { bands: ( { speed = \"72 km/h\"; } ); };\n");
    model_build(
        &mixed, "%s",
        RUN_OF("1 d") PLACES ILL
        "travel: { bands: ( { to = \"50 km\"; speed = \"36 km/h\"; }, { speed = \"72 km/h\"; } ); };\n");
    const int64_t slow_us = geography_travel(&slow.world->geography, 0, 1).us;
    const int64_t fast_us = geography_travel(&fast.world->geography, 0, 1).us;
    const int64_t mixed_us = geography_travel(&mixed.world->geography, 0, 1).us;
    cr_assert(llabs(slow_us - 2 * fast_us) <= 2);
    cr_assert(llabs(mixed_us - (fast_us + 2500 * INT64_C(1000000))) <=
              2); /* 50 km at half the speed: 2,500 s more */
    model_free(&slow);
    model_free(&fast);
    model_free(&mixed);
}

/* What is concluded from chords must never leave out a place. */
Test(geography, no_way_takes_less_than_its_chord_allows)
{
    static const char *const bands[] = {
        "", "bands: ( { speed = \"36 km/h\"; } );",
        "bands: ( { to = \"100 km\"; speed = \"50 km/h\"; }, { to = \"300 km\"; speed = \"120 km/h\"; }, "
        "{ speed = \"80 km/h\"; } );"};
    for (size_t b = 0; b < sizeof bands / sizeof bands[0]; b++) {
        struct model model;
        model_build(&model, RUN_OF("1 d") PLACES ILL "travel: { detour = 1.5; fixed = \"10 min\"; %s };\n",
                    bands[b]);
        const struct geography *geography = &model.world->geography;
        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < 4; j++) {
                const double *from = geography->place[i].at, *to = geography->place[j].at;
                const double chord =
                    sqrt((from[0] - to[0]) * (from[0] - to[0]) + (from[1] - to[1]) * (from[1] - to[1]) +
                         (from[2] - to[2]) * (from[2] - to[2]));
                const double us = (double)geography_travel(geography, i, j).us;
                const double least_us = geography_least_us(geography, chord);
                cr_assert(least_us <= us);
                cr_assert(least_us > 0.97 * us - 2);
                cr_assert_geq(geography_chord(geography, us), chord * (1 - 1e-12));
                cr_assert_float_eq(geography_chord(geography, least_us), chord, 1e-9);
            }
        model_free(&model);
    }
}

Test(geography, without_bands_people_travel_60_km_an_hour)
{
    struct model model;
    model_build(&model, "%s", RUN_OF("1 d") PLACES ILL);
    const struct travel way = geography_travel(&model.world->geography, 0, 1);
    cr_assert_float_eq((double)way.us, (double)way.m * 60e3, 1e5);
    model_free(&model);
}

Test(geography, knows_county_prefecture_and_province)
{
    struct model model;
    model_build(&model, "%s", RUN_OF("1 d") PLACES ILL);
    const struct geography *geography = &model.world->geography;
    cr_assert_eq(geography_relation(geography, 0, 0), SAME_COUNTY);
    cr_assert_eq(geography_relation(geography, 0, 1), SAME_PREFECTURE);
    cr_assert_eq(geography_relation(geography, 1, 2), SAME_PROVINCE);
    cr_assert_eq(geography_relation(geography, 2, 3), OTHER_PROVINCE); /* prefectures of one name */
    cr_assert_eq(geography_find(geography, "c"), 2);
    cr_assert_eq(geography_find(geography, "z"), -1);
    model_free(&model);
}

Test(geography, a_scenario_without_places_has_one_and_no_ways)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1 d") "travel: { fixed = \"1 h\"; };\n"
                              "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; }; pathway: ( { "
                              "stage = \"x\"; } ); } );\n");
    cr_assert_eq(model.world->geography.count, 1);
    cr_assert_eq(geography_travel(&model.world->geography, 0, 0).us, 0);
    model_free(&model);
}

#define COUNTIES "places: { file = \"" SOURCE_DIR "/scenarios/data/counties.csv\"; "

Test(geography, selects_from_a_file_and_adds_what_is_named_elsewhere)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1 d") COUNTIES "prefecture = [\"兴安盟\"]; };\n"
                                       "facilities: ( { id = \"far\"; place = \"110108\"; } );\n" ILL);
    const struct geography *geography = &model.world->geography;
    cr_assert_eq(geography->count, 7);
    size_t selected = 0;
    for (size_t i = 0; i < geography->count; i++)
        selected += geography->place[i].selected;
    cr_assert_eq(selected, 6);
    cr_assert_eq(model.world->demand.count, 6); /* nobody falls ill in Beijing */
    cr_assert_not(geography->place[geography_find(geography, "110108")].selected);
    model_free(&model);
}

static void refused(const char *text, const char *path, const char *what)
{
    struct model model;
    cr_assert_eq(model_try(&model, "%s%s%s", RUN_OF("1 d"), text, ILL), -1, "%s", text);
    cr_assert(model_says(&model, path, what), "%s", model.err.text[0]);
    cr_assert(model_says(&model, ".cfg:", what), "%s", model.err.text[0]);
    model_free(&model);
}

Test(geography, says_where_a_filter_is_wrong)
{
    refused(COUNTIES "prefecture = [\"兴安\"]; };\n", "places.prefecture", "兴安");
    refused(COUNTIES "code = [\"152221\", \"999999\"]; };\n", "places.code", "999999");
    refused(COUNTIES "province = [\"Atlantis\"]; };\n", "places.province", "Atlantis");
    refused(COUNTIES "code = [\"152221\"]; list: ( { code = \"152221\"; lon = 1; lat = 1; } ); };\n",
            "places.list.152221", "another code");
}

Test(geography, says_which_place_of_a_facility_is_unknown)
{
    refused(PLACES "facilities: ( { id = \"h\"; place = \"zz\"; } );\n", "facilities.h.place", "zz");
}
