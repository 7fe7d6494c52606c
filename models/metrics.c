#include "models/metrics.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/equity.h"
#include "models/present_value.h"
#include "models/quantities.h"
#include "models/world_parts.h"

#define HOUR_US 3600e6
#define DAY_US 86400e6

/* name = prefix + own name */
static int add(struct world *world, const char *prefix, const char *name, const char *unit, double value,
               struct err *err)
{
    struct metric *metrics = mem_grow(world->metrics, &world->metric_capacity, world->metric_count + 1,
                                      sizeof *world->metrics, err);
    if (metrics == NULL)
        return -1;
    world->metrics = metrics;
    char *whole = mem_printf(err, "%s%s", prefix, name);
    if (whole == NULL)
        return -1;
    char *kept = arena_text(&world->arena, whole, err);
    free(whole);
    if (kept == NULL)
        return -1;
    world->metrics[world->metric_count++] = (struct metric){.name = kept, .unit = unit, .value = value};
    return 0;
}

int metrics_add(struct world *world, const char *prefix, const char *name, const char *unit, double value,
                struct err *err)
{
    return add(world, prefix, name, unit, value, err);
}

/* The values of a group's fields, by number of the field. */
static void read_fields(const struct world *world, enum ledger_group group, const struct selection *selection,
                        double known[LEDGER_FIELDS])
{
    size_t fields[QUANTITY_FIELDS] = {0}, count = 0;
    double values[QUANTITY_FIELDS];
    for (size_t f = 0; f < ledger_field_count; f++)
        if (ledger_fields[f].group == group)
            fields[count++] = f;
    quantity_fields(&world->ledger, fields, count, selection, values);
    for (size_t i = 0; i < count; i++)
        known[fields[i]] = values[i];
}

/* `whole`: what is known of all facilities; NULL: nothing. */
static int add_fields_of(struct world *world, const char *prefix, enum ledger_group group,
                         const struct selection *selection, const double *whole, struct err *err)
{
    double known[LEDGER_FIELDS];
    read_fields(world, group, selection, known);
    for (size_t f = 0; f < ledger_field_count; f++) {
        const struct field_row *row = &ledger_fields[f];
        if (row->group != group || row->kind == FIELD_LEVEL)
            continue;
        if (add(world, prefix, row->name, row->unit, known[f], err) != 0)
            return -1;
    }
    for (size_t q = 0; q < quantity_count; q++) {
        const int64_t field = quantity_find_field(quantities[q].over[0]);
        const bool is_whole =
            selection->index[DIM_FACILITY] < 0 && selection->among == world->facilities.inside;
        if (ledger_fields[field].group != group || (quantities[q].form == QUANTITY_OF_WHOLE && is_whole))
            continue;
        const double value = quantity_of(&world->ledger, &quantities[q], selection, known, whole);
        if (add(world, prefix, quantities[q].name, quantities[q].unit, value, err) != 0)
            return -1;
    }
    return 0;
}

static int add_fields(struct world *world, const char *prefix, enum ledger_group group,
                      const struct selection *selection, struct err *err)
{
    return add_fields_of(world, prefix, group, selection, NULL, err);
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

/* Quantiles over the treated. */
static int add_reach(struct world *world, const char *prefix, const struct reach *reach, struct err *err)
{
    static const struct {
        const char *wait, *travel;
        double p;
    } rows[] = {{"wait_p50", "travel_to_treatment_p50", 0.5},
                {"wait_p90", "travel_to_treatment_p90", 0.9},
                {"wait_p99", "travel_to_treatment_p99", 0.99}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (add(world, prefix, rows[i].wait, "d", histogram_quantile(&reach->wait, rows[i].p) / DAY_US,
                err) != 0 ||
            add(world, prefix, rows[i].travel, "h", histogram_quantile(&reach->travel, rows[i].p) / HOUR_US,
                err) != 0)
            return -1;
    return 0;
}

/* Over all conditions but background ones. */
static int add_reach_of_all(struct world *world, struct err *err)
{
    struct reach all = {0};
    int result = reach_init(&all, world->end_us, err);
    for (size_t c = 0; c < world->pathways.count && result == 0; c++)
        if (!world->background[c])
            result = reach_merge(&all, &world->system.reach[c], err);
    if (result == 0)
        result = add_reach(world, "", &all, err);
    reach_free(&all);
    return result;
}

static int add_by_condition(struct world *world, struct err *err)
{
    for (size_t c = 0; c < world->pathways.count && world->pathways.count > 1; c++) {
        struct selection selection = selection_all(&world->ledger, world->background);
        selection.index[DIM_CONDITION] = (int64_t)c;
        char *prefix = mem_printf(err, "condition/%s/", world->pathways.condition[c].id);
        const int result = prefix == NULL ||
                                   add_fields(world, prefix, GROUP_PLACE_CONDITION, &selection, err) != 0 ||
                                   add_reach(world, prefix, &world->system.reach[c], err) != 0
                               ? -1
                               : 0;
        free(prefix);
        if (result != 0)
            return -1;
    }
    return 0;
}

static int add_offers(struct world *world, struct err *err)
{
    for (size_t o = 0; o < world->facilities.offer_count; o++) {
        const struct offer *offer = &world->facilities.offer[o];
        const struct facility *facility = &world->facilities.facility[offer->facility];
        const bool generated =
            facility->label != NULL && facility->rule == NULL; /* see facilities.generated */
        if (facility->outside || generated)
            continue;
        struct selection selection = selection_all(&world->ledger, world->background);
        selection.index[DIM_FACILITY] = offer->facility;
        selection.index[DIM_SERVICE] = offer->service;
        char *prefix =
            mem_printf(err, "facility/%s/%s/", facility->id, world->services[offer->service].spec->id);
        const int result =
            prefix == NULL ? -1 : add_fields(world, prefix, GROUP_FACILITY_SERVICE, &selection, err);
        free(prefix);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* Of all facilities together, and of each that the scenario names. */
static int add_facilities(struct world *world, const double *whole, struct err *err)
{
    struct selection selection = selection_all(&world->ledger, world->background);
    selection.among = world->facilities.inside;
    if (add_fields(world, "", GROUP_FACILITY, &selection, err) != 0)
        return -1;
    for (size_t f = 0; f < world->facilities.count; f++) {
        const struct facility *facility = &world->facilities.facility[f];
        if (facility->label != NULL || facility->outside)
            continue;
        selection.index[DIM_FACILITY] = (int64_t)f;
        char *prefix = mem_printf(err, "facility/%s/", facility->id);
        const int result =
            prefix == NULL ? -1 : add_fields_of(world, prefix, GROUP_FACILITY, &selection, whole, err);
        free(prefix);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* Of the facilities of each group together. */
static int add_groups(struct world *world, const double *whole, struct err *err)
{
    struct selection selection = selection_all(&world->ledger, world->background);
    for (size_t g = 0; g < world->scenario->groups.count; g++) {
        selection.among = facilities_in_group(&world->facilities, g);
        char *prefix =
            mem_printf(err, "group/%s/", SCENARIO_ITEM(world->scenario->groups, struct group_spec, g)->name);
        const int result =
            prefix == NULL ? -1 : add_fields_of(world, prefix, GROUP_FACILITY, &selection, whole, err);
        free(prefix);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* Of all facilities together, of each that is named, and of groups. */
static int add_by_facility(struct world *world, struct err *err)
{
    double whole[LEDGER_FIELDS];
    const struct selection all = selection_all(&world->ledger, world->background);
    read_fields(world, GROUP_FACILITY, &all, whole);
    return add_facilities(world, whole, err) != 0 || add_groups(world, whole, err) != 0 ? -1 : 0;
}

/* What of each place is compared: a field or quantity, or one divided by its people. */
static const struct {
    const char *name, *of;
} spreads[] = {{"treated_per_person", "treated"},
               {"met_share", "met_share"},
               {"travel_to_treatment_mean", "travel_to_treatment_mean"},
               {"daly_per_person", "daly"}};

static double of_place(const struct world *world, const char *name, size_t place)
{
    struct selection selection = selection_all(&world->ledger, world->background);
    selection.index[DIM_PLACE] = (int64_t)place;
    const int64_t field = quantity_find_field(name);
    return field >= 0 ? quantity_field(&world->ledger, (size_t)field, &selection)
                      : quantity_value(&world->ledger, &quantities[quantity_find(name)], &selection);
}

static const double *place_remoteness(const struct world *world)
{
    for (size_t c = 0; c < world->column_count; c++)
        if (strcmp(world->columns[c].name, "place_remoteness") == 0)
            return world->columns[c].values;
    return NULL;
}

static int add_spread(struct world *world, size_t spread, struct equity_row *rows, struct err *err)
{
    const double *remoteness = place_remoteness(world);
    const bool per_person = strstr(spreads[spread].name, "per_person") != NULL;
    size_t count = 0;
    bool ranked = remoteness != NULL;
    for (size_t p = 0; p < world->geography.count; p++) {
        const struct place *place = &world->geography.place[p];
        const double people = (double)place->population;
        if (!place->selected || people <= 0)
            continue;
        double value = of_place(world, spreads[spread].of, p);
        if (isnan(value))
            continue;
        value = per_person ? value / people : value;
        ranked = ranked && !isnan(remoteness[p]);
        rows[count++] = (struct equity_row){value, people, ranked ? remoteness[p] : 0};
    }
    const struct equity equity = equity_of(rows, count);
    char *prefix = mem_printf(err, "equity/%s/", spreads[spread].name);
    if (prefix == NULL)
        return -1;
    const int result =
        add(world, prefix, "gini", "1", equity.gini, err) != 0 ||
                add(world, prefix, "theil", "1", equity.theil, err) != 0 ||
                add(world, prefix, "concentration", "1", ranked ? equity.concentration : NAN, err) != 0
            ? -1
            : 0;
    free(prefix);
    return result;
}

/* How evenly the people of different places are served. */
static int add_equity(struct world *world, struct err *err)
{
    if (world->geography.count < 2)
        return 0;
    struct equity_row *rows = mem_zeroed(world->geography.count, sizeof *rows, err);
    int result = rows == NULL ? -1 : 0;
    for (size_t s = 0; s < sizeof spreads / sizeof spreads[0] && result == 0; s++)
        result = add_spread(world, s, rows, err);
    free(rows);
    return result;
}

static double hours(double us)
{
    return us / HOUR_US;
}

/* One measured station or one class of its customers, and where its metrics stand. */
struct subject {
    const char *prefix;
    int32_t station;
    size_t class_; /* as measure_of() has it; 0: all */
    const struct measure *measure;
};

static int add_counts(struct world *world, const struct subject *subject, struct err *err)
{
    const struct measure *measure = subject->measure;
    const double came = (double)measure->arrivals;
    const struct {
        const char *name;
        double value;
    } rows[] = {{"arrivals", came},
                {"served", (double)measure->served},
                {"reneged", (double)measure->reneged},
                {"balked", (double)measure->balked},
                {"rejected", (double)measure->rejected},
                {"interrupted", (double)measure->interrupted},
                {"blocked", (double)measure->blocked},
                {"reneged_share", share((double)measure->reneged, came)},
                {"balked_share", share((double)measure->balked, came)},
                {"rejected_share", share((double)measure->rejected, came)}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (add(world, subject->prefix, rows[i].name, "1", rows[i].value, err) != 0)
            return -1;
    return 0;
}

static int add_waits_over(struct world *world, const struct subject *subject, struct err *err)
{
    const struct measure_station *station = &world->measures.station[subject->station];
    for (size_t i = 0; i < station->limits; i++) {
        char *name = mem_printf(err, "wait_over/%s", station->limit[i].name);
        if (name == NULL)
            return -1;
        const double over = share((double)subject->measure->over[i], (double)subject->measure->wait.count);
        const int result = add(world, subject->prefix, name, "1", over, err);
        free(name);
        if (result != 0)
            return -1;
    }
    return 0;
}

static int add_waits(struct world *world, const struct subject *subject, struct err *err)
{
    static const struct {
        const char *name;
        double p;
    } percentiles[] = {{"wait_p50", 0.5}, {"wait_p90", 0.9}, {"wait_p95", 0.95}, {"wait_p99", 0.99}};
    const char *prefix = subject->prefix;
    const struct measure *measure = subject->measure;
    for (size_t i = 0; i < sizeof percentiles / sizeof percentiles[0]; i++)
        if (add(world, prefix, percentiles[i].name, "h",
                hours(histogram_quantile(&measure->waits, percentiles[i].p)), err) != 0)
            return -1;
    const struct tally *wait = &measure->wait;
    const struct tally_sum all = measure_wait_all(measure);
    if (add(world, prefix, "wait_mean", "h", hours(tally_mean(wait)), err) != 0 ||
        add(world, prefix, "wait_var", "h2", tally_variance(wait) / (HOUR_US * HOUR_US), err) != 0 ||
        add(world, prefix, "wait_all_mean", "h", hours(tally_sum_mean(&all)), err) != 0 ||
        add(world, prefix, "wait_any", "1", share((double)measure_waited_any(measure), (double)all.count),
            err) != 0 ||
        add_waits_over(world, subject, err) != 0)
        return -1;
    return add(world, prefix, "sojourn_mean", "h", hours(tally_sum_mean(&measure->sojourn)), err);
}

static int add_levels(struct world *world, const struct subject *subject, struct err *err)
{
    const int64_t from_us = world->warmup_us, to_us = world->end_us;
    const struct measure *measure = subject->measure,
                         *all = measure_of(&world->measures, subject->station, 0);
    const double servers = tally_level_mean(&all->servers, from_us, to_us);
    const double in_all = servers < 0x1p52 ? servers : NAN;
    const double busy = tally_level_mean(&measure->busy, from_us, to_us);
    const double held = tally_level_mean(&measure->held, from_us, to_us);
    const char *prefix = subject->prefix;
    if (add(world, prefix, "queue_mean", "1", tally_level_mean(&measure->queue, from_us, to_us), err) != 0 ||
        add(world, prefix, "occupancy_mean", "1", busy, err) != 0 ||
        add(world, prefix, "present_mean", "1", occupancy_mean(measure, from_us, to_us), err) != 0 ||
        add(world, prefix, "utilisation", "1", share(busy, in_all), err) != 0)
        return -1;
    return add(world, prefix, "blocked_share", "1", share(held, in_all), err);
}

static int add_distribution(struct world *world, const struct subject *subject, struct err *err)
{
    const struct occupancy *occupancy = &subject->measure->occupancy;
    const double length_us = (double)(world->end_us - world->warmup_us);
    for (int64_t n = 0; occupancy->at != NULL && n <= occupancy->to + 1; n++) {
        char *name = n <= occupancy->to ? mem_printf(err, "occupancy_distribution/%" PRId64, n)
                                        : mem_text("occupancy_distribution/more", err);
        if (name == NULL)
            return -1;
        const int result =
            add(world, subject->prefix, name, "1", share((double)occupancy->at[n], length_us), err);
        free(name);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* What is not known by class. */
static int add_whole(struct world *world, const struct subject *subject, struct err *err)
{
    struct measure *measure = measure_of(&world->measures, subject->station, 0);
    occupancy_set(&measure->occupancy, world->end_us, measure->occupancy.level);
    const double variance = occupancy_variance(measure, world->warmup_us, world->end_us);
    if (add(world, subject->prefix, "present_var", "1", variance, err) != 0 ||
        add(world, subject->prefix, "overtime_mean", "h", hours(tally_sum_mean(&measure->overtime)), err) !=
            0)
        return -1;
    return add_distribution(world, subject, err);
}

/* The mean of what was observed at one of the set times: prefix + at/TIME/ + name. */
static int add_at(struct world *world, const char *prefix, size_t time, const char *name, double sum,
                  struct err *err)
{
    char *whole = mem_printf(err, "at/%s/%s", world->observe.time[time].name, name);
    if (whole == NULL)
        return -1;
    const int result = add(world, prefix, whole, "1", share(sum, (double)world->observe.count[time]), err);
    free(whole);
    return result;
}

static int add_observed(struct world *world, const struct subject *subject, struct err *err)
{
    for (size_t t = 0; t < world->observe.times; t++) {
        const struct observed *observed = observe_of(&world->observe, subject->station, subject->class_, t);
        const double queue = (double)observed->queue, busy = (double)observed->busy;
        if (add_at(world, subject->prefix, t, "present", queue + busy, err) != 0 ||
            add_at(world, subject->prefix, t, "queue", queue, err) != 0 ||
            add_at(world, subject->prefix, t, "busy", busy, err) != 0)
            return -1;
        if (subject->class_ == 0 &&
            add_at(world, subject->prefix, t, "all_busy", (double)observed->all_busy, err) != 0)
            return -1;
    }
    return 0;
}

static int add_subject(struct world *world, const struct subject *subject, struct err *err)
{
    if (add_counts(world, subject, err) != 0 || add_waits(world, subject, err) != 0 ||
        add_levels(world, subject, err) != 0)
        return -1;
    if (subject->class_ == 0 && add_whole(world, subject, err) != 0)
        return -1;
    return add_observed(world, subject, err);
}

/* A measured station, then its classes. */
static int add_station(struct world *world, const char *id, int32_t station, struct err *err)
{
    int result = 0;
    for (size_t c = 0; c <= world->measures.classes && result == 0; c++) {
        char *prefix = c == 0
                           ? mem_printf(err, "station/%s/", id)
                           : mem_printf(err, "station/%s/class/%s/", id, world->pathways.condition[c - 1].id);
        const struct subject subject = {.prefix = prefix,
                                        .station = station,
                                        .class_ = c,
                                        .measure = measure_of(&world->measures, station, c)};
        result = prefix == NULL ? -1 : add_subject(world, &subject, err);
        free(prefix);
    }
    return result;
}

static int add_system_count(struct world *world, const char *prefix, const struct system_count *count,
                            struct err *err)
{
    if (add(world, prefix, "arrivals", "1", (double)count->arrivals, err) != 0 ||
        add(world, prefix, "left", "1", (double)count->left, err) != 0 ||
        add(world, prefix, "rejected", "1", (double)count->rejected, err) != 0)
        return -1;
    return add(world, prefix, "sojourn_mean", "h", hours(tally_sum_mean(&count->sojourn)), err);
}

static int add_system_classes(struct world *world, struct err *err)
{
    const size_t count = world->pathways.count;
    int result = 0;
    for (size_t c = 0; c < count && count > 1 && result == 0; c++) {
        char *prefix = mem_printf(err, "system/class/%s/", world->pathways.condition[c].id);
        result = prefix == NULL ? -1 : add_system_count(world, prefix, &world->system.of[c], err);
        free(prefix);
    }
    return result;
}

static int add_system(struct world *world, struct err *err)
{
    const struct system_count all = world_system_count(world);
    if (add_system_count(world, "system/", &all, err) != 0 ||
        add(world, "system/", "present_mean", "1",
            tally_level_mean(&world->system.present, world->warmup_us, world->end_us), err) != 0 ||
        add_system_classes(world, err) != 0)
        return -1;
    for (size_t t = 0; t < world->observe.times; t++)
        if (add_at(world, "system/", t, "present", (double)world->observe.present[t], err) != 0)
            return -1;
    return 0;
}

int metrics_compute(struct world *world, struct err *err)
{
    const struct selection all = selection_all(&world->ledger, world->background);
    if (!world->geography.trivial) {
        if (add_fields(world, "", GROUP_PLACE_CONDITION, &all, err) != 0 ||
            add_reach_of_all(world, err) != 0 || add_fields(world, "expert/", GROUP_EXPERT, &all, err) != 0 ||
            add_by_condition(world, err) != 0 || add_by_facility(world, err) != 0 ||
            add_offers(world, err) != 0 || add_equity(world, err) != 0 || present_value_add(world, err) != 0)
            return -1;
    }
    for (size_t w = 0; w < world->facilities.ward_count; w++) {
        const struct ward *ward = &world->facilities.ward[w];
        if (ward->measure >= 0 && add_station(world, ward->id, ward->measure, err) != 0)
            return -1;
    }
    return add_system(world, err);
}
