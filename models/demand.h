#ifndef COUNTERPART_MODELS_DEMAND_H
#define COUNTERPART_MODELS_DEMAND_H

/* Who falls ill, where and when: streams that no policy touches. A stream is a
 * condition in a place (or a condition alone, when its rate is given directly);
 * its n-th patient is the same person in every world. Patients come in arrivals,
 * mostly one in each: when the n-th arrival comes and how large it is are luck of
 * the number n, so that larger batches come at the same times. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/geography.h"
#include "models/pathway.h"
#include "models/rhythm.h"
#include "models/scenario.h"
#include "sim/int128.h"
#include "sim/rng.h"

#define DEMAND_NEVER INT64_MAX

/* How the patients of a condition come, where it is not one at a time, at random, at a constant rate. */
struct flow {
    const struct dist *gap;      /* renewal; NULL: Poisson */
    const struct rhythm *rhythm; /* of the Poisson rate; NULL: constant */
    const int64_t *time_us;      /* listed, instead of both; NULL: not */
    uint32_t most;               /* arrivals */
    const struct dist *batch;    /* NULL: one patient at each */
    double mean_batch;
};

/* The first cache line is what arrivals and patients need. */
struct stream {
    _Alignas(64) uint64_t hash; /* identity of (place, condition) */
    uint32_t place;
    uint16_t condition;
    uint16_t stage;          /* with which they begin */
    uint32_t next_ordinal;   /* of patients */
    uint32_t next_arrival;   /* the same, but with batches */
    struct rng_words luck;   /* of the arrival that comes next */
    bool direct;             /* to a plain stage, one patient after the other: see plain.h */
    bool visits;             /* to a doctor, with nothing after it: see visit.h */
    uint64_t scale;          /* Poisson: mean gap in microseconds x 2^32 / 1e9 */
    const struct flow *flow; /* NULL: Poisson at a constant rate, for ever */
    int64_t inner_us;        /* with a rhythm: inner time of the arrival before */
    int64_t backlog_us;      /* waiting at the start, as time of arrivals */
    double rate_per_s;       /* mean, of arrivals; 0 when they are listed */
};

/* What patients need of their stream again and again, of many streams close together: the same as there. */
struct origin {
    uint64_t hash;
    uint32_t place;
    uint16_t condition, stage;
};

struct demand {
    struct stream *stream; /* owned by the arena */
    struct origin *origin; /* by stream, likewise */
    size_t count;
    struct rhythm *rhythm; /* by condition, likewise; no cells: none */
    size_t conditions;
    const struct dist *unit_exponential; /* mean 1e9 micro-units: gaps of all Poisson streams */
};

MUST_CHECK int demand_init(struct demand *demand, const struct scenario *scenario,
                           const struct geography *geography, struct pathways *pathways, struct arena *arena,
                           struct err *err);

/* The gap before an arrival that comes at random at a constant rate, for `unit` of the unit exponential. */
static inline int64_t demand_gap(const struct stream *stream, int64_t unit)
{
    return (int64_t)(((uint128)(uint64_t)unit * stream->scale) >> 32);
}

/* When the next arrival of a stream comes, `since_us` being the time of the one before; from its luck.
 * DEMAND_NEVER when there are no more. To be asked once for each arrival, in order. */
int64_t demand_next(const struct demand *demand, struct stream *stream, int64_t since_us);

/* The luck of several arrivals of one stream, drawn side by side, for who goes through them one after the
 * other. */
struct demand_row {
    uint32_t number; /* of the row: arrival / RNG_BATCH */
    struct rng_words luck[RNG_BATCH];
    int64_t unit[RNG_BATCH]; /* of the unit exponential */
};
#define DEMAND_NO_ROW UINT32_MAX

/* As demand_next(), with the luck of the arrival, which the stream then keeps. The row's number is
 * DEMAND_NO_ROW at first. */
int64_t demand_next_in_row(const struct demand *demand, const struct rng *rng, struct stream *stream,
                           struct demand_row *row, int64_t since_us);

/* How many patients come with the next arrival, from its luck. */
uint32_t demand_batch(const struct stream *stream);

/* How many patients of the backlog there are: its expectation, rounded by luck so that the mean is right. */
uint32_t demand_backlog(const struct stream *stream, const struct rng *rng);

/* A hash of what rhythms were compiled to; 0 when there are none. */
uint64_t demand_fingerprint(const struct demand *demand);

/* What has come of the streams so far. */
struct saved_map;
struct state_reader;
struct state_writer;
void demand_save(const struct demand *demand, struct state_writer *writer);
void demand_restore(struct demand *demand, const struct saved_map *streams, struct state_reader *reader);

#endif
