#include "study/deflated.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "sim/mem.h"

/* RFC 1951 and 1950. How zlib looks for earlier bytes at this level, and how it breaks ties between code
 * lengths, is repeated here; tests/unit/test_deflated.c compares the bytes. */
enum {
    LEAST_MATCH = 3,
    LONGEST_MATCH = 258,
    WINDOW = 1 << 15,
    AHEAD = LONGEST_MATCH + LEAST_MATCH + 1, /* bytes that zlib wants to see before it reads no more */
    FARTHEST = WINDOW - AHEAD,
    HASHES = 1 << 15,
    GOOD_ENOUGH = 16, /* a match that long ends the search */
    TRIES = 8,
    NOTED_WHOLE = 5, /* of a longer match only the first string is noted */
    BLOCK_TOKENS = (1 << 14) - 1
};
enum { LITERALS = 286, DISTANCES = 30, LENGTHS = 19, END = 256, LONGEST_CODE = 15, LONGEST_LENGTH_CODE = 7 };
enum { REPEAT = 16, ZEROS = 17, MANY_ZEROS = 18 };

struct token {
    uint16_t distance; /* 0: a literal */
    uint16_t value;    /* the byte, or the length */
};

struct deflated {
    uint32_t last[HASHES];    /* by hash: 1 + the last place of such a string; 0: none */
    uint32_t earlier[WINDOW]; /* by place: likewise of the string before it */
    struct token token[BLOCK_TOKENS + 1];
    size_t tokens;
};

struct deflated *deflated_new(struct err *err)
{
    return mem_zeroed(1, sizeof(struct deflated), err);
}

void deflated_free(struct deflated *room)
{
    free(room);
}

/* ---- what is repeated ---- */

/* The bytes, and how far zlib's window has come: it starts at `base`, and what lies there is not found. */
struct reading {
    const unsigned char *from;
    size_t size, used, at, base, read;
};

static void read_on(struct reading *reading)
{
    if (reading->read - reading->at >= AHEAD)
        return;
    if (reading->at - reading->base >= WINDOW + FARTHEST)
        reading->base += WINDOW;
    const size_t end = reading->base + 2 * WINDOW;
    reading->read = end < reading->size ? end : reading->size;
}

static uint32_t hash_at(const unsigned char *from)
{
    return ((uint32_t)from[0] << 10 ^ (uint32_t)from[1] << 5 ^ from[2]) % HASHES;
}

/* Returns 1 + the place of an earlier string of that hash, or 0. */
static uint32_t note(struct deflated *room, const struct reading *reading, size_t at)
{
    if (reading->size - at < LEAST_MATCH)
        return 0;
    uint32_t *last = &room->last[hash_at(reading->from + at)];
    const uint32_t before = *last;
    room->earlier[at % WINDOW] = before;
    *last = (uint32_t)at + 1;
    return before;
}

static size_t shared(const struct reading *reading, size_t earlier, size_t most)
{
    size_t length = 0;
    const unsigned char *here = reading->from + reading->at, *there = reading->from + earlier;
    if (earlier >= reading->used)
        return most;
    while (length + sizeof(uint64_t) <= most && memcmp(here + length, there + length, sizeof(uint64_t)) == 0)
        length += sizeof(uint64_t);
    while (length < most && here[length] == there[length])
        length++;
    return length;
}

/* The longest of the latest strings that begin as this one does; 0: none of three bytes. */
static size_t find(const struct deflated *room, const struct reading *reading, uint32_t before, size_t *where)
{
    const size_t left = reading->size - reading->at, most = left < LONGEST_MATCH ? left : LONGEST_MATCH;
    const size_t good = most < GOOD_ENOUGH ? most : GOOD_ENOUGH;
    const size_t far = reading->at - reading->base > FARTHEST ? reading->at - FARTHEST : reading->base;
    size_t best = LEAST_MATCH - 1, earlier = (size_t)before - 1;
    if (before == 0 || earlier <= reading->base || reading->at - earlier > FARTHEST)
        return 0;
    for (int tries = 0; tries < TRIES; tries++) {
        const size_t length = shared(reading, earlier, most);
        if (length > best) {
            best = length;
            *where = earlier;
        }
        const uint32_t next = room->earlier[earlier % WINDOW];
        if (best >= good || next == 0 || (size_t)next - 1 <= far)
            break;
        earlier = (size_t)next - 1;
    }
    return best < LEAST_MATCH ? 0 : best;
}

/* False when there are too many tokens for a block. */
static bool tell(struct deflated *room, struct reading *reading)
{
    memset(room->last, 0, sizeof room->last);
    for (room->tokens = 0; reading->at < reading->size;) {
        read_on(reading);
        size_t where = 0;
        const size_t at = reading->at, length = find(room, reading, note(room, reading, at), &where);
        if (room->tokens == BLOCK_TOKENS - 1)
            return false;
        room->token[room->tokens++] = length == 0 ? (struct token){0, reading->from[at]}
                                                  : (struct token){(uint16_t)(at - where), (uint16_t)length};
        reading->at += length == 0 ? 1 : length;
        if (length <= NOTED_WHOLE && reading->size - reading->at >= LEAST_MATCH)
            for (size_t inside = at + 1; inside < reading->at; inside++)
                (void)note(room, reading, inside);
    }
    return true;
}

/* ---- lengths of codes ---- */

struct codes {
    uint32_t often[LITERALS + 2];
    uint8_t bits[LITERALS + 2];
    uint16_t code[LITERALS + 2]; /* its first bit lowest */
    unsigned symbols, used;      /* of them up to the last one that occurs */
    unsigned added;              /* that do not occur */
};

struct heap {
    uint32_t often[2 * LITERALS + 4];
    uint16_t parent[2 * LITERALS + 4], item[LITERALS + 3];
    uint8_t depth[2 * LITERALS + 4];
    uint16_t taken[2 * LITERALS + 4]; /* in the order in which they were joined */
    unsigned count, takings;
};

static bool is_first(const struct heap *heap, unsigned a, unsigned b)
{
    return heap->often[a] != heap->often[b] ? heap->often[a] < heap->often[b]
                                            : heap->depth[a] <= heap->depth[b];
}

static void sink(struct heap *heap, unsigned hole)
{
    const uint16_t item = heap->item[hole];
    for (unsigned below = 2 * hole; below <= heap->count; below = 2 * hole) {
        if (below < heap->count && is_first(heap, heap->item[below + 1], heap->item[below]))
            below++;
        if (is_first(heap, item, heap->item[below]))
            break;
        heap->item[hole] = heap->item[below];
        hole = below;
    }
    heap->item[hole] = item;
}

/* Symbols that occur, of which there are two at least. */
static void fill_heap(struct heap *heap, struct codes *codes)
{
    heap->count = heap->takings = codes->used = 0;
    for (unsigned s = 0; s < codes->symbols; s++)
        if (codes->often[s] > 0) {
            heap->item[++heap->count] = (uint16_t)s;
            codes->used = s + 1;
        }
    while (heap->count < 2) {
        const unsigned added = codes->used < 3 ? codes->used : 0;
        heap->item[++heap->count] = (uint16_t)added;
        codes->often[added] = 1;
        codes->added++;
        codes->used = codes->used < 3 ? codes->used + 1 : codes->used;
    }
    memcpy(heap->often, codes->often, codes->symbols * sizeof *heap->often);
    memset(heap->depth, 0, sizeof heap->depth);
    for (unsigned i = heap->count / 2; i >= 1; i--)
        sink(heap, i);
}

/* Huffman's tree; returns its root. Those that join get the next number. */
static unsigned join(struct heap *heap, unsigned symbols)
{
    unsigned node = symbols;
    for (; heap->count >= 2; node++) {
        const unsigned a = heap->item[1];
        heap->item[1] = heap->item[heap->count--];
        sink(heap, 1);
        const unsigned b = heap->item[1];
        heap->taken[heap->takings++] = (uint16_t)a;
        heap->taken[heap->takings++] = (uint16_t)b;
        heap->often[node] = heap->often[a] + heap->often[b];
        heap->depth[node] =
            (uint8_t)((heap->depth[a] > heap->depth[b] ? heap->depth[a] : heap->depth[b]) + 1);
        heap->parent[a] = heap->parent[b] = (uint16_t)node;
        heap->item[1] = (uint16_t)node;
        sink(heap, 1);
    }
    return node - 1;
}

static void number_codes(struct codes *codes)
{
    unsigned of[LONGEST_CODE + 1] = {0}, next[LONGEST_CODE + 2] = {0};
    for (unsigned s = 0; s < codes->used; s++)
        of[codes->bits[s]] += codes->bits[s] > 0;
    for (unsigned bits = 1; bits <= LONGEST_CODE; bits++)
        next[bits + 1] = (next[bits] + of[bits]) << 1;
    for (unsigned s = 0; s < codes->used; s++) {
        unsigned code = next[codes->bits[s]]++, turned = 0;
        for (unsigned bit = 0; bit < codes->bits[s]; bit++, code >>= 1)
            turned = turned << 1 | (code & 1);
        codes->code[s] = (uint16_t)turned;
    }
}

/* Codes as long as the tree is deep, but no longer than allowed. Counts them by length; returns how many
 * nodes would be deeper. */
static unsigned cut_codes(struct codes *codes, const struct heap *heap, unsigned root, unsigned longest,
                          unsigned *of)
{
    uint8_t bits[2 * LITERALS + 4];
    unsigned deeper = 0;
    bits[root] = 0;
    for (unsigned t = heap->takings; t-- > 0;) {
        const unsigned node = heap->taken[t], below = bits[heap->parent[node]] + 1U;
        bits[node] = (uint8_t)(below > longest ? longest : below);
        deeper += below > longest;
        if (node < codes->symbols) {
            codes->bits[node] = bits[node];
            of[bits[node]]++;
        }
    }
    return deeper;
}

/* Makes room for those that were cut below the deepest leaves that are not; who is rarest has the longest. */
static void lengthen_codes(struct codes *codes, const struct heap *heap, unsigned deeper, unsigned longest,
                           unsigned *of)
{
    for (int left = (int)deeper; left > 0; left -= 2) {
        unsigned bits = longest - 1;
        while (of[bits] == 0)
            bits--;
        of[bits]--;
        of[bits + 1] += 2;
        of[longest]--;
    }
    unsigned bits = longest;
    for (unsigned t = 0; t < heap->takings; t++)
        if (heap->taken[t] < codes->symbols) {
            while (of[bits] == 0)
                bits--;
            codes->bits[heap->taken[t]] = (uint8_t)bits;
            of[bits]--;
        }
}

static void make_codes(struct codes *codes, unsigned longest)
{
    struct heap heap;
    unsigned of[LONGEST_CODE + 1] = {0};
    fill_heap(&heap, codes);
    const unsigned root = join(&heap, codes->symbols);
    memset(codes->bits, 0, sizeof codes->bits);
    const unsigned deeper = cut_codes(codes, &heap, root, longest, of);
    if (deeper > 0)
        lengthen_codes(codes, &heap, deeper, longest, of);
    number_codes(codes);
}

/* ---- symbols ---- */

struct range {
    unsigned symbol, first, extra;
};

/* Ranges double in width after every two distances, or four lengths (`steps`). */
static struct range range_of(unsigned value, unsigned steps)
{
    struct range range = {.symbol = value, .first = value};
    if (value >= 2 * steps) {
        const unsigned shift = steps == 2 ? 1 : 2;
        range.extra = 31 - (unsigned)__builtin_clz(value) - shift;
        range.symbol = range.extra * steps + (value >> range.extra);
        range.first = value >> range.extra << range.extra;
    }
    return range;
}

static struct range range_of_length(unsigned length)
{
    struct range range = {.symbol = 28, .first = LONGEST_MATCH};
    if (length < LONGEST_MATCH) {
        range = range_of(length - LEAST_MATCH, 4);
        range.first += LEAST_MATCH;
    }
    range.symbol += END + 1;
    return range;
}

static struct range range_of_distance(unsigned distance)
{
    struct range range = range_of(distance - 1, 2);
    range.first++;
    return range;
}

struct block {
    struct codes literals, distances, lengths;
    struct token run[LITERALS + DISTANCES]; /* lengths of codes: a symbol, and what its extra bits say */
    unsigned runs, orders;
};

static void count_tokens(const struct deflated *room, struct block *block)
{
    for (size_t t = 0; t < room->tokens; t++) {
        const struct token token = room->token[t];
        if (token.distance == 0) {
            block->literals.often[token.value]++;
        } else {
            block->literals.often[range_of_length(token.value).symbol]++;
            block->distances.often[range_of_distance(token.distance).symbol]++;
        }
    }
    block->literals.often[END]++;
}

static void add_run(struct block *block, unsigned symbol, unsigned extra)
{
    block->lengths.often[symbol]++;
    block->run[block->runs++] = (struct token){(uint16_t)extra, (uint16_t)symbol};
}

/* So many equal lengths, after one of `before` bits. */
static void add_equal(struct block *block, unsigned bits, unsigned count, unsigned before)
{
    if (bits == 0 && count >= 11) {
        add_run(block, MANY_ZEROS, count - 11);
    } else if (bits == 0 && count >= 3) {
        add_run(block, ZEROS, count - 3);
    } else if (bits != 0 && count >= (bits == before ? 3U : 4U)) {
        if (bits != before)
            add_run(block, bits, 0);
        add_run(block, REPEAT, count - (bits == before ? 3 : 4));
    } else {
        for (unsigned i = 0; i < count; i++)
            add_run(block, bits, 0);
    }
}

static void add_lengths(struct block *block, const struct codes *codes)
{
    unsigned before = UINT8_MAX;
    for (unsigned s = 0; s < codes->used;) {
        const unsigned bits = codes->bits[s], most = bits == 0 ? 138 : bits == before ? 6 : 7;
        unsigned count = 1;
        while (count < most && s + count < codes->used && codes->bits[s + count] == bits)
            count++;
        add_equal(block, bits, count, before);
        before = bits;
        s += count;
    }
}

/* ---- bits ---- */

static const uint8_t order[LENGTHS] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

struct bits {
    unsigned char *to;
    uint64_t word;
    unsigned count;
};

static void put(struct bits *bits, unsigned value, unsigned count)
{
    bits->word |= (uint64_t)value << bits->count;
    bits->count += count;
    for (; bits->count >= 8; bits->count -= 8, bits->word >>= 8)
        *bits->to++ = (unsigned char)bits->word;
}

static void put_code(struct bits *bits, const struct codes *codes, unsigned symbol)
{
    put(bits, codes->code[symbol], codes->bits[symbol]);
}

static void put_range(struct bits *bits, const struct codes *codes, struct range range, unsigned value)
{
    put_code(bits, codes, range.symbol);
    put(bits, value - range.first, range.extra);
}

static void put_head(struct bits *bits, const struct block *block)
{
    put(bits, 1 | 2 << 1, 3); /* the last block; codes of its own */
    put(bits, block->literals.used - (END + 1), 5);
    put(bits, block->distances.used - 1, 5);
    put(bits, block->orders - 4, 4);
    for (unsigned i = 0; i < block->orders; i++)
        put(bits, block->lengths.bits[order[i]], 3);
    for (unsigned r = 0; r < block->runs; r++) {
        const unsigned symbol = block->run[r].value;
        put_code(bits, &block->lengths, symbol);
        put(bits, block->run[r].distance,
            symbol == REPEAT       ? 2
            : symbol == ZEROS      ? 3
            : symbol == MANY_ZEROS ? 7
                                   : 0);
    }
}

static void put_tokens(struct bits *bits, const struct deflated *room, const struct block *block)
{
    for (size_t t = 0; t < room->tokens; t++) {
        const struct token token = room->token[t];
        if (token.distance == 0) {
            put_code(bits, &block->literals, token.value);
        } else {
            put_range(bits, &block->literals, range_of_length(token.value), token.value);
            put_range(bits, &block->distances, range_of_distance(token.distance), token.distance);
        }
    }
    put_code(bits, &block->literals, END);
}

/* How many bits the block takes, with its own codes or with those of the standard. */
static size_t block_bits(const struct block *block, bool own)
{
    size_t bits = own ? 3 * (size_t)block->orders + 5 + 5 + 4 : 0;
    bits -= (own ? 1U : 5U) * (size_t)block->distances.added; /* taken back from what follows */
    for (unsigned s = 0; s < LITERALS; s++) {
        const unsigned fixed = s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8;
        const unsigned extra = s < 265 || s == 285 ? 0 : (s - 261) / 4;
        bits += (size_t)block->literals.often[s] * ((own ? block->literals.bits[s] : fixed) + extra);
    }
    for (unsigned s = 0; s < DISTANCES; s++)
        bits += (size_t)block->distances.often[s] *
                ((own ? block->distances.bits[s] : 5) + (s < 4 ? 0 : s / 2 - 1));
    for (unsigned s = 0; own && s < LENGTHS; s++)
        bits += (size_t)block->lengths.often[s] * (block->lengths.bits[s] + (s == REPEAT       ? 2U
                                                                             : s == ZEROS      ? 3U
                                                                             : s == MANY_ZEROS ? 7U
                                                                                               : 0U));
    return bits;
}

/* False when zlib would write another kind of block. */
static bool make_block(const struct deflated *room, struct block *block, size_t size)
{
    *block = (struct block){.literals = {.symbols = LITERALS},
                            .distances = {.symbols = DISTANCES},
                            .lengths = {.symbols = LENGTHS}};
    count_tokens(room, block);
    make_codes(&block->literals, LONGEST_CODE);
    make_codes(&block->distances, LONGEST_CODE);
    add_lengths(block, &block->literals);
    add_lengths(block, &block->distances);
    make_codes(&block->lengths, LONGEST_LENGTH_CODE);
    for (block->orders = LENGTHS; block->orders > 4 && block->lengths.bits[order[block->orders - 1]] == 0;)
        block->orders--;
    const size_t own = (block_bits(block, true) + 3 + 7) / 8, fixed = (block_bits(block, false) + 3 + 7) / 8;
    return own < fixed && own < size;
}

/* ---- a piece ---- */

enum { ADLER_MODULUS = 65521, STRIP = 256 };

static bool is_zero(const unsigned char *from, size_t size)
{
    uint64_t any = 0, word;
    size_t at = 0;
    for (; at + sizeof word <= size; at += sizeof word) {
        memcpy(&word, from + at, sizeof word);
        any |= word;
    }
    for (; at < size; at++)
        any |= from[at];
    return any == 0;
}

/* Adler's sum: zeros add the lower half to the upper one, each. */
static uint32_t checksum(const unsigned char *from, size_t size, size_t used)
{
    uLong sum = 1;
    for (size_t at = 0, strip; at < size; at += strip) {
        strip = at >= used ? size - at : size - at < STRIP ? size - at : STRIP;
        if (at >= used || is_zero(from + at, strip))
            sum =
                ((sum >> 16) + strip % ADLER_MODULUS * (sum & 0xffff)) % ADLER_MODULUS << 16 | (sum & 0xffff);
        else
            sum = adler32(sum, from + at, (uInt)strip);
    }
    return (uint32_t)sum;
}

/* 0: it is not of one block with codes of its own. */
static size_t make_sparse(struct deflated *room, unsigned char *to, const unsigned char *from, size_t size,
                          size_t used)
{
    struct reading reading = {.from = from, .size = size, .used = used};
    struct block block;
    if (!tell(room, &reading) || !make_block(room, &block, size))
        return 0;
    struct bits bits = {.to = to};
    put(&bits, 0x78, 8); /* a window of 32 KB */
    put(&bits, 0x5e, 8); /* fast; both a multiple of 31 */
    put_head(&bits, &block);
    put_tokens(&bits, room, &block);
    put(&bits, 0, (8 - bits.count) % 8);
    const uint32_t sum = checksum(from, size, used);
    for (unsigned shift = 32; shift > 0; shift -= 8)
        put(&bits, sum >> (shift - 8) & 0xff, 8);
    return (size_t)(bits.to - to);
}

size_t deflated_make(struct deflated *room, unsigned char *to, const unsigned char *from, size_t size,
                     size_t used)
{
    const size_t bytes = size <= UINT32_MAX / 2 ? make_sparse(room, to, from, size, used) : 0;
    if (bytes > 0)
        return bytes;
    uLongf whole = compressBound(size);
    return compress2(to, &whole, from, size, DEFLATED_LEVEL) == Z_OK ? whole : 0;
}
