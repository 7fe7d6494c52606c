#ifndef COUNTERPART_STUDY_SAVED_RUN_H
#define COUNTERPART_STUDY_SAVED_RUN_H

/* The state of every replication of a run at one time, to be gone on from: in the
 * same world, or in several that differ by policies which start later. In memory
 * or in a file, which says what it was made of. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

struct saved_run;
struct world;

/* Of this world (of any replication; built and not run) at a time, to be filled by saved_run_take(). Refuses
 * a time that is not within the run. The caller frees. */
MUST_CHECK struct saved_run *saved_run_new(const struct world *world, int64_t at_us, uint32_t replications,
                                           struct err *err);
void saved_run_free(struct saved_run *saved);

/* Keeps states of so many bytes in all at most. Those for which there is no room, or which cannot be saved,
 * are left out without a word: saved_run_holds() tells. */
void saved_run_keep_what_fits(struct saved_run *saved, size_t most_bytes);
bool saved_run_holds(const struct saved_run *saved, uint32_t replication);
/* Forgets the states taken so far, so that there is room for others. */
void saved_run_forget(struct saved_run *saved);
/* Whether what is left out may be run from the start instead. */
bool saved_run_is_optional(const struct saved_run *saved);

int64_t saved_run_at_us(const struct saved_run *saved);
uint32_t saved_run_replications(const struct saved_run *saved);

/* The world has been run until that time. From any thread, for different replications at the same time. */
MUST_CHECK int saved_run_take(struct saved_run *saved, const struct world *world, uint32_t replication,
                              struct err *err);
/* When all have been taken. The file appears whole or not at all. */
MUST_CHECK int saved_run_write(const struct saved_run *saved, const char *path, struct err *err);

/* Refuses files that are damaged, cut off, of another version, or something else. */
MUST_CHECK struct saved_run *saved_run_read(const char *path, struct err *err);

/* Whether the world of a scenario (built and not run), and so many replications of it, can go on from there:
 * it must be the same but for policies that start at that time or later. */
MUST_CHECK int saved_run_check(const struct saved_run *saved, const struct world *world, int64_t replications,
                               struct err *err);
/* Into a world that has been built and not run; it is fit for world_free() only when this fails. From any
 * thread. */
MUST_CHECK int saved_run_restore(const struct saved_run *saved, struct world *world, uint32_t replication,
                                 struct err *err);

#endif
