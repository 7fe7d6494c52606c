/* The joint table of two worlds: sums that agree with each world, and bounds that hold. */

#include "study/joint.h"

#include <criterion/criterion.h>
#include <math.h>

#include "study/replicate.h"
#include "tests/unit/model_scenario.h"

#define CROSSING SOURCE_DIR "/tests/unit/data/crossing.cfg"
#define HORQIN SOURCE_DIR "/scenarios/horqin_stroke_stint.cfg"

struct ran {
    struct scenario scenario;
    struct fate_file *fates;
    struct run_file *run;
    const struct result *result;
};

static void run(struct ran *ran, const char *path, const char *set, unsigned threads,
                const struct joint_absent *absent)
{
    struct err err = ERR_INIT;
    const char *const sets[] = {"scenario.replications=3", set};
    cr_assert_eq(scenario_load(&ran->scenario, path, sets, set == NULL ? 1 : 2, &err), 0, "%s", err.text[0]);
    ran->fates = fate_file_new(3, &err);
    cr_assert(ran->fates != NULL, "%s", err.text[0]);
    const struct replicate_options how = {.threads = threads, .fates = ran->fates, .leave_out = absent};
    ran->run = replicate_run(&ran->scenario, NULL, &how, NULL, &err);
    cr_assert(ran->run != NULL, "%s", err.text[0]);
    ran->result = run_file_result(ran->run, &err);
    cr_assert(ran->result != NULL, "%s", err.text[0]);
}

static void drop(struct ran *ran)
{
    fate_file_free(ran->fates);
    run_file_free(ran->run);
    scenario_free(&ran->scenario);
}

static double metric(const struct ran *ran, size_t replication, const char *name)
{
    const struct result_dimension *names = result_find_dimension(ran->result, "metric");
    const struct result_variable *values = result_find(ran->result, "metric_value");
    cr_assert(names != NULL && values != NULL);
    for (size_t i = 0; i < names->size; i++)
        if (strcmp(((const char *const *)names->values)[i], name) == 0)
            return ((const double *)values->values)[replication * names->size + i];
    cr_assert_fail("no metric %s", name);
    return NAN;
}

static struct joint join(const struct ran *base, const struct ran *other, const struct joint_absent *absent)
{
    struct joint joint;
    struct err err = ERR_INIT;
    cr_assert_eq(joint_of(&joint, base->fates, other->fates, 3, absent, &err), 0, "%s", err.text[0]);
    return joint;
}

Test(joint, frechet_bounds_are_those_of_the_book)
{
    const struct {
        int64_t all, some, others, low, high;
    } rows[] = {{100, 30, 40, 0, 30},   {100, 70, 60, 30, 60}, {100, 0, 50, 0, 0},
                {100, 100, 50, 50, 50}, {0, 0, 0, 0, 0},       {100, 50, 50, 0, 50}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct joint_bounds bounds = joint_frechet(rows[i].all, rows[i].some, rows[i].others);
        cr_expect(bounds.low == rows[i].low && bounds.high == rows[i].high, "row %zu", i);
    }
}

/* 10 of 100 die in the base, 8 here; 3 are saved, 1 is lost. */
Test(joint, bounds_come_from_the_margins_alone)
{
    struct joint_counts counts = {{0}};
    struct joint_bounds bounds;
    counts.of[JOINT_patients] = 100;
    counts.of[JOINT_saved] = 3;
    counts.of[JOINT_lost] = 1;
    counts.of[JOINT_died_in_both] = 7;
    cr_assert(joint_bounds_of(&counts, JOINT_saved, &bounds));
    cr_expect(bounds.low == 2 && bounds.high == 10);
    cr_assert(joint_bounds_of(&counts, JOINT_lost, &bounds));
    cr_expect(bounds.low == 0 && bounds.high == 8);
    counts.of[JOINT_saved] = 5; /* the same margins */
    counts.of[JOINT_lost] = 3;
    counts.of[JOINT_died_in_both] = 5;
    cr_assert(joint_bounds_of(&counts, JOINT_saved, &bounds));
    cr_expect(bounds.low == 2 && bounds.high == 10);
    cr_expect_not(joint_bounds_of(&counts, JOINT_sooner, &bounds));
}

static void agrees(const struct joint *joint, const struct ran *base, const struct ran *other)
{
    for (size_t r = 0; r < joint->replications; r++) {
        const int64_t *of = joint->by_replication[r].of;
        const struct ran *const worlds[] = {base, other};
        const double died[] = {(double)(of[JOINT_died_in_both] + of[JOINT_saved]),
                               (double)(of[JOINT_died_in_both] + of[JOINT_lost])};
        for (size_t w = 0; w < 2; w++)
            cr_expect_eq(metric(worlds[w], r, "deaths"), died[w]);
        const double paid = metric(other, r, "patient_cost") - metric(base, r, "patient_cost");
        cr_expect_eq(llround(100 * paid), of[JOINT_paid_more_fen]);
    }
}

static double all_replications(const struct ran *ran, const char *name)
{
    return metric(ran, 0, name) + metric(ran, 1, name) + metric(ran, 2, name);
}

static void where_agrees(const struct joint *joint, const struct ran *base, const struct ran *other)
{
    static const char *const names[FATE_WHERES] = {[FATE_IN_COUNTY] = "treated_in_county",
                                                   [FATE_IN_PREFECTURE] = "treated_in_prefecture",
                                                   [FATE_IN_PROVINCE] = "treated_in_province",
                                                   [FATE_ELSEWHERE] = "treated_elsewhere"};
    int64_t all = 0;
    for (size_t i = 0; i < FATE_WHERES; i++) {
        int64_t in_base = 0, here = 0;
        for (size_t k = 0; k < FATE_WHERES; k++) {
            in_base += joint->where[i][k];
            here += joint->where[k][i];
        }
        all += here;
        if (names[i] == NULL)
            continue;
        cr_expect_eq(all_replications(base, names[i]), (double)in_base, "%s", names[i]);
        cr_expect_eq(all_replications(other, names[i]), (double)here, "%s", names[i]);
    }
    cr_expect_eq(all, joint->sum.of[JOINT_patients]);
}

static void adds_up(const struct joint *joint)
{
    for (size_t f = 0; f < JOINT_COUNT; f++) {
        int64_t replications = 0, places = 0, classes = 0;
        for (size_t r = 0; r < joint->replications; r++)
            replications += joint->by_replication[r].of[f];
        for (size_t p = 0; p < joint->place_count; p++)
            places += joint->places[p].sum.of[f];
        for (size_t c = 0; c < joint->class_count; c++)
            classes += joint->classes[c].sum.of[f];
        cr_expect(replications == joint->sum.of[f] && places == replications && classes == replications, "%s",
                  joint_names[f]);
    }
}

static void within_bounds(const struct joint *joint)
{
    size_t open = 0;
    for (size_t f = 0; f < JOINT_COUNT; f++) {
        struct joint_bounds all, within;
        if (!joint_bounds_of(&joint->sum, (enum joint_field)f, &all))
            continue;
        cr_assert(joint_bounds_within(joint, (enum joint_field)f, &within));
        cr_expect(all.low <= within.low && within.high <= all.high, "%s", joint_names[f]);
        cr_expect(within.low <= joint->sum.of[f] && joint->sum.of[f] <= within.high, "%s", joint_names[f]);
        open++;
    }
    cr_expect_eq(open, 6);
}

static void check(const char *path, const char *without)
{
    struct ran base = {.run = NULL}, other = {.run = NULL};
    run(&base, path, without, 1, NULL);
    run(&other, path, NULL, 2, NULL);
    struct joint joint = join(&base, &other, NULL);
    cr_expect_gt(joint.sum.of[JOINT_touched], 0);
    agrees(&joint, &base, &other);
    where_agrees(&joint, &base, &other);
    adds_up(&joint);
    within_bounds(&joint);
    joint_free(&joint);
    drop(&base);
    drop(&other);
}

Test(joint, agrees_with_both_worlds)
{
    check(HORQIN, "policies.stint.active=false");
    check(CROSSING, "facilities.young.beds.ward=1");
}

Test(joint, the_same_world_twice_changes_nobody)
{
    struct ran one = {.run = NULL}, two = {.run = NULL};
    run(&one, CROSSING, NULL, 1, NULL);
    run(&two, CROSSING, NULL, 2, NULL);
    struct joint joint = join(&one, &two, NULL);
    for (size_t f = JOINT_touched; f < JOINT_COUNT; f++)
        cr_expect(joint.sum.of[f] == 0 || f == JOINT_died_in_both || f == JOINT_harmed_in_both ||
                      f == JOINT_treated_in_both,
                  "%s", joint_names[f]);
    cr_expect_gt(joint.sum.of[JOINT_died_in_both], 0);
    joint_free(&joint);
    drop(&one);
    drop(&two);
}

/* Who is in one world only is counted there; swapping the worlds swaps what was gained and lost. */
Test(joint, other_demand_is_matched_by_identity)
{
    struct ran few = {.run = NULL}, many = {.run = NULL};
    run(&few, CROSSING, NULL, 1, NULL);
    run(&many, CROSSING, "conditions.emergency.arrivals.incidence=\"500 per 100000 y\"", 1, NULL);
    struct joint there = join(&few, &many, NULL), back = join(&many, &few, NULL);
    agrees(&there, &few, &many);
    where_agrees(&there, &few, &many);
    adds_up(&there);
    cr_expect_eq(there.sum.of[JOINT_patients], back.sum.of[JOINT_patients]);
    cr_expect_eq(there.sum.of[JOINT_saved], back.sum.of[JOINT_lost]);
    cr_expect_eq(there.sum.of[JOINT_sooner], back.sum.of[JOINT_later]);
    cr_expect_eq(there.sum.of[JOINT_paid_more_fen], -back.sum.of[JOINT_paid_more_fen]);
    joint_free(&there);
    joint_free(&back);
    drop(&few);
    drop(&many);
}

Test(joint, placebo_leaves_one_treated_patient_out)
{
    struct ran base = {.run = NULL}, placebo = {.run = NULL};
    struct joint_absent absent[3];
    struct err err = ERR_INIT;
    run(&base, CROSSING, NULL, 1, NULL);
    for (uint32_t r = 0; r < 3; r++) {
        struct joint_absent again;
        cr_assert_eq(joint_pick(base.fates, 7, r, &absent[r], &err), 0);
        cr_assert_eq(joint_pick(base.fates, 7, r, &again, &err), 0);
        cr_assert(absent[r].known && again.stream == absent[r].stream && again.number == absent[r].number);
        struct fate_reader reader;
        uint64_t code = 0;
        cr_assert_eq(fate_reader_open(&reader, base.fates, r, &err), 0);
        cr_assert_eq(fate_reader_get(&reader, absent[r].stream, absent[r].number, 1, &code, &err), 0);
        cr_expect(fate_of(code).fell_ill && fate_of(code).where != FATE_NOT_TREATED);
        fate_reader_close(&reader);
    }
    run(&placebo, CROSSING, NULL, 1, absent);
    for (size_t r = 0; r < 3; r++)
        cr_expect_eq(metric(&placebo, r, "patients"), metric(&base, r, "patients") - 1);
    struct joint all = join(&base, &base, NULL), bystanders = join(&base, &placebo, absent);
    cr_expect_eq(bystanders.sum.of[JOINT_patients], all.sum.of[JOINT_patients] - 3);
    cr_expect_gt(bystanders.sum.of[JOINT_touched], 0, "nobody is in anybody's way");
    joint_free(&all);
    joint_free(&bystanders);
    drop(&base);
    drop(&placebo);
}
