#ifndef COUNTERPART_STUDY_RESULT_ZEROS_H
#define COUNTERPART_STUDY_RESULT_ZEROS_H

/* Most of what can be counted is not counted in a scenario: its variables are zero
 * throughout. They are compressed once for each shape; further ones get copies of
 * what has been stored. */

#include <stdbool.h>
#include <stddef.h>

#include <hdf5.h>

#include "study/result_file.h"

bool result_is_zero(const void *values, size_t bytes);

/* Whether two variables have the same shape and type. */
bool result_alike(const struct result_variable *a, const struct result_variable *b);

/* Gives a dataset in chunks, that nothing has been written to, the chunks of another one like it: HDF5's
 * negative number on failure. */
MUST_CHECK herr_t result_copy_chunks(hid_t from, hid_t to);

#endif
