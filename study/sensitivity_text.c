#include "study/sensitivity_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/sensitivity_analysis.h"
#include "study/text.h"
#include "study/text_table.h"

enum { BAR_WIDTH = 41 };

/* --- cells --- */

static void add_number(struct text_table *table, double value, double half)
{
    char cell[TEXT_NUMBER];
    text_number(cell, value, half);
    text_table_add(table, cell);
}

static void number_with_half(char *out, size_t size, double value, double half)
{
    char number[TEXT_NUMBER], width[TEXT_NUMBER];
    text_number(number, value, half);
    text_number(width, half, half);
    if (isfinite(half) && half > 0)
        snprintf(out, size, "%s ± %s", number, width);
    else
        snprintf(out, size, "%s", number);
}

static void add_interval(struct text_table *table, double low, double high, double half)
{
    char a[TEXT_NUMBER], b[TEXT_NUMBER], cell[2 * TEXT_NUMBER + 8];
    text_number(a, low, half);
    text_number(b, high, half);
    snprintf(cell, sizeof cell, isfinite(low) && isfinite(high) ? "%s to %s" : "-", a, b);
    text_table_add(table, cell);
}

static void add_share(struct text_table *table, double share)
{
    char cell[TEXT_NUMBER];
    if (isfinite(share))
        snprintf(cell, sizeof cell, "%.3f", share == 0 ? 0.0 : share);
    else
        snprintf(cell, sizeof cell, "-");
    text_table_add(table, cell);
}

static void add_shares(struct text_table *table, double low, double high)
{
    char cell[64];
    if (isfinite(low) && isfinite(high))
        snprintf(cell, sizeof cell, "%.3f to %.3f", low, high);
    else
        snprintf(cell, sizeof cell, "-");
    text_table_add(table, cell);
}

/* --- bars --- */

/* Where a value falls among the columns of the bars. */
static size_t column_of(double value, double least, double most)
{
    if (!(most > least))
        return 0;
    const double at = (value - least) / (most - least) * (BAR_WIDTH - 1);
    return (size_t)fmin(fmax(at + 0.5, 0), BAR_WIDTH - 1);
}

/* '-' for what the low value does, '+' for the high one, '=' for both, '|' where the base is. */
static void swing_bar(char bar[BAR_WIDTH + 1], const struct sensitivity_swing *swing, double least,
                      double most)
{
    const size_t zero = column_of(0, least, most);
    memset(bar, ' ', BAR_WIDTH);
    bar[BAR_WIDTH] = '\0';
    const double ends[] = {swing->low.mean, swing->high.mean};
    for (size_t side = 0; side < 2 && !isnan(swing->span); side++) {
        const size_t end = column_of(ends[side], least, most);
        const char sign = side == 0 ? '-' : '+';
        for (size_t i = end < zero ? end : zero; i <= (end < zero ? zero : end); i++)
            bar[i] = bar[i] == ' ' || bar[i] == sign ? sign : '=';
    }
    bar[zero] = '|';
    for (size_t i = BAR_WIDTH; i-- > 0 && bar[i] == ' ';)
        bar[i] = '\0';
}

static void share_bar(char bar[BAR_WIDTH + 1], double first, double total)
{
    const size_t filled = isfinite(first) ? column_of(first, 0, 1) : 0;
    const size_t end = isfinite(total) ? column_of(total, 0, 1) : 0;
    memset(bar, 0, BAR_WIDTH + 1);
    for (size_t i = 0; i < (filled > end ? filled : end); i++)
        bar[i] = i < filled ? '#' : '.';
}

/* --- tables --- */

static void text_swings(struct text *text, const struct sensitivity_analysis *a, struct err *err)
{
    static const char *const head[] = {"factor", "low", "high", "at low", "at high", "high - low, 95%", ""};
    const struct design *design = a->e->design;
    struct text_table table;
    double least = 0, most = 0;
    text_table_init(&table, "lrrrrrl", err);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t i = 0; i < design->factors; i++) {
        least = fmin(least, fmin(a->swings[i].low.mean, a->swings[i].high.mean));
        most = fmax(most, fmax(a->swings[i].low.mean, a->swings[i].high.mean));
    }
    for (size_t i = 0; i < design->factors; i++) {
        const struct sensitivity_swing *swing = &a->swings[i];
        const struct design_factor *factor = design_factor_of(design, swing->factor);
        char value[DESIGN_VALUE_TEXT], bar[BAR_WIDTH + 1];
        text_table_add(&table, factor->id);
        for (size_t side = 0; side < 2; side++) {
            const size_t point =
                side == 0 ? design_low_point(swing->factor) : design_high_point(swing->factor);
            design_value_text(factor, design->values[point * design->factors + swing->factor], value);
            text_table_add(&table, value);
        }
        add_number(&table, a->base.mean + swing->low.mean, swing->low.half);
        add_number(&table, a->base.mean + swing->high.mean, swing->high.half);
        add_interval(&table, swing->swing.mean - swing->swing.half, swing->swing.mean + swing->swing.half,
                     swing->swing.half);
        swing_bar(bar, swing, least, most);
        text_table_add(&table, bar);
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

static void text_indices(struct text *text, const struct sensitivity_analysis *a, struct err *err)
{
    static const char *const head[] = {"factor", "first", "95% interval", "total", "95% interval", ""};
    struct text_table table;
    text_table_init(&table, "lrrrrl", err);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t f = 0; f < a->e->design->factors; f++) {
        const struct sensitivity_index *index = &a->indices[f];
        char bar[BAR_WIDTH + 1];
        text_table_add(&table, design_factor_of(a->e->design, f)->id);
        add_share(&table, index->first);
        add_shares(&table, index->first_low, index->first_high);
        add_share(&table, index->total);
        add_shares(&table, index->total_low, index->total_high);
        share_bar(bar, index->first, index->total);
        text_table_add(&table, bar);
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

static void text_spread(struct text *text, const struct sensitivity_analysis *a, struct err *err)
{
    const struct sensitivity_spread *s = &a->spread;
    struct text_table table;
    char low[TEXT_NUMBER], high[TEXT_NUMBER], parameters[TEXT_NUMBER], luck[TEXT_NUMBER];
    text_number(low, s->low, s->points_half);
    text_number(high, s->high, s->points_half);
    text_number(parameters, s->parameters_sd, s->parameters_sd);
    text_number(luck, s->luck_sd, s->luck_sd);
    text_add(text, "  parameters: 95%% between %s and %s, sd %s%s\n", low, high, parameters,
             s->replications > 1 ? "" : ", luck included");
    if (s->replications > 1)
        text_add(text, "  luck: sd %s of one replication\n", luck);
    text_table_init(&table, "lrr", err);
    text_table_add(&table, "factor");
    text_table_add(&table, "rank correlation");
    text_table_add(&table, "95% interval");
    for (size_t f = 0; f < a->e->design->factors; f++) {
        text_table_add(&table, design_factor_of(a->e->design, f)->id);
        add_share(&table, a->ranks[f].correlation);
        add_shares(&table, a->ranks[f].low, a->ranks[f].high);
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

/* --- around them --- */

static const char *unit_of(const struct experiment *e, size_t metric)
{
    return strcmp(e->metric_units[metric], "1") == 0 ? "" : e->metric_units[metric];
}

/* "procedures, stint - none: 445 ± 10" */
static void text_headline(struct text *text, const struct sensitivity_analysis *a)
{
    const struct experiment *e = a->e;
    const char *unit = unit_of(e, a->response.metric);
    char number[2 * TEXT_NUMBER + 8];
    text_add(text, "\n");
    text_add_safe(text, e->metric_names[a->response.metric]);
    text_add(text, ", ");
    text_add_safe(text, sensitivity_scenario(e, a->response.scenario));
    if (a->response.difference) {
        text_add(text, " - ");
        text_add_safe(text, sensitivity_scenario(e, 0));
    }
    if (sensitivity_kind(e) == DESIGN_ONE_AT_A_TIME)
        number_with_half(number, sizeof number, a->base.mean, a->base.half);
    else if (sensitivity_kind(e) == DESIGN_SOBOL_INDICES)
        number_with_half(number, sizeof number, a->variance.mean, NAN);
    else
        number_with_half(number, sizeof number, a->spread.mean, a->spread.luck_half);
    text_add(text, ": %s%s", number, *unit == '\0' ? "" : " ");
    text_add_safe(text, unit);
    if (sensitivity_kind(e) == DESIGN_SOBOL_INDICES) {
        char sd[TEXT_NUMBER];
        text_number(sd, sqrt(a->variance.variance), NAN);
        text_add(text, ", sd %s", sd);
        if (isfinite(a->variance.luck_share))
            text_add(text, "; luck is %.1f%% of the variance", 100 * fmax(a->variance.luck_share, 0));
    }
    text_add(text, "\n");
}

static void text_response(struct text *text, const struct sensitivity_analysis *a, struct err *err)
{
    text_headline(text, a);
    if (sensitivity_kind(a->e) == DESIGN_ONE_AT_A_TIME)
        text_swings(text, a, err);
    else if (sensitivity_kind(a->e) == DESIGN_SOBOL_INDICES)
        text_indices(text, a, err);
    else
        text_spread(text, a, err);
}

static const char *explanation(int kind)
{
    switch (kind) {
    case DESIGN_ONE_AT_A_TIME:
        return "One factor at a time, on common luck; bars: what the low (-) and the high value (+) change, "
               "| "
               "the base.\n";
    case DESIGN_SOBOL_INDICES:
        return "Sobol' indices: the share of the variance that a factor explains alone (first, #) and with "
               "its interactions (total, .); 95% bootstrap intervals.\n";
    default:
        return "Mean over the beliefs with the 95% half width that luck leaves; the parameters' own spread "
               "apart.\n";
    }
}

static void text_head(struct text *text, const struct experiment *e)
{
    const struct design_spec *spec = e->design->spec;
    text_add_safe(text, spec->title == NULL || spec->title[0] == '\0' ? spec->host.path : spec->title);
    text_add(text, "\n%zu factor%s, %zu points, %zu replication%s each, seed ", e->design->factors,
             e->design->factors == 1 ? "" : "s", e->points, e->replications, e->replications == 1 ? "" : "s");
    text_add_safe(text, e->seed);
    text_add(text, "\n%s", explanation(spec->kind));
    for (size_t f = 0; f < e->design->factors; f++) {
        const struct design_factor *factor = design_factor_of(e->design, f);
        text_add(text, "  ");
        text_add_safe(text, factor->id);
        text_add(text, ": ");
        text_add_safe(text, factor->path);
        if (factor->name != NULL) {
            text_add(text, ", ");
            text_add_safe(text, factor->name);
        }
        text_add(text, "\n");
    }
}

char *sensitivity_report_text(const struct experiment *e, struct err *err)
{
    struct sensitivity_analysis a;
    struct text text;
    text_init(&text, err);
    int status = sensitivity_analysis_init(&a, e, err);
    text_head(&text, e);
    for (size_t i = 0; i < sensitivity_responses(e) && status == 0; i++) {
        status = sensitivity_analyse(&a, i, err);
        if (status == 0)
            text_response(&text, &a, err);
    }
    sensitivity_analysis_free(&a);
    if (status == 0)
        return text_take(&text, err);
    text_free(&text);
    return NULL;
}
