#ifndef COUNTERPART_SIM_CALENDAR_RING_H
#define COUNTERPART_SIM_CALENDAR_RING_H

/* A ring of buckets of a calendar: events lie unsorted in the bucket of their
 * time, in chunks that are used again and again. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/events.h"
#include "sim/int128.h"

enum {
    RING_BUCKETS_MOST = 1024,
    RING_WORDS = RING_BUCKETS_MOST / 64,
    CHUNK_BYTES = 1024, /* a power of two */
    CHUNK_EVENTS = CHUNK_BYTES / 16 - 1,
};

/* It starts at a multiple of its size. */
struct chunk {
    struct chunk *older;
    size_t before; /* events of the older ones */
    struct event events[CHUNK_EVENTS];
};

/* Room for buckets, which rings share. Zero-initialise. */
struct chunks {
    struct chunk *spare;
    struct chunk *fresh; /* so many that have never been used */
    size_t fresh_count;
    struct block *blocks; /* owned */
};
void chunks_free(struct chunks *chunks);
void chunks_spare(struct chunks *chunks, struct chunk *chunk);

/* Small, since the next events of a partition lie all over the ring, and other partitions have had their turn
 * since the last ones. */
struct bucket {
    struct event *end; /* of its newest chunk; NULL when nothing has come */
};

static inline struct chunk *bucket_newest(struct bucket bucket)
{
    return bucket.end == NULL ? NULL
                              : (struct chunk *)((uintptr_t)(bucket.end - 1) & -(uintptr_t)CHUNK_BYTES);
}

/* Events of the newest chunk; the older ones are full. */
static inline size_t bucket_fill(struct bucket bucket)
{
    return bucket.end == NULL ? 0 : (size_t)(bucket.end - bucket_newest(bucket)->events);
}

static inline size_t bucket_count(struct bucket bucket)
{
    return bucket.end == NULL ? 0 : bucket_newest(bucket)->before + bucket_fill(bucket);
}

/* Unsorted buckets for times [start_us, start_us + size * width_us). */
struct ring {
    struct bucket *buckets; /* owned */
    size_t size;            /* how many: a power of two from 64 to RING_BUCKETS_MOST */
    int64_t start_us, width_us;
    uint64_t reciprocal; /* 2^64 / width, rounded down */
    size_t first_slot;   /* of the bucket that starts at start_us */
    size_t count;        /* of events */
    uint64_t used[RING_WORDS];
};

/* False when there is no memory. */
bool ring_init(struct ring *ring, size_t size, int64_t start_us, int64_t width_us);
void ring_free(struct ring *ring);

/* The number, from the start, of the first bucket that holds events; the ring's size when none does. */
size_t ring_first_used(const struct ring *ring);

/* Events of a bucket by its number from the start. */
size_t ring_count(const struct ring *ring, size_t number);

/* Fetches the ends of so many buckets: what is added soon goes there. */
void ring_fetch_ends(const struct ring *ring, size_t buckets);

/* Takes a bucket out; the ring starts behind it. Those before it are empty. The chunks are the caller's. */
struct bucket ring_advance(struct ring *ring, size_t number);

/* All events, in no order. Returns how many. */
size_t ring_copy(const struct ring *ring, struct event *events);
/* Invariants; for tests. */
MUST_CHECK int ring_check(const struct ring *ring, struct err *err);

static inline uint64_t high_product(uint64_t a, uint64_t b)
{
    return (uint64_t)((uint128)a * b >> 64);
}

/* Of a time that is not before the ring's start. */
static inline uint64_t ring_offset(const struct ring *ring, int64_t at_us)
{
    return (uint64_t)at_us - (uint64_t)ring->start_us;
}

/* offset / width without a division: the reciprocal is rounded down, which makes the quotient one too small
 * at most. */
static inline uint64_t bucket_number(const struct ring *ring, uint64_t offset)
{
    const uint64_t width = (uint64_t)ring->width_us;
    const uint64_t number = high_product(offset, ring->reciprocal);
    return number + (offset - number * width >= width);
}

static inline size_t slot_of(const struct ring *ring, size_t number)
{
    return (ring->first_slot + number) & (ring->size - 1);
}

/* The first event of a chunk. False when there is no memory, or would be 2^32 events. */
bool ring_add_first(struct ring *ring, struct chunks *chunks, size_t slot, struct event event);

/* Adds an event of a time that it covers. False as above. */
static inline bool ring_add(struct ring *ring, struct chunks *chunks, struct event event)
{
    const size_t slot = slot_of(ring, bucket_number(ring, ring_offset(ring, event.at_us)));
    struct event *end = ring->buckets[slot].end;
    /* A chunk that is full ends where another may start, and so does none. */
    if ((uintptr_t)end % CHUNK_BYTES == 0)
        return ring_add_first(ring, chunks, slot, event);
    *end++ = event;
    ring->buckets[slot].end = end;
    ring->count++;
    return true;
}

static inline bool ring_covers(const struct ring *ring, int64_t at_us)
{
    return ring_offset(ring, at_us) < (uint64_t)ring->width_us * ring->size;
}

static inline int64_t ring_bucket_us(const struct ring *ring, size_t number)
{
    return ring->start_us + (int64_t)number * ring->width_us;
}

#endif
