#ifndef COUNTERPART_MODELS_SOURCE_H
#define COUNTERPART_MODELS_SOURCE_H

/* From files to settings: reads a file and what it includes, looks it over for what
 * libconfig would accept silently or report poorly (numbers that overflow, open
 * brackets, settings that stand twice, bad UTF-8), has libconfig parse it, and keeps
 * for every setting the file and line that the user knows. */

#include <stddef.h>
#include <sys/types.h>

#include "models/setting.h"
#include "sim/err.h"
#include "sim/mem.h"

enum { SOURCE_DEPTH = 16, SOURCE_BYTES = 64 << 20, SOURCE_LINES = 4000000 };

/* A file that was read, for the record of a scenario as written. */
struct source_file {
    const char *name; /* as the file says that names it */
    const char *role; /* "scenario", "base", "include" */
    const char *text;
    dev_t device;
    ino_t inode;
    unsigned bad_line; /* where the text is not UTF-8; 0: the problem is of the whole file */
};

struct source_files {
    struct source_file *list; /* owned, in the order of reading */
    size_t count, capacity;
    size_t bytes;
};
void source_files_free(struct source_files *files);

/* Reads `path` and its includes into a tree. `role` and `name` are for the record. NULL after problems were
 * added to *err. */
struct setting *source_read(struct arena *arena, struct source_files *files, const char *path,
                            const char *name, const char *role, const struct setting *named_at,
                            struct err *err);

/* Parses one value of the command line ("PATH=VALUE" is `set`); what is no libconfig value is a text. */
struct setting *source_value(struct arena *arena, const char *set, const char *value, const char *folder,
                             struct err *err);

/* A whole file in memory, checked: a regular file, not larger than SOURCE_BYTES, no NUL bytes, valid UTF-8,
 * without its byte order mark. The message says why, without the path (identity->bad_line may name a line).
 * The text is freed by the caller. */
MUST_CHECK int source_text(const char *path, char **text, size_t *length, struct source_file *identity,
                           struct err *err);

/* Reports the message of source_text() about a file: "path: why" or "path:line: (text): why". Returns -1. */
int source_unreadable(const char *path, const struct source_file *identity, const char *why, struct err *err);

/* `path` seen from the folder: itself when absolute. */
MUST_CHECK char *source_join(struct arena *arena, const char *folder, const char *path, struct err *err);

/* The folder of a path, with its last '/'; "" when it has none. */
MUST_CHECK char *source_folder(struct arena *arena, const char *path, struct err *err);

#endif
