#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/facility.h"
#include "models/scenario.h"

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

static void forget(const char *name)
{
    char path[96];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

/* Two hospitals in a table, with a line of the test's own before them. */
static int load(struct scenario *scenario, const char *element, const char *table, const char *const *sets,
                size_t set_count, struct err *err)
{
    char text[1024], path[96];
    strcpy(folder, "/tmp/counterpart_rows_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(text, sizeof text,
             "scenario: { length = \"1 y\"; };\n"
             "places: { list = ( { code = \"110\"; lon = 1.0; lat = 1.0; population = 10; } ); };\n"
             "facilities: ( { id = \"first\"; place = \"110\"; }, %s,\n"
             "  { id = \"last\"; place = \"110\"; } );\n",
             element);
    write_file("main.cfg", text);
    write_file("table.csv", table);
    snprintf(path, sizeof path, "%s/main.cfg", folder);
    const int status = scenario_load(scenario, path, sets, set_count, err);
    forget("main.cfg");
    forget("table.csv");
    rmdir(folder);
    return status;
}

static const struct facility_spec *facility(const struct scenario *scenario, size_t i)
{
    return SCENARIO_ITEM(scenario->facilities, struct facility_spec, i);
}

static int64_t beds(const struct scenario *scenario, size_t i, size_t ward)
{
    return SCENARIO_ITEM(facility(scenario, i)->beds, struct key_count, ward)->count;
}

#define ELEMENT "{ rows = \"table.csv\"; level = \"county\"; beds: { general = 100; }; }"
#define TABLE                                                                                                \
    "id,place,level,beds.general,beds.icu,note\n"                                                            \
    "banner,110,,300,12,\n"                                                                                  \
    "league,110,prefecture,,40,of which 4 are new\n"

Test(rows, stand_in_the_place_of_the_element)
{
    struct scenario scenario;
    struct err err = ERR_INIT;
    cr_assert_eq(load(&scenario, ELEMENT, TABLE, NULL, 0, &err), 0, "%s", err.text[0]);
    cr_assert_eq(scenario.facilities.count, 4);
    cr_expect_str_eq(facility(&scenario, 0)->id, "first");
    cr_expect_str_eq(facility(&scenario, 1)->id, "banner");
    cr_expect_str_eq(facility(&scenario, 2)->id, "league");
    cr_expect_str_eq(facility(&scenario, 3)->id, "last");
    cr_expect_str_eq(facility(&scenario, 1)->place, "110", "a text that looks like a number");
    scenario_free(&scenario);
}

Test(rows, say_more_than_the_element_where_they_say_something)
{
    struct scenario scenario;
    struct err err = ERR_INIT;
    cr_assert_eq(load(&scenario, ELEMENT, TABLE, NULL, 0, &err), 0, "%s", err.text[0]);
    cr_expect_str_eq(facility_level_names[facility(&scenario, 1)->level], "county");
    cr_expect_str_eq(facility_level_names[facility(&scenario, 2)->level], "prefecture");
    cr_expect_eq(beds(&scenario, 1, 0), 300);
    cr_expect_eq(beds(&scenario, 1, 1), 12);
    cr_expect_eq(beds(&scenario, 2, 0), 100);
    cr_expect_eq(beds(&scenario, 2, 1), 40);
    scenario_free(&scenario);
}

Test(rows, can_be_changed_by_path)
{
    const char *const sets[] = {"facilities.league.beds.icu=41"};
    struct scenario scenario;
    struct err err = ERR_INIT;
    cr_assert_eq(load(&scenario, ELEMENT, TABLE, sets, 1, &err), 0, "%s", err.text[0]);
    cr_expect_eq(beds(&scenario, 2, 1), 41);
    cr_expect_eq(beds(&scenario, 1, 1), 12);
    scenario_free(&scenario);
}

Test(rows, may_be_none)
{
    struct scenario scenario;
    struct err err = ERR_INIT;
    cr_assert_eq(load(&scenario, ELEMENT, "id,place\n", NULL, 0, &err), 0, "%s", err.text[0]);
    cr_expect_eq(scenario.facilities.count, 2);
    scenario_free(&scenario);
}

static void refused(const char *element, const char *table, const char *part)
{
    struct scenario scenario;
    struct err err = ERR_INIT;
    cr_expect_eq(load(&scenario, element, table, NULL, 0, &err), -1, "accepted: %s", table);
    cr_expect_not_null(strstr(err.text[0], part), "\"%s\" is not in: %s", part, err.text[0]);
    scenario_free(&scenario);
}

Test(rows, are_blamed_by_file_and_line)
{
    refused(ELEMENT, "id,place,beds.icu\na,110,1\nb,110,x\n",
            "table.csv:3: facilities.b.beds.icu: \"x\" is a text");
    refused(ELEMENT, "id,place,bedz\na,110,1\n", "table.csv:2: facilities.a.bedz: is no key of the language");
    refused(ELEMENT, "id,place\na,110\na,110\n",
            "table.csv:3: facilities.a: the id \"a\" stands twice, first in ");
    refused(ELEMENT, "id,place,level.x\na,110,1\n",
            "table.csv:2: level.x: level is a text, which has no parts");
    refused(ELEMENT, "id,place,beds.\na,110,1\n", "table.csv:1: column 3: is not the name of a key");
    refused("{ rows = 5; }", "id\n", "main.cfg:3: rows: is a whole number; write the name of a CSV file");
    refused("{ rows = \"other.csv\"; }", "id\n", "other.csv");
}
