#include "models/journey.h"

#include "models/afar.h"
#include "models/case.h"
#include "models/holding.h"
#include "models/serving.h"
#include "models/watch.h"

void journey_set_at_home(struct world *world, struct patient *patient, bool at_home, int64_t now_us)
{
    const struct origin *origin = case_origin(world, patient);
    patient->flags =
        (uint8_t)(at_home ? patient->flags | PATIENT_AT_HOME : patient->flags & ~PATIENT_AT_HOME);
    ledger_shift(&world->ledger, GROUP_PLACE_CONDITION, origin->place, origin->condition, PC_waiting_at_home,
                 at_home ? 1 : -1, now_us);
}

static uint32_t journey_place(const struct world *world, const struct patient *patient)
{
    return patient->facility == PATIENT_NOWHERE || world->facilities.glance[patient->facility].stays_home
               ? case_home(world, patient)
               : world->facilities.glance[patient->facility].place;
}

void journey_arrive(struct world *world, const struct patient *patient)
{
    const struct origin *origin = case_origin(world, patient);
    const struct facility_glance *glance = &world->facilities.glance[patient->facility];
    const int64_t price_fen = glance->price_per_admission_fen;
    world_fa(world, patient->facility)[FA_admissions]++;
    world_count_flow(world, origin->place, glance->stays_home ? origin->place : glance->place,
                     origin->condition, FL_flow_admissions);
    if (price_fen != 0)
        serving_pay(world, patient, world_pc(world, origin->place, origin->condition), price_fen, 0);
}

/* Who stays at home is asked for after the fixed part of a journey: to be called on, or put through. */
static struct travel way_to(const struct world *world, const struct patient *patient, uint32_t facility)
{
    if (world->facilities.glance[facility].stays_home)
        return (struct travel){.us = world->scenario->travel.fixed_us};
    return choice_way(world, journey_place(world, patient), facility);
}

static void write_to(struct world *world, uint32_t who, unsigned partition, int64_t delay_us)
{
    struct message message = {.kind = EVENT_TRANSFER};
    case_pack(world, who, &message);
    patients_give_back(&world->part.patients, who);
    engine_send(world->engine, world->number, partition, delay_us, message);
}

/* Who stays in the partition keeps the record: as if a message had been sent and received. */
static void set_out(struct world *world, uint32_t who, uint32_t facility, int64_t delay_us)
{
    const unsigned partition = world_at_facility(world, facility)->number;
    int64_t at_us = 0;
    if (partition != world->number ||
        __builtin_add_overflow(engine_now(world->engine, world->number), delay_us, &at_us)) {
        write_to(world, who, partition, delay_us);
        return;
    }
    if (world->has_extra) {
        struct extra *extra = case_extra(world, who);
        *extra = (struct extra){.errand = extra->errand, .afar = extra->afar};
    }
    case_schedule(world, who, EVENT_TRANSFER, at_us);
}

/* Of who is treated already, when that was is kept instead. */
static inline void keep_way(const struct world *world, struct patient *patient, struct travel way)
{
    if ((patient->flags & PATIENT_TREATED) != 0)
        return;
    const bool from_home =
        patient->facility == PATIENT_NOWHERE || world->facilities.glance[patient->facility].stays_home;
    patient_keep_way(patient, from_home ? way.us : 0, from_home ? way.m : 0);
}

void journey_count_way(struct world *world, struct patient *patient, uint32_t facility, struct travel way)
{
    int64_t *cell = case_cell(world, patient);
    if (!world->facilities.glance[facility].stays_home) {
        cell[PC_travel_time] += way.us;
        cell[PC_travel_distance] += way.m;
    }
    if (patient->facility != PATIENT_NOWHERE) {
        const struct facility *at = world->facilities.facility;
        cell[PC_transfers]++;
        cell[PC_transfers_up] += at[facility].level > at[patient->facility].level;
        world_fa(world, patient->facility)[FA_transfers_out]++;
        patient->more |= PATIENT_MOVED | PATIENT_REFERRED;
    } else if ((patient->more & PATIENT_SOUGHT) == 0) {
        cell[PC_sought_care]++;
        patient->more |= PATIENT_SOUGHT;
    }
    serving_pay(world, patient, cell, 0, 2 * world->scenario->travel.cost_per_km_fen * way.m / 1000);
}

/* Who sets out at onset has nothing to arrange. */
static int64_t arranged_us(const struct world *world, const struct patient *patient, int64_t arrange_us,
                           int64_t now_us)
{
    const int64_t least_us = world->scenario->travel.arrange_us;
    const bool is_first = now_us == patient->onset_us && (patient->more & PATIENT_SOUGHT) == 0;
    return is_first || arrange_us > least_us ? arrange_us : least_us;
}

/* Sends a patient to a facility; returns CASE_SETTLED, or where to go on when there is no way to go. */
int32_t journey_to(struct world *world, uint32_t who, uint32_t facility, int64_t arrange_us)
{
    struct patient *patient = case_patient(world, who);
    const int64_t now_us = engine_now(world->engine, world->number);
    const struct travel way = way_to(world, patient, facility);
    arrange_us = arranged_us(world, patient, arrange_us, now_us);
    if ((patient->more & PATIENT_HOLDS) != 0)
        holding_release(world, who, now_us);
    journey_count_way(world, patient, facility, way);
    if (world->has_extra) {
        struct extra *extra = case_extra(world, who);
        const bool records = afar_share_records(world, patient->facility, facility);
        extra->afar = (uint8_t)(records ? extra->afar | AFAR_RECORDS : extra->afar & ~AFAR_RECORDS);
    }
    keep_way(world, patient, way);
    patient->facility = facility;
    if (way.us + arrange_us == 0) {
        journey_arrive(world, patient);
        return patient->stage;
    }
    set_out(world, who, facility, arrange_us + way.us);
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
    const uint32_t is = rules_is(world, patient);
    if (stage->missing == ELSE_REFER) {
        const uint32_t to = patient->facility == PATIENT_NOWHERE
                                ? choice_nearest(world, stage, case_home(world, patient), PATIENT_NOWHERE, is)
                                : choice_referral(world, stage, patient->facility, is);
        if (to == PATIENT_NOWHERE)
            return stage->otherwise;
        return journey_to(world, who, to, patient->facility == PATIENT_NOWHERE ? 0 : stage->transfer_us);
    }
    if (stage->missing == ELSE_WAIT) {
        uint32_t to = PATIENT_NOWHERE;
        if (patient->facility == PATIENT_NOWHERE)
            to = choice_nearest(world, stage, case_home(world, patient), PATIENT_NOWHERE, is);
        return to == PATIENT_NOWHERE ? journey_wait_at_home(world, who, now_us)
                                     : journey_to(world, who, to, 0);
    }
    return stage->missing == ELSE_GO_ON ? stage->otherwise : STAGE_END;
}

/* Where a patient goes for the referral that strict tiering asks for: to the gate, when nobody who sees
 * patients without one gives the stage. PATIENT_NOWHERE: no need. */
static uint32_t gate_for(struct world *world, const struct patient *patient, const struct stage *stage,
                         uint32_t is)
{
    const uint32_t home = case_home(world, patient);
    if ((is & RULES_UNREFERRED) == 0 ||
        choice_nearest(world, stage, home, PATIENT_NOWHERE, is) != PATIENT_NOWHERE)
        return PATIENT_NOWHERE;
    return world->rules->gate[home];
}

static bool is_referred(const struct patient *patient)
{
    return patient->facility != PATIENT_NOWHERE || (patient->more & PATIENT_REFERRED) != 0;
}

/* Who seeks care for the first time, by own choice. */
void journey_note_bypassing(struct world *world, const struct patient *patient, uint32_t to, uint32_t is)
{
    if (to != CHOICE_HOME && (patient->more & PATIENT_SOUGHT) == 0)
        case_cell(world, patient)[PC_bypassed] +=
            choice_bypasses(world, case_stage(world, patient), case_home(world, patient), to, is);
}

uint32_t journey_first(struct world *world, const struct patient *patient)
{
    const struct condition *condition = case_condition(world, patient);
    const struct stage *stage = case_stage(world, patient);
    const uint32_t home = case_home(world, patient), is = rules_is(world, patient);
    if (condition->first_facility >= 0)
        return (uint32_t)condition->first_facility;
    const uint32_t gate = gate_for(world, patient, stage, is);
    if (condition->spec->first != FIRST_UTILITY)
        return gate != PATIENT_NOWHERE ? gate : choice_nearest(world, stage, home, PATIENT_NOWHERE, is);
    const uint32_t to =
        choice_utility(world, stage, home, case_identity(world, patient),
                       gate != PATIENT_NOWHERE ? is & ~RULES_UNREFERRED : is, is_referred(patient));
    if (gate != PATIENT_NOWHERE)
        return to != CHOICE_HOME ? gate : to;
    journey_note_bypassing(world, patient, to, is);
    return to;
}

/* To the facility nearest home that can give the stage, unless the present one is as near. */
static int32_t go_back(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const uint32_t home = case_home(world, patient);
    const uint32_t to = choice_nearest(world, stage, home, PATIENT_NOWHERE, rules_is(world, patient));
    patient->flags |= PATIENT_PLACED;
    if (to == PATIENT_NOWHERE)
        return journey_elsewhere(world, who, now_us);
    if (patient->facility != PATIENT_NOWHERE && choice_given(world, stage, patient->facility)) {
        const struct facility *at = world->facilities.facility;
        const struct geography *geography = &world->geography;
        if (geography_travel(geography, home, at[patient->facility].place).us <=
            geography_travel(geography, home, at[to].place).us)
            return patient->stage;
    }
    if (patient->facility != PATIENT_NOWHERE) {
        case_cell(world, patient)[PC_transfers_back]++;
        world_fa(world, patient->facility)[FA_sent_back]++;
    }
    return journey_to(world, who, to, patient->facility == PATIENT_NOWHERE ? 0 : stage->transfer_us);
}

/* Chooses where to have a stage that may be had elsewhere. CASE_SETTLED, the stage itself to go on here, or
 * another. */
int32_t journey_choose(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const uint32_t origin = journey_place(world, patient);
    if (stage->choice == CHOICE_BACK)
        return go_back(world, who, now_us);
    uint32_t is = rules_is(world, patient), to;
    const uint32_t gate = gate_for(world, patient, stage, is);
    is = gate != PATIENT_NOWHERE ? is & ~RULES_UNREFERRED : is;
    if (stage->choice == CHOICE_UTILITY) {
        to = choice_utility(world, stage, origin, case_identity(world, patient), is, is_referred(patient));
        if (to == CHOICE_HOME)
            return journey_wait_at_home(world, who, now_us);
        if (gate == PATIENT_NOWHERE && patient->facility == PATIENT_NOWHERE)
            journey_note_bypassing(world, patient, to, is);
    } else {
        to = choice_nearest(world, stage, origin, PATIENT_NOWHERE, is);
        if (to == PATIENT_NOWHERE)
            return journey_elsewhere(world, who, now_us);
    }
    if (gate != PATIENT_NOWHERE) { /* to choose again there, with a referral */
        patient->more |= PATIENT_REFERRED;
        return journey_to(world, who, gate, 0);
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
    const uint32_t to = choice_referral_free(world, stage, patient->facility, rules_is(world, patient));
    if (to == PATIENT_NOWHERE)
        return patient->stage;
    watch_change(world, serving_ward(world, patient, stage), patient, WATCH_LEFT, now_us);
    patient->flags |= PATIENT_PLACED;
    return journey_to(world, who, to, stage->transfer_us);
}
