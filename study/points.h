#ifndef COUNTERPART_STUDY_POINTS_H
#define COUNTERPART_STUDY_POINTS_H

/* The points of an experiment one by one: the values of the factors, and what each
 * metric is there in each scenario. */

#include "sim/err.h"
#include "study/detail.h"
#include "study/experiment.h"

/* Malloc'ed; NULL on failure. The text shows the first points only, unless all are asked for. */
MUST_CHECK char *points_text(const struct experiment *experiment, enum detail detail, struct err *err);
MUST_CHECK char *points_json(const struct experiment *experiment, struct err *err);
/* A row a point, scenario and metric: point, the factors, scenario, metric, unit, n, mean, sd, ci95_low,
 * ci95_high. */
MUST_CHECK char *points_csv(const struct experiment *experiment, struct err *err);

#endif
