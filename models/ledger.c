#include "models/ledger.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "models/ledger_fields.h"
#include "models/saving.h"
#include "sim/mem.h"
#include "sim/state.h"

unsigned ledger_group_dims(enum ledger_group group, enum ledger_dim dims[2])
{
    switch (group) {
    case GROUP_PLACE_CONDITION:
        dims[0] = DIM_PLACE;
        dims[1] = DIM_CONDITION;
        return 2;
    case GROUP_FACILITY_SERVICE:
        dims[0] = DIM_FACILITY;
        dims[1] = DIM_SERVICE;
        return 2;
    case GROUP_EXPERT:
        dims[0] = DIM_EXPERT;
        return 1;
    case GROUP_FACILITY:
    case LEDGER_GROUPS:
        break;
    }
    dims[0] = DIM_FACILITY;
    return 1;
}

size_t ledger_group_fields(enum ledger_group group)
{
    static const size_t width[LEDGER_GROUPS] = {PC_FIELDS, FA_FIELDS, FS_FIELDS, EX_FIELDS};
    return width[group];
}

size_t ledger_column(size_t field)
{
    size_t first = field;
    while (first > 0 && ledger_fields[first - 1].group == ledger_fields[field].group)
        first--;
    return field - first;
}

size_t ledger_cells(const struct ledger *ledger, enum ledger_group group)
{
    enum ledger_dim dims[2];
    const unsigned rank = ledger_group_dims(group, dims);
    return ledger->size[dims[0]] * (rank == 2 ? ledger->size[dims[1]] : 1) * ledger_group_fields(group);
}

static size_t second_size(const struct ledger *ledger, enum ledger_group group)
{
    enum ledger_dim dims[2];
    return ledger_group_dims(group, dims) == 2 ? ledger->size[dims[1]] : 1;
}

int ledger_init(struct ledger *ledger, const size_t size[LEDGER_DIMS], const int64_t *bounds_us, size_t steps,
                size_t first_step, struct err *err)
{
    *ledger = (struct ledger){.steps = steps, .first_step = first_step};
    memcpy(ledger->size, size, sizeof ledger->size);
    ledger->step_from_us = mem_zeroed(steps + 1, sizeof *ledger->step_from_us, err);
    if (ledger->step_from_us == NULL)
        return -1;
    memcpy(ledger->step_from_us, bounds_us, (steps + 1) * sizeof *bounds_us);
    for (size_t g = 0; g < LEDGER_GROUPS; g++) {
        const size_t cells = ledger_cells(ledger, (enum ledger_group)g);
        size_t series = 0;
        if (__builtin_mul_overflow(cells, steps, &series))
            return err_fail(err, "%zu steps of %zu cells are too many; use a longer scenario.step", steps,
                            cells);
        ledger->cells[g] = mem_zeroed(cells, sizeof *ledger->cells[g], err);
        ledger->levels[g] = mem_zeroed(cells, sizeof *ledger->levels[g], err);
        ledger->series[g] = mem_zeroed(series, sizeof *ledger->series[g], err);
        if (ledger->cells[g] == NULL || ledger->levels[g] == NULL || ledger->series[g] == NULL)
            return -1;
    }
    return 0;
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->step_from_us);
    for (size_t g = 0; g < LEDGER_GROUPS; g++) {
        free(ledger->cells[g]);
        free(ledger->levels[g]);
        free(ledger->series[g]);
    }
    *ledger = (struct ledger){0};
}

void ledger_shift(struct ledger *ledger, enum ledger_group group, size_t i, size_t j, size_t column,
                  int64_t delta, int64_t now_us)
{
    const size_t at = (i * second_size(ledger, group) + j) * ledger_group_fields(group) + column;
    ledger->levels[group][at] += delta;
    ledger->cells[group][at] += delta * (ledger->step_from_us[ledger->step + 1] - now_us);
}

void ledger_close_step(struct ledger *ledger)
{
    if (ledger->step >= ledger->steps)
        return;
    for (size_t g = 0; g < LEDGER_GROUPS; g++) {
        const size_t cells = ledger_cells(ledger, (enum ledger_group)g);
        memcpy(&ledger->series[g][ledger->step * cells], ledger->cells[g], cells * sizeof *ledger->cells[g]);
    }
    ledger->step++;
    const int64_t length_us = ledger->step < ledger->steps ? ledger->step_from_us[ledger->step + 1] -
                                                                 ledger->step_from_us[ledger->step]
                                                           : 0;
    for (size_t g = 0; g < LEDGER_GROUPS; g++) {
        const size_t cells = ledger_cells(ledger, (enum ledger_group)g);
        for (size_t c = 0; c < cells; c++) /* levels are zero but for FIELD_MEAN */
            ledger->cells[g][c] = ledger->levels[g][c] * length_us;
    }
}

double ledger_value(const struct ledger *ledger, size_t field, size_t step, size_t i, size_t j)
{
    const struct field_row *row = &ledger_fields[field];
    const size_t cell = (i * second_size(ledger, row->group) + j) * ledger_group_fields(row->group);
    const int64_t raw =
        ledger->series[row->group][step * ledger_cells(ledger, row->group) + cell + ledger_column(field)];
    if (row->kind == FIELD_MEAN)
        return (double)raw / (double)(ledger->step_from_us[step + 1] - ledger->step_from_us[step]);
    return (double)raw * row->scale;
}

/* --- saving --------------------------------------------------------------- */

static void save_sum(int64_t *const *cells, size_t owners, size_t count, struct state_writer *writer)
{
    struct err ignored = ERR_INIT;
    int64_t *sum = mem_zeroed(count, sizeof *sum, &ignored);
    if (sum == NULL) {
        writer->failed = true;
        return;
    }
    for (size_t o = 0; o < owners; o++)
        for (size_t c = 0; c < count; c++)
            sum[c] += cells[o][c];
    state_put_sparse(writer, sum, count);
    free(sum);
}

/* Cells and levels of the open step. */
static void save_group(const struct ledger *whole, const struct ledger *const *parts, size_t count,
                       enum ledger_group group, struct state_writer *writer)
{
    const size_t owners = group == GROUP_PLACE_CONDITION ? count + 1 : 1;
    struct err ignored = ERR_INIT;
    int64_t **owned = mem_zeroed(owners, sizeof *owned, &ignored);
    if (owned == NULL) {
        writer->failed = true;
        return;
    }
    for (int levels = 0; levels < 2; levels++) {
        for (size_t o = 0; o < owners; o++) {
            const struct ledger *ledger = o == 0 ? whole : parts[o - 1];
            owned[o] = levels != 0 ? ledger->levels[group] : ledger->cells[group];
        }
        save_sum(owned, owners, ledger_cells(whole, group), writer);
    }
    free(owned);
}

void ledger_save(const struct ledger *whole, const struct ledger *const *parts, size_t count,
                 struct state_writer *writer)
{
    state_begin(writer, "ledger", 1);
    state_put_numbers(writer, whole->step_from_us, sizeof *whole->step_from_us, whole->steps + 1);
    state_put_u64(writer, whole->step);
    state_put_numbers(writer, whole->size, sizeof *whole->size, LEDGER_DIMS);
    for (size_t g = 0; g < LEDGER_GROUPS; g++) {
        const size_t cells = ledger_cells(whole, (enum ledger_group)g);
        state_put_u64(writer, ledger_group_fields((enum ledger_group)g));
        save_group(whole, parts, count, (enum ledger_group)g, writer);
        for (size_t step = 0; step < whole->step; step++)
            state_put_sparse(writer, whole->series[g] + step * cells, cells);
    }
    state_end(writer);
}

/* Rows of the first dimension, each of `width` cells, to where they are in this world. */
struct row_shape {
    const struct saved_map *rows;
    size_t width;
    int64_t *room; /* for the rows as saved */
};

static void restore_rows(int64_t *cells, size_t count, const struct row_shape *shape,
                         struct state_reader *reader)
{
    state_get_sparse(reader, shape->room, shape->rows->count * shape->width);
    if (reader->failed)
        return;
    memset(cells, 0, count * sizeof *cells);
    for (size_t r = 0; r < shape->rows->count; r++)
        memcpy(cells + saved_index(shape->rows, r) * shape->width, shape->room + r * shape->width,
               shape->width * sizeof *cells);
}

static void restore_group(struct ledger *ledger, enum ledger_group group, const struct saved_maps *maps,
                          struct state_reader *reader)
{
    const struct saved_map *const rows[LEDGER_DIMS] = {
        [DIM_PLACE] = &maps->place, [DIM_FACILITY] = &maps->facility, [DIM_EXPERT] = &maps->expert};
    struct err err = ERR_INIT;
    enum ledger_dim dims[2];
    const unsigned rank = ledger_group_dims(group, dims);
    const size_t cells = ledger_cells(ledger, group);
    struct row_shape shape = {.rows = rows[dims[0]],
                              .width = ledger_group_fields(group) * (rank == 2 ? ledger->size[dims[1]] : 1)};
    shape.room = mem_zeroed(cells, sizeof *shape.room, &err);
    if (shape.room == NULL) {
        state_refuse(reader, "%s", err.text[0]);
        return;
    }
    if (state_get_u64(reader) != ledger_group_fields(group))
        state_refuse(reader, "counts other things than this version of the program; make it again");
    restore_rows(ledger->cells[group], cells, &shape, reader);
    restore_rows(ledger->levels[group], cells, &shape, reader);
    for (size_t step = 0; step < ledger->step; step++)
        restore_rows(ledger->series[group] + step * cells, cells, &shape, reader);
    free(shape.room);
}

/* The steps must be the same, and so must the dimensions whose numbers are not translated. */
static void restore_shape(struct ledger *ledger, struct state_reader *reader)
{
    size_t size[LEDGER_DIMS];
    bool same = state_get_numbers_count(reader, sizeof *ledger->step_from_us) == ledger->steps + 1;
    for (size_t s = 0; same && s <= ledger->steps; s++) {
        int64_t bound_us = 0;
        state_get_numbers_items(reader, &bound_us, sizeof bound_us, 1);
        same = bound_us == ledger->step_from_us[s];
    }
    if (!same)
        state_refuse(reader, "has other steps of time; take the scenario that it was made from");
    ledger->step = (size_t)state_get_up_to(reader, ledger->steps);
    state_get_numbers(reader, size, sizeof *size, LEDGER_DIMS);
    if (!reader->failed && (size[DIM_CONDITION] != ledger->size[DIM_CONDITION] ||
                            size[DIM_SERVICE] != ledger->size[DIM_SERVICE]))
        state_refuse(reader, "has other conditions or services; take the scenario that it was made from");
}

void ledger_restore(struct ledger *whole, struct ledger *const *parts, size_t count,
                    const struct saved_maps *maps, struct state_reader *reader)
{
    state_enter(reader, "ledger", 1);
    restore_shape(whole, reader);
    for (size_t g = 0; g < LEDGER_GROUPS && !reader->failed; g++)
        restore_group(whole, (enum ledger_group)g, maps, reader);
    const size_t cells = ledger_cells(whole, GROUP_PLACE_CONDITION);
    for (size_t p = 0; p < count; p++) {
        parts[p]->step = whole->step;
        memset(parts[p]->cells[GROUP_PLACE_CONDITION], 0, cells * sizeof(int64_t));
        memset(parts[p]->levels[GROUP_PLACE_CONDITION], 0, cells * sizeof(int64_t));
    }
    state_leave(reader);
}
