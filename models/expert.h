#ifndef COUNTERPART_MODELS_EXPERT_H
#define COUNTERPART_MODELS_EXPERT_H

/* Experts are people with one body: at the home facility, elsewhere, or on the
 * way. What a visiting expert gives, the home hospital lacks. */

#include <stdbool.h>
#include <stdint.h>

#include "models/facility.h"
#include "models/scenario.h"
#include "sim/err.h"

struct world;

struct expert {
    const struct expert_spec *spec;
    const char *id, *name; /* the entry's, with a number where it describes several people */
    int32_t home_offer;    /* index in facilities.offer */
    int32_t at_offer;      /* where the expert works now; -1: on the way */
    int32_t last_offer;    /* where the expert works or worked last */
    int64_t person;        /* there */
    int64_t worked_us;     /* this week */
    const char *booked_by; /* name of the policy that has sent the expert; NULL: at home */
    int64_t back_us;       /* at home since */
};

/* The people that one entry of the scenario describes: a part of all experts. */
struct expert_entry {
    uint32_t first, count;
};

struct rota;

struct experts {
    struct expert *expert; /* owned by the arena */
    size_t count;
    struct expert_entry *entry; /* of each of the scenario's; owned by the arena */
    struct rota *rotas;         /* all plans by which policies send them, for checks */
};

MUST_CHECK int experts_init(struct experts *experts, struct world *world, struct err *err);

/* Leaves the present facility (a case under way is finished there) and is on the way. */
void expert_leave(struct world *world, struct expert *expert, int64_t now_us);
/* Whether a case that was under way when the expert left is over. */
bool expert_is_free(const struct world *world, const struct expert *expert);
/* Begins to work at an offer, at a planning epoch. */
MUST_CHECK int expert_join(struct world *world, struct expert *expert, int32_t offer, int64_t now_us,
                           struct err *err);

/* Where everybody is; after the offers, whose people then know whose week is counted. */
struct saved_maps;
struct state_reader;
struct state_writer;
void experts_save(const struct world *world, struct state_writer *writer);
void experts_restore(struct world *world, const struct saved_maps *maps, struct state_reader *reader);

#endif
