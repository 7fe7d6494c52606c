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

/* LUCK_BATCH: ordinals in a batch. */
enum { LUCK_BATCH = 2 * RNG_BATCH, LUCK_BATCHES = 64, LUCK_STREAMS = 16, LUCK_STAGES = 16 };

struct luck_batch {
    _Alignas(64) int64_t value[LUCK_BATCH]; /* what the first word stands for, where that is a distribution */
    struct rng_words words[LUCK_BATCH];
    uint64_t key; /* who and what; 0: nothing */
};

struct luck {
    struct luck_batch *batch; /* owned; NULL: nothing is drawn ahead */
};

/* For so many streams and stages. */
MUST_CHECK int luck_init(struct luck *luck, size_t streams, size_t stages, struct err *err);
void luck_free(struct luck *luck);

/* What is drawn: by which stream of patients, its identity, what for, and what the first word stands for
 * (NULL: nothing in particular). Without visits and attempts. */
struct luck_use {
    uint32_t stream, quantity, stage;
    const uint64_t *hash;
    const struct dist *dist;
};

/* Draws the batch of that number. */
void luck_fill(struct luck_batch *batch, uint64_t key, const struct rng *rng, const struct luck_use *use,
               uint32_t number);

/* What is known ahead of an individual's draw: its place in the batch is the ordinal % LUCK_BATCH. Only where
 * luck->batch is not NULL. */
static inline __attribute__((always_inline)) const struct luck_batch *luck_ahead(const struct luck *luck,
                                                                                 const struct rng *rng,
                                                                                 struct luck_use use,
                                                                                 uint32_t ordinal)
{
    const uint32_t number = ordinal / LUCK_BATCH;
    const uint32_t row = (use.quantity * LUCK_STAGES + use.stage) * LUCK_STREAMS + use.stream;
    const uint64_t key = (uint64_t)row << 32 | number;
    struct luck_batch *batch = &luck->batch[(number + row * 11 + use.quantity * 53) % LUCK_BATCHES];
    if (__builtin_expect(batch->key != key, 0)) {
        const struct luck_use filled = use; /* so that what is looked up stays in registers */
        luck_fill(batch, key, rng, &filled, number);
    }
    return batch;
}

#endif
