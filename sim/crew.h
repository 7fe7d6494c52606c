#ifndef COUNTERPART_SIM_CREW_H
#define COUNTERPART_SIM_CREW_H

/* Threads that share the pieces of a job, again and again. They are started once;
 * between jobs they wait, awake for some microseconds, then asleep. */

#include "sim/err.h"

/* One piece of a job. Pieces run at the same time and in no order that may matter. */
typedef void crew_piece(void *job, unsigned piece);

struct crew;

/* A crew of so many threads, the caller of crew_run() included: at least 1. The caller frees. */
MUST_CHECK struct crew *crew_new(unsigned threads, struct err *err);
void crew_free(struct crew *crew);

/* Runs each of the pieces 0 ... pieces-1 once, handed out in this order, and returns when all are done. What
 * was written before is seen by the pieces, and what they wrote is seen afterwards. By one thread at a time,
 * and not from inside a piece. */
void crew_run(struct crew *crew, crew_piece *piece, void *job, unsigned pieces);

#endif
