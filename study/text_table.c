#include "study/text_table.h"

#include <stdlib.h>
#include <string.h>

void text_table_init(struct text_table *table, const char *align, struct err *err)
{
    *table = (struct text_table){.columns = strlen(align), .align = align, .err = err};
}

void text_table_free(struct text_table *table)
{
    free(table->cells);
    table->cells = NULL;
    table->count = table->capacity = 0;
    arena_free(&table->arena);
}

void text_table_add(struct text_table *table, const char *cell)
{
    if (table->failed)
        return;
    table->failed = true;
    char **cells = mem_grow(table->cells, &table->capacity, table->count + 1, sizeof *cells, table->err);
    if (cells == NULL)
        return;
    table->cells = cells;
    char *copy = arena_text(&table->arena, cell, table->err);
    if (copy == NULL)
        return;
    cells[table->count++] = copy;
    table->failed = false;
}

static void print_row(const struct text_table *table, size_t row, const size_t *widths, size_t indent,
                      struct text *text)
{
    size_t due = indent; /* spaces are written before the next cell only: no trailing ones */
    for (size_t c = 0; c < table->columns; c++) {
        const char *cell = table->cells[row * table->columns + c];
        const size_t pad = widths[c] - text_width(cell);
        if (table->align[c] == 'r')
            due += pad;
        if (cell[0] != '\0') {
            text_spaces(text, due);
            text_add_safe(text, cell);
            due = 0;
        }
        if (table->align[c] == 'l')
            due += pad;
        due += 2;
    }
    text_add(text, "\n");
}

size_t text_table_width(const struct text_table *table)
{
    size_t whole = 0;
    for (size_t c = 0; c < table->columns; c++) {
        size_t widest = 0;
        for (size_t i = c; i < table->count; i += table->columns) {
            const size_t width = text_width(table->cells[i]);
            widest = width > widest ? width : widest;
        }
        whole += widest + (c > 0 ? 2 : 0);
    }
    return whole;
}

void text_table_print(struct text_table *table, size_t indent, struct text *text)
{
    const size_t rows = table->count / table->columns;
    size_t *widths = table->failed ? NULL : mem_zeroed(table->columns, sizeof *widths, table->err);
    if (widths == NULL)
        text->failed = true;
    for (size_t i = 0; widths != NULL && i < rows * table->columns; i++) {
        const size_t width = text_width(table->cells[i]);
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (size_t row = 0; widths != NULL && row < rows; row++)
        print_row(table, row, widths, indent, text);
    free(widths);
    text_table_free(table);
}
