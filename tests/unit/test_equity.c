#include "models/equity.h"

#include <math.h>

#include <criterion/criterion.h>

Test(equity, is_zero_where_all_have_the_same)
{
    struct equity_row rows[] = {{2, 10, 1}, {2, 30, 5}, {2, 5, 2}};
    const struct equity equity = equity_of(rows, 3);
    cr_assert_float_eq(equity.gini, 0, 1e-15);
    cr_assert_float_eq(equity.theil, 0, 1e-15);
    cr_assert_float_eq(equity.concentration, 0, 1e-15);
}

/* Four people of whom one has all: Gini 3/4, Theil ln 4, by hand. */
Test(equity, of_one_who_has_all)
{
    struct equity_row rows[] = {{0, 3, 1}, {8, 1, 9}};
    const struct equity remote = equity_of(rows, 2);
    cr_assert_float_eq(remote.gini, 0.75, 1e-15);
    cr_assert_float_eq(remote.theil, log(4), 1e-15);
    cr_assert_float_eq(remote.concentration, 0.75, 1e-15);
    struct equity_row turned[] = {{0, 3, 9}, {8, 1, 1}};
    cr_assert_float_eq(equity_of(turned, 2).concentration, -0.75, 1e-15);
}

/* 1, 2, 3, 4 of equal weight: mean difference of two people 20/16, over twice the mean of 2.5: 1/4. */
Test(equity, of_a_ladder)
{
    struct equity_row rows[] = {{3, 1, 0}, {1, 1, 0}, {4, 1, 0}, {2, 1, 0}};
    const struct equity equity = equity_of(rows, 4);
    cr_assert_float_eq(equity.gini, 0.25, 1e-15);
    cr_assert_float_eq(equity.concentration, 0, 1e-15); /* all equally remote */
}

Test(equity, does_not_care_how_places_are_cut)
{
    struct equity_row whole[] = {{1, 4, 1}, {5, 6, 2}, {2, 2, 3}};
    struct equity_row cut[] = {{2, 2, 3}, {1, 1, 1}, {5, 2, 2}, {1, 3, 1}, {5, 4, 2}};
    const struct equity a = equity_of(whole, 3), b = equity_of(cut, 5);
    cr_assert_float_eq(a.gini, b.gini, 1e-14);
    cr_assert_float_eq(a.theil, b.theil, 1e-14);
    cr_assert_float_eq(a.concentration, b.concentration, 1e-14);
}

Test(equity, does_not_depend_on_the_order_of_rows)
{
    struct equity_row one[] = {{0.1, 3, 1}, {0.7, 2, 1}, {0.3, 9, 1}, {0.2, 1, 4}};
    struct equity_row other[] = {{0.2, 1, 4}, {0.3, 9, 1}, {0.7, 2, 1}, {0.1, 3, 1}};
    const struct equity a = equity_of(one, 4), b = equity_of(other, 4);
    cr_assert_eq(a.gini, b.gini);
    cr_assert_eq(a.theil, b.theil);
    cr_assert_eq(a.concentration, b.concentration);
}

Test(equity, is_undefined_where_nobody_has_anything)
{
    struct equity_row rows[] = {{0, 3, 1}, {0, 1, 9}};
    cr_assert(isnan(equity_of(rows, 2).gini));
    cr_assert(isnan(equity_of(rows, 0).theil));
}
