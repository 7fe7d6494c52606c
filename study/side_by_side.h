#ifndef COUNTERPART_STUDY_SIDE_BY_SIDE_H
#define COUNTERPART_STUDY_SIDE_BY_SIDE_H

/* The same work on several threads, which take pieces of it until none is left. */

#include <stddef.h>

#include "sim/err.h"

/* Calls work(job) on so many threads, the caller's own among them, but on no more than there are pieces (at
 * least on one), and returns when all have returned. Threads that cannot be had are done without. Fails only
 * when memory has run out; what the work came to stands in the job. */
MUST_CHECK int side_by_side(unsigned threads, size_t pieces, void *(*work)(void *job), void *job,
                            struct err *err);

#endif
