#ifndef COUNTERPART_STUDY_CONTRAST_H
#define COUNTERPART_STUDY_CONTRAST_H

/* One metric of an alternative against the same metric of the base. */

#include "sim/err.h"
#include "study/compare.h"
#include "study/stats.h"

struct contrast {
    struct stats base, other, difference;
    double relative; /* NaN when the base is 0 or undefined */
};

/* Room for the values of one metric in the base and in an alternative. */
struct contrast_room {
    double *base, *other; /* owned */
};

/* Zeroes *room first. */
MUST_CHECK int contrast_room_init(struct contrast_room *room, const struct comparison *comparison,
                                  struct err *err);
void contrast_room_free(struct contrast_room *room); /* safe to repeat */

struct contrast contrast_of(const struct comparison *comparison, size_t world, size_t metric,
                            const struct contrast_room *room);

/* The values of one metric in one world, by replication. */
void contrast_fill(const struct comparison *comparison, size_t world, size_t metric, double *column);

#endif
