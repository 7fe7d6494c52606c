#ifndef COUNTERPART_MODELS_DEMAND_H
#define COUNTERPART_MODELS_DEMAND_H

/* Who falls ill, where and when: streams that no policy touches. A stream is a
 * condition in a place (or a condition alone, when its rate is given directly);
 * its n-th patient is the same person in every world. */

#include <stddef.h>
#include <stdint.h>

#include "models/geography.h"
#include "models/pathway.h"
#include "models/scenario.h"
#include "sim/int128.h"
#include "sim/rng.h"

struct stream {
    uint64_t hash; /* identity of (place, condition) */
    uint32_t place;
    uint16_t condition;
    uint32_t next_ordinal;
    struct rng_words luck; /* of the patient who comes next */
    const struct dist *gap; /* renewal; NULL: Poisson */
    uint64_t scale;         /* Poisson: mean gap in microseconds x 2^32 / 1e9 */
    int64_t backlog_us;     /* waiting at the start, as time of arrivals */
    double rate_per_s;
};

struct demand {
    struct stream *stream; /* owned by the arena */
    size_t count;
    const struct dist *unit_exponential; /* mean 1e9 micro-units: gaps of all Poisson streams */
};

MUST_CHECK int demand_init(struct demand *demand, const struct scenario *scenario, const struct geography *geography,
                           struct pathways *pathways, struct arena *arena, struct err *err);

/* The time from the arrival with the ordinal before this one to this one, from the word for it. */
int64_t demand_gap(const struct demand *demand, const struct stream *stream, uint32_t ordinal, uint32_t word);

/* How many patients of the backlog there are: its expectation, rounded by luck so that the mean is right. */
uint32_t demand_backlog(const struct stream *stream, const struct rng *rng);

#endif
