#ifndef COUNTERPART_STUDY_UNTIL_H
#define COUNTERPART_STUDY_UNTIL_H

/* How many replications: as many as it takes until the 95% interval of a metric is
 * as narrow as asked. Of one run, the interval of the mean; of several worlds, those
 * of the paired differences from the first, which hold together.
 *
 * One looks after UNTIL_FIRST replications at least, and then whenever there are a tenth more, 10 at least:
 * the rule of Chow and Robbins (1965), "On the asymptotic theory of fixed-width sequential confidence
 * intervals for the mean", Annals of Mathematical Statistics 36, 457-462, with fewer looks. Whoever stops
 * when an interval happens to be narrow covers a little less than 95%; the first looks count most, and so are
 * not taken. docs/validation.md has by how much. When to look does not depend on threads. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "study/run_view.h"
#include "study/stats.h"

enum { UNTIL_FIRST = 20, UNTIL_STEP = 10 };

struct until {
    const char *text; /* "deaths<5": borrowed */
    size_t name_length;
    double half;   /* the half width that is asked for */
    bool relative; /* as a share of the mean (of several worlds: of the base), not in units of the metric */
};

MUST_CHECK int until_parse(struct until *until, const char *text, struct err *err);

/* The metric's position; -1, with the nearest name, when there is none. */
MUST_CHECK int until_find(const struct until *until, const struct run_view *view, size_t *metric,
                          struct err *err);

/* How wide it is after so many replications. */
struct until_state {
    double half;  /* the widest half width, as asked for: a share or in units; NaN when undefined */
    bool reached; /* a metric that was the same in all replications has a half width of 0 */
};
MUST_CHECK int until_look(const struct until *until, const struct run_view *views, size_t worlds,
                          struct until_state *state, struct err *err);

/* How many replications there are at the next look, when there have been so many; `limit` at most. */
uint32_t until_next(uint32_t replications, uint32_t limit);

#endif
