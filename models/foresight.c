#include "models/foresight.h"

#include "models/case.h"

enum { LINE_BYTES = 64, FIRST_DELAY = 4, SECOND_DELAY = 8 }; /* in events, after the announcement */

static inline void fetch(const void *first, size_t bytes)
{
    const char *at = first;
    for (size_t offset = 0; offset < bytes; offset += LINE_BYTES)
        __builtin_prefetch(at + offset, 1);
    __builtin_prefetch(at + bytes - 1, 1);
}

static inline void fetch_facility(const struct world *world, uint32_t facility)
{
    fetch(&world->facilities.facility[facility], sizeof(struct facility));
    const size_t cell = (size_t)facility * FA_FIELDS;
    fetch(&world->ledger.cells[GROUP_FACILITY][cell], FA_FIELDS * sizeof(int64_t));
    fetch(&world->ledger.levels[GROUP_FACILITY][cell], FA_FIELDS * sizeof(int64_t));
}

static inline void fetch_named_by_record(const struct world *world, uint32_t who)
{
    const struct patient *patient = &world->part.patients.record[who];
    __builtin_prefetch(&world->demand.stream[patient->stream]);
    if (patient->facility >= world->facilities.count)
        return;
    const size_t row = (size_t)patient->facility * world->facilities.resource_count;
    fetch_facility(world, patient->facility);
    __builtin_prefetch(&world->facilities.ward_of[row]);
}

static inline void fetch_cell(const struct world *world, const struct stream *stream)
{
    const size_t cell = (stream->place * world->ledger.size[DIM_CONDITION] + stream->condition) * PC_FIELDS;
    fetch(&world->ledger.cells[GROUP_PLACE_CONDITION][cell], PC_FIELDS * sizeof(int64_t));
}

static inline void fetch_wards(const struct world *world, const struct patient *patient)
{
    const struct stage *stage = &world->pathways.stage[patient->stage];
    if (patient->facility >= world->facilities.count)
        return;
    for (size_t i = 0; i < stage->need_count; i++) {
        const int32_t ward = facility_ward(&world->facilities, patient->facility, stage->need[i].resource);
        if (ward >= 0)
            fetch(&world->facilities.ward[ward], sizeof(struct ward));
    }
}

/* Whoever falls ill is mostly treated near home: by one of the choice set. */
static inline struct choice_set *const *set_slot(const struct world *world, const struct stream *stream)
{
    const uint32_t kind = world->choices.kind_of[stream->stage];
    return &world->choices.set[stream->place * world->choices.kinds + kind];
}

static void fetch_first(const struct world *world, uint32_t who, bool arrival)
{
    if (!arrival) {
        fetch_named_by_record(world, who);
        return;
    }
    const struct stream *stream = &world->demand.stream[who];
    fetch_cell(world, stream);
    __builtin_prefetch(set_slot(world, stream));
    if (world->geography.table != NULL)
        __builtin_prefetch(&world->geography.table[stream->place * (world->geography.count + 1)]);
}

static void fetch_second(const struct world *world, uint32_t who, bool arrival)
{
    if (arrival) {
        const struct choice_set *set = *set_slot(world, &world->demand.stream[who]);
        if (set != NULL)
            __builtin_prefetch(set);
        return;
    }
    const struct patient *patient = &world->part.patients.record[who];
    fetch_cell(world, &world->demand.stream[patient->stream]);
    fetch_wards(world, patient);
}

void foresight_prefetch(const void *data, unsigned partition, const struct event *soon)
{
    struct world *world = ((const struct world *)data)->view[partition];
    struct foresight *foresight = &world->part.foresight;
    const uint32_t now = foresight->count++ % FORESIGHT_EVENTS;
    const bool arrival = soon->kind == EVENT_ARRIVAL, patient = !arrival && soon->kind != EVENT_SHIFT;
    foresight->soon[now].who = soon->who;
    foresight->soon[now].arrival = arrival;
    foresight->soon[now].patient = patient;
    if (arrival)
        fetch(&world->demand.stream[soon->who], sizeof(struct stream));
    else if (patient)
        fetch(&world->part.patients.record[soon->who], sizeof(struct patient));
    const uint32_t first = (now - FIRST_DELAY) % FORESIGHT_EVENTS,
                   second = (now - SECOND_DELAY) % FORESIGHT_EVENTS;
    if (foresight->soon[first].arrival || foresight->soon[first].patient)
        fetch_first(world, foresight->soon[first].who, foresight->soon[first].arrival);
    if (foresight->soon[second].arrival || foresight->soon[second].patient)
        fetch_second(world, foresight->soon[second].who, foresight->soon[second].arrival);
}
