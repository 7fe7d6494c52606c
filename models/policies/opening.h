#ifndef COUNTERPART_MODELS_POLICIES_OPENING_H
#define COUNTERPART_MODELS_POLICIES_OPENING_H

/* What policies have in common that open or enlarge a facility: the date, capacity
 * that comes in monthly steps, and what is spent on it. */

#include <stdbool.h>
#include <stdint.h>

#include "models/keys.h"
#include "sim/err.h"

struct policy;
struct world;

struct opening {
    uint32_t facility;
    int64_t start_us; /* of the run */
    bool begun;
    struct key_span ramp;
    double ramp_speed; /* so many times faster; 0: as it says */
    double ramp_from;
    int64_t months;             /* of the ramp that have passed */
    const struct key_list *add; /* struct key_count: servers that come on top, at the end of the ramp; NULL */
    int64_t cost_fen;           /* once */
    int64_t cost_per_year_fen;
    int64_t paid_fen;
};

/* Whether a date lies in the run; a problem when it lies before. */
MUST_CHECK int opening_check_start(const struct world *world, const struct policy *policy,
                                   const int64_t *start_us, struct err *err);
/* Whether the wards can be enlarged in steps; `spec` is blamed. */
MUST_CHECK int opening_check(const struct world *world, const struct opening *opening, const void *spec,
                             struct err *err);

/* At a planning epoch: opens at the start, enlarges month by month, pays for the time until the next epoch.
 */
void opening_plan(struct world *world, struct opening *opening, int64_t now_us);

/* How far it has come; what it has changed is saved with the facility. */
struct state_reader;
struct state_writer;
void opening_save(const struct opening *opening, struct state_writer *writer);
void opening_restore(const struct world *world, struct opening *opening, struct state_reader *reader);

#endif
