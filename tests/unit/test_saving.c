/* A world that is saved and taken up in another goes on as if nothing had happened, to the last bit. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "models/partition.h"
#include "sim/state.h"
#include "tests/unit/model_scenario.h"

#define HORQIN SOURCE_DIR "/scenarios/horqin_stroke_stint.cfg"
#define CROSSING SOURCE_DIR "/tests/unit/data/crossing.cfg"
#define DATA(name) SOURCE_DIR "/tests/unit/data/" name ".cfg"
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

/* A scenario, and what is set in it. */
struct source {
    const char *path, *set;
};

static void build(struct model *model, struct source source, int partitions)
{
    model_partitions = partitions;
    model_build_file(model, 0, source.path, &source.set, source.set != NULL);
}

struct cut {
    int partitions;
    unsigned threads;
};

/* Saved under one cut, taken up under another. */
static void interrupt(struct source source, int64_t at_us, struct cut before, struct cut after,
                      const struct model *whole)
{
    struct model first, second;
    struct state_writer writer = {.failed = false}, again = {.failed = false};
    build(&first, source, before.partitions);
    cr_assert_eq(world_set_threads(first.world, before.threads, &first.err), 0);
    run_until(&first, at_us);
    save(&first, &writer);
    build(&second, source, after.partitions);
    cr_assert_eq(world_set_threads(second.world, after.threads, &second.err), 0);
    cr_assert_eq(take_up(&second, &writer), 0, "%s at %.3f h: %s", source.path, (double)at_us / 3600e6,
                 second.err.text[0]);
    save(&second, &again);
    cr_assert_eq(again.size, writer.size);
    cr_assert_arr_eq(again.bytes, writer.bytes, writer.size, "%s: saved again, it differs", source.path);
    /* The one that was saved is none the worse for it. */
    model_run(&first);
    same(whole, &first, source.path);
    model_run(&second);
    same(whole, &second, source.path);
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
    const struct source source = {path, NULL};
    build(&whole, source, PARTITIONS_ONE);
    model_run(&whole);
    for (size_t i = 0; i < count; i++) {
        const int64_t at_us = (int64_t)(shares[i] * (double)world_end_us(whole.world));
        interrupt(source, at_us, one, one, &whole);
        interrupt(source, at_us, provinces, provinces, &whole);
        interrupt(source, at_us, provinces, places, &whole);
        interrupt(source, at_us, places, one, &whole);
    }
    model_free(&whole);
}

/* From `from_us` on, at every step until the end or `most` times. */
static void interrupt_evenly(struct source source, int64_t from_us, int64_t step_us, int most)
{
    struct model whole;
    build(&whole, source, PARTITIONS_ONE);
    model_run(&whole);
    const int64_t end_us = world_end_us(whole.world);
    for (int64_t at_us = from_us; at_us < end_us && most-- > 0; at_us += step_us)
        interrupt(source, at_us, one, one, &whole);
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

/* Questions under way, stand-ins in lines and at work, answers under way, and a notice board. */
Test(saving, who_asks_elsewhere_is_answered)
{
    static const double shares[] = {0.03, 0.1503, 0.4017, 0.62, 0.9};
    interrupt_often(DATA("asking"), shares, sizeof shares / sizeof shares[0]);
    interrupt_often(DATA("watching"), shares, sizeof shares / sizeof shares[0]);
}

/* Before anything starts, with people away, on the way, at sessions and studying, and after the pairing. */
Test(saving, those_who_are_sent_and_taught_go_on)
{
    static const double shares[] = {0.1,   0.156, 0.1875, 0.21, 0.26, 0.33, 0.4,
                                    0.455, 0.52,  0.61,   0.7,  0.8,  0.95};
    interrupt_often(DATA("people"), shares, sizeof shares / sizeof shares[0]);
}

/* Before anything starts, with everything half done, and when all is done. */
Test(saving, what_is_opened_and_ruled_stays_so)
{
    static const double shares[] = {0.05, 0.104, 0.11, 0.18, 0.24, 0.31, 0.335, 0.4, 0.447, 0.5, 0.7, 0.96};
    interrupt_often(DATA("rebuilding"), shares, sizeof shares / sizeof shares[0]);
}

/* Questions along the links, guided cases, the watched, follow-ups; one network ends before the other. */
Test(saving, those_who_are_connected_stay_so)
{
    static const double shares[] = {0.1, 0.13, 0.2, 0.2303, 0.3, 0.37, 0.45, 0.6, 0.7, 0.8, 0.83, 0.86, 0.95};
    interrupt_often(DATA("connected"), shares, sizeof shares / sizeof shares[0]);
}

/* Saved in a world without a policy, taken up in one where it starts later; or the other way round. */
static void branch_either(const char *path, const char *without, const char *start, int64_t at_us,
                          bool has_it_first)
{
    const char *const sets[] = {start, without};
    const size_t first_sets = has_it_first ? 1 : 2, second_sets = has_it_first ? 2 : 1;
    struct model whole, first, second;
    struct state_writer writer = {.failed = false};
    model_partitions = PARTITIONS_PROVINCE;
    model_build_file(&whole, 0, path, sets, second_sets);
    model_run(&whole);
    model_build_file(&first, 0, path, sets, first_sets);
    run_until(&first, at_us);
    save(&first, &writer);
    model_build_file(&second, 0, path, sets, second_sets);
    cr_assert_eq(take_up(&second, &writer), 0, "%s", second.err.text[0]);
    model_run(&second);
    same(&whole, &second, path);
    state_writer_free(&writer);
    model_free(&whole);
    model_free(&first);
    model_free(&second);
}

static void branch(const char *path, const char *without, const char *start, int64_t at_us)
{
    branch_either(path, without, start, at_us, false);
    branch_either(path, without, start, at_us, true);
}

/* Its stages come before those of the alliance that is at work, or nobody could ask anything before. */
Test(saving, networks_that_start_later_find_everybody_in_place)
{
    branch(DATA("connected"), "policies.far.active=false", "policies.far.start=\"2019-03-01\"", 50 * DAY_US);
    branch(DATA("guided"), "policies.alliance.active=false", "policies.alliance.start=\"2019-06-01\"",
           100 * DAY_US);
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
        struct model model;
        build(&model, (struct source){paths[i], NULL}, PARTITIONS_ONE);
        const int64_t end_us = world_end_us(model.world);
        model_free(&model);
        interrupt_evenly((struct source){paths[i], NULL}, 7 * end_us / 100, 13 * end_us / 100, 8);
    }
}

/* Full hours are when shifts change: the change itself is not yet in the state. */
Test(saving, shifts_that_change_just_then_change_once)
{
    interrupt_evenly((struct source){QUEUE("D9_shift_interrupts_resample"), NULL}, HOUR_US, HOUR_US, 30);
    interrupt_evenly((struct source){QUEUE("D10_shift_interrupt_cycle"), NULL}, HOUR_US, HOUR_US, 30);
    interrupt_evenly((struct source){QUEUE("D11_overtime"), NULL}, HOUR_US, HOUR_US, 30);
}

/* 2020-05-01 and the hours after it. */
Test(saving, experts_on_the_way_arrive_when_they_would_have)
{
    struct model model;
    build(&model, (struct source){HORQIN, NULL}, PARTITIONS_ONE);
    const struct world_period *period = NULL;
    cr_assert_eq(world_periods(model.world, &period), 1u);
    const int64_t start_us = period->from_us;
    model_free(&model);
    interrupt_evenly((struct source){HORQIN, NULL}, start_us, HOUR_US, 2);
    interrupt_evenly((struct source){HORQIN, NULL}, start_us + DAY_US, DAY_US, 1);
}

Test(saving, what_is_heard_of_waiting_is_kept_until_the_next_planning)
{
    interrupt_evenly((struct source){CROSSING, "scenario.planning=\"month\""}, 45 * DAY_US + HOUR_US,
                     7 * DAY_US, 5);
}

#define HURRIED                                                                                              \
    RUN_OF("60 h")                                                                                           \
    "stations: ( { id = \"desk\"; servers = 1; preemption = \"resample\"; } );\n"                            \
    "conditions: ( { id = \"slow\"; arrivals: { rate = \"0.2 per h\"; }; pathway: ( { stage = \"s\"; "       \
    "station = "                                                                                             \
    "\"desk\"; priority = 3; duration: { dist = \"exponential\"; mean = \"3 h\"; }; } ); },\n"               \
    "{ id = \"quick\"; arrivals: { rate = \"0.8 per h\"; }; pathway: ( { stage = \"s\"; station = "          \
    "\"desk\"; "                                                                                             \
    "duration: { dist = \"exponential\"; mean = \"20 min\"; }; } ); } );\n"

/* A run of a text, as above. */
static void interrupt_text(const char *text, int64_t step_us)
{
    struct model whole;
    model_build(&whole, "%s", text);
    model_run(&whole);
    for (int64_t at_us = step_us; at_us < world_end_us(whole.world); at_us += step_us) {
        struct model first, second;
        struct state_writer writer = {.failed = false};
        model_build(&first, "%s", text);
        run_until(&first, at_us);
        save(&first, &writer);
        model_build(&second, "%s", text);
        cr_assert_eq(take_up(&second, &writer), 0, "%s", second.err.text[0]);
        model_run(&second);
        same(&whole, &second, "text");
        state_writer_free(&writer);
        model_free(&first);
        model_free(&second);
    }
    model_free(&whole);
}

Test(saving, durations_are_drawn_anew_as_often_as_they_would_have_been)
{
    interrupt_text(HURRIED, HOUR_US);
}

#define STUCK                                                                                                \
    RUN_OF("60 h")                                                                                           \
    "stations: ( { id = \"a\"; servers = 1; }, { id = \"b\"; servers = 1; } );\n"                            \
    "conditions: ( { id = \"x\"; arrivals: { times = [\"1 h\", \"2 h\"]; }; pathway: ( "                     \
    "{ stage = \"one\"; station = \"a\"; duration = \"5 h\"; next: ( { to = \"two\"; } ); },\n"              \
    "{ stage = \"two\"; station = \"b\"; duration = \"20 h\"; previous = \"until_begin\"; } ); },\n"         \
    "{ id = \"y\"; arrivals: { times = [\"1 h\"]; }; pathway: ( "                                            \
    "{ stage = \"one\"; station = \"b\"; duration = \"9 h\"; next: ( { to = \"two\"; } ); },\n"              \
    "{ stage = \"two\"; station = \"a\"; duration = \"20 h\"; previous = \"until_begin\"; } ); } );\n"

/* x holds a from 6 h on and waits for b, where y is done at 10 h. */
Test(saving, a_deadlock_is_found_all_the_same)
{
    struct model whole, first, second;
    struct state_writer writer = {.failed = false};
    model_build(&whole, "%s", STUCK);
    cr_assert_eq(world_run(whole.world, NULL, NULL, &whole.err), -1);
    cr_assert(strstr(whole.err.text[0], "deadlock after 10 h") != NULL, "%s", whole.err.text[0]);
    model_build(&first, "%s", STUCK);
    run_until(&first, 8 * HOUR_US);
    save(&first, &writer);
    model_build(&second, "%s", STUCK);
    cr_assert_eq(take_up(&second, &writer), 0, "%s", second.err.text[0]);
    cr_assert_eq(world_run(second.world, NULL, NULL, &second.err), -1);
    cr_assert_str_eq(second.err.text[0], whole.err.text[0]);
    state_writer_free(&writer);
    model_free(&whole);
    model_free(&first);
    model_free(&second);
}
