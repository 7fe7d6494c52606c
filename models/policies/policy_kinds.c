/* The kinds of policy that scenarios can name. A new one is a row here. */

#include "models/keys.h"
#include "models/policies/dispatch.h"

const struct key_kind *const policy_kinds[] = {
    &dispatch_kind,
};
const size_t policy_kind_count = sizeof policy_kinds / sizeof policy_kinds[0];
