#include "models/demand.h"

#include <math.h>
#include <string.h>

#include "models/patient.h"

#define YEARS_10000_S (10000.0 * 365 * 86400)

static bool at_place(const struct arrivals_spec *arrivals, const struct place *place)
{
    if (arrivals->at.count == 0)
        return place->selected;
    for (size_t i = 0; i < arrivals->at.count; i++)
        if (strcmp(*SCENARIO_ITEM(arrivals->at, char *const, i), place->code) == 0)
            return true;
    return false;
}

/* A rate or a renewal process is one stream, in one place; an incidence is one stream in each place. */
static bool by_place(const struct arrivals_spec *arrivals)
{
    return arrivals->incidence > 0;
}

static double incidence(const struct arrivals_spec *arrivals)
{
    double product = arrivals->incidence;
    for (size_t i = 0; i < arrivals->factors.count; i++)
        product *= *SCENARIO_ITEM(arrivals->factors, double, i);
    return product;
}

static int check_arrivals(const struct scenario *scenario, const struct geography *geography,
                          const struct condition_spec *spec, struct err *err)
{
    const struct arrivals_spec *arrivals = &spec->arrivals;
    const int ways = (arrivals->rate_per_s > 0) + (arrivals->incidence > 0) + (arrivals->gap != NULL);
    if (ways > 1)
        return scenario_blame(scenario, arrivals, err,
                              "arrivals are given in %d ways; keep one of rate, incidence and gap", ways);
    for (size_t i = 0; i < arrivals->at.count; i++) {
        const char *code = *SCENARIO_ITEM(arrivals->at, char *const, i);
        if (geography_find(geography, code) < 0)
            return scenario_blame(scenario, &arrivals->at, err, "no place has the code \"%s\"; use a code of %s", code,
                                  scenario->places.file != NULL ? scenario->places.file
                                                                : "the scenario's list of places");
    }
    if (ways > 0 && !by_place(arrivals) && arrivals->at.count > 1)
        return scenario_blame(scenario, &arrivals->at, err,
                              "a rate is of one place; name one place, or give an incidence");
    return 0;
}

static int set_stream(struct stream *stream, const struct scenario *scenario, const struct condition_spec *spec,
                      size_t condition, const struct geography *geography, size_t place, struct pathways *pathways,
                      struct err *err)
{
    const struct arrivals_spec *arrivals = &spec->arrivals;
    *stream = (struct stream){.hash = rng_hash_more(geography->place[place].hash, spec->id),
                              .place = (uint32_t)place,
                              .condition = (uint16_t)condition};
    if (pathways_dist(pathways, scenario, (const struct dist_spec *const *)&arrivals->gap, &stream->gap, err) != 0)
        return -1;
    if (stream->gap != NULL && !(dist_mean(stream->gap) > 0))
        return scenario_blame(scenario, &arrivals->gap, err, "the gaps have no positive mean; make them longer than 0");
    stream->rate_per_s = arrivals->rate_per_s;
    if (by_place(arrivals))
        stream->rate_per_s = incidence(arrivals) * (double)geography->place[place].population;
    if (stream->gap != NULL)
        stream->rate_per_s = 1 / dist_mean(stream->gap);
    if (stream->rate_per_s > 1e6)
        return scenario_blame(scenario, arrivals, err, "%g arrivals a second are too many; the limit is 1e6",
                              stream->rate_per_s);
    const double mean_s = fmin(1 / stream->rate_per_s, YEARS_10000_S); /* rarer than that: never */
    stream->scale = (uint64_t)(mean_s * 1e6 * 0x1p32 / 1e9);
    stream->backlog_us = llround(arrivals->backlog_s * 1e6);
    return 0;
}

int demand_init(struct demand *demand, const struct scenario *scenario, const struct geography *geography,
                struct pathways *pathways, struct arena *arena, struct err *err)
{
    *demand = (struct demand){0};
    const struct dist_spec unit = {.kind = DIST_EXPONENTIAL, .a = 1000};
    const struct dist_spec *unit_spec = &unit;
    if (pathways_dist(pathways, scenario, &unit_spec, &demand->unit_exponential, err) != 0)
        return -1;
    size_t most = 0;
    if (__builtin_mul_overflow(scenario->conditions.count, geography->count, &most) || most > UINT32_MAX)
        return err_fail(err, "%zu conditions in %zu places are too many", scenario->conditions.count, geography->count);
    demand->stream = arena_zeroed(arena, most, sizeof *demand->stream, err);
    if (demand->stream == NULL)
        return -1;
    for (size_t c = 0; c < scenario->conditions.count; c++) {
        const struct condition_spec *spec = SCENARIO_ITEM(scenario->conditions, struct condition_spec, c);
        if (check_arrivals(scenario, geography, spec, err) != 0)
            return -1;
        for (size_t p = 0; p < geography->count; p++) {
            if (!at_place(&spec->arrivals, &geography->place[p]))
                continue;
            if (set_stream(&demand->stream[demand->count], scenario, spec, c, geography, p, pathways, err) != 0)
                return -1;
            demand->count += demand->stream[demand->count].rate_per_s > 0;
            if (!by_place(&spec->arrivals))
                break;
        }
    }
    return 0;
}

int64_t demand_gap(const struct demand *demand, const struct stream *stream, uint32_t ordinal, uint32_t word)
{
    if (stream->gap != NULL)
        return dist_value(stream->gap, word, ordinal, 0);
    const int64_t unit = dist_value(demand->unit_exponential, word, 0, 0);
    return (int64_t)(((uint128)(uint64_t)unit * stream->scale) >> 32);
}

uint32_t demand_backlog(const struct stream *stream, const struct rng *rng)
{
    const double expected = stream->rate_per_s * (double)stream->backlog_us * 1e-6;
    const struct rng_words luck =
        rng_draw(rng, (struct rng_identity){.stream = stream->hash, .ordinal = UINT32_MAX},
                 (struct rng_purpose){.quantity = DRAW_BACKLOG});
    return (uint32_t)fmin(floor(expected + rng_unit(luck.w[0])), 1e9);
}
