#ifndef COUNTERPART_STUDY_SENSITIVITY_REPORT_H
#define COUNTERPART_STUDY_SENSITIVITY_REPORT_H

/* What an experiment says about its factors, in the way that its design is made for:
 * one at a time, spread over beliefs, or Sobol' indices. */

#include "sim/err.h"
#include "study/experiment.h"

/* Malloc'ed; NULL on failure. */
MUST_CHECK char *sensitivity_report_text(const struct experiment *experiment, struct err *err);
MUST_CHECK char *sensitivity_report_json(const struct experiment *experiment, struct err *err);
/* A row a response and factor. */
MUST_CHECK char *sensitivity_report_csv(const struct experiment *experiment, struct err *err);

#endif
