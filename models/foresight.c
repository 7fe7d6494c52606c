#include "models/foresight.h"

#include <stddef.h>

#include "models/case.h"

/* Events are looked at in batches, of which four are announced before the first is due: to find the pages of
 * four records side by side takes little longer than to find one. What two batches ask for is drawn together.
 */
enum { LINE_BYTES = 64, BATCH = 4 };
_Static_assert(FORESIGHT_EVENTS % BATCH == 0, "a batch does not begin anew in the middle");

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

/* Of somebody who begins to be treated at that time. */
static inline void fetch_treated(const struct world *world, const struct patient *patient,
                                 const struct origin *origin)
{
    const int64_t wait_us = patient->due_us - patient->asked_us, travel_us = patient_way_us(patient);
    const struct reach *reach = &world->system.reach[origin->condition];
    fetch_time(&reach->wait, wait_us);
    fetch_time(&reach->travel, travel_us);
    fetch_class(world, GROUP_PLACE_WAIT, origin->place, reach_class(wait_us, REACH_WAIT_CLASSES),
                REACH_WAIT_CLASSES);
    fetch_class(world, GROUP_PLACE_TRAVEL, origin->place, reach_class(travel_us, REACH_TRAVEL_CLASSES),
                REACH_TRAVEL_CLASSES);
}

static inline void fetch_wards(const struct world *world, const struct stage *stage,
                               const struct facility_glance *glance)
{
    const int32_t *offset = &world->facilities.ward_offset[glance->ward_row];
    const struct ward *first = &world->facilities.ward[glance->first_ward];
    for (size_t i = 0; i < stage->need_count; i++) {
        const int32_t at = offset[stage->need[i].resource];
        if (at < 0)
            continue;
        mem_fetch(&first[at]);
        if (glance->in_line > 0)
            mem_fetch(&first[at].station.head);
    }
}

static inline void fetch_service(const struct world *world, uint32_t facility, int32_t service, bool ends)
{
    const struct ledger *ledger = &world->ledger;
    mem_fetch(&ledger->cells[GROUP_FACILITY_SERVICE]
                            [((size_t)facility * ledger->size[DIM_SERVICE] + (size_t)service) * FS_WIDTH]);
    const struct offer *offer = ends ? NULL : facility_offer(&world->facilities, facility, (uint32_t)service);
    if (offer != NULL)
        mem_fetch(offer);
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

/* The stage that begins with the event, as far as is known already; NULL: it is not. */
static inline const struct stage *begun_by(const struct world *world, const struct patient *patient,
                                           const struct stage *stage, uint8_t kind)
{
    if (kind == EVENT_TRANSFER)
        return stage;
    if (kind != EVENT_DEPART)
        return NULL;
    const int32_t next = stage->next != STAGE_BY_LUCK ? stage->next
                         : stage->stay                ? (int32_t)patient->operates - 1
                                                      : STAGE_END;
    return next < 0 || (size_t)next >= world->pathways.stage_count ? NULL : &world->pathways.stage[next];
}

/* What the patient will draw there. */
static inline void ask_for_stage(struct world *world, const struct foreseen *soon,
                                 const struct patient *patient, const struct origin *origin,
                                 const struct stage *stage)
{
    if (stage->duration == NULL && stage->next != STAGE_BY_LUCK)
        return;
    const struct rng_purpose what = {.quantity = DRAW_STAGE, .stage = stage->index};
    drawn_ask(&world->part.drawn, &world->rng, origin->hash,
              (struct drawn_key){patient->stream, patient->ordinal, rng_what(what),
                                 case_visit(world, soon->who, stage)},
              stage->duration);
}

/* --- who falls ill --- */

/* What a stream names. */
static inline void stream_first(const struct world *world, const struct foreseen *soon)
{
    const struct stream *stream = &world->demand.stream[soon->who];
    fetch_cell(world, stream->place, stream->condition, 0);
    mem_fetch(choices_slot(&world->choices, stream->place, stream->stage));
}

/* Whoever falls ill is mostly treated near home. */
static inline void stream_second(struct world *world, const struct foreseen *soon)
{
    const struct stream *stream = &world->demand.stream[soon->who];
    const struct choice_slot *slot = choices_slot(&world->choices, stream->place, stream->stage);
    if (slot->set != NULL && slot->facility != PATIENT_NOWHERE)
        mem_fetch(&world->facilities.glance[slot->facility]);
    else if (slot->set != NULL)
        fetch(slot->set, offsetof(struct choice_set, way));
    if (world->part.luck.batch == NULL)
        ask_for_arrival(world, soon->who);
}

/* --- patients --- */

/* What a record names. */
static inline void patient_first(const struct world *world, struct foreseen *soon)
{
    const struct patient *patient = &world->part.patients.record[soon->who];
    const struct stage *stage = case_stage(world, patient);
    soon->stage = stage;
    soon->facility = PATIENT_NOWHERE;
    if (stage->direct) {
        fetch_station(world, patient, stage);
        return;
    }
    mem_fetch(&world->demand.origin[patient->stream]);
    if (patient->facility >= world->facilities.count)
        return;
    soon->facility = patient->facility;
    mem_fetch(&world->facilities.glance[patient->facility]);
    mem_fetch(&world->ledger.cells[GROUP_FACILITY][(size_t)patient->facility * FA_WIDTH + FA_beds_occupied]);
    if (stage->service >= 0)
        mem_fetch(&world->facilities.offer_of[patient->facility * world->facilities.service_count]);
}

static inline void patient_second(struct world *world, const struct foreseen *soon)
{
    const struct stage *stage = soon->stage;
    const struct patient *patient = &world->part.patients.record[soon->who];
    const struct origin *origin = case_origin(world, patient);
    const struct stage *begun = begun_by(world, patient, stage, soon->kind);
    if (begun != NULL && world->part.luck.batch == NULL)
        ask_for_stage(world, soon, patient, origin, begun);
    if (stage->direct)
        return;
    fetch_cell(world, origin->place, origin->condition, PC_treated_in_county);
    if (soon->facility == PATIENT_NOWHERE)
        return;
    const struct facility_glance *glance = &world->facilities.glance[soon->facility];
    fetch_wards(world, stage, glance);
    const bool ends = begun == NULL && soon->kind == EVENT_DEPART;
    const int32_t service =
        ends ? world->pathways.condition[origin->condition].treat_service : stage->service;
    if (service >= 0)
        fetch_service(world, soon->facility, service, ends);
    if (begun == NULL)
        return;
    const bool treated = (patient->flags & PATIENT_TREATED) != 0;
    if (begun->treats && !treated)
        fetch_treated(world, patient, origin);
    if (treated || patient->way == 0)
        geography_prefetch(&world->geography, origin->place, glance->place);
}

/* Who waits first for the ward that somebody leaves will probably be served next. */
static inline void patient_third(const struct world *world, const struct foreseen *soon)
{
    if (soon->kind != EVENT_DEPART || soon->facility == PATIENT_NOWHERE || soon->stage->need_count == 0 ||
        world->facilities.glance[soon->facility].in_line == 0)
        return;
    const int32_t at = facility_ward(&world->facilities, soon->facility, soon->stage->need[0].resource);
    if (at < 0 || world->facilities.ward[at].station.waiting == 0)
        return;
    const int64_t next = station_first(&world->facilities.ward[at].station);
    if (next >= 0) {
        mem_fetch(&world->part.patients.record[next]);
        mem_fetch(&world->part.links.link[next]);
    }
}

/* --- in batches --- */

/* The stages of what is looked at. */
static inline void look_at_who(struct world *world, struct foreseen *soon)
{
    if (soon->whose == PATIENTS) {
        mem_fetch(&world->part.patients.record[soon->who]);
    } else if (soon->whose == STREAMS) {
        mem_fetch(&world->demand.stream[soon->who]);
        mem_fetch(&world->demand.origin[soon->who]);
    }
}

static inline void look_first(struct world *world, struct foreseen *soon)
{
    if (soon->whose == PATIENTS)
        patient_first(world, soon);
    else if (soon->whose == STREAMS)
        stream_first(world, soon);
}

static inline void look_second(struct world *world, struct foreseen *soon)
{
    if (soon->whose == PATIENTS)
        patient_second(world, soon);
    else if (soon->whose == STREAMS)
        stream_second(world, soon);
}

static inline void look_third(struct world *world, struct foreseen *soon)
{
    if (soon->whose == PATIENTS)
        patient_third(world, soon);
}

/* The batch that was announced so many batches ago. */
static inline __attribute__((always_inline)) void look_at_batch(struct world *world, uint32_t ago,
                                                                void (*look)(struct world *,
                                                                             struct foreseen *))
{
    struct foresight *foresight = &world->part.foresight;
    struct foreseen *soon = &foresight->soon[(foresight->count - (ago + 1) * BATCH) % FORESIGHT_EVENTS];
    for (uint32_t i = 0; i < BATCH; i++)
        look(world, &soon[i]);
}

static const uint8_t whose_kind[] = {
    [EVENT_DEPART] = PATIENTS, [EVENT_FREE] = PATIENTS,    [EVENT_SHIFT] = NOBODYS,
    [EVENT_RENEGE] = PATIENTS, [EVENT_UPGRADE] = PATIENTS, [EVENT_TRANSFER] = PATIENTS,
    [EVENT_ASK] = PATIENTS,    [EVENT_ANSWER] = PATIENTS,  [EVENT_REVIEW] = PATIENTS,
    [EVENT_ARRIVAL] = STREAMS, [EVENT_ONSET] = NOBODYS};

void foresight_prefetch(const void *data, unsigned partition, const struct event *soon)
{
    struct world *world = ((const struct world *)data)->view[partition];
    struct foresight *foresight = &world->part.foresight;
    struct foreseen *now = &foresight->soon[foresight->count++ % FORESIGHT_EVENTS];
    now->whose = NOBODYS;
    if (soon != NULL) {
        now->who = soon->who;
        now->kind = (uint8_t)soon->kind;
        now->whose = whose_kind[soon->kind];
    }
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
