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
    int64_t level, since_us;
    uint128 squares; /* level x level x microseconds */
    int64_t *at;     /* microseconds at each level 0 ... to, and above; NULL: not asked for */
    int64_t to;
};

static inline void occupancy_set(struct occupancy *occupancy, int64_t now_us, int64_t level)
{
    const int64_t passed_us = now_us - occupancy->since_us, was = occupancy->level;
    occupancy->squares += (uint128)(uint64_t)was * (uint64_t)was * (uint64_t)passed_us;
    if (occupancy->at != NULL)
        occupancy->at[was <= occupancy->to ? was : occupancy->to + 1] += passed_us;
    occupancy->level = level;
    occupancy->since_us = now_us;
}

struct measure {
    uint64_t arrivals, served, reneged, balked, rejected, interrupted, blocked;
    uint64_t waited_any;   /* those who left the line among them */
    struct tally wait;     /* of those whose service began */
    struct tally wait_all; /* and of those who left the line */
    struct tally sojourn;  /* arrival to the end of the service, of those served */
    struct tally_level queue, busy, servers;
    struct tally_level held;    /* servers of patients who have been served here and wait to go on */
    struct tally overtime;      /* of servers beyond the end of their shift */
    struct occupancy occupancy; /* over all customers only */
    struct histogram waits;
    uint64_t *over; /* waits longer than each limit of the station */
};

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
