#ifndef COUNTERPART_STUDY_BRANCH_H
#define COUNTERPART_STUDY_BRANCH_H

/* What several worlds have in common until the first policy makes them differ is
 * simulated once: one of them keeps its state on the way, the others go on from it. */

#include <stdint.h>

#include "sim/err.h"

struct world;

enum { BRANCH_NEVER = 0 };

/* The latest time at which these two worlds (built and not run) are still the same, a start of one of their
 * policies, since the start; BRANCH_NEVER when they differ from the start. -1 when memory runs out. */
MUST_CHECK int64_t branch_time(const struct world *base, const struct world *other, struct err *err);

#endif
