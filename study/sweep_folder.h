#ifndef COUNTERPART_STUDY_SWEEP_FOLDER_H
#define COUNTERPART_STUDY_SWEEP_FOLDER_H

/* What a sweep has left in its folder: status and merge need no design. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "sim/mem.h"
#include "study/result_file.h"

/* The plan of a sweep, read back. */
struct sweep_folder {
    const char *path; /* borrowed */
    struct result plan;
    const char *fingerprint;
    size_t scenarios, points, replications, tasks, shard_tasks, shards;
};

MUST_CHECK int sweep_folder_open(struct sweep_folder *folder, const char *path, struct err *err);
void sweep_folder_free(struct sweep_folder *folder); /* safe to repeat */

/* "FOLDER/sweep.h5", "FOLDER/shard-000012.h5"; malloc'ed. */
MUST_CHECK char *sweep_plan_path(const char *folder, struct err *err);
MUST_CHECK char *sweep_shard_path(const char *folder, size_t shard, struct err *err);

/* How many tasks a shard has. */
size_t sweep_shard_size(size_t tasks, size_t shard_tasks, size_t shard);

/* Reads a shard and checks it: its checksum, and that it is this shard of this sweep. */
MUST_CHECK int sweep_shard_read(struct result *shard, const char *folder, const char *fingerprint,
                                size_t number, size_t first_task, size_t tasks, struct err *err);

/* Shards that have a file; how many tasks they hold. Not looked into. */
size_t sweep_folder_present(const struct sweep_folder *folder, size_t *tasks);

/* All shards as one result with the dimensions scenario, point, replication and metric: values of tasks whose
 * shard is missing are NaN. Checks every checksum. Missing or damaged shards are a failure that names the first
 * of them, unless `gaps`; then *missing gets their number. The result is owned by *merged and borrows from the
 * folder. */
struct sweep_merged {
    struct result result;
    struct arena arena;
};
MUST_CHECK int sweep_merge(struct sweep_merged *merged, const struct sweep_folder *folder, bool gaps,
                           size_t *missing, struct err *err);
void sweep_merged_free(struct sweep_merged *merged); /* safe to repeat */

#endif
