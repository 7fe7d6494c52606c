#ifndef COUNTERPART_MODELS_SAVED_LINES_H
#define COUNTERPART_MODELS_SAVED_LINES_H

/* Saving wards and offers with the lines in which the people of a roster stand. */

#include "models/saved_patients.h"

void lines_save(const struct roster *roster, const struct world *world, struct state_writer *writer);
/* After the roster. */
void lines_restore(struct roster *roster, struct world *world, const struct saved_maps *maps,
                   struct state_reader *reader);

#endif
