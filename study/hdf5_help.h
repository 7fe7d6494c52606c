#ifndef COUNTERPART_STUDY_HDF5_HELP_H
#define COUNTERPART_STUDY_HDF5_HELP_H

/* HDF5's errors as ours. */

#include <stddef.h>

#include "sim/err.h"

/* Stops HDF5 from printing its errors. */
void hdf5_quiet(void);

/* Fails with the message and, after it, HDF5's innermost reason. To be called right after the function that
 * failed: the next call of HDF5 forgets the reason. Returns -1. */
int hdf5_fail(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Fails when there is no memory for `bytes` of data and HDF5's own needs beside them. HDF5 1.10 crashes when
 * an allocation of its own fails: who asks before calling it gets an error instead, but for memory that
 * others take in between. */
MUST_CHECK int hdf5_room(const char *path, size_t bytes, struct err *err);

#endif
