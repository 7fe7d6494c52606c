/* Cost per DALY averted: ratios with their sets, acceptability, budgets, and what is discounted. */

#include "study/worth.h"

#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "models/present_value.h"
#include "tests/unit/model_scenario.h"

#define CROSSING SOURCE_DIR "/tests/unit/data/crossing.cfg"

static bool near(double a, double b, double relative)
{
    return fabs(a - b) <= relative * fabs(b);
}

static double t_value(const double *above, const double *below, size_t count, double ratio)
{
    double *left = malloc(count * sizeof *left);
    cr_assert(left != NULL);
    for (size_t i = 0; i < count; i++)
        left[i] = above[i] - ratio * below[i];
    const struct stats stats = stats_of(left, count);
    free(left);
    return fabs(stats.mean) / stats.half;
}

/* At the ends of the set, above - ratio x below is just not excluded from being 0. */
Test(worth, ratio_is_fiellers)
{
    const double above[] = {10, 12, 9, 14, 11, 13}, below[] = {2.0, 2.5, 1.7, 2.6, 2.4, 2.2};
    const struct worth_ratio ratio = worth_ratio_of(above, below, 6);
    cr_assert_eq(ratio.set, WORTH_BETWEEN);
    cr_expect(near(ratio.value, 69 / 13.4, 1e-12));
    cr_expect(ratio.low < ratio.value && ratio.value < ratio.high);
    cr_expect(near(t_value(above, below, 6, ratio.low), 1, 1e-9));
    cr_expect(near(t_value(above, below, 6, ratio.high), 1, 1e-9));
}

Test(worth, ratio_over_what_may_be_nothing_is_no_interval)
{
    const double above[] = {10, 12, 9, 14}, below[] = {-1, 1.5, 0.2, -0.4};
    const struct worth_ratio ratio = worth_ratio_of(above, below, 4);
    cr_assert_eq(ratio.set, WORTH_OUTSIDE);
    cr_expect(near(t_value(above, below, 4, ratio.low), 1, 1e-9));
    cr_expect(near(t_value(above, below, 4, ratio.high), 1, 1e-9));
    cr_expect_gt(t_value(above, below, 4, 0.5 * (ratio.low + ratio.high)), 1);
    const double nothing[] = {1, -1, 1, -1};
    cr_expect_eq(worth_ratio_of(nothing, below, 4).set, WORTH_ANYTHING);
    const double zero[] = {0, 0, 0, 0};
    cr_expect_eq(worth_ratio_of(above, zero, 4).set, WORTH_UNDEFINED);
    cr_expect(isnan(worth_ratio_of(above, zero, 4).value));
    cr_expect_eq(worth_ratio_of(above, below, 1).set, WORTH_UNDEFINED);
}

/* 4,000 studies of 10 pairs with the ratio 5: the sets hold it in 95%, give or take 1.2 points; a right
 * program is outside in one of 2,000 seeds (binomial, 3.5 standard deviations). */
Test(worth, sets_hold_the_ratio_as_often_as_they_say)
{
    enum { STUDIES = 4000, PAIRS = 10 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    cr_assert(rng != NULL);
    gsl_rng_set(rng, 20260);
    unsigned held = 0;
    for (unsigned s = 0; s < STUDIES; s++) {
        double above[PAIRS], below[PAIRS];
        for (size_t i = 0; i < PAIRS; i++) {
            const double shared = gsl_ran_gaussian(rng, 1);
            below[i] = 2 + shared;
            above[i] = 10 + 3 * shared + gsl_ran_gaussian(rng, 2);
        }
        const struct worth_ratio ratio = worth_ratio_of(above, below, PAIRS);
        const bool inside = ratio.low <= 5 && 5 <= ratio.high;
        held += ratio.set == WORTH_ANYTHING || (ratio.set == WORTH_BETWEEN && inside) ||
                (ratio.set == WORTH_OUTSIDE && !inside);
    }
    gsl_rng_free(rng);
    cr_expect(fabs((double)held / STUDIES - 0.95) < 0.012, "%u of %d", held, STUDIES);
}

/* ---- a comparison of two worlds ---- */

enum { METRICS = 8, REPLICATIONS = 4 };
static const char *const names[METRICS] = {
    "discounted/daly",     "discounted/patient_cost", "discounted/insurer_cost", "discounted/programme_cost",
    "year/1/insurer_cost", "year/1/programme_cost",   "year/2/insurer_cost",     "year/2/programme_cost"};
static const char *const labels[] = {"base", "other"};
static const double other[REPLICATIONS][METRICS] = {{-2, 10, 20, 70, 12, 40, 9, 30},
                                                    {-1, 10, 30, 60, 14, 40, 17, 20},
                                                    {-3, 20, 20, 60, 10, 40, 11, 20},
                                                    {-2, 20, 10, 70, 5, 40, 6, 30}};

static void compare(struct comparison *comparison, double *values)
{
    for (size_t i = 0; i < (size_t)REPLICATIONS * METRICS; i++) {
        values[i] = 1000;
        values[(size_t)REPLICATIONS * METRICS + i] = 1000 + other[i / METRICS][i % METRICS];
    }
    *comparison = (struct comparison){.worlds = 2,
                                      .replications = REPLICATIONS,
                                      .metrics = METRICS,
                                      .labels = labels,
                                      .metric_names = names,
                                      .values = values};
}

static const struct run_view views[] = {{.price_year = 2022, .discount = 0.03},
                                        {.price_year = 2022, .discount = 0.03}};

static void find(struct worth *worth, enum worth_perspective perspective, double threshold)
{
    static double values[2 * REPLICATIONS * METRICS];
    struct comparison comparison;
    struct err err = ERR_INIT;
    compare(&comparison, values);
    cr_assert_eq(worth_init(worth, &comparison, views, perspective, threshold, &err), 0, "%s", err.text[0]);
}

Test(worth, costs_are_of_those_whose_they_are)
{
    const double means[WORTH_PERSPECTIVES] = {
        [WORTH_SOCIETY] = 100, [WORTH_PAYER] = 85, [WORTH_PATIENTS] = 15};
    for (int p = 0; p < WORTH_PERSPECTIVES; p++) {
        struct worth worth;
        find(&worth, (enum worth_perspective)p, 50);
        cr_expect(near(stats_of(worth.world[1].cost, REPLICATIONS).mean, means[p], 1e-12));
        cr_expect(near(worth.world[1].ratio.value, means[p] / 2, 1e-12));
        cr_expect_str_eq(worth_verdict(&worth, 1), "costs more and averts DALYs");
        worth_free(&worth);
    }
}

/* 100 CNY each for 2, 1, 3 and 2 DALYs: at 50 CNY a DALY two are worth it by a draw, one is not, one is. */
Test(worth, acceptability_rises_from_none_to_all)
{
    struct worth worth;
    find(&worth, WORTH_SOCIETY, 50);
    const struct worth_world *of = &worth.world[1];
    cr_expect(worth.at[0] == 0 && near(worth.at[20], 50, 1e-12) && near(worth.at[60], 150, 1e-12));
    cr_expect(of->share[0] == 0 && of->believed[0] == 0);
    cr_expect(near(of->share[20], 0.5, 1e-12));
    cr_expect(of->share[60] == 1 && near(of->believed[60], 1, 1e-9));
    for (size_t t = 1; t < WORTH_THRESHOLDS; t++)
        cr_expect(of->share[t] >= of->share[t - 1] && of->believed[t] >= of->believed[t - 1] - 1e-12);
    cr_expect(of->believed[20] > 0.3 && of->believed[20] < 0.7); /* by symmetry 0.5 */
    cr_expect(near(worth_net_benefit(&worth, 1, 60).mean, 20, 1e-12));
    for (size_t t = 0; t < WORTH_THRESHOLDS; t++)
        cr_expect(near(worth.world[0].share[t], 0.5, 1e-9), "the base against itself");
    worth_free(&worth);
}

Test(worth, budgets_are_the_payers_and_by_year)
{
    struct worth worth;
    find(&worth, WORTH_SOCIETY, 50);
    cr_assert_eq(worth.years, 2);
    cr_expect(near(worth_budget(&worth, 1, 0, true, false).mean, 10.25, 1e-12));
    cr_expect(near(worth_budget(&worth, 1, 1, false, true).mean, 25, 1e-12));
    cr_expect(near(worth_budget(&worth, 1, 1, true, true).mean, 35.75, 1e-12));
    worth_free(&worth);
}

Test(worth, dominance_is_named)
{
    double values[2 * REPLICATIONS * METRICS];
    struct comparison comparison;
    struct worth worth;
    struct err err = ERR_INIT;
    const struct {
        double daly, cost;
        const char *verdict;
    } rows[] = {{-5, -1, "costs no more and averts no fewer DALYs: dominates the base"},
                {5, 1, "costs no less and averts no more DALYs: dominated by the base"},
                {5, -1, "costs less, and DALYs are lost"},
                {0, 0, "costs the same and averts nothing"},
                {-5, 0, "costs no more and averts no fewer DALYs: dominates the base"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        compare(&comparison, values);
        for (size_t r = 0; r < REPLICATIONS; r++)
            for (size_t m = 0; m < METRICS; m++)
                values[(REPLICATIONS + r) * METRICS + m] = 1000 + (m == 0   ? rows[i].daly
                                                                   : m == 1 ? rows[i].cost
                                                                            : 0);
        cr_assert_eq(worth_init(&worth, &comparison, views, WORTH_SOCIETY, 50, &err), 0);
        cr_expect_str_eq(worth_verdict(&worth, 1), rows[i].verdict);
        worth_free(&worth);
    }
}

Test(worth, prices_of_different_years_are_refused)
{
    static double values[2 * REPLICATIONS * METRICS];
    struct run_view odd[] = {views[0], views[1]};
    struct comparison comparison;
    struct worth worth;
    struct err err = ERR_INIT;
    compare(&comparison, values);
    odd[1].price_year = 2023;
    cr_expect_neq(worth_init(&worth, &comparison, odd, WORTH_SOCIETY, 50, &err), 0);
    cr_expect_str_eq(err.text[0], "base has prices of 2022 and other of 2023: money can be compared only in "
                                  "prices of one year; set scenario.price_year and the prices");
    worth_free(&worth);
    err_clear(&err);
    odd[1] = (struct run_view){.price_year = 2022, .discount = 0.05};
    cr_expect_neq(worth_init(&worth, &comparison, odd, WORTH_SOCIETY, 50, &err), 0);
    cr_expect(strstr(err.text[0], "set scenario.discount to the same") != NULL);
    worth_free(&worth);
    err_clear(&err);
    odd[1].discount = NAN;
    cr_expect_neq(worth_init(&worth, &comparison, odd, WORTH_SOCIETY, 50, &err), 0);
    cr_expect(strstr(err.text[0], "run the scenario again") != NULL);
    worth_free(&worth);
}

/* ---- what runs give ---- */

static double metric(const struct world *world, const char *name)
{
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(world, &metrics);
    for (size_t i = 0; i < count; i++)
        if (strcmp(metrics[i].name, name) == 0)
            return metrics[i].value;
    return NAN;
}

static void run_with(struct model *model, const char *const *sets, size_t count)
{
    model_partitions = PARTITIONS_PROVINCE;
    model_build_file(model, 0, CROSSING, sets, count);
    model_run(model);
}

Test(worth, what_comes_later_counts_less)
{
    const char *const none[] = {"scenario.discount=0.0", "scenario.step=\"none\""};
    const char *const half[] = {"scenario.discount=0.5", "scenario.step=\"none\""};
    struct model plain, discounted;
    run_with(&plain, none, 2);
    run_with(&discounted, half, 2);
    const double daly = metric(plain.world, "daly"), paid = metric(plain.world, "patient_cost");
    cr_assert_gt(daly, 0);
    cr_expect_eq(metric(plain.world, "discounted/daly"), daly);
    cr_expect_eq(metric(plain.world, "discounted/patient_cost"), paid);
    /* one step of 100 days, counted by its middle */
    const double factor = pow(1.5, -50 / 365.25);
    cr_expect(near(metric(discounted.world, "discounted/daly"), daly * factor, 1e-12));
    cr_expect(near(metric(discounted.world, "discounted/patient_cost"), paid * factor, 1e-12));
    cr_expect_eq(metric(discounted.world, "daly"), daly);
    model_free(&plain);
    model_free(&discounted);
}

Test(worth, years_add_up_to_the_whole)
{
    const char *const longer[] = {"scenario.length=\"30 month\"", "scenario.step=\"month\""};
    struct model model;
    run_with(&model, longer, 2);
    cr_assert_eq(present_value_years(model.world), 3);
    double sum = 0;
    for (int year = 1; year <= 3; year++) {
        char name[32];
        snprintf(name, sizeof name, "year/%d/patient_cost", year);
        cr_expect_gt(metric(model.world, name), 0);
        sum += metric(model.world, name);
    }
    cr_expect(near(sum, metric(model.world, "patient_cost"), 1e-12));
    cr_expect_gt(metric(model.world, "year/1/patient_cost"), metric(model.world, "year/3/patient_cost"));
    cr_expect(isnan(metric(model.world, "year/4/patient_cost")));
    model_free(&model);
}

Test(worth, present_value_is_that_of_the_book)
{
    cr_expect(near(present_value(0.03, 1), 1 / 1.03, 1e-15));
    cr_expect(near(present_value(0.05, 10), 0.613913, 1e-6));
    cr_expect_eq(present_value(0, 40), 1);
}
