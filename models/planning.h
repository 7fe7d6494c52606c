#ifndef COUNTERPART_MODELS_PLANNING_H
#define COUNTERPART_MODELS_PLANNING_H

/* What happens between windows, with the whole world in view: steps of the series
 * are closed, set times observed, beliefs about waiting moved, weeks begun; staff
 * leave and policies act. */

#include <stdint.h>

#include "sim/err.h"

struct world;

/* The n-th bound of steps of a kind (enum scenario_step), since the start. */
int64_t planning_step(const struct world *world, int step, int64_t n);
/* Number of the calendar week, which begins on Monday, at a time since the start. */
int64_t planning_week(const struct world *world, int64_t now_us);

/* The first planning epoch after a time; INT64_MAX for none. */
int64_t planning_epoch(const struct world *world, int64_t now_us);

/* For struct engine_model. */
int64_t planning_next(const void *world, int64_t now_us);
/* Says until when nothing happens but patients: nobody plans, looks, or stops the run. */
void planning_set_quiet(struct world *world, int64_t now_us);
int planning_act(void *world, int64_t now_us, struct err *err);

/* Closes a step of the series; at the end of the warm-up statistics begin anew. */
MUST_CHECK int planning_close_step(struct world *world, int64_t now_us, struct err *err);

#endif
