#include "bench/floor_calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

void *floor_room(size_t count, size_t size)
{
    void *items = mem_lines(count, size);
    if (items == NULL) {
        fputs("floor_country: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    memset(items, 0, count * size);
    return items;
}

void floor_calendar_init(struct floor_calendar *calendar, size_t hours)
{
    *calendar = (struct floor_calendar){.hours = hours};
    calendar->hour = floor_room(hours + 1, sizeof *calendar->hour);
    calendar->heap = floor_room(1 << 16, sizeof *calendar->heap);
}

struct floor_chunk *floor_calendar_chunk(struct floor_calendar *calendar)
{
    enum { BLOCK = 8191 };
    if (calendar->spare == NULL) {
        struct floor_chunk *block = floor_room(BLOCK, sizeof *block);
        for (size_t i = 0; i < BLOCK; i++) {
            block[i].older = calendar->spare;
            calendar->spare = &block[i];
        }
    }
    struct floor_chunk *chunk = calendar->spare;
    calendar->spare = chunk->older;
    return chunk;
}

static inline size_t cell_of(uint64_t event, uint64_t cells)
{
    return (size_t)((event >> 32) * cells >> 32);
}

size_t floor_calendar_sort(struct floor_calendar *calendar)
{
    struct floor_hour *hour = &calendar->hour[calendar->open];
    const size_t count = hour->count;
    if (count > calendar->room) {
        calendar->room = 2 * count;
        free(calendar->sorted);
        free(calendar->cells);
        calendar->sorted = floor_room(calendar->room, sizeof *calendar->sorted);
        calendar->cells = floor_room(calendar->room + 1, sizeof *calendar->cells);
    }
    memset(calendar->cells, 0, (count + 1) * sizeof *calendar->cells);
    size_t fill = hour->fill;
    for (struct floor_chunk *chunk = hour->newest; chunk != NULL; chunk = chunk->older, fill = FLOOR_CHUNK)
        for (size_t i = 0; i < fill; i++)
            calendar->cells[cell_of(chunk->event[i], count) + 1]++;
    for (size_t cell = 1; cell <= count; cell++)
        calendar->cells[cell] += calendar->cells[cell - 1];
    fill = hour->fill;
    for (struct floor_chunk *chunk = hour->newest, *older; chunk != NULL; chunk = older, fill = FLOOR_CHUNK) {
        for (size_t i = 0; i < fill; i++)
            calendar->sorted[calendar->cells[cell_of(chunk->event[i], count)]++] = chunk->event[i];
        older = chunk->older;
        chunk->older = calendar->spare;
        calendar->spare = chunk;
    }
    for (size_t i = 1; i < count; i++) {
        const uint64_t event = calendar->sorted[i];
        size_t place = i;
        for (; place > 0 && calendar->sorted[place - 1] > event; place--)
            calendar->sorted[place] = calendar->sorted[place - 1];
        calendar->sorted[place] = event;
    }
    return count;
}
