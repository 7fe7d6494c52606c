#ifndef COUNTERPART_MODELS_QUANTITY_H
#define COUNTERPART_MODELS_QUANTITY_H

/* Quantities of the scenario language: a number and a unit in one text ("8.8 d",
 * "50 km/h", "6821.50 CNY"). Times and money are exact: decimal digits become
 * integers without passing through a double. A problem is reported as "what was
 * found; what to do", without a place: the caller knows where the text stands. */

#include <stddef.h>
#include <stdint.h>

#include "models/keys.h"
#include "sim/err.h"

/* Microseconds, rounded half away from zero; never negative. Units us, ms, s, min, h, d, week, y (365 d), and
 * their names in full. */
MUST_CHECK int quantity_duration(const char *text, int64_t *us, struct err *err);

/* As quantity_duration, in seconds as a double: what distributions are made of. */
MUST_CHECK int quantity_seconds(const char *text, double *seconds, struct err *err);

/* Also months and years of the calendar (a year is 12 months). */
MUST_CHECK int quantity_span(const char *text, struct key_span *span, struct err *err);

/* "2019-01-01" or "2019-01-01 08:00" (UTC): microseconds since 1970-01-01, years 1800 to 2500. */
MUST_CHECK int quantity_date(const char *text, int64_t *date_us, struct err *err);

MUST_CHECK int quantity_rate(const char *text, double *per_s, struct err *err); /* "0.5 per h" */
MUST_CHECK int quantity_incidence(const char *text, double *per_person_s,
                                  struct err *err); /* "5 per 1000 y" */
MUST_CHECK int quantity_speed(const char *text, double *m_s, struct err *err);
MUST_CHECK int quantity_length(const char *text, double *m, struct err *err);
MUST_CHECK int quantity_money(const char *text, int64_t *fen, struct err *err);
MUST_CHECK int quantity_bytes(const char *text, int64_t *bytes, struct err *err); /* "2 GB" of 10^9 */

/* A finite decimal number and nothing else. */
MUST_CHECK int quantity_real(const char *text, double *value, struct err *err);
MUST_CHECK int quantity_int(const char *text, int64_t *value, struct err *err);

/* The texts that read back as exactly these values, as short as they can be. QUANTITY_TEXT bytes are enough.
 */
enum { QUANTITY_TEXT = 64 };
void quantity_print_duration(char *text, int64_t us);
void quantity_print_seconds(char *text, double seconds);
void quantity_print_span(char *text, struct key_span span);
void quantity_print_date(char *text, int64_t date_us);
void quantity_print_rate(char *text, double per_s);
void quantity_print_incidence(char *text, double per_person_s);
void quantity_print_speed(char *text, double m_s);
void quantity_print_length(char *text, double m);
void quantity_print_money(char *text, int64_t fen);
void quantity_print_bytes(char *text, int64_t bytes);
void quantity_print_real(char *text, double value); /* always with a point or an exponent */

/* What a bare number lacks, as advice: `40: a time needs a unit; write "40 min", "40 h" or "40 d"`. */
int quantity_lacks_unit(enum key_type type, const char *number, struct err *err);

#endif
