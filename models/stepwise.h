#ifndef COUNTERPART_MODELS_STEPWISE_H
#define COUNTERPART_MODELS_STEPWISE_H

/* A field or quantity step by step, of everything together: over all places,
 * facilities, services, and conditions that are not in the background. */

#include <stddef.h>
#include <stdint.h>

struct world;

size_t stepwise_steps(const struct world *world); /* of the whole run, warm-up included */
/* When a step begins, since the start; that of stepwise_steps() is the end of the run. */
int64_t stepwise_from_us(const struct world *world, size_t step);

enum stepwise_kind { STEPWISE_NONE, STEPWISE_RATE, STEPWISE_LEVEL };
/* Whether there is such a name, and whether it counts (then values are per day) or is a level or ratio.
 * *unit, when not NULL, is set. */
enum stepwise_kind stepwise_find(const char *name, const char **unit);

/* Of a name that there is, after the run; NaN where undefined. */
double stepwise_value(const struct world *world, const char *name, size_t step);

#endif
