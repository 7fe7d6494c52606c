#include "study/sensitivity_report.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_read.h"
#include "study/json_out.h"
#include "study/sensitivity.h"
#include "study/text.h"
#include "study/text_table.h"

enum { BAR_WIDTH = 41 };

/* ---- responses ---- */

/* A number whose sensitivity is asked: a metric in a scenario, or its paired difference from the base. */
struct response {
    size_t metric, scenario;
    bool difference;
};

static bool of_differences(const struct experiment *e)
{
    return e->scenarios > 1 && e->design->spec->measure == DESIGN_DIFFERENCE;
}

static size_t response_count(const struct experiment *e)
{
    return e->metrics * (of_differences(e) ? e->scenarios - 1 : e->scenarios);
}

static struct response response_of(const struct experiment *e, size_t i)
{
    const bool difference = of_differences(e);
    const size_t worlds = difference ? e->scenarios - 1 : e->scenarios;
    return (struct response){
        .metric = i / worlds, .scenario = i % worlds + difference, .difference = difference};
}

static void fill_response(const struct experiment *e, struct response response, double *y)
{
    for (size_t point = 0; point < e->points; point++)
        for (size_t r = 0; r < e->replications; r++) {
            double value = experiment_value(e, response.scenario, point, r, response.metric);
            if (response.difference)
                value -= experiment_value(e, 0, point, r, response.metric);
            *y++ = value;
        }
}

static const char *scenario_id(const struct experiment *e, size_t scenario)
{
    return design_scenario_of(e->design, scenario)->id;
}

static const char *unit_of(const struct experiment *e, size_t metric)
{
    return strcmp(e->metric_units[metric], "1") == 0 ? "" : e->metric_units[metric];
}

/* ---- the analysis of one response ---- */

struct analysis {
    const struct experiment *e;
    struct response response;
    double *y, *means, *column; /* owned: [point][replication], [point], [point] */
    struct stats base;          /* one at a time: at the scenario's own values */
    struct sensitivity_swing *swings;
    struct sensitivity_spread spread;
    struct sensitivity_rank *ranks;
    struct sensitivity_index *indices;
    struct sensitivity_variance variance;
};

static int kind_of(const struct experiment *e)
{
    return e->design->spec->kind;
}

static int analysis_init(struct analysis *a, const struct experiment *e, struct err *err)
{
    const size_t factors = e->design->factors;
    *a = (struct analysis){.e = e};
    a->y = mem_zeroed(e->points * e->replications, sizeof *a->y, err);
    a->means = mem_zeroed(e->points, sizeof *a->means, err);
    a->column = mem_zeroed(e->points, sizeof *a->column, err);
    a->swings = mem_zeroed(factors, sizeof *a->swings, err);
    a->ranks = mem_zeroed(factors, sizeof *a->ranks, err);
    a->indices = mem_zeroed(factors, sizeof *a->indices, err);
    return a->y == NULL || a->means == NULL || a->column == NULL || a->swings == NULL || a->ranks == NULL ||
                   a->indices == NULL
               ? -1
               : 0;
}

static void analysis_free(struct analysis *a)
{
    free(a->y);
    free(a->means);
    free(a->column);
    free(a->swings);
    free(a->ranks);
    free(a->indices);
    *a = (struct analysis){.e = NULL};
}

static int analyse_spread(struct analysis *a, struct err *err)
{
    const struct experiment *e = a->e;
    if (sensitivity_spread_of(&a->spread, a->y, e->points, e->replications, err) != 0)
        return -1;
    for (size_t point = 0; point < e->points; point++) {
        const struct stats s = stats_of(a->y + point * e->replications, e->replications);
        a->means[point] = s.n == e->replications ? s.mean : NAN;
    }
    for (size_t f = 0; f < e->design->factors; f++) {
        for (size_t point = 0; point < e->points; point++)
            a->column[point] = e->design->values[point * e->design->factors + f];
        if (sensitivity_rank_of(&a->ranks[f], a->column, a->means, e->points, err) != 0)
            return -1;
    }
    return 0;
}

static int analyse(struct analysis *a, size_t response, struct err *err)
{
    const struct experiment *e = a->e;
    a->response = response_of(e, response);
    fill_response(e, a->response, a->y);
    if (kind_of(e) == DESIGN_ONE_AT_A_TIME) {
        a->base = stats_of(a->y, e->replications);
        sensitivity_tornado(a->swings, a->y, e->design->factors, e->replications);
        return 0;
    }
    if (kind_of(e) == DESIGN_SOBOL_INDICES)
        return sensitivity_sobol(a->indices, &a->variance, a->y, design_rows(e->design), e->design->factors,
                                 e->replications, err);
    return analyse_spread(a, err);
}

int sensitivity_report_check(const struct design *design, struct err *err)
{
    char kind[32];
    if (design->spec->kind != DESIGN_FACTORIAL && design->spec->kind != DESIGN_LISTED)
        return 0;
    key_choice_name(design_kind_names, design->spec->kind, kind, sizeof kind);
    return scenario_blame(&design->spec->host, &design->spec->kind, err,
                          "\"%s\" is a design for sweeps; for a sensitivity write one_at_a_time, "
                          "latin_hypercube, sobol_sequence or sobol_indices, or say it with --kind",
                          kind);
}

/* ---- for people ---- */

static void add_number(struct text_table *table, double value, double half)
{
    char cell[TEXT_NUMBER];
    text_number(cell, value, half);
    text_table_add(table, cell);
}

static void number_with_half(char *out, size_t size, double value, double half)
{
    char number[TEXT_NUMBER], width[TEXT_NUMBER];
    text_number(number, value, half);
    text_number(width, half, half);
    if (isfinite(half) && half > 0)
        snprintf(out, size, "%s ± %s", number, width);
    else
        snprintf(out, size, "%s", number);
}

static void add_interval(struct text_table *table, double low, double high, double half)
{
    char a[TEXT_NUMBER], b[TEXT_NUMBER], cell[2 * TEXT_NUMBER + 8];
    text_number(a, low, half);
    text_number(b, high, half);
    snprintf(cell, sizeof cell, isfinite(low) && isfinite(high) ? "%s to %s" : "-", a, b);
    text_table_add(table, cell);
}

static void add_share(struct text_table *table, double share)
{
    char cell[TEXT_NUMBER];
    if (isfinite(share))
        snprintf(cell, sizeof cell, "%.3f", share == 0 ? 0.0 : share);
    else
        snprintf(cell, sizeof cell, "-");
    text_table_add(table, cell);
}

static void add_shares(struct text_table *table, double low, double high)
{
    char cell[64];
    if (isfinite(low) && isfinite(high))
        snprintf(cell, sizeof cell, "%.3f to %.3f", low, high);
    else
        snprintf(cell, sizeof cell, "-");
    text_table_add(table, cell);
}

/* Where a value falls among the columns of the bars. */
static size_t column_of(double value, double least, double most)
{
    if (!(most > least))
        return 0;
    const double at = (value - least) / (most - least) * (BAR_WIDTH - 1);
    return (size_t)fmin(fmax(at + 0.5, 0), BAR_WIDTH - 1);
}

/* '-' for what the low value does, '+' for the high one, '=' for both, '|' where the base is. */
static void swing_bar(char bar[BAR_WIDTH + 1], const struct sensitivity_swing *swing, double least,
                      double most)
{
    const size_t zero = column_of(0, least, most);
    memset(bar, ' ', BAR_WIDTH);
    bar[BAR_WIDTH] = '\0';
    const double ends[] = {swing->low.mean, swing->high.mean};
    for (size_t side = 0; side < 2 && !isnan(swing->span); side++) {
        const size_t end = column_of(ends[side], least, most);
        const char sign = side == 0 ? '-' : '+';
        for (size_t i = end < zero ? end : zero; i <= (end < zero ? zero : end); i++)
            bar[i] = bar[i] == ' ' || bar[i] == sign ? sign : '=';
    }
    bar[zero] = '|';
    for (size_t i = BAR_WIDTH; i-- > 0 && bar[i] == ' ';)
        bar[i] = '\0';
}

static void share_bar(char bar[BAR_WIDTH + 1], double first, double total)
{
    const size_t filled = isfinite(first) ? column_of(first, 0, 1) : 0;
    const size_t end = isfinite(total) ? column_of(total, 0, 1) : 0;
    memset(bar, 0, BAR_WIDTH + 1);
    for (size_t i = 0; i < (filled > end ? filled : end); i++)
        bar[i] = i < filled ? '#' : '.';
}

static void text_swings(struct text *text, const struct analysis *a, struct err *err)
{
    static const char *const head[] = {"factor", "low", "high", "at low", "at high", "high - low, 95%", ""};
    const struct design *design = a->e->design;
    struct text_table table;
    double least = 0, most = 0;
    text_table_init(&table, "lrrrrrl", err);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t i = 0; i < design->factors; i++) {
        least = fmin(least, fmin(a->swings[i].low.mean, a->swings[i].high.mean));
        most = fmax(most, fmax(a->swings[i].low.mean, a->swings[i].high.mean));
    }
    for (size_t i = 0; i < design->factors; i++) {
        const struct sensitivity_swing *swing = &a->swings[i];
        const struct design_factor *factor = design_factor_of(design, swing->factor);
        char value[DESIGN_VALUE_TEXT], bar[BAR_WIDTH + 1];
        text_table_add(&table, factor->id);
        for (size_t side = 0; side < 2; side++) {
            const size_t point =
                side == 0 ? design_low_point(swing->factor) : design_high_point(swing->factor);
            design_value_text(factor, design->values[point * design->factors + swing->factor], value);
            text_table_add(&table, value);
        }
        add_number(&table, a->base.mean + swing->low.mean, swing->low.half);
        add_number(&table, a->base.mean + swing->high.mean, swing->high.half);
        add_interval(&table, swing->swing.mean - swing->swing.half, swing->swing.mean + swing->swing.half,
                     swing->swing.half);
        swing_bar(bar, swing, least, most);
        text_table_add(&table, bar);
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

static void text_indices(struct text *text, const struct analysis *a, struct err *err)
{
    static const char *const head[] = {"factor", "first", "95% interval", "total", "95% interval", ""};
    struct text_table table;
    text_table_init(&table, "lrrrrl", err);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t f = 0; f < a->e->design->factors; f++) {
        const struct sensitivity_index *index = &a->indices[f];
        char bar[BAR_WIDTH + 1];
        text_table_add(&table, design_factor_of(a->e->design, f)->id);
        add_share(&table, index->first);
        add_shares(&table, index->first_low, index->first_high);
        add_share(&table, index->total);
        add_shares(&table, index->total_low, index->total_high);
        share_bar(bar, index->first, index->total);
        text_table_add(&table, bar);
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

static void text_spread(struct text *text, const struct analysis *a, struct err *err)
{
    const struct sensitivity_spread *s = &a->spread;
    struct text_table table;
    char low[TEXT_NUMBER], high[TEXT_NUMBER], parameters[TEXT_NUMBER], luck[TEXT_NUMBER];
    text_number(low, s->low, s->points_half);
    text_number(high, s->high, s->points_half);
    text_number(parameters, s->parameters_sd, s->parameters_sd);
    text_number(luck, s->luck_sd, s->luck_sd);
    text_add(text, "  parameters: 95%% between %s and %s, sd %s%s\n", low, high, parameters,
             s->replications > 1 ? "" : ", luck included");
    if (s->replications > 1)
        text_add(text, "  luck: sd %s of one replication\n", luck);
    text_table_init(&table, "lrr", err);
    text_table_add(&table, "factor");
    text_table_add(&table, "rank correlation");
    text_table_add(&table, "95% interval");
    for (size_t f = 0; f < a->e->design->factors; f++) {
        text_table_add(&table, design_factor_of(a->e->design, f)->id);
        add_share(&table, a->ranks[f].correlation);
        add_shares(&table, a->ranks[f].low, a->ranks[f].high);
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

/* "procedures, stint - none: 445 ± 10" */
static void text_headline(struct text *text, const struct analysis *a)
{
    const struct experiment *e = a->e;
    const char *unit = unit_of(e, a->response.metric);
    char number[2 * TEXT_NUMBER + 8];
    text_add(text, "\n");
    text_add_safe(text, e->metric_names[a->response.metric]);
    text_add(text, ", ");
    text_add_safe(text, scenario_id(e, a->response.scenario));
    if (a->response.difference) {
        text_add(text, " - ");
        text_add_safe(text, scenario_id(e, 0));
    }
    if (kind_of(e) == DESIGN_ONE_AT_A_TIME)
        number_with_half(number, sizeof number, a->base.mean, a->base.half);
    else if (kind_of(e) == DESIGN_SOBOL_INDICES)
        number_with_half(number, sizeof number, a->variance.mean, NAN);
    else
        number_with_half(number, sizeof number, a->spread.mean, a->spread.luck_half);
    text_add(text, ": %s%s", number, *unit == '\0' ? "" : " ");
    text_add_safe(text, unit);
    if (kind_of(e) == DESIGN_SOBOL_INDICES) {
        char sd[TEXT_NUMBER];
        text_number(sd, sqrt(a->variance.variance), NAN);
        text_add(text, ", sd %s", sd);
        if (isfinite(a->variance.luck_share))
            text_add(text, "; luck is %.1f%% of the variance", 100 * fmax(a->variance.luck_share, 0));
    }
    text_add(text, "\n");
}

static void text_response(struct text *text, const struct analysis *a, struct err *err)
{
    text_headline(text, a);
    if (kind_of(a->e) == DESIGN_ONE_AT_A_TIME)
        text_swings(text, a, err);
    else if (kind_of(a->e) == DESIGN_SOBOL_INDICES)
        text_indices(text, a, err);
    else
        text_spread(text, a, err);
}

static const char *explanation(int kind)
{
    switch (kind) {
    case DESIGN_ONE_AT_A_TIME:
        return "One factor at a time, on common luck; bars: what the low (-) and the high value (+) change, "
               "| "
               "the base.\n";
    case DESIGN_SOBOL_INDICES:
        return "Sobol' indices: the share of the variance that a factor explains alone (first, #) and with "
               "its interactions (total, .); 95% bootstrap intervals.\n";
    default:
        return "Mean over the beliefs with the 95% half width that luck leaves; the parameters' own spread "
               "apart.\n";
    }
}

static void text_head(struct text *text, const struct experiment *e)
{
    const struct design_spec *spec = e->design->spec;
    text_add_safe(text, spec->title == NULL || spec->title[0] == '\0' ? spec->host.path : spec->title);
    text_add(text, "\n%zu factor%s, %zu points, %zu replication%s each, seed ", e->design->factors,
             e->design->factors == 1 ? "" : "s", e->points, e->replications, e->replications == 1 ? "" : "s");
    text_add_safe(text, e->seed);
    text_add(text, "\n%s", explanation(spec->kind));
    for (size_t f = 0; f < e->design->factors; f++) {
        const struct design_factor *factor = design_factor_of(e->design, f);
        text_add(text, "  ");
        text_add_safe(text, factor->id);
        text_add(text, ": ");
        text_add_safe(text, factor->path);
        if (factor->name != NULL) {
            text_add(text, ", ");
            text_add_safe(text, factor->name);
        }
        text_add(text, "\n");
    }
}

char *sensitivity_report_text(const struct experiment *e, struct err *err)
{
    struct analysis a;
    struct text text;
    text_init(&text, err);
    int status = analysis_init(&a, e, err);
    text_head(&text, e);
    for (size_t i = 0; i < response_count(e) && status == 0; i++) {
        status = analyse(&a, i, err);
        if (status == 0)
            text_response(&text, &a, err);
    }
    analysis_free(&a);
    if (status == 0)
        return text_take(&text, err);
    text_free(&text);
    return NULL;
}

/* ---- for programs ---- */

static json_t *json_value(const struct design *design, size_t point, size_t factor)
{
    char text[DESIGN_VALUE_TEXT];
    design_value_text(design_factor_of(design, factor), design->values[point * design->factors + factor],
                      text);
    return json_out_text(text);
}

static int json_swings(json_t *object, const struct analysis *a)
{
    const struct design *design = a->e->design;
    json_t *list = json_array();
    int broken = json_out_set(object, "base_values", json_out_stats(a->base));
    for (size_t i = 0; i < design->factors; i++) {
        const struct sensitivity_swing *swing = &a->swings[i];
        json_t *item = json_object();
        broken |= json_out_set(item, "factor", json_out_text(design_factor_of(design, swing->factor)->id));
        broken |=
            json_out_set(item, "low", json_value(design, design_low_point(swing->factor), swing->factor));
        broken |=
            json_out_set(item, "high", json_value(design, design_high_point(swing->factor), swing->factor));
        broken |= json_out_set(item, "low_difference", json_out_stats(swing->low));
        broken |= json_out_set(item, "high_difference", json_out_stats(swing->high));
        broken |= json_out_set(item, "swing", json_out_stats(swing->swing));
        broken |= json_out_set(item, "span", json_out_number(swing->span));
        broken |= json_array_append_new(list, item);
    }
    return broken | json_out_set(object, "tornado", list);
}

static int json_indices(json_t *object, const struct analysis *a)
{
    json_t *list = json_array();
    int broken = json_out_set(object, "mean", json_out_number(a->variance.mean));
    broken |= json_out_set(object, "variance", json_out_number(a->variance.variance));
    broken |= json_out_set(object, "luck_share", json_out_number(a->variance.luck_share));
    broken |= json_out_set(object, "rows", json_integer((json_int_t)a->variance.rows));
    for (size_t f = 0; f < a->e->design->factors; f++) {
        const struct sensitivity_index *index = &a->indices[f];
        json_t *item = json_object();
        broken |= json_out_set(item, "factor", json_out_text(design_factor_of(a->e->design, f)->id));
        broken |= json_out_set(item, "first", json_out_number(index->first));
        broken |= json_out_set(item, "first_ci95", json_out_pair(index->first_low, index->first_high));
        broken |= json_out_set(item, "total", json_out_number(index->total));
        broken |= json_out_set(item, "total_ci95", json_out_pair(index->total_low, index->total_high));
        broken |= json_array_append_new(list, item);
    }
    return broken | json_out_set(object, "indices", list);
}

static int json_spread(json_t *object, const struct analysis *a)
{
    const struct sensitivity_spread *s = &a->spread;
    json_t *list = json_array();
    int broken = json_out_set(object, "mean", json_out_number(s->mean));
    broken |= json_out_set(object, "points", json_integer((json_int_t)s->points));
    broken |= json_out_set(object, "luck_half", json_out_number(s->luck_half));
    broken |= json_out_set(object, "points_half", json_out_number(s->points_half));
    broken |= json_out_set(object, "parameters_95", json_out_pair(s->low, s->high));
    broken |= json_out_set(object, "parameters_sd", json_out_number(s->parameters_sd));
    broken |= json_out_set(object, "luck_sd", json_out_number(s->luck_sd));
    for (size_t f = 0; f < a->e->design->factors; f++) {
        json_t *item = json_object();
        broken |= json_out_set(item, "factor", json_out_text(design_factor_of(a->e->design, f)->id));
        broken |= json_out_set(item, "rank_correlation", json_out_number(a->ranks[f].correlation));
        broken |= json_out_set(item, "ci95", json_out_pair(a->ranks[f].low, a->ranks[f].high));
        broken |= json_array_append_new(list, item);
    }
    return broken | json_out_set(object, "factors", list);
}

static json_t *json_response(const struct analysis *a)
{
    const struct experiment *e = a->e;
    json_t *object = json_object();
    int broken = json_out_set(object, "metric", json_out_text(e->metric_names[a->response.metric]));
    broken |= json_out_set(object, "unit", json_out_text(e->metric_units[a->response.metric]));
    broken |= json_out_set(object, "scenario", json_out_text(scenario_id(e, a->response.scenario)));
    broken |= json_out_set(object, "base", json_out_text(a->response.difference ? scenario_id(e, 0) : NULL));
    if (kind_of(e) == DESIGN_ONE_AT_A_TIME)
        broken |= json_swings(object, a);
    else
        broken |= kind_of(e) == DESIGN_SOBOL_INDICES ? json_indices(object, a) : json_spread(object, a);
    if (broken == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *json_factors(const struct experiment *e)
{
    json_t *list = json_array();
    int broken = list == NULL;
    for (size_t f = 0; f < e->design->factors; f++) {
        const struct design_factor *factor = design_factor_of(e->design, f);
        json_t *item = json_object();
        broken |= json_out_set(item, "id", json_out_text(factor->id));
        broken |= json_out_set(item, "path", json_out_text(factor->path));
        broken |= json_out_set(item, "name", json_out_text(factor->name));
        broken |= json_array_append_new(list, item);
    }
    if (broken == 0)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *json_responses(const struct experiment *e, struct err *err)
{
    struct analysis a;
    json_t *list = json_array();
    int broken = analysis_init(&a, e, err);
    for (size_t i = 0; i < response_count(e) && broken == 0; i++) {
        broken = analyse(&a, i, err);
        if (broken == 0)
            broken = json_array_append_new(list, json_response(&a));
    }
    analysis_free(&a);
    if (broken == 0)
        return list;
    json_decref(list);
    return NULL;
}

char *sensitivity_report_json(const struct experiment *e, struct err *err)
{
    char kind[32];
    json_t *document = json_object(), *scenarios = json_array();
    int broken = document == NULL || scenarios == NULL;
    key_choice_name(design_kind_names, kind_of(e), kind, sizeof kind);
    for (size_t s = 0; s < e->scenarios; s++)
        broken |= json_array_append_new(scenarios, json_out_text(scenario_id(e, s)));
    broken |= json_out_set(document, "title", json_out_text(e->design->spec->title));
    broken |= json_out_set(document, "kind", json_out_text(kind));
    broken |= json_out_set(document, "points", json_integer((json_int_t)e->points));
    broken |= json_out_set(document, "replications", json_integer((json_int_t)e->replications));
    broken |= json_out_set(document, "seed", json_out_text(e->seed));
    broken |= json_out_set(document, "scenarios", scenarios);
    broken |= json_out_set(document, "factors", json_factors(e));
    broken |= json_out_set(document, "responses", json_responses(e, err));
    return json_out_dump(document, broken, err);
}

/* The cells that every row begins with. */
static void csv_begin(struct text *text, const struct analysis *a)
{
    const struct experiment *e = a->e;
    text_add_csv(text, e->metric_names[a->response.metric]);
    text_add(text, ",");
    text_add_csv(text, e->metric_units[a->response.metric]);
    text_add(text, ",");
    text_add_csv(text, scenario_id(e, a->response.scenario));
    text_add(text, ",");
    text_add_csv(text, a->response.difference ? scenario_id(e, 0) : "");
}

static void csv_numbers(struct text *text, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_add(text, ",");
        text_add_csv_number(text, numbers[i]);
    }
    text_add(text, "\n");
}

static void csv_swings(struct text *text, const struct analysis *a)
{
    const struct design *design = a->e->design;
    for (size_t i = 0; i < design->factors; i++) {
        const struct sensitivity_swing *s = &a->swings[i];
        const struct design_factor *factor = design_factor_of(design, s->factor);
        const size_t points[] = {design_low_point(s->factor), design_high_point(s->factor)};
        csv_begin(text, a);
        text_add(text, ",");
        text_add_csv(text, factor->id);
        for (size_t side = 0; side < 2; side++) {
            char value[DESIGN_VALUE_TEXT];
            design_value_text(factor, design->values[points[side] * design->factors + s->factor], value);
            text_add(text, ",");
            text_add_csv(text, value);
        }
        csv_numbers(text,
                    (const double[]){a->base.mean, s->low.mean, s->low.mean - s->low.half,
                                     s->low.mean + s->low.half, s->high.mean, s->high.mean - s->high.half,
                                     s->high.mean + s->high.half, s->swing.mean,
                                     s->swing.mean - s->swing.half, s->swing.mean + s->swing.half},
                    10);
    }
}

static void csv_indices(struct text *text, const struct analysis *a)
{
    for (size_t f = 0; f < a->e->design->factors; f++) {
        const struct sensitivity_index *index = &a->indices[f];
        csv_begin(text, a);
        text_add(text, ",");
        text_add_csv(text, design_factor_of(a->e->design, f)->id);
        csv_numbers(text,
                    (const double[]){index->first, index->first_low, index->first_high, index->total,
                                     index->total_low, index->total_high, a->variance.variance,
                                     a->variance.luck_share},
                    8);
    }
}

static void csv_spread(struct text *text, const struct analysis *a)
{
    const struct sensitivity_spread *s = &a->spread;
    for (size_t f = 0; f < a->e->design->factors; f++) {
        csv_begin(text, a);
        text_add(text, ",");
        text_add_csv(text, design_factor_of(a->e->design, f)->id);
        csv_numbers(text,
                    (const double[]){s->mean, s->luck_half, s->points_half, s->low, s->high, s->parameters_sd,
                                     s->luck_sd, a->ranks[f].correlation, a->ranks[f].low, a->ranks[f].high},
                    10);
    }
}

static void csv_head(struct text *text, int kind)
{
    text_add(text, "metric,unit,scenario,base,factor,");
    if (kind == DESIGN_ONE_AT_A_TIME)
        text_add(text, "low,high,base_mean,low_difference,low_ci95_low,low_ci95_high,high_difference,"
                       "high_ci95_low,high_ci95_high,swing,swing_ci95_low,swing_ci95_high\n");
    else if (kind == DESIGN_SOBOL_INDICES)
        text_add(text, "first,first_ci95_low,first_ci95_high,total,total_ci95_low,total_ci95_high,variance,"
                       "luck_share\n");
    else
        text_add(text, "mean,luck_half,points_half,parameters_low,parameters_high,parameters_sd,luck_sd,"
                       "rank_correlation,rank_ci95_low,rank_ci95_high\n");
}

char *sensitivity_report_csv(const struct experiment *e, struct err *err)
{
    struct analysis a;
    struct text text;
    text_init(&text, err);
    csv_head(&text, kind_of(e));
    int status = analysis_init(&a, e, err);
    for (size_t i = 0; i < response_count(e) && status == 0; i++) {
        status = analyse(&a, i, err);
        if (status != 0)
            break;
        if (kind_of(e) == DESIGN_ONE_AT_A_TIME)
            csv_swings(&text, &a);
        else if (kind_of(e) == DESIGN_SOBOL_INDICES)
            csv_indices(&text, &a);
        else
            csv_spread(&text, &a);
    }
    analysis_free(&a);
    if (status == 0)
        return text_take(&text, err);
    text_free(&text);
    return NULL;
}
