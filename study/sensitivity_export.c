#include "study/sensitivity_report.h"

#include "models/scenario_read.h"
#include "study/json_out.h"
#include "study/sensitivity_analysis.h"
#include "study/text.h"

/* --- JSON --- */

static json_t *json_value(const struct design *design, size_t point, size_t factor)
{
    char text[DESIGN_VALUE_TEXT];
    design_value_text(design_factor_of(design, factor), design->values[point * design->factors + factor],
                      text);
    return json_out_text(text);
}

static int json_swings(json_t *object, const struct sensitivity_analysis *a)
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

static int json_indices(json_t *object, const struct sensitivity_analysis *a)
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

static int json_spread(json_t *object, const struct sensitivity_analysis *a)
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

static json_t *json_response(const struct sensitivity_analysis *a)
{
    const struct experiment *e = a->e;
    json_t *object = json_object();
    int broken = json_out_set(object, "metric", json_out_text(e->metric_names[a->response.metric]));
    broken |= json_out_set(object, "unit", json_out_text(e->metric_units[a->response.metric]));
    broken |= json_out_set(object, "scenario", json_out_text(sensitivity_scenario(e, a->response.scenario)));
    broken |= json_out_set(object, "base",
                           json_out_text(a->response.difference ? sensitivity_scenario(e, 0) : NULL));
    if (sensitivity_kind(e) == DESIGN_ONE_AT_A_TIME)
        broken |= json_swings(object, a);
    else
        broken |=
            sensitivity_kind(e) == DESIGN_SOBOL_INDICES ? json_indices(object, a) : json_spread(object, a);
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
    struct sensitivity_analysis a;
    json_t *list = json_array();
    int broken = sensitivity_analysis_init(&a, e, err);
    for (size_t i = 0; i < sensitivity_responses(e) && broken == 0; i++) {
        broken = sensitivity_analyse(&a, i, err);
        if (broken == 0)
            broken = json_array_append_new(list, json_response(&a));
    }
    sensitivity_analysis_free(&a);
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
    key_choice_name(design_kind_names, sensitivity_kind(e), kind, sizeof kind);
    for (size_t s = 0; s < e->scenarios; s++)
        broken |= json_array_append_new(scenarios, json_out_text(sensitivity_scenario(e, s)));
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

/* --- CSV --- */

/* The cells that every row begins with. */
static void csv_begin(struct text *text, const struct sensitivity_analysis *a)
{
    const struct experiment *e = a->e;
    text_add_csv(text, e->metric_names[a->response.metric]);
    text_add(text, ",");
    text_add_csv(text, e->metric_units[a->response.metric]);
    text_add(text, ",");
    text_add_csv(text, sensitivity_scenario(e, a->response.scenario));
    text_add(text, ",");
    text_add_csv(text, a->response.difference ? sensitivity_scenario(e, 0) : "");
}

static void csv_numbers(struct text *text, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_add(text, ",");
        text_add_csv_number(text, numbers[i]);
    }
    text_add(text, "\n");
}

static void csv_swings(struct text *text, const struct sensitivity_analysis *a)
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

static void csv_indices(struct text *text, const struct sensitivity_analysis *a)
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

static void csv_spread(struct text *text, const struct sensitivity_analysis *a)
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
    struct sensitivity_analysis a;
    struct text text;
    text_init(&text, err);
    csv_head(&text, sensitivity_kind(e));
    int status = sensitivity_analysis_init(&a, e, err);
    for (size_t i = 0; i < sensitivity_responses(e) && status == 0; i++) {
        status = sensitivity_analyse(&a, i, err);
        if (status != 0)
            break;
        if (sensitivity_kind(e) == DESIGN_ONE_AT_A_TIME)
            csv_swings(&text, &a);
        else if (sensitivity_kind(e) == DESIGN_SOBOL_INDICES)
            csv_indices(&text, &a);
        else
            csv_spread(&text, &a);
    }
    sensitivity_analysis_free(&a);
    if (status == 0)
        return text_take(&text, err);
    text_free(&text);
    return NULL;
}
