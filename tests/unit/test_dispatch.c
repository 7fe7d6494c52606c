#include "models/need.h"
#include "models/policies/dispatch.h"

#include "tests/unit/model_scenario.h"

/* A centre with a pool of three experts; a and b are 12 h away, the home of c another place farther off.
 * Fixed gaps and durations, so that counts are exact. */
#define PLACES                                                                                               \
    "places: { list: ( { code = \"p\"; lon = 120; lat = 45; population = 1000; },\n"                         \
    "  { code = \"q\"; lon = 120; lat = 45; population = 1000; }, { code = \"r\"; lon = 135; lat = 45; } "   \
    "); };\n"                                                                                                \
    "travel: { detour = 1; fixed = \"12 h\"; bands: ( { speed = \"40 km/h\"; } ); };\n"
#define HOSPITAL(id, place)                                                                                  \
    "{ id = \"" id "\"; place = \"" place "\"; services: ( { service = \"s\"; staff = 0; } ); }"
#define WORLD(policies, conditions)                                                                          \
    "scenario: { start = \"2019-01-01\"; length = \"60 d\"; step = \"day\"; seed = \"7\"; };\n" PLACES       \
    "services: ( { id = \"s\"; independence: { dist = \"fixed\"; value = 1000; }; } );\n"                    \
    "facilities: ( " HOSPITAL("centre", "p") ", " HOSPITAL("a", "p") ", " HOSPITAL("b", "q") ", " HOSPITAL(  \
        "c", "r") " );\n"                                                                                    \
                  "experts: ( { id = \"pool\"; home = \"centre\"; service = \"s\"; count = 3; week = \"168 " \
                  "h\"; } );\n"                                                                              \
                  "policies: ( " policies " );\nconditions: ( " conditions " );\n"
#define CASES(id, place, at, gap)                                                                            \
    "{ id = \"" id                                                                                           \
    "\"; arrivals: { gap: " FIXED(gap) "; at = [\"" place "\"]; }; first = \"given\"; "                      \
                                       "first_at = \"" at "\";\n"                                            \
                                       "  pathway: ( { stage = \"x\"; service = \"s\"; treats = true; "      \
                                       "missing = \"leave\"; duration: " FIXED("1 h") "; } ); }"
#define EVERYWHERE                                                                                           \
    CASES("at_centre", "p", "centre", "2 h")                                                                 \
    ", " CASES("at_a", "p", "a", "6 h") ", " CASES("at_b", "q", "b", "3 h")
#define DISPATCH(name, rest)                                                                                 \
    "{ name = \"" name "\"; kind = \"dispatch\"; expert = \"pool\"; start = \"2019-01-11\"; " rest " }"

static int64_t at_work(const struct model *model, const char *facility)
{
    const struct offer *offer = facility_offer(&model->world->facilities, model_facility(model, facility), 0);
    int64_t count = 0;
    for (size_t p = 0; p < offer->count; p++)
        count += offer->people[p].expert >= 0 && !offer->people[p].gone;
    return count;
}

/* Three batches of ten days, one after another: the first goes again only when the two others have been. */
Test(dispatch, sends_whoever_has_been_at_home_longest)
{
    struct model model;
    model_build(&model, WORLD(DISPATCH("rota", "to = \"a\"; stint = \"10 d\"; batches = 3;"), EVERYWHERE));
    model_run(&model);
    for (size_t e = 0; e < 3;
         e++) /* out for ten days, and then half a day on the way: home at the next epoch */
        cr_assert_eq(model_cell(&model, GROUP_EXPERT, e, 0, EX_away), 11 * DAY_US, "expert %zu", e);
    cr_assert_gt(model_service(&model, "a", procedures_by_visitors), 100);
    model_free(&model);
}

/* Each is away for eleven days: 11/7 of 700 yuan, at the hospital that is helped. */
Test(dispatch, costs_so_much_for_each_week_away)
{
    struct model model;
    model_build(&model, WORLD(DISPATCH("rota", "to = \"a\"; stint = \"10 d\"; batches = 3; "
                                               "weekly_cost = \"700 CNY\";"),
                              EVERYWHERE));
    model_until(&model, 9 * DAY_US);
    cr_assert_eq(model_total(&model, GROUP_FACILITY, FA_programme_cost), 0);
    model_run(&model);
    cr_assert_eq(model_total(&model, GROUP_FACILITY, FA_programme_cost), 3 * 11 * 10000);
    cr_assert_eq(model_at(&model, "a", programme_cost), 3 * 11 * 10000);
    model_free(&model);
}

Test(dispatch, takes_hospitals_in_turn)
{
    struct model model;
    model_build(
        &model,
        WORLD(DISPATCH("rota", "among: ( { facility = \"a\"; }, { facility = \"b\"; } ); experts = 2; "
                               "stint = \"10 d\"; every = \"20 d\"; batches = 2;"),
              EVERYWHERE));
    static const int64_t a[] = {0, 2, 0, 0, 0}, b[] = {0, 0, 0, 2, 0}, home[] = {3, 1, 3, 1, 3};
    for (int n = 0; n < 5; n++) {
        model_until(&model, (5 + 10 * n) * DAY_US);
        cr_assert_eq(at_work(&model, "a"), a[n], "day %d", 5 + 10 * n);
        cr_assert_eq(at_work(&model, "b"), b[n], "day %d", 5 + 10 * n);
        cr_assert_eq(at_work(&model, "centre"), home[n], "day %d", 5 + 10 * n);
    }
    model_free(&model);
}

Test(dispatch, overlapping_batches_add_up)
{
    struct model model;
    model_build(
        &model,
        WORLD(DISPATCH("rota", "to = \"a\"; stint = \"20 d\"; every = \"10 d\"; batches = 3;"), EVERYWHERE));
    static const int64_t there[] = {0, 1, 2, 2, 1, 0};
    for (int n = 0; n < 6; n++) {
        model_until(&model, (5 + 10 * n) * DAY_US);
        cr_assert_eq(at_work(&model, "a"), there[n]);
    }
    model_run(&model);
    cr_assert_eq(at_work(&model, "centre"), 3);
    model_free(&model);
}

Test(dispatch, every_hour_of_an_expert_is_spent_once)
{
    struct model model;
    model_build(
        &model,
        WORLD(DISPATCH("one", "to = \"a\"; stint = \"9 d\"; batches = 4; trainees = 2;") ", " DISPATCH(
                  "two", "to = \"b\"; stint = \"2 d\"; every = \"5 d\"; batches = 9; starts = "
                         "\"random\"; experts = 2;"),
              EVERYWHERE));
    model_run(&model);
    const int64_t visits = model_total(&model, GROUP_FACILITY_SERVICE, FS_procedures_by_visitors);
    const int64_t home = model_total(&model, GROUP_FACILITY_SERVICE, FS_procedures_by_locals);
    cr_assert_gt(visits, 50);
    cr_assert_eq(model_total(&model, GROUP_EXPERT, EX_procedures_away), visits);
    cr_assert_eq(model_total(&model, GROUP_EXPERT, EX_hours_away), visits * HOUR_US);
    cr_assert_eq(model_total(&model, GROUP_EXPERT, EX_procedures_at_home), home);
    cr_assert_eq(model_total(&model, GROUP_EXPERT, EX_hours_at_home), home * HOUR_US);
    model_free(&model);
}

/* In no hour is anybody at two places. */
Test(dispatch, each_has_one_body)
{
    struct model model;
    model_build(&model,
                WORLD(DISPATCH("one", "to = \"a\"; stint = \"9 d\"; batches = 4;") ", " DISPATCH(
                          "two", "to = \"b\"; stint = \"2 d\"; every = \"3 d\"; batches = 9; starts = "
                                 "\"random\"; experts = 2;"),
                      EVERYWHERE));
    for (int64_t hour = 1; hour < 24 * 60; hour++) {
        model_until(&model, hour * HOUR_US + 1);
        const struct facilities *facilities = &model.world->facilities;
        int bodies[3] = {0};
        for (size_t o = 0; o < facilities->offer_count; o++)
            for (size_t p = 0; p < facilities->offer[o].count; p++) {
                const struct person *person = &facilities->offer[o].people[p];
                if (person->expert >= 0 && (!person->gone || person->busy))
                    bodies[person->expert]++;
            }
        for (int e = 0; e < 3; e++)
            cr_assert_leq(bodies[e], 1);
    }
    model_free(&model);
}

/* Where nobody is ill a visit treats nobody, and the centre lacks who went. */
Test(dispatch, does_not_help_where_nobody_is_ill)
{
    struct model with, without;
    model_build(&with, WORLD(DISPATCH("rota", "to = \"a\"; stint = \"20 d\"; experts = 3;"),
                             CASES("at_centre", "p", "centre", "15 min")));
    model_build(&without,
                WORLD(DISPATCH("rota", "to = \"a\"; stint = \"20 d\"; experts = 3; active = false;"),
                      CASES("at_centre", "p", "centre", "15 min")));
    model_run(&with);
    model_run(&without);
    cr_assert_eq(model_total(&with, GROUP_FACILITY_SERVICE, FS_procedures_by_visitors), 0);
    cr_assert_lt(model_people(&with, treated_in_county), model_people(&without, treated_in_county) - 500);
    model_free(&with);
    model_free(&without);
}

Test(dispatch, changes_nothing_before_it_starts_or_when_it_is_off)
{
    struct model with, off, none;
    model_build(&with,
                WORLD(DISPATCH("rota", "to = \"a\"; stint = \"20 d\"; starts = \"random\"; every = \"4 d\"; "
                                       "batches = 5;"),
                      EVERYWHERE));
    model_build(&off, WORLD(DISPATCH("rota", "to = \"a\"; stint = \"20 d\"; active = false;"), EVERYWHERE));
    model_build(&none, WORLD("", EVERYWHERE));
    model_run(&with);
    model_run(&off);
    model_run(&none);
    cr_assert(model_same_steps(&off, &none, 0, 60));
    cr_assert(model_same_steps(&with, &none, 0, 10));
    cr_assert_not(model_same_steps(&with, &none, 10, 60));
    cr_assert_eq(model_people(&with, patients), model_people(&none, patients));
    model_free(&with);
    model_free(&off);
    model_free(&none);
}

/* Random starts are luck of the policy: another name has other luck, the same name the same. */
Test(dispatch, random_visits_are_the_policys_own_luck)
{
#define VISITS(name)                                                                                         \
    WORLD(                                                                                                   \
        DISPATCH(name, "to = \"a\"; stint = \"3 d\"; starts = \"random\"; every = \"4 d\"; batches = 10;"),  \
        EVERYWHERE)
    static const char *const text[] = {VISITS("x"), VISITS("x"), VISITS("y")};
    struct model model[3];
    for (int i = 0; i < 3; i++) {
        model_build(&model[i], "%s", text[i]);
        model_run(&model[i]);
        cr_assert_gt(model_service(&model[i], "a", procedures_by_visitors), 5);
    }
    cr_assert(model_same_steps(&model[0], &model[1], 0, 60));
    cr_assert_not(model_same_steps(&model[0], &model[2], 0, 60));
    for (int i = 0; i < 3; i++)
        model_free(&model[i]);
}

/* Twice as many remain untreated at b, whose people live in q. */
Test(dispatch, goes_where_the_unmet_need_is_greatest)
{
    struct model model;
    model_build(&model,
                WORLD(DISPATCH("rota", "among: ( { facility = \"a\"; }, { facility = \"b\"; } ); order = "
                                       "\"need\"; stint = \"10 d\";"),
                      CASES("at_a", "p", "a", "6 h") ", " CASES("at_b", "q", "b", "3 h")));
    model_until(&model, 10 * DAY_US);
    cr_assert_eq(need_unmet(model.world, model_facility(&model, "a"), 0, 10 * DAY_US), 37);
    cr_assert_eq(need_unmet(model.world, model_facility(&model, "b"), 0, 10 * DAY_US), 75);
    model_until(&model, 12 * DAY_US);
    cr_assert_eq(at_work(&model, "a"), 0);
    cr_assert_eq(at_work(&model, "b"), 1);
    model_free(&model);
}

/* More remain untreated at c, but most of the stint would pass on the road. */
Test(dispatch, goes_where_most_can_be_treated_in_its_time)
{
    static const char *const order[] = {"need", "gain"};
    for (int gain = 0; gain < 2; gain++) {
        struct model model;
        model_build(&model,
                    WORLD(DISPATCH("rota", "among: ( { facility = \"c\"; }, { facility = \"b\"; } ); order = "
                                           "\"%s\"; stint = \"42 h\";"),
                          CASES("at_c", "r", "c", "2 h") ", " CASES("at_b", "q", "b", "3 h")),
                    order[gain]);
        model_until(&model, 10 * DAY_US + HOUR_US);
        const struct dispatch_spec *spec = model.world->policies[0].head->own;
        cr_assert_eq(spec->order, gain ? DISPATCH_GAIN : DISPATCH_NEED);
        model_run(&model);
        cr_assert_eq(model_service(&model, "b", procedures_by_visitors) > 0, gain == 1);
        model_free(&model);
    }
}

Test(dispatch, a_team_goes_together)
{
    struct model model;
    model_build(
        &model, "%s",
        "scenario: { start = \"2019-01-01\"; length = \"60 d\"; };\n" PLACES
        "services: ( { id = \"s\"; }, { id = \"t\"; } );\n"
        "facilities: ( { id = \"centre\"; place = \"p\"; services: ( { service = \"s\"; }, { service = "
        "\"t\"; } ); "
        "}, { id = \"a\"; place = \"q\"; services: ( { service = \"s\"; }, { service = \"t\"; } ); } );\n"
        "experts: ( { id = \"x\"; home = \"centre\"; service = \"s\"; }, { id = \"y\"; home = \"centre\"; "
        "service "
        "= \"t\"; count = 2; } );\n"
        "policies: ( { name = \"team\"; kind = \"dispatch\"; to = \"a\"; start = \"2019-01-11\"; stint = "
        "\"20 d\"; "
        "team: ( { expert = \"x\"; }, { expert = \"y\"; experts = 2; } ); } );\n"
        "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; at = [\"p\"]; }; pathway: ( { stage = "
        "\"x\"; } ); } );\n");
    model_until(&model, 20 * DAY_US);
    const struct facilities *facilities = &model.world->facilities;
    const uint32_t a = model_facility(&model, "a");
    cr_assert_eq(facility_offer(facilities, a, 0)->operators.servers, 1);
    cr_assert_eq(facility_offer(facilities, a, 1)->operators.servers, 2);
    model_free(&model);
}

Test(dispatch, refuses_to_send_more_than_there_are)
{
    model_refuses(WORLD(DISPATCH("one", "to = \"a\"; stint = \"20 d\"; experts = 4;"), EVERYWHERE),
                  "one.expert", "of 3 experts");
    model_refuses(
        WORLD(DISPATCH("one", "to = \"a\"; stint = \"20 d\"; every = \"5 d\"; batches = 4;"), EVERYWHERE),
        "one.expert", "4 people are away at once");
    model_refuses(WORLD(DISPATCH("one", "to = \"a\"; stint = \"20 d\"; experts = 2;") ", " DISPATCH(
                            "two", "to = \"b\"; stint = \"9 d\"; experts = 2;"),
                        EVERYWHERE),
                  "two.expert", "policies \"one\" and \"two\" 4 people");
    model_refuses(WORLD(DISPATCH("one", "to = \"centre\"; stint = \"20 d\";"), EVERYWHERE), "one.to",
                  "is at home at");
    model_refuses(WORLD(DISPATCH("one", "to = \"a\"; among: ( { facility = \"b\"; } );"), EVERYWHERE),
                  "one.to", "both are given");
    model_refuses(WORLD(DISPATCH("one", "to = \"a\"; batches = 2;"), EVERYWHERE), "one.batches", "add every");
    model_refuses(WORLD(DISPATCH("one", "to = \"a\"; stint = \"2 d\"; starts = \"random\";"), EVERYWHERE),
                  "one.starts", "every");
}
