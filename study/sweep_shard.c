#include "study/sweep_shard.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario.h"
#include "models/world.h"
#include "study/detail.h"
#include "study/metric_book.h"
#include "study/result_file.h"
#include "study/sweep_folder.h"

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

/* What a shard holds, as a result file has it. */
struct shard_file {
    char fingerprint[SWEEP_FINGERPRINT];
    const char **ids; /* of scenarios; this and what follows: owned by the shard's arena */
    int64_t *tasks;
    double *values;
    struct result_dimension dimension[SHARD_DIMENSIONS];
    struct result_variable variable[2];
};

static int gather(struct shard *shard, struct shard_file *file, struct err *err)
{
    sweep_fingerprint_text(shard->sweep, file->fingerprint);
    file->ids = arena_zeroed(&shard->arena, shard->scenarios, sizeof *file->ids, err);
    file->tasks = arena_zeroed(&shard->arena, shard->tasks, sizeof *file->tasks, err);
    file->values = table_of(shard, err);
    if (file->ids == NULL || file->tasks == NULL || file->values == NULL)
        return -1;
    for (size_t s = 0; s < shard->scenarios; s++)
        file->ids[s] = design_scenario_of(shard->sweep->trials->design, s)->id;
    for (size_t t = 0; t < shard->tasks; t++)
        file->tasks[t] = (int64_t)(shard->first + t);
    return 0;
}

static void lay_out(const struct shard *shard, struct shard_file *file)
{
    file->dimension[SHARD_SCENARIO] = (struct result_dimension){.name = "scenario",
                                                                .long_name = "scenario, the base first",
                                                                .size = shard->scenarios,
                                                                .type = RESULT_TEXT,
                                                                .values = file->ids};
    file->dimension[SHARD_TASK] =
        (struct result_dimension){.name = "task",
                                  .long_name = "point times replications, plus replication",
                                  .units = "1",
                                  .size = shard->tasks,
                                  .type = RESULT_INT64,
                                  .values = file->tasks};
    file->dimension[SHARD_METRIC] = (struct result_dimension){.name = "metric",
                                                              .long_name = "metric",
                                                              .size = shard->book.count,
                                                              .type = RESULT_TEXT,
                                                              .values = shard->book.names};
    file->variable[0] = (struct result_variable){.name = "metric_unit",
                                                 .long_name = "unit of the metric",
                                                 .type = RESULT_TEXT,
                                                 .rank = 1,
                                                 .dims = {SHARD_METRIC},
                                                 .values = shard->book.units};
    file->variable[1] =
        (struct result_variable){.name = "metric_value",
                                 .long_name = "metric of the whole replication after the warm-up",
                                 .type = RESULT_DOUBLE,
                                 .rank = 3,
                                 .dims = {SHARD_SCENARIO, SHARD_TASK, SHARD_METRIC},
                                 .values = file->values};
}

static int write_shard(struct shard *shard, pthread_mutex_t *hdf5, struct err *err)
{
    struct shard_file file;
    if (gather(shard, &file, err) != 0)
        return -1;
    lay_out(shard, &file);
    struct result_attribute attributes[] = {
        {.name = "Conventions", .type = RESULT_TEXT, .text = "CF-1.8"},
        {.name = "title", .type = RESULT_TEXT, .text = "Shard of a sweep"},
        {.name = "fingerprint", .type = RESULT_TEXT, .text = file.fingerprint},
        {.name = "shard", .type = RESULT_INT64, .number = (double)shard->number},
        {.name = "version", .type = RESULT_TEXT, .text = COUNTERPART_VERSION}};
    const bool empty = shard->book.count == 0;
    const struct result result = {.dimensions = file.dimension,
                                  .dimension_count = empty ? SHARD_METRIC : SHARD_DIMENSIONS,
                                  .variables = file.variable,
                                  .variable_count = empty ? 0 : 2,
                                  .attributes = attributes,
                                  .attribute_count = sizeof attributes / sizeof attributes[0]};
    char *path = sweep_shard_path(shard->sweep->folder, shard->number, err);
    if (path == NULL)
        return -1;
    pthread_mutex_lock(hdf5);
    const int status = result_write(path, &result, err);
    pthread_mutex_unlock(hdf5);
    free(path);
    return status;
}

int sweep_shard_make(struct sweep_maker *maker, size_t number, struct err *err)
{
    const struct sweep *sweep = maker->sweep;
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
        status = run_task(&shard, &maker->bench, task, err);
        if (status == 0 && !maker->go_on(maker->data) && task + 1 < shard.tasks)
            status = 1;
    }
    if (status == 0)
        status = write_shard(&shard, maker->hdf5, err);
    metric_book_free(&shard.book);
    arena_free(&shard.arena);
    return status;
}
