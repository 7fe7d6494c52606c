#include "models/inputs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/scenario_read.h"
#include "models/source.h"

enum { COMMENT_BYTES = 1000, VALUE_LINES = 40, FACTS_BYTES = 200 };

/* A file of the scenario, cut into lines. */
struct pages {
    const char *name;
    char *text; /* owned; NULL when the file cannot be read (again) */
    char **lines;
    size_t count, capacity;
};

struct gathering {
    const struct scenario *scenario;
    struct inputs *inputs;
    struct pages *files; /* owned */
    size_t file_count, file_capacity;
    struct err *err;
};

/* ---- files again, for their comments ---- */

static int cut_lines(struct pages *pages, struct err *err)
{
    for (char *line = pages->text; line != NULL;) {
        char **lines = mem_grow(pages->lines, &pages->capacity, pages->count + 1, sizeof *lines, err);
        if (lines == NULL)
            return -1;
        pages->lines = lines;
        lines[pages->count++] = line;
        line = strchr(line, '\n');
        if (line != NULL)
            *line++ = '\0';
    }
    return 0;
}

/* A file that has gone meanwhile has no comments. NULL when memory has run out. */
static const struct pages *pages_of(struct gathering *gathering, const char *name)
{
    for (size_t i = 0; i < gathering->file_count; i++)
        if (strcmp(gathering->files[i].name, name) == 0)
            return &gathering->files[i];
    struct pages *files = mem_grow(gathering->files, &gathering->file_capacity, gathering->file_count + 1,
                                   sizeof *files, gathering->err);
    if (files == NULL)
        return NULL;
    gathering->files = files;
    struct pages *pages = &files[gathering->file_count++];
    *pages = (struct pages){.name = name};
    struct err why = ERR_INIT;
    struct source_file identity = {.name = name};
    size_t length = 0;
    if (source_text(name, &pages->text, &length, &identity, &why) != 0)
        pages->text = NULL;
    return cut_lines(pages, gathering->err) == 0 ? pages : NULL;
}

/* ---- comments ---- */

/* Where the comment of a line begins: at its '#' or "//" outside texts; NULL when it has none. */
static const char *comment_in(const char *line)
{
    bool in_text = false;
    for (const char *p = line; *p != '\0'; p++) {
        if (in_text && *p == '\\' && p[1] != '\0')
            p++;
        else if (*p == '"')
            in_text = !in_text;
        else if (!in_text && (*p == '#' || (*p == '/' && p[1] == '/')))
            return p;
    }
    return NULL;
}

static bool is_comment_line(const char *line)
{
    const char *comment = comment_in(line);
    return comment != NULL && strspn(line, " \t") == (size_t)(comment - line);
}

/* As much as there is room for. */
static void append(char text[COMMENT_BYTES], const char *more)
{
    const size_t used = strlen(text), length = strlen(more), room = COMMENT_BYTES - 1 - used;
    memcpy(text + used, more, length < room ? length : room);
    text[used + (length < room ? length : room)] = '\0';
}

/* Appends the words of the line's comment. */
static void add_comment(char text[COMMENT_BYTES], const char *line)
{
    const char *from = comment_in(line);
    if (from == NULL)
        return;
    from += strspn(from, "#/ \t");
    size_t length = strlen(from);
    while (length > 0 && isspace((unsigned char)from[length - 1]))
        length--;
    const size_t used = strlen(text);
    if (length == 0 || used + length + 2 > COMMENT_BYTES)
        return;
    snprintf(text + used, COMMENT_BYTES - used, "%s%.*s", used > 0 ? " " : "", (int)length, from);
}

/* How many brackets are open after the code of a line, from `code` on. */
static int depth_after(const char *code, int depth)
{
    const char *end = comment_in(code);
    bool in_text = false;
    for (const char *p = code; *p != '\0' && p != end; p++) {
        in_text ^= *p == '"';
        depth += !in_text && strchr("{([", *p) != NULL;
        depth -= !in_text && strchr("})]", *p) != NULL;
    }
    return depth;
}

/* The comments behind a value, on all of its lines. */
static void comment_behind(char text[COMMENT_BYTES], const struct pages *pages, const struct origin *origin)
{
    size_t line = origin->line - 1;
    const char *code = origin->name == NULL ? NULL : strstr(pages->lines[line], origin->name);
    if (code == NULL)
        code = pages->lines[line];
    int depth = depth_after(code, 0);
    add_comment(text, pages->lines[line]);
    for (size_t more = 0; depth > 0 && more < VALUE_LINES && ++line < pages->count; more++) {
        add_comment(text, pages->lines[line]);
        depth = depth_after(pages->lines[line], depth);
    }
}

/* The lines of nothing but comment right above, unless they begin the file. */
static void comment_above(char text[COMMENT_BYTES], const struct pages *pages, const struct origin *origin)
{
    size_t first = origin->line - 1;
    while (first > 0 && is_comment_line(pages->lines[first - 1]))
        first--;
    for (size_t i = first; first > 0 && i + 1 < origin->line; i++)
        add_comment(text, pages->lines[i]);
}

/* ---- marks ---- */

static bool is_fact_id(const char *word, size_t length)
{
    if (length < 2 || !isupper((unsigned char)word[0]))
        return false;
    for (size_t i = 1; i < length; i++)
        if (!isdigit((unsigned char)word[i]))
            return false;
    return true;
}

static void add_fact(char facts[FACTS_BYTES], const char *id, size_t length)
{
    char word[24];
    snprintf(word, sizeof word, "%.*s", (int)(length < 20 ? length : 20), id);
    for (const char *found = strstr(facts, word); found != NULL; found = strstr(found + 1, word))
        if (!isdigit((unsigned char)found[length]))
            return;
    const size_t used = strlen(facts);
    snprintf(facts + used, FACTS_BYTES - used, "%s%s", used > 0 ? ", " : "", word);
}

/* Gathers the ids between brackets. */
static void find_facts(char facts[FACTS_BYTES], const char *comment)
{
    for (const char *open = strchr(comment, '['); open != NULL; open = strchr(open + 1, '[')) {
        const size_t inside = strcspn(open + 1, "]");
        for (size_t at = 1; at <= inside;) {
            const size_t length = strcspn(open + at, ", ];:");
            if (is_fact_id(open + at, length))
                add_fact(facts, open + at, length);
            at += length + 1;
        }
    }
}

static bool says_fitted(const char *comment)
{
    return strstr(comment, "fitted") != NULL || strstr(comment, "FITTED") != NULL;
}

static bool has_mark(const char *comment)
{
    char facts[FACTS_BYTES] = "";
    find_facts(facts, comment);
    return facts[0] != '\0' || strstr(comment, "[assumed") != NULL || says_fitted(comment);
}

/* The comment that speaks of a value; "" when there is none. */
static int find_comment(struct gathering *gathering, const struct origin *origin, char text[COMMENT_BYTES])
{
    char above[COMMENT_BYTES];
    text[0] = '\0';
    for (const struct origin *at = origin; at != NULL && at->line > 0; at = at->parent) {
        const struct pages *pages = pages_of(gathering, at->file);
        if (pages == NULL)
            return -1;
        if (at->line > pages->count)
            continue;
        if (at == origin)
            comment_behind(text, pages, at);
        if (has_mark(text))
            return 0;
        above[0] = '\0';
        comment_above(above, pages, at);
        if (has_mark(above)) {
            append(text, text[0] != '\0' ? "; " : "");
            append(text, above);
            return 0;
        }
    }
    return 0;
}

/* ---- values ---- */

static bool is_quantity(const struct key_row *row)
{
    switch (row->type) {
    case KEY_INT:
    case KEY_REAL:
    case KEY_SHARE:
    case KEY_DURATION:
    case KEY_SECONDS:
    case KEY_SPAN:
    case KEY_DATE:
    case KEY_RATE:
    case KEY_INCIDENCE:
    case KEY_SPEED:
    case KEY_LENGTH:
    case KEY_MONEY:
    case KEY_BYTES:
    case KEY_DIST:
    case KEY_REALS:
    case KEY_COUNTS:
    case KEY_NAMED_REALS:
    case KEY_TIMES:
    case KEY_RATES:
        return true;
    default:
        return false;
    }
}

static int keep(struct gathering *gathering, const char **kept, const char *text)
{
    *kept = text[0] == '\0' ? NULL : arena_text(&gathering->inputs->arena, text, gathering->err);
    return text[0] != '\0' && *kept == NULL ? -1 : 0;
}

static int keep_place(struct gathering *gathering, const char **kept, const struct origin *origin)
{
    char place[ORIGIN_PATH];
    const char *slash = strrchr(origin->file, '/');
    if (origin->line == 0)
        snprintf(place, sizeof place, "command line");
    else
        snprintf(place, sizeof place, "%.150s:%u", slash == NULL ? origin->file : slash + 1, origin->line);
    return keep(gathering, kept, place);
}

static int keep_source(struct gathering *gathering, struct input *input, const struct origin *origin)
{
    char comment[COMMENT_BYTES] = "", facts[FACTS_BYTES] = "";
    if (find_comment(gathering, origin, comment) != 0 || keep_place(gathering, &input->place, origin) != 0)
        return -1;
    find_facts(facts, comment);
    input->assumed = strstr(comment, "[assumed") != NULL;
    input->fitted = says_fitted(comment);
    return keep(gathering, &input->comment, comment) != 0 || keep(gathering, &input->facts, facts) != 0 ? -1
                                                                                                        : 0;
}

static int add_value(struct gathering *gathering, const struct key_row *row, const void *member)
{
    const struct origin *origin = scenario_origin(gathering->scenario, member, keys_name(row));
    struct inputs *inputs = gathering->inputs;
    char path[ORIGIN_PATH];
    if (origin == NULL || (!origin->given && scenario_is_absent(row, member)))
        return 0;
    struct input *list =
        mem_grow(inputs->list, &inputs->capacity, inputs->count + 1, sizeof *list, gathering->err);
    if (list == NULL)
        return -1;
    inputs->list = list;
    struct input *input = &list[inputs->count++];
    *input = (struct input){.row = row};
    char *value = scenario_write_value(gathering->scenario, row, member, gathering->err);
    origin_path(origin, path);
    int answer = value == NULL ? -1 : keep(gathering, &input->value, value);
    free(value);
    answer |= keep(gathering, &input->path, path);
    return answer != 0 || (origin->given && keep_source(gathering, input, origin) != 0) ? -1 : 0;
}

static int walk(struct gathering *gathering, const char *above, const char *base);

static int walk_elements(struct gathering *gathering, const struct key_row *row, const struct key_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *element = (const char *)list->items + i * row->size;
        if (walk(gathering, row->path, element) != 0)
            return -1;
        if (strcmp(row->path, "policies") != 0)
            continue;
        const struct policy_head *head = (const void *)element;
        char above[80];
        snprintf(above, sizeof above, "policies(%.60s)", head->kind);
        if (walk(gathering, above, head->own) != 0)
            return -1;
    }
    return 0;
}

static int walk(struct gathering *gathering, const char *above, const char *base)
{
    int status = 0;
    for (const struct key_row *row = keys_next(above, NULL); row != NULL && status == 0;
         row = keys_next(above, row)) {
        const void *member = base + row->offset;
        if (strcmp(row->path, "scenario") == 0 || strcmp(row->path, "targets") == 0)
            continue;
        if (row->type == KEY_GROUP)
            status = walk(gathering, row->path, member);
        else if (row->type == KEY_LIST)
            status = walk_elements(gathering, row, member);
        else if (is_quantity(row))
            status = add_value(gathering, row, member);
    }
    return status;
}

int inputs_gather(struct inputs *inputs, const struct scenario *scenario, struct err *err)
{
    *inputs = (struct inputs){0};
    struct gathering gathering = {.scenario = scenario, .inputs = inputs, .err = err};
    const int status = walk(&gathering, "", (const char *)scenario);
    for (size_t i = 0; i < gathering.file_count; i++) {
        free(gathering.files[i].text);
        free(gathering.files[i].lines);
    }
    free(gathering.files);
    return status;
}

void inputs_free(struct inputs *inputs)
{
    free(inputs->list);
    arena_free(&inputs->arena);
    *inputs = (struct inputs){0};
}
