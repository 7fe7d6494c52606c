#include "models/measure.h"

#include <criterion/criterion.h>

/* Stations of which only the number matters here. */
static struct scenario scenario_of(size_t stations, struct station_spec *specs)
{
    return (struct scenario){.stations = {.count = stations, .items = specs}};
}

Test(measure, restarting_forgets_counts_and_keeps_levels)
{
    struct err err = ERR_INIT;
    struct measures measures;
    struct station_spec specs[2] = {{.occupancy_to = -1}, {.occupancy_to = 4}};
    const struct scenario scenario = scenario_of(2, specs);
    cr_assert_eq(measures_init(&measures, &scenario, 3, 100, 1000000, &err), 0);
    struct measure *measure = measure_of(&measures, 1, 2);
    cr_assert_eq(measure, &measures.measure[6]);
    measure->arrivals = 5;
    measure->rejected = 2;
    tally_add(&measure->wait, 7);
    histogram_add(&measure->waits, 7);
    tally_level_set(&measure->queue, 40, 3);
    tally_level_set(&measure->servers, 50, 9);
    measures_restart(&measures, 100);
    cr_assert(measure->arrivals == 0 && measure->rejected == 0);
    cr_assert_eq(measure->wait.count, 0);
    cr_assert_eq(measure->waits.total, 0);
    for (size_t c = 0; c < measure->waits.cells; c++)
        cr_assert_eq(measure->waits.count[c], 0);
    cr_assert_float_eq(tally_level_mean(&measure->queue, 100, 200), 3, 0);
    cr_assert_float_eq(tally_level_mean(&measure->servers, 100, 200), 9, 0);
    measures_free(&measures);
    measures_free(&measures); /* safe to repeat */
}

Test(measure, occupancy_steps_are_as_setting_it)
{
    struct measure set = {.arrivals = 0}, step = {.arrivals = 0};
    const int64_t levels[] = {1, 2, 3, 2, 3, 2, 1, 0};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        const int64_t now_us = INT64_C(1) << (7 * i + 5);
        occupancy_set(&set.occupancy, now_us, levels[i]);
        if (levels[i] > step.occupancy.level)
            occupancy_rise(&step.occupancy, now_us);
        else
            occupancy_fall(&step.occupancy, now_us);
        cr_assert(set.occupancy.squares == step.occupancy.squares && set.occupancy.level == levels[i]);
    }
}

Test(measure, refuses_more_stations_than_memory_holds)
{
    struct err err = ERR_INIT;
    struct measures measures;
    const struct scenario scenario = scenario_of(SIZE_MAX / 2, NULL);
    cr_assert_eq(measures_init(&measures, &scenario, 3, 0, 10, &err), -1);
    cr_assert(err_any(&err));
    measures_free(&measures);
}

Test(measure, restarting_forgets_the_occupancy_and_keeps_its_level)
{
    struct err err = ERR_INIT;
    struct measures measures;
    struct station_spec specs[1] = {{.occupancy_to = 2}};
    const struct scenario scenario = scenario_of(1, specs);
    cr_assert_eq(measures_init(&measures, &scenario, 2, 100, 1000000, &err), 0);
    cr_assert_null(measure_of(&measures, 0, 1)->occupancy.at); /* classes have none */
    struct measure *all = measure_of(&measures, 0, 0);
    occupancy_set(&all->occupancy, 10, 1);
    occupancy_set(&all->occupancy, 30, 5);
    cr_expect(all->occupancy.at[0] == 10 && all->occupancy.at[1] == 20);
    measures_restart(&measures, 100);
    occupancy_set(&all->occupancy, 140, 2);
    occupancy_set(&all->occupancy, 150, 3);
    occupancy_set(&all->occupancy, 200, 3);
    cr_expect(all->occupancy.at[0] == 0 && all->occupancy.at[1] == 0);
    cr_expect(all->occupancy.at[2] == 10);
    cr_expect(all->occupancy.at[3] == 90); /* more than 2: 5 present, then 3 */
    cr_expect_eq((int64_t)all->occupancy.squares + 9 * 200, 40 * 25 + 10 * 4 + 50 * 9);
    measures_free(&measures);
}
