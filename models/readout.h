#ifndef COUNTERPART_MODELS_READOUT_H
#define COUNTERPART_MODELS_READOUT_H

/* What study/ reads of a world: names and columns of its dimensions, and the
 * answers of world.h. */

#include "sim/err.h"

struct world;

/* When the world is built: ids and names of each dimension, and what is known of places and facilities
 * besides. */
MUST_CHECK int readout_dimensions(struct world *world, struct err *err);
MUST_CHECK int readout_columns(struct world *world, struct err *err);

#endif
