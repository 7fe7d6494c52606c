#include "models/policies/telemedicine.h"

#include <math.h>

#include "models/case.h"
#include "tests/unit/model_scenario.h"

#define WHERE                                                                                                \
    "places: { list: ( { code = \"a\"; lon = 110; lat = 35; population = 1000; province = \"west\"; },\n"    \
    "                  { code = \"b\"; lon = 115; lat = 35; population = 1000; province = \"east\"; } ); "   \
    "};\n"                                                                                                   \
    "travel: { fixed = \"30 min\"; };\n"                                                                     \
    "services: ( { id = \"opinion\"; }, { id = \"crrt\"; independence: { dist = \"fixed\"; value = 4; }; "   \
    "entry_proficiency = 0.5; plateau = 50; } );\n"
#define PEOPLE                                                                                               \
    "facilities: ( { id = \"member\"; place = \"a\"; beds: { icu = 4; }; services: ( { service = \"crrt\"; " \
    "} ); },\n"                                                                                              \
    "  { id = \"hub\"; place = \"b\"; level = \"provincial\"; beds: { icu = 40; clinic = 5; };\n"            \
    "    services: ( { service = \"opinion\"; staff = 1; }, { service = \"crrt\"; staff = 3; } ); } );\n"
#define TELE(active, keys)                                                                                   \
    "policies: ( { name = \"tele\"; kind = \"telemedicine\"; active = " active "; hub = \"hub\";\n"          \
    "  members: ( { facility = \"member\"; } ); start = \"2019-03-01\"; " keys " } );\n"
#define YEAR "scenario: { start = \"2019-01-01\"; length = \"1 y\"; step = \"month\"; seed = \"7\"; };\n"

/* Severe patients of a county whose hospital cannot give what they need. */
#define CRRT(active, keys)                                                                                   \
    YEAR WHERE PEOPLE TELE(active, keys) "conditions: ( { id = \"c\"; arrivals: { rate = \"30 per y\"; at "  \
                                         "= [\"a\"]; }; first = \"given\"; first_at = "                      \
                                         "\"member\";\n"                                                     \
                                         "  pathway: ( { stage = \"crrt\"; service = \"crrt\"; needs: { "    \
                                         "icu = 1; }; treats = true; transfer = \"1 h\";\n"                  \
                                         "               duration: { dist = \"lognormal\"; mean = \"2 d\"; " \
                                         "sd = \"1 d\"; }; next: ( { to = "                                  \
                                         "\"after\"; } ); },\n"                                              \
                                         "             { stage = \"after\"; duration: { dist = "             \
                                         "\"exponential\"; mean = \"5 d\"; }; } );\n"                        \
                                         "  outcomes: ( { id = \"death\"; logit = -1; treated = -1; "        \
                                         "proficiency = -0.5; delay = 0.02; } ); } );\n"
#define GUIDES "guides: ( { service = \"crrt\"; proficiency = 0.7; teaches = 0.5; } );"

Test(telemedicine, guidance_treats_at_home_who_had_to_travel)
{
    struct model without, with;
    model_build(&without, CRRT("false", GUIDES));
    model_build(&with, CRRT("true", GUIDES));
    model_run(&without);
    model_run(&with);
    cr_assert_eq(model_people(&without, treated_in_county), 0);
    cr_assert_gt(model_people(&with, treated_in_county), 15);
    cr_assert_lt(model_people(&with, transfers), model_people(&without, transfers));
    cr_assert_eq(model_people(&with, consultations), model_people(&with, treated_in_county));
    /* Every guided case took a guide. */
    const int64_t guided = model_total(&with, GROUP_FACILITY_SERVICE, FS_procedures_guided);
    cr_assert_eq(guided, model_people(&with, treated_in_county));
    cr_assert_eq(model_total(&with, GROUP_FACILITY_SERVICE, FS_procedures_remote), guided);
    /* Of the year, the first two months are those without it. */
    model_must_agree(&without, &with, 2);
    model_free(&without);
    model_free(&with);
}

Test(telemedicine, off_changes_nothing)
{
    struct model off, none;
    model_build(&off, CRRT("false", GUIDES));
    model_build(
        &none, YEAR WHERE PEOPLE
        "conditions: ( { id = \"c\"; arrivals: { rate = \"30 per y\"; at = [\"a\"]; }; first = \"given\"; "
        "first_at = \"member\";\n"
        "  pathway: ( { stage = \"crrt\"; service = \"crrt\"; needs: { icu = 1; }; treats = true; "
        "transfer = \"1 h\";\n"
        "    duration: { dist = \"lognormal\"; mean = \"2 d\"; sd = \"1 d\"; }; next: ( { to = "
        "\"after\"; } ); },\n"
        "    { stage = \"after\"; duration: { dist = \"exponential\"; mean = \"5 d\"; }; } );\n"
        "  outcomes: ( { id = \"death\"; logit = -1; treated = -1; proficiency = -0.5; delay = 0.02; } ); "
        "} );\n");
    model_run(&off);
    model_run(&none);
    model_must_agree(&off, &none, world_ledger(off.world)->steps);
    cr_assert_eq(world_events(off.world), world_events(none.world));
    model_free(&off);
    model_free(&none);
}

/* Where the county's own doctors can do it, guidance has nothing to add. */
Test(telemedicine, guidance_must_not_help_who_can_do_it_alone)
{
    struct model with;
    model_build_file(&with, 0, SOURCE_DIR "/tests/unit/data/guided.cfg",
                     (const char *const[]){"facilities.member.services.crrt.staff=2"}, 1);
    model_run(&with);
    cr_assert_eq(model_people(&with, consultations), 0);
    cr_assert_eq(model_total(&with, GROUP_FACILITY_SERVICE, FS_procedures_guided), 0);
    cr_assert_gt(model_people(&with, treated_in_county), 20);
    model_free(&with);
}

Test(telemedicine, cases_under_guidance_teach_a_part_of_a_case)
{
    struct model with;
    model_build_file(&with, 0, SOURCE_DIR "/tests/unit/data/guided.cfg", NULL, 0);
    model_run(&with);
    /* Independent after 4 supervised cases, which are 8 under guidance. */
    cr_assert_eq(model_total(&with, GROUP_FACILITY_SERVICE, FS_procedures_guided), 8);
    cr_assert_gt(model_service(&with, "member", procedures_by_locals), 5);
    model_free(&with);
}

Test(telemedicine, guidance_ends_with_the_policy_and_the_guide)
{
    struct model with;
    model_build(&with, CRRT("true", GUIDES "length = \"2 month\";"));
    model_run(&with);
    const int64_t guided = model_total(&with, GROUP_FACILITY_SERVICE, FS_procedures_guided);
    cr_assert(guided > 0 && guided < 12, "%lld", (long long)guided);
    cr_assert_gt(model_people(&with, treated_elsewhere), 10);
    model_free(&with);
}

/* --- consultations ------------------------------------------------------------ */

#define CONSULT(active, keys)                                                                                \
    YEAR WHERE PEOPLE TELE(                                                                                  \
        active,                                                                                              \
        keys) "conditions: ( { id = \"c\"; arrivals: { rate = \"200 per y\"; at = [\"a\"]; }; first = "      \
              "\"given\"; first_at = "                                                                       \
              "\"member\";\n"                                                                                \
              "  pathway: ( { stage = \"seen\"; needs: { icu = 1; }; duration: " FIXED(                      \
                  "2 h") "; next: ( { to = "                                                                 \
                         "\"asked\"; } ); },\n"                                                              \
                         "    { stage = \"asked\"; remote: { service = \"opinion\"; }; duration: " FIXED(    \
                             "40 min") "; otherwise = "                                                      \
                                       "\"sent\"; treats = true;\n"                                          \
                                       "      next: ( { to = \"sent\"; share = 0.3; }, { share = 0.7; } ); " \
                                       "},\n"                                                                \
                                       "    { stage = \"sent\"; at = \"hub\"; needs: { clinic = 1; }; "      \
                                       "duration: " FIXED(                                                   \
                                           "1 h") "; next: ( { to = "                                        \
                                                  "\"checked\"; } ); },\n"                                   \
                                                  "    { stage = \"checked\"; needs: { icu = 1; }; "         \
                                                  "with_records = 0.25; duration: " FIXED(                   \
                                                      "4 h") "; } ); } );\n"

Test(telemedicine, advice_spares_the_way)
{
    struct model without, with;
    model_build(&without, CONSULT("false", "consults: ( { service = \"opinion\"; } );"));
    model_build(&with, CONSULT("true", "consults: ( { service = \"opinion\"; } );"));
    model_run(&without);
    model_run(&with);
    cr_assert_eq(model_people(&without, consultations), 0);
    cr_assert_eq(model_people(&without, transfers), model_at(&with, "member", admissions));
    cr_assert_gt(model_people(&with, consultations), 100);
    cr_assert_lt(model_people(&with, transfers), model_people(&without, transfers) / 2);
    model_must_agree(&without, &with, 2);
    model_free(&without);
    model_free(&with);
}

Test(telemedicine, what_is_known_is_not_found_out_again)
{
    struct model with;
    model_build(&with, CONSULT("true", "records = true;"));
    cr_assert_eq(world_trace(with.world, &with.err), 0);
    model_run(&with);
    int64_t shared = 0, anew = 0;
    for (size_t i = 0; i < world_visits(with.world); i++) {
        const struct world_visit visit = world_visit(with.world, i);
        const int64_t took_us = visit.time_us[VISIT_ENDED] - visit.time_us[VISIT_STARTED];
        if (strcmp(visit.station, "hub.icu") != 0 || visit.time_us[VISIT_ENDED] == INT64_MAX)
            continue;
        shared += took_us == HOUR_US;
        anew += took_us == 4 * HOUR_US;
        cr_assert(took_us == HOUR_US || took_us == 4 * HOUR_US);
        if (visit.time_us[VISIT_ARRIVED] > 60 * DAY_US) /* who set out before March brought nothing */
            cr_assert_eq(took_us, HOUR_US);
    }
    cr_assert(shared > 100 && anew > 10, "%lld %lld", (long long)shared, (long long)anew);
    model_free(&with);
}

/* Somebody always asks while holding a bed when the board is renewed. */
Test(telemedicine, beds_are_kept_while_the_answer_is_awaited)
{
    struct model with;
    model_build(
        &with,
        YEAR WHERE PEOPLE TELE(
            "true",
            "consults: ( { service = \"opinion\"; } );") "conditions: ( { id = \"c\"; arrivals: { rate = "
                                                         "\"1000 per y\"; at = [\"a\"]; }; first = "
                                                         "\"given\"; "
                                                         "first_at = \"member\";\n"
                                                         "  pathway: ( { stage = \"asked\"; needs: { icu = "
                                                         "1; }; treats = true; otherwise = \"alone\";\n"
                                                         "      remote: { service = \"opinion\"; needs: { "
                                                         "clinic = 1; }; }; duration: " FIXED(
                                                             "7 h") "; },\n"
                                                                    "    { stage = \"alone\"; "
                                                                    "duration: " FIXED(
                                                                        "1 h") "; } ); } );\n");
    model_until(&with, 200 * DAY_US);
    int64_t asking = 0;
    bool *present = model_present(&with);
    for (uint32_t who = 0; who < with.world->part.patients.used; who++)
        asking += present[who] && (case_patient(with.world, who)->more & PATIENT_ASKS) != 0;
    free(present);
    cr_assert_eq(model_ward(&with, "member.icu")->blocked, asking);
    cr_assert_gt(asking, 0);
    model_run(&with);
    cr_assert_gt(model_people(&with, consultations), 500);
    model_free(&with);
}

/* --- watching ------------------------------------------------------------------- */

#define ICU(places)                                                                                          \
    YEAR WHERE PEOPLE TELE("true",                                                                           \
                           "watch: { resource = \"icu\"; places = " places                                   \
                           "; };") "conditions: ( { id = \"c\"; arrivals: { rate = \"300 per y\"; at = "     \
                                   "[\"a\"]; }; first = \"given\"; first_at = "                              \
                                   "\"member\";\n"                                                           \
                                   "  pathway: ( { stage = \"icu\"; needs: { icu = 1; }; treats = true; "    \
                                   "duration: { dist = \"exponential\"; mean = "                             \
                                   "\"3 d\"; }; } );\n"                                                      \
                                   "  outcomes: ( { id = \"death\"; logit = -0.5; watched = -3; } ); } );\n"

Test(telemedicine, watching_helps_as_far_as_places_go_and_harms_nobody)
{
    int64_t deaths[3], watched[3];
    static const char *const places[] = {"0", "1", "9"};
    for (size_t i = 0; i < 3; i++) {
        struct model model;
        model_build(&model, ICU("%s"), places[i]);
        model_run(&model);
        deaths[i] = model_people(&model, deaths);
        watched[i] = model_people(&model, watched);
        for (size_t f = 0; f < model.world->facilities.count; f++)
            cr_assert_leq(model.world->afar.site[f].watched, model.world->afar.site[f].watch_limit);
        model_free(&model);
    }
    cr_assert_eq(watched[0], 0);
    cr_assert(watched[1] > 20 && watched[1] < watched[2]);
    cr_assert_gt(watched[2], 200); /* all since March */
    cr_assert(deaths[0] > deaths[1] && deaths[1] > deaths[2], "%lld %lld %lld", (long long)deaths[0],
              (long long)deaths[1], (long long)deaths[2]);
}

/* --- follow-up -------------------------------------------------------------------- */

#define FOLLOW(active)                                                                                       \
    YEAR WHERE PEOPLE TELE(                                                                                  \
        active, "follow_up = [\"c.check\"];") "conditions: ( { id = \"c\"; arrivals: { rate = \"100 per "    \
                                              "y\"; at = [\"a\"]; }; first = \"given\"; first_at = "         \
                                              "\"member\";\n"                                                \
                                              "  pathway: ( { stage = \"seen\"; needs: { icu = 1; }; "       \
                                              "duration: " FIXED(                                            \
                                                  "2 h") "; next: ( { to = "                                 \
                                                         "\"check\"; } ); },\n"                              \
                                                         "    { stage = \"check\"; at = \"hub\"; needs: { "  \
                                                         "clinic = 1; }; treats = true; duration: " FIXED(   \
                                                             "1 h") "; } ); } );\n"

Test(telemedicine, follow_up_from_afar_takes_the_same_and_no_way)
{
    struct model without, with;
    model_build(&without, FOLLOW("false"));
    model_build(&with, FOLLOW("true"));
    model_run(&without);
    model_run(&with);
    cr_assert_eq(model_people(&without, consultations), 0);
    const int64_t spared = model_people(&without, transfers) - model_people(&with, transfers);
    cr_assert_gt(spared, 50);
    cr_assert_leq(llabs(spared - model_people(&with, consultations)), 2); /* on the way at the end */
    cr_assert_lt(model_people(&with, travel_time), model_people(&without, travel_time));
    model_must_agree(&without, &with, 2);
    model_free(&without);
    model_free(&with);
}

/* --- all of it, cut and uncut --------------------------------------------------------- */

Test(telemedicine, is_the_same_for_every_cut)
{
    struct model one, two;
    static const char *const texts[] = {CRRT("true", GUIDES),
                                        CONSULT("true", "consults: ( { service = \"opinion\"; } "
                                                        "); records = true;"),
                                        ICU("2"), FOLLOW("true")};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        model_partitions = PARTITIONS_ONE;
        model_build(&one, "%s", texts[i]);
        model_partitions = PARTITIONS_PROVINCE;
        model_build(&two, "%s", texts[i]);
        cr_assert_eq(world_cut(two.world).partitions, 2u);
        cr_assert_eq(world_set_threads(two.world, 2, &two.err), 0);
        model_run(&one);
        model_run(&two);
        model_must_agree(&one, &two, world_ledger(one.world)->steps);
        model_free(&one);
        model_free(&two);
    }
}
