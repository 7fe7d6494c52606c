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

static void add_contrast(struct text_table *table, const struct comparison *c, size_t metric,
                         struct contrast t)
{
    char low[TEXT_NUMBER], high[TEXT_NUMBER], interval[2 * TEXT_NUMBER + 8] = "-";
    const struct stats d = t.difference;
    text_number(low, d.mean - d.half, d.half);
    text_number(high, d.mean + d.half, d.half);
    if (isfinite(d.mean) && isfinite(d.half))
        snprintf(interval, sizeof interval, "%s to %s", low, high);
    text_table_add(table, c->metric_names[metric]);
    text_table_add(table, strcmp(c->metric_units[metric], "1") == 0 ? "" : c->metric_units[metric]);
    add_number(table, t.base.mean, t.base.half);
    add_number(table, t.other.mean, t.other.half);
    add_number(table, d.mean, d.half);
    text_table_add(table, interval);
    add_percent(table, t.relative);
}

static void add_alternative(struct text *text, const struct comparison *c, size_t world, const bool *shown,
                            const struct contrast_room *room, struct err *err)
{
    struct text_table table;
    text_table_init(&table, "llrrrrr", err);
    const char *const head[] = {"metric",     "unit",         c->labels[0], c->labels[world],
                                "difference", "95% interval", "change"};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t i = 0; i < c->metrics; i++)
        if (shown[i])
            add_contrast(&table, c, i, contrast_of(c, world, i, room));
    text_add(text, "\n");
    text_table_print(&table, 0, text);
    text_table_free(&table);
}

char *compare_text(const struct comparison *comparison, enum detail detail, struct err *err)
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
            add_alternative(&text, comparison, w, shown, &room, err);
        if (left_out > 0)
            text_add(&text, "and %zu by part (condition, facility, station ...): --all shows them\n",
                     left_out);
        answer = text_take(&text, err);
    }
    contrast_room_free(&room);
    free(shown);
    return answer;
}
