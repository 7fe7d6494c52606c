#ifndef COUNTERPART_STUDY_JSON_OUT_H
#define COUNTERPART_STUDY_JSON_OUT_H

/* What JSON cannot say is said all the same: undefined numbers are null, and a
 * text that is not UTF-8 loses the bytes that are at fault. */

#include <jansson.h>

#include "sim/err.h"
#include "study/stats.h"
#include "study/text.h"

json_t *json_out_text(const char *text);   /* null for NULL; NULL when memory runs out */
json_t *json_out_number(double value);     /* null when not finite; NULL when memory runs out */
json_t *json_out_pair(double a, double b); /* [a, b], or null when either is not finite */

/* Sets a member and takes over `value`; a NULL object or value counts as a failure. Returns 0 or -1. */
int json_out_set(json_t *object, const char *key, json_t *value);
/* Sets mean, sd and ci95 of a summary; returns as above. */
int json_out_set_stats(json_t *object, struct stats stats);
/* An object of these three; NULL when memory runs out. */
json_t *json_out_stats(struct stats stats);

/* The document as text with a line end, malloc'ed; takes over `document`. `broken` or a NULL document: fails
 * as out of memory. */
MUST_CHECK char *json_out_dump(json_t *document, int broken, struct err *err);

/* Adds what the document would say of json_out_text(), for documents too large to be put together first. */
void json_out_add(struct text *to, const char *text);

/* A finished document with one member more; takes over both. Malloc'ed. */
MUST_CHECK char *json_out_with(char *document, const char *key, json_t *value, struct err *err);

#endif
