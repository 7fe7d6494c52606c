#include "sim/calendar_ring.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

enum {
    LINE_BYTES = 64,
    BLOCK_CHUNKS = 256,       /* of the first allocation; later ones double */
    BLOCK_CHUNKS_MOST = 8191, /* so that a block is a huge page */
};

/* Chunks of one allocation; they are freed together. */
struct block {
    struct block *older;
    size_t count;
    _Alignas(LINE_BYTES) struct chunk chunks[];
};

static bool add_block(struct chunks *chunks)
{
    size_t count = chunks->blocks == NULL ? BLOCK_CHUNKS : 2 * chunks->blocks->count;
    if (count > BLOCK_CHUNKS_MOST)
        count = BLOCK_CHUNKS_MOST;
    struct block *block = mem_lines(1, sizeof *block + count * sizeof block->chunks[0]);
    if (block == NULL)
        return false;
    block->older = chunks->blocks;
    block->count = count;
    chunks->blocks = block;
    for (size_t i = 0; i < count; i++)
        block->chunks[i].older = i + 1 < count ? &block->chunks[i + 1] : NULL;
    chunks->spare = &block->chunks[0];
    return true;
}

static struct chunk *new_chunk(struct chunks *chunks)
{
    if (chunks->spare == NULL && !add_block(chunks))
        return NULL;
    struct chunk *chunk = chunks->spare;
    chunks->spare = chunk->older;
    return chunk;
}

void chunks_spare(struct chunks *chunks, struct chunk *chunk)
{
    chunk->older = chunks->spare;
    chunks->spare = chunk;
}

void chunks_free(struct chunks *chunks)
{
    while (chunks->blocks != NULL) {
        struct block *older = chunks->blocks->older;
        free(chunks->blocks);
        chunks->blocks = older;
    }
    chunks->spare = NULL;
}

static bool bucket_add(struct chunks *chunks, struct bucket *bucket, struct event event)
{
    if (bucket->newest == NULL || bucket->fill == CHUNK_EVENTS) {
        if (bucket->count > UINT32_MAX - CHUNK_EVENTS)
            return false;
        struct chunk *chunk = new_chunk(chunks);
        if (chunk == NULL)
            return false;
        chunk->older = bucket->newest;
        bucket->newest = chunk;
        bucket->fill = 0;
    }
    bucket->newest->events[bucket->fill++] = event;
    bucket->count++;
    return true;
}

bool ring_init(struct ring *ring, int64_t start_us, int64_t width_us)
{
    *ring = (struct ring){
        .start_us = start_us, .width_us = width_us, .reciprocal = UINT64_MAX / (uint64_t)width_us};
    ring->buckets = mem_lines(RING_BUCKETS, sizeof *ring->buckets);
    if (ring->buckets != NULL)
        memset(ring->buckets, 0, RING_BUCKETS * sizeof *ring->buckets);
    return ring->buckets != NULL;
}

void ring_free(struct ring *ring)
{
    free(ring->buckets);
    *ring = (struct ring){0};
}

bool ring_add(struct ring *ring, struct chunks *chunks, struct event event)
{
    const size_t slot =
        (ring->first_slot + bucket_number(ring, ring_offset(ring, event.at_us))) % RING_BUCKETS;
    if (!bucket_add(chunks, &ring->buckets[slot], event))
        return false;
    ring->used[slot / 64] |= UINT64_C(1) << slot % 64;
    ring->count++;
    return true;
}

size_t ring_first_used(const struct ring *ring)
{
    const size_t first = ring->first_slot;
    for (size_t i = 0; i <= RING_WORDS; i++) {
        const size_t word = (first / 64 + i) % RING_WORDS;
        uint64_t bits = ring->used[word];
        if (i == 0)
            bits &= UINT64_MAX << first % 64;
        if (bits != 0)
            return (word * 64 + (size_t)__builtin_ctzll(bits) + RING_BUCKETS - first) % RING_BUCKETS;
    }
    return RING_BUCKETS;
}

struct bucket ring_advance(struct ring *ring, size_t number)
{
    const size_t slot = (ring->first_slot + number) % RING_BUCKETS;
    const struct bucket bucket = ring->buckets[slot];
    ring->buckets[slot] = (struct bucket){0};
    ring->count -= bucket.count;
    ring->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    ring->first_slot = (slot + 1) % RING_BUCKETS;
    if (__builtin_add_overflow(ring_bucket_us(ring, number), ring->width_us, &ring->start_us))
        ring->start_us = INT64_MAX;
    return bucket;
}

size_t ring_copy(const struct ring *ring, struct event *events)
{
    size_t count = 0;
    for (size_t slot = 0; slot < RING_BUCKETS; slot++) {
        size_t fill = ring->buckets[slot].fill;
        for (const struct chunk *chunk = ring->buckets[slot].newest; chunk != NULL; chunk = chunk->older) {
            memcpy(events + count, chunk->events, fill * sizeof *events);
            count += fill;
            fill = CHUNK_EVENTS;
        }
    }
    return count;
}

static int check_bucket(const struct ring *ring, size_t slot, struct err *err)
{
    const struct bucket *bucket = &ring->buckets[slot];
    const bool used = (ring->used[slot / 64] >> slot % 64 & 1) != 0;
    if (used != (bucket->count > 0))
        return err_fail(err, "calendar: bucket %zu has %u events and the wrong mark", slot, bucket->count);
    const uint64_t from = (slot + RING_BUCKETS - ring->first_slot) % RING_BUCKETS * (uint64_t)ring->width_us;
    size_t found = 0;
    size_t fill = bucket->fill;
    for (const struct chunk *chunk = bucket->newest; chunk != NULL; chunk = chunk->older, fill = CHUNK_EVENTS)
        for (size_t i = 0; i < fill; i++, found++)
            if (ring_offset(ring, chunk->events[i].at_us) - from >= (uint64_t)ring->width_us)
                return err_fail(err, "calendar: an event is in the wrong bucket, %zu", slot);
    if (found != bucket->count)
        return err_fail(err, "calendar: bucket %zu has %zu events, not %u", slot, found, bucket->count);
    return 0;
}

int ring_check(const struct ring *ring, struct err *err)
{
    size_t count = 0;
    for (size_t slot = 0; slot < RING_BUCKETS; slot++) {
        if (check_bucket(ring, slot, err) != 0)
            return -1;
        count += ring->buckets[slot].count;
    }
    if (count != ring->count)
        return err_fail(err, "calendar: a ring has %zu events, not %zu", count, ring->count);
    return 0;
}
