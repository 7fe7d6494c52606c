#ifndef COUNTERPART_STUDY_TEXT_H
#define COUNTERPART_STUDY_TEXT_H

/* A text that grows, and numbers and dates as people read them. Failures are
 * sticky: write on, and look once at the end. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

struct text {
    char *bytes; /* owned; NULL while empty */
    size_t length, capacity;
    bool failed;
    struct err *err; /* borrowed */
};

void text_init(struct text *text, struct err *err);
void text_free(struct text *text); /* safe to repeat */
void text_add(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_add_bytes(struct text *text, const char *bytes, size_t count);
void text_spaces(struct text *text, size_t count);
/* Adds a text of unknown origin: control characters become '?', so that a file cannot steer the terminal. */
void text_add_safe(struct text *text, const char *unknown);
/* One CSV field (RFC 4180), quoted when it has to be. */
void text_add_csv(struct text *text, const char *field);
/* A number for machines: 17 digits at most, empty when undefined. */
void text_add_csv_number(struct text *text, double value);

/* The finished text, malloc'ed and never NULL on success; *text is empty afterwards. */
MUST_CHECK char *text_take(struct text *text, struct err *err);

/* Columns that a terminal needs: UTF-8, East Asian wide characters count two. */
size_t text_width(const char *text);

/* The name of a file without its folders. */
const char *text_base_name(const char *path);

enum { TEXT_NUMBER = 48, TEXT_DATE = 40 };

/* A number with the digits that its 95% half width supports (two digits of the half width); thousands are set
 * apart by commas. An unknown (NaN) or zero half width gives six significant digits. "-" when undefined. */
void text_number(char out[TEXT_NUMBER], double value, double half95);

/* "2019-01-01", with " 08:00:00" when it is not midnight. */
void text_date(char out[TEXT_DATE], int64_t since_1970_us);

#endif
