#ifndef COUNTERPART_MODELS_SOURCE_SCAN_H
#define COUNTERPART_MODELS_SOURCE_SCAN_H

/* Looks over the text of a scenario before libconfig parses it, and rewrites whole
 * numbers so that libconfig reads them with 64 bits. */

#include <stddef.h>

#include "sim/err.h"

struct source_place {
    const char *file;
    unsigned line;
};

/* A text put together from files, with the place of each of its lines. */
struct source_flat {
    char *text; /* owned */
    size_t length, capacity;
    struct source_place *places; /* owned */
    size_t lines, places_capacity;
};
void source_flat_free(struct source_flat *flat);
MUST_CHECK int source_flat_add(struct source_flat *flat, const char *bytes, size_t length, struct err *err);

/* Writes the text for libconfig to *ready. Problems are added to *err. */
MUST_CHECK int source_scan(const struct source_flat *flat, struct source_flat *ready, struct err *err);

/* The place of a line, counted from 1; lines past the end are at the last one. */
struct source_place source_place_of(const struct source_flat *flat, size_t line);

#endif
