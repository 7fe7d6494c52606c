#ifndef COUNTERPART_STUDY_RUN_FIELDS_H
#define COUNTERPART_STUDY_RUN_FIELDS_H

/* The output fields of a run's result file: of each replication as long as that
 * is not too much, their sums over the replications otherwise. What a world has
 * counted is shared with it, packed; numbers are made when the file is written. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/ledger.h"
#include "sim/err.h"
#include "sim/mem.h"
#include "study/result_file.h"
#include "study/run_sums.h"

struct run_fields {
    uint32_t replications; /* at most; 0: there are no fields */
    size_t steps;
    size_t *cells;          /* owned; by field: of a step; 0: it is left out */
    size_t *variable;       /* owned; by field: position in the result */
    size_t bytes;           /* of a replication */
    uint32_t most;          /* replications that may stand apart */
    struct ledger *counted; /* owned; by replication: closed steps; without any when not taken, or added up */
    uint32_t taken;         /* without a gap from the first one on */
    struct run_sums sums;   /* of the first replications */
};

/* Bytes that the fields of a replication of a world take in a file, before compression. */
size_t run_fields_bytes(const struct ledger *ledger);
/* How many replications may stand apart in a file. */
uint32_t run_fields_most(size_t bytes, int64_t max_file_bytes);

/* For so many replications of worlds whose ledgers are like this one. Zeroes *fields first. */
MUST_CHECK int run_fields_init(struct run_fields *fields, const struct ledger *like, uint32_t replications,
                               int64_t max_file_bytes, struct err *err);
void run_fields_free(struct run_fields *fields); /* safe to repeat */

/* Adds the variables to a result, which has room for them. ledger_dims: where the dimensions are. */
void run_fields_declare(struct run_fields *fields, struct result *result, const size_t *ledger_dims,
                        size_t replication_dim, size_t time_dim);

/* What a replication has counted. By one thread at a time. */
MUST_CHECK int run_fields_take(struct run_fields *fields, const struct ledger *ledger, uint32_t replication,
                               struct err *err);

/* Whether a file of so many replications has sums. */
bool run_fields_add_up(const struct run_fields *fields, uint32_t replications);

/* Sets the variables for the first so many replications; squares are added behind all variables, for which
 * there is room. */
MUST_CHECK int run_fields_lay_out(struct run_fields *fields, struct result *result, uint32_t replications,
                                  struct arena *arena, struct err *err);

#endif
