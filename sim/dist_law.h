#ifndef COUNTERPART_SIM_DIST_LAW_H
#define COUNTERPART_SIM_DIST_LAW_H

/* The formulas behind the kinds of sim/dist.h: what parameters mean, which are
 * allowed, moments and quantiles in floating point. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/dist.h"
#include "sim/err.h"

struct dist_law {
    enum dist_kind kind;
    double mean, sd;
    bool single; /* all of it lies at the mean */

    /* Parameters as the quantile functions take them. */
    double a, b, c;
    double below, above; /* truncated normal: probabilities below and above the cut */
    size_t count;
    const double *values, *weights; /* borrowed from the spec */
};

/* Checks a spec of any kind and prepares it. Turns GSL's error handler off for the whole process: putting it
 * back would take it from other threads. */
MUST_CHECK int dist_law_init(struct dist_law *law, const struct dist_spec *spec, struct err *err);

/* The value with `tail` (between 0 and 1/2) of the probability below it, or above it when `upper`. NaN when
 * it cannot be found. Not for fixed, listed, uniform and empirical, which need no table. */
double dist_law_quantile(const struct dist_law *law, double tail, bool upper);

/* The root mean square of the values in the upper tail, where a closed form is known; otherwise NaN. */
double dist_law_tail_rms(const struct dist_law *law, double tail);

/* How many numbers `values` holds: for listed values with inner lists, more than `count`. */
size_t dist_law_values(const struct dist_spec *spec);

#endif
