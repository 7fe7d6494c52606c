#ifndef COUNTERPART_SIM_CALENDAR_PARTS_H
#define COUNTERPART_SIM_CALENDAR_PARTS_H

/* The inside of a calendar, for the files that begin with calendar_. Everything
 * orders events by time alone. Events of the same instant are gathered when the
 * first of them is due, and only then put in the order (kind, identity). */

#include "sim/calendar.h"
#include "sim/calendar_heap.h"
#include "sim/calendar_ring.h"

/* Few fine buckets, so that the chunks that events are added to stay in the near caches: to move most events
 * once more, many at a time, takes less than to fetch a line for each. */
enum { FINE_BUCKETS = 128, COARSE_BUCKETS = RING_BUCKETS_MOST };

/* So that turns of the coarse ring can be counted. */
#define WIDTH_MOST_US (INT64_MAX / RING_BUCKETS_MOST / RING_BUCKETS_MOST / 2)

/* Times up to fine.start_us are open: in the near heap and, from the bucket opened last, in the sorted list.
 * Those up to coarse.start_us are in the fine ring, one turn of which is one bucket of the coarse ring; what
 * is beyond that is in the far heap. */
struct calendar {
    struct heap near;
    bool plain;  /* no instant is being taken, and there is memory: kept by look(), as the times below */
    size_t many; /* when so many are in the near heap and there are no buckets, these are made */
    const struct event *next; /* of the sorted list, which ends in two NEVER */
    int64_t open_end_us;      /* fine.start_us; INT64_MAX without buckets */
    bool exhausted;

    /* Where nothing else is to be looked at: the near heap's first event may be taken as it is before the
     * first time, and an event before the second fills its hole. Kept by look(). */
    int64_t take_until_us, fill_until_us;

    struct event *instant; /* owned; the events of one time that are being taken, the first one last */
    size_t instant_count, instant_capacity;
    event_compare *compare;
    const void *model;

    struct ring fine, coarse;
    struct heap far;
    struct chunks chunks;

    struct event *sorted; /* owned */
    size_t sorted_count, sorted_capacity, announced;
    uint32_t *cells; /* owned; CELLS_MOST + 1 */
};

/* Events of one instant, in calendar_instant.c: gathers those of this time; takes the first of them if it is
 * due before before_us. */
void calendar_gather(struct calendar *calendar, int64_t at_us);
bool calendar_take_of_instant(struct calendar *calendar, int64_t before_us, struct event *event);

/* Buckets, in calendar_buckets.c. */
bool calendar_init_buckets(struct calendar *calendar, int64_t start_us, int64_t bucket_us);
void calendar_free_buckets(struct calendar *calendar);
/* Moves the near heap's events into buckets. Without memory for these the heap stays as it is. */
void calendar_change_to_buckets(struct calendar *calendar);
/* Keeps an event that is not due before the open bucket ends. False when there is no memory. */
bool calendar_keep_for_later(struct calendar *calendar, struct event event);
/* Opens the next bucket that holds events, if it starts before before_us. Nothing is left of the open one. */
bool calendar_open_next(struct calendar *calendar, int64_t before_us);

#endif
