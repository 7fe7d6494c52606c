#ifndef COUNTERPART_SIM_DIST_H
#define COUNTERPART_SIM_DIST_H

/* Distributions, sampled by inverse transform from one 32-bit word: more luck is
 * always more of the quantity, so that a changed distribution keeps each
 * patient's rank. Values are int64 millionths of the spec's unit (a spec in
 * seconds gives microseconds), from integer arithmetic alone. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

enum dist_kind {
    DIST_FIXED,            /* a */
    DIST_LISTED,           /* values[ordinal], cyclic; inner lists by attempt, see inner */
    DIST_UNIFORM,          /* on [a, b] */
    DIST_TRIANGULAR,       /* least a, mode b, greatest c */
    DIST_EXPONENTIAL,      /* mean a */
    DIST_NORMAL,           /* mean a, sd b, truncated at c (0 for durations) from below */
    DIST_LOGNORMAL,        /* mean a, sd b of the value itself */
    DIST_LOGNORMAL_LOG,    /* mu a, sigma b of the logarithm */
    DIST_GAMMA,            /* shape a, scale b */
    DIST_ERLANG,           /* integer shape a, mean b of the whole */
    DIST_WEIBULL,          /* shape a, scale b */
    DIST_BETA,             /* shapes a, b; stretched to [0, c] */
    DIST_HYPEREXPONENTIAL, /* values[i] are means, weights[i] probabilities */
    DIST_EMPIRICAL, /* piecewise linear quantile function through (weights[i], values[i]), weights rising
                       from 0 to 1 */
};

struct dist_spec {
    enum dist_kind kind;
    double a, b, c;
    size_t count; /* of values, weights */
    const double *values;
    const double *weights;
    const size_t *inner; /* DIST_LISTED: NULL, or count + 1 offsets into values: item i has values[inner[i]]
                            ... for attempts 0, 1, ... (the last one repeats) */
};

struct dist; /* compiled; never changes */

/* Compiles a spec; nothing of it is kept. Refuses parameters that are not finite, out of their domain, or
 * give values beyond a quarter of int64. Takes up to some milliseconds for gamma and beta. Turns GSL's error
 * handler off for good. May be called by several threads at once. The caller frees. */
MUST_CHECK struct dist *dist_compile(const struct dist_spec *spec, struct err *err);
void dist_free(struct dist *dist);

/* The value at probability (word + 1/2) / 2^32; for DIST_LISTED the value of this ordinal and attempt. Never
 * falls as the word rises. The last word of lognormal, exponential and Weibull gives the root mean square of
 * all that lies beyond the word before it, so that a heavy tail keeps its variance. */
int64_t dist_value(const struct dist *dist, uint32_t word, uint64_t ordinal, uint32_t attempt);

/* A hint that the value of this word will be asked for soon. */
void dist_fetch(const struct dist *dist, uint32_t word);

/* What the first words of so many draws stand for, of individuals with ordinals from `first` on: dist_value()
 * of each at attempt 0, in less time. */
struct rng_words;
void dist_values(const struct dist *dist, const struct rng_words *words, uint64_t first, size_t count,
                 int64_t *values);

/* Mean and standard deviation by formula (of the spec's unit). */
double dist_mean(const struct dist *dist);
double dist_sd(const struct dist *dist);

/* A hash of the compiled table, for the fingerprint in result files. */
uint64_t dist_fingerprint(const struct dist *dist);

#endif
