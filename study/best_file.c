#include "study/best.h"

#include <math.h>
#include <string.h>

#include "study/result_add.h"
#include "study/run_view.h"

enum { DIMENSIONS = 2, VARIABLES = 6, ATTRIBUTES = 13, TEXTS = 3 };

/* How a result says that it is a search for the best, and of what. */
static const char metric_attribute[] = "selected_metric";

static const char *const text_names[TEXTS] = {"scenario_title", "scenario_written", "scenario_resolved"};

static size_t most_replications(const struct best *best)
{
    size_t most = 0;
    for (size_t w = 0; w < best->worlds; w++)
        if (best->world[w].replications > most)
            most = best->world[w].replications;
    return most;
}

static int put_dimensions(const struct best *best, struct result *result, struct arena *arena,
                          struct err *err)
{
    const size_t most = most_replications(best);
    int64_t *numbers = arena_zeroed(arena, most, sizeof *numbers, err);
    const char **labels = arena_zeroed(arena, best->worlds, sizeof *labels, err);
    if (numbers == NULL || labels == NULL)
        return -1;
    for (size_t r = 0; r < most; r++)
        numbers[r] = (int64_t)r;
    for (size_t w = 0; w < best->worlds; w++)
        labels[w] = best->world[w].label;
    result_add_dimension(result, (struct result_dimension){.name = "scenario",
                                                           .long_name = "scenario",
                                                           .size = best->worlds,
                                                           .type = RESULT_TEXT,
                                                           .values = labels});
    result_add_dimension(result, (struct result_dimension){.name = "replication",
                                                           .long_name = "replication",
                                                           .units = "1",
                                                           .size = most,
                                                           .type = RESULT_INT64,
                                                           .values = numbers});
    return 0;
}

static int put_texts(const struct best *best, struct result *result, struct arena *arena, struct err *err)
{
    static const char *const help[TEXTS] = {"title of the scenario", "the scenario as written",
                                            "the scenario with all values in force"};
    for (size_t k = 0; k < TEXTS; k++) {
        const char **texts = arena_zeroed(arena, best->worlds, sizeof *texts, err);
        if (texts == NULL)
            return -1;
        for (size_t w = 0; w < best->worlds; w++) {
            const struct best_world *world = &best->world[w];
            texts[w] = k == 0 ? world->title : k == 1 ? world->written : world->resolved;
        }
        result_add_variable(result, (struct result_variable){.name = text_names[k],
                                                             .long_name = help[k],
                                                             .type = RESULT_TEXT,
                                                             .rank = 1,
                                                             .dims = {0},
                                                             .values = texts});
    }
    return 0;
}

static int put_numbers(const struct best *best, struct result *result, struct arena *arena, struct err *err)
{
    const size_t most = most_replications(best);
    size_t cells = 0;
    if (__builtin_mul_overflow(most, best->worlds, &cells))
        return err_fail(err, "out of memory: too many worlds and replications");
    int64_t *runs = arena_zeroed(arena, best->worlds, sizeof *runs, err);
    int64_t *left = arena_zeroed(arena, best->worlds, sizeof *left, err);
    double *values = arena_zeroed(arena, cells, sizeof *values, err);
    if (runs == NULL || left == NULL || values == NULL)
        return -1;
    for (size_t w = 0; w < best->worlds; w++) {
        const struct best_world *world = &best->world[w];
        runs[w] = (int64_t)world->replications;
        left[w] = (int64_t)world->left;
        for (size_t r = 0; r < most; r++)
            values[w * most + r] = r < world->replications ? world->values[r] : NAN;
    }
    result_add_variable(result, (struct result_variable){.name = "replications_run",
                                                         .long_name = "replications that were run",
                                                         .units = "1",
                                                         .type = RESULT_INT64,
                                                         .rank = 1,
                                                         .dims = {0},
                                                         .values = runs});
    result_add_variable(result, (struct result_variable){
                                    .name = "excluded_after",
                                    .long_name = "replications after which it was excluded; 0: it was not",
                                    .units = "1",
                                    .type = RESULT_INT64,
                                    .rank = 1,
                                    .dims = {0},
                                    .values = left});
    result_add_variable(result,
                        (struct result_variable){.name = "selected_metric_value",
                                                 .long_name = "the metric in whose mean the best is sought",
                                                 .units = best->unit,
                                                 .type = RESULT_DOUBLE,
                                                 .rank = 2,
                                                 .dims = {0, 1},
                                                 .values = values});
    return 0;
}

static void put_text(struct result *result, const char *name, const char *text)
{
    result_add_attribute(result, (struct result_attribute){.name = name, .type = RESULT_TEXT, .text = text});
}

static void put_number(struct result *result, const char *name, enum result_type type, double number)
{
    result_add_attribute(result, (struct result_attribute){.name = name, .type = type, .number = number});
}

static void put_attributes(const struct best *best, struct result *result)
{
    put_text(result, "Conventions", "CF-1.8");
    put_text(result, "title", "The best of several scenarios with the same patients");
    put_text(result, "seed", best->seed);
    put_text(result, "version", COUNTERPART_VERSION);
    put_text(result, metric_attribute, best->metric);
    put_text(result, "selected_metric_unit", best->unit);
    put_text(result, "selected", best->world[best->winner].label);
    put_text(result, "procedure", best->indifference > 0 ? "KN" : "OCBA");
    put_number(result, "largest", RESULT_INT64, best->largest);
    put_number(result, "decided", RESULT_INT64, best->decided);
    if (best->indifference > 0) {
        put_number(result, "indifference", RESULT_DOUBLE, best->indifference);
        put_number(result, "promise", RESULT_DOUBLE, best->promise);
    }
}

const struct result *best_result(const struct best *best, struct arena *arena, struct err *err)
{
    struct result *result = arena_zeroed(arena, 1, sizeof *result, err);
    if (result == NULL || result_add_room(result, DIMENSIONS, VARIABLES, ATTRIBUTES, arena, err) != 0 ||
        put_dimensions(best, result, arena, err) != 0 || put_texts(best, result, arena, err) != 0 ||
        put_numbers(best, result, arena, err) != 0)
        return NULL;
    put_attributes(best, result);
    return result;
}

bool best_is_in(const struct result *result)
{
    return result_text(result, metric_attribute) != NULL;
}

static int no_search(struct err *err, const char *what)
{
    return err_fail(err, "no '%s' as a search for the best has it", what);
}

static int64_t found_number(const struct result_variable *variable, size_t at, size_t most)
{
    const int64_t number = ((const int64_t *)variable->values)[at];
    return number < 0 || (uint64_t)number > most ? -1 : number;
}

static int find_worlds(struct best *best, const struct result *result, size_t most, struct err *err)
{
    static const char *const by_scenario[] = {"scenario", NULL};
    static const char *const by_both[] = {"scenario", "replication", NULL};
    const struct result_variable *texts[TEXTS];
    const struct result_variable *runs =
        run_view_variable(result, "replications_run", RESULT_INT64, by_scenario);
    const struct result_variable *left =
        run_view_variable(result, "excluded_after", RESULT_INT64, by_scenario);
    const struct result_variable *values =
        run_view_variable(result, "selected_metric_value", RESULT_DOUBLE, by_both);
    for (size_t k = 0; k < TEXTS; k++) {
        texts[k] = run_view_variable(result, text_names[k], RESULT_TEXT, by_scenario);
        if (texts[k] == NULL)
            return no_search(err, text_names[k]);
    }
    if (runs == NULL || left == NULL || values == NULL)
        return no_search(err, runs == NULL   ? "replications_run"
                              : left == NULL ? "excluded_after"
                                             : "selected_metric_value");
    for (size_t w = 0; w < best->worlds; w++) {
        const int64_t run = found_number(runs, w, most), after = found_number(left, w, most);
        if (run < 1 || after < 0)
            return no_search(err, run < 1 ? "replications_run" : "excluded_after");
        best->world[w].title = ((const char *const *)texts[0]->values)[w];
        best->world[w].written = ((const char *const *)texts[1]->values)[w];
        best->world[w].resolved = ((const char *const *)texts[2]->values)[w];
        best->world[w].replications = (size_t)run;
        best->world[w].left = (size_t)after;
        best->world[w].values = &((const double *)values->values)[w * most];
    }
    return 0;
}

int best_of(struct best *best, const struct result *result, struct arena *arena, struct err *err)
{
    const struct result_dimension *scenario = result_find_dimension(result, "scenario");
    const struct result_dimension *replication = result_find_dimension(result, "replication");
    const char *seed = result_text(result, "seed"), *unit = result_text(result, "selected_metric_unit");
    const char *winner = result_text(result, "selected");
    *best = (struct best){.metric = result_text(result, metric_attribute),
                          .unit = unit,
                          .seed = seed == NULL ? "" : seed,
                          .largest = run_view_number(result, "largest") > 0,
                          .decided = run_view_number(result, "decided") > 0,
                          .indifference = run_view_number(result, "indifference"),
                          .promise = run_view_number(result, "promise")};
    if (!isfinite(best->indifference) || !isfinite(best->promise))
        best->indifference = best->promise = 0; /* within a budget */
    if (scenario == NULL || scenario->type != RESULT_TEXT || scenario->values == NULL || scenario->size < 2 ||
        replication == NULL || replication->size == 0)
        return no_search(err, "scenario");
    if (best->metric == NULL || unit == NULL || winner == NULL)
        return no_search(err, "selected");
    best->worlds = best->winner = scenario->size;
    best->world = arena_zeroed(arena, best->worlds, sizeof *best->world, err);
    if (best->world == NULL || find_worlds(best, result, replication->size, err) != 0)
        return -1;
    for (size_t w = best->worlds; w-- > 0;) {
        best->world[w].label = ((const char *const *)scenario->values)[w];
        if (strcmp(best->world[w].label, winner) == 0)
            best->winner = w;
    }
    if (best->winner == best->worlds)
        return no_search(err, "selected");
    best_count(best);
    return 0;
}
