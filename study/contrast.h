#ifndef COUNTERPART_STUDY_CONTRAST_H
#define COUNTERPART_STUDY_CONTRAST_H

/* One metric of an alternative against the same metric of the base. */

#include "sim/err.h"
#include "study/compare.h"
#include "study/stats.h"

struct contrast {
    struct stats base, other, difference;
    /* Half width of the difference when all alternatives are to be right at once with 95%. Bonferroni: each
     * at 1 - 0.05/alternatives, which holds however the worlds depend on each other, as they do with common
     * luck (Law 2015, "Simulation modeling and analysis", section 10.3). Each metric on its own. */
    double together_half;
    struct stats_range relative, variance_ratio; /* see stats.h */
};

/* The numbers of a contrast by name, as files and programs get them. */
enum { CONTRAST_NUMBERS = 14 };
struct contrast_number {
    const char *name, *long_name;
};
extern const struct contrast_number contrast_numbers[CONTRAST_NUMBERS];
void contrast_list(double out[CONTRAST_NUMBERS], const struct contrast *contrast);

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
