/* A world that is saved and taken up in another goes on as if nothing had happened, to the last bit. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "models/partition.h"
#include "sim/state.h"
#include "tests/unit/model_scenario.h"

#define HORQIN SOURCE_DIR "/scenarios/horqin_stroke_stint.cfg"
#define CROSSING SOURCE_DIR "/tests/unit/data/crossing.cfg"
#define QUEUE(name) SOURCE_DIR "/scenarios/queues/" name ".cfg"

static void same(const struct model *a, const struct model *b, const char *what)
{
    cr_assert(model_same_steps(a, b, 0, a->world->ledger.steps), "%s: the ledgers differ", what);
    const struct metric *m = NULL, *n = NULL;
    const size_t count = world_metrics(a->world, &m);
    cr_assert_eq(count, world_metrics(b->world, &n));
    for (size_t i = 0; i < count; i++)
        cr_assert(strcmp(m[i].name, n[i].name) == 0 &&
                      memcmp(&m[i].value, &n[i].value, sizeof m[i].value) == 0,
                  "%s: %s is %.17g, not %.17g", what, m[i].name, n[i].value, m[i].value);
}

static void save(const struct model *model, struct state_writer *writer)
{
    struct err err = ERR_INIT;
    cr_assert_eq(world_save(model->world, writer, &err), 0, "%s", err.text[0]);
}

static int take_up(struct model *model, const struct state_writer *writer)
{
    struct state_reader reader;
    state_reader_init(&reader, writer->bytes, writer->size, "x.state");
    return world_restore(model->world, &reader, &model->err);
}

static void run_until(struct model *model, int64_t until_us)
{
    cr_assert_eq(world_run_until(model->world, until_us, NULL, NULL, &model->err), 0, "%s",
                 model->err.text[0]);
}

static void build(struct model *model, const char *path, int partitions)
{
    model_partitions = partitions;
    model_build_file(model, 0, path, NULL, 0);
}

struct cut {
    int partitions;
    unsigned threads;
};

/* Saved at a share of the run under one cut, taken up under another. */
static void interrupt(const char *path, double share, struct cut before, struct cut after,
                      const struct model *whole)
{
    struct model first, second;
    struct state_writer writer = {.failed = false}, again = {.failed = false};
    build(&first, path, before.partitions);
    const int64_t at_us = (int64_t)(share * (double)world_end_us(first.world));
    cr_assert_eq(world_set_threads(first.world, before.threads, &first.err), 0);
    run_until(&first, at_us);
    save(&first, &writer);
    build(&second, path, after.partitions);
    cr_assert_eq(world_set_threads(second.world, after.threads, &second.err), 0);
    cr_assert_eq(take_up(&second, &writer), 0, "%s at %g: %s", path, share, second.err.text[0]);
    save(&second, &again);
    cr_assert_eq(again.size, writer.size);
    cr_assert_arr_eq(again.bytes, writer.bytes, writer.size, "%s at %g: saved again, it differs", path,
                     share);
    /* The one that was saved is none the worse for it. */
    model_run(&first);
    same(whole, &first, path);
    model_run(&second);
    same(whole, &second, path);
    state_writer_free(&writer);
    state_writer_free(&again);
    model_free(&first);
    model_free(&second);
}

static const struct cut one = {PARTITIONS_ONE, 1}, provinces = {PARTITIONS_PROVINCE, 2},
                        places = {PARTITIONS_PLACE, 4};

static void interrupt_often(const char *path, const double *shares, size_t count)
{
    struct model whole;
    build(&whole, path, PARTITIONS_ONE);
    model_run(&whole);
    for (size_t i = 0; i < count; i++) {
        interrupt(path, shares[i], one, one, &whole);
        interrupt(path, shares[i], provinces, provinces, &whole);
        interrupt(path, shares[i], provinces, places, &whole);
        interrupt(path, shares[i], places, one, &whole);
    }
    model_free(&whole);
}

Test(saving, horqin_goes_on_as_if_nothing_had_happened)
{
    static const double shares[] = {0.0003, 0.1, 0.2, 0.35, 0.41, 0.5, 0.77};
    interrupt_often(HORQIN, shares, sizeof shares / sizeof shares[0]);
}

Test(saving, patients_who_cross_provinces_arrive)
{
    static const double shares[] = {0.05, 1.0 / 6, 0.2, 0.3391, 0.4, 0.55, 0.999};
    interrupt_often(CROSSING, shares, sizeof shares / sizeof shares[0]);
}

Test(saving, queues_of_every_kind_go_on)
{
    static const char *const paths[] = {
        QUEUE("D7_priority_preemptive"),
        QUEUE("D8_resume_options_resample"),
        QUEUE("D9_shift_interrupts_resume"),
        QUEUE("D10_shift_interrupt_cycle"),
        QUEUE("D11_overtime"),
        QUEUE("D12_blocking_and_shift"),
        QUEUE("D13_blocking_chain"),
        QUEUE("D14_batch_and_cyclic_shift"),
        QUEUE("D15_system_capacity"),
        QUEUE("D2_renege"),
        QUEUE("D6_priority_upgrade"),
        QUEUE("T17_transient_mmc_c2"),
        QUEUE("T7_jackson3"),
        QUEUE("T8d_Mt_M_inf_hourly_profile"),
        QUEUE("T5b_mg1_priority_classes_preemptive"),
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct model whole;
        build(&whole, paths[i], PARTITIONS_ONE);
        model_run(&whole);
        for (double share = 0.07; share < 1; share += 0.13)
            interrupt(paths[i], share, one, one, &whole);
        model_free(&whole);
    }
}
