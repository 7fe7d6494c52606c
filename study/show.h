#ifndef COUNTERPART_STUDY_SHOW_H
#define COUNTERPART_STUDY_SHOW_H

/* The result of a run as a table for people, as JSON and as CSV. All texts are
 * malloc'ed; NULL on failure. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "study/detail.h"
#include "study/run_view.h"

/* Metrics with 95% intervals (Student t over replications), then the targets. */
MUST_CHECK char *show_text(const struct run_view *view, enum detail detail, struct err *err);
/* `file` is the name to print for the file. */
MUST_CHECK char *show_json(const struct run_view *view, const char *file, struct err *err);
/* A row a metric: metric,unit,n,mean,sd,ci95_low,ci95_high. */
MUST_CHECK char *show_csv(const struct run_view *view, struct err *err);

/* Reported beside simulated: fitted and predicted apart, then the others. An empty text without targets. */
MUST_CHECK char *show_targets(const struct run_view *view, struct err *err);

struct show_fit {
    size_t fitted, met; /* rows with role "fit" and bounds; those whose simulated mean lies within */
};
struct show_fit show_fit(const struct run_view *view);

#endif
