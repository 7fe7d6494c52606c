#ifndef COUNTERPART_MODELS_PLAIN_H
#define COUNTERPART_MODELS_PLAIN_H

/* The common case in one piece: a stage that takes one server of one station and
 * nothing else, in a scenario without facilities, classes of customers,
 * interruptions or servers held from stage to stage. Does what care.c and
 * serving.c do for such a stage, with what they look up at each step looked up
 * once; all that is rare goes there. A run with a trace goes there with
 * everything, and must count the same: a test compares the two. */

#include <stdint.h>

#include "models/world_parts.h"

/* Marks the stages for which the functions below may be used. To be called when all else is built. */
void plain_compile(struct world *world);

static inline bool plain_is(const struct world *world, const struct stage *stage)
{
    return stage->direct && world->part.trace == NULL;
}

/* The patient, whose stage this is, comes to its station. Returns CASE_SETTLED or the stage to try instead,
 * perhaps STAGE_END. */
int32_t plain_come(struct world *world, uint32_t who, int64_t now_us);

/* The patient's service ends, and that of the next in line begins. Returns the stage after it. */
int32_t plain_depart(struct world *world, uint32_t who, int64_t now_us);

/* The pathway ends. */
void plain_end(struct world *world, uint32_t who, int64_t now_us);

#endif
