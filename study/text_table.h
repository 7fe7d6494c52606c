#ifndef COUNTERPART_STUDY_TEXT_TABLE_H
#define COUNTERPART_STUDY_TEXT_TABLE_H

/* A table for a terminal: cells row by row, columns as wide as their widest cell. */

#include <stddef.h>

#include "sim/mem.h"
#include "study/text.h"

struct text_table {
    size_t columns;
    const char *align; /* a letter a column: 'l' or 'r' */
    char **cells;      /* owned, row by row */
    size_t count, capacity;
    struct arena arena;
    struct err *err;
    bool failed;
};

void text_table_init(struct text_table *table, const char *align, struct err *err);
void text_table_free(struct text_table *table); /* safe to repeat */
/* The next cell; control characters in it become '?'. */
void text_table_add(struct text_table *table, const char *cell);
/* Columns of a terminal that its widest row needs, at most. */
size_t text_table_width(const struct text_table *table);
/* Adds the table to the text, each row after `indent` spaces, and empties it. A failure shows in the text. */
void text_table_print(struct text_table *table, size_t indent, struct text *text);

#endif
