/* M/M/1 by hand, as bench/mm1.cfg: the same luck, the same quantile tables and the same statistics, and
 * nothing that a scenario could change. No calendar (two times are compared), no records of patients (a ring
 * of arrival times), no station. What this takes is what a program with these promises cannot be faster than.
 * usage: floor_mm1 WARMUP_D LENGTH_D
 * Prints nanoseconds of processor time (user) an event, and the statistics under their names in a result. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/dist.h"
#include "sim/rng.h"
#include "sim/tally.h"

#define DAY_US INT64_C(86400000000)
#define HOUR_US 3600e6

enum { RING = 1 << 16, ARRIVAL = 1, STAGE = 2 }; /* customers in the system at most; purposes of draws */
enum { BATCH = 2 * RNG_BATCH };

/* What somebody draws, BATCH in a row. */
struct ahead {
    struct rng_words words[BATCH];
    int64_t value[BATCH];
    uint32_t quantity;
    const struct dist *dist;
};

struct desk {
    uint64_t arrivals, served, came, left;
    struct tally wait;
    struct tally_sum sojourn, stay;
    struct tally_level queue, busy, present;
    uint128 squares;
    struct histogram waits;
};

struct queue {
    struct rng rng;
    uint64_t hash, scale, events;
    struct ahead gaps, durations;
    int64_t next_arrival_us, next_departure_us, warmup_us;
    uint32_t arrived, begun, departed; /* customers so far */
    int64_t since_us[RING];
    struct desk desk;
};

static inline int64_t draw(const struct queue *queue, struct ahead *ahead, uint32_t ordinal)
{
    if (ordinal % BATCH == 0) {
        rng_draw_row(&queue->rng, (struct rng_identity){queue->hash, ordinal},
                     (struct rng_purpose){.quantity = ahead->quantity}, BATCH / RNG_BATCH, ahead->words);
        dist_values(ahead->dist, ahead->words, ordinal, BATCH, ahead->value);
    }
    return ahead->value[ordinal % BATCH];
}

static inline void draw_arrival(struct queue *queue, int64_t now_us)
{
    const uint64_t unit = (uint64_t)draw(queue, &queue->gaps, queue->arrived);
    queue->next_arrival_us = now_us + (int64_t)((uint128)unit * queue->scale >> 32);
}

static inline void begin(struct queue *queue, int64_t now_us)
{
    struct desk *desk = &queue->desk;
    const int64_t since_us = queue->since_us[queue->begun % RING];
    if (since_us >= queue->warmup_us) {
        tally_add(&desk->wait, now_us - since_us);
        histogram_add(&desk->waits, now_us - since_us);
    }
    queue->next_departure_us = now_us + draw(queue, &queue->durations, queue->begun);
    queue->begun++;
}

static inline void arrive(struct queue *queue)
{
    struct desk *desk = &queue->desk;
    const int64_t now_us = queue->next_arrival_us;
    queue->since_us[queue->arrived % RING] = now_us;
    desk->squares -= (uint128)(2 * (uint64_t)desk->present.level + 1) * (uint64_t)now_us;
    tally_level_rise(&desk->present, now_us);
    desk->arrivals++;
    desk->came++;
    queue->arrived++;
    if (queue->next_departure_us == INT64_MAX) {
        tally_level_rise(&desk->busy, now_us);
        begin(queue, now_us);
    } else {
        tally_level_rise(&desk->queue, now_us);
    }
    draw_arrival(queue, now_us);
}

static inline void depart(struct queue *queue)
{
    struct desk *desk = &queue->desk;
    const int64_t now_us = queue->next_departure_us, since_us = queue->since_us[queue->departed % RING];
    if (since_us >= queue->warmup_us) {
        tally_sum_add(&desk->sojourn, now_us - since_us);
        tally_sum_add(&desk->stay,
                      now_us - since_us); /* of the whole system: more than one station in general */
    }
    tally_level_fall(&desk->present, now_us);
    desk->squares += (uint128)(2 * (uint64_t)desk->present.level + 1) * (uint64_t)now_us;
    desk->served++;
    desk->left++;
    queue->departed++;
    if (desk->queue.level > 0) {
        tally_level_fall(&desk->queue, now_us);
        begin(queue, now_us);
    } else {
        tally_level_fall(&desk->busy, now_us);
        queue->next_departure_us = INT64_MAX;
    }
}

static void run_until(struct queue *queue, int64_t end_us)
{
    for (;; queue->events++) {
        const bool departs = queue->next_departure_us <= queue->next_arrival_us;
        if ((departs ? queue->next_departure_us : queue->next_arrival_us) >= end_us)
            return;
        if (queue->arrived - queue->departed >= RING - 1) {
            fprintf(stderr, "floor_mm1: more than %d customers\n", RING);
            exit(EXIT_FAILURE);
        }
        if (departs)
            depart(queue);
        else
            arrive(queue);
    }
}

static void end_warmup(struct queue *queue, int64_t now_us)
{
    struct desk *desk = &queue->desk;
    const uint64_t present = (uint64_t)desk->present.level;
    desk->arrivals = desk->served = desk->came = desk->left = 0;
    desk->wait = (struct tally){0};
    desk->sojourn = desk->stay = (struct tally_sum){0};
    tally_level_restart(&desk->queue, now_us);
    tally_level_restart(&desk->busy, now_us);
    tally_level_restart(&desk->present, now_us);
    desk->squares = -((uint128)present * present * (uint64_t)now_us);
    memset(desk->waits.count, 0, desk->waits.cells * sizeof *desk->waits.count);
    desk->waits.total = 0;
}

static void print(const struct queue *queue, int64_t end_us)
{
    const struct desk *desk = &queue->desk;
    const int64_t from_us = queue->warmup_us;
    const uint64_t present = (uint64_t)desk->present.level;
    const double mean =
        tally_level_mean(&desk->queue, from_us, end_us) + tally_level_mean(&desk->busy, from_us, end_us);
    const uint128 squares = desk->squares + (uint128)present * present * (uint64_t)end_us;
    const long double square = (long double)squares / (long double)(end_us - from_us);
    const struct {
        const char *name;
        double value;
    } row[] = {
        {"station/desk/arrivals", (double)desk->arrivals},
        {"station/desk/served", (double)desk->served},
        {"station/desk/wait_mean", tally_mean(&desk->wait) / HOUR_US},
        {"station/desk/wait_var", tally_variance(&desk->wait) / (HOUR_US * HOUR_US)},
        {"station/desk/wait_p50", histogram_quantile(&desk->waits, 0.5) / HOUR_US},
        {"station/desk/wait_p99", histogram_quantile(&desk->waits, 0.99) / HOUR_US},
        {"station/desk/sojourn_mean", tally_sum_mean(&desk->sojourn) / HOUR_US},
        {"station/desk/queue_mean", tally_level_mean(&desk->queue, from_us, end_us)},
        {"station/desk/utilisation", tally_level_mean(&desk->busy, from_us, end_us)},
        {"station/desk/present_mean", mean},
        {"station/desk/present_var", (double)(square - (long double)mean * mean)},
        {"system/arrivals", (double)desk->came},
        {"system/left", (double)desk->left},
        {"system/sojourn_mean", tally_sum_mean(&desk->stay) / HOUR_US},
        {"system/present_mean", tally_level_mean(&desk->present, from_us, end_us)},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        printf("%s %.17g\n", row[i].name, row[i].value);
}

static double user_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1e9 * (double)usage.ru_utime.tv_sec + 1e3 * (double)usage.ru_utime.tv_usec;
}

/* One server at 90%; the place of those whose scenario has none is called "here". */
static int init(struct queue *queue, int64_t length_d, struct err *err)
{
    queue->rng = rng_of(1, 0);
    queue->hash = rng_hash_more(rng_hash("here"), "customers");
    queue->scale = (uint64_t)(1 / (0.9 / 3600) * 1e6 * 0x1p32 / 1e9);
    queue->gaps.quantity = ARRIVAL;
    queue->durations.quantity = STAGE;
    queue->gaps.dist = dist_compile(&(struct dist_spec){.kind = DIST_EXPONENTIAL, .a = 1000}, err);
    queue->durations.dist = dist_compile(&(struct dist_spec){.kind = DIST_EXPONENTIAL, .a = 3600}, err);
    histogram_init(&queue->desk.waits, 5);
    queue->next_departure_us = INT64_MAX;
    if (queue->gaps.dist == NULL || queue->durations.dist == NULL)
        return -1;
    return histogram_reserve(&queue->desk.waits, queue->warmup_us + length_d * DAY_US, err);
}

int main(int argc, char **argv)
{
    static struct queue queue;
    struct err err = ERR_INIT;
    const int64_t warmup_d = argc == 3 ? atoll(argv[1]) : 0, length_d = argc == 3 ? atoll(argv[2]) : 0;
    if (warmup_d <= 0 || length_d <= 0) {
        fputs("usage: floor_mm1 WARMUP_D LENGTH_D\n", stderr);
        return 2;
    }
    queue.warmup_us = warmup_d * DAY_US;
    if (init(&queue, length_d, &err) != 0) {
        fprintf(stderr, "floor_mm1: %s\n", err.text[0]);
        return EXIT_FAILURE;
    }
    const double begun_ns = user_ns();
    draw_arrival(&queue, 0);
    run_until(&queue, queue.warmup_us);
    end_warmup(&queue, queue.warmup_us);
    run_until(&queue, queue.warmup_us + length_d * DAY_US);
    printf("ns_per_event %.2f\nevents %" PRIu64 "\n", (user_ns() - begun_ns) / (double)queue.events,
           queue.events);
    print(&queue, queue.warmup_us + length_d * DAY_US);
    histogram_free(&queue.desk.waits);
    dist_free((struct dist *)queue.gaps.dist);
    dist_free((struct dist *)queue.durations.dist);
    return 0;
}
