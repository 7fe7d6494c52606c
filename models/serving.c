#include "models/serving.h"

#include <math.h>

#include "models/afar.h"
#include "models/beds.h"
#include "models/case.h"
#include "models/holding.h"
#include "models/interruption.h"
#include "models/remote.h"
#include "models/watch.h"
#include "sim/rounding.h"

#define DAY_US 86400e6

static int64_t need_amount(const struct stage *stage, size_t i)
{
    return stage->need_count == 0 ? 1 : stage->need[i].amount;
}

struct station *serving_line(struct world *world, const struct patient *patient, const struct stage *stage)
{
    struct ward *ward = serving_ward(world, patient, stage);
    if (ward != NULL)
        return &ward->station;
    struct offer *offer = serving_offer(world, patient, stage);
    return offer == NULL ? NULL : &offer->operators;
}

bool serving_can_begin(struct world *world, const struct patient *patient, const struct stage *stage)
{
    for (size_t i = 0; i < serving_need_count(stage); i++)
        if (station_free_servers(&serving_need_ward(world, patient, stage, i)->station) <
            need_amount(stage, i))
            return false;
    const struct offer *offer = serving_offer(world, patient, stage);
    return offer == NULL || offer_operator(offer, case_level(patient, stage) == 0) >= 0;
}

void serving_seize(struct world *world, const struct patient *patient, const struct stage *stage,
                   int64_t now_us)
{
    for (size_t i = 0; i < serving_need_count(stage); i++) {
        struct ward *ward = serving_need_ward(world, patient, stage, i);
        station_seize(&ward->station, need_amount(stage, i));
        watch_station(world, ward, now_us);
        watch_servers(world, ward, patient, need_amount(stage, i), now_us);
        beds_taken(world, ward, need_amount(stage, i), now_us);
    }
}

void serving_pay(struct world *world, const struct patient *patient, int64_t care_fen, int64_t own_fen)
{
    int64_t *cell = case_cell(world, patient);
    cell[PC_patient_cost] += care_fen + own_fen;
    if (world->fates != NULL)
        fate_pays(world, patient, care_fen + own_fen);
    if (care_fen == 0)
        return;
    const int64_t insurer_fen = rounded((double)care_fen * rules_share_of(world, patient));
    cell[PC_charges] += care_fen;
    world_fa(world, patient->facility)[FA_income] += care_fen;
    cell[PC_insurer_cost] += insurer_fen;
    cell[PC_patient_cost] -= insurer_fen;
    if (world->fates != NULL)
        fate_pays(world, patient, -insurer_fen);
}

/* From home to where the patient is; none for who stays at home. */
static struct travel way_here(const struct world *world, const struct patient *patient)
{
    if (patient->facility == PATIENT_NOWHERE || world->facilities.glance[patient->facility].stays_home)
        return (struct travel){0};
    if ((patient->flags & PATIENT_TREATED) == 0 && patient->way != 0)
        return (struct travel){.us = patient_way_us(patient), .m = patient_way_m(patient)};
    return geography_travel(&world->geography, case_home(world, patient),
                            world->facilities.glance[patient->facility].place);
}

/* A stay costs the price per day, wages, and lodging where it is far from home. */
static void pay_stay(struct world *world, const struct patient *patient, const struct stage *stage,
                     struct travel way, int64_t stay_us)
{
    if (patient->facility == PATIENT_NOWHERE)
        return;
    const struct facility_glance *glance = &world->facilities.glance[patient->facility];
    const struct travel_spec *spec = &world->scenario->travel;
    const double days = (double)stay_us / DAY_US;
    int64_t per_day_fen = spec->wages_per_day_fen;
    if (spec->lodging_per_day_fen > 0 && (double)way.m > spec->lodging_from_m)
        per_day_fen += spec->lodging_per_day_fen;
    const int64_t price_fen = stage->spec->price_fen;
    const struct facility *facility = &world->facilities.facility[patient->facility];
    int64_t care_fen = !glance->has_prices || facility->price_per_day_fen == 0
                           ? 0
                           : rounded(days * (double)facility->price_per_day_fen);
    if (price_fen > 0)
        care_fen += rounded((double)price_fen * facility->price_level);
    serving_pay(world, patient, care_fen, rounded(days * (double)per_day_fen));
}

static void count_treated(struct world *world, struct patient *patient, struct travel way, int64_t now_us)
{
    static const size_t column[GEOGRAPHY_RELATIONS] = {PC_treated_in_county, PC_treated_in_prefecture,
                                                       PC_treated_in_province, PC_treated_elsewhere};
    const uint32_t home = case_home(world, patient);
    const bool at_home =
        patient->facility == PATIENT_NOWHERE || world->facilities.glance[patient->facility].stays_home;
    const size_t place = at_home ? home : world->facilities.glance[patient->facility].place;
    const int64_t wait_us = now_us - patient->asked_us;
    int64_t *cell = case_cell(world, patient);
    cell[column[geography_relation(&world->geography, home, place)]]++;
    cell[PC_waited] += wait_us;
    cell[PC_travel_to_treatment] += way.us;
    const uint32_t condition = case_origin(world, patient)->condition;
    world_count_flow(world, home, place, condition, FL_flow_treated);
    if (patient->facility != PATIENT_NOWHERE) {
        world_fa(world, patient->facility)[FA_treated_here]++;
        world_count_catchment(world, home, patient->facility, condition);
    }
    reach_add(&world->system.reach[condition], wait_us, way.us);
    world_count_reach(world, home, condition, wait_us, way.us);
    if (world->fates != NULL)
        fate_is_treated(world, patient, place, wait_us, way.us);
    patient->flags |= PATIENT_TREATED;
    patient->treated_us = now_us;
    patient->more = (uint8_t)(patient->more & ~PATIENT_MOVED);
}

void serving_count_begun(struct world *world, struct patient *patient, const struct stage *stage,
                         int64_t stay_us, int64_t now_us)
{
    const struct travel way = way_here(world, patient);
    if (stage->treats && (patient->flags & PATIENT_TREATED) == 0)
        count_treated(world, patient, way, now_us);
    pay_stay(world, patient, stage, way, stay_us);
}

/* Whoever operates: how long the case takes with these hands, teaching included. */
static int64_t operate(struct world *world, struct patient *patient, struct offer *offer, bool emergency,
                       int64_t duration_us, int64_t now_us)
{
    const struct service *service = &world->services[offer->service];
    const int64_t who = offer_operator(offer, emergency);
    struct person *person = &offer->people[who];
    const double proficiency = skill_proficiency(service, person, now_us);
    const double slow = 1 + (service->spec->slow_factor - 1) * (1 - proficiency);
    const int64_t own_us = llround((double)duration_us * slow);
    int64_t *cell = world_fs(world, offer->facility, offer->service);
    int64_t whole_us = own_us;
    const bool remote = (patient->more & PATIENT_STANDS_IN) != 0;
    const int64_t trainee =
        person->role == ROLE_VISITOR && !remote ? skill_trainee(offer, &world->rng, now_us) : -1;
    if (trainee >= 0) {
        whole_us = llround((double)own_us * service->spec->teach_factor);
        cell[FS_procedures_supervised]++;
        offer->people[trainee].taught_until_us = now_us + whole_us;
        skill_supervise(offer, service, &world->rng, (size_t)trainee, now_us);
    }
    cell[person->role == ROLE_VISITOR ? FS_procedures_by_visitors : FS_procedures_by_locals]++;
    cell[FS_procedures_remote] += remote;
    if (person->expert >= 0 && remote) {
        const int64_t taken_us =
            own_us +
            case_extra(world, (uint32_t)(patient - world->part.patients.record))->errand.connection_us;
        int64_t *hours = world_ex(world, (uint32_t)person->expert);
        hours[EX_remote_procedures]++;
        hours[EX_remote_hours] += taken_us;
        hours[EX_hours_lost_at_home] += person->role == ROLE_VISITOR ? 0 : taken_us;
        world->experts.expert[person->expert].worked_us += taken_us;
    } else if (person->expert >= 0) {
        int64_t *hours = world_ex(world, (uint32_t)person->expert);
        hours[person->role == ROLE_VISITOR ? EX_procedures_away : EX_procedures_at_home]++;
        hours[person->role == ROLE_VISITOR ? EX_hours_away : EX_hours_at_home] += own_us;
        hours[EX_hours_teaching] += whole_us - own_us;
        world->experts.expert[person->expert].worked_us += whole_us;
    }
    skill_practise(service, person, now_us);
    person->busy = true;
    patient->operates = (uint16_t)(who + 1);
    patient->proficiency = (uint8_t)lround(proficiency * UINT8_MAX);
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

static int64_t draw_duration(struct world *world, uint32_t who, uint32_t resamples)
{
    const struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const struct dist *duration = stage->duration;
    if (stage->routed_duration) {
        const struct route *route =
            stage_route(stage, patient->severity, case_luck(world, who, stage, 0).w[1]);
        if (route != NULL && route->duration != NULL)
            duration = route->duration;
    }
    if (duration == NULL)
        return 0;
    const bool known =
        stage->with_records != 1 && world->has_extra && (case_extra(world, who)->afar & AFAR_RECORDS) != 0;
    const int64_t duration_us = dist_value(duration, case_luck(world, who, stage, resamples).w[0],
                                           patient->ordinal, case_visit(world, who, stage) + resamples);
    return serving_stay_us(world, patient, stage,
                           known ? llround((double)duration_us * stage->with_records) : duration_us);
}

/* What the stage's service takes here; `duration_us` is that of an expert. */
static int64_t give_service(struct world *world, struct patient *patient, int64_t duration_us, int64_t now_us)
{
    const struct stage *stage = case_stage(world, patient);
    struct offer *offer = serving_offer(world, patient, stage);
    note_procedure(world, patient, stage, now_us);
    if (offer != NULL)
        return operate(world, patient, offer, case_level(patient, stage) == 0, duration_us, now_us);
    int64_t *cell = world_fs(world, patient->facility, (uint32_t)stage->service);
    cell[FS_procedures_by_locals]++;
    cell[FS_procedures_remote] += (patient->more & PATIENT_STANDS_IN) != 0;
    patient->proficiency = UINT8_MAX;
    return duration_us;
}

/* Somebody elsewhere has said how long it takes. */
static int64_t begin_answered(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct answer *answer = &case_extra(world, who)->answer;
    const struct stage *stage = case_stage(world, patient);
    patient->more = (uint8_t)(patient->more & ~PATIENT_ASKS);
    if (world->pathways.stage[stage->asked].service >= 0)
        patient->proficiency = answer->proficiency;
    case_cell(world, patient)[PC_consultations]++;
    if (stage->guided_service >= 0)
        afar_guided(world, who, now_us);
    return answer->duration_us;
}

/* The way of a doctor who visits the patient, there and back. */
static int64_t visit_us(const struct world *world, const struct patient *patient)
{
    const struct facility *facility = &world->facilities.facility[patient->facility];
    return facility->visits_us <= 0
               ? 0
               : 2 * geography_travel(&world->geography, case_home(world, patient), facility->place).us;
}

static void note_begun(struct world *world, const struct patient *patient, int64_t now_us)
{
    if (patient->facility == PATIENT_NOWHERE)
        return;
    int64_t *cell = world_fa(world, patient->facility);
    cell[FA_stages_begun]++;
    if (now_us != patient->since_us)
        cell[FA_line_waits] += now_us - patient->since_us;
}

/* Begins for the first time: who operates, what is counted, what is paid. Returns the duration. */
static int64_t begin_anew(struct world *world, uint32_t who, const struct ward *ward, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const bool answered = (patient->more & PATIENT_ASKS) != 0;
    int64_t duration_us = answered ? begin_answered(world, who, now_us) : draw_duration(world, who, 0);
    if (!answered && patient->facility != PATIENT_NOWHERE && stage->ward < 0 && stage->among == NULL)
        duration_us += visit_us(world, patient);
    watch_change(world, ward, patient, WATCH_BEGAN, now_us);
    if (stage->service >= 0)
        duration_us = give_service(world, patient, duration_us, now_us);
    note_begun(world, patient, now_us);
    serving_count_begun(world, patient, stage, duration_us, now_us);
    return duration_us;
}

/* Goes on after an interruption. Returns the duration that is left. */
static int64_t begin_again(struct world *world, uint32_t who, const struct ward *ward, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    struct extra *extra = case_extra(world, who);
    patient->more = (uint8_t)(patient->more & ~PATIENT_INTERRUPTED);
    watch_change(world, ward, patient, WATCH_RESUMED, now_us);
    switch (extra->mode) {
    case INTERRUPT_RESTART:
        return extra->whole_us;
    case INTERRUPT_RESAMPLE:
        return draw_duration(world, who, ++extra->resamples);
    default:
        return extra->remaining_us;
    }
}

void serving_pick(struct world *world, uint32_t who)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    uint32_t best = 0;
    if (stage->pick == PICK_RANDOM) {
        best = stage_pick(stage, case_luck(world, who, stage, 0).w[3]);
    } else {
        int64_t fewest = INT64_MAX;
        for (uint32_t i = 0; i < stage->among_count; i++) {
            const struct station *station = &world->facilities.ward[stage->among[i]].station;
            if (station->waiting + station->busy < fewest) {
                fewest = station->waiting + station->busy;
                best = i;
            }
        }
    }
    patient->operates = (uint16_t)(best + 1);
}

static void begin_for_another(struct world *world, uint32_t who, const struct ward *ward, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    int64_t duration_us = draw_duration(world, who, 0);
    watch_change(world, ward, patient, WATCH_BEGAN, now_us);
    if (case_stage(world, patient)->service >= 0)
        duration_us = give_service(world, patient, duration_us, now_us);
    patient->flags = PATIENT_IN_CARE;
    remote_grant(world, who, duration_us, now_us);
}

/* Where two facilities are concerned: true when that is all for now. */
static bool begin_elsewhere(struct world *world, uint32_t who, const struct ward *ward, int64_t now_us)
{
    const struct patient *patient = case_patient(world, who);
    if ((patient->more & PATIENT_STANDS_IN) != 0)
        begin_for_another(world, who, ward, now_us);
    else if (case_stage(world, patient)->asks != ASKS_NOBODY && (patient->more & PATIENT_ASKS) == 0)
        remote_ask(world, who, now_us);
    else
        return false;
    return true;
}

void serving_begin(struct world *world, uint32_t who, const struct ward *ward, int64_t now_us)
{
    if (world->has_extra && begin_elsewhere(world, who, ward, now_us))
        return;
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    const int64_t duration_us = (patient->more & PATIENT_INTERRUPTED) != 0
                                    ? begin_again(world, who, ward, now_us)
                                    : begin_anew(world, who, ward, now_us);
    patient->flags = (uint8_t)((patient->flags | PATIENT_IN_CARE) & ~PATIENT_WAITING);
    serving_shift_facility(world, patient, FA_in_care, 1, now_us);
    case_schedule(world, who, EVENT_DEPART, now_us + duration_us);
    if (ward != NULL)
        patient->shift = ward->shift;
    if (!world->has_extra)
        return;
    afar_watch(world, who);
    interruption_began(world, who, duration_us);
    if ((patient->more & PATIENT_HOLDS) != 0 && stage->previous == PREVIOUS_UNTIL_BEGIN)
        holding_release(world, who, now_us);
}

void serving_be_patient(struct world *world, uint32_t who)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    patient->due_kind = PATIENT_NO_EVENT;
    int64_t at_us = INT64_MAX;
    enum event_kind kind = EVENT_RENEGE;
    if (stage->patience != NULL)
        at_us = patient->since_us + dist_value(stage->patience, case_luck(world, who, stage, 0).w[2],
                                               patient->ordinal, case_visit(world, who, stage));
    if (stage->upgrade_after != NULL && (patient->more & PATIENT_UPGRADED) == 0) {
        const struct rng_words luck = rng_draw(&world->rng, case_identity(world, patient),
                                               (struct rng_purpose){.quantity = DRAW_LINE,
                                                                    .stage = stage->index,
                                                                    .visit = case_visit(world, who, stage)});
        const int64_t upgrade_us =
            patient->since_us +
            dist_value(stage->upgrade_after, luck.w[0], patient->ordinal, case_visit(world, who, stage));
        if (upgrade_us < at_us) {
            at_us = upgrade_us;
            kind = EVENT_UPGRADE;
        }
    }
    if (at_us < INT64_MAX)
        case_schedule(world, who, kind, at_us);
}

void serving_join_line(struct world *world, uint32_t who, const struct ward *ward, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    patient->flags |= PATIENT_WAITING;
    watch_station(world, ward, now_us);
    watch_line(world, ward, patient, 1, now_us);
    serving_count_line(world, patient, ward, 1);
    serving_shift_facility(world, patient, FA_in_line, 1, now_us);
    serving_be_patient(world, who);
    if ((patient->more & PATIENT_HOLDS) != 0)
        holding_block(world, who, now_us);
}

/* The station has taken the patient out of its line already. */
static void left_line(struct world *world, uint32_t who, const struct ward *ward, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    patient->flags = (uint8_t)(patient->flags & ~PATIENT_WAITING);
    watch_station(world, ward, now_us);
    watch_line(world, ward, patient, -1, now_us);
    serving_count_line(world, patient, ward, -1);
    serving_shift_facility(world, patient, FA_in_line, -1, now_us);
    if ((patient->more & PATIENT_HOLDS) != 0)
        holding_unblock(world, who, now_us);
}

void serving_leave_line(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    station_leave(serving_line(world, patient, stage), &world->part.links, who, case_level(patient, stage));
    left_line(world, who, serving_ward(world, patient, stage), now_us);
}

void serving_upgrade(struct world *world, uint32_t who)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    struct station *line = serving_line(world, patient, stage);
    station_leave(line, &world->part.links, who, case_level(patient, stage));
    patient->more |= PATIENT_UPGRADED;
    const int64_t room = line->room;
    line->room = STATION_UNLIMITED;
    station_queue(line, &world->part.links, who, case_level(patient, stage));
    line->room = room;
    serving_be_patient(world, who);
}

/* Serves whoever in a line can begin now: by level, then first come; who waits for something else is passed
 * over. Where all wait for servers of the station among other things, the next one is not even looked at when
 * none is free. */
static void line_moves(struct world *world, struct station *station, bool for_servers, int64_t now_us)
{
    int64_t who = station_first(station);
    while (who >= 0 && (!for_servers || station_free_servers(station) > 0)) {
        const struct patient *patient = case_patient(world, (uint32_t)who);
        const struct stage *stage = case_stage(world, patient);
        const int64_t after =
            station_after(station, &world->part.links, (uint32_t)who, case_level(patient, stage));
        if (serving_can_begin(world, patient, stage)) {
            serving_leave_line(world, (uint32_t)who, now_us);
            serving_seize(world, patient, stage, now_us);
            serving_begin(world, (uint32_t)who, serving_ward(world, patient, stage), now_us);
        }
        who = after;
    }
}

/* The resource from that one on for which somebody may wait, as it is now; UINT32_MAX when there is none. */
static inline uint32_t next_line(const struct facility_glance *glance, uint32_t from)
{
    const uint32_t lines = glance->lines >> (from < FACILITY_LAST_LINE ? from : FACILITY_LAST_LINE);
    return lines == 0 ? UINT32_MAX : from + (uint32_t)__builtin_ctz(lines);
}

static void ward_line_moves(struct world *world, struct ward *ward, int64_t now_us)
{
    if (ward->station.waiting > 0)
        line_moves(world, &ward->station, true, now_us);
}

/* Those who wait for people and for no ward. */
static void people_lines_move(struct world *world, uint32_t facility, int64_t now_us)
{
    struct facilities *facilities = &world->facilities;
    bool *asks = &facilities->glance[facility].asks_people;
    *asks = false;
    for (uint32_t s = 0; s < facilities->service_count; s++) {
        struct offer *offer = facility_offer(facilities, facility, s);
        if (offer == NULL || offer->operators.waiting == 0)
            continue;
        line_moves(world, &offer->operators, false, now_us);
        *asks |= offer->operators.waiting > 0;
    }
}

/* Lines at a facility whose first resource is not the only thing they wait for. */
void serving_facility_moves(struct world *world, uint32_t facility, int64_t now_us)
{
    struct facilities *facilities = &world->facilities;
    const struct facility_glance *glance = &facilities->glance[facility];
    if (glance->in_line == 0)
        return;
    for (uint32_t r = next_line(glance, 0); r < facilities->resource_count; r = next_line(glance, r + 1)) {
        const int32_t ward = facility_ward(facilities, facility, r);
        if (ward >= 0 && facilities->ward[ward].joint)
            ward_line_moves(world, &facilities->ward[ward], now_us);
    }
    if (glance->asks_people)
        people_lines_move(world, facility, now_us);
}

bool serving_is_joint(struct world *world, const struct patient *patient, const struct stage *stage)
{
    const struct ward *ward = serving_ward(world, patient, stage);
    return ward == NULL || ward->joint;
}

void serving_give_back(struct world *world, struct ward *ward, const struct patient *patient, int64_t amount,
                       uint8_t shift, int64_t now_us)
{
    if (ward->relief && shift != ward->shift) {
        watch_overtime(world, ward, amount, now_us - ward->changed_us[(uint8_t)(shift + 1)]);
        return;
    }
    station_release(&ward->station, amount);
    watch_station(world, ward, now_us);
    watch_servers(world, ward, patient, -amount, now_us);
    beds_taken(world, ward, -amount, now_us);
}

void serving_ward_moves(struct world *world, struct ward *ward, int64_t now_us)
{
    if (ward->joint && ward->facility != PATIENT_NOWHERE)
        serving_facility_moves(world, ward->facility, now_us);
    else
        ward_line_moves(world, ward, now_us);
}

/* The common case: one server of one ward, for whoever is next in its line. */
static void release_one(struct world *world, struct ward *ward, const struct patient *patient, int64_t now_us)
{
    const int64_t next = station_depart(&ward->station, &world->part.links, 1);
    watch_servers(world, ward, patient, -1, now_us);
    if (next < 0) {
        watch_station(world, ward, now_us);
        beds_taken(world, ward, -1, now_us);
        return;
    }
    watch_servers(world, ward, case_patient(world, (uint32_t)next), 1, now_us);
    left_line(world, (uint32_t)next, ward, now_us);
    serving_begin(world, (uint32_t)next, ward, now_us);
}

/* Several things, others wait for more than this ward, or the servers have been relieved. */
static void release_all(struct world *world, const struct patient *patient, struct ward *const *wards,
                        size_t count, int64_t now_us)
{
    const struct stage *stage = case_stage(world, patient);
    for (size_t i = 0; i < count; i++)
        serving_give_back(world, wards[i], patient, need_amount(stage, i),
                          i == 0 ? patient->shift : wards[i]->shift, now_us);
    const uint32_t facility = count > 0 && stage->need_count == 0 ? wards[0]->facility : patient->facility;
    if (facility != PATIENT_NOWHERE)
        serving_facility_moves(world, facility, now_us);
    for (size_t i = 0; i < count; i++)
        if (!wards[i]->joint)
            ward_line_moves(world, wards[i], now_us);
}

void serving_release(struct world *world, uint32_t who, struct ward *ward, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    struct offer *offer = serving_offer(world, patient, stage);
    struct ward *wards[STAGE_NEEDS] = {ward};
    const size_t count = serving_need_count(stage);
    for (size_t i = 1; i < count; i++)
        wards[i] = serving_need_ward(world, patient, stage, i);
    if (offer != NULL)
        offer->people[patient->operates - 1].busy = false;
    patient->operates = 0;
    if (count == 1 && !ward->joint && !(ward->relief && patient->shift != ward->shift))
        release_one(world, ward, patient, now_us);
    else
        release_all(world, patient, wards, count, now_us);
}

void serving_keep(struct world *world, uint32_t who)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = case_stage(world, patient);
    for (size_t i = 0; i < serving_need_count(stage); i++)
        holding_add(world, who, serving_need_ward(world, patient, stage, i), need_amount(stage, i));
    struct offer *offer = serving_offer(world, patient, stage);
    if (offer != NULL)
        offer->people[patient->operates - 1].busy = false; /* people are not held */
    patient->operates = 0;
}
