#ifndef COUNTERPART_MODELS_STAY_H
#define COUNTERPART_MODELS_STAY_H

/* The commonest stage at a facility in one piece: some of its wards' servers, or
 * none, for a time, and then another stage. Does what care.c, journey.c and
 * serving.c do for such a stage where nothing rare happens, with what they look up
 * at each step looked up once; whatever is rare (a line, a facility without the
 * ward, measured wards) is found before anything is changed and goes there. A run
 * with a trace or fates goes there with everything, and must count the same: a test
 * compares the two. */

#include <stdbool.h>
#include <stdint.h>

#include "models/world_parts.h"

/* Marks the stages for which the functions below may be used. To be called when all else is built. */
void stay_compile(struct world *world);

static inline bool stay_is(const struct world *world, const struct stage *stage)
{
    return stage->stay && world->part.trace == NULL && world->fates == NULL;
}

/* A record as it is saved: without the route that is kept in mind, which can be drawn again. */
static inline struct patient stay_forget(const struct world *world, struct patient patient)
{
    if (world->pathways.stage[patient.stage].stay)
        patient.operates = 0;
    return patient;
}

/* Where somebody who falls ill goes for the stage; PATIENT_NOWHERE: as journey_choose() says. */
uint32_t stay_choose(struct world *world, const struct patient *patient, const struct stage *stage);
/* The same, counting nothing. */
uint32_t stay_find(struct world *world, const struct patient *patient, const struct stage *stage);

/* The patient, who is where the stage is to be had, asks for it. False: nothing has been done, and others
 * have to see to it. */
bool stay_come(struct world *world, uint32_t who, int64_t now_us);

/* The stage ends; `next` is the one after it. False: nothing has been done. */
bool stay_depart(struct world *world, uint32_t who, int32_t *next, int64_t now_us);

#endif
