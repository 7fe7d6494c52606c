#ifndef COUNTERPART_STUDY_HDF5_ERROR_H
#define COUNTERPART_STUDY_HDF5_ERROR_H

/* HDF5's errors as ours. */

#include "sim/err.h"

/* Stops HDF5 from printing its errors. */
void hdf5_quiet(void);

/* Fails with the message and, after it, HDF5's innermost reason. To be called right after the function that
 * failed: the next call of HDF5 forgets the reason. Returns -1. */
int hdf5_fail(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
