#include "models/care.h"

#include <math.h>
#include <string.h>

#include "models/admission.h"
#include "models/afar.h"
#include "models/case.h"
#include "models/holding.h"
#include "models/interruption.h"
#include "models/journey.h"
#include "models/onset.h"
#include "models/outcome.h"
#include "models/plain.h"
#include "models/remote.h"
#include "models/serving.h"
#include "models/shift.h"
#include "models/stay.h"
#include "models/watch.h"

/* Tries to have the present stage. Returns CASE_SETTLED or the stage to try instead. */
static int32_t try_stage(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    uint32_t asked = 0;
    int64_t connection_us = 0;
    if (stage->window_us > 0 && now_us - patient->onset_us > stage->window_us) {
        if ((patient->flags & PATIENT_LATE) == 0)
            case_cell(world, patient)[PC_too_late]++;
        patient->flags |= PATIENT_LATE;
        return stage->late;
    }
    if (stage->treats)
        patient->flags |= PATIENT_NEEDED;
    if (stage->choice != CHOICE_STAY && (patient->flags & PATIENT_PLACED) == 0) {
        const int32_t next = journey_choose(world, who, now_us);
        if (next != case_patient(world, who)->stage || next == CASE_SETTLED)
            return next;
    }
    patient = case_patient(world, who);
    if (stage->follows && patient->facility != (uint32_t)stage->at) {
        patient->stage = (uint16_t)stage->from_afar;
        return admission_ask(world, who, now_us);
    }
    if (stage->at >= 0 && patient->facility != (uint32_t)stage->at) {
        const int64_t arrange_us = patient->facility == PATIENT_NOWHERE ? 0 : stage->transfer_us;
        const int32_t next = journey_to(world, who, (uint32_t)stage->at, arrange_us);
        if (next == CASE_SETTLED)
            return next;
    }
    if (stage->ward < 0 && (stage->need_count > 0 || stage->service >= 0) &&
        (patient->facility == PATIENT_NOWHERE || !choice_given(world, stage, patient->facility))) {
        if (!choice_guided(world, stage, patient->facility))
            return journey_elsewhere(world, who, now_us);
        patient->stage = (uint16_t)stage->guided;
    }
    if (stage->asks == ASKS_LINKED && !remote_whom(world, patient, stage, &asked, &connection_us))
        return stage->missing == ELSE_LEAVE ? STAGE_END : stage->otherwise;
    return admission_ask(world, who, now_us);
}

static void end(struct world *world, uint32_t who, int64_t now_us);

/* Tries stages until the patient is settled or the pathway ends. */
static void walk(struct world *world, uint32_t who, int32_t stage, bool anew, int64_t now_us)
{
    const size_t longest = 4 * world->pathways.stage_count + 8;
    for (size_t steps = 0; stage != STAGE_END; steps++) {
        struct patient *patient = case_patient(world, who);
        if (anew) {
            case_enter(patient);
            if ((patient->more & PATIENT_HOLDS) != 0 &&
                world->pathways.stage[stage].previous == PREVIOUS_RELEASE)
                holding_release(world, who, now_us);
        }
        patient->stage = (uint16_t)stage;
        const int32_t next = try_stage(world, who, now_us);
        if (next == CASE_SETTLED)
            return;
        anew = next != stage;
        stage = next;
        if (steps > longest) {
            case_stop_circle(world);
            return;
        }
    }
    end(world, who, now_us);
}

/* Stages of stand-ins lead to answers. */
void care_go_on(struct world *world, uint32_t who, int32_t stage, bool anew, int64_t now_us)
{
    if (stage == STAGE_END)
        end(world, who, now_us);
    else if (stage <= STAGE_ANSWER(0))
        remote_refuse(world, who, stage);
    else
        walk(world, who, stage, anew, now_us);
}

/* How it ends: the number of the outcome; -1: none happens. */
static int64_t find_outcome(struct world *world, uint32_t who, int64_t now_us)
{
    const struct patient *patient = case_patient(world, who);
    const struct condition *condition = case_condition(world, patient);
    if (condition->spec->outcomes.count == 0)
        return -1;
    const bool watched = world->has_extra && (case_extra(world, who)->afar & AFAR_WATCHED) != 0;
    const int64_t outcome =
        outcome_draw(condition, &world->rng, case_identity(world, patient), patient, watched, now_us);
    if (outcome < 0)
        return -1;
    const struct outcome_spec *spec =
        SCENARIO_ITEM(condition->spec->outcomes, struct outcome_spec, (size_t)outcome);
    const bool dies = !spec->good && strcmp(spec->id, "death") == 0;
    int64_t *cell = case_cell(world, patient);
    cell[spec->good ? PC_successes : dies ? PC_deaths : PC_complications]++;
    cell[PC_daly] += llround(spec->daly * 1e6);
    if (dies && patient->facility != PATIENT_NOWHERE)
        world_fa(world, patient->facility)[FA_deaths_here]++;
    return outcome;
}

static void end(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    if ((patient->more & PATIENT_HOLDS) != 0)
        holding_release(world, who, now_us);
    const struct condition *condition = case_condition(world, patient);
    int64_t *cell = case_cell(world, patient);
    const bool treated = (patient->flags & PATIENT_TREATED) != 0;
    if ((patient->flags & PATIENT_NEEDED) != 0 && !treated)
        cell[PC_untreated]++;
    cell[PC_treated_ended] += treated;
    if (treated && (patient->more & PATIENT_MOVED) == 0 && condition->treat_service >= 0 &&
        patient->facility != PATIENT_NOWHERE) {
        int64_t *care = world_fs(world, patient->facility, (uint32_t)condition->treat_service);
        care[FS_procedures_ended]++;
        care[FS_stay_after_procedure] += now_us - patient->treated_us;
    }
    const int64_t outcome = find_outcome(world, who, now_us);
    if (world->fates != NULL)
        fate_ends(world, patient, outcome);
    struct system_count *count = &world->system.of[case_origin(world, patient)->condition];
    if (patient->asked_us >= world->warmup_us)
        tally_sum_add(&count->sojourn, now_us - patient->asked_us);
    count->left++;
    case_count_present(world, now_us, -1);
    patients_give_back(&world->part.patients, who);
}

/* --- handlers ------------------------------------------------------------ */

/* Goes where the condition says that patients go first, or to the stage as it is. */
static void set_out(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    int32_t next = patient->stage;
    if (stay_is(world, stage) && stage->choice != CHOICE_STAY) {
        const uint32_t to = stay_choose(world, patient, stage);
        if (to != PATIENT_NOWHERE) {
            patient->flags |= (uint8_t)(PATIENT_PLACED | (stage->treats ? PATIENT_NEEDED : 0));
            next = journey_to(world, who, to, 0);
        }
    } else if (stage->ward < 0 && stage->choice == CHOICE_STAY &&
               (stage->need_count > 0 || stage->service >= 0)) {
        const uint32_t to = journey_first(world, patient);
        if (to == CHOICE_HOME) {
            patient->flags |= stage->treats ? PATIENT_NEEDED : 0;
            next = STAGE_END;
        } else if (to != PATIENT_NOWHERE) {
            next = journey_to(world, who, to, 0);
        }
    }
    if (next != CASE_SETTLED)
        care_go_on(world, who, next, false, now_us);
}

void care_seek(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    patient->asked_us = now_us;
    patient->facility = PATIENT_NOWHERE;
    set_out(world, who, now_us);
}

/* To another stage, if there is one. */
static void leave_stay(struct world *world, uint32_t who, int32_t next, int64_t now_us)
{
    if (next == STAGE_END) {
        end(world, who, now_us);
        return;
    }
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = &world->pathways.stage[next];
    case_enter(patient);
    patient->stage = (uint16_t)next;
    if (!stay_is(world, stage) || !stay_come(world, who, now_us))
        walk(world, who, next, true, now_us);
}

static void handle_depart(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    int32_t after = STAGE_END;
    if (stay_is(world, stage) && stay_depart(world, who, &after, now_us)) {
        leave_stay(world, who, after, now_us);
        return;
    }
    int32_t next = stage->next;
    if (next == STAGE_BY_LUCK)
        next = stage_next(stage, patient->severity, case_luck(world, who, stage, 0).w[1]);
    if (world->has_extra) {
        interruption_ended(world, who);
        afar_unwatch(world, who);
    }
    const bool keeps = next >= 0 && world->pathways.stage[next].previous != PREVIOUS_RELEASE;
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_IN_CARE);
    serving_shift_facility(world, patient, FA_in_care, -1, now_us);
    struct ward *ward = serving_ward(world, patient, stage);
    watch_change(world, ward, patient, keeps ? WATCH_KEPT : WATCH_ENDED, now_us);
    if (keeps)
        serving_keep(world, who);
    else if (ward != NULL || serving_offer(world, patient, stage) != NULL)
        serving_release(world, who, ward, now_us);
    case_count_visit(world, who, stage);
    care_go_on(world, who, next, true, now_us);
}

static void handle_renege(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    case_cell(world, patient)[PC_gave_up]++;
    if ((patient->flags & PATIENT_WAITING) != 0) {
        watch_change(world, serving_ward(world, patient, stage), patient, WATCH_RENEGED, now_us);
        serving_leave_line(world, who, now_us);
    } else {
        journey_set_at_home(world, patient, false, now_us);
    }
    case_count_visit(world, who, stage);
    care_go_on(world, who, stage->reneged, true, now_us);
}

static void handle_upgrade(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    serving_upgrade(world, who);
    struct ward *ward = serving_ward(world, patient, case_stage(world, patient));
    if (ward != NULL && ward->preemption != INTERRUPT_NONE && station_free_servers(&ward->station) == 0)
        (void)interruption_make_way(world, ward, case_level(patient, case_stage(world, patient)), now_us);
    if (ward != NULL)
        serving_ward_moves(world, ward, now_us);
}

static void handle_review(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    if ((patient->flags & PATIENT_AT_HOME) == 0) {
        care_seek(world, who, now_us);
        return;
    }
    journey_set_at_home(world, patient, false, now_us);
    if (patient->ordinal >= CASE_BACKLOG && (patient->more & PATIENT_SOUGHT) == 0)
        set_out(world, who, now_us); /* asked before the run, and has not been anywhere */
    else
        care_go_on(world, who, patient->stage, false, now_us);
}

static void handle_transfer(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    journey_arrive(world, patient);
    if (!stay_is(world, case_stage(world, patient)) || !stay_come(world, who, now_us))
        care_go_on(world, who, patient->stage, false, now_us);
}

static void handle_ask(struct world *world, uint32_t who, int64_t now_us)
{
    const struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    int32_t next = stage->otherwise;
    if (choice_given(world, stage, patient->facility))
        next = admission_ask(world, who, now_us);
    if (next != CASE_SETTLED)
        care_go_on(world, who, next, true, now_us);
}

static void handle_answer(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    int32_t next = STAGE_END;
    if (remote_hear(world, who, &next, now_us)) {
        serving_begin(world, who, serving_ward(world, patient, stage), now_us);
        return;
    }
    case_count_visit(world, who, stage);
    if (stage->guided_service >= 0 && case_extra(world, who)->answer.code == ANSWER_MISSING) {
        patient->stage = (uint16_t)stage->variant_of;
        next = journey_elsewhere(world, who, now_us);
    }
    if (next != CASE_SETTLED)
        care_go_on(world, who, next, true, now_us);
}

/* What a stand-in has taken up is free again. */
static void handle_free(struct world *world, uint32_t who, int64_t now_us)
{
    const struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    struct ward *ward = serving_ward(world, patient, stage);
    watch_change(world, ward, patient, WATCH_ENDED, now_us);
    if (ward != NULL || serving_offer(world, patient, stage) != NULL)
        serving_release(world, who, ward, now_us);
    patients_give_back(&world->part.patients, who);
}

static void handle_patient(struct world *world, const struct event *event)
{
    const struct patient *patient = case_patient(world, event->who);
    if (patient->due_us != event->at_us || patient->due_kind != event->kind)
        return; /* cancelled */
    switch ((enum event_kind)event->kind) {
    case EVENT_DEPART:
        handle_depart(world, event->who, event->at_us);
        break;
    case EVENT_FREE:
        handle_free(world, event->who, event->at_us);
        break;
    case EVENT_ASK:
        handle_ask(world, event->who, event->at_us);
        break;
    case EVENT_ANSWER:
        handle_answer(world, event->who, event->at_us);
        break;
    case EVENT_RENEGE:
        handle_renege(world, event->who, event->at_us);
        break;
    case EVENT_UPGRADE:
        handle_upgrade(world, event->who, event->at_us);
        break;
    case EVENT_TRANSFER:
        handle_transfer(world, event->who, event->at_us);
        break;
    case EVENT_REVIEW:
        handle_review(world, event->who, event->at_us);
        break;
    case EVENT_ARRIVAL:
    case EVENT_SHIFT:
    case EVENT_ONSET:
        break;
    }
}

/* Apart, so that what is plain saves no registers for what is not. */
__attribute__((noinline)) static void handle_any(struct world *world, const struct event *event)
{
    if (event->kind == EVENT_ARRIVAL)
        onset_arrive(world, event);
    else if (event->kind == EVENT_SHIFT)
        shift_handle(world, event);
    else if (event->kind == EVENT_ONSET)
        onset_handle(world, event);
    else
        handle_patient(world, event);
}

/* From where a plain stage has left a patient. */
__attribute__((noinline)) static void go_on_from(struct world *world, struct plain_step step, int64_t now_us)
{
    care_go_on(world, step.who, step.next, step.next != case_patient(world, step.who)->stage, now_us);
}

void care_handle(void *data, unsigned partition, const struct event *event)
{
    struct world *world = ((struct world *)data)->view[partition];
    const int64_t now_us = event->at_us;
    struct plain_step step = {.next = CASE_SETTLED};
    if (event->kind == EVENT_ARRIVAL && plain_comes(world, event->who))
        step = plain_arrive(world, event->who, now_us);
    else if (event->kind == EVENT_DEPART && plain_leaves(world, event))
        step = plain_depart(world, event->who, now_us);
    else
        handle_any(world, event);
    if (__builtin_expect(step.next != CASE_SETTLED, 0))
        go_on_from(world, step, now_us);
}

void care_deliver(void *data, unsigned partition, const struct message *message)
{
    struct world *world = ((struct world *)data)->view[partition];
    switch (message->kind) {
    case EVENT_ASK:
        remote_deliver_question(world, message);
        break;
    case EVENT_ANSWER:
        remote_deliver_answer(world, message);
        break;
    default:
        journey_deliver(world, message);
        break;
    }
}

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int care_compare(const void *data, const struct event *a, const struct event *b)
{
    const struct world *world = data;
    if (a->kind == EVENT_SHIFT || a->kind == EVENT_ONSET)
        return by_number(a->who, b->who);
    const struct patient *p = NULL, *q = NULL;
    uint32_t stream_a = a->who, stream_b = b->who;
    if (a->kind != EVENT_ARRIVAL) {
        p = &world->part.patients.record[a->who];
        q = &world->part.patients.record[b->who];
        stream_a = p->stream;
        stream_b = q->stream;
    }
    const struct origin *s = &world->demand.origin[stream_a], *t = &world->demand.origin[stream_b];
    int order = by_number(s->place, t->place);
    if (order == 0)
        order = by_number(s->condition, t->condition);
    if (order == 0 && p != NULL)
        order = by_number(p->ordinal, q->ordinal);
    return order;
}

/* --- the start ----------------------------------------------------------- */

void care_start(struct world *whole)
{
    onset_backlog(whole);
    onset_start(whole);
    shift_start(whole);
}

/* Takes out of the lines of an offer whoever waits for people who are no longer there. */
static void send_on(struct world *world, struct station *line, int64_t now_us)
{
    int64_t who = station_first(line);
    while (who >= 0) {
        const struct patient *patient = case_patient(world, (uint32_t)who);
        const struct stage *stage = case_stage(world, patient);
        const int64_t after =
            station_after(line, &world->part.links, (uint32_t)who, case_level(patient, stage));
        if (stage->service >= 0 && !choice_given(world, stage, patient->facility)) {
            watch_change(world, serving_ward(world, patient, stage), patient, WATCH_LEFT, now_us);
            serving_leave_line(world, (uint32_t)who, now_us);
            care_go_on(world, (uint32_t)who,
                       (patient->more & PATIENT_STANDS_IN) != 0 ? stage->otherwise : patient->stage, false,
                       now_us);
        }
        who = after;
    }
}

void world_recheck(struct world *whole, uint32_t facility, int64_t now_us)
{
    if (whole->engine == NULL)
        return; /* being built */
    struct world *world = world_at_facility(whole, facility);
    struct facilities *facilities = &world->facilities;
    for (uint32_t r = 0; r < facilities->resource_count; r++) {
        const int32_t ward = facility_ward(facilities, facility, r);
        if (ward >= 0 && facilities->ward[ward].joint)
            send_on(world, &facilities->ward[ward].station, now_us);
    }
    for (uint32_t s = 0; s < facilities->service_count; s++) {
        struct offer *offer = facility_offer(facilities, facility, s);
        if (offer != NULL && offer->operators.waiting > 0)
            send_on(world, &offer->operators, now_us);
    }
    serving_facility_moves(world, facility, now_us);
}
