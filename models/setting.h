#ifndef COUNTERPART_MODELS_SETTING_H
#define COUNTERPART_MODELS_SETTING_H

/* A scenario file as a tree in which every setting knows where it stands, so that
 * bases and changes can be laid over each other and messages still name the line.
 * Settings live in an arena. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/mem.h"

enum setting_type {
    SETTING_GROUP,
    SETTING_LIST, /* ( ... ) and [ ... ] */
    SETTING_TEXT,
    SETTING_INT,
    SETTING_REAL,
    SETTING_BOOL
};

struct setting {
    const char *name; /* NULL in a list and at the top */
    enum setting_type type;
    const char *file; /* as shown to users; "--set PATH=VALUE" for the command line, then line is 0 */
    unsigned line;
    const char *folder; /* of the file, with its last '/'; "" is the current one */
    const char
        *raw; /* from the command line: the value as typed, for keys that want a text; otherwise NULL */
    const char *text;
    int64_t integer;
    double real;
    bool flag;
    struct setting *first, *last, *next; /* members or elements, and the next sibling */
    size_t count;
};

/* An empty setting that stands where `at` stands. NULL when memory has run out. */
struct setting *setting_new(struct arena *arena, enum setting_type type, const char *name,
                            const struct setting *at, struct err *err);
void setting_append(struct setting *parent, struct setting *child);
void setting_remove(struct setting *parent, struct setting *child);

/* The child takes the place of `old`, name included. */
void setting_replace(struct setting *parent, struct setting *old, struct setting *child);

/* The member of that name, or NULL; NULL also when `group` is NULL or has no names. */
struct setting *setting_find(const struct setting *group, const char *name);
struct setting *setting_find_bytes(const struct setting *group, const char *name, size_t length);

/* The text of the first of the keys ("id|rule") that the element has; NULL when it has none. */
const char *setting_handle(const struct setting *element, const char *keys);

/* "a group", "a list", "a text" ... */
const char *setting_type_name(const struct setting *setting);

/* Reports "file:line: path: message". Returns -1. */
int setting_problem(const struct setting *at, const char *path, struct err *err, const char *format, ...)
    PRINTF_LIKE(4, 5);

/* As scenario_nearest, for a word that is not terminated. */
const char *setting_nearest(const char *word, size_t length, const char *const *names, size_t count);

#endif
