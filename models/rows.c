#include "models/rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/source.h"
#include "models/table.h"

enum { ROWS_DEPTH = 16 };

/* Texts outlive the settings. */
struct row_arenas {
    struct arena *texts, *nodes;
};

/* What the rows of one table are made with. */
struct expansion {
    struct arena *texts, *nodes;
    const char **names;            /* by column: the last word of its path */
    const struct setting *element; /* with what all rows have in common */
    const struct table *table;
    const char *path;   /* of the table, for as long as the settings */
    const char *folder; /* of the table */
    struct err *err;
};

static struct setting *copy_of(struct arena *nodes, const struct setting *from, struct err *err)
{
    struct setting *copy = setting_new(nodes, from->type, from->name, from, err);
    if (copy == NULL)
        return NULL;
    copy->raw = from->raw;
    copy->text = from->text;
    copy->integer = from->integer;
    copy->real = from->real;
    copy->flag = from->flag;
    for (const struct setting *child = from->first; child != NULL; child = child->next) {
        struct setting *below = copy_of(nodes, child, err);
        if (below == NULL)
            return NULL;
        setting_append(copy, below);
    }
    return copy;
}

/* A field is a number or a truth value when it reads as one; keys that want a text take it as it stands. */
static void give_value(struct setting *setting, const char *text)
{
    char *end = NULL;
    setting->type = SETTING_TEXT;
    setting->raw = setting->text = text;
    errno = 0;
    const long long integer = strtoll(text, &end, 10);
    if (*end == '\0' && errno == 0) {
        setting->type = SETTING_INT;
        setting->integer = integer;
        return;
    }
    errno = 0;
    const double real = strtod(text, &end);
    if (*end == '\0' && errno == 0 && isfinite(real)) {
        setting->type = SETTING_REAL;
        setting->real = real;
    } else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        setting->type = SETTING_BOOL;
        setting->flag = *text == 't';
    }
}

/* The group below `group` that the column's next word names, made when it is not there. */
static struct setting *group_below(const struct expansion *expansion, struct setting *group, const char *word,
                                   size_t length, size_t row, size_t column)
{
    struct setting *below = setting_find_bytes(group, word, length);
    if (below != NULL && below->type != SETTING_GROUP) {
        table_problem(
            expansion->table, row, column, expansion->err,
            "%.*s is %s, which has no parts; name a column by a key, or by a group and what is in it",
            (int)length, word, setting_type_name(below));
        return NULL;
    }
    if (below != NULL)
        return below;
    char *name = arena_zeroed(expansion->texts, length + 1, 1, expansion->err);
    if (name == NULL)
        return NULL;
    memcpy(name, word, length);
    below = setting_new(expansion->nodes, SETTING_GROUP, name, group, expansion->err);
    if (below != NULL)
        setting_append(group, below);
    return below;
}

static int add_field(const struct expansion *expansion, struct setting *element, size_t row, size_t column)
{
    const char *path = table_name(expansion->table, column), *dot = NULL;
    const char *field = table_text(expansion->table, row, column);
    if (*field == '\0' || strcmp(path, "note") == 0 || strcmp(path, "source") == 0)
        return 0;
    struct setting *group = element;
    for (; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        group = group_below(expansion, group, path, (size_t)(dot - path), row, column);
        if (group == NULL)
            return -1;
    }
    struct setting *value =
        setting_new(expansion->nodes, SETTING_TEXT, expansion->names[column], element, expansion->err);
    const char *text = arena_text(expansion->texts, field, expansion->err);
    if (value == NULL || text == NULL)
        return -1;
    give_value(value, text);
    struct setting *common = setting_find(group, path);
    if (common != NULL)
        setting_replace(group, common, value);
    else
        setting_append(group, value);
    return 0;
}

static struct setting *element_of(const struct expansion *expansion, size_t row)
{
    struct setting *element = copy_of(expansion->nodes, expansion->element, expansion->err);
    if (element == NULL)
        return NULL;
    element->file = expansion->path;
    element->line = table_line(expansion->table, row);
    element->folder = expansion->folder;
    for (size_t column = 0; column < expansion->table->columns; column++)
        if (add_field(expansion, element, row, column) != 0)
            return NULL;
    return element;
}

static int check_columns(const struct expansion *expansion)
{
    for (size_t i = 0; i < expansion->table->columns; i++) {
        const char *name = table_name(expansion->table, i);
        const size_t length = strlen(name);
        if (length == 0 || name[0] == '.' || name[length - 1] == '.' || strstr(name, "..") != NULL)
            return err_add(
                expansion->err,
                "%s:1: column %zu: is not the name of a key, such as \"place\" or \"beds.icu\"; rename it",
                expansion->path, i + 1);
    }
    return 0;
}

static int find_names(struct expansion *expansion)
{
    const struct table *table = expansion->table;
    expansion->names =
        arena_zeroed(expansion->nodes, table->columns, sizeof *expansion->names, expansion->err);
    for (size_t column = 0; expansion->names != NULL && column < table->columns; column++) {
        const char *path = table_name(table, column), *dot = strrchr(path, '.');
        expansion->names[column] = arena_text(expansion->texts, dot == NULL ? path : dot + 1, expansion->err);
        if (expansion->names[column] == NULL)
            return -1;
    }
    return expansion->names == NULL ? -1 : 0;
}

static int put_rows(struct expansion *expansion, struct setting *list)
{
    if (check_columns(expansion) != 0 || find_names(expansion) != 0)
        return -1;
    int status = 0;
    for (size_t row = 0; row < expansion->table->rows; row++) {
        struct setting *element = element_of(expansion, row);
        if (element == NULL)
            status = -1;
        else
            setting_append(list, element);
    }
    return status;
}

/* Appends the elements of the table that `element` names to the list. */
static int expand_element(const struct row_arenas *arenas, struct setting *element, struct setting *list,
                          struct err *err)
{
    struct setting *file = setting_find(element, "rows");
    if (file->type != SETTING_TEXT || file->text[0] == '\0')
        return setting_problem(file, "rows", err, "is %s; write the name of a CSV file: rows = \"file.csv\";",
                               file->type == SETTING_TEXT ? "empty" : setting_type_name(file));
    setting_remove(element, file);
    struct table table = {.path = NULL};
    const char *path = source_join(arenas->texts, file->folder, file->text, err);
    const char *folder = path == NULL ? NULL : source_folder(arenas->texts, path, err);
    int status = folder == NULL ? -1 : table_load(&table, path, err);
    if (status == 0) {
        struct expansion expansion = {.texts = arenas->texts,
                                      .nodes = arenas->nodes,
                                      .element = element,
                                      .table = &table,
                                      .path = path,
                                      .folder = folder,
                                      .err = err};
        status = put_rows(&expansion, list);
    }
    table_free(&table);
    return status;
}

static bool names_table(const struct setting *list)
{
    for (const struct setting *element = list->first; element != NULL; element = element->next)
        if (element->type == SETTING_GROUP && setting_find(element, "rows") != NULL)
            return true;
    return false;
}

static int expand_list(const struct row_arenas *arenas, struct setting *list, struct err *err)
{
    int status = 0;
    struct setting *next = list->first;
    list->first = list->last = NULL;
    list->count = 0;
    while (next != NULL) {
        struct setting *element = next;
        next = element->next;
        if (element->type != SETTING_GROUP || setting_find(element, "rows") == NULL)
            setting_append(list, element);
        else if (expand_element(arenas, element, list, err) != 0)
            status = -1;
    }
    return status;
}

static int expand_below(const struct row_arenas *arenas, struct setting *setting, size_t depth,
                        struct err *err)
{
    if (depth == ROWS_DEPTH)
        return 0;
    int status = 0;
    if (setting->type == SETTING_LIST && names_table(setting))
        status = expand_list(arenas, setting, err);
    for (struct setting *child = setting->first; child != NULL && status == 0; child = child->next)
        status = expand_below(arenas, child, depth + 1, err);
    return status;
}

int rows_expand(struct arena *texts, struct arena *nodes, struct setting *root, struct err *err)
{
    return expand_below(&(struct row_arenas){texts, nodes}, root, 0, err);
}
