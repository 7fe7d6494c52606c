/* The kinds of policy that scenarios can name. A new one is a row here. */

#include "models/keys.h"
#include "models/policies/alliance.h"
#include "models/policies/centre.h"
#include "models/policies/dispatch.h"
#include "models/policies/online.h"
#include "models/policies/pairing.h"
#include "models/policies/reimbursement.h"
#include "models/policies/standard.h"
#include "models/policies/telemedicine.h"
#include "models/policies/tiering.h"
#include "models/policies/training.h"
#include "models/policy.h"

const struct key_kind *const policy_kinds[] = {
    &dispatch_kind, &pairing_kind,       &training_kind, &centre_kind,       &standard_kind,
    &tiering_kind,  &reimbursement_kind, &online_kind,   &telemedicine_kind, &alliance_kind,
};
const size_t policy_kind_count = sizeof policy_kinds / sizeof policy_kinds[0];

/* What each kind does, in the same order. */
const struct policy_ops *const policy_table[] = {
    &dispatch_ops, &pairing_ops,       &training_ops, &centre_ops,       &standard_ops,
    &tiering_ops,  &reimbursement_ops, &online_ops,   &telemedicine_ops, &alliance_ops,
};
const size_t policy_table_count = sizeof policy_table / sizeof policy_table[0];
