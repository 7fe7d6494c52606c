/* Customers who circulate in a world of many partitions and sometimes go from one to another: what the engine
 * and its calendars cost, and what threads gain. Their luck is a hash, their state 32 bytes.
 * usage: bench_partitions PARTITIONS CUSTOMERS DAYS THREADS
 * Prints nanoseconds of processor time (user) and of wall time for one event, and a sum over what happened,
 * which does not depend on THREADS. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "sim/engine.h"
#include "sim/mem.h"
#include "sim/window.h"

#define MEAN_DELAY_US (2e0 * WINDOW_DAY_US)
#define BUCKET_US (WINDOW_HOUR_US / 4)

enum { DELAYS = 4096, LEAVES_ONE_IN = 32 };

struct customer {
    uint64_t events, sum;
    int64_t due_us;
    uint32_t partition, spare;
};

struct world {
    struct engine *engine;
    struct customer *customers; /* owned */
    uint32_t partitions;
    int64_t delays_us[DELAYS];
};

static uint64_t luck(uint32_t who, uint64_t number)
{
    uint64_t z = ((uint64_t)who << 32 ^ number) + UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void leave(struct world *world, unsigned partition, uint32_t who, uint64_t drawn, int64_t delay_us)
{
    struct message message = {.kind = 0, .to = (uint32_t)((drawn >> 32) % world->partitions)};
    memcpy(message.payload, &who, sizeof who);
    world->customers[who].partition = message.to;
    engine_send(world->engine, partition, message.to, WINDOW_HOUR_US + delay_us, message);
}

static void handle(void *data, unsigned partition, const struct event *event)
{
    struct world *world = data;
    struct customer *customer = &world->customers[event->who];
    const uint64_t drawn = luck(event->who, customer->events++);
    const int64_t delay_us = world->delays_us[drawn % DELAYS];
    customer->sum += (uint64_t)event->at_us;
    if (drawn / DELAYS % LEAVES_ONE_IN == 0)
        leave(world, partition, event->who, drawn, delay_us);
    else
        engine_schedule(world->engine, partition, (struct event){event->at_us + delay_us, 0, event->who});
}

static void deliver(void *data, unsigned partition, const struct message *message)
{
    struct world *world = data;
    uint32_t who;
    memcpy(&who, message->payload, sizeof who);
    engine_schedule(world->engine, partition, (struct event){message->at_us, 0, who});
}

static int by_index(const void *data, const struct event *a, const struct event *b)
{
    (void)data;
    return (a->who > b->who) - (a->who < b->who);
}

static void prefetch(const void *data, unsigned partition, const struct event *soon)
{
    (void)partition;
    if (soon != NULL)
        mem_fetch(&((const struct world *)data)->customers[soon->who]);
}

/* Sizes like those of provinces: from one to some ten times as many. Nobody lives between two cache lines. */
static unsigned home(uint32_t who, unsigned partitions)
{
    const double share = (double)(luck(who, UINT64_MAX) >> 11) * 0x1p-53;
    return (unsigned)(pow(share, 1.5) * partitions);
}

static int world_open(struct world *world, uint32_t partitions, uint32_t customers, unsigned threads,
                      struct err *err)
{
    static const struct engine_model model = {
        .handle = handle, .deliver = deliver, .compare = by_index, .prefetch = prefetch};
    world->partitions = partitions;
    for (size_t i = 0; i < DELAYS; i++)
        world->delays_us[i] = 1 + (int64_t)(-MEAN_DELAY_US * log(((double)i + 0.5) / DELAYS));
    world->customers = mem_zeroed(customers, sizeof *world->customers, err);
    if (world->customers == NULL)
        return -1;
    world->engine = engine_new(&model, world, partitions, WINDOW_HOUR_US,
                               customers / partitions > 1000 ? BUCKET_US : 0, err);
    if (world->engine == NULL || engine_set_threads(world->engine, threads, err) != 0)
        return -1;
    for (uint32_t who = 0; who < customers; who++) {
        const struct event first = {world->delays_us[luck(who, UINT64_MAX - 1) % DELAYS], 0, who};
        engine_schedule(world->engine, home(who, partitions), first);
    }
    return 0;
}

static double clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static double user_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1e9 * (double)usage.ru_utime.tv_sec + 1e3 * (double)usage.ru_utime.tv_usec;
}

static int measure(struct world *world, int64_t days, uint32_t customers, struct err *err)
{
    if (engine_run(world->engine, 2 * WINDOW_DAY_US, err) != 0)
        return -1;
    const uint64_t before = engine_events(world->engine);
    const double begun_ns = clock_ns(CLOCK_MONOTONIC);
    const double used_ns = user_ns();
    if (engine_run(world->engine, (2 + days) * WINDOW_DAY_US, err) != 0)
        return -1;
    const double events = (double)(engine_events(world->engine) - before);
    printf("ns_per_event %.2f\nwall_ns_per_event %.2f\n", (user_ns() - used_ns) / events,
           (clock_ns(CLOCK_MONOTONIC) - begun_ns) / events);
    uint64_t sum = 0;
    for (uint32_t who = 0; who < customers; who++)
        sum = sum * 31 + world->customers[who].sum;
    printf("sum %016" PRIx64 "\n", sum);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned long number[4] = {0};
    for (int i = 0; i < 4 && i + 1 < argc; i++)
        number[i] = strtoul(argv[i + 1], NULL, 10);
    for (size_t i = 0; i < 4; i++)
        if (number[i] == 0 || number[i] > UINT32_MAX) {
            fprintf(stderr, "usage: bench_partitions PARTITIONS CUSTOMERS DAYS THREADS\n");
            return 2;
        }
    static struct world world;
    struct err err = ERR_INIT;
    const uint32_t customers = (uint32_t)number[1];
    int answer = world_open(&world, (uint32_t)number[0], customers, (unsigned)number[3], &err);
    if (answer == 0)
        answer = measure(&world, (int64_t)number[2], customers, &err);
    if (answer != 0)
        fprintf(stderr, "bench_partitions: %s\n", err.text[0]);
    engine_free(world.engine);
    free(world.customers);
    return answer == 0 ? 0 : 1;
}
