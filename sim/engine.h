#ifndef COUNTERPART_SIM_ENGINE_H
#define COUNTERPART_SIM_ENGINE_H

/* Runs a world that is cut into partitions: in windows, inside which a partition
 * hears nothing from the others. A partition has its own calendar and clock;
 * facilities reach each other by messages with a declared delay, the same inside
 * a partition and across. Planning happens between windows with the whole world
 * in view. */

#include <stdbool.h>
#include <stdint.h>

#include "sim/calendar.h"
#include "sim/err.h"

enum { MESSAGE_BYTES = 96 };

/* Something that moves or asks between facilities. What the payload means is the model's business. */
struct message {
    int64_t at_us; /* when it arrives */
    uint32_t kind, to;
    unsigned char payload[MESSAGE_BYTES];
};

/* What the engine asks of a model. `world` is handed through. */
struct engine_model {
    /* One event, at its time. */
    void (*handle)(void *world, unsigned partition, const struct event *event);
    /* A message for this partition: schedule what it announces. May come before its time. */
    void (*deliver)(void *world, unsigned partition, const struct message *message);
    /* Between windows, at planning epochs and at the start (time 0). NULL: nothing to plan. */
    int (*plan)(void *world, int64_t now_us, struct err *err);
    /* The first planning epoch after now_us; INT64_MAX for none. NULL as plan. */
    int64_t (*next_plan)(const void *world, int64_t now_us);
    /* Breaks ties; see calendar.h. The model given to it is the world. */
    event_compare *compare;
};

struct engine;

/* bucket_us: see calendar_new(). The caller frees; the world must outlive the engine. */
MUST_CHECK struct engine *engine_new(const struct engine_model *model, void *world, unsigned partitions,
                                     int64_t window_us, int64_t bucket_us, struct err *err);
void engine_free(struct engine *engine);

/* Runs events with time < until_us and planning epochs <= until_us - 1; may be called again with a later time. Fails
 * when memory runs out or the model's plan fails. */
MUST_CHECK int engine_run(struct engine *engine, int64_t until_us, struct err *err);

/* For handlers. */
int64_t engine_now(const struct engine *engine, unsigned partition);
void engine_schedule(struct engine *engine, unsigned partition, struct event event);
/* Sends a message; delay from now. Across partitions the delay must not be shorter than the window (the run
 * stops with an error otherwise). */
void engine_send(struct engine *engine, unsigned from, unsigned to, int64_t delay_us, struct message message);

/* Handlers called so far, over all partitions. */
uint64_t engine_events(const struct engine *engine);

/* A model that cannot go on from inside a handler (memory): the run stops with this reason. */
void engine_stop(struct engine *engine, const char *reason);

#endif
