#ifndef COUNTERPART_STUDY_RUN_VIEW_H
#define COUNTERPART_STUDY_RUN_VIEW_H

/* The result of a run as show and compare look at it: the numbers behind the
 * variables, with names, types and shapes checked. */

#include <stddef.h>

#include "sim/err.h"
#include "study/result_file.h"

/* Everything points into the result. */
struct run_view {
    const char *title, *scenario, *seed, *version, *start; /* never NULL */
    const char *scenario_written, *scenario_resolved;      /* never NULL */
    double warmup_days, price_year, discount;              /* NaN when absent */
    size_t replications, metrics, targets;
    const char *const *metric_names, *const *metric_units;
    const double *metric_values; /* [replication][metric] */
    const char *const *target_facts, *const *target_roles, *const *target_quantities, *const *target_units;
    const double *target_reported, *target_low, *target_high;
    const double *target_values; /* [replication][target] */
};

/* Fails when the result is not that of a run: variables missing or of another shape or type. */
MUST_CHECK int run_view_of(struct run_view *view, const struct result *result, struct err *err);

/* An attribute of the whole file; NaN when there is none, or it is a text. */
double run_view_number(const struct result *result, const char *name);

/* The variable of that name when it has this type and exactly these dimensions (by name, NULL ends); NULL
 * otherwise. */
const struct result_variable *run_view_variable(const struct result *result, const char *name,
                                                enum result_type type, const char *const *dims);

#endif
