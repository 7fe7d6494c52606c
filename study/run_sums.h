#ifndef COUNTERPART_STUDY_RUN_SUMS_H
#define COUNTERPART_STUDY_RUN_SUMS_H

/* Sums and sums of squares of output fields over replications, where the values
 * of all of them would be too many. They are added in the order of the
 * replications, so that the last digit is the same on any number of threads. */

#include <stddef.h>
#include <stdint.h>

#include "models/ledger.h"
#include "sim/err.h"

struct run_sums {
    size_t steps;
    size_t *cells;           /* owned; by field: cells of a step; 0: it is left out */
    double **sum, **squares; /* owned, and each; by field: [step][cell], in the unit of the field */
    uint32_t replications;   /* that have been added */
};

/* cells[]: by field. Zeroes *sums first. */
MUST_CHECK int run_sums_init(struct run_sums *sums, const size_t *cells, size_t steps, struct err *err);
void run_sums_free(struct run_sums *sums); /* safe to repeat */

/* Adds what a replication has counted. */
void run_sums_add(struct run_sums *sums, const struct ledger *ledger);

#endif
