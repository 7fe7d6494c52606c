#include "sim/err.h"

#include <criterion/criterion.h>
#include <string.h>

Test(err, begins_without_problems)
{
    struct err err = ERR_INIT;
    cr_assert_not(err_any(&err));
    cr_assert_eq(err.count, 0);
}

Test(err, keeps_the_first_cause)
{
    struct err err = ERR_INIT;
    cr_assert_eq(err_fail(&err, "no bed %d", 7), -1);
    cr_assert_eq(err_fail(&err, "a consequence"), -1);
    cr_assert(err_any(&err));
    cr_assert_eq(err.count, 1);
    cr_assert_str_eq(err.text[0], "no bed 7");
}

Test(err, gathers_problems_in_order)
{
    struct err err = ERR_INIT;
    cr_assert_eq(err_add(&err, "first"), -1);
    cr_assert_eq(err_add(&err, "second"), -1);
    cr_assert_eq(err.count, 2);
    cr_assert_str_eq(err.text[0], "first");
    cr_assert_str_eq(err.text[1], "second");
}

Test(err, counts_problems_beyond_those_it_can_hold)
{
    struct err err = ERR_INIT;
    for (int i = 0; i < ERR_PROBLEMS + 5; i++)
        err_add(&err, "problem %d", i);
    cr_assert_eq(err.count, ERR_PROBLEMS + 5);
    cr_assert_str_eq(err.text[0], "problem 0");
    cr_assert_str_eq(err.text[ERR_PROBLEMS - 1], "problem 19");
}

Test(err, cuts_a_text_that_is_too_long)
{
    char text[2 * ERR_TEXT];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct err err = ERR_INIT;
    err_fail(&err, "%s", text);
    cr_assert_eq(strlen(err.text[0]), ERR_TEXT - 1);
}

Test(err, forgets_when_cleared)
{
    struct err err = ERR_INIT;
    err_fail(&err, "old");
    err_clear(&err);
    cr_assert_not(err_any(&err));
    err_fail(&err, "new");
    cr_assert_str_eq(err.text[0], "new");
}
