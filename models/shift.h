#ifndef COUNTERPART_MODELS_SHIFT_H
#define COUNTERPART_MODELS_SHIFT_H

/* More or fewer servers of a ward: when its timetable changes, and when a policy says so
 * (world_set_servers()). */

struct event;
struct world;

/* Schedules the first change of each timetable, at time 0. */
void shift_start(struct world *whole);
void shift_handle(struct world *world, const struct event *event);

#endif
