#include "sim/timetable.h"

#include <criterion/criterion.h>
#include <string.h>

#include "starve.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct timetable made(int64_t start_us, int64_t period_us, const struct timetable_step *steps,
                             size_t count)
{
    struct err err = ERR_INIT;
    struct timetable timetable;
    cr_assert_eq(timetable_init(&timetable, start_us, period_us, steps, count, &err), 0, "%s", err.text[0]);
    return timetable;
}

/* A day of 24: 2 at night, 10 from 8, 5 from 16, 2 again from 22. */
static const struct timetable_step day[] = {{0, 2}, {8, 10}, {16, 5}, {22, 2}};

Test(timetable, gives_the_value_in_force)
{
    struct timetable timetable = made(0, 24, day, COUNT(day));
    cr_assert_eq(timetable_at(&timetable, 0), 2);
    cr_assert_eq(timetable_at(&timetable, 7), 2);
    cr_assert_eq(timetable_at(&timetable, 8), 10);
    cr_assert_eq(timetable_at(&timetable, 21), 5);
    cr_assert_eq(timetable_at(&timetable, 23), 2);
    cr_assert_eq(timetable_at(&timetable, 24 * 1000 + 15), 10);
    timetable_free(&timetable);
    timetable_free(&timetable);
}

Test(timetable, holds_before_its_start)
{
    struct timetable timetable = made(100, 24, day, COUNT(day));
    cr_assert_eq(timetable_at(&timetable, 100), 2);
    cr_assert_eq(timetable_at(&timetable, 108), 10);
    cr_assert_eq(timetable_at(&timetable, 99), 2);
    cr_assert_eq(timetable_at(&timetable, 97), 5);
    cr_assert_eq(timetable_at(&timetable, 84), 10);
    cr_assert_eq(timetable_at(&timetable, 76), 2);
    cr_assert_eq(timetable_next_change(&timetable, 75), 84);
    timetable_free(&timetable);
}

Test(timetable, finds_the_next_change)
{
    struct timetable timetable = made(0, 24, day, COUNT(day));
    cr_assert_eq(timetable_next_change(&timetable, 0), 8);
    cr_assert_eq(timetable_next_change(&timetable, 7), 8);
    cr_assert_eq(timetable_next_change(&timetable, 8), 16);
    cr_assert_eq(timetable_next_change(&timetable, 21), 22);
    cr_assert_eq(timetable_next_change(&timetable, 22), 32); /* midnight changes nothing */
    cr_assert_eq(timetable_next_change(&timetable, 25), 32);
    timetable_free(&timetable);
}

Test(timetable, never_changes_when_all_steps_are_alike)
{
    const struct timetable_step one[] = {{0, 7}}, same[] = {{0, 7}, {5, 7}};
    struct timetable constant = made(0, 10, one, 1), twice = made(0, 10, same, 2);
    cr_assert_eq(timetable_next_change(&constant, 3), INT64_MAX);
    cr_assert_eq(timetable_next_change(&twice, 3), INT64_MAX);
    cr_assert_eq(timetable_at(&constant, INT64_MIN), 7);
    timetable_free(&constant);
    timetable_free(&twice);
}

/* Against counting, from every time to every other. */
Test(timetable, integrates_over_any_interval)
{
    struct timetable timetable = made(5, 24, day, COUNT(day));
    for (int64_t from = -60; from < 60; from += 7) {
        int64_t sum = 0;
        for (int64_t to = from; to < 130; to++) {
            cr_assert(timetable_integral(&timetable, from, to) == sum, "from %d to %d", (int)from, (int)to);
            cr_assert(timetable_integral(&timetable, to, from) == -sum);
            sum += timetable_at(&timetable, to);
        }
    }
    timetable_free(&timetable);
}

Test(timetable, next_change_agrees_with_values)
{
    struct timetable timetable = made(-3, 24, day, COUNT(day));
    for (int64_t at = -60; at < 60; at++) {
        int64_t change = at + 1;
        while (timetable_at(&timetable, change) == timetable_at(&timetable, at))
            change++;
        cr_assert_eq(timetable_next_change(&timetable, at), change);
    }
    timetable_free(&timetable);
}

Test(timetable, bears_the_ends_of_time)
{
    const struct timetable_step steps[] = {{0, INT64_MAX}, {1, INT64_MIN}};
    struct timetable timetable = made(INT64_MAX, INT64_MAX, steps, 2);
    cr_assert_eq(timetable_at(&timetable, INT64_MAX), INT64_MAX);
    cr_assert_eq(timetable_next_change(&timetable, INT64_MAX), INT64_MAX);
    cr_assert_eq(timetable_at(&timetable, INT64_MAX - 1), INT64_MIN);
    cr_assert_eq(timetable_next_change(&timetable, INT64_MAX - 1), INT64_MAX);
    /* 2^64 - 1 microseconds from INT64_MIN are two cycles and one; the steps of value INT64_MAX begin at
     * -INT64_MAX and at 0. */
    const int128 expected = (int128)INT64_MIN * (((int128)1 << 64) - 1) + 2 * (((int128)1 << 64) - 1);
    cr_assert(timetable_integral(&timetable, INT64_MIN, INT64_MAX) == expected);
    timetable_free(&timetable);
}

static void assert_refused(int64_t period_us, const struct timetable_step *steps, size_t count,
                           const char *because)
{
    struct err err = ERR_INIT;
    struct timetable timetable;
    cr_assert_eq(timetable_init(&timetable, 0, period_us, steps, count, &err), -1);
    cr_assert_not_null(strstr(err.text[0], because), "%s", err.text[0]);
    timetable_free(&timetable);
}

Test(timetable, refuses_tables_without_sense)
{
    const struct timetable_step late[] = {{1, 2}}, level[] = {{0, 1}, {5, 2}, {5, 3}};
    assert_refused(24, NULL, 0, "empty");
    assert_refused(0, day, COUNT(day), "above 0");
    assert_refused(-24, day, COUNT(day), "above 0");
    assert_refused(24, late, 1, "must be at 0");
    assert_refused(24, level, 3, "not after");
    assert_refused(22, day, COUNT(day), "not inside");
}

#if CAN_STARVE
Test(timetable, reports_that_memory_has_run_out)
{
    SKIP_IF_WATCHED;
    static struct err err = ERR_INIT;
    struct timetable timetable;
    starve();
    const int status = timetable_init(&timetable, 0, 24, day, COUNT(day), &err);
    feed();
    cr_assert_eq(status, -1);
    cr_assert(err_any(&err));
    cr_assert_null(timetable.steps);
    timetable_free(&timetable);
}
#endif
