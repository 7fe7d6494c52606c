#ifndef COUNTERPART_MODELS_SAVED_PATIENTS_H
#define COUNTERPART_MODELS_SAVED_PATIENTS_H

/* Saving the people in flight. They are numbered by identity, so that neither records nor partitions can be
 * seen in what is saved. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/saving.h"

/* Where one of them is. */
struct seat {
    uint32_t partition, who; /* record */
    uint32_t stream, ordinal;
    int64_t due_us;
    bool stands_in; /* for the patient of this identity, at a facility that is asked */
    bool in_line;   /* has been found in the line where the record says */
};

/* Who is in flight, by number, and where. */
struct roster {
    struct seat *seat; /* owned */
    size_t count;
    uint32_t **number; /* owned: [partition][record]; only of a roster that is saved */
    unsigned partitions;
    bool has_extra, has_remote; /* what stands beside the records of one that is restored */
};

MUST_CHECK int roster_init(struct roster *roster, const struct world *world, struct err *err);
void roster_free(struct roster *roster); /* safe to repeat, and for one that is zero */

/* The partition that looks after a facility's patients. */
struct world *roster_view(const struct world *world, uint32_t facility);

#define ROSTER_IMPOSSIBLE "has a patient who cannot be; make it again"

/* Whether a time is one that can be: sums of a few such times can be formed. */
bool roster_is_near(int64_t us);

void roster_save(const struct roster *roster, const struct world *world, struct state_writer *writer);
/* Makes records of them in the partitions of this world; those that were there are forgotten. */
void roster_restore(struct roster *roster, struct world *world, const struct saved_maps *maps, int64_t now_us,
                    struct state_reader *reader);

/* When all has been restored and the clocks are set: schedules what everybody waits for. */
void roster_schedule(const struct roster *roster, struct world *world);

#endif
