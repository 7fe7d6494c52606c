#ifndef COUNTERPART_MODELS_QUANTITIES_H
#define COUNTERPART_MODELS_QUANTITIES_H

/* What can be asked of a ledger: its fields and the ratios and sums of them that
 * people speak of. One table serves metrics and targets. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/ledger.h"

enum { QUANTITY_TERMS = 6, QUANTITY_FIELDS = 64 };

/* What is more to a quantity than a ratio of sums over the same selection. */
enum quantity_form {
    QUANTITY_PLAIN,
    QUANTITY_DAYS,    /* means over time are multiplied by the days of the selection: bed-days */
    QUANTITY_OF_WHOLE /* the lower sum is over all facilities */
};

/* (sum of `over`) / (sum of `under`) x scale; without `under`, the sum alone. */
struct quantity {
    const char *name, *unit, *long_name;
    const char *over[QUANTITY_TERMS]; /* names of fields of one group */
    const char *under[QUANTITY_TERMS];
    double scale;
    enum quantity_form form;
};

extern const struct quantity quantities[];
extern const size_t quantity_count;

/* Part of a ledger; -1: all. Fields that lack a dimension ignore it. */
struct selection {
    int64_t index[LEDGER_DIMS];
    const bool *left_out;      /* conditions that a sum over all conditions passes over; NULL: none */
    const bool *among;         /* facilities that a sum over all facilities is of; NULL: of all */
    size_t from_step, to_step; /* [from, to) */
};
struct selection selection_all(const struct ledger *ledger, const bool *left_out);

/* Sum over the selection (COUNT, SUM), mean over time of the sum over cells (MEAN), sum over cells at the end
 * of the last step (LEVEL). */
double quantity_field(const struct ledger *ledger, size_t field, const struct selection *selection);
/* The same for several fields of one group. */
void quantity_fields(const struct ledger *ledger, const size_t *fields, size_t count,
                     const struct selection *selection, double *values);
double quantity_value(const struct ledger *ledger, const struct quantity *quantity,
                      const struct selection *selection);

/* The same from what is known of this selection, and of all facilities in place of those that it has: the
 * values by number of the field. NULL: nothing is. */
double quantity_of(const struct ledger *ledger, const struct quantity *quantity,
                   const struct selection *selection, const double *known, const double *known_whole);

/* Whether a field, or what a quantity is made of, is counted by facility. */
bool quantity_field_is_of_facility(size_t field);

/* Position of a field or quantity by name, or -1. */
int64_t quantity_find_field(const char *name);
int64_t quantity_find(const char *name);

#endif
