#ifndef COUNTERPART_STUDY_DESIGN_H
#define COUNTERPART_STUDY_DESIGN_H

/* The points of a design of experiments: which values the factors have at each.
 * A function of the design alone; where a factor falls by chance does not depend on
 * which other factors there are. */

#include <stddef.h>

#include "models/design_spec.h"
#include "sim/err.h"
#include "sim/mem.h"

struct design {
    const struct design_spec *spec; /* borrowed */
    size_t points, factors;
    double *values; /* [point][factor]: a number, or which of the factor's texts; NaN: the scenario's own */
    struct arena arena;
};

/* Zeroes *design first: design_free() is always safe. */
MUST_CHECK int design_init(struct design *design, const struct design_spec *spec, struct err *err);
void design_free(struct design *design);

const struct design_factor *design_factor_of(const struct design *design, size_t factor);
const struct design_scenario *design_scenario_of(const struct design *design, size_t scenario);

/* What a point changes in a scenario: `count` texts "PATH=VALUE". */
struct design_sets {
    const char **texts;
    size_t count;
    struct arena arena; /* owns both */
};
MUST_CHECK int design_sets_of(struct design_sets *sets, const struct design *design, size_t point,
                              size_t scenario, struct err *err);
void design_sets_free(struct design_sets *sets); /* safe to repeat */

/* A value of a factor as people read it: the number with its unit, or the text. "" for NaN. */
enum { DESIGN_VALUE_TEXT = 200 };
void design_value_text(const struct design_factor *factor, double value, char text[DESIGN_VALUE_TEXT]);

/* Where the parts of some kinds are. One at a time: point 0 is the base. */
size_t design_low_point(size_t factor);
size_t design_high_point(size_t factor);
/* Sobol' indices: row `row` of matrix A, of B, and of A with the column of a factor taken from B. */
size_t design_rows(const struct design *design);
size_t design_point_a(const struct design *design, size_t row);
size_t design_point_b(const struct design *design, size_t row);
size_t design_point_ab(const struct design *design, size_t row, size_t factor);

#endif
