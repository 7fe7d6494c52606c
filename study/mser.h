#ifndef COUNTERPART_STUDY_MSER_H
#define COUNTERPART_STUDY_MSER_H

/* Where the warm-up of a series ends, and what the rest of it is worth.
 *
 * MSER-5: White (1997), "An effective truncation heuristic for bias reduction in simulation output",
 * Simulation 69, 323-334; in the form and with the rule of Hoad, Robinson and Davies (2010), "Automating
 * warm-up length estimation", Journal of the Operational Research Society 61, 1389-1403: means of five
 * values; what is left out is what makes the squared half width of the mean of the rest smallest; when that
 * is more than half, the series is too short to tell. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"

enum { MSER_BATCH = 5, MSER_LEAST = 10 * MSER_BATCH }; /* values in a batch; the shortest series */

struct mser {
    size_t batches; /* whole ones; what is left over at the end is not looked at */
    size_t cut;     /* batches that are left out */
    bool too_short; /* fewer than MSER_LEAST values, or the cut in the second half; without meaning otherwise
                     */
};

/* curve: room for count / MSER_BATCH numbers, the statistic when so many batches are left out (NaN for the
 * last five, where it is luck); may be NULL. Undefined values make it too short. */
struct mser mser_of(const double *values, size_t count, double *curve);

/* A series that is past its warm-up, as one long run. */
struct batch_means {
    size_t batches;     /* 20, 10 of short series; 0: fewer than 20 values */
    double mean, half;  /* half width of the 95% interval from means of batches */
    double lag1;        /* autocorrelation of neighbouring values */
    double lag1_means;  /* and of neighbouring means of batches: not near 0, the interval is too narrow */
    double independent; /* so many independent values would be worth as much: n (1 - lag1) / (1 + lag1) */
};
struct batch_means batch_means_of(const double *values, size_t count);

#endif
