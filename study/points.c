#include "study/points.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_read.h"
#include "study/json_out.h"
#include "study/stats.h"
#include "study/text.h"
#include "study/text_table.h"

enum { SHOWN_POINTS = 40 };

/* `room`: for a number a replication. */
static struct stats at_point(const struct experiment *e, size_t scenario, size_t point, size_t metric,
                             double *room)
{
    for (size_t r = 0; r < e->replications; r++)
        room[r] = experiment_value(e, scenario, point, r, metric);
    return stats_of(room, e->replications);
}

static void value_text(const struct experiment *e, size_t point, size_t factor, char text[DESIGN_VALUE_TEXT])
{
    const struct design *design = e->design;
    design_value_text(design_factor_of(design, factor), design->values[point * design->factors + factor],
                      text);
}

/* ---- for people ---- */

static void text_head(struct text *text, const struct experiment *e)
{
    const char *title = e->design->spec->title;
    text_add_safe(text, title == NULL || title[0] == '\0' ? "points of a design" : title);
    text_add(text, "\n%zu point%s, %zu replication%s each, seed ", e->points, e->points == 1 ? "" : "s",
             e->replications, e->replications == 1 ? "" : "s");
    text_add_safe(text, e->seed);
    text_add(text, "\nMeans over the replications with half of their 95%% intervals.\n");
    for (size_t f = 0; f < e->design->factors; f++) {
        const struct design_factor *factor = design_factor_of(e->design, f);
        text_add(text, "  ");
        text_add_safe(text, factor->id);
        text_add(text, ": ");
        text_add_safe(text, factor->name != NULL ? factor->name : factor->path);
        text_add(text, "\n");
    }
}

static void add_heads(struct text_table *table, const struct experiment *e)
{
    text_table_add(table, "point");
    for (size_t f = 0; f < e->design->factors; f++)
        text_table_add(table, design_factor_of(e->design, f)->id);
    for (size_t s = 0; s < e->scenarios; s++) {
        text_table_add(table, design_scenario_of(e->design, s)->id);
        text_table_add(table, "");
    }
}

static void add_point(struct text_table *table, const struct experiment *e, size_t point, size_t metric,
                      double *room)
{
    char cell[DESIGN_VALUE_TEXT], number[TEXT_NUMBER];
    snprintf(cell, sizeof cell, "%zu", point);
    text_table_add(table, cell);
    for (size_t f = 0; f < e->design->factors; f++) {
        value_text(e, point, f, cell);
        text_table_add(table, cell);
    }
    for (size_t s = 0; s < e->scenarios; s++) {
        const struct stats stats = at_point(e, s, point, metric, room);
        text_number(number, stats.mean, stats.half);
        text_table_add(table, number);
        text_number(number, stats.half, stats.half);
        snprintf(cell, sizeof cell, "± %s", number);
        text_table_add(table, stats.half > 0 ? cell : "");
    }
}

static void text_metric(struct text *text, const struct experiment *e, size_t metric, size_t points,
                        const char *align, double *room, struct err *err)
{
    struct text_table table;
    text_table_init(&table, align, err);
    text_add(text, "\n");
    text_add_safe(text, e->metric_names[metric]);
    if (strcmp(e->metric_units[metric], "1") != 0) {
        text_add(text, " (");
        text_add_safe(text, e->metric_units[metric]);
        text_add(text, ")");
    }
    text_add(text, "\n");
    add_heads(&table, e);
    for (size_t point = 0; point < points; point++)
        add_point(&table, e, point, metric, room);
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

char *points_text(const struct experiment *e, enum detail detail, struct err *err)
{
    const size_t points = detail == DETAIL_ALL || e->points < SHOWN_POINTS ? e->points : SHOWN_POINTS;
    const size_t columns = 1 + e->design->factors + 2 * e->scenarios;
    double *room = mem_zeroed(e->replications, sizeof *room, err);
    char *align = mem_zeroed(columns + 1, 1, err);
    struct text text;
    text_init(&text, err);
    if (room != NULL && align != NULL) {
        memset(align, 'r', columns);
        for (size_t s = 0; s < e->scenarios; s++)
            align[columns - 1 - 2 * s] = 'l';
        text_head(&text, e);
        for (size_t m = 0; m < e->metrics; m++)
            text_metric(&text, e, m, points, align, room, err);
        if (points < e->points)
            text_add(&text, "\nThe first %zu of %zu points; --all or --csv shows the others.\n", points,
                     e->points);
    }
    const bool failed = room == NULL || align == NULL;
    free(room);
    free(align);
    if (!failed)
        return text_take(&text, err);
    text_free(&text);
    return NULL;
}

/* ---- for programs ---- */

static json_t *json_metrics(const struct experiment *e, size_t point, double *room)
{
    json_t *metrics = json_object();
    int broken = metrics == NULL;
    for (size_t m = 0; m < e->metrics && broken == 0; m++) {
        json_t *metric = json_object(), *scenarios = json_object();
        for (size_t s = 0; s < e->scenarios; s++)
            broken |= json_out_set(scenarios, design_scenario_of(e->design, s)->id,
                                   json_out_stats(at_point(e, s, point, m, room)));
        broken |= json_out_set(metric, "unit", json_out_text(e->metric_units[m]));
        broken |= json_out_set(metric, "scenarios", scenarios);
        broken |= json_out_set(metrics, e->metric_names[m], metric);
    }
    if (broken == 0)
        return metrics;
    json_decref(metrics);
    return NULL;
}

static json_t *json_point(const struct experiment *e, size_t point, double *room)
{
    json_t *object = json_object(), *values = json_object();
    int broken = json_out_set(object, "point", json_integer((json_int_t)point));
    for (size_t f = 0; f < e->design->factors; f++) {
        char text[DESIGN_VALUE_TEXT];
        value_text(e, point, f, text);
        broken |= json_out_set(values, design_factor_of(e->design, f)->id, json_out_text(text));
    }
    broken |= json_out_set(object, "values", values);
    broken |= json_out_set(object, "metrics", json_metrics(e, point, room));
    if (broken == 0)
        return object;
    json_decref(object);
    return NULL;
}

char *points_json(const struct experiment *e, struct err *err)
{
    char kind[32];
    double *room = mem_zeroed(e->replications, sizeof *room, err);
    if (room == NULL)
        return NULL;
    json_t *document = json_object(), *points = json_array();
    int broken = document == NULL || points == NULL;
    key_choice_name(design_kind_names, e->design->spec->kind, kind, sizeof kind);
    for (size_t point = 0; point < e->points && broken == 0; point++)
        broken |= json_array_append_new(points, json_point(e, point, room));
    broken |= json_out_set(document, "title", json_out_text(e->design->spec->title));
    broken |= json_out_set(document, "kind", json_out_text(kind));
    broken |= json_out_set(document, "replications", json_integer((json_int_t)e->replications));
    broken |= json_out_set(document, "seed", json_out_text(e->seed));
    broken |= json_out_set(document, "points", points);
    free(room);
    return json_out_dump(document, broken, err);
}

static void csv_row(struct text *text, const struct experiment *e, size_t point, size_t scenario,
                    size_t metric, double *room)
{
    const struct stats s = at_point(e, scenario, point, metric, room);
    const double numbers[] = {s.mean, s.sd, s.mean - s.half, s.mean + s.half};
    text_add(text, "%zu,", point);
    for (size_t f = 0; f < e->design->factors; f++) {
        char value[DESIGN_VALUE_TEXT];
        value_text(e, point, f, value);
        text_add_csv(text, value);
        text_add(text, ",");
    }
    text_add_csv(text, design_scenario_of(e->design, scenario)->id);
    text_add(text, ",");
    text_add_csv(text, e->metric_names[metric]);
    text_add(text, ",");
    text_add_csv(text, e->metric_units[metric]);
    text_add(text, ",%zu", s.n);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        text_add(text, ",");
        text_add_csv_number(text, numbers[i]);
    }
    text_add(text, "\n");
}

char *points_csv(const struct experiment *e, struct err *err)
{
    double *room = mem_zeroed(e->replications, sizeof *room, err);
    struct text text;
    if (room == NULL)
        return NULL;
    text_init(&text, err);
    text_add(&text, "point,");
    for (size_t f = 0; f < e->design->factors; f++) {
        text_add_csv(&text, design_factor_of(e->design, f)->id);
        text_add(&text, ",");
    }
    text_add(&text, "scenario,metric,unit,n,mean,sd,ci95_low,ci95_high\n");
    for (size_t point = 0; point < e->points; point++)
        for (size_t s = 0; s < e->scenarios; s++)
            for (size_t m = 0; m < e->metrics; m++)
                csv_row(&text, e, point, s, m, room);
    free(room);
    return text_take(&text, err);
}
