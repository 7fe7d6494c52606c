#ifndef COUNTERPART_STUDY_RUN_FLOWS_H
#define COUNTERPART_STUDY_RUN_FLOWS_H

/* Who of a place was treated at which facility, over all replications of a run: each
 * lists the pairs that it has met, and the file has those that any has met. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/mem.h"
#include "study/result_file.h"

struct world;

struct run_flows {
    struct run_flows_list {
        struct world_flow *flow;
        size_t count;
    } * of; /* owned, as the lists are: by replication */
    uint32_t replications;
    struct run_flows_pair {
        uint32_t place, facility;
    } * pair; /* owned: those of the layout, in the order of places and facilities */
    size_t pairs;
    int64_t *values; /* owned: of the layout, [replication][step][pair] */
};

MUST_CHECK int run_flows_init(struct run_flows *flows, uint32_t replications, struct err *err);
void run_flows_free(struct run_flows *flows); /* safe to repeat, and for one that is zero */

/* Copies what the finished world of a replication has counted. */
MUST_CHECK int run_flows_take(struct run_flows *flows, const struct world *world, uint32_t replication,
                              struct err *err);

/* Forgets what was copied of a replication. */
void run_flows_drop(struct run_flows *flows, uint32_t replication);

/* Adds the dimension RUN_FLOWS_DIMENSION and its variables to a result of the first so many replications,
 * which has the dimensions replication, time, place and facility and room for them; nothing when nobody was
 * treated anywhere. The result borrows from the flows and from the arena. */
#define RUN_FLOWS_DIMENSION "flow"
enum { RUN_FLOWS_VARIABLES = 3 };
MUST_CHECK int run_flows_add(struct run_flows *flows, struct result *result, uint32_t replications,
                             struct arena *arena, struct err *err);

/* What such a result says, of which the replications are positions[i] here. `as` has the places and
 * facilities that are meant. */
MUST_CHECK int run_flows_read(struct run_flows *flows, const struct result *from, const size_t *positions,
                              const struct result *as, struct err *err);

#endif
