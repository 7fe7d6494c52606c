#ifndef COUNTERPART_MODELS_MEASURE_H
#define COUNTERPART_MODELS_MEASURE_H

/* Statistics of the stations that a scenario lists under `stations`, over all
 * customers and by class (condition). Conventions: what happened before the end
 * of the warm-up is not counted; a wait counts when it ends, for customers who
 * came after the warm-up; who still waits at the end is counted as arrived only. */

#include <stdbool.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/tally.h"

struct measure {
    uint64_t arrivals, served, reneged, balked, rejected, interrupted, blocked, waited_any;
    struct tally wait;     /* of those whose service began */
    struct tally wait_all; /* and of those who left the line */
    struct tally sojourn;  /* arrival to departure, of those served */
    struct tally overtime;    /* of every server that went off duty at a change of the timetable */
    int128 blocked_us;        /* server time held by patients who waited to go on */
    struct tally_level queue, busy, servers;
    struct histogram waits;
};

struct measures {
    struct measure *measure; /* owned: [station][0: all, 1 + condition] */
    size_t stations, classes;
    int64_t from_us; /* the end of the warm-up */
};

MUST_CHECK int measures_init(struct measures *measures, size_t stations, size_t classes, int64_t from_us,
                             bool fine_quantiles, int64_t longest_us, struct err *err);
void measures_free(struct measures *measures);

static inline struct measure *measure_of(const struct measures *measures, int32_t station, size_t class_)
{
    return &measures->measure[(size_t)station * (measures->classes + 1) + class_];
}

/* The warm-up is over: forget what has been counted, keep the levels. */
void measures_restart(struct measures *measures, int64_t now_us);

#endif
