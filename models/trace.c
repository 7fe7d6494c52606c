#include "models/trace.h"

#include <stdlib.h>

#include "models/case.h"

struct trace_segment {
    struct trace_row row;
    bool blocked, is_open;
    uint32_t next; /* older one of the same patient, or the next free one; 0: none */
};

struct trace *trace_new(struct err *err)
{
    struct trace *trace = mem_zeroed(1, sizeof *trace, err);
    if (trace != NULL)
        trace->open_used = 1;
    return trace;
}

void trace_free(struct trace *trace)
{
    if (trace == NULL)
        return;
    free(trace->row);
    free(trace->open);
    free(trace->first);
    free(trace);
}

/* Where a patient is, told by the ward or by whom the stage waits for; TRACE_NOWHERE where nobody and nothing
 * is needed. */
static int32_t station_of(const struct world *world, const struct ward *ward, const struct patient *patient)
{
    if (ward != NULL)
        return (int32_t)(ward - world->facilities.ward);
    const struct stage *stage = case_stage(world, patient);
    if (stage->service < 0 || patient->facility == PATIENT_NOWHERE)
        return TRACE_NOWHERE;
    const struct offer *offer =
        facility_offer(&world->facilities, patient->facility, (uint32_t)stage->service);
    return offer == NULL ? TRACE_NOWHERE : TRACE_OFFERS - (int32_t)(offer - world->facilities.offer);
}

static int add_row(struct trace *trace, struct trace_row row, struct err *err)
{
    struct trace_row *rows = mem_grow(trace->row, &trace->capacity, trace->count + 1, sizeof *rows, err);
    if (rows == NULL)
        return -1;
    trace->row = rows;
    trace->row[trace->count++] = row;
    return 0;
}

static int open_segment(struct trace *trace, uint32_t who, struct trace_row row, struct err *err)
{
    uint32_t *first = mem_grow(trace->first, &trace->first_capacity, (size_t)who + 1, sizeof *first, err);
    if (first == NULL)
        return -1;
    trace->first = first;
    uint32_t at = trace->open_free;
    if (at == 0) {
        struct trace_segment *open =
            mem_grow(trace->open, &trace->open_capacity, trace->open_used + 1, sizeof *open, err);
        if (open == NULL)
            return -1;
        trace->open = open;
        at = (uint32_t)trace->open_used++;
    } else {
        trace->open_free = trace->open[at].next;
    }
    trace->open[at] = (struct trace_segment){.row = row, .is_open = true, .next = first[who]};
    first[who] = at;
    return 0;
}

/* The link that leads to the newest open segment of a patient at a station; NULL when there is none. */
static uint32_t *find(struct trace *trace, uint32_t who, int32_t station)
{
    if (who >= trace->first_capacity)
        return NULL;
    uint32_t *link = &trace->first[who];
    while (*link != 0 && trace->open[*link].row.station != station)
        link = &trace->open[*link].next;
    return *link == 0 ? NULL : link;
}

static int close_segment(struct trace *trace, uint32_t *link, enum trace_how how, int64_t now_us,
                         struct err *err)
{
    const uint32_t at = *link;
    struct trace_segment *segment = &trace->open[at];
    segment->row.how = (uint8_t)how;
    segment->row.left_us = now_us;
    *link = segment->next;
    segment->is_open = false;
    segment->next = trace->open_free;
    trace->open_free = at;
    return add_row(trace, segment->row, err);
}

/* An interruption is a row of its own; the visit goes on. */
static int interrupt(struct trace *trace, struct trace_segment *segment, int64_t now_us, struct err *err)
{
    struct trace_row row = segment->row;
    row.how = TRACE_INTERRUPTED;
    row.left_us = now_us;
    segment->row.started_us = TRACE_NEVER;
    return add_row(trace, row, err);
}

static int change_segment(struct trace *trace, uint32_t *link, enum watch_event change, int64_t now_us,
                          struct err *err)
{
    struct trace_segment *segment = &trace->open[*link];
    switch (change) {
    case WATCH_BEGAN:
    case WATCH_RESUMED:
        segment->row.started_us = now_us;
        return 0;
    case WATCH_KEPT:
        segment->row.ended_us = now_us;
        return 0;
    case WATCH_INTERRUPTED:
        return interrupt(trace, segment, now_us, err);
    case WATCH_ENDED:
        segment->row.ended_us = now_us;
        return close_segment(trace, link, TRACE_SERVED, now_us, err);
    case WATCH_RELEASED:
        return close_segment(trace, link, segment->blocked ? TRACE_BLOCKED : TRACE_SERVED, now_us, err);
    case WATCH_RENEGED:
        return close_segment(trace, link, TRACE_RENEGED, now_us, err);
    case WATCH_REJECTED:
        return close_segment(trace, link, TRACE_REJECTED, now_us, err);
    case WATCH_BALKED:
        return close_segment(trace, link, TRACE_BALKED, now_us, err);
    case WATCH_LEFT:
        return close_segment(trace, link, TRACE_TRANSFERRED, now_us, err);
    case WATCH_CAME:
        break;
    }
    return 0;
}

void trace_change(struct world *world, const struct ward *ward, const struct patient *patient,
                  enum watch_event change, int64_t now_us)
{
    struct trace *trace = world->part.trace;
    struct err err = ERR_INIT;
    const uint32_t who = (uint32_t)(patient - world->part.patients.record);
    const int32_t station = station_of(world, ward, patient);
    int result = 0;
    if (station == TRACE_NOWHERE)
        return;
    if (change == WATCH_CAME) {
        const struct stream *stream = &world->demand.stream[patient->stream];
        const struct trace_row row = {.arrived_us = now_us,
                                      .started_us = TRACE_NEVER,
                                      .ended_us = TRACE_NEVER,
                                      .left_us = TRACE_NEVER,
                                      .place = stream->place,
                                      .ordinal = patient->ordinal,
                                      .visit = case_visit(world, who, case_stage(world, patient)),
                                      .condition = stream->condition,
                                      .how = TRACE_PRESENT,
                                      .station = station};
        result = open_segment(trace, who, row, &err);
    } else {
        uint32_t *link = find(trace, who, station);
        if (link != NULL)
            result = change_segment(trace, link, change, now_us, &err);
    }
    if (result != 0)
        engine_stop(world->engine, "out of memory for one more row of the trace");
}

void trace_block(struct world *world, const struct ward *ward, const struct patient *patient)
{
    struct trace *trace = world->part.trace;
    const uint32_t who = (uint32_t)(patient - world->part.patients.record);
    const uint32_t *link = find(trace, who, station_of(world, ward, patient));
    if (link != NULL)
        trace->open[*link].blocked = true;
}

void trace_refused(struct world *world, uint32_t stream, uint32_t ordinal, int64_t now_us)
{
    const struct stream *from = &world->demand.stream[stream];
    struct err err = ERR_INIT;
    const struct trace_row row = {.arrived_us = now_us,
                                  .started_us = TRACE_NEVER,
                                  .ended_us = TRACE_NEVER,
                                  .left_us = now_us,
                                  .place = from->place,
                                  .ordinal = ordinal,
                                  .condition = from->condition,
                                  .how = TRACE_REJECTED,
                                  .station = TRACE_NOWHERE};
    if (add_row(world->part.trace, row, &err) != 0)
        engine_stop(world->engine, "out of memory for one more row of the trace");
}

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By time, kind and identity: a total order, whatever the rows were gathered from. */
static int by_time(const void *a, const void *b)
{
    const struct trace_row *p = a, *q = b;
    const int64_t keys[][2] = {{p->left_us, q->left_us},   {p->how, q->how},
                               {p->place, q->place},       {p->condition, q->condition},
                               {p->ordinal, q->ordinal},   {p->arrived_us, q->arrived_us},
                               {p->visit, q->visit},       {p->started_us, q->started_us},
                               {p->ended_us, q->ended_us}, {p->station, q->station}};
    int order = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0] && order == 0; i++)
        order = by_number(keys[i][0], keys[i][1]);
    return order;
}

static void trace_sort(struct trace *trace)
{
    if (trace->count > 0)
        qsort(trace->row, trace->count, sizeof *trace->row, by_time);
}

int trace_close(struct trace *trace, struct err *err)
{
    for (size_t i = 1; i < trace->open_used; i++)
        if (trace->open[i].is_open && add_row(trace, trace->open[i].row, err) != 0)
            return -1;
    trace_sort(trace);
    return 0;
}

int trace_append(struct trace *trace, const struct trace *other, struct err *err)
{
    for (size_t i = 0; i < other->count; i++)
        if (add_row(trace, other->row[i], err) != 0)
            return -1;
    return 0;
}
