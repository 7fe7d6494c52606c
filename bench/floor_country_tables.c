#include "bench/floor_country.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define HOURS (1 / 3600e6)
#define ANYBODY (RULES_ANYBODY | 1)

/* --- what is near --- */

static struct way way_to(struct world *world, size_t place, uint32_t facility)
{
    const struct travel travel =
        geography_travel(&world->geography, place, world->facilities.facility[facility].place);
    return (struct way){.us = travel.us, .m = travel.m, .facility = facility};
}

static struct way nearest(struct world *world, const struct stage *stage, size_t place)
{
    return way_to(world, place, choice_nearest(world, stage, (uint32_t)place, PATIENT_NOWHERE, ANYBODY));
}

static const struct stage *stage_of(const struct world *world, size_t condition, enum stage_number stage)
{
    return &world->pathways.stage[world->pathways.condition[condition].first_stage + stage];
}

static void fill_options(struct tables *tables, size_t condition, uint32_t place)
{
    struct world *world = tables->world;
    const struct stage *stage = stage_of(world, condition, WARD);
    const struct choice_set *set = choice_set_renew(world, stage, place);
    struct options *options = &tables->options[place * CONDITIONS + condition];
    options->count = set->count;
    for (uint32_t i = 0; i < set->count; i++) {
        options->hash[i] = set->hash[i];
        options->utility[i] = set->utility[1][i];
        options->way[i] = way_to(world, place, set->facility[i]);
        if (choice_bypasses(world, stage, place, set->facility[i], ANYBODY))
            options->bypasses |= UINT32_C(1) << i;
    }
}

static void fill_ways(struct tables *tables)
{
    struct world *world = tables->world;
    for (uint32_t p = 0; p < tables->places; p++) {
        for (size_t c = 0; c < CONDITIONS; c++) {
            const struct floor_stage *stage = &tables->stage[c][WARD];
            if (stage->by_utility)
                fill_options(tables, c, p);
            else
                tables->near[p * PAIRS + stage->pair] = nearest(world, stage_of(world, c, WARD), p);
            for (enum stage_number s = SPECIAL; s <= TOP; s++) {
                const struct stage *up = stage_of(world, c, s);
                if (up->at >= 0)
                    tables->to_one[p] = way_to(world, p, (uint32_t)up->at);
                else
                    tables->upwards[s - SPECIAL][p] = nearest(world, up, p);
            }
        }
    }
}

/* --- stages, wards, streams --- */

/* The first resource of a stage's needs is one of six kinds of beds. */
static uint8_t pair_of(const struct world *world, const struct stage *stage)
{
    static const char *const names[PAIRS] = {"general", "surgery", "old", "light", "special", "top"};
    uint8_t pair = 0;
    while (pair < PAIRS - 1 && strcmp(world->facilities.resource[stage->need[0].resource], names[pair]) != 0)
        pair++;
    return pair;
}

static int fill_stage(struct tables *tables, size_t condition, enum stage_number number, struct err *err)
{
    const struct stage *stage = stage_of(tables->world, condition, number);
    struct floor_stage *to = &tables->stage[condition][number];
    *to = (struct floor_stage){.duration = stage->duration,
                               .patience = stage->patience,
                               .arrange_us = stage->transfer_us,
                               .below = UINT32_MAX,
                               .level = stage->level,
                               .by_utility = stage->choice == CHOICE_UTILITY,
                               .at_one = stage->at >= 0};
    if (!stage->stay && stage->at < 0)
        return err_fail(err, "a stage is not as in bench/country.py");
    if (number == RECOVERY)
        return 0;
    if (stage->next == STAGE_BY_LUCK)
        to->below = stage->route[0][0].below;
    to->pair = pair_of(tables->world, stage);
    const struct facilities *facilities = &tables->world->facilities;
    for (uint32_t f = 0; f < facilities->count; f++) {
        const int32_t beds = facility_ward(facilities, f, stage->need[0].resource),
                      staff = facility_ward(facilities, f, stage->need[1].resource);
        if (beds < 0 || staff < 0)
            continue;
        struct ward_pair *ward = &tables->ward[f * PAIRS + to->pair];
        ward->free_beds = (int32_t)facilities->ward[beds].station.servers;
        ward->free_staff = (int32_t)facilities->ward[staff].station.servers;
        ward->counted = facilities->ward[beds].is_bed + facilities->ward[staff].is_bed;
    }
    return 0;
}

static int fill_sources(struct tables *tables, struct err *err)
{
    const struct demand *demand = &tables->world->demand;
    struct source *next[PARTS];
    for (size_t s = 0; s < demand->count; s++)
        tables->sources[tables->part_of[demand->stream[s].place]]++;
    for (size_t p = 0; p < PARTS; p++) {
        next[p] = tables->source[p] = mem_lines(tables->sources[p], sizeof *next[p]);
        if (next[p] == NULL)
            return err_fail(err, "out of memory");
    }
    for (size_t s = 0; s < demand->count; s++) {
        const struct stream *stream = &demand->stream[s];
        *next[tables->part_of[stream->place]]++ = (struct source){.hash = stream->hash,
                                                                  .scale = stream->scale,
                                                                  .place = (uint16_t)stream->place,
                                                                  .condition = (uint8_t)stream->condition};
    }
    return 0;
}

static void *room(size_t count, size_t size)
{
    void *items = mem_lines(count, size);
    if (items != NULL)
        memset(items, 0, count * size);
    return items;
}

static int make_room(struct tables *tables, struct err *err)
{
    const size_t places = tables->places, facilities = tables->facilities;
    tables->place_of = room(facilities, sizeof *tables->place_of);
    tables->near = room(places * PAIRS, sizeof *tables->near);
    tables->upwards[0] = room(places, sizeof *tables->upwards[0]);
    tables->upwards[1] = room(places, sizeof *tables->upwards[1]);
    tables->to_one = room(places, sizeof *tables->to_one);
    tables->options = room(places * CONDITIONS, sizeof *tables->options);
    tables->ward = room(facilities * PAIRS, sizeof *tables->ward);
    tables->fa = room(facilities, sizeof *tables->fa);
    tables->pc = room(places * CONDITIONS, sizeof *tables->pc);
    tables->classes = room(places, sizeof *tables->classes);
    tables->flow = room(PARTS, sizeof *tables->flow);
    tables->reach = room(PARTS, sizeof *tables->reach);
    if (tables->place_of == NULL || tables->near == NULL || tables->upwards[0] == NULL ||
        tables->upwards[1] == NULL || tables->to_one == NULL || tables->options == NULL ||
        tables->ward == NULL || tables->fa == NULL || tables->pc == NULL || tables->classes == NULL ||
        tables->flow == NULL || tables->reach == NULL)
        return err_fail(err, "out of memory");
    for (size_t p = 0; p < PARTS; p++)
        for (size_t c = 0; c < CONDITIONS; c++)
            if (reach_init(&tables->reach[p][c], tables->end_us, err) != 0)
                return -1;
    return 0;
}

/* The margin is for rounding. */
static void fill_least(double least[1 << LEAST_BITS])
{
    for (uint32_t i = 0; i < 1u << LEAST_BITS; i++)
        least[i] = race_time(((i + 1) << (32 - LEAST_BITS)) - 1) - 1e-9;
}

int floor_tables_init(struct tables *tables, const char *path, struct err *err)
{
    *tables = (struct tables){.world = NULL};
    if (scenario_load(&tables->scenario, path, NULL, 0, err) != 0)
        return -1;
    struct world *world = tables->world = world_new(&tables->scenario, 0, err);
    if (world == NULL)
        return -1;
    if (world->partitions != PARTS || world->pathways.count != CONDITIONS ||
        world->geography.provinces != PARTS || world->geography.count > UINT16_MAX)
        return err_fail(err, "%s is not of bench/country.py", path);
    tables->rng = world->rng;
    tables->unit_exponential = world->demand.unit_exponential;
    fill_least(tables->least);
    tables->warmup_us = world->warmup_us;
    tables->end_us = world->end_us;
    tables->wages_per_day_fen = (double)world->scenario->travel.wages_per_day_fen;
    tables->cost_per_km_fen = world->scenario->travel.cost_per_km_fen;
    tables->stay = world->pathways.condition[0].spec->choice.stay;
    tables->places = world->geography.count;
    tables->facilities = world->facilities.count;
    tables->belonging = world->geography.belonging;
    tables->part_of = world->part_of_place;
    if (make_room(tables, err) != 0 || fill_sources(tables, err) != 0)
        return -1;
    for (uint32_t f = 0; f < tables->facilities; f++)
        tables->place_of[f] = (uint16_t)world->facilities.facility[f].place;
    for (size_t c = 0; c < CONDITIONS; c++)
        for (enum stage_number s = WARD; s < STAGES; s++)
            if (fill_stage(tables, c, s, err) != 0)
                return -1;
    fill_ways(tables);
    return 0;
}

/* --- steps and sums --- */

static void begin_level(struct level *level, int64_t length_us)
{
    level->area = level->now * length_us;
}

void floor_begin_step(struct tables *tables, int64_t length_us)
{
    for (size_t f = 0; f < tables->facilities; f++) {
        begin_level(&tables->fa[f].in_care, length_us);
        begin_level(&tables->fa[f].beds, length_us);
        begin_level(&tables->fa[f].in_line, length_us);
    }
    begin_level(&tables->present, length_us);
}

void floor_end_warmup(struct tables *tables)
{
    memset(tables->pc, 0, tables->places * CONDITIONS * sizeof *tables->pc);
    memset(tables->classes, 0, tables->places * sizeof *tables->classes);
    memset(tables->flow, 0, PARTS * sizeof *tables->flow);
    memset(tables->system, 0, sizeof tables->system);
    for (size_t f = 0; f < tables->facilities; f++) {
        struct facility_count *fa = &tables->fa[f];
        fa->begun = fa->admissions = fa->treated = fa->transfers_out = 0;
        fa->line_waits = 0;
    }
    for (size_t p = 0; p < PARTS; p++)
        for (size_t c = 0; c < CONDITIONS; c++)
            reach_restart(&tables->reach[p][c]);
}

static void print_people(const struct tables *tables)
{
    int64_t waited = 0, to_treatment = 0, travel_time = 0, distance = 0, cost = 0;
    uint64_t count[11] = {0};
    static const char *const names[] = {
        "patients", "sought_care",           "treated_in_county",   "treated_ended",     "gave_up",
        "bypassed", "treated_in_prefecture", "treated_in_province", "treated_elsewhere", "untreated",
        "transfers"};
    for (size_t i = 0; i < tables->places * CONDITIONS; i++) {
        const struct pc *pc = &tables->pc[i];
        const uint32_t own[] = {pc->patients,           pc->sought,           pc->in_county,
                                pc->treated_ended,      pc->gave_up,          pc->bypassed,
                                pc->rare.in_prefecture, pc->rare.in_province, pc->rare.elsewhere,
                                pc->rare.untreated,     pc->rare.transfers};
        for (size_t n = 0; n < 11; n++)
            count[n] += own[n];
        waited += pc->waited;
        to_treatment += pc->to_treatment;
        travel_time += pc->travel_time;
        distance += pc->travel_distance;
        cost += pc->cost;
    }
    for (size_t n = 0; n < 11; n++)
        printf("%s %.17g\n", names[n], (double)count[n]);
    printf("waited %.17g\ntravel_to_treatment %.17g\ntravel_time %.17g\n", (double)waited * HOURS,
           (double)to_treatment * HOURS, (double)travel_time * HOURS);
    printf("travel_distance %.17g\npatient_cost %.17g\n", (double)distance / 1000, (double)cost / 100);
}

static void print_facilities(const struct tables *tables)
{
    const double length_us = (double)(tables->end_us - tables->warmup_us);
    uint64_t begun = 0, admissions = 0, treated = 0, transfers = 0;
    int64_t waits = 0;
    double in_care = 0, beds = 0, in_line = 0;
    for (size_t f = 0; f < tables->facilities; f++) {
        const struct facility_count *fa = &tables->fa[f];
        begun += fa->begun;
        admissions += fa->admissions;
        treated += fa->treated;
        transfers += fa->transfers_out;
        waits += fa->line_waits;
        in_care += (double)fa->in_care.area / length_us;
        beds += (double)fa->beds.area / length_us;
        in_line += (double)fa->in_line.area / length_us;
    }
    printf("stages_begun %.17g\nadmissions %.17g\ntreated_here %.17g\ntransfers_out %.17g\n", (double)begun,
           (double)admissions, (double)treated, (double)transfers);
    printf("line_waits %.17g\nin_care %.17g\nbeds_occupied %.17g\nin_line %.17g\n", (double)waits * HOURS,
           in_care, beds, in_line);
}

static void print_condition(const struct tables *tables, size_t c)
{
    struct err err = ERR_INIT;
    struct reach all = {0};
    const struct system *system = &tables->system[c];
    if (reach_init(&all, tables->end_us, &err) != 0)
        return;
    for (size_t p = 0; p < PARTS; p++)
        if (reach_merge(&all, &tables->reach[p][c], &err) != 0)
            return;
    printf("condition/c%zu/wait_p90 %.17g\n", c, histogram_quantile(&all.wait, 0.9) / 86400e6);
    printf("condition/c%zu/travel_to_treatment_p50 %.17g\n", c, histogram_quantile(&all.travel, 0.5) * HOURS);
    printf("system/class/c%zu/arrivals %.17g\nsystem/class/c%zu/left %.17g\n", c, (double)system->came, c,
           (double)system->left);
    reach_free(&all);
}

void floor_print(const struct tables *tables)
{
    print_people(tables);
    print_facilities(tables);
    for (size_t c = 0; c < CONDITIONS; c++)
        print_condition(tables, c);
    printf("system/present_mean %.17g\n",
           (double)tables->present.area / (double)(tables->end_us - tables->warmup_us));
}
