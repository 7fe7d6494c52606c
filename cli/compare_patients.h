#ifndef COUNTERPART_CLI_COMPARE_PATIENTS_H
#define COUNTERPART_CLI_COMPARE_PATIENTS_H

/* compare --patients: what every world has to keep while it runs, and the runs
 * without one patient. */

#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "sim/err.h"
#include "study/people.h"
#include "study/replicate.h"

struct patients_kept {
    size_t worlds;
    struct fate_file **file, **placebo; /* owned: by world */
    struct joint_absent **absent;       /* owned: by world and replication */
    struct people people;
};

MUST_CHECK int patients_kept_init(struct patients_kept *kept, size_t worlds, uint32_t replications,
                                  struct err *err);
void patients_kept_free(struct patients_kept *kept); /* also of a zeroed one */

/* Once a world has been run: runs it without one treated patient a replication. how: as it was run. */
MUST_CHECK int patients_kept_placebo(struct patients_kept *kept, size_t world,
                                     const struct scenario *scenario, const struct replicate_options *how,
                                     uint64_t *events, struct err *err);
/* The joint tables, in kept->people. labels: by world; borrowed. */
MUST_CHECK int patients_kept_join(struct patients_kept *kept, const char *const *labels, struct err *err);

#endif
