#ifndef COUNTERPART_MODELS_QUANTITIES_H
#define COUNTERPART_MODELS_QUANTITIES_H

/* What can be asked of a ledger: its fields and the ratios and sums of them that
 * people speak of. One table serves metrics and targets. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/ledger.h"

enum { QUANTITY_TERMS = 6 };

/* (sum of `over`) / (sum of `under`) x scale; without `under`, the sum alone. */
struct quantity {
    const char *name, *unit, *long_name;
    const char *over[QUANTITY_TERMS]; /* names of fields of one group */
    const char *under[QUANTITY_TERMS];
    double scale;
};

extern const struct quantity quantities[];
extern const size_t quantity_count;

/* Part of a ledger; -1: all. Fields that lack a dimension ignore it. */
struct selection {
    int64_t index[LEDGER_DIMS];
    const bool *left_out;      /* conditions that a sum over all conditions passes over; NULL: none */
    size_t from_step, to_step; /* [from, to) */
};
struct selection selection_all(const struct ledger *ledger, const bool *left_out);

/* Sum over the selection (COUNT, SUM), mean over time of the sum over cells (MEAN), sum over cells at the end
 * of the last step (LEVEL). */
double quantity_field(const struct ledger *ledger, size_t field, const struct selection *selection);
double quantity_value(const struct ledger *ledger, const struct quantity *quantity,
                      const struct selection *selection);

/* Position of a field or quantity by name, or -1. */
int64_t quantity_find_field(const char *name);
int64_t quantity_find(const char *name);

#endif
