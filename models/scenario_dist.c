/* Distributions as the language writes them. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/quantity.h"
#include "models/scenario_read.h"
#include "models/table.h"

struct dist_reading {
    struct reader *reader;
    const struct setting *group;
    const struct origin *origin;
    bool is_time;
    struct dist_spec *spec;
};

static int problem(const struct dist_reading *reading, const char *message)
{
    return origin_problem(reading->origin, reading->reader->err, "%s", message);
}

/* The origin of a parameter; the group's when memory has run out. */
static const struct origin *origin_of(const struct dist_reading *reading, const struct setting *setting)
{
    const struct origin *origin =
        reader_origin(reading->reader, reading->origin, setting->name, setting, setting);
    return origin == NULL ? reading->origin : origin;
}

static bool has(const struct dist_reading *reading, const char *name)
{
    return setting_find(reading->group, name) != NULL;
}

/* A number, and a time where the distribution is of times and the parameter has its unit. */
static int number(const struct dist_reading *reading, const char *name, bool has_unit, double low,
                  double *value)
{
    const struct setting *setting = setting_find(reading->group, name);
    if (setting == NULL)
        return origin_problem(reading->origin, reading->reader->err,
                              "the distribution has no %s; write %s = %s;", name, name,
                              has_unit && reading->is_time ? "\"8 h\"" : "2.5");
    const struct origin *origin = origin_of(reading, setting);
    if (reader_number(reading->reader, setting, origin, has_unit && reading->is_time, value) != 0)
        return -1;
    if (*value < low)
        return origin_problem(origin, reading->reader->err, "%g is too little; write %g or more", *value,
                              low);
    return 0;
}

static int positive(const struct dist_reading *reading, const char *name, bool has_unit, double *value)
{
    if (number(reading, name, has_unit, 0, value) != 0)
        return -1;
    if (*value > 0)
        return 0;
    return origin_problem(origin_of(reading, setting_find(reading->group, name)), reading->reader->err,
                          "is 0; write more");
}

static double lowest(const struct dist_reading *reading)
{
    return reading->is_time ? 0 : -1e300;
}

/* ---- kinds ---- */

static int read_fixed(const struct dist_reading *reading)
{
    reading->spec->kind = DIST_FIXED;
    return number(reading, "value", true, lowest(reading), &reading->spec->a);
}

static int read_exponential(const struct dist_reading *reading)
{
    reading->spec->kind = DIST_EXPONENTIAL;
    if (!has(reading, "rate"))
        return positive(reading, "mean", true, &reading->spec->a);
    if (has(reading, "mean"))
        return problem(reading, "has both mean and rate; write one of them");
    const struct setting *setting = setting_find(reading->group, "rate");
    const struct origin *origin = origin_of(reading, setting);
    struct err why = ERR_INIT;
    double rate = 0;
    if (!reading->is_time) {
        if (reader_number(reading->reader, setting, origin, false, &rate) != 0)
            return -1;
    } else if (setting->type != SETTING_TEXT) {
        return origin_problem(origin, reading->reader->err,
                              "a rate needs a unit; write one such as \"0.5 per h\"");
    } else if (quantity_rate(setting->text, &rate, &why) != 0) {
        return origin_problem(origin, reading->reader->err, "%s", why.text[0]);
    }
    if (!(rate > 0) || !isfinite(1 / rate))
        return origin_problem(origin, reading->reader->err, "the rate is not more than 0; write more");
    reading->spec->a = 1 / rate;
    return 0;
}

static int read_uniform(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    spec->kind = DIST_UNIFORM;
    if (number(reading, "low", true, lowest(reading), &spec->a) != 0 ||
        number(reading, "high", true, lowest(reading), &spec->b) != 0)
        return -1;
    return spec->a <= spec->b ? 0 : problem(reading, "low is above high; swap them");
}

static int read_triangular(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    spec->kind = DIST_TRIANGULAR;
    if (number(reading, "low", true, lowest(reading), &spec->a) != 0 ||
        number(reading, "mode", true, lowest(reading), &spec->b) != 0 ||
        number(reading, "high", true, lowest(reading), &spec->c) != 0)
        return -1;
    if (spec->a <= spec->b && spec->b <= spec->c)
        return 0;
    return problem(reading, "low, mode and high do not rise; put them in order");
}

static int read_normal(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    spec->kind = DIST_NORMAL;
    if (number(reading, "mean", true, lowest(reading), &spec->a) != 0 ||
        number(reading, "sd", true, 0, &spec->b) != 0)
        return -1;
    spec->c = 0;
    if (has(reading, "low") && number(reading, "low", true, lowest(reading), &spec->c) != 0)
        return -1;
    if (spec->a + 8 * spec->b > spec->c || (spec->b == 0 && spec->a >= spec->c))
        return 0;
    return problem(reading, "nearly all of it lies below low, where it is cut off; raise the mean");
}

static int unit_seconds(const struct dist_reading *reading, double *seconds)
{
    *seconds = 1;
    if (!reading->is_time)
        return 0;
    const struct setting *unit = setting_find(reading->group, "unit");
    if (unit == NULL || unit->type != SETTING_TEXT)
        return problem(reading, "the logarithm is of a number in some unit; write it, such as unit = \"h\";");
    char text[40];
    struct err why = ERR_INIT;
    snprintf(text, sizeof text, "1 %.30s", unit->text);
    if (quantity_seconds(text, seconds, &why) == 0)
        return 0;
    return origin_problem(origin_of(reading, unit), reading->reader->err, "%s", why.text[0]);
}

static int read_lognormal(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    const bool by_log = has(reading, "mu") || has(reading, "sigma");
    if (by_log && (has(reading, "mean") || has(reading, "sd")))
        return problem(reading, "has both mean or sd and mu or sigma; write one pair of them");
    spec->kind = by_log ? DIST_LOGNORMAL_LOG : DIST_LOGNORMAL;
    if (!by_log)
        return positive(reading, "mean", true, &spec->a) != 0 ? -1 : number(reading, "sd", true, 0, &spec->b);
    double seconds = 1;
    if (number(reading, "mu", false, -700, &spec->a) != 0 ||
        number(reading, "sigma", false, 0, &spec->b) != 0 || unit_seconds(reading, &seconds) != 0)
        return -1;
    if (seconds != 1)
        spec->a += log(seconds);
    return spec->a <= 700 ? 0 : problem(reading, "mu is too large; check its unit");
}

static int read_gamma(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    spec->kind = DIST_GAMMA;
    if (has(reading, "shape") || has(reading, "scale")) {
        if (has(reading, "mean") || has(reading, "sd"))
            return problem(reading, "has both mean or sd and shape or scale; write one pair of them");
        return positive(reading, "shape", false, &spec->a) != 0 ? -1
                                                                : positive(reading, "scale", true, &spec->b);
    }
    double mean = 0, sd = 0;
    if (positive(reading, "mean", true, &mean) != 0 || positive(reading, "sd", true, &sd) != 0)
        return -1;
    spec->a = (mean / sd) * (mean / sd);
    spec->b = sd / mean * sd;
    return isfinite(spec->a) && isfinite(spec->b) && spec->a > 0 && spec->b > 0
               ? 0
               : problem(reading, "mean and sd are too far apart; check their units");
}

static int read_erlang(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    spec->kind = DIST_ERLANG;
    if (number(reading, "shape", false, 1, &spec->a) != 0 || positive(reading, "mean", true, &spec->b) != 0)
        return -1;
    if (spec->a == floor(spec->a) && spec->a <= 1e6)
        return 0;
    return origin_problem(origin_of(reading, setting_find(reading->group, "shape")), reading->reader->err,
                          "%g is not a whole number from 1 to 1000000; write one, or use gamma", spec->a);
}

static int read_weibull(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    spec->kind = DIST_WEIBULL;
    return positive(reading, "shape", false, &spec->a) != 0 ? -1 : positive(reading, "scale", true, &spec->b);
}

static int read_beta(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    spec->kind = DIST_BETA;
    if (positive(reading, "alpha", false, &spec->a) != 0 || positive(reading, "beta", false, &spec->b) != 0)
        return -1;
    return positive(reading, "high", true, &spec->c);
}

/* ---- kinds with lists ---- */

static double *doubles(const struct dist_reading *reading, size_t count)
{
    return arena_zeroed(&reading->reader->scenario->arena, count, sizeof(double), reading->reader->err);
}

static const struct setting *list_of(const struct dist_reading *reading, const char *name)
{
    const struct setting *list = setting_find(reading->group, name);
    if (list != NULL && list->type == SETTING_LIST && list->count > 0)
        return list;
    origin_problem(reading->origin, reading->reader->err,
                   "the distribution has no list %s, or an empty one; write %s = [ ... ];", name, name);
    return NULL;
}

/* An item of a list of numbers or times. */
static int item(const struct dist_reading *reading, const struct setting *list, const struct setting *setting,
                bool has_unit, double *value)
{
    struct origin origin = {
        .parent = reading->origin, .name = list->name, .file = setting->file, .line = setting->line};
    if (reader_number(reading->reader, setting, &origin, has_unit && reading->is_time, value) != 0)
        return -1;
    if (*value < 0 && (reading->is_time || !has_unit))
        return origin_problem(&origin, reading->reader->err, "%g is negative; write 0 or more", *value);
    return 0;
}

static int items(const struct dist_reading *reading, const struct setting *list, bool has_unit,
                 double *values)
{
    int status = 0;
    for (const struct setting *at = list->first; at != NULL; at = at->next)
        if (item(reading, list, at, has_unit, values++) != 0)
            status = -1;
    return status;
}

static int read_hyperexponential(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    const struct setting *means = list_of(reading, "means"), *shares = list_of(reading, "shares");
    spec->kind = DIST_HYPEREXPONENTIAL;
    if (means == NULL || shares == NULL)
        return -1;
    if (means->count != shares->count)
        return problem(reading, "means and shares differ in number; write one share for each mean");
    double *values = doubles(reading, means->count), *weights = doubles(reading, means->count);
    if (values == NULL || weights == NULL || items(reading, means, true, values) != 0 ||
        items(reading, shares, false, weights) != 0)
        return -1;
    double sum = 0;
    for (size_t i = 0; i < means->count; i++) {
        sum += weights[i];
        if (!(values[i] > 0))
            return problem(reading, "one of the means is 0; write more");
    }
    if (fabs(sum - 1) > 1e-9)
        return origin_problem(reading->origin, reading->reader->err,
                              "the shares sum to %.10g; make them sum to 1", sum);
    spec->values = values;
    spec->weights = weights;
    spec->count = means->count;
    return 0;
}

static size_t inner_count(const struct setting *list)
{
    size_t count = 0;
    for (const struct setting *at = list->first; at != NULL; at = at->next)
        count += at->type == SETTING_LIST ? at->count : 1;
    return count;
}

static int read_listed(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    const struct setting *list = list_of(reading, "values");
    spec->kind = DIST_LISTED;
    if (list == NULL)
        return -1;
    double *values = doubles(reading, inner_count(list));
    size_t *inner =
        arena_zeroed(&reading->reader->scenario->arena, list->count + 1, sizeof *inner, reading->reader->err);
    if (values == NULL || inner == NULL)
        return -1;
    bool nested = false;
    size_t i = 0;
    int status = 0;
    for (const struct setting *at = list->first; at != NULL; at = at->next, i++) {
        const size_t width = at->type == SETTING_LIST ? at->count : 1;
        if (width == 0)
            return problem(reading, "an inner list of values is empty; write at least one value");
        nested = nested || at->type == SETTING_LIST;
        inner[i + 1] = inner[i] + width;
        if ((at->type == SETTING_LIST ? items(reading, at, true, values + inner[i])
                                      : item(reading, list, at, true, values + inner[i])) != 0)
            status = -1;
    }
    spec->values = values;
    spec->inner = nested ? inner : NULL;
    spec->count = list->count;
    return status;
}

static int read_quantile(const struct dist_reading *reading, const struct setting *list,
                         const struct setting *at, double *weight, double *value)
{
    const struct setting *p = setting_find(at, "p"), *v = setting_find(at, "value");
    if (p == NULL || v == NULL || at->count != 2)
        return problem(reading, "a quantile has another form; write { p = 0.5; value = \"8 h\"; }");
    return item(reading, list, p, false, weight) != 0 || item(reading, list, v, true, value) != 0 ? -1 : 0;
}

static int read_quantiles(const struct dist_reading *reading)
{
    struct dist_spec *spec = reading->spec;
    const struct setting *list = list_of(reading, "quantiles");
    if (list == NULL)
        return -1;
    double *values = doubles(reading, list->count), *weights = doubles(reading, list->count);
    if (values == NULL || weights == NULL)
        return -1;
    size_t i = 0;
    for (const struct setting *at = list->first; at != NULL; at = at->next, i++) {
        if (read_quantile(reading, list, at, &weights[i], &values[i]) != 0)
            return -1;
        if (i > 0 && (weights[i] <= weights[i - 1] || values[i] < values[i - 1]))
            return problem(reading, "the quantiles do not rise; put them in order of p");
    }
    if (i < 2 || weights[0] != 0 || weights[i - 1] != 1)
        return problem(reading, "the quantiles do not reach from p = 0 to p = 1; add the ends");
    spec->values = values;
    spec->weights = weights;
    spec->count = i;
    return 0;
}

static int by_value(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static int take_samples(const struct dist_reading *reading, const struct table *table, double seconds)
{
    struct dist_spec *spec = reading->spec;
    const struct setting *named = setting_find(reading->group, "column");
    size_t column = 0;
    if (named != NULL && named->type != SETTING_TEXT)
        return problem(reading, "column is not a text; write column = \"NAME\";");
    if (named != NULL && table_column(table, named->text, &column, reading->reader->err) != 0)
        return -1;
    if (table->rows < 2)
        return problem(reading, "the file has fewer than 2 samples; give more");
    double *values = doubles(reading, table->rows), *weights = doubles(reading, table->rows);
    if (values == NULL || weights == NULL)
        return -1;
    for (size_t i = 0; i < table->rows; i++) {
        if (table_real(table, i, column, lowest(reading), 1e300, &values[i], reading->reader->err) != 0)
            return -1;
        values[i] *= seconds;
        weights[i] = (double)i / (double)(table->rows - 1);
    }
    qsort(values, table->rows, sizeof *values, by_value);
    spec->values = values;
    spec->weights = weights;
    spec->count = table->rows;
    return 0;
}

static int read_empirical(const struct dist_reading *reading)
{
    reading->spec->kind = DIST_EMPIRICAL;
    const struct setting *file = setting_find(reading->group, "file");
    if (file == NULL)
        return read_quantiles(reading);
    const char *path = NULL;
    double seconds = 1;
    if (has(reading, "quantiles"))
        return problem(reading, "has both quantiles and file; write one of them");
    if (reader_file(reading->reader, file, origin_of(reading, file), &path) != 0 ||
        unit_seconds(reading, &seconds) != 0)
        return -1;
    struct table table;
    int status = table_load(&table, path, reading->reader->err);
    if (status == 0)
        status = take_samples(reading, &table, seconds);
    table_free(&table);
    return status;
}

/* ---- which one ---- */

struct dist_form {
    const char *name, *parameters; /* "mean|rate" */
    int (*read)(const struct dist_reading *reading);
};

static const struct dist_form forms[] = {
    {"exponential", "mean|rate", read_exponential},
    {"fixed", "value", read_fixed},
    {"uniform", "low|high", read_uniform},
    {"triangular", "low|mode|high", read_triangular},
    {"normal", "mean|sd|low", read_normal},
    {"lognormal", "mean|sd|mu|sigma|unit", read_lognormal},
    {"gamma", "shape|scale|mean|sd", read_gamma},
    {"erlang", "shape|mean", read_erlang},
    {"weibull", "shape|scale", read_weibull},
    {"beta", "alpha|beta|high", read_beta},
    {"hyperexponential", "means|shares", read_hyperexponential},
    {"listed", "values", read_listed},
    {"empirical", "quantiles|file|column|unit", read_empirical},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static int check_parameters(const struct dist_reading *reading, const struct dist_form *form)
{
    int status = 0;
    char parameters[80];
    keys_words(form->parameters, parameters, sizeof parameters);
    for (const struct setting *at = reading->group->first; at != NULL; at = at->next)
        if (strcmp(at->name, "dist") != 0 && key_choice_index(form->parameters, at->name) < 0)
            status = origin_problem(origin_of(reading, at), reading->reader->err,
                                    "is no parameter of %s; its parameters are %s", form->name, parameters);
    return status;
}

static const struct dist_form *form_of(const struct dist_reading *reading)
{
    const char *names[FORMS];
    const struct setting *kind = setting_find(reading->group, "dist");
    if (kind == NULL || kind->type != SETTING_TEXT) {
        problem(reading, "does not say which distribution; write dist = \"lognormal\"; with its parameters");
        return NULL;
    }
    for (size_t i = 0; i < FORMS; i++) {
        names[i] = forms[i].name;
        if (strcmp(forms[i].name, kind->text) == 0)
            return &forms[i];
    }
    const char *near = scenario_nearest(kind->text, names, FORMS);
    const struct origin *origin = origin_of(reading, kind);
    if (near != NULL)
        origin_problem(origin, reading->reader->err, "\"%.60s\" is no distribution; did you mean \"%s\"?",
                       kind->text, near);
    else
        origin_problem(
            origin, reading->reader->err,
            "\"%.60s\" is no distribution; use exponential, fixed, uniform, triangular, normal, lognormal, "
            "gamma, erlang, weibull, beta, hyperexponential, listed or empirical",
            kind->text);
    return NULL;
}

int reader_dist(struct reader *reader, const struct key_row *row, const struct setting *setting,
                const struct origin *origin, struct dist_spec **dist)
{
    struct dist_reading reading = {.reader = reader, .group = setting, .origin = origin};
    reading.is_time = row->unit != NULL && strcmp(row->unit, "time") == 0;
    reading.spec = arena_zeroed(&reader->scenario->arena, 1, sizeof *reading.spec, reader->err);
    if (reading.spec == NULL)
        return -1;
    *dist = reading.spec;
    if (setting->type == SETTING_LIST)
        return problem(&reading,
                       "is a list where a distribution is due; write { dist = \"fixed\"; value = ...; }");
    if (setting->type != SETTING_GROUP) {
        reading.spec->kind = DIST_FIXED;
        if (reader_number(reader, setting, origin, reading.is_time, &reading.spec->a) != 0)
            return -1;
        return reading.spec->a >= 0 ? 0 : problem(&reading, "is negative; write 0 or more");
    }
    const struct dist_form *form = form_of(&reading);
    if (form == NULL || check_parameters(&reading, form) != 0)
        return -1;
    return form->read(&reading);
}
