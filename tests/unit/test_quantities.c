#include "models/quantities.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "models/ledger_fields.h"

Test(quantities, speak_of_fields_of_one_group)
{
    for (size_t q = 0; q < quantity_count; q++) {
        const int64_t first = quantity_find_field(quantities[q].over[0]);
        cr_assert(first >= 0, "%s", quantities[q].name);
        cr_assert(quantity_find_field(quantities[q].name) < 0, "%s is a field", quantities[q].name);
        for (size_t t = 0; t < QUANTITY_TERMS; t++) {
            const char *const names[] = {quantities[q].over[t], quantities[q].under[t]};
            for (size_t n = 0; n < 2; n++)
                if (names[n] != NULL) {
                    const int64_t field = quantity_find_field(names[n]);
                    cr_assert(field >= 0, "%s: %s", quantities[q].name, names[n]);
                    cr_assert_eq(ledger_fields[field].group, ledger_fields[first].group, "%s",
                                 quantities[q].name);
                }
        }
    }
}

enum { STEPS = 3 };
static const size_t sizes[LEDGER_DIMS] = {2, 1, 3, 1, 1};
static const int64_t bounds[STEPS + 1] = {0, 100, 400, 1000};
static struct ledger ledger;

/* treated_in_county: 1 in each cell of the first step, 10 of the second, 100 of the third; untreated 3 times
 * that. */
static void set_up(void)
{
    struct err err = ERR_INIT;
    cr_assert_eq(ledger_init(&ledger, sizes, bounds, STEPS, 1, &err), 0);
    int64_t number = 1;
    for (size_t step = 0; step < STEPS; step++) {
        for (size_t cell = 0; cell < 6; cell++) {
            ledger.cells[GROUP_PLACE_CONDITION][cell * PC_WIDTH + PC_treated_in_county] = number;
            ledger.cells[GROUP_PLACE_CONDITION][cell * PC_WIDTH + PC_untreated] = 3 * number;
        }
        ledger.cells[GROUP_FACILITY_SERVICE][FS_staff_independent] = number;
        if (step == 1)
            ledger_shift(&ledger, GROUP_FACILITY, 0, 0, FA_in_line, 4, 300);
        cr_assert_eq(ledger_close_step(&ledger, &err), 0);
        number *= 10;
    }
}

static void tear_down(void)
{
    ledger_free(&ledger);
}

TestSuite(selection, .init = set_up, .fini = tear_down);

static double of(const char *name, const struct selection *selection)
{
    const int64_t field = quantity_find_field(name);
    return field >= 0 ? quantity_field(&ledger, (size_t)field, selection)
                      : quantity_value(&ledger, &quantities[quantity_find(name)], selection);
}

Test(selection, sums_what_is_selected)
{
    struct selection all = selection_all(&ledger, NULL);
    cr_assert_eq(all.from_step, 1); /* after the warm-up */
    cr_assert_float_eq(of("treated_in_county", &all), 6 * 110, 0);
    all.from_step = 0;
    cr_assert_float_eq(of("treated_in_county", &all), 6 * 111, 0);
    all.index[DIM_PLACE] = 1;
    cr_assert_float_eq(of("treated_in_county", &all), 3 * 111, 0);
    all.index[DIM_CONDITION] = 2;
    cr_assert_float_eq(of("treated_in_county", &all), 111, 0);
    all.index[DIM_FACILITY] = 0; /* not a dimension of it */
    cr_assert_float_eq(of("treated_in_county", &all), 111, 0);
    all.from_step = 1;
    all.to_step = 2;
    cr_assert_float_eq(of("treated_in_county", &all), 10, 0);
    all.to_step = 1;
    cr_assert(isnan(of("treated_in_county", &all)));
}

Test(selection, leaves_background_out_of_totals_only)
{
    static const bool left_out[] = {false, true, true};
    struct selection all = selection_all(&ledger, left_out);
    cr_assert_float_eq(of("treated_in_county", &all), 2 * 110, 0);
    all.index[DIM_CONDITION] = 1;
    cr_assert_float_eq(of("treated_in_county", &all), 2 * 110, 0);
}

Test(selection, a_level_is_the_last_one_and_a_mean_is_over_time)
{
    struct selection all = selection_all(&ledger, NULL);
    cr_assert_float_eq(of("staff_independent", &all), 100, 0);
    all.to_step = 2;
    cr_assert_float_eq(of("staff_independent", &all), 10, 0);
    all.to_step = 3;
    cr_assert_float_eq(of("in_line", &all), 4 * 700 / 900.0, 1e-12);
    all.from_step = 0;
    cr_assert_float_eq(of("in_line", &all), 4 * 700 / 1000.0, 1e-12);
}

Test(selection, a_ratio_of_nothing_is_undefined)
{
    struct selection all = selection_all(&ledger, NULL);
    cr_assert_float_eq(of("untreated_share", &all), 0.75, 1e-15);
    cr_assert_float_eq(of("met_in_county_share", &all), 0.25, 1e-15);
    cr_assert(isnan(of("stay_after_procedure_mean", &all)));
    cr_assert_float_eq(of("procedures", &all), 0, 0);
}
