#ifndef COUNTERPART_MODELS_ARRIVALS_H
#define COUNTERPART_MODELS_ARRIVALS_H

/* What a scenario says about the arrivals of a condition: whether it fits together
 * and what it amounts to. The streams made of it are in demand.h. */

#include <stdbool.h>

#include "models/scenario.h"
#include "sim/err.h"

/* Reports what no single key can say. */
MUST_CHECK int arrivals_check(const struct scenario *scenario, const struct condition_spec *condition,
                              struct err *err);

/* One stream in each place, rather than one in all. */
bool arrivals_by_place(const struct arrivals_spec *arrivals);

/* Mean arrivals a second at random, among so many people; 0 when they come otherwise. */
double arrivals_rate(const struct arrivals_spec *arrivals, double people);

/* Patients to expect among so many people in a run, its backlog included. */
MUST_CHECK int arrivals_expected(const struct arrivals_spec *arrivals, double people, double run_s,
                                 double *patients, struct err *err);

#endif
