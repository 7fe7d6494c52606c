#include "models/onset.h"

#include <math.h>
#include <stdlib.h>

#include "models/case.h"
#include "sim/mem.h"
#include "sim/window.h"

/* Long spans find more patients in each stream, and have more of them on record: as many days as bring so
 * many patients, on the average. */
enum { PATIENTS_OF_A_STREAM = 16, DAYS_MOST = 7 };

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
        world->view[p]->part.onset.begins_us = INT64_MAX;
        world->view[p]->part.onset.undecided_us = -1;
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

int64_t onset_known_until(const struct world *whole, int64_t now_us)
{
    size_t streams = 0;
    int64_t until_us = INT64_MAX;
    for (unsigned p = 0; p < whole->partitions; p++) {
        const struct onset *onset = &whole->view[p]->part.onset;
        streams += onset->count;
        until_us = onset->begins_us < until_us ? onset->begins_us : until_us;
        until_us = onset->undecided_us >= now_us ? now_us : until_us;
    }
    return streams == whole->demand.count && until_us > now_us ? until_us : now_us;
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
            onset_schedule_span(whole->view[p], now_us);
}

uint64_t onset_events(const struct world *whole)
{
    uint64_t events = engine_events(whole->engine);
    for (unsigned p = 0; p < whole->partitions; p++)
        events += whole->view[p]->part.onset.ill - whole->view[p]->part.onset.passes;
    return events;
}
