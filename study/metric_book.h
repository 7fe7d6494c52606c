#ifndef COUNTERPART_STUDY_METRIC_BOOK_H
#define COUNTERPART_STUDY_METRIC_BOOK_H

/* The names and units of metrics that several worlds have, in the order in which
 * they were first met. */

#include <stddef.h>

#include "models/world.h"
#include "sim/err.h"
#include "sim/mem.h"

/* Zero-initialise. */
struct metric_book {
    const char **names, **units; /* owned */
    size_t count, name_capacity, unit_capacity;
    struct arena arena; /* owns the texts */
};

void metric_book_free(struct metric_book *book); /* safe to repeat */

/* Position of a name, or book->count; `guess` is tried first. */
size_t metric_book_find(const struct metric_book *book, const char *name, size_t guess);

/* Adds what the book lacks. Refuses a metric that is in another unit than before. */
MUST_CHECK int metric_book_add(struct metric_book *book, const char *name, const char *unit, size_t guess,
                               struct err *err);
MUST_CHECK int metric_book_add_world(struct metric_book *book, const struct world *world, struct err *err);

/* The metrics of a world that has been run, in the order of the book; NaN for those that it lacks. What the
 * book lacks is left out. */
void metric_book_values(const struct metric_book *book, const struct world *world, double *values);

#endif
