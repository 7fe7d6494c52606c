#ifndef COUNTERPART_STUDY_TRIAL_H
#define COUNTERPART_STUDY_TRIAL_H

/* One replication of one scenario at one point of a design. The luck is that of the
 * replication, the same at all points and in all scenarios. */

#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "models/world.h"
#include "sim/err.h"
#include "study/design.h"

/* What all trials of a study have in common. Never changes while they run. */
struct trials {
    const struct design *design; /* borrowed */
    const char **sets;           /* of the design and the command line; points come after them */
    size_t set_count;
    struct scenario *scenarios; /* [design->spec->scenarios.count], without any point */
    size_t scenario_count, replications;
    uint64_t fingerprint; /* of the tables of all scenarios */
    struct arena arena;
};

/* Loads the scenarios, and checks that they can be paired and that the least and the greatest value of every
 * factor are allowed. `sets` are the command line's. Zeroes *trials first. */
MUST_CHECK int trials_init(struct trials *trials, const struct design *design, const char *const *sets,
                           size_t set_count, struct err *err);
void trials_free(struct trials *trials); /* safe to repeat */

/* Where one thread works: it keeps the scenarios of the point that it is at. Zero-initialise. */
struct trial_bench {
    struct scenario *scenarios; /* owned; of `point` */
    bool loaded;
    size_t count, point;
};
void trial_bench_free(struct trial_bench *bench); /* safe to repeat */

/* Runs a trial to its end. The caller frees the world before it uses the bench for anything else. NULL on
 * failure; messages name the point. */
MUST_CHECK struct world *trial_run(const struct trials *trials, struct trial_bench *bench, size_t point,
                                   uint32_t replication, size_t scenario, struct err *err);

#endif
