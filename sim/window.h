#ifndef COUNTERPART_SIM_WINDOW_H
#define COUNTERPART_SIM_WINDOW_H

/* How far partitions may run without hearing of each other. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

#define WINDOW_HOUR_US INT64_C(3600000000)
#define WINDOW_DAY_US (24 * WINDOW_HOUR_US)

/* A delay between partitions, with the name to print when it sets the window. */
struct window_delay {
    const char *name;
    int64_t delay_us;
};

struct window {
    int64_t length_us;
    const char *set_by; /* the name of the delay that is shortest (borrowed), or what else sets the length */
};

/* The largest divisor of the day, the board refresh and the planning epoch (each in microseconds; 0: not
 * used) that is not longer than the shortest delay, nor than an hour. Fails for a delay that is not positive:
 * the partitions that it joins must be merged first. With one partition nothing limits the window but the
 * epochs: the answer is the largest divisor of day, board and epoch, whatever the delays. */
MUST_CHECK int window_choose(struct window *window, unsigned partitions, const struct window_delay *delays,
                             size_t count, int64_t board_us, int64_t epoch_us, struct err *err);

#endif
