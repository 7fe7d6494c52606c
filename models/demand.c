#include "models/demand.h"

#include <math.h>
#include <string.h>

#include "models/arrivals.h"
#include "models/patient.h"
#include "models/saving.h"
#include "sim/state.h"

#define YEARS_10000_S (10000.0 * 365 * 86400)

enum { GREATEST_BATCH = 1000000 };

struct build {
    struct demand *demand;
    const struct scenario *scenario;
    const struct geography *geography;
    struct pathways *pathways;
    struct arena *arena;
    struct err *err;
};

static int compile(struct build *build, struct dist_spec *const *spec, const struct dist **dist)
{
    return pathways_dist(build->pathways, build->scenario, (const struct dist_spec *const *)spec, dist,
                         build->err);
}

/* --- what is not plain ---------------------------------------------------- */

static int set_gap(struct build *build, const struct arrivals_spec *arrivals, struct flow *flow)
{
    if (compile(build, &arrivals->gap, &flow->gap) != 0)
        return -1;
    if (flow->gap != NULL && !(dist_mean(flow->gap) > 0))
        return scenario_blame(build->scenario, &arrivals->gap, build->err,
                              "the gaps have no positive mean; make them longer than 0");
    return 0;
}

static int64_t patients_of(int64_t millionths)
{
    return (millionths + 500000) / 1000000;
}

static int set_batch(struct build *build, const struct arrivals_spec *arrivals, struct flow *flow)
{
    flow->mean_batch = 1;
    if (compile(build, &arrivals->batch, &flow->batch) != 0)
        return -1;
    if (flow->batch == NULL)
        return 0;
    const size_t items = arrivals->batch->kind == DIST_LISTED ? arrivals->batch->count : 1;
    int64_t least = INT64_MAX, greatest = 0;
    for (size_t i = 0; i < items; i++) {
        const int64_t low = dist_value(flow->batch, 0, i, 0),
                      high = dist_value(flow->batch, UINT32_MAX, i, 0);
        least = low < least ? low : least;
        greatest = high > greatest ? high : greatest;
    }
    if (least < 0)
        return scenario_blame(build->scenario, &arrivals->batch, build->err,
                              "a batch could be negative; choose a distribution without negative values");
    if (patients_of(greatest) > GREATEST_BATCH)
        return scenario_blame(build->scenario, &arrivals->batch, build->err,
                              "a batch could be of %lld patients; at most %d are possible",
                              (long long)patients_of(greatest), GREATEST_BATCH);
    if (patients_of(greatest) == 0)
        return scenario_blame(build->scenario, &arrivals->batch, build->err,
                              "a batch is always of 0 patients; write 1 or more");
    flow->mean_batch = dist_mean(flow->batch);
    return 0;
}

static int set_times(struct build *build, const struct arrivals_spec *arrivals, struct flow *flow)
{
    const size_t count = arrivals->times_s.count;
    flow->most = arrivals->count > 0 ? (uint32_t)arrivals->count : UINT32_MAX;
    if (count == 0)
        return 0;
    if (count < flow->most)
        flow->most = (uint32_t)count;
    int64_t *time_us = arena_zeroed(build->arena, count, sizeof *time_us, build->err);
    if (time_us == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        time_us[i] = llround(*SCENARIO_ITEM(arrivals->times_s, double, i) * 1e6);
    flow->time_us = time_us;
    return 0;
}

static int set_rhythm(struct build *build, const struct arrivals_spec *arrivals, struct rhythm *rhythm,
                      struct flow *flow)
{
    const struct wave_spec *wave = &arrivals->wave;
    const struct profile_spec *profile = &arrivals->profile;
    const struct key_list *parts = profile->weights.count > 0 ? &profile->weights : &profile->rates;
    if (wave->amplitude > 0 &&
        rhythm_wave(rhythm, wave->amplitude, wave->period_us, wave->phase_us, build->arena, build->err) != 0)
        return -1;
    if (parts->count > 0 && rhythm_profile(rhythm, SCENARIO_ITEM(*parts, double, 0), parts->count,
                                           profile->cycle_us, build->arena, build->err) != 0)
        return -1;
    flow->rhythm = rhythm->cells > 0 ? rhythm : NULL;
    return 0;
}

/* NULL when all is plain. */
static int make_flow(struct build *build, const struct arrivals_spec *arrivals, struct rhythm *rhythm,
                     const struct flow **result)
{
    struct flow flow = {.gap = NULL};
    *result = NULL;
    if (set_gap(build, arrivals, &flow) != 0 || set_batch(build, arrivals, &flow) != 0 ||
        set_times(build, arrivals, &flow) != 0 || set_rhythm(build, arrivals, rhythm, &flow) != 0)
        return -1;
    if (flow.gap == NULL && flow.rhythm == NULL && flow.time_us == NULL && flow.batch == NULL &&
        arrivals->count == 0)
        return 0;
    struct flow *kept = arena_zeroed(build->arena, 1, sizeof *kept, build->err);
    if (kept == NULL)
        return -1;
    *kept = flow;
    *result = kept;
    return 0;
}

/* --- streams -------------------------------------------------------------- */

static bool at_place(const struct arrivals_spec *arrivals, const struct place *place)
{
    if (arrivals->at.count == 0 || place->outside)
        return place->selected;
    return geography_named(place, &arrivals->at);
}

/* A stream that is no part of a place's people is in one place, by its code. */
static int check_places(const struct build *build, const struct arrivals_spec *arrivals)
{
    const struct scenario *scenario = build->scenario;
    if (arrivals_by_place(arrivals))
        return geography_check_names(build->geography, scenario, &arrivals->at, build->err);
    const char *code = arrivals->at.count > 0 ? *SCENARIO_ITEM(arrivals->at, char *const, 0) : NULL;
    if (code == NULL || geography_find(build->geography, code) >= 0)
        return 0;
    return scenario_blame(
        scenario, &arrivals->at, build->err, "no place has the code \"%s\"; use a code of %s", code,
        scenario->places.file != NULL ? scenario->places.file : "the scenario's list of places");
}

/* The stage with which patients begin. */
static uint16_t entry(const struct build *build, const struct condition_spec *spec, size_t condition)
{
    const uint32_t first = build->pathways->condition[condition].first_stage;
    for (size_t i = 0; spec->arrivals.into != NULL && i < spec->pathway.count; i++)
        if (strcmp(SCENARIO_ITEM(spec->pathway, struct stage_spec, i)->id, spec->arrivals.into) == 0)
            return (uint16_t)(first + i);
    return (uint16_t)first;
}

static int set_stream(struct build *build, const struct condition_spec *spec, const struct stream *model,
                      size_t place, struct stream *stream)
{
    *stream = *model;
    stream->hash = rng_hash_more(build->geography->place[place].hash, spec->id);
    stream->place = (uint32_t)place;
    stream->rate_per_s = arrivals_rate(&spec->arrivals, (double)build->geography->place[place].population);
    if (stream->flow != NULL && stream->flow->gap != NULL)
        stream->rate_per_s = 1 / dist_mean(stream->flow->gap);
    if (stream->rate_per_s > 1e6)
        return scenario_blame(build->scenario, &spec->arrivals, build->err,
                              "%g arrivals a second are too many; the limit is 1e6", stream->rate_per_s);
    const double mean_s = fmin(1 / stream->rate_per_s, YEARS_10000_S); /* rarer than that: never */
    stream->scale = (uint64_t)(mean_s * 1e6 * 0x1p32 / 1e9);
    return 0;
}

static size_t selected_places(const struct geography *geography)
{
    size_t count = 0;
    for (size_t p = 0; p < geography->count; p++)
        count += geography->place[p].selected;
    return count;
}

static int add_streams(struct build *build, size_t condition)
{
    const struct condition_spec *spec =
        SCENARIO_ITEM(build->scenario->conditions, struct condition_spec, condition);
    struct demand *demand = build->demand;
    struct stream model = {.condition = (uint16_t)condition,
                           .stage = entry(build, spec, condition),
                           .backlog_us = llround(spec->arrivals.backlog_s * 1e6)};
    if (check_places(build, &spec->arrivals) != 0 ||
        make_flow(build, &spec->arrivals, &demand->rhythm[condition], &model.flow) != 0)
        return -1;
    if (!arrivals_by_place(&spec->arrivals) && spec->arrivals.at.count == 0 &&
        selected_places(build->geography) > 1)
        return scenario_blame(
            build->scenario, &spec->arrivals, build->err,
            "is one stream of patients, but several places are selected; add at = [\"CODE\"], or give "
            "an incidence");
    const bool is_listed = model.flow != NULL && model.flow->time_us != NULL;
    for (size_t p = 0; p < build->geography->count; p++) {
        if (!at_place(&spec->arrivals, &build->geography->place[p]))
            continue;
        struct stream *stream = &demand->stream[demand->count];
        if (set_stream(build, spec, &model, p, stream) != 0)
            return -1;
        demand->count += stream->rate_per_s > 0 || is_listed;
        if (!arrivals_by_place(&spec->arrivals))
            break;
    }
    return 0;
}

static int list_origins(struct build *build)
{
    struct demand *demand = build->demand;
    demand->origin = arena_lines(build->arena, demand->count, sizeof *demand->origin, build->err);
    for (size_t s = 0; demand->origin != NULL && s < demand->count; s++) {
        const struct stream *stream = &demand->stream[s];
        demand->origin[s] = (struct origin){stream->hash, stream->place, stream->condition, stream->stage};
    }
    return demand->origin == NULL ? -1 : 0;
}

int demand_init(struct demand *demand, const struct scenario *scenario, const struct geography *geography,
                struct pathways *pathways, struct arena *arena, struct err *err)
{
    *demand = (struct demand){.conditions = scenario->conditions.count};
    struct build build = {demand, scenario, geography, pathways, arena, err};
    const struct dist_spec unit = {.kind = DIST_EXPONENTIAL, .a = 1000};
    const struct dist_spec *unit_spec = &unit;
    if (pathways_dist(pathways, scenario, &unit_spec, &demand->unit_exponential, err) != 0)
        return -1;
    size_t most = 0;
    if (__builtin_mul_overflow(demand->conditions, geography->count, &most) || most > UINT32_MAX)
        return err_fail(err, "%zu conditions in %zu places are too many", demand->conditions,
                        geography->count);
    demand->stream = arena_lines(arena, most, sizeof *demand->stream, err);
    demand->rhythm = arena_zeroed(arena, demand->conditions, sizeof *demand->rhythm, err);
    if (demand->stream == NULL || demand->rhythm == NULL)
        return -1;
    for (size_t c = 0; c < demand->conditions; c++)
        if (add_streams(&build, c) != 0)
            return -1;
    return list_origins(&build);
}

/* --- asking --------------------------------------------------------------- */

/* `unit`: of the unit exponential, by the arrival's luck. */
__attribute__((noinline)) static int64_t next_of_flow(struct stream *stream, int64_t since_us, int64_t unit)
{
    const struct flow *flow = stream->flow;
    const uint32_t arrival = stream->next_arrival;
    if (arrival >= flow->most)
        return DEMAND_NEVER;
    if (flow->time_us != NULL)
        return flow->time_us[arrival];
    if (flow->gap != NULL)
        return since_us + dist_value(flow->gap, stream->luck.w[0], arrival, 0);
    if (flow->rhythm == NULL)
        return since_us + demand_gap(stream, unit);
    stream->inner_us += demand_gap(stream, unit);
    return rhythm_when(flow->rhythm, stream->inner_us);
}

static int64_t next_of(struct stream *stream, int64_t since_us, int64_t unit)
{
    return stream->flow == NULL ? since_us + demand_gap(stream, unit) : next_of_flow(stream, since_us, unit);
}

int64_t demand_next(const struct demand *demand, struct stream *stream, int64_t since_us)
{
    return next_of(stream, since_us, dist_value(demand->unit_exponential, stream->luck.w[0], 0, 0));
}

static void draw_row(const struct demand *demand, const struct rng *rng, const struct stream *stream,
                     struct demand_row *row)
{
    row->number = stream->next_arrival / RNG_BATCH;
    const uint32_t first = row->number * RNG_BATCH;
    rng_draw_row(rng, (struct rng_identity){stream->hash, first},
                 (struct rng_purpose){.quantity = DRAW_ARRIVAL}, 1, row->luck);
    dist_values(demand->unit_exponential, row->luck, first, RNG_BATCH, row->unit);
}

int64_t demand_next_in_row(const struct demand *demand, const struct rng *rng, struct stream *stream,
                           struct demand_row *row, int64_t since_us)
{
    if (stream->next_arrival / RNG_BATCH != row->number)
        draw_row(demand, rng, stream, row);
    const uint32_t i = stream->next_arrival % RNG_BATCH;
    stream->luck = row->luck[i];
    return next_of(stream, since_us, row->unit[i]);
}

uint32_t demand_batch(const struct stream *stream)
{
    if (stream->flow == NULL || stream->flow->batch == NULL)
        return 1;
    return (uint32_t)patients_of(dist_value(stream->flow->batch, stream->luck.w[3], stream->next_arrival, 0));
}

uint32_t demand_backlog(const struct stream *stream, const struct rng *rng)
{
    const double batch = stream->flow == NULL ? 1 : stream->flow->mean_batch;
    const double expected = stream->rate_per_s * (double)stream->backlog_us * 1e-6 * batch;
    const struct rng_words luck =
        rng_draw(rng, (struct rng_identity){.stream = stream->hash, .ordinal = UINT32_MAX},
                 (struct rng_purpose){.quantity = DRAW_BACKLOG});
    return (uint32_t)fmin(floor(expected + rng_unit(luck.w[0])), 1e9);
}

uint64_t demand_fingerprint(const struct demand *demand)
{
    uint64_t hash = 0;
    for (size_t c = 0; c < demand->conditions; c++)
        if (demand->rhythm[c].cells > 0)
            hash = rng_mix(hash ^ rhythm_fingerprint(&demand->rhythm[c]));
    return hash;
}

/* --- saving --------------------------------------------------------------- */

/* clang-format off */
#define STREAM_STATE(ONE, ALL, NOT) \
    NOT(struct stream, hash) NOT(struct stream, place) NOT(struct stream, condition) \
    NOT(struct stream, stage) ONE(struct stream, next_ordinal) ONE(struct stream, next_arrival) \
    ALL(struct stream, luck.w) NOT(struct stream, direct) NOT(struct stream, visits) NOT(struct stream, scale) NOT(struct stream, flow) \
    ONE(struct stream, inner_us) NOT(struct stream, backlog_us) NOT(struct stream, rate_per_s)
STATE_LAYOUT(stream, struct stream, STREAM_STATE, 46);
/* clang-format on */

void demand_save(const struct demand *demand, struct state_writer *writer)
{
    state_put_array(writer, &stream_layout, demand->stream, demand->count);
}

void demand_restore(struct demand *demand, const struct saved_map *streams, struct state_reader *reader)
{
    if (state_get_array_count(reader, &stream_layout) != streams->count)
        state_refuse(reader, "has other streams of patients than it says; make it again");
    for (size_t s = 0; s < streams->count; s++) {
        struct stream *stream = &demand->stream[saved_index(streams, s)];
        state_get_array_items(reader, &stream_layout, stream, 1);
        if (stream->next_ordinal > INT32_MAX || stream->next_arrival > INT32_MAX || stream->inner_us < 0)
            state_refuse(reader, "has more patients than there can be; make it again");
    }
}
