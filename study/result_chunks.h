#ifndef COUNTERPART_STUDY_RESULT_CHUNKS_H
#define COUNTERPART_STUDY_RESULT_CHUNKS_H

/* Large variables are stored in compressed chunks. The bytes of HDF5's filters
 * "shuffle" and "deflate" are made here, by several threads, and handed to the
 * library one after another: it knows one caller. Most of what can be counted is
 * not counted in a scenario: chunks of zeros are compressed once. */

#include <stdbool.h>
#include <stddef.h>

#include <hdf5.h>

#include "sim/err.h"
#include "study/result_file.h"

/* How a variable is cut: a chunk is a run of its values, of whole last axes. */
struct result_grid {
    int rank;
    hsize_t size[RESULT_RANK], chunk[RESULT_RANK];
    size_t values; /* of a chunk */
};

/* False for a variable that is stored in one piece: a small one, or texts. */
bool result_grid_of(struct result_grid *grid, const struct result *result,
                    const struct result_variable *variable, size_t elements);

/* Gives a dataset to be created the chunks and filters. */
MUST_CHECK herr_t result_grid_prepare(const struct result_grid *grid, hid_t create);

/* Threads and memory for chunks under way; for a file. */
struct result_chunks;

/* So many threads. The caller frees. */
MUST_CHECK struct result_chunks *result_chunks_new(unsigned threads, struct err *err);
void result_chunks_free(struct result_chunks *chunks);

/* Stores the values of a variable in its dataset, to which nothing has been written. `used` is what the file
 * takes in memory so far, and grows. path: for messages. */
MUST_CHECK int result_chunks_write(struct result_chunks *chunks, hid_t dataset,
                                   const struct result_grid *grid, const struct result_variable *variable,
                                   const size_t *used, const char *path, struct err *err);

#endif
