#ifndef COUNTERPART_MODELS_INTERRUPTION_H
#define COUNTERPART_MODELS_INTERRUPTION_H

/* Services that end too early: better priorities preempt worse ones, and a
 * timetable may take servers away. Who is interrupted waits at the head of the
 * line and goes on as the station says. Only wards that allow it keep a list of
 * whom they serve. */

#include <stdbool.h>
#include <stdint.h>

struct ward;
struct world;

/* A patient's service at a ward has begun or goes on, or ends. */
void interruption_began(struct world *world, uint32_t who, int64_t duration_us);
void interruption_ended(struct world *world, uint32_t who);

/* Somebody of this level needs a server of a ward that is full: interrupts the service of the worst level
 * below it, and of those the one that began last. False when there is none. */
bool interruption_make_way(struct world *world, struct ward *ward, unsigned level, int64_t now_us);

/* The ward has fewer servers than patients in service: interrupts as many as are too many. */
void interruption_of_shift(struct world *world, struct ward *ward, int64_t now_us);

#endif
