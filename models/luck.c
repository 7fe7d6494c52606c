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
