#ifndef COUNTERPART_MODELS_MEASURE_H
#define COUNTERPART_MODELS_MEASURE_H

/* Statistics of the stations that a scenario lists under `stations`, over all
 * customers and by class (condition). Conventions: what happened before the end
 * of the warm-up is not counted; a wait counts when it ends, for customers who
 * came after the warm-up; who still waits at the end is counted as arrived only. */

#include <stdbool.h>
#include <stdint.h>

#include "models/named_time.h"
#include "sim/err.h"
#include "sim/mem.h"
#include "sim/tally.h"

/* How long how many were present, waiting and in service: who holds several servers counts so often. */
struct occupancy {
    uint128 squares; /* level x level x microseconds, as struct tally_level has its area */
    int64_t level;
    int64_t since_us; /* only with a distribution */
    int64_t *at;      /* microseconds at each level 0 ... to, and above; NULL: not asked for */
    int64_t to;
};

/* The time at the present level, up to now. */
static inline void occupancy_spend(struct occupancy *occupancy, int64_t now_us)
{
    if (__builtin_expect(occupancy->at != NULL, 0)) {
        occupancy->at[occupancy->level <= occupancy->to ? occupancy->level : occupancy->to + 1] +=
            now_us - occupancy->since_us;
        occupancy->since_us = now_us;
    }
}

static inline void occupancy_set(struct occupancy *occupancy, int64_t now_us, int64_t level)
{
    const int128 was = occupancy->level;
    occupancy_spend(occupancy, now_us);
    occupancy->squares -= (uint128)((level - was) * (level + was)) * (uint64_t)now_us;
    occupancy->level = level;
}

/* One more, or one fewer: between the squares of numbers that follow each other lies their sum. */
static inline void occupancy_rise(struct occupancy *occupancy, int64_t now_us)
{
    occupancy_spend(occupancy, now_us);
    occupancy->squares -= (uint128)(2 * (uint64_t)occupancy->level + 1) * (uint64_t)now_us;
    occupancy->level++;
}
static inline void occupancy_fall(struct occupancy *occupancy, int64_t now_us)
{
    occupancy_spend(occupancy, now_us);
    occupancy->level--;
    occupancy->squares += (uint128)(2 * (uint64_t)occupancy->level + 1) * (uint64_t)now_us;
}

/* The first four cache lines are what nearly every customer changes. */
struct measure {
    _Alignas(64) uint64_t arrivals;
    uint64_t served;
    struct tally wait;          /* of those whose service began */
    struct tally_sum sojourn;   /* arrival to the end of the service, of those served */
    struct occupancy occupancy; /* over all customers only */
    struct tally_level queue, busy;
    struct histogram waits; /* as `wait` */
    uint64_t *over;         /* waits longer than each limit of the station; NULL: there are none */
    uint64_t reneged, balked, rejected, interrupted, blocked;
    struct tally_sum wait_left; /* of those who left the line; above, those whose service began */
    struct tally_sum overtime;  /* of servers beyond the end of their shift */
    struct tally_level servers;
    struct tally_level held; /* servers of patients who have been served here and wait to go on */
};

/* Of all who waited in the line, whether they were served or left. */
struct tally_sum measure_wait_all(const struct measure *measure);
/* How many of them did not get their server at once. */
uint64_t measure_waited_any(const struct measure *measure);

/* What a scenario asks of one station. */
struct measure_station {
    const struct named_time *limit; /* of waits */
    size_t limits;
    int64_t occupancy_to; /* -1: no distribution */
};

struct measures {
    struct measure *measure; /* owned: [station][0: all, 1 + condition] */
    struct measure_station *station;
    size_t stations, classes;
    int64_t from_us; /* the end of the warm-up */
    struct arena arena;
};

/* For the scenario's stations; waits can be as long as longest_us. */
MUST_CHECK int measures_init(struct measures *measures, const struct scenario *scenario, size_t classes,
                             int64_t from_us, int64_t longest_us, struct err *err);
void measures_free(struct measures *measures);

static inline struct measure *measure_of(const struct measures *measures, int32_t station, size_t class_)
{
    return &measures->measure[(size_t)station * (measures->classes + 1) + class_];
}

/* The warm-up is over: forget what has been counted, keep the levels. */
void measures_restart(struct measures *measures, int64_t now_us);

/* Over [from_us, now_us), from the last restart; the level must have been set at now_us. NaN when empty. */
double occupancy_mean(const struct measure *measure, int64_t from_us, int64_t now_us);
double occupancy_variance(const struct measure *measure, int64_t from_us, int64_t now_us);

struct state_reader;
struct state_writer;
void measures_save(const struct measures *measures, struct state_writer *writer);
/* Into measures of the same stations and classes. */
void measures_restore(struct measures *measures, struct state_reader *reader);

#endif
