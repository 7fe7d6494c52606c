/* What happens to each patient: as the counts of the whole say, however the world is cut. */

#include "models/fate.h"

#include <criterion/criterion.h>
#include <math.h>

#include "sim/state.h"
#include "study/fate_file.h"
#include "tests/unit/model_scenario.h"

#define DATA(name) SOURCE_DIR "/tests/unit/data/" name ".cfg"
#define HORQIN SOURCE_DIR "/scenarios/horqin_stroke_stint.cfg"

static const char *const files[] = {DATA("crossing"), DATA("asking"), DATA("everything"), HORQIN};
enum { FILES = sizeof files / sizeof files[0] };

Test(fate, code_keeps_what_it_says)
{
    const struct fate fate = {.present = true,
                              .ended = true,
                              .severity = 11,
                              .where = FATE_ELSEWHERE,
                              .outcome = FATE_COMPLICATION,
                              .wait_class = 1234,
                              .travel_class = 345,
                              .paid_fen = 123456789};
    const struct fate back = fate_of(fate_code(fate));
    cr_expect(back.present && back.ended && !back.fell_ill && !back.without);
    cr_expect(back.severity == 11 && back.where == FATE_ELSEWHERE && back.outcome == FATE_COMPLICATION);
    cr_expect(back.wait_class == 1234 && back.travel_class == 345 && back.paid_fen == 123456789);
    cr_expect_eq(fate_code((struct fate){.present = false}), 0);
}

Test(fate, more_than_a_code_can_say_is_the_most_it_can)
{
    const struct fate fate = fate_of(fate_code(
        (struct fate){.paid_fen = INT64_MAX, .wait_class = UINT32_MAX, .travel_class = UINT32_MAX}));
    cr_expect_eq(fate.paid_fen, FATE_MOST_FEN);
    cr_expect(fate.wait_class == 2047 && fate.travel_class == 511);
    cr_expect(!fate.present && fate.where == FATE_NOT_TREATED && fate.severity == 0);
    cr_expect_eq(fate_of(fate_code((struct fate){.paid_fen = -1})).paid_fen, 0);
}

static void build(struct model *model, const char *path, int partitions)
{
    model_partitions = partitions;
    model_build_file(model, 0, path, NULL, 0);
}

static void keep(struct model *model)
{
    cr_assert_eq(world_keep_fates(model->world, "/tmp", &model->err), 0, "%s", model->err.text[0]);
}

static double metric(const struct world *world, const char *name)
{
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(world, &metrics);
    for (size_t i = 0; i < count; i++)
        if (strcmp(metrics[i].name, name) == 0)
            return metrics[i].value;
    cr_assert_fail("no metric %s", name);
    return NAN;
}

struct sums {
    size_t fell_ill, where[FATE_WHERES], outcome[FATE_OUTCOMES], without;
    int64_t paid_fen;
};

static struct sums sums_of(const struct world *world)
{
    struct sums sums = {.fell_ill = 0};
    for (size_t s = 0; s < world_streams(world); s++)
        for (size_t i = 0; i < world_stream(world, s).count; i++) {
            uint64_t code = 0;
            world_fates(world, s, i, 1, &code);
            const struct fate fate = fate_of(code);
            sums.fell_ill += fate.fell_ill;
            sums.where[fate.where]++;
            sums.outcome[fate.outcome]++;
            sums.without += fate.without;
            sums.paid_fen += fate.paid_fen;
        }
    return sums;
}

Test(fate, counts_add_up_to_the_totals)
{
    for (size_t f = 0; f < FILES; f++) {
        struct model model;
        build(&model, files[f], PARTITIONS_PROVINCE);
        keep(&model);
        model_run(&model);
        const struct sums sums = sums_of(model.world);
        cr_assert_gt(sums.fell_ill, 100, "%s", files[f]);
        const struct {
            const char *metric;
            double sum;
        } rows[] = {{"patients", (double)sums.fell_ill},
                    {"treated_in_county", (double)sums.where[FATE_IN_COUNTY]},
                    {"treated_in_prefecture", (double)sums.where[FATE_IN_PREFECTURE]},
                    {"treated_in_province", (double)sums.where[FATE_IN_PROVINCE]},
                    {"treated_elsewhere", (double)sums.where[FATE_ELSEWHERE]},
                    {"untreated", (double)sums.without},
                    {"deaths", (double)sums.outcome[FATE_DEATH]},
                    {"complications", (double)sums.outcome[FATE_COMPLICATION]},
                    {"successes", (double)sums.outcome[FATE_SUCCESS]}};
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            cr_expect_eq(metric(model.world, rows[i].metric), rows[i].sum, "%s: %s is %g, not %g", files[f],
                         rows[i].metric, metric(model.world, rows[i].metric), rows[i].sum);
        cr_expect_eq(llround(metric(model.world, "patient_cost") * 100), sums.paid_fen, "%s", files[f]);
        model_free(&model);
    }
}

Test(fate, keeping_them_changes_nothing)
{
    for (size_t f = 0; f < FILES; f++) {
        struct model with, without;
        build(&with, files[f], PARTITIONS_PROVINCE);
        build(&without, files[f], PARTITIONS_PROVINCE);
        keep(&with);
        model_run(&with);
        model_run(&without);
        const struct metric *a = NULL, *b = NULL;
        const size_t count = world_metrics(with.world, &a);
        cr_assert_eq(count, world_metrics(without.world, &b));
        for (size_t i = 0; i < count; i++)
            cr_expect(a[i].value == b[i].value || (isnan(a[i].value) && isnan(b[i].value)), "%s: %s",
                      files[f], a[i].name);
        model_free(&with);
        model_free(&without);
    }
}

/* Returns how many codes there are. */
static size_t same_codes(const struct world *a, const struct world *b, const char *what)
{
    size_t codes = 0;
    cr_assert_eq(world_streams(a), world_streams(b));
    for (size_t s = 0; s < world_streams(a); s++) {
        const size_t count = world_stream(a, s).count;
        cr_assert_eq(count, world_stream(b, s).count, "%s", what);
        cr_assert_eq(world_stream(a, s).identity, world_stream(b, s).identity);
        for (size_t i = 0; i < count; i++) {
            uint64_t one = 0, two = 0;
            world_fates(a, s, i, 1, &one);
            world_fates(b, s, i, 1, &two);
            cr_assert_eq(one, two, "%s: patient %zu of stream %zu", what, i, s);
            codes += one != 0;
        }
    }
    return codes;
}

Test(fate, does_not_depend_on_the_cut_nor_on_threads)
{
    for (size_t f = 0; f < FILES; f++) {
        struct model whole, cut;
        build(&whole, files[f], PARTITIONS_ONE);
        build(&cut, files[f], PARTITIONS_PLACE);
        keep(&whole);
        keep(&cut);
        cr_assert_eq(world_set_threads(cut.world, 3, &cut.err), 0);
        model_run(&whole);
        model_run(&cut);
        cr_expect_gt(same_codes(whole.world, cut.world, files[f]), 100);
        model_free(&whole);
        model_free(&cut);
    }
}

Test(fate, goes_on_from_a_state)
{
    for (size_t f = 0; f < FILES; f++) {
        struct model whole, first, second;
        struct state_writer writer = {.failed = false};
        build(&whole, files[f], PARTITIONS_PROVINCE);
        build(&first, files[f], PARTITIONS_PLACE);
        build(&second, files[f], PARTITIONS_ONE);
        keep(&whole);
        keep(&first);
        keep(&second);
        model_run(&whole);
        const int64_t at_us = world_end_us(first.world) / 3;
        cr_assert_eq(world_run_until(first.world, at_us, NULL, NULL, &first.err), 0);
        cr_assert_eq(world_save(first.world, &writer, &first.err), 0, "%s", first.err.text[0]);
        struct state_reader reader;
        state_reader_init(&reader, writer.bytes, writer.size, "state");
        cr_assert_eq(world_restore(second.world, &reader, &second.err), 0, "%s", second.err.text[0]);
        model_run(&second);
        cr_expect_gt(same_codes(whole.world, second.world, files[f]), 100);
        state_writer_free(&writer);
        model_free(&whole);
        model_free(&first);
        model_free(&second);
    }
}

Test(fate, state_without_them_is_refused)
{
    struct model first, second;
    struct state_writer writer = {.failed = false};
    build(&first, DATA("crossing"), PARTITIONS_PROVINCE);
    build(&second, DATA("crossing"), PARTITIONS_PROVINCE);
    keep(&second);
    cr_assert_eq(world_run_until(first.world, 30 * DAY_US, NULL, NULL, &first.err), 0);
    cr_assert_eq(world_save(first.world, &writer, &first.err), 0);
    struct state_reader reader;
    state_reader_init(&reader, writer.bytes, writer.size, "state");
    cr_expect_neq(world_restore(second.world, &reader, &second.err), 0);
    cr_expect(model_says(&second, "was made without what happens to each patient", "run from the start"));
    state_writer_free(&writer);
    model_free(&first);
    model_free(&second);
}

Test(fate, who_is_left_out_does_not_fall_ill_and_nobody_else_is_another)
{
    struct model all, but_one;
    build(&all, DATA("crossing"), PARTITIONS_PROVINCE);
    build(&but_one, DATA("crossing"), PARTITIONS_PROVINCE);
    keep(&all);
    keep(&but_one);
    size_t stream = 0, who = 0;
    model_run(&all);
    uint64_t code = 0;
    while (!fate_of(code).fell_ill)
        world_fates(all.world, stream, who++, 1, &code);
    world_leave_out(but_one.world, stream, (uint32_t)--who);
    model_run(&but_one);
    cr_expect_eq(metric(but_one.world, "patients"), metric(all.world, "patients") - 1);
    world_fates(but_one.world, stream, who, 1, &code);
    cr_expect_eq(code, 0);
    size_t others = 0;
    for (size_t s = 0; s < world_streams(all.world); s++)
        for (size_t i = 0; i < world_stream(all.world, s).count; i++) {
            uint64_t one = 0, two = 0;
            world_fates(all.world, s, i, 1, &one);
            world_fates(but_one.world, s, i, 1, &two);
            if (s == stream && i == who)
                continue;
            cr_expect_eq(fate_of(one).fell_ill, fate_of(two).fell_ill);
            cr_expect_eq(fate_of(one).severity, fate_of(two).severity);
            others += fate_of(one).present;
        }
    cr_expect_gt(others, 1000);
    model_free(&all);
    model_free(&but_one);
}

Test(fate, needs_a_folder)
{
    struct model model;
    build(&model, DATA("crossing"), PARTITIONS_PROVINCE);
    cr_expect_neq(world_keep_fates(model.world, "/nowhere", &model.err), 0);
    cr_expect(model_says(&model, "/nowhere: no temporary file can be made there", "TMPDIR"));
    model_free(&model);
}

Test(fate, file_gives_back_every_code)
{
    struct model model;
    struct err err = ERR_INIT;
    build(&model, DATA("crossing"), PARTITIONS_PROVINCE);
    keep(&model);
    model_run(&model);
    struct fate_file *file = fate_file_new(2, &err);
    cr_assert(file != NULL, "%s", err.text[0]);
    cr_assert_eq(fate_file_take(file, model.world, 1, &err), 0);
    struct fate_reader reader;
    cr_expect_neq(fate_reader_open(&reader, file, 0, &err), 0, "has not been taken");
    fate_reader_close(&reader);
    cr_assert_eq(fate_reader_open(&reader, file, 1, &err), 0);
    size_t codes = 0;
    for (size_t s = 0; s < fate_file_streams(file); s++) {
        const struct world_stream of = world_stream(model.world, s);
        cr_assert_str_eq(fate_file_stream(file, s).condition, of.condition);
        cr_assert_str_eq(fate_file_stream(file, s).place, of.place);
        cr_assert_eq(reader.count[s], of.count);
        for (size_t i = 0; i < of.count; i++) {
            uint64_t told = 1, read[2] = {1, 1};
            world_fates(model.world, s, i, 1, &told);
            cr_assert_eq(fate_reader_get(&reader, s, i, 2, read, &err), 0);
            cr_assert_eq(read[0], told);
            cr_assert(i + 1 < of.count || read[1] == 0);
            codes += told != 0;
        }
    }
    cr_expect_gt(codes, 1000);
    fate_reader_close(&reader);
    fate_file_free(file);
    model_free(&model);
}
