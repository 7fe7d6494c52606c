#ifndef COUNTERPART_CLI_KEPT_H
#define COUNTERPART_CLI_KEPT_H

/* compare --patients: what every world keeps of its patients while it is run, and
 * the runs without one of them. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "study/people.h"

struct worlds;

struct kept {
    size_t worlds;
    struct fate_file **file, **placebo; /* owned: by world */
    struct joint_absent **absent;       /* owned: by world and replication */
    struct people people;
};

MUST_CHECK int kept_init(struct kept *kept, size_t worlds, uint32_t replications, struct err *err);
void kept_free(struct kept *kept); /* also of a zeroed one; safe to repeat */

/* Once all worlds have been run: runs each again without one treated patient a replication, and joins all.
 * labels: by world; borrowed. */
MUST_CHECK int kept_join(struct kept *kept, struct worlds *worlds, const char *const *labels,
                         struct err *err);

#endif
