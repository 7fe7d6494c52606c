#ifndef COUNTERPART_STUDY_SHEET_H
#define COUNTERPART_STUDY_SHEET_H

/* A sheet of numbered items, each with sentences and at most one table, as text, Markdown or JSON. Failures
 * are sticky: write on, and look once at the end. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "sim/mem.h"

enum { SHEET_ITEMS = 40, SHEET_COLUMNS = 8 };

struct sheet_item {
    const char *number, *title; /* "3.3", borrowed */
    const char *missing;        /* what a scenario has to say so that the item is answered; NULL: it is */
    const char **lines;         /* owned, the texts by the arena */
    size_t line_count, line_capacity;
    const char *heads[SHEET_COLUMNS]; /* borrowed, ended by NULL */
    const char **cells;               /* owned, row by row */
    size_t cell_count, cell_capacity;
};

struct sheet {
    const char *title; /* borrowed */
    struct sheet_item items[SHEET_ITEMS];
    size_t count;
    struct arena arena;
    struct err *err;
    bool failed;
};

void sheet_init(struct sheet *sheet, const char *title, struct err *err);
void sheet_free(struct sheet *sheet); /* safe to repeat */

/* The next item; what follows is in it. */
void sheet_begin(struct sheet *sheet, const char *number, const char *title);
void sheet_line(struct sheet *sheet, const char *format, ...) PRINTF_LIKE(2, 3);
/* The item is not answered: "not said in the scenario: ADVICE". */
void sheet_missing(struct sheet *sheet, const char *advice);
void sheet_heads(struct sheet *sheet, const char *const *heads, size_t count);
void sheet_cell(struct sheet *sheet, const char *text); /* NULL: empty */

/* Sections are named by the first figure of the items: sections[0] is that of the items "1.x". All malloc'ed.
 */
MUST_CHECK char *sheet_text(const struct sheet *sheet, const char *const *sections, size_t width,
                            struct err *err);
MUST_CHECK char *sheet_markdown(const struct sheet *sheet, const char *const *sections, struct err *err);
MUST_CHECK char *sheet_json(const struct sheet *sheet, const char *const *sections, struct err *err);

#endif
