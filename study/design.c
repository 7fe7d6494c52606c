#include "study/design.h"

#include <gsl/gsl_qrng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/table.h"
#include "sim/dist_law.h"
#include "sim/rng.h"

#define LOW_QUANTILE 0.025
#define HIGH_QUANTILE 0.975

enum { MOST_VALUES = 50000000 };

/* What a number of the design is drawn for. */
enum { DRAW_ORDER = 1, DRAW_WITHIN = 2, DRAW_SHIFT = 3 };

struct making {
    struct design *design;
    struct dist_law *laws; /* by factor; of those with a prior */
    struct rng rng;
    struct err *err;
};

const struct design_factor *design_factor_of(const struct design *design, size_t factor)
{
    return SCENARIO_ITEM(design->spec->factors, struct design_factor, factor);
}

const struct design_scenario *design_scenario_of(const struct design *design, size_t scenario)
{
    return SCENARIO_ITEM(design->spec->scenarios, struct design_scenario, scenario);
}

/* ---- values ---- */

/* As it is written into the scenario: twelve digits, so that what the result file says is what was run. */
static void number_text(const struct design_factor *factor, double value, char text[40])
{
    snprintf(text, 40, factor->whole && fabs(value) < 1e15 ? "%.0f" : "%.12g", value);
}

static double as_written(const struct design_factor *factor, double value)
{
    char text[40];
    number_text(factor, value, text);
    return strtod(text, NULL);
}

static double empirical_at(const struct dist_spec *prior, double u)
{
    size_t i = 1;
    while (i + 1 < prior->count && prior->weights[i] < u)
        i++;
    const double from = prior->weights[i - 1], to = prior->weights[i];
    return prior->values[i - 1] + (prior->values[i] - prior->values[i - 1]) * (u - from) / (to - from);
}

static double prior_at(const struct dist_spec *prior, const struct dist_law *law, double u)
{
    if (law->single)
        return law->mean;
    if (prior->kind == DIST_UNIFORM)
        return prior->a + (prior->b - prior->a) * u;
    if (prior->kind == DIST_EMPIRICAL)
        return empirical_at(prior, u);
    return u <= 0.5 ? dist_law_quantile(law, u, false) : dist_law_quantile(law, 1 - u, true);
}

static double level_at(const struct design_factor *factor, size_t level)
{
    if (factor->values.count > 0)
        return *SCENARIO_ITEM(factor->values, double, level);
    if (factor->texts.count > 0)
        return (double)level;
    return level == 0 ? factor->low : factor->high;
}

/* The value at the share u of all that the factor can be, in (0, 1). */
static double value_at(const struct making *making, size_t f, double u)
{
    const struct design_factor *factor = design_factor_of(making->design, f);
    if (factor->prior != NULL)
        return prior_at(factor->prior, &making->laws[f], u);
    if (factor->values.count > 0 || factor->texts.count > 0) {
        const size_t levels = design_factor_levels(factor);
        const size_t level = (size_t)(u * (double)levels);
        return level_at(factor, level < levels ? level : levels - 1);
    }
    if (!factor->whole)
        return factor->low + (factor->high - factor->low) * u;
    const double least = ceil(factor->low), most = floor(factor->high);
    return fmin(least + floor((most - least + 1) * u), most);
}

static int put(const struct making *making, size_t point, size_t f, double value)
{
    const struct design_factor *factor = design_factor_of(making->design, f);
    if (!isfinite(value))
        return err_fail(making->err, "%s: factor %s: the prior has no value at point %zu; take another one",
                        making->design->spec->host.path, factor->id, point);
    if (factor->texts.count == 0)
        value = as_written(factor, value);
    making->design->values[point * making->design->factors + f] = value;
    return 0;
}

static int put_at(const struct making *making, size_t point, size_t f, double u)
{
    return put(making, point, f, value_at(making, f, u));
}

static struct rng_words draw(const struct making *making, size_t f, size_t ordinal, uint32_t what)
{
    const uint64_t stream = rng_hash_more(rng_hash("design"), design_factor_of(making->design, f)->id);
    return rng_draw(&making->rng, (struct rng_identity){.stream = stream, .ordinal = (uint32_t)ordinal},
                    (struct rng_purpose){.quantity = what});
}

static double unit_of(struct rng_words words)
{
    const uint64_t bits = (uint64_t)words.w[0] << 20 | words.w[1] >> 12;
    return ((double)bits + 0.5) * 0x1p-52;
}

/* ---- kinds ---- */

static int allot(const struct making *making, size_t points)
{
    struct design *design = making->design;
    if (points == 0 || points > DESIGN_POINTS)
        return err_fail(making->err, "%s: the design has more than %d points; vary fewer factors or levels",
                        design->spec->host.path, DESIGN_POINTS);
    if (points * design->factors > MOST_VALUES)
        return err_fail(making->err,
                        "%s: %zu points of %zu factors are more than %d values; use fewer points",
                        design->spec->host.path, points, design->factors, MOST_VALUES);
    design->points = points;
    design->values =
        arena_zeroed(&design->arena, points * design->factors, sizeof *design->values, making->err);
    if (design->values == NULL)
        return -1;
    for (size_t i = 0; i < points * design->factors; i++)
        design->values[i] = NAN;
    return 0;
}

/* The last factor changes fastest. */
static int make_factorial(const struct making *making)
{
    const struct design *design = making->design;
    size_t points = 1;
    for (size_t f = 0; f < design->factors && points <= DESIGN_POINTS; f++)
        points *= design_factor_levels(design_factor_of(design, f)); /* both are far below 2^32 */
    if (allot(making, points) != 0)
        return -1;
    for (size_t point = 0; point < points; point++) {
        size_t rest = point;
        for (size_t f = design->factors; f-- > 0;) {
            const struct design_factor *factor = design_factor_of(design, f);
            const size_t levels = design_factor_levels(factor);
            if (put(making, point, f, level_at(factor, rest % levels)) != 0)
                return -1;
            rest /= levels;
        }
    }
    return 0;
}

struct card {
    uint64_t luck;
    size_t point;
};

static int by_luck(const void *a, const void *b)
{
    const struct card *left = a, *right = b;
    if (left->luck != right->luck)
        return left->luck < right->luck ? -1 : 1;
    return (left->point > right->point) - (left->point < right->point);
}

/* Each factor has one value in each of `points` equally likely cells; which point has which is shuffled. */
static int make_latin(const struct making *making)
{
    const size_t points = (size_t)making->design->spec->points;
    struct card *cards = mem_zeroed(points, sizeof *cards, making->err);
    int status = cards == NULL ? -1 : allot(making, points);
    for (size_t f = 0; f < making->design->factors && status == 0; f++) {
        for (size_t i = 0; i < points; i++) {
            const struct rng_words words = draw(making, f, i, DRAW_ORDER);
            cards[i] = (struct card){(uint64_t)words.w[0] << 32 | words.w[1], i};
        }
        qsort(cards, points, sizeof *cards, by_luck);
        for (size_t cell = 0; cell < points && status == 0; cell++) {
            const double within = unit_of(draw(making, f, cards[cell].point, DRAW_WITHIN));
            status = put_at(making, cards[cell].point, f, ((double)cell + within) / (double)points);
        }
    }
    free(cards);
    return status;
}

/* A Sobol' sequence, moved as a whole by a random shift in each dimension: dimension d is of factor d modulo
 * their number. */
struct sequence {
    gsl_qrng *qrng;
    double *at, *shift;
    size_t dimensions;
};

static int sequence_init(struct sequence *sequence, const struct making *making, size_t dimensions)
{
    const size_t factors = making->design->factors;
    *sequence = (struct sequence){.dimensions = dimensions,
                                  .at = mem_zeroed(dimensions, sizeof(double), making->err),
                                  .shift = mem_zeroed(dimensions, sizeof(double), making->err)};
    if (sequence->at == NULL || sequence->shift == NULL)
        return -1;
    sequence->qrng = gsl_qrng_alloc(gsl_qrng_sobol, (unsigned)dimensions);
    if (sequence->qrng == NULL)
        return err_fail(making->err, "out of memory: a Sobol' sequence of %zu dimensions", dimensions);
    for (size_t d = 0; d < dimensions; d++)
        sequence->shift[d] = unit_of(draw(making, d % factors, d / factors, DRAW_SHIFT));
    return 0;
}

static void sequence_free(struct sequence *sequence)
{
    if (sequence->qrng != NULL)
        gsl_qrng_free(sequence->qrng);
    free(sequence->at);
    free(sequence->shift);
}

static void sequence_next(struct sequence *sequence)
{
    gsl_qrng_get(sequence->qrng, sequence->at);
    for (size_t d = 0; d < sequence->dimensions; d++) {
        const double moved = sequence->at[d] + sequence->shift[d];
        sequence->at[d] = fmin(fmax(moved - floor(moved), 0x1p-53), 1 - 0x1p-53);
    }
}

static int make_sequence(const struct making *making)
{
    struct sequence sequence;
    int status = sequence_init(&sequence, making, making->design->factors);
    if (status == 0)
        status = allot(making, (size_t)making->design->spec->points);
    for (size_t point = 0; status == 0 && point < making->design->points; point++) {
        sequence_next(&sequence);
        for (size_t f = 0; f < making->design->factors && status == 0; f++)
            status = put_at(making, point, f, sequence.at[f]);
    }
    sequence_free(&sequence);
    return status;
}

static int put_row(const struct making *making, size_t row, const double *at)
{
    const struct design *design = making->design;
    const size_t factors = design->factors;
    for (size_t f = 0; f < factors; f++) {
        if (put_at(making, design_point_a(design, row), f, at[f]) != 0 ||
            put_at(making, design_point_b(design, row), f, at[factors + f]) != 0)
            return -1;
        for (size_t mixed = 0; mixed < factors; mixed++)
            if (put_at(making, design_point_ab(design, row, mixed), f,
                       mixed == f ? at[factors + f] : at[f]) != 0)
                return -1;
    }
    return 0;
}

static int make_indices(const struct making *making)
{
    const size_t rows = design_rows(making->design), factors = making->design->factors;
    struct sequence sequence;
    int status = sequence_init(&sequence, making, 2 * factors);
    if (status == 0)
        status = allot(making, rows * (factors + 2));
    for (size_t row = 0; status == 0 && row < rows; row++) {
        sequence_next(&sequence);
        status = put_row(making, row, sequence.at);
    }
    sequence_free(&sequence);
    return status;
}

/* Quantiles to four digits: nobody believes more of a prior. */
static double quantile_of(const struct making *making, size_t f, double u)
{
    char text[40];
    snprintf(text, sizeof text, "%.4g", value_at(making, f, u));
    return strtod(text, NULL);
}

static int make_one_at_a_time(const struct making *making)
{
    const struct design *design = making->design;
    if (allot(making, 2 * design->factors + 1) != 0)
        return -1;
    for (size_t f = 0; f < design->factors; f++) {
        const struct design_factor *factor = design_factor_of(design, f);
        const size_t levels = design_factor_levels(factor);
        const double low = levels > 0 ? level_at(factor, 0) : quantile_of(making, f, LOW_QUANTILE);
        const double high = levels > 0 ? level_at(factor, levels - 1) : quantile_of(making, f, HIGH_QUANTILE);
        if (put(making, design_low_point(f), f, low) != 0 || put(making, design_high_point(f), f, high) != 0)
            return -1;
    }
    return 0;
}

/* ---- listed ---- */

/* A field of a listed design. */
static int read_field(const struct table *table, size_t row, size_t column,
                      const struct design_factor *factor, double *value, struct err *err)
{
    const char *field = table_text(table, row, column);
    *value = NAN;
    if (field[0] == '\0')
        return 0;
    if (factor->texts.count == 0)
        return table_real(table, row, column, -1e300, 1e300, value, err);
    for (size_t i = 0; i < factor->texts.count; i++)
        if (strcmp(*SCENARIO_ITEM(factor->texts, char *, i), field) == 0) {
            *value = (double)i;
            return 0;
        }
    return table_problem(table, row, column, err,
                         "\"%.60s\" is none of the factor's texts; write one of them", field);
}

static int check_columns(const struct design *design, const struct table *table, struct err *err)
{
    for (size_t column = 0; column < table->columns; column++) {
        size_t f = 0;
        while (f < design->factors && strcmp(design_factor_of(design, f)->id, table_name(table, column)) != 0)
            f++;
        if (f == design->factors)
            return err_fail(err, "%s:1: %s: is no factor of %s; name columns by the factors' ids",
                            table->path, table_name(table, column), design->spec->host.path);
    }
    return 0;
}

static int take_table(const struct making *making, const struct table *table)
{
    const struct design *design = making->design;
    if (table->rows == 0)
        return err_fail(making->err, "%s:1: (rows): there are no points; write a row for each", table->path);
    if (check_columns(design, table, making->err) != 0 || allot(making, table->rows) != 0)
        return -1;
    int status = 0;
    for (size_t f = 0; f < design->factors; f++) {
        size_t column = 0;
        const struct design_factor *factor = design_factor_of(design, f);
        if (table_column(table, factor->id, &column, making->err) != 0)
            return -1;
        for (size_t row = 0; row < table->rows; row++) {
            double value = NAN;
            if (read_field(table, row, column, factor, &value, making->err) != 0 ||
                (!isnan(value) && put(making, row, f, value) != 0))
                status = -1;
        }
    }
    return status;
}

static int make_listed(const struct making *making)
{
    struct table table;
    const int status =
        table_load(&table, making->design->spec->file, making->err) != 0 ? -1 : take_table(making, &table);
    table_free(&table);
    return status;
}

/* ---- all of it ---- */

static int prepare_priors(struct making *making)
{
    struct design *design = making->design;
    making->laws = arena_zeroed(&design->arena, design->factors, sizeof *making->laws, making->err);
    if (making->laws == NULL)
        return -1;
    for (size_t f = 0; f < design->factors; f++) {
        const struct design_factor *factor = design_factor_of(design, f);
        struct err why = ERR_INIT;
        if (factor->prior == NULL || dist_law_init(&making->laws[f], factor->prior, &why) == 0)
            continue;
        return scenario_blame(&design->spec->host, &factor->prior, making->err, "%s", why.text[0]);
    }
    return 0;
}

int design_init(struct design *design, const struct design_spec *spec, struct err *err)
{
    static int (*const make[])(const struct making *) = {
        [DESIGN_FACTORIAL] = make_factorial,         [DESIGN_LISTED] = make_listed,
        [DESIGN_LATIN_HYPERCUBE] = make_latin,       [DESIGN_SOBOL_SEQUENCE] = make_sequence,
        [DESIGN_ONE_AT_A_TIME] = make_one_at_a_time, [DESIGN_SOBOL_INDICES] = make_indices,
    };
    *design = (struct design){.spec = spec, .factors = spec->factors.count};
    struct making making = {.design = design, .rng = rng_of(strtoull(spec->seed, NULL, 10), 0), .err = err};
    return prepare_priors(&making) != 0 ? -1 : make[spec->kind](&making);
}

void design_free(struct design *design)
{
    arena_free(&design->arena);
    *design = (struct design){.points = 0};
}

/* ---- where things are ---- */

size_t design_low_point(size_t factor)
{
    return 1 + 2 * factor;
}

size_t design_high_point(size_t factor)
{
    return 2 + 2 * factor;
}

size_t design_rows(const struct design *design)
{
    return (size_t)design->spec->points;
}

size_t design_point_a(const struct design *design, size_t row)
{
    return row * (design->factors + 2);
}

size_t design_point_b(const struct design *design, size_t row)
{
    return design_point_a(design, row) + 1;
}

size_t design_point_ab(const struct design *design, size_t row, size_t factor)
{
    return design_point_a(design, row) + 2 + factor;
}

/* ---- what is set ---- */

/* The value with what stands around it; malloc'ed. */
static char *value_of(const struct design_factor *factor, double value, struct err *err)
{
    char number[40];
    if (factor->texts.count > 0)
        return mem_text(*SCENARIO_ITEM(factor->texts, char *, (size_t)value), err);
    number_text(factor, value, number);
    const char *hole = strstr(factor->as, "{}");
    return mem_printf(err, "%.*s%s%s", (int)(hole - factor->as), factor->as, number, hole + 2);
}

void design_value_text(const struct design_factor *factor, double value, char text[DESIGN_VALUE_TEXT])
{
    struct err ignored = ERR_INIT;
    char *whole = isnan(value) ? NULL : value_of(factor, value, &ignored);
    snprintf(text, DESIGN_VALUE_TEXT, "%.190s", whole == NULL ? "" : whole);
    free(whole);
}

static int add_set(struct design_sets *sets, const char *path, const char *value, struct err *err)
{
    const size_t bytes = strlen(path) + strlen(value) + 2;
    char *text = arena_zeroed(&sets->arena, bytes, 1, err);
    if (text == NULL)
        return -1;
    snprintf(text, bytes, "%s=%s", path, value);
    sets->texts[sets->count++] = text;
    return 0;
}

static int add_sets(struct design_sets *sets, const struct design_factor *factor, double value,
                    struct err *err)
{
    char *text = value_of(factor, value, err);
    int status = text == NULL ? -1 : add_set(sets, factor->path, text, err);
    for (size_t i = 0; i < factor->also.count && status == 0; i++)
        status = add_set(sets, *SCENARIO_ITEM(factor->also, char *, i), text, err);
    free(text);
    return status;
}

int design_sets_of(struct design_sets *sets, const struct design *design, size_t point, size_t scenario,
                   struct err *err)
{
    *sets = (struct design_sets){.count = 0};
    size_t most = 0;
    for (size_t f = 0; f < design->factors; f++)
        most += 1 + design_factor_of(design, f)->also.count;
    sets->texts = arena_zeroed(&sets->arena, most, sizeof *sets->texts, err);
    if (sets->texts == NULL)
        return -1;
    for (size_t f = 0; f < design->factors; f++) {
        const struct design_factor *factor = design_factor_of(design, f);
        const double value = design->values[point * design->factors + f];
        if (isnan(value) || !design_factor_is_in(factor, design_scenario_of(design, scenario)->id))
            continue;
        if (add_sets(sets, factor, value, err) != 0)
            return -1;
    }
    return 0;
}

void design_sets_free(struct design_sets *sets)
{
    arena_free(&sets->arena);
    *sets = (struct design_sets){.count = 0};
}
