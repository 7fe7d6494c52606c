#ifndef COUNTERPART_MODELS_AFAR_H
#define COUNTERPART_MODELS_AFAR_H

/* What policies let facilities have from afar: whom they may ask for which
 * service, whose patients are watched, whose records are shared. Policies change
 * it at planning epochs only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "sim/err.h"

struct policy;
struct stage;
struct world;

/* Whom a facility may ask for a service. */
struct afar_link {
    const char *policy; /* that has made it; NULL: nobody may be asked */
    uint32_t asked;     /* facility; PATIENT_NOWHERE while the policy is not at work */
    int64_t connection_us;
    bool guides;         /* local staff give the service here under guidance where nobody commands it */
    double proficiency;  /* ... with so much of that of the guide */
    int64_t teaches_ppm; /* ... and a trainee learns so many millionths of a supervised case */
};

/* A facility seen from afar. */
struct afar_site {
    int64_t watched, watch_limit; /* beds that are watched now, and may be at once */
    int64_t resource;             /* with which they are; -1: none */
    const char *records;          /* the policy by which they are shared, or NULL */
};

struct afar {
    struct afar_link *link;      /* [facility][service]; owned by the arena; NULL: no policy wants any */
    struct afar_site *site;      /* [facility] */
    int64_t least_connection_us; /* of all links ever; INT64_MAX: none */
};

/* Makes room, once for all policies. */
MUST_CHECK int afar_init(struct world *world, struct err *err);

/* The link that is at work, or NULL. */
const struct afar_link *afar_link(const struct world *world, uint32_t facility, int32_t service);

/* Whether the service is given here, alone or under guidance, as is told to others. */
bool afar_given(const struct world *world, uint32_t facility, int32_t service);

/* A patient begins or ends a stage here: is watched from then on if there is a place, or no longer. */
void afar_watch(struct world *world, uint32_t who);
void afar_unwatch(struct world *world, uint32_t who);

/* Whether records go along from one facility to another. */
bool afar_share_records(const struct world *world, uint32_t from, uint32_t to);

/* What an answered stage of local staff under guidance counts and teaches. */
void afar_guided(struct world *world, uint32_t who, int64_t now_us);

/* What policies have set, and who is watched. */
struct saved_maps;
struct state_reader;
struct state_writer;
void afar_save(const struct world *world, struct state_writer *writer);
void afar_restore(struct world *world, const struct saved_maps *maps, struct state_reader *reader);

#endif
