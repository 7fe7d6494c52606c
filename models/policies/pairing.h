#ifndef COUNTERPART_MODELS_POLICIES_PAIRING_H
#define COUNTERPART_MODELS_POLICIES_PAIRING_H

/* Hospitals that help are paired with hospitals that are helped: these refer to
 * their partner first, ask it for advice, are sent its experts, and send it staff
 * to be trained. */

#include <stdbool.h>
#include <stdint.h>

#include "models/policies/rota.h"

struct policy_ops;

struct pairing_spec {
    struct key_list helpers, helped; /* struct facility_listed */
    const char *file;                /* CSV with columns helper, helped; NULL */
    int rule;                        /* enum match_rule */
    int64_t load;                    /* hospitals a helper takes; 0: any number */
    bool join;                       /* helpers that are left join where the need is greatest */
    int32_t service;                 /* ref services; -1 */
    int64_t experts;                 /* whom each helper sends at a time; 0: nobody */
    struct key_span length;          /* of the pairing; without a length: for good */
    struct rota_spec rota;
};

extern const struct key_kind pairing_kind;
extern const struct policy_ops pairing_ops;

#endif
