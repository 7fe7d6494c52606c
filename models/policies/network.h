#ifndef COUNTERPART_MODELS_POLICIES_NETWORK_H
#define COUNTERPART_MODELS_POLICIES_NETWORK_H

/* What policies that connect facilities have in common: a facility that is asked,
 * members that ask it, for which services, and from when to when. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/facility.h"
#include "models/keys.h"
#include "sim/err.h"

struct policy;
struct world;

struct network_consult {
    int32_t service; /* ref services */
};

struct network_guide {
    int32_t service; /* ref services */
    double proficiency;
    double teaches;
};

/* The keys that all such policies have; a member of their own structs. */
struct network_spec {
    int32_t hub;             /* ref facilities; -1: each member's partner */
    struct key_list members; /* struct facility_listed */
    int64_t start_us;        /* date */
    struct key_span length;  /* without one: for good */
    int64_t connection_us;
    struct key_list consults; /* struct network_consult */
    struct key_list guides;   /* struct network_guide */
    bool records;
};

/* Their rows: KIND is "policies(KIND)", OWNER the policy's struct with a member `network`. */
#define NETWORK_AT(OWNER, MEMBER)                                                                            \
    .offset = offsetof(struct OWNER, network) + offsetof(struct network_spec, MEMBER)
/* clang-format off */
#define NETWORK_ROWS(KIND, OWNER)                                                                            \
    {KIND ".hub", .type = KEY_REF, NETWORK_AT(OWNER, hub), .fallback = "", .refers = "facilities",           \
     .help = "The facility that is asked; absent: each member's partner, if it has one (see pairing)."},     \
    {KIND ".members", .type = KEY_LIST, NETWORK_AT(OWNER, members),                                          \
     .size = sizeof(struct facility_listed), .help = "The facilities that ask."},                             \
    {KIND ".members.facility", .type = KEY_REF, .offset = offsetof(struct facility_listed, facility),         \
     .refers = "facilities", .help = "One of them, or a rule: all that it makes."},                          \
    {KIND ".start", .type = KEY_DATE, NETWORK_AT(OWNER, start_us), .help = "The first day."},                \
    {KIND ".length", .type = KEY_SPAN, NETWORK_AT(OWNER, length), .fallback = "0 d",                         \
     .help = "How long it lasts; \"0 d\" is for good."},                                                     \
    {KIND ".connection_time", .type = KEY_DURATION, NETWORK_AT(OWNER, connection_us),                        \
     .fallback = "15 min", .low = 0, .high = 366 * 86400e6,                                                  \
     .help = "Time that a question is on its way, and the answer too; \"0 s\" makes one partition of the "   \
             "world."},                                                                                      \
    {KIND ".consults", .type = KEY_LIST, NETWORK_AT(OWNER, consults), .fallback = "", .refers = "service",   \
     .size = sizeof(struct network_consult),                                                                 \
     .help = "Services that stages ask for from afar (conditions.pathway.remote without `at`)."},            \
    {KIND ".consults.service", .type = KEY_REF, .offset = offsetof(struct network_consult, service),         \
     .refers = "services", .help = "Which one; the facility that is asked lists it."},                       \
    {KIND ".guides", .type = KEY_LIST, NETWORK_AT(OWNER, guides), .fallback = "", .refers = "service",       \
     .size = sizeof(struct network_guide),                                                                   \
     .help = "Services that members give under guidance from afar while nobody of theirs commands them."},   \
    {KIND ".guides.service", .type = KEY_REF, .offset = offsetof(struct network_guide, service),             \
     .refers = "services", .help = "Which one; members list it (staff = 0 will do) and so does who guides."},\
    {KIND ".guides.proficiency", .type = KEY_SHARE, .offset = offsetof(struct network_guide, proficiency),   \
     .fallback = "0.8", .help = "Proficiency under guidance, of that of who guides."},                       \
    {KIND ".guides.teaches", .type = KEY_SHARE, .offset = offsetof(struct network_guide, teaches),           \
     .fallback = "0.5", .help = "What a trainee learns from a case under guidance, in supervised cases."},   \
    {KIND ".records", .type = KEY_BOOL, NETWORK_AT(OWNER, records), .fallback = "false",                     \
     .help = "Members and hub share medical records: see conditions.pathway.with_records."}
/* clang-format on */

/* What is made of it. */
struct network {
    const struct network_spec *spec;
    uint32_t *member; /* facilities; owned by the arena */
    size_t members;
    int64_t hub; /* facility; -1: partners */
    int64_t start_us, end_us;
    bool on;
};

/* Checks and resolves; sets the policy's period. */
MUST_CHECK int network_prepare(struct world *world, struct policy *policy, const struct network_spec *spec,
                               struct network *network, struct err *err);
bool network_has(const struct network *network, uint32_t facility);
/* At every planning epoch: whether it is at work now. Links members as of now. */
bool network_plan(struct world *world, const struct policy *policy, struct network *network, int64_t now_us);

#endif
