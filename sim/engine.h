#ifndef COUNTERPART_SIM_ENGINE_H
#define COUNTERPART_SIM_ENGINE_H

/* Runs a world that is cut into partitions: in windows, inside which a partition
 * hears nothing from the others and which may run them on several threads. A partition has its own calendar
 * and clock; facilities reach each other by messages with a declared delay, the same inside a partition and
 * across. Planning happens between windows with the whole world in view. */

#include <stdbool.h>
#include <stdint.h>

#include "sim/calendar.h"
#include "sim/err.h"

enum { MESSAGE_BYTES = 120 };

/* Something that moves or asks between facilities. What the payload means is the model's business. */
struct message {
    int64_t at_us; /* when it arrives */
    uint32_t kind, to;
    unsigned char payload[MESSAGE_BYTES];
};

/* What the engine asks of a model. `world` is handed through. */
struct engine_model {
    /* One event, at its time. With several threads, events of other partitions are handled at the same time:
     * a handler writes nothing that does not belong to its partition, and reads nothing that another one
     * writes. */
    void (*handle)(void *world, unsigned partition, const struct event *event);
    /* A message for this partition: schedule what it announces and nothing else. May come any time before it
     * is due, and in any order: at once within a partition, between windows across. Calendars ignore the
     * order in which they are filled, so how the world is cut cannot be seen, unless deliver leaves other
     * traces. Across, it is called as plan is: on the thread of engine_run(), while nothing else runs. NULL:
     * the model sends nothing. */
    void (*deliver)(void *world, unsigned partition, const struct message *message);
    /* Between windows, at planning epochs and at the start (time 0), before the events of that time. NULL:
     * nothing to plan. */
    int (*plan)(void *world, int64_t now_us, struct err *err);
    /* The first planning epoch after now_us; INT64_MAX for none. NULL as plan. Asked once after each plan. */
    int64_t (*next_plan)(const void *world, int64_t now_us);
    /* Until when nothing arrives across partitions of what is sent from now_us on, which is the time between
     * two windows: later than now_us. The next window goes no further. Asked before each window. NULL: for
     * window_us from now on, whatever the time. */
    int64_t (*lookahead)(const void *world, int64_t now_us);
    /* Breaks ties; see calendar.h. The model given to it is what `context` says, or the world. */
    event_compare *compare;
    /* What compare needs to know a partition's events by; asked once. NULL: the world. */
    const void *(*context)(const void *world, unsigned partition);
    /* A hint that this event is probably handled soon (after those announced before it; NULL: there is no
     * other, but one has been taken): fetch into the cache what it will touch, change nothing. On the thread
     * that handles the partition, before each event. NULL: none. */
    void (*prefetch)(const void *world, unsigned partition, const struct event *soon);
};

struct engine;

/* bucket_us: see calendar_new(). window_us: see window_choose(); one partition needs none and runs from epoch
 * to epoch, and a model with a lookahead of its own is asked for that instead. The model is copied. The
 * caller frees; the world must outlive the engine. */
MUST_CHECK struct engine *engine_new(const struct engine_model *model, void *world, unsigned partitions,
                                     int64_t window_us, int64_t bucket_us, struct err *err);
void engine_free(struct engine *engine);

/* Drops what is pending: nothing is run any more. How many events there have been is still known. */
void engine_end(struct engine *engine);

/* The partitions of a window run on so many threads, the one that calls engine_run() included: 1 at first,
 * never more than there are partitions. What happens does not depend on it. Not during engine_run(). Fails
 * when the system does not give them; the engine keeps those it had. */
MUST_CHECK int engine_set_threads(struct engine *engine, unsigned threads, struct err *err);

/* Runs events with time < until_us and planning epochs <= until_us - 1; may be called again with a later
 * time, which gives the same as one call. Fails when memory runs out, the model's plan fails, the model stops
 * the run or breaks a rule below; it cannot be continued then. */
MUST_CHECK int engine_run(struct engine *engine, int64_t until_us, struct err *err);

/* For handlers, and for deliver and plan, where now is the end of the window before. A handler names its own
 * partition only. */
int64_t engine_now(const struct engine *engine, unsigned partition);
/* Not before now: the run stops otherwise. */
void engine_schedule(struct engine *engine, unsigned partition, struct event event);
/* Sends a message (its at_us is filled in); delay from now, not negative. Across partitions the delay must
 * not be shorter than the window, nor what is sent arrive before the model's lookahead (the run stops with an
 * error otherwise), but between windows, where it is delivered at once. */
void engine_send(struct engine *engine, unsigned from, unsigned to, int64_t delay_us, struct message message);

/* Handlers called so far, over all partitions or in one; for plan, and when nothing runs. */
uint64_t engine_events(const struct engine *engine);
uint64_t engine_partition_events(const struct engine *engine, unsigned partition);

/* Between runs: all pending events of a partition, in no order. Malloc'ed; NULL when memory has run out. */
MUST_CHECK struct event *engine_pending(const struct engine *engine, unsigned partition, size_t *count,
                                        struct err *err);
/* Takes up a world that is now at this time, in an engine that has not run: forgets all events and sets every
 * clock; the model then schedules what is due, and its next_plan is asked for the first epoch that is not
 * before. */
MUST_CHECK int engine_restart(struct engine *engine, int64_t now_us, struct err *err);

/* A model that cannot go on (memory): the run stops with this reason, which is copied. From any thread. From
 * a handler it stops the partition; the others finish the window, and of several reasons that of the
 * partition with the lowest number is given, whatever the threads. From elsewhere it stops everything at
 * once. */
void engine_stop(struct engine *engine, const char *reason);

#endif
