#ifndef COUNTERPART_MODELS_POLICIES_DISPATCH_H
#define COUNTERPART_MODELS_POLICIES_DISPATCH_H

/* A person is sent to work elsewhere for a time, treats there, and teaches. */

#include <stdint.h>

#include "models/keys.h"

struct policy_ops;

enum dispatch_assignment { DISPATCH_MOST_ADVANCED, DISPATCH_ROTATING, DISPATCH_LEAST_ADVANCED };

struct dispatch_spec {
    int32_t expert;        /* ref experts */
    int32_t to;            /* ref facilities */
    int32_t service;       /* ref services */
    int64_t start_us;      /* date */
    struct key_span stint; /* without a length: for good */
    int64_t trainees;
    double on_duty; /* chance that a trainee is on duty at a case */
    int assignment; /* enum dispatch_assignment: who of those on duty is supervised */
};

extern const struct key_kind dispatch_kind;
extern const struct policy_ops dispatch_ops;

#endif
