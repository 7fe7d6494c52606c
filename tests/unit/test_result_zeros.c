#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/mem.h"
#include "study/result_file.h"

/* More than one chunk along the first axis, and the last one not full; VARIABLES of each type. */
enum { ROWS = 700, COLUMNS = 101, VARIABLES = 3, TYPES = 3, PATH_BYTES = 256 };

static double numbers[VARIABLES][ROWS * COLUMNS];
static int64_t wholes[VARIABLES][ROWS * COLUMNS];
static int8_t small[VARIABLES][ROWS * COLUMNS];
static int64_t steps[ROWS];

static struct result_dimension dimensions[] = {{"row", NULL, "1", ROWS, RESULT_INT64, steps, NULL},
                                               {"column", NULL, "1", COLUMNS, RESULT_INT64, steps, NULL}};
static struct result_variable variables[TYPES * VARIABLES];
static const struct result sample = {.dimensions = dimensions,
                                     .dimension_count = 2,
                                     .variables = variables,
                                     .variable_count = TYPES * VARIABLES};
static char path[PATH_BYTES];

static void remove_file(void)
{
    unlink(path);
}

static void fill(void)
{
    static char names[TYPES * VARIABLES][8];
    for (size_t i = 0; i < ROWS; i++)
        steps[i] = (int64_t)i;
    for (size_t v = 0; v < TYPES * VARIABLES; v++) {
        const size_t number = v / TYPES;
        const void *const values[TYPES] = {numbers[number], wholes[number], small[number]};
        static const enum result_type types[TYPES] = {RESULT_DOUBLE, RESULT_INT64, RESULT_INT8};
        snprintf(names[v], sizeof names[v], "v%zu", v);
        variables[v] = (struct result_variable){.name = names[v],
                                                .type = types[v % TYPES],
                                                .rank = 2,
                                                .dims = {0, 1},
                                                .values = values[v % TYPES]};
    }
    snprintf(path, sizeof path, "%s/test_result_zeros.%d.h5", BINARY_DIR, (int)getpid());
}

static void write_and_compare(void)
{
    static const size_t bytes[TYPES] = {8, 8, 1};
    struct err err = ERR_INIT;
    struct result read;
    cr_assert_eq(result_write(path, &sample, &err), 0, "%s", err.text[0]);
    cr_assert_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    cr_assert_eq(read.variable_count, TYPES * VARIABLES);
    for (size_t v = 0; v < TYPES * VARIABLES; v++)
        cr_expect_eq(memcmp(read.variables[v].values, variables[v].values, ROWS * COLUMNS * bytes[v % TYPES]),
                     0, "variable %zu", v);
    result_free(&read);
}

Test(result_zeros, gives_back_zeros, .fini = remove_file)
{
    fill();
    write_and_compare();
}

Test(result_zeros, sees_a_single_number_that_is_not_zero, .fini = remove_file)
{
    fill();
    numbers[1][ROWS * COLUMNS - 1] = 1e-300;
    wholes[2][0] = 1;
    small[1][ROWS * COLUMNS / 2] = -1;
    write_and_compare();
}

Test(result_zeros, keeps_the_sign_of_zero, .fini = remove_file)
{
    fill();
    numbers[2][17] = -0.0;
    write_and_compare();
}
