#include "models/onset.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "models/case.h"
#include "models/journey.h"
#include "models/stay.h"
#include "sim/mem.h"
#include "sim/window.h"

/* Long spans find more patients in each stream, and have more of them on record: as many days as bring so
 * many patients, on the average. */
enum { PATIENTS_OF_A_STREAM = 8, DAYS_MOST = 7 };

/* --- one by one --- */

static const struct luck_batch *luck_of_arrivals(const struct world *world, uint32_t stream, uint32_t number)
{
    return case_arrival_ahead(world, &world->demand.stream[stream], stream, number);
}

struct rng_words onset_luck(const struct world *world, uint32_t stream, uint32_t number)
{
    if (world->part.luck.batch != NULL)
        return luck_of_arrivals(world, stream, number)->words[number % LUCK_BATCH];
    const struct rng_purpose what = {.quantity = DRAW_ARRIVAL};
    const struct rng_words *drawn =
        drawn_find(&world->part.drawn, (struct drawn_key){stream, number, rng_what(what), 0});
    if (drawn != NULL)
        return *drawn;
    return rng_draw(&world->rng,
                    (struct rng_identity){.stream = world->demand.stream[stream].hash, .ordinal = number},
                    what);
}

/* When the next arrival comes, from its luck. */
static int64_t next_arrival(struct world *world, uint32_t stream_index, int64_t since_us)
{
    struct stream *stream = &world->demand.stream[stream_index];
    if (world->part.luck.batch == NULL || stream->flow != NULL) {
        stream->luck = onset_luck(world, stream_index, stream->next_arrival);
        return demand_next(&world->demand, stream, since_us);
    }
    const struct luck_batch *batch = luck_of_arrivals(world, stream_index, stream->next_arrival);
    stream->luck = batch->words[stream->next_arrival % LUCK_BATCH];
    return since_us + demand_gap(stream, batch->value[stream->next_arrival % LUCK_BATCH]);
}

static void schedule_at(struct world *world, uint32_t stream, int64_t at_us)
{
    if (at_us != DEMAND_NEVER)
        engine_schedule(world->engine, world->number,
                        (struct event){.at_us = at_us, .kind = EVENT_ARRIVAL, .who = stream});
}

void onset_schedule(struct world *world, uint32_t stream, int64_t since_us)
{
    schedule_at(world, stream, next_arrival(world, stream, since_us));
}

/* --- which streams --- */

/* At random, one at a time, for ever. */
static bool comes_singly(const struct flow *flow)
{
    return flow == NULL ||
           (flow->gap == NULL && flow->time_us == NULL && flow->batch == NULL && flow->most == UINT32_MAX);
}

/* Patients go to a facility, by a choice that reads no more than what is known of facilities; there is a way
 * to go, so that nothing else happens at onset. */
static bool is_ahead(const struct world *world, const struct stream *stream)
{
    const struct stage *stage = &world->pathways.stage[stream->stage];
    return stage->ward < 0 && (stage->need_count > 0 || stage->service >= 0) &&
           (stage->choice == CHOICE_STAY || stage->stay) && !stream->visits && comes_singly(stream->flow);
}

static bool any_is_ahead(const struct world *world)
{
    return world->facilities.count > 0 && !world->has_extra && world->pathways.loop_stages == 0 &&
           world->scenario->run.most_present < 0 && world->scenario->travel.fixed_us > 0 &&
           !world->geography.trivial;
}

static int by_number(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

struct listed {
    uint32_t place, condition, stream;
};

static int by_place(const void *first, const void *second)
{
    const struct listed *a = first, *b = second;
    const int order = by_number(a->place, b->place);
    return order != 0 ? order : by_number(a->condition, b->condition);
}

static int make_list(struct world *view, const struct listed *listed, uint32_t count, struct err *err)
{
    struct onset *onset = &view->part.onset;
    onset->stream = arena_zeroed(&view->arena, count, sizeof *onset->stream, err);
    onset->next_us = arena_zeroed(&view->arena, count, sizeof *onset->next_us, err);
    if (onset->stream == NULL || onset->next_us == NULL)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (view->part_of_place[listed[i].place] == view->number) {
            view->onset_at[listed[i].stream] = ++onset->count;
            onset->stream[onset->count - 1] = listed[i].stream;
            onset->next_us[onset->count - 1] = DEMAND_NEVER;
        }
    return 0;
}

static int64_t span_us(const struct world *view)
{
    const struct onset *onset = &view->part.onset;
    double patients_a_day = 0;
    for (uint32_t i = 0; i < onset->count; i++)
        patients_a_day += view->demand.stream[onset->stream[i]].rate_per_s * (WINDOW_DAY_US * 1e-6);
    const double days = ceil(PATIENTS_OF_A_STREAM * (double)onset->count / patients_a_day);
    return WINDOW_DAY_US * (days < DAYS_MOST ? (int64_t)fmax(days, 1) : DAYS_MOST);
}

int onset_init(struct world *world, struct err *err)
{
    const uint32_t streams = (uint32_t)world->demand.count;
    uint32_t *at = arena_zeroed(&world->arena, streams, sizeof *at, err);
    struct listed *listed = mem_zeroed(streams, sizeof *listed, err);
    uint32_t count = 0;
    int answer = at == NULL || listed == NULL ? -1 : 0;
    for (uint32_t s = 0; answer == 0 && any_is_ahead(world) && s < streams; s++) {
        const struct stream *stream = &world->demand.stream[s];
        if (is_ahead(world, stream))
            listed[count++] = (struct listed){stream->place, stream->condition, s};
    }
    if (count > 0)
        qsort(listed, count, sizeof *listed, by_place);
    for (unsigned p = 0; answer == 0 && p < world->partitions; p++) {
        world->view[p]->onset_at = at;
        answer = count > 0 ? make_list(world->view[p], listed, count, err) : 0;
        world->view[p]->part.onset.span_us = span_us(world->view[p]);
    }
    free(listed);
    return answer;
}

bool onset_is_ahead(const struct world *world, uint32_t stream)
{
    return world->onset_at[stream] > 0;
}

static void schedule_span(struct world *world, int64_t at_us)
{
    engine_schedule(world->engine, world->number,
                    (struct event){.at_us = at_us, .kind = EVENT_ONSET, .who = world->number});
}

void onset_start(struct world *whole)
{
    for (uint32_t s = 0; s < whole->demand.count; s++) {
        struct world *world = world_at_place(whole, whole->demand.stream[s].place);
        const int64_t at_us = next_arrival(world, s, 0);
        if (onset_is_ahead(whole, s))
            world->part.onset.next_us[whole->onset_at[s] - 1] = at_us;
        else
            schedule_at(world, s, at_us);
    }
    onset_restart(whole, 0);
}

void onset_one_by_one(struct world *whole)
{
    for (unsigned p = 0; p < whole->partitions; p++) {
        struct world *world = whole->view[p];
        struct onset *onset = &world->part.onset;
        for (uint32_t i = 0; i < onset->count; i++) {
            schedule_at(world, onset->stream[i], onset->next_us[i]);
            whole->onset_at[onset->stream[i]] = 0;
        }
        onset->count = 0; /* the span that is scheduled finds nobody */
    }
}

/* --- saving and counting --- */

void onset_save(const struct world *whole, int64_t *at_us)
{
    for (unsigned p = 0; p < whole->partitions; p++) {
        const struct onset *onset = &whole->view[p]->part.onset;
        for (uint32_t i = 0; i < onset->count; i++)
            at_us[onset->stream[i]] = onset->next_us[i];
    }
}

void onset_restore(struct world *whole, uint32_t stream, int64_t at_us)
{
    struct world *world = world_at_place(whole, whole->demand.stream[stream].place);
    if (onset_is_ahead(whole, stream))
        world->part.onset.next_us[whole->onset_at[stream] - 1] = at_us;
    else
        schedule_at(world, stream, at_us);
}

void onset_restart(struct world *whole, int64_t now_us)
{
    for (unsigned p = 0; p < whole->partitions; p++)
        if (whole->view[p]->part.onset.count > 0)
            schedule_span(whole->view[p], now_us);
}

uint64_t onset_events(const struct world *whole)
{
    uint64_t events = engine_events(whole->engine);
    for (unsigned p = 0; p < whole->partitions; p++)
        events += whole->view[p]->part.onset.ill - whole->view[p]->part.onset.passes;
    return events;
}

/* --- a span --- */

/* What the patients of a stream have in common. */
struct source {
    struct stream *stream;
    uint32_t number;
    const struct condition *condition;
    const struct stage *stage;
    int64_t *cell;
    struct demand_row row;
};

/* As journey_to(), for whoever sets out for the first time, at that time. */
static void set_out(struct world *world, uint32_t who, const struct source *source, uint32_t facility,
                    int64_t at_us)
{
    struct patient *patient = case_patient(world, who);
    const bool stays_home = world->facilities.glance[facility].stays_home;
    struct travel way = {.us = world->scenario->travel.fixed_us};
    if (!stays_home) {
        way = choice_way(world, source->stream->place, facility);
        source->cell[PC_travel_time] += way.us;
        source->cell[PC_travel_distance] += way.m;
    }
    source->cell[PC_sought_care]++;
    source->cell[PC_patient_cost] += 2 * world->scenario->travel.cost_per_km_fen * way.m / 1000;
    patient->more |= PATIENT_SOUGHT;
    patient_keep_way(patient, way.us, way.m);
    patient->facility = facility;
    const unsigned partition = world_at_facility(world, facility)->number;
    if (partition == world->number) {
        case_schedule(world, who, EVENT_TRANSFER, at_us + way.us);
        return;
    }
    struct message message = {.kind = EVENT_TRANSFER};
    case_pack(world, who, &message);
    patients_give_back(&world->part.patients, who);
    engine_send(world->engine, world->number, partition,
                at_us + way.us - engine_now(world->engine, world->number), message);
}

static bool is_at_a_facility(uint32_t to)
{
    return to != PATIENT_NOWHERE && to != CHOICE_HOME;
}

/* Seeks care at that time: sets out at once, or does then whatever else there is to do. */
static void seek(struct world *world, uint32_t who, const struct source *source, int64_t at_us)
{
    struct patient *patient = case_patient(world, who);
    const struct stage *stage = source->stage;
    const bool chooses = stage->choice != CHOICE_STAY;
    patient->asked_us = at_us;
    const uint32_t to = chooses ? stay_choose(world, patient, stage) : journey_first(world, patient);
    if (!is_at_a_facility(to)) {
        case_schedule(world, who, EVENT_REVIEW, at_us);
        return;
    }
    world->part.onset.ill++;
    if (chooses)
        patient->flags |= (uint8_t)(PATIENT_PLACED | (stage->treats ? PATIENT_NEEDED : 0));
    set_out(world, who, source, to, at_us);
}

static bool fall_ill(struct world *world, const struct source *source, int64_t at_us)
{
    struct stream *stream = source->stream;
    if (stream->next_ordinal >= CASE_BACKLOG) {
        engine_stop(world->engine, "a condition has more than 2147483648 patients in one place; divide it");
        return false;
    }
    const uint32_t who = case_open(world);
    if (who == PATIENT_NOWHERE)
        return false;
    struct patient *patient = case_patient(world, who);
    const struct rng_words luck = stream->luck;
    patient->stream = source->number;
    patient->ordinal = stream->next_ordinal++;
    stream->next_arrival++;
    patient->onset_us = at_us;
    patient->stage = stream->stage;
    patient->facility = PATIENT_NOWHERE;
    patient->severity = (uint8_t)condition_severity(source->condition, luck.w[1]);
    source->cell[PC_patients]++;
    world->system.of[stream->condition].arrivals++;
    case_count_present(world, at_us, 1);
    const struct dist *delay = source->condition->delay;
    const int64_t delay_us = delay == NULL ? 0 : dist_value(delay, luck.w[2], patient->ordinal, 0);
    if (delay_us > 0) {
        world->part.onset.ill++;
        case_schedule(world, who, EVENT_REVIEW, at_us + delay_us);
    } else {
        seek(world, who, source, at_us);
    }
    return true;
}

/* All of a stream who come before `end_us`; returns when the next one comes. */
static int64_t go_through(struct world *world, uint32_t number, int64_t at_us, int64_t end_us)
{
    struct stream *stream = &world->demand.stream[number];
    struct source source;
    source.stream = stream;
    source.number = number;
    source.condition = &world->pathways.condition[stream->condition];
    source.stage = &world->pathways.stage[stream->stage];
    source.cell = world_pc(world, stream->place, stream->condition);
    source.row.number = DEMAND_NO_ROW;
    while (at_us < end_us && fall_ill(world, &source, at_us))
        at_us = demand_next_in_row(&world->demand, &world->rng, stream, &source.row, at_us);
    return at_us;
}

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
    mem_fetch(world_pc(world, stream->place, stream->condition));
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

void onset_handle(struct world *world, const struct event *event)
{
    struct onset *onset = &world->part.onset;
    assert(world->quiet_us > event->at_us); /* whoever runs the engine says until when */
    int64_t end_us = event->at_us + onset->span_us;
    end_us = end_us < world->quiet_us ? end_us : world->quiet_us;
    onset->passes++;
    for (uint32_t i = 0; i < onset->count; i++) {
        fetch_stream(world, onset, i + STREAM_AHEAD, end_us);
        fetch_slot(world, onset, i + SLOT_AHEAD, end_us);
        fetch_set(world, onset, i + SET_AHEAD, end_us);
        if (onset->next_us[i] < end_us)
            onset->next_us[i] = go_through(world, onset->stream[i], onset->next_us[i], end_us);
    }
    if (onset->count > 0)
        schedule_span(world, end_us);
}
