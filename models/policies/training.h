#ifndef COUNTERPART_MODELS_POLICIES_TRAINING_H
#define COUNTERPART_MODELS_POLICIES_TRAINING_H

/* Local staff learn a technique: tutored at home by whoever visits, in sessions for
 * whole groups, or away at a centre that has many cases. */

#include <stdint.h>

#include "models/keys.h"

struct policy_ops;

enum training_way { TRAINING_TUTORING, TRAINING_SESSIONS, TRAINING_STUDY };

struct training_spec {
    int32_t at;             /* ref facilities; -1: see among */
    struct key_list among;  /* struct facility_listed */
    int32_t service;        /* ref services */
    int way;                /* enum training_way */
    int64_t start_us;       /* date */
    struct key_span length; /* without a length: for good */
    int64_t trainees;
    int64_t most;          /* trainees over the whole time, at a hospital; 0: no limit */
    double on_duty;        /* tutoring */
    int assignment;        /* tutoring: enum skill_assignment */
    struct key_span every; /* from one session to the next; from one departure for study to the next */
    double cases;          /* sessions: supervised cases that one is worth */
    double practice;       /* sessions: own cases that one is worth to independent staff */
    int32_t expert;        /* sessions: ref experts, who holds them; -1: nobody's hours are counted */
    int64_t hours_us;      /* sessions: of the expert */
    int32_t centre;        /* study: ref facilities; -1: the partner */
    struct key_span stay;  /* study */
    double share;          /* study: of the centre's cases that each trainee does under supervision */
    int32_t leaves;        /* study: ref services; the work at home that is left undone; -1: none */
};

extern const struct key_kind training_kind;
extern const struct policy_ops training_ops;

#endif
