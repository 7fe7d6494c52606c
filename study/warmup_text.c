#include "study/warmup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "study/json_out.h"
#include "study/text.h"
#include "study/text_table.h"

#define DAY_US 86400e6

enum { SPARKS = 40 };

static double days_of(int64_t us)
{
    return (double)us / DAY_US;
}

static int64_t cut_us(const struct warmup *warmup, const struct warmup_series *series)
{
    return warmup->from_us[series->mser.cut * MSER_BATCH];
}

/* The series in at most SPARKS columns, each the mean of its steps, with a bar where the warm-up ends. */
static void draw(const struct warmup *warmup, const struct warmup_series *series, struct text *line)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const size_t columns = warmup->steps < SPARKS ? warmup->steps : SPARKS;
    double heights[SPARKS], low = INFINITY, high = -INFINITY;
    for (size_t c = 0; c < columns; c++) {
        const size_t from = c * warmup->steps / columns, to = (c + 1) * warmup->steps / columns;
        heights[c] = 0;
        for (size_t step = from; step < to; step++)
            heights[c] += series->means[step] / (double)(to - from);
        low = heights[c] < low ? heights[c] : low;
        high = heights[c] > high ? heights[c] : high;
    }
    const size_t bar = series->mser.cut * MSER_BATCH * columns / warmup->steps;
    for (size_t c = 0; c < columns; c++) {
        const double share = high > low ? (heights[c] - low) / (high - low) : 0;
        if (c == bar && bar > 0 && !series->undefined)
            text_add(line, "|");
        text_add(line, "%s", !isfinite(share) || isnan(heights[c]) ? "?" : blocks[(int)(share * 7.999)]);
    }
}

static void add_number(struct text_table *table, double value, double half95)
{
    char cell[TEXT_NUMBER];
    text_number(cell, value, half95);
    text_table_add(table, cell);
}

static void add_coefficient(struct text_table *table, double value)
{
    char cell[TEXT_NUMBER] = "-";
    if (isfinite(value))
        snprintf(cell, sizeof cell, "%.2f", value);
    text_table_add(table, cell);
}

static void add_series(struct text_table *table, const struct warmup *warmup,
                       const struct warmup_series *series, struct err *err)
{
    char cell[2 * TEXT_NUMBER];
    struct text line;
    text_table_add(table, series->name);
    snprintf(cell, sizeof cell, "%s%s", series->unit, series->rate ? "/d" : "");
    text_table_add(table, cell);
    if (series->mser.too_short)
        snprintf(cell, sizeof cell, series->undefined ? "undefined in a step" : "too short");
    else if (series->constant)
        snprintf(cell, sizeof cell, "constant");
    else
        snprintf(cell, sizeof cell, "%.0f d", days_of(cut_us(warmup, series)));
    text_table_add(table, cell);
    add_number(table, series->rest.mean, series->rest.half);
    add_number(table, series->rest.half, series->rest.half);
    add_coefficient(table, series->rest.lag1);
    add_coefficient(table, series->rest.lag1_means);
    snprintf(cell, sizeof cell, isfinite(series->rest.independent) ? "%.0f" : "-", series->rest.independent);
    text_table_add(table, cell);
    text_init(&line, err);
    draw(warmup, series, &line);
    char *drawn = text_take(&line, err);
    text_table_add(table, drawn == NULL ? "" : drawn);
    free(drawn);
}

static void add_verdict(struct text *text, const struct warmup *warmup)
{
    const int64_t proposal = warmup_proposal(warmup);
    bool constant = true;
    for (size_t i = 0; i < warmup->count; i++)
        constant &= warmup->series[i].constant;
    if (constant)
        text_add(
            text,
            "\nNothing of this varies in this scenario: name another field or quantity with --metric.\n");
    else if (proposal < 0)
        text_add(
            text,
            "\nThe run is too short to tell for at least one of them: the end of the warm-up is to be in the "
            "first half,\nof %d steps at least. A longer run (--set scenario.length=...) or shorter steps "
            "(--step) may tell.\n",
            MSER_LEAST);
    else
        text_add(text, "\nProposed warm-up: %.0f d, the latest of them; the scenario has %.0f d.\n",
                 days_of(proposal), days_of(warmup->declared_us));
}

char *warmup_text(const struct warmup *warmup, struct err *err)
{
    struct text text;
    struct text_table table;
    text_init(&text, err);
    text_add_safe(&text, warmup->title);
    text_add(&text,
             "\n%zu replication%s, %zu steps of a %s, without policies; means over the replications\n\n",
             warmup->replications, warmup->replications == 1 ? "" : "s", warmup->steps, warmup->step);
    text_table_init(&table, "llrrrrrrl", err);
    const char *const head[] = {"quantity",   "unit",  "warm-up",
                                "mean after", "+-95%", "lag 1",
                                "of means",   "worth", "from the start of the run"};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t i = 0; i < warmup->count; i++)
        add_series(&table, warmup, &warmup->series[i], err);
    text_table_print(&table, 0, &text);
    add_verdict(&text, warmup);
    text_add(
        &text,
        "warm-up: by MSER-5. +-95%%: from means of 20 batches (10 of short series) of the steps after it, as "
        "of one long run;\nlag 1: autocorrelation of neighbouring steps, and of means of batches (not near "
        "0: the interval is too narrow);\nworth: so many independent steps would say as much\n");
    return text_take(&text, err);
}

/* ---- for programs ---- */

char *warmup_csv(const struct warmup *warmup, struct err *err)
{
    struct text text;
    text_init(&text, err);
    text_add(&text, "quantity,unit,step,from_days,mean,mser,cut\n");
    for (size_t i = 0; i < warmup->count; i++) {
        const struct warmup_series *series = &warmup->series[i];
        for (size_t step = 0; step < warmup->steps; step++) {
            const size_t batch = step / MSER_BATCH;
            const bool first = step % MSER_BATCH == 0 && batch < series->mser.batches;
            text_add_csv(&text, series->name);
            text_add(&text, ",%s%s,%zu,", series->unit, series->rate ? "/d" : "", step);
            text_add_csv_number(&text, days_of(warmup->from_us[step]));
            text_add(&text, ",");
            text_add_csv_number(&text, series->means[step]);
            text_add(&text, ",");
            text_add_csv_number(&text, first ? series->curve[batch] : NAN);
            text_add(&text, ",%d\n", step < series->mser.cut * MSER_BATCH);
        }
    }
    return text_take(&text, err);
}

static json_t *json_numbers(const double *values, size_t count)
{
    json_t *array = json_array();
    int broken = array == NULL;
    for (size_t i = 0; i < count; i++)
        broken |= json_array_append_new(array, json_out_number(values[i]));
    if (broken != 0) {
        json_decref(array);
        return NULL;
    }
    return array;
}

static json_t *json_series(const struct warmup *warmup, const struct warmup_series *series)
{
    json_t *object = json_object();
    const struct batch_means rest = series->rest;
    int broken = json_out_set(object, "unit", json_out_text(series->unit));
    broken |= json_out_set(object, "per_day", json_boolean(series->rate));
    broken |= json_out_set(object, "warmup_days",
                           json_out_number(series->mser.too_short ? NAN : days_of(cut_us(warmup, series))));
    broken |= json_out_set(object, "mean", json_out_number(rest.mean));
    broken |= json_out_set(object, "ci95", json_out_pair(rest.mean - rest.half, rest.mean + rest.half));
    broken |= json_out_set(object, "batches", json_integer((json_int_t)rest.batches));
    broken |= json_out_set(object, "lag1", json_out_number(rest.lag1));
    broken |= json_out_set(object, "lag1_of_batches", json_out_number(rest.lag1_means));
    broken |= json_out_set(object, "independent_steps", json_out_number(rest.independent));
    broken |= json_out_set(object, "values", json_numbers(series->means, warmup->steps));
    broken |= json_out_set(object, "mser", json_numbers(series->curve, series->mser.batches));
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

char *warmup_json(const struct warmup *warmup, struct err *err)
{
    json_t *document = json_object();
    json_t *quantities = json_object();
    json_t *from = json_array();
    const int64_t proposal = warmup_proposal(warmup);
    int broken = 0;
    for (size_t step = 0; step < warmup->steps; step++)
        broken |= json_array_append_new(from, json_out_number(days_of(warmup->from_us[step])));
    for (size_t i = 0; i < warmup->count; i++)
        broken |= json_out_set(quantities, warmup->series[i].name, json_series(warmup, &warmup->series[i]));
    broken |= json_out_set(document, "scenario", json_out_text(warmup->scenario));
    broken |= json_out_set(document, "replications", json_integer((json_int_t)warmup->replications));
    broken |= json_out_set(document, "step", json_out_text(warmup->step));
    broken |= json_out_set(document, "batch", json_integer(MSER_BATCH));
    broken |= json_out_set(document, "declared_days", json_out_number(days_of(warmup->declared_us)));
    broken |=
        json_out_set(document, "proposed_days", json_out_number(proposal < 0 ? NAN : days_of(proposal)));
    broken |= json_out_set(document, "from_days", from);
    broken |= json_out_set(document, "quantities", quantities);
    return json_out_dump(document, broken, err);
}
