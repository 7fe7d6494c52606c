#ifndef COUNTERPART_STUDY_DESCRIBE_H
#define COUNTERPART_STUDY_DESCRIBE_H

/* A scenario described by the items of the STRESS-DES checklist (Monks et al. 2019, Strengthening the
 * reporting of empirical simulation studies, Journal of Simulation 13(1):55-67), from the scenario, the model
 * and the version. What neither tells is said to be missing, with the key that would tell it. */

#include <stddef.h>

#include "models/scenario.h"
#include "models/world.h"
#include "sim/err.h"

enum describe_form { DESCRIBE_TEXT, DESCRIBE_MARKDOWN, DESCRIBE_JSON };

/* `world` is the scenario's, built; `version` the program's. Texts are wrapped at `width` columns. Malloc'ed;
 * NULL on failure. */
MUST_CHECK char *describe_scenario(const struct scenario *scenario, const struct world *world,
                                   const char *version, enum describe_form form, size_t width,
                                   struct err *err);

#endif
