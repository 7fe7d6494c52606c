#ifndef COUNTERPART_CLI_UNTIL_H
#define COUNTERPART_CLI_UNTIL_H

/* --until and --limit: replications are added until the intervals are as narrow as
 * asked. */

#include "cli/cli.h"
#include "study/run_file.h"
#include "study/run_view.h"

/* What --until adds replications to. */
struct until_job {
    const struct cli_options *options;
    /* Runs the replications up to `to` that have not been run, and has *views point to those of the worlds.
     */
    int (*run)(void *data, uint32_t to, const struct run_view **views, struct err *err);
    void *data;
    size_t worlds;
    uint32_t first; /* replications to begin with; fewer than UNTIL_FIRST count as that many */
};

/* How many replications may be run: --limit, or its default. */
uint32_t until_limit(const struct cli_options *options);

/* Adds replications until every --until is met, or there are as many as may be. Returns 0 or the exit code;
 * *reached tells whether it was met (when not, a line for each has been printed), *replications how many
 * were run. */
MUST_CHECK int until_run(const struct until_job *job, uint32_t *replications, bool *reached, struct err *err);

/* The result says that it is of so many replications, as if they had been asked for. */
MUST_CHECK int until_settle(struct run_file *run, const char *path, const struct cli_options *options,
                            uint32_t replications, struct err *err);

#endif
