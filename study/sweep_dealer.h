#ifndef COUNTERPART_STUDY_SWEEP_DEALER_H
#define COUNTERPART_STUDY_SWEEP_DEALER_H

/* Who knows which shards are missing or damaged, deals them out, one at a time to whoever asks, and keeps the
 * list of those that are whole. */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "study/sweep.h"
#include "study/sweep_crew.h"
#include "study/sweep_manifest.h"

struct sweep_dealer {
    const struct sweep *sweep;           /* borrowed */
    const struct sweep_options *options; /* borrowed */
    struct sweep_manifest manifest;
    size_t *todo; /* owned */
    size_t todo_count;
    pthread_mutex_t mutex; /* guards what follows */
    bool has_mutex;
    size_t next;
    bool ended; /* asked to, or a failure */
    struct sweep_progress *progress;
    struct err err; /* of what came back */
};

/* Looks into the folder, which is open. Zeroes *dealer and *progress first. */
MUST_CHECK int sweep_dealer_init(struct sweep_dealer *dealer, const struct sweep *sweep,
                                 const struct sweep_options *options, struct sweep_progress *progress,
                                 struct err *err);
void sweep_dealer_free(struct sweep_dealer *dealer); /* safe to repeat */

/* By any thread. */
bool sweep_dealer_next(struct sweep_dealer *dealer, size_t *shard);
/* So many tasks are done; 0 only looks whether to go on. */
bool sweep_dealer_tasks(struct sweep_dealer *dealer, size_t tasks);
void sweep_dealer_shard(struct sweep_dealer *dealer, size_t shard, const unsigned char digest[SHA256_BYTES]);
/* No more are dealt out. */
void sweep_dealer_stop(struct sweep_dealer *dealer);

/* For the crew of the dealer's own process. */
struct sweep_deal sweep_dealer_deal(struct sweep_dealer *dealer);

/* Writes the list. Fails also with what went wrong on the way. */
MUST_CHECK int sweep_dealer_end(struct sweep_dealer *dealer, struct err *err);

#endif
