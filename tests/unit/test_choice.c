#include "models/choice.h"
#include "models/partition.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "tests/unit/model_scenario.h"

enum { PEOPLE = 100000, FACILITIES = 4 };

/* Four hospitals on a line, between 0 and about 160 km from home; `beds` of b, its place, and who operates
 * there. */
#define LINE_OF_HOSPITALS                                                                                    \
    RUN_OF("30 d")                                                                                           \
    "places: { list: ( { code = \"home\"; lon = 120; lat = 45; population = 100000; },\n"                    \
    "  { code = \"pa\"; lon = 120.5; lat = 45; }, { code = \"pb\"; lon = %s; lat = 45; },\n"                 \
    "  { code = \"pc\"; lon = 122; lat = 45; } ); };\n"                                                      \
    "travel: { detour = 1.2; fixed = \"30 min\"; bands: ( { speed = \"60 km/h\"; } ); };\n"                  \
    "services: ( { id = \"s\"; } );\n"                                                                       \
    "facilities: ( { id = \"h\"; place = \"home\"; beds: { bed = 50; }; services: ( { service = \"s\"; "     \
    "unlimited = true; } ); },\n"                                                                            \
    "  { id = \"a\"; place = \"pa\"; beds: { bed = 100; }; services: ( { service = \"s\"; staff = 1; "       \
    "proficiency = 0.5; } ); },\n"                                                                           \
    "  { id = \"b\"; place = \"pb\"; beds: { bed = %s; }; services: ( { service = \"s\"; staff = %s; } ); "  \
    "},\n"                                                                                                   \
    "  { id = \"c\"; place = \"pc\"; level = \"national\"; beds: { bed = 2000; };\n"                         \
    "    services: ( { service = \"s\"; unlimited = true; } ); } );\n"                                       \
    "conditions: ( { id = \"c\"; arrivals: { incidence = \"20 per 1000 y\"; };\n"                            \
    "  choice: { travel = 0.7; size = 0.4; stay = 0.6; wait = 0.1; proficiency = 0.9; level: { national = "  \
    "0.5; }; };\n"                                                                                           \
    "  pathway: ( { stage = \"x\"; service = \"s\"; treats = true; choice = \"utility\"; missing = "         \
    "\"wait\";\n"                                                                                            \
    "    review: " FIXED("9 d") "; %s } ); } );\n"

static void build_line(struct model *model, const char *lon_b, const char *beds_b, const char *staff_b,
                       const char *stage_keys)
{
    model_build(model, LINE_OF_HOSPITALS, lon_b, beds_b, staff_b, stage_keys);
}

static uint32_t choose(struct model *model, uint32_t ordinal)
{
    const struct stream *stream = &model->world->demand.stream[0];
    return choice_utility(model->world, &model->world->pathways.stage[0], stream->place,
                          (struct rng_identity){.stream = stream->hash, .ordinal = ordinal}, RULES_ANYBODY,
                          true);
}

/* By the formula of the logit, from what the scenario says. */
static void expect_shares(const struct model *model, double share[FACILITIES + 1])
{
    static const char *const id[FACILITIES] = {"h", "a", "b", "c"};
    const double beds[FACILITIES] = {50, 100, 300, 2000}, level[FACILITIES] = {0, 0, 0, 0.5};
    double sum = share[FACILITIES] = exp(0.6);
    for (size_t i = 0; i < FACILITIES; i++) {
        struct offer *offer = facility_offer(&model->world->facilities, model_facility(model, id[i]), 0);
        const size_t place = model->world->facilities.facility[model_facility(model, id[i])].place;
        const double hours = (double)geography_travel(&model->world->geography, 0, place).us / 3.6e9;
        const double days = offer->believed_wait_us / 86400e6;
        const double skill = offer->unlimited ? 1 : offer->believed_proficiency;
        share[i] = exp(-0.7 * hours + 0.4 * log(beds[i]) + level[i] - 0.1 * days + 0.9 * skill);
        sum += share[i];
    }
    for (size_t i = 0; i <= FACILITIES; i++)
        share[i] /= sum;
}

static double chi_square(struct model *model, const double share[FACILITIES + 1])
{
    size_t count[FACILITIES + 1] = {0};
    for (uint32_t n = 0; n < PEOPLE; n++) {
        const uint32_t chosen = choose(model, n);
        count[chosen == CHOICE_HOME ? FACILITIES : chosen]++;
    }
    double sum = 0;
    for (size_t i = 0; i <= FACILITIES; i++) {
        const double expected = share[i] * PEOPLE;
        sum += ((double)count[i] - expected) * ((double)count[i] - expected) / expected;
    }
    return sum;
}

/* 100,000 people; a false alarm in a million seeds. */
Test(choice, shares_agree_with_the_logit)
{
    struct model model;
    double share[FACILITIES + 1];
    build_line(&model, "121", "300", "1", "");
    facility_offer(&model.world->facilities, model_facility(&model, "b"), 0)->believed_wait_us = 5 * 86400e6;
    facility_offer(&model.world->facilities, model_facility(&model, "a"), 0)->believed_proficiency = 0.5;
    expect_shares(&model, share);
    const double limit = gsl_cdf_chisq_Qinv(1e-6, FACILITIES);
    const double found = chi_square(&model, share);
    cr_assert_lt(found, limit, "%g", found);
    /* One per cent of one share elsewhere would be seen. */
    share[0] += 0.01;
    share[1] -= 0.01;
    cr_assert_gt(chi_square(&model, share), limit);
    model_free(&model);
}

/* Whoever chooses otherwise in the other world chooses b. Returns how many do. */
static size_t moved_only_to_b(struct model *before, struct model *after)
{
    const uint32_t b = model_facility(after, "b");
    size_t moved = 0;
    for (uint32_t n = 0; n < 20000; n++) {
        const uint32_t was = choose(before, n), is = choose(after, n);
        cr_assert(was == is || is == b, "patient %u went from %u to %u", n, was, is);
        moved += was != is;
    }
    return moved;
}

Test(choice, a_better_hospital_draws_patients_only_to_itself)
{
    static const char *const better[][3] = {{"121", "600", "1"}, {"120.6", "300", "1"}};
    for (size_t i = 0; i < 2; i++) {
        struct model before, after;
        build_line(&before, "121", "300", "1", "");
        build_line(&after, better[i][0], better[i][1], better[i][2], "");
        cr_assert_gt(moved_only_to_b(&before, &after), 200);
        model_free(&before);
        model_free(&after);
    }
}

Test(choice, a_new_service_draws_patients_only_to_itself)
{
    struct model before, after;
    build_line(&before, "121", "300", "0", "");
    build_line(&after, "121", "300", "1", "");
    cr_assert_gt(moved_only_to_b(&before, &after), 1000);
    const uint32_t b = model_facility(&before, "b");
    for (uint32_t n = 0; n < 20000; n++)
        cr_assert_neq(choose(&before, n), b);
    model_free(&before);
    model_free(&after);
}

Test(choice, improvement_moves_the_flows_of_a_whole_run_only_towards_it)
{
    struct model before, after;
    build_line(&before, "121", "300", "1", "");
    build_line(&after, "121", "900", "1", "");
    model_run(&before);
    model_run(&after);
    cr_assert_eq(model_people(&before, patients), model_people(&after, patients));
    cr_assert_gt(model_at(&after, "b", admissions), model_at(&before, "b", admissions));
    cr_assert_leq(model_at(&after, "h", admissions), model_at(&before, "h", admissions));
    cr_assert_leq(model_at(&after, "a", admissions), model_at(&before, "a", admissions));
    cr_assert_leq(model_at(&after, "c", admissions), model_at(&before, "c", admissions));
    cr_assert_leq(model_people(&after, waiting_at_home), model_people(&before, waiting_at_home));
    model_free(&before);
    model_free(&after);
}

Test(choice, goes_no_farther_than_reach)
{
    struct model model, whole;
    build_line(&model, "121", "300", "1", "reach = \"1.5 h\";"); /* c is more than 3 h away, b 2.1 h */
    build_line(&whole, "121", "300", "1", "");
    const uint32_t b = model_facility(&model, "b"), c = model_facility(&model, "c");
    size_t gone = 0;
    for (uint32_t n = 0; n < 5000; n++) {
        const uint32_t now = choose(&model, n), was = choose(&whole, n);
        cr_assert(now != b && now != c);
        cr_assert(was == now || was == b || was == c);
        gone += was != now;
    }
    cr_assert_gt(gone, 500);
    model_free(&model);
    model_free(&whole);
}

Test(choice, reach_includes_its_very_end)
{
    for (int64_t beyond_us = 0; beyond_us < 2; beyond_us++) {
        struct model model;
        build_line(&model, "121", "300", "1", "");
        const uint32_t h = model_facility(&model, "h"), a = model_facility(&model, "a");
        struct stage *stage = &model.world->pathways.stage[0];
        const size_t place = model.world->facilities.facility[a].place;
        stage->reach_us = geography_travel(&model.world->geography, 0, place).us - beyond_us;
        cr_assert_eq(choice_nearest(model.world, stage, 0, h, RULES_ANYBODY),
                     beyond_us == 0 ? a : PATIENT_NOWHERE);
        model_free(&model);
    }
}

Test(choice, nearest_is_nearest_of_those_that_give_it_now)
{
    struct model model;
    build_line(&model, "121", "300", "1", "");
    struct world *world = model.world;
    const struct stage *stage = &world->pathways.stage[0];
    const uint32_t h = model_facility(&model, "h"), a = model_facility(&model, "a"),
                   b = model_facility(&model, "b");
    cr_assert_eq(choice_nearest(world, stage, 0, PATIENT_NOWHERE, RULES_ANYBODY), h);
    cr_assert_eq(choice_nearest(world, stage, 0, h, RULES_ANYBODY), a);
    offer_remove(facility_offer(&world->facilities, a, 0), 0);
    cr_assert_eq(choice_nearest(world, stage, 0, h, RULES_ANYBODY),
                 a); /* not known elsewhere before the next planning epoch */
    partition_refresh_board(world);
    cr_assert_eq(choice_nearest(world, stage, 0, h, RULES_ANYBODY), b);
    cr_assert_eq(choice_nearest(world, stage, 2, PATIENT_NOWHERE, RULES_ANYBODY),
                 b); /* seen from b's own place */
    model_free(&model);
}

Test(choice, referral_goes_to_the_partner_while_that_gives_it)
{
    struct model model;
    build_line(&model, "121", "300", "1", "");
    struct world *world = model.world;
    struct stage *stage = &world->pathways.stage[0];
    const uint32_t h = model_facility(&model, "h"), a = model_facility(&model, "a"),
                   b = model_facility(&model, "b"), c = model_facility(&model, "c");
    cr_assert_eq(facility_partner(&world->facilities, h), PATIENT_NOWHERE);
    cr_assert_eq(choice_referral(world, stage, h, RULES_ANYBODY), a);
    world->facilities.facility[h].partner = b;
    cr_assert_eq(choice_referral(world, stage, h, RULES_ANYBODY), b);
    cr_assert_eq(choice_referral(world, stage, c, RULES_ANYBODY),
                 b); /* the nearest to c, which has no partner */
    offer_remove(facility_offer(&world->facilities, b, 0), 0);
    cr_assert_eq(choice_referral(world, stage, h, RULES_ANYBODY),
                 b); /* not known at h before the next planning epoch */
    partition_refresh_board(world);
    cr_assert_eq(choice_referral(world, stage, h, RULES_ANYBODY), a);
    world->facilities.facility[h].partner = c;
    stage->reach_us = INT64_C(5400000000); /* c is farther than 1.5 h */
    cr_assert_eq(choice_referral(world, stage, h, RULES_ANYBODY), a);
    model_free(&model);
}

Test(choice, the_full_send_to_the_partner_while_it_is_free)
{
    struct model model;
    build_line(&model, "121", "300", "1", "");
    struct world *world = model.world;
    const struct stage *stage = &world->pathways.stage[0];
    const uint32_t h = model_facility(&model, "h"), a = model_facility(&model, "a"),
                   b = model_facility(&model, "b");
    cr_assert_eq(choice_referral_free(world, stage, h, RULES_ANYBODY), a);
    world->facilities.facility[h].partner = b;
    cr_assert_eq(choice_referral_free(world, stage, h, RULES_ANYBODY), b);
    facility_offer(&world->facilities, b, 0)->people[0].busy = true;
    cr_assert_eq(choice_referral_free(world, stage, h, RULES_ANYBODY), a);
    model_free(&model);
}

Test(choice, nearest_passes_over_any_number_that_do_not_give_it)
{
    char text[8192];
    int at = snprintf(text, sizeof text, "%s",
                      RUN_OF("30 d") ONE_PLACE("1 h") "services: ( { id = \"s\"; } );\nfacilities: (");
    for (int i = 0; i < 40; i++)
        at += snprintf(text + at, sizeof text - (size_t)at,
                       "{ id = \"f%d\"; place = \"p\"; services: ( { service = \"s\"; staff = %d; } ); }%s\n",
                       i, i == 39, i < 39 ? "," : " );");
    snprintf(text + at, sizeof text - (size_t)at,
             "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; };\n"
             "  pathway: ( { stage = \"x\"; service = \"s\"; } ); } );\n");
    struct model model;
    model_build(&model, "%s", text);
    cr_assert_eq(
        choice_nearest(model.world, &model.world->pathways.stage[0], 0, PATIENT_NOWHERE, RULES_ANYBODY), 39);
    model_free(&model);
}

/* Severities of those who choose together differ, as do the hospitals that take them. */
Test(choice, chooses_for_several_what_it_chooses_for_each)
{
    struct model model;
    build_line(&model, "120.3", "300", "1", "");
    struct world *world = model.world;
    const struct stage *stage = &world->pathways.stage[0];
    const struct stream *stream = &world->demand.stream[0];
    uint64_t home = 0, passes = 0;
    world->rules->refuses[model_facility(&model, "c")] |= UINT32_C(1) << 1;
    rules_changed(world);
    for (uint32_t first = 0; first < 3000; first += CHOOSERS_MOST) {
        struct chooser chooser[CHOOSERS_MOST];
        const uint32_t count = first % (CHOOSERS_MOST + 1);
        for (uint32_t i = 0; i < count; i++)
            chooser[i] = (struct chooser){.set = choice_set_now(world, stage, stream->place),
                                          .patient = {stream->hash, first + i},
                                          .stay = 0.6,
                                          .stage = stage->index,
                                          .is = rules_is_of(i % 3)};
        choice_utility_each(world, chooser, count);
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t to =
                choice_utility(world, stage, stream->place, chooser[i].patient, chooser[i].is, false);
            home += to == CHOICE_HOME;
            cr_assert_eq(chooser[i].at == CHOICE_SET, to == CHOICE_HOME);
            if (to == CHOICE_HOME)
                continue;
            cr_assert_eq(chooser[i].set->facility[chooser[i].at], to);
            const bool bypasses = choice_bypasses(world, stage, stream->place, to, chooser[i].is);
            cr_assert_eq(choice_passes(world, stage, stream->place, &chooser[i]), bypasses);
            passes += bypasses;
        }
    }
    cr_expect_gt(home, 0);
    cr_expect_gt(passes, 0);
    model_free(&model);
}

Test(choice, waits_at_home_when_that_is_best_or_all_there_is)
{
    struct model model;
    build_line(&model, "121", "300", "1", "reach = \"1 min\";");
    for (uint32_t n = 0; n < 1000; n++)
        cr_assert_eq(choose(&model, n), CHOICE_HOME);
    model_free(&model);
}

/* The order of declaration is no part of anybody's fate. */
Test(choice, does_not_depend_on_the_order_of_hospitals)
{
#define HOSPITAL(id, beds) "{ id = \"" id "\"; place = \"p\"; beds: { bed = " beds "; }; }"
    static const char *const order[] = {HOSPITAL("x", "10") "," HOSPITAL("y", "20") "," HOSPITAL("z", "30"),
                                        HOSPITAL("z", "30") "," HOSPITAL("x", "10") "," HOSPITAL("y", "20")};
    struct model model[2];
    for (size_t i = 0; i < 2; i++)
        model_build(&model[i], "%s facilities: ( %s ); %s", RUN_OF("30 d") ONE_PLACE("1 h"), order[i],
                    "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; };\n"
                    "  choice: { size = 0.5; };\n"
                    "  pathway: ( { stage = \"x\"; needs: { bed = 1; }; choice = \"utility\"; review: " FIXED(
                        "1 d") "; } ); } );\n");
    size_t seen[3] = {0};
    for (uint32_t n = 0; n < 2000; n++) {
        const uint32_t a = choose(&model[0], n), b = choose(&model[1], n);
        cr_assert_eq(a, (b + 2) % 3);
        seen[a]++;
    }
    cr_assert(seen[0] > 100 && seen[1] > 100 && seen[2] > 100);
    model_free(&model[0]);
    model_free(&model[1]);
}

/* A choice that may end at home needs to be made again some day. */
Test(choice, refuses_a_stage_that_nobody_chooses_again)
{
    struct model model;
    cr_assert_eq(model_try(&model, "%s",
                           RUN_OF("30 d") ONE_PLACE(
                               "1 h") "facilities: ( { id = \"h\"; place = \"p\"; beds: { bed = 1; }; } );\n"
                                      "conditions: ( { id = \"c\"; arrivals: { rate = \"1 per d\"; }; "
                                      "choice: { stay = 100; };\n"
                                      "  pathway: ( { stage = \"x\"; needs: { bed = 1; }; choice = "
                                      "\"utility\"; } ); } );\n"),
                 -1);
    cr_assert(model_says(&model, "pathway.x", "add review"), "%s", model.err.text[0]);
    model_free(&model);
}

/* More places than are tabulated at the start, all over the globe, some of them at one spot. */
static void build_globe(struct model *model, char *text, size_t size)
{
    int at = snprintf(text, size, "%s", RUN_OF("30 d") "places: { list: (");
    for (int i = 0; i < 300; i++)
        at += snprintf(text + at, size - (size_t)at,
                       "%s{ code = \"p%d\"; lon = %d.5; lat = %d.25; population = 9; }", i == 0 ? "" : ",\n",
                       i, i / 3 * 137 % 359 - 179, i / 2 * 71 % 177 - 88);
    snprintf(text + at, size - (size_t)at,
             " ); };\ntravel: { detour = 1.2; fixed = \"30 min\"; bands: ( { to = \"100 km\"; speed = \"50 "
             "km/h\"; }, "
             "{ speed = \"80 km/h\"; } ); };\n"
             "facilities: ( { rule = \"one each\"; beds: { bed = 5; }; } );\n"
             "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 1000 y\"; };\n"
             "  pathway: ( { stage = \"x\"; needs: { bed = 1; }; } ); } );\n");
    model_build(model, "%s", text);
}

static void nearest_by_all_ways(const struct world *world, uint32_t origin, uint32_t nearest[CHOICE_SET])
{
    bool taken[300] = {false};
    for (size_t n = 0; n < CHOICE_SET; n++) {
        uint32_t best = 0;
        int64_t best_us = INT64_MAX;
        for (uint32_t f = 0; f < 300; f++) {
            const int64_t us =
                geography_travel(&world->geography, origin, world->facilities.facility[f].place).us;
            if (!taken[f] && us < best_us) {
                best_us = us;
                best = f;
            }
        }
        taken[best] = true;
        nearest[n] = best;
    }
}

Test(choice, the_set_holds_the_nearest_whatever_their_number)
{
    static char text[65536];
    struct model model;
    build_globe(&model, text, sizeof text);
    struct world *world = model.world;
    for (uint32_t origin = 0; origin < 300; origin++) {
        uint32_t nearest[CHOICE_SET];
        nearest_by_all_ways(world, origin, nearest);
        cr_assert_eq(choice_nearest(world, &world->pathways.stage[0], origin, PATIENT_NOWHERE, RULES_ANYBODY),
                     nearest[0]);
        const struct choice_set *set = world->choices.slot[origin].set;
        cr_assert_eq(set->count, CHOICE_SET);
        for (size_t n = 0; n < CHOICE_SET; n++)
            cr_assert_eq(set->facility[n], nearest[n], "%zu. seen from place %u", n, origin);
    }
    model_free(&model);
}

/* The far hospital is liked so much better that nobody's luck outweighs it. */
Test(choice, the_first_facility_is_the_nearest_or_the_one_liked_best)
{
    for (int best = 0; best < 2; best++) {
        struct model model;
        model_build(
            &model,
            RUN_OF(
                "30 d") "places: { list: ( { code = \"p\"; lon = 120; lat = 45; population = 100000; },\n"
                        "  { code = \"q\"; lon = 121; lat = 45; } ); };\n"
                        "facilities: ( { id = \"near\"; place = \"p\"; beds: { bed = 500; }; },\n"
                        "  { id = \"far\"; place = \"q\"; level = \"national\"; beds: { bed = 500; }; } );\n"
                        "conditions: ( { id = \"c\"; arrivals: { incidence = \"20 per 1000 y\"; }; first = "
                        "\"%s\";\n"
                        "  choice: { level: { national = 200; }; };\n"
                        "  pathway: ( { stage = \"x\"; needs: { bed = 1; }; } ); } );\n",
            best ? "utility" : "nearest");
        struct err err = ERR_INIT;
        cr_assert_eq(world_run(model.world, NULL, NULL, &err), 0);
        const int64_t near = model_closed(&model.world->ledger, GROUP_FACILITY, 0,
                                          model_facility(&model, "near"), FA_admissions);
        const int64_t far = model_closed(&model.world->ledger, GROUP_FACILITY, 0,
                                         model_facility(&model, "far"), FA_admissions);
        cr_assert_gt(best ? far : near, 100);
        cr_assert_eq(best ? near : far, 0);
        model_free(&model);
    }
}
