#include "study/run_sums.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

int run_sums_init(struct run_sums *sums, const size_t *cells, size_t steps, struct err *err)
{
    *sums = (struct run_sums){.steps = steps};
    sums->cells = mem_zeroed(ledger_field_count, sizeof *sums->cells, err);
    sums->sum = mem_zeroed(ledger_field_count, sizeof *sums->sum, err);
    sums->squares = mem_zeroed(ledger_field_count, sizeof *sums->squares, err);
    if (sums->cells == NULL || sums->sum == NULL || sums->squares == NULL)
        return -1;
    memcpy(sums->cells, cells, ledger_field_count * sizeof *cells);
    for (size_t f = 0; f < ledger_field_count; f++) {
        if (cells[f] == 0)
            continue;
        sums->sum[f] = mem_zeroed(steps * cells[f], sizeof *sums->sum[f], err);
        sums->squares[f] = mem_zeroed(steps * cells[f], sizeof *sums->squares[f], err);
        if (sums->sum[f] == NULL || sums->squares[f] == NULL)
            return -1;
    }
    return 0;
}

void run_sums_free(struct run_sums *sums)
{
    for (size_t f = 0; f < ledger_field_count; f++) {
        if (sums->sum != NULL)
            free(sums->sum[f]);
        if (sums->squares != NULL)
            free(sums->squares[f]);
    }
    free(sums->cells);
    free(sums->sum);
    free(sums->squares);
    *sums = (struct run_sums){.steps = 0};
}

static void add_field(struct run_sums *sums, const struct ledger *ledger, size_t field)
{
    const size_t cells = sums->cells[field];
    for (size_t step = 0; step < sums->steps; step++) {
        const struct ledger_row row = ledger_row(ledger, field, step);
        double *sum = &sums->sum[field][step * cells], *squares = &sums->squares[field][step * cells];
        for (size_t i = 0; i < cells && row.numbers.bytes > 0; i++) {
            const double value = ledger_row_value(&row, 0, i);
            sum[i] += value;
            squares[i] += value * value;
        }
    }
}

void run_sums_add(struct run_sums *sums, const struct ledger *ledger)
{
    for (size_t f = 0; f < ledger_field_count; f++)
        if (sums->cells[f] > 0)
            add_field(sums, ledger, f);
    sums->replications++;
}
