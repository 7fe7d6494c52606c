#include "models/luck.h"

#include <stdlib.h>

#include "sim/mem.h"

int luck_init(struct luck *luck, size_t streams, size_t stages, struct err *err)
{
    *luck = (struct luck){0};
    if (streams > LUCK_STREAMS || stages > LUCK_STAGES)
        return 0;
    luck->batch = mem_zeroed(LUCK_BATCHES, sizeof *luck->batch, err);
    return luck->batch == NULL ? -1 : 0;
}

void luck_free(struct luck *luck)
{
    free(luck->batch);
    *luck = (struct luck){0};
}

void luck_fill(struct luck_batch *batch, uint64_t key, const struct rng *rng, struct rng_identity who,
               struct rng_purpose what, const struct dist *dist)
{
    rng_draw_batch(rng, who, what, batch->words);
    if (dist != NULL)
        dist_values(dist, batch->words, who.ordinal, RNG_BATCH, batch->value);
    batch->key = key;
}
