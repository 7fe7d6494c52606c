#ifndef COUNTERPART_SIM_RNG_H
#define COUNTERPART_SIM_RNG_H

/* Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, package
 * librandom123-dev). A draw is a pure function of (seed, replication, identity,
 * purpose); nothing is advanced, so that two worlds that skip or add draws still
 * share all others. */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <Random123/philox.h>
#include <gsl/gsl_rng.h>

/* The key of one replication. */
struct rng {
    uint32_t key[2];
};

/* Who draws: the hash of what has a declared id (an arrival stream, a trainee), and the number of the
 * individual within it. */
struct rng_identity {
    uint64_t stream;
    uint32_t ordinal;
};

/* What for: never the order of drawing. Fields wider than their bits are an error of the caller (an
 * assertion in the debug build). */
struct rng_purpose {
    uint32_t quantity; /* 12 bits: an enum of the model */
    uint32_t stage;    /* 12 bits */
    uint32_t attempt;  /* 8 bits */
    uint32_t visit;    /* 32 bits: number of the visit to that stage, or any other second index */
};

struct rng_words {
    uint32_t w[4];
};

/* Distinct keys for all replications of a seed, for all seeds at one replication, and for all pairs whose
 * seeds share their upper 32 bits (every seed below 2^32). */
struct rng rng_of(uint64_t seed, uint32_t replication);

/* A bijection of 64 bits that scatters: for hashes and fingerprints, h = rng_mix(h ^ next). */
uint64_t rng_mix(uint64_t x);

/* 64-bit identity of a declared id (FNV-1a, finalised by a bijective mixer). rng_hash_more() chains a second
 * text: the identity of "place, condition". */
uint64_t rng_hash(const char *id);
uint64_t rng_hash_more(uint64_t hash, const char *id);

static inline uint32_t rng_what(struct rng_purpose what)
{
    assert(what.quantity < 1u << 12 && what.stage < 1u << 12 && what.attempt < 1u << 8);
    return what.quantity << 20 | what.stage << 8 | what.attempt;
}

/* Four independent 32-bit words. The low half of the stream goes to the counter, the high half to the key. */
static inline struct rng_words rng_draw(const struct rng *rng, struct rng_identity who,
                                        struct rng_purpose what)
{
    const philox4x32_ctr_t counter = {{rng_what(what), what.visit, who.ordinal, (uint32_t)who.stream}};
    const philox4x32_key_t key = {{rng->key[0], rng->key[1] ^ (uint32_t)(who.stream >> 32)}};
    const philox4x32_ctr_t out = philox4x32(counter, key);
    return (struct rng_words){{out.v[0], out.v[1], out.v[2], out.v[3]}};
}

/* What individuals in a row draw, the first of them with an ordinal that is a multiple of RNG_BATCH, in whole
 * batches: the same words as by rng_draw(), in less time for each, since none waits for the rounds of
 * another; best are two batches at once. */
enum { RNG_BATCH = 8 };
void rng_draw_row(const struct rng *rng, struct rng_identity first, struct rng_purpose what, size_t batches,
                  struct rng_words *out);

/* So many draws that have nothing in common but the key: the words of rng_draw() for each, in less time. */
struct rng_asked {
    uint64_t stream[RNG_BATCH], ordinal[RNG_BATCH], what[RNG_BATCH], visit[RNG_BATCH];
};
static inline void rng_ask(struct rng_asked *asked, size_t i, struct rng_identity who,
                           struct rng_purpose what)
{
    asked->stream[i] = who.stream;
    asked->ordinal[i] = who.ordinal;
    asked->what[i] = rng_what(what);
    asked->visit[i] = what.visit;
}
void rng_draw_asked(const struct rng *rng, const struct rng_asked *asked, struct rng_words out[RNG_BATCH]);

/* The first words that one individual draws for a purpose under several identities: of rng_draw() with
 * who.stream ^ hash[i], in less time. There are as many hashes, and room for words, as make whole batches;
 * words after the last are of no matter. */
void rng_draw_among(const struct rng *rng, struct rng_identity who, const uint64_t *hash, size_t count,
                    struct rng_purpose what, uint32_t *word);

/* The same for several individuals, each under as many identities: what none of them waits for costs less. */
enum { RNG_AMONG = 2 * RNG_BATCH };
struct rng_among {
    struct rng_identity who;
    struct rng_purpose what;
    const uint64_t *hash; /* [RNG_AMONG] */
};
void rng_draw_among_each(const struct rng *rng, const struct rng_among *asked, size_t count,
                         uint32_t (*word)[RNG_AMONG]);

/* The middle of the word's cell of (0, 1): never 0, never 1. */
static inline double rng_unit(uint32_t word)
{
    return ((double)word + 0.5) * 0x1p-32;
}

/* Philox as a generator for GSL (seeded by gsl_rng_set; 53-bit doubles in [0, 1)), where GSL wants one. Its
 * keys are not those of rng_of(). */
extern const gsl_rng_type *const rng_gsl_philox;

#endif
