#ifndef COUNTERPART_STUDY_EXPERIMENT_H
#define COUNTERPART_STUDY_EXPERIMENT_H

/* All trials of a design, run on threads and kept in memory. What comes out does not
 * depend on how many threads there are. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/mem.h"
#include "study/design.h"
#include "study/detail.h"
#include "study/result_file.h"
#include "study/trial.h"

struct experiment {
    const struct design *design; /* borrowed */
    size_t scenarios, points, replications, metrics;
    const char *seed;                                             /* of the patients' luck */
    const char *const *titles, *const *written, *const *resolved; /* by scenario, without any point */
    const char *const *metric_names, *const *metric_units;
    double *values; /* [scenario][point][replication][metric]; NaN where a world has no such metric */
    uint64_t events;
    bool wrong; /* after a failure: the design asks for a metric that there is not */
    struct arena arena;
};

struct experiment_options {
    unsigned threads;
    enum detail detail; /* which metrics, where the design names none */
    /* As in struct replicate_options. */
    void (*progress)(void *data, double share);
    void *data;
};

/* The metrics are those that the scenarios have at the first point in replication 0. When trials fail, the
 * reasons given are those of the first of them, by point, and no further ones are started. Zeroes *experiment
 * first. */
MUST_CHECK int experiment_run(struct experiment *experiment, const struct trials *trials,
                              const struct experiment_options *options, struct err *err);
void experiment_free(struct experiment *experiment); /* safe to repeat */

static inline double experiment_value(const struct experiment *e, size_t scenario, size_t point,
                                      size_t replication, size_t metric)
{
    return e->values[((scenario * e->points + point) * e->replications + replication) * e->metrics + metric];
}

/* The same without any trial having been run: for its result, which then has no metrics. */
MUST_CHECK int experiment_plan(struct experiment *experiment, const struct trials *trials, struct err *err);

/* As the contents of a result file. Owned by the experiment. */
MUST_CHECK const struct result *experiment_result(struct experiment *experiment, struct err *err);

#endif
