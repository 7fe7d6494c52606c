#ifndef COUNTERPART_MODELS_CARE_H
#define COUNTERPART_MODELS_CARE_H

/* How patients move: the handlers of the engine's events. Each looks up what the
 * pathway says, moves one record, and adds to the ledger; nothing is computed
 * that could have been compiled. */

#include <stdbool.h>
#include <stdint.h>

#include "sim/engine.h"

struct world;

/* For struct engine_model. */
void care_handle(void *world, unsigned partition, const struct event *event);
void care_deliver(void *world, unsigned partition, const struct message *message);
int care_compare(const void *world, const struct event *a, const struct event *b);

/* Schedules what is pending at time 0: first arrivals, shifts, the backlog. */
void care_start(struct world *whole);

/* Somebody who has fallen ill seeks care for the first time. */
void care_seek(struct world *world, uint32_t who, int64_t now_us);

/* Somebody goes on from a stage; anew: it is another one than before. */
void care_go_on(struct world *world, uint32_t who, int32_t stage, bool anew, int64_t now_us);

#endif
