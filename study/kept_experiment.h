#ifndef COUNTERPART_STUDY_KEPT_EXPERIMENT_H
#define COUNTERPART_STUDY_KEPT_EXPERIMENT_H

/* An experiment as its result file keeps it: what `sensitivity -o` and `merge` have
 * written, for showing it again. */

#include <stdbool.h>

#include "sim/err.h"
#include "sim/mem.h"
#include "study/experiment.h"
#include "study/result_file.h"

struct kept_experiment {
    struct design_spec spec;
    struct design design;
    struct experiment experiment;
    struct arena arena;
};

/* Whether the file holds points of a design. */
bool kept_experiment_is(const struct result *result);

/* The result must outlive it. Zeroes *kept first. Texts that a factor stands for are not in the file: it
 * shows which of them. */
MUST_CHECK int kept_experiment_of(struct kept_experiment *kept, const struct result *result, struct err *err);
void kept_experiment_free(struct kept_experiment *kept); /* safe to repeat */

/* Whether an analysis of sensitivity_analysis.h fits; otherwise the points are shown one by one. */
bool kept_experiment_is_analysable(const struct kept_experiment *kept);

#endif
