#ifndef COUNTERPART_STUDY_BEST_H
#define COUNTERPART_STUDY_BEST_H

/* What a search for the best of several worlds has found, for people and programs. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "study/stats.h"

struct best_world {
    const char *label, *title;
    size_t replications; /* that were run */
    size_t left;         /* when it was excluded, in replications; 0: it was not */
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

/* Malloc'ed; NULL on failure. */
MUST_CHECK char *best_text(const struct best *best, struct err *err);
MUST_CHECK char *best_json(const struct best *best, struct err *err);
/* A row a world. */
MUST_CHECK char *best_csv(const struct best *best, struct err *err);

#endif
