/* Official lists come as tables: hospitals that become centres, and when. */

#include "tests/unit/model_scenario.h"

static const char *const hospitals = "id,name,place,level,beds.bed,group,generated,source\n"
                                     "one,First centre,a,regional,20,upper,,ministry's list of 2021\n"
                                     "two,Second centre,b,regional,30,upper,,ministry's list of 2022\n"
                                     "three,Third centre,b,regional,40,upper,by people,\n";
static const char *const openings = "name,facility,start,cost,note\n"
                                    "centre_one,one,2021-02-01,1000000 CNY,first batch\n"
                                    "centre_two,two,2021-03-01,2000000 CNY,second batch\n"
                                    "centre_three,three,2030-01-01,,to be announced\n";

static void write_table(char *path, const char *text)
{
    const int file = mkstemps(path, 4);
    cr_assert(file >= 0);
    cr_assert_gt(dprintf(file, "%s", text), 0);
    close(file);
}

/* What an element says beside `rows` holds for all rows. */
static void build(struct model *model)
{
    char facilities[] = "/tmp/lists-XXXXXX.csv", policies[] = "/tmp/lists-XXXXXX.csv";
    write_table(facilities, hospitals);
    write_table(policies, openings);
    model_build(
        model,
        "scenario: { start = \"2021-01-01\"; length = \"3 month\"; step = \"month\"; };\n"
        "places: { list: ( { code = \"a\"; lon = 100; lat = 30; population = 100000; },\n"
        "  { code = \"b\"; lon = 101; lat = 30; population = 100000; } ); };\n"
        "groups: ( { name = \"upper\"; } );\n"
        "facilities: ( { rows = \"%s\"; closed = true; },\n"
        "  { id = \"county\"; rule = \"one each\"; beds: { bed = 100; }; } );\n"
        "conditions: ( { id = \"c\"; arrivals: { incidence = \"20 per 1000 y\"; }; first = \"utility\";\n"
        "  choice: { level: { regional = 3; }; };\n"
        "  pathway: ( { stage = \"x\"; needs: { bed = 1; }; duration: " FIXED(
            "1 d") "; } ); } );\n"
                   "policies: ( { rows = \"%s\"; kind = \"centre\"; } );\n",
        facilities, policies);
    unlink(facilities);
    unlink(policies);
}

static int64_t came(const struct model *model, const char *id, size_t step)
{
    return model_closed(&model->world->ledger, GROUP_FACILITY, step, model_facility(model, id),
                        FA_admissions);
}

Test(lists, of_centres_open_each_on_its_day)
{
    struct model model;
    build(&model);
    model_run(&model);
    cr_assert_eq(came(&model, "one", 0) + came(&model, "two", 0), 0);
    cr_assert_gt(came(&model, "one", 1), 0);
    cr_assert_eq(came(&model, "two", 1), 0);
    cr_assert_gt(came(&model, "two", 2), 0);
    for (size_t step = 0; step < 3; step++)
        cr_assert_eq(came(&model, "three", step), 0);
    cr_assert_float_eq(model_metric(&model, "programme_cost"), 3e6, 1e-6);
    cr_assert_float_eq(model_metric(&model, "group/upper/admissions"),
                       (double)(came(&model, "one", 1) + came(&model, "one", 2) + came(&model, "two", 2)), 0);
    model_free(&model);
}

Test(lists, say_which_facilities_are_made_up)
{
    struct model model;
    build(&model);
    cr_assert_null(model.world->facilities.facility[model_facility(&model, "one")].label);
    cr_assert_str_eq(model.world->facilities.facility[model_facility(&model, "three")].label, "by people");
    model_free(&model);
}
