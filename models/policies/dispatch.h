#ifndef COUNTERPART_MODELS_POLICIES_DISPATCH_H
#define COUNTERPART_MODELS_POLICIES_DISPATCH_H

/* People are sent to work elsewhere for a time, treat there, and teach: one or a
 * team, once or batch after batch, to one hospital or to those that need it most. */

#include <stdint.h>

#include "models/policies/rota.h"

struct policy_ops;

enum dispatch_order { DISPATCH_IN_TURN, DISPATCH_NEED, DISPATCH_GAIN };

struct dispatch_member {
    int32_t expert; /* ref experts */
    int64_t number; /* of that entry's people, at a time */
};

struct dispatch_spec {
    int32_t expert;        /* ref experts; -1: see team */
    int64_t experts;       /* of that entry's people, at a time */
    struct key_list team;  /* struct dispatch_member */
    int32_t to;            /* ref facilities; -1: see among */
    struct key_list among; /* struct facility_listed */
    int order;             /* enum dispatch_order: which of them a batch goes to */
    int32_t service;       /* ref services; -1: each expert's own */
    struct rota_spec rota;
};

extern const struct key_kind dispatch_kind;
extern const struct policy_ops dispatch_ops;

#endif
