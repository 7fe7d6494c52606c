#ifndef COUNTERPART_STUDY_WHOLE_FILE_H
#define COUNTERPART_STUDY_WHOLE_FILE_H

/* Files that appear whole or not at all, whenever the machine stops. */

#include <stddef.h>

#include "sim/err.h"

/* A file under way: PATH.<unique>.partial in the folder of PATH. */
struct whole_file {
    char *target, *partial; /* owned; partial NULL: nothing to remove */
    int fd;                 /* -1: closed */
};

/* A symbolic link is followed; what is not a regular file is refused. Always pair with whole_file_abandon().
 */
MUST_CHECK int whole_file_open(struct whole_file *file, const char *path, struct err *err);
MUST_CHECK int whole_file_append(struct whole_file *file, const void *bytes, size_t size, struct err *err);
/* Syncs the file, renames it to PATH and syncs the folder. On failure PATH is as it was (only when the
 * folder's own sync fails is the new file already in place). */
MUST_CHECK int whole_file_commit(struct whole_file *file, struct err *err);
/* Removes what has not been committed; safe to repeat, and after a commit. */
void whole_file_abandon(struct whole_file *file);

/* All of the above with these bytes. No partial file stays. */
MUST_CHECK int whole_file_write(const char *path, const void *bytes, size_t size, struct err *err);

#endif
