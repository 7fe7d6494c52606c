#include "models/targets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/quantities.h"
#include "models/table.h"
#include "models/world_parts.h"

/* A number of the facts file; empty or not a number ("200000-400000"): NaN. */
static double number_or_nan(const char *text)
{
    char *end = NULL;
    const double value = strtod(text, &end);
    return end == text || *end != '\0' ? NAN : value;
}

static int read_fact(struct world *world, const struct table *table, size_t row, const size_t columns[6],
                     struct target_value *target, struct err *err)
{
    target->role = arena_text(&world->arena, table_text(table, row, columns[1]), err);
    target->unit = arena_text(&world->arena, table_text(table, row, columns[2]), err);
    target->reported = number_or_nan(table_text(table, row, columns[3]));
    target->low = number_or_nan(table_text(table, row, columns[4]));
    target->high = number_or_nan(table_text(table, row, columns[5]));
    return target->role == NULL || target->unit == NULL ? -1 : 0;
}

/* Fills every target whose fact stands in this file. */
static int read_facts(struct world *world, const char *file, struct err *err)
{
    struct table table;
    static const char *const names[] = {"id", "role", "unit", "value", "low", "high"};
    size_t columns[6];
    int result = table_load(&table, file, err);
    for (size_t c = 0; c < 6 && result == 0; c++)
        result = table_column(&table, names[c], &columns[c], err);
    for (size_t t = 0; result == 0 && t < world->target_count; t++)
        for (size_t row = 0; result == 0 && row < table.rows; row++)
            if (strcmp(table_text(&table, row, columns[0]), world->targets[t].fact) == 0)
                result = read_fact(world, &table, row, columns, &world->targets[t], err);
    table_free(&table);
    return result;
}

static int check_dates(const struct world *world, const struct target_spec *spec, struct err *err)
{
    const int64_t *dates[] = {&spec->from_us, &spec->to_us, &spec->on_us, &spec->over_from_us,
                              &spec->over_to_us};
    for (size_t d = 0; d < sizeof dates / sizeof dates[0]; d++) {
        if (*dates[d] == 0)
            continue;
        const int64_t at_us = policy_time(world, *dates[d]);
        bool met = false;
        for (size_t s = 0; s <= world->ledger.steps; s++)
            met = met || world->ledger.step_from_us[s] == at_us;
        if (!met)
            return scenario_blame(
                world->scenario, dates[d], err,
                "the date is not at the begin or end of a step of the series; choose one that is, or "
                "a finer scenario.step");
    }
    return 0;
}

static bool is_listed(const struct target_spec *spec, const char *id)
{
    for (size_t i = 0; i < spec->conditions.count; i++)
        if (strcmp(*SCENARIO_ITEM(spec->conditions, char *const, i), id) == 0)
            return true;
    return false;
}

static int check_conditions(const struct world *world, const struct target_spec *spec, struct err *err)
{
    const struct key_list *conditions = &world->scenario->conditions;
    if (spec->conditions.count > 0 && spec->condition >= 0)
        return scenario_blame(world->scenario, &spec->conditions, err,
                              "stands beside \"condition\"; keep one of them");
    for (size_t i = 0; i < spec->conditions.count; i++) {
        const char *id = *SCENARIO_ITEM(spec->conditions, char *const, i);
        size_t c = 0;
        while (c < conditions->count &&
               strcmp(SCENARIO_ITEM(*conditions, struct condition_spec, c)->id, id) != 0)
            c++;
        if (c == conditions->count)
            return scenario_blame(world->scenario, &spec->conditions, err,
                                  "no condition has the id \"%s\"; correct the id", id);
    }
    return 0;
}

/* The conditions that are not asked for; NULL: out of memory. */
static const bool *list_left_out(struct world *world, const struct target_spec *spec, struct err *err)
{
    const struct key_list *conditions = &world->scenario->conditions;
    if (spec->conditions.count == 0)
        return world->background;
    bool *left_out = arena_zeroed(&world->arena, conditions->count, sizeof *left_out, err);
    for (size_t c = 0; left_out != NULL && c < conditions->count; c++)
        left_out[c] = !is_listed(spec, SCENARIO_ITEM(*conditions, struct condition_spec, c)->id);
    return left_out;
}

static int check_group(const struct world *world, const struct target_spec *spec, struct err *err)
{
    const int64_t quantity = quantity_find(spec->quantity);
    const int64_t field = quantity_find_field(quantity < 0 ? spec->quantity : quantities[quantity].over[0]);
    if (spec->group < 0 || quantity_field_is_of_facility((size_t)field))
        return 0;
    return scenario_blame(world->scenario, &spec->group, err,
                          "has no effect on \"%s\", which is not counted by facility; take it away, or name "
                          "another quantity",
                          spec->quantity);
}

static int check_target(struct world *world, const struct target_spec *spec,
                        const struct target_value *target, struct err *err)
{
    if (target->role == NULL)
        return scenario_blame(
            world->scenario, &spec->fact, err,
            "no facts file has a row with the id \"%s\"; correct the id, or add the file to "
            "scenario.facts",
            spec->fact);
    if (quantity_find_field(spec->quantity) < 0 && quantity_find(spec->quantity) < 0) {
        const char *names[128];
        size_t count = 0;
        for (size_t i = 0; i < ledger_field_count && count < 128; i++)
            if (ledger_group_has_cells(ledger_fields[i].group))
                names[count++] = ledger_fields[i].name;
        for (size_t i = 0; i < quantity_count && count < 128; i++)
            names[count++] = quantities[i].name;
        const char *nearest = scenario_nearest(spec->quantity, names, count);
        return scenario_blame(world->scenario, &spec->quantity, err, "no quantity is called \"%s\"; %s%s%s",
                              spec->quantity,
                              nearest != NULL ? "did you mean \"" : "docs/results.md lists them",
                              nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
    }
    if (spec->place != NULL && geography_find(&world->geography, spec->place) < 0)
        return scenario_blame(world->scenario, &spec->place, err,
                              "no place of the scenario has the code \"%s\"; use one that is selected",
                              spec->place);
    if (check_conditions(world, spec, err) != 0 || check_group(world, spec, err) != 0)
        return -1;
    uint32_t facility = 0;
    if (spec->at >= 0 &&
        facilities_refer(&world->facilities, world->scenario, &spec->at, &facility, err) != 0)
        return -1;
    return check_dates(world, spec, err);
}

int targets_init(struct world *world, struct err *err)
{
    const struct scenario *scenario = world->scenario;
    world->target_count = scenario->targets.count;
    world->targets = arena_zeroed(&world->arena, world->target_count, sizeof *world->targets, err);
    world->target_left_out =
        arena_zeroed(&world->arena, world->target_count, sizeof *world->target_left_out, err);
    if (world->targets == NULL || world->target_left_out == NULL)
        return -1;
    for (size_t t = 0; t < world->target_count; t++) {
        const struct target_spec *spec = SCENARIO_ITEM(scenario->targets, struct target_spec, t);
        world->targets[t] =
            (struct target_value){.fact = spec->fact, .quantity = spec->quantity, .value = NAN};
        world->target_left_out[t] = list_left_out(world, spec, err);
        if (world->target_left_out[t] == NULL && spec->conditions.count > 0)
            return -1;
    }
    for (size_t f = 0; world->target_count > 0 && f < scenario->run.facts.count; f++)
        if (read_facts(world, *SCENARIO_ITEM(scenario->run.facts, char *const, f), err) != 0)
            return -1;
    int failed = 0;
    for (size_t t = 0; t < world->target_count; t++)
        failed |= check_target(world, SCENARIO_ITEM(scenario->targets, struct target_spec, t),
                               &world->targets[t], err);
    return failed;
}

/* The steps of a target: between its dates, or those up to the date at which it looks. */
static struct selection select_target(const struct world *world, const struct target_spec *spec,
                                      const bool *left_out)
{
    const struct ledger *ledger = &world->ledger;
    struct selection selection = selection_all(ledger, left_out);
    uint32_t facility = 0;
    struct err ignored = ERR_INIT; /* checked before the run */
    if (spec->at >= 0 &&
        facilities_refer(&world->facilities, world->scenario, &spec->at, &facility, &ignored) == 0)
        selection.index[DIM_FACILITY] = facility;
    selection.among = world->facilities.inside;
    if (spec->group >= 0)
        selection.among = facilities_in_group(&world->facilities, (size_t)spec->group);
    if (spec->place != NULL)
        selection.index[DIM_PLACE] = geography_find(&world->geography, spec->place);
    selection.index[DIM_SERVICE] = spec->service;
    selection.index[DIM_CONDITION] = spec->condition;
    for (size_t s = 0; s <= ledger->steps; s++) {
        if (spec->from_us != 0 && ledger->step_from_us[s] == policy_time(world, spec->from_us))
            selection.from_step = s;
        if (spec->to_us != 0 && ledger->step_from_us[s] == policy_time(world, spec->to_us))
            selection.to_step = s;
        if (spec->on_us != 0 && ledger->step_from_us[s] == policy_time(world, spec->on_us))
            selection.to_step = s;
    }
    return selection;
}

static double value_of(const struct world *world, const struct target_spec *spec, const bool *left_out)
{
    const struct selection selection = select_target(world, spec, left_out);
    const int64_t field = quantity_find_field(spec->quantity);
    return field >= 0
               ? quantity_field(&world->ledger, (size_t)field, &selection)
               : quantity_value(&world->ledger, &quantities[quantity_find(spec->quantity)], &selection);
}

/* The same in the period to which it is related; 1 when there is none. */
static double base_of(const struct world *world, const struct target_spec *spec, const bool *left_out)
{
    if (spec->over_from_us == 0)
        return 1;
    struct target_spec base = *spec;
    base.from_us = spec->over_from_us;
    base.to_us = spec->over_to_us;
    const double value = value_of(world, &base, left_out);
    return value > 0 ? value : NAN;
}

void targets_evaluate(struct world *world)
{
    for (size_t t = 0; t < world->target_count; t++) {
        const struct target_spec *spec = SCENARIO_ITEM(world->scenario->targets, struct target_spec, t);
        const bool *left_out = world->target_left_out[t];
        world->targets[t].value =
            value_of(world, spec, left_out) / base_of(world, spec, left_out) * spec->scale + spec->plus;
    }
}
