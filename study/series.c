#include "study/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/quantity.h"
#include "models/scenario.h"
#include "study/json_out.h"
#include "study/stats.h"
#include "study/text.h"
#include "study/text_table.h"

enum { NAMES = 128, LEAST_BAR = 10, MOST_BAR = 60, BESIDE_BAR = 50 };

struct series {
    const struct result_variable *field;
    size_t steps, replications;
    int64_t *from_us; /* owned; since 1970 */
    double *sums;     /* owned; [step][replication] */
};

static void series_free(struct series *series)
{
    free(series->from_us);
    free(series->sums);
}

static bool is_field(const struct result *result, const struct result_variable *variable)
{
    return variable->rank >= 2 && strcmp(result->dimensions[variable->dims[0]].name, "replication") == 0 &&
           strcmp(result->dimensions[variable->dims[1]].name, "time") == 0 &&
           (variable->type == RESULT_INT64 || variable->type == RESULT_DOUBLE);
}

static int no_field(const struct result *result, const char *name, struct err *err)
{
    const char *names[NAMES];
    size_t count = 0;
    for (size_t i = 0; i < result->variable_count && count < NAMES; i++)
        if (is_field(result, &result->variables[i]))
            names[count++] = result->variables[i].name;
    const char *near = scenario_nearest(name, names, count);
    return err_fail(err, "the file has no series '%.100s'; %s%s", name,
                    near != NULL ? "did you mean " : "`counterpart keys --results` lists output fields",
                    near != NULL ? near : "");
}

static int find_field(struct series *series, const struct result *result, const char *name, struct err *err)
{
    series->field = result_find(result, name);
    if (series->field == NULL || !is_field(result, series->field))
        return no_field(result, name, err);
    if (strcmp(name, "proficiency") == 0)
        return err_fail(err, "proficiency is a mean over people and adds up to nothing; take another field");
    series->replications = result->dimensions[series->field->dims[0]].size;
    series->steps = result->dimensions[series->field->dims[1]].size;
    return 0;
}

static int read_dates(struct series *series, const struct result *result, struct err *err)
{
    const struct result_dimension *time = &result->dimensions[series->field->dims[1]];
    const char *start = result_text(result, "start");
    int64_t start_us = 0;
    if (time->type != RESULT_DOUBLE || start == NULL || quantity_date(start, &start_us, err) != 0)
        return err_fail(err, "the file's times cannot be read");
    for (size_t step = 0; step < series->steps; step++) {
        const double days = ((const double *)time->values)[step];
        if (!(fabs(days) < 1e7))
            return err_fail(err, "the file's times cannot be read");
        series->from_us[step] = start_us + llround(days * 86400e6);
    }
    return 0;
}

/* Whether a condition is left out of sums, by its number; NULL where the file does not say. */
static const double *background_of(const struct result *result, size_t dim)
{
    const struct result_variable *flags = result_find(result, "condition_background");
    return flags != NULL && flags->type == RESULT_DOUBLE && flags->rank == 1 && flags->dims[0] == dim
               ? flags->values
               : NULL;
}

static double value_at(const struct result_variable *field, size_t i)
{
    return field->type == RESULT_INT64 ? (double)((const int64_t *)field->values)[i]
                                       : ((const double *)field->values)[i];
}

/* Conditions come last among a field's dimensions, where they come at all. */
static void add_up(struct series *series, const struct result *result)
{
    const struct result_variable *field = series->field;
    size_t cells = 1;
    for (unsigned d = 2; d < field->rank; d++)
        cells *= result->dimensions[field->dims[d]].size;
    const size_t last = field->dims[field->rank - 1], inner = result->dimensions[last].size;
    const double *background = field->rank > 2 ? background_of(result, last) : NULL;
    for (size_t r = 0; r < series->replications; r++)
        for (size_t step = 0; step < series->steps; step++) {
            double sum = 0;
            for (size_t cell = 0; cell < cells; cell++)
                if (background == NULL || background[cell % inner] == 0)
                    sum += value_at(field, (r * series->steps + step) * cells + cell);
            series->sums[step * series->replications + r] = sum;
        }
}

static int series_of(struct series *series, const struct result *result, const char *name, struct err *err)
{
    *series = (struct series){0};
    if (find_field(series, result, name, err) != 0)
        return -1;
    series->from_us = mem_zeroed(series->steps, sizeof *series->from_us, err);
    series->sums = mem_zeroed(series->steps * series->replications, sizeof *series->sums, err);
    if (series->from_us == NULL || series->sums == NULL || read_dates(series, result, err) != 0)
        return -1;
    add_up(series, result);
    return 0;
}

static struct stats stats_at(const struct series *series, size_t step)
{
    return stats_of(&series->sums[step * series->replications], series->replications);
}

static double highest(const struct series *series)
{
    double most = 0;
    for (size_t step = 0; step < series->steps; step++)
        most = fmax(most, stats_at(series, step).mean);
    return most;
}

/* Eighths of a column, so that small changes show. */
static void add_bar(struct text *text, double share, size_t columns)
{
    static const char *const parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const size_t eighths = share > 0 ? (size_t)lround(share * 8 * (double)columns) : 0;
    for (size_t i = 0; i < eighths / 8; i++)
        text_add(text, "█");
    text_add(text, "%s", parts[eighths % 8]);
}

static void add_row(struct text_table *table, const struct series *series, size_t step, double most,
                    size_t columns, struct err *err)
{
    char date[TEXT_DATE], number[TEXT_NUMBER], half[TEXT_NUMBER];
    const struct stats s = stats_at(series, step);
    struct text bar;
    text_init(&bar, err);
    text_date(date, series->from_us[step]);
    text_number(number, s.mean, s.half);
    text_number(half, s.half, s.half);
    text_table_add(table, date);
    text_table_add(table, number);
    text_table_add(table, isfinite(s.half) && s.half > 0 ? half : "");
    add_bar(&bar, most > 0 ? s.mean / most : 0, columns);
    char *drawn = text_take(&bar, err);
    text_table_add(table, drawn == NULL ? "" : drawn);
    table->failed = table->failed || drawn == NULL;
    free(drawn);
}

char *series_text(const struct result *result, const char *field, size_t width, struct err *err)
{
    struct series series;
    char *answer = NULL;
    if (series_of(&series, result, field, err) == 0) {
        const size_t left = width > BESIDE_BAR + LEAST_BAR ? width - BESIDE_BAR : LEAST_BAR;
        const char *unit = series.field->units == NULL ? "1" : series.field->units;
        struct text_table table;
        struct text text;
        text_init(&text, err);
        text_add_safe(&text, series.field->long_name == NULL ? field : series.field->long_name);
        text_add(&text, "\n%zu replication%s; ± is half of the 95%% interval\n\n", series.replications,
                 series.replications == 1 ? "" : "s");
        text_table_init(&table, "lrrl", err);
        text_table_add(&table, "from");
        text_table_add(&table, strcmp(unit, "1") == 0 ? "mean" : unit);
        text_table_add(&table, "±");
        text_table_add(&table, "");
        const double most = highest(&series);
        for (size_t step = 0; step < series.steps; step++)
            add_row(&table, &series, step, most, left < MOST_BAR ? left : MOST_BAR, err);
        text_table_print(&table, 0, &text);
        answer = text_take(&text, err);
    }
    series_free(&series);
    return answer;
}

char *series_csv(const struct result *result, const char *field, struct err *err)
{
    struct series series;
    char *answer = NULL;
    if (series_of(&series, result, field, err) == 0) {
        struct text text;
        text_init(&text, err);
        text_add(&text, "from,unit,n,mean,sd,ci95_low,ci95_high\r\n");
        for (size_t step = 0; step < series.steps; step++) {
            char date[TEXT_DATE];
            const struct stats s = stats_at(&series, step);
            const double numbers[] = {s.mean, s.sd, s.mean - s.half, s.mean + s.half};
            text_date(date, series.from_us[step]);
            text_add(&text, "%s,%s,%zu", date, series.field->units == NULL ? "" : series.field->units, s.n);
            for (size_t i = 0; i < 4; i++) {
                text_add(&text, ",");
                text_add_csv_number(&text, numbers[i]);
            }
            text_add(&text, "\r\n");
        }
        answer = text_take(&text, err);
    }
    series_free(&series);
    return answer;
}

static json_t *json_step(const struct series *series, size_t step)
{
    char date[TEXT_DATE];
    const struct stats s = stats_at(series, step);
    text_date(date, series->from_us[step]);
    json_t *object = json_object();
    int broken = json_out_set(object, "from", json_out_text(date));
    broken |= json_out_set_stats(object, s);
    if (broken == 0)
        return object;
    json_decref(object);
    return NULL;
}

char *series_json(const struct result *result, const char *field, struct err *err)
{
    struct series series;
    char *answer = NULL;
    if (series_of(&series, result, field, err) == 0) {
        json_t *steps = json_array(), *document = json_object();
        int broken = 0;
        for (size_t step = 0; step < series.steps; step++)
            broken |= json_array_append_new(steps, json_step(&series, step));
        broken |= json_out_set(document, "field", json_out_text(field));
        broken |= json_out_set(document, "unit", json_out_text(series.field->units));
        broken |= json_out_set(document, "replications", json_integer((json_int_t)series.replications));
        broken |= json_out_set(document, "steps", steps);
        answer = json_out_dump(document, broken, err);
    }
    series_free(&series);
    return answer;
}
