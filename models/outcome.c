#include "models/outcome.h"

#include <math.h>

#define HOUR_US 3600e6

double outcome_probability(const struct condition *condition, size_t o, const struct patient *patient,
                           bool watched, int64_t now_us)
{
    const struct outcome_spec *spec = SCENARIO_ITEM(condition->spec->outcomes, struct outcome_spec, o);
    const bool treated = (patient->flags & PATIENT_TREATED) != 0;
    const int64_t until_us = treated ? patient->treated_us : now_us;
    double logit = spec->logit + condition->outcome_by_class[o][patient->severity];
    logit += watched ? spec->watched : 0;
    if (treated) {
        logit += spec->treated + spec->proficiency * (double)patient->proficiency / UINT8_MAX;
        logit += spec->delay_per_h * (double)(until_us - patient->onset_us) / HOUR_US;
    }
    return 1 / (1 + exp(-logit));
}

int64_t outcome_draw(const struct condition *condition, const struct rng *rng, struct rng_identity identity,
                     const struct patient *patient, bool watched, int64_t now_us)
{
    for (size_t o = 0; o < condition->spec->outcomes.count; o++) {
        const struct rng_words luck = rng_draw(
            rng, identity, (struct rng_purpose){.quantity = DRAW_OUTCOME, .visit = (uint32_t)(o / 4)});
        if (rng_unit(luck.w[o % 4]) < outcome_probability(condition, o, patient, watched, now_us))
            return (int64_t)o;
    }
    return -1;
}
