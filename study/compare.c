#include "study/compare.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/json_out.h"
#include "study/stats.h"
#include "study/text.h"
#include "study/text_table.h"

void compare_free(struct comparison *comparison)
{
    arena_free(&comparison->arena);
    *comparison = (struct comparison){.worlds = 0};
}

/* ---- gathering ---- */

int compare_check(const struct run_view *views, const char *const *names, size_t count, struct err *err)
{
    if (count < 2)
        return err_fail(err, "a comparison needs a base and at least one alternative");
    for (size_t w = 1; w < count; w++) {
        if (strcmp(views[w].seed, views[0].seed) != 0)
            return err_fail(
                err,
                "%s has seed %s and %s has seed %s: worlds can be paired only when their patients "
                "have the same luck; run them with the same seed (--seed)",
                names[0], views[0].seed, names[w], views[w].seed);
        if (views[w].replications != views[0].replications)
            return err_fail(err,
                            "%s has %zu replications and %s has %zu: worlds are paired replication by "
                            "replication; run them with the same number (-r)",
                            names[0], views[0].replications, names[w], views[w].replications);
    }
    return 0;
}

/* The file's name without folders and suffix; numbered when another world has that label already. */
static char *make_label(struct comparison *c, const char *const *labels, size_t world, const char *name,
                        struct err *err)
{
    const char *base = text_base_name(name);
    const char *dot = strrchr(base, '.');
    const size_t stem = dot == NULL || dot == base ? strlen(base) : (size_t)(dot - base);
    const size_t bytes = stem + 24;
    char *label = arena_zeroed(&c->arena, bytes, 1, err);
    if (label == NULL)
        return NULL;
    memcpy(label, base, stem);
    for (size_t number = 2, w = 0; w < world; w++)
        if (strcmp(labels[w], label) == 0) {
            snprintf(label + stem, bytes - stem, "-%zu", number++);
            w = (size_t)-1; /* the new label is compared with all again */
        }
    return label;
}

static int copy_worlds(struct comparison *c, const struct run_view *views, const char *const *names,
                       struct err *err)
{
    const char **labels = arena_zeroed(&c->arena, c->worlds, sizeof *labels, err);
    const char **titles = arena_zeroed(&c->arena, c->worlds, sizeof *titles, err);
    const char **written = arena_zeroed(&c->arena, c->worlds, sizeof *written, err);
    const char **resolved = arena_zeroed(&c->arena, c->worlds, sizeof *resolved, err);
    c->seed = arena_text(&c->arena, views[0].seed, err);
    if (labels == NULL || titles == NULL || written == NULL || resolved == NULL || c->seed == NULL)
        return -1;
    for (size_t w = 0; w < c->worlds; w++) {
        labels[w] = make_label(c, labels, w, names[w], err);
        titles[w] = arena_text(&c->arena, views[w].title, err);
        written[w] = arena_text(&c->arena, views[w].scenario_written, err);
        resolved[w] = arena_text(&c->arena, views[w].scenario_resolved, err);
        if (labels[w] == NULL || titles[w] == NULL || written[w] == NULL || resolved[w] == NULL)
            return -1;
    }
    c->labels = labels;
    c->titles = titles;
    c->written = written;
    c->resolved = resolved;
    return 0;
}

/* Position of a name; worlds mostly have the same metrics in the same order, so `guess` is tried first. */
static size_t position_of(const char *const *names, size_t count, const char *name, size_t guess)
{
    if (guess < count && strcmp(names[guess], name) == 0)
        return guess;
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return count;
}

static int unite_metrics(struct comparison *c, const struct run_view *views, const char *const *names,
                         struct err *err)
{
    size_t most = 0;
    for (size_t w = 0; w < c->worlds; w++)
        if (__builtin_add_overflow(most, views[w].metrics, &most))
            return err_fail(err, "out of memory: too many metrics");
    const char **metric_names = arena_zeroed(&c->arena, most, sizeof *metric_names, err);
    const char **metric_units = arena_zeroed(&c->arena, most, sizeof *metric_units, err);
    if (metric_names == NULL || metric_units == NULL)
        return -1;
    for (size_t w = 0; w < c->worlds; w++)
        for (size_t i = 0; i < views[w].metrics; i++) {
            const char *name = views[w].metric_names[i], *unit = views[w].metric_units[i];
            const size_t at = position_of(metric_names, c->metrics, name, i);
            if (at < c->metrics) {
                if (strcmp(metric_units[at], unit) != 0)
                    return err_fail(err, "metric '%s' is in '%s' in %s and in '%s' in the worlds before it",
                                    name, unit, names[w], metric_units[at]);
                continue;
            }
            metric_names[at] = arena_text(&c->arena, name, err);
            metric_units[at] = arena_text(&c->arena, unit, err);
            if (metric_names[at] == NULL || metric_units[at] == NULL)
                return -1;
            c->metrics++;
        }
    c->metric_names = metric_names;
    c->metric_units = metric_units;
    return 0;
}

static int copy_values(struct comparison *c, const struct run_view *views, struct err *err)
{
    size_t block = 0, count = 0;
    if (__builtin_mul_overflow(c->replications, c->metrics, &block) ||
        __builtin_mul_overflow(block, c->worlds, &count))
        return err_fail(err, "out of memory: the comparison has too many values");
    double *values = arena_zeroed(&c->arena, count, sizeof *values, err);
    if (values == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        values[i] = NAN;
    for (size_t w = 0; w < c->worlds; w++)
        for (size_t i = 0; i < views[w].metrics; i++) {
            const size_t at = position_of(c->metric_names, c->metrics, views[w].metric_names[i], i);
            for (size_t r = 0; r < c->replications; r++)
                values[w * block + r * c->metrics + at] = views[w].metric_values[r * views[w].metrics + i];
        }
    c->values = values;
    return 0;
}

int compare_runs(struct comparison *comparison, const struct run_view *views, const char *const *names,
                 size_t count, struct err *err)
{
    *comparison = (struct comparison){.worlds = count};
    if (compare_check(views, names, count, err) != 0)
        return -1;
    comparison->replications = views[0].replications;
    if (copy_worlds(comparison, views, names, err) != 0 ||
        unite_metrics(comparison, views, names, err) != 0 || copy_values(comparison, views, err) != 0)
        return -1;
    return 0;
}

/* ---- numbers of one metric ---- */

/* Room for the values of one metric in the base and in an alternative. */
struct pair {
    double *base, *other;
};

struct contrast {
    struct stats base, other, difference;
    double relative; /* NaN when the base is 0 or undefined */
};

static struct pair pair_new(const struct comparison *c, struct err *err)
{
    struct pair pair = {mem_zeroed(c->replications, sizeof(double), err), NULL};
    if (pair.base != NULL)
        pair.other = mem_zeroed(c->replications, sizeof(double), err);
    return pair;
}

static void pair_free(struct pair *pair)
{
    free(pair->base);
    free(pair->other);
    *pair = (struct pair){NULL, NULL};
}

static void fill(const struct comparison *c, size_t world, size_t metric, double *column)
{
    for (size_t r = 0; r < c->replications; r++)
        column[r] = c->values[(world * c->replications + r) * c->metrics + metric];
}

static struct contrast contrast_of(const struct comparison *c, size_t world, size_t metric,
                                   const struct pair *pair)
{
    fill(c, 0, metric, pair->base);
    fill(c, world, metric, pair->other);
    struct contrast contrast = {.base = stats_of(pair->base, c->replications),
                                .other = stats_of(pair->other, c->replications),
                                .difference = stats_paired(pair->base, pair->other, c->replications)};
    const double base = contrast.base.mean;
    contrast.relative = base == 0 || !isfinite(base) ? NAN : contrast.difference.mean / fabs(base);
    return contrast;
}

/* ---- for people ---- */

static void add_number(struct text_table *table, double value, double half95)
{
    char cell[TEXT_NUMBER];
    text_number(cell, value, half95);
    text_table_add(table, cell);
}

static void add_percent(struct text_table *table, double share)
{
    char cell[TEXT_NUMBER];
    if (!isfinite(share))
        snprintf(cell, sizeof cell, "-");
    else if (fabs(share) >= 10)
        snprintf(cell, sizeof cell, "x%.3g", 1 + share);
    else
        snprintf(cell, sizeof cell, "%+.1f%%", share == 0 ? 0.0 : 100 * share);
    text_table_add(table, cell);
}

static void add_contrast(struct text_table *table, const struct comparison *c, size_t metric,
                         struct contrast t)
{
    char low[TEXT_NUMBER], high[TEXT_NUMBER], interval[2 * TEXT_NUMBER + 8] = "-";
    const struct stats d = t.difference;
    text_number(low, d.mean - d.half, d.half);
    text_number(high, d.mean + d.half, d.half);
    if (isfinite(d.mean) && isfinite(d.half))
        snprintf(interval, sizeof interval, "%s to %s", low, high);
    text_table_add(table, c->metric_names[metric]);
    text_table_add(table, strcmp(c->metric_units[metric], "1") == 0 ? "" : c->metric_units[metric]);
    add_number(table, t.base.mean, t.base.half);
    add_number(table, t.other.mean, t.other.half);
    add_number(table, d.mean, d.half);
    text_table_add(table, interval);
    add_percent(table, t.relative);
}

static void add_alternative(struct text *text, const struct comparison *c, size_t world, const bool *shown,
                            const struct pair *pair, struct err *err)
{
    struct text_table table;
    text_table_init(&table, "llrrrrr", err);
    const char *const head[] = {"metric",     "unit",         c->labels[0], c->labels[world],
                                "difference", "95% interval", "change"};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t i = 0; i < c->metrics; i++)
        if (shown[i])
            add_contrast(&table, c, i, contrast_of(c, world, i, pair));
    text_add(text, "\n");
    text_table_print(&table, 0, text);
    text_table_free(&table);
}

char *compare_text(const struct comparison *comparison, enum detail detail, struct err *err)
{
    struct pair pair = pair_new(comparison, err);
    bool *shown = mem_zeroed(comparison->metrics, sizeof *shown, err);
    char *answer = NULL;
    if (pair.other != NULL && shown != NULL) {
        const size_t left_out = detail_choose(detail, comparison->metric_names, comparison->metrics, shown);
        struct text text;
        text_init(&text, err);
        for (size_t w = 0; w < comparison->worlds; w++) {
            text_add(&text, "%s", w == 0 ? "Base         " : "Alternative  ");
            text_add_safe(&text, comparison->labels[w]);
            text_add(&text, ": ");
            text_add_safe(&text, comparison->titles[w]);
            text_add(&text, "\n");
        }
        text_add(&text, "%zu replication%s, paired, seed ", comparison->replications,
                 comparison->replications == 1 ? "" : "s");
        text_add_safe(&text, comparison->seed);
        text_add(&text, "; means, and the mean difference with its 95%% interval\n");
        for (size_t w = 1; w < comparison->worlds; w++)
            add_alternative(&text, comparison, w, shown, &pair, err);
        if (left_out > 0)
            text_add(&text, "and %zu by part (condition, facility, station ...): --all shows them\n",
                     left_out);
        answer = text_take(&text, err);
    }
    pair_free(&pair);
    free(shown);
    return answer;
}

/* ---- for programs ---- */

static void csv_row(struct text *text, const struct comparison *c, size_t world, size_t metric,
                    struct contrast t)
{
    const struct stats d = t.difference;
    const double numbers[] = {t.base.mean,     t.other.mean,    d.mean,    d.sd,
                              d.mean - d.half, d.mean + d.half, t.relative};
    text_add_csv(text, c->metric_names[metric]);
    text_add(text, ",");
    text_add_csv(text, c->metric_units[metric]);
    text_add(text, ",");
    text_add_csv(text, c->labels[0]);
    text_add(text, ",");
    text_add_csv(text, c->labels[world]);
    text_add(text, ",%zu", d.n);
    for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
        text_add(text, ",");
        text_add_csv_number(text, numbers[k]);
    }
    text_add(text, "\n");
}

char *compare_csv(const struct comparison *comparison, struct err *err)
{
    struct pair pair = pair_new(comparison, err);
    char *answer = NULL;
    if (pair.other != NULL) {
        struct text text;
        text_init(&text, err);
        text_add(&text, "metric,unit,base,alternative,n,base_mean,alternative_mean,difference,difference_sd,"
                        "ci95_low,ci95_high,relative\n");
        for (size_t w = 1; w < comparison->worlds; w++)
            for (size_t i = 0; i < comparison->metrics; i++)
                csv_row(&text, comparison, w, i, contrast_of(comparison, w, i, &pair));
        answer = text_take(&text, err);
    }
    pair_free(&pair);
    return answer;
}

static int json_summary(json_t *object, struct stats s)
{
    int broken = json_out_set(object, "mean", json_out_number(s.mean));
    broken |= json_out_set(object, "sd", json_out_number(s.sd));
    broken |= json_out_set(object, "ci95", json_out_pair(s.mean - s.half, s.mean + s.half));
    return broken;
}

static json_t *json_alternative(const struct comparison *c, size_t world, struct contrast t)
{
    json_t *object = json_object();
    json_t *difference = json_object();
    int broken = json_summary(difference, t.difference);
    broken |= json_out_set(difference, "relative", json_out_number(t.relative));
    broken |= json_out_set(object, "scenario", json_out_text(c->labels[world]));
    broken |= json_summary(object, t.other);
    broken |= json_out_set(object, "difference", difference);
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *json_metric(const struct comparison *c, size_t metric, const struct pair *pair)
{
    json_t *object = json_object();
    json_t *base = json_object();
    json_t *alternatives = json_array();
    fill(c, 0, metric, pair->base);
    int broken = json_summary(base, stats_of(pair->base, c->replications));
    for (size_t w = 1; w < c->worlds; w++)
        broken |=
            json_array_append_new(alternatives, json_alternative(c, w, contrast_of(c, w, metric, pair)));
    broken |= json_out_set(object, "unit", json_out_text(c->metric_units[metric]));
    broken |= json_out_set(object, "base", base);
    broken |= json_out_set(object, "alternatives", alternatives);
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

char *compare_json(const struct comparison *comparison, struct err *err)
{
    struct pair pair = pair_new(comparison, err);
    if (pair.other == NULL) {
        pair_free(&pair);
        return NULL;
    }
    json_t *document = json_object();
    json_t *labels = json_array();
    json_t *metrics = json_object();
    int broken = 0;
    for (size_t w = 1; w < comparison->worlds; w++)
        broken |= json_array_append_new(labels, json_out_text(comparison->labels[w]));
    for (size_t i = 0; i < comparison->metrics; i++)
        broken |= json_out_set(metrics, comparison->metric_names[i], json_metric(comparison, i, &pair));
    broken |= json_out_set(document, "base", json_out_text(comparison->labels[0]));
    broken |= json_out_set(document, "alternatives", labels);
    broken |= json_out_set(document, "replications", json_integer((json_int_t)comparison->replications));
    broken |= json_out_set(document, "seed", json_out_text(comparison->seed));
    broken |= json_out_set(document, "metrics", metrics);
    pair_free(&pair);
    return json_out_dump(document, broken, err);
}

/* ---- the comparison as a file ---- */

enum { AT_SCENARIO, AT_REPLICATION, AT_METRIC, FILE_DIMENSIONS };

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
    result->variables = arena_zeroed(arena, 5, sizeof *result->variables, err);
    result->attributes = arena_zeroed(arena, 5, sizeof *result->attributes, err);
    if (result->dimensions == NULL || result->variables == NULL || result->attributes == NULL)
        return NULL;
    for (size_t r = 0; r < comparison->replications; r++)
        numbers[r] = (int64_t)r;
    put_dimensions(comparison, result, numbers);
    put_variables(comparison, result);
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
