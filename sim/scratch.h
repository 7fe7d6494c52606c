#ifndef COUNTERPART_SIM_SCRATCH_H
#define COUNTERPART_SIM_SCRATCH_H

/* Files without a name, for what is too much for memory: gone when the program
 * is, however it ends. */

#include <stddef.h>
#include <sys/types.h>

#include "sim/err.h"

/* A descriptor, or -1. The caller closes it. */
MUST_CHECK int scratch_open(const char *folder, struct err *err);
/* Takes room on the disk up to `size` bytes now, so that memory mapped from the file can be written: a full
 * disk would end the program later. */
MUST_CHECK int scratch_grow(int fd, off_t size, struct err *err);

/* All bytes or nothing. */
MUST_CHECK int scratch_write(int fd, const void *bytes, size_t size, off_t at, struct err *err);
MUST_CHECK int scratch_read(int fd, void *bytes, size_t size, off_t at, struct err *err);

#endif
