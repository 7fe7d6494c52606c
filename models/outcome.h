#ifndef COUNTERPART_MODELS_OUTCOME_H
#define COUNTERPART_MODELS_OUTCOME_H

/* How it ends: each outcome by a logistic model in severity, treatment, the
 * proficiency of who treated, and delay. The first outcome that happens ends the
 * list ("death" before "complication"). */

#include "models/pathway.h"
#include "models/patient.h"
#include "sim/rng.h"

/* Probability of outcome `o`, for tests and reports. `watched` from afar. */
double outcome_probability(const struct condition *condition, size_t o, const struct patient *patient,
                           bool watched, int64_t now_us);

/* Index of the outcome that happens to this patient, or -1. */
int64_t outcome_draw(const struct condition *condition, const struct rng *rng, struct rng_identity identity,
                     const struct patient *patient, bool watched, int64_t now_us);

#endif
