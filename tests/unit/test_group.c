#include "models/choice.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "tests/unit/model_scenario.h"

/* One place with a large hospital of each group, where a stay of exactly 4 days comes after 2 days without a
 * bed. */
#define TWO_GRADES(grades, choice, keys)                                                                     \
    RUN_OF("200 d")                                                                                          \
    ONE_PLACE("1 h")                                                                                         \
    "groups: ( " grades " );\n"                                                                              \
    "facilities: ( { id = \"big\"; place = \"p\"; beds: { bed = 1000; }; resources: { desk = 1000; }; "      \
    "group = \"upper\"; },\n"                                                                                \
    "  { id = \"small\"; place = \"p\"; beds: { bed = 1000; }; resources: { desk = 1000; }; group = "        \
    "\"lower\"; } );\n"                                                                                      \
    "conditions: ( { id = \"c\"; arrivals: { incidence = \"50 per 1000 y\"; }; first = \"utility\";\n"       \
    "  choice: { " choice " };\n"                                                                            \
    "  pathway: ( { stage = \"desk\"; needs: { desk = 1; }; duration: " FIXED(                               \
        "2 d") "; next: ( { to = "                                                                           \
               "\"ward\"; } ); },\n"                                                                         \
               "    { stage = \"ward\"; needs: { bed = 1; }; treats = true; duration: " FIXED(               \
                   "4 d") "; " keys " } ); } );\n"

/* The people who have had the stage at a facility by then, and the time that it took them. */
static int64_t bed_time(const struct model *model, const char *facility)
{
    return model_at(model, facility, beds_occupied);
}

/* Nobody waits, so that a bed is held for the stay and no longer; those who are there at the end are the same
 * people in both worlds. */
Test(group, keeps_its_patients_longer_in_beds_and_nowhere_else)
{
    struct model same, longer;
    model_build(&same, "%s", TWO_GRADES("{ name = \"upper\"; }, { name = \"lower\"; }", "", ""));
    model_build(&longer, "%s",
                TWO_GRADES("{ name = \"upper\"; stay_factor = 1.25; }, { name = \"lower\"; }", "", ""));
    model_until(&same, 50 * DAY_US);
    model_until(&longer, 50 * DAY_US);
    const int64_t at_desks = model_at(&same, "big", in_care) - model_at(&same, "big", beds_occupied);
    cr_assert_gt(at_desks, 0);
    cr_assert_eq(model_at(&longer, "big", in_care) - model_at(&longer, "big", beds_occupied), at_desks,
                 "a stage without a bed is longer");
    cr_assert_eq(bed_time(&longer, "small"), bed_time(&same, "small"));
    cr_assert_gt(bed_time(&longer, "big"), bed_time(&same, "big"));
    model_free(&same);
    model_free(&longer);
}

/* 4 d x 1.25 = 5 d, to the microsecond: 1.25 is a whole number of parts. */
Test(group, multiplies_a_stay_exactly)
{
    static const char *const text = RUN_OF("30 d")
        ONE_PLACE("1 h") "groups: ( { name = \"upper\"; stay_factor = 1.25; } );\n"
                         "facilities: ( { id = \"h\"; place = \"p\"; beds: { bed = 1; }; group "
                         "= \"upper\"; } );\n"
                         "conditions: ( { id = \"c\"; arrivals: { times = [\"24 h\"]; }; "
                         "pathway: ( { stage = \"x\"; needs: { bed = 1; "
                         "}; treats = true; duration: " FIXED("4 d") "; } ); } );\n";
    struct model model, traced;
    model_build(&model, "%s", text);
    model_build(&traced, "%s", text);
    cr_assert_eq(world_trace(traced.world, &traced.err), 0);
    model_run(&model);
    model_run(&traced);
    cr_assert_eq(model_at(&model, "h", admissions), 1);
    cr_assert_eq(bed_time(&model, "h"), 5 * DAY_US);
    cr_assert_eq(bed_time(&traced, "h"), 5 * DAY_US, "the long way is another");
    model_free(&model);
    model_free(&traced);
}

/* 0.5 for all, 0.25 more for this condition: the odds are exp(0.75). About 5,000 people; a false alarm in a
 * million seeds. */
Test(group, is_as_attractive_as_the_scenario_says)
{
    struct model model;
    model_build(&model, "%s",
                TWO_GRADES("{ name = \"upper\"; utility = 0.5; }, { name = \"lower\"; }",
                           "group: { upper = 0.45; lower = 0.2; };", ""));
    const struct stream *stream = &model.world->demand.stream[0];
    const uint32_t big = model_facility(&model, "big");
    enum { PEOPLE = 100000 };
    double count = 0;
    for (uint32_t n = 0; n < PEOPLE; n++)
        count += choice_utility(model.world, &model.world->pathways.stage[0], stream->place,
                                (struct rng_identity){.stream = stream->hash, .ordinal = n}, RULES_ANYBODY,
                                true) == big;
    const double share = exp(0.75) / (1 + exp(0.75));
    const double z = (count - PEOPLE * share) / sqrt(PEOPLE * share * (1 - share));
    cr_assert_lt(fabs(z), gsl_cdf_ugaussian_Qinv(0.5e-6), "%g of %d", count, PEOPLE);
    model_free(&model);
}

/* Forty hospitals in a row of which every tenth is of a group that nobody likes. */
static void build_row(struct model *model, char *text, size_t size, double utility)
{
    int at = snprintf(text, size, "%s", RUN_OF("30 d") "places: { list: (");
    for (int i = 0; i < 40; i++)
        at += snprintf(text + at, size - (size_t)at,
                       "%s{ code = \"p%d\"; lon = %d.%02d; lat = 30; population = 9; }", i == 0 ? "" : ",\n",
                       i, 100 + i / 4, i % 4 * 25);
    snprintf(text + at, size - (size_t)at,
             " ); };\ngroups: ( { name = \"liked\"; }, { name = \"rare\"; utility = %g; } );\n"
             "facilities: ( { rule = \"liked\"; id = \"a\"; beds: { bed = 5; }; group = \"liked\"; except = "
             "[\"p5\", \"p15\", \"p25\", \"p35\"]; },\n"
             "  { rule = \"rare\"; id = \"b\"; beds: { bed = 5; }; group = \"rare\"; at = [\"p5\", \"p15\", "
             "\"p25\", \"p35\"]; } );\n"
             "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 1000 y\"; }; first = \"utility\";\n"
             "  pathway: ( { stage = \"x\"; needs: { bed = 1; }; } ); } );\n",
             utility);
    model_build(model, "%s", text);
}

static bool is_considered(struct model *model, uint32_t origin, const char *id)
{
    const struct stage *stage = &model->world->pathways.stage[0];
    (void)choice_utility(model->world, stage, origin, (struct rng_identity){.stream = 1}, RULES_ANYBODY,
                         true);
    const struct choice_set *set = model->world->choices.slot[origin].set;
    cr_assert_eq(set->count, CHOICE_SET);
    for (size_t i = 0; i < set->count; i++)
        if (set->facility[i] == model_facility(model, id))
            return true;
    return false;
}

/* The nearest of the rare from each place, by hand: p5 up to p9, p15 up to p19 and so on; p10 lies as far
 * from both. */
Test(group, is_always_among_what_patients_choose_from)
{
    static char text[16384];
    struct model model;
    build_row(&model, text, sizeof text, -8);
    for (uint32_t origin = 0; origin < 40; origin++) {
        char id[16];
        if (origin % 10 == 0 && origin > 0)
            continue;
        const unsigned nearest = origin < 10 ? 5 : origin < 20 ? 15 : origin < 30 ? 25 : 35;
        snprintf(id, sizeof id, "b.p%u", nearest);
        cr_assert(is_considered(&model, origin, id), "from place %u", origin);
    }
    cr_assert_not(is_considered(&model, 5, "b.p35"), "farther ones are not kept");
    model_free(&model);
}

Test(group, reads_from_a_table_as_any_other_key)
{
    struct model model;
    char rows[] = "/tmp/group-XXXXXX.csv";
    const int file = mkstemps(rows, 4);
    cr_assert(file >= 0);
    cr_assert_gt(dprintf(file, "id,place,group,beds.bed\nh1,p,lower,3\nh2,p,upper,4\n"), 0);
    close(file);
    model_build(&model,
                RUN_OF("30 d")
                    ONE_PLACE("1 h") "groups: ( { name = \"upper\"; }, { name = \"lower\"; } );\n"
                                     "facilities: ( { rows = \"%s\"; level = \"county\"; } );\n"
                                     "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 100 y\"; "
                                     "}; pathway: ( { stage = \"x\"; needs: { bed = 1; }; } ); } );\n",
                rows);
    cr_assert_eq(model.world->facilities.facility[model_facility(&model, "h1")].group, 1);
    cr_assert_eq(model.world->facilities.facility[model_facility(&model, "h2")].group, 0);
    unlink(rows);
    model_free(&model);
}

/* Where a patient goes is given, and when; the way takes an hour. */
#define GIVEN(id, times, at, days)                                                                           \
    "{ id = \"" id "\"; arrivals: { times = [" times "]; }; first = \"given\"; first_at = \"" at             \
    "\"; pathway: ( { stage = \"x\"; needs: { bed = 1; }; treats = true; duration: " FIXED(days) "; } ); }"

/* Three come to two beds for 4 days each, of whom one waits 4 days; one stays 3 days at one of five beds of
 * two hospitals, and one is nobody's. */
#define FIVE_PATIENTS(targets)                                                                               \
    "scenario: { start = \"2019-01-01\"; length = \"30 d\"; step = \"none\"; facts = [\"" SOURCE_DIR         \
    "/scenarios/data/programme_facts.csv\"]; };\n" ONE_PLACE(                                                \
        "1 h") "groups: ( { name = \"upper\"; }, { name = \"lower\"; }, { name = \"empty\"; } );\n"          \
               "facilities: ( { id = \"u\"; place = \"p\"; beds: { bed = 2; }; group = \"upper\"; },\n"      \
               "  { id = \"l1\"; place = \"p\"; beds: { bed = 1; }; group = \"lower\"; },\n"                 \
               "  { id = \"l2\"; place = \"p\"; beds: { bed = 4; }; group = \"lower\"; },\n"                 \
               "  { id = \"n\"; place = \"p\"; beds: { bed = 4; }; } );\n"                                   \
               "conditions: ( " GIVEN("a", "\"1 d\", \"1 d\", \"1 d\"", "u", "4 d") ",\n" GIVEN(             \
                   "b", "\"2 d\"", "l1", "3 d") ",\n" GIVEN("c", "\"2 d\"", "n",                             \
                                                            "5 d") " );\ntargets: ( " targets " );\n"

Test(group, has_metrics_of_its_facilities_together)
{
    struct model model;
    model_build(&model, "%s", FIVE_PATIENTS(""));
    model_run(&model);
    cr_assert_float_eq(model_metric(&model, "group/upper/admissions"), 3, 0);
    cr_assert_float_eq(model_metric(&model, "group/upper/admissions_share"), 3.0 / 5, 1e-12);
    cr_assert_float_eq(model_metric(&model, "group/upper/stay_mean"), 4, 1e-9);
    cr_assert_float_eq(model_metric(&model, "group/upper/bed_use"), 12.0 / 60, 1e-12);
    cr_assert_float_eq(model_metric(&model, "group/upper/waiting_mean"), 4.0 / 3, 1e-9);
    cr_assert_float_eq(model_metric(&model, "group/lower/admissions_share"), 1.0 / 5, 1e-12);
    cr_assert_float_eq(model_metric(&model, "group/lower/bed_use"), 3.0 / 150, 1e-12);
    cr_assert_float_eq(model_metric(&model, "group/lower/stay_mean"), 3, 1e-9);
    cr_assert_float_eq(model_metric(&model, "group/empty/admissions"), 0, 0);
    cr_assert(isnan(model_metric(&model, "group/empty/stay_mean")));
    cr_assert_float_eq(model_metric(&model, "stay_mean"), (12 + 3 + 5) / 5.0, 1e-9);
    cr_assert_float_eq(model_metric(&model, "facility/n/admissions_share"), 1.0 / 5, 1e-12);
    model_free(&model);
}

Test(group, is_what_a_target_asks_for)
{
    struct model model;
    const struct target_value *targets = NULL;
    model_build(
        &model, "%s",
        FIVE_PATIENTS("{ fact = \"D2\"; quantity = \"admissions\"; group = \"upper\"; scale = 0.5; },\n"
                      "{ fact = \"D2\"; quantity = \"stay_mean\"; group = \"upper\"; },\n"
                      "{ fact = \"D2\"; quantity = \"bed_use\"; group = \"lower\"; },\n"
                      "{ fact = \"D2\"; quantity = \"admissions_share\"; group = \"lower\"; },\n"
                      "{ fact = \"D2\"; quantity = \"admissions\"; }"));
    model_run(&model);
    cr_assert_eq(world_targets(model.world, &targets), 5);
    const double expected[] = {1.5, 4, 0.02, 0.2, 5};
    for (size_t t = 0; t < 5; t++)
        cr_assert_float_eq(targets[t].value, expected[t], 1e-9, "%zu: %g", t, targets[t].value);
    model_free(&model);
}
