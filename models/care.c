#include "models/care.h"

#include <math.h>
#include <string.h>

#include "models/outcome.h"
#include "models/world_parts.h"

#define DAY_US 86400e6
#define BACKLOG_ORDINALS UINT32_C(0x80000000) /* ordinals from here on are the backlog's */

enum { SETTLED = -2 }; /* the patient waits, is served, or is on the way */

static struct patient *patient_at(struct world *world, uint32_t who)
{
    return &world->part.patients.record[who];
}

static const struct stage *stage_of(const struct world *world, const struct patient *patient)
{
    return &world->pathways.stage[patient->stage];
}

static const struct condition *condition_of(const struct world *world, const struct patient *patient)
{
    return &world->pathways.condition[world->demand.stream[patient->stream].condition];
}

static uint32_t home_of(const struct world *world, const struct patient *patient)
{
    return world->demand.stream[patient->stream].place;
}

static int64_t *cell_of(struct world *world, const struct patient *patient)
{
    const struct stream *stream = &world->demand.stream[patient->stream];
    return world_pc(world, stream->place, stream->condition);
}

static struct rng_identity identity_of(const struct world *world, const struct patient *patient)
{
    return (struct rng_identity){.stream = world->demand.stream[patient->stream].hash, .ordinal = patient->ordinal};
}

static uint32_t *visits_of(struct world *world, uint32_t who)
{
    return world->pathways.loop_stages == 0 ? NULL : &world->part.visits[who * world->pathways.loop_stages];
}

static uint32_t visit(struct world *world, uint32_t who, const struct stage *stage)
{
    const uint32_t *visits = visits_of(world, who);
    return visits == NULL || stage->index >= world->pathways.loop_stages ? 0 : visits[stage->index];
}

static struct rng_words stage_luck(struct world *world, uint32_t who, const struct stage *stage)
{
    return rng_draw(&world->rng, identity_of(world, patient_at(world, who)),
                    (struct rng_purpose){
                        .quantity = DRAW_STAGE, .stage = stage->index, .visit = visit(world, who, stage)});
}

static void schedule(struct world *world, uint32_t who, enum event_kind kind, int64_t at_us)
{
    struct patient *patient = patient_at(world, who);
    patient->due_us = at_us;
    patient->due_kind = (uint8_t)kind;
    engine_schedule(world->engine, 0, (struct event){.at_us = at_us, .kind = kind, .who = who});
}

static void count_present(struct world *world, int64_t now_us, int64_t delta)
{
    tally_level_set(&world->system_present, now_us, world->system_present.level + delta);
}

/* --- records ------------------------------------------------------------- */

static int make_room(struct world *world)
{
    struct partition *part = &world->part;
    struct err err = ERR_INIT;
    if (part->links.capacity < part->patients.capacity &&
        station_links_reserve(&part->links, part->patients.capacity, &err) != 0)
        return -1;
    const size_t width = world->pathways.loop_stages;
    size_t needed = 0;
    if (__builtin_mul_overflow(part->patients.capacity, width, &needed))
        return -1;
    if (needed <= part->visits_capacity)
        return 0;
    uint32_t *visits = mem_grow(part->visits, &part->visits_capacity, needed, sizeof *visits, &err);
    if (visits == NULL)
        return -1;
    part->visits = visits;
    return 0;
}

static uint32_t take_record(struct world *world)
{
    const uint32_t who = patients_take(&world->part.patients);
    if (who == PATIENT_NOWHERE || make_room(world) != 0) {
        engine_stop(world->engine, "out of memory for one more patient");
        return PATIENT_NOWHERE;
    }
    uint32_t *visits = visits_of(world, who);
    if (visits != NULL)
        memset(visits, 0, world->pathways.loop_stages * sizeof *visits);
    return who;
}

/* --- measuring stations -------------------------------------------------- */

static void measure_levels(struct measure *measure, int64_t now_us, const struct station *station)
{
    tally_level_set(&measure->queue, now_us, station->waiting);
    tally_level_set(&measure->busy, now_us, station->busy);
}

/* What changed at a measured station for one customer of a class. */
enum change { CAME, BEGAN, ENDED, RENEGED, REJECTED };

static void measure_one(const struct measures *measures, struct measure *measure, enum change change, int64_t now_us,
                        int64_t since_us)
{
    const int64_t spent_us = now_us - since_us;
    const bool counts = since_us >= measures->from_us;
    switch (change) {
    case CAME:
        measure->arrivals++;
        break;
    case REJECTED:
        measure->rejected++;
        break;
    case BEGAN:
        if (!counts)
            break;
        tally_add(&measure->wait, spent_us);
        tally_add(&measure->wait_all, spent_us);
        histogram_add(&measure->waits, spent_us);
        measure->waited_any += spent_us > 0;
        break;
    case RENEGED:
        measure->reneged++;
        if (counts)
            tally_add(&measure->wait_all, spent_us);
        break;
    case ENDED:
        measure->served++;
        if (counts)
            tally_add(&measure->sojourn, spent_us);
        break;
    }
}

static void measure(struct world *world, const struct ward *ward, const struct patient *patient, enum change change,
                    int64_t now_us)
{
    if (ward == NULL || ward->measure < 0)
        return;
    const struct measures *measures = &world->measures;
    struct measure *all = measure_of(measures, ward->measure, 0);
    measure_one(measures, all, change, now_us, patient->since_us);
    if (measures->classes == 0)
        return;
    const size_t class_ = world->demand.stream[patient->stream].condition;
    struct measure *own = measure_of(measures, ward->measure, 1 + class_);
    measure_one(measures, own, change, now_us, patient->since_us);
    if (change == BEGAN)
        tally_level_set(&own->busy, now_us, own->busy.level + 1);
    if (change == ENDED)
        tally_level_set(&own->busy, now_us, own->busy.level - 1);
}

static void measure_line(struct world *world, const struct ward *ward, const struct patient *patient, int64_t delta,
                         int64_t now_us)
{
    if (ward != NULL && ward->measure >= 0 && world->measures.classes > 0) {
        const size_t class_ = world->demand.stream[patient->stream].condition;
        struct measure *own = measure_of(&world->measures, ward->measure, 1 + class_);
        tally_level_set(&own->queue, now_us, own->queue.level + delta);
    }
}

static void measure_station(struct world *world, const struct ward *ward, int64_t now_us)
{
    if (ward != NULL && ward->measure >= 0)
        measure_levels(measure_of(&world->measures, ward->measure, 0), now_us, &ward->station);
}

/* --- what a stage needs -------------------------------------------------- */

static struct ward *need_ward(struct world *world, const struct patient *patient, const struct stage *stage, size_t i)
{
    if (stage->ward >= 0)
        return &world->facilities.ward[stage->ward];
    return &world->facilities.ward[facility_ward(&world->facilities, patient->facility, stage->need[i].resource)];
}

static size_t need_count(const struct stage *stage)
{
    return stage->ward >= 0 ? 1 : stage->need_count;
}

static int64_t need_amount(const struct stage *stage, size_t i)
{
    return stage->ward >= 0 ? 1 : stage->need[i].amount;
}

/* The offer whose people the stage waits for; NULL when it needs nobody, or there are always enough. */
static struct offer *operator_offer(const struct world *world, const struct patient *patient,
                                    const struct stage *stage)
{
    if (stage->service < 0)
        return NULL;
    struct offer *offer = facility_offer(&world->facilities, patient->facility, (uint32_t)stage->service);
    return offer == NULL || offer->unlimited ? NULL : offer;
}

/* The ward in whose line the patient waits, NULL when it is the line for an operator alone. */
static struct ward *line_ward(struct world *world, const struct patient *patient, const struct stage *stage)
{
    return need_count(stage) > 0 ? need_ward(world, patient, stage, 0) : NULL;
}

static struct station *line_of(struct world *world, const struct patient *patient, const struct stage *stage)
{
    struct ward *ward = line_ward(world, patient, stage);
    if (ward != NULL)
        return &ward->station;
    struct offer *offer = operator_offer(world, patient, stage);
    return offer == NULL ? NULL : &offer->operators;
}

static bool can_begin(struct world *world, const struct patient *patient, const struct stage *stage)
{
    for (size_t i = 0; i < need_count(stage); i++)
        if (station_free_servers(&need_ward(world, patient, stage, i)->station) < need_amount(stage, i))
            return false;
    const struct offer *offer = operator_offer(world, patient, stage);
    return offer == NULL || offer_operator(offer) >= 0;
}

static void seize(struct world *world, const struct patient *patient, const struct stage *stage, int64_t now_us)
{
    for (size_t i = 0; i < need_count(stage); i++) {
        struct ward *ward = need_ward(world, patient, stage, i);
        station_seize(&ward->station, need_amount(stage, i));
        measure_station(world, ward, now_us);
    }
}

/* --- ledger -------------------------------------------------------------- */

static void shift_facility(struct world *world, const struct patient *patient, size_t column, int64_t delta,
                           int64_t now_us)
{
    if (patient->facility != PATIENT_NOWHERE)
        ledger_shift(&world->ledger, GROUP_FACILITY, patient->facility, 0, column, delta, now_us);
}

static void set_at_home(struct world *world, struct patient *patient, bool at_home, int64_t now_us)
{
    const struct stream *stream = &world->demand.stream[patient->stream];
    patient->flags = (uint8_t)(at_home ? patient->flags | PATIENT_AT_HOME : patient->flags & ~PATIENT_AT_HOME);
    ledger_shift(&world->ledger, GROUP_PLACE_CONDITION, stream->place, stream->condition, PC_waiting_at_home,
                 at_home ? 1 : -1, now_us);
}

static void pay(struct world *world, const struct patient *patient, int64_t care_fen, double reimbursed,
                int64_t own_fen)
{
    const int64_t insurer_fen = llround((double)care_fen * reimbursed);
    int64_t *cell = cell_of(world, patient);
    cell[PC_insurer_cost] += insurer_fen;
    cell[PC_patient_cost] += care_fen - insurer_fen + own_fen;
}

/* A stay costs the price per day, wages, and lodging where it is far from home. */
static void pay_stay(struct world *world, const struct patient *patient, int64_t stay_us)
{
    if (patient->facility == PATIENT_NOWHERE)
        return;
    const struct facility *facility = &world->facilities.facility[patient->facility];
    const struct travel_spec *spec = &world->scenario->travel;
    const double days = (double)stay_us / DAY_US;
    int64_t per_day_fen = spec->wages_per_day_fen;
    if (spec->lodging_per_day_fen > 0 &&
        (double)geography_travel(&world->geography, home_of(world, patient), facility->place).m > spec->lodging_from_m)
        per_day_fen += spec->lodging_per_day_fen;
    pay(world, patient, llround(days * (double)facility->price_per_day_fen), facility->reimbursed,
        llround(days * (double)per_day_fen));
}

static void count_treated(struct world *world, struct patient *patient, int64_t now_us)
{
    static const size_t column[GEOGRAPHY_RELATIONS] = {PC_treated_in_county, PC_treated_in_prefecture,
                                                       PC_treated_in_province, PC_treated_elsewhere};
    enum geography_relation relation = SAME_COUNTY;
    if (patient->facility != PATIENT_NOWHERE)
        relation = geography_relation(&world->geography, home_of(world, patient),
                                      world->facilities.facility[patient->facility].place);
    int64_t *cell = cell_of(world, patient);
    cell[column[relation]]++;
    cell[PC_waited] += now_us - patient->asked_us;
    patient->flags |= PATIENT_TREATED;
    patient->treated_us = now_us;
    patient->moved = 0;
}

/* --- serving ------------------------------------------------------------- */

/* Whoever operates: how long the case takes with these hands, teaching included. */
static int64_t operate(struct world *world, struct patient *patient, struct offer *offer, int64_t duration_us,
                       int64_t now_us)
{
    const struct service *service = &world->services[offer->service];
    const int64_t who = offer_operator(offer);
    struct person *person = &offer->people[who];
    const double proficiency = skill_proficiency(service, person, now_us);
    const double slow = 1 + (service->spec->slow_factor - 1) * (1 - proficiency);
    const int64_t own_us = llround((double)duration_us * slow);
    int64_t *cell = world_fs(world, offer->facility, offer->service);
    int64_t whole_us = own_us;
    const int64_t trainee = person->role == ROLE_VISITOR ? skill_trainee(offer, &world->rng) : -1;
    if (trainee >= 0) {
        whole_us = llround((double)own_us * service->spec->teach_factor);
        cell[FS_procedures_supervised]++;
        skill_supervise(offer, service, &world->rng, (size_t)trainee, now_us);
    }
    cell[person->role == ROLE_VISITOR ? FS_procedures_by_visitors : FS_procedures_by_locals]++;
    if (person->expert >= 0) {
        int64_t *hours = world_ex(world, (uint32_t)person->expert);
        hours[person->role == ROLE_VISITOR ? EX_procedures_away : EX_procedures_at_home]++;
        hours[person->role == ROLE_VISITOR ? EX_hours_away : EX_hours_at_home] += own_us;
        hours[EX_hours_teaching] += whole_us - own_us;
    }
    skill_practise(service, person, now_us);
    person->busy = true;
    patient->operates = (uint16_t)(who + 1);
    patient->proficiency = (uint16_t)lround(proficiency * UINT16_MAX);
    offer->cases++;
    return whole_us;
}

static void note_procedure(struct world *world, const struct patient *patient, const struct stage *stage,
                           int64_t now_us)
{
    struct offer *offer = facility_offer(&world->facilities, patient->facility, (uint32_t)stage->service);
    offer->begun++;
    offer->waited_us += now_us - patient->since_us;
    world_fs(world, offer->facility, offer->service)[FS_procedure_waits] += now_us - patient->since_us;
}

/* Begins a stage whose servers have been seized. */
static void begin(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    int64_t duration_us = 0;
    if (stage->duration != NULL)
        duration_us = dist_value(stage->duration, stage_luck(world, who, stage).w[0], patient->ordinal,
                                 visit(world, who, stage));
    measure(world, line_ward(world, patient, stage), patient, BEGAN, now_us);
    struct offer *offer = operator_offer(world, patient, stage);
    if (stage->service >= 0) {
        note_procedure(world, patient, stage, now_us);
        if (offer != NULL)
            duration_us = operate(world, patient, offer, duration_us, now_us);
        else {
            patient->proficiency = UINT16_MAX;
            world_fs(world, patient->facility, (uint32_t)stage->service)[FS_procedures_by_locals]++;
        }
    }
    if (stage->treats && (patient->flags & PATIENT_TREATED) == 0)
        count_treated(world, patient, now_us);
    patient->flags = (uint8_t)((patient->flags | PATIENT_IN_CARE) & ~PATIENT_WAITING);
    shift_facility(world, patient, FA_in_care, 1, now_us);
    pay_stay(world, patient, duration_us);
    schedule(world, who, EVENT_DEPART, now_us + duration_us);
}

static void stand_in_line(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    const struct ward *ward = line_ward(world, patient, stage);
    patient->flags |= PATIENT_WAITING;
    measure_station(world, ward, now_us);
    measure_line(world, ward, patient, 1, now_us);
    shift_facility(world, patient, FA_in_line, 1, now_us);
    patient->due_kind = PATIENT_NO_EVENT;
    if (stage->patience != NULL) {
        const int64_t patience_us = dist_value(stage->patience, stage_luck(world, who, stage).w[2], patient->ordinal,
                                               visit(world, who, stage));
        schedule(world, who, EVENT_RENEGE, now_us + patience_us);
    }
}

static void leave_line(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    station_leave(line_of(world, patient, stage), &world->part.links, who, stage->level);
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_WAITING);
    const struct ward *ward = line_ward(world, patient, stage);
    measure_station(world, ward, now_us);
    measure_line(world, ward, patient, -1, now_us);
    shift_facility(world, patient, FA_in_line, -1, now_us);
}

/* Serves whoever in a line can begin now: by level, then first come; who waits for something else is passed over. */
static void serve_line(struct world *world, struct station *station, int64_t now_us)
{
    int64_t who = station_first(station);
    while (who >= 0) {
        const struct patient *patient = patient_at(world, (uint32_t)who);
        const struct stage *stage = stage_of(world, patient);
        const int64_t after = station_after(station, &world->part.links, (uint32_t)who, stage->level);
        if (can_begin(world, patient, stage)) {
            leave_line(world, (uint32_t)who, now_us);
            seize(world, patient, stage, now_us);
            begin(world, (uint32_t)who, now_us);
        } else if (&need_ward(world, patient, stage, 0)->station == station && station_free_servers(station) <= 0) {
            return;
        }
        who = after;
    }
}

/* Lines at a facility whose first resource is not the only thing they wait for. */
static void serve_joint_lines(struct world *world, uint32_t facility, int64_t now_us)
{
    struct facilities *facilities = &world->facilities;
    for (uint32_t r = 0; r < facilities->resource_count; r++) {
        const int32_t ward = facility_ward(facilities, facility, r);
        if (ward >= 0 && facilities->ward[ward].joint && facilities->ward[ward].station.waiting > 0)
            serve_line(world, &facilities->ward[ward].station, now_us);
    }
    for (uint32_t s = 0; s < facilities->service_count; s++) {
        struct offer *offer = facility_offer(facilities, facility, s);
        if (offer != NULL && offer->operators.waiting > 0)
            serve_line(world, &offer->operators, now_us);
    }
}

static bool is_joint(struct world *world, const struct patient *patient, const struct stage *stage)
{
    const struct ward *ward = line_ward(world, patient, stage);
    return ward == NULL || ward->joint;
}

/* Gives back what a stage held, and serves who waited for it. */
static void release(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    struct offer *offer = operator_offer(world, patient, stage);
    if (offer != NULL)
        offer->people[patient->operates - 1].busy = false;
    patient->operates = 0;
    if (!is_joint(world, patient, stage)) {
        struct ward *ward = need_ward(world, patient, stage, 0);
        const int64_t next = station_depart(&ward->station, &world->part.links, 1);
        measure_station(world, ward, now_us);
        if (next < 0)
            return;
        measure_line(world, ward, patient_at(world, (uint32_t)next), -1, now_us);
        shift_facility(world, patient_at(world, (uint32_t)next), FA_in_line, -1, now_us);
        begin(world, (uint32_t)next, now_us);
        return;
    }
    for (size_t i = 0; i < need_count(stage); i++) {
        struct ward *ward = need_ward(world, patient, stage, i);
        station_release(&ward->station, need_amount(stage, i));
        measure_station(world, ward, now_us);
    }
    if (patient->facility != PATIENT_NOWHERE)
        serve_joint_lines(world, patient->facility, now_us);
    for (size_t i = 0; i < need_count(stage); i++) {
        struct ward *ward = need_ward(world, patient_at(world, who), stage, i);
        if (!ward->joint)
            serve_line(world, &ward->station, now_us);
    }
}

/* --- moving -------------------------------------------------------------- */

static uint32_t place_of(const struct world *world, const struct patient *patient)
{
    return patient->facility == PATIENT_NOWHERE ? home_of(world, patient)
                                                : world->facilities.facility[patient->facility].place;
}

static void admit(struct world *world, const struct patient *patient)
{
    const struct facility *facility = &world->facilities.facility[patient->facility];
    world_fa(world, patient->facility)[FA_admissions]++;
    pay(world, patient, facility->price_per_admission_fen, facility->reimbursed, 0);
}

/* Sends a patient to a facility; returns SETTLED, or where to go on when there is no way to go. */
static int32_t travel_to(struct world *world, uint32_t who, uint32_t facility, int64_t arrange_us)
{
    struct patient *patient = patient_at(world, who);
    const struct travel way = geography_travel(&world->geography, place_of(world, patient),
                                               world->facilities.facility[facility].place);
    int64_t *cell = cell_of(world, patient);
    cell[PC_travel_time] += way.us;
    cell[PC_travel_distance] += way.m;
    if (patient->facility != PATIENT_NOWHERE) {
        cell[PC_transfers]++;
        world_fa(world, patient->facility)[FA_transfers_out]++;
        patient->moved = 1;
    }
    pay(world, patient, 0, 0, 2 * world->scenario->travel.cost_per_km_fen * way.m / 1000);
    patient->facility = facility;
    if (way.us + arrange_us == 0) {
        admit(world, patient);
        return patient->stage;
    }
    struct message message = {.kind = EVENT_TRANSFER};
    memcpy(message.payload, patient, sizeof *patient);
    const uint32_t *visits = visits_of(world, who);
    if (visits != NULL)
        memcpy(message.payload + sizeof *patient, visits, world->pathways.loop_stages * sizeof *visits);
    patients_give_back(&world->part.patients, who);
    engine_send(world->engine, 0, 0, arrange_us + way.us, message);
    return SETTLED;
}

void care_deliver(void *data, unsigned partition, const struct message *message)
{
    (void)partition;
    struct world *world = data;
    const uint32_t who = take_record(world);
    if (who == PATIENT_NOWHERE)
        return;
    memcpy(patient_at(world, who), message->payload, sizeof(struct patient));
    uint32_t *visits = visits_of(world, who);
    if (visits != NULL)
        memcpy(visits, message->payload + sizeof(struct patient), world->pathways.loop_stages * sizeof *visits);
    schedule(world, who, EVENT_TRANSFER, message->at_us);
}

/* Waits at home until the next choice, or until patience ends. */
static int32_t wait_at_home(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    patient->facility = PATIENT_NOWHERE;
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_PLACED);
    const struct rng_words luck =
        rng_draw(&world->rng, identity_of(world, patient),
                 (struct rng_purpose){
                     .quantity = DRAW_REVIEW, .stage = stage->index, .attempt = patient->attempt,
                     .visit = visit(world, who, stage)});
    const int64_t review_us = dist_value(stage->review, luck.w[0], patient->ordinal, patient->attempt);
    int64_t at_us = now_us + (review_us > 0 ? review_us : 1);
    enum event_kind kind = EVENT_REVIEW;
    if (stage->patience != NULL) {
        const int64_t since_us = patient->asked_us > 0 ? patient->asked_us : 0;
        const int64_t ends_us = since_us + dist_value(stage->patience, stage_luck(world, who, stage).w[2],
                                                      patient->ordinal, visit(world, who, stage));
        if (ends_us <= at_us) {
            kind = EVENT_RENEGE;
            at_us = ends_us > now_us ? ends_us : now_us;
        }
    }
    if (patient->attempt < UINT8_MAX)
        patient->attempt++;
    set_at_home(world, patient, true, now_us);
    schedule(world, who, kind, at_us);
    return SETTLED;
}

/* The stage cannot be had where the patient is. */
static int32_t do_without(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    if (stage->service >= 0 && patient->facility != PATIENT_NOWHERE && (patient->flags & PATIENT_REFUSED) == 0) {
        patient->flags |= PATIENT_REFUSED;
        world_fs(world, patient->facility, (uint32_t)stage->service)[FS_not_offered]++;
    }
    if (stage->missing == ELSE_REFER) {
        const uint32_t to = choice_nearest(world, stage, place_of(world, patient), patient->facility);
        if (to == PATIENT_NOWHERE)
            return stage->otherwise;
        return travel_to(world, who, to, patient->facility == PATIENT_NOWHERE ? 0 : stage->transfer_us);
    }
    if (stage->missing == ELSE_WAIT)
        return wait_at_home(world, who, now_us);
    return stage->missing == ELSE_GO_ON ? stage->otherwise : STAGE_END;
}

/* Chooses where to have a stage that may be had elsewhere. SETTLED, the stage itself to go on here, or another. */
static int32_t choose(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    const uint32_t origin = place_of(world, patient);
    uint32_t to;
    if (stage->choice == CHOICE_UTILITY) {
        to = choice_utility(world, stage, origin, identity_of(world, patient));
        if (to == CHOICE_HOME)
            return wait_at_home(world, who, now_us);
    } else {
        to = choice_nearest(world, stage, origin, PATIENT_NOWHERE);
        if (to == PATIENT_NOWHERE)
            return do_without(world, who, now_us);
    }
    patient->flags |= PATIENT_PLACED;
    if (to == patient->facility)
        return patient->stage;
    return travel_to(world, who, to, patient->facility == PATIENT_NOWHERE ? 0 : stage->transfer_us);
}

/* --- stages -------------------------------------------------------------- */

/* Asks for the servers of a stage at the present facility. */
static int32_t ask(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    patient->since_us = now_us;
    struct station *line = line_of(world, patient, stage);
    struct ward *ward = line_ward(world, patient, stage);
    measure(world, ward, patient, CAME, now_us);
    if (line == NULL) {
        begin(world, who, now_us);
        return SETTLED;
    }
    if (!is_joint(world, patient, stage)) {
        switch (station_arrive(line, &world->part.links, who, stage->level, 1)) {
        case STATION_SERVED:
            measure_station(world, ward, now_us);
            begin(world, who, now_us);
            return SETTLED;
        case STATION_WAITS:
            stand_in_line(world, who, now_us);
            return SETTLED;
        case STATION_TURNED_AWAY:
            measure(world, ward, patient, REJECTED, now_us);
            return STAGE_END;
        }
    }
    if (can_begin(world, patient, stage)) {
        seize(world, patient, stage, now_us);
        begin(world, who, now_us);
        return SETTLED;
    }
    if (!station_queue(line, &world->part.links, who, stage->level)) {
        measure(world, ward, patient, REJECTED, now_us);
        return STAGE_END;
    }
    stand_in_line(world, who, now_us);
    return SETTLED;
}

/* Tries to have the present stage. Returns SETTLED or the stage to try instead. */
static int32_t try_stage(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    if (stage->window_us > 0 && now_us - patient->onset_us > stage->window_us) {
        if ((patient->flags & PATIENT_LATE) == 0)
            cell_of(world, patient)[PC_too_late]++;
        patient->flags |= PATIENT_LATE;
        return stage->late;
    }
    if (stage->treats)
        patient->flags |= PATIENT_NEEDED;
    if (stage->choice != CHOICE_STAY && (patient->flags & PATIENT_PLACED) == 0) {
        const int32_t next = choose(world, who, now_us);
        if (next != patient_at(world, who)->stage || next == SETTLED)
            return next;
    }
    patient = patient_at(world, who);
    if (stage->ward < 0 && (stage->need_count > 0 || stage->service >= 0) &&
        (patient->facility == PATIENT_NOWHERE || !choice_given(world, stage, patient->facility)))
        return do_without(world, who, now_us);
    return ask(world, who, now_us);
}

static void end(struct world *world, uint32_t who, int64_t now_us);

/* Goes on from a stage until the patient is settled or the pathway ends. */
static void go_on(struct world *world, uint32_t who, int32_t stage, bool anew, int64_t now_us)
{
    const size_t longest = 4 * world->pathways.stage_count + 8;
    for (size_t steps = 0; stage != STAGE_END; steps++) {
        struct patient *patient = patient_at(world, who);
        if (anew) {
            patient->attempt = 0;
            patient->flags = (uint8_t)(patient->flags & ~(PATIENT_PLACED | PATIENT_LATE | PATIENT_REFUSED));
        }
        patient->stage = (uint16_t)stage;
        const int32_t next = try_stage(world, who, now_us);
        if (next == SETTLED)
            return;
        anew = next != stage;
        stage = next;
        if (steps > longest) {
            engine_stop(world->engine, "a pathway goes round in circles without taking time; look at the stages named "
                                       "by late, otherwise and reneged");
            return;
        }
    }
    end(world, who, now_us);
}

static void end(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct condition *condition = condition_of(world, patient);
    int64_t *cell = cell_of(world, patient);
    const bool treated = (patient->flags & PATIENT_TREATED) != 0;
    if ((patient->flags & PATIENT_NEEDED) != 0 && !treated)
        cell[PC_untreated]++;
    if (treated && !patient->moved && condition->treat_service >= 0 && patient->facility != PATIENT_NOWHERE) {
        int64_t *care = world_fs(world, patient->facility, (uint32_t)condition->treat_service);
        care[FS_procedures_ended]++;
        care[FS_stay_after_procedure] += now_us - patient->treated_us;
    }
    if (condition->spec->outcomes.count > 0) {
        const int64_t outcome =
            outcome_draw(condition, &world->rng, identity_of(world, patient), patient, now_us);
        if (outcome >= 0) {
            const struct outcome_spec *spec =
                SCENARIO_ITEM(condition->spec->outcomes, struct outcome_spec, (size_t)outcome);
            cell[strcmp(spec->id, "death") == 0 ? PC_deaths : PC_complications]++;
            cell[PC_daly] += llround(spec->daly * 1e6);
        }
    }
    if (patient->asked_us >= world->warmup_us)
        tally_add(&world->system_sojourn, now_us - patient->asked_us);
    world->system_left++;
    count_present(world, now_us, -1);
    patients_give_back(&world->part.patients, who);
}

/* --- handlers ------------------------------------------------------------ */

/* Seeks care for the first time. */
static void seek(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct condition *condition = condition_of(world, patient);
    const struct stage *stage = stage_of(world, patient);
    patient->asked_us = now_us;
    patient->facility = PATIENT_NOWHERE;
    int32_t next = patient->stage;
    if (stage->ward < 0 && stage->choice == CHOICE_STAY && (stage->need_count > 0 || stage->service >= 0)) {
        uint32_t to = (uint32_t)condition->first_facility;
        if (condition->first_facility < 0 && condition->spec->first == CHOICE_UTILITY)
            to = choice_utility(world, stage, home_of(world, patient), identity_of(world, patient));
        else if (condition->first_facility < 0)
            to = choice_nearest(world, stage, home_of(world, patient), PATIENT_NOWHERE);
        next = to == PATIENT_NOWHERE || to == CHOICE_HOME ? STAGE_END : travel_to(world, who, to, 0);
    }
    if (next != SETTLED)
        go_on(world, who, next, false, now_us);
}

static void handle_arrival(struct world *world, const struct event *event)
{
    struct stream *stream = &world->demand.stream[event->who];
    const int64_t now_us = event->at_us;
    const uint32_t ordinal = stream->next_ordinal++;
    const struct rng_purpose purpose = {.quantity = DRAW_ARRIVAL};
    const struct rng_words luck =
        rng_draw(&world->rng, (struct rng_identity){.stream = stream->hash, .ordinal = ordinal}, purpose);
    const struct rng_words next =
        rng_draw(&world->rng, (struct rng_identity){.stream = stream->hash, .ordinal = ordinal + 1}, purpose);
    engine_schedule(world->engine, 0,
                    (struct event){.at_us = now_us + demand_gap(&world->demand, stream, ordinal + 1, next.w[0]),
                                   .kind = EVENT_ARRIVAL,
                                   .who = event->who});
    const uint32_t who = take_record(world);
    if (who == PATIENT_NOWHERE)
        return;
    const struct condition *condition = &world->pathways.condition[stream->condition];
    struct patient *patient = patient_at(world, who);
    patient->stream = event->who;
    patient->ordinal = ordinal;
    patient->onset_us = now_us;
    patient->stage = (uint16_t)condition->first_stage;
    patient->severity = (uint8_t)condition_severity(condition, luck.w[1]);
    cell_of(world, patient)[PC_patients]++;
    world->system_arrivals++;
    count_present(world, now_us, 1);
    const int64_t delay_us = condition->delay == NULL ? 0 : dist_value(condition->delay, luck.w[2], ordinal, 0);
    if (delay_us > 0)
        schedule(world, who, EVENT_REVIEW, now_us + delay_us);
    else
        seek(world, who, now_us);
}

static void handle_depart(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    const int32_t next = stage_next(stage, patient->severity, stage_luck(world, who, stage).w[1]);
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_IN_CARE);
    shift_facility(world, patient, FA_in_care, -1, now_us);
    measure(world, line_ward(world, patient, stage), patient, ENDED, now_us);
    if (need_count(stage) > 0 || operator_offer(world, patient, stage) != NULL)
        release(world, who, now_us);
    uint32_t *visits = visits_of(world, who);
    if (visits != NULL && stage->index < world->pathways.loop_stages)
        visits[stage->index]++;
    go_on(world, who, next, true, now_us);
}

static void handle_renege(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    const struct stage *stage = stage_of(world, patient);
    cell_of(world, patient)[PC_gave_up]++;
    if ((patient->flags & PATIENT_WAITING) != 0) {
        measure(world, line_ward(world, patient, stage), patient, RENEGED, now_us);
        leave_line(world, who, now_us);
    } else {
        set_at_home(world, patient, false, now_us);
    }
    go_on(world, who, stage->reneged, true, now_us);
}

static void handle_review(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    if ((patient->flags & PATIENT_AT_HOME) == 0) {
        seek(world, who, now_us);
        return;
    }
    set_at_home(world, patient, false, now_us);
    go_on(world, who, patient->stage, false, now_us);
}

static void handle_transfer(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = patient_at(world, who);
    admit(world, patient);
    go_on(world, who, patient->stage, false, now_us);
}

static void handle_shift(struct world *world, const struct event *event)
{
    struct ward *ward = &world->facilities.ward[event->who];
    station_set_servers(&ward->station, timetable_at(&ward->timetable, event->at_us));
    if (ward->measure >= 0)
        tally_level_set(&measure_of(&world->measures, ward->measure, 0)->servers, event->at_us,
                        ward->station.servers);
    if (ward->joint && ward->facility != PATIENT_NOWHERE)
        serve_joint_lines(world, ward->facility, event->at_us);
    else
        serve_line(world, &ward->station, event->at_us);
    const int64_t next_us = timetable_next_change(&ward->timetable, event->at_us);
    if (next_us < INT64_MAX)
        engine_schedule(world->engine, 0, (struct event){.at_us = next_us, .kind = EVENT_SHIFT, .who = event->who});
}

void care_handle(void *data, unsigned partition, const struct event *event)
{
    (void)partition;
    struct world *world = data;
    if (event->kind == EVENT_ARRIVAL) {
        handle_arrival(world, event);
        return;
    }
    if (event->kind == EVENT_SHIFT) {
        handle_shift(world, event);
        return;
    }
    const struct patient *patient = patient_at(world, event->who);
    if (patient->due_us != event->at_us || patient->due_kind != event->kind)
        return; /* cancelled */
    switch ((enum event_kind)event->kind) {
    case EVENT_DEPART:
        handle_depart(world, event->who, event->at_us);
        break;
    case EVENT_RENEGE:
        handle_renege(world, event->who, event->at_us);
        break;
    case EVENT_TRANSFER:
        handle_transfer(world, event->who, event->at_us);
        break;
    case EVENT_REVIEW:
        handle_review(world, event->who, event->at_us);
        break;
    case EVENT_ARRIVAL:
    case EVENT_SHIFT:
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
    if (a->kind == EVENT_SHIFT)
        return by_number(a->who, b->who);
    const struct patient *p = NULL, *q = NULL;
    uint32_t stream_a = a->who, stream_b = b->who;
    if (a->kind != EVENT_ARRIVAL) {
        p = &world->part.patients.record[a->who];
        q = &world->part.patients.record[b->who];
        stream_a = p->stream;
        stream_b = q->stream;
    }
    const struct stream *s = &world->demand.stream[stream_a], *t = &world->demand.stream[stream_b];
    int order = by_number(s->place, t->place);
    if (order == 0)
        order = by_number(s->condition, t->condition);
    if (order == 0 && p != NULL)
        order = by_number(p->ordinal, q->ordinal);
    return order;
}

/* --- the start ----------------------------------------------------------- */

static void start_backlog(struct world *world, uint32_t stream_index)
{
    const struct stream *stream = &world->demand.stream[stream_index];
    const struct condition *condition = &world->pathways.condition[stream->condition];
    const struct stage *stage = &world->pathways.stage[condition->first_stage];
    const uint32_t count = demand_backlog(stream, &world->rng);
    for (uint32_t n = 0; n < count; n++) {
        const uint32_t who = take_record(world);
        if (who == PATIENT_NOWHERE)
            return;
        struct patient *patient = patient_at(world, who);
        patient->stream = stream_index;
        patient->ordinal = BACKLOG_ORDINALS + n;
        patient->stage = (uint16_t)condition->first_stage;
        patient->facility = PATIENT_NOWHERE;
        const struct rng_words luck = rng_draw(&world->rng, identity_of(world, patient),
                                               (struct rng_purpose){.quantity = DRAW_BACKLOG});
        patient->onset_us = patient->asked_us = -(int64_t)(rng_unit(luck.w[1]) * (double)stream->backlog_us);
        patient->severity = (uint8_t)condition_severity(condition, luck.w[3]);
        if (stage->treats)
            patient->flags |= PATIENT_NEEDED;
        count_present(world, 0, 1);
        int64_t first_us = 0;
        if (stage->review != NULL)
            first_us = (int64_t)(rng_unit(luck.w[2]) * (double)dist_value(stage->review, luck.w[2], n, 0));
        set_at_home(world, patient, true, 0);
        schedule(world, who, EVENT_REVIEW, first_us);
    }
}

void care_start(struct world *world)
{
    for (uint32_t s = 0; s < world->demand.count; s++) {
        const struct stream *stream = &world->demand.stream[s];
        const struct rng_words luck =
            rng_draw(&world->rng, (struct rng_identity){.stream = stream->hash, .ordinal = 0},
                     (struct rng_purpose){.quantity = DRAW_ARRIVAL});
        engine_schedule(world->engine, 0,
                        (struct event){.at_us = demand_gap(&world->demand, stream, 0, luck.w[0]),
                                       .kind = EVENT_ARRIVAL,
                                       .who = s});
        if (stream->backlog_us > 0)
            start_backlog(world, s);
    }
    for (uint32_t w = 0; w < world->facilities.ward_count; w++) {
        const struct ward *ward = &world->facilities.ward[w];
        if (ward->timetable.count == 0)
            continue;
        const int64_t next_us = timetable_next_change(&ward->timetable, 0);
        if (next_us < INT64_MAX)
            engine_schedule(world->engine, 0, (struct event){.at_us = next_us, .kind = EVENT_SHIFT, .who = w});
    }
}

/* Takes out of the lines of an offer whoever waits for people who are no longer there. */
static void send_on(struct world *world, struct station *line, int64_t now_us)
{
    int64_t who = station_first(line);
    while (who >= 0) {
        const struct patient *patient = patient_at(world, (uint32_t)who);
        const struct stage *stage = stage_of(world, patient);
        const int64_t after = station_after(line, &world->part.links, (uint32_t)who, stage->level);
        if (stage->service >= 0 && !choice_given(world, stage, patient->facility)) {
            leave_line(world, (uint32_t)who, now_us);
            go_on(world, (uint32_t)who, patient->stage, false, now_us);
        }
        who = after;
    }
}

void world_recheck(struct world *world, uint32_t facility, int64_t now_us)
{
    if (world->engine == NULL)
        return; /* being built */
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
    serve_joint_lines(world, facility, now_us);
}
