#include "study/sweep_dealer.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"
#include "study/sweep_folder.h"
#include "study/ticker.h"

/* ---- what is there ---- */

static int is_whole(struct sweep_dealer *dealer, const char *fingerprint, size_t number, bool *whole,
                    struct err *err)
{
    const struct sweep *sweep = dealer->sweep;
    unsigned char digest[SHA256_BYTES];
    struct result shard;
    struct err why = ERR_INIT;
    *whole = sweep_shard_read(&shard, sweep->folder, fingerprint, number, number * sweep->shard_tasks,
                              sweep_shard_size(sweep->tasks, sweep->shard_tasks, number), &why) == 0;
    if (!*whole)
        return 0;
    result_free(&shard);
    if (sweep_manifest_digest(sweep->folder, number, digest, err) != 0)
        return -1;
    *whole = sweep_manifest_note(&dealer->manifest, number, digest);
    return 0;
}

static int look(struct sweep_dealer *dealer, struct err *err)
{
    const struct sweep *sweep = dealer->sweep;
    char fingerprint[SWEEP_FINGERPRINT];
    sweep_fingerprint_text(sweep, fingerprint);
    if (sweep_manifest_read(&dealer->manifest, sweep->folder, fingerprint, err) != 0)
        return -1;
    for (size_t number = sweep->member; number < sweep->shards; number += sweep->members) {
        bool whole = false;
        if (is_whole(dealer, fingerprint, number, &whole, err) != 0)
            return -1;
        dealer->progress->shards++;
        if (whole) {
            dealer->progress->shards_kept++;
            continue;
        }
        dealer->todo[dealer->todo_count++] = number;
        dealer->progress->tasks += sweep_shard_size(sweep->tasks, sweep->shard_tasks, number);
    }
    return 0;
}

int sweep_dealer_init(struct sweep_dealer *dealer, const struct sweep *sweep,
                      const struct sweep_options *options, struct sweep_progress *progress, struct err *err)
{
    *progress = (struct sweep_progress){.shards = 0};
    *dealer = (struct sweep_dealer){.sweep = sweep, .options = options, .progress = progress};
    dealer->todo = mem_zeroed(sweep->shards / sweep->members + 1, sizeof *dealer->todo, err);
    if (dealer->todo == NULL || sweep_manifest_init(&dealer->manifest, sweep->shards, err) != 0)
        return -1;
    dealer->has_mutex = pthread_mutex_init(&dealer->mutex, NULL) == 0;
    if (!dealer->has_mutex)
        return err_fail(err, "out of memory: a lock could not be made");
    return look(dealer, err);
}

void sweep_dealer_free(struct sweep_dealer *dealer)
{
    sweep_manifest_free(&dealer->manifest);
    free(dealer->todo);
    if (dealer->has_mutex)
        pthread_mutex_destroy(&dealer->mutex);
    *dealer = (struct sweep_dealer){.todo_count = 0};
}

/* ---- out and back ---- */

bool sweep_dealer_next(struct sweep_dealer *dealer, size_t *shard)
{
    pthread_mutex_lock(&dealer->mutex);
    const bool any = !dealer->ended && dealer->next < dealer->todo_count;
    if (any)
        *shard = dealer->todo[dealer->next++];
    pthread_mutex_unlock(&dealer->mutex);
    return any;
}

bool sweep_dealer_tasks(struct sweep_dealer *dealer, size_t tasks)
{
    const struct sweep_options *options = dealer->options;
    pthread_mutex_lock(&dealer->mutex);
    dealer->progress->tasks_done += tasks;
    if (options->go_on != NULL && !options->go_on(options->data, dealer->progress))
        dealer->ended = true;
    const bool on = !dealer->ended;
    pthread_mutex_unlock(&dealer->mutex);
    return on;
}

void sweep_dealer_shard(struct sweep_dealer *dealer, size_t shard, const unsigned char digest[SHA256_BYTES])
{
    pthread_mutex_lock(&dealer->mutex);
    dealer->progress->shards_made++;
    if (!sweep_manifest_note(&dealer->manifest, shard, digest)) {
        err_fail(&dealer->err,
                 "%s: shard %zu has other bytes than a manifest of the folder lists: it was made by another "
                 "build or on another kind of processor; take the files of this sweep away and make it anew "
                 "in one way",
                 dealer->sweep->folder, shard);
        dealer->ended = true;
    }
    pthread_mutex_unlock(&dealer->mutex);
}

void sweep_dealer_stop(struct sweep_dealer *dealer)
{
    pthread_mutex_lock(&dealer->mutex);
    dealer->ended = true;
    pthread_mutex_unlock(&dealer->mutex);
}

static bool deal_next(void *data, size_t *shard)
{
    return sweep_dealer_next(data, shard);
}

static bool deal_task_done(void *data)
{
    return sweep_dealer_tasks(data, 1);
}

static void deal_shard_done(void *data, size_t shard, const unsigned char digest[SHA256_BYTES])
{
    sweep_dealer_shard(data, shard, digest);
}

struct sweep_deal sweep_dealer_deal(struct sweep_dealer *dealer)
{
    return (struct sweep_deal){
        .next = deal_next, .task_done = deal_task_done, .shard_done = deal_shard_done, .data = dealer};
}

int sweep_dealer_end(struct sweep_dealer *dealer, struct err *err)
{
    char fingerprint[SWEEP_FINGERPRINT];
    const struct sweep *sweep = dealer->sweep;
    sweep_fingerprint_text(sweep, fingerprint);
    if (err_any(&dealer->err))
        return err_fail(err, "%s", dealer->err.text[0]);
    return sweep_manifest_write(&dealer->manifest, sweep->folder, fingerprint, sweep->member, sweep->members,
                                err);
}

static void look_on(void *data)
{
    (void)sweep_dealer_tasks(data, 0);
}

int sweep_run(const struct sweep *sweep, const struct sweep_options *options, struct sweep_progress *progress,
              struct err *err)
{
    struct sweep_dealer dealer;
    int status = sweep_dealer_init(&dealer, sweep, options, progress, err);
    const struct sweep_deal deal = sweep_dealer_deal(&dealer);
    if (status == 0 && dealer.todo_count > 0) {
        struct ticker ticker;
        ticker_begin(&ticker, look_on, &dealer);
        status = sweep_crew_work(sweep, options->threads, &deal, err);
        ticker_end(&ticker);
    }
    if (status == 0)
        status = sweep_dealer_end(&dealer, err);
    sweep_dealer_free(&dealer);
    return status;
}
