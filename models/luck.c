#include "models/luck.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

int luck_init(struct luck *luck, size_t streams, size_t stages, struct err *err)
{
    *luck = (struct luck){0};
    if (streams > LUCK_STREAMS || stages > LUCK_STAGES)
        return 0;
    luck->batch = mem_lines(LUCK_BATCHES, sizeof *luck->batch);
    if (luck->batch == NULL)
        return err_fail(err, "out of memory: luck could not be drawn ahead");
    memset(luck->batch, 0, LUCK_BATCHES * sizeof *luck->batch);
    return 0;
}

void luck_free(struct luck *luck)
{
    free(luck->batch);
    *luck = (struct luck){0};
}

__attribute__((noinline)) void luck_fill(struct luck_batch *batch, uint64_t key, const struct rng *rng,
                                         const struct luck_use *use, uint32_t number)
{
    const struct rng_identity first = {*use->hash, number * LUCK_BATCH};
    const struct rng_purpose what = {.quantity = use->quantity, .stage = use->stage};
    rng_draw_row(rng, first, what, LUCK_BATCH / RNG_BATCH, batch->words);
    if (use->dist != NULL)
        dist_values(use->dist, batch->words, first.ordinal, LUCK_BATCH, batch->value);
    batch->key = key;
}
