#include "sim/packed.h"

#include "sim/mem.h"

/* A table is the bytes a number of each column, then the columns. Rows are gone through in tiles, so that
 * what lies beside a number is still at hand for its own column; many tables are mostly zeros, of which a
 * tile is looked at once. */
enum { SLACK_BYTES = 8 };

/* Bytes of a number whose bits below the sign are among these. */
static unsigned char bytes_for(uint64_t bits)
{
    if (bits == 0)
        return 0;
    return (unsigned char)((64 - (unsigned)__builtin_clzll(bits)) / 8 + 1);
}

/* The numbers, and where they go. */
struct packing {
    const int64_t *numbers;
    size_t rows, columns, stride;
    const bool *empty; /* by tile */
    uint64_t without;
    unsigned char bytes[PACKED_COLUMNS];
    unsigned char *column[PACKED_COLUMNS];
};

static size_t rows_of(const struct packing *packing, size_t tile)
{
    const size_t left = packing->rows - tile * PACKED_TILE;
    return left < PACKED_TILE ? left : PACKED_TILE;
}

static bool is_zero(const int64_t *numbers, size_t count)
{
    int64_t any = 0;
    for (size_t i = 0; i < count; i++)
        any |= numbers[i];
    return any == 0;
}

static void find_empty(const struct packing *packing, bool *empty)
{
    for (size_t tile = 0; tile < packed_tiles(packing->rows); tile++)
        empty[tile] = is_zero(packing->numbers + tile * PACKED_TILE * packing->stride,
                              rows_of(packing, tile) * packing->stride);
}

static void measure_tile(const struct packing *packing, size_t tile, uint64_t *bits, uint64_t *negative)
{
    const int64_t *number = packing->numbers + tile * PACKED_TILE * packing->stride;
    for (size_t row = 0; row < rows_of(packing, tile); row++, number += packing->stride)
        for (size_t c = 0; c < packing->columns; c++) {
            const uint64_t sign = (uint64_t)(number[c] >> 63);
            bits[c] |= (uint64_t)number[c] ^ sign;
            negative[c] |= sign;
        }
}

/* A bit above those that the numbers need stands for their sign, so that -1 takes a byte. */
static void measure(struct packing *packing)
{
    uint64_t bits[PACKED_COLUMNS] = {0}, negative[PACKED_COLUMNS] = {0};
    for (size_t tile = 0; tile < packed_tiles(packing->rows); tile++)
        if (!packing->empty[tile])
            measure_tile(packing, tile, bits, negative);
    for (size_t c = 0; c < packing->columns; c++)
        packing->bytes[c] = (packing->without >> c & 1) != 0 ? 0 : bytes_for(bits[c] | (negative[c] & 1));
}

static inline __attribute__((always_inline)) void fill_by(unsigned char *to, const int64_t *number,
                                                          size_t rows, size_t stride, size_t bytes)
{
    for (size_t row = 0; row < rows; row++)
        memcpy(to + row * bytes, number + row * stride, bytes);
}

/* With a number of bytes that the compiler knows. */
static void fill(unsigned char *to, const int64_t *number, size_t rows, size_t stride, size_t bytes)
{
    switch (bytes) {
    case 0:
        break;
    case 1:
        fill_by(to, number, rows, stride, 1);
        break;
    case 2:
        fill_by(to, number, rows, stride, 2);
        break;
    case 3:
        fill_by(to, number, rows, stride, 3);
        break;
    case 4:
        fill_by(to, number, rows, stride, 4);
        break;
    default:
        fill_by(to, number, rows, stride, bytes);
    }
}

/* Into a table of zeros. */
static void fill_tiles(const struct packing *packing)
{
    for (size_t tile = 0; tile < packed_tiles(packing->rows); tile++) {
        const size_t row = tile * PACKED_TILE;
        for (size_t c = 0; c < packing->columns && !packing->empty[tile]; c++)
            fill(packing->column[c] + row * packing->bytes[c], packing->numbers + row * packing->stride + c,
                 rows_of(packing, tile), packing->stride, packing->bytes[c]);
    }
}

unsigned char *packed_new(const int64_t *numbers, size_t rows, size_t columns, size_t stride,
                          uint64_t without, bool *empty, struct err *err)
{
    struct packing packing = {.numbers = numbers,
                              .rows = rows,
                              .columns = columns,
                              .stride = stride,
                              .without = without,
                              .empty = empty};
    find_empty(&packing, empty);
    measure(&packing);
    size_t size = columns;
    for (size_t c = 0; c < columns; c++)
        size += rows * packing.bytes[c]; /* no more than the numbers themselves take */
    unsigned char *table = mem_zeroed(size + SLACK_BYTES, 1, err);
    if (table != NULL) {
        memcpy(table, packing.bytes, columns);
        unsigned char *to = table + columns;
        for (size_t c = 0; c < columns; to += rows * packing.bytes[c++])
            packing.column[c] = to;
        fill_tiles(&packing);
    }
    return table;
}

struct packed_column packed_column(const unsigned char *table, size_t rows, size_t columns, size_t column)
{
    size_t before = 0;
    for (size_t c = 0; c < column; c++)
        before += table[c];
    return (struct packed_column){.at = table + columns + rows * before, .bytes = table[column]};
}

bool packed_any(struct packed_column column, size_t from, size_t to)
{
    const unsigned char *at = column.at + from * column.bytes, *end = column.at + to * column.bytes;
    uint64_t any = 0, word;
    for (; end - at >= (ptrdiff_t)sizeof word; at += sizeof word) {
        memcpy(&word, at, sizeof word);
        any |= word;
    }
    for (; at < end; at++)
        any |= *at;
    return any != 0;
}
