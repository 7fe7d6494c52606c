#include "study/experiment.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_read.h"
#include "study/metric_book.h"
#include "study/side_by_side.h"

/* ---- which metrics ---- */

/* The metrics that are kept: positions in the book of all. */
struct choice {
    struct metric_book book;
    size_t *kept;  /* owned */
    size_t *place; /* owned; by position in the book, the place among those kept, or SIZE_MAX */
    size_t count;
};

static void choice_free(struct choice *choice)
{
    metric_book_free(&choice->book);
    free(choice->kept);
    free(choice->place);
    *choice = (struct choice){.count = 0};
}

static void keep(struct choice *choice, size_t at)
{
    if (choice->place[at] != SIZE_MAX)
        return;
    choice->place[at] = choice->count;
    choice->kept[choice->count++] = at;
}

static int keep_named(struct choice *choice, const struct design_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->metrics.count; i++) {
        const char *const *name = SCENARIO_ITEM(spec->metrics, char *, i);
        const size_t at = metric_book_find(&choice->book, *name, i);
        if (at < choice->book.count) {
            keep(choice, at);
            continue;
        }
        const char *near = scenario_nearest(*name, choice->book.names, choice->book.count);
        return scenario_blame(&spec->host, name, err, "\"%.80s\" is no metric of these scenarios; %s%s%s",
                              *name,
                              near != NULL ? "did you mean \"" : "see `counterpart show --all` of a run",
                              near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    return 0;
}

static int choose(struct choice *choice, const struct design_spec *spec, enum detail detail, struct err *err)
{
    const size_t count = choice->book.count;
    choice->kept = mem_zeroed(count, sizeof *choice->kept, err);
    choice->place = mem_zeroed(count, sizeof *choice->place, err);
    bool *shown = mem_zeroed(count, sizeof *shown, err);
    int status = -1;
    if (choice->kept != NULL && choice->place != NULL && shown != NULL) {
        for (size_t i = 0; i < count; i++)
            choice->place[i] = SIZE_MAX;
        status = 0;
        if (spec->metrics.count > 0) {
            status = keep_named(choice, spec, err);
        } else {
            (void)detail_choose(detail, choice->book.names, count, shown);
            for (size_t i = 0; i < count; i++)
                if (shown[i])
                    keep(choice, i);
        }
    }
    free(shown);
    return status;
}

/* ---- running ---- */

struct job {
    struct experiment *experiment;
    const struct trials *trials;
    const struct experiment_options *options;
    struct choice choice;
    size_t tasks, unit;         /* a thread takes so many tasks at a time */
    atomic_uint_least64_t next; /* units are handed out in order, so that all before a failing one are run */
    atomic_bool failed;
    pthread_mutex_t mutex; /* guards what follows */
    size_t done;
    struct err *err; /* of failed_task */
    size_t failed_task;
};

static void keep_values(const struct job *job, const struct world *world, size_t scenario, size_t task)
{
    struct experiment *e = job->experiment;
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(world, &metrics);
    double *values = e->values + (scenario * job->tasks + task) * e->metrics;
    for (size_t i = 0; i < count; i++) {
        const size_t at = metric_book_find(&job->choice.book, metrics[i].name, i);
        if (at < job->choice.book.count && job->choice.place[at] != SIZE_MAX)
            values[job->choice.place[at]] = metrics[i].value;
    }
}

static int run_task(struct job *job, struct trial_bench *bench, size_t task, struct err *err)
{
    const size_t replications = job->trials->replications;
    uint64_t events = 0;
    for (size_t s = 0; s < job->trials->scenario_count; s++) {
        struct world *world =
            trial_run(job->trials, bench, task / replications, (uint32_t)(task % replications), s, err);
        if (world == NULL)
            return -1;
        keep_values(job, world, s, task);
        events += world_events(world);
        world_free(world);
    }
    pthread_mutex_lock(&job->mutex);
    job->experiment->events += events;
    job->done++;
    if (job->options->progress != NULL)
        job->options->progress(job->options->data, (double)job->done / (double)job->tasks);
    pthread_mutex_unlock(&job->mutex);
    return 0;
}

static void note_failure(struct job *job, size_t task, const struct err *reasons)
{
    atomic_store(&job->failed, true);
    pthread_mutex_lock(&job->mutex);
    if (task < job->failed_task) {
        job->failed_task = task;
        *job->err = *reasons;
    }
    pthread_mutex_unlock(&job->mutex);
}

static void *work(void *data)
{
    struct job *job = data;
    struct trial_bench bench = {.count = 0};
    while (!atomic_load(&job->failed)) {
        const size_t first = (size_t)atomic_fetch_add(&job->next, 1) * job->unit;
        struct err err = ERR_INIT;
        for (size_t task = first; task < first + job->unit && task < job->tasks; task++)
            if (run_task(job, &bench, task, &err) != 0) {
                note_failure(job, task, &err);
                break;
            }
        if (first >= job->tasks)
            break;
    }
    trial_bench_free(&bench);
    return NULL;
}

static int work_on_threads(struct job *job, struct err *err)
{
    if (side_by_side(job->options->threads, (job->tasks + job->unit - 1) / job->unit, work, job, err) != 0)
        return -1;
    return atomic_load(&job->failed) ? -1 : 0;
}

/* The first trial of each scenario tells which metrics there are; it is run again with the others. */
static int find_metrics(struct job *job, struct err *err)
{
    struct trial_bench bench = {.count = 0};
    int status = 0;
    for (size_t s = 0; s < job->trials->scenario_count && status == 0; s++) {
        struct world *world = trial_run(job->trials, &bench, 0, 0, s, err);
        status = world == NULL ? -1 : metric_book_add_world(&job->choice.book, world, err);
        world_free(world);
    }
    trial_bench_free(&bench);
    if (status != 0)
        return -1;
    job->experiment->wrong = choose(&job->choice, job->trials->design->spec, job->options->detail, err) != 0;
    return job->experiment->wrong ? -1 : 0;
}

/* ---- what is kept ---- */

static int copy_scenarios(struct experiment *e, const struct trials *trials, struct err *err)
{
    const char **texts = arena_zeroed(&e->arena, 3 * e->scenarios, sizeof *texts, err);
    if (texts == NULL)
        return -1;
    for (size_t s = 0; s < e->scenarios; s++) {
        const struct scenario *scenario = &trials->scenarios[s];
        const char *title = scenario->run.title == NULL ? "" : scenario->run.title;
        texts[s] = arena_text(&e->arena, title, err);
        texts[e->scenarios + s] = arena_text(&e->arena, scenario->written, err);
        texts[2 * e->scenarios + s] = arena_text(&e->arena, scenario->resolved, err);
    }
    e->seed = arena_text(&e->arena, trials->scenarios[0].run.seed, err);
    for (size_t i = 0; i < 3 * e->scenarios; i++)
        if (texts[i] == NULL)
            return -1;
    e->titles = texts;
    e->written = texts + e->scenarios;
    e->resolved = texts + 2 * e->scenarios;
    return e->seed == NULL ? -1 : 0;
}

static int make_room(struct job *job, struct err *err)
{
    struct experiment *e = job->experiment;
    const struct choice *choice = &job->choice;
    const char **names = arena_zeroed(&e->arena, choice->count, sizeof *names, err);
    const char **units = arena_zeroed(&e->arena, choice->count, sizeof *units, err);
    size_t count = 0;
    if (names == NULL || units == NULL)
        return -1;
    e->metrics = choice->count;
    e->metric_names = names;
    e->metric_units = units;
    for (size_t i = 0; i < choice->count; i++) {
        names[i] = arena_text(&e->arena, choice->book.names[choice->kept[i]], err);
        units[i] = arena_text(&e->arena, choice->book.units[choice->kept[i]], err);
        if (names[i] == NULL || units[i] == NULL)
            return -1;
    }
    if (__builtin_mul_overflow(e->scenarios * e->metrics, job->tasks, &count) || count > RESULT_ELEMENTS)
        return err_fail(err, "the study has more than %zu values; look at fewer metrics, or sweep",
                        RESULT_ELEMENTS);
    e->values = arena_zeroed(&e->arena, count, sizeof *e->values, err);
    if (e->values == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        e->values[i] = NAN;
    return 0;
}

int experiment_run(struct experiment *experiment, const struct trials *trials,
                   const struct experiment_options *options, struct err *err)
{
    *experiment = (struct experiment){.design = trials->design,
                                      .scenarios = trials->scenario_count,
                                      .points = trials->design->points,
                                      .replications = trials->replications};
    struct job job = {.experiment = experiment, .trials = trials, .options = options, .err = err};
    const size_t threads = options->threads > 0 ? options->threads : 1;
    job.tasks = experiment->points * experiment->replications; /* 10^6 each, at most */
    job.failed_task = job.tasks;
    job.unit = experiment->points >= 2 * threads ? experiment->replications : 1;
    int status = find_metrics(&job, err) != 0 || copy_scenarios(experiment, trials, err) != 0 ||
                         make_room(&job, err) != 0
                     ? -1
                     : 0;
    if (status == 0 && pthread_mutex_init(&job.mutex, NULL) != 0)
        status = err_fail(err, "out of memory: a lock could not be made");
    if (status == 0) {
        status = work_on_threads(&job, err);
        pthread_mutex_destroy(&job.mutex);
    }
    choice_free(&job.choice);
    return status;
}

int experiment_plan(struct experiment *experiment, const struct trials *trials, struct err *err)
{
    *experiment = (struct experiment){.design = trials->design,
                                      .scenarios = trials->scenario_count,
                                      .points = trials->design->points,
                                      .replications = trials->replications};
    return copy_scenarios(experiment, trials, err);
}

void experiment_free(struct experiment *experiment)
{
    arena_free(&experiment->arena);
    *experiment = (struct experiment){.points = 0};
}

/* ---- as a file ---- */

enum { AT_SCENARIO, AT_POINT, AT_REPLICATION, AT_FACTOR, AT_METRIC, DIMENSIONS };
enum { MOST_VARIABLES = 12, MOST_ATTRIBUTES = 12 };

static int64_t *numbers(struct experiment *e, size_t count, struct err *err)
{
    int64_t *list = arena_zeroed(&e->arena, count, sizeof *list, err);
    for (size_t i = 0; list != NULL && i < count; i++)
        list[i] = (int64_t)i;
    return list;
}

/* Texts by scenario or by factor. */
static const char **texts_of(struct experiment *e, size_t count, struct err *err)
{
    return arena_zeroed(&e->arena, count, sizeof(const char *), err);
}

static struct result_dimension by_number(const char *name, size_t size, const int64_t *values)
{
    return (struct result_dimension){
        .name = name, .long_name = name, .units = "1", .size = size, .type = RESULT_INT64, .values = values};
}

static struct result_dimension by_text(const char *name, const char *long_name, size_t size,
                                       const char *const *values)
{
    return (struct result_dimension){
        .name = name, .long_name = long_name, .size = size, .type = RESULT_TEXT, .values = values};
}

static int put_dimensions(struct experiment *e, struct result *result, struct err *err)
{
    const size_t factors = e->design->factors;
    const char **scenarios = texts_of(e, e->scenarios, err), **factor_ids = texts_of(e, factors, err);
    const int64_t *points = numbers(e, e->points, err), *replications = numbers(e, e->replications, err);
    if (scenarios == NULL || factor_ids == NULL || points == NULL || replications == NULL)
        return -1;
    for (size_t s = 0; s < e->scenarios; s++)
        scenarios[s] = design_scenario_of(e->design, s)->id;
    for (size_t f = 0; f < factors; f++)
        factor_ids[f] = design_factor_of(e->design, f)->id;
    struct result_dimension *d = result->dimensions;
    d[AT_SCENARIO] = by_text("scenario", "scenario, the base first", e->scenarios, scenarios);
    d[AT_POINT] = by_number("point", e->points, points);
    d[AT_REPLICATION] = by_number("replication", e->replications, replications);
    d[AT_FACTOR] = by_text("factor", "what is varied", factors, factor_ids);
    d[AT_METRIC] = by_text("metric", "metric", e->metrics, e->metric_names);
    result->dimension_count = e->metrics > 0 ? DIMENSIONS : AT_METRIC;
    return 0;
}

static void put_texts(struct result *result, const char *name, const char *long_name, size_t dim,
                      const char *const *values)
{
    result->variables[result->variable_count++] = (struct result_variable){.name = name,
                                                                           .long_name = long_name,
                                                                           .type = RESULT_TEXT,
                                                                           .rank = 1,
                                                                           .dims = {dim},
                                                                           .values = values};
}

static int put_factors(struct experiment *e, struct result *result, struct err *err)
{
    const size_t factors = e->design->factors;
    const char **paths = texts_of(e, factors, err), **forms = texts_of(e, factors, err),
               **names = texts_of(e, factors, err);
    if (paths == NULL || forms == NULL || names == NULL)
        return -1;
    for (size_t f = 0; f < factors; f++) {
        const struct design_factor *factor = design_factor_of(e->design, f);
        paths[f] = factor->path;
        forms[f] = factor->as;
        names[f] = factor->name == NULL ? "" : factor->name;
    }
    put_texts(result, "factor_path", "key that is varied", AT_FACTOR, paths);
    put_texts(result, "factor_form", "the value as written, {} for the number", AT_FACTOR, forms);
    put_texts(result, "factor_name", "the factor in words", AT_FACTOR, names);
    result->variables[result->variable_count++] = (struct result_variable){
        .name = "factor_value",
        .long_name = "value of the factor, or which of its texts; missing: the scenario's own",
        .units = "1",
        .type = RESULT_DOUBLE,
        .rank = 2,
        .dims = {AT_POINT, AT_FACTOR},
        .values = e->design->values};
    return 0;
}

static int put_attributes(struct experiment *e, struct result *result, struct err *err)
{
    const struct design_spec *spec = e->design->spec;
    char kind[32];
    key_choice_name(design_kind_names, spec->kind, kind, sizeof kind);
    const char *kept = arena_text(&e->arena, kind, err);
    const struct result_attribute attributes[] = {
        {.name = "Conventions", .type = RESULT_TEXT, .text = "CF-1.8"},
        {.name = "title", .type = RESULT_TEXT, .text = spec->title == NULL ? "" : spec->title},
        {.name = "design_written", .type = RESULT_TEXT, .text = spec->host.written},
        {.name = "design_kind", .type = RESULT_TEXT, .text = kept},
        {.name = "design_seed", .type = RESULT_TEXT, .text = spec->seed},
        {.name = "replications", .type = RESULT_INT64, .number = (double)e->replications},
        {.name = "seed", .type = RESULT_TEXT, .text = e->seed},
        {.name = "version", .type = RESULT_TEXT, .text = COUNTERPART_VERSION},
    };
    memcpy(result->attributes, attributes, sizeof attributes);
    result->attribute_count = sizeof attributes / sizeof attributes[0];
    return kept == NULL ? -1 : 0;
}

const struct result *experiment_result(struct experiment *e, struct err *err)
{
    struct result *result = arena_zeroed(&e->arena, 1, sizeof *result, err);
    if (result == NULL)
        return NULL;
    result->dimensions = arena_zeroed(&e->arena, DIMENSIONS, sizeof *result->dimensions, err);
    result->variables = arena_zeroed(&e->arena, MOST_VARIABLES, sizeof *result->variables, err);
    result->attributes = arena_zeroed(&e->arena, MOST_ATTRIBUTES, sizeof *result->attributes, err);
    if (result->dimensions == NULL || result->variables == NULL || result->attributes == NULL ||
        put_dimensions(e, result, err) != 0)
        return NULL;
    put_texts(result, "scenario_title", "title of the scenario", AT_SCENARIO, e->titles);
    put_texts(result, "scenario_written", "the scenario as written", AT_SCENARIO, e->written);
    put_texts(result, "scenario_resolved", "the scenario with all values in force", AT_SCENARIO, e->resolved);
    if (put_factors(e, result, err) != 0)
        return NULL;
    if (e->metrics > 0) {
        put_texts(result, "metric_unit", "unit of the metric", AT_METRIC, e->metric_units);
        result->variables[result->variable_count++] =
            (struct result_variable){.name = "metric_value",
                                     .long_name = "metric of the whole replication after the warm-up",
                                     .type = RESULT_DOUBLE,
                                     .rank = 4,
                                     .dims = {AT_SCENARIO, AT_POINT, AT_REPLICATION, AT_METRIC},
                                     .values = e->values};
    }
    return put_attributes(e, result, err) == 0 ? result : NULL;
}
