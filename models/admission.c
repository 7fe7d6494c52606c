#include "models/admission.h"

#include "models/beds.h"
#include "models/case.h"
#include "models/interruption.h"
#include "models/journey.h"
#include "models/plain.h"
#include "models/serving.h"
#include "models/watch.h"

static int32_t turn_away(struct world *world, uint32_t who, enum watch_event how, int32_t next,
                         int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    watch_change(world, serving_ward(world, patient, case_stage(world, patient)), patient, how, now_us);
    case_cell(world, patient)[PC_turned_away]++;
    return next;
}

/* Waits in line; whoever holds servers is let in whatever the room, and waits where the servers are. */
static int32_t queue(struct world *world, uint32_t who, struct station *line, const struct ward *ward,
                     int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const int64_t room = line->room;
    if ((patient->more & PATIENT_HOLDS) != 0)
        line->room = STATION_UNLIMITED;
    const bool joined = station_queue(line, &world->part.links, who, case_level(patient, stage));
    line->room = room;
    if (!joined)
        return turn_away(world, who, WATCH_REJECTED, stage->rejected, now_us);
    serving_join_line(world, who, ward, now_us);
    return CASE_SETTLED;
}

/* All servers are busy. CASE_SETTLED, a stage to go to, or the present one to wait here. */
static int32_t find_full(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    if (stage->full == FULL_REFUSE)
        return turn_away(world, who, WATCH_REJECTED, stage->rejected, now_us);
    if (stage->full == FULL_DIVERT && patient->facility != PATIENT_NOWHERE)
        return journey_divert(world, who, now_us);
    return patient->stage;
}

/* Asks for what a stage needs where it is not one server of one ward and nothing else. */
static int32_t ask_for_more(struct world *world, uint32_t who, struct station *line, struct ward *ward,
                            int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    if (!serving_can_begin(world, patient, stage)) {
        const int32_t next = find_full(world, who, now_us);
        if (next != patient->stage)
            return next;
        line = serving_line(world, patient, stage); /* perhaps of another facility, without any way to go */
        ward = serving_ward(world, patient, stage);
    }
    if (ward != NULL && ward->preemption != INTERRUPT_NONE && station_free_servers(&ward->station) == 0)
        (void)interruption_make_way(world, ward, case_level(patient, stage), now_us);
    const bool others_first =
        station_first(line) >= 0 && !serving_is_joint(world, patient, stage) &&
        case_level(case_patient(world, (uint32_t)station_first(line)),
                   case_stage(world, case_patient(world, (uint32_t)station_first(line)))) <=
            case_level(patient, stage);
    if (others_first || !serving_can_begin(world, patient, stage))
        return queue(world, who, line, ward, now_us);
    serving_seize(world, patient, stage, now_us);
    serving_begin(world, who, ward, now_us);
    return CASE_SETTLED;
}

int32_t admission_ask(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    if (plain_is(world, stage))
        return plain_come(world, who, now_us);
    patient->since_us = now_us;
    if (stage->among != NULL)
        serving_pick(world, who);
    struct ward *ward = serving_ward(world, patient, stage);
    struct station *line = ward != NULL ? &ward->station : serving_line(world, patient, stage);
    watch_change(world, ward, patient, WATCH_CAME, now_us);
    if (line == NULL) {
        serving_begin(world, who, ward, now_us);
        return CASE_SETTLED;
    }
    if (ward != NULL && ward->station.waiting + ward->station.busy >= ward->balk_at)
        return turn_away(world, who, WATCH_BALKED, stage->balked, now_us);
    if (!stage->plain || ward == NULL || ward->joint || ward->in_service != NULL)
        return ask_for_more(world, who, line, ward, now_us);
    switch (station_arrive(line, &world->part.links, who, case_level(patient, stage), 1)) {
    case STATION_SERVED:
        watch_station(world, ward, now_us);
        watch_servers(world, ward, patient, 1, now_us);
        beds_taken(world, ward, 1, now_us);
        serving_begin(world, who, ward, now_us);
        return CASE_SETTLED;
    case STATION_WAITS:
        serving_join_line(world, who, ward, now_us);
        return CASE_SETTLED;
    case STATION_TURNED_AWAY:
        break;
    }
    return turn_away(world, who, WATCH_REJECTED, stage->rejected, now_us);
}
