#ifndef COUNTERPART_STUDY_WARMUP_H
#define COUNTERPART_STUDY_WARMUP_H

/* How long a scenario needs until its start is forgotten: quantities step by step,
 * as means over the replications, before any policy (mser.h). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "study/mser.h"

struct world;

/* One quantity. */
struct warmup_series {
    const char *name, *unit; /* borrowed */
    bool rate;               /* per day */
    double *values;          /* by replication and step */
    double *means, *curve;   /* by step; by batch of MSER_BATCH steps */
    bool undefined;          /* in some step */
    bool constant;           /* the same in all steps: it says nothing */
    struct mser mser;
    struct batch_means rest; /* of what is not cut */
};

struct warmup {
    const char *scenario, *title, *step; /* borrowed; step: "week" ... */
    int64_t declared_us;                 /* the warm-up that the scenario has */
    size_t replications, steps, count;
    int64_t *from_us; /* steps + 1 */
    struct warmup_series *series;
};

/* With the names of fields and quantities (borrowed); their number of steps is that of the world, which has
 * been built. Zeroes *warmup first. Fails when a name is none, or when there are no steps. */
MUST_CHECK int warmup_init(struct warmup *warmup, const struct world *world, const char *const *names,
                           size_t count, size_t replications, struct err *err);
void warmup_free(struct warmup *warmup); /* safe to repeat */

/* For struct replicate_options. */
MUST_CHECK int warmup_take(void *warmup, const struct world *world, uint32_t replication, struct err *err);

/* When all have been taken. */
void warmup_judge(struct warmup *warmup);
/* Since the start: the latest end of the warm-up of all quantities; -1 when one is too short to tell, or when
 * all are constant. */
int64_t warmup_proposal(const struct warmup *warmup);

/* Malloc'ed; NULL on failure. CSV: a row a quantity and step. */
MUST_CHECK char *warmup_text(const struct warmup *warmup, struct err *err);
MUST_CHECK char *warmup_json(const struct warmup *warmup, struct err *err);
MUST_CHECK char *warmup_csv(const struct warmup *warmup, struct err *err);

#endif
