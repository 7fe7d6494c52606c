#ifndef COUNTERPART_MODELS_BEDS_H
#define COUNTERPART_MODELS_BEDS_H

/* Beds of facilities, those that are there and those that patients hold, as the
 * ledger counts them over time. Other resources have no such counts. */

#include <stdint.h>

#include "models/world_parts.h"

/* Before the run: the beds of facilities that are open. */
void beds_init(struct world *world);
/* A facility that was closed has all its beds from now on. */
void beds_opened(struct world *world, uint32_t facility, int64_t now_us);
/* A ward has so many servers more, or fewer. */
void beds_changed(struct world *world, const struct ward *ward, int64_t delta, int64_t now_us);

/* Patients hold so many servers of a ward more, or fewer. */
static inline void beds_taken(struct world *world, const struct ward *ward, int64_t delta, int64_t now_us)
{
    if (ward->is_bed)
        ledger_shift_cell(&world->ledger, GROUP_FACILITY,
                          (size_t)ward->facility * FA_WIDTH + FA_beds_occupied, delta, now_us);
}

#endif
