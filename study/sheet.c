#include "study/sheet.h"

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

/* Appends a copy of the text, or the one `back` before, where that says the same; 0: a copy in any case. */
static void append(struct sheet *sheet, const char ***list, size_t *count, size_t *capacity, const char *text,
                   size_t back)
{
    const char **grown =
        sheet->failed ? NULL : mem_grow(*list, capacity, *count + 1, sizeof *grown, sheet->err);
    const char *kept = NULL;
    if (grown != NULL && back > 0 && *count >= back && strcmp(grown[*count - back], text) == 0)
        kept = grown[*count - back];
    else if (grown != NULL)
        kept = arena_text(&sheet->arena, text, sheet->err);
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
        append(sheet, &item->lines, &item->line_count, &item->line_capacity, line, 0);
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

static size_t columns_of(const struct sheet_item *item)
{
    size_t columns = 0;
    while (columns < SHEET_COLUMNS && item->heads[columns] != NULL)
        columns++;
    return columns;
}

/* Columns often say the same from row to row. */
void sheet_cell(struct sheet *sheet, const char *text)
{
    struct sheet_item *item = last_item(sheet);
    if (item != NULL)
        append(sheet, &item->cells, &item->cell_count, &item->cell_capacity, text == NULL ? "" : text,
               columns_of(item));
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

/* Written as it comes, since a scenario of twenty thousand hospitals has a million cells. */

static void add_break(struct text *text, bool comma, size_t depth)
{
    text_add_bytes(text, comma ? ",\n" : "\n", comma ? 2 : 1);
    text_spaces(text, 2 * depth);
}

static void add_key(struct text *text, bool comma, const char *key, size_t depth)
{
    add_break(text, comma, depth);
    json_out_add(text, key);
    text_add_bytes(text, ": ", 2);
}

static void add_member(struct text *text, bool comma, const char *key, const char *value, size_t depth)
{
    add_key(text, comma, key, depth);
    json_out_add(text, value);
}

/* A list whose elements stand between these. */
static void open_list(struct text *text, size_t count)
{
    text_add(text, count > 0 ? "[" : "[]");
}

static void close_list(struct text *text, size_t count, size_t depth)
{
    if (count == 0)
        return;
    add_break(text, false, depth);
    text_add_bytes(text, "]", 1);
}

static void add_texts(struct text *text, const char *const *texts, size_t count, size_t depth)
{
    open_list(text, count);
    for (size_t i = 0; i < count; i++) {
        add_break(text, i > 0, depth + 1);
        json_out_add(text, texts[i]);
    }
    close_list(text, count, depth);
}

static void add_rows(struct text *text, const struct sheet_item *item, size_t depth)
{
    const size_t columns = columns_of(item), rows = columns == 0 ? 0 : item->cell_count / columns;
    open_list(text, rows);
    for (size_t row = 0; row < rows; row++) {
        add_break(text, row > 0, depth + 1);
        add_texts(text, &item->cells[row * columns], columns, depth + 1);
    }
    close_list(text, rows, depth);
}

static void add_json_item(struct text *text, const struct sheet_item *item, const char *section, size_t depth)
{
    text_add(text, "{");
    add_member(text, false, "item", item->number, depth + 1);
    add_member(text, true, "section", section, depth + 1);
    add_member(text, true, "title", item->title, depth + 1);
    add_key(text, true, "text", depth + 1);
    add_texts(text, item->lines, item->line_count, depth + 1);
    add_member(text, true, "missing", item->missing, depth + 1);
    add_key(text, true, "columns", depth + 1);
    add_texts(text, item->heads, columns_of(item), depth + 1);
    add_key(text, true, "rows", depth + 1);
    add_rows(text, item, depth + 1);
    add_break(text, false, depth);
    text_add(text, "}");
}

char *sheet_json(const struct sheet *sheet, const char *const *sections, struct err *err)
{
    struct text text;
    text_init(&text, err);
    text_add(&text, "{");
    add_member(&text, false, "title", sheet->title, 1);
    add_key(&text, true, "items", 1);
    open_list(&text, sheet->count);
    for (size_t i = 0; i < sheet->count; i++) {
        add_break(&text, i > 0, 2);
        add_json_item(&text, &sheet->items[i], sections[sheet->items[i].number[0] - '1'], 2);
    }
    close_list(&text, sheet->count, 1);
    text_add(&text, "\n}\n");
    text.failed = text.failed || sheet->failed;
    return text_take(&text, err);
}
