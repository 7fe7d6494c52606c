#ifndef COUNTERPART_STUDY_SENSITIVITY_ANALYSIS_H
#define COUNTERPART_STUDY_SENSITIVITY_ANALYSIS_H

/* The analysis of an experiment that its design is made for, one response after the other; what
 * sensitivity_text.c and sensitivity_export.c show. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "study/experiment.h"
#include "study/sensitivity.h"

/* A number whose sensitivity is asked: a metric in a scenario, or its paired difference from the base. */
struct sensitivity_response {
    size_t metric, scenario;
    bool difference;
};

struct sensitivity_analysis {
    const struct experiment *e;
    struct sensitivity_response response;
    double *y, *means, *column;       /* owned: [point][replication], [point], [point] */
    struct stats base;                /* one at a time: at the scenario's own values */
    struct sensitivity_swing *swings; /* owned, by factor; as ranks and indices */
    struct sensitivity_rank *ranks;
    struct sensitivity_index *indices;
    struct sensitivity_spread spread;
    struct sensitivity_variance variance;
};

static inline int sensitivity_kind(const struct experiment *e)
{
    return e->design->spec->kind;
}

/* Fails for designs that no analysis here fits (factorial, listed); the message says what to do. To be asked
 * before anything is run. */
MUST_CHECK int sensitivity_analysis_check(const struct design *design, struct err *err);

/* How many responses are analysed; the id of a scenario. */
size_t sensitivity_responses(const struct experiment *e);
const char *sensitivity_scenario(const struct experiment *e, size_t scenario);

/* Room for one response at a time; always to be paired with sensitivity_analysis_free(). */
MUST_CHECK int sensitivity_analysis_init(struct sensitivity_analysis *a, const struct experiment *e,
                                         struct err *err);
void sensitivity_analysis_free(struct sensitivity_analysis *a);

/* Analyses that response instead of the one before. */
MUST_CHECK int sensitivity_analyse(struct sensitivity_analysis *a, size_t response, struct err *err);

#endif
