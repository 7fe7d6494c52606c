#include "models/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/state.h"

static int read_station(struct measures *measures, const struct scenario *scenario, size_t i, struct err *err)
{
    const struct station_spec *spec = SCENARIO_ITEM(scenario->stations, struct station_spec, i);
    struct measure_station *station = &measures->station[i];
    station->occupancy_to = spec->occupancy_to;
    station->limits = spec->wait_over.count;
    return named_times_read(scenario, &spec->wait_over, &measures->arena, &station->limit, err);
}

static int init_one(struct measures *measures, size_t station, size_t class_, int64_t longest_us,
                    struct err *err)
{
    const struct measure_station *asked = &measures->station[station];
    struct measure *measure = measure_of(measures, (int32_t)station, class_);
    if (asked->limits > 0)
        measure->over = arena_zeroed(&measures->arena, asked->limits, sizeof *measure->over, err);
    if ((asked->limits > 0 && measure->over == NULL) ||
        histogram_reserve(&measure->waits, longest_us, err) != 0)
        return -1;
    if (class_ > 0 || asked->occupancy_to < 0)
        return 0;
    measure->occupancy.to = asked->occupancy_to;
    measure->occupancy.at =
        arena_zeroed(&measures->arena, (size_t)asked->occupancy_to + 2, sizeof *measure->occupancy.at, err);
    return measure->occupancy.at == NULL ? -1 : 0;
}

int measures_init(struct measures *measures, const struct scenario *scenario, size_t classes, int64_t from_us,
                  int64_t longest_us, struct err *err)
{
    const size_t stations = scenario->stations.count;
    *measures = (struct measures){.classes = classes, .from_us = from_us};
    size_t count = 0;
    if (__builtin_mul_overflow(stations, classes + 1, &count) || stations > INT32_MAX)
        return err_fail(err, "%zu stations with %zu classes are too many to measure", stations, classes);
    measures->measure = arena_lines(&measures->arena, count, sizeof *measures->measure, err);
    measures->station = arena_zeroed(&measures->arena, stations, sizeof *measures->station, err);
    if (measures->measure == NULL || measures->station == NULL)
        return -1;
    measures->stations = stations;
    for (size_t i = 0; i < count; i++)
        histogram_init(&measures->measure[i].waits, scenario->run.fine_quantiles ? 10 : 5);
    int result = 0;
    for (size_t s = 0; s < stations; s++)
        if (read_station(measures, scenario, s, err) != 0)
            result = -1;
    for (size_t s = 0; s < stations && result == 0; s++)
        for (size_t c = 0; c <= classes && result == 0; c++)
            result = init_one(measures, s, c, longest_us, err);
    return result;
}

void measures_free(struct measures *measures)
{
    for (size_t i = 0; i < measures->stations * (measures->classes + 1); i++)
        histogram_free(&measures->measure[i].waits);
    arena_free(&measures->arena);
    *measures = (struct measures){0};
}

struct tally_sum measure_wait_all(const struct measure *measure)
{
    struct tally_sum all = {.count = measure->wait.count, .sum = measure->wait.sum};
    tally_sum_merge(&all, &measure->wait_left);
    return all;
}

/* The first cell of the histogram holds no wait but 0. */
uint64_t measure_waited_any(const struct measure *measure)
{
    const uint64_t at_once = measure->waits.cells > 0 ? measure->waits.count[0] : 0;
    return measure->wait.count - at_once + measure->wait_left.count;
}

static void restart_occupancy(struct occupancy *occupancy, int64_t now_us)
{
    const uint64_t level = (uint64_t)occupancy->level;
    occupancy->since_us = now_us;
    occupancy->squares = -((uint128)level * level * (uint64_t)now_us);
    if (occupancy->at != NULL)
        memset(occupancy->at, 0, ((size_t)occupancy->to + 2) * sizeof *occupancy->at);
}

static void restart_one(struct measure *measure, size_t limits, int64_t now_us)
{
    measure->arrivals = measure->served = measure->reneged = measure->balked = 0;
    measure->rejected = measure->interrupted = measure->blocked = 0;
    measure->wait = (struct tally){0};
    measure->sojourn = measure->wait_left = measure->overtime = (struct tally_sum){0};
    tally_level_restart(&measure->queue, now_us);
    tally_level_restart(&measure->busy, now_us);
    tally_level_restart(&measure->servers, now_us);
    tally_level_restart(&measure->held, now_us);
    restart_occupancy(&measure->occupancy, now_us);
    measure->waits.total = 0;
    memset(measure->waits.count, 0, measure->waits.cells * sizeof *measure->waits.count);
    if (measure->over != NULL)
        memset(measure->over, 0, limits * sizeof *measure->over);
}

void measures_restart(struct measures *measures, int64_t now_us)
{
    for (size_t s = 0; s < measures->stations; s++)
        for (size_t c = 0; c <= measures->classes; c++)
            restart_one(measure_of(measures, (int32_t)s, c), measures->station[s].limits, now_us);
}

double occupancy_mean(const struct measure *measure, int64_t from_us, int64_t now_us)
{
    return tally_level_mean(&measure->queue, from_us, now_us) +
           tally_level_mean(&measure->busy, from_us, now_us);
}

double occupancy_variance(const struct measure *measure, int64_t from_us, int64_t now_us)
{
    if (now_us <= from_us)
        return NAN;
    const double mean = occupancy_mean(measure, from_us, now_us);
    const uint64_t level = (uint64_t)measure->occupancy.level;
    const uint128 squares = measure->occupancy.squares + (uint128)level * level * (uint64_t)now_us;
    const long double square = (long double)squares / (long double)(now_us - from_us);
    return fmax(0, (double)(square - (long double)mean * mean));
}

/* --- saving --- */

/* clang-format off */
#define OCCUPANCY_STATE(ONE, ALL, NOT) \
    ONE(struct occupancy, squares) ONE(struct occupancy, level) ONE(struct occupancy, since_us) \
    NOT(struct occupancy, at) NOT(struct occupancy, to)
STATE_LAYOUT(occupancy, struct occupancy, OCCUPANCY_STATE, 0);

#define MEASURE_STATE(ONE, ALL, NOT) \
    ONE(struct measure, arrivals) ONE(struct measure, served) ONE(struct measure, reneged) \
    ONE(struct measure, balked) ONE(struct measure, rejected) ONE(struct measure, interrupted) \
    ONE(struct measure, blocked) NOT(struct measure, wait) NOT(struct measure, wait_left) \
    NOT(struct measure, sojourn) NOT(struct measure, queue) NOT(struct measure, busy) \
    NOT(struct measure, servers) NOT(struct measure, held) NOT(struct measure, overtime) \
    NOT(struct measure, occupancy) NOT(struct measure, waits) NOT(struct measure, over)
STATE_LAYOUT(measure, struct measure, MEASURE_STATE, 32);
/* clang-format on */

static size_t occupancy_cells(const struct occupancy *occupancy)
{
    return occupancy->at == NULL ? 0 : (size_t)occupancy->to + 2;
}

static void save_one(const struct measure *measure, size_t limits, struct state_writer *writer)
{
    state_put_array(writer, &measure_layout, measure, 1);
    tally_save(&measure->wait, 1, writer);
    tally_sum_save(&measure->wait_left, 1, writer);
    tally_sum_save(&measure->sojourn, 1, writer);
    tally_sum_save(&measure->overtime, 1, writer);
    tally_level_save(&measure->queue, 1, writer);
    tally_level_save(&measure->busy, 1, writer);
    tally_level_save(&measure->servers, 1, writer);
    tally_level_save(&measure->held, 1, writer);
    state_put_array(writer, &occupancy_layout, &measure->occupancy, 1);
    state_put_sparse(writer, measure->occupancy.at, occupancy_cells(&measure->occupancy));
    histogram_save(&measure->waits, writer);
    state_put_sparse(writer, measure->over, limits);
}

static void restore_one(struct measure *measure, size_t limits, struct state_reader *reader)
{
    state_get_array(reader, &measure_layout, measure, 1);
    tally_restore(&measure->wait, 1, reader);
    tally_sum_restore(&measure->wait_left, 1, reader);
    tally_sum_restore(&measure->sojourn, 1, reader);
    tally_sum_restore(&measure->overtime, 1, reader);
    tally_level_restore(&measure->queue, 1, reader);
    tally_level_restore(&measure->busy, 1, reader);
    tally_level_restore(&measure->servers, 1, reader);
    tally_level_restore(&measure->held, 1, reader);
    state_get_array(reader, &occupancy_layout, &measure->occupancy, 1);
    state_get_sparse(reader, measure->occupancy.at, occupancy_cells(&measure->occupancy));
    histogram_restore(&measure->waits, reader);
    state_get_sparse(reader, measure->over, limits);
    if (measure->occupancy.level < 0) /* finds a cell */
        state_refuse(reader, "has a station with fewer than nobody; make it again");
}

void measures_save(const struct measures *measures, struct state_writer *writer)
{
    state_begin(writer, "measures", 2);
    state_put_u64(writer, measures->stations);
    state_put_u64(writer, measures->classes);
    for (size_t s = 0; s < measures->stations; s++)
        for (size_t c = 0; c <= measures->classes; c++)
            save_one(measure_of(measures, (int32_t)s, c), measures->station[s].limits, writer);
    state_end(writer);
}

void measures_restore(struct measures *measures, struct state_reader *reader)
{
    state_enter(reader, "measures", 2);
    if (state_get_u64(reader) != measures->stations || state_get_u64(reader) != measures->classes)
        state_refuse(reader, "measures other stations or classes; take the scenario that it was made from");
    for (size_t s = 0; s < measures->stations && !reader->failed; s++)
        for (size_t c = 0; c <= measures->classes; c++)
            restore_one(measure_of(measures, (int32_t)s, c), measures->station[s].limits, reader);
    state_leave(reader);
}
