#ifndef COUNTERPART_MODELS_METRICS_H
#define COUNTERPART_MODELS_METRICS_H

#include "sim/err.h"

struct world;

/* Computes world->metrics after the run: totals and ratios after the warm-up, by condition too, and the
 * statistics of the measured stations. The names depend on the scenario alone. */
MUST_CHECK int metrics_compute(struct world *world, struct err *err);

/* One more, named prefix + name; for modules that have metrics of their own. */
MUST_CHECK int metrics_add(struct world *world, const char *prefix, const char *name, const char *unit,
                           double value, struct err *err);

#endif
