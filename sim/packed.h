#ifndef COUNTERPART_SIM_PACKED_H
#define COUNTERPART_SIM_PACKED_H

/* Tables of whole numbers that change no more, held by column: each column takes
 * as few bytes a number as its largest one needs, and none where all are zero. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sim/err.h"

enum { PACKED_COLUMNS = 64, PACKED_TILE = 32 };

/* Rows are looked at in tiles of so many; how many there are. */
static inline size_t packed_tiles(size_t rows)
{
    return (rows + PACKED_TILE - 1) / PACKED_TILE;
}

/* Of numbers[row * stride + column], the first `columns` (at most PACKED_COLUMNS) of each row, but for those
 * of which `without` has the bit: they are zeros. Notes the tiles in which all numbers of the rows are
 * zero, be they among the columns or not. Released with free(); NULL on failure. */
MUST_CHECK unsigned char *packed_new(const int64_t *numbers, size_t rows, size_t columns, size_t stride,
                                     uint64_t without, bool *empty, struct err *err);

struct packed_column {
    const unsigned char *at;
    unsigned bytes; /* a number */
};
struct packed_column packed_column(const unsigned char *table, size_t rows, size_t columns, size_t column);

/* Whether any number of the rows [from, to) is not zero. */
bool packed_any(struct packed_column column, size_t from, size_t to);

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are cut off at their upper bytes");

static inline int64_t packed_number(struct packed_column column, size_t row)
{
    uint64_t number;
    if (column.bytes == 0)
        return 0;
    memcpy(&number, column.at + row * column.bytes, sizeof number); /* there are bytes behind the last one */
    const unsigned above = 64 - 8 * column.bytes;
    return (int64_t)(number << above) >> above;
}

#endif
