/* The stations of bench/stations.py by hand: 5,000 patients who go round among 1,000 single servers, with the
 * luck and the statistics of the program, and nothing that a scenario could change: a heap of the stations'
 * next departures instead of a calendar, a link and a time for each patient instead of a record. Luck is
 * drawn eight patients at a time, a visit ahead. Ties in time are broken by chance of the heap. usage:
 * floor_stations HOURS Prints nanoseconds of processor time (user) an event, and statistics under their names
 * in a result. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/dist.h"
#include "sim/rng.h"
#include "sim/tally.h"

#define HOUR_US INT64_C(3600000000)

enum { STATIONS = 1000, PATIENTS = 5000, WARMUP_H = 10, FAN = 4, STAGE = 2, SHOWN = 50 };

struct desk {
    _Alignas(64) uint64_t arrivals;
    uint64_t served;
    struct tally wait;
    struct tally_sum sojourn;
    uint128 squares;
    struct tally_level queue, busy;
    int64_t present;
    uint32_t first, last; /* in line: patient + 1 */
    uint32_t serves;      /* patient + 1; 0: nobody */
    struct histogram waits;
};

struct patient {
    int64_t since_us, next_stay_us, stay_us;
    uint32_t behind, visit; /* of the luck that is known next */
    uint32_t next;          /* station; NOT_DRAWN */
};
enum { NOT_DRAWN = STATIONS };

struct departure {
    int64_t at_us;
    uint32_t station;
};

static struct {
    struct rng rng;
    uint64_t hash, events;
    const struct dist *duration;
    int64_t warmup_us;
    struct desk desk[STATIONS];
    struct patient patient[PATIENTS];
    struct departure heap[STATIONS + FAN];
    size_t pending;
    bool hole; /* the root is gone */
    struct rng_asked asked;
    uint32_t asking[RNG_BATCH];
    size_t asks;
} run;

/* --- luck --- */

static void draw(void)
{
    struct rng_words words[RNG_BATCH];
    int64_t stay_us[RNG_BATCH];
    rng_draw_asked(&run.rng, &run.asked, words);
    dist_values(run.duration, words, 0, RNG_BATCH, stay_us);
    for (size_t i = 0; i < run.asks; i++) {
        struct patient *patient = &run.patient[run.asking[i]];
        patient->next = (uint32_t)((uint64_t)words[i].w[3] * STATIONS >> 32);
        patient->next_stay_us = stay_us[i];
    }
    run.asks = 0;
}

static inline void ask(uint32_t who)
{
    struct patient *patient = &run.patient[who];
    patient->next = NOT_DRAWN;
    run.asking[run.asks] = who;
    rng_ask(&run.asked, run.asks++, (struct rng_identity){run.hash, who},
            (struct rng_purpose){.quantity = STAGE, .visit = patient->visit++});
    if (run.asks == RNG_BATCH)
        draw();
}

/* --- the heap --- */

static inline void sink(struct departure last)
{
    struct departure *heap = run.heap;
    size_t place = 0;
    for (size_t child = 1; child < run.pending; child = FAN * place + 1) {
        size_t least = child;
        for (size_t other = child + 1; other < child + FAN && other < run.pending; other++)
            least = heap[other].at_us < heap[least].at_us ? other : least;
        if (heap[least].at_us >= last.at_us)
            break;
        heap[place] = heap[least];
        place = least;
    }
    heap[place] = last;
}

static inline void schedule(int64_t at_us, uint32_t station)
{
    const struct departure departure = {at_us, station};
    if (run.hole) {
        run.hole = false;
        sink(departure);
        return;
    }
    size_t place = run.pending++;
    for (; place > 0 && run.heap[(place - 1) / FAN].at_us > at_us; place = (place - 1) / FAN)
        run.heap[place] = run.heap[(place - 1) / FAN];
    run.heap[place] = departure;
}

static inline void settle(void)
{
    if (!run.hole)
        return;
    run.hole = false;
    run.pending--;
    if (run.pending > 0)
        sink(run.heap[run.pending]);
}

/* --- what happens --- */

static inline void begin(uint32_t station, uint32_t who, int64_t now_us)
{
    struct desk *desk = &run.desk[station];
    const struct patient *patient = &run.patient[who];
    if (patient->since_us >= run.warmup_us) {
        tally_add(&desk->wait, now_us - patient->since_us);
        histogram_add(&desk->waits, now_us - patient->since_us);
    }
    desk->serves = who + 1;
    schedule(now_us + patient->stay_us, station);
}

static inline void come(uint32_t who, int64_t now_us)
{
    struct patient *patient = &run.patient[who];
    if (patient->next == NOT_DRAWN)
        draw();
    const uint32_t station = patient->next;
    struct desk *desk = &run.desk[station];
    patient->since_us = now_us;
    patient->stay_us = patient->next_stay_us;
    ask(who);
    desk->arrivals++;
    desk->squares -= (uint128)(2 * (uint64_t)desk->present + 1) * (uint64_t)now_us;
    desk->present++;
    if (desk->serves == 0) {
        tally_level_rise(&desk->busy, now_us);
        begin(station, who, now_us);
        return;
    }
    tally_level_rise(&desk->queue, now_us);
    patient->behind = 0;
    *(desk->last != 0 ? &run.patient[desk->last - 1].behind : &desk->first) = who + 1;
    desk->last = who + 1;
}

static inline void depart(uint32_t station, int64_t now_us)
{
    struct desk *desk = &run.desk[station];
    const uint32_t who = desk->serves - 1;
    if (run.patient[who].since_us >= run.warmup_us)
        tally_sum_add(&desk->sojourn, now_us - run.patient[who].since_us);
    desk->served++;
    desk->present--;
    desk->squares += (uint128)(2 * (uint64_t)desk->present + 1) * (uint64_t)now_us;
    if (desk->first != 0) {
        const uint32_t next = desk->first - 1;
        desk->first = run.patient[next].behind;
        desk->last = desk->first == 0 ? 0 : desk->last;
        tally_level_fall(&desk->queue, now_us);
        begin(station, next, now_us);
    } else {
        desk->serves = 0;
        tally_level_fall(&desk->busy, now_us);
    }
    come(who, now_us);
}

static void run_until(int64_t end_us)
{
    for (;; run.events++) {
        settle();
        const struct departure first = run.heap[0];
        if (first.at_us >= end_us)
            return;
        run.hole = true;
        depart(first.station, first.at_us);
    }
}

static void end_warmup(int64_t now_us)
{
    for (size_t s = 0; s < STATIONS; s++) {
        struct desk *desk = &run.desk[s];
        desk->arrivals = desk->served = 0;
        desk->wait = (struct tally){0};
        desk->sojourn = (struct tally_sum){0};
        tally_level_restart(&desk->queue, now_us);
        tally_level_restart(&desk->busy, now_us);
        desk->squares = -((uint128)desk->present * (uint64_t)desk->present * (uint64_t)now_us);
        memset(desk->waits.count, 0, desk->waits.cells * sizeof *desk->waits.count);
        desk->waits.total = 0;
    }
}

static void print(size_t s, int64_t end_us)
{
    const struct desk *desk = &run.desk[s];
    const double hour_us = (double)HOUR_US;
    const double mean = tally_level_mean(&desk->queue, run.warmup_us, end_us) +
                        tally_level_mean(&desk->busy, run.warmup_us, end_us);
    const uint128 squares =
        desk->squares + (uint128)desk->present * (uint64_t)desk->present * (uint64_t)end_us;
    const long double square = (long double)squares / (long double)(end_us - run.warmup_us);
    const struct {
        const char *name;
        double value;
    } row[] = {
        {"arrivals", (double)desk->arrivals},
        {"served", (double)desk->served},
        {"wait_mean", tally_mean(&desk->wait) / hour_us},
        {"wait_var", tally_variance(&desk->wait) / (hour_us * hour_us)},
        {"wait_p90", histogram_quantile(&desk->waits, 0.9) / hour_us},
        {"sojourn_mean", tally_sum_mean(&desk->sojourn) / hour_us},
        {"queue_mean", tally_level_mean(&desk->queue, run.warmup_us, end_us)},
        {"utilisation", tally_level_mean(&desk->busy, run.warmup_us, end_us)},
        {"present_var", (double)(square - (long double)mean * mean)},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        printf("station/s%zu/%s %.17g\n", s, row[i].name, row[i].value);
}

static double user_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1e9 * (double)usage.ru_utime.tv_sec + 1e3 * (double)usage.ru_utime.tv_usec;
}

/* The place of those whose scenario has none is called "here". */
static int init(int64_t end_us, struct err *err)
{
    run.rng = rng_of(1, 0);
    run.hash = rng_hash_more(rng_hash("here"), "patients");
    run.warmup_us = WARMUP_H * HOUR_US;
    run.duration = dist_compile(&(struct dist_spec){.kind = DIST_EXPONENTIAL, .a = 3600}, err);
    if (run.duration == NULL)
        return -1;
    for (size_t s = 0; s < STATIONS; s++) {
        histogram_init(&run.desk[s].waits, 5);
        if (histogram_reserve(&run.desk[s].waits, end_us, err) != 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct err err = ERR_INIT;
    const int64_t hours = argc == 2 ? atoll(argv[1]) : 0;
    if (hours <= 0) {
        fputs("usage: floor_stations HOURS\n", stderr);
        return 2;
    }
    const int64_t end_us = (WARMUP_H + hours) * HOUR_US;
    if (init(end_us, &err) != 0) {
        fprintf(stderr, "floor_stations: %s\n", err.text[0]);
        return EXIT_FAILURE;
    }
    const double begun_ns = user_ns();
    for (uint32_t who = 0; who < PATIENTS; who++)
        ask(who);
    for (uint32_t who = 0; who < PATIENTS; who++)
        come(who, 0);
    run.events = 1; /* they come at once */
    run_until(run.warmup_us);
    end_warmup(run.warmup_us);
    run_until(end_us);
    printf("ns_per_event %.2f\nevents %" PRIu64 "\n", (user_ns() - begun_ns) / (double)run.events,
           run.events);
    for (size_t s = 0; s < SHOWN; s++)
        print(s, end_us);
    return 0;
}
