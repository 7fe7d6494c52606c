#include "sim/calendar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/calendar_parts.h"
#include "sim/mem.h"

enum { MANY = 512 }; /* pending events for which buckets are better than a heap */

static const struct event never = {.at_us = INT64_MAX, .kind = UINT32_MAX, .who = UINT32_MAX};

/* Sees what the short ways through calendar_take() and calendar_push() need to know. */
static void look(struct calendar *calendar)
{
    calendar->plain = calendar->instant_count == 0 && !calendar->exhausted;
    calendar->take_until_us = calendar->plain && calendar->near.in_order ? calendar->next->at_us : INT64_MIN;
    calendar->fill_until_us = calendar->near.in_order ? calendar->open_end_us : INT64_MIN;
}

struct calendar *calendar_new(int64_t bucket_us, event_compare *compare, const void *model, struct err *err)
{
    assert(compare != NULL);
    if (bucket_us < 0 || bucket_us > WIDTH_MOST_US) {
        err_fail(err, "a calendar's bucket of %lld us is not between 0 and %lld us", (long long)bucket_us,
                 (long long)WIDTH_MOST_US);
        return NULL;
    }
    struct calendar *calendar = mem_zeroed(1, sizeof *calendar, err);
    if (calendar == NULL)
        return NULL;
    calendar->compare = compare;
    calendar->model = model;
    calendar->next = &never;
    calendar->many = MANY;
    calendar->open_end_us = INT64_MAX;
    if (!heap_init(&calendar->near) || (bucket_us > 0 && !calendar_init_buckets(calendar, 0, bucket_us))) {
        err_fail(err, "out of memory: a calendar could not be made");
        calendar_free(calendar);
        return NULL;
    }
    look(calendar);
    return calendar;
}

void calendar_free(struct calendar *calendar)
{
    if (calendar == NULL)
        return;
    calendar_free_buckets(calendar);
    chunks_free(&calendar->chunks);
    heap_free(&calendar->near);
    free(calendar->instant);
    free(calendar->sorted);
    free(calendar);
}

/* Apart, so that the common case saves no registers. */
__attribute__((noinline)) static void push_any(struct calendar *calendar, struct event event)
{
    const bool kept = event.at_us < calendar->open_end_us ? heap_push(&calendar->near, event)
                                                          : calendar_keep_for_later(calendar, event);
    calendar->exhausted |= !kept;
    if (__builtin_expect(calendar->near.end - HEAP_ROOT > calendar->many, 0) &&
        calendar->fine.buckets == NULL)
        calendar_change_to_buckets(calendar);
    look(calendar);
}

void calendar_push(struct calendar *calendar, struct event event)
{
    struct heap *near = &calendar->near;
    if (near->hole && event.at_us < calendar->fill_until_us) {
        near->hole = false;
        sink(near, event);
        return;
    }
    /* What is open stays as it is. */
    if (event.at_us >= calendar->open_end_us && calendar->fine.buckets != NULL &&
        calendar_keep_for_later(calendar, event))
        return;
    push_any(calendar, event);
}

bool calendar_exhausted(const struct calendar *calendar)
{
    return calendar->exhausted;
}

static bool take_first(struct calendar *calendar, int64_t before_us, struct event *event)
{
    if (calendar->exhausted)
        return false;
    if (calendar->instant_count > 0)
        return calendar_take_of_instant(calendar, before_us, event);
    heap_settle(&calendar->near);
    for (;;) {
        const struct event *root = &calendar->near.slots[HEAP_ROOT];
        const struct event *listed = calendar->next;
        const bool from_heap = root->at_us < listed->at_us;
        const struct event *first = from_heap ? root : listed;
        if (first->at_us >= before_us) {
            if (first->at_us != INT64_MAX || !calendar_open_next(calendar, before_us))
                return false;
            continue;
        }
        if (from_heap ? heap_is_tied(&calendar->near)
                      : (root->at_us == listed->at_us) | (listed[1].at_us == listed->at_us)) {
            calendar_gather(calendar, first->at_us);
            return !calendar->exhausted && calendar_take_of_instant(calendar, before_us, event);
        }
        *event = *first;
        calendar->near.hole = from_heap;
        calendar->next += !from_heap;
        return true;
    }
}

__attribute__((noinline)) static bool take_any(struct calendar *calendar, int64_t before_us,
                                               struct event *event)
{
    const bool taken = take_first(calendar, before_us, event);
    look(calendar);
    return taken;
}

bool calendar_take(struct calendar *calendar, int64_t before_us, struct event *event)
{
    struct heap *near = &calendar->near;
    const struct event *first = &near->slots[HEAP_ROOT];
    if (first->at_us < before_us && first->at_us < calendar->take_until_us && !near->hole &&
        first->at_us != first[1].at_us) {
        *event = *first;
        near->hole = true;
        return true;
    }
    const struct event *listed = calendar->next;
    if (listed->at_us < before_us && listed->at_us < first->at_us && !near->hole && calendar->plain &&
        listed->at_us != listed[1].at_us) {
        *event = *listed;
        calendar->next = listed + 1;
        calendar->take_until_us = near->in_order ? listed[1].at_us : INT64_MIN;
        return true;
    }
    return take_any(calendar, before_us, event);
}

bool calendar_has_buckets(const struct calendar *calendar)
{
    return calendar->fine.buckets != NULL;
}

bool calendar_foresee(struct calendar *calendar, size_t places, struct event *event)
{
    if (calendar->sorted == NULL)
        return false;
    const size_t taken = (size_t)(calendar->next - calendar->sorted);
    if (calendar->announced < taken)
        calendar->announced = taken;
    if (calendar->announced >= calendar->sorted_count || calendar->announced - taken >= places)
        return false;
    *event = calendar->sorted[calendar->announced++];
    return true;
}

static size_t left_of_sorted(const struct calendar *calendar)
{
    return calendar->sorted == NULL ? 0
                                    : (size_t)(calendar->sorted + calendar->sorted_count - calendar->next);
}

size_t calendar_pending(const struct calendar *calendar)
{
    return calendar->instant_count + heap_count(&calendar->near) + left_of_sorted(calendar) +
           calendar->fine.count + calendar->coarse.count + heap_count(&calendar->far);
}

void calendar_copy(const struct calendar *calendar, struct event *events)
{
    size_t count = calendar->instant_count;
    if (count > 0)
        memcpy(events, calendar->instant, count * sizeof *events);
    count += heap_copy(&calendar->near, events + count);
    if (calendar->fine.buckets == NULL)
        return;
    const size_t left = left_of_sorted(calendar);
    if (left > 0)
        memcpy(events + count, calendar->next, left * sizeof *events);
    count += left;
    count += ring_copy(&calendar->fine, events + count);
    count += ring_copy(&calendar->coarse, events + count);
    heap_copy(&calendar->far, events + count);
}
