#include "models/onset.h"

#include <assert.h>

#include "models/case.h"
#include "models/journey.h"
#include "models/stay.h"

/* So many patients choose side by side, of as many streams as it takes. */
enum { TOGETHER = CHOOSERS_MOST };

/* What the patients of a stream have in common. */
struct source {
    struct stream *stream;
    uint32_t number;
    bool races; /* they choose by utility, and all in the same way */
    const struct condition *condition;
    const struct stage *stage;
    int64_t *cell;
    const struct choice_set *set; /* of those who race */
    double stay;
};

/* Somebody who falls ill. */
struct ill {
    int64_t at_us, delay_us;
    const struct source *source;
    uint32_t ordinal;
    uint8_t severity;
    uint8_t chooser; /* among those who choose; TOGETHER: does not */
};

/* Who falls ill, in the order of streams and time, and has not been sent on the way yet; each source is that
 * of some of them. */
struct crowd {
    uint32_t count, choosers, sources;
    struct ill ill[TOGETHER];
    struct chooser chooser[TOGETHER];
    struct source source[TOGETHER];
};

/* --- on the way --- */

/* As journey_to(), for whoever sets out for the first time, at that time. */
static inline void set_out(struct world *world, uint32_t who, const struct source *source, uint32_t facility,
                           const struct travel *chosen, int64_t at_us)
{
    struct patient *patient = case_patient(world, who);
    const struct facility_glance *glance = &world->facilities.glance[facility];
    int64_t way_us = world->scenario->travel.fixed_us;
    if (!glance->stays_home) {
        way_us = chosen->us;
        source->cell[PC_travel_time] += way_us;
        source->cell[PC_travel_distance] += chosen->m;
        if (world->scenario->travel.cost_per_km_fen > 0)
            source->cell[PC_patient_cost] += 2 * world->scenario->travel.cost_per_km_fen * chosen->m / 1000;
        patient_keep_way(patient, chosen->us, chosen->m);
    }
    source->cell[PC_sought_care]++;
    patient->more |= PATIENT_SOUGHT;
    patient->facility = facility;
    if (source->stage->choice != CHOICE_STAY)
        patient->flags |= (uint8_t)(PATIENT_PLACED | (source->stage->treats ? PATIENT_NEEDED : 0));
    world->part.onset.ill++;
    const unsigned partition = world->part_of_place[glance->place];
    if (partition == world->number) {
        case_schedule_for(world, who, patient, EVENT_TRANSFER, at_us + way_us);
        return;
    }
    struct message message = {.kind = EVENT_TRANSFER};
    case_pack(world, who, &message);
    patients_give_back(&world->part.patients, who);
    engine_send(world->engine, world->number, partition,
                at_us + way_us - engine_now(world->engine, world->number), message);
}

static bool is_at_a_facility(uint32_t to)
{
    return to != PATIENT_NOWHERE && to != CHOICE_HOME;
}

/* Seeks care at that time, by whatever rule there is. */
static void seek(struct world *world, uint32_t who, const struct source *source, int64_t at_us)
{
    const struct patient *patient = case_patient(world, who);
    const uint32_t to = source->stage->choice != CHOICE_STAY ? stay_choose(world, patient, source->stage)
                                                             : journey_first(world, patient);
    if (!is_at_a_facility(to)) {
        case_schedule(world, who, EVENT_REVIEW, at_us);
        return;
    }
    const struct travel way = choice_way(world, source->stream->place, to);
    set_out(world, who, source, to, &way, at_us);
}

/* The same by a choice that has been made. */
static void follow(struct world *world, uint32_t who, const struct source *source,
                   const struct chooser *chooser, int64_t at_us)
{
    if (chooser->at == CHOICE_SET) {
        case_schedule(world, who, EVENT_REVIEW, at_us);
        return;
    }
    source->cell[PC_bypassed] += choice_passes(world, source->stage, source->stream->place, chooser);
    set_out(world, who, source, chooser->set->facility[chooser->at], &chooser->set->way[chooser->at], at_us);
}

/* Who falls ill sets out at once, or does then or later whatever else there is to do. False: there is no
 * memory. */
static bool begin(struct world *world, const struct crowd *crowd, const struct ill *ill)
{
    const struct source *source = ill->source;
    const struct stream *stream = source->stream;
    const uint32_t who = case_open(world);
    if (who == PATIENT_NOWHERE)
        return false;
    struct patient *patient = case_patient(world, who);
    patient->stream = source->number;
    patient->ordinal = ill->ordinal;
    patient->onset_us = ill->at_us;
    patient->stage = stream->stage;
    patient->facility = PATIENT_NOWHERE;
    patient->severity = ill->severity;
    source->cell[PC_patients]++;
    world->system.of[stream->condition].arrivals++;
    case_count_present(world, ill->at_us, 1);
    if (ill->delay_us > 0) {
        world->part.onset.ill++;
        case_schedule(world, who, EVENT_REVIEW, ill->at_us + ill->delay_us);
        return true;
    }
    patient->asked_us = ill->at_us;
    if (ill->chooser < TOGETHER)
        follow(world, who, source, &crowd->chooser[ill->chooser], ill->at_us);
    else
        seek(world, who, source, ill->at_us);
    return true;
}

static void fetch_records(const struct patients *patients, uint32_t count)
{
    for (size_t i = 1; i <= count && i <= patients->free_count; i++)
        mem_fetch(&patients->record[patients->free[patients->free_count - i]]);
}

static void fetch_way(const struct chooser *chooser)
{
    if (chooser->at < CHOICE_SET)
        mem_fetch(&chooser->set->way[chooser->at]);
}

/* All of them choose and set out. False: there is no memory. */
static bool send(struct world *world, struct crowd *crowd)
{
    const uint32_t count = crowd->count;
    bool sent = true;
    fetch_records(&world->part.patients, crowd->count);
    choice_utility_each(world, crowd->chooser, crowd->choosers);
    for (uint32_t i = 0; i < crowd->choosers; i++)
        fetch_way(&crowd->chooser[i]);
    for (uint32_t i = 0; i < count && sent; i++)
        sent = begin(world, crowd, &crowd->ill[i]);
    crowd->count = crowd->choosers = 0;
    return sent;
}

/* --- falling ill --- */

/* Patients of a stream choose side by side where rules ask nothing of them but their severity. */
static bool chooses_by_utility(const struct world *world, const struct condition *condition,
                               const struct stage *stage)
{
    if (world->rules->strict)
        return false;
    return stage->choice == CHOICE_UTILITY ||
           (stage->choice == CHOICE_STAY && condition->first_facility < 0 &&
            condition->spec->first == FIRST_UTILITY);
}

static const struct source *add_source(struct world *world, struct crowd *crowd, uint32_t number)
{
    struct stream *stream = &world->demand.stream[number];
    struct source *source = &crowd->source[crowd->sources++];
    source->stream = stream;
    source->number = number;
    source->condition = &world->pathways.condition[stream->condition];
    source->stage = &world->pathways.stage[stream->stage];
    source->cell = world_pc(world, stream->place, stream->condition);
    source->races = chooses_by_utility(world, source->condition, source->stage);
    if (source->races)
        source->set = choice_set_now(world, source->stage, stream->place);
    source->stay = source->condition->spec->choice.stay;
    return source;
}

/* The last source may have more patients. */
static const struct source *keep_source(struct crowd *crowd)
{
    crowd->source[0] = crowd->source[crowd->sources - 1];
    crowd->sources = 1;
    return &crowd->source[0];
}

static void add(struct crowd *crowd, const struct source *source, int64_t at_us)
{
    struct stream *stream = source->stream;
    const struct condition *condition = source->condition;
    const struct rng_words luck = stream->luck;
    struct ill *ill = &crowd->ill[crowd->count++];
    ill->at_us = at_us;
    ill->source = source;
    ill->ordinal = stream->next_ordinal++;
    stream->next_arrival++;
    ill->severity = (uint8_t)condition_severity(condition, luck.w[1]);
    ill->delay_us = condition->delay == NULL ? 0 : dist_value(condition->delay, luck.w[2], ill->ordinal, 0);
    ill->chooser = TOGETHER;
    if (!source->races || ill->delay_us > 0)
        return;
    ill->chooser = (uint8_t)crowd->choosers;
    struct chooser *chooser = &crowd->chooser[crowd->choosers++];
    chooser->set = source->set;
    chooser->patient.stream = stream->hash;
    chooser->patient.ordinal = ill->ordinal;
    chooser->stay = source->stay;
    chooser->stage = source->stage->index;
    chooser->is = rules_is_of(ill->severity);
}

static bool has_ordinals(struct world *world, const struct stream *stream)
{
    if (stream->next_ordinal < CASE_BACKLOG)
        return true;
    engine_stop(world->engine, "a condition has more than 2147483648 patients in one place; divide it");
    return false;
}

/* All of a stream who come before `end_us`, of whom there is one; returns when the next one comes. */
static int64_t go_through(struct world *world, struct crowd *crowd, uint32_t number, int64_t at_us,
                          int64_t end_us)
{
    struct stream *stream = &world->demand.stream[number];
    if (!has_ordinals(world, stream) || (crowd->count == TOGETHER && !send(world, crowd)))
        return at_us;
    if (crowd->count == 0)
        crowd->sources = 0;
    const struct source *source = add_source(world, crowd, number);
    struct demand_row row;
    row.number = DEMAND_NO_ROW;
    do {
        if (crowd->count == TOGETHER) {
            if (!send(world, crowd))
                break;
            source = keep_source(crowd);
        }
        add(crowd, source, at_us);
        at_us = demand_next_in_row(&world->demand, &world->rng, stream, &row, at_us);
    } while (at_us < end_us && has_ordinals(world, stream));
    return at_us;
}

/* --- a span --- */

/* Streams, and from one to its cells, where its set is, and the set: fetched some streams ahead. */
enum { STREAM_AHEAD = 9, SLOT_AHEAD = 6, SET_AHEAD = 3 };

static void fetch_stream(const struct world *world, const struct onset *onset, uint32_t i, int64_t end_us)
{
    if (i < onset->count && onset->next_us[i] < end_us)
        mem_fetch(&world->demand.stream[onset->stream[i]]);
}

static void fetch_slot(struct world *world, const struct onset *onset, uint32_t i, int64_t end_us)
{
    if (i >= onset->count || onset->next_us[i] >= end_us)
        return;
    const struct stream *stream = &world->demand.stream[onset->stream[i]];
    mem_fetch(choices_slot(&world->choices, stream->place, stream->stage));
    const int64_t *cell = world_pc(world, stream->place, stream->condition);
    mem_fetch(cell);
    if (world->scenario->travel.cost_per_km_fen > 0)
        mem_fetch(&cell[PC_patient_cost]);
}

static void fetch_set(const struct world *world, const struct onset *onset, uint32_t i, int64_t end_us)
{
    if (i >= onset->count || onset->next_us[i] >= end_us)
        return;
    const struct stream *stream = &world->demand.stream[onset->stream[i]];
    const struct choice_slot *slot = choices_slot(&world->choices, stream->place, stream->stage);
    for (size_t line = 0; slot->set != NULL && line < 5; line++)
        mem_fetch((const char *)slot->set + 64 * line);
}

void onset_schedule_span(struct world *world, int64_t at_us)
{
    engine_schedule(world->engine, world->number,
                    (struct event){.at_us = at_us, .kind = EVENT_ONSET, .who = world->number});
}

void onset_handle(struct world *world, const struct event *event)
{
    struct onset *onset = &world->part.onset;
    assert(world->quiet_us > event->at_us); /* whoever runs the engine says until when */
    int64_t end_us = event->at_us + onset->span_us;
    end_us = end_us < world->quiet_us ? end_us : world->quiet_us;
    onset->passes++;
    struct crowd crowd;
    crowd.count = crowd.choosers = crowd.sources = 0;
    for (uint32_t i = 0; i < onset->count; i++) {
        fetch_stream(world, onset, i + STREAM_AHEAD, end_us);
        fetch_slot(world, onset, i + SLOT_AHEAD, end_us);
        fetch_set(world, onset, i + SET_AHEAD, end_us);
        if (onset->next_us[i] < end_us)
            onset->next_us[i] = go_through(world, &crowd, onset->stream[i], onset->next_us[i], end_us);
    }
    (void)send(world, &crowd);
    if (onset->count > 0)
        onset_schedule_span(world, end_us);
}
