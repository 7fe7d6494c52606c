#ifndef COUNTERPART_MODELS_INPUTS_H
#define COUNTERPART_MODELS_INPUTS_H

/* The quantities that a scenario sets, one by one, and what its comments say about where each comes from: the
 * comment behind a value counts, or else the nearest one with a mark right above the value or above what the
 * value stands in. Marks: [F3] or [C1, C2] cite facts, [assumed] says that there is none, the word "fitted"
 * that the value was chosen so that a fact is met. The comment that begins a file explains the file and
 * counts for nothing. */

#include <stdbool.h>
#include <stddef.h>

#include "models/scenario.h"
#include "sim/err.h"

struct input {
    const char *path; /* "facilities.banner.beds" */
    const struct key_row *row;
    const char *value;   /* in the language */
    const char *place;   /* "stroke.cfg:12"; "command line"; NULL: a default of the language */
    const char *comment; /* NULL: none */
    const char *facts;   /* ids that the comment cites: "F3, F4"; NULL: none */
    bool assumed, fitted;
};

struct inputs {
    struct input *list; /* owned, in the order of the language */
    size_t count, capacity;
    struct arena arena; /* owns the texts */
};

/* Zeroes *inputs first. What tells how a run is done ("scenario") and what it is compared with ("targets") is
 * left out. */
MUST_CHECK int inputs_gather(struct inputs *inputs, const struct scenario *scenario, struct err *err);
void inputs_free(struct inputs *inputs); /* safe to repeat */

#endif
