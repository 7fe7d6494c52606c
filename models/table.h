#ifndef COUNTERPART_MODELS_TABLE_H
#define COUNTERPART_MODELS_TABLE_H

/* A CSV file in memory: UTF-8, UNIX line ends, a header row, columns by name. Rows
 * keep their line numbers, so that messages can say where a bad value stands. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

struct table {
    const char *path; /* owned */
    char *text;       /* owned: all fields, each terminated */
    size_t text_length, text_capacity;
    size_t columns, rows;
    size_t *fields; /* owned: offsets into text, header first, row by row */
    size_t field_count, field_capacity;
    unsigned *lines; /* owned: of each row in the file */
    size_t line_capacity;
};

/* Zeroes *table before anything can fail. Problems (up to 20) are "file:line: column: what; what to do". */
MUST_CHECK int table_load(struct table *table, const char *path, struct err *err);
void table_free(struct table *table); /* safe to repeat */

/* The column of that name; a problem with the nearest name when there is none. */
MUST_CHECK int table_column(const struct table *table, const char *name, size_t *column, struct err *err);
/* The same for a column that may be absent: then false. */
bool table_has(const struct table *table, const char *name, size_t *column);

const char *table_name(const struct table *table, size_t column);
const char *table_text(const struct table *table, size_t row, size_t column);
unsigned table_line(const struct table *table, size_t row);

/* Numbers within [low, high]; an empty field is a problem. */
MUST_CHECK int table_int(const struct table *table, size_t row, size_t column, int64_t low, int64_t high,
                         int64_t *value, struct err *err);
MUST_CHECK int table_real(const struct table *table, size_t row, size_t column, double low, double high,
                          double *value, struct err *err);

/* Adds "file:line: column: message". Returns -1. */
int table_problem(const struct table *table, size_t row, size_t column, struct err *err, const char *format,
                  ...) PRINTF_LIKE(5, 6);

#endif
