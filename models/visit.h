#ifndef COUNTERPART_MODELS_VISIT_H
#define COUNTERPART_MODELS_VISIT_H

/* Visits to a doctor in one piece: a pathway of one stage that takes nothing but
 * time, so that all that becomes of a patient is known at onset. Such a patient is
 * counted at once, journey, visit and end, and needs no record and no event; and
 * so are the next patients of the stream, as far as nothing that they look at can
 * change and nobody looks at them before they are done. Who crosses to another
 * partition, is on the way when something may change, or stays at home goes the
 * long way, as does everybody in a run with a trace or fates: a test compares the
 * two. */

#include <stdbool.h>
#include <stdint.h>

#include "models/world_parts.h"

/* Marks the streams for which the functions below may be used. To be called after stay_compile(). */
void visit_compile(struct world *world);

static inline bool visit_comes(const struct world *world, uint32_t stream)
{
    return world->demand.stream[stream].visits && world->part.trace == NULL && world->fates == NULL;
}

/* The stream's arrival of this time, and those after it that can be counted now; schedules the next. False:
 * nothing has been done, and others have to see to it. */
bool visit_arrive(struct world *world, uint32_t stream, int64_t now_us);

/* For the whole world, between windows: until when nothing happens but patients. */
void visit_set_quiet(struct world *world, int64_t until_us);

#endif
