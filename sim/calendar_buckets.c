#include <stdlib.h>
#include <string.h>

#include "sim/calendar_parts.h"
#include "sim/mem.h"

enum {
    LINE_BYTES = 64,
    ENDS_WORTH = 8,       /* events of a bucket for which one end of another is worth being fetched */
    CELLS_MOST = 1 << 16, /* of the counting pass */
    FEW_CELLS = 2048,     /* that are counted where all calendars of a thread count theirs */
    INSERTION_MOST = 24,  /* longer runs are not sorted by insertion */
    IN_A_BUCKET = 256,    /* events, at first, when the calendar chooses the width */
};

static inline size_t cell_of(const struct event *event, int64_t start_us, uint64_t factor)
{
    return (size_t)high_product((uint64_t)event->at_us - (uint64_t)start_us, factor);
}

static size_t cells_for(int64_t width_us, size_t count)
{
    size_t cells = 1;
    while (cells < count && cells < CELLS_MOST)
        cells *= 2;
    while (cells > (uint64_t)width_us)
        cells /= 2;
    return cells;
}

/* A chunk was filled long ago: the next one is under way while one is read. */
static void fetch(const void *chunk)
{
    for (size_t byte = 0; byte < CHUNK_BYTES; byte += LINE_BYTES)
        mem_fetch((const char *)chunk + byte);
}

/* Fills cells[i + 1] with the number of events before the end of cell i; and fetches where they will be put.
 */
static void count_cells(struct bucket bucket, int64_t start_us, uint64_t factor, const struct event *sorted,
                        uint32_t *cells, size_t cell_count)
{
    memset(cells, 0, (cell_count + 1) * sizeof *cells);
    size_t fill = bucket_fill(bucket);
    for (const struct chunk *chunk = bucket_newest(bucket); chunk != NULL; fill = CHUNK_EVENTS) {
        const struct chunk *older = chunk->older;
        if (older != NULL)
            fetch(older);
        fetch(sorted + chunk->before);
        for (size_t i = 0; i < fill; i++)
            cells[cell_of(&chunk->events[i], start_us, factor) + 1]++;
        chunk = older;
    }
    for (size_t cell = 1; cell <= cell_count; cell++)
        cells[cell] += cells[cell - 1];
}

/* Sorts the fine bucket that starts at start_us into calendar->sorted, which is large enough, and gives its
 * chunks back. */
static void sort_bucket(struct calendar *calendar, struct bucket bucket, size_t count, int64_t start_us)
{
    const size_t cell_count = cells_for(calendar->fine.width_us, count);
    const uint64_t factor = calendar->fine.reciprocal * cell_count;
    uint32_t few[FEW_CELLS + 1];
    uint32_t *ends = cell_count <= FEW_CELLS ? few : calendar->cells;
    count_cells(bucket, start_us, factor, calendar->sorted, ends, cell_count);
    size_t fill = bucket_fill(bucket);
    for (struct chunk *chunk = bucket_newest(bucket); chunk != NULL; fill = CHUNK_EVENTS) {
        for (size_t i = 0; i < fill; i++)
            calendar->sorted[ends[cell_of(&chunk->events[i], start_us, factor)]++] = chunk->events[i];
        struct chunk *older = chunk->older;
        chunks_spare(&calendar->chunks, chunk);
        chunk = older;
    }
    /* Where many fall into one cell, insertion would take their number squared. */
    for (size_t cell = 0, from = 0; cell < cell_count; from = ends[cell], cell++)
        if (ends[cell] - from > INSERTION_MOST)
            events_sort(calendar->sorted + from, ends[cell] - from, events_earlier, NULL);
    events_insert(calendar->sorted, count);
}

static bool open_bucket(struct calendar *calendar, size_t number)
{
    struct ring *fine = &calendar->fine;
    const size_t count = ring_count(fine, number);
    ring_fetch_ends(fine, count / ENDS_WORTH);
    if (!events_grow(&calendar->sorted, &calendar->sorted_capacity, 0, count + 2))
        return false;
    const int64_t start_us = ring_bucket_us(fine, number);
    const struct bucket bucket = ring_advance(fine, number);
    sort_bucket(calendar, bucket, count, start_us);
    calendar->sorted[count] = calendar->sorted[count + 1] = EVENTS_NEVER;
    calendar->sorted_count = count;
    calendar->announced = 0;
    calendar->next = calendar->sorted;
    calendar->open_end_us = fine->start_us;
    return true;
}

static bool far_to_coarse(struct calendar *calendar)
{
    for (;;) {
        heap_settle(&calendar->far);
        const struct event first = calendar->far.slots[HEAP_ROOT];
        if (calendar->far.end == HEAP_ROOT || !ring_covers(&calendar->coarse, first.at_us))
            return true;
        if (!ring_add(&calendar->coarse, &calendar->chunks, first))
            return false;
        calendar->far.hole = true;
    }
}

/* Spreads a bucket of the coarse ring over the fine one, which is empty. */
static bool spread(struct calendar *calendar, size_t number)
{
    calendar->fine.start_us = calendar->open_end_us = ring_bucket_us(&calendar->coarse, number);
    const struct bucket bucket = ring_advance(&calendar->coarse, number);
    size_t fill = bucket_fill(bucket);
    for (struct chunk *chunk = bucket_newest(bucket); chunk != NULL; fill = CHUNK_EVENTS) {
        struct chunk *older = chunk->older;
        if (older != NULL)
            fetch(older);
        for (size_t i = 0; i < fill; i++)
            if (!ring_add(&calendar->fine, &calendar->chunks, chunk->events[i]))
                return false;
        chunks_spare(&calendar->chunks, chunk);
        chunk = older;
    }
    return far_to_coarse(calendar);
}

/* With both rings empty, lets the coarse one start at the bucket of the first far event. */
static bool jump(struct calendar *calendar, int64_t before_us)
{
    heap_settle(&calendar->far);
    const int64_t at_us = calendar->far.slots[HEAP_ROOT].at_us;
    if (at_us >= before_us)
        return false;
    struct ring *coarse = &calendar->coarse;
    coarse->start_us = at_us - (int64_t)(ring_offset(coarse, at_us) % (uint64_t)coarse->width_us);
    calendar->exhausted |= !far_to_coarse(calendar);
    return !calendar->exhausted;
}

/* Fills the fine ring with the next events, if they are in a bucket that starts before before_us. */
static bool refill_fine(struct calendar *calendar, int64_t before_us)
{
    size_t number = ring_first_used(&calendar->coarse);
    if (number == calendar->coarse.size) {
        if (!jump(calendar, before_us))
            return false;
        number = ring_first_used(&calendar->coarse);
    }
    if (ring_bucket_us(&calendar->coarse, number) >= before_us)
        return false;
    calendar->exhausted |= !spread(calendar, number);
    return !calendar->exhausted;
}

bool calendar_open_next(struct calendar *calendar, int64_t before_us)
{
    if (calendar->fine.buckets == NULL)
        return false;
    size_t number = ring_first_used(&calendar->fine);
    if (number == calendar->fine.size) {
        if (!refill_fine(calendar, before_us))
            return false;
        number = ring_first_used(&calendar->fine);
    }
    if (ring_bucket_us(&calendar->fine, number) >= before_us)
        return false;
    calendar->exhausted |= !open_bucket(calendar, number);
    return !calendar->exhausted;
}

bool calendar_keep_for_later(struct calendar *calendar, struct event event)
{
    if (calendar->fine.buckets == NULL)
        return heap_push(&calendar->near, event);
    if (event.at_us < calendar->coarse.start_us)
        return ring_add(&calendar->fine, &calendar->chunks, event);
    if (ring_covers(&calendar->coarse, event.at_us))
        return ring_add(&calendar->coarse, &calendar->chunks, event);
    return heap_push(&calendar->far, event);
}

bool calendar_init_buckets(struct calendar *calendar, int64_t start_us, int64_t bucket_us)
{
    calendar->open_end_us = start_us;
    calendar->cells = mem_lines(CELLS_MOST + 1, sizeof *calendar->cells);
    return calendar->cells != NULL && heap_init(&calendar->far) &&
           ring_init(&calendar->fine, FINE_BUCKETS, start_us, bucket_us) &&
           ring_init(&calendar->coarse, COARSE_BUCKETS, start_us + FINE_BUCKETS * bucket_us,
                     FINE_BUCKETS * bucket_us);
}

void calendar_free_buckets(struct calendar *calendar)
{
    free(calendar->cells);
    calendar->cells = NULL;
    ring_free(&calendar->fine);
    ring_free(&calendar->coarse);
    heap_free(&calendar->far);
}

/* The time that so many of the near heap's events are not after, but for that of the first; 0 when there is
 * no telling. */
static int64_t width_for(const struct calendar *calendar, size_t events)
{
    const struct heap *heap = &calendar->near;
    const size_t count = heap->end - HEAP_ROOT;
    struct event *sorted = mem_lines(count, sizeof *sorted);
    if (sorted == NULL)
        return 0;
    memcpy(sorted, heap->slots + HEAP_ROOT, count * sizeof *sorted);
    events_sort(sorted, count, events_earlier, NULL);
    int64_t width_us = 0;
    if (__builtin_sub_overflow(sorted[events].at_us, sorted[0].at_us, &width_us) || width_us > WIDTH_MOST_US)
        width_us = 0;
    free(sorted);
    return width_us;
}

void calendar_change_to_buckets(struct calendar *calendar)
{
    struct heap *near = &calendar->near;
    heap_settle(near);
    calendar->many *= 4; /* if it fails */
    const int64_t width_us = width_for(calendar, IN_A_BUCKET), start_us = near->slots[HEAP_ROOT].at_us;
    if (width_us <= 0 || start_us > INT64_MAX - FINE_BUCKETS * width_us)
        return;
    if (!calendar_init_buckets(calendar, start_us, width_us)) {
        calendar_free_buckets(calendar);
        calendar->open_end_us = INT64_MAX;
        return;
    }
    const struct heap old = *near;
    *near = (struct heap){0};
    if (!heap_init(near)) {
        calendar_free_buckets(calendar);
        *near = old;
        calendar->open_end_us = INT64_MAX;
        return;
    }
    for (size_t i = HEAP_ROOT; i < old.end; i++)
        calendar_push(calendar, old.slots[i]);
    free(old.slots);
}
