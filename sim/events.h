#ifndef COUNTERPART_SIM_EVENTS_H
#define COUNTERPART_SIM_EVENTS_H

/* Arrays of events, for the calendar. Sorting takes nobody's memory. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/calendar.h"

/* Never due: ends lists that are read up to an event that is not yet. */
#define EVENTS_NEVER ((struct event){.at_us = INT64_MAX, .kind = UINT32_MAX, .who = UINT32_MAX})

/* Makes room for `needed` events, of which `kept` are there already. False when memory has run out. */
bool events_grow(struct event **events, size_t *capacity, size_t kept, size_t needed);

/* Whether a comes before b in the order wanted. */
typedef bool events_before(const void *data, const struct event *a, const struct event *b);
/* In any order that can be asked for; equals in none in particular. */
void events_sort(struct event *events, size_t count, events_before *before, const void *data);

/* By time: in general, and where hardly anything is out of place. */
bool events_earlier(const void *none, const struct event *a, const struct event *b);
void events_insert(struct event *events, size_t count);

#endif
