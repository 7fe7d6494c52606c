#ifndef COUNTERPART_STUDY_RUN_FILE_H
#define COUNTERPART_STUDY_RUN_FILE_H

/* What the result file of a run contains: gathered from the worlds of all
 * replications, and read back as the numbers that show and compare need. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "models/world.h"
#include "sim/err.h"
#include "sim/mem.h"
#include "study/result_file.h"

struct run_file;

/* The scenario must outlive it. The caller frees. */
MUST_CHECK struct run_file *run_file_new(const struct scenario *scenario, uint32_t replications,
                                         struct err *err);
void run_file_free(struct run_file *file);

/* Copies what the finished world of one replication has counted into that replication's slot; the world may
 * be freed afterwards. Threads may call it at the same time for different replications. Fails when the world
 * is not shaped as those of the other replications. */
MUST_CHECK int run_file_take(struct run_file *file, const struct world *world, uint32_t replication,
                             struct err *err);

/* The whole, once every replication has been taken; borrowed. NULL on failure. */
MUST_CHECK const struct result *run_file_result(struct run_file *file, struct err *err);

/* The name of a file without its folders. */
const char *run_file_base_name(const char *path);

/* A result file as show and compare look at it; everything points into the result. */
struct run_view {
    const char *title, *scenario, *seed, *version, *start; /* never NULL */
    const char *scenario_written, *scenario_resolved;      /* never NULL */
    double warmup_days;                                    /* NaN when absent */
    size_t replications, metrics, targets;
    const char *const *metric_names, *const *metric_units;
    const double *metric_values; /* [replication][metric] */
    const char *const *target_facts, *const *target_roles, *const *target_quantities, *const *target_units;
    const double *target_reported, *target_low, *target_high;
    const double *target_values; /* [replication][target] */
};

/* Fails when the result is not that of a run: variables missing or of another shape or type. */
MUST_CHECK int run_view_of(struct run_view *view, const struct result *result, struct err *err);

/* The variable of that name when it has this type and exactly these dimensions (by name, NULL ends); NULL
 * otherwise. */
const struct result_variable *run_view_variable(const struct result *result, const char *name,
                                                enum result_type type, const char *const *dims);

#endif
