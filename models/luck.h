#ifndef COUNTERPART_MODELS_LUCK_H
#define COUNTERPART_MODELS_LUCK_H

/* What patients will draw, computed ahead for several ordinals in a row, which
 * takes less time than one by one. Luck is a function of who draws and what for, so
 * that this is a cache and nothing else: nobody can tell whether it is there. Used
 * in scenarios with few streams of patients and few stages; in others the next
 * ordinal of a stream is too far away. */

#include <stddef.h>
#include <stdint.h>

#include "sim/dist.h"
#include "sim/err.h"
#include "sim/rng.h"

enum { LUCK_BATCHES = 128, LUCK_STREAMS = 16, LUCK_STAGES = 16 };

struct luck_batch {
    uint64_t key; /* who and what; 0: nothing */
    struct rng_words words[RNG_BATCH];
    int64_t value[RNG_BATCH]; /* what the first word stands for, where that is a distribution */
};

struct luck {
    struct luck_batch *batch; /* owned; NULL: nothing is drawn ahead */
};

/* For so many streams and stages. */
MUST_CHECK int luck_init(struct luck *luck, size_t streams, size_t stages, struct err *err);
void luck_free(struct luck *luck);

/* Draws a batch. dist may be NULL. */
void luck_fill(struct luck_batch *batch, uint64_t key, const struct rng *rng, struct rng_identity who,
               struct rng_purpose what, const struct dist *dist);

/* What is known ahead of an individual's draw for a purpose without visits and attempts: its place in the
 * batch is the ordinal % RNG_BATCH. `stream` is the number of the stream and `hash` its identity; dist
 * belongs to the purpose. Only where luck->batch is not NULL. */
static inline __attribute__((always_inline)) const struct luck_batch *luck_ahead(
    const struct luck *luck, const struct rng *rng, uint32_t stream, const uint64_t *hash, uint32_t ordinal,
    struct rng_purpose what, const struct dist *dist)
{
    const uint32_t number = ordinal / RNG_BATCH;
    const uint32_t row = (what.quantity * LUCK_STAGES + what.stage) * LUCK_STREAMS + stream;
    const uint64_t key = (uint64_t)row << 32 | number;
    struct luck_batch *batch = &luck->batch[(number + row * 11 + what.quantity * 53) % LUCK_BATCHES];
    if (__builtin_expect(batch->key != key, 0))
        luck_fill(batch, key, rng, (struct rng_identity){*hash, number * RNG_BATCH}, what, dist);
    return batch;
}

#endif
