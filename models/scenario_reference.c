#include "models/scenario_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- elements by name --- */

struct named_element {
    const char *name;
    const struct setting *setting;
    size_t position;
};

static int by_name(const void *a, const void *b)
{
    const struct named_element *left = a, *right = b;
    const int order = strcmp(left->name, right->name);
    return order != 0 ? order : (left->position > right->position) - (left->position < right->position);
}

/* The elements that have a value of `key`, sorted by it. */
static struct named_element *sorted_elements(const struct setting *list, const char *key, size_t *count,
                                             struct err *err)
{
    struct named_element *elements = mem_zeroed(list->count, sizeof *elements, err);
    *count = 0;
    size_t position = 0;
    if (elements == NULL)
        return NULL;
    for (const struct setting *element = list->first; element != NULL; element = element->next, position++) {
        const char *name = setting_handle(element, key);
        if (name != NULL)
            elements[(*count)++] =
                (struct named_element){.name = name, .setting = element, .position = position};
    }
    qsort(elements, *count, sizeof *elements, by_name);
    return elements;
}

static void first_key(const struct key_row *row, char key[32])
{
    snprintf(key, 32, "%.*s", (int)strcspn(row->refers, "|"), row->refers);
}

int reader_refuse_twins(struct reader *reader, const struct key_row *row, const struct setting *list,
                        const struct origin *origin)
{
    char key[32], path[160];
    first_key(row, key);
    snprintf(path, sizeof path, "%.100s.%s", row->path, key);
    const struct key_row *id = keys_find(path);
    if (id == NULL || (id->type != KEY_ID && id->type != KEY_REF))
        return 0;
    size_t count = 0;
    int status = 0;
    struct named_element *elements = sorted_elements(list, key, &count, reader->err);
    if (elements == NULL)
        return -1;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(elements[i].name, elements[i - 1].name) != 0)
            continue;
        const struct setting *at = setting_find(elements[i].setting, key);
        const struct setting *other = setting_find(elements[i - 1].setting, key);
        struct origin where = {
            .parent = origin, .name = elements[i].name, .file = at->file, .line = at->line};
        status = origin_problem(&where, reader->err, "the %s \"%.60s\" stands twice, first in %s:%u; %s", key,
                                elements[i].name, other->file, other->line,
                                id->type == KEY_ID ? "give each its own" : "put both into one");
    }
    free(elements);
    return status;
}

/* --- references --- */

int reader_reference(struct reader *reader, const struct key_row *row, const struct setting *setting,
                     const struct origin *origin, int32_t *index)
{
    const char *id = NULL;
    if (reader_text(reader, setting, origin, &id) != 0)
        return -1;
    struct late_reference *references =
        mem_grow(reader->references, &reader->reference_capacity, reader->reference_count + 1,
                 sizeof *references, reader->err);
    if (references == NULL)
        return -1;
    reader->references = references;
    references[reader->reference_count++] =
        (struct late_reference){.row = row, .origin = origin, .id = id, .index = index};
    return 0;
}

struct id_index {
    const char *list;               /* path */
    struct named_element *elements; /* owned */
    size_t count;
    size_t list_count; /* elements without an id among them */
};

static int index_list(struct reader *reader, const char *list, struct id_index *index)
{
    static const struct setting none = {.type = SETTING_LIST};
    const struct setting *setting = setting_find(reader->root, list);
    char key[32];
    first_key(keys_find(list), key);
    index->list = list;
    index->list_count = setting == NULL ? 0 : setting->count;
    index->elements = sorted_elements(setting == NULL ? &none : setting, key, &index->count, reader->err);
    return index->elements == NULL ? -1 : 0;
}

static int dangling(struct reader *reader, const struct late_reference *reference,
                    const struct id_index *index)
{
    const char **names = mem_zeroed(index->count, sizeof *names, reader->err);
    if (names == NULL)
        return -1;
    for (size_t i = 0; i < index->count; i++)
        names[i] = index->elements[i].name;
    const char *near = scenario_nearest(reference->id, names, index->count);
    free(names);
    if (near != NULL)
        return origin_problem(reference->origin, reader->err,
                              "\"%.60s\" is not among %s; did you mean \"%s\"?", reference->id, index->list,
                              near);
    return origin_problem(reference->origin, reader->err,
                          "\"%.60s\" is not among %s; add it there or name one that is", reference->id,
                          index->list);
}

/* Whether an id comes before, is, or comes after the first `length` bytes of a text. */
static int compare_id(const char *id, const char *text, size_t length)
{
    const int order = strncmp(id, text, length);
    return order != 0 ? order : id[length] != '\0';
}

/* The element whose id is the first `length` bytes of a text, or NULL. */
static const struct named_element *find_element(const struct id_index *index, const char *text, size_t length)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_id(index->elements[middle].name, text, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->count && compare_id(index->elements[low].name, text, length) == 0
               ? &index->elements[low]
               : NULL;
}

/* "RULE.CODE": a facility that a rule makes. 1 when it is none. */
static int resolve_made(struct reader *reader, const struct late_reference *reference,
                        const struct id_index *index)
{
    struct scenario *scenario = reader->scenario;
    const char *dot = strchr(reference->id, '.');
    if (dot == NULL || strcmp(index->list, "facilities") != 0)
        return 1;
    const struct named_element *rule = find_element(index, reference->id, (size_t)(dot - reference->id));
    if (rule == NULL || setting_find(rule->setting, "rule") == NULL)
        return 1;
    if (scenario->made == NULL) {
        scenario->made =
            arena_zeroed(&scenario->arena, reader->reference_count, sizeof *scenario->made, reader->err);
        if (scenario->made == NULL)
            return -1;
    }
    *reference->index = (int32_t)(index->list_count + scenario->made_count);
    scenario->made[scenario->made_count++] =
        (struct facility_made){.rule = (int32_t)rule->position, .code = dot + 1};
    return 0;
}

static int resolve_one(struct reader *reader, const struct late_reference *reference,
                       const struct id_index *index)
{
    const struct named_element *element = find_element(index, reference->id, strlen(reference->id));
    if (element == NULL) {
        const int made = resolve_made(reader, reference, index);
        return made == 1 ? dangling(reader, reference, index) : made;
    }
    *reference->index = (int32_t)element->position;
    return 0;
}

int reader_resolve(struct reader *reader)
{
    struct id_index indexes[8] = {{.list = NULL}};
    size_t count = 0;
    int status = 0;
    for (size_t i = 0; i < reader->reference_count; i++) {
        const struct late_reference *reference = &reader->references[i];
        size_t at = 0;
        while (at < count && strcmp(indexes[at].list, reference->row->refers) != 0)
            at++;
        if (at == 8 || (at == count && index_list(reader, reference->row->refers, &indexes[count++]) != 0)) {
            status = -1;
            break;
        }
        if (resolve_one(reader, reference, &indexes[at]) != 0)
            status = -1;
    }
    for (size_t i = 0; i < count; i++)
        free(indexes[i].elements);
    return status;
}
