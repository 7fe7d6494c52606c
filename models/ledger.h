#ifndef COUNTERPART_MODELS_LEDGER_H
#define COUNTERPART_MODELS_LEDGER_H

/* What is counted, declared once: an output field is one row. The handlers add to
 * cells of integers; the result file and docs/results.md come from the rows. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/mem.h"
#include "sim/packed.h"

enum ledger_dim {
    DIM_PLACE,
    DIM_FACILITY,
    DIM_CONDITION,
    DIM_SERVICE,
    DIM_EXPERT,
    DIM_HOME_PROVINCE, /* as long as DIM_PROVINCE */
    DIM_PROVINCE,
    DIM_WAIT_CLASS, /* see reach.h */
    DIM_TRAVEL_CLASS,
    DIM_FLOW, /* pairs of a place and a facility, known after the run: 0 in the ledger */
    LEDGER_DIMS
};

/* Fields with the same dimensions lie together: one event touches one or two cache lines. */
enum ledger_group {
    GROUP_PLACE_CONDITION,
    GROUP_FACILITY,
    GROUP_FACILITY_SERVICE,
    GROUP_EXPERT,
    GROUP_FLOW,
    GROUP_PLACE_WAIT,
    GROUP_PLACE_TRAVEL,
    GROUP_PLACE_FACILITY, /* listed, without cells: see catchment.h */
    LEDGER_GROUPS
};

enum field_kind {
    FIELD_COUNT, /* events in the step */
    FIELD_SUM,   /* of a quantity over the events of the step, in units of `scale` */
    FIELD_LEVEL, /* value at the end of the step, in units of `scale` */
    FIELD_MEAN,  /* mean over the step: the cell holds the integral in level x microseconds */
};

struct field_row {
    const char *name; /* of the variable in the result file */
    enum ledger_group group;
    enum field_kind kind;
    const char *unit; /* as in the result file: "1", "h", "d", "km", "CNY" */
    double scale;     /* value = cell x scale (FIELD_MEAN: cell / microseconds of the step) */
    const char *long_name;
    uint8_t column; /* among the numbers of a cell */
};

extern const struct field_row ledger_fields[];
extern const size_t ledger_field_count;

/* The dimensions of a group besides replication and time; returns how many (1 or 2). */
unsigned ledger_group_dims(enum ledger_group group, enum ledger_dim dims[2]);
/* Which number of a cell a field is, and how many numbers the group's cells have. */
static inline size_t ledger_column(size_t field)
{
    return ledger_fields[field].column;
}
size_t ledger_group_width(enum ledger_group group);
size_t ledger_group_numbers(enum ledger_group group); /* of them, those that are used */
/* Whether it counts people wherever they are: then every partition has cells of its own, to be added up. */
bool ledger_group_is_split(enum ledger_group group);

/* Whether its fields are in the cells of the ledger, so that they can be summed over any selection of them.
 */
static inline bool ledger_group_has_cells(enum ledger_group group)
{
    return group != GROUP_PLACE_FACILITY;
}

/* Steps that are over, in as few bytes as they need. */
struct ledger_closed;

/* The counts of one replication. Cells of a group: [first dim][second dim][column]; but for flows and
 * classes, a cell starts a cache line. */
struct ledger {
    size_t steps;          /* of the whole run, warm-up included */
    size_t first_step;     /* the first one after the warm-up */
    int64_t *step_from_us; /* owned; steps + 1 bounds, since the start */
    size_t size[LEDGER_DIMS];
    void *owned[LEDGER_GROUPS];          /* memory of the cells */
    struct mem_span kept[LEDGER_GROUPS]; /* of it, on huge pages */
    int64_t *cells[LEDGER_GROUPS];       /* of the current step: [cell][column] */
    int64_t *levels[LEDGER_GROUPS];      /* present levels behind FIELD_MEAN, indexed as cells, among which
                                            each lies beside its mean */
    struct ledger_closed *closed;        /* owned, with those who share it */
    size_t step;                         /* the current one */
};

/* size[] are the dimensions; bounds_us are steps + 1 rising times of which the first is 0. */
MUST_CHECK int ledger_init(struct ledger *ledger, const size_t size[LEDGER_DIMS], const int64_t *bounds_us,
                           size_t steps, size_t first_step, struct err *err);
void ledger_free(struct ledger *ledger);

/* What `ledger` has closed, for as long as the copy is there: it has no cells. Zeroes *copy first. From any
 * thread. */
MUST_CHECK int ledger_share(struct ledger *copy, const struct ledger *ledger, struct err *err);

/* The cells of (i, j) in a group: add to [column]. */
static inline int64_t *ledger_cell(struct ledger *ledger, enum ledger_group group, size_t width, size_t i,
                                   size_t j, size_t size_j)
{
    return &ledger->cells[group][(i * size_j + j) * width];
}

/* How many numbers a group has in a step. */
size_t ledger_cells(const struct ledger *ledger, enum ledger_group group);

/* Gives the ledger cells of its own in a group, all zero, in place of those it has (which it forgets). */
MUST_CHECK int ledger_own_cells(struct ledger *ledger, enum ledger_group group, struct err *err);
void ledger_free_cells(struct ledger *ledger, enum ledger_group group);
/* Begins a step of that length in so many numbers of a group, from the first of a cell on. */
void ledger_begin_cells(struct ledger *ledger, enum ledger_group group, size_t from, size_t count,
                        int64_t length_us);

/* Adds so many numbers to those of the whole, but for levels, from the first of a cell on. */
void ledger_add_cells(struct ledger *whole, const struct ledger *own, enum ledger_group group, size_t from,
                      size_t count);

/* So many cells from there, which nobody has changed yet, will be changed all the time: on huge pages, if
 * they are many, with what lies on the same ones. */
void ledger_keep(struct ledger *ledger, enum ledger_group group, size_t from, size_t count);
/* Whether all is zero there, levels included; and gives back the memory of cells of which that is known, but
 * for what is kept. */
bool ledger_is_empty(const struct ledger *ledger, enum ledger_group group, size_t from, size_t count);
void ledger_drop_empty(struct ledger *ledger, enum ledger_group group, size_t from, size_t count);

/* The same as below for a number in the group's cells. */
static inline void ledger_shift_cell(struct ledger *ledger, enum ledger_group group, size_t at, int64_t delta,
                                     int64_t now_us)
{
    ledger->levels[group][at] += delta;
    ledger->cells[group][at] += delta * (ledger->step_from_us[ledger->step + 1] - now_us);
}

/* A level (FIELD_MEAN) changes by delta: the integral to the end of the step changes by delta x what is left
 * of it. */
void ledger_shift(struct ledger *ledger, enum ledger_group group, size_t i, size_t j, size_t column,
                  int64_t delta, int64_t now_us);

/* The level behind a mean as it is now. */
int64_t ledger_level(const struct ledger *ledger, enum ledger_group group, size_t i, size_t j, size_t column);

/* Closes the current step and opens the next. */
MUST_CHECK int ledger_close_step(struct ledger *ledger, struct err *err);

/* The numbers of a column of a group in a closed step, by cell. */
struct packed_column ledger_closed(const struct ledger *ledger, enum ledger_group group, size_t step,
                                   size_t column);

/* The numbers of a field in a closed step. */
struct ledger_row {
    struct packed_column numbers;
    size_t columns; /* cells of the second dimension */
    double scale, divisor;
};
struct ledger_row ledger_row(const struct ledger *ledger, size_t field, size_t step);
static inline double ledger_row_value(const struct ledger_row *row, size_t i, size_t j)
{
    const double raw = (double)packed_number(row->numbers, i * row->columns + j);
    return row->divisor > 0 ? raw / row->divisor : raw * row->scale;
}

/* The value of a field in the result file's unit. i, j: indices along the group's dimensions (j = 0 if one).
 */
double ledger_value(const struct ledger *ledger, size_t field, size_t step, size_t i, size_t j);

/* The counts so far. `parts` are ledgers of the same shape whose cells of split groups are to be added to
 * those of the whole. */
struct saved_maps;
struct state_reader;
struct state_writer;
void ledger_save(const struct ledger *whole, const struct ledger *const *parts, size_t count,
                 struct state_writer *writer);
/* Into the whole; the parts are left empty, at the same step. */
void ledger_restore(struct ledger *whole, struct ledger *const *parts, size_t count,
                    const struct saved_maps *maps, struct state_reader *reader);

#endif
