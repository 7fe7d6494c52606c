#ifndef COUNTERPART_SIM_CALENDAR_HEAP_H
#define COUNTERPART_SIM_CALENDAR_HEAP_H

/* The heap of a calendar, by time alone: one comparison of integers, without
 * branches where nobody could guess them. Taking the first event leaves a hole, which the next event to come
 * fills. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sim/err.h"
#include "sim/events.h"

enum {
    HEAP_FAN = 4,  /* children of a node: they fill one cache line */
    HEAP_ROOT = 3, /* so that the children of every node start a line */
    HEAP_FEW = 8,  /* events that are kept in order */
};

/* slots[end ...] up to the capacity are never due, so that four children can be read wherever there is one.
 * Few events are kept in order, which is a heap, too: to put one in its place takes less than to sift it. */
struct heap {
    struct event *slots; /* owned */
    size_t end, capacity;
    bool hole;     /* the root has been taken */
    bool in_order; /* but for the hole */
};

/* Zeroes it before anything can fail. */
bool heap_init(struct heap *heap);
void heap_free(struct heap *heap);
bool heap_grow(struct heap *heap);

static inline size_t heap_count(const struct heap *heap)
{
    return heap->slots == NULL ? 0 : heap->end - HEAP_ROOT - heap->hole;
}

/* All of them, in no order. Returns how many. */
size_t heap_copy(const struct heap *heap, struct event *events);
/* Invariants; for tests. */
MUST_CHECK int heap_check(const struct heap *heap, const char *name, struct err *err);

static inline size_t child_of(size_t place)
{
    return HEAP_FAN * place - 2 * HEAP_FAN;
}

static inline size_t parent_of(size_t place)
{
    return place / HEAP_FAN + 2;
}

static inline size_t least_of_four(const struct event *four)
{
    const size_t a = four[1].at_us < four[0].at_us;
    const size_t b = 2 + (size_t)(four[3].at_us < four[2].at_us);
    /* Not ?:, which compilers make a branch that is guessed wrong every other time. */
    return a ^ ((a ^ b) & -(size_t)(four[b].at_us < four[a].at_us));
}

static inline uint64_t what_of(const struct event *event)
{
    uint64_t what;
    memcpy(&what, &event->kind, sizeof what);
    return what;
}

static inline void put(struct event *slot, uint64_t at_us, uint64_t what)
{
    slot->at_us = (int64_t)at_us;
    memcpy(&slot->kind, &what, sizeof what);
}

/* Exchanges an event on its way down with the one of a slot where that is earlier; the slot's place is left.
 */
struct sinking {
    uint64_t at_us, what;
};
static inline void exchange_if_earlier(struct event *place, const struct event *other, struct sinking *event)
{
    const uint64_t other_at_us = (uint64_t)other->at_us, other_what = what_of(other);
    const uint64_t exchange = -(uint64_t)(other->at_us < (int64_t)event->at_us);
    const uint64_t at_change = (event->at_us ^ other_at_us) & exchange;
    const uint64_t what_change = (event->what ^ other_what) & exchange;
    put(place, event->at_us ^ at_change, event->what ^ what_change);
    *event = (struct sinking){other_at_us ^ at_change, other_what ^ what_change};
}

/* Goes down to a leaf whatever the event, exchanging it with the child on the way where that is earlier:
 * without a branch, since nobody could guess where to stop. */
static inline void sift_down(struct heap *heap, struct event event)
{
    struct event *slots = heap->slots;
    struct sinking sinking = {(uint64_t)event.at_us, what_of(&event)};
    size_t place = HEAP_ROOT;
    for (size_t child = child_of(place); child < heap->end; child = child_of(place)) {
        child += least_of_four(slots + child);
        exchange_if_earlier(&slots[place], &slots[child], &sinking);
        place = child;
    }
    put(&slots[place], sinking.at_us, sinking.what);
}

/* The same where the events are in order. */
static inline void sink(struct heap *heap, struct event event)
{
    struct event *slots = heap->slots;
    struct sinking sinking = {(uint64_t)event.at_us, what_of(&event)};
    size_t place = HEAP_ROOT;
    for (; place + 1 < heap->end; place++)
        exchange_if_earlier(&slots[place], &slots[place + 1], &sinking);
    put(&slots[place], sinking.at_us, sinking.what);
}

/* The hole is filled by an event that comes. */
static inline void heap_fill(struct heap *heap, struct event event)
{
    heap->hole = false;
    if (heap->in_order)
        sink(heap, event);
    else
        sift_down(heap, event);
}

static inline bool heap_push(struct heap *heap, struct event event)
{
    if (heap->hole) {
        heap_fill(heap, event);
        return true;
    }
    if (heap->end == heap->capacity && !heap_grow(heap))
        return false;
    heap->in_order = heap->end <= HEAP_ROOT + 1 || (heap->in_order && heap->end < HEAP_ROOT + HEAP_FEW);
    struct event *slots = heap->slots;
    size_t place = heap->end++;
    if (heap->in_order) {
        for (; place > HEAP_ROOT && slots[place - 1].at_us > event.at_us; place--)
            slots[place] = slots[place - 1];
    } else {
        for (; place > HEAP_ROOT && slots[parent_of(place)].at_us > event.at_us; place = parent_of(place))
            slots[place] = slots[parent_of(place)];
    }
    slots[place] = event;
    return true;
}

/* Closes the hole that the last taken event has left. */
static inline void heap_settle(struct heap *heap)
{
    if (!heap->hole)
        return;
    heap->hole = false;
    heap->end--;
    const struct event last = heap->slots[heap->end];
    if (heap->in_order) {
        for (size_t place = HEAP_ROOT; place < heap->end; place++)
            heap->slots[place] = heap->slots[place + 1];
        heap->slots[heap->end] = EVENTS_NEVER;
        return;
    }
    heap->slots[heap->end] = EVENTS_NEVER;
    if (heap->end > HEAP_ROOT)
        sift_down(heap, last);
}

static inline bool heap_is_tied(const struct heap *heap)
{
    const int64_t at_us = heap->slots[HEAP_ROOT].at_us;
    const struct event *child = heap->slots + child_of(HEAP_ROOT);
    if (heap->in_order)
        return child[0].at_us == at_us;
    return (child[0].at_us == at_us) | (child[1].at_us == at_us) | (child[2].at_us == at_us) |
           (child[3].at_us == at_us);
}

#endif
