#ifndef COUNTERPART_STUDY_TRACE_FILE_H
#define COUNTERPART_STUDY_TRACE_FILE_H

/* The trace of a run as CSV: one row a visit of a patient to a station or ward, or
 * the part of one until an interruption; one replication after the other. Times in
 * seconds since the start of the scenario; empty where nothing has happened. */

#include <stdint.h>

#include "models/world.h"
#include "sim/err.h"

struct trace_file;

/* Opens the file for so many replications. The caller frees, which removes what has not been finished. */
MUST_CHECK struct trace_file *trace_file_new(const char *path, uint32_t replications, struct err *err);
void trace_file_free(struct trace_file *file);

/* Takes the visits of a world that has run. Threads may call it at the same time for different replications:
 * rows are written when all replications before have been. */
MUST_CHECK int trace_file_take(struct trace_file *file, const struct world *world, uint32_t replication,
                               struct err *err);

/* Every replication has been taken: the file appears at its path. */
MUST_CHECK int trace_file_finish(struct trace_file *file, struct err *err);

#endif
