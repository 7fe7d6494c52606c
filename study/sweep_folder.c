#include "study/sweep_folder.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "study/metric_book.h"
#include "study/run_view.h"
#include "study/sweep_manifest.h"

char *sweep_plan_path(const char *folder, struct err *err)
{
    return mem_printf(err, "%s/sweep.h5", folder);
}

char *sweep_shard_path(const char *folder, size_t shard, struct err *err)
{
    return mem_printf(err, "%s/shard-%06zu.h5", folder, shard);
}

size_t sweep_shard_size(size_t tasks, size_t shard_tasks, size_t shard)
{
    const size_t first = shard * shard_tasks;
    return first >= tasks ? 0 : tasks - first < shard_tasks ? tasks - first : shard_tasks;
}

/* ---- the plan ---- */

static bool number_of(const struct result *result, const char *name, double *number)
{
    for (size_t i = 0; i < result->attribute_count; i++) {
        const struct result_attribute *attribute = &result->attributes[i];
        if (strcmp(attribute->name, name) != 0)
            continue;
        *number = attribute->number;
        return attribute->type == RESULT_INT64 && attribute->count == 0;
    }
    return false;
}

static int not_a_plan(const char *path, struct err *err)
{
    return err_fail(err, "%s: sweep.h5 is not the plan of a sweep; name the folder that 'sweep' made", path);
}

static int take_plan(struct sweep_folder *folder, struct err *err)
{
    const struct result_dimension *scenario = result_find_dimension(&folder->plan, "scenario");
    const struct result_dimension *point = result_find_dimension(&folder->plan, "point");
    const struct result_dimension *replication = result_find_dimension(&folder->plan, "replication");
    double shard_tasks = 0;
    folder->fingerprint = result_text(&folder->plan, "fingerprint");
    if (scenario == NULL || point == NULL || replication == NULL || folder->fingerprint == NULL ||
        !number_of(&folder->plan, "shard_tasks", &shard_tasks) || !(shard_tasks >= 1 && shard_tasks < 1e15) ||
        scenario->size == 0 || replication->size == 0 || point->size == 0)
        return not_a_plan(folder->path, err);
    folder->scenarios = scenario->size;
    folder->points = point->size;
    folder->replications = replication->size;
    if (__builtin_mul_overflow(point->size, replication->size, &folder->tasks))
        return not_a_plan(folder->path, err);
    folder->shard_tasks = (size_t)shard_tasks;
    folder->shards = (folder->tasks - 1) / folder->shard_tasks + 1;
    return 0;
}

int sweep_folder_open(struct sweep_folder *folder, const char *path, struct err *err)
{
    *folder = (struct sweep_folder){.path = path};
    char *plan = sweep_plan_path(path, err);
    int status = plan == NULL ? -1 : 0;
    if (status == 0 && access(plan, F_OK) != 0)
        status = err_fail(err, "%s: has no sweep in it (%s: %s); name the folder that 'sweep' made", path,
                          plan, strerror(errno));
    if (status == 0)
        status = result_read(plan, &folder->plan, err);
    free(plan);
    return status != 0 ? -1 : take_plan(folder, err);
}

void sweep_folder_free(struct sweep_folder *folder)
{
    result_free(&folder->plan);
    *folder = (struct sweep_folder){.path = NULL};
}

size_t sweep_folder_present(const struct sweep_folder *folder, size_t *tasks)
{
    size_t present = 0;
    *tasks = 0;
    for (size_t shard = 0; shard < folder->shards; shard++) {
        struct err ignored = ERR_INIT;
        char *path = sweep_shard_path(folder->path, shard, &ignored);
        if (path != NULL && access(path, F_OK) == 0) {
            present++;
            *tasks += sweep_shard_size(folder->tasks, folder->shard_tasks, shard);
        }
        free(path);
    }
    return present;
}

/* ---- shards ---- */

static int check_shard(const struct result *shard, const char *path, const char *fingerprint, size_t number,
                       size_t first_task, size_t tasks, struct err *err)
{
    const struct result_dimension *task = result_find_dimension(shard, "task");
    const char *own = result_text(shard, "fingerprint");
    double stated = -1;
    if (own == NULL || strcmp(own, fingerprint) != 0 || !number_of(shard, "shard", &stated) ||
        stated != (double)number)
        return err_fail(err, "%s: belongs to another sweep or version; run the sweep again with --resume",
                        path);
    if (task == NULL || task->type != RESULT_INT64 || task->values == NULL || task->size != tasks ||
        ((const int64_t *)task->values)[0] != (int64_t)first_task)
        return err_fail(err, "%s: does not hold the tasks that it should; run the sweep again with --resume",
                        path);
    return 0;
}

int sweep_shard_read(struct result *shard, const char *folder, const char *fingerprint, size_t number,
                     size_t first_task, size_t tasks, struct err *err)
{
    *shard = (struct result){.dimension_count = 0};
    char *path = sweep_shard_path(folder, number, err);
    int status = path == NULL ? -1 : result_read(path, shard, err);
    if (status == 0)
        status = check_shard(shard, path, fingerprint, number, first_task, tasks, err);
    if (status != 0)
        result_free(shard);
    free(path);
    return status;
}

/* ---- all of them ---- */

struct merging {
    const struct sweep_folder *folder;
    struct sweep_merged *merged;
    struct metric_book book;
    struct sweep_manifest manifest;
    double *values; /* owned until it is merged: [scenario][task][capacity of metrics] */
    bool gaps;
    size_t *missing;
    struct err *err;
};

/* Reads a shard that is whole, and is what a manifest lists, if any does. */
static int read_whole(struct merging *merging, struct result *shard, size_t number, struct err *err)
{
    const struct sweep_folder *folder = merging->folder;
    unsigned char digest[SHA256_BYTES];
    if (sweep_shard_read(shard, folder->path, folder->fingerprint, number, number * folder->shard_tasks,
                         sweep_shard_size(folder->tasks, folder->shard_tasks, number), err) != 0)
        return -1;
    int status = sweep_manifest_digest(folder->path, number, digest, err);
    if (status == 0 && !sweep_manifest_note(&merging->manifest, number, digest))
        status = err_fail(err, "it has other bytes than a manifest of the folder lists");
    if (status != 0)
        result_free(shard);
    return status;
}

/* Reads a shard; 1 when it is missing or damaged and that is allowed. */
static int read_one(struct merging *merging, struct result *shard, size_t number)
{
    const struct sweep_folder *folder = merging->folder;
    struct err why = ERR_INIT;
    if (read_whole(merging, shard, number, &why) == 0)
        return 0;
    (*merging->missing)++;
    if (merging->gaps)
        return 1;
    return err_fail(merging->err,
                    "%s: shard %zu of %zu is missing or damaged (%s); run the sweep again with "
                    "--resume, or merge what there is with --gaps",
                    folder->path, number, folder->shards, why.text[0]);
}

static int gather_names(struct merging *merging, const struct result *shard)
{
    static const char *const by_metric[] = {"metric", NULL};
    const struct result_dimension *metric = result_find_dimension(shard, "metric");
    const struct result_variable *units = run_view_variable(shard, "metric_unit", RESULT_TEXT, by_metric);
    if (metric == NULL)
        return 0;
    if (metric->type != RESULT_TEXT || metric->values == NULL || units == NULL)
        return err_fail(merging->err, "%s: a shard has no metrics of the kind that a sweep writes",
                        merging->folder->path);
    const char *const *names = metric->values;
    for (size_t i = 0; i < metric->size; i++)
        if (metric_book_add(&merging->book, names[i], ((const char *const *)units->values)[i], i,
                            merging->err) != 0)
            return -1;
    return 0;
}

static int copy_values(struct merging *merging, const struct result *shard, size_t number)
{
    static const char *const dims[] = {"scenario", "task", "metric", NULL};
    const struct sweep_folder *folder = merging->folder;
    const struct result_dimension *metric = result_find_dimension(shard, "metric");
    const struct result_variable *values = run_view_variable(shard, "metric_value", RESULT_DOUBLE, dims);
    const struct result_dimension *scenario = result_find_dimension(shard, "scenario");
    const size_t size = sweep_shard_size(folder->tasks, folder->shard_tasks, number);
    if (metric == NULL)
        return 0;
    if (values == NULL || scenario == NULL || scenario->size != folder->scenarios)
        return err_fail(merging->err, "%s: shard %zu has no values of the shape that a sweep writes",
                        folder->path, number);
    const double *from = values->values;
    for (size_t m = 0; m < metric->size; m++) {
        const size_t at = metric_book_find(&merging->book, ((const char *const *)metric->values)[m], m);
        for (size_t s = 0; s < folder->scenarios; s++)
            for (size_t t = 0; t < size; t++) {
                const size_t task = number * folder->shard_tasks + t;
                merging->values[(s * folder->tasks + task) * merging->book.count + at] =
                    from[(s * size + t) * metric->size + m];
            }
    }
    return 0;
}

/* Twice over the shards: first which metrics there are, then the values. */
static int each_shard(struct merging *merging, bool values)
{
    for (size_t number = 0; number < merging->folder->shards; number++) {
        struct result shard;
        const int answer = read_one(merging, &shard, number);
        if (answer < 0)
            return -1;
        if (answer > 0)
            continue;
        const int status = values ? copy_values(merging, &shard, number) : gather_names(merging, &shard);
        result_free(&shard);
        if (status != 0)
            return -1;
    }
    return 0;
}

static size_t position_of(const struct result *result, const char *dimension)
{
    return (size_t)(result_find_dimension(result, dimension) - result->dimensions);
}

static int put_together(struct merging *merging)
{
    const struct result *plan = &merging->folder->plan;
    struct result *result = &merging->merged->result;
    struct arena *arena = &merging->merged->arena;
    *result = *plan;
    result->owner = NULL;
    result->dimensions =
        arena_zeroed(arena, plan->dimension_count + 1, sizeof *result->dimensions, merging->err);
    result->variables =
        arena_zeroed(arena, plan->variable_count + 2, sizeof *result->variables, merging->err);
    const char **names = arena_zeroed(arena, 2 * merging->book.count, sizeof *names, merging->err);
    if (result->dimensions == NULL || result->variables == NULL || names == NULL)
        return -1;
    memcpy(result->dimensions, plan->dimensions, plan->dimension_count * sizeof *plan->dimensions);
    memcpy(result->variables, plan->variables, plan->variable_count * sizeof *plan->variables);
    const size_t count = merging->book.count, metric = plan->dimension_count;
    if (count == 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        names[i] = arena_text(arena, merging->book.names[i], merging->err);
        names[count + i] = arena_text(arena, merging->book.units[i], merging->err);
        if (names[i] == NULL || names[count + i] == NULL)
            return -1;
    }
    result->dimensions[result->dimension_count++] = (struct result_dimension){
        .name = "metric", .long_name = "metric", .size = count, .type = RESULT_TEXT, .values = names};
    result->variables[result->variable_count++] = (struct result_variable){.name = "metric_unit",
                                                                           .long_name = "unit of the metric",
                                                                           .type = RESULT_TEXT,
                                                                           .rank = 1,
                                                                           .dims = {metric},
                                                                           .values = names + count};
    result->variables[result->variable_count++] =
        (struct result_variable){.name = "metric_value",
                                 .long_name = "metric of the whole replication after the warm-up",
                                 .type = RESULT_DOUBLE,
                                 .rank = 4,
                                 .dims = {position_of(plan, "scenario"), position_of(plan, "point"),
                                          position_of(plan, "replication"), metric},
                                 .values = merging->values};
    return 0;
}

static int make_room(struct merging *merging)
{
    const struct sweep_folder *folder = merging->folder;
    size_t count = 0;
    if (__builtin_mul_overflow(folder->tasks, folder->scenarios, &count) ||
        __builtin_mul_overflow(count, merging->book.count, &count) || count > RESULT_ELEMENTS)
        return err_fail(merging->err, "%s: the sweep has more than %zu values, too many for one file",
                        folder->path, RESULT_ELEMENTS);
    merging->values = arena_zeroed(&merging->merged->arena, count, sizeof *merging->values, merging->err);
    if (merging->values == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        merging->values[i] = NAN;
    return 0;
}

int sweep_merge(struct sweep_merged *merged, const struct sweep_folder *folder, bool gaps, size_t *missing,
                struct err *err)
{
    *merged = (struct sweep_merged){.result = {.dimension_count = 0}};
    *missing = 0;
    struct merging merging = {
        .folder = folder, .merged = merged, .gaps = gaps, .missing = missing, .err = err};
    int status = sweep_manifest_init(&merging.manifest, folder->shards, err);
    if (status == 0)
        status = sweep_manifest_read(&merging.manifest, folder->path, folder->fingerprint, err);
    if (status == 0)
        status = each_shard(&merging, false);
    if (status == 0)
        status = make_room(&merging);
    *missing = 0;
    if (status == 0)
        status = each_shard(&merging, true);
    if (status == 0)
        status = put_together(&merging);
    metric_book_free(&merging.book);
    sweep_manifest_free(&merging.manifest);
    return status;
}

void sweep_merged_free(struct sweep_merged *merged)
{
    arena_free(&merged->arena);
    *merged = (struct sweep_merged){.result = {.dimension_count = 0}};
}
