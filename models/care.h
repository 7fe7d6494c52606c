#ifndef COUNTERPART_MODELS_CARE_H
#define COUNTERPART_MODELS_CARE_H

/* How patients move: the handlers of the engine's events. Each looks up what the
 * pathway says, moves one record, and adds to the ledger; nothing is computed
 * that could have been compiled. */

#include "sim/engine.h"

struct world;

/* For struct engine_model. */
void care_handle(void *world, unsigned partition, const struct event *event);
void care_deliver(void *world, unsigned partition, const struct message *message);
int care_compare(const void *world, const struct event *a, const struct event *b);

/* Schedules what is pending at time 0: first arrivals, shifts, the backlog. */
void care_start(struct world *whole);

#endif
