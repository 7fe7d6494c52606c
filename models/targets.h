#ifndef COUNTERPART_MODELS_TARGETS_H
#define COUNTERPART_MODELS_TARGETS_H

/* Reported facts beside what a replication gives. Roles, values and bounds stand
 * in the facts files and nowhere else. */

#include "sim/err.h"

struct world;

/* Reads the facts that the scenario's targets name; checks quantities, places and dates. */
MUST_CHECK int targets_init(struct world *world, struct err *err);

/* After the run: fills in the values. */
void targets_evaluate(struct world *world);

#endif
