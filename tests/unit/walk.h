#ifndef COUNTERPART_TESTS_UNIT_WALK_H
#define COUNTERPART_TESTS_UNIT_WALK_H

/* A small world for the engine: customers walk from facility to facility, by messages, and wait there in
 * lines. It has nothing of a test framework in it, so that it can be run under anything. */

#include <stdint.h>
#include <string.h>

#include "sim/engine.h"
#include "sim/station.h"

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * SECOND_US)
#define DAY_US (24 * HOUR_US)

enum { FACILITIES = 12, CUSTOMERS = 4000, VISITS = 6, PARTITIONS_MOST = 40 };
enum kind { LEAVES, ARRIVES };

struct world {
    struct engine *engine;
    unsigned partitions;
    struct station station[FACILITIES];
    struct station_links links;
    uint8_t facility[CUSTOMERS], visit[CUSTOMERS];
    uint64_t trace[FACILITIES]; /* a hash of what happened there, in order */
    unsigned plans;
    unsigned long hints[PARTITIONS_MOST];
    unsigned rules_broken[PARTITIONS_MOST]; /* by the engine */
    int64_t epoch_us;
    bool shares; /* breaks a rule itself: what belongs to nobody is written by all */
    unsigned long shared;
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
    world->rules_broken[partition] +=
        home(world, facility) != partition || engine_now(world->engine, partition) != event->at_us;
    if (world->shares)
        world->shared++;
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
        world->rules_broken[i] +=
            engine_now(world->engine, i) != now_us || now_us != world->plans * world->epoch_us;
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
    struct world *world = (struct world *)(uintptr_t)data;
    world->rules_broken[partition] += soon != NULL && soon->who >= CUSTOMERS;
    world->hints[partition] += soon != NULL;
}

static const struct engine_model walk_model = {
    .handle = handle,
    .deliver = deliver,
    .plan = plan,
    .next_plan = next_plan,
    .compare = by_customer,
    .prefetch = hint,
};

/* Pair with world_close(), whatever the answer. */
static inline MUST_CHECK int world_open(struct world *world, unsigned partitions, unsigned threads,
                                        int64_t window_us, int64_t bucket_us, struct err *err)
{
    *world = (struct world){.partitions = partitions, .epoch_us = 7 * HOUR_US};
    station_links_init(&world->links);
    if (station_links_reserve(&world->links, CUSTOMERS, err) != 0)
        return -1;
    world->engine = engine_new(&walk_model, world, partitions, window_us, bucket_us, err);
    if (world->engine == NULL || engine_set_threads(world->engine, threads, err) != 0)
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

static inline void world_close(struct world *world)
{
    engine_free(world->engine);
    station_links_free(&world->links);
}

/* Whether the same things happened at the same times. */
static inline bool world_is_same(const struct world *a, const struct world *b)
{
    return memcmp(a->trace, b->trace, sizeof a->trace) == 0 &&
           memcmp(a->visit, b->visit, sizeof a->visit) == 0 &&
           engine_events(a->engine) == engine_events(b->engine) && a->plans == b->plans;
}

static inline MUST_CHECK int world_check(const struct world *world, struct err *err)
{
    for (unsigned i = 0; i < world->partitions; i++)
        if (world->rules_broken[i] > 0)
            return err_fail(err, "the engine has broken rules in partition %u: %u times", i,
                            world->rules_broken[i]);
    for (unsigned i = 0; i < FACILITIES; i++)
        if (station_check(&world->station[i], &world->links, err) != 0)
            return -1;
    return 0;
}

#endif
