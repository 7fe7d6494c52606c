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

/* The variance of the paired difference over what it would be if base and alternative were independent: below
 * 1, pairing helps; its inverse is how many times more independent replications would be needed. NaN with
 * fewer than two pairs or when neither varies. */
double stats_variance_ratio(const double *base, const double *alternative, size_t count);

#endif
