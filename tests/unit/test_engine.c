#include "sim/engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <malloc.h>

#include <criterion/criterion.h>

#include "sim/station.h"

/* Memory that fails when asked to: the number of allocations that still succeed; negative: all. In place of
 * the C library's, for the whole program. */
static long allocations_left = -1;
static bool has_refused;

static bool refused(void)
{
    if (allocations_left == 0)
        return has_refused = true;
    allocations_left -= allocations_left > 0;
    return false;
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

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define DAY_US (24 * HOUR_US)

/* ---- A small world: customers pass through facilities, by messages ---- */

enum { FACILITIES = 12, CUSTOMERS = 4000, VISITS = 6 };
enum kind { LEAVES, ARRIVES };

struct world {
    struct engine *engine;
    unsigned partitions;
    struct station station[FACILITIES];
    struct station_links links;
    uint8_t facility[CUSTOMERS], visit[CUSTOMERS];
    uint64_t trace[FACILITIES]; /* a hash of what happened there, in order */
    unsigned plans;
    unsigned long hints;
    int64_t epoch_us;
};

/* A pure function of who and what for: 32 bits. */
static uint32_t luck(uint32_t customer, unsigned visit, unsigned purpose)
{
    uint64_t z = (((uint64_t)customer << 16 | visit << 8 | purpose) + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(z >> 32);
}

/* Facilities go round the partitions, so that every cut is another one. */
static unsigned home(const struct world *world, unsigned facility)
{
    return facility % world->partitions;
}

static void note(struct world *world, unsigned facility, int64_t at_us, unsigned what, uint32_t who)
{
    uint64_t hash = world->trace[facility];
    hash = (hash ^ (uint64_t)at_us) * UINT64_C(0x100000001b3);
    hash = (hash ^ what) * UINT64_C(0x100000001b3);
    world->trace[facility] = (hash ^ who) * UINT64_C(0x100000001b3);
}

static void begin(struct world *world, unsigned facility, uint32_t who, int64_t now_us)
{
    /* Whole minutes: many events fall on the same time. */
    const int64_t service_us = (1 + luck(who, world->visit[who], 1) % 40) * 60 * SECOND_US;
    engine_schedule(world->engine, home(world, facility), (struct event){now_us + service_us, LEAVES, who});
}

static void move_on(struct world *world, unsigned facility, uint32_t who)
{
    if (++world->visit[who] == VISITS)
        return;
    const unsigned next = luck(who, world->visit[who], 2) % FACILITIES;
    const int64_t travel_us = HOUR_US + luck(who, world->visit[who], 3) % 100 * 60 * SECOND_US;
    struct message message = {.kind = ARRIVES, .to = next};
    memcpy(message.payload, &who, sizeof who);
    engine_send(world->engine, home(world, facility), home(world, next), travel_us, message);
}

static void handle(void *data, unsigned partition, const struct event *event)
{
    struct world *world = data;
    const uint32_t who = event->who;
    const unsigned facility = world->facility[who];
    struct station *station = &world->station[facility];
    cr_assert_eq(home(world, facility), partition);
    cr_assert_eq(engine_now(world->engine, partition), event->at_us);
    note(world, facility, event->at_us, event->kind, who);
    if (event->kind == ARRIVES) {
        if (station_arrive(station, &world->links, who, who % 3, 1) == STATION_SERVED)
            begin(world, facility, who, event->at_us);
        return;
    }
    const int64_t next = station_depart(station, &world->links, 1);
    if (next != STATION_NOBODY)
        begin(world, facility, (uint32_t)next, event->at_us);
    move_on(world, facility, who);
}

static void deliver(void *data, unsigned partition, const struct message *message)
{
    struct world *world = data;
    uint32_t who;
    memcpy(&who, message->payload, sizeof who);
    world->facility[who] = (uint8_t)message->to;
    engine_schedule(world->engine, partition, (struct event){message->at_us, message->kind, who});
}

/* Moves a server from one facility to the next. */
static int plan(void *data, int64_t now_us, struct err *err)
{
    (void)err;
    struct world *world = data;
    const unsigned from = world->plans % FACILITIES;
    const unsigned to = (from + 1) % FACILITIES;
    for (unsigned i = 0; i < world->partitions; i++)
        cr_assert_eq(engine_now(world->engine, i), now_us);
    cr_assert_eq(now_us, world->plans * world->epoch_us);
    world->plans++;
    station_set_servers(&world->station[from], world->station[from].servers - 1);
    station_set_servers(&world->station[to], world->station[to].servers + 1);
    const int64_t next = station_start_next(&world->station[to], &world->links, 1);
    if (next != STATION_NOBODY)
        begin(world, to, (uint32_t)next, now_us);
    note(world, to, now_us, 99, world->plans);
    return 0;
}

static int64_t next_plan(const void *data, int64_t now_us)
{
    return now_us + ((const struct world *)data)->epoch_us;
}

static int by_customer(const void *data, const struct event *a, const struct event *b)
{
    (void)data;
    return (a->who > b->who) - (a->who < b->who);
}

static void hint(const void *data, unsigned partition, const struct event *soon)
{
    (void)partition;
    cr_assert_lt(soon->who, CUSTOMERS);
    ((struct world *)(uintptr_t)data)->hints++;
}

static const struct engine_model model = {
    .handle = handle,
    .deliver = deliver,
    .plan = plan,
    .next_plan = next_plan,
    .compare = by_customer,
    .prefetch = hint,
};

/* Returns 0 or -1, as the engine does. */
static int world_open(struct world *world, unsigned partitions, int64_t window_us, int64_t bucket_us,
                      struct err *err)
{
    *world = (struct world){.partitions = partitions, .epoch_us = 7 * HOUR_US};
    station_links_init(&world->links);
    if (station_links_reserve(&world->links, CUSTOMERS, err) != 0)
        return -1;
    world->engine = engine_new(&model, world, partitions, window_us, bucket_us, err);
    if (world->engine == NULL)
        return -1;
    for (unsigned i = 0; i < FACILITIES; i++)
        station_init(&world->station[i], 4, STATION_UNLIMITED);
    for (uint32_t who = 0; who < CUSTOMERS; who++) {
        world->facility[who] = (uint8_t)(luck(who, 0, 2) % FACILITIES);
        const int64_t at_us = luck(who, 0, 4) % (5 * 24 * 60) * (60 * SECOND_US);
        engine_schedule(world->engine, home(world, world->facility[who]),
                        (struct event){at_us, ARRIVES, who});
    }
    return 0;
}

static void world_close(struct world *world)
{
    engine_free(world->engine);
    station_links_free(&world->links);
}

static void run_world(struct world *world, unsigned partitions, int64_t window_us, int64_t bucket_us,
                      int64_t piece_us)
{
    struct err err = ERR_INIT;
    cr_assert_eq(world_open(world, partitions, window_us, bucket_us, &err), 0, "%s", err.text[0]);
    for (int64_t until_us = piece_us; until_us - piece_us < 8 * DAY_US; until_us += piece_us)
        cr_assert_eq(engine_run(world->engine, until_us < 8 * DAY_US ? until_us : 8 * DAY_US, &err), 0, "%s",
                     err.text[0]);
    for (unsigned i = 0; i < FACILITIES; i++)
        cr_assert_eq(station_check(&world->station[i], &world->links, &err), 0, "%s", err.text[0]);
}

static void is_same(const struct world *a, const struct world *b)
{
    cr_assert_eq(memcmp(a->trace, b->trace, sizeof a->trace), 0);
    cr_assert_eq(memcmp(a->visit, b->visit, sizeof a->visit), 0);
    cr_assert_eq(engine_events(a->engine), engine_events(b->engine));
    cr_assert_eq(a->plans, b->plans);
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
            cr_assert_gt(other.hints, 1000);
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

Test(engine_cut, shows_a_difference_if_there_is_one)
{
    struct err err = ERR_INIT;
    cr_assert_eq(world_open(&other, 3, HOUR_US, 0, &err), 0);
    engine_schedule(other.engine, home(&other, other.facility[17]), (struct event){-1 + DAY_US, ARRIVES, 17});
    cr_assert_eq(engine_run(other.engine, 2 * DAY_US, &err), 0);
    cr_assert_neq(memcmp(whole.trace, other.trace, sizeof whole.trace), 0);
    world_close(&other);
}

/* ---- Rules ---- */

/* What a handler or a plan is to do, once. */
struct script {
    struct engine *engine;
    int64_t delay_us;
    unsigned to;
    bool send, send_in_plan, stop, past, fail_plan;
    int64_t next_plan_us;
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

static void new_script(struct script what)
{
    struct err err = ERR_INIT;
    script = what;
    if (script.next_plan_us == 0)
        script.next_plan_us = INT64_MAX;
    script.engine = engine_new(&script_model, &script, 3, 1000, 0, &err);
    cr_assert_not_null(script.engine, "%s", err.text[0]);
    engine_schedule(script.engine, 0, (struct event){1500, 0, 0});
    engine_schedule(script.engine, 1, (struct event){1800, 1, 0});
    engine_schedule(script.engine, 0, (struct event){9000, 1, 0});
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
Test(engine, fails_in_words_when_memory_runs_out)
{
    skip_under_valgrind();
    static struct world world;
    unsigned failures = 0;
    for (long allowed = 0;; allowed++) {
        struct err err = ERR_INIT;
        allocations_left = allowed;
        has_refused = false;
        const int result = world_open(&world, 3, HOUR_US, 600 * SECOND_US, &err) == 0
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
