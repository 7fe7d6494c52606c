#include "models/plain.h"

#include "models/case.h"
#include "models/serving.h"
#include "models/watch.h"

/* --- which stages are plain --- */

static bool is_plain_ward(const struct ward *ward)
{
    return ward->facility == PATIENT_NOWHERE && ward->measure >= 0 && !ward->joint && !ward->relief &&
           ward->in_service == NULL;
}

/* Nothing is counted of patients of this condition when their pathway ends, but that it has. */
static bool ends_plainly(const struct world *world, const struct condition *condition)
{
    for (uint32_t s = 0; s < condition->stage_count; s++)
        if (world->pathways.stage[condition->first_stage + s].treats)
            return false;
    return condition->spec->outcomes.count == 0;
}

static bool is_plain_stage(const struct world *world, const struct stage *stage)
{
    if (stage->at >= 0 || stage->previous != PREVIOUS_RELEASE || stage->full != FULL_WAIT ||
        stage->service >= 0 || stage->need_count > 0 || stage->choice != CHOICE_STAY ||
        stage->window_us > 0 || stage->routed_duration || stage->upgrade_after != NULL ||
        !ends_plainly(world, &world->pathways.condition[stage->condition]))
        return false;
    if (stage->among == NULL)
        return stage->ward >= 0 && is_plain_ward(&world->facilities.ward[stage->ward]);
    for (uint32_t i = 0; i < stage->among_count; i++)
        if (!is_plain_ward(&world->facilities.ward[stage->among[i]]))
            return false;
    return stage->ward < 0;
}

void plain_compile(struct world *world)
{
    const bool is_plain = world->facilities.count == 0 && world->measures.classes == 0 && !world->has_extra;
    for (size_t s = 0; s < world->pathways.stage_count; s++)
        world->pathways.stage[s].direct = is_plain && is_plain_stage(world, &world->pathways.stage[s]);
}

/* --- what happens there --- */

/* Which station is joined is luck of the same draw as the duration. */
static inline bool draws_ahead(const struct stage *stage)
{
    return stage->among != NULL && stage->pick == PICK_RANDOM;
}

static void pick(struct world *world, uint32_t who, struct patient *patient, const struct stage *stage)
{
    if (!draws_ahead(stage)) {
        serving_pick(world, who);
        return;
    }
    const struct rng_words luck = case_luck(world, who, stage, 0);
    patient->operates = (uint16_t)(1 + stage_pick(stage, luck.w[3]));
    patient->stay_us = 0;
    if (stage->duration != NULL)
        patient->stay_us =
            dist_value(stage->duration, luck.w[0], patient->ordinal, case_visit(world, who, stage));
}

static inline __attribute__((always_inline)) void begin(struct world *world, uint32_t who,
                                                        struct patient *patient, const struct stage *stage,
                                                        const struct ward *ward, struct measure *measure,
                                                        int64_t now_us)
{
    int64_t duration_us = 0;
    if (draws_ahead(stage))
        duration_us = patient->stay_us;
    else if (stage->duration != NULL && world->part.luck.batch != NULL && world->pathways.loop_stages == 0)
        duration_us = case_luck_ahead(world, patient, stage)->value[patient->ordinal % RNG_BATCH];
    else if (stage->duration != NULL)
        duration_us = dist_value(stage->duration, case_luck(world, who, stage, 0).w[0], patient->ordinal,
                                 case_visit(world, who, stage));
    watch_measure(&world->measures, ward, measure, WATCH_BEGAN, now_us, patient->since_us);
    patient->flags = (uint8_t)((patient->flags | PATIENT_IN_CARE) & ~PATIENT_WAITING);
    patient->shift = ward->shift;
    case_schedule(world, who, EVENT_DEPART, now_us + duration_us);
}

static int32_t turned_away(struct world *world, const struct patient *patient, uint64_t *count, int32_t next)
{
    ++*count;
    case_cell(world, patient)[PC_turned_away]++;
    return next;
}

int32_t plain_come(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    patient->since_us = now_us;
    if (stage->among != NULL)
        pick(world, who, patient, stage);
    struct ward *ward = serving_need_ward(world, patient, stage, 0);
    struct measure *measure = measure_of(&world->measures, ward->measure, 0);
    struct station *station = &ward->station;
    measure->arrivals++;
    if (station->waiting + station->busy >= ward->balk_at)
        return turned_away(world, patient, &measure->balked, stage->balked);
    switch (station_arrive(station, &world->part.links, who, stage->level, 1)) {
    case STATION_SERVED:
        watch_levels(measure, station, now_us);
        begin(world, who, patient, stage, ward, measure, now_us);
        return CASE_SETTLED;
    case STATION_WAITS:
        patient->flags |= PATIENT_WAITING;
        watch_levels(measure, station, now_us);
        patient->due_kind = PATIENT_NO_EVENT;
        if (stage->patience != NULL)
            serving_be_patient(world, who);
        return CASE_SETTLED;
    case STATION_TURNED_AWAY:
        break;
    }
    return turned_away(world, patient, &measure->rejected, stage->rejected);
}

int32_t plain_depart(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    struct ward *ward = serving_need_ward(world, patient, stage, 0);
    struct measure *measure = measure_of(&world->measures, ward->measure, 0);
    const int32_t after = stage->next != STAGE_BY_LUCK
                              ? stage->next
                              : stage_next(stage, patient->severity, case_luck(world, who, stage, 0).w[1]);
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_IN_CARE);
    patient->operates = 0;
    watch_measure(&world->measures, ward, measure, WATCH_ENDED, now_us, patient->since_us);
    const int64_t next = station_depart(&ward->station, &world->part.links, 1);
    watch_levels(measure, &ward->station, now_us);
    if (next >= 0) {
        struct patient *begins = case_patient(world, (uint32_t)next);
        begin(world, (uint32_t)next, begins, case_stage(world, begins), ward, measure, now_us);
    }
    return after;
}

void plain_end(struct world *world, uint32_t who, int64_t now_us)
{
    const struct patient *patient = case_patient(world, who);
    struct system_count *count = &world->system.of[world->demand.stream[patient->stream].condition];
    if (patient->asked_us >= world->warmup_us)
        tally_add(&count->sojourn, now_us - patient->asked_us);
    count->left++;
    case_count_present(world, now_us, -1);
    patients_give_back(&world->part.patients, who);
}
