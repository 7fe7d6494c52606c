#include "models/equity.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const struct equity_row *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static int by_remoteness(const void *a, const void *b)
{
    const struct equity_row *x = a, *y = b;
    const int order = (x->remoteness > y->remoteness) - (x->remoteness < y->remoteness);
    return order != 0 ? order : by_value(a, b); /* a fixed order of summation */
}

/* 2 cov(value, rank) / mean of rows that stand in the order of a key; the rank runs from 0 to 1 over the
 * people, and rows with one key share the middle of theirs. */
static double rank_index(const struct equity_row *rows, size_t count, double people, double mean,
                         double (*key)(const struct equity_row *row))
{
    double sum = 0, before = 0;
    for (size_t i = 0; i < count;) {
        size_t end = i;
        double tied = 0;
        while (end < count && key(&rows[end]) == key(&rows[i]))
            tied += rows[end++].weight;
        const double rank = (before + tied / 2) / people;
        for (; i < end; i++)
            sum += rows[i].weight * rows[i].value * rank;
        before += tied;
    }
    return 2 * sum / (people * mean) - 1;
}

static double value_of(const struct equity_row *row)
{
    return row->value;
}

static double remoteness_of(const struct equity_row *row)
{
    return row->remoteness;
}

struct equity equity_of(struct equity_row *rows, size_t count)
{
    struct equity equity = {NAN, NAN, NAN};
    qsort(rows, count, sizeof *rows, by_value);
    double people = 0, sum = 0;
    for (size_t i = 0; i < count; i++) {
        people += rows[i].weight;
        sum += rows[i].weight * rows[i].value;
    }
    if (!(sum > 0))
        return equity;
    const double mean = sum / people;
    equity.gini = rank_index(rows, count, people, mean, value_of);
    equity.theil = 0;
    for (size_t i = 0; i < count; i++) {
        const double ratio = rows[i].value / mean;
        equity.theil += ratio > 0 ? rows[i].weight / people * ratio * log(ratio) : 0;
    }
    qsort(rows, count, sizeof *rows, by_remoteness);
    equity.concentration = rank_index(rows, count, people, mean, remoteness_of);
    return equity;
}
