#ifndef COUNTERPART_MODELS_POLICIES_REIMBURSEMENT_H
#define COUNTERPART_MODELS_POLICIES_REIMBURSEMENT_H

/* What share of the charges insurance pays, by level and by distance from home. */

#include <stdint.h>

#include "models/keys.h"

struct policy_ops;

struct reimbursement_spec {
    int64_t start_us;
    struct key_list level;    /* struct named_real: shares */
    struct key_list distance; /* struct named_real: added */
};

extern const struct key_kind reimbursement_kind;
extern const struct policy_ops reimbursement_ops;

#endif
