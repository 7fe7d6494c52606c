#include "models/present_value.h"

#include <math.h>
#include <stdlib.h>

#include "models/metrics.h"
#include "models/quantities.h"
#include "models/world_parts.h"

#define YEAR_US (365.25 * 86400e6)

static const char *const costs[] = {"patient_cost", "insurer_cost", "programme_cost"};
enum { COSTS = sizeof costs / sizeof costs[0] };

double present_value(double discount, double years)
{
    return pow(1 + discount, -years);
}

/* Begin of a year of the run, since the start; calendar years, leap days and all. */
static int64_t year_us(const struct world *world, size_t year)
{
    const int64_t start_us = world->scenario->run.start_us;
    return key_span_after(start_us + world->warmup_us, (struct key_span){.months = 12 * (int64_t)year}) -
           start_us;
}

size_t present_value_years(const struct world *world)
{
    size_t years = 0;
    while (year_us(world, years) < world->end_us)
        years++;
    return years;
}

/* The steps that begin in [from, to). */
static struct selection steps_of(const struct world *world, int64_t from_us, int64_t to_us)
{
    const struct ledger *ledger = &world->ledger;
    struct selection selection = selection_all(ledger, world->background);
    selection.from_step = ledger->first_step;
    while (selection.from_step < ledger->steps && ledger->step_from_us[selection.from_step] < from_us)
        selection.from_step++;
    selection.to_step = selection.from_step;
    while (selection.to_step < ledger->steps && ledger->step_from_us[selection.to_step] < to_us)
        selection.to_step++;
    return selection;
}

static double discounted(const struct world *world, size_t field)
{
    const struct ledger *ledger = &world->ledger;
    double sum = 0;
    for (size_t step = ledger->first_step; step < ledger->steps; step++) {
        struct selection selection = selection_all(ledger, world->background);
        selection.from_step = step;
        selection.to_step = step + 1;
        const double middle_us =
            0.5 * ((double)ledger->step_from_us[step] + (double)ledger->step_from_us[step + 1]);
        sum += quantity_field(ledger, field, &selection) *
               present_value(world->scenario->run.discount, (middle_us - (double)world->warmup_us) / YEAR_US);
    }
    return sum;
}

static int add_year(struct world *world, size_t year, struct err *err)
{
    const struct selection selection = steps_of(world, year_us(world, year), year_us(world, year + 1));
    char *prefix = mem_printf(err, "year/%zu/", year + 1);
    int result = prefix == NULL ? -1 : 0;
    for (size_t c = 0; c < COSTS && result == 0; c++) {
        const size_t field = (size_t)quantity_find_field(costs[c]);
        const bool any = selection.to_step > selection.from_step;
        result = metrics_add(world, prefix, costs[c], ledger_fields[field].unit,
                             any ? quantity_field(&world->ledger, field, &selection) : 0, err);
    }
    free(prefix);
    return result;
}

int present_value_add(struct world *world, struct err *err)
{
    const size_t daly = (size_t)quantity_find_field("daly");
    int result =
        metrics_add(world, "discounted/", "daly", ledger_fields[daly].unit, discounted(world, daly), err);
    for (size_t c = 0; c < COSTS && result == 0; c++) {
        const size_t field = (size_t)quantity_find_field(costs[c]);
        result = metrics_add(world, "discounted/", costs[c], ledger_fields[field].unit,
                             discounted(world, field), err);
    }
    const size_t years = present_value_years(world);
    for (size_t year = 0; year < years && result == 0; year++)
        result = add_year(world, year, err);
    return result;
}
