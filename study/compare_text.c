#include "study/compare.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/contrast.h"
#include "study/text.h"
#include "study/text_table.h"

static void add_number(struct text_table *table, double value, double half95)
{
    char cell[TEXT_NUMBER];
    text_number(cell, value, half95);
    text_table_add(table, cell);
}

static void add_percent(struct text_table *table, double share)
{
    char cell[TEXT_NUMBER];
    if (!isfinite(share))
        snprintf(cell, sizeof cell, "-");
    else if (fabs(share) >= 10)
        snprintf(cell, sizeof cell, "x%.3g", 1 + share);
    else
        snprintf(cell, sizeof cell, "%+.1f%%", share == 0 ? 0.0 : 100 * share);
    text_table_add(table, cell);
}

static void add_interval(struct text_table *table, double mean, double half)
{
    char low[TEXT_NUMBER], high[TEXT_NUMBER], interval[2 * TEXT_NUMBER + 8] = "-";
    text_number(low, mean - half, half);
    text_number(high, mean + half, half);
    if (isfinite(mean) && isfinite(half))
        snprintf(interval, sizeof interval, "%s to %s", low, high);
    text_table_add(table, interval);
}

static void add_relative_range(struct text_table *table, struct stats_range relative)
{
    char range[64] = "-";
    if (fabs(relative.low) >= 10 && fabs(relative.high) >= 10)
        snprintf(range, sizeof range, "x%.3g to x%.3g", 1 + relative.low, 1 + relative.high);
    else if (isfinite(relative.low) && isfinite(relative.high))
        snprintf(range, sizeof range, "%+.1f to %+.1f%%", 100 * relative.low + 0.0,
                 100 * relative.high + 0.0);
    text_table_add(table, range);
}

/* The share of the variance of independent runs that is left. */
static void add_variance(struct text_table *table, struct stats_range ratio)
{
    char cell[TEXT_NUMBER] = "-";
    if (isfinite(ratio.value))
        snprintf(cell, sizeof cell, ratio.value < 0.0995 ? "%.2g" : "%.2f", ratio.value);
    text_table_add(table, cell);
}

/* What a table can do without when it is too wide, the last first. */
enum column { COLUMN_TOGETHER = 1, COLUMN_VARIANCE, COLUMN_RANGE, COLUMNS };

static void add_contrast(struct text_table *table, const struct comparison *c, size_t metric,
                         const struct contrast *t, const bool *has)
{
    const struct stats d = t->difference;
    text_table_add(table, c->metric_names[metric]);
    text_table_add(table, strcmp(c->metric_units[metric], "1") == 0 ? "" : c->metric_units[metric]);
    add_number(table, t->base.mean, t->base.half);
    add_number(table, t->other.mean, t->other.half);
    add_number(table, d.mean, d.half);
    add_interval(table, d.mean, d.half);
    if (has[COLUMN_TOGETHER])
        add_interval(table, d.mean, t->together_half);
    add_percent(table, t->relative.value);
    if (has[COLUMN_RANGE])
        add_relative_range(table, t->relative);
    if (has[COLUMN_VARIANCE])
        add_variance(table, t->variance_ratio);
}

static void fill_table(struct text_table *table, const struct comparison *c, size_t world, const bool *shown,
                       const struct contrast_room *room, const bool *has)
{
    text_table_add(table, "metric");
    text_table_add(table, "unit");
    text_table_add(table, c->labels[0]);
    text_table_add(table, c->labels[world]);
    text_table_add(table, "difference");
    text_table_add(table, "95% interval");
    if (has[COLUMN_TOGETHER])
        text_table_add(table, "all together");
    text_table_add(table, "change");
    if (has[COLUMN_RANGE])
        text_table_add(table, "change, 95%");
    if (has[COLUMN_VARIANCE])
        text_table_add(table, "variance");
    for (size_t i = 0; i < c->metrics; i++)
        if (shown[i]) {
            const struct contrast contrast = contrast_of(c, world, i, room);
            add_contrast(table, c, i, &contrast, has);
        }
}

/* Columns that the table can do without are left out until it fits. */
static void add_alternative(struct text *text, const struct comparison *c, size_t world, const bool *shown,
                            const struct contrast_room *room, size_t width, struct err *err)
{
    static const char *const align[] = {"llrrrrr", "llrrrrrr", "llrrrrrrr", "llrrrrrrrr"};
    bool has[COLUMNS] = {[COLUMN_TOGETHER] = c->worlds > 2, [COLUMN_VARIANCE] = true, [COLUMN_RANGE] = true};
    for (int drop = COLUMNS - 1; drop >= 0; drop--) {
        struct text_table table;
        text_table_init(&table, align[has[COLUMN_TOGETHER] + has[COLUMN_VARIANCE] + has[COLUMN_RANGE]], err);
        fill_table(&table, c, world, shown, room, has);
        if (width == 0 || drop == 0 || text_table_width(&table) <= width) {
            text_add(text, "\n");
            text_table_print(&table, 0, text);
            drop = 0;
        } else {
            has[drop] = false;
        }
        text_table_free(&table);
    }
}

char *compare_text(const struct comparison *comparison, enum detail detail, size_t width, struct err *err)
{
    struct contrast_room room;
    const bool has_room = contrast_room_init(&room, comparison, err) == 0;
    bool *shown = mem_zeroed(comparison->metrics, sizeof *shown, err);
    char *answer = NULL;
    if (has_room && shown != NULL) {
        const size_t left_out = detail_choose(detail, comparison->metric_names, comparison->metrics, shown);
        struct text text;
        text_init(&text, err);
        for (size_t w = 0; w < comparison->worlds; w++) {
            text_add(&text, "%s", w == 0 ? "Base         " : "Alternative  ");
            text_add_safe(&text, comparison->labels[w]);
            text_add(&text, ": ");
            text_add_safe(&text, comparison->titles[w]);
            text_add(&text, "\n");
        }
        text_add(&text, "%zu replication%s, paired, seed ", comparison->replications,
                 comparison->replications == 1 ? "" : "s");
        text_add_safe(&text, comparison->seed);
        text_add(&text, "; means, and the mean difference with its 95%% interval\n");
        for (size_t w = 1; w < comparison->worlds; w++)
            add_alternative(&text, comparison, w, shown, &room, width, err);
        text_add(&text, "variance: of the paired difference, where independent runs would have 1%s\n",
                 comparison->worlds > 2 ? "; all together: intervals that hold at once with 95%" : "");
        if (left_out > 0)
            text_add(&text, "and %zu by part (condition, facility, station ...): --all shows them\n",
                     left_out);
        answer = text_take(&text, err);
    }
    contrast_room_free(&room);
    free(shown);
    return answer;
}
