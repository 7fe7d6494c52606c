#ifndef COUNTERPART_MODELS_POLICIES_ONLINE_H
#define COUNTERPART_MODELS_POLICIES_ONLINE_H

/* Online hospitals are allowed from a date on. */

#include <stdint.h>

#include "models/keys.h"

struct policy_ops;

struct online_spec {
    int64_t start_us;
    struct key_list facilities; /* texts: ids; none: all that are closed */
    struct key_span ramp;
    double ramp_from;
    int64_t cost_fen, cost_per_year_fen;
};

extern const struct key_kind online_kind;
extern const struct policy_ops online_ops;

#endif
