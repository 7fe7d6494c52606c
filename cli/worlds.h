#ifndef COUNTERPART_CLI_WORLDS_H
#define COUNTERPART_CLI_WORLDS_H

/* The worlds that a command sets against each other: scenarios, which are run here,
 * all at once or replication by replication, and result files of earlier runs. */

#include "cli/cli.h"
#include "cli/kept.h"
#include "study/run_file.h"
#include "study/run_view.h"
#include "study/saved_run.h"

struct worlds_entry {
    struct scenario scenario;
    struct run_file *run;
    struct result read;
    const struct result *result; /* of one of the two; NULL: not yet run */
    int64_t branch_us;           /* until then it is as the first that is run; BRANCH_NEVER: it is not */
    uint32_t done;               /* replications that have been run here */
};

struct worlds {
    const struct cli_options *options;
    struct worlds_entry *items;
    struct run_view *views;   /* by world; whole after a run, before it only seed and replications */
    size_t count, runs;       /* runs: those that are not read from files */
    uint32_t room;            /* replications that may be run in all */
    bool metrics_only;        /* what is counted by month is not kept */
    struct saved_run *shared; /* what the first that is run keeps for the others; NULL: nothing */
    struct kept kept;         /* with --patients */
    uint64_t events;
};

/* Loads what the options name as paths, and finds what the worlds share. most: the most replications that
 * will be asked for, 0: as many as the scenarios say. Zeroes *worlds first. 0 or the exit code. */
MUST_CHECK int worlds_load(struct worlds *worlds, const struct cli_options *options, uint32_t most,
                           struct err *err);
void worlds_free(struct worlds *worlds); /* safe to repeat */

/* Runs the replications up to `to` that have not been run yet, of the worlds that are included (NULL: all);
 * views are then of the first `to` replications. */
MUST_CHECK int worlds_run(struct worlds *worlds, const bool *included, uint32_t to, struct err *err);

/* When all have been run so far: the results say so, as if that number had been asked for. */
MUST_CHECK int worlds_settle(struct worlds *worlds, uint32_t replications, struct err *err);

#endif
