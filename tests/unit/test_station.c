#include "sim/station.h"

#include <string.h>

#include <criterion/criterion.h>

enum { CUSTOMERS = 64 };

static struct station_links links;

static void open_links(void)
{
    struct err err = ERR_INIT;
    station_links_init(&links);
    cr_assert_eq(station_links_reserve(&links, CUSTOMERS, &err), 0);
}

static void close_links(void)
{
    station_links_free(&links);
}

TestSuite(station, .init = open_links, .fini = close_links);

static void is_sound(const struct station *station)
{
    struct err err = ERR_INIT;
    cr_assert_eq(station_check(station, &links, &err), 0, "%s", err.text[0]);
}

Test(station, serves_while_servers_are_free)
{
    struct station station;
    station_init(&station, 2, STATION_UNLIMITED);
    cr_assert_eq(station_arrive(&station, &links, 5, 0, 1), STATION_SERVED);
    cr_assert_eq(station_arrive(&station, &links, 6, 0, 1), STATION_SERVED);
    cr_assert_eq(station_arrive(&station, &links, 7, 0, 1), STATION_WAITS);
    cr_assert_eq(station_free_servers(&station), 0);
    cr_assert_eq(station_first(&station), 7);
    is_sound(&station);
}

Test(station, turns_away_when_room_is_full)
{
    struct station station;
    station_init(&station, 1, 1);
    cr_assert_eq(station_arrive(&station, &links, 0, 0, 1), STATION_SERVED);
    cr_assert_eq(station_arrive(&station, &links, 1, 3, 1), STATION_WAITS);
    cr_assert_eq(station_arrive(&station, &links, 2, 0, 1), STATION_TURNED_AWAY);
    cr_assert_not(station_queue(&station, &links, 2, 0));
    cr_assert_eq(station.waiting, 1);
    cr_assert_eq(station_depart(&station, &links, 1), 1);
    is_sound(&station);
}

Test(station, without_room_is_a_loss_system)
{
    struct station station;
    station_init(&station, 1, 0);
    cr_assert_eq(station_arrive(&station, &links, 0, 0, 1), STATION_SERVED);
    cr_assert_eq(station_arrive(&station, &links, 1, 0, 1), STATION_TURNED_AWAY);
    cr_assert_eq(station_depart(&station, &links, 1), STATION_NOBODY);
    cr_assert_eq(station.busy, 0);
}

Test(station, takes_the_best_level_first_and_first_come_within_it)
{
    struct station station;
    station_init(&station, 1, STATION_UNLIMITED);
    const unsigned level[] = {7, 2, 0, 2, 0, 7};
    const int64_t expected[] = {12, 14, 11, 13, 10, 15, STATION_NOBODY};
    cr_assert_eq(station_arrive(&station, &links, 0, 0, 1), STATION_SERVED);
    for (uint32_t i = 0; i < 6; i++)
        cr_assert_eq(station_arrive(&station, &links, 10 + i, level[i], 1), STATION_WAITS);
    int64_t next = station_first(&station);
    for (size_t i = 0; i < 6; i++) {
        cr_assert_eq(next, expected[i]);
        next = station_after(&station, &links, (uint32_t)next, level[next - 10]);
    }
    cr_assert_eq(next, STATION_NOBODY);
    for (size_t i = 0; i < 7; i++) {
        cr_assert_eq(station_depart(&station, &links, 1), expected[i]);
        is_sound(&station);
        if (i < 6)
            cr_assert_eq(station.busy, 1);
    }
    cr_assert_eq(station.busy, 0);
}

Test(station, lets_nobody_pass_an_equal_or_better_level_that_waits)
{
    struct station station;
    station_init(&station, 3, STATION_UNLIMITED);
    cr_assert_eq(station_arrive(&station, &links, 0, 1, 2), STATION_SERVED);
    cr_assert_eq(station_arrive(&station, &links, 1, 1, 2), STATION_WAITS);
    cr_assert_eq(station_arrive(&station, &links, 2, 1, 1), STATION_WAITS, "the same level waits");
    cr_assert_eq(station_arrive(&station, &links, 3, 2, 1), STATION_WAITS, "a better level waits");
    cr_assert_eq(station_arrive(&station, &links, 4, 0, 1), STATION_SERVED, "only worse levels wait");
    is_sound(&station);
}

Test(station, starts_the_first_only_when_all_its_servers_are_free)
{
    struct station station;
    station_init(&station, 3, STATION_UNLIMITED);
    cr_assert_eq(station_arrive(&station, &links, 0, 0, 3), STATION_SERVED);
    cr_assert_eq(station_arrive(&station, &links, 1, 0, 2), STATION_WAITS);
    station_release(&station, 2);
    cr_assert_eq(station_start_next(&station, &links, 3), STATION_NOBODY);
    cr_assert_eq(station_start_next(&station, &links, 2), 1);
    cr_assert_eq(station.busy, 3);
}

Test(station, with_fewer_servers_lets_the_busy_ones_finish_first)
{
    struct station station;
    station_init(&station, 3, STATION_UNLIMITED);
    for (uint32_t i = 0; i < 6; i++)
        cr_assert_eq(station_arrive(&station, &links, i, 0, 1), i < 3 ? STATION_SERVED : STATION_WAITS);
    station_set_servers(&station, 1);
    cr_assert_eq(station_free_servers(&station), 0);
    cr_assert_eq(station_depart(&station, &links, 1), STATION_NOBODY);
    cr_assert_eq(station_depart(&station, &links, 1), STATION_NOBODY);
    cr_assert_eq(station_depart(&station, &links, 1), 3);
    cr_assert_eq(station.busy, 1);
    is_sound(&station);
}

Test(station, with_more_servers_starts_those_who_wait_when_asked)
{
    struct station station;
    station_init(&station, 0, STATION_UNLIMITED);
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_eq(station_arrive(&station, &links, i, 0, 1), STATION_WAITS);
    station_set_servers(&station, 2);
    cr_assert_eq(station.waiting, 3);
    cr_assert_eq(station_start_next(&station, &links, 1), 0);
    cr_assert_eq(station_start_next(&station, &links, 1), 1);
    cr_assert_eq(station_start_next(&station, &links, 1), STATION_NOBODY);
}

Test(station, without_limit_never_queues)
{
    struct station station;
    station_init(&station, STATION_UNLIMITED, 1);
    cr_assert(station_queue(&station, &links, 0, 0), "waits for something else");
    for (uint32_t i = 1; i < CUSTOMERS; i++)
        cr_assert_eq(station_arrive(&station, &links, i, 7, INT64_C(1) << 50), STATION_SERVED);
    cr_assert_eq(station_free_servers(&station), STATION_UNLIMITED);
    cr_assert_eq(station.busy, (CUSTOMERS - 1) * (INT64_C(1) << 50));
    is_sound(&station);
}

Test(station, lets_leave_from_the_front_the_middle_and_the_end)
{
    struct station station;
    station_init(&station, 0, STATION_UNLIMITED);
    for (uint32_t i = 0; i < 5; i++)
        cr_assert(station_queue(&station, &links, i, 4));
    const uint32_t leaves[] = {2, 0, 4, 1, 3};
    const int64_t first[] = {0, 1, 1, 3, STATION_NOBODY};
    for (size_t i = 0; i < 5; i++) {
        station_leave(&station, &links, leaves[i], 4);
        cr_assert_eq(station_first(&station), first[i]);
        is_sound(&station);
    }
    cr_assert(station_queue(&station, &links, 2, 1), "who has left may come again");
    cr_assert_eq(station_first(&station), 2);
}

/* A waiting line as a plain sorted array. */
struct place {
    uint32_t customer;
    unsigned level;
};

static size_t find(const struct place *list, size_t count, uint32_t customer)
{
    size_t at = 0;
    while (at < count && list[at].customer != customer)
        at++;
    return at;
}

static void insert(struct place *list, size_t *count, struct place place)
{
    size_t at = 0;
    while (at < *count && list[at].level <= place.level)
        at++;
    memmove(list + at + 1, list + at, (*count - at) * sizeof *list);
    list[at] = place;
    ++*count;
}

static void is_list(const struct station *station, const struct place *list, size_t count)
{
    int64_t next = station_first(station);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(next, list[i].customer);
        next = station_after(station, &links, list[i].customer, list[i].level);
    }
    cr_assert_eq(next, STATION_NOBODY);
    cr_assert_eq(station->waiting, (int64_t)count);
}

Test(station, agrees_with_a_sorted_array)
{
    const size_t room = 30;
    struct station station;
    station_init(&station, 0, (int64_t)room);
    struct place list[CUSTOMERS];
    size_t count = 0;
    size_t refused = 0;
    uint64_t state = 12345;
    for (int step = 0; step < 5000; step++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const struct place place = {(uint32_t)(state >> 40) % CUSTOMERS,
                                    (unsigned)(state >> 33) % STATION_LEVELS};
        const size_t at = find(list, count, place.customer);
        if (at < count) {
            station_leave(&station, &links, place.customer, list[at].level);
            memmove(list + at, list + at + 1, (--count - at) * sizeof *list);
        } else if (station_queue(&station, &links, place.customer, place.level)) {
            insert(list, &count, place);
        } else {
            cr_assert_eq(count, room);
            refused++;
        }
        is_list(&station, list, count);
        is_sound(&station);
    }
    cr_assert_gt(refused, 100);
}

Test(station, check_finds_what_is_broken)
{
    struct station sound;
    station_init(&sound, 1, 10);
    for (uint32_t i = 0; i < 4; i++)
        cr_assert(station_queue(&sound, &links, i, 2));
    is_sound(&sound);
    for (int kind = 0; kind < 6; kind++) {
        struct station station = sound;
        const struct station_link link = links.link[1];
        if (kind == 0)
            station.waiting = 3;
        if (kind == 1)
            station.waiting = 5;
        if (kind == 2)
            station.busy = -1;
        if (kind == 3)
            station.tail[2] = 2;
        if (kind == 4)
            links.link[1].before = 4;
        if (kind == 5)
            links.link[1].behind = CUSTOMERS + 100;
        struct err err = ERR_INIT;
        cr_assert_eq(station_check(&station, &links, &err), -1, "kind %d", kind);
        cr_assert_eq(err.count, 1);
        links.link[1] = link;
    }
}

Test(station, links_grow_and_keep_the_lines)
{
    struct station station;
    station_init(&station, 0, STATION_UNLIMITED);
    for (uint32_t i = 0; i < CUSTOMERS; i++)
        cr_assert(station_queue(&station, &links, i, 0));
    struct err err = ERR_INIT;
    cr_assert_eq(station_links_reserve(&links, 100000, &err), 0);
    cr_assert(station_queue(&station, &links, 99999, 0));
    is_sound(&station);
    cr_assert_eq(station_first(&station), 0);
}

Test(station, links_refuse_more_customers_than_can_be_numbered)
{
    struct err one = ERR_INIT, all = ERR_INIT;
    cr_assert_eq(station_links_reserve(&links, (size_t)UINT32_MAX + 1, &one), -1);
    cr_assert_eq(station_links_reserve(&links, SIZE_MAX, &all), -1);
    cr_assert(err_any(&one) && err_any(&all));
    cr_assert_eq(links.capacity, CUSTOMERS);
    station_links_free(&links);
    station_links_free(&links);
}
