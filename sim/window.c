#include "sim/window.h"

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int64_t largest_divisor(int64_t number, int64_t most)
{
    int64_t largest = 1;
    for (int64_t small = 1; small <= number / small; small++) {
        if (number % small != 0)
            continue;
        if (small <= most && small > largest)
            largest = small;
        if (number / small <= most && number / small > largest)
            largest = number / small;
    }
    return largest;
}

static int shortest_delay(struct window *window, const struct window_delay *delays, size_t count,
                          struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (delays[i].delay_us <= 0)
            return err_fail(err,
                            "%s: the delay between partitions is %lld us; merge them or give a delay above 0",
                            delays[i].name, (long long)delays[i].delay_us);
        if (i == 0 || delays[i].delay_us < window->length_us)
            *window = (struct window){delays[i].delay_us, delays[i].name};
    }
    return 0;
}

int window_choose(struct window *window, unsigned partitions, const struct window_delay *delays, size_t count,
                  int64_t board_us, int64_t epoch_us, struct err *err)
{
    *window = (struct window){WINDOW_DAY_US, "one partition: nothing but the planning epochs"};
    if (partitions == 0)
        return err_fail(err, "a world of no partitions has no window");
    if (board_us < 0 || epoch_us < 0)
        return err_fail(err,
                        "the board refresh (%lld us) and the planning epoch (%lld us) cannot be negative",
                        (long long)board_us, (long long)epoch_us);
    const int64_t grid_us = common_divisor(common_divisor(WINDOW_DAY_US, board_us), epoch_us);
    if (partitions > 1) {
        *window = (struct window){WINDOW_HOUR_US, "no delay between partitions: the longest window"};
        if (shortest_delay(window, delays, count, err) != 0)
            return -1;
    }
    if (partitions > 1 && window->length_us > WINDOW_HOUR_US)
        *window = (struct window){WINDOW_HOUR_US, "the longest window: every delay is longer"};
    if (partitions > 1 && grid_us < window->length_us)
        window->set_by = "the board refresh and the planning epochs";
    window->length_us = largest_divisor(grid_us, window->length_us);
    return 0;
}
