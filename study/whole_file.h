#ifndef COUNTERPART_STUDY_WHOLE_FILE_H
#define COUNTERPART_STUDY_WHOLE_FILE_H

/* Files that appear whole or not at all, whenever the machine stops. */

#include <stddef.h>

#include "sim/err.h"

/* Writes the bytes to PATH.<unique>.partial in the same folder, syncs them, renames the file to PATH and
 * syncs the folder. On failure PATH is as it was and no partial file stays (only when the folder's own sync
 * fails is the new file already in place). A symbolic link is followed; what is not a regular file is
 * refused. */
MUST_CHECK int whole_file_write(const char *path, const void *bytes, size_t size, struct err *err);

#endif
