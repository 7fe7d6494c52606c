#ifndef COUNTERPART_STUDY_STATS_H
#define COUNTERPART_STUDY_STATS_H

/* What replications say together. A replication in which the quantity is
 * undefined (NaN) is left out; n tells how many are left. */

#include <stddef.h>

struct stats {
    size_t n;    /* defined values */
    double mean; /* NaN when n = 0 */
    double sd;   /* of the sample (n - 1); NaN when n < 2 */
    double half; /* half width of the 95% interval of the mean, by Student's t; NaN when n < 2 */
};

struct stats stats_of(const double *values, size_t count);

/* The half width of the mean's interval of another level (0.99 ...). */
double stats_half_of(struct stats stats, double level);

/* Of the differences alternative - base, pair by pair; pairs with an undefined member are left out. */
struct stats stats_paired(const double *base, const double *alternative, size_t count);

/* A number with its 95% interval; NaN where undefined. */
struct stats_range {
    double value, low, high;
};

/* How much larger the alternative's mean is than the base's, as a share of |mean of the base|. The interval
 * is Fieller's (1954, "Some problems in interval estimation", Journal of the Royal Statistical Society B 16,
 * 175-185), exact for normal pairs: all shares s for which the mean of difference - s x base may be 0. It is
 * undefined when the mean of the base itself may be 0. Pairs with an undefined member are left out. */
struct stats_range stats_relative(const double *base, const double *alternative, size_t count);

/* The variance of the paired difference over what it would be if base and alternative were independent: below
 * 1, pairing helps; its inverse is how many times more independent replications would be needed. Undefined
 * with fewer than two pairs or when neither varies; the interval with fewer than four, or when without one
 * pair nothing would vary. The interval is the jackknife's on a log scale (Miller 1968, "Jackknifing
 * variances", Annals of Mathematical Statistics 39, 567-582): the exact one for normal pairs (Pitman 1939) is
 * as wide, and covers 74-86% where few patients differ, against the 93-95% of this one. */
struct stats_range stats_variance_ratio(const double *base, const double *alternative, size_t count);

#endif
