#ifndef COUNTERPART_SIM_RACE_H
#define COUNTERPART_SIM_RACE_H

/* An exponential race between alternatives of different weights: each draws an
 * exponential time over its weight, and the least time wins, which happens to each
 * in proportion to its weight. With weights as logarithms (utilities) and times as
 * logarithms too, a time is race_time(word) less the utility. Nearly all
 * alternatives lose by far, which bounds by a table tell without a logarithm. */

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/rng.h"

enum { RACE_MOST = 16 }; /* alternatives */

/* The logarithm of the time of an alternative of weight 1; falls as the word rises. */
static inline double race_time(uint32_t word)
{
    return log(-log(rng_unit(word)));
}

/* No word is so lucky that its time is shorter. */
#define RACE_LEAST_TIME (-23.0)

/* Words fall into cells of 1/32 of the chance that is left above them. */
enum { RACE_CELLS = 994 };
struct race_table {
    float least[RACE_CELLS], most[RACE_CELLS]; /* of the times of a cell */
};
void race_table_init(struct race_table *table);

/* Utilities beyond it are not bounded. */
#define RACE_GREATEST 1e6

/* What a race reads of alternatives whose utilities are known beforehand, so that it may be kept near. */
struct race_field {
    const float *bound; /* [RACE_MOST], 64-byte aligned: not less than the utility; -INFINITY: does not run */
    float margin;       /* more than rounding can be */
};

/* The bound of a utility; the margin begins as 0 and rises. False: there is none. */
bool race_bound(double utility, float *bound, float *margin);

/* A bit for each of those who may win; 0 when nobody runs. What the others drew does not matter. `latest`:
 * the winner is not later. */
uint32_t race_left(const struct race_table *table, struct race_field field, const uint32_t word[RACE_MOST],
                   double *latest);
/* The same of several races, each with so many words. */
struct race_left {
    double latest;
    uint32_t who;
};
void race_left_each(const struct race_table *table, const struct race_field *field, const uint32_t *word,
                    size_t count, struct race_left *left);
/* The same on every processor. */
uint32_t race_left_plain(const struct race_table *table, struct race_field field,
                         const uint32_t word[RACE_MOST], double *latest);

#endif
