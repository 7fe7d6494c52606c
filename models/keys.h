#ifndef COUNTERPART_MODELS_KEYS_H
#define COUNTERPART_MODELS_KEYS_H

/* The scenario language, declared once: a key is one row. The reader, its checks,
 * `counterpart keys` and docs/scenario-language.md all come from these rows. A row
 * names the member of the struct that receives the value, so that reading a
 * scenario is one walk over the file with the rows beside it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/err.h"

/* The member's C type stands behind each. */
enum key_type {
    KEY_GROUP, /* a nested struct: rows below it continue its path */
    KEY_LIST,  /* struct key_list of elements; rows below it describe one element */
    KEY_TEXT,  /* const char * */
    KEY_ID,  /* const char *: letters, digits, '_', '-' and the characters in `choices`; unique in its list */
    KEY_REF, /* int32_t: index of the element of the list `refers` with that id; -1 when absent */
    KEY_CHOICE,    /* int: position in `choices` ("a|b|c") */
    KEY_BOOL,      /* bool */
    KEY_INT,       /* int64_t */
    KEY_REAL,      /* double; whole numbers are accepted */
    KEY_SHARE,     /* double in [0, 1] */
    KEY_DURATION,  /* int64_t microseconds: "8.8 d", "4.5 h", "30 min", "1 y" (365 days); no months */
    KEY_SECONDS,   /* double seconds: likewise */
    KEY_SPAN,      /* struct key_span: a duration that may be in calendar months or years */
    KEY_DATE,      /* int64_t microseconds since 1970-01-01: "2019-01-01" or "2019-01-01 08:00" */
    KEY_RATE,      /* double per second: "0.5 per h" */
    KEY_INCIDENCE, /* double per person and second: "505.2 per 100000 y" */
    KEY_SPEED,     /* double m/s: "50 km/h" */
    KEY_LENGTH,    /* double m: "100 km" */
    KEY_MONEY,     /* int64_t fen: "6821.50 CNY" */
    KEY_BYTES,     /* int64_t: "2 GB" */
    KEY_DIST,      /* struct dist_spec *: a distribution group, NULL when absent; `unit` says of what: "time"
                      (seconds) or "1" */
    KEY_TEXTS,     /* struct key_list of const char * */
    KEY_REALS,     /* struct key_list of double */
    KEY_COUNTS,    /* struct key_list of struct key_count: a group whose names are free: { general = 300; } */
    KEY_NAMED_REALS, /* struct key_list of struct named_real: likewise, with numbers */
    KEY_FILE,        /* const char *: resolved against the folder of the file that names it */
    KEY_FILES,       /* struct key_list of const char *, likewise */
    KEY_TIMES,       /* struct key_list of double seconds: ["1 h", "90 min"] */
    KEY_RATES,       /* struct key_list of double per second: ["2 per h", "5 per d"] */
};

struct key_list {
    size_t count;
    void *items; /* of the row's `size`; owned by the scenario */
};

struct key_count {
    const char *name;
    int64_t count;
};

struct named_real {
    const char *name;
    double value;
};

struct key_span {
    int64_t months; /* of the calendar; 0 when the span is a duration */
    int64_t us;
};

/* The date one span later (microseconds since 1970-01-01, UTC): months first, where the day is at most the
 * last of its month, then the rest. */
int64_t key_span_after(int64_t date_us, struct key_span span);

struct key_row {
    const char *path; /* "facilities.services.staff": lists have no index */
    enum key_type type;
    size_t offset;        /* of the member in the struct of the enclosing group or element */
    size_t size;          /* KEY_GROUP, KEY_LIST: of the (element's) struct */
    const char *unit;     /* what the value counts, as shown to users: "beds", "1", "km" ...; NULL: none */
    const char *fallback; /* the default, in the language ("1.3", "30 min"); NULL: the key is required; "":
                             may be absent and is then zero, NULL, an empty list or -1 for a reference */
    double low, high;     /* bounds of numbers, in the unit of the member; low == high == 0: none */
    const char *choices;  /* KEY_CHOICE: "a|b|c"; KEY_ID: further characters */
    const char *refers;   /* KEY_REF: path of the list. KEY_LIST: the keys by which paths name an element, the
                             first   that is given counts ("id|rule"); NULL: elements have no name */
    const char *help;     /* a sentence */
};

/* The rows of one part of the language, with the module that brings them. */
struct key_table {
    const char *module;
    const struct key_row *rows;
    size_t count;
};

/* Keys that depend on the kind of a list's element (a policy): the element's struct begins with struct
 * policy_head, and `own` points to a struct of own_size filled from rows whose paths begin with
 * "policies(KIND).". */
struct key_kind {
    const char *kind;
    const char *help;
    const struct key_row *rows;
    size_t count;
    size_t own_size;
};

/* The files of designs have a language of their own: its rows are below this path, which is itself no key. */
#define KEYS_OF_DESIGNS "design"

/* All tables, that of designs last, and the kinds of policy (defined with the policies). */
extern const struct key_table *const key_tables[];
extern const size_t key_table_count;
extern const struct key_kind *const policy_kinds[];
extern const size_t policy_kind_count;

/* NULL when there is no such kind. */
const struct key_kind *keys_kind(const char *kind);

/* The row after `row` (NULL: the first one) among those right below the path ("": the top,
 * "facilities.services", "policies(dispatch)"); NULL when there are no more. */
const struct key_row *keys_next(const char *above, const struct key_row *row);

/* Its place among all rows, of which there are so many (which is also that of a row of no table). */
size_t keys_number(const struct key_row *row);
size_t keys_count(void);

/* The row of a path, or NULL. */
const struct key_row *keys_find(const char *path);

/* The last word of a row's path. */
const char *keys_name(const struct key_row *row);

/* "a|b|c" as "a, b, c", cut to the buffer. */
void keys_words(const char *choices, char *text, size_t size);

/* What a value of this row looks like, in a few words: "time", "whole number" ... */
const char *keys_type_name(const struct key_row *row);

/* The language as text for a terminal: everything at or below `path` ("" or NULL: all). */
MUST_CHECK int keys_print(FILE *out, const char *path, struct err *err);

/* docs/scenario-language.md. */
MUST_CHECK int keys_markdown(FILE *out, struct err *err);
/* The tables of docs/designs.md. */
MUST_CHECK int keys_markdown_designs(FILE *out, struct err *err);

#endif
