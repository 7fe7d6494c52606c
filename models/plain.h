#ifndef COUNTERPART_MODELS_PLAIN_H
#define COUNTERPART_MODELS_PLAIN_H

/* The common case in one piece: a stage that takes one server of one station and
 * nothing else, in a scenario without facilities, classes of customers,
 * interruptions or servers held from stage to stage. Does what care.c,
 * admission.c and serving.c do for such a stage, with what they look up at each step looked up
 * once; all that is rare goes there. A run with a trace, or in which what
 * happens to everybody is kept, goes there with everything, and must count the
 * same: a test compares the two. */

#include <stdint.h>

#include "models/world_parts.h"

/* Marks the stages for which the functions below may be used. To be called when all else is built. */
void plain_compile(struct world *world);

static inline bool plain_is(const struct world *world, const struct stage *stage)
{
    return stage->direct && world->part.trace == NULL && world->fates == NULL;
}

/* Whether the next patient of a stream comes to such a stage, and nothing else is to be known of the arrival.
 */
static inline bool plain_comes(const struct world *world, uint32_t stream)
{
    const struct stream *of = &world->demand.stream[stream];
    return of->direct && world->part.trace == NULL && world->fates == NULL &&
           world->part.luck.batch != NULL && of->next_ordinal < UINT32_C(0x7fffffff);
}

/* Whether a departure is due and from such a stage. */
static inline bool plain_leaves(const struct world *world, const struct event *event)
{
    const struct patient *patient = &world->part.patients.record[event->who];
    return plain_is(world, &world->pathways.stage[patient->stage]) && patient->due_us == event->at_us &&
           patient->due_kind == event->kind;
}

/* How it goes on: CASE_SETTLED, or the stage to try now, perhaps STAGE_END. What fits into a register. */
struct plain_step {
    uint32_t who;
    int32_t next;
};

/* The next patient of the stream falls ill and comes to the station of the first stage. The stream's next
 * arrival is scheduled. */
struct plain_step plain_arrive(struct world *world, uint32_t stream, int64_t now_us);

/* The patient, whose stage this is, comes to its station. Returns as `next` above. */
int32_t plain_come(struct world *world, uint32_t who, int64_t now_us);

/* The patient's service ends, and that of the next in line begins; the patient goes on, as far as it is
 * plain, or leaves. */
struct plain_step plain_depart(struct world *world, uint32_t who, int64_t now_us);

#endif
