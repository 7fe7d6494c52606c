#ifndef COUNTERPART_MODELS_POLICIES_MATCH_H
#define COUNTERPART_MODELS_POLICIES_MATCH_H

/* Who helps whom: rules that give each hospital that is to be helped one helper,
 * while helpers can take so many. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

enum match_rule { MATCH_LIST, MATCH_NEAREST, MATCH_NEED, MATCH_BALANCED, MATCH_OPTIMAL };

enum { MATCH_NOBODY = -1 };

struct match {
    size_t helpers, helped;
    const int64_t *way_us; /* [helped][helper] */
    const int64_t *need;   /* of each helped: patients, at least 0 */
    const int64_t *size;   /* of each helper, at least 1: what `balanced` weighs its load by */
    int64_t load;          /* hospitals that a helper can take; 0: any number */
};

/* Fills helper_of[helped] with helpers, or MATCH_NOBODY where none is left. Ties go to the first.
 * nearest: pairs from the shortest way on. need: the neediest first, each the nearest helper that is left.
 * balanced: the neediest first, each the helper with the least load for its size, of equals the nearest.
 * optimal: as many as can be are helped, and of all such ways the sum of (need + 1) x way is least. */
MUST_CHECK int match_make(const struct match *match, enum match_rule rule, int32_t *helper_of,
                          struct err *err);

/* The last, by linear programming (GLPK's network structure makes its vertices whole numbers). In
 * match_optimal.c. */
MUST_CHECK int match_optimal(const struct match *match, int32_t *helper_of, struct err *err);

#endif
