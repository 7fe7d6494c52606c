#include "models/scenario_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/quantity.h"

enum { NAMES = 256, WORD = 60 };

/* ---- where values came from ---- */

void origin_path(const struct origin *origin, char path[ORIGIN_PATH])
{
    const struct origin *chain[32];
    size_t depth = 0, used = 0;
    for (; origin != NULL && depth < 32; origin = origin->parent)
        if (origin->name != NULL)
            chain[depth++] = origin;
    path[0] = '\0';
    while (depth-- > 0 && used < ORIGIN_PATH) {
        const size_t room = ORIGIN_PATH - 1 - used, dot = used > 0 && room > 0;
        const size_t length = strnlen(chain[depth]->name, room - dot < WORD ? room - dot : WORD);
        memcpy(path + used, ".", dot);
        memcpy(path + used + dot, chain[depth]->name, length);
        used += dot + length;
        path[used] = '\0';
    }
    if (path[0] == '\0')
        strcpy(path, "(top)");
}

static int place_problem(const char *file, unsigned line, const char *path, const char *message,
                         struct err *err)
{
    if (line == 0)
        return err_add(err, "%s: %s: %s", file, path, message);
    return err_add(err, "%s:%u: %s: %s", file, line, path, message);
}

int origin_problem(const struct origin *origin, struct err *err, const char *format, ...)
{
    char message[ERR_TEXT], path[ORIGIN_PATH];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    origin_path(origin, path);
    return place_problem(origin->file, origin->line, path, message, err);
}

struct origin *reader_origin(struct reader *reader, const struct origin *parent, const char *name,
                             const struct setting *at, const void *member)
{
    struct scenario_origins *origins = reader->scenario->origins;
    struct origin **list =
        mem_grow(origins->list, &origins->capacity, origins->count + 1, sizeof *list, reader->err);
    if (list == NULL)
        return NULL;
    origins->list = list;
    struct origin *origin = arena_zeroed(&reader->scenario->arena, 1, sizeof *origin, reader->err);
    if (origin == NULL)
        return NULL;
    origin->parent = parent;
    origin->name = name;
    origin->file = at != NULL ? at->file : parent->file;
    origin->line = at != NULL ? at->line : parent->line;
    origin->given = at != NULL;
    origin->member = member;
    list[origins->count++] = origin;
    return origin;
}

/* ---- groups ---- */

static int read_members(struct reader *reader, const struct setting *setting, const char *above, char *base,
                        const struct origin *origin);
static int read_group(struct reader *reader, const struct setting *setting, const char *above, char *base,
                      const struct origin *origin);
static int read_elements(struct reader *reader, const struct key_row *row, const struct setting *setting,
                         const struct origin *origin, struct key_list *list);

static int read_given(struct reader *reader, const struct key_row *row, const struct setting *setting,
                      const struct origin *origin, void *member)
{
    switch (row->type) {
    case KEY_GROUP:
        if (setting->type != SETTING_GROUP)
            return origin_problem(origin, reader->err, "is %s where a group is due; write %s: { ... };",
                                  setting_type_name(setting), keys_name(row));
        return read_group(reader, setting, row->path, member, origin);
    case KEY_LIST:
        return read_elements(reader, row, setting, origin, member);
    case KEY_REF:
        return reader_reference(reader, row, setting, origin, member);
    case KEY_DIST:
        return reader_dist(reader, row, setting, origin, member);
    default:
        return reader_value(reader, row, setting, origin, member);
    }
}

/* The default as a setting. */
static int fallback_setting(const struct key_row *row, struct setting *setting)
{
    struct err ignored = ERR_INIT;
    setting->type = SETTING_TEXT;
    setting->text = row->fallback;
    if (row->type == KEY_BOOL) {
        setting->type = SETTING_BOOL;
        setting->flag = strcmp(row->fallback, "true") == 0;
    } else if (row->type == KEY_INT) {
        setting->type = SETTING_INT;
        return quantity_int(row->fallback, &setting->integer, &ignored);
    } else if (row->type == KEY_REAL || row->type == KEY_SHARE) {
        setting->type = SETTING_REAL;
        return quantity_real(row->fallback, &setting->real, &ignored);
    }
    return 0;
}

static const char *example_of(const struct key_row *row)
{
    switch (row->type) {
    case KEY_ID:
        return "\"short_name\"";
    case KEY_REF:
        return "\"ID\"";
    case KEY_INT:
        return "1";
    case KEY_REAL:
    case KEY_SHARE:
        return "0.5";
    case KEY_DURATION:
    case KEY_SECONDS:
        return "\"8 h\"";
    case KEY_SPAN:
        return "\"2 y\"";
    case KEY_DATE:
        return "\"2019-01-31\"";
    case KEY_SPEED:
        return "\"50 km/h\"";
    case KEY_LENGTH:
        return "\"100 km\"";
    case KEY_BYTES:
        return "\"2 GB\"";
    case KEY_GROUP:
        return "{ ... }";
    case KEY_LIST:
        return "( { ... } )";
    default:
        return "\"...\"";
    }
}

static int read_absent(struct reader *reader, const struct key_row *row, const struct origin *origin,
                       void *member)
{
    if (row->fallback == NULL)
        return origin_problem(origin, reader->err, "is missing; write %s = %s;", keys_name(row),
                              example_of(row));
    if (row->type == KEY_GROUP)
        return read_members(reader, NULL, row->path, member, origin);
    if (row->type == KEY_REF)
        *(int32_t *)member = -1;
    if (row->fallback[0] == '\0')
        return 0;
    struct setting setting = {.folder = ""};
    if (fallback_setting(row, &setting) != 0)
        return origin_problem(origin, reader->err, "has a default that cannot be read; report this");
    return read_given(reader, row, &setting, origin, member);
}

static int read_members(struct reader *reader, const struct setting *setting, const char *above, char *base,
                        const struct origin *origin)
{
    int status = 0;
    const size_t before = above[0] == '\0' ? 0 : strlen(above) + 1;
    for (const struct key_row *row = keys_next(above, NULL); row != NULL; row = keys_next(above, row)) {
        const char *name = row->path + before;
        const struct setting *child = setting_find(setting, name);
        void *member = base + row->offset;
        const struct origin *at = reader_origin(reader, origin, name, child, member);
        if (at == NULL)
            return -1;
        if ((child != NULL ? read_given(reader, row, child, at, member)
                           : read_absent(reader, row, at, member)) != 0)
            status = -1;
    }
    return status;
}

static bool has_key(const char *above, const char *name)
{
    const size_t before = above[0] == '\0' ? 0 : strlen(above) + 1;
    for (const struct key_row *row = keys_next(above, NULL); row != NULL; row = keys_next(above, row))
        if (row->path[before] == name[0] && strcmp(row->path + before, name) == 0)
            return true;
    return false;
}

static size_t add_names(const char *above, const char **names, size_t count)
{
    for (const struct key_row *row = keys_next(above, NULL); row != NULL && count < NAMES;
         row = keys_next(above, row))
        names[count++] = keys_name(row);
    return count;
}

/* Settings that no row below one of the two paths expects. */
static int refuse_unknown(struct reader *reader, const struct setting *setting, const char *above,
                          const char *own, const struct origin *origin)
{
    int status = 0;
    for (const struct setting *child = setting->first; child != NULL; child = child->next) {
        if (has_key(above, child->name) || (own != NULL && has_key(own, child->name)))
            continue;
        const char *names[NAMES];
        size_t count = add_names(above, names, 0);
        if (own != NULL)
            count = add_names(own, names, count);
        const char *near = scenario_nearest(child->name, names, count);
        struct origin at = {.parent = origin, .name = child->name, .file = child->file, .line = child->line};
        if (near != NULL)
            status =
                origin_problem(&at, reader->err, "is no key of the language; did you mean \"%s\"?", near);
        else
            status = origin_problem(&at, reader->err,
                                    "is no key of the language; take it away, or see `counterpart keys %s`",
                                    above);
    }
    return status;
}

static int read_group(struct reader *reader, const struct setting *setting, const char *above, char *base,
                      const struct origin *origin)
{
    const int unknown = refuse_unknown(reader, setting, above, NULL, origin);
    return read_members(reader, setting, above, base, origin) != 0 || unknown != 0 ? -1 : 0;
}

static int read_policy(struct reader *reader, const struct setting *element, struct policy_head *head,
                       const struct origin *origin)
{
    const char *names[NAMES];
    for (size_t i = 0; i < policy_kind_count && i < NAMES; i++)
        names[i] = policy_kinds[i]->kind;
    const struct key_kind *kind = keys_kind(head->kind);
    if (kind == NULL) {
        const struct setting *at = setting_find(element, "kind");
        if (at == NULL || head->kind == NULL)
            return -1;
        struct origin where = {.parent = origin, .name = "kind", .file = at->file, .line = at->line};
        const char *near = scenario_nearest(head->kind, names, policy_kind_count);
        return origin_problem(&where, reader->err, "\"%.60s\" is no kind of policy; %s%s%s", head->kind,
                              near != NULL ? "did you mean \"" : "see `counterpart keys policies`",
                              near != NULL ? near : "", near != NULL ? "\"?" : "");
    }
    char *above =
        arena_zeroed(&reader->scenario->arena, strlen(kind->kind) + sizeof "policies()", 1, reader->err);
    if (above == NULL)
        return -1;
    sprintf(above, "policies(%s)", kind->kind);
    head->own = arena_zeroed(&reader->scenario->arena, 1, kind->own_size, reader->err);
    if (head->own == NULL)
        return -1;
    const int unknown = refuse_unknown(reader, element, "policies", above, origin);
    return read_members(reader, element, above, head->own, origin) != 0 || unknown != 0 ? -1 : 0;
}

static int read_element(struct reader *reader, const struct key_row *row, const struct setting *element,
                        const struct origin *origin, char *base)
{
    const bool is_policy = strcmp(row->path, "policies") == 0;
    if (element->type != SETTING_GROUP)
        return origin_problem(origin, reader->err,
                              "is %s where a group is due; write %s = ( { ... }, { ... } );",
                              setting_type_name(element), keys_name(row));
    if (!is_policy)
        return read_group(reader, element, row->path, base, origin);
    const int status = read_members(reader, element, row->path, base, origin);
    return read_policy(reader, element, (struct policy_head *)(void *)base, origin) != 0 ? -1 : status;
}

/* ---- lists of groups ---- */

static const char *element_name(struct reader *reader, const struct key_row *row,
                                const struct setting *element, size_t position)
{
    const char *name = setting_handle(element, row->refers);
    if (name != NULL && *name != '\0')
        return name;
    char number[32];
    snprintf(number, sizeof number, "#%zu", position + 1);
    return arena_text(&reader->scenario->arena, number, reader->err);
}

static int read_elements(struct reader *reader, const struct key_row *row, const struct setting *setting,
                         const struct origin *origin, struct key_list *list)
{
    if (setting->type != SETTING_LIST)
        return origin_problem(origin, reader->err,
                              "is %s where a list of groups is due; write %s = ( { ... } );",
                              setting_type_name(setting), keys_name(row));
    list->items = arena_zeroed(&reader->scenario->arena, setting->count, row->size, reader->err);
    if (list->items == NULL)
        return -1;
    list->count = setting->count;
    int status = 0;
    size_t i = 0;
    for (const struct setting *element = setting->first; element != NULL; element = element->next, i++) {
        char *base = (char *)list->items + i * row->size;
        const char *name = element_name(reader, row, element, i);
        const struct origin *at = name == NULL ? NULL : reader_origin(reader, origin, name, element, base);
        if (at == NULL)
            return -1;
        if (read_element(reader, row, element, at, base) != 0)
            status = -1;
    }
    if (row->refers != NULL && reader_refuse_twins(reader, row, setting, origin) != 0)
        status = -1;
    return status;
}

/* ---- all of it ---- */

/* With its own copy of the address: there are a million in a scenario of a whole country. */
struct ranked {
    uintptr_t member;
    struct origin *origin;
};

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

/* By one digit of the address; those that have the same stay in order. */
static void sort_by_digit(struct ranked *to, const struct ranked *from, size_t count, unsigned shift)
{
    size_t next[DIGITS + 1] = {0};
    for (size_t i = 0; i < count; i++)
        next[(from[i].member >> shift) % DIGITS + 1]++;
    for (size_t d = 1; d < DIGITS; d++)
        next[d] += next[d - 1];
    for (size_t i = 0; i < count; i++)
        to[next[(from[i].member >> shift) % DIGITS]++] = from[i];
}

/* By member; those of one member in the order in which they were read. */
static int sort_origins(struct scenario_origins *origins, struct err *err)
{
    const size_t count = origins->count;
    struct ranked *from = mem_zeroed(count, sizeof *from, err), *to = NULL;
    if (from != NULL)
        to = mem_zeroed(count, sizeof *to, err);
    if (to == NULL) {
        free(from);
        return -1;
    }
    uintptr_t same = UINTPTR_MAX;
    for (size_t i = 0; i < count; i++) {
        from[i] = (struct ranked){.member = (uintptr_t)origins->list[i]->member, .origin = origins->list[i]};
        same &= ~(from[i].member ^ from[0].member);
    }
    for (unsigned shift = 0; shift < 8 * sizeof same; shift += DIGIT_BITS) {
        if ((~same >> shift) % DIGITS == 0)
            continue;
        sort_by_digit(to, from, count, shift);
        struct ranked *const sorted = to;
        to = from;
        from = sorted;
    }
    for (size_t i = 0; i < count; i++)
        origins->list[i] = from[i].origin;
    free(from);
    free(to);
    return 0;
}

int scenario_read_rows(struct scenario *host, const char *above, void *base, const struct setting *root,
                       struct err *err)
{
    struct reader reader = {.scenario = host, .root = root, .err = err};
    const struct origin *top = reader_origin(&reader, NULL, NULL, root, NULL);
    int status = -1;
    if (top != NULL) {
        status = read_group(&reader, root, above, base, top);
        if (reader_resolve(&reader) != 0)
            status = -1;
        if (sort_origins(host->origins, err) != 0)
            status = -1;
    }
    free(reader.references);
    return status;
}

int scenario_read(struct scenario *scenario, const struct setting *root, struct err *err)
{
    return scenario_read_rows(scenario, "", scenario, root, err);
}
