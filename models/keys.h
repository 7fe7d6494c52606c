#ifndef COUNTERPART_MODELS_KEYS_H
#define COUNTERPART_MODELS_KEYS_H

/* The scenario language, declared once: a key is one row. The reader, its checks,
 * `counterpart keys` and docs/scenario-language.md all come from these rows. A row
 * names the member of the struct that receives the value, so that reading a
 * scenario is one walk over the file with the rows beside it. */

#include <stddef.h>
#include <stdint.h>

/* The member's C type stands behind each. */
enum key_type {
    KEY_GROUP,     /* a nested struct: rows below it continue its path */
    KEY_LIST,      /* struct key_list of elements; rows below it describe one element */
    KEY_TEXT,      /* const char * */
    KEY_ID,        /* const char *: letters, digits, '_' and '-'; unique in its list */
    KEY_REF,       /* int32_t: index of the element of the list `refers` with that id; -1 when absent */
    KEY_CHOICE,    /* int: position in `choices` ("a|b|c") */
    KEY_BOOL,      /* bool */
    KEY_INT,       /* int64_t */
    KEY_REAL,      /* double; whole numbers are accepted */
    KEY_SHARE,     /* double in [0, 1] */
    KEY_DURATION,  /* int64_t microseconds: "8.8 d", "4.5 h", "30 min", "1 y" (365 days), "7 month" (months: only
                      where the row's unit is "calendar", see struct key_span) */
    KEY_SPAN,      /* struct key_span: a duration that may be in calendar months or years */
    KEY_DATE,      /* int64_t microseconds since 1970-01-01: "2019-01-01" or "2019-01-01 08:00" */
    KEY_RATE,      /* double per second: "0.5 per h" */
    KEY_INCIDENCE, /* double per person and second: "505.2 per 100000 y" */
    KEY_SPEED,     /* double m/s: "50 km/h" */
    KEY_LENGTH,    /* double m: "100 km" */
    KEY_MONEY,     /* int64_t fen: "6821.50 CNY" */
    KEY_DIST,      /* struct dist_spec *: a distribution group, NULL when absent; `unit` says of what: "time"
                      (seconds) or "1" */
    KEY_TEXTS,     /* struct key_list of const char * */
    KEY_REALS,     /* struct key_list of double */
    KEY_COUNTS,    /* struct key_list of struct key_count: a group whose names are free: { general = 300; } */
    KEY_FILE,      /* const char *: resolved against the folder of the file that names it */
};

struct key_list {
    size_t count;
    void *items; /* of the row's `size`; owned by the scenario */
};

struct key_count {
    const char *name;
    int64_t count;
};

struct key_span {
    int64_t months; /* of the calendar; 0 when the span is a duration */
    int64_t us;
};

struct key_row {
    const char *path;     /* "facilities.services.staff": lists have no index */
    enum key_type type;
    size_t offset;        /* of the member in the struct of the enclosing group or element */
    size_t size;          /* KEY_GROUP, KEY_LIST: of the (element's) struct */
    const char *unit;     /* what the value counts, as shown to users: "beds", "1", "km" ...; NULL: none */
    const char *fallback; /* the default, in the language ("1.3", "30 min"); NULL: the key is required; "": may be
                             absent and is then zero, NULL, an empty list or -1 for a reference */
    double low, high;     /* bounds of numbers, in the unit of the member; low == high == 0: none */
    const char *choices;  /* KEY_CHOICE: "a|b|c" */
    const char *refers;   /* KEY_REF: path of the list */
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

#endif
