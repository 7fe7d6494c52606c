#ifndef COUNTERPART_STUDY_SWEEP_H
#define COUNTERPART_STUDY_SWEEP_H

/* A design run into a folder, in shards that survive whatever ends the program: a
 * task is one replication of one point in all scenarios; consecutive tasks, worth
 * about ten seconds by what the design declares, are one file, which appears whole
 * or not at all and ends with a checksum. The cut follows from the design alone,
 * and the bytes of a shard from the design and the version, so that it does not
 * matter who makes it, when, or how often. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "study/detail.h"
#include "study/trial.h"

#define SWEEP_SHARD_S 10.0

/* How the tasks of a sweep are cut, and where it lives. */
struct sweep {
    const struct trials *trials; /* borrowed */
    const char *folder;          /* borrowed */
    enum detail detail;          /* which metrics, where the design names none */
    size_t tasks, shard_tasks, shards;
    size_t member, members;    /* this member makes the shards s with s % members == member */
    uint64_t fingerprint;      /* of all that the bytes of the shards depend on */
    int common_lock, own_lock; /* -1: not open */
    bool locked;               /* false where the file system knows no locks */
};

/* Zeroes *sweep first: sweep_free() is always safe. members >= 1. */
MUST_CHECK int sweep_init(struct sweep *sweep, const struct trials *trials, const char *folder,
                          enum detail detail, size_t member, size_t members, struct err *err);
void sweep_free(struct sweep *sweep); /* gives the folder back; safe to repeat */

/* Makes the folder and its plan (FOLDER/sweep.h5), or finds the plan of the same sweep there. Refuses a
 * folder of another sweep, and one in which another process makes the same shards. `resume`: there must be a
 * plan. */
MUST_CHECK int sweep_open(struct sweep *sweep, bool resume, struct err *err);

/* The fingerprint as files say it. */
enum { SWEEP_FINGERPRINT = 17 };
void sweep_fingerprint_text(const struct sweep *sweep, char text[SWEEP_FINGERPRINT]);

struct sweep_progress {
    size_t shards, shards_kept, shards_made; /* of this member; kept: found whole */
    size_t tasks, tasks_done;                /* that are to be run now */
};

struct sweep_options {
    unsigned threads;
    /* Called after each task and now and then, never by two threads at once; false: whole shards are left,
     * and no more are begun. May be NULL. */
    bool (*go_on)(void *data, const struct sweep_progress *progress);
    void *data;
};

/* Makes the member's shards that are missing or damaged, and writes its manifest. 0 also when go_on has ended
 * it: then shards_kept + shards_made < shards. */
MUST_CHECK int sweep_run(const struct sweep *sweep, const struct sweep_options *options,
                         struct sweep_progress *progress, struct err *err);

#endif
