#include "sim/calendar.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/int128.h"
#include "sim/mem.h"

/* Everything below orders events by time alone: one comparison of integers, without branches where it counts.
 * Events of the same instant are gathered when the first of them is due, and only then put in the order
 * (kind, identity). */

enum {
    LINE_BYTES = 64,
    FAN = 4,  /* children of a heap node: they fill one cache line */
    ROOT = 3, /* so that the children of every node start a line */
    HEAP_LEAST = 32,
    RING = 1024, /* buckets; a power of two */
    RING_WORDS = RING / 64,
    CHUNK_EVENTS = 15,
    BLOCK_CHUNKS = 256,       /* of the first allocation; later ones double */
    BLOCK_CHUNKS_MOST = 8191, /* so that a block is a huge page */
    CELLS_MOST = 1 << 16,     /* of the counting pass */
    INSERTION_MOST = 24,      /* longer runs are not sorted by insertion */
    FEW = 8,                  /* events that a heap keeps in order */
    MANY = 512,               /* pending events for which buckets are better than a heap */
    IN_A_BUCKET = 256,        /* of them, at first, when the calendar chooses the width */
};

/* So that RING turns of the coarse ring can be counted. */
#define WIDTH_MOST_US (INT64_MAX / RING / RING / 2)

static const struct event NEVER = {.at_us = INT64_MAX, .kind = UINT32_MAX, .who = UINT32_MAX};

/* slots[end ...] up to the capacity are NEVER, so that four children can be read wherever there is one. Few
 * events are kept in order, which is a heap, too: to put one in its place takes less than to sift it. */
struct heap {
    struct event *slots; /* owned */
    size_t end, capacity;
    bool hole;     /* the root has been taken: the next event to come is sifted down from there */
    bool in_order; /* but for the hole */
};

struct chunk {
    struct chunk *older;
    struct event events[CHUNK_EVENTS];
};

struct bucket {
    struct chunk *newest;
    uint32_t count, fill; /* in all; in the newest chunk */
};

/* Chunks of one allocation; they are freed together. */
struct block {
    struct block *older;
    size_t count;
    _Alignas(LINE_BYTES) struct chunk chunks[];
};

/* Unsorted buckets for times [start_us, start_us + RING * width_us). */
struct ring {
    struct bucket *buckets; /* owned */
    int64_t start_us, width_us;
    uint64_t reciprocal; /* 2^64 / width, rounded down */
    size_t first_slot;   /* of the bucket that starts at start_us */
    uint64_t used[RING_WORDS];
};

/* Times up to fine.start_us are open: in the near heap and, from the bucket opened last, in the sorted list.
 * Those up to coarse.start_us are in the fine ring, one turn of which is one bucket of the coarse ring; what
 * is beyond that is in the far heap. */
struct calendar {
    struct heap near;
    size_t many;              /* when so many are in the near heap and there are no buckets, these are made */
    const struct event *next; /* of the sorted list, which ends in two NEVER */
    int64_t open_end_us;      /* fine.start_us; INT64_MAX without buckets */
    size_t pending;
    bool exhausted;

    struct event *instant; /* owned; the events of one time that are being taken, the first one last */
    size_t instant_count, instant_capacity;
    event_compare *compare;
    const void *model;

    struct ring fine, coarse;
    struct heap far;
    struct chunk *spare;
    struct block *blocks; /* owned */

    struct event *sorted; /* owned */
    size_t sorted_count, sorted_capacity, announced;
    uint32_t *cells; /* owned; CELLS_MOST + 1 */
};

/* Makes room for `needed` events, of which `kept` are there already. */
static bool grow_events(struct event **events, size_t *capacity, size_t kept, size_t needed)
{
    if (needed <= *capacity)
        return true;
    size_t wanted = *capacity < HEAP_LEAST ? HEAP_LEAST : *capacity;
    while (wanted < needed)
        if (__builtin_mul_overflow(wanted, (size_t)2, &wanted))
            return false;
    struct event *moved = mem_lines(wanted, sizeof *moved);
    if (moved == NULL)
        return false;
    if (kept > 0)
        memcpy(moved, *events, kept * sizeof *moved);
    free(*events);
    *events = moved;
    *capacity = wanted;
    return true;
}

/* ---- The heap ---- */

static bool heap_grow(struct heap *heap)
{
    const size_t old = heap->capacity;
    if (!grow_events(&heap->slots, &heap->capacity, heap->end, old + 1))
        return false;
    for (size_t i = old; i < heap->capacity; i++)
        heap->slots[i] = NEVER;
    return true;
}

static bool heap_init(struct heap *heap)
{
    heap->end = 0;
    if (!heap_grow(heap))
        return false;
    heap->end = ROOT;
    heap->in_order = true;
    return true;
}

static inline size_t child_of(size_t place)
{
    return FAN * place - 2 * FAN;
}

static inline size_t parent_of(size_t place)
{
    return place / FAN + 2;
}

static inline size_t least_of_four(const struct event *four)
{
    const size_t a = four[1].at_us < four[0].at_us;
    const size_t b = 2 + (size_t)(four[3].at_us < four[2].at_us);
    /* Not ?:, which compilers make a branch that is guessed wrong every other time. */
    return a ^ ((a ^ b) & -(size_t)(four[b].at_us < four[a].at_us));
}

static inline uint64_t what_of(const struct event *event)
{
    uint64_t what;
    memcpy(&what, &event->kind, sizeof what);
    return what;
}

static inline void put(struct event *slot, uint64_t at_us, uint64_t what)
{
    slot->at_us = (int64_t)at_us;
    memcpy(&slot->kind, &what, sizeof what);
}

/* Exchanges an event on its way down with the one of a slot where that is earlier; the slot's place is left.
 */
struct sinking {
    uint64_t at_us, what;
};
static inline void exchange_if_earlier(struct event *place, const struct event *other, struct sinking *event)
{
    const uint64_t other_at_us = (uint64_t)other->at_us, other_what = what_of(other);
    const uint64_t exchange = -(uint64_t)(other->at_us < (int64_t)event->at_us);
    const uint64_t at_change = (event->at_us ^ other_at_us) & exchange;
    const uint64_t what_change = (event->what ^ other_what) & exchange;
    put(place, event->at_us ^ at_change, event->what ^ what_change);
    *event = (struct sinking){other_at_us ^ at_change, other_what ^ what_change};
}

/* Goes down to a leaf whatever the event, exchanging it with the child on the way where that is earlier:
 * without a branch, since nobody could guess where to stop. */
static inline void sift_down(struct heap *heap, struct event event)
{
    struct event *slots = heap->slots;
    struct sinking sinking = {(uint64_t)event.at_us, what_of(&event)};
    size_t place = ROOT;
    for (size_t child = child_of(place); child < heap->end; child = child_of(place)) {
        child += least_of_four(slots + child);
        exchange_if_earlier(&slots[place], &slots[child], &sinking);
        place = child;
    }
    put(&slots[place], sinking.at_us, sinking.what);
}

/* The same where the events are in order. */
static inline void sink(struct heap *heap, struct event event)
{
    struct event *slots = heap->slots;
    struct sinking sinking = {(uint64_t)event.at_us, what_of(&event)};
    size_t place = ROOT;
    for (; place + 1 < heap->end; place++)
        exchange_if_earlier(&slots[place], &slots[place + 1], &sinking);
    put(&slots[place], sinking.at_us, sinking.what);
}

/* The hole is filled by an event that comes. */
static inline void heap_fill(struct heap *heap, struct event event)
{
    heap->hole = false;
    if (heap->in_order)
        sink(heap, event);
    else
        sift_down(heap, event);
}

static inline bool heap_push(struct heap *heap, struct event event)
{
    if (heap->hole) {
        heap_fill(heap, event);
        return true;
    }
    if (heap->end == heap->capacity && !heap_grow(heap))
        return false;
    heap->in_order = heap->end <= ROOT + 1 || (heap->in_order && heap->end < ROOT + FEW);
    struct event *slots = heap->slots;
    size_t place = heap->end++;
    if (heap->in_order) {
        for (; place > ROOT && slots[place - 1].at_us > event.at_us; place--)
            slots[place] = slots[place - 1];
    } else {
        for (; place > ROOT && slots[parent_of(place)].at_us > event.at_us; place = parent_of(place))
            slots[place] = slots[parent_of(place)];
    }
    slots[place] = event;
    return true;
}

/* Closes the hole that the last taken event has left. */
static inline void heap_settle(struct heap *heap)
{
    if (!heap->hole)
        return;
    heap->hole = false;
    heap->end--;
    const struct event last = heap->slots[heap->end];
    if (heap->in_order) {
        for (size_t place = ROOT; place < heap->end; place++)
            heap->slots[place] = heap->slots[place + 1];
        heap->slots[heap->end] = NEVER;
        return;
    }
    heap->slots[heap->end] = NEVER;
    if (heap->end > ROOT)
        sift_down(heap, last);
}

static inline bool root_is_tied(const struct heap *heap)
{
    const int64_t at_us = heap->slots[ROOT].at_us;
    const struct event *child = heap->slots + child_of(ROOT);
    if (heap->in_order)
        return child[0].at_us == at_us;
    return (child[0].at_us == at_us) | (child[1].at_us == at_us) | (child[2].at_us == at_us) |
           (child[3].at_us == at_us);
}

/* ---- The order within an instant ---- */

static int64_t order(const struct calendar *calendar, const struct event *a, const struct event *b)
{
    if (a->kind != b->kind)
        return (int64_t)a->kind - b->kind;
    const int by_identity = calendar->compare(calendar->model, a, b);
    return by_identity != 0 ? by_identity : (int64_t)a->who - b->who;
}

/* Sorting is last to first, because the instant is taken from its end. The open bucket is sorted by time,
 * ascending. */
typedef bool goes_before(const struct calendar *calendar, const struct event *a, const struct event *b);

static bool later_in_instant(const struct calendar *calendar, const struct event *a, const struct event *b)
{
    return order(calendar, a, b) > 0;
}

static bool earlier(const struct calendar *calendar, const struct event *a, const struct event *b)
{
    (void)calendar;
    return a->at_us < b->at_us;
}

static void sort_by_heap(const struct calendar *calendar, struct event *events, size_t count,
                         goes_before *before)
{
    size_t roots = count / 2;
    size_t end = count;
    while (end > 1) {
        struct event event;
        if (roots > 0) {
            event = events[--roots];
        } else {
            event = events[--end];
            events[end] = events[0];
        }
        size_t place = roots;
        for (size_t child = 2 * place + 1; child < end; child = 2 * place + 1) {
            if (child + 1 < end && before(calendar, &events[child], &events[child + 1]))
                child++;
            if (!before(calendar, &event, &events[child]))
                break;
            events[place] = events[child];
            place = child;
        }
        events[place] = event;
    }
}

static bool instant_reserve(struct calendar *calendar)
{
    return grow_events(&calendar->instant, &calendar->instant_capacity, calendar->instant_count,
                       calendar->instant_count + 1);
}

/* Moves one event of this time into the end of the instant, in no order. */
static bool pull(struct calendar *calendar, int64_t at_us)
{
    heap_settle(&calendar->near);
    const bool in_heap = calendar->near.slots[ROOT].at_us == at_us;
    if (!in_heap && calendar->next->at_us != at_us)
        return false;
    if (!instant_reserve(calendar)) {
        calendar->exhausted = true;
        return false;
    }
    if (in_heap) {
        calendar->instant[calendar->instant_count++] = calendar->near.slots[ROOT];
        calendar->near.hole = true;
    } else {
        calendar->instant[calendar->instant_count++] = *calendar->next++;
    }
    return true;
}

static void gather_instant(struct calendar *calendar, int64_t at_us)
{
    while (pull(calendar, at_us))
        ;
    sort_by_heap(calendar, calendar->instant, calendar->instant_count, later_in_instant);
}

/* Finds the place of the last event of the instant, which has just come, among the others. */
static void insert_last(struct calendar *calendar)
{
    struct event *events = calendar->instant;
    const size_t last = calendar->instant_count - 1;
    const struct event event = events[last];
    size_t low = 0;
    size_t high = last;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (order(calendar, &events[middle], &event) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(events + low + 1, events + low, (last - low) * sizeof *events);
    events[low] = event;
}

static bool take_of_instant(struct calendar *calendar, int64_t before_us, struct event *event)
{
    const int64_t at_us = calendar->instant[calendar->instant_count - 1].at_us;
    if (at_us >= before_us)
        return false;
    while (pull(calendar, at_us))
        insert_last(calendar);
    if (calendar->exhausted)
        return false;
    *event = calendar->instant[--calendar->instant_count];
    calendar->pending--;
    return true;
}

/* ---- The ring ---- */

static bool add_block(struct calendar *calendar)
{
    size_t count = calendar->blocks == NULL ? BLOCK_CHUNKS : 2 * calendar->blocks->count;
    if (count > BLOCK_CHUNKS_MOST)
        count = BLOCK_CHUNKS_MOST;
    struct block *block = mem_lines(1, sizeof *block + count * sizeof block->chunks[0]);
    if (block == NULL)
        return false;
    block->older = calendar->blocks;
    block->count = count;
    calendar->blocks = block;
    for (size_t i = 0; i < count; i++)
        block->chunks[i].older = i + 1 < count ? &block->chunks[i + 1] : NULL;
    calendar->spare = &block->chunks[0];
    return true;
}

static struct chunk *new_chunk(struct calendar *calendar)
{
    if (calendar->spare == NULL && !add_block(calendar))
        return NULL;
    struct chunk *chunk = calendar->spare;
    calendar->spare = chunk->older;
    return chunk;
}

static void spare_chunk(struct calendar *calendar, struct chunk *chunk)
{
    chunk->older = calendar->spare;
    calendar->spare = chunk;
}

/* Apart, so that adding to a chunk saves no registers. */
__attribute__((noinline)) static bool bucket_grow(struct calendar *calendar, struct bucket *bucket)
{
    if (bucket->count > UINT32_MAX - CHUNK_EVENTS)
        return false;
    struct chunk *chunk = new_chunk(calendar);
    if (chunk == NULL)
        return false;
    chunk->older = bucket->newest;
    bucket->newest = chunk;
    bucket->fill = 0;
    return true;
}

static inline bool bucket_add(struct calendar *calendar, struct bucket *bucket, struct event event)
{
    if (__builtin_expect(bucket->newest == NULL || bucket->fill == CHUNK_EVENTS, 0) &&
        !bucket_grow(calendar, bucket))
        return false;
    bucket->newest->events[bucket->fill++] = event;
    bucket->count++;
    return true;
}

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
    return ring_offset(ring, at_us) < (uint64_t)ring->width_us * RING;
}

static inline bool ring_add(struct calendar *calendar, struct ring *ring, struct event event)
{
    const size_t slot = (ring->first_slot + bucket_number(ring, ring_offset(ring, event.at_us))) % RING;
    if (!bucket_add(calendar, &ring->buckets[slot], event))
        return false;
    ring->used[slot / 64] |= UINT64_C(1) << slot % 64;
    return true;
}

/* The number, from the start, of the first bucket that holds events; RING when none does. */
static size_t ring_first_used(const struct ring *ring)
{
    const size_t first = ring->first_slot;
    for (size_t i = 0; i <= RING_WORDS; i++) {
        const size_t word = (first / 64 + i) % RING_WORDS;
        uint64_t bits = ring->used[word];
        if (i == 0)
            bits &= UINT64_MAX << first % 64;
        if (bits != 0)
            return (word * 64 + (size_t)__builtin_ctzll(bits) + RING - first) % RING;
    }
    return RING;
}

static int64_t bucket_start_us(const struct ring *ring, size_t number)
{
    return ring->start_us + (int64_t)number * ring->width_us;
}

/* Takes a bucket out; the ring starts behind it. Those before it are empty. */
static struct bucket ring_advance(struct ring *ring, size_t number)
{
    const size_t slot = (ring->first_slot + number) % RING;
    const struct bucket bucket = ring->buckets[slot];
    ring->buckets[slot] = (struct bucket){0};
    ring->used[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    ring->first_slot = (slot + 1) % RING;
    if (__builtin_add_overflow(bucket_start_us(ring, number), ring->width_us, &ring->start_us))
        ring->start_us = INT64_MAX;
    return bucket;
}

/* ---- Opening a bucket ---- */

static inline size_t cell_of(const struct event *event, int64_t start_us, uint64_t factor)
{
    return (size_t)high_product((uint64_t)event->at_us - (uint64_t)start_us, factor);
}

static size_t cells_for(int64_t width_us, size_t count)
{
    size_t cells = 1;
    while (cells < count && cells < CELLS_MOST)
        cells *= 2;
    while (cells > (uint64_t)width_us)
        cells /= 2;
    return cells;
}

static void sort_by_insertion(struct event *events, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct event event = events[i];
        size_t place = i;
        for (; place > 0 && events[place - 1].at_us > event.at_us; place--)
            events[place] = events[place - 1];
        events[place] = event;
    }
}

/* Fills cells[i + 1] with the number of events before the end of cell i. */
static void count_cells(const struct bucket *bucket, int64_t start_us, uint64_t factor, uint32_t *cells,
                        size_t cell_count)
{
    memset(cells, 0, (cell_count + 1) * sizeof *cells);
    size_t fill = bucket->fill;
    for (const struct chunk *chunk = bucket->newest; chunk != NULL; chunk = chunk->older, fill = CHUNK_EVENTS)
        for (size_t i = 0; i < fill; i++)
            cells[cell_of(&chunk->events[i], start_us, factor) + 1]++;
    for (size_t cell = 1; cell <= cell_count; cell++)
        cells[cell] += cells[cell - 1];
}

/* Sorts the fine bucket that starts at start_us into calendar->sorted, which is large enough, and gives its
 * chunks back. */
static void sort_bucket(struct calendar *calendar, const struct bucket *bucket, int64_t start_us)
{
    const size_t cell_count = cells_for(calendar->fine.width_us, bucket->count);
    const uint64_t factor = calendar->fine.reciprocal * cell_count;
    uint32_t *ends = calendar->cells;
    count_cells(bucket, start_us, factor, ends, cell_count);
    size_t fill = bucket->fill;
    for (struct chunk *chunk = bucket->newest; chunk != NULL; fill = CHUNK_EVENTS) {
        for (size_t i = 0; i < fill; i++)
            calendar->sorted[ends[cell_of(&chunk->events[i], start_us, factor)]++] = chunk->events[i];
        struct chunk *older = chunk->older;
        spare_chunk(calendar, chunk);
        chunk = older;
    }
    /* Where many fall into one cell, insertion would take their number squared. */
    for (size_t cell = 0, from = 0; cell < cell_count; from = ends[cell], cell++)
        if (ends[cell] - from > INSERTION_MOST)
            sort_by_heap(calendar, calendar->sorted + from, ends[cell] - from, earlier);
    sort_by_insertion(calendar->sorted, bucket->count);
}

static bool open_bucket(struct calendar *calendar, size_t number)
{
    struct ring *fine = &calendar->fine;
    const size_t count = fine->buckets[(fine->first_slot + number) % RING].count;
    if (!grow_events(&calendar->sorted, &calendar->sorted_capacity, 0, count + 2))
        return false;
    const int64_t start_us = bucket_start_us(fine, number);
    const struct bucket bucket = ring_advance(fine, number);
    sort_bucket(calendar, &bucket, start_us);
    calendar->sorted[count] = calendar->sorted[count + 1] = NEVER;
    calendar->sorted_count = count;
    calendar->announced = 0;
    calendar->next = calendar->sorted;
    calendar->open_end_us = fine->start_us;
    return true;
}

static bool far_to_coarse(struct calendar *calendar)
{
    for (;;) {
        heap_settle(&calendar->far);
        const struct event first = calendar->far.slots[ROOT];
        if (calendar->far.end == ROOT || !ring_covers(&calendar->coarse, first.at_us))
            return true;
        if (!ring_add(calendar, &calendar->coarse, first))
            return false;
        calendar->far.hole = true;
    }
}

/* Spreads a bucket of the coarse ring over the fine one, which is empty. */
static bool spread(struct calendar *calendar, size_t number)
{
    calendar->fine.start_us = calendar->open_end_us = bucket_start_us(&calendar->coarse, number);
    const struct bucket bucket = ring_advance(&calendar->coarse, number);
    size_t fill = bucket.fill;
    for (struct chunk *chunk = bucket.newest; chunk != NULL; fill = CHUNK_EVENTS) {
        for (size_t i = 0; i < fill; i++)
            if (!ring_add(calendar, &calendar->fine, chunk->events[i]))
                return false;
        struct chunk *older = chunk->older;
        spare_chunk(calendar, chunk);
        chunk = older;
    }
    return far_to_coarse(calendar);
}

/* With both rings empty, lets the coarse one start at the bucket of the first far event. */
static bool jump(struct calendar *calendar, int64_t before_us)
{
    heap_settle(&calendar->far);
    const int64_t at_us = calendar->far.slots[ROOT].at_us;
    if (at_us >= before_us)
        return false;
    struct ring *coarse = &calendar->coarse;
    coarse->start_us = at_us - (int64_t)(ring_offset(coarse, at_us) % (uint64_t)coarse->width_us);
    calendar->exhausted |= !far_to_coarse(calendar);
    return !calendar->exhausted;
}

/* Fills the fine ring with the next events, if they are in a bucket that starts before before_us. */
static bool refill_fine(struct calendar *calendar, int64_t before_us)
{
    size_t number = ring_first_used(&calendar->coarse);
    if (number == RING) {
        if (!jump(calendar, before_us))
            return false;
        number = ring_first_used(&calendar->coarse);
    }
    if (bucket_start_us(&calendar->coarse, number) >= before_us)
        return false;
    calendar->exhausted |= !spread(calendar, number);
    return !calendar->exhausted;
}

/* Opens the next bucket that holds events, if it starts before before_us. Nothing is left of the open one. */
static bool open_next(struct calendar *calendar, int64_t before_us)
{
    if (calendar->fine.buckets == NULL)
        return false;
    size_t number = ring_first_used(&calendar->fine);
    if (number == RING) {
        if (!refill_fine(calendar, before_us))
            return false;
        number = ring_first_used(&calendar->fine);
    }
    if (bucket_start_us(&calendar->fine, number) >= before_us)
        return false;
    calendar->exhausted |= !open_bucket(calendar, number);
    return !calendar->exhausted;
}

/* ---- The calendar ---- */

static bool ring_init(struct ring *ring, int64_t start_us, int64_t width_us)
{
    ring->start_us = start_us;
    ring->width_us = width_us;
    ring->reciprocal = UINT64_MAX / (uint64_t)width_us;
    ring->buckets = mem_lines(RING, sizeof *ring->buckets);
    if (ring->buckets != NULL)
        memset(ring->buckets, 0, RING * sizeof *ring->buckets);
    return ring->buckets != NULL;
}

static bool init_buckets(struct calendar *calendar, int64_t start_us, int64_t bucket_us)
{
    calendar->open_end_us = start_us;
    calendar->cells = mem_lines(CELLS_MOST + 1, sizeof *calendar->cells);
    return calendar->cells != NULL && heap_init(&calendar->far) &&
           ring_init(&calendar->fine, start_us, bucket_us) &&
           ring_init(&calendar->coarse, start_us + RING * bucket_us, RING * bucket_us);
}

static void free_buckets(struct calendar *calendar)
{
    free(calendar->cells);
    free(calendar->fine.buckets);
    free(calendar->coarse.buckets);
    free(calendar->far.slots);
    calendar->cells = NULL;
    calendar->fine = calendar->coarse = (struct ring){0};
    calendar->far = (struct heap){0};
}

/* The time that so many of the near heap's events are not after, but for that of the first; 0 when there is
 * no telling. */
static int64_t width_for(const struct calendar *calendar, size_t events)
{
    const struct heap *heap = &calendar->near;
    const size_t count = heap->end - ROOT;
    struct event *sorted = mem_lines(count, sizeof *sorted);
    if (sorted == NULL)
        return 0;
    memcpy(sorted, heap->slots + ROOT, count * sizeof *sorted);
    sort_by_heap(calendar, sorted, count, earlier);
    int64_t width_us = 0;
    if (__builtin_sub_overflow(sorted[events].at_us, sorted[0].at_us, &width_us) || width_us > WIDTH_MOST_US)
        width_us = 0;
    free(sorted);
    return width_us;
}

/* Moves the near heap's events into buckets. Without memory for these the heap stays as it is. */
static void change_to_buckets(struct calendar *calendar)
{
    struct heap *near = &calendar->near;
    heap_settle(near);
    calendar->many *= 4; /* if it fails */
    const int64_t width_us = width_for(calendar, IN_A_BUCKET), start_us = near->slots[ROOT].at_us;
    if (width_us <= 0 || start_us > INT64_MAX - RING * width_us)
        return;
    if (!init_buckets(calendar, start_us, width_us)) {
        free_buckets(calendar);
        calendar->open_end_us = INT64_MAX;
        return;
    }
    const struct heap old = *near;
    *near = (struct heap){0};
    if (!heap_init(near)) {
        free_buckets(calendar);
        *near = old;
        calendar->open_end_us = INT64_MAX;
        return;
    }
    calendar->pending -= old.end - ROOT;
    for (size_t i = ROOT; i < old.end; i++)
        calendar_push(calendar, old.slots[i]);
    free(old.slots);
}

struct calendar *calendar_new(int64_t bucket_us, event_compare *compare, const void *model, struct err *err)
{
    assert(compare != NULL);
    if (bucket_us < 0 || bucket_us > WIDTH_MOST_US) {
        err_fail(err, "a calendar's bucket of %lld us is not between 0 and %lld us", (long long)bucket_us,
                 (long long)WIDTH_MOST_US);
        return NULL;
    }
    struct calendar *calendar = mem_zeroed(1, sizeof *calendar, err);
    if (calendar == NULL)
        return NULL;
    calendar->compare = compare;
    calendar->model = model;
    calendar->next = &NEVER;
    calendar->many = MANY;
    calendar->open_end_us = INT64_MAX;
    if (!heap_init(&calendar->near) || (bucket_us > 0 && !init_buckets(calendar, 0, bucket_us))) {
        err_fail(err, "out of memory: a calendar could not be made");
        calendar_free(calendar);
        return NULL;
    }
    return calendar;
}

void calendar_free(struct calendar *calendar)
{
    if (calendar == NULL)
        return;
    while (calendar->blocks != NULL) {
        struct block *older = calendar->blocks->older;
        free(calendar->blocks);
        calendar->blocks = older;
    }
    free_buckets(calendar);
    free(calendar->near.slots);
    free(calendar->instant);
    free(calendar->sorted);
    free(calendar);
}

__attribute__((noinline)) static bool push_later(struct calendar *calendar, struct event event)
{
    if (calendar->fine.buckets == NULL)
        return heap_push(&calendar->near, event);
    if (event.at_us < calendar->coarse.start_us)
        return ring_add(calendar, &calendar->fine, event);
    if (ring_covers(&calendar->coarse, event.at_us))
        return ring_add(calendar, &calendar->coarse, event);
    return heap_push(&calendar->far, event);
}

/* Apart, so that the common case saves no registers. */
__attribute__((noinline)) static void push_any(struct calendar *calendar, struct event event)
{
    const bool kept =
        event.at_us < calendar->open_end_us ? heap_push(&calendar->near, event) : push_later(calendar, event);
    calendar->pending += kept;
    calendar->exhausted |= !kept;
    if (__builtin_expect(calendar->near.end - ROOT > calendar->many, 0) && calendar->fine.buckets == NULL)
        change_to_buckets(calendar);
}

void calendar_push(struct calendar *calendar, struct event event)
{
    struct heap *near = &calendar->near;
    if (near->hole && near->in_order && event.at_us < calendar->open_end_us) {
        near->hole = false;
        sink(near, event);
        calendar->pending++;
        return;
    }
    if (event.at_us >= calendar->open_end_us && event.at_us < calendar->coarse.start_us) {
        const bool kept = ring_add(calendar, &calendar->fine, event);
        calendar->pending += kept;
        calendar->exhausted |= !kept;
        return;
    }
    push_any(calendar, event);
}

bool calendar_exhausted(const struct calendar *calendar)
{
    return calendar->exhausted;
}

__attribute__((noinline)) static bool take_any(struct calendar *calendar, int64_t before_us,
                                               struct event *event)
{
    if (calendar->exhausted)
        return false;
    if (calendar->instant_count > 0)
        return take_of_instant(calendar, before_us, event);
    heap_settle(&calendar->near);
    for (;;) {
        const struct event *root = &calendar->near.slots[ROOT];
        const struct event *listed = calendar->next;
        const bool from_heap = root->at_us < listed->at_us;
        const struct event *first = from_heap ? root : listed;
        if (first->at_us >= before_us) {
            if (first->at_us != INT64_MAX || !open_next(calendar, before_us))
                return false;
            continue;
        }
        if (from_heap ? root_is_tied(&calendar->near)
                      : (root->at_us == listed->at_us) | (listed[1].at_us == listed->at_us)) {
            gather_instant(calendar, first->at_us);
            return !calendar->exhausted && take_of_instant(calendar, before_us, event);
        }
        *event = *first;
        calendar->near.hole = from_heap;
        calendar->next += !from_heap;
        calendar->pending--;
        return true;
    }
}

bool calendar_take(struct calendar *calendar, int64_t before_us, struct event *event)
{
    struct heap *near = &calendar->near;
    const int64_t *at_us = &near->slots[ROOT].at_us;
    if (near->in_order && !near->hole && calendar->instant_count == 0 && *at_us < before_us &&
        *at_us < calendar->next->at_us && *at_us != near->slots[ROOT + 1].at_us && !calendar->exhausted) {
        *event = near->slots[ROOT];
        near->hole = true;
        calendar->pending--;
        return true;
    }
    const struct event *listed = calendar->next;
    if (!near->hole && calendar->instant_count == 0 && listed->at_us < *at_us && listed->at_us < before_us &&
        listed->at_us != listed[1].at_us && !calendar->exhausted) {
        *event = *listed;
        calendar->next++;
        calendar->pending--;
        return true;
    }
    return take_any(calendar, before_us, event);
}

bool calendar_has_buckets(const struct calendar *calendar)
{
    return calendar->fine.buckets != NULL;
}

bool calendar_foresee(struct calendar *calendar, size_t places, struct event *event)
{
    if (calendar->sorted == NULL)
        return false;
    const size_t taken = (size_t)(calendar->next - calendar->sorted);
    if (calendar->announced < taken)
        calendar->announced = taken;
    if (calendar->announced >= calendar->sorted_count || calendar->announced - taken >= places)
        return false;
    *event = calendar->sorted[calendar->announced++];
    return true;
}

size_t calendar_pending(const struct calendar *calendar)
{
    return calendar->pending;
}

/* ---- Copying ---- */

static size_t copy_heap(const struct heap *heap, struct event *events)
{
    const size_t first = ROOT + heap->hole, count = heap->end > first ? heap->end - first : 0;
    if (count > 0)
        memcpy(events, heap->slots + first, count * sizeof *events);
    return count;
}

static size_t copy_ring(const struct ring *ring, struct event *events)
{
    size_t count = 0;
    for (size_t slot = 0; slot < RING; slot++) {
        size_t fill = ring->buckets[slot].fill;
        for (const struct chunk *chunk = ring->buckets[slot].newest; chunk != NULL; chunk = chunk->older) {
            memcpy(events + count, chunk->events, fill * sizeof *events);
            count += fill;
            fill = CHUNK_EVENTS;
        }
    }
    return count;
}

void calendar_copy(const struct calendar *calendar, struct event *events)
{
    size_t count = calendar->instant_count;
    if (count > 0)
        memcpy(events, calendar->instant, count * sizeof *events);
    count += copy_heap(&calendar->near, events + count);
    if (calendar->fine.buckets == NULL)
        return;
    if (calendar->sorted != NULL) {
        const size_t left = (size_t)(calendar->sorted + calendar->sorted_count - calendar->next);
        memcpy(events + count, calendar->next, left * sizeof *events);
        count += left;
    }
    count += copy_ring(&calendar->fine, events + count);
    count += copy_ring(&calendar->coarse, events + count);
    copy_heap(&calendar->far, events + count);
}

/* ---- Invariants ---- */

static int check_heap(const struct heap *heap, const char *name, size_t *count, struct err *err)
{
    if (heap->end < ROOT || heap->end > heap->capacity || (heap->hole && heap->end == ROOT))
        return err_fail(err, "calendar: the %s heap ends at %zu of %zu", name, heap->end, heap->capacity);
    for (size_t i = heap->end; i < heap->capacity; i++)
        if (heap->slots[i].at_us != INT64_MAX)
            return err_fail(err, "calendar: the %s heap has an event behind its end", name);
    for (size_t i = ROOT + 1; i < heap->end; i++)
        if (heap->slots[parent_of(i)].at_us > heap->slots[i].at_us && !(heap->hole && parent_of(i) == ROOT))
            return err_fail(err, "calendar: the %s heap is out of order at %zu", name, i);
    for (size_t i = ROOT + 1 + heap->hole; heap->in_order && i < heap->end; i++)
        if (heap->slots[i - 1].at_us > heap->slots[i].at_us)
            return err_fail(err, "calendar: the few of the %s heap are out of order at %zu", name, i);
    *count += heap->end - ROOT - heap->hole;
    return 0;
}

static int check_bucket(const struct ring *ring, size_t slot, size_t *count, struct err *err)
{
    const struct bucket *bucket = &ring->buckets[slot];
    const bool used = (ring->used[slot / 64] >> slot % 64 & 1) != 0;
    if (used != (bucket->count > 0))
        return err_fail(err, "calendar: bucket %zu has %u events and the wrong mark", slot, bucket->count);
    const uint64_t from = (slot + RING - ring->first_slot) % RING * (uint64_t)ring->width_us;
    size_t found = 0;
    size_t fill = bucket->fill;
    for (const struct chunk *chunk = bucket->newest; chunk != NULL; chunk = chunk->older, fill = CHUNK_EVENTS)
        for (size_t i = 0; i < fill; i++, found++)
            if (ring_offset(ring, chunk->events[i].at_us) - from >= (uint64_t)ring->width_us)
                return err_fail(err, "calendar: an event is in the wrong bucket, %zu", slot);
    if (found != bucket->count)
        return err_fail(err, "calendar: bucket %zu has %zu events, not %u", slot, found, bucket->count);
    *count += found;
    return 0;
}

/* The open events are before the fine ring; its own turn ends where the coarse ring starts. */
static int check_rings(const struct calendar *calendar, size_t *count, struct err *err)
{
    const struct ring *fine = &calendar->fine;
    const struct ring *coarse = &calendar->coarse;
    if (calendar->open_end_us != fine->start_us || coarse->start_us < fine->start_us)
        return err_fail(err, "calendar: the rings do not follow each other");
    for (size_t slot = 0; slot < RING; slot++)
        if (check_bucket(fine, slot, count, err) != 0 || check_bucket(coarse, slot, count, err) != 0)
            return -1;
    const struct heap *far = &calendar->far;
    if (check_heap(far, "far", count, err) != 0)
        return -1;
    for (size_t i = ROOT + far->hole; i < far->end; i++)
        if (far->slots[i].at_us < coarse->start_us || ring_covers(coarse, far->slots[i].at_us))
            return err_fail(err, "calendar: an event of the rings is in the far heap");
    const struct heap *near = &calendar->near;
    for (size_t i = ROOT + near->hole; i < near->end; i++)
        if (near->slots[i].at_us >= calendar->open_end_us)
            return err_fail(err, "calendar: an event of the rings is in the near heap");
    return 0;
}

static int check_sorted(const struct calendar *calendar, size_t *count, struct err *err)
{
    if (calendar->sorted == NULL)
        return 0;
    const struct event *end = calendar->sorted + calendar->sorted_count;
    for (const struct event *event = calendar->next; event < end; event++)
        if (event->at_us > event[1].at_us ||
            (event->at_us >= calendar->open_end_us && event->at_us != INT64_MAX))
            return err_fail(err, "calendar: the open bucket is out of order");
    if (end[0].at_us != INT64_MAX || end[1].at_us != INT64_MAX)
        return err_fail(err, "calendar: the open bucket has no end");
    *count += (size_t)(end - calendar->next);
    return 0;
}

int calendar_check(const struct calendar *calendar, struct err *err)
{
    size_t count = calendar->instant_count;
    for (size_t i = 1; i < calendar->instant_count; i++)
        if (calendar->instant[i].at_us != calendar->instant[0].at_us ||
            calendar->instant[i].kind > calendar->instant[i - 1].kind)
            return err_fail(err, "calendar: the events of one instant are out of order");
    if (check_heap(&calendar->near, "near", &count, err) != 0 || check_sorted(calendar, &count, err) != 0)
        return -1;
    if (calendar->fine.buckets != NULL && check_rings(calendar, &count, err) != 0)
        return -1;
    if (count != calendar->pending)
        return err_fail(err, "calendar: %zu events found, %zu pending", count, calendar->pending);
    return 0;
}
