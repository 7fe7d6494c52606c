#ifndef COUNTERPART_STUDY_RESULT_SEAL_H
#define COUNTERPART_STUDY_RESULT_SEAL_H

/* The last 16 bytes of a result file: a mark and a checksum of all bytes before
 * them. HDF5 readers ignore what follows the end that their superblock states,
 * and programs that change the file cut the seal off. So a damaged file is
 * recognised before the HDF5 library, which damage can crash, looks at it. */

#include <stddef.h>

#include "sim/err.h"

enum { RESULT_SEAL_BYTES = 16 };

/* The seal of `size` bytes. */
void result_seal(const void *bytes, size_t size, unsigned char seal[RESULT_SEAL_BYTES]);

/* Checks the file behind fd (of file_bytes): fails when it has a seal that does not fit. A file without a
 * seal passes. */
MUST_CHECK int result_seal_check(int fd, size_t file_bytes, const char *path, struct err *err);

#endif
