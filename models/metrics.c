#include "models/metrics.h"

#include <math.h>
#include <stdlib.h>

#include "models/quantities.h"
#include "models/world_parts.h"

#define HOUR_US 3600e6

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

static int add_fields(struct world *world, const char *prefix, enum ledger_group group,
                      const struct selection *selection, struct err *err)
{
    for (size_t f = 0; f < ledger_field_count; f++) {
        const struct field_row *row = &ledger_fields[f];
        if (row->group != group || row->kind == FIELD_LEVEL)
            continue;
        if (add(world, prefix, row->name, row->unit, quantity_field(&world->ledger, f, selection), err) != 0)
            return -1;
    }
    for (size_t q = 0; q < quantity_count; q++) {
        const int64_t field = quantity_find_field(quantities[q].over[0]);
        if (ledger_fields[field].group != group)
            continue;
        const double value = quantity_value(&world->ledger, &quantities[q], selection);
        if (add(world, prefix, quantities[q].name, quantities[q].unit, value, err) != 0)
            return -1;
    }
    return 0;
}

static int add_by_condition(struct world *world, struct err *err)
{
    for (size_t c = 0; c < world->pathways.count && world->pathways.count > 1; c++) {
        struct selection selection = selection_all(&world->ledger, world->background);
        selection.index[DIM_CONDITION] = (int64_t)c;
        char *prefix = mem_printf(err, "condition/%s/", world->pathways.condition[c].id);
        const int result =
            prefix == NULL ? -1 : add_fields(world, prefix, GROUP_PLACE_CONDITION, &selection, err);
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
        struct selection selection = selection_all(&world->ledger, world->background);
        selection.index[DIM_FACILITY] = offer->facility;
        selection.index[DIM_SERVICE] = offer->service;
        char *prefix = mem_printf(err, "facility/%s/%s/", world->facilities.facility[offer->facility].id,
                                  world->services[offer->service].spec->id);
        const int result =
            prefix == NULL ? -1 : add_fields(world, prefix, GROUP_FACILITY_SERVICE, &selection, err);
        free(prefix);
        if (result != 0)
            return -1;
    }
    return 0;
}

static double hours(double us)
{
    return us / HOUR_US;
}

static int add_waits(struct world *world, const char *prefix, const struct measure *measure, struct err *err)
{
    static const struct {
        const char *name;
        double p;
    } percentiles[] = {{"wait_p50", 0.5}, {"wait_p90", 0.9}, {"wait_p95", 0.95}, {"wait_p99", 0.99}};
    for (size_t i = 0; i < sizeof percentiles / sizeof percentiles[0]; i++)
        if (add(world, prefix, percentiles[i].name, "h",
                hours(histogram_quantile(&measure->waits, percentiles[i].p)), err) != 0)
            return -1;
    const struct tally *wait = &measure->wait;
    const double any = wait->count > 0 ? (double)measure->waited_any / (double)wait->count : NAN;
    if (add(world, prefix, "wait_mean", "h", hours(tally_mean(wait)), err) != 0 ||
        add(world, prefix, "wait_var", "h2", tally_variance(wait) / (HOUR_US * HOUR_US), err) != 0 ||
        add(world, prefix, "wait_any", "1", any, err) != 0 ||
        add(world, prefix, "wait_all_mean", "h", hours(tally_mean(&measure->wait_all)), err) != 0)
        return -1;
    return add(world, prefix, "sojourn_mean", "h", hours(tally_mean(&measure->sojourn)), err);
}

static int add_station(struct world *world, const char *prefix, const struct measure *measure, bool whole,
                       struct err *err)
{
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"arrivals", measure->arrivals},
                  {"served", measure->served},
                  {"reneged", measure->reneged},
                  {"balked", measure->balked},
                  {"rejected", measure->rejected},
                  {"interrupted", measure->interrupted},
                  {"blocked", measure->blocked}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if (add(world, prefix, counts[i].name, "1", (double)counts[i].count, err) != 0)
            return -1;
    if (add_waits(world, prefix, measure, err) != 0)
        return -1;
    const int64_t from_us = world->warmup_us, to_us = world->end_us;
    const double busy = tally_level_mean(&measure->busy, from_us, to_us);
    if (add(world, prefix, "queue_mean", "1", tally_level_mean(&measure->queue, from_us, to_us), err) != 0 ||
        add(world, prefix, "occupancy_mean", "1", busy, err) != 0)
        return -1;
    if (!whole)
        return 0;
    const double servers = tally_level_mean(&measure->servers, from_us, to_us);
    const double blocked = (double)measure->blocked_us / (double)(to_us - from_us);
    if (add(world, prefix, "blocked_share", "1", servers > 0 ? blocked / servers : NAN, err) != 0 ||
        add(world, prefix, "overtime_mean", "h", hours(tally_mean(&measure->overtime)), err) != 0)
        return -1;
    return add(world, prefix, "utilisation", "1", servers > 0 && servers < 0x1p52 ? busy / servers : NAN, err);
}

static int add_station_classes(struct world *world, const char *id, int32_t station, struct err *err)
{
    char *prefix = mem_printf(err, "station/%s/", id);
    int result =
        prefix == NULL ? -1 : add_station(world, prefix, measure_of(&world->measures, station, 0), true, err);
    free(prefix);
    for (size_t c = 0; c < world->measures.classes && result == 0; c++) {
        prefix = mem_printf(err, "station/%s/class/%s/", id, world->pathways.condition[c].id);
        result = prefix == NULL
                     ? -1
                     : add_station(world, prefix, measure_of(&world->measures, station, 1 + c), false, err);
        free(prefix);
    }
    return result;
}

static int add_system(struct world *world, struct err *err)
{
    if (add(world, "system/", "arrivals", "1", (double)world->system_arrivals, err) != 0 ||
        add(world, "system/", "left", "1", (double)world->system_left, err) != 0 ||
        add(world, "system/", "rejected", "1", (double)world->system_rejected, err) != 0 ||
        add(world, "system/", "sojourn_mean", "h", hours(tally_mean(&world->system_sojourn)), err) != 0)
        return -1;
    return add(world, "system/", "present_mean", "1",
               tally_level_mean(&world->system_present, world->warmup_us, world->end_us), err);
}

int metrics_compute(struct world *world, struct err *err)
{
    const struct selection all = selection_all(&world->ledger, world->background);
    if (!world->geography.trivial) {
        if (add_fields(world, "", GROUP_PLACE_CONDITION, &all, err) != 0 ||
            add_fields(world, "expert/", GROUP_EXPERT, &all, err) != 0 || add_by_condition(world, err) != 0 ||
            add_offers(world, err) != 0)
            return -1;
    }
    for (size_t w = 0; w < world->facilities.ward_count; w++) {
        const struct ward *ward = &world->facilities.ward[w];
        if (ward->measure >= 0 && add_station_classes(world, ward->id, ward->measure, err) != 0)
            return -1;
    }
    return add_system(world, err);
}
