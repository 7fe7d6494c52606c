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

/* Patients who come one at a time, at random, at a constant rate, all alike, to a plain stage. */
static bool is_plain_stream(const struct world *world, const struct stream *stream)
{
    const struct condition *condition = &world->pathways.condition[stream->condition];
    return stream->flow == NULL && condition->delay == NULL && condition->severities <= 1 &&
           world->pathways.stage[stream->stage].direct && world->scenario->run.most_present < 0;
}

void plain_compile(struct world *world)
{
    const bool is_plain = world->facilities.count == 0 && world->measures.classes == 0 && !world->has_extra;
    for (size_t s = 0; s < world->pathways.stage_count; s++)
        world->pathways.stage[s].direct = is_plain && is_plain_stage(world, &world->pathways.stage[s]);
    for (size_t s = 0; s < world->demand.count; s++)
        world->demand.stream[s].direct = is_plain_stream(world, &world->demand.stream[s]);
}

/* --- what happens there --- */

/* A station with its statistics. */
struct desk {
    struct ward *ward;
    struct measure *measure;
};

static inline struct desk desk_of(struct world *world, const struct patient *patient,
                                  const struct stage *stage)
{
    struct ward *ward = serving_need_ward(world, patient, stage, 0);
    return (struct desk){ward, &world->measures.measure[ward->measure]}; /* there are no classes */
}

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

/* Of a stage that has one. */
static int64_t drawn_now(struct world *world, uint32_t who, const struct patient *patient,
                         const struct stage *stage)
{
    return dist_value(stage->duration, case_luck(world, who, stage, 0).w[0], patient->ordinal,
                      case_visit(world, who, stage));
}

static inline int64_t duration(struct world *world, uint32_t who, const struct patient *patient,
                               const struct stage *stage)
{
    if (draws_ahead(stage))
        return patient->stay_us;
    if (stage->duration == NULL)
        return 0;
    if (world->part.luck.batch == NULL || world->pathways.loop_stages > 0)
        return drawn_now(world, who, patient, stage);
    return case_luck_ahead(world, patient, stage)->value[patient->ordinal % LUCK_BATCH];
}

static inline __attribute__((always_inline)) void begin(struct world *world, uint32_t who,
                                                        struct patient *patient, const struct stage *stage,
                                                        const struct desk *desk, int64_t now_us)
{
    const int64_t duration_us = duration(world, who, patient, stage);
    watch_measure(&world->measures, desk->ward, desk->measure, WATCH_BEGAN, now_us, patient->since_us);
    patient->flags = (uint8_t)((patient->flags | PATIENT_IN_CARE) & ~PATIENT_WAITING);
    patient->shift = desk->ward->shift;
    case_schedule_for(world, who, patient, EVENT_DEPART, now_us + duration_us);
}

static int32_t turned_away(struct world *world, const struct patient *patient, uint64_t *count, int32_t next)
{
    ++*count;
    case_cell(world, patient)[PC_turned_away]++;
    return next;
}

static inline __attribute__((always_inline)) int32_t come(struct world *world, uint32_t who,
                                                          struct patient *patient, const struct stage *stage,
                                                          int64_t now_us)
{
    patient->since_us = now_us;
    if (stage->among != NULL)
        pick(world, who, patient, stage);
    const struct desk desk = desk_of(world, patient, stage);
    struct measure *measure = desk.measure;
    struct station *station = &desk.ward->station;
    measure->arrivals++;
    if (station->waiting + station->busy >= desk.ward->balk_at)
        return turned_away(world, patient, &measure->balked, stage->balked);
    switch (station_arrive_one(station, &world->part.links, who, stage->level)) {
    case STATION_SERVED:
        watch_rise(measure, &measure->busy, now_us);
        begin(world, who, patient, stage, &desk, now_us);
        return CASE_SETTLED;
    case STATION_WAITS:
        watch_rise(measure, &measure->queue, now_us);
        patient->flags |= PATIENT_WAITING;
        patient->due_kind = PATIENT_NO_EVENT;
        if (stage->patience != NULL)
            serving_be_patient(world, who);
        return CASE_SETTLED;
    case STATION_TURNED_AWAY:
        break;
    }
    return turned_away(world, patient, &measure->rejected, stage->rejected);
}

int32_t plain_come(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    return come(world, who, patient, case_stage(world, patient), now_us);
}

/* Schedules the one after the arrival that comes now. */
static inline void schedule_next(struct world *world, struct stream *stream, uint32_t number, int64_t now_us)
{
    const uint32_t arrival = ++stream->next_arrival;
    const struct luck_batch *batch = case_arrival_ahead(world, stream, number, arrival);
    stream->luck = batch->words[arrival % LUCK_BATCH];
    const int64_t gap_us = demand_gap(stream, batch->value[arrival % LUCK_BATCH]);
    engine_schedule(world->engine, world->number,
                    (struct event){.at_us = now_us + gap_us, .kind = EVENT_ARRIVAL, .who = number});
}

/* Functions of their own, also where the program is optimised as a whole: they need fewer registers than all
 * that an event may lead to. */
__attribute__((noinline)) struct plain_step plain_arrive(struct world *world, uint32_t number, int64_t now_us)
{
    struct stream *stream = &world->demand.stream[number];
    const uint32_t ordinal = stream->next_ordinal++;
    schedule_next(world, stream, number, now_us);
    const uint32_t who = case_open(world);
    if (who == PATIENT_NOWHERE)
        return (struct plain_step){who, CASE_SETTLED};
    struct patient *patient = case_patient(world, who);
    patient->stream = number;
    patient->ordinal = ordinal;
    patient->onset_us = patient->asked_us = now_us;
    patient->stage = stream->stage;
    patient->facility = PATIENT_NOWHERE;
    world_pc(world, stream->place, stream->condition)[PC_patients]++;
    world->system.of[stream->condition].arrivals++;
    tally_level_rise(&world->system.present, now_us);
    return (struct plain_step){who, come(world, who, patient, &world->pathways.stage[stream->stage], now_us)};
}

static inline void end(struct world *world, uint32_t who, const struct patient *patient, int64_t now_us)
{
    struct system_count *count = &world->system.of[world->demand.stream[patient->stream].condition];
    if (patient->asked_us >= world->warmup_us)
        tally_sum_add(&count->sojourn, now_us - patient->asked_us);
    count->left++;
    tally_level_fall(&world->system.present, now_us);
    patients_give_back(&world->part.patients, who);
}

/* The service has ended: who is next begins. */
static inline void free_server(struct world *world, const struct desk *desk, int64_t now_us)
{
    struct measure *measure = desk->measure;
    const int64_t next = station_depart_one(&desk->ward->station, &world->part.links);
    if (next < 0) {
        watch_fall(measure, &measure->busy, now_us);
        return;
    }
    struct patient *patient = case_patient(world, (uint32_t)next);
    watch_fall(measure, &measure->queue, now_us);
    begin(world, (uint32_t)next, patient, case_stage(world, patient), desk, now_us);
}

__attribute__((noinline)) struct plain_step plain_depart(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const struct desk desk = desk_of(world, patient, stage);
    const int32_t after = stage->next != STAGE_BY_LUCK
                              ? stage->next
                              : stage_next(stage, patient->severity, case_luck(world, who, stage, 0).w[1]);
    watch_measure(&world->measures, desk.ward, desk.measure, WATCH_ENDED, now_us, patient->since_us);
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_IN_CARE);
    patient->operates = 0;
    free_server(world, &desk, now_us);
    case_count_visit(world, who, stage);
    if (after == STAGE_END) {
        end(world, who, patient, now_us);
        return (struct plain_step){who, CASE_SETTLED};
    }
    const struct stage *to = &world->pathways.stage[after];
    if (!to->direct)
        return (struct plain_step){who, after};
    case_enter(patient);
    patient->stage = (uint16_t)after;
    return (struct plain_step){who, come(world, who, patient, to, now_us)};
}
