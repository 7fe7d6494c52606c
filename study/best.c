#include "study/best.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/json_out.h"
#include "study/text.h"
#include "study/text_table.h"

void best_count(struct best *best)
{
    const struct best_world *winner = &best->world[best->winner];
    for (size_t w = 0; w < best->worlds; w++) {
        struct best_world *world = &best->world[w];
        const size_t both =
            world->replications < winner->replications ? world->replications : winner->replications;
        world->stats = stats_of(world->values, world->replications);
        world->behind = stats_paired(winner->values, world->values, both);
    }
}

static size_t spent_by(const struct best *best)
{
    size_t spent = 0;
    for (size_t w = 0; w < best->worlds; w++)
        spent += best->world[w].replications;
    return spent;
}

static size_t remaining_of(const struct best *best)
{
    size_t remaining = 0;
    for (size_t w = 0; w < best->worlds; w++)
        remaining += best->world[w].left == 0;
    return remaining;
}

/* ---- for people ---- */

static void add_count(struct text_table *table, size_t count)
{
    char cell[TEXT_NUMBER];
    snprintf(cell, sizeof cell, "%zu", count);
    text_table_add(table, cell);
}

static void add_mean(struct text_table *table, double mean, double half)
{
    char cell[TEXT_NUMBER];
    text_number(cell, mean, half);
    text_table_add(table, cell);
}

static void add_range(struct text_table *table, struct stats stats)
{
    char low[TEXT_NUMBER], high[TEXT_NUMBER], cell[2 * TEXT_NUMBER + 8] = "-";
    text_number(low, stats.mean - stats.half, stats.half);
    text_number(high, stats.mean + stats.half, stats.half);
    if (isfinite(stats.mean) && isfinite(stats.half))
        snprintf(cell, sizeof cell, "%s to %s", low, high);
    text_table_add(table, cell);
}

static void add_world(struct text_table *table, const struct best *best, size_t w)
{
    const struct best_world *world = &best->world[w];
    char standing[64] = "not excluded";
    if (w == best->winner)
        snprintf(standing, sizeof standing, "best");
    else if (world->left > 0 && best->indifference > 0)
        snprintf(standing, sizeof standing, "excluded after %zu", world->left);
    else if (world->left > 0)
        snprintf(standing, sizeof standing, "excluded");
    text_table_add(table, world->label);
    add_count(table, world->replications);
    add_mean(table, world->stats.mean, world->stats.half);
    if (w == best->winner) {
        text_table_add(table, "");
        text_table_add(table, "");
    } else {
        add_mean(table, world->behind.mean, world->behind.half);
        add_range(table, world->behind);
    }
    text_table_add(table, standing);
}

static void add_verdict(struct text *text, const struct best *best)
{
    const char *label = best->world[best->winner].label;
    const size_t remaining = remaining_of(best);
    text_add(text, "\n");
    if (best->indifference > 0 && best->decided) {
        text_add(text, "The best is ");
        text_add_safe(text, label);
        text_add(text, ", or it is within %g of the best, with probability %g or more (Kim and Nelson).\n",
                 best->indifference, best->promise);
    } else if (best->indifference > 0) {
        text_add(
            text,
            "Not decided within the limit: %zu worlds cannot be excluded; one of them is the best, or within "
            "%g of it, with\nprobability %g or more. --limit allows more replications.\n",
            remaining, best->indifference, best->promise);
    } else {
        text_add_safe(text, label);
        text_add(text,
                 " looks best, which nothing promises; %zu of %zu worlds cannot be excluded (paired t tests "
                 "of all at once, 95%%).\n",
                 remaining, best->worlds);
    }
    text_add(text, "%zu replications were run.\n", spent_by(best));
}

char *best_text(const struct best *best, struct err *err)
{
    struct text text;
    struct text_table table;
    text_init(&text, err);
    text_add(&text, "The %s mean of ", best->largest ? "largest" : "smallest");
    text_add_safe(&text, best->metric);
    if (strcmp(best->unit, "1") != 0) {
        text_add(&text, " (");
        text_add_safe(&text, best->unit);
        text_add(&text, ")");
    }
    text_add(&text, " among %zu worlds with the same patients, seed ", best->worlds);
    text_add_safe(&text, best->seed);
    text_add(&text, "\n\n");
    text_table_init(&table, "lrrrrl", err);
    const char *const head[] = {"world", "replications", "mean", "from the best", "95% interval", "standing"};
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t w = 0; w < best->worlds; w++)
        add_world(&table, best, w);
    text_table_print(&table, 0, &text);
    text_table_free(&table);
    add_verdict(&text, best);
    return text_take(&text, err);
}

/* ---- for programs ---- */

char *best_csv(const struct best *best, struct err *err)
{
    struct text text;
    text_init(&text, err);
    text_add(&text, "world,metric,unit,best,excluded_after,replications,mean,sd,ci95_low,ci95_high,"
                    "from_best,from_best_low,from_best_high\n");
    for (size_t w = 0; w < best->worlds; w++) {
        const struct best_world *world = &best->world[w];
        const struct stats s = world->stats, d = world->behind;
        const double numbers[] = {s.mean,          s.sd,           s.mean - s.half, s.mean + s.half, d.mean,
                                  d.mean - d.half, d.mean + d.half};
        text_add_csv(&text, world->label);
        text_add(&text, ",");
        text_add_csv(&text, best->metric);
        text_add(&text, ",");
        text_add_csv(&text, best->unit);
        text_add(&text, ",%d,", w == best->winner);
        if (world->left > 0)
            text_add(&text, "%zu", world->left);
        text_add(&text, ",%zu", world->replications);
        for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
            text_add(&text, ",");
            text_add_csv_number(&text, numbers[k]);
        }
        text_add(&text, "\n");
    }
    return text_take(&text, err);
}

static json_t *json_world(const struct best_world *world)
{
    json_t *object = json_object();
    const struct stats s = world->stats, d = world->behind;
    int broken = json_out_set(object, "world", json_out_text(world->label));
    broken |= json_out_set(object, "title", json_out_text(world->title));
    broken |= json_out_set(object, "replications", json_integer((json_int_t)world->replications));
    broken |= json_out_set(object, "excluded_after",
                           world->left > 0 ? json_integer((json_int_t)world->left) : json_null());
    broken |= json_out_set_stats(object, s);
    broken |= json_out_set(object, "from_best", json_out_number(d.mean));
    broken |= json_out_set(object, "from_best_ci95", json_out_pair(d.mean - d.half, d.mean + d.half));
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

char *best_json(const struct best *best, struct err *err)
{
    json_t *document = json_object();
    json_t *worlds = json_array();
    int broken = 0;
    for (size_t w = 0; w < best->worlds; w++)
        broken |= json_array_append_new(worlds, json_world(&best->world[w]));
    broken |= json_out_set(document, "metric", json_out_text(best->metric));
    broken |= json_out_set(document, "unit", json_out_text(best->unit));
    broken |= json_out_set(document, "seed", json_out_text(best->seed));
    broken |= json_out_set(document, "largest", json_boolean(best->largest));
    broken |= json_out_set(document, "procedure", json_out_text(best->indifference > 0 ? "KN" : "OCBA"));
    broken |= json_out_set(document, "indifference",
                           json_out_number(best->indifference > 0 ? best->indifference : NAN));
    broken |=
        json_out_set(document, "promise", json_out_number(best->indifference > 0 ? best->promise : NAN));
    broken |= json_out_set(document, "decided", json_boolean(best->decided));
    broken |= json_out_set(document, "best", json_out_text(best->world[best->winner].label));
    broken |= json_out_set(document, "replications", json_integer((json_int_t)spent_by(best)));
    broken |= json_out_set(document, "worlds", worlds);
    return json_out_dump(document, broken, err);
}
