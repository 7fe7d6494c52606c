#include "models/facility.h"

#include "tests/unit/model_scenario.h"

#define ILL                                                                                                  \
    "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 1000 y\"; }; pathway: ( { stage = \"x\"; "  \
    "} ); } );\n"
#define PLACES                                                                                               \
    "places: { list: ( { code = \"a\"; name = \"A\"; lon = 120; lat = 45; population = 10000; },\n"          \
    "  { code = \"b\"; lon = 121; lat = 45; population = 24600; }, { code = \"c\"; lon = 122; lat = 45; "    \
    "population = 1; } ); };\n"

Test(facility, a_rule_makes_one_in_every_place_but_those_excepted)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1 d") PLACES ILL
                "facilities: ( { id = \"own\"; place = \"c\"; beds: { bed = 7; }; },\n"
                "  { id = \"every\"; rule = \"one each\"; except = [\"c\"]; beds: { icu = 2; }; "
                "beds_per_1000: { bed = 3.1; icu = 0.1; }; } );\n");
    const struct facilities *facilities = &model.world->facilities;
    cr_assert_eq(facilities->count, 3);
    cr_assert_eq(model_ward(&model, "every.a.bed")->station.servers, 31);
    cr_assert_eq(model_ward(&model, "every.b.bed")->station.servers, 76);
    cr_assert_eq(model_ward(&model, "every.b.icu")->station.servers, 2 + 2); /* both ways add up */
    cr_assert_eq(facilities->facility[model_facility(&model, "every.b")].beds, 80);
    cr_assert_eq(facilities->facility[model_facility(&model, "own")].beds, 7);
    cr_assert_null(facilities->facility[model_facility(&model, "own")].rule);
    cr_assert_str_eq(facilities->facility[model_facility(&model, "every.a")].rule, "one each");
    cr_assert_eq(facilities_ward(facilities, "every.c.bed"), -1);
    cr_assert_eq(facilities_ward(facilities, "own.icu"), -1);
    model_free(&model);
}

/* Where their wards are is noted once for all that have the same; the wards are their own. */
Test(facility, those_with_the_same_wards_share_a_row_and_no_ward)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1 d") PLACES ILL
                "facilities: ( { id = \"one\"; place = \"a\"; beds: { bed = 1; icu = 2; }; },\n"
                "  { id = \"other\"; place = \"a\"; beds: { icu = 3; }; },\n"
                "  { id = \"same\"; place = \"b\"; beds: { bed = 4; icu = 5; }; } );\n");
    const struct facilities *facilities = &model.world->facilities;
    const uint32_t bed = (uint32_t)facilities_resource(facilities, "bed");
    const uint32_t icu = (uint32_t)facilities_resource(facilities, "icu");
    cr_assert_eq(facilities->glance[0].ward_row, facilities->glance[2].ward_row);
    cr_assert_neq(facilities->glance[0].ward_row, facilities->glance[1].ward_row);
    cr_assert_eq(facility_ward(facilities, 1, bed), -1);
    const int64_t beds[3][2] = {{1, 2}, {0, 3}, {4, 5}};
    for (uint32_t f = 0; f < 3; f++) {
        if (beds[f][0] > 0)
            cr_assert_eq(facilities->ward[facility_ward(facilities, f, bed)].station.servers, beds[f][0]);
        cr_assert_eq(facilities->ward[facility_ward(facilities, f, icu)].station.servers, beds[f][1]);
        cr_assert_eq(facilities->ward[facility_ward(facilities, f, icu)].facility, f);
    }
    model_free(&model);
}

Test(facility, identity_is_the_id_not_the_place_in_the_list)
{
    struct model one, two;
    model_build(&one, "%s",
                RUN_OF("1 d") PLACES ILL
                "facilities: ( { id = \"x\"; place = \"a\"; }, { id = \"y\"; place = \"b\"; } );\n");
    model_build(&two, "%s",
                RUN_OF("1 d") PLACES ILL
                "facilities: ( { id = \"y\"; place = \"c\"; }, { id = \"x\"; place = \"b\"; } );\n");
    const struct facility *a = one.world->facilities.facility, *b = two.world->facilities.facility;
    cr_assert_eq(a[0].hash, b[1].hash);
    cr_assert_eq(a[1].hash, b[0].hash);
    cr_assert_neq(a[0].hash, a[1].hash);
    model_free(&one);
    model_free(&two);
}

Test(facility, a_station_entry_sets_more_of_a_ward)
{
    struct model model;
    model_build(&model, "%s",
                RUN_OF("1 d") PLACES ILL
                "facilities: ( { id = \"h\"; place = \"a\"; beds: { bed = 7; }; } );\n"
                "stations: ( { id = \"h.bed\"; room = 3; }, { id = \"desk\"; } );\n");
    cr_assert_eq(model_ward(&model, "h.bed")->station.servers, 7);
    cr_assert_eq(model_ward(&model, "h.bed")->station.room, 3);
    cr_assert_eq(model_ward(&model, "desk")->station.servers, STATION_UNLIMITED);
    cr_assert_eq(model_ward(&model, "desk")->facility, PATIENT_NOWHERE);
    model_free(&model);
}

static void refused(const char *text, const char *path, const char *what)
{
    struct model model;
    cr_assert_eq(model_try(&model, "%s%s", RUN_OF("1 d") PLACES ILL "services: ( { id = \"s\"; } );\n", text),
                 -1, "%s", text);
    cr_assert(model_says(&model, path, what) && model_says(&model, ".cfg:", path), "%s", model.err.text[0]);
    model_free(&model);
}

Test(facility, says_what_is_wrong)
{
    refused("facilities: ( { id = \"h\"; place = \"a\"; services: ( { service = \"s\"; }, { service = \"s\"; "
            "staff = 2; } ); } );\n",
            "facilities.h.services", "twice");
    refused("facilities: ( { id = \"h\"; place = \"a\"; beds: { bed = 7; }; } ); stations: ( { id = "
            "\"h.icu\"; } );\n",
            "stations.h.icu", "h.icu");
    refused("stations: ( { id = \"desk\"; timetable: ( { from = \"1 h\"; servers = 1; } ); } );\n",
            "stations.desk.timetable", "\"0 h\"");
}
