#include <string.h>

#include "sim/calendar_parts.h"

static int64_t order(const struct calendar *calendar, const struct event *a, const struct event *b)
{
    if (a->kind != b->kind)
        return (int64_t)a->kind - b->kind;
    const int by_identity = calendar->compare(calendar->model, a, b);
    return by_identity != 0 ? by_identity : (int64_t)a->who - b->who;
}

/* Sorting is last to first, because the instant is taken from its end. */
static bool later_in_instant(const void *calendar, const struct event *a, const struct event *b)
{
    return order(calendar, a, b) > 0;
}

static bool instant_reserve(struct calendar *calendar)
{
    return events_grow(&calendar->instant, &calendar->instant_capacity, calendar->instant_count,
                       calendar->instant_count + 1);
}

/* Moves one event of this time into the end of the instant, in no order. */
static bool pull(struct calendar *calendar, int64_t at_us)
{
    heap_settle(&calendar->near);
    const bool in_heap = calendar->near.slots[HEAP_ROOT].at_us == at_us;
    if (!in_heap && calendar->next->at_us != at_us)
        return false;
    if (!instant_reserve(calendar)) {
        calendar->exhausted = true;
        return false;
    }
    if (in_heap) {
        calendar->instant[calendar->instant_count++] = calendar->near.slots[HEAP_ROOT];
        calendar->near.hole = true;
    } else {
        calendar->instant[calendar->instant_count++] = *calendar->next++;
    }
    return true;
}

void calendar_gather(struct calendar *calendar, int64_t at_us)
{
    while (pull(calendar, at_us))
        ;
    events_sort(calendar->instant, calendar->instant_count, later_in_instant, calendar);
}

/* Finds the place of the last event of the instant, which has just come, among the others. */
static void insert_last(struct calendar *calendar)
{
    struct event *events = calendar->instant;
    const size_t last = calendar->instant_count - 1;
    const struct event event = events[last];
    size_t low = 0;
    size_t high = last;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (order(calendar, &events[middle], &event) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(events + low + 1, events + low, (last - low) * sizeof *events);
    events[low] = event;
}

bool calendar_take_of_instant(struct calendar *calendar, int64_t before_us, struct event *event)
{
    const int64_t at_us = calendar->instant[calendar->instant_count - 1].at_us;
    if (at_us >= before_us)
        return false;
    while (pull(calendar, at_us))
        insert_last(calendar);
    if (calendar->exhausted)
        return false;
    *event = calendar->instant[--calendar->instant_count];
    return true;
}
