#ifndef COUNTERPART_MODELS_SAVED_PATIENTS_H
#define COUNTERPART_MODELS_SAVED_PATIENTS_H

/* Saving the people in flight, and the lines of wards and offers in which they stand. They are numbered by
 * identity, so that neither records nor partitions can be seen in what is saved. */

#include "models/saving.h"

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

void roster_save(const struct roster *roster, const struct world *world, struct state_writer *writer);
/* Makes records of them in the partitions of this world; those that were there are forgotten. */
void roster_restore(struct roster *roster, struct world *world, const struct saved_maps *maps, int64_t now_us,
                    struct state_reader *reader);

/* Wards and offers with their lines; restored after the roster. */
void lines_save(const struct roster *roster, const struct world *world, struct state_writer *writer);
void lines_restore(struct roster *roster, struct world *world, const struct saved_maps *maps,
                   struct state_reader *reader);

/* When all has been restored and the clocks are set: schedules what everybody waits for. */
void roster_schedule(const struct roster *roster, struct world *world);

#endif
