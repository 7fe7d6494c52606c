#ifndef COUNTERPART_MODELS_DRAWN_H
#define COUNTERPART_MODELS_DRAWN_H

/* What the handlers of the next events will draw, eight draws side by side. Like
 * luck.h a cache and nothing else: luck is a function of who draws and what for.
 * That one is for the next ordinals of few streams; here it is whoever is
 * announced, wherever there are many. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/rng.h"

enum { DRAWN_KEPT = 256 }; /* a power of two */

struct dist;

/* A draw, by the number of the stream that stands for its hash. */
struct drawn_key {
    uint32_t stream, ordinal, what, visit;
};

struct drawn {
    struct drawn_one {
        struct drawn_key key; /* what = 0: nothing */
        struct rng_words words;
    } kept[DRAWN_KEPT];
    struct rng_asked asked; /* not drawn yet */
    struct drawn_key key[RNG_BATCH];
    const struct dist *value[RNG_BATCH]; /* of the first words; NULL: of no matter */
    uint32_t count;
};

/* Draws what has been asked for. */
void drawn_draw(struct drawn *drawn, const struct rng *rng);

static inline size_t drawn_slot(uint32_t stream, uint32_t ordinal)
{
    return (stream * UINT32_C(0x9e3779b1) + ordinal * UINT32_C(0x85ebca6b)) >> 24;
}
_Static_assert(DRAWN_KEPT == 1 << 8, "a slot has eight bits");

/* To be drawn with others. What the first word is the value of is fetched, too. */
static inline void drawn_ask(struct drawn *drawn, const struct rng *rng, uint64_t hash, struct drawn_key key,
                             const struct dist *value)
{
    const uint32_t i = drawn->count++;
    drawn->asked.stream[i] = hash;
    drawn->asked.ordinal[i] = key.ordinal;
    drawn->asked.what[i] = key.what;
    drawn->asked.visit[i] = key.visit;
    drawn->key[i] = key;
    drawn->value[i] = value;
    if (i == RNG_BATCH - 1)
        drawn_draw(drawn, rng);
}

/* NULL: it is not known. */
static inline const struct rng_words *drawn_find(const struct drawn *drawn, struct drawn_key key)
{
    const struct drawn_one *one = &drawn->kept[drawn_slot(key.stream, key.ordinal)];
    const bool same = one->key.stream == key.stream && one->key.ordinal == key.ordinal &&
                      one->key.what == key.what && one->key.visit == key.visit;
    return same ? &one->words : NULL;
}

#endif
