#ifndef COUNTERPART_MODELS_LUCK_H
#define COUNTERPART_MODELS_LUCK_H

/* What patients will draw, computed ahead for several ordinals in a row, which
 * takes less time than one by one. Luck is a function of who draws and what for, so
 * that this is a cache and nothing else: nobody can tell whether it is there. Used
 * in scenarios with few streams of patients and few stages; in others the next
 * ordinal of a stream is too far away. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/rng.h"

enum { LUCK_BATCHES = 128, LUCK_STREAMS = 16, LUCK_STAGES = 16 };

struct luck_batch {
    uint64_t key; /* who and what; 0: nothing */
    struct rng_words words[RNG_BATCH];
};

struct luck {
    struct luck_batch *batch; /* owned; NULL: nothing is drawn ahead */
};

/* For so many streams and stages. */
MUST_CHECK int luck_init(struct luck *luck, size_t streams, size_t stages, struct err *err);
void luck_free(struct luck *luck);

/* Draws a batch. */
void luck_fill(struct luck_batch *batch, uint64_t key, const struct rng *rng, struct rng_identity who,
               struct rng_purpose what);

/* What the individual draws for a purpose without visits and attempts; `stream` is the number of the stream
 * and `hash` its identity. */
static inline __attribute__((always_inline)) struct rng_words luck_draw(const struct luck *luck,
                                                                        const struct rng *rng,
                                                                        uint32_t stream, const uint64_t *hash,
                                                                        uint32_t ordinal, uint32_t quantity,
                                                                        uint32_t stage)
{
    const struct rng_purpose what = {.quantity = quantity, .stage = stage};
    if (luck->batch == NULL)
        return rng_draw(rng, (struct rng_identity){*hash, ordinal}, what);
    const uint32_t number = ordinal / RNG_BATCH;
    const uint32_t row = (quantity * LUCK_STAGES + stage) * LUCK_STREAMS + stream;
    const uint64_t key = (uint64_t)row << 32 | number;
    struct luck_batch *batch = &luck->batch[(number + row * 11 + (row >> 8) * 53) % LUCK_BATCHES];
    if (__builtin_expect(batch->key != key, 0))
        luck_fill(batch, key, rng, (struct rng_identity){*hash, number * RNG_BATCH}, what);
    return batch->words[ordinal % RNG_BATCH];
}

#endif
