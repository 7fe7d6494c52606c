#ifndef COUNTERPART_STUDY_SWEEP_RANKS_H
#define COUNTERPART_STUDY_SWEEP_RANKS_H

/* The processes that were started together to make one sweep, its ranks. Rank 0 opens the folder and deals
 * out the shards, one at a time to whoever asks, and makes some itself. Two files implement this:
 * sweep_alone.c, in which there is one rank, and sweep_mpi.c; a program is linked with one of them. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "study/sweep.h"

struct sweep_ranks {
    size_t rank, size;
};

/* Before anything else is asked of the ranks. Zeroes *ranks first. */
MUST_CHECK int sweep_ranks_join(struct sweep_ranks *ranks, struct err *err);
/* Waits for the other ranks; safe when join has failed, and to repeat. */
void sweep_ranks_leave(struct sweep_ranks *ranks);

/* Waits for all ranks. 0 when `status` is 0 in all of them, otherwise the largest. *mine tells whether this
 * rank is the first with the largest: it says why, the others are silent. */
int sweep_ranks_agree(const struct sweep_ranks *ranks, int status, bool *mine);

/* By all ranks: sweep_open() and sweep_run(). options->go_on is called in every rank; progress is that of all
 * ranks together in rank 0. */
MUST_CHECK int sweep_ranks_run(const struct sweep_ranks *ranks, struct sweep *sweep, bool resume,
                               const struct sweep_options *options, struct sweep_progress *progress,
                               struct err *err);

#endif
