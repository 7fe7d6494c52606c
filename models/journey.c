#include "models/journey.h"

#include "models/afar.h"
#include "models/case.h"
#include "models/holding.h"
#include "models/serving.h"
#include "models/watch.h"

void journey_set_at_home(struct world *world, struct patient *patient, bool at_home, int64_t now_us)
{
    const struct stream *stream = &world->demand.stream[patient->stream];
    patient->flags =
        (uint8_t)(at_home ? patient->flags | PATIENT_AT_HOME : patient->flags & ~PATIENT_AT_HOME);
    ledger_shift(&world->ledger, GROUP_PLACE_CONDITION, stream->place, stream->condition, PC_waiting_at_home,
                 at_home ? 1 : -1, now_us);
}

static uint32_t journey_place(const struct world *world, const struct patient *patient)
{
    return patient->facility == PATIENT_NOWHERE ? case_home(world, patient)
                                                : world->facilities.facility[patient->facility].place;
}

void journey_arrive(struct world *world, const struct patient *patient)
{
    const struct facility *facility = &world->facilities.facility[patient->facility];
    world_fa(world, patient->facility)[FA_admissions]++;
    serving_pay(world, patient, facility->price_per_admission_fen, facility->reimbursed, 0);
}

/* Sends a patient to a facility; returns CASE_SETTLED, or where to go on when there is no way to go. */
int32_t journey_to(struct world *world, uint32_t who, uint32_t facility, int64_t arrange_us)
{
    struct patient *patient = case_patient(world, who);
    const struct travel way = choice_way(world, journey_place(world, patient), facility);
    if ((patient->more & PATIENT_HOLDS) != 0)
        holding_release(world, who, engine_now(world->engine, world->number));
    int64_t *cell = case_cell(world, patient);
    cell[PC_travel_time] += way.us;
    cell[PC_travel_distance] += way.m;
    if (patient->facility != PATIENT_NOWHERE) {
        cell[PC_transfers]++;
        world_fa(world, patient->facility)[FA_transfers_out]++;
        patient->more |= PATIENT_MOVED;
    }
    serving_pay(world, patient, 0, 0, 2 * world->scenario->travel.cost_per_km_fen * way.m / 1000);
    if (world->has_extra) {
        struct extra *extra = case_extra(world, who);
        const bool records = afar_share_records(world, patient->facility, facility);
        extra->afar = (uint8_t)(records ? extra->afar | AFAR_RECORDS : extra->afar & ~AFAR_RECORDS);
    }
    patient->facility = facility;
    if (way.us + arrange_us == 0) {
        journey_arrive(world, patient);
        return patient->stage;
    }
    struct message message = {.kind = EVENT_TRANSFER};
    case_pack(world, who, &message);
    patients_give_back(&world->part.patients, who);
    engine_send(world->engine, world->number, world_at_facility(world, facility)->number, arrange_us + way.us,
                message);
    return CASE_SETTLED;
}

void journey_deliver(struct world *world, const struct message *message)
{
    const uint32_t who = case_unpack(world, message);
    if (who != PATIENT_NOWHERE)
        case_schedule(world, who, EVENT_TRANSFER, message->at_us);
}

/* Nobody thinks again more often than this. */
#define LEAST_REVIEW_US INT64_C(60000000)

/* Waits at home until the next choice, or until patience ends. */
int32_t journey_wait_at_home(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    patient->facility = PATIENT_NOWHERE;
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_PLACED);
    const struct rng_words luck = rng_draw(&world->rng, case_identity(world, patient),
                                           (struct rng_purpose){.quantity = DRAW_REVIEW,
                                                                .stage = stage->index,
                                                                .attempt = patient->attempt,
                                                                .visit = case_visit(world, who, stage)});
    const int64_t review_us = dist_value(stage->review, luck.w[0], patient->ordinal, patient->attempt);
    int64_t at_us = now_us + (review_us > LEAST_REVIEW_US ? review_us : LEAST_REVIEW_US);
    enum event_kind kind = EVENT_REVIEW;
    if (stage->patience != NULL) {
        const int64_t since_us = patient->asked_us > 0 ? patient->asked_us : 0;
        const int64_t ends_us = since_us + dist_value(stage->patience, case_luck(world, who, stage, 0).w[2],
                                                      patient->ordinal, case_visit(world, who, stage));
        if (ends_us <= at_us) {
            kind = EVENT_RENEGE;
            at_us = ends_us > now_us ? ends_us : now_us;
        }
    }
    if (patient->attempt < UINT8_MAX)
        patient->attempt++;
    journey_set_at_home(world, patient, true, now_us);
    case_schedule(world, who, kind, at_us);
    return CASE_SETTLED;
}

/* The stage cannot be had where the patient is. */
int32_t journey_elsewhere(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    if (stage->service >= 0 && patient->facility != PATIENT_NOWHERE &&
        (patient->flags & PATIENT_REFUSED) == 0) {
        patient->flags |= PATIENT_REFUSED;
        world_fs(world, patient->facility, (uint32_t)stage->service)[FS_not_offered]++;
    }
    if (stage->missing == ELSE_REFER) {
        const uint32_t to = patient->facility == PATIENT_NOWHERE
                                ? choice_nearest(world, stage, case_home(world, patient), PATIENT_NOWHERE)
                                : choice_referral(world, stage, patient->facility);
        if (to == PATIENT_NOWHERE)
            return stage->otherwise;
        return journey_to(world, who, to, patient->facility == PATIENT_NOWHERE ? 0 : stage->transfer_us);
    }
    if (stage->missing == ELSE_WAIT) {
        uint32_t to = PATIENT_NOWHERE;
        if (patient->facility == PATIENT_NOWHERE)
            to = choice_nearest(world, stage, case_home(world, patient), PATIENT_NOWHERE);
        return to == PATIENT_NOWHERE ? journey_wait_at_home(world, who, now_us)
                                     : journey_to(world, who, to, 0);
    }
    return stage->missing == ELSE_GO_ON ? stage->otherwise : STAGE_END;
}

/* Chooses where to have a stage that may be had elsewhere. CASE_SETTLED, the stage itself to go on here, or
 * another. */
int32_t journey_choose(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const uint32_t origin = journey_place(world, patient);
    uint32_t to;
    if (stage->choice == CHOICE_UTILITY) {
        to = choice_utility(world, stage, origin, case_identity(world, patient));
        if (to == CHOICE_HOME)
            return journey_wait_at_home(world, who, now_us);
    } else {
        to = choice_nearest(world, stage, origin, PATIENT_NOWHERE);
        if (to == PATIENT_NOWHERE)
            return journey_elsewhere(world, who, now_us);
    }
    patient->flags |= PATIENT_PLACED;
    if (to == patient->facility)
        return patient->stage;
    return journey_to(world, who, to, patient->facility == PATIENT_NOWHERE ? 0 : stage->transfer_us);
}

int32_t journey_divert(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const uint32_t to = choice_referral_free(world, stage, patient->facility);
    if (to == PATIENT_NOWHERE)
        return patient->stage;
    watch_change(world, serving_ward(world, patient, stage), patient, WATCH_LEFT, now_us);
    patient->flags |= PATIENT_PLACED;
    return journey_to(world, who, to, stage->transfer_us);
}
