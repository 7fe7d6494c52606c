#include "models/outcome.h"

#include <math.h>

#include <criterion/criterion.h>

#define HOUR_US INT64_C(3600000000)

static const struct outcome_spec specs[] = {
    {.id = "death", .logit = -2, .treated = -0.5, .proficiency = -1, .delay_per_h = 0.1, .daly = 9},
    {.id = "harm", .logit = 1, .daly = 2},
    {.id = "c", .logit = -1e9},
    {.id = "d", .logit = -1e9},
    {.id = "e", .logit = 0},
};

static struct condition_spec spec;
static struct condition condition;

static void set_up(void)
{
    spec = (struct condition_spec){.outcomes = {.count = 5, .items = (void *)(uintptr_t)specs}};
    condition = (struct condition){.spec = &spec};
    condition.outcome_by_class[0][1] = 1.5;
}

TestSuite(outcome, .init = set_up);

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

Test(outcome, follows_its_logit)
{
    struct patient patient = {.onset_us = HOUR_US};
    cr_assert_float_eq(outcome_probability(&condition, 0, &patient, false, 99 * HOUR_US), logistic(-2),
                       1e-15);
    patient.severity = 1;
    cr_assert_float_eq(outcome_probability(&condition, 0, &patient, false, 99 * HOUR_US), logistic(-0.5),
                       1e-15);
    patient.flags = PATIENT_TREATED;
    patient.treated_us = 4 * HOUR_US;
    cr_assert_float_eq(outcome_probability(&condition, 0, &patient, false, 99 * HOUR_US),
                       logistic(-0.5 - 0.5 + 0.3), 1e-15);
    patient.proficiency = UINT8_MAX;
    cr_assert_float_eq(outcome_probability(&condition, 0, &patient, false, 99 * HOUR_US), logistic(-1.7),
                       1e-15);
}

/* 100,000 patients; six standard errors are a false alarm in 5e8. */
Test(outcome, happens_as_often_as_it_should_and_the_first_ends_the_list)
{
    const struct rng rng = rng_of(7, 0);
    const struct patient patient = {.severity = 0};
    const double n = 100000;
    double count[5] = {0};
    for (uint32_t i = 0; i < n; i++) {
        const int64_t o = outcome_draw(&condition, &rng, (struct rng_identity){.stream = 3, .ordinal = i},
                                       &patient, false, 0);
        if (o >= 0)
            count[o]++;
    }
    const double death = logistic(-2), harm = (1 - death) * logistic(1);
    cr_assert_float_eq(count[0] / n, death, 6 * sqrt(death / n));
    cr_assert_float_eq(count[1] / n, harm, 6 * sqrt(harm * (1 - harm) / n));
    cr_assert_float_eq(count[2] + count[3], 0, 0);
    const double fifth = (1 - death - harm) / 2; /* with luck of its own after the fourth */
    cr_assert_float_eq(count[4] / n, fifth, 6 * sqrt(fifth / n));
}

/* Whoever is better treated is spared or not, but never harmed by it. */
Test(outcome, better_care_harms_nobody)
{
    const struct rng rng = rng_of(7, 0);
    spec.outcomes.count = 1;
    const struct patient left = {.severity = 1},
                         treated = {.severity = 1, .flags = PATIENT_TREATED, .proficiency = UINT8_MAX};
    int spared = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        const struct rng_identity who = {.stream = 3, .ordinal = i};
        const int64_t without = outcome_draw(&condition, &rng, who, &left, false, 0);
        const int64_t with = outcome_draw(&condition, &rng, who, &treated, false, 0);
        cr_assert(with <= without);
        spared += with < without;
    }
    cr_assert_gt(spared, 500);
}

Test(outcome, nothing_happens_without_outcomes)
{
    const struct rng rng = rng_of(7, 0);
    spec.outcomes.count = 0;
    cr_assert_eq(outcome_draw(&condition, &rng, (struct rng_identity){.stream = 3},
                              &(struct patient){.flags = 0}, false, 0),
                 -1);
}
