#include "models/change.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/keys.h"
#include "models/scenario.h"

enum { KEY_PATH = 128 };

/* Where a path leads. */
struct spot {
    struct arena *arena;
    struct err *err;
    const struct setting *at; /* where the path stands */
    const char *path, *rest;
    struct setting *parent, *found; /* found: NULL when only the key exists */
    const char *name;               /* to create it */
    const struct key_row
        *row; /* NULL for parts of a value (a bed count, a distribution's mean) and elements */
};

PRINTF_LIKE(2, 3)
static int wrong(const struct spot *spot, const char *format, ...)
{
    char message[ERR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return setting_problem(spot->at, spot->path, spot->err, "%s", message);
}

/* The part of the path before `rest`, without its dot. */
static int length_done(const struct spot *spot)
{
    const ptrdiff_t length = spot->rest - spot->path;
    return (int)(length > 0 ? length - 1 : 0);
}

enum { CANDIDATES = 256 };

static int no_such(const struct spot *spot, size_t length, const char *what, const char *const *names,
                   size_t count, const char *advice)
{
    const char *near = setting_nearest(spot->rest, length, names, count);
    const int shown = (int)(length < 60 ? length : 60);
    if (near != NULL)
        return wrong(spot, "\"%.*s\" is no %s of %.*s; did you mean \"%s\"?", shown, spot->rest, what,
                     length_done(spot) > 0 ? length_done(spot) : 12,
                     length_done(spot) > 0 ? spot->path : "the scenario", near);
    return wrong(spot, "\"%.*s\" is no %s of %.*s; %s", shown, spot->rest, what,
                 length_done(spot) > 0 ? length_done(spot) : 12,
                 length_done(spot) > 0 ? spot->path : "the scenario", advice);
}

static const char *take_copy(struct spot *spot, size_t length)
{
    char *copy = arena_zeroed(spot->arena, length + 1, 1, spot->err);
    if (copy != NULL)
        memcpy(copy, spot->rest, length);
    return copy;
}

static void step_over(struct spot *spot, size_t length)
{
    spot->rest += length;
    if (*spot->rest == '.')
        spot->rest++;
}

/* Rows below one path, or below the generic and the kind's own path of a policy. */
static const struct key_row *row_named(const char *above, const char *name, size_t length)
{
    for (const struct key_row *row = keys_next(above, NULL); row != NULL; row = keys_next(above, row))
        if (strncmp(keys_name(row), name, length) == 0 && keys_name(row)[length] == '\0')
            return row;
    return NULL;
}

static size_t row_names(const char *above, const char **names, size_t count)
{
    for (const struct key_row *row = keys_next(above, NULL); row != NULL && count < CANDIDATES;
         row = keys_next(above, row))
        names[count++] = keys_name(row);
    return count;
}

static int walk_group(struct spot *spot, struct setting *group, const char *above);

/* The last steps: a part of a value whose names are free, or a parameter of a distribution. */
static int walk_part(struct spot *spot)
{
    const bool is_dist = spot->row->type == KEY_DIST;
    const char *names[CANDIDATES];
    size_t count = 0;
    struct setting *group = spot->found;
    if (group == NULL || group->type != SETTING_GROUP)
        return wrong(spot, "%.*s is not written as a group here; change it as a whole", length_done(spot),
                     spot->path);
    for (const struct setting *child = group->first; child != NULL && count < CANDIDATES; child = child->next)
        names[count++] = child->name;
    const size_t length = strlen(spot->rest);
    struct setting *found = setting_find(group, spot->rest);
    if (found == NULL && !is_dist)
        return no_such(spot, length, "part", names, count,
                       "to have a new one, change the whole with add = { NAME = ...; }");
    spot->parent = group;
    spot->found = found;
    spot->name = take_copy(spot, length);
    spot->row = NULL;
    return spot->name == NULL ? -1 : 0;
}

/* The element whose name begins the rest of the path; names may have dots, so that the longest one counts. */
static struct setting *element_named(const struct spot *spot, const struct setting *list, const char *keys,
                                     size_t *length, size_t *matches)
{
    struct setting *best = NULL;
    *length = 0;
    *matches = 0;
    for (struct setting *element = list->first; element != NULL; element = element->next) {
        const char *name = setting_handle(element, keys);
        const size_t own = name == NULL ? 0 : strlen(name);
        if (own == 0 || own < *length || strncmp(spot->rest, name, own) != 0 ||
            (spot->rest[own] != '\0' && spot->rest[own] != '.'))
            continue;
        *matches = own == *length ? *matches + 1 : 1;
        *length = own;
        best = element;
    }
    return best;
}

/* "[3]", or a number that could be a position in the list. */
static bool is_index(const char *text, size_t length, size_t count)
{
    const bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';
    size_t number = 0;
    for (size_t i = bracketed; i < length - bracketed; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
        number = number < 1000000 ? number * 10 + (size_t)(text[i] - '0') : number;
    }
    return length > 0 && (bracketed || number <= count);
}

static int no_element(const struct spot *spot, const struct setting *list, const char *keys)
{
    const char *names[CANDIDATES];
    size_t count = 0;
    const size_t length = strcspn(spot->rest, ".");
    char words[40];
    keys_words(keys, words, sizeof words);
    if (is_index(spot->rest, length, list->count))
        return wrong(
            spot, "\"%.*s\" is a position, which moves when elements are added; name the element by its %s",
            (int)length, spot->rest, words);
    for (const struct setting *element = list->first; element != NULL && count < CANDIDATES;
         element = element->next)
        names[count++] = setting_handle(element, keys);
    return no_such(spot, length, "element", names, count, "see the list for the names that there are");
}

static int walk_list(struct spot *spot, struct setting *list, const struct key_row *row)
{
    if (row->refers == NULL)
        return wrong(spot, "the elements of %.*s have no names; set the whole list", length_done(spot),
                     spot->path);
    if (list == NULL || list->type != SETTING_LIST)
        return wrong(spot, "the scenario has no list %.*s; add the element to it", length_done(spot),
                     spot->path);
    size_t length = 0, matches = 0;
    struct setting *element = element_named(spot, list, row->refers, &length, &matches);
    if (element == NULL)
        return no_element(spot, list, row->refers);
    if (matches > 1)
        return wrong(spot, "%.*s stands %zu times in the list; name it by something that stands once",
                     (int)length, spot->rest, matches);
    step_over(spot, length);
    if (*spot->rest == '\0') {
        spot->parent = list;
        spot->found = element;
        spot->row = NULL;
        spot->name = NULL;
        return 0;
    }
    return walk_group(spot, element, row->path);
}

static int walk_row(struct spot *spot, struct setting *group, const struct key_row *row, size_t length)
{
    struct setting *child = setting_find_bytes(group, spot->rest, length);
    spot->parent = group;
    spot->found = child;
    spot->row = row;
    spot->name = keys_name(row);
    step_over(spot, length);
    if (*spot->rest == '\0')
        return 0;
    switch (row->type) {
    case KEY_GROUP:
        if (child == NULL) {
            child = setting_new(spot->arena, SETTING_GROUP, keys_name(row), spot->at, spot->err);
            if (child == NULL)
                return -1;
            setting_append(group, child);
        }
        return walk_group(spot, child, row->path);
    case KEY_LIST:
        return walk_list(spot, child, row);
    case KEY_COUNTS:
    case KEY_NAMED_REALS:
    case KEY_DIST:
        return walk_part(spot);
    default:
        return wrong(spot, "%.*s is a single value (%s); end the path there", length_done(spot), spot->path,
                     keys_type_name(row));
    }
}

static int walk_group(struct spot *spot, struct setting *group, const char *above)
{
    const size_t length = strcspn(spot->rest, ".");
    char own[KEY_PATH] = "";
    if (group->type != SETTING_GROUP)
        return wrong(spot, "%.*s is %s, not a group; change it as a whole", length_done(spot), spot->path,
                     setting_type_name(group));
    const char *kind = strcmp(above, "policies") == 0 ? setting_handle(group, "kind") : NULL;
    if (keys_kind(kind) != NULL)
        snprintf(own, sizeof own, "policies(%s)", kind);
    const struct key_row *row = row_named(above, spot->rest, length);
    if (row == NULL && own[0] != '\0')
        row = row_named(own, spot->rest, length);
    if (row != NULL)
        return walk_row(spot, group, row, length);
    const char *names[CANDIDATES];
    size_t count = row_names(above, names, 0);
    if (own[0] != '\0')
        count = row_names(own, names, count);
    return no_such(spot, length, "key", names, count, "see `counterpart keys` for the keys that there are");
}

static int walk(struct spot *spot, struct arena *arena, struct setting *root, const struct setting *at,
                const char *path, struct err *err)
{
    *spot = (struct spot){.arena = arena, .err = err, .at = at, .path = path, .rest = path};
    if (*path == '\0')
        return setting_problem(at, "change", err, "the path is empty; write one such as \"scenario.length\"");
    if (path[strlen(path) - 1] == '.')
        return wrong(spot, "the path ends with a dot; take it away or write the key behind it");
    return walk_group(spot, root, "");
}

/* ---- what is done there ---- */

static int put(struct spot *spot, struct setting *value)
{
    if (spot->found != NULL) {
        setting_replace(spot->parent, spot->found, value);
        return 0;
    }
    value->name = spot->name;
    setting_append(spot->parent, value);
    return 0;
}

int change_set(struct arena *arena, struct setting *root, const struct setting *at, const char *path,
               struct setting *value, struct err *err)
{
    struct spot spot;
    if (walk(&spot, arena, root, at, path, err) != 0)
        return -1;
    return put(&spot, value);
}

static void merge_members(struct setting *group, struct setting *over)
{
    while (over->first != NULL) {
        struct setting *child = over->first;
        setting_remove(over, child);
        struct setting *old = setting_find(group, child->name);
        if (old != NULL)
            setting_replace(group, old, child);
        else
            setting_append(group, child);
    }
}

static int add(struct spot *spot, struct setting *value)
{
    const enum key_type type = spot->row == NULL ? KEY_TEXT : spot->row->type;
    const bool names = type == KEY_COUNTS || type == KEY_NAMED_REALS;
    const bool elements = type == KEY_LIST || type == KEY_TEXTS || type == KEY_REALS || type == KEY_FILES ||
                          type == KEY_TIMES || type == KEY_RATES;
    if (!names && !elements)
        return wrong(spot, "nothing can be added to a single value; use value = ...");
    const bool group_due = names || type == KEY_LIST;
    if (group_due != (value->type == SETTING_GROUP))
        return wrong(spot, "%s cannot be added here; write add = %s", setting_type_name(value),
                     group_due ? "{ ... }" : "one value");
    if (spot->found == NULL) {
        spot->found =
            setting_new(spot->arena, names ? SETTING_GROUP : SETTING_LIST, spot->name, value, spot->err);
        if (spot->found == NULL)
            return -1;
        setting_append(spot->parent, spot->found);
    }
    if (spot->found->type != (names ? SETTING_GROUP : SETTING_LIST))
        return wrong(spot, "is %s, to which nothing can be added; use value = ...",
                     setting_type_name(spot->found));
    if (names) {
        merge_members(spot->found, value);
    } else {
        value->name = NULL;
        setting_append(spot->found, value);
    }
    return 0;
}

static int take_away(struct spot *spot)
{
    if (spot->found == NULL)
        return wrong(spot, "is not there and cannot be removed; take this change away");
    setting_remove(spot->parent, spot->found);
    return 0;
}

static int check_change(const struct setting *change, struct err *err)
{
    static const char *const names[] = {"path", "value", "add", "remove"};
    unsigned deeds = 0;
    if (change->type != SETTING_GROUP)
        return setting_problem(change, "change", err,
                               "has %s; write groups: change: ( { path = ...; value = ...; } );",
                               setting_type_name(change));
    for (const struct setting *child = change->first; child != NULL; child = child->next) {
        size_t i = 0;
        while (i < 4 && strcmp(names[i], child->name) != 0)
            i++;
        deeds += i >= 1 && i < 4;
        if (i < 4)
            continue;
        const char *near = scenario_nearest(child->name, names, 4);
        return setting_problem(child, "change", err, "\"%s\" is no key of a change; %s%s%s", child->name,
                               near != NULL ? "did you mean \"" : "use path, value, add, remove",
                               near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    const struct setting *path = setting_find(change, "path");
    if (path == NULL || path->type != SETTING_TEXT)
        return setting_problem(change, "change", err, "has no path; write path = \"scenario.length\";");
    if (deeds != 1)
        return setting_problem(change, "change", err,
                               "has %u of value, add and remove; write just one of them", deeds);
    return 0;
}

static int apply_one(struct arena *arena, struct setting *root, struct setting *change, struct err *err)
{
    if (check_change(change, err) != 0)
        return -1;
    const struct setting *path = setting_find(change, "path");
    struct setting *value = setting_find(change, "value"), *added = setting_find(change, "add");
    struct setting *removed = setting_find(change, "remove");
    struct spot spot;
    if (walk(&spot, arena, root, path, path->text, err) != 0)
        return -1;
    if (removed != NULL && (removed->type != SETTING_BOOL || !removed->flag))
        return setting_problem(removed, "change", err,
                               "remove is not true; write remove = true, or take it away");
    if (removed != NULL)
        return take_away(&spot);
    setting_remove(change, added != NULL ? added : value);
    return added != NULL ? add(&spot, added) : put(&spot, value);
}

int change_apply(struct arena *arena, struct setting *root, const struct setting *changes, struct err *err)
{
    if (changes->type != SETTING_LIST)
        return setting_problem(changes, "change", err,
                               "is %s; write a list: change: ( { path = ...; value = ...; } );",
                               setting_type_name(changes));
    int status = 0;
    for (struct setting *change = changes->first; change != NULL; change = change->next)
        if (apply_one(arena, root, change, err) != 0)
            status = -1;
    return status;
}

static int overlay(struct setting *base, struct setting *over, const char *above, struct err *err)
{
    int status = 0;
    while (over->first != NULL) {
        struct setting *child = over->first;
        char path[KEY_PATH];
        snprintf(path, sizeof path, "%s%s%.60s", above, *above == '\0' ? "" : ".", child->name);
        setting_remove(over, child);
        struct setting *old = setting_find(base, child->name);
        if (old == NULL) {
            setting_append(base, child);
        } else if (old->type == SETTING_GROUP && child->type == SETTING_GROUP) {
            if (overlay(old, child, path, err) != 0)
                status = -1;
        } else if (old->type == SETTING_LIST) {
            status = setting_problem(
                child, path, err,
                "is a list that the base (%s:%u) has too; use change with add, or with value to "
                "replace the whole list",
                old->file, old->line);
        } else {
            setting_replace(base, old, child);
        }
    }
    return status;
}

int change_overlay(struct setting *base, struct setting *over, struct err *err)
{
    return overlay(base, over, "", err);
}
