#include <criterion/criterion.h>
#include <string.h>

#include "models/drawn.h"

static struct drawn drawn; /* all tests run in processes of their own */
static const struct rng rng = {{17, 4711}};

static uint64_t hash_of(uint32_t stream)
{
    return rng_mix(stream);
}

static struct drawn_key key_of(uint32_t stream, uint32_t ordinal)
{
    return (struct drawn_key){
        stream, ordinal, rng_what((struct rng_purpose){.quantity = 2, .stage = ordinal % 5}), ordinal % 3};
}

static struct rng_words alone(struct drawn_key key)
{
    return rng_draw(&rng, (struct rng_identity){hash_of(key.stream), key.ordinal},
                    (struct rng_purpose){.quantity = 2, .stage = key.ordinal % 5, .visit = key.visit});
}

Test(drawn, gives_what_would_be_drawn_alone)
{
    uint32_t known = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        const struct drawn_key key = key_of(i % 37, 1000 * i);
        drawn_ask(&drawn, &rng, hash_of(key.stream), key, NULL);
        if (i % RNG_BATCH != RNG_BATCH - 1)
            continue;
        for (uint32_t j = i + 1 - RNG_BATCH; j <= i; j++) {
            const struct drawn_key own = key_of(j % 37, 1000 * j);
            const struct rng_words *found = drawn_find(&drawn, own), one = alone(own);
            known += found != NULL;
            cr_assert(found == NULL || memcmp(found, &one, sizeof one) == 0, "number %u", j);
        }
    }
    cr_expect_gt(known, 900, "only %u of 1000 were kept", known); /* some fall into one place */
}

Test(drawn, draws_fewer_than_eight_when_told_to)
{
    const struct drawn_key key = key_of(3, 12);
    drawn_ask(&drawn, &rng, hash_of(3), key, NULL);
    cr_expect_null(drawn_find(&drawn, key));
    drawn_draw(&drawn, &rng);
    const struct rng_words *found = drawn_find(&drawn, key), one = alone(key);
    cr_assert_not_null(found);
    cr_expect_eq(memcmp(found, &one, sizeof one), 0);
    cr_expect_eq(drawn.count, 0);
}

Test(drawn, does_not_take_one_for_another)
{
    const struct drawn_key key = key_of(3, 12);
    drawn_ask(&drawn, &rng, hash_of(3), key, NULL);
    drawn_draw(&drawn, &rng);
    struct drawn_key other[4] = {key, key, key, key};
    other[0].stream++;
    other[1].ordinal++;
    other[2].what++;
    other[3].visit++;
    for (size_t i = 0; i < 4; i++)
        cr_expect_null(drawn_find(&drawn, other[i]), "field %zu", i);
}
