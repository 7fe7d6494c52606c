#ifndef COUNTERPART_MODELS_TRACE_H
#define COUNTERPART_MODELS_TRACE_H

/* Visits of patients to stations and wards, one row a segment, for those who want
 * to see every one of them. An interruption ends a segment of a visit; the next
 * one begins when the patient is served again. */

#include <stddef.h>
#include <stdint.h>

#include "models/watch.h"
#include "sim/err.h"

/* How a segment ended; rows of the same time stand in this order. */
enum trace_how {
    TRACE_SERVED,
    TRACE_BLOCKED, /* served, and held up before the patient could leave */
    TRACE_INTERRUPTED,
    TRACE_RENEGED,
    TRACE_TRANSFERRED, /* taken out of the line */
    TRACE_REJECTED,
    TRACE_BALKED,
    TRACE_PRESENT, /* still there when the run ends */
    TRACE_HOWS
};

#define TRACE_NEVER INT64_MAX

enum { TRACE_NOWHERE = -1, TRACE_OFFERS = -2 };

struct trace_row {
    int64_t arrived_us, started_us, ended_us, left_us; /* TRACE_NEVER: has not happened */
    uint32_t place, ordinal, visit;
    uint16_t condition;
    uint8_t how;
    int32_t station; /* ward; TRACE_NOWHERE; TRACE_OFFERS - offer for the line of its operators */
};

struct trace {
    struct trace_row *row; /* owned: what is complete */
    size_t count, capacity;
    struct trace_segment *open; /* owned: index 0 is not used */
    size_t open_used, open_capacity;
    uint32_t open_free; /* first of a list; 0: none */
    uint32_t *first;    /* owned: by patient, the newest open segment; 0: none */
    size_t first_capacity;
};

struct trace *trace_new(struct err *err);
void trace_free(struct trace *trace);

/* Adds the rows of another partition; to be closed after it. */
MUST_CHECK int trace_append(struct trace *trace, const struct trace *other, struct err *err);

/* For watch.h. Stops the run when memory has run out. */
void trace_change(struct world *world, const struct ward *ward, const struct patient *patient,
                  enum watch_event change, int64_t now_us);

/* Somebody who is kept at a ward waits to go on. */
void trace_block(struct world *world, const struct ward *ward, const struct patient *patient);
/* A patient who was not let into the system: a row without a station. */
void trace_refused(struct world *world, uint32_t stream, uint32_t ordinal, int64_t now_us);

/* The run is over: adds who is still there, and sorts. */
MUST_CHECK int trace_close(struct trace *trace, struct err *err);

#endif
