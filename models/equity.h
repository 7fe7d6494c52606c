#ifndef COUNTERPART_MODELS_EQUITY_H
#define COUNTERPART_MODELS_EQUITY_H

/* How evenly something is spread over places, weighted by their people. */

#include <stddef.h>

struct equity_row {
    double value;      /* of the place, per person or per case; >= 0 */
    double weight;     /* its people; > 0 */
    double remoteness; /* rank variable of the concentration index */
};

struct equity {
    double gini;          /* 0: all the same; towards 1: one place has all */
    double theil;         /* Theil's T: 0 when all are the same, ln(people / people of one) at most */
    double concentration; /* -1..1; below 0: the near have more, above 0: the remote */
};

/* Sorts the rows. Gini: half the mean difference of two people over the mean. Concentration: twice the
 * covariance of the value with the fractional rank by remoteness, over the mean (Kakwani, Wagstaff and van
 * Doorslaer 1997); places equally remote share the middle of their ranks, so their order does not matter.
 * All are NaN when no row is left or the mean is 0; rows must be finite. */
struct equity equity_of(struct equity_row *rows, size_t count);

#endif
