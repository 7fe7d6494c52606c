#ifndef COUNTERPART_MODELS_REACH_H
#define COUNTERPART_MODELS_REACH_H

/* How soon and how near people are treated: distributions over the treated of a
 * condition, of which quantiles are asked. */

#include "sim/err.h"
#include "sim/state.h"
#include "sim/tally.h"

struct reach {
    struct histogram wait;   /* from asking for treatment to its begin, microseconds */
    struct histogram travel; /* from home to where it is had, one way, microseconds */
};

/* Classes by which the treated of each place are counted, step by step, so that the counts of months and
 * places can be added and quantiles be had of any of them: those of a log-linear histogram with four classes
 * an octave, in units of 225 s; up to 30 min each unit is a class. The last are of 16,384 h and of 64 h and
 * longer. */
enum { REACH_BITS = 2, REACH_WAIT_CLASSES = 69, REACH_TRAVEL_CLASSES = 37 };
#define REACH_UNIT_US INT64_C(225000000)

static inline size_t reach_class(int64_t us, size_t classes)
{
    const size_t class_ = histogram_cell(REACH_BITS, us / REACH_UNIT_US);
    return class_ < classes ? class_ : classes - 1;
}
/* The least time of a class. */
int64_t reach_class_from_us(size_t class_);

/* Room for waits up to `longest_wait_us`; travel up to a week. */
MUST_CHECK int reach_init(struct reach *reach, int64_t longest_wait_us, struct err *err);
void reach_free(struct reach *reach); /* also of a zeroed one */

static inline void reach_add(struct reach *reach, int64_t wait_us, int64_t travel_us)
{
    histogram_add(&reach->wait, wait_us);
    histogram_add(&reach->travel, travel_us);
}

/* Forgets what has been. */
void reach_restart(struct reach *reach);
MUST_CHECK int reach_merge(struct reach *into, const struct reach *from, struct err *err);

void reach_save(const struct reach *reach, struct state_writer *writer);
/* Into one that was made for the same longest wait. */
void reach_restore(struct reach *reach, struct state_reader *reader);

#endif
