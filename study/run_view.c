#include "study/run_view.h"

#include <math.h>
#include <string.h>

const struct result_variable *run_view_variable(const struct result *result, const char *name,
                                                enum result_type type, const char *const *dims)
{
    const struct result_variable *variable = result_find(result, name);
    if (variable == NULL || variable->type != type ||
        (variable->values == NULL && variable->source.fill == NULL))
        return NULL;
    for (unsigned i = 0; i < variable->rank; i++) {
        if (dims[i] == NULL || variable->dims[i] >= result->dimension_count ||
            strcmp(result->dimensions[variable->dims[i]].name, dims[i]) != 0)
            return NULL;
    }
    return dims[variable->rank] == NULL ? variable : NULL;
}

static const void *view_values(const struct result *result, const char *name, enum result_type type,
                               const char *const *dims, struct err *err)
{
    const struct result_variable *variable = run_view_variable(result, name, type, dims);
    if (variable == NULL) {
        err_fail(err, "no variable '%s' of the shape that a run writes; this is not the result of a run",
                 name);
        return NULL;
    }
    return variable->values;
}

static const char *attribute_text(const struct result *result, const char *name)
{
    const char *text = result_text(result, name);
    return text == NULL ? "" : text;
}

static int view_metrics(struct run_view *view, const struct result *result, struct err *err)
{
    static const char *const by_metric[] = {"metric", NULL};
    static const char *const by_both[] = {"replication", "metric", NULL};
    const struct result_dimension *metric = result_find_dimension(result, "metric");
    if (metric == NULL)
        return 0;
    if (metric->type != RESULT_TEXT || metric->values == NULL)
        return err_fail(err, "the names of the metrics are not texts; this is not the result of a run");
    view->metrics = metric->size;
    view->metric_names = metric->values;
    view->metric_units = view_values(result, "metric_unit", RESULT_TEXT, by_metric, err);
    view->metric_values = view_values(result, "metric_value", RESULT_DOUBLE, by_both, err);
    return view->metric_units == NULL || view->metric_values == NULL ? -1 : 0;
}

static int view_targets(struct run_view *view, const struct result *result, struct err *err)
{
    static const char *const by_target[] = {"target", NULL};
    static const char *const by_both[] = {"replication", "target", NULL};
    const struct result_dimension *target = result_find_dimension(result, "target");
    if (target == NULL)
        return 0;
    if (target->type != RESULT_TEXT || target->values == NULL)
        return err_fail(err, "the names of the targets are not texts; this is not the result of a run");
    view->targets = target->size;
    view->target_facts = target->values;
    view->target_roles = view_values(result, "target_role", RESULT_TEXT, by_target, err);
    view->target_quantities = view_values(result, "target_quantity", RESULT_TEXT, by_target, err);
    view->target_units = view_values(result, "target_unit", RESULT_TEXT, by_target, err);
    view->target_reported = view_values(result, "target_reported", RESULT_DOUBLE, by_target, err);
    view->target_low = view_values(result, "target_low", RESULT_DOUBLE, by_target, err);
    view->target_high = view_values(result, "target_high", RESULT_DOUBLE, by_target, err);
    view->target_values = view_values(result, "target_value", RESULT_DOUBLE, by_both, err);
    return view->target_roles == NULL || view->target_quantities == NULL || view->target_units == NULL ||
                   view->target_reported == NULL || view->target_low == NULL || view->target_high == NULL ||
                   view->target_values == NULL
               ? -1
               : 0;
}

double run_view_number(const struct result *result, const char *name)
{
    for (size_t i = 0; i < result->attribute_count; i++)
        if (strcmp(result->attributes[i].name, name) == 0 && result->attributes[i].type != RESULT_TEXT)
            return result->attributes[i].number;
    return NAN;
}

int run_view_of(struct run_view *view, const struct result *result, struct err *err)
{
    *view = (struct run_view){.title = attribute_text(result, "title"),
                              .scenario = attribute_text(result, "scenario"),
                              .seed = attribute_text(result, "seed"),
                              .version = attribute_text(result, "version"),
                              .start = attribute_text(result, "start"),
                              .scenario_written = attribute_text(result, "scenario_written"),
                              .scenario_resolved = attribute_text(result, "scenario_resolved"),
                              .warmup_days = run_view_number(result, "warmup_days"),
                              .price_year = run_view_number(result, "price_year"),
                              .discount = run_view_number(result, "discount")};
    const struct result_dimension *replication = result_find_dimension(result, "replication");
    if (replication == NULL || replication->size == 0)
        return err_fail(err, "no dimension 'replication'; this is not the result of a run");
    view->replications = replication->size;
    if (view_metrics(view, result, err) != 0)
        return -1;
    return view_targets(view, result, err);
}
