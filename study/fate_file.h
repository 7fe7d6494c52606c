#ifndef COUNTERPART_STUDY_FATE_FILE_H
#define COUNTERPART_STUDY_FATE_FILE_H

/* What happened to every patient of one world, in all replications: codes of
 * models/fate.h in the order of identity (place, condition, number), eight bytes
 * each, in a file without a name. */

#include <stddef.h>
#include <stdint.h>

#include "models/world.h"
#include "sim/err.h"

struct fate_file;

/* The folder for temporary files: TMPDIR, or /tmp. */
const char *fate_file_folder(void);

/* Room for so many replications. The caller frees. */
MUST_CHECK struct fate_file *fate_file_new(uint32_t replications, struct err *err);
void fate_file_free(struct fate_file *file);

/* Writes the fates of a world that has been run; it may be freed afterwards. Threads may call it at the same
 * time for different replications. */
MUST_CHECK int fate_file_take(struct fate_file *file, const struct world *world, uint32_t replication,
                              struct err *err);

/* Once a replication has been taken. Texts live as long as the file. */
struct fate_stream {
    const char *place, *condition;
    uint64_t identity;
    unsigned classes;
    const char *const *class_names; /* of severity, by class */
};
size_t fate_file_streams(const struct fate_file *file);
struct fate_stream fate_file_stream(const struct fate_file *file, size_t stream);

/* Goes through one replication, stream by stream. Zero-initialise, then open; always close. */
struct fate_reader {
    const struct fate_file *file;
    uint32_t replication;
    uint64_t *count, *begin; /* owned: by stream, in patients */
    int64_t at;              /* where the first code stands */
};
MUST_CHECK int fate_reader_open(struct fate_reader *reader, const struct fate_file *file,
                                uint32_t replication, struct err *err);
void fate_reader_close(struct fate_reader *reader);
/* Codes of so many patients of a stream; those who are not there are 0. */
MUST_CHECK int fate_reader_get(const struct fate_reader *reader, size_t stream, uint64_t first, size_t count,
                               uint64_t *codes, struct err *err);

#endif
