#ifndef COUNTERPART_STUDY_COMPARE_H
#define COUNTERPART_STUDY_COMPARE_H

/* Several worlds with the same luck, set against the first one: replication by
 * replication, so that what they share cancels out. */

#include <stddef.h>

#include "sim/err.h"
#include "sim/mem.h"
#include "study/detail.h"
#include "study/result_file.h"
#include "study/run_view.h"

struct comparison {
    size_t worlds, replications, metrics; /* worlds >= 2; the base comes first */
    const char *seed;
    const char *const *labels;       /* by world: unique */
    const char *const *titles;       /* by world */
    const char *const *metric_names; /* of all worlds, in order of first appearance */
    const char *const *metric_units;
    const double *values; /* [world][replication][metric]; NaN where a world has no such metric */
    const char *const *written, *const *resolved; /* the scenarios, by world */
    struct arena arena; /* owns all of the above, but the texts of a file that was read */
};

/* Refuses worlds that cannot be paired: different seeds, or different numbers of replications. Looks at no
 * more than those two of each view, so that it can be asked before anything is run. names: for messages. */
MUST_CHECK int compare_check(const struct run_view *views, const char *const *names, size_t count,
                             struct err *err);

/* Gathers the worlds of several runs. names: file names, for labels and messages. Refuses what
 * compare_check() refuses, and a metric with different units. Zeroes *comparison first. Everything is
 * copied. */
MUST_CHECK int compare_runs(struct comparison *comparison, const struct run_view *views,
                            const char *const *names, size_t count, struct err *err);
void compare_free(struct comparison *comparison); /* safe to repeat */

/* Malloc'ed; NULL on failure. width: of the terminal, 0: any. What can be done without is left out of tables
 * that are wider. */
MUST_CHECK char *compare_text(const struct comparison *comparison, enum detail detail, size_t width,
                              struct err *err);
MUST_CHECK char *compare_json(const struct comparison *comparison, struct err *err);
/* A row a metric and alternative. */
MUST_CHECK char *compare_csv(const struct comparison *comparison, struct err *err);

/* As the contents of a result file: metric_value(scenario, replication, metric), and the numbers of the
 * contrasts (contrast.h) by scenario and metric. Owned by the comparison. */
MUST_CHECK const struct result *compare_result(struct comparison *comparison, struct err *err);
/* From such a file, which must outlive it. Zeroes *comparison first. */
MUST_CHECK int compare_of(struct comparison *comparison, const struct result *result, struct err *err);

#endif
