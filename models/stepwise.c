#include "models/stepwise.h"

#include <math.h>

#include "models/quantities.h"
#include "models/world_parts.h"

#define DAY_US 86400e6

size_t stepwise_steps(const struct world *world)
{
    return world->ledger.steps;
}

int64_t stepwise_from_us(const struct world *world, size_t step)
{
    return world->ledger.step_from_us[step];
}

static bool is_rate(const char *name)
{
    const int64_t field = quantity_find_field(name), quantity = quantity_find(name);
    if (quantity >= 0)
        return quantities[quantity].under[0] == NULL;
    return field >= 0 && ledger_fields[field].kind != FIELD_LEVEL && ledger_fields[field].kind != FIELD_MEAN;
}

enum stepwise_kind stepwise_find(const char *name, const char **unit)
{
    const int64_t field = quantity_find_field(name), quantity = quantity_find(name);
    if (field < 0 && quantity < 0)
        return STEPWISE_NONE;
    if (unit != NULL)
        *unit = quantity >= 0 ? quantities[quantity].unit : ledger_fields[field].unit;
    return is_rate(name) ? STEPWISE_RATE : STEPWISE_LEVEL;
}

double stepwise_value(const struct world *world, const char *name, size_t step)
{
    const struct ledger *ledger = &world->ledger;
    struct selection selection = selection_all(ledger, world->background);
    selection.from_step = step;
    selection.to_step = step + 1;
    const int64_t field = quantity_find_field(name), quantity = quantity_find(name);
    if ((field < 0 && quantity < 0) || step >= ledger->steps)
        return NAN;
    const double value = quantity >= 0 ? quantity_value(ledger, &quantities[quantity], &selection)
                                       : quantity_field(ledger, (size_t)field, &selection);
    const double days = (double)(ledger->step_from_us[step + 1] - ledger->step_from_us[step]) / DAY_US;
    return is_rate(name) ? value / days : value;
}
