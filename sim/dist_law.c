#include "sim/dist_law.h"

#include <float.h>
#include <math.h>
#include <pthread.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_gamma.h>

#define SHARES_TOLERANCE 1e-9
/* Below a quarter of a millionth a value rounds to 0. */
#define NOTHING 0.25e-6
/* From here on the approximation to gamma quantiles is good to 10^-6 of the value at the last word, and GSL
 * is slow. */
#define LARGE_SHAPE 1e5

/* What is asked of parameters. */

static int need_finite(const char *kind, const char *what, double x, struct err *err)
{
    if (isfinite(x))
        return 0;
    return err_fail(err, "%s distribution: %s is %g; give a finite number", kind, what, x);
}

static int need_positive(const char *kind, const char *what, double x, struct err *err)
{
    if (isfinite(x) && x > 0)
        return 0;
    return err_fail(err, "%s distribution: %s is %g; it must be above 0", kind, what, x);
}

static int need_spread(const char *kind, double x, struct err *err)
{
    if (isfinite(x) && x >= 0)
        return 0;
    return err_fail(err, "%s distribution: the standard deviation is %g; it must not be negative", kind, x);
}

static int need_rising(const char *kind, const char *low, double a, const char *high, double b,
                       struct err *err)
{
    if (a <= b)
        return 0;
    return err_fail(err, "%s distribution: %s, %g, is above %s, %g; exchange them", kind, low, a, high, b);
}

static int need_values(const char *kind, const struct dist_spec *spec, size_t least, struct err *err)
{
    if (spec->count < least || spec->values == NULL)
        return err_fail(err, "%s distribution: %zu values are given; at least %zu are needed", kind,
                        spec->count, least);
    return 0;
}

/* Kinds without a table. */

static int init_fixed(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_finite("fixed", "the value", spec->a, err) != 0)
        return -1;
    law->mean = spec->a;
    return 0;
}

static int init_uniform(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_finite("uniform", "the least value", spec->a, err) != 0 ||
        need_finite("uniform", "the greatest value", spec->b, err) != 0 ||
        need_rising("uniform", "the least value", spec->a, "the greatest", spec->b, err) != 0)
        return -1;
    law->mean = spec->a / 2 + spec->b / 2;
    law->sd = (spec->b - spec->a) / sqrt(12);
    return 0;
}

static int check_inner(const struct dist_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->count; i++)
        if (spec->inner[i + 1] <= spec->inner[i])
            return err_fail(err, "listed distribution: item %zu is an empty list; give it a value", i + 1);
    return 0;
}

size_t dist_law_values(const struct dist_spec *spec)
{
    return spec->kind == DIST_LISTED && spec->inner != NULL ? spec->inner[spec->count] : spec->count;
}

static int init_listed(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_values("listed", spec, 1, err) != 0)
        return -1;
    if (spec->inner != NULL && check_inner(spec, err) != 0)
        return -1;
    const size_t first = spec->inner != NULL ? spec->inner[0] : 0;
    const size_t end = dist_law_values(spec);
    const double count = (double)(end - first);
    for (size_t i = first; i < end; i++) {
        if (need_finite("listed", "a value", spec->values[i], err) != 0)
            return -1;
        law->mean += spec->values[i] / count;
    }
    double variance = 0;
    for (size_t i = first; i < end; i++)
        variance += (spec->values[i] - law->mean) * (spec->values[i] - law->mean) / count;
    law->sd = sqrt(variance);
    return 0;
}

static int check_empirical(const struct dist_spec *spec, struct err *err)
{
    if (need_values("empirical", spec, 2, err) != 0)
        return -1;
    const double *weights = spec->weights;
    const size_t last = spec->count - 1;
    if (weights == NULL || weights[0] != 0 || !(fabs(weights[last] - 1) <= SHARES_TOLERANCE))
        return err_fail(err, "empirical distribution: the cumulative shares must begin at 0 and end at 1");
    for (size_t i = 0; i <= last; i++) {
        if (need_finite("empirical", "a value", spec->values[i], err) != 0)
            return -1;
        if (i > 0 && !(weights[i] > weights[i - 1]))
            return err_fail(err, "empirical distribution: cumulative share %g follows %g; shares must rise",
                            weights[i], weights[i - 1]);
        if (i > 0 && spec->values[i] < spec->values[i - 1])
            return err_fail(err, "empirical distribution: value %g follows %g; values must not fall",
                            spec->values[i], spec->values[i - 1]);
    }
    return 0;
}

/* Between two points the values are uniform. */
static int init_empirical(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (check_empirical(spec, err) != 0)
        return -1;
    const double *x = spec->values, *w = spec->weights;
    for (size_t i = 1; i < spec->count; i++)
        law->mean += (w[i] - w[i - 1]) * (x[i] / 2 + x[i - 1] / 2);
    double variance = 0;
    for (size_t i = 1; i < spec->count; i++) {
        const double off = x[i] / 2 + x[i - 1] / 2 - law->mean, width = x[i] - x[i - 1];
        variance += (w[i] - w[i - 1]) * (off * off + width * width / 12);
    }
    law->sd = sqrt(variance);
    return 0;
}

/* Closed forms. */

static int init_triangular(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_finite("triangular", "the least value", spec->a, err) != 0 ||
        need_finite("triangular", "the mode", spec->b, err) != 0 ||
        need_finite("triangular", "the greatest value", spec->c, err) != 0 ||
        need_rising("triangular", "the least value", spec->a, "the mode", spec->b, err) != 0 ||
        need_rising("triangular", "the mode", spec->b, "the greatest value", spec->c, err) != 0)
        return -1;
    const double left = spec->b - spec->a, right = spec->c - spec->b, whole = spec->c - spec->a;
    law->mean = (spec->a + spec->b + spec->c) / 3;
    law->sd = sqrt((left * left + right * right + whole * whole) / 36);
    law->single = whole == 0;
    return 0;
}

static double quantile_triangular(const struct dist_law *law, double tail, bool upper)
{
    const double whole = law->c - law->a, left = law->b - law->a, right = law->c - law->b;
    const double below = upper ? 1 - tail : tail, above = upper ? tail : 1 - tail;
    if (below * whole < left)
        return law->a + sqrt(below * whole * left);
    return law->c - sqrt(above * whole * right);
}

static int init_exponential(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_positive("exponential", "the mean", spec->a, err) != 0)
        return -1;
    law->mean = law->sd = law->b = spec->a;
    law->a = 1;
    return 0;
}

static int init_weibull(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_positive("Weibull", "the shape", spec->a, err) != 0 ||
        need_positive("Weibull", "the scale", spec->b, err) != 0)
        return -1;
    const double once = lgamma(1 + 1 / spec->a), twice = lgamma(1 + 2 / spec->a);
    law->mean = spec->b * exp(once);
    law->sd = law->mean * sqrt(fmax(0, expm1(twice - 2 * once)));
    return 0;
}

static double quantile_weibull(const struct dist_law *law, double tail, bool upper)
{
    const double hazard = upper ? -log(tail) : -log1p(-tail);
    return law->b * pow(hazard, 1 / law->a);
}

/* The normal family. */

static int init_normal(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_finite("normal", "the mean", spec->a, err) != 0 || need_spread("normal", spec->b, err) != 0 ||
        need_finite("normal", "the truncation", spec->c, err) != 0)
        return -1;
    law->mean = spec->a;
    law->single = spec->b == 0;
    const double cut =
        law->single ? (spec->a < spec->c ? HUGE_VAL : -HUGE_VAL) : (spec->c - spec->a) / spec->b;
    law->below = gsl_cdf_ugaussian_P(cut);
    law->above = gsl_cdf_ugaussian_Q(cut);
    if (!(law->above > 0))
        return err_fail(
            err,
            "normal distribution: nothing lies above %g, where it is truncated; raise the mean, %g, "
            "or the standard deviation, %g",
            spec->c, spec->a, spec->b);
    if (law->below == 0) {
        law->sd = spec->b;
        return 0;
    }
    /* Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 1, section 13.10. */
    const double hazard = gsl_sf_hazard(cut);
    law->mean = spec->a + spec->b * hazard;
    law->sd = spec->b * sqrt(fmax(0, 1 - hazard * (hazard - cut)));
    return 0;
}

static double quantile_normal(const struct dist_law *law, double tail, bool upper)
{
    const double above = law->above * (upper ? tail : 1 - tail);
    const double below = law->below + law->above * (upper ? 1 - tail : tail);
    const double z = below < above ? gsl_cdf_ugaussian_Pinv(below) : gsl_cdf_ugaussian_Qinv(above);
    return fmax(law->c, law->a + law->b * z);
}

static int init_lognormal_log(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_finite("lognormal", "mu", spec->a, err) != 0 || need_spread("lognormal", spec->b, err) != 0)
        return -1;
    const double variance = spec->b * spec->b;
    law->mean = exp(spec->a + variance / 2);
    law->sd = law->mean * sqrt(expm1(variance));
    law->single = spec->b == 0;
    return 0;
}

static int init_lognormal(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_positive("lognormal", "the mean", spec->a, err) != 0 ||
        need_spread("lognormal", spec->b, err) != 0)
        return -1;
    const double cv = spec->b / spec->a;
    const double variance = log1p(cv * cv);
    law->mean = spec->a;
    law->sd = spec->b;
    law->single = variance == 0;
    law->a = log(spec->a) - variance / 2;
    law->b = sqrt(variance);
    return 0;
}

static double quantile_lognormal(const struct dist_law *law, double tail, bool upper)
{
    const double z = upper ? gsl_cdf_ugaussian_Qinv(tail) : gsl_cdf_ugaussian_Pinv(tail);
    return exp(law->a + law->b * z);
}

/* Quantiles that must be searched for. */

struct search {
    const struct dist_law *law;
    double (*tail_of)(const struct dist_law *law, double x, bool upper);
    double log_tail;
    bool upper;
};

/* Logarithms make both tails of the usual laws nearly straight lines. */
static double search_distance(double x, void *data)
{
    const struct search *search = data;
    const double tail = search->tail_of(search->law, x, search->upper);
    return log(tail < DBL_MIN ? DBL_MIN : tail) - search->log_tail;
}

static double search_between(struct search *search, double low, double high)
{
    gsl_function distance = {.function = search_distance, .params = search};
    gsl_root_fsolver *solver = gsl_root_fsolver_alloc(gsl_root_fsolver_brent);
    if (solver == NULL)
        return NAN;
    double root = NAN;
    if (gsl_root_fsolver_set(solver, &distance, low, high) == GSL_SUCCESS)
        for (int tries = 0; tries < 300 && isnan(root); tries++) {
            if (gsl_root_fsolver_iterate(solver) != GSL_SUCCESS)
                break;
            if (gsl_root_test_interval(gsl_root_fsolver_x_lower(solver), gsl_root_fsolver_x_upper(solver),
                                       NOTHING / 16, 1e-12) == GSL_SUCCESS)
                root = gsl_root_fsolver_root(solver);
        }
    gsl_root_fsolver_free(solver);
    return root;
}

/* Whether x is the quantile: GSL's own inverses fail for small shapes, and for large ones miss without saying
 * so. */
static bool search_ends_at(struct search *search, double x)
{
    return isfinite(x) && fabs(search_distance(x, search)) < 1e-7;
}

/* Brackets the quantile of a positive quantity that is at most `greatest`, in widening steps from a guess. */
static double search_quantile(struct search *search, double guess, double step, double greatest)
{
    const double sign = search->upper ? -1 : 1; /* of the tail's change with x */
    double low = fmin(fmax(guess, NOTHING), greatest), high = low;
    step = fmax(step, NOTHING);
    if (isnan(search_distance(low, search)))
        return NAN;
    while (sign * search_distance(low, search) > 0) {
        if (low <= NOTHING)
            return 0;
        high = low;
        low = fmax(low - step, NOTHING);
        step *= 2;
    }
    while (sign * search_distance(high, search) < 0) {
        if (high >= greatest)
            return greatest;
        low = high;
        high = fmin(high + step, greatest);
        step *= 2;
        if (!isfinite(high))
            return NAN;
    }
    return low < high ? search_between(search, low, high) : low;
}

static int init_gamma(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_positive("gamma", "the shape", spec->a, err) != 0 ||
        need_positive("gamma", "the scale", spec->b, err) != 0)
        return -1;
    law->mean = spec->a * spec->b;
    law->sd = sqrt(spec->a) * spec->b;
    return 0;
}

static int init_erlang(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_positive("Erlang", "the number of phases", spec->a, err) != 0 ||
        need_positive("Erlang", "the mean", spec->b, err) != 0)
        return -1;
    if (spec->a != floor(spec->a))
        return err_fail(err,
                        "Erlang distribution: the number of phases is %g; give a whole number, or a gamma "
                        "distribution",
                        spec->a);
    law->b = spec->b / spec->a;
    law->mean = spec->b;
    law->sd = spec->b / sqrt(spec->a);
    return 0;
}

static double tail_gamma(const struct dist_law *law, double x, bool upper)
{
    return upper ? gsl_cdf_gamma_Q(x, law->a, law->b) : gsl_cdf_gamma_P(x, law->a, law->b);
}

/* Wilson and Hilferty (1931): the cube root of a gamma variable is nearly normal. */
static double nearly_gamma(const struct dist_law *law, double tail, bool upper)
{
    const double z = upper ? gsl_cdf_ugaussian_Qinv(tail) : gsl_cdf_ugaussian_Pinv(tail);
    const double root = 1 - 1 / (9 * law->a) + z / (3 * sqrt(law->a));
    return law->mean * root * root * root;
}

static double quantile_gamma(const struct dist_law *law, double tail, bool upper)
{
    if (law->a >= LARGE_SHAPE)
        return nearly_gamma(law, tail, upper);
    const double x =
        upper ? gsl_cdf_gamma_Qinv(tail, law->a, law->b) : gsl_cdf_gamma_Pinv(tail, law->a, law->b);
    struct search search = {law, tail_gamma, log(tail), upper};
    if (search_ends_at(&search, x))
        return x;
    return search_quantile(&search, nearly_gamma(law, tail, upper), law->sd / 1000, HUGE_VAL);
}

static int init_beta(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_positive("beta", "the first shape", spec->a, err) != 0 ||
        need_positive("beta", "the second shape", spec->b, err) != 0 ||
        need_positive("beta", "the greatest value", spec->c, err) != 0)
        return -1;
    const double sum = spec->a + spec->b;
    law->mean = spec->c * (spec->a / sum);
    law->sd = spec->c * sqrt(spec->a / sum * (spec->b / sum) / (sum + 1));
    return 0;
}

static double tail_beta(const struct dist_law *law, double x, bool upper)
{
    const double share = x / law->c;
    return upper ? gsl_cdf_beta_Q(share, law->a, law->b) : gsl_cdf_beta_P(share, law->a, law->b);
}

/* Not by GSL's inverse, which never returns for some shapes. */
static double quantile_beta(const struct dist_law *law, double tail, bool upper)
{
    struct search search = {law, tail_beta, log(tail), upper};
    return search_quantile(&search, law->mean, law->sd / 4, law->c);
}

static int init_hyperexponential(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    if (need_values("hyperexponential", spec, 1, err) != 0)
        return -1;
    if (spec->weights == NULL)
        return err_fail(err, "hyperexponential distribution: the shares are missing");
    double shares = 0, square = 0;
    for (size_t i = 0; i < spec->count; i++) {
        if (need_positive("hyperexponential", "a mean", spec->values[i], err) != 0)
            return -1;
        if (!(spec->weights[i] >= 0 && spec->weights[i] <= 1))
            return err_fail(err, "hyperexponential distribution: a share is %g; it must lie between 0 and 1",
                            spec->weights[i]);
        shares += spec->weights[i];
        law->mean += spec->weights[i] * spec->values[i];
        square += 2 * spec->weights[i] * spec->values[i] * spec->values[i];
    }
    if (!(fabs(shares - 1) <= SHARES_TOLERANCE))
        return err_fail(err, "hyperexponential distribution: the shares sum to %.12g; they must sum to 1",
                        shares);
    law->sd = sqrt(fmax(0, square - law->mean * law->mean));
    return 0;
}

static double tail_hyperexponential(const struct dist_law *law, double x, bool upper)
{
    double tail = 0;
    for (size_t i = 0; i < law->count; i++)
        tail += law->weights[i] * (upper ? exp(-x / law->values[i]) : -expm1(-x / law->values[i]));
    return tail;
}

/* The quantile of a mixture lies between those of its parts. */
static double quantile_hyperexponential(const struct dist_law *law, double tail, bool upper)
{
    double least = HUGE_VAL, greatest = 0;
    for (size_t i = 0; i < law->count; i++) {
        if (law->weights[i] == 0)
            continue;
        least = fmin(least, law->values[i]);
        greatest = fmax(greatest, law->values[i]);
    }
    const double hazard = upper ? -log(tail) : -log1p(-tail);
    struct search search = {law, tail_hyperexponential, log(tail), upper};
    /* A little apart, lest rounding leave both ends on the same side. */
    return search_between(&search, hazard * least * (1 - 1e-6), hazard * greatest * (1 + 1e-6));
}

static const struct {
    int (*init)(struct dist_law *law, const struct dist_spec *spec, struct err *err);
    double (*quantile)(const struct dist_law *law, double tail, bool upper);
} kinds[] = {
    [DIST_FIXED] = {init_fixed, NULL},
    [DIST_LISTED] = {init_listed, NULL},
    [DIST_UNIFORM] = {init_uniform, NULL},
    [DIST_TRIANGULAR] = {init_triangular, quantile_triangular},
    [DIST_EXPONENTIAL] = {init_exponential, quantile_weibull},
    [DIST_NORMAL] = {init_normal, quantile_normal},
    [DIST_LOGNORMAL] = {init_lognormal, quantile_lognormal},
    [DIST_LOGNORMAL_LOG] = {init_lognormal_log, quantile_lognormal},
    [DIST_GAMMA] = {init_gamma, quantile_gamma},
    [DIST_ERLANG] = {init_erlang, quantile_gamma},
    [DIST_WEIBULL] = {init_weibull, quantile_weibull},
    [DIST_BETA] = {init_beta, quantile_beta},
    [DIST_HYPEREXPONENTIAL] = {init_hyperexponential, quantile_hyperexponential},
    [DIST_EMPIRICAL] = {init_empirical, NULL},
};

static void silence_gsl(void)
{
    gsl_set_error_handler_off();
}

int dist_law_init(struct dist_law *law, const struct dist_spec *spec, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    *law = (struct dist_law){.kind = spec->kind,
                             .a = spec->a,
                             .b = spec->b,
                             .c = spec->c,
                             .count = spec->count,
                             .values = spec->values,
                             .weights = spec->weights};
    if ((size_t)spec->kind >= sizeof kinds / sizeof kinds[0])
        return err_fail(err, "distribution number %d is unknown", (int)spec->kind);
    if (pthread_once(&once, silence_gsl) != 0)
        return err_fail(err, "the error handler of GSL could not be turned off");
    if (kinds[spec->kind].init(law, spec, err) != 0)
        return -1;
    if (!isfinite(law->mean) || !isfinite(law->sd))
        return err_fail(err, "the distribution has no finite mean and standard deviation (%g, %g)", law->mean,
                        law->sd);
    return 0;
}

double dist_law_quantile(const struct dist_law *law, double tail, bool upper)
{
    return kinds[law->kind].quantile(law, tail, upper);
}

double dist_law_tail_rms(const struct dist_law *law, double tail)
{
    double square = 0; /* the second moment over the tail */
    switch (law->kind) {
    case DIST_LOGNORMAL:
    case DIST_LOGNORMAL_LOG:
        square = exp(2 * (law->a + law->b * law->b)) *
                 gsl_cdf_ugaussian_Q(gsl_cdf_ugaussian_Qinv(tail) - 2 * law->b);
        break;
    case DIST_EXPONENTIAL:
    case DIST_WEIBULL:
        square = law->b * law->b * gsl_sf_gamma_inc(1 + 2 / law->a, -log(tail));
        break;
    default:
        return NAN;
    }
    return sqrt(square / tail);
}
