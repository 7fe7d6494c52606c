#ifndef COUNTERPART_TESTS_FAKE_WORLD_H
#define COUNTERPART_TESTS_FAKE_WORLD_H

/* Stands in for models/world.c: a world whose numbers can be told in advance. One place, two facilities, one
 * condition, one service, no expert, two provinces; steps of 31 and 28 days. Define what a test wants in
 * `fake`. */

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "models/ledger.h"
#include "models/world.h"
#include "sim/mem.h"
#include "sim/state.h"

#define FAKE_DAY_US INT64_C(86400000000)
enum { FAKE_NONE = UINT32_MAX };

struct fake {
    uint32_t fails_from;    /* replications from this one on fail */
    uint32_t unbuildable;   /* this replication cannot be built */
    uint32_t other_metrics; /* this replication has a metric of another name */
    uint32_t slow;          /* this replication takes 50 ms */
    bool no_targets;
    atomic_uint built, freed, ran, saved, restored;
};

static struct fake fake = {
    .fails_from = FAKE_NONE, .unbuildable = FAKE_NONE, .other_metrics = FAKE_NONE, .slow = FAKE_NONE};

struct world {
    const struct scenario *scenario;
    uint32_t replication;
    struct ledger ledger;
    struct metric metrics[3];
    struct target_value targets[3];
    bool traced;
    int64_t now_us;
};

static const char *const fake_places[] = {"152221"}, *const fake_place_names[] = {"科尔沁右翼前旗"};
static const char *const fake_facilities[] = {"banner", "capital"};
static const char *const fake_facility_names[] = {"Banner hospital", "Capital hospital"};
static const char *const fake_conditions[] = {"ais"}, *const fake_services[] = {"thrombectomy"};
static const char *const fake_provinces[] = {"内蒙古自治区", "北京市"};
static const char *const fake_classes[] = {"0 h", "1 h"};
static const double fake_population[] = {337000};
static const struct world_column fake_columns[] = {{.dim = DIM_PLACE,
                                                    .name = "place_population",
                                                    .unit = "1",
                                                    .long_name = "people",
                                                    .values = fake_population}};

struct world *world_new(const struct scenario *scenario, uint32_t replication, struct err *err)
{
    static const int64_t bounds[] = {0, 31 * FAKE_DAY_US, 59 * FAKE_DAY_US};
    static const size_t sizes[LEDGER_DIMS] = {1, 2, 1, 1, 0, 2, 2, 2, 2};
    if (replication == fake.unbuildable) {
        err_add(err, "x.cfg:3: places: none is left");
        err_add(err, "x.cfg:4: facilities: none is left");
        return NULL;
    }
    struct world *world = mem_zeroed(1, sizeof *world, err);
    if (world == NULL)
        return NULL;
    world->scenario = scenario;
    world->replication = replication;
    if (ledger_init(&world->ledger, sizes, bounds, 2, 1, err) != 0) {
        ledger_free(&world->ledger);
        free(world);
        return NULL;
    }
    atomic_fetch_add(&fake.built, 1);
    return world;
}

void world_free(struct world *world)
{
    if (world == NULL)
        return;
    atomic_fetch_add(&fake.freed, 1);
    ledger_free(&world->ledger);
    free(world);
}

static int fake_count(struct world *world, struct err *err)
{
    struct ledger *ledger = &world->ledger;
    for (size_t step = 0; step < 2; step++) {
        for (int group = 0; group < LEDGER_GROUPS; group++) {
            enum ledger_dim dims[2];
            const unsigned rank = ledger_group_dims((enum ledger_group)group, dims);
            const size_t cells = ledger->size[dims[0]] * (rank > 1 ? ledger->size[dims[1]] : 1) *
                                 ledger_group_width((enum ledger_group)group);
            for (size_t i = 0; i < cells; i++)
                ledger->cells[group][i] = (int64_t)(1000 * world->replication + 100 * step + i);
        }
        if (ledger_close_step(ledger, err) != 0)
            return -1;
    }
    return 0;
}

void world_forget_patients(struct world *world)
{
    (void)world;
}

int world_run(struct world *world, world_progress *progress, void *data, struct err *err)
{
    atomic_fetch_add(&fake.ran, 1);
    if (world->replication == fake.slow)
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    if (progress != NULL)
        progress(data, 0.5);
    if (world->replication >= fake.fails_from)
        return err_fail(err, "a deadlock at banner.angio");
    if (fake_count(world, err) != 0)
        return -1;
    const double r = world->replication;
    world->metrics[0] = (struct metric){"procedures", "1", 100 + r};
    world->metrics[1] = (struct metric){"station/desk/wait_mean", "h", world->replication == 0 ? NAN : 2 * r};
    world->metrics[2] = (struct metric){"never", "d", NAN};
    if (world->replication == fake.other_metrics)
        world->metrics[2].name = "sometimes";
    world->targets[0] = (struct target_value){"D3", "fit", "staff_independent", "1", 101, 100, 102, 100 + r};
    world->targets[1] = (struct target_value){"D4", "predict", "procedures", "1", 300, 290, NAN, 100 + r};
    world->targets[2] = (struct target_value){"A1", "context", "beds", "1", 36, NAN, NAN, 36};
    return 0;
}

int world_run_until(struct world *world, int64_t until_us, world_progress *progress, void *data,
                    struct err *err)
{
    (void)progress;
    (void)data;
    (void)err;
    world->now_us = until_us;
    return 0;
}

const struct scenario *world_scenario(const struct world *world)
{
    return world->scenario;
}

int64_t world_end_us(const struct world *world)
{
    (void)world;
    return 59 * FAKE_DAY_US;
}

char *world_base(const struct world *world, int64_t at_us, struct err *err)
{
    (void)world;
    (void)at_us;
    return mem_text("a base", err);
}

int world_save(const struct world *world, struct state_writer *writer, struct err *err)
{
    atomic_fetch_add(&fake.saved, 1);
    state_put_u64(writer, world->replication);
    state_put_i64(writer, world->now_us);
    return state_written(writer, err);
}

int world_restore(struct world *world, struct state_reader *reader, struct err *err)
{
    atomic_fetch_add(&fake.restored, 1);
    if (state_get_u64(reader) != world->replication)
        state_refuse(reader, "is of another replication");
    world->now_us = state_get_i64(reader);
    return state_read_well(reader, err);
}

uint64_t world_events(const struct world *world)
{
    return 10 + world->replication;
}

uint64_t world_fingerprint(const struct world *world)
{
    return 0xabc0 + world->replication;
}

struct world_dimension world_dimension(const struct world *world, enum ledger_dim dim)
{
    switch (dim) {
    case DIM_PLACE:
        return (struct world_dimension){"place", "place", 1, fake_places, fake_place_names};
    case DIM_FACILITY:
        return (struct world_dimension){"facility", "facility", 2, fake_facilities, fake_facility_names};
    case DIM_CONDITION:
        return (struct world_dimension){"condition", "condition", 1, fake_conditions, fake_conditions};
    case DIM_SERVICE:
        return (struct world_dimension){"service", "service", 1, fake_services, fake_services};
    case DIM_HOME_PROVINCE:
        return (struct world_dimension){"home_province", "home", 2, fake_provinces, fake_provinces};
    case DIM_PROVINCE:
        return (struct world_dimension){"province", "province", 2, fake_provinces, fake_provinces};
    case DIM_WAIT_CLASS:
        return (struct world_dimension){"wait_class", "wait", 2, fake_classes, fake_classes};
    case DIM_FLOW:
        return (struct world_dimension){"flow", "flow", 0, NULL, NULL};
    case DIM_TRAVEL_CLASS:
        return (struct world_dimension){"travel_class", "travel", 2, fake_classes, fake_classes};
    default:
        return (struct world_dimension){"expert", "expert", world->ledger.size[DIM_EXPERT], NULL, NULL};
    }
}

const struct ledger *world_ledger(const struct world *world)
{
    return &world->ledger;
}

size_t world_periods(const struct world *world, const struct world_period **periods)
{
    (void)world;
    *periods = NULL;
    return 0;
}

int world_set_threads(struct world *world, unsigned threads, struct err *err)
{
    (void)world;
    (void)threads;
    (void)err;
    return 0;
}

struct world_cut world_cut(const struct world *world)
{
    (void)world;
    return (struct world_cut){.partitions = 1, .merged_because = "it is not real"};
}

size_t world_columns(const struct world *world, const struct world_column **columns)
{
    (void)world;
    *columns = fake_columns;
    return 1;
}

/* From the only place to facility 1 in step 1; in odd replications to facility 0 in step 0, too. */
size_t world_flows(const struct world *world, const struct world_flow **flows)
{
    static const struct world_flow listed[] = {{0, 0, 0, 5}, {1, 0, 1, 7}};
    const bool odd = world->replication % 2 == 1;
    *flows = odd ? listed : listed + 1;
    return odd ? 2 : 1;
}

size_t world_metrics(const struct world *world, const struct metric **metrics)
{
    *metrics = world->metrics;
    return 3;
}

size_t world_targets(const struct world *world, const struct target_value **targets)
{
    *targets = world->targets;
    return fake.no_targets ? 0 : 3;
}

int world_trace(struct world *world, struct err *err)
{
    (void)err;
    world->traced = true;
    return 0;
}

/* As many as the number of the replication. */
size_t world_visits(const struct world *world)
{
    return world->traced ? world->replication : 0;
}

struct world_visit world_visit(const struct world *world, size_t i)
{
    return (struct world_visit){.condition = "ais",
                                .place = "the \"banner\"",
                                .ordinal = 7,
                                .visit = (uint32_t)i,
                                .station = world->replication == 1 ? "a,b" : "banner",
                                .service = world->replication == 1 ? NULL : "thrombectomy",
                                .time_us = {0, 1500000, INT64_MAX, 2000000000001},
                                .how = "served"};
}

/* Nobody lives here. */
int world_keep_fates(struct world *world, const char *folder, struct err *err)
{
    (void)world;
    (void)folder;
    (void)err;
    return 0;
}

void world_leave_out(struct world *world, size_t stream, uint32_t ordinal)
{
    (void)world;
    (void)stream;
    (void)ordinal;
}

size_t world_streams(const struct world *world)
{
    (void)world;
    return 0;
}

struct world_stream world_stream(const struct world *world, size_t i)
{
    (void)world;
    (void)i;
    return (struct world_stream){.count = 0};
}

const char *world_class(const struct world *world, size_t stream, unsigned class_)
{
    (void)world;
    (void)stream;
    (void)class_;
    return "";
}

void world_fates(const struct world *world, size_t stream, size_t first, size_t count, uint64_t *codes)
{
    (void)world;
    (void)stream;
    (void)first;
    (void)count;
    (void)codes;
}

/* 2019-01-01, seed 7. */
static struct scenario fake_scenario(int64_t replications)
{
    return (struct scenario){.run = {.title = "A title",
                                     .start_us = INT64_C(1546300800000000),
                                     .replications = replications,
                                     .max_file_bytes = 1000000000,
                                     .seed = "7"},
                             .path = "/some/where/x.cfg",
                             .written = "scenario: {};",
                             .resolved = "scenario: { seed = \"7\"; };"};
}

#endif
