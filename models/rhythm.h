#ifndef COUNTERPART_MODELS_RHYTHM_H
#define COUNTERPART_MODELS_RHYTHM_H

/* A rate that rises and falls in a cycle around its mean. In inner time, which runs
 * as fast as the rate is over its mean, arrivals come as if the rate were constant:
 * a stream counts its gaps in inner time and asks when that is. A cycle has the same
 * length in both. Compiled into a table of integers; asking takes no transcendental
 * function. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/mem.h"

struct rhythm_bound {
    int64_t us, inner_us; /* since the cycle began */
    double speed;         /* of inner time, changing evenly from bound to bound */
};

struct rhythm {
    int64_t cycle_us;
    size_t cells;               /* equal parts of the cycle */
    struct rhythm_bound *bound; /* of the cells: cells + 1, from 0 to cycle_us */
    bool even;                  /* the speed is constant in each cell, instead */
    unsigned shift;             /* of inner time, to its entry in the guide */
    uint32_t *guide;            /* a cell that does not begin after */
};

enum { RHYTHM_CELLS = 1000000 }; /* at most */
#define RHYTHM_LEAST_CYCLE_US INT64_C(1000000)
#define RHYTHM_GREATEST_CYCLE_US (INT64_C(100) * 365 * 86400 * 1000000)

/* 1 + amplitude sin(2 pi (t - phase) / period), t since time 0; amplitude in [0, 1]. A time is right to a few
 * microseconds for a period of days, and to 1e-10 of the period always. */
MUST_CHECK int rhythm_wave(struct rhythm *rhythm, double amplitude, int64_t period_us, int64_t phase_us,
                           struct arena *arena, struct err *err);

/* Constant in each of `count` equal parts of the cycle (at least one microsecond each), in proportion to the
 * weights, whose sum is finite and more than 0. Exact to the microsecond. */
MUST_CHECK int rhythm_profile(struct rhythm *rhythm, const double *weights, size_t count, int64_t cycle_us,
                              struct arena *arena, struct err *err);

/* The time when inner time is `inner_us` (not negative); never falls as inner_us rises. */
int64_t rhythm_when(const struct rhythm *rhythm, int64_t inner_us);

/* A hash of the table, for the fingerprint in result files. */
uint64_t rhythm_fingerprint(const struct rhythm *rhythm);

#endif
