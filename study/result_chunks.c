#include "study/result_chunks.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "sim/crew.h"
#include "sim/mem.h"
#include "study/hdf5_help.h"
#include "study/result_check.h"

enum { SMALL_ELEMENTS = 4096, CHUNK_ELEMENTS = 65536, DEFLATE_LEVEL = 2, PIECES_A_THREAD = 2 };
#define CHUNK_BYTES (CHUNK_ELEMENTS * sizeof(int64_t))

/* A chunk under way. */
struct piece {
    hsize_t at[RESULT_RANK];
    size_t first, count;     /* of the variable's values; those that the grid has beyond them are zero */
    unsigned char *values;   /* owned */
    unsigned char *shuffled; /* owned */
    unsigned char *stored;   /* owned */
    size_t stored_bytes;
    bool zero, failed;
};

struct result_chunks {
    unsigned threads, pieces;
    struct crew *crew; /* NULL: not needed so far */
    struct piece *piece;
    struct piece zero;                      /* a chunk of zeros */
    size_t zero_bytes;                      /* of its values; 0: none so far */
    const struct result_variable *variable; /* at hand */
    size_t value_bytes, chunk_bytes;
};

/* ---- the grid ---- */

/* The last axes are kept whole: a reader of one replication or month unpacks little else. Texts are not
 * compressed: what is stored in place are references to their bytes. */
bool result_grid_of(struct result_grid *grid, const struct result *result,
                    const struct result_variable *variable, size_t elements)
{
    hsize_t room = CHUNK_ELEMENTS;
    *grid = (struct result_grid){.rank = (int)variable->rank, .values = 1};
    if (elements <= SMALL_ELEMENTS || variable->type == RESULT_TEXT)
        return false;
    for (int axis = grid->rank; axis-- > 0;) {
        grid->size[axis] = result->dimensions[variable->dims[axis]].size;
        grid->chunk[axis] = grid->size[axis] < room ? grid->size[axis] : room;
        grid->values *= grid->chunk[axis];
        room /= grid->chunk[axis];
    }
    return true;
}

herr_t result_grid_prepare(const struct result_grid *grid, hid_t create)
{
    return H5Pset_chunk(create, grid->rank, grid->chunk) < 0 || H5Pset_shuffle(create) < 0 ||
                   H5Pset_deflate(create, DEFLATE_LEVEL) < 0
               ? -1
               : 0;
}

/* The values of the chunk at a place: none lies between them, since axes behind one that is cut are whole,
 * and chunks are 1 long along those before it. */
static void locate(const struct result_grid *grid, struct piece *piece)
{
    piece->first = 0;
    piece->count = 1;
    for (int axis = 0; axis < grid->rank; axis++) {
        const hsize_t left = grid->size[axis] - piece->at[axis];
        piece->first = piece->first * grid->size[axis] + piece->at[axis];
        piece->count *= left < grid->chunk[axis] ? left : grid->chunk[axis];
    }
}

/* The chunk after this one, in the order of the values; false after the last. */
static bool next_chunk(const struct result_grid *grid, hsize_t *at)
{
    for (int axis = grid->rank - 1; axis >= 0; axis--) {
        at[axis] += grid->chunk[axis];
        if (at[axis] < grid->size[axis])
            return true;
        at[axis] = 0;
    }
    return false;
}

/* ---- the bytes of a chunk ---- */

/* Which bytes of the values are not zero in all of them. */
static uint64_t bytes_used(const unsigned char *from, size_t values, size_t value_bytes)
{
    uint64_t any = 0, value;
    if (value_bytes != sizeof value)
        return UINT64_MAX;
    for (size_t i = 0; i < values; i++) {
        memcpy(&value, from + i * sizeof value, sizeof value);
        any |= value;
    }
    return any;
}

/* Bytes of the same rank lie together; the upper ones of counts are mostly zero. */
static void shuffle(unsigned char *to, const unsigned char *from, size_t values, size_t value_bytes)
{
    const uint64_t used = bytes_used(from, values, value_bytes);
    for (size_t byte = 0; byte < value_bytes; byte++, to += values) {
        if ((used >> (8 * byte) & 0xff) == 0)
            memset(to, 0, values);
        else
            for (size_t i = 0; i < values; i++)
                to[i] = from[i * value_bytes + byte];
    }
}

static void compress_piece(struct piece *piece, size_t bytes, size_t value_bytes)
{
    uLongf size = compressBound(CHUNK_BYTES);
    shuffle(piece->shuffled, piece->values, bytes / value_bytes, value_bytes);
    piece->failed = compress2(piece->stored, &size, piece->shuffled, bytes, DEFLATE_LEVEL) != Z_OK;
    piece->stored_bytes = size;
}

static bool all_zero(const unsigned char *bytes, size_t count)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

static void make_piece(void *job, unsigned number)
{
    const struct result_chunks *chunks = job;
    struct piece *piece = &chunks->piece[number];
    const size_t bytes = piece->count * chunks->value_bytes;
    result_values(chunks->variable, piece->first, piece->count, piece->values);
    piece->failed = false;
    piece->zero = all_zero(piece->values, bytes);
    if (piece->zero)
        return;
    memset(piece->values + bytes, 0, chunks->chunk_bytes - bytes);
    compress_piece(piece, chunks->chunk_bytes, chunks->value_bytes);
}

static int make_zero(struct result_chunks *chunks)
{
    if (chunks->zero_bytes == chunks->chunk_bytes)
        return 0;
    memset(chunks->zero.values, 0, chunks->chunk_bytes);
    compress_piece(&chunks->zero, chunks->chunk_bytes, 1);
    chunks->zero_bytes = chunks->zero.failed ? 0 : chunks->chunk_bytes;
    return chunks->zero.failed ? -1 : 0;
}

/* ---- threads and memory ---- */

static bool init_piece(struct piece *piece, struct err *err)
{
    piece->values = mem_zeroed(CHUNK_BYTES, 1, err);
    piece->shuffled = mem_zeroed(CHUNK_BYTES, 1, err);
    piece->stored = mem_zeroed(compressBound(CHUNK_BYTES), 1, err);
    return piece->values != NULL && piece->shuffled != NULL && piece->stored != NULL;
}

static void free_piece(struct piece *piece)
{
    free(piece->values);
    free(piece->shuffled);
    free(piece->stored);
}

struct result_chunks *result_chunks_new(unsigned threads, struct err *err)
{
    struct result_chunks *chunks = mem_zeroed(1, sizeof *chunks, err);
    if (chunks == NULL)
        return NULL;
    chunks->threads = threads > 0 ? threads : 1;
    chunks->piece = mem_zeroed((size_t)chunks->threads * PIECES_A_THREAD, sizeof *chunks->piece, err);
    bool whole = chunks->piece != NULL && init_piece(&chunks->zero, err);
    while (whole && chunks->pieces < chunks->threads * PIECES_A_THREAD)
        whole = init_piece(&chunks->piece[chunks->pieces++], err);
    chunks->crew = whole ? crew_new(chunks->threads, err) : NULL;
    if (chunks->crew != NULL)
        return chunks;
    result_chunks_free(chunks);
    return NULL;
}

void result_chunks_free(struct result_chunks *chunks)
{
    if (chunks == NULL)
        return;
    crew_free(chunks->crew);
    for (unsigned i = 0; i < chunks->pieces; i++)
        free_piece(&chunks->piece[i]);
    free_piece(&chunks->zero);
    free(chunks->piece);
    free(chunks);
}

/* ---- a variable ---- */

static int store(const struct result_chunks *chunks, hid_t dataset, const struct piece *piece,
                 const char *path, struct err *err)
{
    const struct piece *from = piece->zero ? &chunks->zero : piece;
    if (piece->failed)
        return err_fail(err, "%s: out of memory: %s cannot be compressed", path, chunks->variable->name);
    if (H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, piece->at, from->stored_bytes, from->stored) < 0)
        return hdf5_fail(err, "%s: cannot write %s", path, chunks->variable->name);
    return 0;
}

/* Chunks that are made at the same time. */
static int write_batch(struct result_chunks *chunks, hid_t dataset, unsigned count, size_t used,
                       const char *path, struct err *err)
{
    crew_run(chunks->crew, make_piece, chunks, count);
    if (hdf5_room(path, used + count * compressBound(CHUNK_BYTES), err) != 0)
        return -1;
    for (unsigned i = 0; i < count; i++)
        if (store(chunks, dataset, &chunks->piece[i], path, err) != 0)
            return -1;
    return 0;
}

int result_chunks_write(struct result_chunks *chunks, hid_t dataset, const struct result_grid *grid,
                        const struct result_variable *variable, const size_t *used, const char *path,
                        struct err *err)
{
    hsize_t at[RESULT_RANK] = {0};
    chunks->variable = variable;
    chunks->value_bytes = result_type_bytes(variable->type);
    chunks->chunk_bytes = grid->values * chunks->value_bytes;
    if (make_zero(chunks) != 0)
        return err_fail(err, "%s: out of memory: %s cannot be compressed", path, variable->name);
    for (bool more = true; more;) {
        unsigned count = 0;
        for (; more && count < chunks->pieces; more = next_chunk(grid, at), count++) {
            struct piece *piece = &chunks->piece[count];
            memcpy(piece->at, at, sizeof at);
            locate(grid, piece);
        }
        if (write_batch(chunks, dataset, count, *used, path, err) != 0)
            return -1;
    }
    return 0;
}
