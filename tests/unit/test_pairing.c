#include "models/policies/pairing.h"

#include "tests/unit/model_scenario.h"

/* Two helpers and two hospitals on a line; a "near" hospital lies between, which gives the service too. */
#define LINE                                                                                                 \
    "places: { list: ( { code = \"p\"; lon = 120; lat = 45; population = 1000; },\n"                         \
    "  { code = \"q\"; lon = 120.5; lat = 45; population = 1000; }, { code = \"n\"; lon = 121; lat = 45; "   \
    "},\n"                                                                                                   \
    "  { code = \"x\"; lon = 122; lat = 45; }, { code = \"y\"; lon = 123; lat = 45; } ); };\n"               \
    "travel: { detour = 1; fixed = \"30 min\"; bands: ( { speed = \"80 km/h\"; } ); };\n"
#define OFFER(id, place, offer)                                                                              \
    "{ id = \"" id "\"; place = \"" place "\"; beds: { bed = 100; }; services: ( { service = \"s\"; " offer  \
    " } ); }"
#define CASES(id, place, gap)                                                                                \
    "{ id = \"" id "\"; arrivals: { gap: " FIXED(                                                            \
        gap) "; at = [\"" place "\"]; };\n"                                                                  \
             "  pathway: ( { stage = \"door\"; needs: { bed = 1; }; duration: " FIXED(                       \
                 "1 h") "; next: ( { to = \"x\"; } ); }, "                                                   \
                        "{ stage = \"x\"; service = \"s\"; treats = true; duration: " FIXED(                 \
                            "1 h") "; } ); }"
#define WORLD(policies)                                                                                                    \
    "scenario: { start = \"2019-01-01\"; length = \"60 d\"; step = \"day\"; seed = \"7\"; };\n" LINE                       \
    "services: ( { id = \"s\"; independence: { dist = \"fixed\"; value = 1000; }; } );\n"                                  \
    "facilities: ( " OFFER("a", "p", "") ", " OFFER("b", "q", "") ", " OFFER("near", "n", "unlimited = true;") ", " OFFER( \
        "hx", "x",                                                                                                         \
        "unlimited = true;") ", " OFFER("hy", "y",                                                                         \
                                        "unlimited = true;") " );\n"                                                       \
                                                             "experts: ( { id = \"ex\"; home = \"hx\"; "                   \
                                                             "service = \"s\"; }, { id = \"ey\"; home = "                  \
                                                             "\"hy\"; service = "                                          \
                                                             "\"s\"; } );\n"                                               \
                                                             "policies: ( " policies                                       \
                                                             " );\nconditions: ( " CASES(                                  \
                                                                 "cp", "p", "6 h") ", " CASES("cq", "q",                   \
                                                                                              "3 h") " );\n"
#define BOTH                                                                                                 \
    "helpers: ( { facility = \"hx\"; }, { facility = \"hy\"; } ); helped: ( { facility = \"a\"; }, { "       \
    "facility = \"b\"; } );"
#define PAIRING(name, rest) "{ name = \"" name "\"; kind = \"pairing\"; start = \"2019-01-11\"; " rest " }"

static const char *partner(const struct model *model, const char *facility)
{
    const struct facilities *facilities = &model->world->facilities;
    const uint32_t at = facility_partner(facilities, model_facility(model, facility));
    return at == PATIENT_NOWHERE ? "" : facilities->facility[at].id;
}

Test(pairing, gives_partners_from_start_to_end)
{
    struct model model;
    model_build(&model, WORLD(PAIRING("pairs", BOTH " rule = \"optimal\"; length = \"20 d\";")));
    model_until(&model, 10 * DAY_US);
    cr_assert_str_eq(partner(&model, "a"), "");
    model_until(&model, 11 * DAY_US);
    cr_assert_str_neq(partner(&model, "a"), "");
    cr_assert_str_neq(partner(&model, "b"), "");
    cr_assert_str_neq(partner(&model, "a"), partner(&model, "b"));
    cr_assert_str_eq(partner(&model, "hx"), "");
    model_until(&model, 31 * DAY_US);
    cr_assert_str_eq(partner(&model, "a"), "");
    model_run(&model);
    model_free(&model);
}

/* Eight and four a day are referred: to the near hospital, then to the partners, then to it again. */
Test(pairing, referrals_go_to_the_partner)
{
    struct model model;
    model_build(&model, WORLD(PAIRING("pairs", BOTH " rule = \"need\"; length = \"20 d\";")));
    model_run(&model);
    cr_assert_str_eq(partner(&model, "a"), "");
    const int64_t to_near = model_at(&model, "near", admissions), to_x = model_at(&model, "hx", admissions),
                  to_y = model_at(&model, "hy", admissions);
    cr_assert(to_x == 160 && to_y == 80, "%lld %lld", (long long)to_x,
              (long long)to_y); /* b is in greater need */
    const int64_t on_the_way =
        model_at(&model, "a", transfers_out) + model_at(&model, "b", transfers_out) - to_near - to_x - to_y;
    cr_assert(on_the_way >= 0 && on_the_way <= 3, "%lld", (long long)on_the_way);
    model_free(&model);
}

/* Experts of each helper work at its hospital, and patients are treated in their county. */
Test(pairing, sends_experts_who_help)
{
    struct model with, without;
#define SENDS(more)                                                                                          \
    PAIRING("pairs", BOTH " experts = 1; service = \"s\"; stint = \"30 d\"; trainees = 2;" more)
    model_build(&with, WORLD(SENDS("")));
    model_build(&without, WORLD(SENDS(" active = false;")));
    model_run(&with);
    model_run(&without);
    cr_assert_gt(model_people(&with, treated_in_county), model_people(&without, treated_in_county) + 200);
    cr_assert_gt(model_service(&with, "a", procedures_by_visitors), 60);
    cr_assert_gt(model_service(&with, "b", procedures_by_visitors), 120);
    cr_assert_eq(model_total(&with, GROUP_EXPERT, EX_hours_away),
                 model_total(&with, GROUP_FACILITY_SERVICE, FS_procedures_by_visitors) * HOUR_US);
    model_free(&with);
    model_free(&without);
}

/* The partner is not better than the near hospital: the same are treated, after a longer way. */
Test(pairing, does_not_help_by_a_longer_way)
{
    struct model with, without;
    model_build(&with, WORLD(PAIRING("pairs", BOTH)));
    model_build(&without, WORLD(PAIRING("pairs", BOTH " active = false;")));
    model_run(&with);
    model_run(&without);
    cr_assert_eq(model_people(&with, treated_in_county), model_people(&without, treated_in_county));
    cr_assert_gt(model_people(&with, travel_time), model_people(&without, travel_time));
    model_free(&with);
    model_free(&without);
}

Test(pairing, changes_nothing_before_it_starts_or_when_it_is_off)
{
    struct model with, off, none;
    model_build(&with, WORLD(SENDS("")));
    model_build(&off, WORLD(SENDS(" active = false;")));
    model_build(&none, WORLD(""));
    model_run(&with);
    model_run(&off);
    model_run(&none);
    cr_assert(model_same_steps(&off, &none, 0, 60));
    cr_assert(model_same_steps(&with, &none, 0, 10));
    cr_assert_not(model_same_steps(&with, &none, 10, 60));
    model_free(&with);
    model_free(&off);
    model_free(&none);
}

/* Of two helpers of one hospital the second joins: both help, one is the partner. */
Test(pairing, helpers_left_over_join_the_neediest)
{
    struct model model;
    model_build(&model, WORLD(PAIRING(
                            "pairs", "helpers: ( { facility = \"hx\"; }, { facility = \"hy\"; } ); helped: ( "
                                     "{ facility = \"b\"; } ); join = true; experts = 1; service = \"s\"; "
                                     "stint = \"30 d\";")));
    model_until(&model, 15 * DAY_US);
    cr_assert_str_eq(partner(&model, "b"), "hx");
    cr_assert_eq(facility_offer(&model.world->facilities, model_facility(&model, "b"), 0)->operators.servers,
                 2);
    cr_assert_eq(model.world->facilities.facility[model_facility(&model, "hy")].helps, 1);
    model_free(&model);
}

static void write_pairs(char path[64], const char *rows)
{
    strcpy(path, "/tmp/pairs-XXXXXX.csv");
    const int file = mkstemps(path, 4);
    cr_assert(file >= 0 && dprintf(file, "helper,helped\n%s", rows) > 0 && close(file) == 0);
}

Test(pairing, follows_a_list)
{
    char path[64];
    struct model model;
    write_pairs(path, "hy,a\nhx,b\nnear,b\n");
    model_build(&model, WORLD(PAIRING("pairs", "rule = \"list\"; file = \"%s\";")), path);
    model_until(&model, 11 * DAY_US);
    unlink(path);
    cr_assert_str_eq(partner(&model, "a"), "hy");
    cr_assert_str_eq(partner(&model, "b"), "hx");
    cr_assert_eq(model.world->facilities.facility[model_facility(&model, "near")].helps, 1);
    model_free(&model);
}

Test(pairing, refuses_a_bad_list)
{
    static const char *const bad[][2] = {
        {"hy,nobody\n", "no facility"}, {"hy,a\nhy,a\n", "already"}, {"hy,a\na,b\n", "helps and is helped"}};
    for (size_t i = 0; i < 3; i++) {
        char path[64];
        struct model model;
        write_pairs(path, bad[i][0]);
        cr_assert_eq(model_try(&model, WORLD(PAIRING("pairs", "rule = \"list\"; file = \"%s\";")), path), -1);
        cr_assert(model_says(&model, "", bad[i][1]), "%s", model.err.text[0]);
        model_free(&model);
        unlink(path);
    }
}

Test(pairing, refuses_what_cannot_be)
{
    model_refuses(WORLD(PAIRING("one", BOTH) ", " PAIRING("two", BOTH)), "two.helped",
                  "both give \"a\" a partner");
    model_refuses(
        WORLD(PAIRING("one", "helpers: ( { facility = \"hx\"; } ); helped: ( { facility = \"hx\"; } );")),
        "one.helpers", "helps and is helped");
    model_refuses(WORLD(PAIRING("one", "helpers: ( { facility = \"hx\"; } );")), "one.helpers",
                  "give helpers and helped");
    model_refuses(WORLD(PAIRING("one", BOTH " rule = \"list\";")), "one.rule", "file");
    model_refuses(WORLD(PAIRING("one", BOTH " experts = 1;")), "one.experts", "add service");
    model_refuses(WORLD(PAIRING("one", BOTH " experts = 2; service = \"s\";")), "one.experts",
                  "of 1 experts");
    model_refuses(
        WORLD(PAIRING("one",
                      "helpers: ( { facility = \"hx\"; }, { facility = \"hx\"; } ); helped: ( { facility = "
                      "\"a\"; } );")),
        "one.helpers", "twice");
    model_refuses(
        WORLD(PAIRING(
            "one", BOTH
            " experts = 1; service = \"s\"; stint = \"9 d\";") ", { name = \"trip\"; kind = "
                                                               "\"dispatch\"; start = \"2019-01-15\"; stint "
                                                               "= \"9 d\"; expert = \"ex\"; to = \"b\"; }"),
        "trip.expert", "same expert at overlapping times");
}
