#ifndef COUNTERPART_STUDY_RUN_FLOWS_H
#define COUNTERPART_STUDY_RUN_FLOWS_H

/* Who of a place was treated at which facility, over all replications of a run: each
 * lists the pairs that it has met, and the file has those that any has met. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

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
};

MUST_CHECK int run_flows_init(struct run_flows *flows, uint32_t replications, struct err *err);
void run_flows_free(struct run_flows *flows); /* safe to repeat, and for one that is zero */

/* Copies what the finished world of a replication has counted. */
MUST_CHECK int run_flows_take(struct run_flows *flows, const struct world *world, uint32_t replication,
                              struct err *err);

/* Finds the pairs of the first so many replications. */
MUST_CHECK int run_flows_lay_out(struct run_flows *flows, uint32_t replications, struct err *err);
/* Adds the numbers of those replications to values[replication][step][pair], which are zero. */
void run_flows_fill(const struct run_flows *flows, uint32_t replications, size_t steps, int64_t *values);

#endif
