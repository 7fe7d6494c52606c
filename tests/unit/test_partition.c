/* How a world is cut, and on how many threads it runs, cannot be seen in what comes out. */

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/partition.h"
#include "models/trace.h"
#include "tests/unit/model_scenario.h"

#define HORQIN SOURCE_DIR "/scenarios/horqin_stroke_stint.cfg"
#define CROSSING SOURCE_DIR "/tests/unit/data/crossing.cfg"
#define ASKING SOURCE_DIR "/tests/unit/data/asking.cfg"
#define WATCHING SOURCE_DIR "/tests/unit/data/watching.cfg"
#define ARRANGING SOURCE_DIR "/tests/unit/data/arranging.cfg"

static void run(struct model *model, const char *path, int partitions, unsigned threads)
{
    model_partitions = partitions;
    model_build_file(model, 0, path, NULL, 0);
    cr_assert_eq(world_trace(model->world, &model->err), 0);
    cr_assert_eq(world_set_threads(model->world, threads, &model->err), 0);
    model_run(model);
}

static bool same_row(const struct trace_row *a, const struct trace_row *b)
{
    return a->arrived_us == b->arrived_us && a->started_us == b->started_us && a->ended_us == b->ended_us &&
           a->left_us == b->left_us && a->place == b->place && a->ordinal == b->ordinal &&
           a->visit == b->visit && a->condition == b->condition && a->how == b->how &&
           a->station == b->station;
}

static void same(const struct model *a, const struct model *b)
{
    cr_assert(model_same_steps(a, b, 0, world_ledger(a->world)->steps));
    const struct metric *m = NULL, *n = NULL;
    cr_assert_eq(world_metrics(a->world, &m), world_metrics(b->world, &n));
    for (size_t i = 0; i < world_metrics(a->world, &m); i++)
        cr_assert(memcmp(&m[i].value, &n[i].value, sizeof m[i].value) == 0, "%s: %.17g, not %.17g", m[i].name,
                  n[i].value, m[i].value);
    const struct trace *s = a->world->part.trace, *t = b->world->part.trace;
    cr_assert_eq(s->count, t->count);
    cr_assert_gt(s->count, 1000u);
    for (size_t i = 0; i < s->count; i++)
        cr_assert(same_row(&s->row[i], &t->row[i]), "row %zu of the trace", i);
}

static void compare_cuts(const char *path, unsigned provinces)
{
    static const int cuts[] = {PARTITIONS_PROVINCE, PARTITIONS_PREFECTURE, PARTITIONS_PLACE};
    struct model one;
    run(&one, path, PARTITIONS_ONE, 1);
    cr_assert_eq(world_cut(one.world).partitions, 1u);
    for (size_t c = 0; c < sizeof cuts / sizeof cuts[0]; c++)
        for (unsigned threads = 1; threads <= 4; threads *= 2) {
            struct model other;
            run(&other, path, cuts[c], threads);
            cr_assert_geq(world_cut(other.world).partitions, provinces);
            same(&one, &other);
            model_free(&other);
        }
    model_free(&one);
}

Test(partition, cuts_and_threads_change_nothing_in_horqin)
{
    compare_cuts(HORQIN, 3);
}

Test(partition, cuts_and_threads_change_nothing_where_patients_cross_provinces)
{
    compare_cuts(CROSSING, 3);
}

Test(partition, cuts_and_threads_change_nothing_where_experts_are_asked_from_afar)
{
    compare_cuts(ASKING, 3);
}

Test(partition, cuts_and_threads_change_nothing_where_intensive_care_is_watched_from_afar)
{
    compare_cuts(WATCHING, 3);
}

Test(partition, cuts_and_threads_change_nothing_where_journeys_are_arranged)
{
    compare_cuts(ARRANGING, 3);
}

/* --- how far partitions look ahead --- */

#define HOUR_US INT64_C(3600000000)

static void build_arranging(struct model *model, const char *change)
{
    const char *const changes[] = {change};
    model_partitions = PARTITIONS_PROVINCE;
    model_build_file(model, 0, ARRANGING, changes, change != NULL);
}

Test(partition, looks_ahead_as_far_as_journeys_are_arranged_until_the_next_people_fall_ill)
{
    struct model model;
    build_arranging(&model, NULL);
    const int64_t fixed_us = HOUR_US / 3, far_us = 7 * HOUR_US + fixed_us;
    cr_assert_eq(world_cut(model.world).window_us, fixed_us);
    cr_assert_eq(world_cut(model.world).far_window_us, far_us);
    const int64_t day_us = 24 * HOUR_US, next_us = 2 * day_us; /* nobody falls ill beyond the run */
    model_until(&model, next_us);
    cr_assert_eq(partition_lookahead(model.world, day_us), day_us + far_us);
    cr_assert_eq(partition_lookahead(model.world, day_us + 1), day_us + 1 + far_us);
    cr_assert_eq(partition_lookahead(model.world, next_us - HOUR_US), next_us);
    cr_assert_eq(partition_lookahead(model.world, next_us - 1), next_us);
    cr_assert_eq(partition_lookahead(model.world, next_us), next_us + fixed_us);
    model_free(&model);
}

Test(partition, looks_no_further_than_a_journey_where_somebody_decides_at_onset)
{
    static const char *const changes[] = {"conditions.acute.choice.stay=-2", "travel.arrange=\"0 h\""};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct model model;
        build_arranging(&model, changes[i]);
        model_until(&model, 48 * HOUR_US);
        cr_assert_eq(partition_lookahead(model.world, HOUR_US), HOUR_US + HOUR_US / 3, "%s", changes[i]);
        model_free(&model);
    }
    struct model model;
    build_arranging(&model, NULL);
    cr_assert_eq(world_trace(model.world, &model.err), 0);
    model_until(&model, 48 * HOUR_US);
    cr_assert_eq(partition_lookahead(model.world, HOUR_US), HOUR_US + HOUR_US / 3, "one by one");
    model_free(&model);
}

Test(partition, what_these_scenarios_are_about_happens_in_them)
{
    struct model model;
    run(&model, ASKING, PARTITIONS_PROVINCE, 2);
    cr_assert_gt(model_people(&model, consultations), 300);
    cr_assert_gt(model_people(&model, gave_up), 100);
    cr_assert_gt(model_people(&model, turned_away), 100);
    cr_assert_gt(model_people(&model, treated_elsewhere), 100);
    cr_assert_gt(model_at(&model, "county.a", transfers_out), 20);
    model_free(&model);
    run(&model, WATCHING, PARTITIONS_PROVINCE, 2);
    cr_assert_gt(model_people(&model, consultations), 300);
    cr_assert_gt(model_people(&model, gave_up), 20);
    cr_assert_gt(model_people(&model, transfers), 50);
    cr_assert_gt(model_people(&model, treated_elsewhere), 10);
    cr_assert_gt(model_metric(&model, "station/member.a.icu/interrupted"), 20);
    model_free(&model);
    run(&model, ARRANGING, PARTITIONS_PROVINCE, 2);
    cr_assert_gt(model_people(&model, gave_up), 100);
    cr_assert_gt(model_people(&model, transfers), 100);
    cr_assert_gt(model_people(&model, treated_elsewhere), 1000);
    model_free(&model);
}

Test(partition, people_cross_provinces_and_interrupt_each_other_there)
{
    struct model model;
    run(&model, CROSSING, PARTITIONS_PROVINCE, 2);
    double crossed = 0, interrupted = 0, gave_up = 0;
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(model.world, &metrics);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(metrics[i].name, "treated_elsewhere") == 0)
            crossed = metrics[i].value;
        if (strcmp(metrics[i].name, "station/county.a.bed/interrupted") == 0)
            interrupted = metrics[i].value;
        if (strcmp(metrics[i].name, "gave_up") == 0)
            gave_up = metrics[i].value;
    }
    cr_assert(crossed > 50 && interrupted > 20 && gave_up > 20, "%g %g %g", crossed, interrupted, gave_up);
    model_free(&model);
}

Test(partition, what_is_shared_at_once_merges_and_says_why)
{
    struct model model;
    model_partitions = PARTITIONS_PROVINCE;
    cr_assert_eq(model_try(&model, "scenario: { length = \"10 d\"; most_present = 5; };"
                                   "travel: { fixed = \"10 min\"; };"
                                   "places: { list: ( { code = \"a\"; lon = 1; lat = 1; province = \"p\"; },"
                                   "{ code = \"b\"; lon = 2; lat = 1; province = \"q\"; } ); };"
                                   "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 10 y\"; };"
                                   "pathway: ( { stage = \"s\"; duration = \"1 d\"; } ); } );"),
                 0);
    cr_assert_eq(world_cut(model.world).partitions, 1u);
    cr_assert(strstr(world_cut(model.world).merged_because, "most_present") != NULL);
    model_free(&model);
}
