#include "study/sheet.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/json_out.h"
#include "study/text.h"
#include "study/text_table.h"

enum { CELL_WIDTH = 48 };

void sheet_init(struct sheet *sheet, const char *title, struct err *err)
{
    *sheet = (struct sheet){.title = title == NULL ? "" : title, .err = err};
}

void sheet_free(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++) {
        free(sheet->items[i].lines);
        free(sheet->items[i].cells);
    }
    arena_free(&sheet->arena);
    *sheet = (struct sheet){.title = ""};
}

void sheet_begin(struct sheet *sheet, const char *number, const char *title)
{
    if (sheet->count == SHEET_ITEMS) {
        sheet->failed = true;
        err_fail(sheet->err, "a sheet has more than %d items; report this", SHEET_ITEMS);
        return;
    }
    sheet->items[sheet->count++] = (struct sheet_item){.number = number, .title = title};
}

/* Appends a copy of the text. */
static void append(struct sheet *sheet, const char ***list, size_t *count, size_t *capacity, const char *text)
{
    const char **grown =
        sheet->failed ? NULL : mem_grow(*list, capacity, *count + 1, sizeof *grown, sheet->err);
    const char *kept = grown == NULL ? NULL : arena_text(&sheet->arena, text, sheet->err);
    if (grown != NULL)
        *list = grown;
    sheet->failed = sheet->failed || kept == NULL;
    if (kept != NULL)
        grown[(*count)++] = kept;
}

static struct sheet_item *last_item(struct sheet *sheet)
{
    return sheet->failed || sheet->count == 0 ? NULL : &sheet->items[sheet->count - 1];
}

void sheet_line(struct sheet *sheet, const char *format, ...)
{
    struct sheet_item *item = last_item(sheet);
    char *line = NULL;
    va_list args;
    va_start(args, format);
    const int length = vasprintf(&line, format, args);
    va_end(args);
    if (length < 0) {
        sheet->failed = true;
        err_fail(sheet->err, "out of memory: a sheet could not be put together");
        return;
    }
    if (item != NULL)
        append(sheet, &item->lines, &item->line_count, &item->line_capacity, line);
    free(line);
}

void sheet_missing(struct sheet *sheet, const char *advice)
{
    struct sheet_item *item = last_item(sheet);
    if (item != NULL)
        item->missing = advice;
}

void sheet_heads(struct sheet *sheet, const char *const *heads, size_t count)
{
    struct sheet_item *item = last_item(sheet);
    for (size_t i = 0; item != NULL && i < count && i + 1 < SHEET_COLUMNS; i++)
        item->heads[i] = heads[i];
}

void sheet_cell(struct sheet *sheet, const char *text)
{
    struct sheet_item *item = last_item(sheet);
    if (item != NULL)
        append(sheet, &item->cells, &item->cell_count, &item->cell_capacity, text == NULL ? "" : text);
}

static size_t columns_of(const struct sheet_item *item)
{
    size_t columns = 0;
    while (columns < SHEET_COLUMNS && item->heads[columns] != NULL)
        columns++;
    return columns;
}

static const char *section_of(const struct sheet *sheet, size_t i, const char *const *sections)
{
    const bool first = i == 0 || sheet->items[i].number[0] != sheet->items[i - 1].number[0];
    return first ? sections[sheet->items[i].number[0] - '1'] : NULL;
}

/* ---- text ---- */

/* Words on lines of at most `width` columns, each after `indent` spaces. */
static void add_wrapped(struct text *text, const char *words, size_t indent, size_t width)
{
    size_t column = 0;
    while (*words != '\0') {
        const size_t length = strcspn(words, " ");
        char word[512];
        snprintf(word, sizeof word, "%.*s", (int)(length < 500 ? length : 500), words);
        const size_t wide = text_width(word);
        if (column > indent && column + 1 + wide > width) {
            text_add(text, "\n");
            column = 0;
        }
        if (column == 0)
            text_spaces(text, indent);
        else
            text_add(text, " ");
        text_add_safe(text, word);
        column = (column == 0 ? indent : column + 1) + wide;
        words += length < 500 ? length : 500;
        words += strspn(words, " ");
    }
    text_add(text, "\n");
}

/* The cell, or as much of it as `CELL_WIDTH` columns hold: a terminal shows the whole of none that is longer.
 */
static void add_cell(struct text_table *table, const char *cell)
{
    char cut[4 * CELL_WIDTH + 8];
    size_t length = 0;
    if (text_width(cell) <= CELL_WIDTH) {
        text_table_add(table, cell);
        return;
    }
    while (length < sizeof cut - 8) {
        size_t next = length + 1;
        while (((unsigned char)cell[next] & 0xc0) == 0x80)
            next++;
        snprintf(cut, sizeof cut, "%.*s", (int)next, cell);
        if (text_width(cut) >= CELL_WIDTH)
            break;
        length = next;
    }
    snprintf(cut, sizeof cut, "%.*s…", (int)length, cell);
    text_table_add(table, cut);
}

static void add_text_table(struct text *text, const struct sheet_item *item, struct err *err)
{
    struct text_table table;
    const size_t columns = columns_of(item);
    text_table_init(&table, &"llllllll"[SHEET_COLUMNS - columns], err);
    for (size_t i = 0; i < columns; i++)
        text_table_add(&table, item->heads[i]);
    for (size_t i = 0; i < item->cell_count; i++)
        add_cell(&table, item->cells[i]);
    text_table_print(&table, 6, text);
    text_table_free(&table);
}

char *sheet_text(const struct sheet *sheet, const char *const *sections, size_t width, struct err *err)
{
    struct text text;
    text_init(&text, err);
    text_add_safe(&text, sheet->title);
    text_add(&text, "\n");
    for (size_t i = 0; i < sheet->count; i++) {
        const struct sheet_item *item = &sheet->items[i];
        const char *section = section_of(sheet, i, sections);
        if (section != NULL)
            text_add(&text, "\n%c %s\n", item->number[0], section);
        text_add(&text, "\n  %s %s\n", item->number, item->title);
        for (size_t j = 0; j < item->line_count; j++)
            add_wrapped(&text, item->lines[j], 6, width);
        if (item->missing != NULL) {
            char advice[400];
            snprintf(advice, sizeof advice, "Not said in the scenario: %s", item->missing);
            add_wrapped(&text, advice, 6, width);
        }
        if (item->cell_count > 0)
            add_text_table(&text, item, err);
    }
    text.failed = text.failed || sheet->failed;
    return text_take(&text, err);
}

/* ---- Markdown ---- */

/* Text that Markdown takes as it stands: what would begin markup is escaped. */
static void add_plain(struct text *text, const char *words)
{
    for (; *words != '\0'; words++) {
        const unsigned char byte = (unsigned char)*words;
        if (strchr("\\`*_<>|[]", byte) != NULL)
            text_add(text, "\\");
        text_add(text, "%c", byte < 0x20 || byte == 0x7f ? ' ' : byte);
    }
}

static void add_row(struct text *text, const char *const *cells, size_t columns)
{
    text_add(text, "|");
    for (size_t i = 0; i < columns; i++) {
        text_add(text, " ");
        add_plain(text, cells[i]);
        text_add(text, " |");
    }
    text_add(text, "\n");
}

static void add_markdown_item(struct text *text, const struct sheet_item *item)
{
    const size_t columns = columns_of(item);
    text_add(text, "\n### %s %s\n", item->number, item->title);
    for (size_t j = 0; j < item->line_count; j++) {
        text_add(text, "\n");
        add_plain(text, item->lines[j]);
        text_add(text, "\n");
    }
    if (item->missing != NULL) {
        text_add(text, "\n*Not said in the scenario: ");
        add_plain(text, item->missing);
        text_add(text, "*\n");
    }
    if (item->cell_count == 0)
        return;
    text_add(text, "\n");
    add_row(text, item->heads, columns);
    for (size_t i = 0; i < columns; i++)
        text_add(text, "|---");
    text_add(text, "|\n");
    for (size_t i = 0; i + columns <= item->cell_count; i += columns)
        add_row(text, &item->cells[i], columns);
}

char *sheet_markdown(const struct sheet *sheet, const char *const *sections, struct err *err)
{
    struct text text;
    text_init(&text, err);
    text_add(&text, "# ");
    add_plain(&text, sheet->title);
    text_add(&text, "\n");
    for (size_t i = 0; i < sheet->count; i++) {
        const char *section = section_of(sheet, i, sections);
        if (section != NULL)
            text_add(&text, "\n## %c %s\n", sheet->items[i].number[0], section);
        add_markdown_item(&text, &sheet->items[i]);
    }
    text.failed = text.failed || sheet->failed;
    return text_take(&text, err);
}

/* ---- JSON ---- */

static json_t *json_texts(const char *const *texts, size_t count)
{
    json_t *array = json_array();
    int broken = array == NULL;
    for (size_t i = 0; i < count; i++)
        broken |= json_array_append_new(array, json_out_text(texts[i]));
    if (broken == 0)
        return array;
    json_decref(array);
    return NULL;
}

static json_t *json_rows(const struct sheet_item *item)
{
    const size_t columns = columns_of(item);
    json_t *rows = json_array();
    int broken = rows == NULL;
    for (size_t i = 0; columns > 0 && i + columns <= item->cell_count; i += columns)
        broken |= json_array_append_new(rows, json_texts(&item->cells[i], columns));
    if (broken == 0)
        return rows;
    json_decref(rows);
    return NULL;
}

static json_t *json_item(const struct sheet_item *item, const char *section)
{
    json_t *object = json_object();
    int broken = json_out_set(object, "item", json_out_text(item->number));
    broken |= json_out_set(object, "section", json_out_text(section));
    broken |= json_out_set(object, "title", json_out_text(item->title));
    broken |= json_out_set(object, "text", json_texts(item->lines, item->line_count));
    broken |= json_out_set(object, "missing", json_out_text(item->missing));
    broken |= json_out_set(object, "columns", json_texts(item->heads, columns_of(item)));
    broken |= json_out_set(object, "rows", json_rows(item));
    if (broken == 0)
        return object;
    json_decref(object);
    return NULL;
}

char *sheet_json(const struct sheet *sheet, const char *const *sections, struct err *err)
{
    json_t *items = json_array(), *document = json_object();
    int broken = items == NULL || document == NULL || sheet->failed;
    for (size_t i = 0; i < sheet->count; i++)
        broken |= json_array_append_new(
            items, json_item(&sheet->items[i], sections[sheet->items[i].number[0] - '1']));
    broken |= json_out_set(document, "title", json_out_text(sheet->title));
    broken |= json_out_set(document, "items", items);
    return json_out_dump(document, broken, err);
}
