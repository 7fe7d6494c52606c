#ifndef COUNTERPART_STUDY_EXPLAIN_H
#define COUNTERPART_STUDY_EXPLAIN_H

/* What a scenario says, in a page: for whoever wrote it to see whether it is what was meant. */

#include "models/scenario.h"
#include "models/world.h"
#include "sim/err.h"

/* `world` is the scenario's, built and not yet run. Malloc'ed; NULL on failure. */
MUST_CHECK char *explain_scenario(const struct scenario *scenario, const struct world *world,
                                  struct err *err);

#endif
