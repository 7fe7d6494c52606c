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
