#include "study/worth.h"

#include <math.h>

#include "study/json_out.h"
#include "study/result_add.h"

/* ---- CSV ---- */

static void csv_row(struct text *text, const struct worth *worth, size_t world, const char *what, double at,
                    double value, double low, double high)
{
    const double numbers[] = {at, value, low, high};
    text_add_csv(text, worth->labels[world]);
    text_add(text, ",%s,", worth_perspectives[worth->perspective]);
    text_add_csv(text, what);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        text_add(text, ",");
        text_add_csv_number(text, numbers[i]);
    }
    text_add(text, "\n");
}

static void csv_stats(struct text *text, const struct worth *worth, size_t world, const char *what, double at,
                      struct stats stats)
{
    csv_row(text, worth, world, what, at, stats.mean, stats.mean - stats.half, stats.mean + stats.half);
}

static void csv_world(struct text *text, const struct worth *worth, size_t w)
{
    const struct worth_world *of = &worth->world[w];
    const bool between = of->ratio.set == WORTH_BETWEEN;
    csv_stats(text, worth, w, "cost", NAN, stats_of(of->cost, worth->replications));
    csv_stats(text, worth, w, "dalys_averted", NAN, stats_of(of->averted, worth->replications));
    csv_row(text, worth, w, "cost_per_daly_averted", NAN, of->ratio.value, between ? of->ratio.low : NAN,
            between ? of->ratio.high : NAN);
    csv_stats(text, worth, w, "net_benefit", worth->threshold, worth_net_benefit(worth, w, worth->threshold));
    for (size_t t = 0; t < WORTH_THRESHOLDS; t++) {
        csv_row(text, worth, w, "acceptability", worth->at[t], of->believed[t], NAN, NAN);
        csv_row(text, worth, w, "acceptability_share", worth->at[t], of->share[t], NAN, NAN);
    }
    for (size_t year = 0; year < worth->years; year++) {
        const double number = (double)year + 1;
        csv_stats(text, worth, w, "budget_insurers", number, worth_budget(worth, w, year, true, false));
        csv_stats(text, worth, w, "budget_programme", number, worth_budget(worth, w, year, false, true));
        csv_stats(text, worth, w, "budget_payers", number, worth_budget(worth, w, year, true, true));
    }
}

char *worth_csv(const struct worth *worth, struct err *err)
{
    struct text text;
    text_init(&text, err);
    text_add(&text, "alternative,perspective,what,at,value,ci95_low,ci95_high\n");
    for (size_t w = 1; w < worth->worlds; w++)
        csv_world(&text, worth, w);
    return text_take(&text, err);
}

/* ---- JSON ---- */

static json_t *whole(json_t *value, int broken)
{
    if (broken == 0)
        return value;
    json_decref(value);
    return NULL;
}

static json_t *json_ratio(const struct worth_ratio *ratio)
{
    static const char *const sets[] = {[WORTH_UNDEFINED] = "undefined",
                                       [WORTH_BETWEEN] = "between",
                                       [WORTH_OUTSIDE] = "outside",
                                       [WORTH_ANYTHING] = "anything"};
    json_t *object = json_object();
    int broken = json_out_set(object, "value", json_out_number(ratio->value));
    broken |= json_out_set(object, "ci95", json_out_pair(ratio->low, ratio->high));
    broken |= json_out_set(object, "ci95_is", json_out_text(sets[ratio->set]));
    return whole(object, broken);
}

static json_t *json_curve(const struct worth *worth, const struct worth_world *of)
{
    json_t *list = json_array();
    int broken = list == NULL ? -1 : 0;
    for (size_t t = 0; t < WORTH_THRESHOLDS; t++) {
        json_t *point = json_object();
        broken |= json_out_set(point, "threshold", json_out_number(worth->at[t]));
        broken |= json_out_set(point, "chance", json_out_number(of->believed[t]));
        broken |= json_out_set(point, "share_of_replications", json_out_number(of->share[t]));
        broken |= json_array_append_new(list, point);
    }
    return whole(list, broken);
}

static json_t *json_budget(const struct worth *worth, size_t world)
{
    json_t *list = json_array();
    int broken = list == NULL ? -1 : 0;
    for (size_t year = 0; year < worth->years; year++) {
        json_t *row = json_object();
        broken |= json_out_set(row, "year", json_integer((json_int_t)year + 1));
        broken |=
            json_out_set(row, "insurers", json_out_stats(worth_budget(worth, world, year, true, false)));
        broken |=
            json_out_set(row, "programme", json_out_stats(worth_budget(worth, world, year, false, true)));
        broken |= json_out_set(row, "payers", json_out_stats(worth_budget(worth, world, year, true, true)));
        broken |= json_array_append_new(list, row);
    }
    return whole(list, broken);
}

static json_t *json_world(const struct worth *worth, size_t world)
{
    const struct worth_world *of = &worth->world[world];
    json_t *object = json_object();
    int broken = json_out_set(object, "scenario", json_out_text(worth->labels[world]));
    broken |= json_out_set(object, "verdict", json_out_text(worth_verdict(worth, world)));
    broken |= json_out_set(object, "cost", json_out_stats(stats_of(of->cost, worth->replications)));
    broken |=
        json_out_set(object, "dalys_averted", json_out_stats(stats_of(of->averted, worth->replications)));
    broken |= json_out_set(object, "cost_per_daly_averted", json_ratio(&of->ratio));
    broken |= json_out_set(object, "net_benefit",
                           json_out_stats(worth_net_benefit(worth, world, worth->threshold)));
    broken |= json_out_set(object, "acceptability", json_curve(worth, of));
    broken |= json_out_set(object, "budget", json_budget(worth, world));
    return whole(object, broken);
}

json_t *worth_json(const struct worth *worth)
{
    json_t *object = json_object();
    json_t *alternatives = json_array();
    int broken = 0;
    for (size_t w = 1; w < worth->worlds; w++)
        broken |= json_array_append_new(alternatives, json_world(worth, w));
    broken |= json_out_set(object, "perspective", json_out_text(worth_perspectives[worth->perspective]));
    broken |= json_out_set(object, "threshold", json_out_number(worth->threshold));
    broken |= json_out_set(object, "price_year", json_integer((json_int_t)worth->price_year));
    broken |= json_out_set(object, "discount", json_out_number(worth->discount));
    broken |= json_out_set(object, "alternatives", alternatives);
    return whole(object, broken);
}

/* ---- the result file ---- */

/* Columns of all worlds behind one another. */
static double *gathered(const struct worth *worth, size_t each, double *(*of)(struct worth_world *world),
                        struct arena *arena, struct err *err)
{
    size_t count = 0;
    if (__builtin_mul_overflow(worth->worlds, each, &count)) {
        (void)err_fail(err, "out of memory: too many worlds and replications");
        return NULL;
    }
    double *values = arena_zeroed(arena, count, sizeof *values, err);
    for (size_t w = 0; values != NULL && w < worth->worlds; w++)
        for (size_t i = 0; i < each; i++)
            values[w * each + i] = of(&worth->world[w])[i];
    return values;
}

static double *cost_of(struct worth_world *world)
{
    return world->cost;
}
static double *averted_of(struct worth_world *world)
{
    return world->averted;
}
static double *insurer_of(struct worth_world *world)
{
    return world->insurer;
}
static double *programme_of(struct worth_world *world)
{
    return world->programme;
}
static double *believed_of(struct worth_world *world)
{
    return world->believed;
}
static double *share_of(struct worth_world *world)
{
    return world->share;
}

static int add_dimensions(const struct worth *worth, struct result *result, size_t *threshold, size_t *year,
                          struct arena *arena, struct err *err)
{
    int64_t *years = arena_zeroed(arena, worth->years, sizeof *years, err);
    double *at = arena_zeroed(arena, WORTH_THRESHOLDS, sizeof *at, err);
    if (years == NULL || at == NULL)
        return -1;
    for (size_t y = 0; y < worth->years; y++)
        years[y] = (int64_t)y + 1;
    for (size_t t = 0; t < WORTH_THRESHOLDS; t++)
        at[t] = worth->at[t];
    *threshold =
        result_add_dimension(result, (struct result_dimension){.name = "threshold",
                                                               .long_name = "what a DALY averted may cost",
                                                               .units = "CNY",
                                                               .size = WORTH_THRESHOLDS,
                                                               .type = RESULT_DOUBLE,
                                                               .values = at});
    *year = SIZE_MAX;
    if (worth->years > 0)
        *year = result_add_dimension(
            result, (struct result_dimension){.name = "year",
                                              .long_name = "year from the end of the warm-up",
                                              .units = "1",
                                              .size = worth->years,
                                              .type = RESULT_INT64,
                                              .values = years});
    return 0;
}

/* What a column goes over after the scenarios, in this order. */
enum axis { AXIS_REPLICATION = 1, AXIS_YEAR = 2, AXIS_THRESHOLD = 4, AXES = 3 };

static const struct column {
    const char *name, *long_name, *unit;
    double *(*of)(struct worth_world *world);
    unsigned axes; /* of enum axis */
} columns[] = {
    {"worth_cost", "discounted cost beyond the base", "CNY", cost_of, AXIS_REPLICATION},
    {"worth_dalys_averted", "discounted DALYs fewer than in the base", "1", averted_of, AXIS_REPLICATION},
    {"acceptability", "chance that it is worth its cost in the mean, by the bootstrap", "1", believed_of,
     AXIS_THRESHOLD},
    {"acceptability_share", "share of replications in which it is worth its cost", "1", share_of,
     AXIS_THRESHOLD},
    {"budget_insurers", "paid by insurers beyond the base, not discounted", "CNY", insurer_of,
     AXIS_REPLICATION | AXIS_YEAR},
    {"budget_programme", "spent by the programme beyond the base, not discounted", "CNY", programme_of,
     AXIS_REPLICATION | AXIS_YEAR}};

enum { DIMENSIONS = 2, COLUMNS = sizeof columns / sizeof columns[0], ATTRIBUTES = 4 };

/* `axis`: the result's dimensions in the order of enum axis. */
static int add_column(const struct worth *worth, struct result *result, const struct column *column,
                      const size_t axis[AXES], struct arena *arena, struct err *err)
{
    const size_t size[AXES] = {worth->replications, worth->years, WORTH_THRESHOLDS};
    struct result_variable variable = {.name = column->name,
                                       .long_name = column->long_name,
                                       .units = column->unit,
                                       .type = RESULT_DOUBLE,
                                       .rank = 1,
                                       .dims = {result_add_find(result, "scenario")}};
    size_t each = 1;
    for (size_t a = 0; a < AXES; a++)
        if ((column->axes >> a & 1) != 0) {
            variable.dims[variable.rank++] = axis[a];
            each *= size[a];
        }
    variable.values = gathered(worth, each, column->of, arena, err);
    if (variable.values == NULL)
        return -1;
    result_add_variable(result, variable);
    return 0;
}

static void add_attributes(const struct worth *worth, struct result *result)
{
    const struct result_attribute attributes[ATTRIBUTES] = {
        {.name = "worth_perspective", .type = RESULT_TEXT, .text = worth_perspectives[worth->perspective]},
        {.name = "worth_threshold", .type = RESULT_DOUBLE, .number = worth->threshold},
        {.name = "price_year", .type = RESULT_INT64, .number = worth->price_year},
        {.name = "discount", .type = RESULT_DOUBLE, .number = worth->discount}};
    for (size_t i = 0; i < ATTRIBUTES; i++)
        result_add_attribute(result, attributes[i]);
}

int worth_put(const struct worth *worth, struct result *result, struct arena *arena, struct err *err)
{
    size_t axis[AXES] = {result_add_find(result, "replication")};
    if (result_add_room(result, DIMENSIONS, COLUMNS, ATTRIBUTES, arena, err) != 0 ||
        add_dimensions(worth, result, &axis[2], &axis[1], arena, err) != 0)
        return -1;
    for (size_t i = 0; i < COLUMNS; i++)
        if (((columns[i].axes & AXIS_YEAR) == 0 || worth->years > 0) &&
            add_column(worth, result, &columns[i], axis, arena, err) != 0)
            return -1;
    add_attributes(worth, result);
    return 0;
}
