#include "sim/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>

static void assert_words(struct rng_words got, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    cr_assert_eq(got.w[0], a);
    cr_assert_eq(got.w[1], b);
    cr_assert_eq(got.w[2], c);
    cr_assert_eq(got.w[3], d);
}

/* The counter is (quantity stage attempt, visit, ordinal, low half of the stream); these are the vectors of
 * Random123's kat_vectors for philox4x32-10. */
Test(rng, agrees_with_known_answers)
{
    const struct rng zero = {{0, 0}}, ones = {{UINT32_MAX, UINT32_MAX}}, digits = {{0xa4093822, 0x299f31d0}};
    assert_words(rng_draw(&zero, (struct rng_identity){0, 0}, (struct rng_purpose){0, 0, 0, 0}), 0x6627e8d5,
                 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assert_words(rng_draw(&ones, (struct rng_identity){UINT32_MAX, UINT32_MAX},
                          (struct rng_purpose){0xfff, 0xfff, 0xff, UINT32_MAX}),
                 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assert_words(rng_draw(&digits, (struct rng_identity){0x03707344, 0x13198a2e},
                          (struct rng_purpose){0x243, 0xf6a, 0x88, 0x85a308d3}),
                 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
}

Test(rng, gives_the_same_draw_whatever_was_drawn_before)
{
    const struct rng rng = rng_of(20200401, 3);
    const struct rng_identity who = {rng_hash("152221/stroke"), 77};
    const struct rng_purpose what = {5, 2, 0, 1};
    const struct rng_words first = rng_draw(&rng, who, what);
    for (uint32_t i = 0; i < 100; i++)
        rng_draw(&rng, (struct rng_identity){i, i}, what);
    const struct rng_words again = rng_draw(&rng, who, what);
    cr_assert_eq(memcmp(&first, &again, sizeof first), 0);
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static size_t repeats(uint64_t *values, size_t count)
{
    qsort(values, count, sizeof values[0], compare_u64);
    size_t found = 0;
    for (size_t i = 1; i < count; i++)
        found += values[i] == values[i - 1];
    return found;
}

/* Each bit of each field must matter, and no two alike: were two fields to share a bit of the counter,
 * setting it in one and in the other would give the same draw. */
Test(rng, draws_a_row_as_one_by_one)
{
    const struct rng rng = rng_of(20200401, 3);
    const struct rng_purpose what = {5, 2, 7, UINT32_MAX};
    for (uint32_t round = 0; round < 1000; round++) {
        const struct rng_identity first = {rng_mix(round),
                                           (uint32_t)rng_mix(round + 7777) / RNG_BATCH * RNG_BATCH};
        struct rng_words row[5 * RNG_BATCH];
        const size_t batches = round % 6;
        memset(row, 0, sizeof row);
        rng_draw_row(&rng, first, what, batches, row);
        for (uint32_t i = 0; i < batches * RNG_BATCH; i++) {
            const struct rng_words one =
                rng_draw(&rng, (struct rng_identity){first.stream, first.ordinal + i}, what);
            cr_assert_eq(memcmp(&row[i], &one, sizeof one), 0);
        }
    }
}

Test(rng, draws_what_is_asked_as_one_by_one)
{
    const struct rng rng = rng_of(17, 5);
    struct rng_asked asked;
    struct rng_identity who[RNG_BATCH];
    struct rng_purpose what[RNG_BATCH];
    for (uint32_t i = 0; i < RNG_BATCH; i++) {
        who[i] = (struct rng_identity){.stream = rng_mix(i), .ordinal = UINT32_MAX - 3 * i};
        what[i] = (struct rng_purpose){
            .quantity = 4095 - i, .stage = 100 * i, .attempt = 255 - i, .visit = UINT32_MAX - i};
        rng_ask(&asked, i, who[i], what[i]);
    }
    struct rng_words words[RNG_BATCH];
    rng_draw_asked(&rng, &asked, words);
    for (uint32_t i = 0; i < RNG_BATCH; i++) {
        const struct rng_words one = rng_draw(&rng, who[i], what[i]);
        cr_expect_eq(memcmp(&words[i], &one, sizeof one), 0, "number %u", i);
    }
}

Test(rng, draws_among_identities_as_one_by_one)
{
    const struct rng rng = rng_of(20200401, 3);
    const struct rng_purpose what = {3, 4, 0, 1};
    for (uint32_t round = 0; round < 1000; round++) {
        const struct rng_identity who = {rng_mix(round), (uint32_t)rng_mix(round + 7777)};
        uint64_t hash[4 * RNG_BATCH] = {0};
        uint32_t word[4 * RNG_BATCH];
        const size_t count = round % (4 * RNG_BATCH + 1);
        for (size_t i = 0; i < count; i++)
            hash[i] = rng_mix(round * 100 + i);
        rng_draw_among(&rng, who, hash, count, what, word);
        for (size_t i = 0; i < count; i++) {
            const struct rng_identity one = {who.stream ^ hash[i], who.ordinal};
            cr_assert_eq(word[i], rng_draw(&rng, one, what).w[0]);
        }
    }
}

Test(rng, draws_among_identities_for_several_as_for_one)
{
    enum { MOST = 7 };
    const struct rng rng = rng_of(20200401, 3);
    for (uint32_t round = 0; round < 300; round++) {
        uint64_t hash[MOST][RNG_AMONG];
        uint32_t word[MOST][RNG_AMONG];
        struct rng_among asked[MOST];
        const size_t count = round % (MOST + 1);
        for (size_t i = 0; i < MOST; i++) {
            const uint64_t luck = rng_mix(round * MOST + i);
            asked[i] = (struct rng_among){{luck, (uint32_t)rng_mix(luck)},
                                          {(uint32_t)(luck & 4095), (uint32_t)i, 255, (uint32_t)(luck >> 32)},
                                          hash[i]};
            for (size_t k = 0; k < RNG_AMONG; k++)
                hash[i][k] = rng_mix(luck ^ k);
        }
        rng_draw_among_each(&rng, asked, count, word);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < RNG_AMONG; k++) {
                const struct rng_identity one = {asked[i].who.stream ^ hash[i][k], asked[i].who.ordinal};
                cr_assert_eq(word[i][k], rng_draw(&rng, one, asked[i].what).w[0]);
            }
    }
}

Test(rng, keeps_every_bit_of_identity_and_purpose_apart)
{
    const struct rng rng = rng_of(1, 0);
    uint64_t seen[1 + 12 + 12 + 8 + 32 + 64 + 32];
    size_t count = 0;
    for (unsigned bit = 0; bit <= 160; bit++) {
        struct rng_identity who = {0, 0};
        struct rng_purpose what = {0, 0, 0, 0};
        if (bit < 12)
            what.quantity = 1u << bit;
        else if (bit < 24)
            what.stage = 1u << (bit - 12);
        else if (bit < 32)
            what.attempt = 1u << (bit - 24);
        else if (bit < 64)
            what.visit = 1u << (bit - 32);
        else if (bit < 128)
            who.stream = UINT64_C(1) << (bit - 64);
        else if (bit < 160)
            who.ordinal = 1u << (bit - 128);
        const struct rng_words got = rng_draw(&rng, who, what);
        seen[count++] = (uint64_t)got.w[0] << 32 | got.w[1];
    }
    cr_assert_eq(count, sizeof seen / sizeof seen[0]);
    cr_assert_eq(repeats(seen, count), 0);
}

static uint64_t key_of(uint64_t seed, uint32_t replication)
{
    const struct rng rng = rng_of(seed, replication);
    return (uint64_t)rng.key[1] << 32 | rng.key[0];
}

Test(rng, gives_every_seed_and_replication_its_own_key)
{
    enum { SEEDS = 300, REPLICATIONS = 300 };
    static uint64_t keys[SEEDS * REPLICATIONS];
    size_t count = 0;
    for (uint32_t seed = 0; seed < SEEDS; seed++)
        for (uint32_t replication = 0; replication < REPLICATIONS; replication++)
            keys[count++] = key_of(20200401 + seed, replication);
    cr_assert_eq(repeats(keys, count), 0);

    count = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) /* seeds that differ in their upper half */
        for (uint32_t replication = 0; replication < REPLICATIONS; replication++)
            keys[count++] = key_of(seed << 32 | 7, replication);
    cr_assert_eq(repeats(keys, count), 0);
}

Test(rng, tells_texts_apart)
{
    const char *const ids[] = {"", "a", "b", "ab", "ba", "152221", "152222", "stroke", "stroke "};
    uint64_t hashes[32];
    size_t count = 0;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        hashes[count++] = rng_hash(ids[i]);
    hashes[count++] = rng_hash_more(rng_hash("a"), "b");
    hashes[count++] = rng_hash_more(rng_hash("b"), "a");
    hashes[count++] = rng_hash_more(rng_hash("ab"), "");
    hashes[count++] = rng_hash_more(rng_hash(""), "ab");
    cr_assert_eq(repeats(hashes, count), 0);
    cr_assert_eq(rng_hash("stroke"), rng_hash("stroke"));
}

Test(rng, unit_stays_inside_zero_and_one)
{
    cr_assert_gt(rng_unit(0), 0);
    cr_assert_lt(rng_unit(UINT32_MAX), 1);
    cr_assert_eq(rng_unit(0) + rng_unit(UINT32_MAX), 1);
    cr_assert_lt(rng_unit(4), rng_unit(5));
}

/* Chi-square over 256 cells of one word of the block, a million draws that differ in one field only. Fixed
 * seed; each of the 20 checks would reject a perfect generator once in a million seeds. */
Test(rng, is_uniform_along_every_field)
{
    const struct rng rng = rng_of(12345, 0);
    for (unsigned field = 0; field < 5; field++)
        for (unsigned word = 0; word < 4; word++) {
            enum { CELLS = 256, DRAWS = 1 << 18 };
            unsigned cells[CELLS] = {0};
            for (uint32_t i = 0; i < DRAWS; i++) {
                struct rng_identity who = {rng_hash("place"), 1};
                struct rng_purpose what = {1, 1, 0, 0};
                if (field == 0)
                    what.quantity = i % 4096, what.stage = i / 4096;
                else if (field == 1)
                    what.visit = i;
                else if (field == 2)
                    who.ordinal = i;
                else if (field == 3)
                    who.stream = i;
                else
                    who.stream = (uint64_t)i << 32;
                cells[rng_draw(&rng, who, what).w[word] >> 24]++;
            }
            double chi2 = 0;
            const double expected = (double)DRAWS / CELLS;
            for (int c = 0; c < CELLS; c++)
                chi2 += (cells[c] - expected) * (cells[c] - expected) / expected;
            cr_assert_gt(gsl_cdf_chisq_Q(chi2, CELLS - 1), 1e-6);
            cr_assert_gt(gsl_cdf_chisq_P(chi2, CELLS - 1), 1e-6);
        }
}

Test(rng, serves_gsl)
{
    gsl_rng *gen = gsl_rng_alloc(rng_gsl_philox), *other = gsl_rng_alloc(rng_gsl_philox);
    cr_assert(gen != NULL && other != NULL);
    cr_assert_str_eq((char *)gsl_rng_name(gen), "philox4x32-10");
    gsl_rng_set(gen, 42);
    gsl_rng_set(other, 43);
    unsigned long first[100];
    int equal = 0;
    for (int i = 0; i < 100; i++) {
        first[i] = gsl_rng_get(gen);
        equal += first[i] == gsl_rng_get(other);
        cr_assert(first[i] <= UINT32_MAX);
    }
    cr_assert_lt(equal, 3);
    gsl_rng_set(gen, 42);
    for (int i = 0; i < 100; i++)
        cr_assert_eq(gsl_rng_get(gen), first[i]);
    gsl_rng_memcpy(other, gen);
    cr_assert_eq(gsl_rng_get(other), gsl_rng_get(gen));
    gsl_rng_free(gen);
    gsl_rng_free(other);
}

/* Mean of 10^5 uniform doubles within 5 standard errors: a false alarm once in 1.7 million seeds. */
Test(rng, gives_gsl_uniform_doubles)
{
    gsl_rng *gen = gsl_rng_alloc(rng_gsl_philox);
    cr_assert(gen != NULL);
    gsl_rng_set(gen, 7);
    enum { DRAWS = 100000 };
    double sum = 0;
    int finer_than_a_word = 0;
    for (int i = 0; i < DRAWS; i++) {
        const double u = gsl_rng_uniform(gen);
        cr_assert(u >= 0 && u < 1);
        finer_than_a_word += u * 0x1p32 != floor(u * 0x1p32);
        sum += u;
    }
    cr_assert_lt(fabs(sum / DRAWS - 0.5), 5 * sqrt(1.0 / 12 / DRAWS));
    cr_assert_gt(finer_than_a_word, DRAWS / 2);
    gsl_rng_free(gen);
}
