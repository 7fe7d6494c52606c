#include "sim/events.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

enum { EVENTS_LEAST = 32 };

bool events_grow(struct event **events, size_t *capacity, size_t kept, size_t needed)
{
    if (needed <= *capacity)
        return true;
    size_t wanted = *capacity < EVENTS_LEAST ? EVENTS_LEAST : *capacity;
    while (wanted < needed)
        if (__builtin_mul_overflow(wanted, (size_t)2, &wanted))
            return false;
    struct event *moved = mem_lines(wanted, sizeof *moved);
    if (moved == NULL)
        return false;
    if (kept > 0)
        memcpy(moved, *events, kept * sizeof *moved);
    free(*events);
    *events = moved;
    *capacity = wanted;
    return true;
}

bool events_earlier(const void *none, const struct event *a, const struct event *b)
{
    (void)none;
    return a->at_us < b->at_us;
}

void events_sort(struct event *events, size_t count, events_before *before, const void *data)
{
    size_t roots = count / 2;
    size_t end = count;
    while (end > 1) {
        struct event event;
        if (roots > 0) {
            event = events[--roots];
        } else {
            event = events[--end];
            events[end] = events[0];
        }
        size_t place = roots;
        for (size_t child = 2 * place + 1; child < end; child = 2 * place + 1) {
            if (child + 1 < end && before(data, &events[child], &events[child + 1]))
                child++;
            if (!before(data, &event, &events[child]))
                break;
            events[place] = events[child];
            place = child;
        }
        events[place] = event;
    }
}

void events_insert(struct event *events, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct event event = events[i];
        size_t place = i;
        for (; place > 0 && events[place - 1].at_us > event.at_us; place--)
            events[place] = events[place - 1];
        events[place] = event;
    }
}
