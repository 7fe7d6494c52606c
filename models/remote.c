#include "models/remote.h"

#include <string.h>

#include "models/afar.h"
#include "models/case.h"
#include "models/holding.h"
#include "models/serving.h"
#include "models/watch.h"

/* --- questions --- */

/* Whoever asks while holding servers keeps others waiting. */
static bool keeps_others_waiting(const struct patient *patient, const struct stage *stage)
{
    return (patient->more & PATIENT_HOLDS) != 0 || stage->need_count > 0;
}

bool remote_whom(const struct world *world, const struct patient *patient, const struct stage *stage,
                 uint32_t *asked, int64_t *connection_us)
{
    *asked = (uint32_t)stage->asks;
    *connection_us = stage->connection_us;
    if (stage->asks >= 0)
        return true;
    const struct afar_link *link =
        afar_link(world, patient->facility, world->pathways.stage[stage->asked].service);
    if (link == NULL)
        return false;
    *asked = link->asked;
    *connection_us = link->connection_us;
    return true;
}

void remote_ask(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    uint32_t asked = 0;
    int64_t connection_us = 0;
    patient->more |= PATIENT_ASKS;
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_WAITING);
    patient->due_kind = PATIENT_NO_EVENT;
    serving_shift_facility(world, patient, FA_in_line, 1, now_us);
    if (keeps_others_waiting(patient, stage))
        holding_block(world, who, now_us);
    if (!remote_whom(world, patient, stage, &asked, &connection_us)) {
        case_extra(world, who)->answer = (struct answer){.code = ANSWER_MISSING};
        case_schedule(world, who, EVENT_ANSWER, now_us);
        return;
    }
    struct message message = {.kind = EVENT_ASK, .to = asked};
    case_extra(world, who)->errand =
        (struct errand){.partition = world->number, .patient = who, .connection_us = connection_us};
    case_pack(world, who, &message);
    engine_send(world->engine, world->number, world_at_facility(world, asked)->number, connection_us,
                message);
}

void remote_deliver_question(struct world *world, const struct message *message)
{
    const uint32_t who = case_unpack(world, message);
    if (who == PATIENT_NOWHERE)
        return;
    struct patient *patient = case_patient(world, who);
    const struct stage *asking = case_stage(world, patient);
    patient->facility = message->to;
    patient->stage = (uint16_t)asking->asked;
    patient->flags = 0;
    patient->more = PATIENT_STANDS_IN;
    patient->operates = 0;
    case_schedule(world, who, EVENT_ASK, message->at_us);
}

/* --- answers --- */

static void send_answer(struct world *world, uint32_t who, struct answer answer)
{
    const struct errand errand = case_extra(world, who)->errand;
    struct message message = {.kind = EVENT_ANSWER, .to = errand.patient};
    memcpy(message.payload, &answer, sizeof answer);
    engine_send(world->engine, world->number, errand.partition, errand.connection_us, message);
}

void remote_grant(struct world *world, uint32_t who, int64_t duration_us, int64_t now_us)
{
    const struct patient *patient = case_patient(world, who);
    send_answer(world, who,
                (struct answer){
                    .duration_us = duration_us, .code = ANSWER_GRANTED, .proficiency = patient->proficiency});
    case_schedule(world, who, EVENT_FREE,
                  now_us + case_extra(world, who)->errand.connection_us + duration_us);
}

void remote_refuse(struct world *world, uint32_t who, int32_t stage)
{
    send_answer(world, who, (struct answer){.code = (uint8_t)(STAGE_ANSWER(0) - stage)});
    patients_give_back(&world->part.patients, who);
}

void remote_deliver_answer(struct world *world, const struct message *message)
{
    memcpy(&case_extra(world, message->to)->answer, message->payload, sizeof(struct answer));
    case_schedule(world, message->to, EVENT_ANSWER, message->at_us);
}

static int32_t next_after(const struct stage *stage, uint8_t code)
{
    switch (code) {
    case ANSWER_REJECTED:
        return stage->rejected;
    case ANSWER_BALKED:
        return stage->balked;
    case ANSWER_GAVE_UP:
        return stage->reneged;
    default:
        return stage->missing == ELSE_LEAVE ? STAGE_END : stage->otherwise;
    }
}

bool remote_hear(struct world *world, uint32_t who, int32_t *next, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const struct answer answer = case_extra(world, who)->answer;
    holding_unblock(world, who, now_us);
    serving_shift_facility(world, patient, FA_in_line, -1, now_us);
    if (answer.code == ANSWER_GRANTED)
        return true;
    patient->more = (uint8_t)(patient->more & ~PATIENT_ASKS);
    struct ward *ward = serving_ward(world, patient, stage);
    watch_change(world, ward, patient, WATCH_LEFT, now_us);
    if (ward != NULL)
        serving_release(world, who, ward, now_us);
    *next = next_after(stage, answer.code);
    return false;
}
