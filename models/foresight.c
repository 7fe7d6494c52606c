#include "models/foresight.h"

#include <stddef.h>

#include "models/case.h"

/* Events are looked at in batches, of which four are announced before the first is due: to find the pages of
 * four records side by side takes little longer than to find one. What two batches ask for is drawn together.
 */
enum { LINE_BYTES = 64, BATCH = 4 };

enum whose { NOBODYS, STREAMS, PATIENTS };

static inline void fetch(const void *first, size_t bytes)
{
    const char *at = first;
    for (size_t offset = 0; offset < bytes; offset += LINE_BYTES)
        mem_fetch(at + offset);
}

/* The line of a column of a cell. */
static inline void fetch_cell(const struct world *world, uint32_t place, uint32_t condition, size_t column)
{
    const size_t cell = (place * world->ledger.size[DIM_CONDITION] + condition) * PC_WIDTH;
    mem_fetch(&world->ledger.cells[GROUP_PLACE_CONDITION][cell + column]);
}

/* Where the service of somebody at a plain stage ends. */
static inline void fetch_station(const struct world *world, const struct patient *patient,
                                 const struct stage *stage)
{
    const int32_t at =
        stage->among == NULL ? stage->ward : stage->among[patient->operates > 0 ? patient->operates - 1 : 0];
    const struct ward *ward = &world->facilities.ward[at];
    fetch(&ward->station, sizeof ward->station);
    fetch(measure_of(&world->measures, ward->measure, 0), offsetof(struct measure, over));
}

/* Whoever falls ill is mostly treated near home. */
static inline const struct choice_slot *first_slot(const struct world *world, const struct stream *stream)
{
    return choices_slot(&world->choices, stream->place, stream->stage);
}

/* What a stream names. */
static inline void arrival_first(const struct world *world, uint32_t who)
{
    const struct stream *stream = &world->demand.stream[who];
    fetch_cell(world, stream->place, stream->condition, 0);
    mem_fetch(first_slot(world, stream));
}

static inline void arrival_second(const struct world *world, uint32_t who)
{
    const struct stream *stream = &world->demand.stream[who];
    const struct choice_slot *slot = first_slot(world, stream);
    if (slot->set != NULL && slot->facility != PATIENT_NOWHERE)
        mem_fetch(&world->facilities.glance[slot->facility]);
    else if (slot->set != NULL)
        fetch(slot->set, offsetof(struct choice_set, way));
}

/* Of a group of which each place has a row. */
static inline void fetch_class(const struct world *world, enum ledger_group group, size_t place,
                               size_t class_, size_t classes)
{
    if (world->ledger.size[DIM_WAIT_CLASS] > 0)
        mem_fetch(&world->ledger.cells[group][place * classes + class_]);
}

static inline void fetch_time(const struct histogram *histogram, int64_t us)
{
    const size_t cell = histogram_cell(histogram->bits, us);
    if (cell < histogram->cells)
        mem_fetch(&histogram->count[cell]);
}

/* Whether somebody who arrives will be treated, if nothing is to be waited for. */
static inline bool is_to_be_treated(const struct patient *patient, const struct stage *stage)
{
    return stage->treats && patient->due_kind == EVENT_TRANSFER && (patient->flags & PATIENT_TREATED) == 0;
}

/* What a record names. */
static inline void patient_first(const struct world *world, uint32_t who)
{
    const struct patient *patient = &world->part.patients.record[who];
    const struct stage *stage = case_stage(world, patient);
    const struct facilities *facilities = &world->facilities;
    if (stage->direct) {
        fetch_station(world, patient, stage);
        return;
    }
    mem_fetch(&world->demand.origin[patient->stream]);
    if (patient->facility >= facilities->count)
        return;
    mem_fetch(&facilities->glance[patient->facility]);
    mem_fetch(&world->ledger.cells[GROUP_FACILITY][(size_t)patient->facility * FA_WIDTH + FA_beds_occupied]);
    if (stage->need_count > 0)
        mem_fetch(&facilities->ward_of[(size_t)patient->facility * facilities->ward_of_stride]);
    if (stage->service >= 0)
        mem_fetch(&facilities->offer_of[(size_t)patient->facility * facilities->service_count]);
}

/* Of somebody who begins to be treated at that time. */
static inline void fetch_treated(const struct world *world, const struct patient *patient,
                                 const struct origin *origin, int64_t at_us)
{
    const int64_t wait_us = at_us - patient->asked_us, travel_us = patient_way_us(patient);
    const struct reach *reach = &world->system.reach[origin->condition];
    fetch_time(&reach->wait, wait_us);
    fetch_time(&reach->travel, travel_us);
    fetch_class(world, GROUP_PLACE_WAIT, origin->place, reach_class(wait_us, REACH_WAIT_CLASSES),
                REACH_WAIT_CLASSES);
    fetch_class(world, GROUP_PLACE_TRAVEL, origin->place, reach_class(travel_us, REACH_TRAVEL_CLASSES),
                REACH_TRAVEL_CLASSES);
}

/* Who arrives counts a good deal, and pays. */
static inline void fetch_arriving(const struct world *world, const struct patient *patient,
                                  const struct stage *stage, const struct origin *origin)
{
    const struct facilities *facilities = &world->facilities;
    if (facilities->glance[patient->facility].has_prices)
        mem_fetch(&facilities->facility[patient->facility]);
    if (is_to_be_treated(patient, stage))
        fetch_treated(world, patient, origin, patient->due_us);
}

static inline void fetch_service(const struct world *world, uint32_t facility, uint32_t service)
{
    const struct ledger *ledger = &world->ledger;
    mem_fetch(&ledger->cells[GROUP_FACILITY_SERVICE]
                            [((size_t)facility * ledger->size[DIM_SERVICE] + service) * FS_WIDTH]);
}

static inline void patient_second(const struct world *world, uint32_t who)
{
    const struct patient *patient = &world->part.patients.record[who];
    const struct stage *stage = case_stage(world, patient);
    if (stage->direct)
        return;
    const struct origin *origin = case_origin(world, patient);
    const bool ends = stage->next == STAGE_END && patient->due_kind == EVENT_DEPART;
    fetch_cell(world, origin->place, origin->condition, PC_treated_in_county);
    if (patient->facility >= world->facilities.count)
        return;
    const bool lines = world->facilities.glance[patient->facility].in_line > 0;
    for (size_t i = 0; i < stage->need_count; i++) {
        const int32_t ward = facility_ward(&world->facilities, patient->facility, stage->need[i].resource);
        if (ward < 0)
            continue;
        mem_fetch(&world->facilities.ward[ward]);
        if (lines)
            mem_fetch(&world->facilities.ward[ward].station.head);
    }
    const int32_t service =
        ends ? world->pathways.condition[origin->condition].treat_service : stage->service;
    if (service >= 0)
        fetch_service(world, patient->facility, (uint32_t)service);
    if (service >= 0 && !ends) {
        const struct offer *offer =
            facility_offer(&world->facilities, patient->facility, (uint32_t)stage->service);
        if (offer != NULL)
            mem_fetch(offer);
    }
    if (patient->due_kind == EVENT_TRANSFER)
        fetch_arriving(world, patient, stage, origin);
    if (!ends && ((patient->flags & PATIENT_TREATED) != 0 || patient->way == 0))
        geography_prefetch(&world->geography, origin->place,
                           world->facilities.glance[patient->facility].place);
}

/* --- luck --- */

/* What the arrival will draw for the one after it. */
static inline void ask_for_arrival(struct world *world, uint32_t who)
{
    const struct stream *stream = &world->demand.stream[who];
    const struct rng_purpose what = {.quantity = DRAW_ARRIVAL};
    drawn_ask(&world->part.drawn, &world->rng, stream->hash,
              (struct drawn_key){who, stream->next_arrival + 1, rng_what(what), 0}, NULL);
}

/* The stage that the event of a patient leads to, as far as is known already; NULL: it is not. */
static inline const struct stage *begun_by(const struct world *world, const struct patient *patient)
{
    const struct stage *stage = case_stage(world, patient);
    if (patient->due_kind == EVENT_TRANSFER)
        return stage;
    if (patient->due_kind != EVENT_DEPART)
        return NULL;
    const int32_t next = stage->next != STAGE_BY_LUCK ? stage->next
                         : stage->stay                ? (int32_t)patient->operates - 1
                                                      : STAGE_END;
    return next < 0 || (size_t)next >= world->pathways.stage_count ? NULL : &world->pathways.stage[next];
}

/* What it will draw there. */
static inline void ask_for_patient(struct world *world, uint32_t who)
{
    const struct patient *patient = case_patient(world, who);
    const struct stage *stage = begun_by(world, patient);
    if (stage == NULL || (stage->duration == NULL && stage->next != STAGE_BY_LUCK))
        return;
    const struct rng_purpose what = {.quantity = DRAW_STAGE, .stage = stage->index};
    drawn_ask(
        &world->part.drawn, &world->rng, case_origin(world, patient)->hash,
        (struct drawn_key){patient->stream, patient->ordinal, rng_what(what), case_visit(world, who, stage)},
        stage->duration);
}

/* Who waits first for the ward that somebody leaves will probably be served next. */
static inline void patient_third(const struct world *world, uint32_t who)
{
    const struct patient *patient = &world->part.patients.record[who];
    const struct stage *stage = case_stage(world, patient);
    if (patient->due_kind != EVENT_DEPART || patient->facility >= world->facilities.count ||
        stage->need_count == 0 || world->facilities.glance[patient->facility].in_line == 0)
        return;
    const int32_t at = facility_ward(&world->facilities, patient->facility, stage->need[0].resource);
    if (at < 0 || world->facilities.ward[at].station.waiting == 0)
        return;
    const int64_t next = station_first(&world->facilities.ward[at].station);
    if (next >= 0) {
        mem_fetch(&world->part.patients.record[next]);
        mem_fetch(&world->part.links.link[next]);
    }
}

/* --- in batches --- */

static inline void note(struct foresight *foresight, const struct event *soon)
{
    const uint32_t now = foresight->count++ % FORESIGHT_EVENTS;
    const enum whose whose = soon == NULL || soon->kind == EVENT_SHIFT || soon->kind == EVENT_ONSET ? NOBODYS
                             : soon->kind == EVENT_ARRIVAL                                          ? STREAMS
                                                           : PATIENTS;
    foresight->soon[now].whose = whose;
    foresight->soon[now].who = whose == NOBODYS ? 0 : soon->who;
}

/* The stages of what is looked at. */
static inline void look_at_who(struct world *world, enum whose whose, uint32_t who)
{
    if (whose == PATIENTS) {
        mem_fetch(&world->part.patients.record[who]);
    } else if (whose == STREAMS) {
        mem_fetch(&world->demand.stream[who]);
        mem_fetch(&world->demand.origin[who]);
    }
}

static inline void look_first(struct world *world, enum whose whose, uint32_t who)
{
    if (whose == PATIENTS)
        patient_first(world, who);
    else if (whose == STREAMS)
        arrival_first(world, who);
}

static inline void look_second(struct world *world, enum whose whose, uint32_t who)
{
    const bool asks = world->part.luck.batch == NULL;
    if (whose == PATIENTS) {
        patient_second(world, who);
        if (asks)
            ask_for_patient(world, who);
    } else if (whose == STREAMS) {
        arrival_second(world, who);
        if (asks)
            ask_for_arrival(world, who);
    }
}

static inline void look_third(struct world *world, enum whose whose, uint32_t who)
{
    if (whose == PATIENTS)
        patient_third(world, who);
}

/* The batch that was announced so many batches ago. */
static inline __attribute__((always_inline)) void look_at_batch(struct world *world, uint32_t ago,
                                                                void (*look)(struct world *, enum whose,
                                                                             uint32_t))
{
    const struct foresight *foresight = &world->part.foresight;
    const uint32_t from = foresight->count - (ago + 1) * BATCH;
    for (uint32_t i = from; i != from + BATCH; i++)
        look(world, foresight->soon[i % FORESIGHT_EVENTS].whose, foresight->soon[i % FORESIGHT_EVENTS].who);
}

void foresight_prefetch(const void *data, unsigned partition, const struct event *soon)
{
    struct world *world = ((const struct world *)data)->view[partition];
    struct foresight *foresight = &world->part.foresight;
    note(foresight, soon);
    if (foresight->count % BATCH != 0)
        return;
    look_at_batch(world, 0, look_at_who);
    look_at_batch(world, 1, look_first);
    look_at_batch(world, 2, look_second);
    look_at_batch(world, 3, look_third);
    struct drawn *drawn = &world->part.drawn;
    if (drawn->count > 0 && foresight->count % (2 * BATCH) == 0)
        drawn_draw(drawn, &world->rng);
}
