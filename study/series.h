#ifndef COUNTERPART_STUDY_SERIES_H
#define COUNTERPART_STUDY_SERIES_H

/* One output field of a run over time: its sum over places, facilities and so on, background conditions left
 * out, as metrics have it. All texts are malloc'ed; NULL on failure. */

#include <stddef.h>

#include "sim/err.h"
#include "study/result_file.h"

/* A row a step: date, mean with its 95% interval over the replications, and a bar from zero; at most `width`
 * columns. */
MUST_CHECK char *series_text(const struct result *result, const char *field, size_t width, struct err *err);
/* A row a step: from,unit,n,mean,sd,ci95_low,ci95_high. */
MUST_CHECK char *series_csv(const struct result *result, const char *field, struct err *err);
MUST_CHECK char *series_json(const struct result *result, const char *field, struct err *err);

#endif
