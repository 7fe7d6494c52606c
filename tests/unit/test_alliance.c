#include "models/policies/alliance.h"

#include "tests/unit/model_scenario.h"

#define WORLD(active, keys)                                                                                  \
    "scenario: { start = \"2019-01-01\"; length = \"1 y\"; step = \"month\"; seed = \"7\"; };\n"             \
    "places: { list: ( { code = \"a\"; lon = 110; lat = 35; population = 1000; province = \"west\"; },\n"    \
    "  { code = \"b\"; lon = 115; lat = 35; population = 1000; province = \"east\"; },\n"                    \
    "  { code = \"c\"; lon = 110.5; lat = 35; population = 1000; province = \"west\"; } ); };\n"             \
    "travel: { fixed = \"30 min\"; };\n"                                                                     \
    "services: ( { id = \"ivf\"; independence: { dist = \"uniform\"; low = 4; high = 12; }; "                \
    "entry_proficiency = 0.5; "                                                                              \
    "plateau = 50; } );\n"                                                                                   \
    "facilities: ( { id = \"county\"; rule = \"one in every place\"; except = [\"b\"]; beds: { bed = 5; "    \
    "};\n"                                                                                                   \
    "    services: ( { service = \"ivf\"; } ); },\n"                                                         \
    "  { id = \"hub\"; place = \"b\"; level = \"provincial\"; beds: { bed = 9; }; services: ( { service = "  \
    "\"ivf\"; } ); },\n"                                                                                     \
    "  { id = \"other\"; place = \"c\"; beds: { bed = 9; }; services: ( { service = \"ivf\"; staff = 1; } "  \
    "); } );\n"                                                                                              \
    "experts: ( { id = \"huang\"; home = \"hub\"; service = \"ivf\"; week = \"40 h\"; } );\n"                \
    "policies: ( { name = \"alliance\"; kind = \"alliance\"; active = " active                               \
    "; hub = \"hub\"; start = \"2019-04-01\";\n"                                                             \
    "  members: ( { facility = \"county\"; } ); " keys " } );\n"                                             \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"60 per y\"; at = [\"a\"]; };\n"                        \
    "  pathway: ( { stage = \"seen\"; needs: { bed = 1; }; duration: " FIXED(                                \
        "1 h") "; next: ( { to = \"ivf\"; } ); },\n"                                                         \
               "    { stage = \"ivf\"; service = \"ivf\"; needs: { bed = 1; }; treats = true; transfer = "   \
               "\"1 d\";\n"                                                                                  \
               "      duration: { dist = \"exponential\"; mean = \"3 h\"; }; } ); } );\n"

static void pair(struct model *without, struct model *with, const char *off, const char *on)
{
    model_build(without, "%s", off);
    model_build(with, "%s", on);
    model_run(without);
    model_run(with);
}

Test(alliance, members_refer_to_the_hub_and_no_longer_to_the_nearest)
{
    struct model without, with;
    pair(&without, &with, WORLD("false", ""), WORLD("true", ""));
    cr_assert_eq(model_service(&without, "hub", procedures_by_locals) +
                     model_service(&without, "hub", procedures_by_visitors),
                 0);
    cr_assert_gt(model_at(&with, "hub", admissions), 25);
    cr_assert_lt(model_at(&with, "other", admissions), model_at(&without, "other", admissions));
    model_must_agree(&without, &with, 3);
    model_free(&without);
    model_free(&with);
}

Test(alliance, without_referral_and_anything_else_it_changes_nothing)
{
    struct model without, with;
    pair(&without, &with, WORLD("false", ""), WORLD("true", "referral = false;"));
    model_must_agree(&without, &with, world_ledger(with.world)->steps);
    model_free(&without);
    model_free(&with);
}

Test(alliance, clinics_open_on_their_day)
{
    struct model without, with;
    pair(
        &without, &with, WORLD("false", ""),
        WORLD("true",
              "clinics: ( { facility = \"county\"; service = \"ivf\"; on = \"2019-07-01\"; staff = 1; } );"));
    cr_assert_eq(model_people(&without, treated_in_county), 0);
    cr_assert_gt(model_people(&with, treated_in_county), 15);
    const struct ledger *ledger = world_ledger(with.world);
    for (size_t step = 0; step < 6; step++)
        cr_assert_eq(model_closed(ledger, GROUP_PLACE_CONDITION, step, 0, PC_treated_in_county), 0);
    model_must_agree(&without, &with, 3);
    model_free(&without);
    model_free(&with);
}

Test(alliance, sessions_make_trainees_independent_and_use_the_teacher_s_week)
{
    struct model with;
    model_build(&with,
                WORLD("true", "trainees: ( { service = \"ivf\"; people = 1; } );\n"
                              "sessions: ( { id = \"s\"; service = \"ivf\"; every = \"10 d\"; worth = 1.5; "
                              "expert = \"huang\"; takes = \"4 h\"; } );"));
    model_run(&with);
    /* 27 sessions after the first of April; all trainees are independent by the 8th, after 12 cases. */
    cr_assert_eq(model_cell(&with, GROUP_EXPERT, 0, 0, EX_hours_teaching), 27 * 4 * HOUR_US);
    cr_assert_gt(model_people(&with, treated_in_county), 15);
    const struct ledger *ledger = world_ledger(with.world);
    int64_t independent = 0;
    for (uint32_t f = 0; f < 2; f++)
        independent += model_closed(ledger, GROUP_FACILITY_SERVICE, 11, f, FS_staff_independent);
    cr_assert_eq(independent, 2);
    model_free(&with);
}

Test(alliance, a_session_waits_for_a_week_with_time)
{
    struct model with;
    model_build(&with, WORLD("true", "sessions: ( { id = \"s\"; service = \"ivf\"; every = \"1 d\"; "
                                     "expert = \"huang\"; takes = \"15 h\"; } );"));
    model_run(&with);
    const int64_t hours = model_cell(&with, GROUP_EXPERT, 0, 0, EX_hours_teaching) / HOUR_US;
    cr_assert(hours >= 38 * 30 && hours <= 40 * 30 && hours % 15 == 0, "%lld",
              (long long)hours); /* two a week */
    model_free(&with);
}

#define VISITS(more)                                                                                         \
    "visits: ( { expert = \"huang\"; start = \"2019-05-01\"; stint = \"10 d\"; every = \"1 month\"; "        \
    "batches = "                                                                                             \
    "4; " more " } );"

/* Members are visited in turn: the first and the third time one, the second and fourth the other. */
Test(alliance, visits_treat_and_teach_at_members_and_lack_at_home)
{
    struct model without, with;
    pair(&without, &with, WORLD("true", ""), WORLD("true", VISITS("trainees = 2;")));
    model_must_agree(&without, &with, 4);
    cr_assert_eq(model_total(&without, GROUP_FACILITY_SERVICE, FS_procedures_by_visitors), 0);
    cr_assert_gt(model_service(&with, "county.a", procedures_by_visitors), 0);
    cr_assert_gt(model_service(&with, "county.c", procedures_by_visitors), 0);
    cr_assert_eq(model_service(&with, "hub", procedures_by_visitors), 0);
    cr_assert_gt(model_total(&with, GROUP_FACILITY_SERVICE, FS_procedures_supervised), 0);
    const int64_t away_us = model_cell(&with, GROUP_EXPERT, 0, 0, EX_away);
    cr_assert(away_us >= 4 * 10 * DAY_US && away_us <= 4 * 12 * DAY_US, "%lld", (long long)away_us);
    cr_assert_gt(model_cell(&with, GROUP_EXPERT, 0, 0, EX_hours_lost_at_home), 0);
    const struct world_period *periods = NULL;
    cr_assert_eq(world_periods(with.world, &periods), 1);
    cr_assert_eq(periods[0].from_us, 90 * DAY_US, "the alliance begins before its visits");
    cr_assert_eq(periods[0].to_us, INT64_MAX);
    model_free(&without);
    model_free(&with);
}

Test(alliance, no_visit_begins_after_its_end)
{
    struct model with;
    model_build(&with, WORLD("true", "length = \"45 d\"; " VISITS("")));
    model_run(&with);
    /* Of May; the next would be in June, after the 16th of May. */
    const int64_t away_us = model_cell(&with, GROUP_EXPERT, 0, 0, EX_away);
    cr_assert(away_us >= 10 * DAY_US && away_us <= 12 * DAY_US, "%lld", (long long)away_us);
    model_free(&with);
}
