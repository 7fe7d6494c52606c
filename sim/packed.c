#include "sim/packed.h"

#include <stdlib.h>

#include "sim/mem.h"

/* A table is the bytes a number of each column, then the columns. */
enum { SLACK_BYTES = 8 };

/* Bytes of a number whose bits below the sign are among these. */
static unsigned char bytes_for(uint64_t bits)
{
    if (bits == 0)
        return 0;
    return (unsigned char)((64 - (unsigned)__builtin_clzll(bits)) / 8 + 1);
}

/* A bit above those that the numbers need stands for their sign, so that -1 takes a byte. */
static void measure(unsigned char *bytes, const int64_t *numbers, size_t rows, size_t columns, size_t stride)
{
    uint64_t bits[PACKED_COLUMNS] = {0}, negative[PACKED_COLUMNS] = {0};
    for (size_t row = 0; row < rows; row++) {
        const int64_t *number = &numbers[row * stride];
        for (size_t c = 0; c < columns; c++) {
            const uint64_t sign = (uint64_t)(number[c] >> 63);
            bits[c] |= (uint64_t)number[c] ^ sign;
            negative[c] |= sign;
        }
    }
    for (size_t c = 0; c < columns; c++)
        bytes[c] = bytes_for(bits[c] | (negative[c] & 1));
}

/* The upper bytes of a number are overwritten by the next one, those of the last one by the next column. */
static void fill(unsigned char *to, const int64_t *number, size_t rows, size_t stride, size_t bytes)
{
    for (size_t row = 0; row < rows; row++)
        memcpy(to + row * bytes, number + row * stride, sizeof *number);
}

unsigned char *packed_new(const int64_t *numbers, size_t rows, size_t columns, size_t stride, struct err *err)
{
    unsigned char bytes[PACKED_COLUMNS];
    size_t size = columns;
    measure(bytes, numbers, rows, columns, stride);
    for (size_t c = 0; c < columns; c++)
        size += rows * bytes[c]; /* no more than the numbers themselves take */
    unsigned char *table = mem_zeroed(size + SLACK_BYTES, 1, err);
    if (table == NULL)
        return NULL;
    memcpy(table, bytes, columns);
    unsigned char *to = table + columns;
    for (size_t c = 0; c < columns; to += rows * bytes[c++])
        if (bytes[c] > 0)
            fill(to, numbers + c, rows, stride, bytes[c]);
    return table;
}

struct packed_column packed_column(const unsigned char *table, size_t rows, size_t columns, size_t column)
{
    size_t before = 0;
    for (size_t c = 0; c < column; c++)
        before += table[c];
    return (struct packed_column){.at = table + columns + rows * before, .bytes = table[column]};
}
