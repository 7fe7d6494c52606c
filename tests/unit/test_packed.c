#include "sim/packed.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

#include "starve.h"

enum { ROWS = 5, COLUMNS = 9, STRIDE = 11, FOREIGN = 77 };

/* By column: nothing; both ends of one byte; beyond them; only -1; both ends of four bytes; of seven; of all
 * eight. */
static const int64_t numbers[COLUMNS][ROWS] = {
    {0, 0, 0, 0, 0},
    {127, -128, 0, 1, -1},
    {128, 0, 0, 0, 3},
    {0, -129, 0, 0, 0},
    {0, 0, -1, 0, 0},
    {INT32_MAX, INT32_MIN, 5, -5, 0},
    {INT64_C(0x7fffffffffffff), -INT64_C(0x80000000000000), 0, 1, 2},
    {INT64_MAX, INT64_MIN, 0, -1, 1},
    {1, 2, 3, 4, 5}};
static const unsigned bytes[COLUMNS] = {0, 1, 2, 2, 1, 4, 7, 8, 1};

static unsigned char *pack(struct err *err)
{
    int64_t table[ROWS * STRIDE];
    for (size_t row = 0; row < ROWS; row++)
        for (size_t c = 0; c < STRIDE; c++)
            table[row * STRIDE + c] = c < COLUMNS ? numbers[c][row] : FOREIGN;
    return packed_new(table, ROWS, COLUMNS, STRIDE, 0, (bool[1]){false}, err);
}

Test(packed, gives_every_number_back)
{
    struct err err = ERR_INIT;
    unsigned char *table = pack(&err);
    cr_assert_not_null(table);
    for (size_t c = 0; c < COLUMNS; c++) {
        const struct packed_column column = packed_column(table, ROWS, COLUMNS, c);
        cr_assert_eq(column.bytes, bytes[c], "column %zu takes %u bytes a number", c, column.bytes);
        for (size_t row = 0; row < ROWS; row++)
            cr_assert_eq(packed_number(column, row), numbers[c][row], "column %zu, row %zu", c, row);
    }
    free(table);
}

/* The rows of `numbers` here and there among many of zeros, also the first and the last one. */
Test(packed, gives_numbers_back_that_stand_far_apart)
{
    enum { MANY = 1000 };
    static const size_t filled[ROWS] = {0, 31, 32, 500, MANY - 1};
    static int64_t table[MANY * STRIDE];
    bool empty[(MANY + PACKED_TILE - 1) / PACKED_TILE];
    struct err err = ERR_INIT;
    for (size_t row = 0; row < ROWS; row++)
        for (size_t c = 0; c < COLUMNS; c++)
            table[filled[row] * STRIDE + c] = numbers[c][row];
    unsigned char *packed = packed_new(table, MANY, COLUMNS, STRIDE, 0, empty, &err);
    cr_assert_not_null(packed);
    for (size_t c = 0; c < COLUMNS; c++) {
        const struct packed_column column = packed_column(packed, MANY, COLUMNS, c);
        for (size_t row = 0; row < MANY; row++)
            cr_assert_eq(packed_number(column, row), table[row * STRIDE + c], "column %zu, row %zu", c, row);
        for (size_t row = 0; row < ROWS; row++)
            cr_assert_eq(packed_any(column, filled[row], filled[row] + 1), numbers[c][row] != 0);
        cr_assert_not(packed_any(column, 33, 500));
        cr_assert_not(packed_any(column, 7, 7));
        cr_assert_eq(packed_any(column, 33, MANY), numbers[c][3] != 0 || numbers[c][4] != 0);
    }
    for (size_t tile = 0; tile < packed_tiles(MANY); tile++)
        cr_assert_eq(empty[tile], tile > 1 && tile != 500 / PACKED_TILE && tile != packed_tiles(MANY) - 1);
    free(packed);
}

Test(packed, leaves_out_columns_that_nobody_wants)
{
    struct err err = ERR_INIT;
    const int64_t rows[] = {1, 2, 3, 4, 5, 6};
    unsigned char *table = packed_new(rows, 2, 3, 3, UINT64_C(1) << 1, (bool[1]){false}, &err);
    cr_assert_not_null(table);
    const struct packed_column first = packed_column(table, 2, 3, 0), without = packed_column(table, 2, 3, 1),
                               last = packed_column(table, 2, 3, 2);
    cr_assert_eq(without.bytes, 0);
    cr_assert(packed_number(first, 1) == 4 && packed_number(without, 1) == 0 && packed_number(last, 1) == 6);
    free(table);
}

/* It may be a level, with which the next step begins. */
Test(packed, notes_numbers_behind_the_columns)
{
    struct err err = ERR_INIT;
    const int64_t rows[] = {0, 0, 1};
    bool empty[1] = {true};
    unsigned char *table = packed_new(rows, 1, 2, 3, 0, empty, &err);
    cr_assert_not_null(table);
    cr_assert_not(empty[0]);
    free(table);
}

Test(packed, may_have_no_rows)
{
    struct err err = ERR_INIT;
    unsigned char *table = packed_new(NULL, 0, COLUMNS, STRIDE, 0, NULL, &err);
    cr_assert_not_null(table);
    cr_assert_eq(packed_column(table, 0, COLUMNS, 3).bytes, 0);
    free(table);
}

#ifdef CAN_STARVE
Test(packed, says_when_there_is_no_memory)
{
    SKIP_IF_WATCHED;
    struct err err = ERR_INIT;
    starve();
    unsigned char *table = pack(&err);
    feed();
    cr_assert_null(table);
    cr_assert(err_any(&err));
}
#endif
