#include "study/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/checksum.h"
#include "sim/rng.h"
#include "study/experiment.h"
#include "study/metric_book.h"
#include "study/side_by_side.h"
#include "study/sweep_folder.h"

enum { FINGERPRINT_TEXT = 17 };

static void fingerprint_text(const struct sweep *sweep, char text[FINGERPRINT_TEXT])
{
    snprintf(text, FINGERPRINT_TEXT, "%016" PRIx64, sweep->fingerprint);
}

/* ---- what the bytes depend on ---- */

static uint64_t mix_text(uint64_t sum, const char *text)
{
    const size_t size = strlen(text);
    return rng_mix(sum ^ checksum_end(checksum_add(0, text, size), size));
}

static uint64_t fingerprint_of(const struct sweep *sweep)
{
    const struct trials *trials = sweep->trials;
    const struct design *design = trials->design;
    uint64_t sum = rng_mix(trials->fingerprint ^ (uint64_t)sweep->detail);
    sum = mix_text(mix_text(sum, COUNTERPART_VERSION), design->spec->host.written);
    for (size_t i = 0; i < trials->set_count; i++)
        sum = mix_text(sum, trials->sets[i]);
    for (size_t s = 0; s < trials->scenario_count; s++)
        sum = mix_text(sum, trials->scenarios[s].resolved);
    const size_t bytes = design->points * design->factors * sizeof *design->values;
    sum = rng_mix(sum ^ checksum_end(checksum_add(0, design->values, bytes), bytes));
    return rng_mix(sum ^ sweep->shard_tasks);
}

int sweep_init(struct sweep *sweep, const struct trials *trials, const char *folder, enum detail detail,
               size_t member, size_t members, struct err *err)
{
    *sweep = (struct sweep){.trials = trials,
                            .folder = folder,
                            .detail = detail,
                            .member = member,
                            .members = members,
                            .common_lock = -1,
                            .own_lock = -1};
    if (members == 0 || member >= members)
        return err_fail(err, "share %zu of %zu: there is no such share", member, members);
    if (trials->replications > 1000000)
        return err_fail(err, "%zu replications are too many for a sweep", trials->replications);
    const double tasks = floor(SWEEP_SHARD_S / trials->design->spec->task_s + 0.5);
    sweep->tasks = trials->design->points * trials->replications;
    sweep->shard_tasks = tasks < 1 ? 1 : tasks > (double)sweep->tasks ? sweep->tasks : (size_t)tasks;
    sweep->shards = (sweep->tasks - 1) / sweep->shard_tasks + 1;
    sweep->fingerprint = fingerprint_of(sweep);
    return 0;
}

void sweep_free(struct sweep *sweep)
{
    if (sweep->trials == NULL)
        return;
    if (sweep->common_lock >= 0)
        close(sweep->common_lock);
    if (sweep->own_lock >= 0)
        close(sweep->own_lock);
    *sweep = (struct sweep){.trials = NULL, .common_lock = -1, .own_lock = -1};
}

/* ---- the folder ---- */

/* Who works alone locks all others out; members of a job lock out those who would work alone, and their own
 * doubles. A file system without locks is worked on all the same: two who make the same shard make the same
 * bytes, and each puts them in place whole. */
static int take_lock(const struct sweep *sweep, const char *name, int how, int *lock, struct err *err)
{
    char *path = mem_printf(err, "%s/%s", sweep->folder, name);
    if (path == NULL)
        return -1;
    int status = 0;
    *lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*lock < 0)
        status = err_fail(err, "%s: cannot be written: %s", path, strerror(errno));
    else if (flock(*lock, how | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        status =
            err_fail(err, "%s: another process is at work in this folder; wait for its end", sweep->folder);
    free(path);
    return status;
}

static int take_locks(struct sweep *sweep, struct err *err)
{
    const bool alone = sweep->members == 1;
    char own[64];
    if (take_lock(sweep, "lock", alone ? LOCK_EX : LOCK_SH, &sweep->common_lock, err) != 0)
        return -1;
    if (alone)
        return 0;
    snprintf(own, sizeof own, "lock-%zu-of-%zu", sweep->member, sweep->members);
    return take_lock(sweep, own, LOCK_EX, &sweep->own_lock, err);
}

static int make_folder(const char *path, struct err *err)
{
    struct stat status;
    if (mkdir(path, 0777) == 0)
        return 0;
    if (errno != EEXIST)
        return err_fail(err, "%s: the folder cannot be made: %s", path, strerror(errno));
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return err_fail(err, "%s: is not a folder; name another one", path);
    return 0;
}

/* What killed processes have left, of the shards that are this member's. */
static int remove_partials(const struct sweep *sweep, struct err *err)
{
    DIR *folder = opendir(sweep->folder);
    if (folder == NULL)
        return err_fail(err, "%s: cannot be read: %s", sweep->folder, strerror(errno));
    const int at = dirfd(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        size_t shard = 0;
        const size_t length = strlen(entry->d_name);
        if (sscanf(entry->d_name, "shard-%zu.h5.", &shard) == 1 && length > 8 &&
            strcmp(entry->d_name + length - 8, ".partial") == 0 && shard % sweep->members == sweep->member)
            (void)unlinkat(at, entry->d_name, 0);
    }
    closedir(folder);
    return 0;
}

static int write_plan(const struct sweep *sweep, const char *path, struct err *err)
{
    char fingerprint[FINGERPRINT_TEXT];
    struct experiment plan;
    fingerprint_text(sweep, fingerprint);
    int status = experiment_plan(&plan, sweep->trials, err);
    const struct result *made = status == 0 ? experiment_result(&plan, err) : NULL;
    if (made != NULL) {
        struct result result = *made;
        const size_t count = result.attribute_count;
        result.attributes = arena_zeroed(&plan.arena, count + 3, sizeof *result.attributes, err);
        if (result.attributes != NULL) {
            memcpy(result.attributes, made->attributes, count * sizeof *result.attributes);
            result.attributes[count] = (struct result_attribute){
                .name = "shard_tasks", .type = RESULT_INT64, .number = (double)sweep->shard_tasks};
            result.attributes[count + 1] = (struct result_attribute){
                .name = "shards", .type = RESULT_INT64, .number = (double)sweep->shards};
            result.attributes[count + 2] =
                (struct result_attribute){.name = "fingerprint", .type = RESULT_TEXT, .text = fingerprint};
            result.attribute_count = count + 3;
        }
        status = result.attributes == NULL ? -1 : result_write(path, &result, err);
    } else {
        status = -1;
    }
    experiment_free(&plan);
    return status;
}

/* A plan that is damaged is written anew, one of another sweep refused. */
static int find_plan(const struct sweep *sweep, const char *path, bool *found, struct err *err)
{
    char fingerprint[FINGERPRINT_TEXT];
    struct sweep_folder folder;
    struct err why = ERR_INIT;
    fingerprint_text(sweep, fingerprint);
    *found = access(path, F_OK) == 0 && sweep_folder_open(&folder, sweep->folder, &why) == 0;
    if (!*found)
        return 0;
    const bool same = strcmp(folder.fingerprint, fingerprint) == 0;
    sweep_folder_free(&folder);
    return same
               ? 0
               : err_fail(err,
                          "%s: holds a sweep of another design, of other options or by another version; name "
                          "another folder, or take its files away",
                          sweep->folder);
}

int sweep_open(struct sweep *sweep, bool resume, struct err *err)
{
    bool found = false;
    char *path = sweep_plan_path(sweep->folder, err);
    int status = path == NULL ? -1 : 0;
    if (status == 0 && resume && access(path, F_OK) != 0)
        status =
            err_fail(err, "%s: has no sweep to be resumed; leave --resume out to begin one", sweep->folder);
    if (status == 0)
        status = make_folder(sweep->folder, err);
    if (status == 0)
        status = take_locks(sweep, err);
    if (status == 0)
        status = find_plan(sweep, path, &found, err);
    if (status == 0 && !found)
        status = write_plan(sweep, path, err);
    if (status == 0)
        status = remove_partials(sweep, err);
    free(path);
    return status;
}

/* ---- one shard ---- */

/* What a trial gave: as many values as the book had metrics then. */
struct row {
    double *values;
    size_t count;
};

struct shard {
    const struct sweep *sweep;
    size_t number, first, tasks, scenarios;
    struct metric_book book;
    struct row *rows; /* [scenario][task] */
    struct arena arena;
};

static bool is_named(const struct design_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->metrics.count; i++)
        if (strcmp(*SCENARIO_ITEM(spec->metrics, char *, i), name) == 0)
            return true;
    return false;
}

/* Adds to the book the metrics that are wanted. */
static int add_metrics(struct shard *shard, const struct world *world, struct err *err)
{
    const struct design_spec *spec = shard->sweep->trials->design->spec;
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(world, &metrics);
    const char **names = mem_zeroed(count, sizeof *names, err);
    bool *shown = mem_zeroed(count, sizeof *shown, err);
    int status = names == NULL || shown == NULL ? -1 : 0;
    if (status == 0) {
        for (size_t i = 0; i < count; i++)
            names[i] = metrics[i].name;
        (void)detail_choose(shard->sweep->detail, names, count, shown);
    }
    for (size_t i = 0; i < count && status == 0; i++)
        if (spec->metrics.count > 0 ? is_named(spec, names[i]) : shown[i])
            status = metric_book_add(&shard->book, names[i], metrics[i].unit, shard->book.count, err);
    free(names);
    free(shown);
    return status;
}

static int keep_world(struct shard *shard, const struct world *world, size_t scenario, size_t task,
                      struct err *err)
{
    struct row *row = &shard->rows[scenario * shard->tasks + task];
    if (add_metrics(shard, world, err) != 0)
        return -1;
    row->count = shard->book.count;
    row->values = arena_zeroed(&shard->arena, row->count, sizeof *row->values, err);
    if (row->values == NULL)
        return -1;
    metric_book_values(&shard->book, world, row->values);
    return 0;
}

/* A metric that the design names and no world of the shard has is a mistake, found at the first task. */
static int check_named(const struct shard *shard, struct err *err)
{
    const struct design_spec *spec = shard->sweep->trials->design->spec;
    for (size_t i = 0; i < spec->metrics.count; i++) {
        const char *const *name = SCENARIO_ITEM(spec->metrics, char *, i);
        if (metric_book_find(&shard->book, *name, i) == shard->book.count)
            return scenario_blame(
                &spec->host, name, err,
                "\"%.80s\" is no metric of these scenarios; see `counterpart show --all` of a "
                "run",
                *name);
    }
    return 0;
}

static int run_task(struct shard *shard, struct trial_bench *bench, size_t task, struct err *err)
{
    const struct trials *trials = shard->sweep->trials;
    const size_t number = shard->first + task;
    for (size_t s = 0; s < shard->scenarios; s++) {
        struct world *world = trial_run(trials, bench, number / trials->replications,
                                        (uint32_t)(number % trials->replications), s, err);
        const int status = world == NULL ? -1 : keep_world(shard, world, s, task, err);
        world_free(world);
        if (status != 0)
            return -1;
    }
    return task == 0 ? check_named(shard, err) : 0;
}

enum { SHARD_SCENARIO, SHARD_TASK, SHARD_METRIC, SHARD_DIMENSIONS };

/* The values with NaN for metrics that came up later. */
static double *table_of(struct shard *shard, struct err *err)
{
    const size_t metrics = shard->book.count, rows = shard->scenarios * shard->tasks;
    size_t count = 0;
    if (__builtin_mul_overflow(rows, metrics, &count) || count > RESULT_ELEMENTS) {
        err_fail(err, "shard %zu has more than %zu values; state a longer task_time in the design",
                 shard->number, RESULT_ELEMENTS);
        return NULL;
    }
    double *values = arena_zeroed(&shard->arena, count, sizeof *values, err);
    for (size_t row = 0; values != NULL && row < rows; row++)
        for (size_t m = 0; m < metrics; m++)
            values[row * metrics + m] = m < shard->rows[row].count ? shard->rows[row].values[m] : NAN;
    return values;
}

static int write_shard(struct shard *shard, pthread_mutex_t *hdf5, struct err *err)
{
    char fingerprint[FINGERPRINT_TEXT];
    fingerprint_text(shard->sweep, fingerprint);
    const char **ids = arena_zeroed(&shard->arena, shard->scenarios, sizeof *ids, err);
    int64_t *tasks = arena_zeroed(&shard->arena, shard->tasks, sizeof *tasks, err);
    const double *values = table_of(shard, err);
    char *path = sweep_shard_path(shard->sweep->folder, shard->number, err);
    int status = -1;
    if (ids == NULL || tasks == NULL || values == NULL || path == NULL)
        goto out;
    for (size_t s = 0; s < shard->scenarios; s++)
        ids[s] = design_scenario_of(shard->sweep->trials->design, s)->id;
    for (size_t t = 0; t < shard->tasks; t++)
        tasks[t] = (int64_t)(shard->first + t);
    struct result_dimension dimensions[SHARD_DIMENSIONS] = {
        {.name = "scenario",
         .long_name = "scenario, the base first",
         .size = shard->scenarios,
         .type = RESULT_TEXT,
         .values = ids},
        {.name = "task",
         .long_name = "point times replications, plus replication",
         .units = "1",
         .size = shard->tasks,
         .type = RESULT_INT64,
         .values = tasks},
        {.name = "metric",
         .long_name = "metric",
         .size = shard->book.count,
         .type = RESULT_TEXT,
         .values = shard->book.names}};
    struct result_variable variables[] = {{.name = "metric_unit",
                                           .long_name = "unit of the metric",
                                           .type = RESULT_TEXT,
                                           .rank = 1,
                                           .dims = {SHARD_METRIC},
                                           .values = shard->book.units},
                                          {.name = "metric_value",
                                           .long_name = "metric of the whole replication after the warm-up",
                                           .type = RESULT_DOUBLE,
                                           .rank = 3,
                                           .dims = {SHARD_SCENARIO, SHARD_TASK, SHARD_METRIC},
                                           .values = values}};
    struct result_attribute attributes[] = {
        {.name = "Conventions", .type = RESULT_TEXT, .text = "CF-1.8"},
        {.name = "title", .type = RESULT_TEXT, .text = "Shard of a sweep"},
        {.name = "fingerprint", .type = RESULT_TEXT, .text = fingerprint},
        {.name = "shard", .type = RESULT_INT64, .number = (double)shard->number},
        {.name = "version", .type = RESULT_TEXT, .text = COUNTERPART_VERSION}};
    const bool empty = shard->book.count == 0;
    const struct result result = {.dimensions = dimensions,
                                  .dimension_count = empty ? SHARD_METRIC : SHARD_DIMENSIONS,
                                  .variables = variables,
                                  .variable_count = empty ? 0 : 2,
                                  .attributes = attributes,
                                  .attribute_count = sizeof attributes / sizeof attributes[0]};
    pthread_mutex_lock(hdf5);
    status = result_write(path, &result, err);
    pthread_mutex_unlock(hdf5);
out:
    free(path);
    return status;
}

/* ---- all of a member's ---- */

struct job {
    const struct sweep *sweep;
    const struct sweep_options *options;
    size_t *todo; /* owned: shards that are missing or damaged */
    size_t todo_count;
    atomic_uint_least64_t next;
    atomic_bool ended;           /* asked to, or a failure */
    pthread_mutex_t hdf5, mutex; /* the latter guards what follows */
    struct sweep_progress *progress;
    bool failed;
    struct err *err;
};

static bool report(struct job *job, bool shard_made)
{
    pthread_mutex_lock(&job->mutex);
    if (shard_made)
        job->progress->shards_made++;
    else
        job->progress->tasks_done++;
    const bool on = job->options->go_on == NULL || job->options->go_on(job->options->data, job->progress);
    pthread_mutex_unlock(&job->mutex);
    if (!on)
        atomic_store(&job->ended, true);
    return on;
}

/* 1 when it was ended before it was whole. */
static int make_shard(struct job *job, struct trial_bench *bench, size_t number, struct err *err)
{
    const struct sweep *sweep = job->sweep;
    struct shard shard = {.sweep = sweep,
                          .number = number,
                          .first = number * sweep->shard_tasks,
                          .tasks = sweep_shard_size(sweep->tasks, sweep->shard_tasks, number),
                          .scenarios = sweep->trials->scenario_count};
    int status = 0;
    shard.rows = arena_zeroed(&shard.arena, shard.scenarios * shard.tasks, sizeof *shard.rows, err);
    if (shard.rows == NULL)
        status = -1;
    for (size_t task = 0; task < shard.tasks && status == 0; task++) {
        status = run_task(&shard, bench, task, err);
        if (status == 0 && (!report(job, false) || atomic_load(&job->ended)) && task + 1 < shard.tasks)
            status = 1;
    }
    if (status == 0)
        status = write_shard(&shard, &job->hdf5, err);
    metric_book_free(&shard.book);
    arena_free(&shard.arena);
    return status;
}

static void *work(void *data)
{
    struct job *job = data;
    struct trial_bench bench = {.count = 0};
    while (!atomic_load(&job->ended)) {
        struct err err = ERR_INIT;
        const size_t next = (size_t)atomic_fetch_add(&job->next, 1);
        if (next >= job->todo_count)
            break;
        const int status = make_shard(job, &bench, job->todo[next], &err);
        if (status == 0)
            (void)report(job, true);
        if (status >= 0)
            continue;
        atomic_store(&job->ended, true);
        pthread_mutex_lock(&job->mutex);
        if (!job->failed)
            *job->err = err;
        job->failed = true;
        pthread_mutex_unlock(&job->mutex);
    }
    trial_bench_free(&bench);
    return NULL;
}

static int list_todo(struct job *job, struct err *err)
{
    const struct sweep *sweep = job->sweep;
    char fingerprint[FINGERPRINT_TEXT];
    fingerprint_text(sweep, fingerprint);
    job->todo = mem_zeroed(sweep->shards / sweep->members + 1, sizeof *job->todo, err);
    if (job->todo == NULL)
        return -1;
    for (size_t number = sweep->member; number < sweep->shards; number += sweep->members) {
        struct result shard;
        struct err why = ERR_INIT;
        const size_t size = sweep_shard_size(sweep->tasks, sweep->shard_tasks, number);
        job->progress->shards++;
        if (sweep_shard_read(&shard, sweep->folder, fingerprint, number, number * sweep->shard_tasks, size,
                             &why) == 0) {
            result_free(&shard);
            job->progress->shards_kept++;
            continue;
        }
        job->todo[job->todo_count++] = number;
        job->progress->tasks += size;
    }
    return 0;
}

static int work_on_threads(struct job *job, struct err *err)
{
    if (side_by_side(job->options->threads, job->todo_count, work, job, err) != 0)
        return -1;
    return job->failed ? -1 : 0;
}

int sweep_run(const struct sweep *sweep, const struct sweep_options *options, struct sweep_progress *progress,
              struct err *err)
{
    *progress = (struct sweep_progress){.shards = 0};
    struct job job = {.sweep = sweep, .options = options, .progress = progress, .err = err};
    int status = list_todo(&job, err);
    if (status == 0 &&
        (pthread_mutex_init(&job.hdf5, NULL) != 0 || pthread_mutex_init(&job.mutex, NULL) != 0))
        status = err_fail(err, "out of memory: a lock could not be made");
    if (status == 0 && job.todo_count > 0)
        status = work_on_threads(&job, err);
    free(job.todo);
    return status;
}
