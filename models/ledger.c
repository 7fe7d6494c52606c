#include "models/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/ledger_fields.h"
#include "sim/mem.h"

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
