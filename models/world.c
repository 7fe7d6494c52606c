#include "models/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/beds.h"
#include "models/care.h"
#include "models/case.h"
#include "models/metrics.h"
#include "models/partition.h"
#include "models/plain.h"
#include "models/planning.h"
#include "models/readout.h"
#include "models/saving.h"
#include "models/stay.h"
#include "models/targets.h"
#include "models/trace.h"
#include "models/visit.h"
#include "models/world_parts.h"
#include "sim/window.h"

enum { FIRST_PATIENTS = 256, PROGRESS_PARTS = 200 };

/* --- time ---------------------------------------------------------------- */

/* Flows between more provinces than this are not counted: they would fill the memory. */
enum { MOST_PROVINCES = 128 };

static int init_ledger(struct world *world, struct err *err)
{
    const size_t provinces = world->geography.provinces <= MOST_PROVINCES ? world->geography.provinces : 0;
    const int step = world->scenario->run.step;
    int64_t *bounds = NULL;
    size_t capacity = 0, count = 0, first_step = 0;
    int result = -1;
    int64_t next_us = 0;
    for (int64_t n = 0; next_us < world->end_us;) {
        int64_t *grown = mem_grow(bounds, &capacity, count + 3, sizeof *bounds, err);
        if (grown == NULL)
            goto out;
        bounds = grown;
        bounds[count++] = next_us;
        int64_t later_us = step == STEP_NONE ? world->end_us : planning_step(world, step, n + 1);
        if (later_us > world->end_us)
            later_us = world->end_us;
        if (next_us < world->warmup_us && world->warmup_us < later_us)
            bounds[count++] = world->warmup_us;
        next_us = later_us;
        n++;
    }
    bounds[count] = world->end_us;
    while (first_step < count && bounds[first_step] < world->warmup_us)
        first_step++;
    const size_t size[LEDGER_DIMS] = {[DIM_PLACE] = world->geography.count,
                                      [DIM_FACILITY] = world->facilities.count,
                                      [DIM_CONDITION] = world->pathways.count,
                                      [DIM_SERVICE] = world->facilities.service_count,
                                      [DIM_EXPERT] = world->experts.count,
                                      [DIM_HOME_PROVINCE] = provinces,
                                      [DIM_PROVINCE] = provinces,
                                      [DIM_WAIT_CLASS] = world->geography.trivial ? 0 : REACH_WAIT_CLASSES,
                                      [DIM_TRAVEL_CLASS] =
                                          world->geography.trivial ? 0 : REACH_TRAVEL_CLASSES};
    result = ledger_init(&world->ledger, size, bounds, count, first_step, err);
out:
    free(bounds);
    return result;
}

static int init_background(struct world *world, struct err *err)
{
    world->background = arena_zeroed(&world->arena, world->pathways.count, sizeof *world->background, err);
    if (world->background == NULL)
        return -1;
    for (size_t c = 0; c < world->pathways.count; c++)
        world->background[c] = world->pathways.condition[c].spec->background;
    return 0;
}

static int init_times(struct world *world, struct err *err)
{
    const struct run_spec *run = &world->scenario->run;
    const int64_t warm_us = key_span_after(run->start_us, run->warmup);
    world->warmup_us = warm_us - run->start_us;
    world->end_us = key_span_after(warm_us, run->length) - run->start_us;
    if (world->end_us <= world->warmup_us)
        return scenario_blame(world->scenario, &run->length, err,
                              "the run has no length; write length = \"1 y\", say");
    return 0;
}

/* --- building ------------------------------------------------------------ */

static int init_services(struct world *world, struct err *err)
{
    const struct key_list *specs = &world->scenario->services;
    world->services = arena_zeroed(&world->arena, specs->count, sizeof *world->services, err);
    if (world->services == NULL)
        return -1;
    for (size_t s = 0; s < specs->count; s++) {
        const struct service_spec *spec = SCENARIO_ITEM(*specs, struct service_spec, s);
        const struct dist *independence = NULL;
        if (pathways_dist(&world->pathways, world->scenario,
                          (const struct dist_spec *const *)&spec->independence, &independence, err) != 0)
            return -1;
        world->services[s] = (struct service){.spec = spec,
                                              .independence = independence,
                                              .hash = rng_hash(spec->id),
                                              .learning_per_case = 1 - exp(-3 / spec->plateau_cases)};
    }
    return 0;
}

/* Those who work from the start leave some day too. */
static void init_staff(struct world *world)
{
    for (size_t o = 0; o < world->facilities.offer_count; o++) {
        struct offer *offer = &world->facilities.offer[o];
        for (size_t p = 0; p < offer->count; p++)
            offer->people[p].leaves_us = skill_leaving(offer, &world->services[offer->service], &world->rng,
                                                       offer->people[p].number, 0);
    }
}

/* Interruptions and relief are about one server and one patient. */
static int check_stations(const struct world *world, struct err *err)
{
    int failed = 0;
    for (size_t i = 0; i < world->scenario->stations.count; i++) {
        const struct station_spec *spec = SCENARIO_ITEM(world->scenario->stations, struct station_spec, i);
        const struct ward *ward = &world->facilities.ward[facilities_ward(&world->facilities, spec->id)];
        if (ward->joint && (ward->in_service != NULL || ward->relief))
            failed |= scenario_blame(
                world->scenario, spec, err,
                "patients here need something else as well; preemption, interrupt and relief are "
                "possible where one server is all they need");
    }
    return failed;
}

/* Whether anybody can be interrupted, hold servers from one stage to the next, or ask elsewhere. */
static bool needs_extra(const struct world *world)
{
    for (size_t w = 0; w < world->facilities.ward_count; w++)
        if (world->facilities.ward[w].in_service != NULL)
            return true;
    for (size_t s = 0; s < world->pathways.stage_count; s++)
        if (world->pathways.stage[s].previous != PREVIOUS_RELEASE)
            return true;
    return world->has_remote;
}

static bool asks_elsewhere(const struct world *world)
{
    for (size_t s = 0; s < world->pathways.stage_count; s++)
        if (world->pathways.stage[s].asks != ASKS_NOBODY)
            return true;
    return false;
}

static void init_levels(struct world *world)
{
    for (size_t w = 0; w < world->facilities.ward_count; w++) {
        const struct ward *ward = &world->facilities.ward[w];
        if (ward->measure >= 0)
            tally_level_set(&measure_of(&world->measures, ward->measure, 0)->servers, 0,
                            ward->station.servers);
    }
}

static int parse_seed(const struct world *world, uint64_t *seed, struct err *err)
{
    const char *text = world->scenario->run.seed;
    uint64_t value = 0;
    bool good = *text != '\0';
    for (const char *c = text; *c != '\0' && good; c++)
        good = *c >= '0' && *c <= '9' && !__builtin_mul_overflow(value, UINT64_C(10), &value) &&
               !__builtin_add_overflow(value, (uint64_t)(*c - '0'), &value);
    *seed = value;
    if (!good)
        return scenario_blame(world->scenario, &world->scenario->run.seed, err,
                              "\"%s\" is not a seed; write digits, at most 18446744073709551615", text);
    return 0;
}

static int build(struct world *world, struct err *err)
{
    const struct scenario *scenario = world->scenario;
    uint64_t seed = 0;
    if (parse_seed(world, &seed, err) != 0 || init_times(world, err) != 0)
        return -1;
    world->rng = rng_of(seed, world->replication);
    if (geography_init(&world->geography, scenario, &world->arena, err) != 0)
        return -1;
    int failed = facilities_init(&world->facilities, scenario, &world->geography, &world->arena, err);
    if (failed == 0)
        failed = pathways_init(&world->pathways, scenario, &world->facilities, &world->arena, err);
    if (failed != 0 || init_services(world, err) != 0 || rules_init(world, err) != 0)
        return -1;
    init_staff(world);
    if (demand_init(&world->demand, scenario, &world->geography, &world->pathways, &world->arena, err) != 0 ||
        init_background(world, err) != 0 || experts_init(&world->experts, world, err) != 0 ||
        init_ledger(world, err) != 0)
        return -1;
    if (world->pathways.loop_stages * sizeof(uint32_t) + sizeof(struct patient) + sizeof(struct baggage) >
            MESSAGE_BYTES &&
        world->facilities.count > 0)
        return err_fail(err,
                        "a pathway that goes back has %zu stages; at most %zu are possible where there are "
                        "facilities",
                        world->pathways.loop_stages,
                        (MESSAGE_BYTES - sizeof(struct patient) - sizeof(struct baggage)) / sizeof(uint32_t));
    if (measures_init(&world->measures, scenario, world->pathways.count > 1 ? world->pathways.count : 0,
                      world->warmup_us, world->end_us, err) != 0 ||
        observe_init(world, err) != 0 || patients_init(&world->part.patients, FIRST_PATIENTS, err) != 0 ||
        policies_init(world, err) != 0 ||
        luck_init(&world->part.luck, world->demand.count, world->pathways.stage_count, err) != 0 ||
        targets_init(world, err) != 0 || readout_dimensions(world, err) != 0 ||
        readout_columns(world, err) != 0)
        return -1;
    if (check_stations(world, err) != 0)
        return -1;
    world->has_remote = world->has_remote || asks_elsewhere(world);
    world->has_extra = needs_extra(world);
    plain_compile(world);
    stay_compile(world);
    visit_compile(world);
    init_levels(world);
    beds_init(world);
    if (choices_init(world, err) != 0 || catchment_init(world, err) != 0 || partition_cut(world, err) != 0 ||
        onset_init(world, err) != 0)
        return -1;
    world->week = planning_week(world, 0);
    return 0;
}

static const void *view_of(const void *data, unsigned partition)
{
    return ((const struct world *)data)->view[partition];
}

/* Few pending events are best kept in a heap; many in buckets of a few thousand each: the first events of a
 * bucket are not fetched ahead, and the longer the buckets, the fewer events lie beyond the ring of them. But
 * what is sent off in a window is not due in the same bucket, where it would not be fetched ahead either.
 * Patients are pending for a week, say. */
enum { IN_A_BUCKET = 2000 };

static int64_t bucket_us(const struct world *world)
{
    double per_s = 0;
    for (size_t s = 0; s < world->demand.count; s++)
        per_s += world->demand.stream[s].rate_per_s;
    per_s /= world->partitions;
    if (per_s * 7 * 86400 < 5000)
        return 0;
    const int64_t most_us =
        world->partitions > 1 && world->window_us < WINDOW_HOUR_US ? world->window_us : WINDOW_HOUR_US;
    const double width_us = IN_A_BUCKET / (2 * per_s) * 1e6;
    return width_us < 1e3 ? 1000 : width_us > (double)most_us ? most_us : (int64_t)width_us;
}

static int make_engine(struct world *world, struct err *err)
{
    static const struct engine_model model = {.handle = care_handle,
                                              .deliver = care_deliver,
                                              .plan = planning_act,
                                              .next_plan = planning_next,
                                              .lookahead = partition_lookahead,
                                              .compare = care_compare,
                                              .context = view_of,
                                              .prefetch = foresight_prefetch};
    world->engine = engine_new(&model, world, world->partitions, world->window_us, bucket_us(world), err);
    if (world->engine == NULL)
        return -1;
    for (unsigned p = 1; p < world->partitions; p++)
        world->view[p]->engine = world->engine;
    care_start(world);
    return 0;
}

struct world *world_new(const struct scenario *scenario, uint32_t replication, struct err *err)
{
    struct world *world = mem_zeroed(1, sizeof *world, err);
    if (world == NULL)
        return NULL;
    world->scenario = scenario;
    world->replication = replication;
    if (build(world, err) != 0 || make_engine(world, err) != 0) {
        world_free(world);
        return NULL;
    }
    return world;
}

void world_free(struct world *world)
{
    if (world == NULL)
        return;
    engine_free(world->engine);
    fates_free(world->fates);
    partition_free(world);
    measures_free(&world->measures);
    ledger_free(&world->ledger);
    catchments_free(&world->catchments);
    facilities_free(&world->facilities);
    pathways_free(&world->pathways);
    geography_free(&world->geography);
    free(world->metrics);
    arena_free(&world->arena);
    free(world);
}

/* --- running --------------------------------------------- */

/* The rows of all partitions in one order. */
static int gather_trace(struct world *world, struct err *err)
{
    struct trace *whole = world->part.trace;
    if (whole == NULL)
        return 0;
    for (unsigned p = 1; p < world->partitions; p++) {
        struct trace *own = world->view[p]->part.trace;
        if (trace_close(own, err) != 0 || trace_append(whole, own, err) != 0)
            return -1;
    }
    return trace_close(whole, err);
}

int world_keep_fates(struct world *world, const char *folder, struct err *err)
{
    world->fates = fates_new(world, folder, err);
    for (unsigned p = 1; p < world->partitions; p++)
        world->view[p]->fates = world->fates;
    /* Of plain stages nothing is told; elsewhere the same happens. */
    for (size_t s = 0; s < world->pathways.stage_count; s++)
        world->pathways.stage[s].direct = false;
    onset_one_by_one(world);
    return world->fates == NULL ? -1 : 0;
}

void world_leave_out(struct world *world, size_t stream, uint32_t ordinal)
{
    fates_leave_out(world->fates, (uint32_t)stream, ordinal);
}

size_t world_streams(const struct world *world)
{
    return 2 * world->demand.count;
}

struct world_stream world_stream(const struct world *world, size_t i)
{
    const bool backlog = i >= world->demand.count;
    const uint32_t s = (uint32_t)(i - (backlog ? world->demand.count : 0));
    const struct stream *stream = &world->demand.stream[s];
    return (struct world_stream){.place = world->dimension[DIM_PLACE].labels[stream->place],
                                 .condition = world->dimension[DIM_CONDITION].labels[stream->condition],
                                 .identity = rng_mix(stream->hash + backlog),
                                 .count = fates_count(world, s, backlog),
                                 .classes = world->pathways.condition[stream->condition].severities};
}

const char *world_class(const struct world *world, size_t stream, unsigned class_)
{
    const size_t s = stream < world->demand.count ? stream : stream - world->demand.count;
    const struct condition *condition = &world->pathways.condition[world->demand.stream[s].condition];
    const struct key_list *classes = &condition->spec->classes;
    return class_ < classes->count ? SCENARIO_ITEM(*classes, struct class_spec, class_)->id : "";
}

void world_fates(const struct world *world, size_t stream, size_t first, size_t count, uint64_t *codes)
{
    const bool backlog = stream >= world->demand.count;
    const size_t s = stream - (backlog ? world->demand.count : 0);
    fates_copy(world, (uint32_t)s, backlog, first, count, codes);
}

int world_set_threads(struct world *world, unsigned threads, struct err *err)
{
    return engine_set_threads(world->engine, threads < 1 ? 1 : threads, err);
}

int world_run_until(struct world *world, int64_t until_us, world_progress *progress, void *data,
                    struct err *err)
{
    const int64_t now_us = engine_now(world->engine, 0), step_us = world->end_us / PROGRESS_PARTS + 1;
    world->until_us = until_us;
    planning_set_quiet(world, now_us);
    for (int64_t to_us = now_us - now_us % step_us; to_us < until_us;) {
        to_us = to_us + step_us < until_us ? to_us + step_us : until_us;
        if (engine_run(world->engine, to_us, err) != 0)
            return -1;
        if (progress != NULL)
            progress(data, (double)to_us / (double)world->end_us);
    }
    return 0;
}

int64_t world_end_us(const struct world *world)
{
    return world->end_us;
}

int64_t world_warmup_us(const struct world *world)
{
    return world->warmup_us;
}

/* Policies that are not active have no period. */
static bool starts_before(const struct world *world, const char *policy, int64_t at_us)
{
    for (size_t i = 0; i < world->policy_count; i++)
        if (strcmp(world->periods[i].policy, policy) == 0)
            return world->periods[i].from_us < at_us;
    return false;
}

char *world_base(const struct world *world, int64_t at_us, struct err *err)
{
    const struct key_list *policies = &world->scenario->policies;
    bool *without = mem_zeroed(policies->count, sizeof *without, err);
    for (size_t i = 0; without != NULL && i < policies->count; i++)
        without[i] = !starts_before(world, SCENARIO_ITEM(*policies, struct policy_head, i)->name, at_us);
    char *text = without == NULL ? NULL : scenario_write_base(world->scenario, without, err);
    free(without);
    return text;
}

int world_save(const struct world *world, struct state_writer *writer, struct err *err)
{
    return saving_save(world, writer, err);
}

int world_restore(struct world *world, struct state_reader *reader, struct err *err)
{
    return saving_restore(world, reader, err);
}

int world_run(struct world *world, world_progress *progress, void *data, struct err *err)
{
    if (world_run_until(world, world->end_us, progress, data, err) != 0)
        return -1;
    observe_now(world, world->end_us);
    if (planning_close_step(world, world->end_us, err) != 0)
        return -1;
    if (catchment_complete(world, err) != 0 || partition_gather(world, err) != 0)
        return -1;
    targets_evaluate(world);
    if (gather_trace(world, err) != 0)
        return -1;
    return metrics_compute(world, err);
}

void world_forget_patients(struct world *world)
{
    engine_end(world->engine);
    partition_forget_patients(world);
}
