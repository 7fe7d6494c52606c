#include "study/replicate.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sim/mem.h"
#include "study/side_by_side.h"
#include "study/trace_file.h"

struct job {
    const struct scenario *scenario;
    const struct replicate_options *options;
    struct run_file *file;
    struct trace_file *trace; /* NULL: none */
    uint32_t from, to;        /* the replications [from, to) */
    struct world *first;      /* of replication `from`; whoever runs that one takes it */

    atomic_uint_least32_t next; /* handed out in order, so that all below a failing one are run too */
    atomic_bool failed;

    pthread_mutex_t mutex; /* guards what follows */
    double *shares;        /* by replication, from `from` on */
    double share_sum;
    uint64_t events;
    struct err *err;        /* of failed_replication */
    uint32_t failed_number; /* the lowest so far; `to` when none */
};

static uint32_t size_of(const struct job *job)
{
    return job->to - job->from;
}

/* What a world under way reports to. */
struct progress {
    struct job *job;
    uint32_t replication;
};

static void report(void *data, double share)
{
    const struct progress *progress = data;
    struct job *job = progress->job;
    pthread_mutex_lock(&job->mutex);
    double *mine = &job->shares[progress->replication - job->from];
    if (share > *mine) {
        job->share_sum += share - *mine;
        *mine = share;
    }
    if (job->options->progress != NULL)
        job->options->progress(job->options->data, job->share_sum / size_of(job));
    pthread_mutex_unlock(&job->mutex);
}

static void note_failure(struct job *job, uint32_t replication, const struct err *reasons)
{
    atomic_store(&job->failed, true);
    pthread_mutex_lock(&job->mutex);
    if (replication < job->failed_number) {
        job->failed_number = replication;
        err_clear(job->err);
        for (unsigned i = 0; i < reasons->count && i < ERR_PROBLEMS; i++)
            err_add(job->err, "replication %" PRIu32 ": %s", replication, reasons->text[i]);
        if (reasons->count == 0)
            err_add(job->err, "replication %" PRIu32 " failed", replication);
        if (reasons->count > ERR_PROBLEMS)
            job->err->count = reasons->count;
    }
    pthread_mutex_unlock(&job->mutex);
}

static int save_on_the_way(struct job *job, struct progress *progress, struct world *world, struct err *err)
{
    struct saved_run *saved = job->options->save;
    if (world_run_until(world, saved_run_at_us(saved), report, progress, err) != 0)
        return -1;
    return saved_run_take(saved, world, progress->replication, err);
}

/* A world that has not been run. */
static struct world *new_world(const struct job *job, uint32_t replication, struct world *first,
                               struct err *err)
{
    const struct replicate_options *options = job->options;
    struct world *world = first != NULL ? first : world_new(job->scenario, replication, err);
    if (world == NULL || options->fates == NULL)
        return world;
    if (world_keep_fates(world, fate_file_folder(), err) != 0) {
        world_free(world);
        return NULL;
    }
    const struct joint_absent *absent = options->leave_out == NULL ? NULL : &options->leave_out[replication];
    if (absent != NULL && absent->known)
        world_leave_out(world, absent->stream, (uint32_t)absent->number);
    return world;
}

/* Where going on from a state is not a must, a world that cannot take it up is built anew. */
static int take_up(struct job *job, struct world **world, uint32_t replication, struct err *err)
{
    const struct saved_run *from = job->options->from;
    if (from == NULL || (saved_run_is_optional(from) && !saved_run_holds(from, replication)))
        return 0;
    struct err why = ERR_INIT;
    if (saved_run_restore(from, *world, replication, &why) == 0)
        return 0;
    if (!saved_run_is_optional(from))
        return err_fail(err, "%s", why.text[0]);
    world_free(*world);
    *world = new_world(job, replication, NULL, err);
    return *world == NULL ? -1 : 0;
}

static int run_one(struct job *job, uint32_t replication, struct err *err)
{
    struct progress progress = {.job = job, .replication = replication};
    struct world *first = NULL;
    if (replication == job->from) {
        first = job->first;
        job->first = NULL;
    }
    struct world *world = new_world(job, replication, first, err);
    if (world == NULL)
        return -1;
    int answer = take_up(job, &world, replication, err);
    if (answer == 0)
        answer = world_set_threads(world, job->options->threads / size_of(job), err);
    if (answer == 0 && job->trace != NULL)
        answer = world_trace(world, err);
    if (answer == 0 && job->options->save != NULL)
        answer = save_on_the_way(job, &progress, world, err);
    if (answer == 0)
        answer = world_run(world, report, &progress, err);
    if (answer == 0) {
        world_forget_patients(world);
        answer = run_file_take(job->file, world, replication, err);
    }
    if (answer == 0 && job->options->parts != NULL)
        answer = run_parts_take(job->options->parts, job->file, replication, err);
    if (answer == 0 && job->options->take != NULL)
        answer = job->options->take(job->options->take_data, world, replication, err);
    if (answer == 0 && job->options->fates != NULL)
        answer = fate_file_take(job->options->fates, world, replication, err);
    if (answer == 0 && job->trace != NULL)
        answer = trace_file_take(job->trace, world, replication, err);
    if (answer == 0) {
        pthread_mutex_lock(&job->mutex);
        job->events += world_events(world);
        pthread_mutex_unlock(&job->mutex);
    }
    world_free(world);
    if (answer == 0)
        report(&progress, 1);
    return answer;
}

static void *work(void *data)
{
    struct job *job = data;
    struct err err = ERR_INIT;
    while (!atomic_load(&job->failed)) {
        const uint32_t replication = atomic_fetch_add(&job->next, 1);
        if (replication >= job->to)
            break;
        const struct run_parts *parts = job->options->parts;
        if (parts != NULL && run_parts_has(parts, replication))
            report(&(struct progress){.job = job, .replication = replication}, 1);
        else if (run_one(job, replication, &err) != 0)
            note_failure(job, replication, &err);
    }
    return NULL;
}

static int work_on_threads(struct job *job, struct err *err)
{
    if (side_by_side(job->options->threads, size_of(job), work, job, err) != 0)
        return -1;
    return atomic_load(&job->failed) ? -1 : 0;
}

int replicate_more(struct run_file *file, const struct scenario *scenario, struct world *first, uint32_t from,
                   uint32_t to, const struct replicate_options *options, uint64_t *events, struct err *err)
{
    struct job job = {.scenario = scenario,
                      .options = options,
                      .file = file,
                      .from = from,
                      .to = to,
                      .first = first,
                      .failed_number = to,
                      .err = err};
    int answer = -1;
    atomic_store(&job.next, from);
    job.shares = mem_zeroed(size_of(&job), sizeof *job.shares, err);
    if (job.shares == NULL)
        goto out;
    if (options->trace_path != NULL) {
        job.trace = trace_file_new(options->trace_path, to, err);
        if (job.trace == NULL)
            goto out;
    }
    if (pthread_mutex_init(&job.mutex, NULL) != 0) {
        err_fail(err, "out of memory: a lock could not be made");
        goto out;
    }
    answer = work_on_threads(&job, err);
    pthread_mutex_destroy(&job.mutex);
    if (answer == 0 && job.trace != NULL)
        answer = trace_file_finish(job.trace, err);
    if (answer == 0 && events != NULL)
        *events += job.events;
out:
    free(job.shares);
    trace_file_free(job.trace);
    world_free(job.first);
    return answer;
}

struct run_file *replicate_run(const struct scenario *scenario, struct world *first,
                               const struct replicate_options *options, uint64_t *events, struct err *err)
{
    const int64_t replications = scenario->run.replications;
    struct run_file *file = NULL;
    if (replications < 1 || replications > UINT32_MAX / 2)
        err_fail(err, "%" PRId64 " replications cannot be run", replications);
    else
        file = run_file_new(scenario, (uint32_t)replications, err);
    if (file == NULL) {
        world_free(first);
        return NULL;
    }
    if (events != NULL)
        *events = 0;
    if (replicate_more(file, scenario, first, 0, (uint32_t)replications, options, events, err) == 0)
        return file;
    run_file_free(file);
    return NULL;
}
