#include "models/stay.h"

#include "models/beds.h"
#include "models/case.h"
#include "models/journey.h"
#include "models/serving.h"

/* --- which stages --- */

enum { LEAVES = UINT16_MAX }; /* as the next stage + 1 */

static bool is_stay(const struct stage *stage)
{
    return stage->ward < 0 && stage->among == NULL && stage->service < 0 && stage->at < 0 &&
           stage->asks == ASKS_NOBODY && stage->guided < 0 && stage->from_afar < 0 &&
           stage->guided_service < 0 && stage->previous == PREVIOUS_RELEASE && stage->full == FULL_WAIT &&
           stage->window_us <= 0 && !stage->routed_duration && stage->upgrade_after == NULL &&
           stage->choice != CHOICE_BACK;
}

void stay_compile(struct world *world)
{
    const bool is_simple = world->facilities.count > 0 && !world->has_extra &&
                           world->pathways.loop_stages == 0 && world->pathways.stage_count < LEAVES;
    for (size_t s = 0; s < world->pathways.stage_count; s++)
        world->pathways.stage[s].stay = is_simple && is_stay(&world->pathways.stage[s]);
}

/* --- what happens there --- */

uint32_t stay_find(struct world *world, const struct patient *patient, const struct stage *stage)
{
    const struct origin *origin = case_origin(world, patient);
    const uint32_t is = rules_is(world, patient);
    uint32_t to = PATIENT_NOWHERE;
    if (world->rules->strict)
        return to;
    if (stage->choice == CHOICE_UTILITY)
        to = choice_utility(world, stage, origin->place,
                            (struct rng_identity){.stream = origin->hash, .ordinal = patient->ordinal}, is,
                            (patient->more & PATIENT_REFERRED) != 0);
    else if (stage->choice == CHOICE_NEAREST)
        to = choice_nearest(world, stage, origin->place, PATIENT_NOWHERE, is);
    return to == CHOICE_HOME ? PATIENT_NOWHERE : to;
}

uint32_t stay_choose(struct world *world, const struct patient *patient, const struct stage *stage)
{
    const uint32_t to = stay_find(world, patient, stage);
    if (to != PATIENT_NOWHERE && stage->choice == CHOICE_UTILITY)
        journey_note_bypassing(world, patient, to, rules_is(world, patient));
    return to;
}

/* The wards of a stage at a facility; false when one is missing, or counts more than the common case does. */
static inline bool find_wards(const struct world *world, const struct stage *stage, uint32_t facility,
                              struct ward *wards[STAGE_NEEDS])
{
    const struct facility_glance *glance = &world->facilities.glance[facility];
    const int32_t *offset = &world->facilities.ward_offset[glance->ward_row];
    struct ward *first = &world->facilities.ward[glance->first_ward];
    for (size_t i = 0; i < stage->need_count; i++) {
        const int32_t ward = offset[stage->need[i].resource];
        if (ward < 0)
            return false;
        wards[i] = &first[ward];
        if (wards[i]->measure >= 0 || wards[i]->relief)
            return false;
    }
    return true;
}

static inline bool are_free(const struct stage *stage, struct ward *const wards[STAGE_NEEDS])
{
    const struct ward *first = wards[0];
    if (stage->need_count == 0)
        return true;
    if (first->station.waiting + first->station.busy >= first->balk_at ||
        (!first->joint && first->station.waiting > 0))
        return false;
    for (size_t i = 0; i < stage->need_count; i++)
        if (wards[i]->station.servers - wards[i]->station.busy < stage->need[i].amount)
            return false;
    return true;
}

/* The route is drawn with the duration, and kept in mind. */
static inline void remember_route(const struct stage *stage, struct patient *patient, uint32_t word)
{
    const int32_t next = stage_next(stage, patient->severity, word);
    patient->operates = (uint16_t)(next == STAGE_END ? LEAVES : next + 1);
}

/* Who has waited in line has no route yet. */
static inline int32_t take_route(struct world *world, uint32_t who, struct patient *patient,
                                 const struct stage *stage)
{
    const uint16_t known = patient->operates;
    patient->operates = 0;
    if (stage->next != STAGE_BY_LUCK)
        return stage->next;
    if (known == 0)
        return stage_next(stage, patient->severity, case_luck(world, who, stage, 0).w[1]);
    return known == LEAVES ? STAGE_END : (int32_t)known - 1;
}

static inline void hold(struct world *world, const struct stage *stage, struct ward *const wards[STAGE_NEEDS],
                        int64_t sign, int64_t now_us)
{
    for (size_t i = 0; i < stage->need_count; i++) {
        wards[i]->station.busy += sign * stage->need[i].amount;
        beds_taken(world, wards[i], sign * stage->need[i].amount, now_us);
    }
}

static inline void begin(struct world *world, uint32_t who, struct patient *patient,
                         const struct stage *stage, int64_t now_us)
{
    int64_t duration_us = 0;
    if (stage->duration != NULL || stage->next == STAGE_BY_LUCK) {
        const struct rng_words luck = case_luck(world, who, stage, 0);
        if (stage->duration != NULL)
            duration_us = serving_stay_us(world, patient, stage,
                                          dist_value(stage->duration, luck.w[0], patient->ordinal, 0));
        if (stage->next == STAGE_BY_LUCK)
            remember_route(stage, patient, luck.w[1]);
    }
    world_fa(world, patient->facility)[FA_stages_begun]++;
    serving_count_begun(world, patient, stage, duration_us, now_us);
    patient->flags |= PATIENT_IN_CARE;
    serving_shift_facility(world, patient, FA_in_care, 1, now_us);
    case_schedule(world, who, EVENT_DEPART, now_us + duration_us);
}

bool stay_come(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    struct ward *wards[STAGE_NEEDS];
    wards[0] = NULL; /* the others are set as far as they are needed */
    if (patient->facility == PATIENT_NOWHERE || world->facilities.glance[patient->facility].stays_home ||
        (stage->choice != CHOICE_STAY && (patient->flags & PATIENT_PLACED) == 0) ||
        !find_wards(world, stage, patient->facility, wards) || !are_free(stage, wards))
        return false;
    if (stage->treats)
        patient->flags |= PATIENT_NEEDED;
    patient->since_us = now_us;
    hold(world, stage, wards, 1, now_us);
    if (stage->need_count > 0)
        patient->shift = wards[0]->shift;
    begin(world, who, patient, stage, now_us);
    return true;
}

bool stay_depart(struct world *world, uint32_t who, int32_t *next, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    struct ward *wards[STAGE_NEEDS];
    wards[0] = NULL; /* the others are set as far as they are needed */
    if (patient->facility == PATIENT_NOWHERE || !find_wards(world, stage, patient->facility, wards))
        return false;
    *next = take_route(world, who, patient, stage);
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_IN_CARE);
    serving_shift_facility(world, patient, FA_in_care, -1, now_us);
    if (stage->need_count > 0 && world->facilities.glance[patient->facility].in_line > 0) {
        serving_release(world, who, wards[0], now_us);
        return true;
    }
    hold(world, stage, wards, -1, now_us);
    return true;
}
