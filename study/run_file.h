#ifndef COUNTERPART_STUDY_RUN_FILE_H
#define COUNTERPART_STUDY_RUN_FILE_H

/* What the result file of a run contains: gathered from the worlds of all
 * replications. See run_view.h for reading it back. */

#include <stdint.h>

#include "models/scenario.h"
#include "models/world.h"
#include "sim/err.h"
#include "study/result_file.h"

struct run_file;

/* With room for so many replications. The scenario must outlive it. The caller frees. */
MUST_CHECK struct run_file *run_file_new(const struct scenario *scenario, uint32_t replications,
                                         struct err *err);
void run_file_free(struct run_file *file);

/* Before the first replication: what is counted month by month is left out, so that thousands of replications
 * fit into memory. */
void run_file_keep_metrics_only(struct run_file *file);

/* Takes what the finished world of one replication has counted into that replication's slot; the world may
 * be freed afterwards. Threads may call it at the same time for different replications. Fails when the world
 * is not shaped as those of the other replications. */
MUST_CHECK int run_file_take(struct run_file *file, const struct world *world, uint32_t replication,
                             struct err *err);

/* The result is that of the first so many replications, as many as there is room for at most; more may be
 * added afterwards. Views of the result have to be taken anew. */
void run_file_cut(struct run_file *file, uint32_t replications);
/* The result says that it is of this scenario, the same but for the number of replications. Nothing can be
 * added afterwards. */
MUST_CHECK int run_file_rename(struct run_file *file, const struct scenario *scenario, struct err *err);

/* The whole, once every replication (of those that it was cut to) has been taken; borrowed. NULL on failure.
 */
MUST_CHECK const struct result *run_file_result(struct run_file *file, struct err *err);

#endif
