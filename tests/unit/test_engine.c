#include "sim/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include <criterion/criterion.h>

#include "walk.h"

/* Memory that fails when asked to: the number of allocations that still succeed; negative: all. In place of
 * the C library's, for the whole program. */
static atomic_long allocations_left = -1;
static atomic_bool has_refused;

static bool refused(void)
{
    long left = atomic_load(&allocations_left);
    while (left > 0 && !atomic_compare_exchange_weak(&allocations_left, &left, left - 1))
        ;
    if (left == 0)
        atomic_store(&has_refused, true);
    return left == 0;
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    void *memory = NULL;
    if (refused() || posix_memalign(&memory, alignment, bytes) != 0)
        return NULL;
    return memory;
}

void *realloc(void *old, size_t bytes)
{
    void *memory = refused() ? NULL : malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL || old == NULL)
        return memory;
    const size_t kept = malloc_usable_size(old);
    memcpy(memory, old, kept < bytes ? kept : bytes);
    free(old);
    return memory;
}

enum { LENGTH_DAYS = 8 };

static void run_pieces(struct world *world, int64_t piece_us)
{
    struct err err = ERR_INIT;
    const int64_t length_us = LENGTH_DAYS * DAY_US;
    for (int64_t until_us = piece_us; until_us - piece_us < length_us; until_us += piece_us)
        cr_assert_eq(engine_run(world->engine, until_us < length_us ? until_us : length_us, &err), 0, "%s",
                     err.text[0]);
    cr_assert_eq(world_check(world, &err), 0, "%s", err.text[0]);
}

static void run_world(struct world *world, unsigned partitions, int64_t window_us, int64_t bucket_us,
                      int64_t piece_us)
{
    struct err err = ERR_INIT;
    cr_assert_eq(world_open(world, partitions, 1, window_us, bucket_us, &err), 0, "%s", err.text[0]);
    run_pieces(world, piece_us);
}

static void is_same(const struct world *a, const struct world *b)
{
    cr_assert(world_is_same(a, b));
}

static struct world whole, other;

static void run_whole(void)
{
    run_world(&whole, 1, 0, 0, 8 * DAY_US);
}

static void close_whole(void)
{
    world_close(&whole);
}

TestSuite(engine_cut, .init = run_whole, .fini = close_whole);

Test(engine_cut, the_world_is_busy_enough_to_tell)
{
    unsigned finished = 0;
    for (uint32_t who = 0; who < CUSTOMERS; who++)
        finished += whole.visit[who] == VISITS;
    cr_assert_gt(finished, CUSTOMERS / 4);
    cr_assert_gt(engine_events(whole.engine), 2 * CUSTOMERS);
    cr_assert_eq(whole.plans, 28); /* at 0, 7, ... 189 h; the run ends at 192 h */
}

Test(engine_cut, does_not_show_in_what_happens)
{
    static const unsigned cuts[] = {2, 3, 5, 12, 40};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        run_world(&other, cuts[i], HOUR_US, i % 2 == 0 ? 0 : 600 * SECOND_US, 8 * DAY_US);
        is_same(&whole, &other);
        uint64_t events = 0;
        for (unsigned j = 0; j < cuts[i]; j++)
            events += engine_partition_events(other.engine, j);
        cr_assert_eq(events, engine_events(other.engine));
        world_close(&other);
    }
}

Test(engine_cut, nor_does_the_window)
{
    static const int64_t windows_us[] = {HOUR_US, HOUR_US / 4, 1234567 * 1000};
    for (size_t i = 0; i < sizeof windows_us / sizeof *windows_us; i++) {
        run_world(&other, 4, windows_us[i], 0, 8 * DAY_US);
        is_same(&whole, &other);
        world_close(&other);
    }
}

Test(engine_cut, nor_does_the_width_of_the_buckets)
{
    static const int64_t buckets_us[] = {1, 1000000, HOUR_US, 50 * DAY_US};
    for (size_t i = 0; i < sizeof buckets_us / sizeof *buckets_us; i++) {
        run_world(&other, 1, 0, buckets_us[i], 8 * DAY_US);
        is_same(&whole, &other);
        if (buckets_us[i] == HOUR_US)
            cr_assert_gt(other.hints[0], 1000);
        world_close(&other);
    }
}

Test(engine_cut, nor_does_a_run_in_pieces)
{
    static const int64_t pieces_us[] = {7 * HOUR_US, 5 * HOUR_US + 17, 600 * SECOND_US};
    for (unsigned partitions = 1; partitions <= 3; partitions += 2) {
        for (size_t i = 0; i < sizeof pieces_us / sizeof *pieces_us; i++) {
            run_world(&other, partitions, HOUR_US, i == 1 ? HOUR_US : 0, pieces_us[i]);
            is_same(&whole, &other);
            world_close(&other);
        }
    }
}

static const unsigned numbers_of_threads[] = {1, 2, 4, 16};
enum { NUMBERS_OF_THREADS = sizeof numbers_of_threads / sizeof *numbers_of_threads };

static void run_on_threads(unsigned partitions, unsigned threads, int64_t bucket_us, int64_t piece_us)
{
    struct err err = ERR_INIT;
    cr_assert_eq(world_open(&other, partitions, threads, HOUR_US, bucket_us, &err), 0, "%s", err.text[0]);
    run_pieces(&other, piece_us);
    is_same(&whole, &other);
    world_close(&other);
}

Test(engine_cut, nor_does_the_number_of_threads)
{
    static const unsigned cuts[] = {1, 3, 12, 40};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        for (size_t j = 0; j < NUMBERS_OF_THREADS; j++)
            run_on_threads(cuts[i], numbers_of_threads[j], i % 2 == 0 ? 0 : 600 * SECOND_US, 8 * DAY_US);
}

Test(engine_cut, nor_does_a_run_in_pieces_on_threads)
{
    for (size_t j = 0; j < NUMBERS_OF_THREADS; j++)
        run_on_threads(5, numbers_of_threads[j], 0, 5 * HOUR_US + 17);
}

Test(engine_cut, nor_does_a_change_of_threads_on_the_way)
{
    struct err err = ERR_INIT;
    cr_assert_eq(world_open(&other, 12, 1, HOUR_US, 0, &err), 0, "%s", err.text[0]);
    for (unsigned day = 1; day <= LENGTH_DAYS; day++) {
        const unsigned threads = numbers_of_threads[day % NUMBERS_OF_THREADS];
        cr_assert_eq(engine_set_threads(other.engine, threads, &err), 0, "%s", err.text[0]);
        cr_assert_eq(engine_run(other.engine, day * DAY_US, &err), 0, "%s", err.text[0]);
    }
    is_same(&whole, &other);
    world_close(&other);
}

Test(engine_cut, shows_a_difference_if_there_is_one)
{
    struct err err = ERR_INIT;
    cr_assert_eq(world_open(&other, 3, 1, HOUR_US, 0, &err), 0);
    engine_schedule(other.engine, home(&other, other.facility[17]), (struct event){-1 + DAY_US, ARRIVES, 17});
    cr_assert_eq(engine_run(other.engine, 2 * DAY_US, &err), 0);
    cr_assert_neq(memcmp(whole.trace, other.trace, sizeof whole.trace), 0);
    cr_assert_not(world_is_same(&whole, &other));
    world_close(&other);
}

/* ---- Rules ---- */

/* What a handler or a plan is to do, once. */
struct script {
    struct engine *engine;
    int64_t delay_us;
    unsigned to;
    bool send, send_in_plan, stop, past, fail_plan;
    int64_t next_plan_us, lookahead_us;
    int64_t log[64];
    size_t logged;
};

static struct script script;

static void log_time(int64_t at_us)
{
    cr_assert_lt(script.logged, 64);
    script.log[script.logged++] = at_us;
}

static void script_handle(void *data, unsigned partition, const struct event *event)
{
    (void)data;
    log_time(event->at_us);
    if (event->kind != 0)
        return;
    if (script.send)
        engine_send(script.engine, partition, script.to, script.delay_us, (struct message){.kind = 5});
    if (script.stop) {
        char reason[] = "beds.icu: no more memory";
        engine_stop(script.engine, reason);
        memset(reason, 'x', sizeof reason - 1);
        engine_stop(script.engine, "a later reason");
    }
    if (script.past)
        engine_schedule(script.engine, partition, (struct event){event->at_us - 1, 1, 0});
}

static void script_deliver(void *data, unsigned partition, const struct message *message)
{
    (void)data;
    engine_schedule(script.engine, partition, (struct event){message->at_us, message->kind, 0});
}

static int script_plan(void *data, int64_t now_us, struct err *err)
{
    (void)data;
    log_time(-1 - now_us);
    if (script.send_in_plan)
        engine_send(script.engine, 0, 1, 0, (struct message){.kind = 6});
    if (script.fail_plan)
        return err_fail(err, "policies.pairing: nobody to send");
    return 0;
}

static int64_t script_next_plan(const void *data, int64_t now_us)
{
    (void)data;
    return now_us + script.next_plan_us;
}

static const struct engine_model script_model = {
    .handle = script_handle,
    .deliver = script_deliver,
    .plan = script_plan,
    .next_plan = script_next_plan,
    .compare = by_customer,
};

static void new_script_of(const struct engine_model *model, struct script what)
{
    struct err err = ERR_INIT;
    script = what;
    if (script.next_plan_us == 0)
        script.next_plan_us = INT64_MAX;
    script.engine = engine_new(model, &script, 3, 1000, 0, &err);
    cr_assert_not_null(script.engine, "%s", err.text[0]);
    engine_schedule(script.engine, 0, (struct event){1500, 0, 0});
    engine_schedule(script.engine, 1, (struct event){1800, 1, 0});
    engine_schedule(script.engine, 0, (struct event){9000, 1, 0});
}

static void new_script(struct script what)
{
    new_script_of(&script_model, what);
}

static void fails_with(const char *part)
{
    struct err err = ERR_INIT;
    cr_assert_eq(engine_run(script.engine, 10000, &err), -1);
    cr_assert(strstr(err.text[0], part) != NULL, "%s", err.text[0]);
    struct err again = ERR_INIT;
    cr_assert_eq(engine_run(script.engine, 20000, &again), -1, "a failed run cannot be continued");
    cr_assert(err_any(&again));
    for (size_t i = 0; i < script.logged; i++)
        cr_assert_lt(script.log[i], 9000);
    engine_free(script.engine);
}

static void logs(const int64_t *expected, size_t count)
{
    cr_assert_eq(script.logged, count);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(script.log[i], expected[i], "entry %zu is %lld", i, (long long)script.log[i]);
    engine_free(script.engine);
}

Test(engine, plans_at_the_start_and_at_each_epoch_before_its_events)
{
    struct err err = ERR_INIT;
    new_script((struct script){.next_plan_us = 1500});
    cr_assert_eq(engine_run(script.engine, 0, &err), 0);
    cr_assert_eq(script.logged, 0);
    cr_assert_eq(engine_run(script.engine, 4500, &err), 0);
    cr_assert_eq(script.logged, 5, "the epoch at the end of a run belongs to the next one");
    cr_assert_eq(engine_run(script.engine, 4501, &err), 0);
    cr_assert_eq(engine_run(script.engine, 4501, &err), 0);
    cr_assert_eq(engine_now(script.engine, 2), 4501);
    cr_assert_eq(engine_events(script.engine), 2);
    logs((const int64_t[]){-1, -1501, 1500, 1800, -3001, -4501}, 6);
}

Test(engine, takes_a_message_across_no_matter_how_long_it_travels)
{
    for (int64_t delay_us = 1000; delay_us <= 7000; delay_us += 500) {
        struct err err = ERR_INIT;
        new_script((struct script){.send = true, .to = 2, .delay_us = delay_us});
        cr_assert_eq(engine_run(script.engine, 9000, &err), 0, "%s", err.text[0]);
        cr_assert_eq(engine_partition_events(script.engine, 2), 1);
        logs((const int64_t[]){-1, 1500, 1800, 1500 + delay_us}, 4);
    }
}

Test(engine, refuses_a_message_across_that_is_faster_than_the_window)
{
    new_script((struct script){.send = true, .to = 2, .delay_us = 999});
    fails_with("delay of 999 us, shorter than the window of 1000 us");
}

/* A model that says when it is heard next: windows go as far. */
static int64_t script_lookahead(const void *data, int64_t now_us)
{
    (void)data;
    return now_us + script.lookahead_us;
}

static void new_far_script(struct script what)
{
    struct engine_model model = script_model;
    model.lookahead = script_lookahead;
    new_script_of(&model, what);
}

Test(engine, goes_as_far_as_the_model_looks_ahead)
{
    for (int64_t lookahead_us = 1; lookahead_us <= 6000; lookahead_us = lookahead_us * 3 + 7) {
        struct err err = ERR_INIT;
        new_far_script(
            (struct script){.send = true, .to = 2, .delay_us = 6000, .lookahead_us = lookahead_us});
        cr_assert_eq(engine_run(script.engine, 9000, &err), 0, "%s", err.text[0]);
        logs((const int64_t[]){-1, 1500, 1800, 7500}, 4);
    }
}

Test(engine, refuses_a_message_across_before_the_model_said_and_a_model_that_does_not_look_ahead)
{
    new_far_script((struct script){.send = true, .to = 2, .delay_us = 2499, .lookahead_us = 4000});
    fails_with("is due at 3999 us, when the model had said that none is before 4000 us");
    new_far_script((struct script){.lookahead_us = 0});
    fails_with("looks ahead from 0 us to 0 us");
}

Test(engine, delivers_within_a_partition_after_any_delay)
{
    struct err err = ERR_INIT;
    new_script((struct script){.send = true, .to = 0, .delay_us = 0});
    cr_assert_eq(engine_run(script.engine, 1501, &err), 0, "%s", err.text[0]);
    logs((const int64_t[]){-1, 1500, 1500}, 3);
}

Test(engine, delivers_at_once_what_is_sent_between_windows)
{
    struct err err = ERR_INIT;
    new_script((struct script){.send_in_plan = true});
    cr_assert_eq(engine_run(script.engine, 1, &err), 0, "%s", err.text[0]);
    cr_assert_eq(engine_partition_events(script.engine, 1), 1);
    logs((const int64_t[]){-1, 0}, 2);
}

Test(engine, refuses_a_delay_that_is_negative_or_endless)
{
    new_script((struct script){.send = true, .to = 0, .delay_us = -1});
    fails_with("delay of -1 us");
    new_script((struct script){.send = true, .to = 2, .delay_us = INT64_MAX});
    fails_with("delay of 9223372036854775807 us");
}

Test(engine, refuses_an_event_before_the_clock)
{
    new_script((struct script){.past = true});
    fails_with("before the clock");
}

Test(engine, stops_with_the_first_reason_of_the_model)
{
    new_script((struct script){.stop = true});
    fails_with("beds.icu: no more memory");
}

/* ---- Threads ---- */

enum { ENDLESS = 8 };

/* Each partition goes on for ever, until somebody stops it. */
struct endless {
    struct engine *engine;
    bool fails[ENDLESS];
    atomic_bool begun;
};

static void endless_handle(void *data, unsigned partition, const struct event *event)
{
    struct endless *world = data;
    if (world->fails[partition] && event->at_us > 20000 + 10 * partition) {
        char reason[64];
        snprintf(reason, sizeof reason, "ward %u is full at %lld", partition, (long long)event->at_us);
        engine_stop(world->engine, reason);
        engine_stop(world->engine, "a later reason");
    }
    atomic_store(&world->begun, true);
    engine_schedule(world->engine, partition, (struct event){event->at_us + 1 + partition, 0, 0});
}

static const struct engine_model endless_model = {.handle = endless_handle, .compare = by_customer};

static void endless_open(struct endless *world, unsigned threads)
{
    struct err err = ERR_INIT;
    world->engine = engine_new(&endless_model, world, ENDLESS, 1000, 0, &err);
    cr_assert_not_null(world->engine, "%s", err.text[0]);
    cr_assert_eq(engine_set_threads(world->engine, threads, &err), 0, "%s", err.text[0]);
    for (unsigned i = 0; i < ENDLESS; i++)
        engine_schedule(world->engine, i, (struct event){0, 0, 0});
}

enum { MEETING = 2 };

/* Partitions that wait for each other: without a thread for each they would wait for ever. */
struct meeting {
    struct engine *engine;
    atomic_uint there[64]; /* by window */
};

static void meet(void *data, unsigned partition, const struct event *event)
{
    struct meeting *world = data;
    const int64_t window = event->at_us / 1000;
    if (event->at_us % 1000 == 0 && window > 0) {
        atomic_fetch_add(&world->there[window], 1);
        while (atomic_load(&world->there[window]) < MEETING)
            sched_yield();
    }
    engine_schedule(world->engine, partition, (struct event){event->at_us + 1, 0, 0});
}

Test(engine, runs_partitions_at_the_same_time, .timeout = 60)
{
    static const struct engine_model meeting_model = {.handle = meet, .compare = by_customer};
    static struct meeting world;
    struct err err = ERR_INIT;
    world.engine = engine_new(&meeting_model, &world, MEETING, 1000, 0, &err);
    cr_assert_not_null(world.engine);
    cr_assert_eq(engine_set_threads(world.engine, MEETING, &err), 0, "%s", err.text[0]);
    for (unsigned i = 0; i < MEETING; i++)
        engine_schedule(world.engine, i, (struct event){0, 0, 0});
    cr_assert_eq(engine_run(world.engine, 64 * 1000, &err), 0);
    for (unsigned i = 1; i < 64; i++)
        cr_assert_eq(atomic_load(&world.there[i]), MEETING);
    engine_free(world.engine);
}

Test(engine, gives_the_reason_of_the_lowest_partition_whatever_the_threads)
{
    for (size_t i = 0; i < NUMBERS_OF_THREADS; i++) {
        struct err err = ERR_INIT;
        struct endless world = {.fails = {[3] = true, [5] = true, [7] = true}};
        endless_open(&world, numbers_of_threads[i]);
        cr_assert_eq(engine_run(world.engine, DAY_US, &err), -1);
        cr_assert_str_eq(err.text[0], "ward 3 is full at 20032");
        engine_free(world.engine);
    }
}

static void *stop_from_outside(void *data)
{
    struct endless *world = data;
    while (!atomic_load(&world->begun))
        sched_yield();
    engine_stop(world->engine, "the computer is wanted");
    return NULL;
}

Test(engine, is_stopped_from_any_thread)
{
    for (size_t i = 0; i < NUMBERS_OF_THREADS; i++) {
        struct err err = ERR_INIT;
        struct endless world = {.engine = NULL};
        pthread_t outside;
        endless_open(&world, numbers_of_threads[i]);
        cr_assert_eq(pthread_create(&outside, NULL, stop_from_outside, &world), 0);
        cr_assert_eq(engine_run(world.engine, INT64_MAX - 1, &err), -1);
        cr_assert_str_eq(err.text[0], "the computer is wanted");
        cr_assert_eq(pthread_join(outside, NULL), 0);
        engine_free(world.engine);
    }
}

/* A handler that runs another engine, as a model within a model does. */
struct outer {
    struct engine *engine;
    struct endless inner;
};

static void outer_handle(void *data, unsigned partition, const struct event *event)
{
    struct outer *outer = data;
    struct err err = ERR_INIT;
    (void)partition;
    (void)event;
    if (engine_run(outer->inner.engine, DAY_US, &err) != 0)
        engine_stop(outer->engine, err.text[0]);
}

Test(engine, stops_the_engine_that_is_meant)
{
    static const struct engine_model outer_model = {.handle = outer_handle, .compare = by_customer};
    struct err err = ERR_INIT;
    struct outer outer = {.inner = {.fails = {[2] = true}}};
    endless_open(&outer.inner, 1);
    outer.engine = engine_new(&outer_model, &outer, 1, 0, 0, &err);
    cr_assert_not_null(outer.engine);
    engine_schedule(outer.engine, 0, (struct event){5, 0, 0});
    engine_schedule(outer.engine, 0, (struct event){6, 0, 0});
    cr_assert_eq(engine_run(outer.engine, 10, &err), -1);
    cr_assert_str_eq(err.text[0], "ward 2 is full at 20022");
    cr_assert_eq(engine_events(outer.engine), 1);
    engine_free(outer.engine);
    engine_free(outer.inner.engine);
}

Test(engine, refuses_to_run_on_no_thread)
{
    struct err err = ERR_INIT;
    struct endless world = {.engine = NULL};
    endless_open(&world, 2);
    cr_assert_eq(engine_set_threads(world.engine, 0, &err), -1);
    cr_assert(strstr(err.text[0], "threads") != NULL, "%s", err.text[0]);
    engine_free(world.engine);
}

Test(engine, fails_when_planning_fails)
{
    new_script((struct script){.fail_plan = true});
    fails_with("policies.pairing: nobody to send");
}

Test(engine, refuses_an_epoch_that_is_not_later)
{
    new_script((struct script){.next_plan_us = -5});
    fails_with("planning epoch");
}

Test(engine, refuses_no_partition_and_several_without_window)
{
    struct err none = ERR_INIT, still = ERR_INIT;
    cr_assert_null(engine_new(&script_model, &script, 0, 1000, 0, &none));
    cr_assert_null(engine_new(&script_model, &script, 2, 0, 0, &still));
    cr_assert(err_any(&none) && err_any(&still));
    engine_free(NULL);
}

/* Valgrind puts its own allocation in place of ours. */
static void skip_under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");
    if (preloaded != NULL && strstr(preloaded, "vgpreload") != NULL)
        cr_skip_test("memory cannot be made to fail here");
}

/* Every allocation of building and running fails once. */
static void fails_in_words(unsigned threads)
{
    static struct world world;
    unsigned failures = 0;
    for (long allowed = 0;; allowed++) {
        struct err err = ERR_INIT;
        has_refused = false;
        allocations_left = allowed;
        const int result = world_open(&world, 3, threads, HOUR_US, 600 * SECOND_US, &err) == 0
                               ? engine_run(world.engine, 8 * DAY_US, &err)
                               : -1;
        allocations_left = -1;
        world_close(&world);
        if (!has_refused) {
            cr_assert_eq(result, 0);
            break;
        }
        cr_assert_eq(result, -1);
        cr_assert(strstr(err.text[0], "out of memory") != NULL, "%s", err.text[0]);
        failures++;
    }
    cr_assert_gt(failures, 20);
}

Test(engine, fails_in_words_when_memory_runs_out)
{
    skip_under_valgrind();
    fails_in_words(1);
}

/* The address sanitizer needs memory itself where a thread begins. */
#ifndef __SANITIZE_ADDRESS__
Test(engine, fails_in_words_when_memory_runs_out_on_threads)
{
    skip_under_valgrind();
    fails_in_words(3);
}
#endif
