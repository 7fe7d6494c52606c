#ifndef COUNTERPART_MODELS_POLICIES_CENTRE_H
#define COUNTERPART_MODELS_POLICIES_CENTRE_H

/* A national, regional or provincial centre, new or made of a hospital that exists,
 * with people of a parent hospital. */

#include <stdint.h>

#include "models/keys.h"

struct policy_ops;

struct centre_spec {
    int32_t facility; /* ref facilities */
    int64_t start_us; /* date */
    int level;        /* same, or enum facility_level + 1: from then on */
    struct key_list beds;
    struct key_span ramp, introduce;
    double ramp_from;
    int32_t parent;                    /* ref facilities; -1 */
    struct key_list experts, trainees; /* struct key_count, by service */
    double on_duty;
    int64_t managers;
    double speed_per_manager;
    double discussion_per_s;
    int64_t cost_fen, cost_per_year_fen, cost_per_person_fen;
};

extern const struct key_kind centre_kind;
extern const struct policy_ops centre_ops;

#endif
