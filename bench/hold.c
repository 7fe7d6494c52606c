/* The hold operation on a calendar: take the first event, schedule another. What a simulation costs before
 * anything happens in it.
 * usage: bench_hold own|buckets PENDING HOLDS
 * Delays are exponential. Prints nanoseconds of processor time (user) for one hold, without the filling. */

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sim/calendar.h"

#define MEAN_US 1e9

enum {
    DELAYS = 4093,     /* a prime: the table does not beat in time with the events; 32 kB */
    IN_A_BUCKET = 300, /* events, roughly */
    UNTIMED_TURNS = 2, /* holds of each event before the clock is read: the calendar has settled by then */
    UNTIMED_MOST = 1 << 22,
};

static int64_t delays_us[DELAYS];

static void draw_delays(void)
{
    uint64_t state = 20200401;
    for (size_t i = 0; i < DELAYS; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        delays_us[i] = 1 + (int64_t)(-MEAN_US * log(((double)(state >> 11) + 0.5) * 0x1p-53));
    }
}

static int by_index(const void *model, const struct event *a, const struct event *b)
{
    (void)model;
    return (a->who > b->who) - (a->who < b->who);
}

static double user_ns(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1e9 * (double)usage.ru_utime.tv_sec + 1e3 * (double)usage.ru_utime.tv_usec;
}

static uint64_t hold(struct calendar *calendar, uint64_t holds)
{
    struct event event;
    size_t next = 0;
    uint64_t done = 0;
    while (done < holds && calendar_take(calendar, INT64_MAX, &event)) {
        event.at_us += delays_us[next];
        next = next + 1 < DELAYS ? next + 1 : 0;
        calendar_push(calendar, event);
        done++;
    }
    return done;
}

static int measure(struct calendar *calendar, uint64_t pending, uint64_t holds)
{
    for (uint64_t i = 0; i < pending; i++)
        calendar_push(calendar,
                      (struct event){delays_us[i % DELAYS] + (int64_t)(i / DELAYS), 0, (uint32_t)i});
    const uint64_t untimed = UNTIMED_TURNS * pending < UNTIMED_MOST ? UNTIMED_TURNS * pending : UNTIMED_MOST;
    const uint64_t settled = hold(calendar, untimed);
    const double begun_ns = user_ns();
    const uint64_t done = hold(calendar, holds);
    const double used_ns = user_ns() - begun_ns;
    if (settled != untimed || done != holds || calendar_pending(calendar) != pending) {
        fprintf(stderr, "bench_hold: out of memory\n");
        return 1;
    }
    printf("ns_per_event %.2f\n", used_ns / (double)holds);
    return 0;
}

int main(int argc, char **argv)
{
    const uint64_t pending = argc == 4 ? strtoull(argv[2], NULL, 10) : 0;
    const uint64_t holds = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
    if (pending == 0 || pending > UINT32_MAX || holds == 0) {
        fprintf(stderr, "usage: bench_hold own|buckets PENDING HOLDS\n");
        return 2;
    }
    const bool buckets = strcmp(argv[1], "buckets") == 0;
    const double width_us = IN_A_BUCKET * MEAN_US / (double)pending;
    struct err err = ERR_INIT;
    draw_delays();
    struct calendar *calendar =
        calendar_new(buckets ? (int64_t)(width_us < 1 ? 1 : width_us) : 0, by_index, NULL, &err);
    if (calendar == NULL) {
        fprintf(stderr, "bench_hold: %s\n", err.text[0]);
        return 1;
    }
    const int status = measure(calendar, pending, holds);
    calendar_free(calendar);
    return status;
}
