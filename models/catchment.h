#ifndef COUNTERPART_MODELS_CATCHMENT_H
#define COUNTERPART_MODELS_CATCHMENT_H

/* Where the people of each place are treated: by (place, facility), step by step. Of
 * all the pairs few ever occur, so that they are listed and not laid out as cells. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/world.h"
#include "sim/err.h"

/* With "auto", pairs of places and facilities up to which they are counted. */
#define CATCHMENT_PAIRS 1000000

/* What a partition counts in the open step: a table of pairs by hash. A pair stays in it once it has been
 * met. */
struct catchment_cell {
    uint64_t pair; /* + 1; 0: free */
    int64_t treated;
};
struct catchment {
    struct catchment_cell *cell; /* owned; NULL: nothing is counted */
    size_t capacity;             /* a power of two */
    size_t pairs;
    bool failed; /* out of memory on the way: the run has no result */
};

/* Of the whole world: closed steps, in the order of step, place and facility. */
struct catchments {
    struct world_flow *flow; /* owned */
    size_t count, capacity;
    bool failed; /* likewise */
};

struct world;
struct saved_maps;
struct state_reader;
struct state_writer;

/* When the scenario asks for it; also for another view of the world. */
MUST_CHECK int catchment_init(struct world *view, struct err *err);
void catchment_free(struct catchment *catchment); /* also of a zeroed one */
void catchments_free(struct catchments *catchments);

/* For a pair that is not in its first place in the table. */
void catchment_search(struct catchment *catchment, uint64_t pair, int64_t treated);

static inline size_t catchment_home(const struct catchment *catchment, uint64_t pair)
{
    return (size_t)((pair * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (catchment->capacity - 1);
}

static inline void catchment_add(struct catchment *catchment, uint64_t pair)
{
    struct catchment_cell *cell = &catchment->cell[catchment_home(catchment, pair)];
    if (cell->pair == pair + 1)
        cell->treated++;
    else
        catchment_search(catchment, pair, 1);
}

/* Lists what the partitions have counted in the open step, and begins anew. */
void catchment_close_step(struct world *world);
/* Fails when memory has run out on the way. */
MUST_CHECK int catchment_complete(const struct world *world, struct err *err);

void catchment_save(const struct world *world, struct state_writer *writer);
void catchment_restore(struct world *world, const struct saved_maps *maps, struct state_reader *reader);

#endif
