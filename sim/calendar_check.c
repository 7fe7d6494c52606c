#include "sim/calendar_parts.h"

/* The open events are before the fine ring; its own turn ends where the coarse ring starts. */
static int check_rings(const struct calendar *calendar, struct err *err)
{
    const struct ring *fine = &calendar->fine;
    const struct ring *coarse = &calendar->coarse;
    if (calendar->open_end_us != fine->start_us || coarse->start_us < fine->start_us)
        return err_fail(err, "calendar: the rings do not follow each other");
    const struct heap *far = &calendar->far;
    if (ring_check(fine, err) != 0 || ring_check(coarse, err) != 0 || heap_check(far, "far", err) != 0)
        return -1;
    for (size_t i = HEAP_ROOT + far->hole; i < far->end; i++)
        if (far->slots[i].at_us < coarse->start_us || ring_covers(coarse, far->slots[i].at_us))
            return err_fail(err, "calendar: an event of the rings is in the far heap");
    const struct heap *near = &calendar->near;
    for (size_t i = HEAP_ROOT + near->hole; i < near->end; i++)
        if (near->slots[i].at_us >= calendar->open_end_us)
            return err_fail(err, "calendar: an event of the rings is in the near heap");
    return 0;
}

static int check_sorted(const struct calendar *calendar, struct err *err)
{
    if (calendar->sorted == NULL)
        return 0;
    const struct event *end = calendar->sorted + calendar->sorted_count;
    for (const struct event *event = calendar->next; event < end; event++)
        if (event->at_us > event[1].at_us ||
            (event->at_us >= calendar->open_end_us && event->at_us != INT64_MAX))
            return err_fail(err, "calendar: the open bucket is out of order");
    if (end[0].at_us != INT64_MAX || end[1].at_us != INT64_MAX)
        return err_fail(err, "calendar: the open bucket has no end");
    return 0;
}

int calendar_check(const struct calendar *calendar, struct err *err)
{
    for (size_t i = 1; i < calendar->instant_count; i++)
        if (calendar->instant[i].at_us != calendar->instant[0].at_us ||
            calendar->instant[i].kind > calendar->instant[i - 1].kind)
            return err_fail(err, "calendar: the events of one instant are out of order");
    if (heap_check(&calendar->near, "near", err) != 0 || check_sorted(calendar, err) != 0)
        return -1;
    if (calendar->take_until_us != INT64_MIN && (!calendar->near.in_order || calendar->instant_count > 0 ||
                                                 calendar->take_until_us > calendar->next->at_us))
        return err_fail(err, "calendar: an event would be taken before its turn");
    return calendar->fine.buckets == NULL ? 0 : check_rings(calendar, err);
}
