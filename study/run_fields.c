#include "study/run_fields.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "study/result_add.h"

static size_t cells_of(const struct ledger *ledger, size_t field)
{
    enum ledger_dim dims[2];
    const unsigned rank = ledger_group_dims(ledger_fields[field].group, dims);
    if (!ledger_group_has_cells(ledger_fields[field].group))
        return 0;
    return ledger->size[dims[0]] * (rank > 1 ? ledger->size[dims[1]] : 1);
}

size_t run_fields_bytes(const struct ledger *ledger)
{
    size_t cells = 0; /* fewer than the ledger has */
    for (size_t f = 0; f < ledger_field_count; f++)
        cells += cells_of(ledger, f);
    return cells * ledger->steps * sizeof(double);
}

uint32_t run_fields_most(size_t bytes, int64_t max_file_bytes)
{
    const size_t most = bytes == 0 ? SIZE_MAX : (size_t)max_file_bytes / bytes;
    return most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
}

int run_fields_init(struct run_fields *fields, const struct ledger *like, uint32_t replications,
                    int64_t max_file_bytes, struct err *err)
{
    *fields = (struct run_fields){.replications = replications, .steps = like->steps};
    fields->bytes = run_fields_bytes(like);
    fields->most = run_fields_most(fields->bytes, max_file_bytes);
    fields->cells = mem_zeroed(ledger_field_count, sizeof *fields->cells, err);
    fields->variable = mem_zeroed(ledger_field_count, sizeof *fields->variable, err);
    fields->counted = mem_zeroed(replications, sizeof *fields->counted, err);
    if (fields->cells == NULL || fields->variable == NULL || fields->counted == NULL)
        return -1;
    for (size_t f = 0; f < ledger_field_count; f++)
        fields->cells[f] = cells_of(like, f);
    return 0;
}

void run_fields_free(struct run_fields *fields)
{
    for (uint32_t r = 0; fields->counted != NULL && r < fields->replications; r++)
        ledger_free(&fields->counted[r]);
    run_sums_free(&fields->sums);
    free(fields->cells);
    free(fields->variable);
    free(fields->counted);
    *fields = (struct run_fields){.replications = 0};
}

/* ---- of each replication ---- */

static bool is_whole(const struct field_row *row)
{
    return row->kind == FIELD_COUNT && row->scale == 1;
}

static void fill_step(const struct ledger *ledger, size_t field, size_t step, size_t cell, size_t count,
                      void *values)
{
    const struct ledger_row row = ledger_row(ledger, field, step);
    const bool whole = is_whole(&ledger_fields[field]);
    int64_t *numbers = values;
    double *reals = values;
    for (size_t i = 0; i < count && whole; i++)
        numbers[i] = packed_number(row.numbers, cell + i);
    for (size_t i = 0; i < count && !whole; i++)
        reals[i] = ledger_row_value(&row, 0, cell + i);
}

_Static_assert(sizeof(int64_t) == sizeof(double), "values of fields take the same room");

/* Of [replication][step][cell]: zeros where a replication has not been taken. */
static void fill_field(const void *data, size_t field, size_t first, size_t count, void *values)
{
    const struct run_fields *fields = data;
    const size_t cells = fields->cells[field];
    int64_t *to = values;
    while (count > 0) {
        const size_t slot = first / cells, cell = first % cells,
                     here = count < cells - cell ? count : cells - cell;
        const struct ledger *ledger = &fields->counted[slot / fields->steps];
        if (ledger->closed == NULL)
            memset(to, 0, here * sizeof *to);
        else
            fill_step(ledger, field, slot % fields->steps, cell, here, to);
        to += here;
        first += here;
        count -= here;
    }
}

/* By kind of field, in the words of the CF conventions: what the value of a step is of the time in it. */
static const struct result_attribute of_each[] = {
    [FIELD_COUNT] = {.name = "cell_methods", .type = RESULT_TEXT, .text = "time: sum"},
    [FIELD_SUM] = {.name = "cell_methods", .type = RESULT_TEXT, .text = "time: sum"},
    [FIELD_LEVEL] = {.name = "cell_methods", .type = RESULT_TEXT, .text = "time: point (end of the step)"},
    [FIELD_MEAN] = {.name = "cell_methods", .type = RESULT_TEXT, .text = "time: mean"},
};

void run_fields_declare(struct run_fields *fields, struct result *result, const size_t *ledger_dims,
                        size_t replication_dim, size_t time_dim)
{
    for (size_t f = 0; f < ledger_field_count; f++) {
        const struct field_row *row = &ledger_fields[f];
        struct result_variable variable = {.name = row->name,
                                           .long_name = row->long_name,
                                           .units = row->unit,
                                           .type = is_whole(row) ? RESULT_INT64 : RESULT_DOUBLE,
                                           .attributes = &of_each[row->kind],
                                           .attribute_count = 1,
                                           .dims = {replication_dim, time_dim},
                                           .source = {.fill = fill_field, .data = fields, .number = f}};
        enum ledger_dim dims[2];
        const unsigned rank = ledger_group_dims(row->group, dims);
        variable.rank = 2 + rank;
        for (unsigned i = 0; i < rank; i++) {
            variable.dims[2 + i] = ledger_dims[dims[i]];
            if (variable.dims[2 + i] >= result->dimension_count) /* of size 0 */
                fields->cells[f] = 0;
        }
        if (fields->cells[f] == 0)
            continue;
        fields->variable[f] = result->variable_count;
        result_add_variable(result, variable);
    }
}

/* ---- added up ---- */

bool run_fields_add_up(const struct run_fields *fields, uint32_t replications)
{
    return fields->replications > 0 && replications > fields->most;
}

static int add_up(struct run_fields *fields, uint32_t to, struct err *err)
{
    struct run_sums *sums = &fields->sums;
    if (sums->cells == NULL && run_sums_init(sums, fields->cells, fields->steps, err) != 0) {
        run_sums_free(sums);
        return -1;
    }
    while (sums->replications < to) {
        struct ledger *next = &fields->counted[sums->replications];
        run_sums_add(sums, next);
        ledger_free(next);
    }
    return 0;
}

/* More than may stand apart are added up as soon as they come, since there will not be fewer. */
int run_fields_take(struct run_fields *fields, const struct ledger *ledger, uint32_t replication,
                    struct err *err)
{
    struct ledger *own = &fields->counted[replication];
    ledger_free(own);
    if (ledger_share(own, ledger, err) != 0)
        return -1;
    while (fields->taken < fields->replications && fields->counted[fields->taken].closed != NULL)
        fields->taken++;
    return run_fields_add_up(fields, fields->taken) ? add_up(fields, fields->taken, err) : 0;
}

static const struct result_attribute of_sums[] = {
    [FIELD_COUNT] = {.name = "cell_methods", .type = RESULT_TEXT, .text = "time: sum replication: sum"},
    [FIELD_SUM] = {.name = "cell_methods", .type = RESULT_TEXT, .text = "time: sum replication: sum"},
    [FIELD_LEVEL] = {.name = "cell_methods",
                     .type = RESULT_TEXT,
                     .text = "time: point (end of the step) replication: sum"},
    [FIELD_MEAN] = {.name = "cell_methods", .type = RESULT_TEXT, .text = "time: mean replication: sum"},
};
static const struct result_attribute of_squares[] = {
    [FIELD_COUNT] = {.name = "cell_methods",
                     .type = RESULT_TEXT,
                     .text = "time: sum replication: sum_of_squares"},
    [FIELD_SUM] = {.name = "cell_methods",
                   .type = RESULT_TEXT,
                   .text = "time: sum replication: sum_of_squares"},
    [FIELD_LEVEL] = {.name = "cell_methods",
                     .type = RESULT_TEXT,
                     .text = "time: point (end of the step) replication: sum_of_squares"},
    [FIELD_MEAN] = {.name = "cell_methods",
                    .type = RESULT_TEXT,
                    .text = "time: mean replication: sum_of_squares"},
};

static const char *joined(const char *a, const char *b, struct arena *arena, struct err *err)
{
    char *text = mem_printf(err, "%s%s", a, b);
    const char *kept = text == NULL ? NULL : arena_text(arena, text, err);
    free(text);
    return kept;
}

/* In place of the variable of each replication, and behind all the others. */
static int lay_out_sums(struct run_fields *fields, struct result *result, size_t field, struct arena *arena,
                        struct err *err)
{
    const struct field_row *row = &ledger_fields[field];
    struct result_variable *sum = &result->variables[fields->variable[field]];
    const bool laid_out = sum->source.fill == NULL;
    if (!laid_out) {
        *sum = (struct result_variable){.name = joined(row->name, "_sum", arena, err),
                                        .long_name = row->long_name,
                                        .units = row->unit,
                                        .type = RESULT_DOUBLE,
                                        .rank = sum->rank - 1,
                                        .dims = {sum->dims[1], sum->dims[2], sum->dims[3]},
                                        .attributes = &of_sums[row->kind],
                                        .attribute_count = 1};
        sum->values = fields->sums.sum[field];
    }
    struct result_variable squares = *sum;
    squares.name = joined(row->name, "_squares", arena, err);
    squares.units = strcmp(row->unit, "1") == 0 ? "1" : joined(row->unit, "2", arena, err);
    squares.attributes = &of_squares[row->kind];
    squares.values = fields->sums.squares[field];
    if (sum->name == NULL || squares.name == NULL || squares.units == NULL)
        return -1;
    result_add_variable(result, squares);
    return 0;
}

int run_fields_lay_out(struct run_fields *fields, struct result *result, uint32_t replications,
                       struct arena *arena, struct err *err)
{
    if (fields->sums.replications > replications)
        return err_fail(err,
                        "the fields of %" PRIu32 " replications have been added up, and the first %" PRIu32
                        " cannot be told apart; raise scenario.max_file_size",
                        fields->sums.replications, replications);
    if (!run_fields_add_up(fields, replications))
        return 0;
    if (add_up(fields, replications, err) != 0)
        return -1;
    for (size_t f = 0; f < ledger_field_count; f++)
        if (fields->cells[f] > 0 && lay_out_sums(fields, result, f, arena, err) != 0)
            return -1;
    return 0;
}
