/* Policies that change facilities, rules and choice: each must help in one world, not in another, and
 * change nothing where it is off or has not begun. */

#include "models/rules.h"

#include <math.h>

#include "tests/unit/model_scenario.h"

#define MONTHS(length)                                                                                       \
    "scenario: { start = \"2019-01-01\"; length = \"" length "\"; step = \"month\"; seed = \"7\"; };\n"

/* Two counties of a province and a city in another, 300 km away. */
#define LAND                                                                                                 \
    "places: { list: (\n"                                                                                    \
    "  { code = \"n\"; prefecture = \"A\"; province = \"P\"; lon = 120.0; lat = 45.0; population = 100000; " \
    "},\n"                                                                                                   \
    "  { code = \"s\"; prefecture = \"A\"; province = \"P\"; lon = 120.5; lat = 45.0; population = 60000; "  \
    "},\n"                                                                                                   \
    "  { code = \"c\"; prefecture = \"B\"; province = \"Q\"; lon = 124.0; lat = 45.0; population = 0; } "    \
    "); };\n"                                                                                                \
    "travel: { fixed = \"30 min\"; detour = 1.0; };\n"

#define OPERATION(choice)                                                                                    \
    "conditions: ( { id = \"spine\"; arrivals: { incidence = \"300 per 100000 y\"; };\n"                     \
    "  choice: { travel = 0.3; stay = -3.0; " choice " };\n"                                                 \
    "  pathway: ( { stage = \"operation\"; service = \"op\"; choice = \"utility\"; treats = true;\n"         \
    "    missing = \"wait\"; needs: { beds = 1; }; review: " FIXED("30 d") "; duration: " FIXED(             \
        "1 d") ";\n"                                                                                         \
               "    price = \"1000 CNY\"; next: ( { to = \"recovery\"; } ); },\n"                            \
               "  { stage = \"recovery\"; needs: { beds = 1; }; duration: " FIXED("10 d") "; } ); } );\n"

#define HOSPITAL(id, place, level, services, more)                                                           \
    "{ id = \"" id "\"; place = \"" place "\"; level = \"" level                                             \
    "\"; beds: { beds = 50; }; services: ( " services " ); " more " }"
#define OP "{ service = \"op\"; staff = 5; }"
#define OP_CLOSED "{ service = \"op\"; unlimited = true; closed = true; }"
#define SERVICES "services: ( { id = \"op\"; technologies = 7; } );\n"

static bool same_all(const char *a, const char *b, size_t steps)
{
    struct model one, two;
    model_build(&one, "%s", a);
    model_build(&two, "%s", b);
    model_run(&one);
    model_run(&two);
    const bool same = model_same_steps(&one, &two, 0, steps);
    model_free(&one);
    model_free(&two);
    return same;
}

/* --- centre --- */

#define CENTRE_WORLD(closed, policies)                                                                       \
    MONTHS("12 month")                                                                                       \
    LAND SERVICES "facilities: ( " HOSPITAL("city", "c", "national", OP, "") ",\n" HOSPITAL(                 \
        "new", "n", "regional", "{ service = \"op\"; staff = 0; }", closed) " );\n" policies OPERATION("")
#define CENTRE(start, more)                                                                                  \
    "policies: ( { name = \"p\"; kind = \"centre\"; facility = \"new\"; start = \"" start "\"; " more        \
    " } );\n"
#define EXPERTS "parent = \"city\"; experts: { op = 2; }; managers = 1;"

Test(centre, treats_near_home_who_went_far)
{
    struct model with, without;
    model_build(&with, CENTRE_WORLD("closed = true;", CENTRE("2019-07-01", EXPERTS)));
    model_build(&without, CENTRE_WORLD("closed = true;", CENTRE("2019-07-01", "active = false;")));
    model_run(&with);
    model_run(&without);
    cr_assert_eq(model_people(&without, treated_in_county) + model_people(&without, treated_in_prefecture),
                 0);
    cr_assert_gt(model_people(&with, treated_in_county), 50, "%lld",
                 (long long)model_people(&with, treated_in_county));
    cr_assert_gt(model_people(&with, treated_in_prefecture), 30);
    cr_assert_lt(model_people(&with, treated_elsewhere), model_people(&without, treated_elsewhere));
    cr_assert_lt(model_people(&with, travel_time), model_people(&without, travel_time));
    cr_assert(model_same_steps(&with, &without, 0, 6), "the worlds differ before the centre opens");
    model_free(&with);
    model_free(&without);
}

/* The same but for the beds, which are there. */
Test(centre, helps_nobody_without_people)
{
    cr_assert(same_all(CENTRE_WORLD("closed = true;", CENTRE("2019-07-01", "")),
                       CENTRE_WORLD("closed = true;", ""), 6));
    struct model with, without;
    model_build(&with, CENTRE_WORLD("closed = true;", CENTRE("2019-07-01", "")));
    model_build(&without, CENTRE_WORLD("closed = true;", ""));
    model_run(&with);
    model_run(&without);
    for (size_t column = 0; column < PC_FIELDS; column++)
        cr_assert_eq(model_total(&with, GROUP_PLACE_CONDITION, column),
                     model_total(&without, GROUP_PLACE_CONDITION, column));
    cr_assert_eq(model_at(&with, "new", admissions), 0);
    cr_assert_eq(model_at(&with, "new", beds_open) / DAY_US, 184 * 50);
    cr_assert_eq(model_at(&without, "new", beds_open), 0);
    model_free(&with);
    model_free(&without);
}

Test(centre, changes_nothing_when_off)
{
    cr_assert(
        same_all(CENTRE_WORLD("closed = true;", CENTRE("2019-03-01", "active = false; cost = \"5 CNY\";")),
                 CENTRE_WORLD("closed = true;", ""), 12));
}

Test(centre, lacks_at_the_parent_whom_it_has)
{
    struct model model;
    model_build(&model,
                CENTRE_WORLD("closed = true;", CENTRE("2019-07-01", EXPERTS "trainees: { op = 3; };")));
    model_run(&model);
    cr_assert_eq(model.world->facilities.offer[0].operators.servers, 3); /* of 5 at the parent */
    cr_assert_eq(model.world->facilities.offer[1].operators.servers, 2);
    cr_assert_gt(model_service(&model, "new", procedures_by_visitors), 0);
    cr_assert_gt(model_service(&model, "new", procedures_supervised), 0);
    model_free(&model);
}

Test(centre, ramps_up_in_monthly_steps)
{
    struct model model;
    model_build(&model, CENTRE_WORLD("closed = true;",
                                     CENTRE("2019-02-01", EXPERTS "ramp = \"4 month\"; ramp_from = 0.2; "
                                                                  "beds: { beds = 50; };")));
    const int64_t beds[] = {20, 40, 60, 80, 100, 100};
    static const int days[] = {31, 59, 90, 120, 151, 181};
    for (int month = 0; month < 6; month++) {
        model_until(&model, days[month] * DAY_US + 1);
        cr_assert_eq(model_ward(&model, "new.beds")->station.servers, beds[month], "month %d", month);
        cr_assert_eq(model.world->facilities.facility[1].beds, beds[month]);
    }
    model_free(&model);
}

/* A manager who doubles the speed: eight months of ramp are four. */
Test(centre, ramps_up_faster_with_managers_who_speed_it_up)
{
    struct model fast, slow;
    model_build(
        &fast, CENTRE_WORLD("closed = true;", CENTRE("2019-02-01", EXPERTS "ramp = \"8 month\"; ramp_from = "
                                                                           "0.2; speed_per_manager = 1.0;")));
    model_build(&slow, CENTRE_WORLD("closed = true;",
                                    CENTRE("2019-02-01", EXPERTS "ramp = \"8 month\"; ramp_from = 0.2;")));
    static const int64_t with[] = {10, 20, 30, 40, 50, 50}, without[] = {10, 15, 20, 25, 30, 35};
    static const int days[] = {31, 59, 90, 120, 151, 181};
    for (int month = 0; month < 6; month++) {
        model_until(&fast, days[month] * DAY_US + 1);
        model_until(&slow, days[month] * DAY_US + 1);
        cr_assert_eq(model_ward(&fast, "new.beds")->station.servers, with[month], "month %d", month);
        cr_assert_eq(model_ward(&slow, "new.beds")->station.servers, without[month], "month %d", month);
    }
    model_free(&fast);
    model_free(&slow);
}

#define TWO_SERVICES                                                                                         \
    MONTHS("12 month")                                                                                       \
    LAND "services: ( { id = \"op\"; technologies = 7; }, { id = \"other\"; technologies = 5; } );\n"        \
         "facilities: ( " HOSPITAL("new", "n", "county",                                                     \
                                   OP_CLOSED ", { service = \"other\"; unlimited = true; closed = true; }",  \
                                   "") " );\n" CENTRE("2019-03-01", "introduce = \"4 month\";")              \
             OPERATION("")

Test(centre, introduces_services_one_after_another)
{
    struct model model;
    model_build(&model, TWO_SERVICES);
    model_run(&model);
    const struct ledger *ledger = &model.world->ledger;
    for (size_t month = 0; month < 12; month++) {
        cr_assert_eq(model_closed(ledger, GROUP_FACILITY_SERVICE, month, 0, FS_technologies) +
                         model_closed(ledger, GROUP_FACILITY_SERVICE, month, 1, FS_technologies),
                     month < 2   ? 0
                     : month < 4 ? 7
                                 : 12,
                     "month %zu", month);
    }
    model_free(&model);
}

Test(centre, discussion_closes_the_gap)
{
#define DISCUSSION(rate)                                                                                     \
    MONTHS("12 month")                                                                                       \
    LAND "services: ( { id = \"op\"; } );\nfacilities: ( " HOSPITAL(                                         \
        "new", "n", "county", "{ service = \"op\"; staff = 1; proficiency = 0.2; }",                         \
        "") " );\n" CENTRE("2019-01-01",                                                                     \
                           "discussion = \"" rate                                                            \
                           "\";") "conditions: ( { id = \"x\"; arrivals: { rate = \"1 per y\"; at = "        \
                                  "[\"n\"]; };\n"                                                            \
                                  "  pathway: ( { stage = \"s\"; needs: { beds = 1; }; } ); } );\n"
    struct model model;
    model_build(&model, DISCUSSION("1 per y"));
    model_run(&model);
    cr_assert_float_eq(model.world->facilities.offer[0].people[0].proficiency, 1 - 0.8 * exp(-364. / 365),
                       1e-9);
    model_free(&model);
    model_build(&model, DISCUSSION("0 per y"));
    model_run(&model);
    cr_assert_float_eq(model.world->facilities.offer[0].people[0].proficiency, 0.2, 1e-12);
    model_free(&model);
}

Test(centre, spends_what_it_says)
{
    struct model model;
    model_build(&model, CENTRE_WORLD("closed = true;", CENTRE("2019-07-01", EXPERTS
                                                              "cost = \"1000 CNY\"; cost_per_year = \"365 "
                                                              "CNY\"; cost_per_person = \"730 CNY\";")));
    model_run(&model);
    /* 184 days from July to December; three people at 2 CNY a day, and 1 CNY a day. */
    cr_assert_eq(model_at(&model, "new", programme_cost), 100000 + 184 * 700);
    cr_assert_eq(model_at(&model, "city", programme_cost), 0);
    model_free(&model);
}

/* --- standard --- */

#define COUNTIES(choice, policies)                                                                           \
    MONTHS("12 month")                                                                                       \
    LAND SERVICES "facilities: ( " HOSPITAL("city", "c", "national", OP,                                     \
                                            "") ",\n { rule = \"one a county\"; id = \"county\"; level = "   \
                                                "\"county\"; except = [\"c\"]; beds: { beds = "              \
                                                "20; };\n   services: ( " OP_CLOSED " ); } );\n" policies    \
                                                OPERATION(choice)
#define STANDARD(name, start, until, more)                                                                   \
    "{ name = \"" name "\"; kind = \"standard\"; of = \"county\"; start = \"" start "\"; until = \"" until   \
    "\"; " more " }"
#define POLICIES(list) "policies: ( " list " );\n"

Test(standard, treats_at_home_who_went_far)
{
    struct model with, without;
    model_build(&with,
                COUNTIES("", POLICIES(STANDARD("p", "2019-07-01", "2019-07-01", "services = [\"op\"];"))));
    model_build(&without, COUNTIES("", ""));
    model_run(&with);
    model_run(&without);
    cr_assert_eq(model_people(&without, treated_in_county), 0);
    cr_assert_gt(model_people(&with, treated_in_county), 100);
    cr_assert_lt(model_people(&with, treated_elsewhere), model_people(&without, treated_elsewhere));
    model_free(&with);
    model_free(&without);
}

Test(standard, helps_nobody_who_finds_nothing_new)
{
    struct model with, without;
    model_build(&with,
                COUNTIES("", POLICIES(STANDARD("p", "2019-07-01", "2019-07-01", "cost = \"7 CNY\";"))));
    model_build(&without, COUNTIES("", ""));
    model_run(&with);
    model_run(&without);
    for (size_t column = 0; column < PC_FIELDS; column++)
        cr_assert_eq(model_total(&with, GROUP_PLACE_CONDITION, column),
                     model_total(&without, GROUP_PLACE_CONDITION, column), "%zu", column);
    cr_assert_eq(model_total(&with, GROUP_FACILITY, FA_programme_cost), 2 * 700);
    model_free(&with);
    model_free(&without);
}

Test(standard, changes_nothing_when_off_or_before)
{
    cr_assert(same_all(COUNTIES("", POLICIES(STANDARD("p", "2019-03-01", "2019-03-01",
                                                      "active = false; services = [\"op\"];"))),
                       COUNTIES("", ""), 12));
    struct model with, without;
    model_build(&with,
                COUNTIES("", POLICIES(STANDARD("p", "2019-05-01", "2019-09-01", "services = [\"op\"];"))));
    model_build(&without, COUNTIES("", ""));
    model_run(&with);
    model_run(&without);
    cr_assert(model_same_group(&with.world->ledger, &without.world->ledger, GROUP_PLACE_CONDITION, 0, 4));
    model_free(&with);
    model_free(&without);
}

static int64_t standard_on(const struct model *model, const char *facility, size_t month)
{
    return model_closed(&model->world->ledger, GROUP_FACILITY, month, model_facility(model, facility),
                        FA_at_standard);
}

static void expect_order(const char *more, size_t month_n, size_t month_s)
{
    char text[4096];
    snprintf(text, sizeof text,
             COUNTIES("", "policies: ( { name = \"p\"; kind = \"standard\"; of = \"county\"; start = "
                          "\"2019-02-01\"; until = \"2019-04-01\"; services = [\"op\"]; %s } );\n"),
             more);
    struct model model;
    model_build(&model, "%s", text);
    model_run(&model);
    for (size_t month = 0; month < 12; month++) {
        cr_assert_eq(standard_on(&model, "county.n", month), month >= month_n, "%s: n in %zu", more, month);
        cr_assert_eq(standard_on(&model, "county.s", month), month >= month_s, "%s: s in %zu", more, month);
    }
    model_free(&model);
}

/* Half are due in the middle of the time, which is in March; all on the first of April. */
Test(standard, goes_in_the_order_asked)
{
    expect_order("", 2, 3);                        /* n has more people */
    expect_order("order = \"remoteness\";", 2, 3); /* n is farther from the city */
    expect_order("order = \"list\"; list = [\"s\"];", 3, 2);
    expect_order("share = 0.5;", 3, 12);
    expect_order("least_population = 80000;", 3, 12);
}

Test(standard, counts_hospitals_of_the_programme)
{
    struct model model;
    model_build(&model, COUNTIES("", POLICIES(STANDARD("p", "2019-02-01", "2019-02-01",
                                                       "share = 0.5; beds_factor = 1.5;"))));
    model_run(&model);
    cr_assert_float_eq(model_metric(&model, "at_standard_share"), 0.5, 1e-12);
    cr_assert_eq(model_ward(&model, "county.n.beds")->station.servers, 30);
    cr_assert_eq(model_ward(&model, "county.s.beds")->station.servers, 20);
    model_free(&model);
}

/* --- moves only towards what improves --- */

static uint32_t first_choice(struct model *model, uint32_t ordinal)
{
    struct world *world = model->world;
    const struct stream *stream = &world->demand.stream[0];
    return choice_utility(world, &world->pathways.stage[0], stream->place,
                          (struct rng_identity){.stream = stream->hash, .ordinal = ordinal},
                          RULES_ANYBODY | 1, true);
}

/* A policy that changes one facility: every patient who goes elsewhere than before goes there. */
static void expect_towards(const char *text, const char *off, const char *improved)
{
    struct model with, without;
    model_build(&with, "%s", text);
    model_build(&without, "%s", off);
    model_until(&with, 200 * DAY_US);
    model_until(&without, 200 * DAY_US);
    const uint32_t to = model_facility(&with, improved);
    size_t moved = 0;
    for (uint32_t n = 0; n < 400; n++) {
        const uint32_t a = first_choice(&without, n), b = first_choice(&with, n);
        cr_assert(a == b || b == to, "patient %u goes from %u to %u", n, a, b);
        moved += a != b;
    }
    cr_assert_gt(moved, 20);
    model_free(&with);
    model_free(&without);
}

Test(choice, moves_only_towards_a_hospital_that_is_raised)
{
    expect_towards(
        COUNTIES("level: { county = 0.0; prefecture = 2.0; };",
                 POLICIES(STANDARD("p", "2019-02-01", "2019-02-01",
                                   "services = [\"op\"]; order = \"list\"; list = [\"s\"]; share = 0.5;"))),
        COUNTIES("level: { county = 0.0; prefecture = 2.0; };", ""), "county.s");
}

Test(choice, moves_only_towards_a_centre_that_opens)
{
    expect_towards(CENTRE_WORLD("closed = true;", CENTRE("2019-02-01", EXPERTS)),
                   CENTRE_WORLD("closed = true;", ""), "new");
}

Test(choice, moves_only_towards_who_is_reimbursed_more)
{
#define PAID(policies)                                                                                       \
    MONTHS("12 month")                                                                                       \
    LAND SERVICES                                                                                            \
        "facilities: ( " HOSPITAL("city", "c", "national", OP, "reimbursed = 0.5;") ",\n" HOSPITAL(          \
            "h", "n", "county", OP, "reimbursed = 0.5;") " );\n" policies OPERATION("price = 5.0;")
    expect_towards(
        PAID(POLICIES(
            "{ name = \"p\"; kind = \"reimbursement\"; start = \"2019-02-01\"; level: { county = 0.9; "
            "}; }")),
        PAID(""), "h");
}

Test(choice, likes_by_ownership_and_price)
{
#define OWNED(constant)                                                                                      \
    MONTHS("2 month")                                                                                        \
    LAND SERVICES "facilities: ( " HOSPITAL("public", "n", "county", OP, "") ",\n" HOSPITAL(                 \
        "clinic", "n", "county", OP,                                                                         \
        "ownership = \"private\"; price_level = 3.0;") " );\n" OPERATION(constant)
    static const struct {
        const char *text;
        double difference; /* of utility: public less private */
    } cases[] = {{OWNED(""), 0},
                 {OWNED("ownership: { private = -1.5; };"), 1.5},
                 {OWNED("price = 0.5;"), 1.0}}; /* 2000 CNY more */
    for (size_t c = 0; c < 3; c++) {
        struct model model;
        model_build(&model, "%s", cases[c].text);
        model_until(&model, 1);
        size_t to[2] = {0, 0};
        for (uint32_t n = 0; n < 20000; n++) {
            const uint32_t at = first_choice(&model, n);
            if (at < 2)
                to[at]++;
        }
        /* Of those who go anywhere; 5 standard deviations: a false alarm in 1.7 million cases. */
        const double p = 1 / (1 + exp(-cases[c].difference)), n = (double)(to[0] + to[1]);
        cr_assert_float_eq((double)to[0] / n, p, 5 * sqrt(p * (1 - p) / n), "case %zu", c);
        model_free(&model);
    }
}

Test(choice, reaches_a_national_centre_behind_twenty_near_hospitals)
{
    char text[16384];
    int at = snprintf(text, sizeof text, MONTHS("2 month") LAND SERVICES "facilities: (\n");
    for (int h = 0; h < 20; h++)
        at += snprintf(text + at, sizeof text - (size_t)at, HOSPITAL("h%d", "n", "county", OP, "") ",\n", h);
    snprintf(text + at, sizeof text - (size_t)at, "%s",
             HOSPITAL("city", "c", "national", OP, "") " );\n" OPERATION("level: { national = 6.0; };"));
    struct model model;
    model_build(&model, "%s", text);
    model_until(&model, 1);
    size_t city = 0;
    for (uint32_t n = 0; n < 400; n++)
        city += first_choice(&model, n) == model_facility(&model, "city");
    cr_assert_gt(city, 100);
    /* The nearest is the nearest still. */
    cr_assert_eq(
        choice_nearest(model.world, &model.world->pathways.stage[0], 0, PATIENT_NOWHERE, RULES_ANYBODY | 1),
        0);
    cr_assert_eq(
        choice_nearest(model.world, &model.world->pathways.stage[0], 2, PATIENT_NOWHERE, RULES_ANYBODY | 1),
        model_facility(&model, "city"));
    model_free(&model);
}

/* --- reimbursement --- */

#define INSURED(policies)                                                                                    \
    MONTHS("6 month")                                                                                        \
    LAND SERVICES "facilities: ( " HOSPITAL(                                                                 \
        "city", "c", "national", OP,                                                                         \
        "price_per_admission = \"900 CNY\"; price_per_day = \"70 CNY\"; reimbursed "                         \
        "= 0.5; price_level = 2.0;") ",\n" HOSPITAL("h", "n", "county", OP,                                  \
                                                    "price_per_admission = \"300 CNY\"; reimbursed = "       \
                                                    "0.7;") " );\n" policies                                 \
        OPERATION("level: { national = 1.5; };")
#define SHARES(start)                                                                                        \
    POLICIES("{ name = \"p\"; kind = \"reimbursement\"; start = \"" start                                    \
             "\"; level: { county = 0.9; }; distance: { elsewhere = -0.3; }; }")

Test(reimbursement, money_adds_up_and_shares_hold)
{
    struct model model;
    model_build(&model, INSURED(SHARES("2019-01-01")));
    model_run(&model);
    const int64_t far = model_at(&model, "city", admissions), near = model_at(&model, "h", admissions);
    cr_assert(far > 50 && near > 50, "%lld %lld", (long long)far, (long long)near);
    const int64_t charges = model_people(&model, charges);
    cr_assert_eq(model_people(&model, patient_cost) + model_people(&model, insurer_cost), charges);
    struct model one;
    model_build(&one, INSURED(POLICIES(
                          "{ name = \"p\"; kind = \"reimbursement\"; start = \"2019-01-01\"; level: { county "
                          "= 0.0; national = 0.0; }; }")));
    model_run(&one);
    cr_assert_eq(model_people(&one, insurer_cost), 0);
    cr_assert_eq(model_people(&one, patient_cost), model_people(&one, charges));
    cr_assert_eq(model_people(&one, charges), charges); /* no price in this choice: the same care */
    model_free(&one);
    model_free(&model);
}

Test(reimbursement, changes_nothing_before_and_when_off)
{
    struct model with, without;
    model_build(&with, INSURED(SHARES("2019-04-01")));
    model_build(&without, INSURED(""));
    model_run(&with);
    model_run(&without);
    cr_assert(model_same_steps(&with, &without, 0, 3));
    cr_assert_not(model_same_steps(&with, &without, 0, 6));
    model_free(&with);
    model_free(&without);
    cr_assert(same_all(
        INSURED(POLICIES("{ name = \"p\"; kind = \"reimbursement\"; active = false; start = \"2019-02-01\"; "
                         "level: { county = 0.9; }; }")),
        INSURED(""), 6));
}

Test(reimbursement, does_not_help_where_the_price_matters_to_nobody)
{
    struct model with, without;
    model_build(&with, INSURED(SHARES("2019-01-01")));
    model_build(&without, INSURED(""));
    model_run(&with);
    model_run(&without);
    cr_assert_eq(model_people(&with, treated_in_county), model_people(&without, treated_in_county));
    cr_assert_neq(model_people(&with, insurer_cost), model_people(&without, insurer_cost));
    model_free(&with);
    model_free(&without);
}

/* --- tiering --- */

#define TIERS(county_services, policies, choice)                                                                    \
    MONTHS("6 month")                                                                                               \
    LAND SERVICES "facilities: ( " HOSPITAL(                                                                        \
        "city", "c", "national", OP,                                                                                \
        "price_per_admission = \"900 CNY\"; reimbursed = 0.5;") ",\n" HOSPITAL("h", "n", "county",                  \
                                                                               county_services,                     \
                                                                               "") ",\n" HOSPITAL("k", "s",         \
                                                                                                  "county",         \
                                                                                                  county_services,  \
                                                                                                  "") " );"         \
                                                                                                      "\n" policies \
                                                                                                      OPERATION(    \
                                                                                                          choice)
#define TIERING(start, more) POLICIES("{ name = \"p\"; kind = \"tiering\"; start = \"" start "\"; " more " }")
#define LIKES_FAR "level: { national = 4.0; };"

Test(tiering, strict_keeps_near_home_who_can_be_helped_there)
{
    struct model with, without;
    model_build(&with, TIERS(OP, TIERING("2019-04-01", "rule = \"strict\";"), LIKES_FAR));
    model_build(&without, TIERS(OP, "", LIKES_FAR));
    model_run(&with);
    model_run(&without);
    cr_assert(model_same_steps(&with, &without, 0, 3));
    cr_assert_gt(model_people(&with, treated_in_county), model_people(&without, treated_in_county) + 20);
    cr_assert_lt(model_people(&with, treated_elsewhere), model_people(&without, treated_elsewhere));
    model_free(&with);
    model_free(&without);
}

/* Where the counties can do nothing, everybody is sent on, and the way is longer: it helps nobody. */
Test(tiering, strict_costs_a_way_where_nobody_near_can_help)
{
    struct model with, without;
    model_build(&with, TIERS("", TIERING("2019-01-01", "rule = \"strict\";"), LIKES_FAR));
    model_build(&without, TIERS("", "", LIKES_FAR));
    model_run(&with);
    model_run(&without);
    cr_assert_eq(model_people(&without, transfers), 0);
    cr_assert_gt(model_people(&with, transfers), 100);
    cr_assert_gt(model_at(&with, "h", admissions), 50);
    cr_assert_gt(model_people(&with, travel_time), model_people(&without, travel_time));
    cr_assert_leq(model_people(&with, treated_elsewhere), model_people(&without, treated_elsewhere));
    model_free(&with);
    model_free(&without);
}

Test(tiering, exempt_conditions_go_where_they_like)
{
    cr_assert(
        same_all(TIERS(OP, TIERING("2019-02-01", "rule = \"strict\"; except = [\"spine\"];"), LIKES_FAR),
                 TIERS(OP, "", LIKES_FAR), 6));
}

Test(tiering, penalty_is_paid_by_those_who_come_unreferred)
{
    struct model with, without;
    model_build(&with, TIERS(OP, TIERING("2019-01-01", "unreferred = 0.2;"), LIKES_FAR));
    model_build(&without, TIERS(OP, "", LIKES_FAR));
    model_run(&with);
    model_run(&without);
    const int64_t far = model_at(&with, "city", admissions);
    cr_assert_eq(far, model_at(&without, "city", admissions)); /* the price does not matter here */
    const int64_t more = model_people(&without, insurer_cost) - model_people(&with, insurer_cost);
    cr_assert_gt(more, 0.2 * 90000 * (double)far);
    model_free(&with);
    model_free(&without);
}

Test(tiering, changes_nothing_when_off)
{
    cr_assert(same_all(TIERS(OP, TIERING("2019-02-01", "active = false; rule = \"strict\";"), LIKES_FAR),
                       TIERS(OP, "", LIKES_FAR), 6));
}

Test(tiering, sends_back_home_to_recover)
{
    struct model model;
    model_build(&model, TIERS("", TIERING("2019-01-01", "back = [\"spine.recovery\"];"), LIKES_FAR));
    model_run(&model);
    const int64_t back = model_people(&model, transfers_back);
    cr_assert_gt(back, 50);
    cr_assert_eq(back, model_people(&model, transfers));
    /* The city's own people recover where they are. */
    cr_assert_eq(model_cell(&model, GROUP_PLACE_CONDITION, 2, 0, PC_transfers_back), 0);
    model_free(&model);
}

/* --- online hospitals, home visits --- */

#define LIGHT(facilities, policies)                                                                          \
    MONTHS("6 month")                                                                                        \
    LAND "facilities: ( { id = \"h\"; place = \"n\"; beds: { visit = 50; }; }" facilities " );\n" policies   \
         "conditions: ( { id = \"cold\"; arrivals: { incidence = \"2000 per 100000 y\"; at = [\"n\", "       \
         "\"s\"]; };\n"                                                                                      \
         "  classes: ( { id = \"light\"; share = 0.6; }, { id = \"severe\"; share = 0.4; } );\n"             \
         "  first = \"utility\"; choice: { travel = 1.0; };\n"                                               \
         "  pathway: ( { stage = \"visit\"; needs: { visit = 1; }; treats = true; duration: " FIXED(         \
             "1 h") "; } ); } );\n"
#define NET                                                                                                  \
    ", { id = \"net\"; place = \"c\"; level = \"online\"; closed = true; grades = 1; beds: { visit = 5; }; " \
    "}"
#define ONLINE(more) POLICIES("{ name = \"p\"; kind = \"online\"; start = \"2019-04-01\"; " more " }")

Test(online, takes_light_cases_without_a_way)
{
    struct model with, without;
    model_build(&with, LIGHT(NET, ONLINE("")));
    model_build(&without, LIGHT(NET, ONLINE("active = false;")));
    model_run(&with);
    model_run(&without);
    cr_assert(model_same_steps(&with, &without, 0, 3));
    const int64_t online = model_at(&with, "net", admissions);
    cr_assert_gt(online, 50);
    cr_assert_eq(model_at(&without, "net", admissions), 0);
    cr_assert_eq(model_people(&with, travel_time) < model_people(&without, travel_time), true);
    /* At most the light ones, 60% of half a year: the severe go to the hospital. */
    cr_assert_lt(online, model_people(&with, patients) / 2 * 6 / 10 + 200);
    model_free(&with);
    model_free(&without);
}

Test(online, helps_nobody_who_is_severe)
{
    struct model model;
    model_build(&model, LIGHT(NET, ONLINE("")));
    model_until(&model, 150 * DAY_US);
    struct world *world = model.world;
    const struct stage *stage = &world->pathways.stage[0];
    const struct stream *stream = &world->demand.stream[0];
    size_t light = 0;
    for (uint32_t n = 0; n < 300; n++) {
        const struct rng_identity patient = {.stream = stream->hash, .ordinal = n};
        cr_assert_eq(choice_utility(world, stage, 0, patient, RULES_ANYBODY | 2, true), 0);
        light += choice_utility(world, stage, 0, patient, RULES_ANYBODY | 1, true) == 1;
    }
    cr_assert_gt(light, 100);
    cr_assert_eq(choice_nearest(world, stage, 0, PATIENT_NOWHERE, RULES_ANYBODY | 1), 0);
    model_free(&model);
}

Test(visits, the_doctor_travels_and_not_the_patient)
{
    struct model with, without;
    model_build(&with, LIGHT(", { id = \"doctor\"; place = \"s\"; level = \"village\"; visits = \"45 min\"; "
                             "beds: { visit = 1; }; }",
                             ""));
    model_build(&without, LIGHT("", ""));
    model_run(&with);
    model_run(&without);
    cr_assert_gt(model_at(&with, "doctor", admissions), 100);
    cr_assert_lt(model_people(&with, travel_time), model_people(&without, travel_time));
    /* Nobody of n is visited: that is 39 km away, more than 45 min. 1 h of care, half an hour of way each
     * way. */
    cr_assert_eq(model_cell(&with, GROUP_PLACE_CONDITION, 1, 0, PC_treated_in_prefecture) +
                     model_at(&with, "doctor", admissions),
                 model_cell(&with, GROUP_PLACE_CONDITION, 1, 0, PC_treated_in_prefecture) +
                     model_cell(&with, GROUP_PLACE_CONDITION, 1, 0, PC_treated_in_county));
    const double cared = (double)model_at(&with, "doctor", in_care) / (double)HOUR_US;
    cr_assert_float_eq(cared, 2.0 * (double)model_at(&with, "doctor", admissions), 4.0);
    model_free(&with);
    model_free(&without);
}
