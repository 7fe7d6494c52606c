#include "models/measure.h"

#include <criterion/criterion.h>

Test(measure, restarting_forgets_counts_and_keeps_levels)
{
    struct err err = ERR_INIT;
    struct measures measures;
    cr_assert_eq(measures_init(&measures, 2, 3, 100, false, 1000000, &err), 0);
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

Test(measure, refuses_more_stations_than_memory_holds)
{
    struct err err = ERR_INIT;
    struct measures measures;
    cr_assert_eq(measures_init(&measures, SIZE_MAX / 2, 3, 0, false, 10, &err), -1);
    cr_assert(err_any(&err));
    measures_free(&measures);
}
