#include "models/saved_patients.h"

#include <stdlib.h>
#include <string.h>

#include "models/case.h"
#include "models/serving.h"
#include "models/stay.h"
#include "sim/state.h"

/* clang-format off */
#define PATIENT_STATE(ONE, ALL, NOT) \
    ONE(struct patient, due_us) ONE(struct patient, asked_us) ONE(struct patient, onset_us) \
    ONE(struct patient, since_us) ONE(struct patient, stream) ONE(struct patient, ordinal) \
    ONE(struct patient, facility) ONE(struct patient, operates) ONE(struct patient, stage) \
    ONE(struct patient, treated_us) ONE(struct patient, proficiency) ONE(struct patient, still) \
    ONE(struct patient, severity) ONE(struct patient, due_kind) ONE(struct patient, flags) \
    ONE(struct patient, attempt) ONE(struct patient, more) ONE(struct patient, shift)
STATE_LAYOUT(patient, struct patient, PATIENT_STATE, 0);

#define EXTRA_STATE(ONE, ALL, NOT) \
    ONE(struct extra, whole_us) ONE(struct extra, remaining_us) ONE(struct extra, resamples) \
    ONE(struct extra, mode) NOT(struct extra, blocked_at) NOT(struct extra, held) \
    ONE(struct extra, held_count) NOT(struct extra, answer) NOT(struct extra, errand) ONE(struct extra, afar)
STATE_LAYOUT(extra, struct extra, EXTRA_STATE, 10);

#define ANSWER_STATE(ONE, ALL, NOT) \
    ONE(struct answer, duration_us) ONE(struct answer, code) ONE(struct answer, proficiency)
STATE_LAYOUT(answer, struct answer, ANSWER_STATE, 6);

#define HELD_STATE(ONE, ALL, NOT) \
    ONE(struct held, ward) ONE(struct held, shift) ONE(struct held, first) ONE(struct held, amount)
STATE_LAYOUT(held, struct held, HELD_STATE, 2);
/* clang-format on */

struct world *roster_view(const struct world *world, uint32_t facility)
{
    return facility == PATIENT_NOWHERE
               ? world->view[0]
               : world->view[world->part_of_place[world->facilities.facility[facility].place]];
}

bool roster_is_near(int64_t us)
{
    const int64_t far_us = INT64_C(1) << 60;
    return us > -far_us && us < far_us;
}

/* --- who is in flight --- */

void roster_free(struct roster *roster)
{
    for (unsigned p = 0; roster->number != NULL && p < roster->partitions; p++)
        free(roster->number[p]);
    free(roster->number);
    free(roster->seat);
    *roster = (struct roster){.count = 0};
}

static int by_identity(const void *first, const void *second)
{
    const struct seat *a = first, *b = second;
    if (a->stream != b->stream)
        return a->stream < b->stream ? -1 : 1;
    if (a->ordinal != b->ordinal)
        return a->ordinal < b->ordinal ? -1 : 1;
    if (a->stands_in != b->stands_in)
        return a->stands_in ? 1 : -1;
    return a->stands_in ? (a->due_us > b->due_us) - (a->due_us < b->due_us) : 0;
}

static struct seat seat_of(const struct patient *patient, unsigned partition, uint32_t who)
{
    return (struct seat){.partition = partition,
                         .who = who,
                         .stream = patient->stream,
                         .ordinal = patient->ordinal,
                         .due_us = patient->due_us,
                         .stands_in = (patient->more & PATIENT_STANDS_IN) != 0};
}

/* number[] of records that nobody uses: SAVED_NOWHERE. */
static uint32_t *number_records(struct roster *roster, const struct patients *patients, unsigned partition,
                                struct err *err)
{
    uint32_t *number = mem_zeroed(patients->used, sizeof *number, err);
    if (number == NULL)
        return NULL;
    for (size_t i = 0; i < patients->free_count; i++)
        number[patients->free[i]] = SAVED_NOWHERE;
    for (size_t who = 0; who < patients->used; who++)
        if (number[who] != SAVED_NOWHERE)
            roster->seat[roster->count++] = seat_of(&patients->record[who], partition, (uint32_t)who);
    return number;
}

int roster_init(struct roster *roster, const struct world *world, struct err *err)
{
    size_t count = 0;
    *roster = (struct roster){.partitions = world->partitions};
    for (unsigned p = 0; p < world->partitions; p++)
        count += world->view[p]->part.patients.used - world->view[p]->part.patients.free_count;
    if (count >= SAVED_NOWHERE)
        return err_fail(err, "%zu patients are too many to save", count);
    roster->seat = mem_zeroed(count, sizeof *roster->seat, err);
    roster->number = mem_zeroed(world->partitions, sizeof *roster->number, err);
    if (roster->seat == NULL || roster->number == NULL)
        return -1;
    for (unsigned p = 0; p < world->partitions; p++) {
        roster->number[p] = number_records(roster, &world->view[p]->part.patients, p, err);
        if (roster->number[p] == NULL)
            return -1;
    }
    qsort(roster->seat, roster->count, sizeof *roster->seat, by_identity);
    for (size_t n = 0; n < roster->count; n++)
        roster->number[roster->seat[n].partition][roster->seat[n].who] = (uint32_t)n;
    return 0;
}

/* --- records --- */

/* Somebody who stands in and has not answered yet. */
static bool owes_an_answer(const struct patient *patient)
{
    return (patient->more & PATIENT_STANDS_IN) != 0 && (patient->flags & PATIENT_IN_CARE) == 0;
}

static void save_extra(const struct roster *roster, const struct world *view, uint32_t who,
                       struct state_writer *writer)
{
    const struct extra *extra = &view->part.extra[who];
    state_put_array_items(writer, &extra_layout, extra, 1);
    state_put_u64(writer, extra->blocked_at > 0);
    state_put_array_items(writer, &held_layout, extra->held, extra->held_count);
    if (!view->has_remote)
        return;
    state_put_array_items(writer, &answer_layout, &extra->answer, 1);
    const bool owes = owes_an_answer(&view->part.patients.record[who]);
    state_put_u64(writer,
                  owes ? roster->number[extra->errand.partition][extra->errand.patient] : SAVED_NOWHERE);
    state_put_i64(writer, owes ? extra->errand.connection_us : 0);
}

void roster_save(const struct roster *roster, const struct world *world, struct state_writer *writer)
{
    const size_t visits = world->pathways.loop_stages;
    state_begin(writer, "patients", 1);
    state_put_u64(writer, visits);
    state_put_u64(writer, world->has_extra);
    state_put_u64(writer, world->has_remote);
    state_put_array_count(writer, &answer_layout, 0);
    state_put_array_count(writer, &held_layout, 0);
    state_put_array_count(writer, &extra_layout, 0);
    state_put_array_count(writer, &patient_layout, roster->count);
    for (size_t n = 0; n < roster->count; n++) {
        const struct world *view = world->view[roster->seat[n].partition];
        const uint32_t who = roster->seat[n].who;
        const struct patient patient = stay_forget(world, view->part.patients.record[who]);
        state_put_array_items(writer, &patient_layout, &patient, 1);
        if (visits > 0)
            state_put_numbers(writer, &view->part.visits[who * visits], sizeof(uint32_t), visits);
        if (world->has_extra)
            save_extra(roster, view, who, writer);
    }
    state_end(writer);
}

/* Whether everything that the patient asks for or has at a facility exists there. */
static bool is_at_home_here(const struct world *world, const struct patient *patient,
                            const struct stage *stage)
{
    if (stage->among != NULL && (patient->operates == 0 || patient->operates > stage->among_count))
        return false;
    const bool needs_wards = stage->ward < 0 && stage->among == NULL && stage->need_count > 0;
    const int32_t service = stage->guided_service >= 0 ? stage->guided_service : stage->service;
    if (!needs_wards && service < 0)
        return true;
    if (patient->facility == PATIENT_NOWHERE)
        return false;
    for (size_t i = 0; needs_wards && i < stage->need_count; i++)
        if (facility_ward(&world->facilities, patient->facility, stage->need[i].resource) < 0)
            return false;
    return service < 0 || facility_offer(&world->facilities, patient->facility, (uint32_t)service) != NULL;
}

/* What patients wait for who are neither in a line nor served, nor ask elsewhere. */
static bool may_wait_alone(const struct patient *patient)
{
    switch (patient->due_kind) {
    case EVENT_REVIEW:
        return true;
    case EVENT_RENEGE:
        return (patient->flags & PATIENT_AT_HOME) != 0;
    case EVENT_TRANSFER:
        return patient->facility != PATIENT_NOWHERE;
    default:
        return false;
    }
}

static bool may_wait_for(const struct world *world, const struct patient *patient, int64_t now_us)
{
    const bool in_care = (patient->flags & PATIENT_IN_CARE) != 0,
               waiting = (patient->flags & PATIENT_WAITING) != 0,
               stands_in = (patient->more & PATIENT_STANDS_IN) != 0,
               asks = (patient->more & PATIENT_ASKS) != 0;
    const uint8_t kind = patient->due_kind;
    if (in_care + waiting + asks > 1 || (asks && stands_in))
        return false;
    if (kind != PATIENT_NO_EVENT && (patient->due_us < now_us || !roster_is_near(patient->due_us)))
        return false;
    if (in_care)
        return kind == (stands_in ? EVENT_FREE : EVENT_DEPART);
    if (asks)
        return kind == PATIENT_NO_EVENT || kind == EVENT_ANSWER;
    if (waiting)
        return kind == PATIENT_NO_EVENT || kind == EVENT_RENEGE ||
               (kind == EVENT_UPGRADE && world->pathways.stage[patient->stage].upgrade_after != NULL);
    return stands_in ? kind == EVENT_ASK : may_wait_alone(patient);
}

/* Stages after those of the conditions are of stand-ins, or variants, which ask. */
static bool is_for_stand_ins(const struct world *world, const struct patient *patient)
{
    const struct pathways *pathways = &world->pathways;
    return patient->stage >= pathways_own(pathways) && pathways->stage[patient->stage].asks == ASKS_NOBODY;
}

/* Who asks elsewhere has what is needed here, and stand-ins are where everything can be had. */
static bool is_somewhere(const struct world *world, const struct patient *patient, const struct stage *stage)
{
    const bool asks = (patient->more & PATIENT_ASKS) != 0,
               stands_in = (patient->more & PATIENT_STANDS_IN) != 0;
    if (stands_in != is_for_stand_ins(world, patient) || (asks && stage->asks == ASKS_NOBODY) ||
        (stands_in && patient->facility == PATIENT_NOWHERE))
        return false;
    return (!asks && !stands_in && (patient->flags & (PATIENT_WAITING | PATIENT_IN_CARE)) == 0) ||
           is_at_home_here(world, patient, stage);
}

/* Nothing that the record names is missing. Its stream and facility are those of this world already. */
static bool can_be(const struct world *world, const struct patient *patient, int64_t now_us)
{
    if (patient->stream >= world->demand.count || patient->stage >= world->pathways.stage_count ||
        patient->severity >= SEVERITIES || !roster_is_near(patient->asked_us) ||
        !roster_is_near(patient->onset_us) || !roster_is_near(patient->since_us) ||
        ((patient->flags & PATIENT_TREATED) != 0 && !roster_is_near(patient->treated_us)) ||
        (patient->facility != PATIENT_NOWHERE && patient->facility >= world->facilities.count))
        return false;
    const struct stage *stage = &world->pathways.stage[patient->stage];
    if (stage->condition != world->demand.stream[patient->stream].condition ||
        !is_somewhere(world, patient, stage))
        return false;
    if (!world->has_remote && (patient->more & (PATIENT_ASKS | PATIENT_STANDS_IN)) != 0)
        return false;
    if (!world->has_extra && (patient->more & (PATIENT_HOLDS | PATIENT_INTERRUPTED)) != 0)
        return false;
    return may_wait_for(world, patient, now_us);
}

static void restore_held(struct extra *extra, const struct patient *patient, const struct saved_maps *maps,
                         struct state_reader *reader)
{
    if (extra->held_count > EXTRA_HELD) {
        extra->held_count = 0;
        state_refuse(reader, ROSTER_IMPOSSIBLE);
    }
    state_get_array_items(reader, &held_layout, extra->held, extra->held_count);
    for (unsigned i = 0; i < extra->held_count && !reader->failed; i++) {
        const uint32_t ward = saved_index(&maps->ward, (uint32_t)extra->held[i].ward);
        if (ward == SAVED_NOWHERE || extra->held[i].amount < 0)
            state_refuse(reader, ROSTER_IMPOSSIBLE);
        extra->held[i].ward = (int32_t)ward;
    }
    if ((extra->held_count > 0) != ((patient->more & PATIENT_HOLDS) != 0))
        state_refuse(reader, ROSTER_IMPOSSIBLE);
}

static void restore_blocked(struct partition *part, uint32_t who, struct state_reader *reader)
{
    struct err err = ERR_INIT;
    uint32_t *blocked =
        mem_grow(part->blocked, &part->blocked_capacity, part->blocked_count + 1, sizeof *blocked, &err);
    if (blocked == NULL) {
        state_refuse(reader, "%s", err.text[0]);
        return;
    }
    part->blocked = blocked;
    part->blocked[part->blocked_count++] = who;
    part->extra[who].blocked_at = (uint32_t)part->blocked_count;
}

/* The question and the answer to it. Whoever asked is seated already: the order is that of identities. */
static void restore_remote(const struct roster *roster, struct world *world, struct world *view, uint32_t who,
                           struct state_reader *reader)
{
    const struct patient *patient = case_patient(view, who);
    struct extra *extra = case_extra(view, who);
    state_get_array_items(reader, &answer_layout, &extra->answer, 1);
    const uint64_t number = state_get_up_to(reader, SAVED_NOWHERE);
    const int64_t connection_us = state_get_i64(reader);
    if (connection_us < 0 || !roster_is_near(connection_us) || extra->answer.duration_us < 0 ||
        !roster_is_near(extra->answer.duration_us))
        state_refuse(reader, ROSTER_IMPOSSIBLE);
    if (reader->failed || !owes_an_answer(patient))
        return;
    if (number + 1 >= roster->count) {
        state_refuse(reader, ROSTER_IMPOSSIBLE);
        return;
    }
    const struct seat *asker = &roster->seat[number];
    const struct patient *who_asks = case_patient(world->view[asker->partition], asker->who);
    if (asker->stream != patient->stream || asker->ordinal != patient->ordinal ||
        (who_asks->more & PATIENT_ASKS) == 0 || who_asks->due_kind != PATIENT_NO_EVENT)
        state_refuse(reader, ROSTER_IMPOSSIBLE);
    extra->errand =
        (struct errand){.partition = asker->partition, .patient = asker->who, .connection_us = connection_us};
}

static bool is_nothing(const struct extra *extra)
{
    return extra->whole_us == 0 && extra->remaining_us == 0 && extra->resamples == 0 && extra->mode == 0 &&
           extra->afar == 0 && extra->held_count == 0;
}

/* Of a world in which a policy that had not started would have let patients ask elsewhere: none has. */
static void pass_over_extra(const struct roster *roster, const struct patient *patient,
                            struct state_reader *reader)
{
    struct extra extra = {.held_count = 0};
    state_get_array_items(reader, &extra_layout, &extra, 1);
    bool nothing = state_get_up_to(reader, 1) == 0 && is_nothing(&extra);
    if (nothing && roster->has_remote) {
        state_get_array_items(reader, &answer_layout, &extra.answer, 1);
        nothing = state_get_u64(reader) == SAVED_NOWHERE && state_get_i64(reader) == 0 &&
                  extra.answer.duration_us == 0;
    }
    if (!nothing || (patient->more & PATIENT_HOLDS) != 0)
        state_refuse(reader, "has patients on other pathways; take the scenario that it was made from");
}

static void restore_extra(struct world *view, uint32_t who, const struct saved_maps *maps,
                          struct state_reader *reader)
{
    struct partition *part = &view->part;
    struct extra *extra = &part->extra[who];
    state_get_array_items(reader, &extra_layout, extra, 1);
    const bool blocked = state_get_up_to(reader, 1) != 0;
    restore_held(extra, &part->patients.record[who], maps, reader);
    const bool watched = (extra->afar & AFAR_WATCHED_NOW) != 0;
    if (!roster_is_near(extra->whole_us) || !roster_is_near(extra->remaining_us) ||
        (watched && (view->afar.site == NULL || part->patients.record[who].facility == PATIENT_NOWHERE)))
        state_refuse(reader, ROSTER_IMPOSSIBLE);
    if (blocked && !reader->failed)
        restore_blocked(part, who, reader);
}

/* A record in the partition where the patient is, or lives. SAVED_NOWHERE when that fails. */
static uint32_t seat_patient(struct roster *roster, struct world *world, const struct patient *patient)
{
    struct world *view = patient->facility != PATIENT_NOWHERE
                             ? roster_view(world, patient->facility)
                             : world_at_place(world, world->demand.stream[patient->stream].place);
    const uint32_t who = case_open(view);
    if (who == PATIENT_NOWHERE)
        return SAVED_NOWHERE;
    *case_patient(view, who) = *patient;
    roster->seat[roster->count++] = seat_of(patient, view->number, who);
    return who;
}

static void restore_patient(struct roster *roster, struct world *world, const struct saved_maps *maps,
                            int64_t now_us, struct state_reader *reader)
{
    struct patient patient = {.due_us = 0};
    state_get_array_items(reader, &patient_layout, &patient, 1);
    patient.stream = saved_index(&maps->stream, patient.stream);
    const uint32_t stage = saved_index(&maps->stage, patient.stage);
    if (stage >= world->pathways.stage_count)
        state_refuse(reader, ROSTER_IMPOSSIBLE);
    patient.stage = (uint16_t)stage;
    if (!reader->failed)
        patient = stay_forget(world, patient);
    if (patient.facility != PATIENT_NOWHERE) {
        patient.facility = saved_index(&maps->facility, patient.facility);
        if (patient.facility == SAVED_NOWHERE)
            state_refuse(reader, ROSTER_IMPOSSIBLE);
    }
    if (reader->failed || !can_be(world, &patient, now_us)) {
        state_refuse(reader, ROSTER_IMPOSSIBLE);
        return;
    }
    const uint32_t who = seat_patient(roster, world, &patient);
    if (who == SAVED_NOWHERE) {
        state_refuse(reader, "out of memory for %zu patients", roster->count);
        return;
    }
    struct world *view = world->view[roster->seat[roster->count - 1].partition];
    if (world->pathways.loop_stages > 0)
        state_get_numbers(reader, case_visits(view, who), sizeof(uint32_t), world->pathways.loop_stages);
    if (roster->has_extra && !world->has_extra)
        pass_over_extra(roster, &patient, reader);
    else if (roster->has_extra)
        restore_extra(view, who, maps, reader);
    if (roster->has_remote && world->has_extra)
        restore_remote(roster, world, view, who, reader);
}

static void forget_all(struct world *world)
{
    for (unsigned p = 0; p < world->partitions; p++) {
        struct partition *part = &world->view[p]->part;
        part->patients.used = part->patients.free_count = part->blocked_count = 0;
    }
}

/* Nobody is there twice: they are in the order of their identity. */
static bool is_after_others(const struct roster *roster)
{
    const size_t n = roster->count;
    const int order = n < 2 ? -1 : by_identity(&roster->seat[n - 2], &roster->seat[n - 1]);
    return order < 0 || (order == 0 && roster->seat[n - 1].stands_in);
}

void roster_restore(struct roster *roster, struct world *world, const struct saved_maps *maps, int64_t now_us,
                    struct state_reader *reader)
{
    struct err err = ERR_INIT;
    *roster = (struct roster){.partitions = world->partitions};
    forget_all(world);
    state_enter(reader, "patients", 1);
    const uint64_t visits = state_get_u64(reader);
    roster->has_extra = state_get_up_to(reader, 1) != 0;
    roster->has_remote = state_get_up_to(reader, 1) != 0;
    /* Policies that start later may bring more, or would have. */
    if (visits != world->pathways.loop_stages || (roster->has_remote && !roster->has_extra))
        state_refuse(reader, "has patients on other pathways; take the scenario that it was made from");
    (void)state_get_array_count(reader, &answer_layout);
    (void)state_get_array_count(reader, &held_layout);
    (void)state_get_array_count(reader, &extra_layout);
    const size_t count = state_get_array_count(reader, &patient_layout);
    roster->seat = mem_zeroed(count, sizeof *roster->seat, &err);
    if (roster->seat == NULL)
        state_refuse(reader, "%s", err.text[0]);
    for (size_t n = 0; n < count && !reader->failed; n++) {
        restore_patient(roster, world, maps, now_us, reader);
        if (!reader->failed && !is_after_others(roster))
            state_refuse(reader, "has a patient twice; make it again");
    }
    state_leave(reader);
}

void roster_schedule(const struct roster *roster, struct world *world)
{
    for (size_t n = 0; n < roster->count; n++) {
        const struct seat *seat = &roster->seat[n];
        const struct patient *patient = &world->view[seat->partition]->part.patients.record[seat->who];
        if (patient->due_kind != PATIENT_NO_EVENT)
            engine_schedule(
                world->engine, seat->partition,
                (struct event){.at_us = patient->due_us, .kind = patient->due_kind, .who = seat->who});
    }
}
