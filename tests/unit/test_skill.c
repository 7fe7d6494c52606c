#include "models/skill.h"

#include <math.h>

#include <criterion/criterion.h>

#include "models/patient.h"

#define DAY_US INT64_C(86400000000)
#define YEAR_S (365 * 86400.0)

static struct service_spec spec;
static struct service service;
static struct dist *independence;
static struct offer offer;
static struct rng rng;
static struct err err;

static void set_up(void)
{
    const struct dist_spec cases = {.kind = DIST_TRIANGULAR, .a = 30, .b = 45, .c = 50};
    independence = dist_compile(&cases, &err);
    cr_assert_not_null(independence);
    spec = (struct service_spec){.plateau_cases = 100,
                                 .entry_proficiency = 0.6,
                                 .decay_after_us = 42 * DAY_US,
                                 .decay_half_us = 365 * DAY_US};
    service = (struct service){.spec = &spec,
                               .independence = independence,
                               .hash = 5,
                               .learning_per_case = 1 - exp(-3 / spec.plateau_cases)};
    offer = (struct offer){.hash = 12345, .on_duty = 1};
    station_init(&offer.operators, 0, STATION_UNLIMITED);
    rng = rng_of(7, 0);
}

static void tear_down(void)
{
    dist_free(independence);
    free(offer.people);
}

TestSuite(skill, .init = set_up, .fini = tear_down);

static size_t add(struct person person)
{
    person.number = (uint32_t)offer.count;
    if (person.leaves_us == 0)
        person.leaves_us = INT64_MAX;
    const int64_t at = offer_add(&offer, person, &err);
    cr_assert(at >= 0);
    return (size_t)at;
}

static size_t add_trainee(void)
{
    return add(skill_new_trainee(&offer, &service, &rng, (uint32_t)offer.count));
}

Test(skill, needs_between_the_least_and_the_highest_number_of_cases)
{
    double sum = 0, low = 100, high = 0;
    for (uint32_t n = 0; n < 20000; n++) {
        const double cases = (double)skill_new_trainee(&offer, &service, &rng, n).independent_at_cases;
        low = fmin(low, cases);
        high = fmax(high, cases);
        sum += cases;
    }
    cr_assert(low >= 30 && low <= 32 && high == 50, "%g to %g", low, high);
    /* Mean (30 + 45 + 50) / 3 and half a case for rounding up; sd 4.25, six errors of the mean: 2 in 1e9. */
    cr_assert_float_eq(sum / 20000, 125.0 / 3 + 0.5, 6 * 4.25 / sqrt(20000));
}

Test(skill, becomes_independent_at_that_very_case)
{
    const size_t trainee = add_trainee();
    const int64_t needed = offer.people[trainee].independent_at_cases;
    for (int64_t n = 1; n < needed; n++) {
        skill_supervise(&offer, &service, &rng, trainee, n * DAY_US);
        cr_assert_eq(offer.people[trainee].role, ROLE_TRAINEE, "after %lld of %lld", (long long)n,
                     (long long)needed);
        cr_assert_not(offer_given(&offer));
    }
    skill_supervise(&offer, &service, &rng, trainee, needed * DAY_US);
    cr_assert_eq(offer.people[trainee].role, ROLE_LOCAL);
    cr_assert_eq(offer.people[trainee].supervised, needed);
    cr_assert_float_eq(offer.people[trainee].proficiency, 0.6, 0);
    cr_assert(offer_given(&offer));
    cr_assert_eq(skill_trainee(&offer, &rng, 0), -1);
}

Test(skill, a_trainee_is_the_same_person_in_every_world)
{
    const struct rng other = rng_of(8, 0);
    int differ = 0;
    for (uint32_t n = 0; n < 50; n++) {
        const int64_t cases = skill_new_trainee(&offer, &service, &rng, n).independent_at_cases;
        cr_assert_eq(cases, skill_new_trainee(&offer, &service, &rng, n).independent_at_cases);
        differ += cases != skill_new_trainee(&offer, &service, &other, n).independent_at_cases;
    }
    cr_assert_gt(differ, 20);
}

Test(skill, without_a_number_of_cases_nobody_becomes_independent)
{
    service.independence = NULL;
    const size_t trainee = add_trainee();
    for (int64_t n = 1; n < 10000; n++)
        skill_supervise(&offer, &service, &rng, trainee, n * DAY_US);
    cr_assert_eq(offer.people[trainee].role, ROLE_TRAINEE);
}

Test(skill, proficiency_rises_with_own_cases_to_the_plateau)
{
    struct person person = {.role = ROLE_LOCAL, .proficiency = 0.6};
    double before = 0.6;
    for (int64_t n = 1; n <= 100; n++) {
        skill_practise(&service, &person, n * DAY_US);
        const double now = skill_proficiency(&service, &person, n * DAY_US);
        cr_assert_gt(now, before);
        before = now;
    }
    cr_assert_float_eq(before, 1 - 0.4 * exp(-3), 1e-12);
    for (int64_t n = 101; n <= 5000; n++)
        skill_practise(&service, &person, n * DAY_US);
    cr_assert(person.proficiency <= 1 && person.proficiency > 0.999999);
}

Test(skill, a_plateau_of_no_cases_is_reached_at_once)
{
    spec.plateau_cases = 0;
    service.learning_per_case = 1 - exp(-3 / spec.plateau_cases);
    struct person person = {.role = ROLE_LOCAL, .proficiency = 0.6};
    skill_practise(&service, &person, DAY_US);
    cr_assert_float_eq(person.proficiency, 1, 0);
}

Test(skill, decays_after_a_time_without_cases_but_never_below_entry)
{
    const struct person person = {.role = ROLE_LOCAL, .proficiency = 0.9, .last_case_us = 10 * DAY_US};
    cr_assert_float_eq(skill_proficiency(&service, &person, 10 * DAY_US), 0.9, 0);
    cr_assert_float_eq(skill_proficiency(&service, &person, 52 * DAY_US), 0.9, 0);
    cr_assert_lt(skill_proficiency(&service, &person, 53 * DAY_US), 0.9);
    cr_assert_float_eq(skill_proficiency(&service, &person, (52 + 365) * DAY_US), 0.75, 1e-12);
    cr_assert_float_eq(skill_proficiency(&service, &person, (52 + 730) * DAY_US), 0.675, 1e-12);
    const double old = skill_proficiency(&service, &person, 100000 * DAY_US);
    cr_assert(old >= 0.6 && old < 0.6 + 1e-9);
}

Test(skill, who_is_below_entry_does_not_rise_by_waiting)
{
    const struct person person = {.role = ROLE_LOCAL, .proficiency = 0.3};
    cr_assert_float_eq(skill_proficiency(&service, &person, 1000 * DAY_US), 0.3, 0);
}

Test(skill, practice_goes_on_from_what_is_left)
{
    struct person person = {.role = ROLE_LOCAL, .proficiency = 1};
    skill_practise(&service, &person, (42 + 365) * DAY_US); /* 0.8 is left */
    cr_assert_float_eq(person.proficiency, 1 - 0.2 * exp(-0.03), 1e-12);
}

Test(skill, does_not_decay_without_a_half_time_and_not_in_experts)
{
    const struct person expert = {.role = ROLE_VISITOR, .proficiency = 1};
    cr_assert_float_eq(skill_proficiency(&service, &expert, 5000 * DAY_US), 1, 0);
    spec.decay_half_us = 0;
    const struct person person = {.role = ROLE_LOCAL, .proficiency = 0.9};
    cr_assert_float_eq(skill_proficiency(&service, &person, 5000 * DAY_US), 0.9, 0);
}

Test(skill, staff_leave_at_the_rate)
{
    cr_assert_eq(skill_leaving(&offer, &service, &rng, 3, DAY_US), INT64_MAX);
    spec.staff_leave_per_s = 0.05 / YEAR_S;
    double sum = 0;
    size_t within_a_year = 0;
    for (uint32_t n = 0; n < 20000; n++) {
        const int64_t leaves_us = skill_leaving(&offer, &service, &rng, n, 100 * DAY_US);
        cr_assert_geq(leaves_us, 100 * DAY_US);
        const double years = (double)(leaves_us - 100 * DAY_US) / (YEAR_S * 1e6);
        sum += years;
        within_a_year += years < 1;
    }
    /* Exponential: mean 20, sd 20; six errors of the mean. Of a year, 1 - e^-0.05 with its binomial error: 2
     * in 1e9. */
    cr_assert_float_eq(sum / 20000, 20, 6 * 20 / sqrt(20000));
    const double p = -expm1(-0.05);
    cr_assert_float_eq((double)within_a_year / 20000, p, 6 * sqrt(p * (1 - p) / 20000));
}

/* --- who is taught -------------------------------------------------------- */

Test(skill, teaches_the_most_or_the_least_advanced)
{
    const size_t a = add_trainee(), b = add_trainee(), c = add_trainee();
    offer.people[a].supervised = 5;
    offer.people[b].supervised = 9;
    offer.people[c].supervised = 2;
    offer.assignment = ASSIGN_MOST_ADVANCED;
    cr_assert_eq(skill_trainee(&offer, &rng, 0), (int64_t)b);
    offer.assignment = ASSIGN_LEAST_ADVANCED;
    cr_assert_eq(skill_trainee(&offer, &rng, 0), (int64_t)c);
    offer.people[c].gone = true;
    cr_assert_eq(skill_trainee(&offer, &rng, 0), (int64_t)a);
}

Test(skill, a_trainee_is_taught_at_one_case_at_a_time)
{
    const size_t a = add_trainee(), b = add_trainee();
    offer.people[a].supervised = 9;
    offer.assignment = ASSIGN_MOST_ADVANCED;
    offer.people[a].taught_until_us = 5 * DAY_US;
    cr_assert_eq(skill_trainee(&offer, &rng, 5 * DAY_US - 1), (int64_t)b);
    cr_assert_eq(skill_trainee(&offer, &rng, 5 * DAY_US), (int64_t)a);
    offer.people[b].taught_until_us = 6 * DAY_US;
    cr_assert_eq(skill_trainee(&offer, &rng, 0), -1);
}

Test(skill, teaches_all_in_turn)
{
    for (size_t i = 0; i < 3; i++)
        add_trainee();
    offer.assignment = ASSIGN_ROTATING;
    for (int64_t n = 0; n < 30; n++) {
        const int64_t who = skill_trainee(&offer, &rng, 0);
        cr_assert_eq(who, n % 3);
        skill_supervise(&offer, &service, &rng, (size_t)who, (n + 1) * DAY_US);
    }
}

Test(skill, a_trainee_is_on_duty_with_the_chance_given)
{
    add_trainee();
    offer.on_duty = 0.8;
    int64_t taught = 0;
    for (offer.cases = 0; offer.cases < 20000; offer.cases++)
        taught += skill_trainee(&offer, &rng, 0) == 0;
    /* Binomial; six standard errors: 2 in 1e9. */
    cr_assert_float_eq((double)taught / 20000, 0.8, 6 * sqrt(0.16 / 20000));
    offer.on_duty = 0;
    cr_assert_eq(skill_trainee(&offer, &rng, 0), -1);
    offer.on_duty = 1;
    for (offer.cases = 0; offer.cases < 1000; offer.cases++)
        cr_assert_eq(skill_trainee(&offer, &rng, 0), 0);
}

/* --- who operates --------------------------------------------------------- */

Test(skill, a_visitor_operates_while_there_is_somebody_to_teach)
{
    const size_t local = add((struct person){.role = ROLE_LOCAL, .expert = -1, .last_case_us = 5});
    const size_t visitor = add((struct person){.role = ROLE_VISITOR, .last_case_us = 9});
    cr_assert_eq(offer_operator(&offer, true), (int64_t)local);
    const size_t trainee = add_trainee();
    cr_assert_eq(offer_operator(&offer, true), (int64_t)visitor);
    offer.people[visitor].busy = true;
    cr_assert_eq(offer_operator(&offer, true), (int64_t)local);
    offer.people[local].busy = true;
    cr_assert_eq(offer_operator(&offer, true), -1); /* never the trainee */
    offer.people[visitor].busy = false;
    offer.people[trainee].gone = true;
    cr_assert_eq(offer_operator(&offer, true), (int64_t)visitor); /* when no local is free */
}

Test(skill, of_the_locals_the_one_who_has_practised_least_recently)
{
    const size_t a = add((struct person){.role = ROLE_LOCAL, .expert = -1, .last_case_us = 5});
    const size_t b = add((struct person){.role = ROLE_LOCAL, .expert = -1, .last_case_us = 3});
    cr_assert_eq(offer_operator(&offer, false), (int64_t)b);
    skill_practise(&service, &offer.people[b], 7);
    cr_assert_eq(offer_operator(&offer, false), (int64_t)a);
}

Test(skill, a_week_that_is_used_up_leaves_only_emergencies)
{
    int64_t worked_us = 0;
    add((struct person){.role = ROLE_EXPERT, .worked_us = &worked_us, .week_us = 100});
    cr_assert_eq(offer_operator(&offer, false), 0);
    worked_us = 99;
    cr_assert_eq(offer_operator(&offer, false), 0);
    worked_us = 100;
    cr_assert_eq(offer_operator(&offer, false), -1);
    cr_assert_eq(offer_operator(&offer, true), 0);
}

Test(skill, nobody_is_there_once_all_have_left)
{
    const size_t a = add((struct person){.role = ROLE_LOCAL, .expert = -1});
    cr_assert(offer_given(&offer));
    offer_remove(&offer, a);
    cr_assert_not(offer_given(&offer));
    cr_assert_eq(offer_operator(&offer, true), -1);
    offer.unlimited = true;
    cr_assert(offer_given(&offer));
}
