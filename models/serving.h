#ifndef COUNTERPART_MODELS_SERVING_H
#define COUNTERPART_MODELS_SERVING_H

/* Lines, servers and operators: who may begin, what a stage takes and gives back,
 * what it costs and counts. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/world_parts.h"

/* How many wards the stage takes servers of. */
static inline size_t serving_need_count(const struct stage *stage)
{
    return stage->ward >= 0 || stage->among != NULL ? 1 : stage->need_count;
}

/* The ward of one of them. */
static inline struct ward *serving_need_ward(struct world *world, const struct patient *patient,
                                             const struct stage *stage, size_t i)
{
    if (stage->ward >= 0)
        return &world->facilities.ward[stage->ward];
    if (stage->among != NULL)
        return &world->facilities.ward[stage->among[patient->operates > 0 ? patient->operates - 1 : 0]];
    return &world->facilities
                .ward[facility_ward(&world->facilities, patient->facility, stage->need[i].resource)];
}

/* How long the stage takes where the patient is: a group of facilities may keep its patients longer. */
static inline int64_t serving_stay_us(struct world *world, const struct patient *patient,
                                      const struct stage *stage, int64_t drawn_us)
{
    if (patient->facility == PATIENT_NOWHERE ||
        world->facilities.glance[patient->facility].stay_factor == FACILITY_STAY_ONE)
        return drawn_us;
    for (size_t i = 0; i < serving_need_count(stage); i++)
        if (serving_need_ward(world, patient, stage, i)->is_bed)
            return facility_stay_us(&world->facilities.glance[patient->facility], drawn_us);
    return drawn_us;
}

/* The offer whose people the stage waits for; NULL when it needs nobody, or there are always enough. */
static inline struct offer *serving_offer(const struct world *world, const struct patient *patient,
                                          const struct stage *stage)
{
    if (stage->service < 0)
        return NULL;
    struct offer *offer = facility_offer(&world->facilities, patient->facility, (uint32_t)stage->service);
    return offer == NULL || offer->unlimited ? NULL : offer;
}

/* The ward in whose line the patient waits; NULL when it is the line for an operator alone, or there is no
 * line. */
static inline struct ward *serving_ward(struct world *world, const struct patient *patient,
                                        const struct stage *stage)
{
    return serving_need_count(stage) > 0 ? serving_need_ward(world, patient, stage, 0) : NULL;
}

struct station *serving_line(struct world *world, const struct patient *patient, const struct stage *stage);
/* Whether the stage needs more than one server of one ward, or others in its line do. */
bool serving_is_joint(struct world *world, const struct patient *patient, const struct stage *stage);

bool serving_can_begin(struct world *world, const struct patient *patient, const struct stage *stage);
void serving_seize(struct world *world, const struct patient *patient, const struct stage *stage,
                   int64_t now_us);
/* Below, `ward` is what serving_ward() says of the patient's stage. */

/* Begins the present stage; its servers have been seized. */
void serving_begin(struct world *world, uint32_t who, const struct ward *ward, int64_t now_us);
/* Gives back what the stage held, and serves who waited for it. */
void serving_release(struct world *world, uint32_t who, struct ward *ward, int64_t now_us);
/* Keeps the wards' servers of a stage that has ended, for the stages after it. */
void serving_keep(struct world *world, uint32_t who);
/* Gives back servers of a ward that the patient seized in a shift; those of people who have been relieved are
 * gone. */
void serving_give_back(struct world *world, struct ward *ward, const struct patient *patient, int64_t amount,
                       uint8_t shift, int64_t now_us);

/* Which of several stations of the stage is joined. */
void serving_pick(struct world *world, uint32_t who);
/* Schedules the next thing that happens to somebody in line, but for being served: an upgrade or the end of
 * patience. */
void serving_be_patient(struct world *world, uint32_t who);

/* The patient has been put into the station's line: patience begins. */
void serving_join_line(struct world *world, uint32_t who, const struct ward *ward, int64_t now_us);
void serving_leave_line(struct world *world, uint32_t who, int64_t now_us);
/* Changes to the stage's other priority while waiting. */
void serving_upgrade(struct world *world, uint32_t who);
/* The line of a ward, and those that wait for it among other things. */
void serving_ward_moves(struct world *world, struct ward *ward, int64_t now_us);
/* The same for all lines of a facility in which people wait for more than one thing. */
void serving_facility_moves(struct world *world, uint32_t facility, int64_t now_us);

/* One patient more or less in a FIELD_MEAN column of the patient's facility. Stand-ins are nowhere. */
static inline void serving_shift_facility(struct world *world, const struct patient *patient, size_t column,
                                          int64_t delta, int64_t now_us)
{
    if (patient->facility != PATIENT_NOWHERE && (patient->more & PATIENT_STANDS_IN) == 0)
        ledger_shift_cell(&world->ledger, GROUP_FACILITY, (size_t)patient->facility * FA_WIDTH + column,
                          delta, now_us);
}

/* So many patients more or fewer wait in line: of the ward, or (NULL) for an operator of the patient's
 * facility. */
static inline void serving_count_line(struct world *world, const struct patient *patient,
                                      const struct ward *ward, int delta)
{
    const uint32_t facility = ward != NULL ? ward->facility : patient->facility;
    if (facility == PATIENT_NOWHERE)
        return;
    struct facility_glance *glance = &world->facilities.glance[facility];
    glance->in_line += (uint32_t)delta;
    if (ward == NULL)
        glance->asks_people = true;
    else if (delta > 0)
        glance->lines |= UINT32_C(1) << ward->line;
    else if (ward->station.waiting == 0 && ward->line < FACILITY_LAST_LINE)
        glance->lines &= ~(UINT32_C(1) << ward->line);
}

/* Care is paid by insurer and patient, the rest by the patient, whose cell of the ledger this is. */
void serving_pay(struct world *world, const struct patient *patient, int64_t *cell, int64_t care_fen,
                 int64_t own_fen);
/* Whoever begins the first stage that treats, and what a stay at a stage costs. */
void serving_count_begun(struct world *world, struct patient *patient, const struct stage *stage,
                         int64_t stay_us, int64_t now_us);

#endif
