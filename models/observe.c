#include "models/observe.h"

#include "models/partition.h"
#include "models/world_parts.h"
#include "sim/state.h"
#include "sim/window.h"

static int check_cycle(const struct scenario *scenario, const struct observe *observe, struct err *err)
{
    const struct run_spec *run = &scenario->run;
    if (observe->cycle_us > 0 && observe->times == 0)
        return scenario_blame(
            scenario, &run->observe_cycle_us, err,
            "has no effect without observe; give times of the cycle there, or take it away");
    if (observe->cycle_us > 0 && observe->time[observe->times - 1].us >= observe->cycle_us)
        return scenario_blame(scenario, &run->observe, err,
                              "has times beyond the end of observe_cycle; write times below it");
    return 0;
}

static int check_length(const struct world *world, const struct observe *observe, struct err *err)
{
    if (observe->cycle_us == 0 && observe->times > 0 &&
        observe->time[observe->times - 1].us > world->end_us - world->warmup_us)
        return scenario_blame(
            world->scenario, &world->scenario->run.observe, err,
            "has times beyond the end of the run; write times up to length, or lengthen the run");
    return 0;
}

/* Cycles are counted as those of timetables: a week from Monday on, any other from the start of the run.
 * 1970-01-05 was a Monday. */
static int64_t cycle_start(int64_t start_us, int64_t cycle_us)
{
    const int64_t monday_us = 4 * WINDOW_DAY_US;
    if (cycle_us != 7 * WINDOW_DAY_US)
        return 0;
    const int64_t past_us = (start_us - monday_us) % cycle_us;
    return past_us < 0 ? -past_us - cycle_us : -past_us;
}

/* Goes on to the time after the present one. */
static void advance(struct observe *observe)
{
    observe->next++;
    if (observe->next == observe->times && observe->cycle_us > 0) {
        observe->next = 0;
        observe->base_us += observe->cycle_us;
    }
    if (observe->next < observe->times &&
        observe->base_us + observe->time[observe->next].us > observe->until_us)
        observe->next = observe->times;
}

static void find_first(struct observe *observe, const struct world *world)
{
    observe->base_us = world->warmup_us;
    observe->until_us = world->end_us;
    if (observe->cycle_us == 0 || observe->times == 0)
        return;
    const int64_t origin_us = cycle_start(world->scenario->run.start_us, observe->cycle_us);
    observe->until_us = world->end_us - 1;
    observe->base_us = origin_us + (world->warmup_us - origin_us) / observe->cycle_us * observe->cycle_us;
    while (observe_due(observe) < world->warmup_us)
        advance(observe);
    if (observe_due(observe) > observe->until_us)
        observe->next = observe->times;
}

static int allocate(struct world *world, struct observe *observe, struct err *err)
{
    struct arena *arena = &world->arena;
    observe->stations = world->measures.stations;
    observe->classes = world->measures.classes;
    size_t cells = 0;
    if (__builtin_mul_overflow(observe->stations * (observe->classes + 1), observe->times, &cells))
        return err_fail(err, "%zu times are too many to observe %zu stations", observe->times,
                        observe->stations);
    observe->count = arena_zeroed(arena, observe->times, sizeof *observe->count, err);
    observe->present = arena_zeroed(arena, observe->times, sizeof *observe->present, err);
    observe->at = arena_zeroed(arena, cells, sizeof *observe->at, err);
    observe->ward = arena_zeroed(arena, observe->stations, sizeof *observe->ward, err);
    if (observe->count == NULL || observe->present == NULL || observe->at == NULL || observe->ward == NULL)
        return -1;
    for (size_t w = 0; w < world->facilities.ward_count; w++) {
        const struct ward *ward = &world->facilities.ward[w];
        if (ward->measure >= 0)
            observe->ward[ward->measure] = ward;
    }
    return 0;
}

int observe_init(struct world *world, struct err *err)
{
    struct observe *observe = &world->observe;
    const struct scenario *scenario = world->scenario;
    *observe =
        (struct observe){.times = scenario->run.observe.count, .cycle_us = scenario->run.observe_cycle_us};
    if (named_times_read(scenario, &scenario->run.observe, &world->arena, &observe->time, err) != 0 ||
        check_cycle(scenario, observe, err) != 0 || check_length(world, observe, err) != 0 ||
        allocate(world, observe, err) != 0)
        return -1;
    find_first(observe, world);
    return 0;
}

int64_t observe_due(const struct observe *observe)
{
    return observe->next < observe->times ? observe->base_us + observe->time[observe->next].us : INT64_MAX;
}

static struct observed *cell(struct observe *observe, size_t station, size_t class_, size_t time)
{
    return &observe->at[(station * (observe->classes + 1) + class_) * observe->times + time];
}

static void observe_station(struct world *world, size_t station, size_t time)
{
    const struct station *state = &world->observe.ward[station]->station;
    struct observed *all = cell(&world->observe, station, 0, time);
    all->queue += state->waiting;
    all->busy += state->busy;
    all->all_busy += state->servers != STATION_UNLIMITED && state->busy >= state->servers;
    for (size_t c = 1; c <= world->observe.classes; c++) {
        const struct measure *measure = measure_of(&world->measures, (int32_t)station, c);
        struct observed *own = cell(&world->observe, station, c, time);
        own->queue += measure->queue.level;
        own->busy += measure->busy.level;
    }
}

void observe_now(struct world *world, int64_t now_us)
{
    struct observe *observe = &world->observe;
    if (observe_due(observe) != now_us)
        return;
    const size_t time = observe->next;
    observe->count[time]++;
    observe->present[time] += partition_present(world);
    for (size_t s = 0; s < observe->stations; s++)
        if (observe->ward[s] != NULL)
            observe_station(world, s, time);
    advance(observe);
}

/* clang-format off */
#define OBSERVED_STATE(ONE, ALL, NOT) \
    ONE(struct observed, queue) ONE(struct observed, busy) ONE(struct observed, all_busy)
STATE_LAYOUT(observed, struct observed, OBSERVED_STATE, 8);

#define OBSERVE_STATE(ONE, ALL, NOT) \
    NOT(struct observe, time) NOT(struct observe, times) NOT(struct observe, cycle_us) \
    ONE(struct observe, base_us) ONE(struct observe, next) NOT(struct observe, until_us) \
    NOT(struct observe, count) NOT(struct observe, present) NOT(struct observe, at) \
    NOT(struct observe, ward) NOT(struct observe, stations) NOT(struct observe, classes)
STATE_LAYOUT(observe, struct observe, OBSERVE_STATE, 0);
/* clang-format on */

static size_t observed_cells(const struct observe *observe)
{
    return observe->stations * (observe->classes + 1) * observe->times;
}

void observe_save(const struct observe *observe, struct state_writer *writer)
{
    state_begin(writer, "observe", 1);
    state_put_array(writer, &observe_layout, observe, 1);
    state_put_numbers(writer, observe->count, sizeof *observe->count, observe->times);
    state_put_numbers(writer, observe->present, sizeof *observe->present, observe->times);
    state_put_array(writer, &observed_layout, observe->at, observed_cells(observe));
    state_end(writer);
}

void observe_restore(struct observe *observe, struct state_reader *reader)
{
    state_enter(reader, "observe", 1);
    state_get_array(reader, &observe_layout, observe, 1);
    state_get_numbers(reader, observe->count, sizeof *observe->count, observe->times);
    state_get_numbers(reader, observe->present, sizeof *observe->present, observe->times);
    state_get_array(reader, &observed_layout, observe->at, observed_cells(observe));
    if (observe->next > observe->times)
        state_refuse(reader, "observes at a time that does not exist; make it again");
    state_leave(reader);
}
