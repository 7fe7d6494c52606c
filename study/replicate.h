#ifndef COUNTERPART_STUDY_REPLICATE_H
#define COUNTERPART_STUDY_REPLICATE_H

/* Runs the replications of a scenario side by side on threads. What comes out does
 * not depend on how many threads there are. */

#include <stdint.h>

#include "models/scenario.h"
#include "models/world.h"
#include "sim/err.h"
#include "study/fate_file.h"
#include "study/joint.h"
#include "study/run_file.h"
#include "study/run_parts.h"
#include "study/saved_run.h"

struct replicate_options {
    unsigned threads; /* 0 counts as 1; replications go side by side first, then the partitions of each */
    /* Called now and then, from any thread but never from two at once, with the share done of all
     * replications. May be NULL. */
    void (*progress)(void *data, double share);
    void *data;
    const struct saved_run
        *from;              /* taken up instead of running from the start; NULL: not. Outlives the run */
    struct saved_run *save; /* takes the state of every replication on the way; NULL: not */
    /* Called with every world that has run, from any thread, for different replications at the same time. May
     * be NULL. */
    int (*take)(void *data, const struct world *world, uint32_t replication, struct err *err);
    void *take_data;
    struct fate_file *fates; /* takes what happens to every patient; NULL: nobody wants it */
    const struct joint_absent
        *leave_out;          /* with fates: who does not fall ill, by replication; NULL: nobody */
    struct run_parts *parts; /* keeps what has finished, and tells what need not be run; NULL: not */
    const char *trace_path;  /* where the visits of all patients are written (CSV); NULL: nowhere */
};

/* Runs the replications [from, to) into a file that has room for them. `first`, when not NULL, is the world
 * of replication `from`, built and not yet run; it is taken over and freed in any case. When replications
 * fail, the reasons given are those of the one with the lowest number, and no further ones are started.
 * *events, when not NULL, grows by the number of their events. */
MUST_CHECK int replicate_more(struct run_file *file, const struct scenario *scenario, struct world *first,
                              uint32_t from, uint32_t to, const struct replicate_options *options,
                              uint64_t *events, struct err *err);

/* All at once: runs scenario->run.replications replications into a new struct run_file, which the caller
 * frees. *events, when not NULL, is set. */
MUST_CHECK struct run_file *replicate_run(const struct scenario *scenario, struct world *first,
                                          const struct replicate_options *options, uint64_t *events,
                                          struct err *err);

#endif
