#include "study/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/json_out.h"
#include "study/stats.h"
#include "study/text.h"
#include "study/text_table.h"

/* Summary of column `at` of a table [replication][width]; `column` is room for a value a replication. */
static struct stats summary_of(const double *values, size_t width, size_t at, size_t replications,
                               double *column)
{
    for (size_t r = 0; r < replications; r++)
        column[r] = values[r * width + at];
    return stats_of(column, replications);
}

static struct stats metric_summary(const struct run_view *view, size_t i, double *column)
{
    return summary_of(view->metric_values, view->metrics, i, view->replications, column);
}

static struct stats target_summary(const struct run_view *view, size_t i, double *column)
{
    return summary_of(view->target_values, view->targets, i, view->replications, column);
}

static double *new_column(const struct run_view *view, struct err *err)
{
    return mem_zeroed(view->replications, sizeof(double), err);
}

static const char *shown_unit(const char *unit)
{
    return strcmp(unit, "1") == 0 ? "" : unit;
}

static void add_number(struct text_table *table, double value, double half95)
{
    char cell[TEXT_NUMBER];
    text_number(cell, value, half95);
    text_table_add(table, cell);
}

static void add_interval(struct text_table *table, struct stats s)
{
    char low[TEXT_NUMBER], high[TEXT_NUMBER], cell[2 * TEXT_NUMBER + 8];
    text_number(low, s.mean - s.half, s.half);
    text_number(high, s.mean + s.half, s.half);
    if (isfinite(s.mean) && isfinite(s.half))
        snprintf(cell, sizeof cell, "%s to %s", low, high);
    else
        snprintf(cell, sizeof cell, "-");
    text_table_add(table, cell);
}

/* ---- targets ---- */

enum verdict { VERDICT_MISSED, VERDICT_MET, VERDICT_NONE };

static enum verdict verdict_of(const struct run_view *view, size_t i, double simulated)
{
    const double low = view->target_low[i], high = view->target_high[i];
    if (!isfinite(simulated) || (isnan(low) && isnan(high)))
        return VERDICT_NONE;
    return simulated < low || simulated > high ? VERDICT_MISSED : VERDICT_MET;
}

enum role { ROLE_FIT, ROLE_PREDICT, ROLE_OTHER, ROLES };

static enum role role_of(const struct run_view *view, size_t i)
{
    if (strcmp(view->target_roles[i], "fit") == 0)
        return ROLE_FIT;
    return strcmp(view->target_roles[i], "predict") == 0 ? ROLE_PREDICT : ROLE_OTHER;
}

static void add_bounds(struct text_table *table, double low, double high)
{
    char from[TEXT_NUMBER], to[TEXT_NUMBER], cell[2 * TEXT_NUMBER + 8];
    text_number(from, low, NAN);
    text_number(to, high, NAN);
    if (isnan(low) && isnan(high))
        snprintf(cell, sizeof cell, "-");
    else if (isnan(low))
        snprintf(cell, sizeof cell, "up to %s", to);
    else if (isnan(high))
        snprintf(cell, sizeof cell, "from %s", from);
    else
        snprintf(cell, sizeof cell, "%s to %s", from, to);
    text_table_add(table, cell);
}

static void add_target(struct text_table *table, const struct run_view *view, size_t i, double *column)
{
    static const char *const verdicts[] = {"no", "yes", "-"};
    const struct stats s = target_summary(view, i, column);
    text_table_add(table, view->target_facts[i]);
    text_table_add(table, view->target_quantities[i]);
    text_table_add(table, shown_unit(view->target_units[i]));
    add_number(table, view->target_reported[i], NAN);
    add_bounds(table, view->target_low[i], view->target_high[i]);
    add_number(table, s.mean, s.half);
    add_interval(table, s);
    text_table_add(table, verdicts[verdict_of(view, i, s.mean)]);
}

/* The targets of one role under their heading; nothing when there are none. */
static void add_role(struct text *text, const struct run_view *view, enum role role, const char *heading,
                     double *column, struct err *err)
{
    static const char *const head[] = {"fact",   "quantity",  "unit",         "reported",
                                       "bounds", "simulated", "95% interval", "met"};
    struct text_table table;
    text_table_init(&table, "lllrrrrl", err);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    bool any = false;
    for (size_t i = 0; i < view->targets; i++)
        if (role_of(view, i) == role) {
            add_target(&table, view, i, column);
            any = true;
        }
    if (any) {
        text_add(text, "%s%s\n", text->length > 0 ? "\n" : "", heading);
        text_table_print(&table, 2, text);
    }
    text_table_free(&table);
}

char *show_targets(const struct run_view *view, struct err *err)
{
    double *column = new_column(view, err);
    if (column == NULL)
        return NULL;
    struct text text;
    text_init(&text, err);
    add_role(&text, view, ROLE_FIT, "Fitted: reported and simulated", column, err);
    add_role(&text, view, ROLE_PREDICT, "Predicted: reported and simulated", column, err);
    add_role(&text, view, ROLE_OTHER, "Other facts: reported and simulated", column, err);
    free(column);
    return text_take(&text, err);
}

struct show_fit show_fit(const struct run_view *view)
{
    struct show_fit fit = {0, 0};
    for (size_t i = 0; i < view->targets; i++) {
        if (role_of(view, i) != ROLE_FIT || (isnan(view->target_low[i]) && isnan(view->target_high[i])))
            continue;
        double sum = 0;
        size_t n = 0;
        for (size_t r = 0; r < view->replications; r++) {
            const double value = view->target_values[r * view->targets + i];
            if (!isnan(value)) {
                sum += value;
                n++;
            }
        }
        fit.fitted++;
        fit.met += n > 0 && verdict_of(view, i, sum / (double)n) == VERDICT_MET;
    }
    return fit;
}

/* ---- the whole ---- */

static void add_head(struct text *text, const struct run_view *view)
{
    char warmup[TEXT_NUMBER];
    text_number(warmup, view->warmup_days, NAN);
    text_add_safe(text, view->title[0] != '\0' ? view->title : "(no title)");
    text_add(text, "\n");
    text_add_safe(text, view->scenario);
    text_add(text, ", %zu replication%s, seed ", view->replications, view->replications == 1 ? "" : "s");
    text_add_safe(text, view->seed);
    text_add(text, ", start ");
    text_add_safe(text, view->start);
    text_add(text, ", warm-up %s days\n", warmup);
}

static void add_metrics(struct text *text, const struct run_view *view, const bool *shown, double *column,
                        struct err *err)
{
    static const char *const head[] = {"metric", "unit", "mean", "95% interval", "sd"};
    struct text_table table;
    text_table_init(&table, "llrrr", err);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t i = 0; i < view->metrics; i++) {
        if (!shown[i])
            continue;
        const struct stats s = metric_summary(view, i, column);
        text_table_add(&table, view->metric_names[i]);
        text_table_add(&table, shown_unit(view->metric_units[i]));
        add_number(&table, s.mean, s.half);
        add_interval(&table, s);
        add_number(&table, s.sd, s.half);
    }
    text_add(text, "\n");
    if (view->metrics > 0)
        text_table_print(&table, 0, text);
    else
        text_add(text, "no metrics\n");
    text_table_free(&table);
}

char *show_text(const struct run_view *view, enum detail detail, struct err *err)
{
    double *column = new_column(view, err);
    bool *shown = mem_zeroed(view->metrics, sizeof *shown, err);
    char *targets = show_targets(view, err);
    struct text text;
    text_init(&text, err);
    char *answer = NULL;
    if (column != NULL && shown != NULL && targets != NULL) {
        const size_t left_out = detail_choose(detail, view->metric_names, view->metrics, shown);
        add_head(&text, view);
        add_metrics(&text, view, shown, column, err);
        if (left_out > 0)
            text_add(&text, "and %zu by part (condition, facility, station ...): --all shows them\n",
                     left_out);
        if (targets[0] != '\0')
            text_add(&text, "\n%s", targets);
        answer = text_take(&text, err);
    }
    free(column);
    free(shown);
    free(targets);
    return answer;
}

char *show_csv(const struct run_view *view, struct err *err)
{
    double *column = new_column(view, err);
    if (column == NULL)
        return NULL;
    struct text text;
    text_init(&text, err);
    text_add(&text, "metric,unit,n,mean,sd,ci95_low,ci95_high\n");
    for (size_t i = 0; i < view->metrics; i++) {
        const struct stats s = metric_summary(view, i, column);
        text_add_csv(&text, view->metric_names[i]);
        text_add(&text, ",");
        text_add_csv(&text, view->metric_units[i]);
        text_add(&text, ",%zu", s.n);
        const double numbers[] = {s.mean, s.sd, s.mean - s.half, s.mean + s.half};
        for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++) {
            text_add(&text, ",");
            text_add_csv_number(&text, numbers[k]);
        }
        text_add(&text, "\n");
    }
    free(column);
    return text_take(&text, err);
}

/* ---- JSON ---- */

static json_t *json_metric(const struct run_view *view, size_t i, double *column)
{
    const struct stats s = metric_summary(view, i, column);
    json_t *object = json_object();
    int broken = json_out_set(object, "unit", json_out_text(view->metric_units[i]));
    broken |= json_out_set_stats(object, s);
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *json_verdict(enum verdict verdict)
{
    return verdict == VERDICT_NONE ? json_null() : json_boolean(verdict == VERDICT_MET);
}

static json_t *json_target(const struct run_view *view, size_t i, double *column)
{
    const struct stats s = target_summary(view, i, column);
    json_t *object = json_object();
    int broken = json_out_set(object, "fact", json_out_text(view->target_facts[i]));
    broken |= json_out_set(object, "role", json_out_text(view->target_roles[i]));
    broken |= json_out_set(object, "quantity", json_out_text(view->target_quantities[i]));
    broken |= json_out_set(object, "reported", json_out_number(view->target_reported[i]));
    broken |= json_out_set(object, "low", json_out_number(view->target_low[i]));
    broken |= json_out_set(object, "high", json_out_number(view->target_high[i]));
    broken |= json_out_set(object, "simulated", json_out_number(s.mean));
    broken |= json_out_set(object, "ci95", json_out_pair(s.mean - s.half, s.mean + s.half));
    broken |= json_out_set(object, "met", json_verdict(verdict_of(view, i, s.mean)));
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

char *show_json(const struct run_view *view, const char *file, struct err *err)
{
    double *column = new_column(view, err);
    if (column == NULL)
        return NULL;
    json_t *document = json_object();
    json_t *metrics = json_object();
    json_t *targets = json_array();
    int broken = 0;
    for (size_t i = 0; i < view->metrics; i++)
        broken |= json_out_set(metrics, view->metric_names[i], json_metric(view, i, column));
    for (size_t i = 0; i < view->targets; i++)
        broken |= json_array_append_new(targets, json_target(view, i, column));
    broken |= json_out_set(document, "file", json_out_text(file));
    broken |= json_out_set(document, "scenario", json_out_text(view->scenario));
    broken |= json_out_set(document, "replications", json_integer((json_int_t)view->replications));
    broken |= json_out_set(document, "metrics", metrics);
    broken |= json_out_set(document, "targets", targets);
    free(column);
    return json_out_dump(document, broken, err);
}
