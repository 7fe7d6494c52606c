#ifndef COUNTERPART_STUDY_OCBA_H
#define COUNTERPART_STUDY_OCBA_H

/* Where replications tell most about which world has the largest mean, without a
 * promise: the optimal computing budget allocation of Chen, Lin, Yucesan and Chick
 * (2000), "Simulation budget allocation for further enhancing the efficiency of
 * ordinal optimization", Discrete Event Dynamic Systems 10, 251-270: a world gets
 * replications in proportion to (noise / distance from the best)^2.
 *
 * Theirs is for worlds with luck of their own. Here the noise is that of the paired difference from the best,
 * and the best gets as many as whoever gets most, since a difference needs both. */

#include <stddef.h>

#include "sim/err.h"

/* columns[i]: the values of world i, counts[i] of them, two at least. Raises counts[] by `more` in all.
 * Returns -1 when memory runs out. */
MUST_CHECK int ocba_allocate(const double *const *columns, size_t *counts, size_t worlds, size_t more,
                             struct err *err);

/* The world with the largest mean; the first of equal ones. */
size_t ocba_best(const double *const *columns, const size_t *counts, size_t worlds);

#endif
