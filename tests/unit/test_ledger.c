#include "models/ledger.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <criterion/criterion.h>

#include "models/ledger_fields.h"

enum {
    PLACES = 2,
    FACILITIES = 3,
    CONDITIONS = 2,
    SERVICES = 2,
    EXPERTS = 1,
    PROVINCES = 3,
    CLASSES = 4,
    STEPS = 3
};

static const size_t sizes[LEDGER_DIMS] = {PLACES,    FACILITIES, CONDITIONS, SERVICES, EXPERTS,
                                          PROVINCES, PROVINCES,  CLASSES,    CLASSES};
static const int64_t bounds[STEPS + 1] = {0, 1000, 1500, 4000};

static struct ledger ledger;

static void set_up(void)
{
    struct err err = ERR_INIT;
    cr_assert_eq(ledger_init(&ledger, sizes, bounds, STEPS, 1, &err), 0);
}

static void tear_down(void)
{
    ledger_free(&ledger);
    ledger_free(&ledger); /* safe to repeat */
}

TestSuite(ledger, .init = set_up, .fini = tear_down);

static size_t field(const char *name)
{
    for (size_t f = 0; f < ledger_field_count; f++)
        if (strcmp(ledger_fields[f].name, name) == 0)
            return f;
    cr_assert(false, "no field %s", name);
    return 0;
}

Test(ledger, every_field_has_a_name_of_its_own_and_words)
{
    cr_assert_eq(ledger_field_count, PC_FIELDS + FA_FIELDS + FS_FIELDS + EX_FIELDS + FL_FIELDS + PW_FIELDS +
                                         PT_FIELDS + PF_FIELDS);
    for (size_t f = 0; f < ledger_field_count; f++) {
        cr_assert(ledger_fields[f].name[0] != '\0' && ledger_fields[f].long_name[0] != '\0' &&
                  ledger_fields[f].unit[0] != '\0');
        cr_assert_gt(ledger_fields[f].scale, 0);
        cr_assert_lt(ledger_column(f), ledger_group_width(ledger_fields[f].group));
        for (size_t g = 0; g < f; g++) {
            cr_assert_str_neq(ledger_fields[g].name, ledger_fields[f].name);
            cr_assert(ledger_fields[g].group != ledger_fields[f].group ||
                      ledger_column(g) != ledger_column(f));
        }
    }
    cr_assert_eq(ledger_column(field("patients")), PC_patients);
    cr_assert_eq(ledger_column(field("in_line")), FA_in_line);
    cr_assert_eq(ledger_column(field("trainees")), FS_trainees);
    cr_assert_eq(ledger_column(field("away")), EX_away);
    cr_assert_eq(ledger_column(field("flow_admissions")), FL_flow_admissions);
}

static void close_step(void)
{
    struct err err = ERR_INIT;
    cr_assert_eq(ledger_close_step(&ledger, &err), 0);
}

/* Each cell of each group gets a number of its own in each step; all come back. */
Test(ledger, keeps_every_cell_of_every_step)
{
    int64_t number = 0;
    for (size_t step = 0; step < STEPS; step++) {
        for (int g = 0; g < LEDGER_GROUPS; g++) {
            enum ledger_dim dims[2] = {DIM_PLACE, DIM_PLACE};
            const unsigned rank = ledger_group_dims((enum ledger_group)g, dims);
            const size_t width = ledger_group_width((enum ledger_group)g),
                         size_j = rank == 2 ? sizes[dims[1]] : 1;
            for (size_t i = 0; i < sizes[dims[0]]; i++)
                for (size_t j = 0; j < size_j; j++)
                    for (size_t f = 0; f < ledger_field_count; f++)
                        if (ledger_fields[f].group == (enum ledger_group)g)
                            ledger_cell(&ledger, (enum ledger_group)g, width, i, j,
                                        size_j)[ledger_column(f)] += ++number;
        }
        close_step();
    }
    number = 0;
    for (size_t step = 0; step < STEPS; step++)
        for (int g = 0; g < LEDGER_GROUPS; g++) {
            enum ledger_dim dims[2] = {DIM_PLACE, DIM_PLACE};
            const unsigned rank = ledger_group_dims((enum ledger_group)g, dims);
            for (size_t i = 0; i < sizes[dims[0]]; i++)
                for (size_t j = 0; j < (rank == 2 ? sizes[dims[1]] : 1); j++)
                    for (size_t f = 0; f < ledger_field_count; f++) {
                        if (ledger_fields[f].group != (enum ledger_group)g)
                            continue;
                        const double length = (double)(bounds[step + 1] - bounds[step]);
                        const double factor =
                            ledger_fields[f].kind == FIELD_MEAN ? 1 / length : ledger_fields[f].scale;
                        number++;
                        cr_assert_float_eq(ledger_value(&ledger, f, step, i, j), (double)number * factor,
                                           1e-9);
                    }
        }
}

Test(ledger, counts_begin_anew_in_each_step)
{
    const size_t f = field("admissions");
    ledger.cells[GROUP_FACILITY][FA_admissions] += 5;
    close_step();
    ledger.cells[GROUP_FACILITY][FA_admissions] += 2;
    close_step();
    close_step();
    cr_assert_float_eq(ledger_value(&ledger, f, 0, 0, 0), 5, 0);
    cr_assert_float_eq(ledger_value(&ledger, f, 1, 0, 0), 2, 0);
    cr_assert_float_eq(ledger_value(&ledger, f, 2, 0, 0), 0, 0);
}

/* Level 0 until 100, 3 until 700, 2 until 1200, then 5; steps end at 1000, 1500, 4000. */
Test(ledger, a_mean_is_the_integral_over_each_step)
{
    const size_t f = field("in_line");
    ledger_shift(&ledger, GROUP_FACILITY, 1, 0, FA_in_line, 3, 100);
    ledger_shift(&ledger, GROUP_FACILITY, 1, 0, FA_in_line, -1, 700);
    close_step();
    ledger_shift(&ledger, GROUP_FACILITY, 1, 0, FA_in_line, 3, 1200);
    close_step();
    close_step();
    cr_assert_float_eq(ledger_value(&ledger, f, 0, 1, 0), (3 * 600 + 2 * 300) / 1000.0, 1e-15);
    cr_assert_float_eq(ledger_value(&ledger, f, 1, 1, 0), (2 * 200 + 5 * 300) / 500.0, 1e-15);
    cr_assert_float_eq(ledger_value(&ledger, f, 2, 1, 0), 5, 1e-15);
    cr_assert_float_eq(ledger_value(&ledger, f, 1, 0, 0), 0, 0); /* others are as they were */
    cr_assert_float_eq(ledger_value(&ledger, f, 1, 2, 0), 0, 0);
}

Test(ledger, adds_up_counts_and_means_but_no_levels)
{
    struct err err = ERR_INIT;
    struct ledger own;
    cr_assert_eq(ledger_init(&own, sizes, bounds, STEPS, 1, &err), 0);
    own.cells[GROUP_FACILITY][FA_WIDTH + FA_line_waits] = 3;
    own.cells[GROUP_FACILITY][FA_WIDTH + FA_admissions] = 5;
    own.cells[GROUP_FACILITY][FA_WIDTH + FA_in_line_at_end] = 7;
    for (size_t twice = 0; twice < 2; twice++) {
        ledger_shift(&own, GROUP_FACILITY, 1, 0, FA_beds_open, 2, 900);
        ledger_shift(&own, GROUP_FACILITY, 1, 0, FA_in_care, 1, 700);
        ledger_add_cells(&ledger, &own, GROUP_FACILITY, FA_WIDTH, FA_WIDTH);
    }
    const int64_t *sum = &ledger.cells[GROUP_FACILITY][FA_WIDTH];
    cr_assert(sum[FA_line_waits] == 6 && sum[FA_admissions] == 10 && sum[FA_in_line_at_end] == 14);
    cr_assert(sum[FA_beds_open] == 600 && sum[FA_in_care] == 900);
    cr_assert_eq(ledger_level(&own, GROUP_FACILITY, 1, 0, FA_beds_open), 4);
    cr_assert_eq(ledger_level(&ledger, GROUP_FACILITY, 1, 0, FA_beds_open), 0);
    cr_assert_eq(ledger.cells[GROUP_FACILITY][FA_beds_open], 0); /* others are as they were */
    ledger_free(&own);
}

Test(ledger, closed_steps_hold_no_levels)
{
    ledger_shift(&ledger, GROUP_FACILITY, 1, 0, FA_in_line, 3, 100);
    close_step();
    cr_assert_eq(packed_number(ledger_closed(&ledger, GROUP_FACILITY, 0, FA_in_line), 1), 2700);
    cr_assert_eq(ledger_closed(&ledger, GROUP_FACILITY, 0, FA_in_line_level).bytes, 0);
    cr_assert_eq(ledger_level(&ledger, GROUP_FACILITY, 1, 0, FA_in_line), 3);
}

Test(ledger, a_change_at_a_bound_belongs_to_the_step_after_it)
{
    const size_t f = field("away");
    close_step();
    ledger_shift(&ledger, GROUP_EXPERT, 0, 0, EX_away, 1, 1000);
    close_step();
    cr_assert_float_eq(ledger_value(&ledger, f, 0, 0, 0), 0, 0);
    cr_assert_float_eq(ledger_value(&ledger, f, 1, 0, 0), 1, 0);
}

Test(ledger, closes_no_more_steps_than_there_are)
{
    for (int i = 0; i < 10; i++)
        close_step();
    cr_assert_eq(ledger.step, STEPS);
}

Test(ledger, shares_what_it_has_closed_with_those_who_stay)
{
    struct err err = ERR_INIT;
    struct ledger copy;
    const size_t f = field("admissions");
    ledger.cells[GROUP_FACILITY][FA_WIDTH + FA_admissions] += 70000;
    close_step();
    cr_assert_eq(ledger_share(&copy, &ledger, &err), 0);
    ledger_free(&ledger);
    cr_assert_float_eq(ledger_value(&copy, f, 0, 1, 0), 70000, 0);
    cr_assert_float_eq(ledger_value(&copy, f, 0, 0, 0), 0, 0);
    cr_assert_float_eq(ledger_value(&copy, f, 1, 1, 0), 0, 0); /* not closed */
    ledger_free(&copy);
    ledger_free(&copy); /* safe to repeat */
}

Test(ledger, refuses_sizes_that_no_memory_holds)
{
    static const size_t huge[LEDGER_DIMS] = {SIZE_MAX / 64, 1, 1, 1, 1};
    struct err err = ERR_INIT;
    struct ledger other;
    cr_assert_eq(ledger_init(&other, huge, bounds, STEPS, 1, &err), -1);
    cr_assert(err_any(&err));
    ledger_free(&other);
}

Test(ledger, what_is_kept_stays_when_cells_around_it_are_dropped)
{
    struct err err = ERR_INIT;
    const int64_t bounds_us[] = {0, 1000};
    size_t size[LEDGER_DIMS];
    for (size_t d = 0; d < LEDGER_DIMS; d++)
        size[d] = 1;
    size[DIM_PLACE] = 8000;
    size[DIM_CONDITION] = 4;
    struct ledger large = {0};
    cr_assert_eq(ledger_init(&large, size, bounds_us, 1, 0, &err), 0);
    const size_t cells = ledger_cells(&large, GROUP_PLACE_CONDITION), from = cells / 2, count = cells / 4;
    ledger_keep(&large, GROUP_PLACE_CONDITION, from, count);
    int64_t *cell = large.cells[GROUP_PLACE_CONDITION];
    for (size_t i = from; i < from + count; i++)
        cell[i] = 7;
    ledger_drop_empty(&large, GROUP_PLACE_CONDITION, 0, from);
    ledger_drop_empty(&large, GROUP_PLACE_CONDITION, from + count, cells - from - count);
    for (size_t i = 0; i < cells; i++)
        cr_assert_eq(cell[i], i >= from && i < from + count ? 7 : 0);
    ledger_free(&large);
}
