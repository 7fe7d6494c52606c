#ifndef COUNTERPART_MODELS_POLICIES_TELEMEDICINE_H
#define COUNTERPART_MODELS_POLICIES_TELEMEDICINE_H

/* Members of a network have from afar what they lack: advice, guidance, somebody
 * who watches, follow-up without the way. */

#include "models/policies/network.h"

struct policy_ops;

struct telemedicine_watch {
    const char *resource; /* of members; NULL: nobody is watched */
    int64_t places;
};

struct telemedicine_spec {
    struct network_spec network;
    struct telemedicine_watch watch;
    struct key_list follow_up; /* texts: CONDITION.STAGE */
};

extern const struct key_kind telemedicine_kind;
extern const struct policy_ops telemedicine_ops;

#endif
