#include "models/policies/training.h"

#include <math.h>

#include "tests/unit/model_scenario.h"

/* A county hospital "a" where nobody commands s, which needs 10 supervised cases; a centre with 8 cases a
 * day. The staff of t are two. */
#define WORLD(policies)                                                                                      \
    "scenario: { start = \"2019-01-01\"; length = \"100 d\"; step = \"day\"; seed = \"7\"; };\n"             \
    "places: { list: ( { code = \"p\"; lon = 120; lat = 45; population = 1000; },\n"                         \
    "  { code = \"q\"; lon = 121; lat = 45; population = 1000; } ); };\n"                                    \
    "travel: { fixed = \"30 min\"; };\n"                                                                     \
    "services: ( { id = \"s\"; independence: { dist = \"fixed\"; value = 10; }; plateau = 30; "              \
    "entry_proficiency = 0.5; }, { id = \"t\"; } );\n"                                                       \
    "facilities: ( { id = \"a\"; place = \"p\"; services: ( { service = \"s\"; }, { service = \"t\"; staff " \
    "= "                                                                                                     \
    "2; } ); },\n"                                                                                           \
    "  { id = \"centre\"; place = \"q\"; services: ( { service = \"s\"; unlimited = true; } ); } );\n"       \
    "experts: ( { id = \"prof\"; home = \"centre\"; service = \"s\"; week = \"10 h\"; } );\n"                \
    "policies: ( " policies " );\nconditions: (\n"                                                           \
    "  { id = \"here\"; arrivals: { gap: " FIXED(                                                            \
        "6 h") "; at = [\"p\"]; }; first = \"given\"; first_at = "                                           \
               "\"a\";\n    pathway: ( { stage = \"x\"; service = \"s\"; treats = true; missing = "          \
               "\"leave\"; duration: " FIXED(                                                                \
                   "1 h") "; } ); },\n"                                                                      \
                          "  { id = \"there\"; arrivals: { gap: " FIXED(                                     \
                              "3 h") "; at = [\"q\"]; }; first = \"given\"; first_at = "                     \
                                     "\"centre\";\n    pathway: ( { stage = \"x\"; service = \"s\"; treats " \
                                     "= true; duration: " FIXED("1 h") "; } ); } );\n"
#define TRAINING(name, way, rest)                                                                            \
    "{ name = \"" name "\"; kind = \"training\"; way = \"" way "\"; at = \"a\"; service = \"s\"; start = "   \
    "\"2019-01-11\"; " rest " }"
#define STUDY(rest) TRAINING("away", "study", "centre = \"centre\"; share = 0.1; stay = \"30 d\"; " rest)
#define VISIT(rest)                                                                                          \
    "{ name = \"visit\"; kind = \"dispatch\"; expert = \"prof\"; to = \"a\"; start = \"2019-01-11\"; stint " \
    "= "                                                                                                     \
    "\"60 d\"; " rest " }"

static const struct offer *offer(const struct model *model, uint32_t service)
{
    return facility_offer(&model->world->facilities, model_facility(model, "a"), service);
}

static int64_t with_role(const struct model *model, enum person_role role)
{
    int64_t count = 0;
    for (size_t p = 0; p < offer(model, 0)->count; p++)
        count += offer(model, 0)->people[p].role == role && !offer(model, 0)->people[p].gone;
    return count;
}

/* In 30 days the centre has 240 cases, of which the trainee does a tenth: 10 to independence, 14 as own. */
Test(training, study_brings_a_service_home)
{
    struct model model;
    model_build(&model, WORLD(STUDY("leaves = \"t\";")));
    model_until(&model, 11 * DAY_US);
    cr_assert_eq(offer(&model, 0)->operators.servers, 0);
    cr_assert_eq(offer(&model, 1)->operators.servers, 1); /* the work at home lacks one */
    model_until(&model, 40 * DAY_US + 1);
    cr_assert_eq(offer(&model, 1)->operators.servers, 2);
    cr_assert_eq(offer(&model, 0)->operators.servers, 1);
    const struct person *person = &offer(&model, 0)->people[0];
    cr_assert_eq(person->role, ROLE_LOCAL);
    cr_assert_eq(person->supervised, 10);
    cr_assert_float_eq(person->proficiency, 1 - 0.5 * exp(-3.0 * 14 / 30), 1e-9);
    model_run(&model);
    const int64_t here = model_service(&model, "a", procedures_by_locals);
    cr_assert(here > 230, "%lld", (long long)here);
    cr_assert_eq(model_cell(&model, GROUP_FACILITY_SERVICE, model_facility(&model, "a"), 0, FS_studying), 30);
    model_free(&model);
}

/* With a tenth of the cases of a week nobody becomes independent: whoever is back is a trainee still. */
Test(training, study_that_is_too_short_does_not_help)
{
    struct model model, none;
    model_build(&model,
                WORLD(TRAINING("away", "study", "centre = \"centre\"; share = 0.1; stay = \"7 d\";")));
    model_build(&none, WORLD(""));
    model_run(&model);
    model_run(&none);
    cr_assert_eq(offer(&model, 0)->people[0].supervised, 5);
    cr_assert_eq(with_role(&model, ROLE_TRAINEE), 1);
    cr_assert_eq(model_people(&model, treated_in_county), model_people(&none, treated_in_county));
    model_free(&model);
    model_free(&none);
}

Test(training, study_goes_on_in_batches_where_the_partner_is)
{
    struct model model;
    model_build(
        &model,
        WORLD("{ name = \"pairs\"; kind = \"pairing\"; start = \"2019-01-11\"; helpers: ( { facility = "
              "\"centre\"; } ); helped: ( { facility = \"a\"; } ); }, " TRAINING(
                  "away", "study", "share = 0.1; stay = \"20 d\"; every = \"25 d\"; most = 3;")));
    model_run(&model);
    cr_assert_eq(with_role(&model, ROLE_LOCAL), 3); /* departures on days 10, 35, 60; 16 cases each */
    model_free(&model);
}

Test(training, tutoring_fills_the_places_of_those_who_have_learnt)
{
    struct model model;
    model_build(&model,
                WORLD(TRAINING("tutor", "tutoring", "trainees = 2; most = 5; on_duty = 1;") ", " VISIT("")));
    model_until(&model, 15 * DAY_US);
    cr_assert_eq(with_role(&model, ROLE_TRAINEE), 2);
    model_run(&model);
    cr_assert_eq(with_role(&model, ROLE_LOCAL), 5);
    cr_assert_eq(with_role(&model, ROLE_TRAINEE), 0);
    cr_assert_eq(model_service(&model, "a", procedures_supervised), 50);
    model_free(&model);
}

Test(training, tutoring_without_a_tutor_does_not_help)
{
    struct model model, none;
    model_build(&model, WORLD(TRAINING("tutor", "tutoring", "trainees = 2;")));
    model_build(&none, WORLD(""));
    model_run(&model);
    model_run(&none);
    cr_assert_eq(with_role(&model, ROLE_LOCAL), 0);
    cr_assert_eq(model_people(&model, treated_in_county), model_people(&none, treated_in_county));
    model_free(&model);
    model_free(&none);
}

/* Ten weekly sessions of 1.25 cases: 12 cases, with the tenth case in the eighth. The expert's hours are
 * counted. */
Test(training, sessions_teach_the_whole_group)
{
    struct model model;
    model_build(&model, WORLD(TRAINING("school", "sessions",
                                       "trainees = 3; every = \"7 d\"; cases = 1.25; expert = "
                                       "\"prof\"; hours = \"4 h\"; length = \"70 d\";")));
    model_until(&model, 58 * DAY_US);
    cr_assert_eq(with_role(&model, ROLE_TRAINEE), 3);
    model_until(&model, 60 * DAY_US);
    cr_assert_eq(with_role(&model, ROLE_LOCAL), 3);
    model_run(&model);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_teaching), 10 * 4 * HOUR_US);
    model_free(&model);
}

/* Four sessions of four hours a week do not go into ten hours; and nobody teaches at home who is away. */
Test(training, sessions_wait_for_the_experts_time)
{
    struct model model;
    model_build(&model, WORLD(TRAINING("school", "sessions",
                                       "trainees = 3; every = \"1 d\"; cases = 0.1; expert = "
                                       "\"prof\"; hours = \"4 h\"; length = \"14 d\";")));
    model_run(&model);
    /* From Friday 2019-01-11: two before Monday, two in each of the next two weeks up to the 24th. */
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_teaching), 6 * 4 * HOUR_US);
    model_free(&model);
    model_build(&model, WORLD(VISIT("") ", " TRAINING("school", "sessions",
                                                      "every = \"1 d\"; cases = 1; expert = "
                                                      "\"prof\"; hours = \"4 h\"; length = \"50 d\";")));
    model_run(&model);
    cr_assert_eq(with_role(&model, ROLE_LOCAL), 0);
    cr_assert_eq(model_cell(&model, GROUP_EXPERT, 0, 0, EX_hours_teaching), 0);
    model_free(&model);
}

Test(training, changes_nothing_before_it_starts_or_when_it_is_off)
{
#define THREE(more)                                                                                          \
    TRAINING("tutor", "tutoring", "trainees = 2;" more)                                                      \
    ", " TRAINING("school", "sessions",                                                                      \
                  "every = \"7 d\"; cases = 2;" more) ", "                                                   \
                                                      "{ name = \"other\"; kind = \"training\"; way = "      \
                                                      "\"study\"; at = \"a\"; service = \"t\"; start = "     \
                                                      "\"2019-01-11\"; " more " }"
    struct model with, off, none;
    model_build(&with, WORLD(THREE("")));
    model_build(&off, WORLD(THREE(" active = false;")));
    model_build(&none, WORLD(""));
    model_run(&with);
    model_run(&off);
    model_run(&none);
    cr_assert(model_same_steps(&off, &none, 0, 100));
    cr_assert(model_same_steps(&with, &none, 0, 10));
    cr_assert_not(model_same_steps(&with, &none, 10, 100));
    model_free(&with);
    model_free(&off);
    model_free(&none);
}

Test(training, refuses_what_cannot_be)
{
    model_refuses(WORLD(STUDY("") ", " VISIT("trainees = 1;")), "away.way", "\"visit\" teaches at home");
    model_refuses(WORLD(STUDY("") ", " TRAINING("tutor", "tutoring", "")), "away.way",
                  "\"tutor\" teaches at home");
    model_refuses(WORLD(STUDY("trainees = 11;")), "away.share", "do more than there are");
    model_refuses(WORLD(STUDY("every = \"20 d\";")), "away.every", "before the others are back");
    model_refuses(WORLD(TRAINING("away", "study", "centre = \"a\";")), "away.centre", "away at home");
    model_refuses(WORLD(TRAINING("away", "study", "stay = \"1 h\";")), "away.stay", "a day at least");
    model_refuses(WORLD(TRAINING("school", "sessions", "cases = 1;")), "school.every", "a day apart");
    model_refuses(WORLD(TRAINING("school", "sessions", "every = \"7 d\"; hours = \"2 h\";")), "school.hours",
                  "add expert");
    model_refuses(WORLD(STUDY("among: ( { facility = \"a\"; } );")), "away.at", "both are given");
}
