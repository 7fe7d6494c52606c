#include "study/sensitivity_analysis.h"

#include <math.h>
#include <stdlib.h>

#include "models/scenario_read.h"

/* --- responses --- */

static bool of_differences(const struct experiment *e)
{
    return e->scenarios > 1 && e->design->spec->measure == DESIGN_DIFFERENCE;
}

size_t sensitivity_responses(const struct experiment *e)
{
    return e->metrics * (of_differences(e) ? e->scenarios - 1 : e->scenarios);
}

static struct sensitivity_response response_of(const struct experiment *e, size_t i)
{
    const bool difference = of_differences(e);
    const size_t worlds = difference ? e->scenarios - 1 : e->scenarios;
    return (struct sensitivity_response){
        .metric = i / worlds, .scenario = i % worlds + difference, .difference = difference};
}

static void fill_response(const struct experiment *e, struct sensitivity_response response, double *y)
{
    for (size_t point = 0; point < e->points; point++)
        for (size_t r = 0; r < e->replications; r++) {
            double value = experiment_value(e, response.scenario, point, r, response.metric);
            if (response.difference)
                value -= experiment_value(e, 0, point, r, response.metric);
            *y++ = value;
        }
}

const char *sensitivity_scenario(const struct experiment *e, size_t scenario)
{
    return design_scenario_of(e->design, scenario)->id;
}

/* --- the analysis of one --- */

int sensitivity_analysis_init(struct sensitivity_analysis *a, const struct experiment *e, struct err *err)
{
    const size_t factors = e->design->factors;
    *a = (struct sensitivity_analysis){.e = e};
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

void sensitivity_analysis_free(struct sensitivity_analysis *a)
{
    free(a->y);
    free(a->means);
    free(a->column);
    free(a->swings);
    free(a->ranks);
    free(a->indices);
    *a = (struct sensitivity_analysis){.e = NULL};
}

static int analyse_spread(struct sensitivity_analysis *a, struct err *err)
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

int sensitivity_analyse(struct sensitivity_analysis *a, size_t response, struct err *err)
{
    const struct experiment *e = a->e;
    a->response = response_of(e, response);
    fill_response(e, a->response, a->y);
    if (sensitivity_kind(e) == DESIGN_ONE_AT_A_TIME) {
        a->base = stats_of(a->y, e->replications);
        sensitivity_tornado(a->swings, a->y, e->design->factors, e->replications);
        return 0;
    }
    if (sensitivity_kind(e) == DESIGN_SOBOL_INDICES)
        return sensitivity_sobol(a->indices, &a->variance, a->y, design_rows(e->design), e->design->factors,
                                 e->replications, err);
    return analyse_spread(a, err);
}

int sensitivity_analysis_check(const struct design *design, struct err *err)
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
