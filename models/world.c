#include "models/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/care.h"
#include "models/metrics.h"
#include "models/partition.h"
#include "models/targets.h"
#include "models/trace.h"
#include "models/world_parts.h"
#include "sim/window.h"

enum { FIRST_PATIENTS = 256, PROGRESS_PARTS = 200 };

/* --- time ---------------------------------------------------------------- */

static struct key_span step_span(int step, int64_t n)
{
    switch (step) {
    case STEP_DAY:
        return (struct key_span){.us = n * WINDOW_DAY_US};
    case STEP_WEEK:
        return (struct key_span){.us = n * 7 * WINDOW_DAY_US};
    case STEP_MONTH:
        return (struct key_span){.months = n};
    default:
        return (struct key_span){.months = 12 * n};
    }
}

/* The n-th bound of steps of a kind, since the start. */
static int64_t step_bound(const struct world *world, int step, int64_t n)
{
    const int64_t start_us = world->scenario->run.start_us;
    return key_span_after(start_us, step_span(step, n)) - start_us;
}

static int init_ledger(struct world *world, struct err *err)
{
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
        int64_t later_us = step == STEP_NONE ? world->end_us : step_bound(world, step, n + 1);
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
                                      [DIM_EXPERT] = world->scenario->experts.count};
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

/* --- planning ------------------------------------------------------------ */

static bool plans(const struct world *world)
{
    return world->scenario->run.planning != STEP_NONE &&
           (world->policy_count > 0 || world->facilities.offer_count > 0);
}

/* The first planning epoch after a time. */
static int64_t planning_after(const struct world *world, int64_t now_us)
{
    if (!plans(world))
        return INT64_MAX;
    const int step = world->scenario->run.planning;
    int64_t n = step == STEP_DAY    ? now_us / WINDOW_DAY_US
                : step == STEP_WEEK ? now_us / (7 * WINDOW_DAY_US)
                                    : now_us / ((step == STEP_MONTH ? 31 : 366) * WINDOW_DAY_US);
    while (step_bound(world, step, n) <= now_us)
        n++;
    return step_bound(world, step, n);
}

static int64_t next_plan(const void *data, int64_t now_us)
{
    const struct world *world = data;
    int64_t next_us = world->next_plan_us > now_us ? world->next_plan_us : planning_after(world, now_us);
    const int64_t due_us = observe_due(&world->observe);
    next_us = due_us < next_us ? due_us : next_us;
    const struct ledger *ledger = &world->ledger;
    for (size_t s = ledger->step; s <= ledger->steps; s++)
        if (ledger->step_from_us[s] > now_us) {
            if (ledger->step_from_us[s] < next_us)
                next_us = ledger->step_from_us[s];
            break;
        }
    return next_us;
}

/* What patients believe of waiting moves a tenth of the way to what they hear. */
static void update_beliefs(struct world *world, int64_t passed_us, int64_t now_us)
{
    for (size_t o = 0; o < world->facilities.offer_count; o++) {
        struct offer *offer = &world->facilities.offer[o];
        double heard_us = 0;
        if (offer->begun > 0)
            heard_us = (double)offer->waited_us / (double)offer->begun;
        else if (offer->believed_wait_us > 0)
            heard_us = offer_given(offer) ? 0 : offer->believed_wait_us + (double)passed_us;
        offer->believed_wait_us += 0.1 * (heard_us - offer->believed_wait_us);
        offer->begun = offer->waited_us = 0;
        offer->believed_proficiency = 0;
        for (size_t p = 0; p < offer->count; p++) {
            const struct person *person = &offer->people[p];
            if (person->role != ROLE_TRAINEE && !person->gone)
                offer->believed_proficiency =
                    fmax(offer->believed_proficiency,
                         skill_proficiency(&world->services[offer->service], person, now_us));
        }
    }
}

/* Number of the week, from Monday to Sunday. 1970-01-05 was a Monday. */
static int64_t week_of(const struct world *world, int64_t now_us)
{
    const int64_t monday_us = 4 * WINDOW_DAY_US, week_us = 7 * WINDOW_DAY_US;
    const int64_t since_us = world->scenario->run.start_us - monday_us + now_us;
    return since_us / week_us - (since_us % week_us < 0);
}

/* On Mondays everybody's working week begins anew. */
static void begin_week(struct world *world, int64_t now_us)
{
    const int64_t week = week_of(world, now_us);
    if (world->week == week)
        return;
    world->week = week;
    for (size_t e = 0; e < world->experts.count; e++)
        world->experts.expert[e].worked_us = 0;
    for (size_t e = 0; e < world->experts.count; e++)
        if (world->experts.expert[e].at_offer >= 0)
            world_recheck(world, world->facilities.offer[world->experts.expert[e].at_offer].facility, now_us);
}

static void let_staff_leave(struct world *world, int64_t now_us)
{
    for (size_t o = 0; o < world->facilities.offer_count; o++) {
        struct offer *offer = &world->facilities.offer[o];
        for (size_t p = 0; p < offer->count; p++)
            if (!offer->people[p].gone && offer->people[p].leaves_us <= now_us) {
                offer_remove(offer, p);
                world_recheck(world, offer->facility, now_us);
            }
    }
}

/* The levels at the end of a step, from the people of each offer. */
static void note_levels(struct world *world, int64_t now_us)
{
    for (size_t o = 0; o < world->facilities.offer_count; o++) {
        const struct offer *offer = &world->facilities.offer[o];
        int64_t *cell = world_fs(world, offer->facility, offer->service);
        double proficiency = 0;
        cell[FS_staff_independent] = cell[FS_experts_visiting] = cell[FS_trainees] = 0;
        for (size_t p = 0; p < offer->count; p++) {
            const struct person *person = &offer->people[p];
            if (person->gone)
                continue;
            cell[FS_staff_independent] += person->role == ROLE_LOCAL;
            cell[FS_experts_visiting] += person->role == ROLE_VISITOR;
            cell[FS_trainees] += person->role == ROLE_TRAINEE;
            if (person->role == ROLE_LOCAL)
                proficiency += skill_proficiency(&world->services[offer->service], person, now_us);
        }
        cell[FS_proficiency] = cell[FS_staff_independent] == 0
                                   ? 0
                                   : llround(proficiency / (double)cell[FS_staff_independent] * 1e6);
    }
}

static void close_step(struct world *world, int64_t now_us)
{
    note_levels(world, now_us);
    partition_close_step(world);
    if (now_us != world->warmup_us)
        return;
    measures_restart(&world->measures, now_us);
    partition_restart(world, now_us);
}

/* Levels restart at a time: what they have gathered until then is closed first by the tallies themselves. */
static int plan(void *data, int64_t now_us, struct err *err)
{
    struct world *world = data;
    struct ledger *ledger = &world->ledger;
    if (now_us > 0 && ledger->step < ledger->steps && ledger->step_from_us[ledger->step + 1] == now_us)
        close_step(world, now_us);
    observe_now(world, now_us);
    if (!plans(world) || (now_us > 0 && now_us != world->next_plan_us))
        return 0;
    const int64_t next_us = planning_after(world, now_us);
    if (now_us == 0)
        update_beliefs(world, 0, 0);
    if (now_us > 0) {
        update_beliefs(world, next_us - now_us, now_us);
        let_staff_leave(world, now_us);
        begin_week(world, now_us);
    }
    world->next_plan_us = next_us;
    if (policies_plan(world, now_us, err) != 0)
        return -1;
    partition_refresh_board(world);
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

static const char **texts(struct world *world, size_t count, struct err *err)
{
    return arena_zeroed(&world->arena, count, sizeof(const char *), err);
}

/* Ids and names of each dimension. */
static int init_dimensions(struct world *world, struct err *err)
{
    static const char *const names[LEDGER_DIMS][2] = {[DIM_PLACE] = {"place", "code of the place"},
                                                      [DIM_FACILITY] = {"facility", "id of the facility"},
                                                      [DIM_CONDITION] = {"condition", "id of the condition"},
                                                      [DIM_SERVICE] = {"service", "id of the service"},
                                                      [DIM_EXPERT] = {"expert", "id of the expert"}};
    for (size_t d = 0; d < LEDGER_DIMS; d++) {
        const size_t size = world->ledger.size[d];
        const char **labels = texts(world, size, err), **people = texts(world, size, err);
        if (labels == NULL || people == NULL)
            return -1;
        for (size_t i = 0; i < size; i++) {
            const struct scenario *scenario = world->scenario;
            const char *label = NULL, *name = NULL;
            switch ((enum ledger_dim)d) {
            case DIM_PLACE:
                label = world->geography.place[i].code;
                name = world->geography.place[i].name;
                break;
            case DIM_FACILITY:
                label = world->facilities.facility[i].id;
                name = world->facilities.facility[i].name;
                break;
            case DIM_CONDITION:
                label = world->pathways.condition[i].id;
                name = world->pathways.condition[i].spec->name;
                break;
            case DIM_SERVICE:
                label = world->services[i].spec->id;
                name = world->services[i].spec->name;
                break;
            case DIM_EXPERT:
            case LEDGER_DIMS:
                label = SCENARIO_ITEM(scenario->experts, struct expert_spec, i)->id;
                name = SCENARIO_ITEM(scenario->experts, struct expert_spec, i)->name;
                break;
            }
            labels[i] = label;
            people[i] = name != NULL ? name : label;
        }
        world->dimension[d] = (struct world_dimension){
            .name = names[d][0], .long_name = names[d][1], .size = size, .labels = labels, .names = people};
    }
    return 0;
}

enum { PLACE_NUMBERS = 4 };

/* Columns of numbers and texts along places and facilities. */
static double column_value(const struct world *world, size_t column, size_t i)
{
    const bool of_place = column < PLACE_NUMBERS;
    const struct place *place = &world->geography.place[of_place ? i : world->facilities.facility[i].place];
    const double row[] = {place->lon,
                          place->lat,
                          (double)place->population,
                          place->selected,
                          place->lon,
                          place->lat,
                          of_place ? 0 : (double)world->facilities.facility[i].beds};
    return row[column];
}

static const char *column_text(const struct world *world, size_t column, size_t i)
{
    static const char *const levels[] = {"township", "county",   "prefecture", "provincial",
                                         "regional", "national", "online"};
    if (column < 3) {
        const struct place *place = &world->geography.place[i];
        const char *row[] = {place->name_en, place->prefecture, place->province};
        return row[column];
    }
    const struct facility *facility = &world->facilities.facility[i];
    const char *row[] = {world->geography.place[facility->place].code, levels[facility->level],
                         facility->rule != NULL ? facility->rule : "named in the scenario"};
    return row[column - 3];
}

static int init_columns(struct world *world, struct err *err)
{
    static const struct world_column numbers[] = {
        {.dim = DIM_PLACE,
         .name = "place_lon",
         .unit = "degrees_east",
         .long_name = "longitude of the place"},
        {.dim = DIM_PLACE,
         .name = "place_lat",
         .unit = "degrees_north",
         .long_name = "latitude of the place"},
        {.dim = DIM_PLACE,
         .name = "place_population",
         .unit = "1",
         .long_name = "people who live in the place"},
        {.dim = DIM_PLACE,
         .name = "place_selected",
         .unit = "1",
         .long_name =
             "1 where people fall ill, 0 where the place only holds facilities or streams of its own"},
        {.dim = DIM_FACILITY,
         .name = "facility_lon",
         .unit = "degrees_east",
         .long_name = "longitude of its place"},
        {.dim = DIM_FACILITY,
         .name = "facility_lat",
         .unit = "degrees_north",
         .long_name = "latitude of its place"},
        {.dim = DIM_FACILITY, .name = "facility_beds", .unit = "1", .long_name = "beds of the facility"},
    };
    static const struct world_column texts_[] = {
        {.dim = DIM_PLACE, .name = "place_name_en", .long_name = "name of the place in Latin letters"},
        {.dim = DIM_PLACE, .name = "place_prefecture", .long_name = "prefecture of the place"},
        {.dim = DIM_PLACE, .name = "place_province", .long_name = "province of the place"},
        {.dim = DIM_FACILITY, .name = "facility_place", .long_name = "code of its place"},
        {.dim = DIM_FACILITY, .name = "facility_level", .long_name = "level in the hospital system"},
        {.dim = DIM_FACILITY,
         .name = "facility_origin",
         .long_name = "named in the scenario, or the rule that made it"},
    };
    enum { NUMBERS = sizeof numbers / sizeof numbers[0], TEXTS = sizeof texts_ / sizeof texts_[0] };
    world->columns = arena_zeroed(&world->arena, NUMBERS + TEXTS, sizeof *world->columns, err);
    if (world->columns == NULL)
        return -1;
    for (size_t c = 0; c < NUMBERS; c++) {
        const size_t size = world->ledger.size[numbers[c].dim];
        double *values = arena_zeroed(&world->arena, size, sizeof *values, err);
        if (values == NULL)
            return -1;
        for (size_t i = 0; i < size; i++)
            values[i] = column_value(world, c, i);
        world->columns[c] = numbers[c];
        world->columns[c].values = values;
    }
    for (size_t c = 0; c < TEXTS; c++) {
        const size_t size = world->ledger.size[texts_[c].dim];
        const char **values = texts(world, size, err);
        if (values == NULL)
            return -1;
        for (size_t i = 0; i < size; i++)
            values[i] = column_text(world, c, i);
        world->columns[NUMBERS + c] = texts_[c];
        world->columns[NUMBERS + c].texts = values;
    }
    world->column_count = NUMBERS + TEXTS;
    return 0;
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

/* Whether anybody can be interrupted or hold servers from one stage to the next. */
static bool needs_extra(const struct world *world)
{
    for (size_t w = 0; w < world->facilities.ward_count; w++)
        if (world->facilities.ward[w].in_service != NULL)
            return true;
    for (size_t s = 0; s < world->pathways.stage_count; s++)
        if (world->pathways.stage[s].previous != PREVIOUS_RELEASE)
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
    if (failed != 0 || init_services(world, err) != 0)
        return -1;
    init_staff(world);
    if (demand_init(&world->demand, scenario, &world->geography, &world->pathways, &world->arena, err) != 0 ||
        init_background(world, err) != 0 || init_ledger(world, err) != 0)
        return -1;
    if (world->pathways.loop_stages * sizeof(uint32_t) + sizeof(struct patient) > MESSAGE_BYTES &&
        world->facilities.count > 0)
        return err_fail(err,
                        "a pathway that goes back has %zu stages; at most %zu are possible where there are "
                        "facilities",
                        world->pathways.loop_stages,
                        (MESSAGE_BYTES - sizeof(struct patient)) / sizeof(uint32_t));
    if (measures_init(&world->measures, scenario, world->pathways.count > 1 ? world->pathways.count : 0,
                      world->warmup_us, world->end_us, err) != 0 ||
        observe_init(world, err) != 0 || patients_init(&world->part.patients, FIRST_PATIENTS, err) != 0 ||
        experts_init(&world->experts, world, err) != 0 || policies_init(world, err) != 0 ||
        targets_init(world, err) != 0 || init_dimensions(world, err) != 0 || init_columns(world, err) != 0)
        return -1;
    if (check_stations(world, err) != 0)
        return -1;
    world->has_extra = needs_extra(world);
    init_levels(world);
    if (choices_init(world, err) != 0 || partition_cut(world, err) != 0)
        return -1;
    world->week = week_of(world, 0);
    return 0;
}

static const void *view_of(const void *data, unsigned partition)
{
    return ((const struct world *)data)->view[partition];
}

/* Few pending events are best kept in a heap; many in buckets of a few hundred each. Patients are pending for
 * a week, say. */
static int64_t bucket_us(const struct world *world)
{
    double per_s = 0;
    for (size_t s = 0; s < world->demand.count; s++)
        per_s += world->demand.stream[s].rate_per_s;
    per_s /= world->partitions;
    if (per_s * 7 * 86400 < 5000)
        return 0;
    const double width_us = 300 / (2 * per_s) * 1e6;
    return width_us < 1e3 ? 1000 : width_us > WINDOW_HOUR_US ? WINDOW_HOUR_US : (int64_t)width_us;
}

static int make_engine(struct world *world, struct err *err)
{
    static const struct engine_model model = {.handle = care_handle,
                                              .deliver = care_deliver,
                                              .plan = plan,
                                              .next_plan = next_plan,
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
    partition_free(world);
    measures_free(&world->measures);
    ledger_free(&world->ledger);
    facilities_free(&world->facilities);
    pathways_free(&world->pathways);
    geography_free(&world->geography);
    free(world->metrics);
    arena_free(&world->arena);
    free(world);
}

/* --- running and reading out --------------------------------------------- */

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

int world_set_threads(struct world *world, unsigned threads, struct err *err)
{
    return engine_set_threads(world->engine, threads < 1 ? 1 : threads, err);
}

int world_run(struct world *world, world_progress *progress, void *data, struct err *err)
{
    for (int64_t part = 1; part <= PROGRESS_PARTS; part++) {
        const int64_t until_us =
            part == PROGRESS_PARTS ? world->end_us : world->end_us / PROGRESS_PARTS * part;
        if (engine_run(world->engine, until_us, err) != 0)
            return -1;
        if (progress != NULL)
            progress(data, (double)part / PROGRESS_PARTS);
    }
    observe_now(world, world->end_us);
    close_step(world, world->end_us);
    partition_gather(world, world->end_us);
    targets_evaluate(world);
    if (gather_trace(world, err) != 0)
        return -1;
    return metrics_compute(world, err);
}

uint64_t world_events(const struct world *world)
{
    return engine_events(world->engine);
}

struct world_cut world_cut(const struct world *world)
{
    return (struct world_cut){.partitions = world->partitions,
                              .merged_because = world->cut_because,
                              .window_us = world->window_us,
                              .window_set_by = world->window_set_by};
}

uint64_t world_fingerprint(const struct world *world)
{
    uint64_t hash = rng_hash("tables");
    for (size_t i = 0; i < world->pathways.dist_count; i++)
        hash = hash * UINT64_C(1099511628211) ^ dist_fingerprint(world->pathways.dist[i]);
    hash ^= demand_fingerprint(&world->demand);
    return hash;
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

size_t world_metrics(const struct world *world, const struct metric **metrics)
{
    *metrics = world->metrics;
    return world->metric_count;
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
