#include "models/drawn.h"

void drawn_draw(struct drawn *drawn, const struct rng *rng)
{
    struct rng_words words[RNG_BATCH];
    rng_draw_asked(rng, &drawn->asked, words);
    for (uint32_t i = 0; i < drawn->count; i++)
        drawn->kept[drawn_slot(drawn->key[i].stream, drawn->key[i].ordinal)] =
            (struct drawn_one){drawn->key[i], words[i]};
    drawn->count = 0;
}
