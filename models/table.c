#include "models/table.h"

#include <csv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/quantity.h"
#include "models/scenario.h"
#include "models/source.h"
#include "sim/mem.h"

enum { COLUMNS = 1000, ROWS = 5000000 };

/* libcsv calls back for every field and row. */
struct filling {
    struct table *table;
    size_t row_fields; /* of the row that is being read */
    unsigned line;     /* where it begins */
    bool failed;
    struct err *err;
};

static int add_field(struct filling *filling, const char *bytes, size_t length)
{
    struct table *table = filling->table;
    char *text =
        mem_grow(table->text, &table->text_capacity, table->text_length + length + 1, 1, filling->err);
    if (text == NULL)
        return -1;
    table->text = text;
    size_t *fields =
        mem_grow(table->fields, &table->field_capacity, table->field_count + 1, sizeof *fields, filling->err);
    if (fields == NULL)
        return -1;
    table->fields = fields;
    fields[table->field_count++] = table->text_length;
    memcpy(text + table->text_length, bytes, length);
    text[table->text_length + length] = '\0';
    table->text_length += length + 1;
    return 0;
}

static void on_field(void *bytes, size_t length, void *data)
{
    struct filling *filling = data;
    if (filling->failed)
        return;
    filling->row_fields++;
    if (filling->row_fields > COLUMNS) {
        err_add(filling->err, "%s:%u: (row): has more than %d fields; check that this is a CSV file",
                filling->table->path, filling->line, COLUMNS);
        filling->failed = true;
    } else if (add_field(filling, bytes == NULL ? "" : bytes, length) != 0) {
        filling->failed = true;
    }
}

static int check_header(const struct filling *filling)
{
    const struct table *table = filling->table;
    int status = 0;
    for (size_t i = 0; i < table->columns; i++) {
        if (table_name(table, i)[0] == '\0')
            status = err_add(filling->err, "%s:%u: (header): column %zu has no name; give it one",
                             table->path, filling->line, i + 1);
        for (size_t j = 0; j < i && table_name(table, i)[0] != '\0'; j++)
            if (strcmp(table_name(table, i), table_name(table, j)) == 0)
                status =
                    err_add(filling->err, "%s:%u: (header): the column \"%.60s\" stands twice; rename one",
                            table->path, filling->line, table_name(table, i));
    }
    return status;
}

static int end_row(struct filling *filling)
{
    struct table *table = filling->table;
    if (table->columns == 0) {
        table->columns = filling->row_fields;
        return check_header(filling);
    }
    if (filling->row_fields != table->columns) {
        err_add(filling->err, "%s:%u: (row): has %zu fields where the header has %zu; %s", table->path,
                filling->line, filling->row_fields, table->columns,
                filling->row_fields < table->columns ? "add what is missing"
                                                     : "quote fields that have commas in them");
        table->field_count -= filling->row_fields; /* reading goes on, for more problems */
        return 0;
    }
    if (table->rows >= ROWS)
        return err_add(filling->err, "%s:%u: (row): is beyond %d rows; split the file", table->path,
                       filling->line, ROWS);
    unsigned *lines =
        mem_grow(table->lines, &table->line_capacity, table->rows + 1, sizeof *lines, filling->err);
    if (lines == NULL)
        return -1;
    table->lines = lines;
    lines[table->rows++] = filling->line;
    return 0;
}

static void on_row(int end, void *data)
{
    (void)end;
    struct filling *filling = data;
    if (!filling->failed && end_row(filling) != 0)
        filling->failed = true;
    filling->row_fields = 0;
}

static unsigned newlines(const char *from, const char *to)
{
    unsigned count = 0;
    for (; from < to; from++)
        count += *from == '\n';
    return count;
}

/* One call of the parser a line, so that the line of every row is known. */
static int parse_lines(struct csv_parser *parser, struct filling *filling, const char *text, size_t length)
{
    const char *end = text + length;
    unsigned line = 1;
    while (text < end && !filling->failed) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *next = newline == NULL ? end : newline + 1;
        if (filling->row_fields == 0 && parser->pstate == 0)
            filling->line = line;
        if (csv_parse(parser, text, (size_t)(next - text), on_field, on_row, filling) !=
            (size_t)(next - text))
            return err_add(filling->err, "%s:%u: (row): %s; check the quotes", filling->table->path, line,
                           csv_strerror(csv_error(parser)));
        line += newlines(text, next);
        text = next;
    }
    if (!filling->failed && csv_fini(parser, on_field, on_row, filling) != 0)
        return err_add(filling->err,
                       "%s:%u: (row): a quote is not closed before the end of the file; close it",
                       filling->table->path, filling->line);
    return filling->failed ? -1 : 0;
}

static int parse(struct table *table, const char *text, size_t length, struct err *err)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return err_fail(err, "out of memory: a CSV parser could not be made");
    struct filling filling = {.table = table, .line = 1, .err = err};
    const unsigned before = err->count;
    int status = parse_lines(&parser, &filling, text, length);
    csv_free(&parser);
    return err->count > before ? -1 : status;
}

static int refuse_carriage_returns(const struct table *table, const char *text, size_t length,
                                   struct err *err)
{
    const char *found = memchr(text, '\r', length);
    if (found == NULL)
        return 0;
    return err_add(
        err, "%s:%u: (row): ends with CR LF, as files of Windows do; convert it, for example with dos2unix",
        table->path, 1 + newlines(text, found));
}

static int fill(struct table *table, const char *text, size_t length, struct err *err)
{
    if (refuse_carriage_returns(table, text, length, err) != 0)
        return -1;
    if (parse(table, text, length, err) != 0)
        return -1;
    if (table->columns == 0)
        return err_add(err, "%s:1: (header): the file is empty; begin with a row of column names",
                       table->path);
    return 0;
}

int table_load(struct table *table, const char *path, struct err *err)
{
    *table = (struct table){.path = NULL};
    table->path = mem_text(path, err);
    if (table->path == NULL)
        return -1;
    struct err why = ERR_INIT;
    struct source_file identity = {.name = path};
    char *text = NULL;
    size_t length = 0;
    if (source_text(path, &text, &length, &identity, &why) != 0)
        return source_unreadable(path, &identity, why.text[0], err);
    const int status = fill(table, text, length, err);
    free(text);
    return status;
}

void table_free(struct table *table)
{
    free((char *)table->path);
    free(table->text);
    free(table->fields);
    free(table->lines);
    *table = (struct table){.path = NULL};
}

const char *table_name(const struct table *table, size_t column)
{
    return table->text + table->fields[column];
}

const char *table_text(const struct table *table, size_t row, size_t column)
{
    return table->text + table->fields[(row + 1) * table->columns + column];
}

unsigned table_line(const struct table *table, size_t row)
{
    return table->lines[row];
}

bool table_has(const struct table *table, const char *name, size_t *column)
{
    for (size_t i = 0; i < table->columns; i++) {
        if (strcmp(table_name(table, i), name) == 0) {
            *column = i;
            return true;
        }
    }
    return false;
}

int table_column(const struct table *table, const char *name, size_t *column, struct err *err)
{
    if (table_has(table, name, column))
        return 0;
    const char *names[COLUMNS];
    for (size_t i = 0; i < table->columns && i < COLUMNS; i++)
        names[i] = table_name(table, i);
    const char *near = scenario_nearest(name, names, table->columns);
    if (near != NULL)
        return err_add(err, "%s:1: (header): there is no column \"%s\", but \"%.60s\"; rename that one",
                       table->path, name, near);
    return err_add(err, "%s:1: (header): there is no column \"%s\"; add it", table->path, name);
}

int table_problem(const struct table *table, size_t row, size_t column, struct err *err, const char *format,
                  ...)
{
    char message[ERR_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return err_add(err, "%s:%u: %.60s: %s", table->path, table_line(table, row), table_name(table, column),
                   message);
}

int table_int(const struct table *table, size_t row, size_t column, int64_t low, int64_t high, int64_t *value,
              struct err *err)
{
    const char *text = table_text(table, row, column);
    struct err why = ERR_INIT;
    if (*text == '\0')
        return table_problem(table, row, column, err, "is empty; write a whole number");
    if (quantity_int(text, value, &why) != 0)
        return table_problem(table, row, column, err, "%s", why.text[0]);
    if (*value >= low && *value <= high)
        return 0;
    return table_problem(table, row, column, err,
                         "%s is out of range; write a whole number from %lld to %lld", text, (long long)low,
                         (long long)high);
}

int table_real(const struct table *table, size_t row, size_t column, double low, double high, double *value,
               struct err *err)
{
    const char *text = table_text(table, row, column);
    struct err why = ERR_INIT;
    if (*text == '\0')
        return table_problem(table, row, column, err, "is empty; write a number");
    if (quantity_real(text, value, &why) != 0)
        return table_problem(table, row, column, err, "%s", why.text[0]);
    if (*value >= low && *value <= high)
        return 0;
    return table_problem(table, row, column, err, "%.30s is out of range; write a number from %g to %g", text,
                         low, high);
}
