#ifndef COUNTERPART_STUDY_DESCRIBE_PARTS_H
#define COUNTERPART_STUDY_DESCRIBE_PARTS_H

/* What the files that fill the sheet of a description share: describe.c fills the items on objectives,
 * experimentation, implementation and access, describe_logic.c those on logic, describe_data.c those on data.
 */

#include <stdbool.h>

#include "models/inputs.h"
#include "models/keys.h"
#include "models/scenario.h"
#include "models/world.h"
#include "study/sheet.h"
#include "study/text.h"

struct describing {
    const struct scenario *scenario;
    const struct world *world;
    const char *version;
    struct inputs inputs;
    struct sheet sheet;
    struct err *err;
};

#define HEADS(sheet, ...)                                                                                    \
    sheet_heads(sheet, (const char *const[]){__VA_ARGS__},                                                   \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* A line, or a cell, from text that was gathered piece by piece; empties it. */
void describe_line(struct describing *d, struct text *text);
void describe_cell(struct describing *d, struct text *text);

/* What the scenario says, or that it does not, with advice. */
void describe_said(struct describing *d, const char *said, const char *advice);

bool describe_has_places(const struct describing *d);

void describe_logic(struct describing *d);
void describe_data(struct describing *d);

#endif
