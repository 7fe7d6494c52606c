#ifndef COUNTERPART_STUDY_RUN_PARTS_H
#define COUNTERPART_STUDY_RUN_PARTS_H

/* What a long run has finished, kept in the folder FILE.parts until FILE is written: a run that was killed
 * goes on from there. A part is a result file of the replications that have finished since the last one was
 * written. Where fields are added up over the replications (run_file_adds_up()) nothing is kept. Which
 * replications stand together depends on the clock; what each says does not. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "models/world.h"
#include "sim/err.h"
#include "study/run_file.h"

#ifndef RUN_PARTS_S /* tests keep every replication */
#define RUN_PARTS_S 10.0
#endif

struct run_parts;

/* For a run of a scenario into the file at `path`; `world` is one of its worlds. A part is written at most
 * every `every_s` seconds. With `resume` what an earlier run of the same scenario, seed, version and number
 * of replications has left is taken up; what is damaged, or of another run, is passed over. The caller frees.
 */
MUST_CHECK struct run_parts *run_parts_new(const char *path, const struct scenario *scenario,
                                           const struct world *world, double every_s, bool resume,
                                           struct err *err);
void run_parts_free(struct run_parts *parts);

/* Whether a replication need not be run, and how many such there are. */
bool run_parts_has(const struct run_parts *parts, uint32_t replication);
uint32_t run_parts_taken_up(const struct run_parts *parts);
/* The folder, when a replication has been kept there; NULL otherwise. */
const char *run_parts_folder(const struct run_parts *parts);

/* A replication has finished and its slot of the file is filled. From any thread. */
MUST_CHECK int run_parts_take(struct run_parts *parts, struct run_file *file, uint32_t replication,
                              struct err *err);

/* The whole: what was taken up and what the file has got since. Lives as long as both. NULL on failure. */
MUST_CHECK const struct result *run_parts_result(struct run_parts *parts, struct run_file *file,
                                                 struct err *err);
/* Once the whole has been written. What other runs have left stays. */
void run_parts_remove(const struct run_parts *parts);

#endif
