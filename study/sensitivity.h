#ifndef COUNTERPART_STUDY_SENSITIVITY_H
#define COUNTERPART_STUDY_SENSITIVITY_H

/* What factors do to one number: the arithmetic, without knowing where the number
 * comes from. Responses are y[point][replication], row by row, on the same luck at
 * all points; NaN is undefined. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "study/stats.h"

/* One factor at its low and at its high value, all others at their own. */
struct sensitivity_swing {
    size_t factor;
    struct stats low, high; /* paired differences from the base */
    struct stats swing;     /* high - low */
    double span;            /* from the least to the greatest mean of base, low and high; NaN: undefined */
};

/* Of a design of one at a time, the widest span first; those undefined last, then by factor. */
void sensitivity_tornado(struct sensitivity_swing *swings, const double *y, size_t factors,
                         size_t replications);

/* What is believed about the parameters, and what is mere luck, by two-way analysis of variance: the luck of
 * a replication is the same at all points. */
struct sensitivity_spread {
    size_t points, replications; /* points: those defined in all replications */
    double mean;
    double luck_half;     /* 95% half width of the mean from the replications; NaN with one */
    double points_half;   /* likewise from the number of points; Latin hypercubes do better */
    double low, high;     /* 95% interval of the expected response over the beliefs, luck taken out */
    double parameters_sd; /* of that; with one replication luck is in it */
    double luck_sd;       /* of one replication at one point; NaN with one replication */
};
MUST_CHECK int sensitivity_spread_of(struct sensitivity_spread *spread, const double *y, size_t points,
                                     size_t replications, struct err *err);

/* Spearman's rank correlation of a factor with the response (means over replications), with Fisher's 95%
 * interval; pairs with a NaN are left out. NaN with fewer than four. */
struct sensitivity_rank {
    double correlation, low, high;
};
MUST_CHECK int sensitivity_rank_of(struct sensitivity_rank *rank, const double *values, const double *means,
                                   size_t count, struct err *err);

/* Sobol' indices: the share of the variance that a factor explains alone (first), and with all its
 * interactions (total), with 95% bootstrap intervals over rows. First order by the estimator of Saltelli et
 * al. (Comput. Phys. Commun. 181, 2010, table 2b), total by that of Jansen (Comput. Phys. Commun. 117, 1999).
 */
struct sensitivity_index {
    double first, first_low, first_high;
    double total, total_low, total_high;
};
struct sensitivity_variance {
    size_t rows; /* those that are defined throughout */
    double mean, variance;
    double
        luck_share; /* of the variance: what is left of luck in the means over replications; NaN with one */
};
/* y is [row * (factors + 2) + matrix][replication]: A, B, then A with one column from B. */
MUST_CHECK int sensitivity_sobol(struct sensitivity_index *indices, struct sensitivity_variance *variance,
                                 const double *y, size_t rows, size_t factors, size_t replications,
                                 struct err *err);

#endif
