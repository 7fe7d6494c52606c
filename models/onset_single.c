#include "models/onset.h"

#include "models/care.h"
#include "models/case.h"
#include "models/journey.h"
#include "models/plain.h"
#include "models/visit.h"
#include "models/watch.h"

static void fall_ill(struct world *world, uint32_t stream_index, uint32_t ordinal, struct rng_words luck,
                     int64_t now_us)
{
    const struct stream *stream = &world->demand.stream[stream_index];
    if (world->scenario->run.most_present >= 0 &&
        world->system.present.level >= world->scenario->run.most_present) {
        world->system.of[stream->condition].rejected++;
        watch_refused(world, stream_index, ordinal, now_us);
        return;
    }
    const struct condition *condition = &world->pathways.condition[stream->condition];
    if (world->fates != NULL &&
        !fate_comes(world, stream_index, ordinal, condition_severity(condition, luck.w[1]), now_us))
        return;
    const uint32_t who = case_open(world);
    if (who == PATIENT_NOWHERE)
        return;
    struct patient *patient = case_patient(world, who);
    patient->stream = stream_index;
    patient->ordinal = ordinal;
    patient->onset_us = now_us;
    patient->stage = stream->stage;
    patient->severity = (uint8_t)condition_severity(condition, luck.w[1]);
    case_cell(world, patient)[PC_patients]++;
    world->system.of[stream->condition].arrivals++;
    case_count_present(world, now_us, 1);
    if (condition->delay == NULL && plain_is(world, &world->pathways.stage[stream->stage])) {
        patient->asked_us = now_us;
        patient->facility = PATIENT_NOWHERE;
        const int32_t next = plain_come(world, who, now_us);
        if (next != CASE_SETTLED)
            care_go_on(world, who, next, next != stream->stage, now_us);
        return;
    }
    const int64_t delay_us =
        condition->delay == NULL ? 0 : dist_value(condition->delay, luck.w[2], ordinal, 0);
    if (delay_us > 0)
        case_schedule(world, who, EVENT_REVIEW, now_us + delay_us);
    else
        care_seek(world, who, now_us);
}

void onset_arrive(struct world *world, const struct event *event)
{
    struct stream *stream = &world->demand.stream[event->who];
    struct rng_words luck = stream->luck;
    const uint32_t first = stream->next_ordinal, count = demand_batch(stream);
    bool drawn = stream->next_arrival == first; /* the first patient's luck is the arrival's */
    if (visit_comes(world, event->who) && visit_arrive(world, event->who, event->at_us))
        return;
    if (count > CASE_BACKLOG - first) {
        engine_stop(world->engine, "a condition has more than 2147483648 patients in one place; divide it");
        return;
    }
    stream->next_ordinal += count;
    stream->next_arrival++;
    onset_schedule(world, event->who, event->at_us);
    for (uint32_t n = 0; n < count; n++) {
        if (!drawn)
            luck = onset_luck(world, event->who, first + n);
        drawn = false;
        fall_ill(world, event->who, first + n, luck, event->at_us);
    }
}

/* --- who waits already at the start --- */

static void start_backlog(struct world *world, uint32_t stream_index)
{
    const struct stream *stream = &world->demand.stream[stream_index];
    const struct condition *condition = &world->pathways.condition[stream->condition];
    const struct stage *stage = &world->pathways.stage[stream->stage];
    const uint32_t count = demand_backlog(stream, &world->rng);
    for (uint32_t n = 0; n < count; n++) {
        const uint32_t who = case_open(world);
        if (who == PATIENT_NOWHERE)
            return;
        struct patient *patient = case_patient(world, who);
        patient->stream = stream_index;
        patient->ordinal = CASE_BACKLOG + n;
        patient->stage = stream->stage;
        patient->facility = PATIENT_NOWHERE;
        const struct rng_words luck = rng_draw(&world->rng, case_identity(world, patient),
                                               (struct rng_purpose){.quantity = DRAW_BACKLOG});
        patient->onset_us = patient->asked_us = -(int64_t)(rng_unit(luck.w[1]) * (double)stream->backlog_us);
        patient->severity = (uint8_t)condition_severity(condition, luck.w[3]);
        if (stage->treats)
            patient->flags |= PATIENT_NEEDED;
        case_count_present(world, 0, 1);
        int64_t first_us = 0;
        if (stage->review != NULL)
            first_us = (int64_t)(rng_unit(luck.w[2]) * (double)dist_value(stage->review, luck.w[2], n, 0));
        journey_set_at_home(world, patient, true, 0);
        case_schedule(world, who, EVENT_REVIEW, first_us);
    }
}

void onset_backlog(struct world *whole)
{
    for (uint32_t s = 0; s < whole->demand.count; s++) {
        const struct stream *stream = &whole->demand.stream[s];
        if (stream->backlog_us > 0)
            start_backlog(world_at_place(whole, stream->place), s);
    }
}
