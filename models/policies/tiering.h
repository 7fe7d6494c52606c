#ifndef COUNTERPART_MODELS_POLICIES_TIERING_H
#define COUNTERPART_MODELS_POLICIES_TIERING_H

/* First contact near home, referral upwards, recovery back near home. */

#include <stdint.h>

#include "models/keys.h"

struct policy_ops;

enum tiering_rule { TIERING_PENALTY, TIERING_STRICT };

struct tiering_spec {
    int64_t start_us;
    struct key_list first; /* texts: levels */
    int rule;
    double unreferred;
    struct key_list except; /* texts: conditions */
    struct key_list back;   /* texts: CONDITION.STAGE */
};

extern const struct key_kind tiering_kind;
extern const struct policy_ops tiering_ops;

#endif
