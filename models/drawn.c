#include "models/drawn.h"

#include "sim/dist.h"

void drawn_draw(struct drawn *drawn, const struct rng *rng)
{
    struct rng_words words[RNG_BATCH];
    rng_draw_asked(rng, &drawn->asked, words);
    for (uint32_t i = 0; i < drawn->count; i++) {
        drawn->kept[drawn_slot(drawn->key[i].stream, drawn->key[i].ordinal)] =
            (struct drawn_one){drawn->key[i], words[i]};
        if (drawn->value[i] != NULL)
            dist_fetch(drawn->value[i], words[i].w[0]);
    }
    drawn->count = 0;
}
