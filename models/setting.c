#include "models/setting.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "models/scenario.h"

struct setting *setting_new(struct arena *arena, enum setting_type type, const char *name,
                            const struct setting *at, struct err *err)
{
    struct setting *setting = arena_zeroed(arena, 1, sizeof *setting, err);
    if (setting == NULL)
        return NULL;
    setting->type = type;
    setting->name = name;
    setting->file = at->file;
    setting->line = at->line;
    setting->folder = at->folder;
    return setting;
}

void setting_append(struct setting *parent, struct setting *child)
{
    child->next = NULL;
    if (parent->last != NULL)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
}

static struct setting *before(const struct setting *parent, const struct setting *child)
{
    struct setting *previous = NULL;
    for (struct setting *at = parent->first; at != child; at = at->next)
        previous = at;
    return previous;
}

void setting_remove(struct setting *parent, struct setting *child)
{
    struct setting *previous = before(parent, child);
    if (previous != NULL)
        previous->next = child->next;
    else
        parent->first = child->next;
    if (parent->last == child)
        parent->last = previous;
    child->next = NULL;
    parent->count--;
}

void setting_replace(struct setting *parent, struct setting *old, struct setting *child)
{
    struct setting *previous = before(parent, old);
    child->name = old->name;
    child->next = old->next;
    if (previous != NULL)
        previous->next = child;
    else
        parent->first = child;
    if (parent->last == old)
        parent->last = child;
    old->next = NULL;
}

struct setting *setting_find_bytes(const struct setting *group, const char *name, size_t length)
{
    if (group == NULL || group->type != SETTING_GROUP)
        return NULL;
    for (struct setting *at = group->first; at != NULL; at = at->next)
        if (at->name[0] == name[0] && strncmp(at->name, name, length) == 0 && at->name[length] == '\0')
            return at;
    return NULL;
}

struct setting *setting_find(const struct setting *group, const char *name)
{
    return setting_find_bytes(group, name, strlen(name));
}

const char *setting_handle(const struct setting *element, const char *keys)
{
    while (keys != NULL && *keys != '\0') {
        const size_t length = strcspn(keys, "|");
        const struct setting *found = setting_find_bytes(element, keys, length);
        if (found != NULL && found->type == SETTING_TEXT)
            return found->text;
        keys += length + (keys[length] == '|');
    }
    return NULL;
}

const char *setting_type_name(const struct setting *setting)
{
    switch (setting->type) {
    case SETTING_GROUP:
        return "a group { ... }";
    case SETTING_LIST:
        return "a list";
    case SETTING_TEXT:
        return "a text";
    case SETTING_INT:
        return "a whole number";
    case SETTING_REAL:
        return "a number";
    case SETTING_BOOL:
        return "true or false";
    }
    return "a value";
}

int setting_problem(const struct setting *at, const char *path, struct err *err, const char *format, ...)
{
    char message[ERR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (at->line == 0)
        return err_add(err, "%s: %s: %s", at->file, path, message);
    return err_add(err, "%s:%u: %s: %s", at->file, at->line, path, message);
}

const char *setting_nearest(const char *word, size_t length, const char *const *names, size_t count)
{
    char copy[128];
    if (length >= sizeof copy)
        return NULL;
    memcpy(copy, word, length);
    copy[length] = '\0';
    return scenario_nearest(copy, names, count);
}
