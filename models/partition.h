#ifndef COUNTERPART_MODELS_PARTITION_H
#define COUNTERPART_MODELS_PARTITION_H

/* Cuts a world into partitions that hear of each other by messages alone, so that
 * they can be run at the same time. What they would share at once merges them. */

#include <stdint.h>

#include "sim/err.h"

struct world;

/* Decides on the partitions (run_spec.partitions), the window, and what set them; makes the views. To be
 * called once everything else has been built. */
MUST_CHECK int partition_cut(struct world *world, struct err *err);
/* For the engine: until when partitions do not hear of each other. */
int64_t partition_lookahead(const void *world, int64_t now_us);
void partition_forget_patients(struct world *world);
void partition_free(struct world *world);

/* Adds the counts of the partitions into the whole world, where they are closed, and gives each its new step.
 */
MUST_CHECK int partition_close_step(struct world *world, struct err *err);

/* Forgets what the system's statistics have counted, keeps levels: the end of the warm-up. */
void partition_restart(struct world *world, int64_t now_us);
/* Patients in the whole system. */
int64_t partition_present(const struct world *world);
/* Adds the system's statistics of the partitions into the whole world's: the end of the run. */
MUST_CHECK int partition_gather(struct world *world, struct err *err);

/* What is known elsewhere of who gives what, what is free and how long lines are. */
void partition_refresh_board(struct world *world);

/* The system's statistics, over all partitions; restored into the first. */
struct state_reader;
struct state_writer;
void partition_save(const struct world *world, struct state_writer *writer);
void partition_restore(struct world *world, struct state_reader *reader);

#endif
