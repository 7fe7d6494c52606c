#ifndef COUNTERPART_MODELS_OBSERVE_H
#define COUNTERPART_MODELS_OBSERVE_H

/* The state of measured stations and of the whole system at set times. The state
 * at a time is that before the events of that time. The engine stops for planning
 * at these times, so that no event is needed. */

#include <stddef.h>
#include <stdint.h>

#include "models/named_time.h"
#include "sim/int128.h"

struct ward;
struct world;

/* Sums over observations. */
struct observed {
    int128 queue, busy;
    uint64_t all_busy; /* finitely many servers, and no one free */
};

struct observe {
    const struct named_time *time; /* since the end of the warm-up, or in the cycle */
    size_t times;
    int64_t cycle_us;         /* 0: each time comes once */
    int64_t base_us;          /* of the cycle whose times come next, since the start */
    size_t next;              /* time that comes next; `times`: none */
    int64_t until_us;         /* what is later is not observed */
    uint64_t *count;          /* of observations by time */
    int128 *present;          /* in the whole system, by time */
    struct observed *at;      /* [station][0: all, 1 + condition][time] */
    const struct ward **ward; /* by station */
    size_t stations, classes;
};

/* After the measures of the world. What it needs is owned by the world's arena. */
MUST_CHECK int observe_init(struct world *world, struct err *err);

/* When the next observation is due; INT64_MAX for none. */
int64_t observe_due(const struct observe *observe);
/* Observes when it is due now. */
void observe_now(struct world *world, int64_t now_us);

static inline const struct observed *observe_of(const struct observe *observe, int32_t station, size_t class_,
                                                size_t time)
{
    return &observe->at[((size_t)station * (observe->classes + 1) + class_) * observe->times + time];
}

struct state_reader;
struct state_writer;
void observe_save(const struct observe *observe, struct state_writer *writer);
void observe_restore(struct observe *observe, struct state_reader *reader);

#endif
