#ifndef COUNTERPART_MODELS_POLICIES_ALLIANCE_H
#define COUNTERPART_MODELS_POLICIES_ALLIANCE_H

/* A hub with members: it answers and guides them, trains their people in sessions, helps them to open
 * clinics and laboratories, and takes the patients whom they refer. */

#include "models/policies/network.h"
#include "models/policies/rota.h"

struct policy_ops;

struct alliance_session {
    const char *id;
    int32_t service; /* ref services */
    int64_t every_us;
    double worth;   /* supervised cases for each who takes part */
    int32_t expert; /* ref experts; -1: nobody of the scenario's */
    int64_t takes_us;
};

struct alliance_clinic {
    int32_t facility; /* ref facilities; a rule: all that it makes */
    int32_t service;  /* ref services */
    int64_t on_us;    /* date */
    int64_t staff;
    double proficiency;
};

struct alliance_trainees {
    int32_t service; /* ref services */
    int64_t people;  /* at each member */
};

struct alliance_visit {
    int32_t expert;  /* ref experts */
    int64_t experts; /* of that entry's people, at a time */
    int32_t service; /* ref services; -1: each expert's own */
    struct rota_spec rota;
};

struct alliance_spec {
    struct network_spec network;
    bool referral;
    struct key_list sessions; /* struct alliance_session */
    struct key_list trainees; /* struct alliance_trainees */
    struct key_list clinics;  /* struct alliance_clinic */
    struct key_list visits;   /* struct alliance_visit */
};

extern const struct key_kind alliance_kind;
extern const struct policy_ops alliance_ops;

#endif
