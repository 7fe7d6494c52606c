#ifndef COUNTERPART_STUDY_SWEEP_SHARD_H
#define COUNTERPART_STUDY_SWEEP_SHARD_H

/* Making one shard of a sweep: its tasks, run in order by one thread, and the file of their metrics. */

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "study/sweep.h"
#include "study/trial.h"

struct sweep_maker {
    const struct sweep *sweep; /* borrowed */
    pthread_mutex_t *hdf5;     /* borrowed; of all threads that make shards */
    /* Called after each task; false: the shard is given up, unless that was its last task. */
    bool (*go_on)(void *data);
    void *data;
    struct trial_bench bench;
};

/* 1 when it was given up. */
MUST_CHECK int sweep_shard_make(struct sweep_maker *maker, size_t number, struct err *err);

#endif
