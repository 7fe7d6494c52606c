#ifndef COUNTERPART_BENCH_FLOOR_CALENDAR_H
#define COUNTERPART_BENCH_FLOOR_CALENDAR_H

/* The calendar of the country by hand: events of an hour in chunks, sorted when the hour opens, and a heap
 * for what is due within the open hour. The program ends when memory runs out. */

#include <stddef.h>
#include <stdint.h>

#define FLOOR_HOUR_US INT64_C(3600000000)

enum floor_kind { DEPART, RENEGE, TRANSFER, ARRIVE };

/* An event is one number: time within the hour, kind, who. */
enum { FLOOR_KIND_BITS = 2, FLOOR_WHO_BITS = 30, FLOOR_CHUNK = 31 };

static inline uint64_t floor_event(uint64_t offset_us, enum floor_kind kind, uint32_t who)
{
    return offset_us << 32 | (uint64_t)kind << FLOOR_WHO_BITS | who;
}

static inline enum floor_kind floor_kind_of(uint64_t event)
{
    return (enum floor_kind)(event >> FLOOR_WHO_BITS & ((1u << FLOOR_KIND_BITS) - 1));
}

static inline uint32_t floor_who_of(uint64_t event)
{
    return (uint32_t)event & ((1u << FLOOR_WHO_BITS) - 1);
}

static inline int64_t floor_offset_us(uint64_t event)
{
    return (int64_t)(event >> 32);
}

struct floor_chunk {
    struct floor_chunk *older;
    uint64_t event[FLOOR_CHUNK];
};

struct floor_hour {
    struct floor_chunk *newest;
    uint32_t count, fill;
};

struct floor_calendar {
    struct floor_hour *hour; /* of the run; one more for what comes after it */
    size_t hours, open;
    struct floor_chunk *spare;
    uint64_t *sorted, *heap; /* of the open hour; what has been added since it opened */
    uint32_t *cells;
    size_t room, pending; /* of sorted; in the heap */
};

/* Zeroed, on lines of the cache. */
void *floor_room(size_t count, size_t size);

void floor_calendar_init(struct floor_calendar *calendar, size_t hours);

/* Sorts what is due in the open hour; returns how many. What is added to the hour after that is in the heap.
 */
size_t floor_calendar_sort(struct floor_calendar *calendar);

struct floor_chunk *floor_calendar_chunk(struct floor_calendar *calendar);

/* Before the hour is sorted. */
static inline void floor_calendar_put(struct floor_calendar *calendar, size_t number, uint64_t event)
{
    struct floor_hour *hour = &calendar->hour[number < calendar->hours ? number : calendar->hours];
    if (hour->newest == NULL || hour->fill == FLOOR_CHUNK) {
        struct floor_chunk *chunk = floor_calendar_chunk(calendar);
        chunk->older = hour->newest;
        hour->newest = chunk;
        hour->fill = 0;
    }
    hour->newest->event[hour->fill++] = event;
    hour->count++;
}

static inline void floor_calendar_push(struct floor_calendar *calendar, uint64_t event)
{
    uint64_t *heap = calendar->heap;
    size_t place = calendar->pending++;
    while (place > 0 && heap[(place - 1) / 4] > event) {
        heap[place] = heap[(place - 1) / 4];
        place = (place - 1) / 4;
    }
    heap[place] = event;
}

static inline uint64_t floor_calendar_pop(struct floor_calendar *calendar)
{
    uint64_t *heap = calendar->heap;
    const uint64_t first = heap[0], last = heap[--calendar->pending];
    size_t place = 0;
    for (size_t child = 1; child < calendar->pending; child = 4 * place + 1) {
        size_t least = child;
        for (size_t other = child + 1; other < child + 4 && other < calendar->pending; other++)
            least = heap[other] < heap[least] ? other : least;
        if (heap[least] >= last)
            break;
        heap[place] = heap[least];
        place = least;
    }
    heap[place] = last;
    return first;
}

static inline void floor_schedule(struct floor_calendar *calendar, int64_t at_us, enum floor_kind kind,
                                  uint32_t who)
{
    const size_t number = (size_t)at_us / FLOOR_HOUR_US;
    const uint64_t event = floor_event((uint64_t)at_us % FLOOR_HOUR_US, kind, who);
    if (number == calendar->open)
        floor_calendar_push(calendar, event);
    else
        floor_calendar_put(calendar, number, event);
}

#endif
