#ifndef COUNTERPART_STUDY_SWEEP_CREW_H
#define COUNTERPART_STUDY_SWEEP_CREW_H

/* The threads of one process that make shards, which somebody deals out to them. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "sim/sha256.h"
#include "study/sweep.h"

/* Called by any thread, and by several at once. */
struct sweep_deal {
    bool (*next)(void *data, size_t *shard); /* false: no more are to be begun */
    bool (*task_done)(void *data);           /* false: give up the shard in work */
    void (*shard_done)(void *data, size_t shard, const unsigned char digest[SHA256_BYTES]);
    void *data;
};

/* Makes what is dealt out, until there is no more. Fails with the first failure of a thread, after which the
 * others give up what they are at. */
MUST_CHECK int sweep_crew_work(const struct sweep *sweep, unsigned threads, const struct sweep_deal *deal,
                               struct err *err);

#endif
