#include "sim/calendar_ring.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

enum {
    BLOCK_BYTES = 1 << 16,      /* of the first allocation; later ones double */
    BLOCK_BYTES_MOST = 1 << 21, /* a huge page */
};

_Static_assert(sizeof(struct chunk) == CHUNK_BYTES, "events of a chunk fill it");

/* Chunks of one allocation; they are freed together. */
struct block {
    struct block *older;
    size_t bytes;
};

static bool add_block(struct chunks *chunks)
{
    size_t bytes = chunks->blocks == NULL ? BLOCK_BYTES : 2 * chunks->blocks->bytes;
    if (bytes > BLOCK_BYTES_MOST)
        bytes = BLOCK_BYTES_MOST;
    struct block *block = mem_lines(1, bytes);
    if (block == NULL)
        return false;
    *block = (struct block){chunks->blocks, bytes};
    chunks->blocks = block;
    const size_t first = CHUNK_BYTES - (uintptr_t)block % CHUNK_BYTES;
    chunks->fresh = (struct chunk *)((char *)block + first);
    chunks->fresh_count = (bytes - first) / CHUNK_BYTES;
    return true;
}

/* The next one is fetched: it will be written to soon. */
static struct chunk *new_chunk(struct chunks *chunks)
{
    struct chunk *chunk = chunks->spare;
    if (chunk != NULL) {
        chunks->spare = chunk->older;
        if (chunks->spare != NULL)
            mem_fetch(chunks->spare);
        return chunk;
    }
    if (chunks->fresh_count == 0 && !add_block(chunks))
        return NULL;
    chunks->fresh_count--;
    return chunks->fresh++;
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
    *chunks = (struct chunks){0};
}

bool ring_add_first(struct ring *ring, struct chunks *chunks, size_t slot, struct event event)
{
    struct bucket *bucket = &ring->buckets[slot];
    const size_t before = bucket_count(*bucket);
    struct chunk *chunk = before > UINT32_MAX - CHUNK_EVENTS ? NULL : new_chunk(chunks);
    if (chunk == NULL)
        return false;
    chunk->before = before;
    chunk->older = bucket_newest(*bucket);
    chunk->events[0] = event;
    bucket->end = &chunk->events[1];
    ring->used[slot / 64] |= UINT64_C(1) << slot % 64;
    ring->count++;
    return true;
}

bool ring_init(struct ring *ring, size_t size, int64_t start_us, int64_t width_us)
{
    *ring = (struct ring){.size = size,
                          .start_us = start_us,
                          .width_us = width_us,
                          .reciprocal = UINT64_MAX / (uint64_t)width_us};
    ring->buckets = mem_lines(size, sizeof *ring->buckets);
    if (ring->buckets != NULL)
        memset(ring->buckets, 0, size * sizeof *ring->buckets);
    return ring->buckets != NULL;
}

void ring_free(struct ring *ring)
{
    free(ring->buckets);
    *ring = (struct ring){0};
}

size_t ring_first_used(const struct ring *ring)
{
    const size_t first = ring->first_slot, words = ring->size / 64;
    for (size_t i = 0; i <= words; i++) {
        const size_t word = (first / 64 + i) & (words - 1);
        uint64_t bits = ring->used[word];
        if (i == 0)
            bits &= UINT64_MAX << first % 64;
        if (bits != 0)
            return (word * 64 + (size_t)__builtin_ctzll(bits) - first) & (ring->size - 1);
    }
    return ring->size;
}

size_t ring_count(const struct ring *ring, size_t number)
{
    return bucket_count(ring->buckets[slot_of(ring, number)]);
}

void ring_fetch_ends(const struct ring *ring, size_t buckets)
{
    for (size_t number = 0; number < ring->size && number < buckets; number++) {
        const struct event *end = ring->buckets[slot_of(ring, number)].end;
        if (end != NULL)
            mem_fetch(end);
    }
}

struct bucket ring_advance(struct ring *ring, size_t number)
{
    const size_t slot = slot_of(ring, number);
    const struct bucket bucket = ring->buckets[slot];
    ring->buckets[slot] = (struct bucket){0};
    ring->count -= bucket_count(bucket);
    ring->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    ring->first_slot = slot_of(ring, number + 1);
    if (__builtin_add_overflow(ring_bucket_us(ring, number), ring->width_us, &ring->start_us))
        ring->start_us = INT64_MAX;
    return bucket;
}

size_t ring_copy(const struct ring *ring, struct event *events)
{
    size_t count = 0;
    for (size_t slot = 0; slot < ring->size; slot++) {
        size_t fill = bucket_fill(ring->buckets[slot]);
        const struct chunk *chunk = bucket_newest(ring->buckets[slot]);
        for (; chunk != NULL; chunk = chunk->older) {
            memcpy(events + count, chunk->events, fill * sizeof *events);
            count += fill;
            fill = CHUNK_EVENTS;
        }
    }
    return count;
}

static int check_bucket(const struct ring *ring, size_t slot, struct err *err)
{
    const struct bucket bucket = ring->buckets[slot];
    const size_t count = bucket_count(bucket);
    const bool used = (ring->used[slot / 64] >> slot % 64 & 1) != 0;
    if (used != (count > 0))
        return err_fail(err, "calendar: bucket %zu has %zu events and the wrong mark", slot, count);
    const uint64_t from = ((slot - ring->first_slot) & (ring->size - 1)) * (uint64_t)ring->width_us;
    size_t found = 0;
    size_t fill = bucket_fill(bucket);
    for (const struct chunk *chunk = bucket_newest(bucket); chunk != NULL;
         chunk = chunk->older, fill = CHUNK_EVENTS)
        for (size_t i = 0; i < fill; i++, found++)
            if (ring_offset(ring, chunk->events[i].at_us) - from >= (uint64_t)ring->width_us)
                return err_fail(err, "calendar: an event is in the wrong bucket, %zu", slot);
    if (found != count)
        return err_fail(err, "calendar: bucket %zu has %zu events, not %zu", slot, found, count);
    return 0;
}

int ring_check(const struct ring *ring, struct err *err)
{
    size_t count = 0;
    for (size_t slot = 0; slot < ring->size; slot++) {
        if (check_bucket(ring, slot, err) != 0)
            return -1;
        count += bucket_count(ring->buckets[slot]);
    }
    if (count != ring->count)
        return err_fail(err, "calendar: a ring has %zu events, not %zu", count, ring->count);
    return 0;
}
