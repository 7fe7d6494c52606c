#include "study/sweep_crew.h"

#include <pthread.h>
#include <stdatomic.h>

#include "study/side_by_side.h"
#include "study/sweep_manifest.h"
#include "study/sweep_shard.h"

struct crew {
    const struct sweep *sweep;
    const struct sweep_deal *deal;
    atomic_bool ended;           /* by a failure */
    pthread_mutex_t hdf5, mutex; /* the latter guards what follows */
    bool failed;
    struct err *err;
};

static bool go_on(void *data)
{
    struct crew *crew = data;
    return crew->deal->task_done(crew->deal->data) && !atomic_load(&crew->ended);
}

static int make_next(struct crew *crew, struct sweep_maker *maker, size_t shard, struct err *err)
{
    unsigned char digest[SHA256_BYTES];
    const int status = sweep_shard_make(maker, shard, err);
    if (status != 0)
        return status;
    if (sweep_manifest_digest(crew->sweep->folder, shard, digest, err) != 0)
        return -1;
    crew->deal->shard_done(crew->deal->data, shard, digest);
    return 0;
}

static void *work(void *data)
{
    struct crew *crew = data;
    struct sweep_maker maker = {.sweep = crew->sweep, .hdf5 = &crew->hdf5, .go_on = go_on, .data = crew};
    size_t shard = 0;
    while (!atomic_load(&crew->ended) && crew->deal->next(crew->deal->data, &shard)) {
        struct err err = ERR_INIT;
        if (make_next(crew, &maker, shard, &err) >= 0)
            continue;
        atomic_store(&crew->ended, true);
        pthread_mutex_lock(&crew->mutex);
        if (!crew->failed)
            *crew->err = err;
        crew->failed = true;
        pthread_mutex_unlock(&crew->mutex);
    }
    trial_bench_free(&maker.bench);
    return NULL;
}

int sweep_crew_work(const struct sweep *sweep, unsigned threads, const struct sweep_deal *deal,
                    struct err *err)
{
    struct crew crew = {.sweep = sweep, .deal = deal, .err = err};
    if (pthread_mutex_init(&crew.hdf5, NULL) != 0 || pthread_mutex_init(&crew.mutex, NULL) != 0)
        return err_fail(err, "out of memory: a lock could not be made");
    if (side_by_side(threads, sweep->shards, work, &crew, err) != 0)
        return -1;
    return crew.failed ? -1 : 0;
}
