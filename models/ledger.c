#include "models/ledger.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "models/ledger_fields.h"
#include "models/saving.h"
#include "sim/mem.h"
#include "sim/state.h"

/* LEDGER_DIMS: no second dimension. */
struct shape {
    enum ledger_dim first, second;
    size_t numbers, first_mean, means, width; /* each mean with its level: two numbers */
    bool split;                               /* as ledger_group_is_split() */
};
static const struct shape shapes[LEDGER_GROUPS] = {
    [GROUP_PLACE_CONDITION] = {DIM_PLACE, DIM_CONDITION, PC_NUMBERS, PC_waiting_at_home, PC_MEANS, PC_WIDTH,
                               true},
    [GROUP_FACILITY] = {DIM_FACILITY, LEDGER_DIMS, FA_NUMBERS, FA_beds_open, FA_MEANS, FA_WIDTH, false},
    [GROUP_FACILITY_SERVICE] = {DIM_FACILITY, DIM_SERVICE, FS_NUMBERS, 0, 0, FS_WIDTH, false},
    [GROUP_EXPERT] = {DIM_EXPERT, LEDGER_DIMS, EX_NUMBERS, EX_away, EX_MEANS, EX_WIDTH, false},
    [GROUP_FLOW] = {DIM_HOME_PROVINCE, DIM_PROVINCE, FL_NUMBERS, 0, 0, FL_WIDTH, true},
    [GROUP_PLACE_WAIT] = {DIM_PLACE, DIM_WAIT_CLASS, PW_NUMBERS, 0, 0, PW_NUMBERS, true},
    [GROUP_PLACE_TRAVEL] = {DIM_PLACE, DIM_TRAVEL_CLASS, PT_NUMBERS, 0, 0, PT_NUMBERS, true},
    [GROUP_PLACE_FACILITY] = {DIM_FLOW, LEDGER_DIMS, PF_NUMBERS, 0, 0, PF_NUMBERS, false}};

unsigned ledger_group_dims(enum ledger_group group, enum ledger_dim dims[2])
{
    dims[0] = shapes[group].first;
    if (shapes[group].second == LEDGER_DIMS)
        return 1;
    dims[1] = shapes[group].second;
    return 2;
}

size_t ledger_group_width(enum ledger_group group)
{
    return shapes[group].width;
}

size_t ledger_group_numbers(enum ledger_group group)
{
    return shapes[group].numbers;
}

bool ledger_group_is_split(enum ledger_group group)
{
    return shapes[group].split;
}

size_t ledger_cells(const struct ledger *ledger, enum ledger_group group)
{
    enum ledger_dim dims[2];
    const unsigned rank = ledger_group_dims(group, dims);
    return ledger->size[dims[0]] * (rank == 2 ? ledger->size[dims[1]] : 1) * ledger_group_width(group);
}

static size_t second_size(const struct ledger *ledger, enum ledger_group group)
{
    enum ledger_dim dims[2];
    return ledger_group_dims(group, dims) == 2 ? ledger->size[dims[1]] : 1;
}

enum { LINE_BYTES = 64, WORTH_KEEPING = 1 << 19 };

/* Of the memory of a group. */
static size_t owned_cells(const struct ledger *ledger, enum ledger_group group)
{
    return ledger_cells(ledger, group) + LINE_BYTES / sizeof(int64_t);
}

int ledger_own_cells(struct ledger *ledger, enum ledger_group group, struct err *err)
{
    ledger->kept[group] = (struct mem_span){NULL, NULL};
    ledger->owned[group] = mem_zeroed(owned_cells(ledger, group), sizeof(int64_t), err);
    if (ledger->owned[group] == NULL)
        return -1;
    const uintptr_t first = (uintptr_t)ledger->owned[group];
    ledger->cells[group] =
        (int64_t *)ledger->owned[group] + (LINE_BYTES - first % LINE_BYTES) / sizeof(int64_t);
    ledger->levels[group] = ledger->cells[group] + 1;
    return 0;
}

void ledger_keep(struct ledger *ledger, enum ledger_group group, size_t from, size_t count)
{
    if (count * sizeof(int64_t) < WORTH_KEEPING)
        return;
    const struct mem_span part = {(char *)&ledger->cells[group][from],
                                  (char *)&ledger->cells[group][from + count]};
    char *owned = ledger->owned[group];
    ledger->kept[group] = mem_want_huge_pages(
        part, (struct mem_span){owned, owned + owned_cells(ledger, group) * sizeof(int64_t)});
}

void ledger_free_cells(struct ledger *ledger, enum ledger_group group)
{
    free(ledger->owned[group]);
    ledger->owned[group] = NULL;
}

/* --- closed steps ----------------------------------------------------------- */

struct ledger_closed {
    atomic_uint owners;
    size_t steps;
    unsigned char **table[LEDGER_GROUPS]; /* owned; by step: packed fields by cell; NULL: not closed */
    bool *empty[LEDGER_GROUPS];           /* owned; by tile of cells: whether it was when last closed */
};

static void free_closed(struct ledger_closed *closed)
{
    if (closed == NULL || atomic_fetch_sub(&closed->owners, 1) > 1)
        return;
    for (size_t g = 0; g < LEDGER_GROUPS; g++) {
        for (size_t step = 0; closed->table[g] != NULL && step < closed->steps; step++)
            free(closed->table[g][step]);
        free(closed->table[g]);
        free(closed->empty[g]);
    }
    free(closed);
}

static struct ledger_closed *new_closed(size_t steps, struct err *err)
{
    struct ledger_closed *closed = mem_zeroed(1, sizeof *closed, err);
    if (closed == NULL)
        return NULL;
    atomic_init(&closed->owners, 1);
    closed->steps = steps;
    for (size_t g = 0; g < LEDGER_GROUPS; g++) {
        closed->table[g] = mem_zeroed(steps, sizeof *closed->table[g], err);
        if (closed->table[g] == NULL) {
            free_closed(closed);
            return NULL;
        }
    }
    return closed;
}

/* Cells of a group, each of several numbers. */
static size_t count_cells(const struct ledger *ledger, enum ledger_group group)
{
    return ledger->size[shapes[group].first] * second_size(ledger, group);
}

/* A bit for each number of a cell that is a level. */
static uint64_t levels_of(const struct shape *shape)
{
    uint64_t levels = 0;
    for (size_t m = 0; m < shape->means; m++)
        levels |= UINT64_C(1) << (shape->first_mean + 2 * m + 1);
    return levels;
}

static int close_cells(struct ledger *ledger, enum ledger_group group, size_t step, const int64_t *cells,
                       struct err *err)
{
    const struct shape *shape = &shapes[group];
    unsigned char **table = &ledger->closed->table[group][step];
    unsigned char *packed = packed_new(cells, count_cells(ledger, group), shape->numbers, shape->width,
                                       levels_of(shape), ledger->closed->empty[group], err);
    if (packed == NULL)
        return -1;
    free(*table);
    *table = packed;
    return 0;
}

struct packed_column ledger_closed(const struct ledger *ledger, enum ledger_group group, size_t step,
                                   size_t column)
{
    const unsigned char *table = ledger->closed->table[group][step];
    if (table == NULL)
        return (struct packed_column){.at = NULL, .bytes = 0};
    return packed_column(table, count_cells(ledger, group), shapes[group].numbers, column);
}

int ledger_share(struct ledger *copy, const struct ledger *ledger, struct err *err)
{
    *copy = (struct ledger){.steps = ledger->steps, .first_step = ledger->first_step, .step = ledger->step};
    memcpy(copy->size, ledger->size, sizeof copy->size);
    copy->step_from_us = mem_zeroed(ledger->steps + 1, sizeof *copy->step_from_us, err);
    if (copy->step_from_us == NULL)
        return -1;
    memcpy(copy->step_from_us, ledger->step_from_us, (ledger->steps + 1) * sizeof *copy->step_from_us);
    atomic_fetch_add(&ledger->closed->owners, 1);
    copy->closed = ledger->closed;
    return 0;
}

/* --- the whole -------------------------------------------------------------- */

int ledger_init(struct ledger *ledger, const size_t size[LEDGER_DIMS], const int64_t *bounds_us, size_t steps,
                size_t first_step, struct err *err)
{
    *ledger = (struct ledger){.steps = steps, .first_step = first_step};
    memcpy(ledger->size, size, sizeof ledger->size);
    ledger->step_from_us = mem_zeroed(steps + 1, sizeof *ledger->step_from_us, err);
    if (ledger->step_from_us == NULL)
        return -1;
    memcpy(ledger->step_from_us, bounds_us, (steps + 1) * sizeof *bounds_us);
    ledger->closed = new_closed(steps, err);
    if (ledger->closed == NULL)
        return -1;
    for (size_t g = 0; g < LEDGER_GROUPS; g++) {
        const size_t cells = ledger_cells(ledger, (enum ledger_group)g);
        size_t numbers = 0;
        if (__builtin_mul_overflow(cells, steps, &numbers))
            return err_fail(err, "%zu steps of %zu cells are too many; use a longer scenario.step", steps,
                            cells);
        ledger->closed->empty[g] = mem_zeroed(packed_tiles(count_cells(ledger, (enum ledger_group)g)),
                                              sizeof *ledger->closed->empty[g], err);
        if (ledger->closed->empty[g] == NULL || ledger_own_cells(ledger, (enum ledger_group)g, err) != 0)
            return -1;
        ledger_keep(ledger, (enum ledger_group)g, 0, cells);
    }
    return 0;
}

void ledger_free(struct ledger *ledger)
{
    free(ledger->step_from_us);
    for (size_t g = 0; g < LEDGER_GROUPS; g++)
        ledger_free_cells(ledger, (enum ledger_group)g);
    free_closed(ledger->closed);
    *ledger = (struct ledger){0};
}

void ledger_shift(struct ledger *ledger, enum ledger_group group, size_t i, size_t j, size_t column,
                  int64_t delta, int64_t now_us)
{
    const size_t at = (i * second_size(ledger, group) + j) * ledger_group_width(group) + column;
    ledger_shift_cell(ledger, group, at, delta, now_us);
}

int64_t ledger_level(const struct ledger *ledger, enum ledger_group group, size_t i, size_t j, size_t column)
{
    return ledger->levels[group][(i * second_size(ledger, group) + j) * ledger_group_width(group) + column];
}

static bool is_zero(const int64_t *numbers, size_t count)
{
    int64_t any = 0;
    for (size_t i = 0; i < count; i++)
        any |= numbers[i];
    return any == 0;
}

/* Cells that nobody has changed are not written either: their pages take no memory. */
void ledger_begin_cells(struct ledger *ledger, enum ledger_group group, size_t from, size_t count,
                        int64_t length_us)
{
    const struct shape shape = shapes[group];
    const size_t after = shape.first_mean + 2 * shape.means;
    for (size_t at = from; at < from + count; at += shape.width) {
        int64_t *cell = &ledger->cells[group][at];
        if (is_zero(cell, shape.numbers))
            continue;
        for (size_t c = 0; c < shape.first_mean; c++)
            cell[c] = 0;
        for (size_t m = shape.first_mean; m < after; m += 2)
            cell[m] = cell[m + 1] * length_us;
        for (size_t c = after; c < shape.numbers; c++)
            cell[c] = 0;
    }
}

void ledger_add_cells(struct ledger *whole, const struct ledger *own, enum ledger_group group, size_t from,
                      size_t count)
{
    const struct shape shape = shapes[group];
    const size_t after = shape.first_mean + 2 * shape.means;
    for (size_t at = from; at < from + count; at += shape.width) {
        int64_t *sum = &whole->cells[group][at];
        const int64_t *cell = &own->cells[group][at];
        for (size_t c = 0; c < shape.first_mean; c++)
            sum[c] += cell[c];
        for (size_t m = shape.first_mean; m < after; m += 2)
            sum[m] += cell[m];
        for (size_t c = after; c < shape.numbers; c++)
            sum[c] += cell[c];
    }
}

bool ledger_is_empty(const struct ledger *ledger, enum ledger_group group, size_t from, size_t count)
{
    return is_zero(&ledger->cells[group][from], count);
}

void ledger_drop_empty(struct ledger *ledger, enum ledger_group group, size_t from, size_t count)
{
    char *first = (char *)&ledger->cells[group][from], *last = (char *)&ledger->cells[group][from + count];
    const struct mem_span kept = ledger->kept[group];
    if (first < kept.from)
        mem_give_back(first, (size_t)((last < kept.from ? last : kept.from) - first));
    if (last > kept.to)
        mem_give_back(first > kept.to ? first : kept.to,
                      (size_t)(last - (first > kept.to ? first : kept.to)));
}

/* Begins a step in the cells that were not empty when they were closed. */
static void begin_tiles(struct ledger *ledger, enum ledger_group group, int64_t length_us)
{
    const bool *empty = ledger->closed->empty[group];
    const size_t cells = count_cells(ledger, group), width = shapes[group].width;
    for (size_t at = 0; at < cells; at += PACKED_TILE)
        if (!empty[at / PACKED_TILE])
            ledger_begin_cells(ledger, group, at * width,
                               (cells - at < PACKED_TILE ? cells - at : PACKED_TILE) * width, length_us);
}

static int64_t step_length(const struct ledger *ledger, size_t step)
{
    return step < ledger->steps ? ledger->step_from_us[step + 1] - ledger->step_from_us[step] : 0;
}

int ledger_close_step(struct ledger *ledger, struct err *err)
{
    if (ledger->step >= ledger->steps)
        return 0;
    for (size_t g = 0; g < LEDGER_GROUPS; g++)
        if (close_cells(ledger, (enum ledger_group)g, ledger->step, ledger->cells[g], err) != 0)
            return -1;
    ledger->step++;
    for (size_t g = 0; g < LEDGER_GROUPS; g++)
        begin_tiles(ledger, (enum ledger_group)g, step_length(ledger, ledger->step));
    return 0;
}

struct ledger_row ledger_row(const struct ledger *ledger, size_t field, size_t step)
{
    const struct field_row *row = &ledger_fields[field];
    const bool is_mean = row->kind == FIELD_MEAN;
    return (struct ledger_row){
        .numbers = ledger_closed(ledger, row->group, step, row->column),
        .columns = second_size(ledger, row->group),
        .scale = row->scale,
        .divisor = is_mean ? (double)(ledger->step_from_us[step + 1] - ledger->step_from_us[step]) : 0};
}

double ledger_value(const struct ledger *ledger, size_t field, size_t step, size_t i, size_t j)
{
    const struct ledger_row row = ledger_row(ledger, field, step);
    return ledger_row_value(&row, i, j);
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

/* Cells of the open step, levels among them. */
static void save_group(const struct ledger *whole, const struct ledger *const *parts, size_t count,
                       enum ledger_group group, struct state_writer *writer)
{
    const size_t owners = ledger_group_is_split(group) ? count + 1 : 1;
    struct err ignored = ERR_INIT;
    int64_t **owned = mem_zeroed(owners, sizeof *owned, &ignored);
    if (owned == NULL) {
        writer->failed = true;
        return;
    }
    for (size_t o = 0; o < owners; o++)
        owned[o] = (o == 0 ? whole : parts[o - 1])->cells[group];
    save_sum(owned, owners, ledger_cells(whole, group), writer);
    free(owned);
}

/* As the cells were when the step was closed, without levels. */
static void save_closed(const struct ledger *ledger, enum ledger_group group, size_t step, int64_t *room,
                        struct state_writer *writer)
{
    const size_t cells = count_cells(ledger, group), width = shapes[group].width;
    for (size_t c = 0; c < shapes[group].numbers; c++) {
        const struct packed_column numbers = ledger_closed(ledger, group, step, c);
        for (size_t at = 0; at < cells; at++)
            room[at * width + c] = packed_number(numbers, at);
    }
    state_put_sparse(writer, room, cells * width);
}

static void save_steps(const struct ledger *ledger, enum ledger_group group, struct state_writer *writer)
{
    struct err ignored = ERR_INIT;
    int64_t *room = mem_zeroed(ledger_cells(ledger, group), sizeof *room, &ignored);
    writer->failed |= room == NULL;
    for (size_t step = 0; room != NULL && step < ledger->step; step++)
        save_closed(ledger, group, step, room, writer);
    free(room);
}

void ledger_save(const struct ledger *whole, const struct ledger *const *parts, size_t count,
                 struct state_writer *writer)
{
    state_begin(writer, "ledger", 5);
    state_put_numbers(writer, whole->step_from_us, sizeof *whole->step_from_us, whole->steps + 1);
    state_put_u64(writer, whole->step);
    state_put_numbers(writer, whole->size, sizeof *whole->size, LEDGER_DIMS);
    for (size_t g = 0; g < LEDGER_GROUPS; g++) {
        if (!ledger_group_has_cells((enum ledger_group)g))
            continue;
        state_put_u64(writer, ledger_group_width((enum ledger_group)g));
        save_group(whole, parts, count, (enum ledger_group)g, writer);
        save_steps(whole, (enum ledger_group)g, writer);
    }
    state_end(writer);
}

/* Cells by row and column, each of `width` numbers, to where they are in this world. */
struct grid {
    const struct saved_map *rows;
    const struct saved_map *columns;    /* NULL: as they are */
    size_t saved_columns, here_columns; /* how many */
    size_t width;
    int64_t *room; /* for the cells as saved */
};

static void restore_cells(int64_t *cells, size_t count, const struct grid *grid, struct state_reader *reader)
{
    state_get_sparse(reader, grid->room, grid->rows->count * grid->saved_columns * grid->width);
    if (reader->failed)
        return;
    memset(cells, 0, count * sizeof *cells);
    for (size_t r = 0; r < grid->rows->count; r++)
        for (size_t c = 0; c < grid->saved_columns; c++) {
            const size_t column = grid->columns == NULL ? c : saved_index(grid->columns, c);
            const size_t to = saved_index(grid->rows, r) * grid->here_columns + column;
            memcpy(cells + to * grid->width, grid->room + (r * grid->saved_columns + c) * grid->width,
                   grid->width * sizeof *cells);
        }
}

static void restore_group(struct ledger *ledger, enum ledger_group group, const struct saved_maps *maps,
                          struct state_reader *reader)
{
    const struct saved_map *const map[LEDGER_DIMS] = {[DIM_PLACE] = &maps->place,
                                                      [DIM_FACILITY] = &maps->facility,
                                                      [DIM_EXPERT] = &maps->expert,
                                                      [DIM_HOME_PROVINCE] = &maps->province,
                                                      [DIM_PROVINCE] = &maps->province};
    struct err err = ERR_INIT;
    enum ledger_dim dims[2];
    const unsigned rank = ledger_group_dims(group, dims);
    const size_t cells = ledger_cells(ledger, group);
    struct grid grid = {.rows = map[dims[0]],
                        .columns = rank == 2 ? map[dims[1]] : NULL,
                        .here_columns = rank == 2 ? ledger->size[dims[1]] : 1,
                        .width = ledger_group_width(group)};
    grid.saved_columns = grid.columns == NULL ? grid.here_columns : grid.columns->count;
    grid.room = mem_zeroed(cells, sizeof *grid.room, &err);
    int64_t *closed = grid.room == NULL ? NULL : mem_zeroed(cells, sizeof *closed, &err);
    if (closed == NULL) {
        state_refuse(reader, "%s", err.text[0]);
        free(grid.room);
        return;
    }
    if (state_get_u64(reader) != ledger_group_width(group))
        state_refuse(reader, "counts other things than this version of the program; make it again");
    restore_cells(ledger->cells[group], cells, &grid, reader);
    for (size_t step = 0; step < ledger->step && !reader->failed; step++) {
        restore_cells(closed, cells, &grid, reader);
        if (!reader->failed && close_cells(ledger, group, step, closed, &err) != 0)
            state_refuse(reader, "%s", err.text[0]);
    }
    free(closed);
    free(grid.room);
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

/* Pages that nobody writes take no memory. */
static void empty_cells(int64_t *cells, size_t count)
{
    for (size_t c = 0; c < count; c++)
        if (cells[c] != 0)
            cells[c] = 0;
}

void ledger_restore(struct ledger *whole, struct ledger *const *parts, size_t count,
                    const struct saved_maps *maps, struct state_reader *reader)
{
    state_enter(reader, "ledger", 5);
    restore_shape(whole, reader);
    for (size_t g = 0; g < LEDGER_GROUPS && !reader->failed; g++)
        if (ledger_group_has_cells((enum ledger_group)g))
            restore_group(whole, (enum ledger_group)g, maps, reader);
    for (size_t p = 0; p < count; p++) {
        parts[p]->step = whole->step;
        for (size_t g = 0; g < LEDGER_GROUPS; g++)
            if (ledger_group_is_split((enum ledger_group)g))
                empty_cells(parts[p]->cells[g], ledger_cells(whole, (enum ledger_group)g));
    }
    state_leave(reader);
}
