#include "models/readout.h"

#include <math.h>
#include <stdlib.h>

#include "models/trace.h"
#include "models/world_parts.h"

#define HOUR_US 3600e6

static const char **texts(struct world *world, size_t count, struct err *err)
{
    return arena_zeroed(&world->arena, count, sizeof(const char *), err);
}

/* "7.5 h": from there on. */
static const char *class_label(struct world *world, size_t class_, struct err *err)
{
    char *text = mem_printf(err, "%g h", (double)reach_class_from_us(class_) / HOUR_US);
    const char *kept = text == NULL ? NULL : arena_text(&world->arena, text, err);
    free(text);
    return kept;
}

/* Id and name (NULL: none) of one of a dimension; NULL: out of memory. */
static const char *label_of(struct world *world, enum ledger_dim dim, size_t i, const char **name,
                            struct err *err)
{
    *name = NULL;
    switch (dim) {
    case DIM_PLACE:
        *name = world->geography.place[i].name;
        return world->geography.place[i].code;
    case DIM_FACILITY:
        *name = world->facilities.facility[i].name;
        return world->facilities.facility[i].id;
    case DIM_CONDITION:
        *name = world->pathways.condition[i].spec->name;
        return world->pathways.condition[i].id;
    case DIM_SERVICE:
        *name = world->services[i].spec->name;
        return world->services[i].spec->id;
    case DIM_HOME_PROVINCE:
    case DIM_PROVINCE:
        return geography_province(&world->geography, i);
    case DIM_WAIT_CLASS:
    case DIM_TRAVEL_CLASS:
        return class_label(world, i, err);
    case DIM_EXPERT:
    case DIM_FLOW: /* of length 0: it is known after the run (world_flows) */
    case LEDGER_DIMS:
        break;
    }
    *name = world->experts.expert[i].name;
    return world->experts.expert[i].id;
}

/* Ids and names of each dimension. */
int readout_dimensions(struct world *world, struct err *err)
{
    static const char *const names[LEDGER_DIMS][2] = {
        [DIM_PLACE] = {"place", "code of the place"},
        [DIM_FACILITY] = {"facility", "id of the facility"},
        [DIM_CONDITION] = {"condition", "id of the condition"},
        [DIM_SERVICE] = {"service", "id of the service"},
        [DIM_EXPERT] = {"expert", "id of the expert"},
        [DIM_HOME_PROVINCE] = {"home_province", "province of the home"},
        [DIM_PROVINCE] = {"province", "province"},
        [DIM_WAIT_CLASS] = {"wait_class", "waits from that on, to the next"},
        [DIM_TRAVEL_CLASS] = {"travel_class", "travel times from that on, to the next"},
        [DIM_FLOW] = {"flow", "pair of a place and a facility"}};
    for (size_t d = 0; d < LEDGER_DIMS; d++) {
        const bool flows = d == DIM_HOME_PROVINCE || d == DIM_PROVINCE;
        const size_t size = flows && world->ledger.size[d] < 2 ? 0 : world->ledger.size[d];
        const char **labels = texts(world, size, err), **people = texts(world, size, err);
        if (labels == NULL || people == NULL)
            return -1;
        for (size_t i = 0; i < size; i++) {
            labels[i] = label_of(world, (enum ledger_dim)d, i, &people[i], err);
            if (labels[i] == NULL)
                return -1;
            if (people[i] == NULL)
                people[i] = labels[i];
        }
        world->dimension[d] = (struct world_dimension){
            .name = names[d][0], .long_name = names[d][1], .size = size, .labels = labels, .names = people};
    }
    return 0;
}

/* Hours to the nearest of these places, nearest on a sphere: one geodesic a place. NaN: there is none. */
static double remoteness_h(const struct world *world, size_t place, const uint32_t *centres, size_t count)
{
    const double *from = world->geography.place[place].at;
    double nearest = -INFINITY;
    size_t to = SIZE_MAX;
    for (size_t c = 0; c < count; c++) {
        const double *at = world->geography.place[centres[c]].at;
        const double cosine = from[0] * at[0] + from[1] * at[1] + from[2] * at[2];
        if (cosine > nearest) {
            nearest = cosine;
            to = centres[c];
        }
    }
    return to == SIZE_MAX ? NAN : (double)geography_travel(&world->geography, place, to).us / HOUR_US;
}

/* Hours to the nearest facility of at least the provincial level. */
static int column_remoteness(const struct world *world, double *values, struct err *err)
{
    size_t count = 0;
    uint32_t *centres = mem_zeroed(world->facilities.count, sizeof *centres, err);
    if (centres == NULL)
        return -1;
    for (size_t f = 0; f < world->facilities.count; f++) {
        const struct facility *facility = &world->facilities.facility[f];
        if (facility->level >= LEVEL_PROVINCIAL && facility->level <= LEVEL_NATIONAL)
            centres[count++] = facility->place;
    }
    for (size_t p = 0; p < world->geography.count; p++)
        values[p] = remoteness_h(world, p, centres, count);
    free(centres);
    return 0;
}

enum { PLACE_NUMBERS = 5, PLACE_AND_FACILITY_NUMBERS = 8, CONDITION_NUMBER = 10, REMOTENESS = 4 };

/* Columns of numbers and texts along places, facilities, conditions and classes. */
static double column_value(const struct world *world, size_t column, size_t i)
{
    if (column == CONDITION_NUMBER)
        return SCENARIO_ITEM(world->scenario->conditions, struct condition_spec, i)->background;
    if (column >= PLACE_AND_FACILITY_NUMBERS)
        return (double)reach_class_from_us(i) / HOUR_US;
    const bool of_place = column < PLACE_NUMBERS;
    const struct place *place = &world->geography.place[of_place ? i : world->facilities.facility[i].place];
    const double row[] = {
        place->lon,      place->lat, (double)place->population,
        place->selected, 0, /* remoteness */
        place->lon,      place->lat, of_place ? 0 : (double)world->facilities.facility[i].beds};
    return row[column];
}

static const char *column_text(const struct world *world, size_t column, size_t i)
{
    if (column < 3) {
        const struct place *place = &world->geography.place[i];
        const char *row[] = {place->name_en, place->prefecture, place->province};
        return row[column];
    }
    const struct facility *facility = &world->facilities.facility[i];
    const char *row[] = {world->geography.place[facility->place].code,
                         facility_level_names[facility->declared_level],
                         facility->label != NULL ? facility->label : "named in the scenario"};
    return row[column - 3];
}

static const struct world_column number_columns[] = {
    {.dim = DIM_PLACE, .name = "place_lon", .unit = "degrees_east", .long_name = "longitude of the place"},
    {.dim = DIM_PLACE, .name = "place_lat", .unit = "degrees_north", .long_name = "latitude of the place"},
    {.dim = DIM_PLACE, .name = "place_population", .unit = "1", .long_name = "people who live in the place"},
    {.dim = DIM_PLACE,
     .name = "place_selected",
     .unit = "1",
     .long_name = "1 where people fall ill, 0 where the place only holds facilities or streams of its own"},
    {.dim = DIM_PLACE,
     .name = "place_remoteness",
     .unit = "h",
     .long_name = "travel time to the nearest facility of at least the provincial level"},
    {.dim = DIM_FACILITY,
     .name = "facility_lon",
     .unit = "degrees_east",
     .long_name = "longitude of its place"},
    {.dim = DIM_FACILITY,
     .name = "facility_lat",
     .unit = "degrees_north",
     .long_name = "latitude of its place"},
    {.dim = DIM_FACILITY, .name = "facility_beds", .unit = "1", .long_name = "beds of the facility"},
    {.dim = DIM_WAIT_CLASS,
     .name = "wait_class_from",
     .unit = "h",
     .long_name = "the shortest wait of the class"},
    {.dim = DIM_TRAVEL_CLASS,
     .name = "travel_class_from",
     .unit = "h",
     .long_name = "the shortest travel time of the class"},
    {.dim = DIM_CONDITION,
     .name = "condition_background",
     .unit = "1",
     .long_name = "1 where sums over all conditions leave the condition out"},
};
static const struct world_column text_columns[] = {
    {.dim = DIM_PLACE, .name = "place_name_en", .long_name = "name of the place in Latin letters"},
    {.dim = DIM_PLACE, .name = "place_prefecture", .long_name = "prefecture of the place"},
    {.dim = DIM_PLACE, .name = "place_province", .long_name = "province of the place"},
    {.dim = DIM_FACILITY, .name = "facility_place", .long_name = "code of its place"},
    {.dim = DIM_FACILITY, .name = "facility_level", .long_name = "level in the hospital system"},
    {.dim = DIM_FACILITY,
     .name = "facility_origin",
     .long_name = "named in the scenario, or the rule that made it"},
};
enum {
    NUMBERS = sizeof number_columns / sizeof number_columns[0],
    TEXTS = sizeof text_columns / sizeof text_columns[0]
};

static int read_numbers(struct world *world, size_t column, struct world_column *to, struct err *err)
{
    const size_t size = world->ledger.size[number_columns[column].dim];
    double *values = arena_zeroed(&world->arena, size, sizeof *values, err);
    if (values == NULL)
        return -1;
    for (size_t i = 0; i < size && column != REMOTENESS; i++)
        values[i] = column_value(world, column, i);
    if (column == REMOTENESS && column_remoteness(world, values, err) != 0)
        return -1;
    *to = number_columns[column];
    to->values = values;
    return 0;
}

static int read_texts(struct world *world, size_t column, struct world_column *to, struct err *err)
{
    const size_t size = world->ledger.size[text_columns[column].dim];
    const char **values = texts(world, size, err);
    if (values == NULL)
        return -1;
    for (size_t i = 0; i < size; i++)
        values[i] = column_text(world, column, i);
    *to = text_columns[column];
    to->texts = values;
    return 0;
}

int readout_columns(struct world *world, struct err *err)
{
    world->columns = arena_zeroed(&world->arena, NUMBERS + TEXTS, sizeof *world->columns, err);
    if (world->columns == NULL)
        return -1;
    for (size_t c = 0; c < NUMBERS; c++)
        if (read_numbers(world, c, &world->columns[c], err) != 0)
            return -1;
    for (size_t c = 0; c < TEXTS; c++)
        if (read_texts(world, c, &world->columns[NUMBERS + c], err) != 0)
            return -1;
    world->column_count = NUMBERS + TEXTS;
    return 0;
}

/* --- asked by study/ --- */

const struct scenario *world_scenario(const struct world *world)
{
    return world->scenario;
}

uint64_t world_events(const struct world *world)
{
    return onset_events(world);
}

struct world_cut world_cut(const struct world *world)
{
    return (struct world_cut){.partitions = world->partitions,
                              .merged_because = world->cut_because,
                              .window_us = world->window_us,
                              .far_window_us = world->far_window_us,
                              .window_set_by = world->window_set_by};
}

uint64_t world_fingerprint(const struct world *world)
{
    return world->pathways.fingerprint ^ demand_fingerprint(&world->demand);
}

struct world_dimension world_dimension(const struct world *world, enum ledger_dim dim)
{
    return world->dimension[dim];
}

const struct ledger *world_ledger(const struct world *world)
{
    return &world->ledger;
}

size_t world_columns(const struct world *world, const struct world_column **columns)
{
    *columns = world->columns;
    return world->column_count;
}

size_t world_periods(const struct world *world, const struct world_period **periods)
{
    *periods = world->periods;
    return world->policy_count;
}

size_t world_flows(const struct world *world, const struct world_flow **flows)
{
    *flows = world->catchments.flow;
    return world->catchments.count;
}

size_t world_metrics(const struct world *world, const struct metric **metrics)
{
    *metrics = world->metrics;
    return world->metric_count;
}

struct world_sample world_sample(const struct world *world)
{
    struct world_sample sample = {.share = world->geography.sample_share,
                                  .prefectures = world->geography.sample_prefectures};
    for (size_t f = 0; f < world->facilities.count; f++)
        sample.outside += world->facilities.facility[f].outside;
    return sample;
}

size_t world_targets(const struct world *world, const struct target_value **targets)
{
    *targets = world->targets;
    return world->target_count;
}

int world_trace(struct world *world, struct err *err)
{
    for (unsigned p = 0; p < world->partitions; p++) {
        struct partition *part = &world->view[p]->part;
        if (part->trace == NULL)
            part->trace = trace_new(err);
        if (part->trace == NULL)
            return -1;
    }
    onset_one_by_one(world);
    return 0;
}

size_t world_visits(const struct world *world)
{
    return world->part.trace == NULL ? 0 : world->part.trace->count;
}

struct world_visit world_visit(const struct world *world, size_t i)
{
    static const char *const hows[TRACE_HOWS] = {"served",      "blocked",  "interrupted", "reneged",
                                                 "transferred", "rejected", "balked",      ""};
    const struct trace_row *row = &world->part.trace->row[i];
    const char *station = "", *service = NULL;
    if (row->station >= 0) {
        station = world->facilities.ward[row->station].id;
    } else if (row->station != TRACE_NOWHERE) {
        const struct offer *offer = &world->facilities.offer[TRACE_OFFERS - row->station];
        station = world->facilities.facility[offer->facility].id;
        service = world->services[offer->service].spec->id;
    }
    return (struct world_visit){.condition = world->pathways.condition[row->condition].id,
                                .place =
                                    world->geography.trivial ? NULL : world->geography.place[row->place].code,
                                .ordinal = row->ordinal,
                                .visit = row->visit,
                                .station = station,
                                .service = service,
                                .time_us = {row->arrived_us, row->started_us, row->ended_us, row->left_us},
                                .how = hows[row->how]};
}
