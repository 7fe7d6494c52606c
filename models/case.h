#ifndef COUNTERPART_MODELS_CASE_H
#define COUNTERPART_MODELS_CASE_H

/* One patient in the world: the record with what it points to, and the luck that
 * belongs to it. For the handlers, who name patients by index. */

#include "models/world_parts.h"

#define CASE_BACKLOG UINT32_C(0x80000000) /* ordinals from here on are the backlog's */

/* Where a handler leaves a patient instead of at a stage: waiting, being served, or on the way. */
enum { CASE_SETTLED = -2 };

static inline struct patient *case_patient(struct world *world, uint32_t who)
{
    return &world->part.patients.record[who];
}

static inline const struct stage *case_stage(const struct world *world, const struct patient *patient)
{
    return &world->pathways.stage[patient->stage];
}

static inline const struct origin *case_origin(const struct world *world, const struct patient *patient)
{
    return &world->demand.origin[patient->stream];
}

static inline const struct condition *case_condition(const struct world *world, const struct patient *patient)
{
    return &world->pathways.condition[case_origin(world, patient)->condition];
}

static inline uint32_t case_home(const struct world *world, const struct patient *patient)
{
    return case_origin(world, patient)->place;
}

static inline int64_t *case_cell(struct world *world, const struct patient *patient)
{
    const struct origin *origin = case_origin(world, patient);
    return world_pc(world, origin->place, origin->condition);
}

static inline struct rng_identity case_identity(const struct world *world, const struct patient *patient)
{
    return (struct rng_identity){.stream = case_origin(world, patient)->hash, .ordinal = patient->ordinal};
}

static inline uint32_t *case_visits(struct world *world, uint32_t who)
{
    return world->pathways.loop_stages == 0 ? NULL : &world->part.visits[who * world->pathways.loop_stages];
}

static inline uint32_t case_visit(struct world *world, uint32_t who, const struct stage *stage)
{
    const uint32_t *visits = case_visits(world, who);
    return visits == NULL || stage->index >= world->pathways.loop_stages ? 0 : visits[stage->index];
}

/* The luck of a first visit, with the duration of the stage; only where luck is drawn ahead. */
static inline __attribute__((always_inline)) const struct luck_batch *case_luck_ahead(
    const struct world *world, const struct patient *patient, const struct stage *stage)
{
    return luck_ahead(&world->part.luck, &world->rng,
                      (struct luck_use){.stream = patient->stream,
                                        .quantity = DRAW_STAGE,
                                        .stage = stage->index,
                                        .hash = &case_origin(world, patient)->hash,
                                        .dist = stage->duration},
                      patient->ordinal);
}

/* The luck of a stage: words for duration, route, patience and choice among stations. A duration that is
 * drawn anew after an interruption is another attempt. */
static inline struct rng_words case_luck(struct world *world, uint32_t who, const struct stage *stage,
                                         uint32_t attempt)
{
    const struct patient *patient = case_patient(world, who);
    const uint32_t visit = case_visit(world, who, stage);
    const struct rng_purpose what = {
        .quantity = DRAW_STAGE, .stage = stage->index, .attempt = attempt & 255, .visit = visit};
    if (visit == 0 && attempt == 0 && world->part.luck.batch != NULL)
        return case_luck_ahead(world, patient, stage)->words[patient->ordinal % LUCK_BATCH];
    const struct rng_words *drawn = drawn_find(
        &world->part.drawn, (struct drawn_key){patient->stream, patient->ordinal, rng_what(what), visit});
    if (drawn != NULL)
        return *drawn;
    return rng_draw(&world->rng, case_identity(world, patient), what);
}

/* Stops the run: a pathway leads back to where it was without taking time. */
void case_stop_circle(struct world *world);

static inline void case_schedule_for(struct world *world, uint32_t who, struct patient *patient,
                                     enum event_kind kind, int64_t at_us)
{
    patient->still = (uint8_t)(at_us == patient->due_us ? patient->still + 1 : 0);
    if (patient->still == UINT8_MAX)
        case_stop_circle(world);
    patient->due_us = at_us;
    patient->due_kind = (uint8_t)kind;
    engine_schedule(world->engine, world->number, (struct event){.at_us = at_us, .kind = kind, .who = who});
}

static inline void case_schedule(struct world *world, uint32_t who, enum event_kind kind, int64_t at_us)
{
    case_schedule_for(world, who, case_patient(world, who), kind, at_us);
}

/* Whoever comes back has other luck, however the visit ended. */
static inline void case_count_visit(struct world *world, uint32_t who, const struct stage *stage)
{
    uint32_t *visits = case_visits(world, who);
    if (visits != NULL && stage->index < world->pathways.loop_stages)
        visits[stage->index]++;
}

/* Another stage than before. */
static inline void case_enter(struct patient *patient)
{
    patient->attempt = 0;
    patient->flags = (uint8_t)(patient->flags & ~(PATIENT_PLACED | PATIENT_LATE | PATIENT_REFUSED));
    patient->more = (uint8_t)(patient->more & ~PATIENT_UPGRADED);
}

static inline void case_count_present(struct world *world, int64_t now_us, int64_t delta)
{
    tally_level_set(&world->system.present, now_us, world->system.present.level + delta);
}

/* The luck of a stream's arrival, with its gap as a unit exponential; likewise. */
static inline __attribute__((always_inline)) const struct luck_batch *case_arrival_ahead(
    const struct world *world, const struct stream *stream, uint32_t number, uint32_t arrival)
{
    return luck_ahead(&world->part.luck, &world->rng,
                      (struct luck_use){.stream = number,
                                        .quantity = DRAW_ARRIVAL,
                                        .hash = &stream->hash,
                                        .dist = world->demand.unit_exponential},
                      arrival);
}

/* The priority at which a patient waits. */
static inline unsigned case_level(const struct patient *patient, const struct stage *stage)
{
    return (patient->more & PATIENT_UPGRADED) != 0 ? stage->upgraded_level : stage->level;
}

static inline struct extra *case_extra(struct world *world, uint32_t who)
{
    return &world->part.extra[who];
}

/* What of struct extra goes along in a message. */
struct baggage {
    struct errand errand;
    int64_t afar;
};

/* A patient as the payload of a message: baggage, record, visits so far. Unpacks into a new record, as
 * case_open(). */
struct message;
void case_pack(struct world *world, uint32_t who, struct message *message);
uint32_t case_unpack(struct world *world, const struct message *message);

/* A zeroed record with room for its links and visits; PATIENT_NOWHERE when memory has run out (the run
 * stops). */
uint32_t case_open_new(struct world *world);
static inline uint32_t case_open(struct world *world)
{
    if (world->part.patients.free_count == 0 || world->has_extra || world->pathways.loop_stages > 0)
        return case_open_new(world);
    return patients_take(&world->part.patients);
}

#endif
