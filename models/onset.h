#ifndef COUNTERPART_MODELS_ONSET_H
#define COUNTERPART_MODELS_ONSET_H

/* How people fall ill: when the next patient of a stream comes, and, where what
 * happens at onset depends on nothing that changes from one planning epoch to the
 * next, all patients of a span at once. Their choice reads the rules, the board and
 * beliefs only, so that a partition may go through its streams one after the other,
 * place by place, with the luck of several drawn side by side, and send everybody on
 * the way. Nobody can tell when that was done: a span ends before anything is looked
 * at or changed from outside, and counts do not depend on order. */

#include <stdbool.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/rng.h"

struct event;
struct world;

/* What of its streams a partition goes through ahead of time, by place, then condition. */
struct onset {
    uint32_t *stream; /* owned by the arena of the view */
    int64_t *next_us; /* when the next patient of each comes; likewise */
    uint32_t count;   /* 0: none, or no longer */
    int64_t span_us;
    int64_t begins_us;    /* the next span; INT64_MAX: none */
    int64_t undecided_us; /* up to then somebody falls ill who has not been sent anywhere by a span */
    uint64_t passes, ill; /* handlers called for it; who fell ill and is not handled any more for that */
};

/* Finds the streams; for the whole world, when it has been cut. */
MUST_CHECK int onset_init(struct world *world, struct err *err);
/* Patients come one by one from now on, before the run: for those who want to be told in order. */
void onset_one_by_one(struct world *whole);

/* Whether the stream is gone through ahead of time. */
bool onset_is_ahead(const struct world *world, uint32_t stream);

/* From now_us on, until when nobody falls ill in any partition who is not on the way already: the begin of
 * the next span, unless a stream is not gone through ahead of time or somebody has not been sent on the way.
 * now_us when that is not known. */
int64_t onset_known_until(const struct world *whole, int64_t now_us);

/* At time 0: finds the first patient of every stream, and schedules what has to be. */
void onset_start(struct world *whole);
/* After a state has been taken up: the next patient of a stream comes then; when all are known, schedules the
 * spans. */
void onset_restore(struct world *whole, uint32_t stream, int64_t at_us);
void onset_restart(struct world *whole, int64_t now_us);
/* When the next patients come of those who do not wait in the calendar, by stream. */
void onset_save(const struct world *whole, int64_t *at_us);

/* Events of patients that have been handled, whether all at once or one by one. */
uint64_t onset_events(const struct world *whole);

/* An arrival of a stream that is not gone through ahead of time, and at time 0 those who have waited since
 * before. In onset_single.c. */
void onset_arrive(struct world *world, const struct event *event);
void onset_backlog(struct world *whole);

/* For handlers: schedules the next arrival of a stream, `since_us` the one before; the luck of an arrival. */
void onset_schedule(struct world *world, uint32_t stream, int64_t since_us);
struct rng_words onset_luck(const struct world *world, uint32_t stream, uint32_t number);

/* A span begins; and is to begin then. In onset_span.c. */
void onset_handle(struct world *world, const struct event *event);
void onset_schedule_span(struct world *world, int64_t at_us);

#endif
