#include "sim/engine.h"

#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/crew.h"
#include "sim/mem.h"

enum {
    APART_BYTES = 128,   /* two cache lines: neighbours are fetched in pairs */
    AHEAD = 16,          /* events between a prefetch hint and its event */
    WORTH_SHARING = 128, /* events of a window: waking a thread costs as much as some tens */
};

struct letter {
    unsigned to;
    struct message message;
};

/* In a window nothing else is written by whoever runs the partition. */
struct partition {
    _Alignas(APART_BYTES) struct calendar *calendar; /* owned */
    int64_t now_us;
    uint64_t events, events_before; /* so far; up to the last window */
    bool stopped;                   /* for the reason below */
    struct letter *outbox;          /* owned; in the order of sending */
    size_t letters, outbox_capacity;
    char reason[ERR_TEXT];
};

/* Where a partition stands in the order of a window. */
struct rank {
    uint64_t events; /* of the last window */
    unsigned partition;
};

struct engine {
    struct engine_model model;
    void *world;
    unsigned count;
    int64_t window_us, bucket_us;
    struct partition *partitions; /* owned */

    struct crew *crew;  /* owned; NULL: one thread */
    struct rank *ranks; /* owned; the largest first; NULL as the crew */

    int64_t now_us;       /* of the last barrier */
    int64_t end_us;       /* of the window under way */
    int64_t next_plan_us; /* INT64_MAX: none */
    bool in_window;
    bool has_run; /* a window: before the first, nobody knows how much there is to share */

    atomic_bool stopping; /* somebody writes the reason */
    atomic_bool stopped;
    char reason[ERR_TEXT];
};

/* What this thread is at: whom engine_stop() stops. */
struct running {
    const struct engine *engine;
    struct partition *partition;
};
static _Thread_local struct running running;

/* The first reason wins. Reasons of partitions are collected after the window. */
PRINTF_LIKE(2, 3)
static void stop(struct engine *engine, const char *format, ...)
{
    struct partition *here = running.engine == engine ? running.partition : NULL;
    if (here != NULL ? here->stopped : atomic_exchange(&engine->stopping, true))
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(here != NULL ? here->reason : engine->reason, ERR_TEXT, format, args);
    va_end(args);
    if (here != NULL)
        here->stopped = true;
    else
        atomic_store(&engine->stopped, true);
}

static inline bool is_stopped(const struct engine *engine)
{
    return atomic_load_explicit(&engine->stopped, memory_order_acquire);
}

void engine_stop(struct engine *engine, const char *reason)
{
    stop(engine, "%s", reason);
}

static struct calendar *make_calendar(const struct engine *engine, unsigned partition, struct err *err)
{
    return calendar_new(
        engine->bucket_us, engine->model.compare,
        engine->model.context == NULL ? engine->world : engine->model.context(engine->world, partition), err);
}

static int make_partitions(struct engine *engine, struct err *err)
{
    size_t bytes = 0;
    if (!__builtin_mul_overflow((size_t)engine->count, sizeof *engine->partitions, &bytes))
        engine->partitions = aligned_alloc(APART_BYTES, bytes);
    if (engine->partitions == NULL)
        return err_fail(err, "out of memory: %u partitions could not be made", engine->count);
    memset(engine->partitions, 0, bytes);
    for (unsigned i = 0; i < engine->count; i++) {
        struct calendar *calendar = make_calendar(engine, i, err);
        if (calendar == NULL)
            return -1;
        engine->partitions[i].calendar = calendar;
    }
    return 0;
}

struct engine *engine_new(const struct engine_model *model, void *world, unsigned partitions,
                          int64_t window_us, int64_t bucket_us, struct err *err)
{
    assert(model->handle != NULL && model->compare != NULL);
    assert((model->plan == NULL) == (model->next_plan == NULL));
    if (partitions == 0 || (partitions > 1 && window_us <= 0)) {
        err_fail(err, "%u partitions cannot run in windows of %lld us", partitions, (long long)window_us);
        return NULL;
    }
    struct engine *engine = mem_zeroed(1, sizeof *engine, err);
    if (engine == NULL)
        return NULL;
    engine->model = *model;
    engine->world = world;
    engine->count = partitions;
    engine->window_us = window_us;
    engine->bucket_us = bucket_us;
    engine->next_plan_us = model->plan != NULL ? 0 : INT64_MAX;
    if (make_partitions(engine, err) != 0) {
        engine_free(engine);
        return NULL;
    }
    return engine;
}

void engine_end(struct engine *engine)
{
    for (unsigned i = 0; engine->partitions != NULL && i < engine->count; i++) {
        struct partition *partition = &engine->partitions[i];
        calendar_free(partition->calendar);
        free(partition->outbox);
        partition->calendar = NULL;
        partition->outbox = NULL;
        partition->letters = partition->outbox_capacity = 0;
    }
}

void engine_free(struct engine *engine)
{
    if (engine == NULL)
        return;
    crew_free(engine->crew);
    free(engine->ranks);
    engine_end(engine);
    free(engine->partitions);
    free(engine);
}

int engine_set_threads(struct engine *engine, unsigned threads, struct err *err)
{
    if (threads > engine->count)
        threads = engine->count;
    struct crew *crew = NULL;
    struct rank *ranks = NULL;
    if (threads != 1) {
        crew = crew_new(threads, err);
        ranks = crew == NULL ? NULL : mem_zeroed(engine->count, sizeof *ranks, err);
        if (ranks == NULL) {
            crew_free(crew);
            return -1;
        }
    }
    crew_free(engine->crew);
    free(engine->ranks);
    engine->crew = crew;
    engine->ranks = ranks;
    return 0;
}

int64_t engine_now(const struct engine *engine, unsigned partition)
{
    return engine->partitions[partition].now_us;
}

void engine_schedule(struct engine *engine, unsigned partition, struct event event)
{
    const struct partition *here = &engine->partitions[partition];
    if (event.at_us < here->now_us) {
        stop(engine, "an event of kind %u is scheduled at %lld us, before the clock, %lld us", event.kind,
             (long long)event.at_us, (long long)here->now_us);
        return;
    }
    calendar_push(here->calendar, event);
}

/* ---- Messages ---- */

/* Apart, since room for an error's words is ten kilobytes. */
__attribute__((noinline)) static bool grow_outbox(struct engine *engine, struct partition *from)
{
    struct err ignored = ERR_INIT;
    struct letter *outbox =
        mem_grow(from->outbox, &from->outbox_capacity, from->letters + 1, sizeof *outbox, &ignored);
    if (outbox == NULL) {
        stop(engine, "out of memory: %zu messages wait to be delivered", from->letters);
        return false;
    }
    from->outbox = outbox;
    return true;
}

static void post(struct engine *engine, struct partition *from, unsigned to, const struct message *message)
{
    if (from->letters < from->outbox_capacity || grow_outbox(engine, from))
        from->outbox[from->letters++] = (struct letter){to, *message};
}

void engine_send(struct engine *engine, unsigned from, unsigned to, int64_t delay_us, struct message message)
{
    struct partition *here = &engine->partitions[from];
    assert(to < engine->count);
    if (delay_us < 0 || __builtin_add_overflow(here->now_us, delay_us, &message.at_us)) {
        stop(engine, "a message of kind %u is sent at %lld us with a delay of %lld us", message.kind,
             (long long)here->now_us, (long long)delay_us);
        return;
    }
    if (from == to || !engine->in_window) {
        engine->model.deliver(engine->world, to, &message);
        return;
    }
    if (engine->model.lookahead == NULL && delay_us < engine->window_us) {
        stop(engine,
             "a message of kind %u from partition %u to %u has a delay of %lld us, shorter than the window "
             "of %lld us; "
             "declare the delay or merge the partitions",
             message.kind, from, to, (long long)delay_us, (long long)engine->window_us);
        return;
    }
    if (message.at_us < engine->end_us) {
        stop(engine,
             "a message of kind %u from partition %u to %u is due at %lld us, when the model had said that "
             "none is before %lld us",
             message.kind, from, to, (long long)message.at_us, (long long)engine->end_us);
        return;
    }
    post(engine, here, to, &message);
}

/* By sender, then in the order of sending: this depends on the cut but on nothing else (not on threads), and
 * deliver only fills calendars, which ignore the order. */
static void deliver_all(struct engine *engine)
{
    for (unsigned i = 0; i < engine->count; i++) {
        struct partition *from = &engine->partitions[i];
        for (size_t j = 0; j < from->letters; j++)
            engine->model.deliver(engine->world, from->outbox[j].to, &from->outbox[j].message);
        from->letters = 0;
    }
}

/* ---- Windows ---- */

static inline void look_ahead(struct engine *engine, unsigned number, struct calendar *calendar)
{
    struct event soon;
    bool any = false;
    while (calendar_foresee(calendar, AHEAD, &soon)) {
        engine->model.prefetch(engine->world, number, &soon);
        any = true;
    }
    if (!any)
        engine->model.prefetch(engine->world, number, NULL);
}

static void handle_events(struct engine *engine, unsigned number)
{
    struct partition *here = &engine->partitions[number];
    struct calendar *calendar = here->calendar;
    void (*const handle)(void *, unsigned, const struct event *) = engine->model.handle;
    const bool looks = engine->model.prefetch != NULL && calendar_has_buckets(calendar);
    void *world = engine->world;
    const int64_t end_us = engine->end_us;
    struct event event;
    while (!here->stopped && !is_stopped(engine) && calendar_take(calendar, end_us, &event)) {
        if (looks)
            look_ahead(engine, number, calendar);
        here->now_us = event.at_us;
        here->events++;
        handle(world, number, &event);
    }
    here->now_us = end_us;
}

static void run_partition(struct engine *engine, unsigned number)
{
    const struct running before = running;
    running = (struct running){engine, &engine->partitions[number]};
    handle_events(engine, number);
    running = before;
}

/* Planning and delivery fill calendars too. */
static void stop_if_exhausted(struct engine *engine)
{
    for (unsigned i = 0; i < engine->count; i++)
        if (calendar_exhausted(engine->partitions[i].calendar))
            stop(engine, "out of memory: %zu events are pending in partition %u",
                 calendar_pending(engine->partitions[i].calendar), i);
}

static int plan(struct engine *engine, struct err *err)
{
    if (engine->now_us != engine->next_plan_us)
        return 0;
    if (engine->model.plan(engine->world, engine->now_us, err) != 0)
        return err_fail(err, "planning at %lld us failed", (long long)engine->now_us);
    engine->next_plan_us = engine->model.next_plan(engine->world, engine->now_us);
    if (engine->next_plan_us <= engine->now_us)
        return err_fail(err, "the planning epoch after %lld us is at %lld us", (long long)engine->now_us,
                        (long long)engine->next_plan_us);
    return 0;
}

/* How far partitions can go without hearing of each other. Windows of one length end on a grid that starts at
 * 0, wherever runs and epochs cut them. */
static int64_t alone_until(const struct engine *engine)
{
    if (engine->count == 1)
        return INT64_MAX;
    if (engine->model.lookahead != NULL)
        return engine->model.lookahead(engine->world, engine->now_us);
    const int64_t left_us = engine->window_us - engine->now_us % engine->window_us;
    return left_us < INT64_MAX - engine->now_us ? engine->now_us + left_us : INT64_MAX;
}

static int64_t window_end(const struct engine *engine, int64_t until_us)
{
    const int64_t end_us = until_us < engine->next_plan_us ? until_us : engine->next_plan_us;
    const int64_t alone_us = alone_until(engine);
    return alone_us < end_us ? alone_us : end_us;
}

/* Of equals the lower number: not for the results, which do not depend on it, but for whoever looks on. */
static int by_size(const void *first, const void *second)
{
    const struct rank *a = first;
    const struct rank *b = second;
    if (a->events != b->events)
        return a->events > b->events ? -1 : 1;
    return (a->partition > b->partition) - (a->partition < b->partition);
}

/* Returns the events of the last window. */
static uint64_t count_window(struct engine *engine)
{
    uint64_t events = 0;
    for (unsigned i = 0; i < engine->count; i++) {
        struct partition *partition = &engine->partitions[i];
        engine->ranks[i] = (struct rank){partition->events - partition->events_before, i};
        partition->events_before = partition->events;
        events += engine->ranks[i].events;
    }
    return events;
}

static void run_ranked(void *job, unsigned piece)
{
    struct engine *engine = job;
    run_partition(engine, engine->ranks[piece].partition);
}

static void run_partitions(struct engine *engine)
{
    /* The largest of the last window will probably be large again: begun last, it would keep the others
     * waiting. */
    if (engine->crew != NULL && (count_window(engine) >= WORTH_SHARING || !engine->has_run)) {
        qsort(engine->ranks, engine->count, sizeof *engine->ranks, by_size);
        crew_run(engine->crew, run_ranked, engine, engine->count);
        return;
    }
    for (unsigned i = 0; i < engine->count; i++)
        run_partition(engine, i);
}

static void stop_if_a_partition_has(struct engine *engine)
{
    for (unsigned i = 0; i < engine->count; i++)
        if (engine->partitions[i].stopped)
            stop(engine, "%s", engine->partitions[i].reason);
}

static void run_window(struct engine *engine, int64_t end_us)
{
    engine->end_us = end_us;
    engine->in_window = true;
    run_partitions(engine);
    engine->in_window = false;
    engine->has_run = true;
    engine->now_us = end_us;
    stop_if_a_partition_has(engine);
    if (!is_stopped(engine))
        deliver_all(engine);
}

int engine_run(struct engine *engine, int64_t until_us, struct err *err)
{
    while (engine->now_us < until_us && !is_stopped(engine)) {
        if (plan(engine, err) != 0) {
            stop(engine, "planning failed before");
            return -1;
        }
        stop_if_exhausted(engine);
        if (is_stopped(engine))
            break;
        const int64_t end_us = window_end(engine, until_us);
        if (end_us <= engine->now_us) {
            stop(engine, "the model looks ahead from %lld us to %lld us", (long long)engine->now_us,
                 (long long)end_us);
            break;
        }
        run_window(engine, end_us);
        stop_if_exhausted(engine);
    }
    return is_stopped(engine) ? err_fail(err, "%s", engine->reason) : 0;
}

uint64_t engine_partition_events(const struct engine *engine, unsigned partition)
{
    return engine->partitions[partition].events;
}

uint64_t engine_events(const struct engine *engine)
{
    uint64_t events = 0;
    for (unsigned i = 0; i < engine->count; i++)
        events += engine->partitions[i].events;
    return events;
}

/* ---- Saving and taking up ---- */

struct event *engine_pending(const struct engine *engine, unsigned partition, size_t *count, struct err *err)
{
    const struct calendar *calendar = engine->partitions[partition].calendar;
    assert(!engine->in_window && engine->partitions[partition].letters == 0);
    *count = calendar_pending(calendar);
    struct event *events = mem_zeroed(*count, sizeof *events, err);
    if (events != NULL)
        calendar_copy(calendar, events);
    return events;
}

int engine_restart(struct engine *engine, int64_t now_us, struct err *err)
{
    assert(!engine->in_window);
    for (unsigned i = 0; i < engine->count; i++) {
        struct calendar *calendar = make_calendar(engine, i, err);
        if (calendar == NULL)
            return -1;
        calendar_free(engine->partitions[i].calendar);
        engine->partitions[i].calendar = calendar;
        engine->partitions[i].now_us = now_us;
    }
    engine->now_us = now_us;
    if (engine->model.plan != NULL)
        engine->next_plan_us = engine->model.next_plan(engine->world, now_us - 1);
    return 0;
}
