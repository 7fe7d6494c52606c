#ifndef COUNTERPART_STUDY_KN_H
#define COUNTERPART_STUDY_KN_H

/* Which of several worlds has the largest mean, with a promise: the fully sequential
 * procedure of Kim and Nelson (2001), "A fully sequential procedure for
 * indifference-zone selection in simulation", ACM Transactions on Modeling and
 * Computer Simulation 11, 251-273, with c = 1. Worlds may share their luck; the more
 * they do, the fewer replications it takes.
 *
 * After a first stage, worlds are compared in pairs, one replication more at a time; one that falls behind
 * another by more than their differences vary leaves. The promise: when the best is better than every other
 * by the indifference or more, it is what is left with the promised probability; when not, what is left is
 * within the indifference of the best with that probability. It is exact for normal values and a promise of
 * at least that much otherwise, in the limit of small indifference. */

#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"

struct kn {
    size_t worlds, stage;        /* values looked at so far, of each world */
    double indifference, growth; /* growth: h^2 of the paper */
    double *spread;              /* owned; [i][j]: variance of the difference in the first stage */
    double *sums;                /* owned; of the values so far */
    size_t *left;                /* owned; the stage at which a world left; 0: it has not */
    size_t remaining;
};

/* columns[i]: the values of world i, `first` of them (two at least). promise: between 1/worlds and 1. Looks
 * at the first stage. Zeroes *kn first. Fails when memory runs out. */
MUST_CHECK int kn_begin(struct kn *kn, const double *const *columns, size_t worlds, size_t first,
                        double indifference, double promise, struct err *err);
void kn_free(struct kn *kn); /* safe to repeat */

/* Looks at more values of those that remain, up to `to` of each, or until it is done. */
void kn_look(struct kn *kn, const double *const *columns, size_t to);

/* One remains, or those that remain are as good as equal: then any of them is what was looked for. */
bool kn_is_done(const struct kn *kn);
/* Stages after which it is done for certain. */
size_t kn_most(const struct kn *kn);
/* Of those that remain, the one with the largest mean; the first of equal ones. */
size_t kn_best(const struct kn *kn);

#endif
