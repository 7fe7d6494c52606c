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
    snprintf(path, sizeof path, "%s/test_result_chunks.%d.h5", BINARY_DIR, (int)getpid());
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

Test(result_chunks, gives_back_zeros, .fini = remove_file)
{
    fill();
    write_and_compare();
}

Test(result_chunks, sees_a_single_number_that_is_not_zero, .fini = remove_file)
{
    fill();
    numbers[1][ROWS * COLUMNS - 1] = 1e-300;
    wholes[2][0] = 1;
    small[1][ROWS * COLUMNS / 2] = -1;
    write_and_compare();
}

Test(result_chunks, keeps_the_sign_of_zero, .fini = remove_file)
{
    fill();
    numbers[2][17] = -0.0;
    write_and_compare();
}

/* Numbers of [from, from + count) of a variable that nobody holds. */
static void make_numbers(const void *data, size_t number, size_t first, size_t count, void *values)
{
    double *to = values;
    for (size_t i = 0; i < count; i++)
        to[i] = (double)((first + i) % 1000 * number) + *(const double *)data;
}

static size_t read_bytes(unsigned char **bytes)
{
    FILE *stream = fopen(path, "rb");
    cr_assert_not_null(stream);
    cr_assert_eq(fseek(stream, 0, SEEK_END), 0);
    const size_t size = (size_t)ftell(stream);
    *bytes = malloc(size);
    cr_assert_not_null(*bytes);
    rewind(stream);
    cr_assert_eq(fread(*bytes, 1, size, stream), size);
    fclose(stream);
    return size;
}

Test(result_chunks, are_the_same_on_any_number_of_threads, .fini = remove_file)
{
    static const unsigned threads[] = {1, 2, 3, 7};
    unsigned char *first = NULL;
    size_t size = 0;
    fill();
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        numbers[1][i] = (double)(i * i % 1009) / 7;
        wholes[2][i] = (int64_t)(i % 17);
        small[0][i] = (int8_t)(i % 100);
    }
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        struct err err = ERR_INIT;
        unsigned char *bytes = NULL;
        cr_assert_eq(result_write_on(path, &sample, threads[t], &err), 0, "%s", err.text[0]);
        const size_t here = read_bytes(&bytes);
        if (t == 0) {
            first = bytes;
            size = here;
            continue;
        }
        cr_expect(here == size && memcmp(first, bytes, size) == 0, "%u threads", threads[t]);
        free(bytes);
    }
    free(first);
}

Test(result_chunks, take_what_is_made_when_it_is_asked_for, .fini = remove_file)
{
    static const double more = 0.5;
    struct err err = ERR_INIT;
    struct result read;
    fill();
    variables[3].values = NULL;
    variables[3].source = (struct result_source){make_numbers, &more, 3};
    cr_assert_eq(result_write_on(path, &sample, 2, &err), 0, "%s", err.text[0]);
    cr_assert_eq(result_read(path, &read, &err), 0, "%s", err.text[0]);
    const double *values = read.variables[3].values;
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        cr_assert_eq(values[i], (double)(i % 1000 * 3) + 0.5, "value %zu", i);
    result_free(&read);
}
