#include "sim/rng.h"

#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

uint64_t rng_mix(uint64_t x)
{
    /* Stafford's "variant 13" constants; xor-shifts and odd multipliers keep it a bijection. */
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* The upper half of a seed and the replication share 32 bits. Scattering the replications first keeps
 * neighbouring seeds and neighbouring replications from meeting. */
static uint32_t scatter(uint32_t x)
{
    x = (x ^ (x >> 16)) * UINT32_C(0x85ebca6b);
    x = (x ^ (x >> 13)) * UINT32_C(0xc2b2ae35);
    return x ^ (x >> 16);
}

static struct rng rng_of_key(uint64_t key)
{
    return (struct rng){{(uint32_t)key, (uint32_t)(key >> 32)}};
}

struct rng rng_of(uint64_t seed, uint32_t replication)
{
    const uint64_t joined = seed ^ ((uint64_t)scatter(replication) << 32);
    return rng_of_key(rng_mix(joined + UINT64_C(0x9e3779b97f4a7c15)));
}

static uint64_t hash_bytes(uint64_t hash, const char *text)
{
    for (const unsigned char *byte = (const unsigned char *)text; *byte != '\0'; byte++)
        hash = (hash ^ *byte) * UINT64_C(0x100000001b3);
    return rng_mix(hash);
}

uint64_t rng_hash(const char *id)
{
    return hash_bytes(UINT64_C(0xcbf29ce484222325), id);
}

uint64_t rng_hash_more(uint64_t hash, const char *id)
{
    return hash_bytes(hash + UINT64_C(0x9e3779b97f4a7c15), id);
}

/* Many blocks at once. Each lane of 64 bits holds one word of a block; what is above its lower 32 bits is of
 * no matter to the multiplication, and left out in the end. */
#ifdef __x86_64__
enum { LANES = 4 };
typedef uint64_t lanes __attribute__((vector_size(8 * LANES)));
struct lane_blocks {
    lanes w[4];
};

#define WIDE __attribute__((target("avx2"))) static inline
WIDE lanes product(lanes a, uint32_t b)
{
    return (lanes)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x((long long)b));
}

WIDE void wide_round(struct lane_blocks *block, lanes key0, lanes key1)
{
    const lanes first = product(block->w[0], PHILOX_M4x32_0), second = product(block->w[2], PHILOX_M4x32_1);
    block->w[0] = (second >> 32) ^ block->w[1] ^ key0;
    block->w[1] = second;
    block->w[2] = (first >> 32) ^ block->w[3] ^ key1;
    block->w[3] = first;
}

WIDE void store(const struct lane_blocks *block, struct rng_words out[LANES])
{
    const lanes front = (block->w[0] & UINT32_MAX) | block->w[1] << 32;
    const lanes back = (block->w[2] & UINT32_MAX) | block->w[3] << 32;
    const lanes even = __builtin_shuffle(front, back, (lanes){0, 4, 2, 6});
    const lanes odd = __builtin_shuffle(front, back, (lanes){1, 5, 3, 7});
    const lanes low = __builtin_shuffle(even, odd, (lanes){0, 1, 4, 5});
    const lanes high = __builtin_shuffle(even, odd, (lanes){2, 3, 6, 7});
    memcpy(&out[0], &low, sizeof low);
    memcpy(&out[2], &high, sizeof high);
}

/* Two vectors in turn: a round of one waits for the multiplications of the round before. */
__attribute__((target("avx2"))) static void draw_wide(const struct rng *rng, struct rng_identity first,
                                                      struct rng_purpose what,
                                                      struct rng_words out[RNG_BATCH])
{
    _Static_assert(RNG_BATCH == 2 * LANES, "a batch is two vectors");
    const lanes none = {0}, number = {0, 1, 2, 3};
    uint32_t key0 = rng->key[0], key1 = rng->key[1] ^ (uint32_t)(first.stream >> 32);
    struct lane_blocks a = {
        {none + rng_what(what), none + what.visit, number + first.ordinal, none + (uint32_t)first.stream}};
    struct lane_blocks b = a;
    b.w[2] += LANES;
    for (int round = 0; round < PHILOX4x32_DEFAULT_ROUNDS; round++) {
        wide_round(&a, none + key0, none + key1);
        wide_round(&b, none + key0, none + key1);
        key0 += PHILOX_W32_0;
        key1 += PHILOX_W32_1;
    }
    store(&a, &out[0]);
    store(&b, &out[LANES]);
}

WIDE void load(const uint64_t asked[RNG_BATCH], lanes *a, lanes *b)
{
    memcpy(a, asked, sizeof *a);
    memcpy(b, asked + LANES, sizeof *b);
}

/* Each with a key of its own. */
__attribute__((target("avx2"))) static void draw_wide_asked(const struct rng *rng,
                                                            const struct rng_asked *asked,
                                                            struct rng_words out[RNG_BATCH])
{
    const lanes none = {0};
    struct lane_blocks a, b;
    load(asked->what, &a.w[0], &b.w[0]);
    load(asked->visit, &a.w[1], &b.w[1]);
    load(asked->ordinal, &a.w[2], &b.w[2]);
    load(asked->stream, &a.w[3], &b.w[3]);
    lanes key0 = none + rng->key[0];
    lanes a_key = (a.w[3] >> 32) ^ rng->key[1], b_key = (b.w[3] >> 32) ^ rng->key[1];
    a.w[3] &= UINT32_MAX;
    b.w[3] &= UINT32_MAX;
    for (int round = 0; round < PHILOX4x32_DEFAULT_ROUNDS; round++) {
        wide_round(&a, key0, a_key);
        wide_round(&b, key0, b_key);
        key0 += PHILOX_W32_0;
        a_key += PHILOX_W32_1;
        b_key += PHILOX_W32_1;
    }
    store(&a, &out[0]);
    store(&b, &out[LANES]);
}

/* As many as two vectors hold. Keys count in 32 bits of a lane; what overflows is not multiplied. */
__attribute__((target("avx2"))) static void draw_wide_among(const struct rng *rng, struct rng_identity who,
                                                            const uint64_t hash[RNG_BATCH],
                                                            struct rng_purpose what, uint32_t word[RNG_BATCH])
{
    const lanes none = {0};
    lanes first, second;
    memcpy(&first, hash, sizeof first);
    memcpy(&second, hash + LANES, sizeof second);
    first ^= who.stream;
    second ^= who.stream;
    lanes key0 = none + rng->key[0];
    lanes first_key = (first >> 32) ^ rng->key[1], second_key = (second >> 32) ^ rng->key[1];
    struct lane_blocks a = {
        {none + rng_what(what), none + what.visit, none + who.ordinal, first & UINT32_MAX}};
    struct lane_blocks b = {{a.w[0], a.w[1], a.w[2], second & UINT32_MAX}};
    for (int round = 0; round < PHILOX4x32_DEFAULT_ROUNDS; round++) {
        wide_round(&a, key0, first_key);
        wide_round(&b, key0, second_key);
        key0 += PHILOX_W32_0;
        first_key += PHILOX_W32_1;
        second_key += PHILOX_W32_1;
    }
    /* The lower halves of all lanes, in their order. */
    const __m256 halves =
        _mm256_shuffle_ps(_mm256_castsi256_ps((__m256i)a.w[0]), _mm256_castsi256_ps((__m256i)b.w[0]), 0x88);
    const __m256i words = _mm256_permute4x64_epi64(_mm256_castps_si256(halves), 0xd8);
    _mm256_storeu_si256((__m256i *)(void *)word, words);
}

/* A batch in one vector. */
typedef uint64_t wide_lanes __attribute__((vector_size(8 * RNG_BATCH)));
struct wide_blocks {
    wide_lanes w[4];
};

#define WIDEST __attribute__((target("avx512f"))) static inline
WIDEST wide_lanes wide_product(wide_lanes a, uint32_t b)
{
    return (wide_lanes)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64((long long)b));
}

WIDEST wide_lanes odd_of(wide_lanes a, wide_lanes b, wide_lanes c)
{
    return (wide_lanes)_mm512_ternarylogic_epi64((__m512i)a, (__m512i)b, (__m512i)c, 0x96);
}

WIDEST void widest_round(struct wide_blocks *block, uint32_t key0, wide_lanes key1)
{
    const wide_lanes none = {0};
    const wide_lanes first = wide_product(block->w[0], PHILOX_M4x32_0),
                     second = wide_product(block->w[2], PHILOX_M4x32_1);
    block->w[0] = odd_of(second >> 32, block->w[1], none + key0);
    block->w[1] = second;
    block->w[2] = odd_of(first >> 32, block->w[3], key1);
    block->w[3] = first;
}

WIDEST void store_widest(const struct wide_blocks *block, struct rng_words out[RNG_BATCH])
{
    const wide_lanes front = (block->w[0] & UINT32_MAX) | block->w[1] << 32;
    const wide_lanes back = (block->w[2] & UINT32_MAX) | block->w[3] << 32;
    const wide_lanes low = __builtin_shuffle(front, back, (wide_lanes){0, 8, 1, 9, 2, 10, 3, 11});
    const wide_lanes high = __builtin_shuffle(front, back, (wide_lanes){4, 12, 5, 13, 6, 14, 7, 15});
    memcpy(&out[0], &low, sizeof low);
    memcpy(&out[RNG_BATCH / 2], &high, sizeof high);
}

WIDEST struct wide_blocks blocks_of(struct rng_identity first, struct rng_purpose what)
{
    const wide_lanes none = {0}, number = {0, 1, 2, 3, 4, 5, 6, 7};
    return (struct wide_blocks){
        {none + rng_what(what), none + what.visit, number + first.ordinal, none + (uint32_t)first.stream}};
}

/* Two batches in turn, as draw_wide() has two vectors. */
__attribute__((target("avx512f"))) static void draw_widest(const struct rng *rng, struct rng_identity first,
                                                           struct rng_purpose what,
                                                           struct rng_words out[2 * RNG_BATCH])
{
    const wide_lanes none = {0};
    uint32_t key0 = rng->key[0], key1 = rng->key[1] ^ (uint32_t)(first.stream >> 32);
    struct wide_blocks a = blocks_of(first, what), b = a;
    b.w[2] += RNG_BATCH;
    for (int round = 0; round < PHILOX4x32_DEFAULT_ROUNDS; round++) {
        widest_round(&a, key0, none + key1);
        widest_round(&b, key0, none + key1);
        key0 += PHILOX_W32_0;
        key1 += PHILOX_W32_1;
    }
    store_widest(&a, &out[0]);
    store_widest(&b, &out[RNG_BATCH]);
}

__attribute__((target("avx512f"))) static void draw_widest_asked(const struct rng *rng,
                                                                 const struct rng_asked *asked,
                                                                 struct rng_words out[RNG_BATCH])
{
    struct wide_blocks block;
    memcpy(&block.w[0], asked->what, sizeof block.w[0]);
    memcpy(&block.w[1], asked->visit, sizeof block.w[1]);
    memcpy(&block.w[2], asked->ordinal, sizeof block.w[2]);
    memcpy(&block.w[3], asked->stream, sizeof block.w[3]);
    uint32_t key0 = rng->key[0];
    wide_lanes key1 = (block.w[3] >> 32) ^ rng->key[1];
    block.w[3] &= UINT32_MAX;
    for (int round = 0; round < PHILOX4x32_DEFAULT_ROUNDS; round++) {
        widest_round(&block, key0, key1);
        key0 += PHILOX_W32_0;
        key1 += PHILOX_W32_1;
    }
    store_widest(&block, out);
}

/* Two batches that one individual draws. */
struct among {
    struct wide_blocks first, second;
    wide_lanes first_key, second_key; /* of the round to come, as `key0` */
    uint32_t key0;
};

/* What the blocks of an individual have in common: all but the word of the identity and its key before the
 * first round, and all that does not come of these two before the third. */
struct alike {
    uint32_t key0;
    uint32_t before[3]; /* w[0], w[2] and w[3] of the third round but for that, in this order */
    uint32_t identity;  /* what meets it in the first round */
};

static struct alike alike_of(const struct rng *rng, const struct rng_among *asked)
{
    const uint64_t ordinal = (uint64_t)asked->who.ordinal * PHILOX_M4x32_1,
                   what = (uint64_t)rng_what(asked->what) * PHILOX_M4x32_0;
    const uint32_t first = (uint32_t)(ordinal >> 32) ^ asked->what.visit ^ rng->key[0],
                   key0 = rng->key[0] + PHILOX_W32_0;
    const uint64_t again = (uint64_t)first * PHILOX_M4x32_0;
    return (struct alike){
        .key0 = key0 + PHILOX_W32_0,
        .before = {(uint32_t)ordinal ^ key0, (uint32_t)(again >> 32) ^ (uint32_t)what, (uint32_t)again},
        .identity = (uint32_t)(what >> 32)};
}

/* A block after two rounds; takes the key from the first to the third. */
WIDEST struct wide_blocks third_of(const struct alike *alike, wide_lanes identity, wide_lanes *key1)
{
    const wide_lanes none = {0};
    const wide_lanes second = wide_product(odd_of(identity, *key1, none + alike->identity), PHILOX_M4x32_1);
    *key1 += PHILOX_W32_1;
    const wide_lanes before = (none + alike->before[1]) ^ *key1;
    *key1 += PHILOX_W32_1;
    return (struct wide_blocks){{(second >> 32) ^ alike->before[0], second, before, none + alike->before[2]}};
}

WIDEST struct among among_of(const struct rng *rng, const struct rng_among *asked)
{
    const struct alike alike = alike_of(rng, asked);
    struct among among = {.key0 = alike.key0};
    wide_lanes first, second;
    memcpy(&first, asked->hash, sizeof first);
    memcpy(&second, asked->hash + RNG_BATCH, sizeof second);
    first ^= asked->who.stream;
    second ^= asked->who.stream;
    among.first_key = (first >> 32) ^ rng->key[1];
    among.second_key = (second >> 32) ^ rng->key[1];
    among.first = third_of(&alike, first, &among.first_key);
    among.second = third_of(&alike, second, &among.second_key);
    return among;
}

WIDEST void among_round(struct among *among)
{
    widest_round(&among->first, among->key0, among->first_key);
    widest_round(&among->second, among->key0, among->second_key);
    among->first_key += PHILOX_W32_1;
    among->second_key += PHILOX_W32_1;
    among->key0 += PHILOX_W32_0;
}

/* The first word after two rounds more, which are the last. */
WIDEST __m256i first_after_two(const struct wide_blocks *block, uint32_t key0, wide_lanes key1)
{
    const wide_lanes none = {0};
    const wide_lanes first = wide_product(block->w[0], PHILOX_M4x32_0),
                     second = wide_product(block->w[2], PHILOX_M4x32_1);
    const wide_lanes last = wide_product(odd_of(first >> 32, block->w[3], key1), PHILOX_M4x32_1);
    return _mm512_cvtepi64_epi32((__m512i)odd_of(last >> 32, second, none + (key0 + PHILOX_W32_0)));
}

/* What is left when all rounds but the first two and the last two are done. */
enum { ROUNDS_BETWEEN = PHILOX4x32_DEFAULT_ROUNDS - 4 };

WIDEST void store_among(const struct among *among, uint32_t word[RNG_AMONG])
{
    _mm256_storeu_si256((__m256i *)(void *)word,
                        first_after_two(&among->first, among->key0, among->first_key));
    _mm256_storeu_si256((__m256i *)(void *)(word + RNG_BATCH),
                        first_after_two(&among->second, among->key0, among->second_key));
}

__attribute__((target("avx512f"))) static void draw_widest_among(const struct rng *rng,
                                                                 const struct rng_among *asked,
                                                                 uint32_t word[RNG_AMONG])
{
    struct among among = among_of(rng, asked);
    for (int round = 0; round < ROUNDS_BETWEEN; round++)
        among_round(&among);
    store_among(&among, word);
}

/* Of two individuals in turn, as draw_wide() has two vectors. */
__attribute__((target("avx512f"))) static void draw_widest_among_two(const struct rng *rng,
                                                                     const struct rng_among asked[2],
                                                                     uint32_t word[2][RNG_AMONG])
{
    struct among one = among_of(rng, &asked[0]), other = among_of(rng, &asked[1]);
    for (int round = 0; round < ROUNDS_BETWEEN; round++) {
        among_round(&one);
        among_round(&other);
    }
    store_among(&one, word[0]);
    store_among(&other, word[1]);
}
#endif

void rng_draw_row(const struct rng *rng, struct rng_identity first, struct rng_purpose what, size_t batches,
                  struct rng_words *out)
{
    assert(first.ordinal % RNG_BATCH == 0);
    const struct rng_words *end = out + batches * RNG_BATCH;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        for (; end - out >= 2 * RNG_BATCH; out += 2 * RNG_BATCH, first.ordinal += 2 * RNG_BATCH)
            draw_widest(rng, first, what, out);
    if (__builtin_cpu_supports("avx2"))
        for (; out < end; out += RNG_BATCH, first.ordinal += RNG_BATCH)
            draw_wide(rng, first, what, out);
#endif
    for (; out < end; out++, first.ordinal++)
        *out = rng_draw(rng, first, what);
}

static struct rng_words draw_one(const struct rng *rng, const struct rng_asked *asked, size_t i)
{
    const philox4x32_ctr_t counter = {{(uint32_t)asked->what[i], (uint32_t)asked->visit[i],
                                       (uint32_t)asked->ordinal[i], (uint32_t)asked->stream[i]}};
    const philox4x32_key_t key = {{rng->key[0], rng->key[1] ^ (uint32_t)(asked->stream[i] >> 32)}};
    const philox4x32_ctr_t out = philox4x32(counter, key);
    return (struct rng_words){{out.v[0], out.v[1], out.v[2], out.v[3]}};
}

void rng_draw_asked(const struct rng *rng, const struct rng_asked *asked, struct rng_words out[RNG_BATCH])
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f")) {
        draw_widest_asked(rng, asked, out);
        return;
    }
    if (__builtin_cpu_supports("avx2")) {
        draw_wide_asked(rng, asked, out);
        return;
    }
#endif
    for (size_t i = 0; i < RNG_BATCH; i++)
        out[i] = draw_one(rng, asked, i);
}

void rng_draw_among(const struct rng *rng, struct rng_identity who, const uint64_t *hash, size_t count,
                    struct rng_purpose what, uint32_t *word)
{
    size_t done = 0;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        for (; done + RNG_BATCH < count; done += RNG_AMONG) {
            const struct rng_among asked = {who, what, hash + done};
            draw_widest_among(rng, &asked, word + done);
        }
    if (__builtin_cpu_supports("avx2"))
        for (; done < count; done += RNG_BATCH)
            draw_wide_among(rng, who, hash + done, what, word + done);
#endif
    for (; done < count; done++)
        word[done] =
            rng_draw(rng, (struct rng_identity){.stream = who.stream ^ hash[done], .ordinal = who.ordinal},
                     what)
                .w[0];
}

void rng_draw_among_each(const struct rng *rng, const struct rng_among *asked, size_t count,
                         uint32_t (*word)[RNG_AMONG])
{
    size_t done = 0;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        for (; done + 1 < count; done += 2)
            draw_widest_among_two(rng, &asked[done], &word[done]);
#endif
    for (; done < count; done++)
        rng_draw_among(rng, asked[done].who, asked[done].hash, RNG_AMONG, asked[done].what, word[done]);
}

/* The generator for GSL: numbers the blocks of one key. */
struct gsl_philox {
    uint32_t key[2];
    uint64_t block;
    struct rng_words words;
    unsigned used;
};

static void gsl_philox_set(void *state, unsigned long seed)
{
    struct gsl_philox *gen = state;
    const struct rng own = rng_of_key(rng_mix(~(uint64_t)seed));
    *gen = (struct gsl_philox){.key = {own.key[0], own.key[1]}, .used = 4};
}

static unsigned long gsl_philox_get(void *state)
{
    struct gsl_philox *gen = state;
    if (gen->used == 4) {
        const philox4x32_ctr_t counter = {{(uint32_t)gen->block, (uint32_t)(gen->block >> 32), 0, 0}};
        const philox4x32_key_t key = {{gen->key[0], gen->key[1]}};
        const philox4x32_ctr_t out = philox4x32(counter, key);
        gen->words = (struct rng_words){{out.v[0], out.v[1], out.v[2], out.v[3]}};
        gen->block++;
        gen->used = 0;
    }
    return gen->words.w[gen->used++];
}

static double gsl_philox_get_double(void *state)
{
    const uint64_t high = gsl_philox_get(state) >> 5;
    const uint64_t low = gsl_philox_get(state) >> 6;
    return (double)(high << 26 | low) * 0x1p-53;
}

static const gsl_rng_type gsl_philox_type = {
    .name = "philox4x32-10",
    .max = UINT32_MAX,
    .min = 0,
    .size = sizeof(struct gsl_philox),
    .set = gsl_philox_set,
    .get = gsl_philox_get,
    .get_double = gsl_philox_get_double,
};

const gsl_rng_type *const rng_gsl_philox = &gsl_philox_type;
