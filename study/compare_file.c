#include "study/compare.h"

#include <math.h>
#include <string.h>

#include "study/contrast.h"

enum { AT_SCENARIO, AT_REPLICATION, AT_METRIC, FILE_DIMENSIONS };
enum { FILE_VARIABLES = 5 + CONTRAST_NUMBERS };

static struct result_variable by_one(const char *name, const char *long_name, size_t dim, const void *values)
{
    return (struct result_variable){.name = name,
                                    .long_name = long_name,
                                    .type = RESULT_TEXT,
                                    .rank = 1,
                                    .dims = {dim},
                                    .values = values};
}

static void put_dimensions(const struct comparison *c, struct result *result, const int64_t *numbers)
{
    result->dimensions[AT_SCENARIO] = (struct result_dimension){.name = "scenario",
                                                                .long_name = "scenario, the base first",
                                                                .size = c->worlds,
                                                                .type = RESULT_TEXT,
                                                                .values = c->labels};
    result->dimensions[AT_REPLICATION] = (struct result_dimension){.name = "replication",
                                                                   .long_name = "replication",
                                                                   .units = "1",
                                                                   .size = c->replications,
                                                                   .type = RESULT_INT64,
                                                                   .values = numbers};
    result->dimension_count = AT_METRIC;
    if (c->metrics == 0)
        return;
    result->dimensions[AT_METRIC] = (struct result_dimension){.name = "metric",
                                                              .long_name = "metric",
                                                              .size = c->metrics,
                                                              .type = RESULT_TEXT,
                                                              .values = c->metric_names};
    result->dimension_count = FILE_DIMENSIONS;
}

/* What each alternative changes, by scenario and metric; undefined (NaN) for the base. */
static int put_contrasts(struct comparison *c, struct result *result, struct err *err)
{
    const size_t cells = c->worlds * c->metrics; /* there are more values: it cannot overflow */
    double *values[CONTRAST_NUMBERS];
    struct contrast_room room;
    for (size_t k = 0; k < CONTRAST_NUMBERS; k++) {
        values[k] = arena_zeroed(&c->arena, cells, sizeof *values[k], err);
        if (values[k] == NULL)
            return -1;
        for (size_t i = 0; i < cells; i++)
            values[k][i] = NAN;
        result->variables[result->variable_count++] =
            (struct result_variable){.name = contrast_numbers[k].name,
                                     .long_name = contrast_numbers[k].long_name,
                                     .type = RESULT_DOUBLE,
                                     .rank = 2,
                                     .dims = {AT_SCENARIO, AT_METRIC},
                                     .values = values[k]};
    }
    const int answer = contrast_room_init(&room, c, err);
    for (size_t w = 1; answer == 0 && w < c->worlds; w++)
        for (size_t i = 0; i < c->metrics; i++) {
            const struct contrast contrast = contrast_of(c, w, i, &room);
            double numbers[CONTRAST_NUMBERS];
            contrast_list(numbers, &contrast);
            for (size_t k = 0; k < CONTRAST_NUMBERS; k++)
                values[k][w * c->metrics + i] = numbers[k];
        }
    contrast_room_free(&room);
    return answer;
}

static void put_variables(const struct comparison *c, struct result *result)
{
    struct result_variable *v = result->variables;
    size_t n = 0;
    v[n++] = by_one("scenario_title", "title of the scenario", AT_SCENARIO, c->titles);
    v[n++] = by_one("scenario_written", "the scenario as written", AT_SCENARIO, c->written);
    v[n++] = by_one("scenario_resolved", "the scenario with all values in force", AT_SCENARIO, c->resolved);
    if (c->metrics > 0) {
        v[n++] = by_one("metric_unit", "unit of the metric", AT_METRIC, c->metric_units);
        v[n++] = (struct result_variable){.name = "metric_value",
                                          .long_name = "metric of the whole replication after the warm-up",
                                          .type = RESULT_DOUBLE,
                                          .rank = 3,
                                          .dims = {AT_SCENARIO, AT_REPLICATION, AT_METRIC},
                                          .values = c->values};
    }
    result->variable_count = n;
}

static void put_attributes(const struct comparison *c, struct result *result)
{
    const struct result_attribute attributes[] = {
        {.name = "Conventions", .type = RESULT_TEXT, .text = "CF-1.8"},
        {.name = "title", .type = RESULT_TEXT, .text = "Comparison of scenarios with the same patients"},
        {.name = "replications", .type = RESULT_INT64, .number = (double)c->replications},
        {.name = "seed", .type = RESULT_TEXT, .text = c->seed},
        {.name = "version", .type = RESULT_TEXT, .text = COUNTERPART_VERSION},
    };
    memcpy(result->attributes, attributes, sizeof attributes);
    result->attribute_count = sizeof attributes / sizeof attributes[0];
}

const struct result *compare_result(struct comparison *comparison, struct err *err)
{
    struct arena *arena = &comparison->arena;
    struct result *result = arena_zeroed(arena, 1, sizeof *result, err);
    int64_t *numbers = arena_zeroed(arena, comparison->replications, sizeof *numbers, err);
    if (result == NULL || numbers == NULL)
        return NULL;
    result->dimensions = arena_zeroed(arena, FILE_DIMENSIONS, sizeof *result->dimensions, err);
    result->variables = arena_zeroed(arena, FILE_VARIABLES, sizeof *result->variables, err);
    result->attributes = arena_zeroed(arena, 5, sizeof *result->attributes, err);
    if (result->dimensions == NULL || result->variables == NULL || result->attributes == NULL)
        return NULL;
    for (size_t r = 0; r < comparison->replications; r++)
        numbers[r] = (int64_t)r;
    put_dimensions(comparison, result, numbers);
    put_variables(comparison, result);
    if (comparison->metrics > 0 && put_contrasts(comparison, result, err) != 0)
        return NULL;
    put_attributes(comparison, result);
    return result;
}

static const void *values_of(const struct result *result, const char *name, enum result_type type,
                             const char *const *dims, struct err *err)
{
    const struct result_variable *variable = run_view_variable(result, name, type, dims);
    if (variable != NULL)
        return variable->values;
    err_fail(err, "no variable '%s' of the shape that a comparison writes; this is not a comparison", name);
    return NULL;
}

int compare_of(struct comparison *comparison, const struct result *result, struct err *err)
{
    static const char *const by_scenario[] = {"scenario", NULL};
    static const char *const by_metric[] = {"metric", NULL};
    static const char *const by_all[] = {"scenario", "replication", "metric", NULL};
    *comparison = (struct comparison){.worlds = 0};
    const struct result_dimension *scenario = result_find_dimension(result, "scenario");
    const struct result_dimension *replication = result_find_dimension(result, "replication");
    const struct result_dimension *metric = result_find_dimension(result, "metric");
    const char *seed = result_text(result, "seed");
    if (scenario == NULL || scenario->type != RESULT_TEXT || scenario->values == NULL || scenario->size < 2 ||
        replication == NULL || replication->size == 0)
        return err_fail(err, "no scenarios and replications as a comparison has them");
    comparison->worlds = scenario->size;
    comparison->labels = scenario->values;
    comparison->replications = replication->size;
    comparison->seed = seed == NULL ? "" : seed;
    comparison->titles = values_of(result, "scenario_title", RESULT_TEXT, by_scenario, err);
    comparison->written = values_of(result, "scenario_written", RESULT_TEXT, by_scenario, err);
    comparison->resolved = values_of(result, "scenario_resolved", RESULT_TEXT, by_scenario, err);
    if (comparison->titles == NULL || comparison->written == NULL || comparison->resolved == NULL)
        return -1;
    if (metric == NULL)
        return 0;
    if (metric->type != RESULT_TEXT || metric->values == NULL)
        return err_fail(err, "the names of the metrics are not texts; this is not a comparison");
    comparison->metrics = metric->size;
    comparison->metric_names = metric->values;
    comparison->metric_units = values_of(result, "metric_unit", RESULT_TEXT, by_metric, err);
    comparison->values = values_of(result, "metric_value", RESULT_DOUBLE, by_all, err);
    return comparison->metric_units == NULL || comparison->values == NULL ? -1 : 0;
}
