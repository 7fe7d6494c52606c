#ifndef COUNTERPART_STUDY_BEST_H
#define COUNTERPART_STUDY_BEST_H

/* What a search for the best of several worlds has found, for people and programs. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "sim/mem.h"
#include "study/result_file.h"
#include "study/stats.h"

struct best_world {
    const char *label, *title;
    const char *written, *resolved; /* the scenario */
    size_t replications;            /* that were run */
    size_t left;                    /* when it was excluded, in replications; 0: it was not */
    const double *values;           /* borrowed: of the metric, by replication */
    struct stats stats,
        behind; /* of the metric; of the paired difference from the best, over what both have */
};

struct best {
    const char *metric, *unit, *seed;
    bool largest;        /* the largest is the best, not the smallest */
    double indifference; /* 0: with a budget, without a promise */
    double promise;
    bool decided; /* what was promised has been reached */
    size_t worlds, winner;
    struct best_world *world; /* borrowed */
};

/* Fills in the statistics of all worlds from their values. */
void best_count(struct best *best);

/* Malloc'ed; NULL on failure. */
MUST_CHECK char *best_text(const struct best *best, struct err *err);
MUST_CHECK char *best_json(const struct best *best, struct err *err);
/* A row a world. */
MUST_CHECK char *best_csv(const struct best *best, struct err *err);

/* As the contents of a result file, in the arena. */
MUST_CHECK const struct result *best_result(const struct best *best, struct arena *arena, struct err *err);
/* Whether a result is one of these. */
bool best_is_in(const struct result *result);
/* From such a file, which must outlive it; the worlds are in the arena. */
MUST_CHECK int best_of(struct best *best, const struct result *result, struct arena *arena, struct err *err);

#endif
