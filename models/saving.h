#ifndef COUNTERPART_MODELS_SAVING_H
#define COUNTERPART_MODELS_SAVING_H

/* The state of a world between windows, as a stream: what has changed since it was built. It does not depend
 * on how the world is cut, and goes by ids, so that a world to which later policies add facilities or people
 * can take it up. Modules save themselves; this puts them together. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

struct state_reader;
struct state_writer;
struct world;

/* Where things that were numbered when the state was saved are in the world that takes it up. */
struct saved_map {
    uint32_t *to; /* owned */
    size_t count;
};

#define SAVED_NOWHERE UINT32_MAX

static inline uint32_t saved_index(const struct saved_map *map, uint64_t number)
{
    return number < map->count ? map->to[number] : SAVED_NOWHERE;
}

struct saved_maps {
    struct saved_map place, province, facility, ward, offer, expert, stream, stage;
};

/* Writes the state before the events and the planning of the present time, to which world_run_until() has
 * brought the world. */
MUST_CHECK int saving_save(const struct world *world, struct state_writer *writer, struct err *err);
/* Into a world that has been built and not run. When it fails the world is fit for world_free() only. */
MUST_CHECK int saving_restore(struct world *world, struct state_reader *reader, struct err *err);

#endif
