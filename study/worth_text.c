#include "study/worth.h"

#include <math.h>
#include <stdio.h>

#include "study/text_table.h"

static void add_stats(struct text_table *table, struct stats stats)
{
    char mean[TEXT_NUMBER], low[TEXT_NUMBER], high[TEXT_NUMBER], interval[2 * TEXT_NUMBER + 8] = "-";
    text_number(mean, stats.mean, stats.half);
    text_number(low, stats.mean - stats.half, stats.half);
    text_number(high, stats.mean + stats.half, stats.half);
    if (isfinite(stats.half))
        snprintf(interval, sizeof interval, "%s to %s", low, high);
    text_table_add(table, mean);
    text_table_add(table, interval);
}

static void add_row(struct text_table *table, const char *label, struct stats stats)
{
    text_table_add(table, label);
    add_stats(table, stats);
}

/* "19,800 CNY per DALY averted (95%: 17,200 to 23,100)" */
static void print_ratio(const struct worth_ratio *ratio, double averted, struct text *text)
{
    char value[TEXT_NUMBER], low[TEXT_NUMBER], high[TEXT_NUMBER];
    const double half = ratio->set == WORTH_BETWEEN ? 0.5 * (ratio->high - ratio->low) : NAN;
    text_number(value, ratio->value, half);
    text_number(low, ratio->low, half);
    text_number(high, ratio->high, half);
    text_add(text, ": %s CNY %s", value, averted > 0 ? "per DALY averted" : "saved per DALY lost");
    switch (ratio->set) {
    case WORTH_BETWEEN:
        text_add(text, " (95%%: %s to %s)", low, high);
        break;
    case WORTH_OUTSIDE:
        text_add(text, " (95%%: anything but %s to %s, as the DALYs may be 0)", low, high);
        break;
    case WORTH_ANYTHING:
        text_add(text, " (95%%: anything)");
        break;
    case WORTH_UNDEFINED:
        break;
    }
}

static void print_verdict(const struct worth *worth, size_t world, struct text *text)
{
    const struct worth_world *of = &worth->world[world];
    const struct stats cost = stats_of(of->cost, worth->replications);
    const struct stats averted = stats_of(of->averted, worth->replications);
    text_add(text, "  In the mean it %s", worth_verdict(worth, world));
    if (cost.mean * averted.mean > 0)
        print_ratio(&of->ratio, averted.mean, text);
    text_add(text, ".\n");
}

static void print_sums(const struct worth *worth, size_t world, struct text *text, struct err *err)
{
    const struct worth_world *of = &worth->world[world];
    char label[96], at[TEXT_NUMBER];
    struct text_table table;
    text_table_init(&table, "lrr", err);
    text_table_add(&table, "beyond the base");
    text_table_add(&table, "mean");
    text_table_add(&table, "95% interval");
    add_row(&table, "cost, CNY", stats_of(of->cost, worth->replications));
    add_row(&table, "DALYs averted", stats_of(of->averted, worth->replications));
    text_number(at, worth->threshold, NAN);
    snprintf(label, sizeof label, "net benefit at %s CNY per DALY", at);
    add_row(&table, label, worth_net_benefit(worth, world, worth->threshold));
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

static void print_curve(const struct worth *worth, size_t world, struct text *text, struct err *err)
{
    enum { EVERY = 10 };
    const struct worth_world *of = &worth->world[world];
    char cell[TEXT_NUMBER];
    struct text_table table;
    text_table_init(&table, "lrrrrrrr", err);
    text_table_add(&table, "CNY per DALY");
    for (size_t t = 0; t < WORTH_THRESHOLDS; t += EVERY) {
        text_number(cell, worth->at[t], NAN);
        text_table_add(&table, cell);
    }
    text_table_add(&table, "chance that it is worth its cost, in the mean");
    for (size_t t = 0; t < WORTH_THRESHOLDS; t += EVERY) {
        snprintf(cell, sizeof cell, "%.3f", of->believed[t]);
        text_table_add(&table, cell);
    }
    text_table_add(&table, "share of replications in which it is");
    for (size_t t = 0; t < WORTH_THRESHOLDS; t += EVERY) {
        snprintf(cell, sizeof cell, "%.3f", of->share[t]);
        text_table_add(&table, cell);
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

static void print_budget(const struct worth *worth, size_t world, struct text *text, struct err *err)
{
    struct text_table table;
    text_table_init(&table, "lrrrrrr", err);
    static const char *const head[] = {"budget, CNY a year", "insurers", "95% interval", "programme",
                                       "95% interval",       "payers",   "95% interval"};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t year = 0; year < worth->years; year++) {
        char label[32];
        snprintf(label, sizeof label, "year %zu", year + 1);
        text_table_add(&table, label);
        add_stats(&table, worth_budget(worth, world, year, true, false));
        add_stats(&table, worth_budget(worth, world, year, false, true));
        add_stats(&table, worth_budget(worth, world, year, true, true));
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

void worth_text(const struct worth *worth, struct text *text, struct err *err)
{
    static const char *const whose[WORTH_PERSPECTIVES] = {[WORTH_SOCIETY] =
                                                              "patients, insurers and programme",
                                                          [WORTH_PAYER] = "insurers and programme",
                                                          [WORTH_PATIENTS] = "patients"};
    for (size_t w = 1; w < worth->worlds; w++) {
        text_add(text, "\nWhat it is worth: ");
        text_add_safe(text, worth->labels[w]);
        text_add(text, " against ");
        text_add_safe(text, worth->labels[0]);
        text_add(text,
                 "\nCosts of %s in prices of %.0f; costs and DALYs discounted at %g%% a year to the end of "
                 "the warm-up.\nIntervals are of chance between replications, not of what is assumed.\n\n",
                 whose[worth->perspective], worth->price_year, 100 * worth->discount);
        print_sums(worth, w, text, err);
        print_verdict(worth, w, text);
        text_add(text, "\n");
        print_curve(worth, w, text, err);
        text_add(text, "\n");
        print_budget(worth, w, text, err);
        text_add(text, "  Years from the end of the warm-up; not discounted, as budgets are.\n");
    }
}
