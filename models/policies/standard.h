#ifndef COUNTERPART_MODELS_POLICIES_STANDARD_H
#define COUNTERPART_MODELS_POLICIES_STANDARD_H

/* County hospitals are raised to a standard, one after another. */

#include <stdint.h>

#include "models/keys.h"

struct policy_ops;

enum standard_order { STANDARD_POPULATION, STANDARD_REMOTENESS, STANDARD_NEED, STANDARD_LIST };

struct standard_spec {
    int32_t of; /* ref facilities: one, or a rule's */
    int64_t start_us, until_us;
    double share;
    int order;
    struct key_list list; /* texts: place codes */
    int64_t least_population;
    int level;                /* same, or enum facility_level + 1 */
    struct key_list services; /* texts */
    double beds_factor;
    int64_t cost_fen, cost_per_year_fen;
};

extern const struct key_kind standard_kind;
extern const struct policy_ops standard_ops;

#endif
