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
    RING_BUCKETS = 1024, /* a power of two */
    RING_WORDS = RING_BUCKETS / 64,
    CHUNK_EVENTS = 15,
};

struct chunk {
    struct chunk *older;
    struct event events[CHUNK_EVENTS];
};

/* Room for buckets, which rings share. Zero-initialise. */
struct chunks {
    struct chunk *spare;
    struct block *blocks; /* owned */
};
void chunks_free(struct chunks *chunks);
void chunks_spare(struct chunks *chunks, struct chunk *chunk);

struct bucket {
    struct chunk *newest;
    uint32_t count, fill; /* in all; in the newest chunk */
};

/* Unsorted buckets for times [start_us, start_us + RING_BUCKETS * width_us). */
struct ring {
    struct bucket *buckets; /* owned */
    int64_t start_us, width_us;
    uint64_t reciprocal; /* 2^64 / width, rounded down */
    size_t first_slot;   /* of the bucket that starts at start_us */
    size_t count;        /* of events */
    uint64_t used[RING_WORDS];
};

/* False when there is no memory. */
bool ring_init(struct ring *ring, int64_t start_us, int64_t width_us);
void ring_free(struct ring *ring);

/* Adds an event of a time that it covers. False when there is no memory. */
bool ring_add(struct ring *ring, struct chunks *chunks, struct event event);

/* The number, from the start, of the first bucket that holds events; RING_BUCKETS when none does. */
size_t ring_first_used(const struct ring *ring);

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

static inline bool ring_covers(const struct ring *ring, int64_t at_us)
{
    return ring_offset(ring, at_us) < (uint64_t)ring->width_us * RING_BUCKETS;
}

static inline int64_t ring_bucket_us(const struct ring *ring, size_t number)
{
    return ring->start_us + (int64_t)number * ring->width_us;
}

#endif
