#include "study/result_zeros.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool result_is_zero(const void *values, size_t bytes)
{
    const unsigned char *byte = values;
    return bytes == 0 || (byte[0] == 0 && memcmp(byte, byte + 1, bytes - 1) == 0);
}

bool result_alike(const struct result_variable *a, const struct result_variable *b)
{
    return a->type == b->type && a->rank == b->rank &&
           memcmp(a->dims, b->dims, a->rank * sizeof a->dims[0]) == 0;
}

struct grid {
    int rank;
    hsize_t size[RESULT_RANK], chunk[RESULT_RANK];
};

static bool read_grid(hid_t dataset, struct grid *grid)
{
    const hid_t space = H5Dget_space(dataset), create = H5Dget_create_plist(dataset);
    grid->rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    const bool read = create >= 0 && grid->rank > 0 && grid->rank <= RESULT_RANK &&
                      H5Sget_simple_extent_dims(space, grid->size, NULL) == grid->rank &&
                      H5Pget_chunk(create, grid->rank, grid->chunk) == grid->rank;
    if (space >= 0)
        H5Sclose(space);
    if (create >= 0)
        H5Pclose(create);
    return read;
}

/* The chunk after this one, in the order of the values; false after the last. */
static bool next_chunk(const struct grid *grid, hsize_t *at)
{
    for (int axis = grid->rank - 1; axis >= 0; axis--) {
        at[axis] += grid->chunk[axis];
        if (at[axis] < grid->size[axis])
            return true;
        at[axis] = 0;
    }
    return false;
}

static herr_t copy_chunk(hid_t from, hid_t to, const hsize_t *at)
{
    hsize_t bytes = 0;
    uint32_t filters = 0;
    if (H5Dget_chunk_storage_size(from, at, &bytes) < 0 || bytes == 0)
        return -1;
    void *stored = malloc(bytes);
    const herr_t answer = stored == NULL || H5Dread_chunk(from, H5P_DEFAULT, at, &filters, stored) < 0
                              ? -1
                              : H5Dwrite_chunk(to, H5P_DEFAULT, filters, at, bytes, stored);
    free(stored);
    return answer;
}

herr_t result_copy_chunks(hid_t from, hid_t to)
{
    struct grid grid;
    hsize_t at[RESULT_RANK] = {0};
    if (!read_grid(from, &grid))
        return -1;
    do
        if (copy_chunk(from, to, at) < 0)
            return -1;
    while (next_chunk(&grid, at));
    return 0;
}
