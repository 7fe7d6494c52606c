#ifndef COUNTERPART_SIM_CALENDAR_H
#define COUNTERPART_SIM_CALENDAR_H

/* The pending events of one partition, in the order (time, kind, identity).
 * Insertion order never matters. A cancelled event stays and is ignored by its
 * handler. Near events are in a heap; with a bucket width, later ones wait
 * unsorted in a ring of buckets that are sorted when the clock reaches them. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

struct event {
    int64_t at_us;
    uint32_t kind; /* of the model's enum: the lower goes first at equal times */
    uint32_t who;  /* index of a patient, a stream, a station ... as the kind says */
};

/* Breaks ties of time and kind by identity: negative, zero or positive as a goes before, with or after b. It
 * is asked when the clock has reached the events, never before: a cancelled event whose index has been given
 * to somebody else meanwhile does no harm. Where it answers zero, the lower index goes first. */
typedef int event_compare(const void *model, const struct event *a, const struct event *b);

struct calendar;

/* bucket_us = 0: a heap alone, best for few pending events. Otherwise the width of a bucket: good are 100 to
 * 1,000 events in it, and most delays longer than it. The caller frees. */
MUST_CHECK struct calendar *calendar_new(int64_t bucket_us, event_compare *compare, const void *model,
                                         struct err *err);
void calendar_free(struct calendar *calendar);

/* Schedules an event, not before the last one taken. An event at INT64_MAX is never due. When memory runs out
 * the event is lost and calendar_exhausted() stays true: the engine stops the run. */
void calendar_push(struct calendar *calendar, struct event event);
bool calendar_exhausted(const struct calendar *calendar);

/* Takes the first event that is due before `before_us`; false when there is none, or when the calendar is
 * exhausted. */
bool calendar_take(struct calendar *calendar, int64_t before_us, struct event *event);

/* A guess at the event that is `places` (0: the next) after the last one taken, to fetch from memory what it
 * will need. False when the calendar has none at hand. */
bool calendar_ahead(const struct calendar *calendar, size_t places, struct event *event);

size_t calendar_pending(const struct calendar *calendar);

/* Copies all pending events, in no order, into an array of calendar_pending() of them. */
void calendar_copy(const struct calendar *calendar, struct event *events);

/* Invariants, for tests and the debug build: 0 when the structure is sound. */
MUST_CHECK int calendar_check(const struct calendar *calendar, struct err *err);

#endif
