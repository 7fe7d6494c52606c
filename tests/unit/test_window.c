#include "sim/window.h"

#include <string.h>

#include <criterion/criterion.h>

#define MINUTE_US (WINDOW_HOUR_US / 60)

static struct window chosen(unsigned partitions, const struct window_delay *delays, size_t count,
                            int64_t board_us, int64_t epoch_us)
{
    struct err err = ERR_INIT;
    struct window window;
    cr_assert_eq(window_choose(&window, partitions, delays, count, board_us, epoch_us, &err), 0, "%s",
                 err.text[0]);
    return window;
}

Test(window, is_the_largest_divisor_of_the_day_below_the_shortest_delay)
{
    const struct window_delay delays[] = {{"travel.fixed", 50 * MINUTE_US},
                                          {"connection_time", 35 * MINUTE_US}};
    const struct window window = chosen(31, delays, 2, 0, 0);
    cr_assert_eq(window.length_us, 32 * MINUTE_US); /* 45 a day; 42, 43 and 44 do not divide it */
    cr_assert_str_eq(window.set_by, "connection_time");
}

Test(window, equals_a_delay_that_divides_the_day)
{
    const struct window_delay delays[] = {{"travel.fixed", 30 * MINUTE_US}};
    cr_assert_eq(chosen(2, delays, 1, 0, 0).length_us, 30 * MINUTE_US);
}

Test(window, is_an_hour_at_most)
{
    const struct window_delay delays[] = {{"travel.fixed", 300 * MINUTE_US}};
    const struct window window = chosen(2, delays, 1, 0, 0);
    cr_assert_eq(window.length_us, WINDOW_HOUR_US);
    cr_assert_str_neq(window.set_by, "travel.fixed");
    cr_assert_eq(chosen(2, NULL, 0, 0, 0).length_us, WINDOW_HOUR_US);
}

Test(window, divides_the_board_refresh_and_the_epoch)
{
    const struct window_delay delays[] = {{"travel.fixed", 60 * MINUTE_US}};
    const struct window window = chosen(2, delays, 1, 15 * MINUTE_US, 25 * MINUTE_US);
    cr_assert_eq(window.length_us, 5 * MINUTE_US);
    cr_assert(strstr(window.set_by, "board") != NULL);
    cr_assert_eq(chosen(2, delays, 1, 0, 36 * WINDOW_HOUR_US).length_us, WINDOW_HOUR_US);
}

Test(window, may_be_as_short_as_the_clock_tells)
{
    const struct window_delay delays[] = {{"connection_time", 1}};
    cr_assert_eq(chosen(2, delays, 1, 0, 0).length_us, 1);
    const struct window_delay prime[] = {{"connection_time", 7}};
    cr_assert_eq(chosen(2, prime, 1, 0, 0).length_us, 6);
}

Test(window, of_one_partition_is_limited_by_the_epochs_alone)
{
    const struct window_delay delays[] = {{"travel.fixed", 0}, {"connection_time", 5}};
    cr_assert_eq(chosen(1, delays, 2, 0, 0).length_us, WINDOW_DAY_US);
    cr_assert_eq(chosen(1, delays, 2, 9 * WINDOW_HOUR_US, 0).length_us, 3 * WINDOW_HOUR_US);
}

Test(window, refuses_a_delay_that_is_not_positive_by_name)
{
    const struct window_delay delays[] = {{"travel.fixed", WINDOW_HOUR_US}, {"bed_request_time", 0}};
    struct err err = ERR_INIT;
    struct window window;
    cr_assert_eq(window_choose(&window, 2, delays, 2, 0, 0, &err), -1);
    cr_assert(strstr(err.text[0], "bed_request_time") != NULL);
}

Test(window, refuses_negative_epochs_and_no_partition)
{
    struct window window;
    struct err board = ERR_INIT, epoch = ERR_INIT, none = ERR_INIT;
    cr_assert_eq(window_choose(&window, 2, NULL, 0, -1, 0, &board), -1);
    cr_assert_eq(window_choose(&window, 2, NULL, 0, 0, -1, &epoch), -1);
    cr_assert_eq(window_choose(&window, 0, NULL, 0, 0, 0, &none), -1);
    cr_assert(err_any(&board) && err_any(&epoch) && err_any(&none));
}
