#include "study/kept_experiment.h"

#include <string.h>

#include "models/scenario_read.h"
#include "study/run_view.h"

bool kept_experiment_is(const struct result *result)
{
    return result_find_dimension(result, "point") != NULL && result_find_dimension(result, "factor") != NULL;
}

static const void *values_of(const struct result *result, const char *name, enum result_type type,
                             const char *const *dims, struct err *err)
{
    const struct result_variable *variable = run_view_variable(result, name, type, dims);
    if (variable == NULL) {
        err_fail(err, "no variable '%s' of the shape that a study writes; this is no result of a design",
                 name);
        return NULL;
    }
    return variable->values;
}

/* Of a dimension of texts, or of numbers (*labels is NULL then). */
static int size_of(const struct result *result, const char *name, size_t *size, const char *const **labels,
                   struct err *err)
{
    const struct result_dimension *dim = result_find_dimension(result, name);
    if (dim == NULL || dim->size == 0 || dim->values == NULL ||
        (dim->type == RESULT_TEXT) != (labels != NULL))
        return err_fail(err, "no dimension '%s' as a study writes it; this is no result of a design", name);
    *size = dim->size;
    if (labels != NULL)
        *labels = dim->values;
    return 0;
}

static int take_spec(struct kept_experiment *kept, const struct result *result, struct err *err)
{
    struct design_spec *spec = &kept->spec;
    const char *kind = result_text(result, "design_kind");
    spec->title = result_text(result, "title");
    spec->kind = kind == NULL ? -1 : key_choice_index(design_kind_names, kind);
    spec->measure = DESIGN_DIFFERENCE;
    return spec->kind >= 0 ? 0 : err_fail(err, "its kind of design is none that is known here");
}

static int take_scenarios(struct kept_experiment *kept, const struct result *result, struct err *err)
{
    const char *const *ids = NULL;
    if (size_of(result, "scenario", &kept->experiment.scenarios, &ids, err) != 0)
        return -1;
    const size_t count = kept->experiment.scenarios;
    struct design_scenario *scenarios = arena_zeroed(&kept->arena, count, sizeof *scenarios, err);
    if (scenarios == NULL)
        return -1;
    for (size_t s = 0; s < count; s++)
        scenarios[s].id = ids[s];
    kept->spec.scenarios = (struct key_list){.count = count, .items = scenarios};
    return 0;
}

static int take_factors(struct kept_experiment *kept, const struct result *result, struct err *err)
{
    static const char *const by_factor[] = {"factor", NULL}, *const by_both[] = {"point", "factor", NULL};
    const char *const *ids = NULL;
    struct design *design = &kept->design;
    if (size_of(result, "factor", &design->factors, &ids, err) != 0 ||
        size_of(result, "point", &design->points, NULL, err) != 0)
        return -1;
    const char *const *paths = values_of(result, "factor_path", RESULT_TEXT, by_factor, err);
    const char *const *forms = values_of(result, "factor_form", RESULT_TEXT, by_factor, err);
    const char *const *names = values_of(result, "factor_name", RESULT_TEXT, by_factor, err);
    const double *values = values_of(result, "factor_value", RESULT_DOUBLE, by_both, err);
    struct design_factor *factors = arena_zeroed(&kept->arena, design->factors, sizeof *factors, err);
    design->values = arena_zeroed(&kept->arena, design->points * design->factors, sizeof *values, err);
    if (paths == NULL || forms == NULL || names == NULL || values == NULL || factors == NULL ||
        design->values == NULL)
        return -1;
    memcpy(design->values, values, design->points * design->factors * sizeof *values);
    for (size_t f = 0; f < design->factors; f++)
        factors[f] = (struct design_factor){.id = ids[f],
                                            .name = names[f][0] == '\0' ? NULL : names[f],
                                            .path = paths[f],
                                            .as = strstr(forms[f], "{}") != NULL ? forms[f] : "{}"};
    kept->spec.factors = (struct key_list){.count = design->factors, .items = factors};
    design->spec = &kept->spec;
    return 0;
}

static int take_values(struct kept_experiment *kept, const struct result *result, struct err *err)
{
    static const char *const by_metric[] = {"metric", NULL};
    static const char *const by_all[] = {"scenario", "point", "replication", "metric", NULL};
    struct experiment *e = &kept->experiment;
    e->design = &kept->design;
    e->points = kept->design.points;
    e->seed = result_text(result, "seed");
    if (e->seed == NULL)
        e->seed = "";
    if (size_of(result, "metric", &e->metrics, &e->metric_names, err) != 0 ||
        size_of(result, "replication", &e->replications, NULL, err) != 0)
        return -1;
    e->metric_units = values_of(result, "metric_unit", RESULT_TEXT, by_metric, err);
    const double *values = values_of(result, "metric_value", RESULT_DOUBLE, by_all, err);
    const size_t count = e->scenarios * e->points * e->replications * e->metrics; /* as it was read */
    e->values = e->metric_units == NULL || values == NULL
                    ? NULL
                    : arena_zeroed(&kept->arena, count, sizeof *values, err);
    if (e->values == NULL)
        return -1;
    memcpy(e->values, values, count * sizeof *values);
    return 0;
}

/* Points as the kind of design places them. */
static int check_points(struct kept_experiment *kept, struct err *err)
{
    const size_t points = kept->design.points, factors = kept->design.factors;
    kept->spec.points = (int64_t)points;
    if (kept->spec.kind == DESIGN_SOBOL_INDICES) {
        kept->spec.points = (int64_t)(points / (factors + 2));
        if (points % (factors + 2) != 0)
            return err_fail(err, "%zu points are no whole rows of Sobol' matrices", points);
    }
    if (kept->spec.kind == DESIGN_ONE_AT_A_TIME && points != 1 + 2 * factors)
        return err_fail(err, "%zu points are not two for each of %zu factors and the base", points, factors);
    return 0;
}

int kept_experiment_of(struct kept_experiment *kept, const struct result *result, struct err *err)
{
    *kept = (struct kept_experiment){.spec = {.title = NULL}};
    return take_spec(kept, result, err) != 0 || take_scenarios(kept, result, err) != 0 ||
                   take_factors(kept, result, err) != 0 || take_values(kept, result, err) != 0 ||
                   check_points(kept, err) != 0
               ? -1
               : 0;
}

void kept_experiment_free(struct kept_experiment *kept)
{
    arena_free(&kept->arena);
    *kept = (struct kept_experiment){.spec = {.title = NULL}};
}

bool kept_experiment_is_analysable(const struct kept_experiment *kept)
{
    return kept->spec.kind != DESIGN_FACTORIAL && kept->spec.kind != DESIGN_LISTED;
}
