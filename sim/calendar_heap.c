#include "sim/calendar_heap.h"

#include <stdlib.h>

bool heap_grow(struct heap *heap)
{
    const size_t old = heap->capacity;
    if (!events_grow(&heap->slots, &heap->capacity, heap->end, old + 1))
        return false;
    for (size_t i = old; i < heap->capacity; i++)
        heap->slots[i] = EVENTS_NEVER;
    return true;
}

bool heap_init(struct heap *heap)
{
    *heap = (struct heap){.in_order = true};
    if (!heap_grow(heap))
        return false;
    heap->end = HEAP_ROOT;
    return true;
}

void heap_free(struct heap *heap)
{
    free(heap->slots);
    *heap = (struct heap){.in_order = true};
}

size_t heap_copy(const struct heap *heap, struct event *events)
{
    const size_t first = HEAP_ROOT + heap->hole, count = heap_count(heap);
    if (count > 0)
        memcpy(events, heap->slots + first, count * sizeof *events);
    return count;
}

int heap_check(const struct heap *heap, const char *name, struct err *err)
{
    if (heap->end < HEAP_ROOT || heap->end > heap->capacity || (heap->hole && heap->end == HEAP_ROOT))
        return err_fail(err, "calendar: the %s heap ends at %zu of %zu", name, heap->end, heap->capacity);
    for (size_t i = heap->end; i < heap->capacity; i++)
        if (heap->slots[i].at_us != INT64_MAX)
            return err_fail(err, "calendar: the %s heap has an event behind its end", name);
    for (size_t i = HEAP_ROOT + 1; i < heap->end; i++)
        if (heap->slots[parent_of(i)].at_us > heap->slots[i].at_us &&
            !(heap->hole && parent_of(i) == HEAP_ROOT))
            return err_fail(err, "calendar: the %s heap is out of order at %zu", name, i);
    for (size_t i = HEAP_ROOT + 1 + heap->hole; heap->in_order && i < heap->end; i++)
        if (heap->slots[i - 1].at_us > heap->slots[i].at_us)
            return err_fail(err, "calendar: the few of the %s heap are out of order at %zu", name, i);
    return 0;
}
