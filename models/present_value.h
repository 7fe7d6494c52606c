#ifndef COUNTERPART_MODELS_PRESENT_VALUE_H
#define COUNTERPART_MODELS_PRESENT_VALUE_H

/* Costs and years of life as those compare them who decide: worth less the later
 * they come, and by year for budgets, which are not discounted. */

#include <stddef.h>

#include "sim/err.h"

struct world;

/* Adds the metrics `discounted/...` (daly, patient_cost, insurer_cost, programme_cost, as of the end of the
 * warm-up) and `year/N/...` (the costs as they are paid). A step counts by its middle, and in the year in
 * which it begins. */
MUST_CHECK int present_value_add(struct world *world, struct err *err);

/* What one unit is worth that comes after so many years. */
double present_value(double discount, double years);

/* How many years after the warm-up the run has, the last perhaps in part. */
size_t present_value_years(const struct world *world);

#endif
