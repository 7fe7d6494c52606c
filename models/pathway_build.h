#ifndef COUNTERPART_MODELS_PATHWAY_BUILD_H
#define COUNTERPART_MODELS_PATHWAY_BUILD_H

/* What pathway.c (conditions), pathway_stage.c (their stages) and pathway_remote.c (what stages ask for
 * elsewhere) share while they compile a scenario. All that may fail says what is wrong with the scenario. */

#include <stddef.h>
#include <stdint.h>

#include "models/pathway.h"

struct pathway_build {
    struct pathways *pathways;
    const struct scenario *scenario;
    struct facilities *facilities;
    struct arena *arena;
    struct err *err;
};

/* Compiles a duration, which cannot be negative; NULL for a NULL spec. */
MUST_CHECK int pathway_time(struct pathway_build *build, struct dist_spec *const *spec,
                            const struct dist **dist);

/* The condition has a class of that name, or the name is NULL. */
MUST_CHECK int pathway_check_class(struct pathway_build *build, const struct condition_spec *condition,
                                   const char *const *name);

/* Words of luck up to this one are such a share of all. */
uint32_t pathway_word(double share);

/* The i-th stage of condition `c`, whose first stage has that index. */
MUST_CHECK int pathway_stage(struct pathway_build *build, size_t c, uint32_t first_stage, size_t i,
                             struct stage *stage);

/* What it asks for elsewhere, with the stage that stand-ins have there. */
MUST_CHECK int pathway_remote(struct pathway_build *build, const struct stage_spec *spec,
                              struct stage *stage);

/* The lines of what a stage needs are not for them alone: who waits there waits for something else as well.
 */
void pathway_make_joint(struct facilities *facilities, const struct stage *stage);

#endif
