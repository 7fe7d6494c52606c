#include "sim/dist.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/rng.h"
#include "starve.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct dist *compiled(struct dist_spec spec)
{
    struct err err = ERR_INIT;
    struct dist *dist = dist_compile(&spec, &err);
    cr_assert_not_null(dist, "kind %d: %s", spec.kind, err.text[0]);
    cr_assert_not(err_any(&err));
    return dist;
}

static void assert_near(double got, double expected, double relative, const char *what)
{
    cr_assert(fabs(got - expected) <= relative * fabs(expected), "%s: %.12g, expected %.12g", what, got,
              expected);
}

static uint32_t word_at(double p)
{
    return (uint32_t)(p * 0x1p32);
}

/* Moments over all 2^32 words. Between words of the same 256th of an octave (counted from the nearer end)
 * values lie on a straight line, but for rounding; nearer the end than 256 words each counts by itself. */
struct moments {
    double mean, second;
};

static void add_line(struct moments *sum, double first, double last, double words)
{
    const double middle = (first + last) / 2, rise = last - first;
    const double spread = words > 1 ? rise * rise * (words + 1) / (12 * (words - 1)) : 0;
    sum->mean += middle * words * 0x1p-32;
    sum->second += (middle * middle + spread) * words * 0x1p-32;
}

static struct moments table_moments(const struct dist *dist)
{
    struct moments sum = {0, 0};
    for (int upper = 0; upper < 2; upper++)
        for (uint64_t begin = 0, end = 1; begin < UINT64_C(1) << 31; begin = end, end *= 2) {
            const uint64_t step = end - begin > 256 ? (end - begin) / 256 : 1;
            for (uint64_t word = begin; word < end; word += step) {
                const uint32_t first = (uint32_t)word, last = (uint32_t)(word + step - 1);
                add_line(&sum, 1e-6 * (double)dist_value(dist, upper ? ~first : first, 0, 0),
                         1e-6 * (double)dist_value(dist, upper ? ~last : last, 0, 0), (double)step);
            }
        }
    return sum;
}

static void assert_moments(struct dist_spec spec, double mean, double sd)
{
    struct dist *dist = compiled(spec);
    const struct moments table = table_moments(dist);
    char what[80];
    snprintf(what, sizeof what, "kind %d a %g b %g", spec.kind, spec.a, spec.b);
    assert_near(dist_mean(dist), mean, 1e-9, what);
    assert_near(dist_sd(dist), sd, 1e-9, what);
    assert_near(table.mean, mean, 1e-6, what);
    assert_near(table.second, mean * mean + sd * sd, 2e-5, what);
    dist_free(dist);
}

/* More luck is never less: around every knot of any table with 256 cells an octave or fewer, and at 10^5
 * words in between. */
static void assert_never_falls(const struct dist *dist, int kind)
{
    int64_t before = dist_value(dist, 0, 0, 0);
    for (uint32_t word = 0; word < UINT32_MAX - 50000; word += 43000) {
        cr_assert(dist_value(dist, word, 0, 0) >= before, "kind %d falls before word %u", kind, word);
        before = dist_value(dist, word, 0, 0);
    }
    for (unsigned octave = 0; octave < 31; octave++)
        for (uint64_t cell = 0; cell <= 256; cell++) {
            const uint32_t from_end = (uint32_t)(((256 + cell) << octave) >> 8);
            const uint32_t knots[] = {from_end, ~from_end};
            for (size_t i = 0; i < COUNT(knots); i++)
                for (uint32_t word = knots[i] < 3 ? 0 : knots[i] - 3; word < knots[i] + 2; word++)
                    cr_assert(dist_value(dist, word, 0, 0) <= dist_value(dist, word + 1, 0, 0),
                              "kind %d falls after word %u", kind, word);
        }
}

static const double two_means[] = {2.5, 0.357142857142857}, two_shares[] = {0.3, 0.7};
static const double points[] = {0, 1, 1, 5, 9, 20}, shares[] = {0, 0.1, 0.3, 0.7, 0.9, 1};

static const struct dist_spec every_kind[] = {
    {.kind = DIST_FIXED, .a = 3},
    {.kind = DIST_UNIFORM, .a = -1, .b = 3},
    {.kind = DIST_TRIANGULAR, .a = 1, .b = 3, .c = 8},
    {.kind = DIST_EXPONENTIAL, .a = 1.2},
    {.kind = DIST_NORMAL, .a = 3, .b = 2, .c = -1000},
    {.kind = DIST_NORMAL, .a = 3, .b = 2},
    {.kind = DIST_LOGNORMAL, .a = 7.4, .b = 8.61},
    {.kind = DIST_LOGNORMAL, .a = 1, .b = 3},
    {.kind = DIST_LOGNORMAL_LOG, .a = 1, .b = 0.01},
    {.kind = DIST_GAMMA, .a = 0.25, .b = 3},
    {.kind = DIST_GAMMA, .a = 0.001, .b = 3},
    {.kind = DIST_GAMMA, .a = 40000, .b = 0.001},
    {.kind = DIST_ERLANG, .a = 4, .b = 6},
    {.kind = DIST_WEIBULL, .a = 0.5, .b = 1},
    {.kind = DIST_WEIBULL, .a = 5, .b = 1e-5},
    {.kind = DIST_BETA, .a = 2, .b = 5, .c = 10},
    {.kind = DIST_BETA, .a = 0.02, .b = 0.05, .c = 10},
    {.kind = DIST_HYPEREXPONENTIAL, .count = 2, .values = two_means, .weights = two_shares},
    {.kind = DIST_EMPIRICAL, .count = 6, .values = points, .weights = shares},
};

Test(dist, never_falls_with_luck)
{
    for (size_t i = 0; i < COUNT(every_kind); i++) {
        struct dist *dist = compiled(every_kind[i]);
        assert_never_falls(dist, (int)every_kind[i].kind);
        dist_free(dist);
    }
}

/* Ends, middle and every octave of both tails, and luck; by sevens, so that the rest of fours is there. */
Test(dist, looks_up_many_as_one_by_one)
{
    enum { LUCK = 2000, MANY = 7 };
    const struct rng rng = rng_of(5, 0);
    for (size_t k = 0; k < COUNT(every_kind); k++) {
        struct dist *dist = compiled(every_kind[k]);
        for (uint32_t i = 0; i < LUCK; i++) {
            struct rng_words words[MANY];
            int64_t values[MANY];
            for (uint32_t j = 0; j < MANY; j++)
                words[j] = rng_draw(&rng, (struct rng_identity){i, j}, (struct rng_purpose){0, 0, 0, 0});
            const uint32_t end = (UINT32_C(1) << i % 32) - 1;
            words[0].w[0] = end;
            words[1].w[0] = ~end;
            words[2].w[0] = words[2].w[0] & end;
            words[3].w[0] = words[3].w[0] | ~end;
            dist_values(dist, words, i, MANY, values);
            for (uint32_t j = 0; j < MANY; j++)
                cr_assert_eq(values[j], dist_value(dist, words[j].w[0], i + j, 0), "kind %d, word %u",
                             every_kind[k].kind, words[j].w[0]);
        }
        dist_free(dist);
    }
}

Test(dist, table_keeps_moments_of_lognormal)
{
    const double cvs[] = {0.5, 1, 1.5, 2, 3};
    for (size_t i = 0; i < COUNT(cvs); i++)
        assert_moments((struct dist_spec){.kind = DIST_LOGNORMAL, .a = 1000, .b = 1000 * cvs[i]}, 1000,
                       1000 * cvs[i]);
    assert_moments((struct dist_spec){.kind = DIST_LOGNORMAL_LOG, .a = 7, .b = 0.8}, exp(7.32),
                   exp(7.32) * sqrt(exp(0.64) - 1));
}

Test(dist, table_keeps_moments_of_gamma_and_erlang)
{
    const double shapes[] = {0.25, 0.5, 1, 3.45, 50, 20000};
    for (size_t i = 0; i < COUNT(shapes); i++)
        assert_moments((struct dist_spec){.kind = DIST_GAMMA, .a = shapes[i], .b = 1000}, 1000 * shapes[i],
                       1000 * sqrt(shapes[i]));
    assert_moments((struct dist_spec){.kind = DIST_ERLANG, .a = 4, .b = 6000}, 6000, 3000);
}

Test(dist, table_keeps_moments_of_weibull_and_exponential)
{
    const double shapes[] = {0.5, 0.7, 1, 1.5, 8};
    for (size_t i = 0; i < COUNT(shapes); i++) {
        const double mean = tgamma(1 + 1 / shapes[i]), second = tgamma(1 + 2 / shapes[i]);
        assert_moments((struct dist_spec){.kind = DIST_WEIBULL, .a = shapes[i], .b = 1000}, 1000 * mean,
                       1000 * sqrt(second - mean * mean));
    }
    assert_moments((struct dist_spec){.kind = DIST_EXPONENTIAL, .a = 1200}, 1200, 1200);
}

Test(dist, table_keeps_moments_of_hyperexponential)
{
    const double means[] = {2500, 357.142857142857}, far[] = {1000, 1, 100000}, parts[] = {0.5, 0.499, 0.001};
    assert_moments(
        (struct dist_spec){.kind = DIST_HYPEREXPONENTIAL, .count = 2, .values = means, .weights = two_shares},
        1000, 1000 * sqrt(2.928571428571428));
    const double mean = 500 + 0.499 + 100, second = 2 * (0.5e6 + 0.499 + 0.001 * 1e10);
    assert_moments(
        (struct dist_spec){.kind = DIST_HYPEREXPONENTIAL, .count = 3, .values = far, .weights = parts}, mean,
        sqrt(second - mean * mean));
}

Test(dist, table_keeps_moments_of_bounded_kinds)
{
    assert_moments((struct dist_spec){.kind = DIST_BETA, .a = 2, .b = 5, .c = 1000}, 2000 / 7.0,
                   1000 * sqrt(10 / (49.0 * 8)));
    assert_moments((struct dist_spec){.kind = DIST_BETA, .a = 0.5, .b = 0.5, .c = 1000}, 500,
                   1000 * sqrt(0.125));
    assert_moments((struct dist_spec){.kind = DIST_TRIANGULAR, .a = 1000, .b = 3000, .c = 8000}, 4000,
                   1000 * sqrt(78 / 36.0));
    assert_moments((struct dist_spec){.kind = DIST_TRIANGULAR, .a = 1000, .b = 1000, .c = 4000}, 2000,
                   1000 * sqrt(0.5));
    assert_moments((struct dist_spec){.kind = DIST_UNIFORM, .a = 1000, .b = 4000}, 2500, 3000 / sqrt(12));
}

/* Half normal: mean sqrt(2 / pi), variance 1 - 2 / pi. Beyond 8 standard deviations: from Laplace's continued
 * fraction of the hazard, with 40 digits. */
Test(dist, table_keeps_moments_of_truncated_normal)
{
    const double pi = 3.14159265358979323846;
    assert_moments((struct dist_spec){.kind = DIST_NORMAL, .a = 0, .b = 1000, .c = 0}, 1000 * sqrt(2 / pi),
                   1000 * sqrt(1 - 2 / pi));
    assert_moments((struct dist_spec){.kind = DIST_NORMAL, .a = 5000, .b = 1000, .c = -1e9}, 5000, 1000);
    assert_moments((struct dist_spec){.kind = DIST_NORMAL, .a = -8000, .b = 1000, .c = 0},
                   121.368112236112680653, 119.686605112439003358);
}

/* Case T20 of the validation set: mean, sd and six quantiles. */
Test(dist, agrees_with_published_quantiles)
{
    static const double p[] = {0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
    static const struct {
        struct dist_spec spec;
        double mean, sd, quantile[6];
    } oracles[] = {
        {{.kind = DIST_LOGNORMAL, .a = 7.4, .b = 8.61},
         7.4,
         8.61,
         {1.052991669, 2.584227883, 4.823366799, 9.002637669, 22.09406587, 41.50588052}},
        {{.kind = DIST_LOGNORMAL, .a = 28.4, .b = 27.2},
         28.4,
         27.2,
         {5.44059213, 11.90270506, 20.51047695, 35.34319827, 77.32240438, 133.9953409}},
        {{.kind = DIST_EXPONENTIAL, .a = 1.2},
         1.2,
         1.2,
         {0.06155195327, 0.3452184869, 0.8317766167, 1.663553233, 3.594878728, 5.526204223}},
        {{.kind = DIST_GAMMA, .a = 3.45, .b = 1 / 0.0738},
         46.74796748,
         25.16825965,
         {14.3125621, 28.27957471, 42.31713729, 60.42159604, 94.31784034, 124.0605114}},
        {{.kind = DIST_WEIBULL, .a = 1.5, .b = 10},
         9.02745293,
         6.129357918,
         {1.380512666, 4.357879317, 7.832197688, 12.43283885, 20.78110638, 27.67985365}},
        {{.kind = DIST_TRIANGULAR, .a = 1, .b = 3, .c = 8},
         4,
         1.471960144,
         {1.836660027, 2.870828693, 3.816699867, 5.041960108, 6.677124344, 7.408392022}},
        {{.kind = DIST_UNIFORM, .a = 0.25, .b = 0.75},
         0.5,
         0.1443375673,
         {0.275, 0.375, 0.5, 0.625, 0.725, 0.745}},
        {{.kind = DIST_ERLANG, .a = 4, .b = 6},
         6,
         3,
         {2.049477595, 3.802980318, 5.508091123, 7.664141228, 11.63048479, 15.06767627}},
        {{.kind = DIST_BETA, .a = 2, .b = 5, .c = 10},
         2.857142857,
         1.597191412,
         {0.6284989171, 1.611629168, 2.644499833, 3.894794852, 5.818034093, 7.056863283}},
    };
    for (size_t i = 0; i < COUNT(oracles); i++) {
        struct dist *dist = compiled(oracles[i].spec);
        assert_near(dist_mean(dist), oracles[i].mean, 1e-9, "mean");
        assert_near(dist_sd(dist), oracles[i].sd, 1e-9, "sd");
        for (size_t k = 0; k < COUNT(p); k++)
            assert_near(1e-6 * (double)dist_value(dist, word_at(p[k]), 0, 0), oracles[i].quantile[k], 5e-5,
                        "quantile");
        dist_free(dist);
    }
}

Test(dist, reaches_into_both_tails)
{
    struct dist *dist = compiled((struct dist_spec){.kind = DIST_EXPONENTIAL, .a = 1e6});
    for (uint32_t word = 0; word < 50; word++) {
        const double p = ((double)word + 0.5) * 0x1p-32;
        cr_assert_float_eq((double)dist_value(dist, word, 0, 0), -1e12 * log1p(-p), 0.6);
        if (word > 0) /* the last word stands for all that is beyond it */
            cr_assert_float_eq((double)dist_value(dist, ~word, 0, 0), -1e12 * log(p), 0.6);
    }
    assert_near((double)dist_value(dist, UINT32_MAX, 0, 0), -1e12 * log(0x1p-33), 0.05, "last word");
    dist_free(dist);
}

Test(dist, fixed_is_always_the_same)
{
    struct dist *dist = compiled((struct dist_spec){.kind = DIST_FIXED, .a = -0.7});
    cr_assert_eq(dist_value(dist, 0, 0, 0), -700000);
    cr_assert_eq(dist_value(dist, UINT32_MAX, 99, 9), -700000);
    cr_assert_eq(dist_mean(dist), -0.7);
    cr_assert_eq(dist_sd(dist), 0);
    dist_free(dist);
}

Test(dist, without_spread_lies_at_the_mean)
{
    const struct dist_spec specs[] = {{.kind = DIST_LOGNORMAL, .a = 5},
                                      {.kind = DIST_NORMAL, .a = 5},
                                      {.kind = DIST_TRIANGULAR, .a = 5, .b = 5, .c = 5},
                                      {.kind = DIST_UNIFORM, .a = 5, .b = 5}};
    for (size_t i = 0; i < COUNT(specs); i++) {
        struct dist *dist = compiled(specs[i]);
        cr_assert_eq(dist_value(dist, 0, 0, 0), 5000000);
        cr_assert_eq(dist_value(dist, UINT32_MAX, 0, 0), 5000000);
        cr_assert_eq(dist_mean(dist), 5);
        cr_assert_eq(dist_sd(dist), 0);
        dist_free(dist);
    }
}

Test(dist, uniform_is_exact)
{
    struct dist *dist = compiled((struct dist_spec){.kind = DIST_UNIFORM, .a = -1000, .b = 3294.967296});
    cr_assert_eq(dist_value(dist, 0, 0, 0), -1000000000 + 1); /* half a step, rounded up */
    cr_assert_eq(dist_value(dist, 1000, 0, 0), -1000000000 + 1001);
    cr_assert_eq(dist_value(dist, UINT32_MAX, 0, 0), INT64_C(3294967296));
    dist_free(dist);
}

Test(dist, listed_goes_round_by_ordinal)
{
    const double values[] = {3, 1, 2};
    struct dist *dist = compiled((struct dist_spec){.kind = DIST_LISTED, .count = 3, .values = values});
    const int64_t expected[] = {3000000, 1000000, 2000000, 3000000, 1000000};
    for (uint64_t ordinal = 0; ordinal < COUNT(expected); ordinal++)
        for (uint32_t attempt = 0; attempt < 3; attempt++)
            cr_assert_eq(dist_value(dist, 12345, ordinal, attempt), expected[ordinal]);
    cr_assert_eq(dist_value(dist, 0, UINT64_MAX, 0), expected[UINT64_MAX % 3]);
    cr_assert_float_eq(dist_mean(dist), 2, 1e-15);
    cr_assert_float_eq(dist_sd(dist), sqrt(2.0 / 3), 1e-15);
    dist_free(dist);
}

Test(dist, listed_takes_inner_values_by_attempt)
{
    const double values[] = {1, 2, 3, 4, 5, 6};
    const size_t inner[] = {0, 1, 4, 6};
    struct dist *dist =
        compiled((struct dist_spec){.kind = DIST_LISTED, .count = 3, .values = values, .inner = inner});
    cr_assert_eq(dist_value(dist, 0, 0, 0), 1000000);
    cr_assert_eq(dist_value(dist, 0, 0, 7), 1000000);
    cr_assert_eq(dist_value(dist, 0, 1, 0), 2000000);
    cr_assert_eq(dist_value(dist, 0, 1, 1), 3000000);
    cr_assert_eq(dist_value(dist, 0, 1, 2), 4000000);
    cr_assert_eq(dist_value(dist, 0, 1, UINT32_MAX), 4000000);
    cr_assert_eq(dist_value(dist, 0, 5, 1), 6000000);
    cr_assert_float_eq(dist_mean(dist), 3.5, 1e-14);
    dist_free(dist);
}

Test(dist, empirical_is_linear_between_its_points)
{
    struct dist *dist =
        compiled((struct dist_spec){.kind = DIST_EMPIRICAL, .count = 6, .values = points, .weights = shares});
    cr_assert_eq(dist_value(dist, 0, 0, 0), 0);
    cr_assert_eq(dist_value(dist, word_at(0.05), 0, 0), 500000);
    cr_assert_eq(dist_value(dist, word_at(0.2), 0, 0), 1000000); /* an atom */
    cr_assert_eq(dist_value(dist, word_at(0.5), 0, 0), 3000000);
    cr_assert_eq(dist_value(dist, word_at(0.8), 0, 0), 7000000);
    cr_assert_eq(dist_value(dist, UINT32_MAX, 0, 0), 20000000);
    /* 0.1 U(0,1) + 0.2 at 1 + 0.4 U(1,5) + 0.2 U(5,9) + 0.1 U(9,20) */
    const double mean = 0.05 + 0.2 + 1.2 + 1.4 + 1.45;
    const double second = 0.1 / 3 + 0.2 + 0.4 * 31 / 3 + 0.2 * 151 / 3 + 0.1 * 661 / 3;
    assert_near(dist_mean(dist), mean, 1e-14, "mean");
    assert_near(dist_sd(dist), sqrt(second - mean * mean), 1e-13, "sd");
    dist_free(dist);
}

Test(dist, values_stay_inside_their_bounds)
{
    struct dist *beta = compiled((struct dist_spec){.kind = DIST_BETA, .a = 0.02, .b = 0.05, .c = 10});
    struct dist *triangular = compiled((struct dist_spec){.kind = DIST_TRIANGULAR, .a = 1, .b = 3, .c = 8});
    struct dist *normal = compiled((struct dist_spec){.kind = DIST_NORMAL, .a = 1, .b = 5, .c = 0.5});
    cr_assert_geq(dist_value(beta, 0, 0, 0), 0);
    cr_assert_leq(dist_value(beta, UINT32_MAX, 0, 0), 10000000);
    cr_assert_geq(dist_value(triangular, 0, 0, 0), 1000000);
    cr_assert_leq(dist_value(triangular, UINT32_MAX, 0, 0), 8000000);
    cr_assert_geq(dist_value(normal, 0, 0, 0), 500000);
    dist_free(beta);
    dist_free(triangular);
    dist_free(normal);
}

/* GSL's inverse of the gamma distribution misses its tails from a shape of about 10^4 on. */
Test(dist, gamma_of_large_shape_is_nearly_normal)
{
    struct dist *dist = compiled((struct dist_spec){.kind = DIST_GAMMA, .a = 1e5, .b = 1});
    const double sd = sqrt(1e5), skew = 2 / sqrt(1e5);
    const double z[] = {1.2815515655446004, 3.090232306167813, 5.199337582192817}, p[] = {0.1, 1e-3, 1e-7};
    for (size_t i = 0; i < COUNT(p); i++) { /* second order of Cornish and Fisher */
        const double bend = (z[i] * z[i] - 1) * skew / 6;
        assert_near(1e-6 * (double)dist_value(dist, ~word_at(p[i]), 0, 0), 1e5 + sd * (z[i] + bend), 1e-6,
                    "upper");
        assert_near(1e-6 * (double)dist_value(dist, word_at(p[i]), 0, 0), 1e5 + sd * (bend - z[i]), 1e-6,
                    "lower");
    }
    dist_free(dist);
}

static void assert_refused(struct dist_spec spec, const char *because)
{
    struct err err = ERR_INIT;
    struct dist *dist = dist_compile(&spec, &err);
    cr_assert_null(dist, "kind %d was accepted, though: %s", spec.kind, because);
    cr_assert_eq(err.count, 1);
    cr_assert_not_null(strstr(err.text[0], because), "%s; expected: %s", err.text[0], because);
}

Test(dist, refuses_parameters_outside_their_domain)
{
    const double inf = (double)INFINITY, nan_value = (double)NAN;
    assert_refused((struct dist_spec){.kind = DIST_FIXED, .a = nan_value}, "finite");
    assert_refused((struct dist_spec){.kind = DIST_UNIFORM, .a = 0, .b = inf}, "finite");
    assert_refused((struct dist_spec){.kind = DIST_UNIFORM, .a = 2, .b = 1}, "exchange");
    assert_refused((struct dist_spec){.kind = DIST_TRIANGULAR, .a = 1, .b = 0, .c = 3}, "exchange");
    assert_refused((struct dist_spec){.kind = DIST_TRIANGULAR, .a = 1, .b = 4, .c = 3}, "exchange");
    assert_refused((struct dist_spec){.kind = DIST_EXPONENTIAL, .a = 0}, "above 0");
    assert_refused((struct dist_spec){.kind = DIST_EXPONENTIAL, .a = nan_value}, "above 0");
    assert_refused((struct dist_spec){.kind = DIST_NORMAL, .a = 1, .b = -1}, "negative");
    assert_refused((struct dist_spec){.kind = DIST_NORMAL, .a = -100, .b = 1, .c = 0}, "nothing lies above");
    assert_refused((struct dist_spec){.kind = DIST_NORMAL, .a = -1, .b = 0, .c = 0}, "nothing lies above");
    assert_refused((struct dist_spec){.kind = DIST_LOGNORMAL, .a = 1, .b = -1}, "negative");
    assert_refused((struct dist_spec){.kind = DIST_LOGNORMAL, .a = 0, .b = 1}, "above 0");
    assert_refused((struct dist_spec){.kind = DIST_LOGNORMAL_LOG, .a = inf, .b = 1}, "finite");
    assert_refused((struct dist_spec){.kind = DIST_GAMMA, .a = 0, .b = 1}, "above 0");
    assert_refused((struct dist_spec){.kind = DIST_GAMMA, .a = 1, .b = -1}, "above 0");
    assert_refused((struct dist_spec){.kind = DIST_ERLANG, .a = 2.5, .b = 1}, "whole number");
    assert_refused((struct dist_spec){.kind = DIST_WEIBULL, .a = -1, .b = 1}, "above 0");
    assert_refused((struct dist_spec){.kind = DIST_BETA, .a = 1, .b = 1, .c = 0}, "above 0");
    assert_refused((struct dist_spec){.kind = (enum dist_kind)99}, "unknown");
}

Test(dist, refuses_values_beyond_its_integers)
{
    assert_refused((struct dist_spec){.kind = DIST_FIXED, .a = 1e13}, "cannot be represented");
    assert_refused((struct dist_spec){.kind = DIST_UNIFORM, .a = -1e13, .b = 0}, "cannot be represented");
    assert_refused((struct dist_spec){.kind = DIST_EXPONENTIAL, .a = 1e12}, "cannot be represented");
    assert_refused((struct dist_spec){.kind = DIST_LOGNORMAL_LOG, .a = 0, .b = 10}, "cannot be represented");
    assert_refused((struct dist_spec){.kind = DIST_LOGNORMAL_LOG, .a = 0, .b = 1000}, "finite");
    assert_refused((struct dist_spec){.kind = DIST_WEIBULL, .a = 0.001, .b = 1}, "finite");
    dist_free(compiled((struct dist_spec){.kind = DIST_FIXED, .a = -2e12}));
}

Test(dist, refuses_shares_and_lists_that_do_not_fit)
{
    const double values[] = {1, 2, 3}, falling[] = {1, 3, 2}, poor[] = {0.3, 0.3, 0.3},
                 minus[] = {1.2, -0.2, 0};
    const double up[] = {0, 0.5, 1}, flat[] = {0, 1, 1}, late[] = {0.1, 0.5, 1}, early[] = {0, 0.5, 0.9};
    const double nans[] = {1, (double)NAN, 3};
    const size_t empty_item[] = {0, 1, 1, 3};
    struct dist_spec hyper = {.kind = DIST_HYPEREXPONENTIAL, .count = 3, .values = values, .weights = poor};
    assert_refused(hyper, "must sum to 1");
    hyper.weights = minus;
    assert_refused(hyper, "between 0 and 1");
    hyper.weights = NULL;
    assert_refused(hyper, "missing");
    hyper.count = 0;
    assert_refused(hyper, "at least 1");

    struct dist_spec empirical = {.kind = DIST_EMPIRICAL, .count = 3, .values = values, .weights = flat};
    assert_refused(empirical, "rise");
    empirical.weights = late;
    assert_refused(empirical, "begin at 0");
    empirical.weights = early;
    assert_refused(empirical, "end at 1");
    empirical.weights = up;
    empirical.values = falling;
    assert_refused(empirical, "must not fall");
    empirical.values = nans;
    assert_refused(empirical, "finite");
    empirical.count = 1;
    assert_refused(empirical, "at least 2");

    struct dist_spec listed = {.kind = DIST_LISTED, .count = 0, .values = values};
    assert_refused(listed, "at least 1");
    listed.count = 3;
    listed.values = nans;
    assert_refused(listed, "finite");
    listed.values = values;
    listed.inner = empty_item;
    assert_refused(listed, "empty list");
}

Test(dist, fingerprint_tells_tables_apart)
{
    uint64_t seen[COUNT(every_kind)];
    for (size_t i = 0; i < COUNT(every_kind); i++) {
        struct dist *dist = compiled(every_kind[i]), *again = compiled(every_kind[i]);
        seen[i] = dist_fingerprint(dist);
        cr_assert_eq(seen[i], dist_fingerprint(again));
        for (size_t k = 0; k < i; k++)
            cr_assert_neq(seen[i], seen[k]);
        dist_free(dist);
        dist_free(again);
    }
    struct dist *a = compiled((struct dist_spec){.kind = DIST_EXPONENTIAL, .a = 1});
    struct dist *b = compiled((struct dist_spec){.kind = DIST_EXPONENTIAL, .a = 1.000001});
    cr_assert_neq(dist_fingerprint(a), dist_fingerprint(b));
    dist_free(a);
    dist_free(b);
}

#if CAN_STARVE
Test(dist, reports_that_memory_has_run_out)
{
    SKIP_IF_WATCHED;
    static struct err errs[COUNT(every_kind)];
    struct dist *got[COUNT(every_kind)];
    dist_free(compiled(every_kind[0])); /* what is allocated once, is */
    starve();
    for (size_t i = 0; i < COUNT(every_kind); i++)
        got[i] = dist_compile(&every_kind[i], &errs[i]);
    feed();
    for (size_t i = 0; i < COUNT(every_kind); i++) {
        cr_assert_null(got[i]);
        cr_assert_eq(errs[i].count, 1);
    }
}
#endif
