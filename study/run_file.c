#include "study/run_file.h"

#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/ledger.h"
#include "sim/mem.h"
#include "study/describe.h"
#include "study/run_fields.h"
#include "study/run_flows.h"
#include "study/text.h"

#define DAY_US 86400e6

/* Room for every dimension, variable and attribute that can be declared below. */
enum {
    MAX_DIMENSIONS = 4 + LEDGER_DIMS,
    FIXED_VARIABLES = 1 + LEDGER_DIMS + 2 + 7,
    FLOW_VARIABLES = 2, /* besides the fields */
    MAX_ATTRIBUTES = 16,
    NOWHERE = 64
};

struct run_file {
    const struct scenario *scenario;
    uint32_t replications;
    pthread_mutex_t mutex; /* guards the declaration by whoever comes first */
    bool declared, metrics_only;
    struct arena arena; /* owns all that follows */

    struct result result;
    struct result_dimension dimensions[MAX_DIMENSIONS];
    struct result_attribute attributes[MAX_ATTRIBUTES];
    size_t ledger_dims[LEDGER_DIMS]; /* position among the dimensions; NOWHERE when of size 0 */
    size_t replication_dim, time_dim, metric_dim, target_dim;
    size_t fixed_dimensions, fixed_variables; /* flows come after them, as many as there are */

    size_t sizes[LEDGER_DIMS], steps;
    size_t metrics, targets;
    struct run_fields fields;
    double *metric_values, *target_values;
    const char **metric_names, **target_facts;
    struct run_flows flows;
    char *description; /* owned: what the scenario is, for whoever has the file and not the scenario */
    char fingerprint[17];
    char start[TEXT_DATE], time_units[TEXT_DATE + 16];
};

struct run_file *run_file_new(const struct scenario *scenario, uint32_t replications, struct err *err)
{
    if (replications == 0) {
        err_fail(err, "a run needs at least one replication");
        return NULL;
    }
    struct run_file *file = mem_zeroed(1, sizeof *file, err);
    if (file == NULL)
        return NULL;
    file->scenario = scenario;
    file->replications = replications;
    if (pthread_mutex_init(&file->mutex, NULL) != 0) {
        err_fail(err, "out of memory: a lock could not be made");
        free(file);
        return NULL;
    }
    if (run_flows_init(&file->flows, replications, err) != 0) {
        run_file_free(file);
        return NULL;
    }
    return file;
}

void run_file_free(struct run_file *file)
{
    if (file == NULL)
        return;
    pthread_mutex_destroy(&file->mutex);
    run_fields_free(&file->fields);
    run_flows_free(&file->flows);
    arena_free(&file->arena);
    free(file->description);
    free(file);
}

void run_file_keep_metrics_only(struct run_file *file)
{
    file->metrics_only = true;
}

/* ---- declaring what the file contains, from the first world that has finished ---- */

static size_t add_dimension(struct run_file *file, struct result_dimension dimension)
{
    file->dimensions[file->result.dimension_count] = dimension;
    return file->result.dimension_count++;
}

static struct result_variable *add_variable(struct run_file *file, const char *name, const char *long_name,
                                            const char *units, enum result_type type)
{
    struct result_variable *variable = &file->result.variables[file->result.variable_count++];
    *variable = (struct result_variable){.name = name, .long_name = long_name, .units = units, .type = type};
    return variable;
}

/* Zeroed values for a variable whose dims are set. */
static void *new_values(struct run_file *file, const struct result_variable *variable, struct err *err)
{
    size_t count = 1;
    for (unsigned i = 0; i < variable->rank; i++)
        if (__builtin_mul_overflow(count, file->dimensions[variable->dims[i]].size, &count)) {
            err_fail(err, "out of memory: '%s' has more values than can be counted", variable->name);
            return NULL;
        }
    const size_t size = variable->type == RESULT_TEXT ? sizeof(char *) : sizeof(double);
    return arena_zeroed(&file->arena, count, size, err);
}

/* Copies texts (NULL becomes ""). */
static const char **copy_texts(struct run_file *file, const char *const *texts, size_t count, struct err *err)
{
    const char **copies = arena_zeroed(&file->arena, count, sizeof *copies, err);
    for (size_t i = 0; copies != NULL && i < count; i++) {
        copies[i] = arena_text(&file->arena, texts == NULL || texts[i] == NULL ? "" : texts[i], err);
        if (copies[i] == NULL)
            return NULL;
    }
    return copies;
}

static int declare_replication(struct run_file *file, struct err *err)
{
    int64_t *numbers = arena_zeroed(&file->arena, file->replications, sizeof *numbers, err);
    if (numbers == NULL)
        return -1;
    for (uint32_t r = 0; r < file->replications; r++)
        numbers[r] = r;
    file->replication_dim = add_dimension(file, (struct result_dimension){.name = "replication",
                                                                          .long_name = "replication",
                                                                          .units = "1",
                                                                          .size = file->replications,
                                                                          .type = RESULT_INT64,
                                                                          .values = numbers});
    return 0;
}

static int declare_time(struct run_file *file, const struct ledger *ledger, struct err *err)
{
    file->time_dim = NOWHERE;
    file->steps = ledger->steps;
    if (ledger->steps == 0)
        return 0;
    double *from = arena_zeroed(&file->arena, ledger->steps, sizeof *from, err);
    double *to = arena_zeroed(&file->arena, ledger->steps, sizeof *to, err);
    if (from == NULL || to == NULL)
        return -1;
    for (size_t i = 0; i < ledger->steps; i++) {
        from[i] = (double)ledger->step_from_us[i] / DAY_US;
        to[i] = (double)ledger->step_from_us[i + 1] / DAY_US;
    }
    file->time_dim = add_dimension(file, (struct result_dimension){.name = "time",
                                                                   .long_name = "begin of the step",
                                                                   .units = file->time_units,
                                                                   .size = ledger->steps,
                                                                   .type = RESULT_DOUBLE,
                                                                   .values = from,
                                                                   .calendar = "proleptic_gregorian"});
    struct result_variable *end =
        add_variable(file, "time_end", "end of the step", file->time_units, RESULT_DOUBLE);
    end->rank = 1;
    end->dims[0] = file->time_dim;
    end->values = to;
    return 0;
}

/* A dimension of the ledger: ids as labels, names for people beside them. */
static int declare_ledger_dim(struct run_file *file, const struct world *world, enum ledger_dim dim,
                              struct err *err)
{
    const struct world_dimension given = world_dimension(world, dim);
    file->sizes[dim] = given.size;
    file->ledger_dims[dim] = NOWHERE;
    if (given.size == 0)
        return 0;
    const char *name = arena_text(&file->arena, given.name, err);
    const char *long_name = arena_text(&file->arena, given.long_name, err);
    const size_t bytes = strlen(given.name) + sizeof "_name";
    char *companion = arena_zeroed(&file->arena, bytes, 1, err);
    const char **labels = copy_texts(file, given.labels, given.size, err);
    const char **names = copy_texts(file, given.names != NULL ? given.names : given.labels, given.size, err);
    if (name == NULL || long_name == NULL || companion == NULL || labels == NULL || names == NULL)
        return -1;
    snprintf(companion, bytes, "%s_name", given.name);
    const size_t position = add_dimension(
        file,
        (struct result_dimension){
            .name = name, .long_name = long_name, .size = given.size, .type = RESULT_TEXT, .values = labels});
    file->ledger_dims[dim] = position;
    struct result_variable *variable = add_variable(file, companion, long_name, NULL, RESULT_TEXT);
    variable->rank = 1;
    variable->dims[0] = position;
    variable->values = names;
    return 0;
}

static int declare_column(struct run_file *file, const struct world_column *column, struct err *err)
{
    const bool is_text = column->values == NULL;
    const char *name = arena_text(&file->arena, column->name, err);
    const char *unit = arena_text(&file->arena, is_text ? "" : column->unit, err);
    const char *long_name = arena_text(&file->arena, column->long_name, err);
    if (name == NULL || unit == NULL || long_name == NULL)
        return -1;
    struct result_variable *variable =
        add_variable(file, name, long_name, is_text ? NULL : unit, is_text ? RESULT_TEXT : RESULT_DOUBLE);
    variable->rank = 1;
    variable->dims[0] = file->ledger_dims[column->dim];
    if (is_text) {
        variable->values = copy_texts(file, column->texts, file->sizes[column->dim], err);
        return variable->values == NULL ? -1 : 0;
    }
    double *values = new_values(file, variable, err);
    if (values == NULL)
        return -1;
    memcpy(values, column->values, file->sizes[column->dim] * sizeof *values);
    variable->values = values;
    return 0;
}

static int declare_columns(struct run_file *file, const struct world *world, struct err *err)
{
    const struct world_column *columns = NULL;
    const size_t count = world_columns(world, &columns);
    for (size_t i = 0; i < count; i++)
        if (file->ledger_dims[columns[i].dim] != NOWHERE && declare_column(file, &columns[i], err) != 0)
            return -1;
    return 0;
}

static int declare_fields(struct run_file *file, const struct ledger *ledger, struct err *err)
{
    if (file->time_dim == NOWHERE || file->metrics_only)
        return 0;
    if (run_fields_init(&file->fields, ledger, file->replications, file->scenario->run.max_file_bytes, err) !=
        0)
        return -1;
    run_fields_declare(&file->fields, &file->result, file->ledger_dims, file->replication_dim,
                       file->time_dim);
    return 0;
}

static int declare_metrics(struct run_file *file, const struct world *world, struct err *err)
{
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(world, &metrics);
    file->metrics = count;
    if (count == 0)
        return 0;
    const char **names = arena_zeroed(&file->arena, count, sizeof *names, err);
    const char **units = arena_zeroed(&file->arena, count, sizeof *units, err);
    if (names == NULL || units == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        names[i] = arena_text(&file->arena, metrics[i].name, err);
        units[i] = arena_text(&file->arena, metrics[i].unit, err);
        if (names[i] == NULL || units[i] == NULL)
            return -1;
    }
    file->metric_names = names;
    file->metric_dim = add_dimension(
        file,
        (struct result_dimension){
            .name = "metric", .long_name = "metric", .size = count, .type = RESULT_TEXT, .values = names});
    struct result_variable *unit = add_variable(file, "metric_unit", "unit of the metric", NULL, RESULT_TEXT);
    unit->rank = 1;
    unit->dims[0] = file->metric_dim;
    unit->values = units;
    struct result_variable *value = add_variable(
        file, "metric_value", "metric of the whole replication after the warm-up", NULL, RESULT_DOUBLE);
    value->rank = 2;
    value->dims[0] = file->replication_dim;
    value->dims[1] = file->metric_dim;
    file->metric_values = new_values(file, value, err);
    value->values = file->metric_values;
    return value->values == NULL ? -1 : 0;
}

/* A variable over the targets with a text each, taken from the member at `offset` of struct target_value. */
static int declare_target_text(struct run_file *file, const struct target_value *targets, const char *name,
                               const char *long_name, size_t offset, struct err *err)
{
    const char **texts = arena_zeroed(&file->arena, file->targets, sizeof *texts, err);
    if (texts == NULL)
        return -1;
    for (size_t i = 0; i < file->targets; i++) {
        const char *text = *(const char *const *)(const void *)((const char *)&targets[i] + offset);
        texts[i] = arena_text(&file->arena, text == NULL ? "" : text, err);
        if (texts[i] == NULL)
            return -1;
    }
    if (offset == offsetof(struct target_value, fact)) {
        file->target_facts = texts;
        file->target_dim = add_dimension(file, (struct result_dimension){.name = name,
                                                                         .long_name = long_name,
                                                                         .size = file->targets,
                                                                         .type = RESULT_TEXT,
                                                                         .values = texts});
        return 0;
    }
    struct result_variable *variable = add_variable(file, name, long_name, NULL, RESULT_TEXT);
    variable->rank = 1;
    variable->dims[0] = file->target_dim;
    variable->values = texts;
    return 0;
}

static int declare_target_number(struct run_file *file, const struct target_value *targets, const char *name,
                                 const char *long_name, size_t offset, struct err *err)
{
    struct result_variable *variable = add_variable(file, name, long_name, NULL, RESULT_DOUBLE);
    variable->rank = 1;
    variable->dims[0] = file->target_dim;
    double *values = new_values(file, variable, err);
    if (values == NULL)
        return -1;
    for (size_t i = 0; i < file->targets; i++)
        values[i] = *(const double *)(const void *)((const char *)&targets[i] + offset);
    variable->values = values;
    return 0;
}

static int declare_targets(struct run_file *file, const struct world *world, struct err *err)
{
    const struct target_value *targets = NULL;
    file->targets = world_targets(world, &targets);
    if (file->targets == 0)
        return 0;
#define MEMBER(m) offsetof(struct target_value, m)
    if (declare_target_text(file, targets, "target", "reported fact", MEMBER(fact), err) != 0 ||
        declare_target_text(file, targets, "target_role",
                            "fit: the model was fitted to it; predict: it was not", MEMBER(role), err) != 0 ||
        declare_target_text(file, targets, "target_quantity", "quantity that the fact reports",
                            MEMBER(quantity), err) != 0 ||
        declare_target_text(file, targets, "target_unit", "unit of the fact", MEMBER(unit), err) != 0 ||
        declare_target_number(file, targets, "target_reported", "reported value", MEMBER(reported), err) !=
            0 ||
        declare_target_number(file, targets, "target_low", "least acceptable value", MEMBER(low), err) != 0 ||
        declare_target_number(file, targets, "target_high", "greatest acceptable value", MEMBER(high), err) !=
            0)
        return -1;
#undef MEMBER
    struct result_variable *value =
        add_variable(file, "target_value", "simulated value", NULL, RESULT_DOUBLE);
    value->rank = 2;
    value->dims[0] = file->replication_dim;
    value->dims[1] = file->target_dim;
    file->target_values = new_values(file, value, err);
    value->values = file->target_values;
    return value->values == NULL ? -1 : 0;
}

static void add_text(struct run_file *file, const char *name, const char *text)
{
    file->attributes[file->result.attribute_count++] =
        (struct result_attribute){.name = name, .type = RESULT_TEXT, .text = text == NULL ? "" : text};
}

static void add_number(struct run_file *file, const char *name, enum result_type type, double number)
{
    file->attributes[file->result.attribute_count++] =
        (struct result_attribute){.name = name, .type = type, .number = number};
}

/* When policies are at work, as JSON: [{"name", "from", "to"}] with dates; "to" is absent for good. */
static const char *describe_periods(struct run_file *file, const struct world *world, struct err *err)
{
    const struct world_period *periods = NULL;
    const size_t count = world_periods(world, &periods);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const int64_t start_us = file->scenario->run.start_us;
        char from[TEXT_DATE], to[TEXT_DATE];
        json_t *period = json_object();
        text_date(from, start_us + periods[i].from_us);
        json_object_set_new(period, "name", json_string(periods[i].policy));
        json_object_set_new(period, "from", json_string(from));
        if (periods[i].to_us != INT64_MAX) {
            text_date(to, start_us + periods[i].to_us);
            json_object_set_new(period, "to", json_string(to));
        }
        json_array_append_new(list, period);
    }
    char *dumped = list == NULL ? NULL : json_dumps(list, JSON_COMPACT);
    json_decref(list);
    if (dumped == NULL) {
        err_fail(err, "out of memory for the periods of policies");
        return NULL;
    }
    const char *kept = arena_text(&file->arena, dumped, err);
    free(dumped);
    return kept;
}

static int describe_file(struct run_file *file, const struct world *world, struct err *err)
{
    free(file->description);
    file->description = describe_scenario(file->scenario, world, COUNTERPART_VERSION, DESCRIBE_JSON, 0, err);
    return file->description == NULL ? -1 : 0;
}

static void declare_attributes(struct run_file *file, const struct ledger *ledger, const char *periods)
{
    const struct scenario *scenario = file->scenario;
    add_text(file, "Conventions", "CF-1.8");
    add_text(file, "title", scenario->run.title);
    add_text(file, "scenario", scenario->path == NULL ? "" : text_base_name(scenario->path));
    add_text(file, "start", file->start);
    const bool has_warmup = ledger->steps > 0 && ledger->first_step <= ledger->steps;
    add_number(file, "warmup_days", RESULT_DOUBLE,
               has_warmup ? (double)ledger->step_from_us[ledger->first_step] / DAY_US : 0);
    add_number(file, "replications", RESULT_INT64, file->replications);
    add_text(file, "seed", scenario->run.seed);
    add_number(file, "price_year", RESULT_INT64, (double)scenario->run.price_year);
    add_number(file, "discount", RESULT_DOUBLE, scenario->run.discount);
    add_text(file, "version", COUNTERPART_VERSION);
    add_text(file, "fingerprint", file->fingerprint);
    add_text(file, "policy_periods", periods);
    add_text(file, "description", file->description);
    add_text(file, "scenario_written", scenario->written);
    add_text(file, "scenario_resolved", scenario->resolved);
}

static int declare(struct run_file *file, const struct world *world, struct err *err)
{
    const struct ledger *ledger = world_ledger(world);
    const struct world_column *columns = NULL;
    const size_t variables =
        FIXED_VARIABLES + world_columns(world, &columns) + 2 * ledger_field_count + FLOW_VARIABLES;
    file->result.dimensions = file->dimensions;
    file->result.attributes = file->attributes;
    file->result.variables = arena_zeroed(&file->arena, variables, sizeof *file->result.variables, err);
    if (file->result.variables == NULL)
        return -1;
    text_date(file->start, file->scenario->run.start_us);
    snprintf(file->time_units, sizeof file->time_units, "days since %s", file->start);
    if (declare_replication(file, err) != 0 || declare_time(file, ledger, err) != 0)
        return -1;
    for (int dim = 0; dim < LEDGER_DIMS; dim++)
        if (declare_ledger_dim(file, world, (enum ledger_dim)dim, err) != 0)
            return -1;
    if (declare_columns(file, world, err) != 0)
        return -1;
    if (declare_fields(file, ledger, err) != 0)
        return -1;
    if (declare_metrics(file, world, err) != 0 || declare_targets(file, world, err) != 0)
        return -1;
    snprintf(file->fingerprint, sizeof file->fingerprint, "%016" PRIx64, world_fingerprint(world));
    file->fixed_dimensions = file->result.dimension_count;
    file->fixed_variables = file->result.variable_count;
    const char *periods = describe_periods(file, world, err);
    if (periods == NULL || describe_file(file, world, err) != 0)
        return -1;
    declare_attributes(file, ledger, periods);
    return 0;
}

/* ---- one replication's slot ---- */

static int check_shape(const struct run_file *file, const struct world *world, struct err *err)
{
    if (world_ledger(world)->steps != file->steps)
        return err_fail(err, "it has %zu steps where another replication has %zu", world_ledger(world)->steps,
                        file->steps);
    for (int dim = 0; dim < LEDGER_DIMS; dim++) {
        const struct world_dimension given = world_dimension(world, (enum ledger_dim)dim);
        if (given.size != file->sizes[dim])
            return err_fail(err, "dimension %s is %zu long where another replication has %zu", given.name,
                            given.size, file->sizes[dim]);
    }
    const struct metric *metrics = NULL;
    if (world_metrics(world, &metrics) != file->metrics)
        return err_fail(err, "it has other metrics than another replication");
    for (size_t i = 0; i < file->metrics; i++)
        if (strcmp(metrics[i].name, file->metric_names[i]) != 0)
            return err_fail(err, "its metric %zu is '%s' where another replication has '%s'", i,
                            metrics[i].name, file->metric_names[i]);
    const struct target_value *targets = NULL;
    if (world_targets(world, &targets) != file->targets)
        return err_fail(err, "it has other targets than another replication");
    for (size_t i = 0; i < file->targets; i++)
        if (strcmp(targets[i].fact, file->target_facts[i]) != 0)
            return err_fail(err, "its target %zu is '%s' where another replication has '%s'", i,
                            targets[i].fact, file->target_facts[i]);
    return 0;
}

static int take_counts(struct run_file *file, const struct world *world, uint32_t replication,
                       struct err *err)
{
    if (file->fields.replications == 0)
        return 0;
    const uint32_t before = file->fields.sums.replications;
    if (run_flows_take(&file->flows, world, replication, err) != 0 ||
        run_fields_take(&file->fields, world_ledger(world), replication, err) != 0)
        return -1;
    for (uint32_t r = before; r < file->fields.sums.replications; r++)
        run_flows_drop(&file->flows, r);
    return 0;
}

static void fill_slot(struct run_file *file, const struct world *world, uint32_t replication)
{
    const struct metric *metrics = NULL;
    const size_t metric_count = world_metrics(world, &metrics);
    for (size_t i = 0; i < metric_count; i++)
        file->metric_values[replication * metric_count + i] = metrics[i].value;
    const struct target_value *targets = NULL;
    const size_t target_count = world_targets(world, &targets);
    for (size_t i = 0; i < target_count; i++)
        file->target_values[replication * target_count + i] = targets[i].value;
}

int run_file_take(struct run_file *file, const struct world *world, uint32_t replication, struct err *err)
{
    if (replication >= file->replications)
        return err_fail(err, "there is no replication %" PRIu32 " among %" PRIu32, replication,
                        file->replications);
    int answer = 0;
    pthread_mutex_lock(&file->mutex);
    if (!file->declared) {
        answer = declare(file, world, err);
        file->declared = true;
    }
    if (answer == 0 && file->result.attribute_count == 0)
        answer = err_fail(err, "the results could not be laid out for another replication");
    if (answer == 0)
        answer = check_shape(file, world, err);
    if (answer == 0)
        answer = take_counts(file, world, replication, err);
    pthread_mutex_unlock(&file->mutex);
    if (answer == 0)
        fill_slot(file, world, replication);
    return answer;
}

static struct result_attribute *find_attribute(struct run_file *file, const char *name)
{
    for (size_t i = 0; i < file->result.attribute_count; i++)
        if (strcmp(file->attributes[i].name, name) == 0)
            return &file->attributes[i];
    return NULL;
}

/* Values lie replication by replication, so that fewer are the beginning of all. */
void run_file_cut(struct run_file *file, uint32_t replications)
{
    struct result_attribute *number = find_attribute(file, "replications");
    if (number == NULL || replications == 0 || replications > file->replications)
        return;
    number->number = replications;
    file->dimensions[file->replication_dim].size = replications;
}

int run_file_rename(struct run_file *file, const struct scenario *scenario, struct err *err)
{
    struct result_attribute *written = find_attribute(file, "scenario_written");
    struct result_attribute *resolved = find_attribute(file, "scenario_resolved");
    struct result_attribute *description = find_attribute(file, "description");
    if (written == NULL || resolved == NULL || description == NULL)
        return err_fail(err, "no replication has finished");
    struct world *world = world_new(scenario, 0, err);
    if (world == NULL)
        return -1;
    const struct scenario *own = file->scenario;
    file->scenario = scenario; /* for the description */
    written->text = arena_text(&file->arena, scenario->written == NULL ? "" : scenario->written, err);
    resolved->text = arena_text(&file->arena, scenario->resolved == NULL ? "" : scenario->resolved, err);
    description->text = describe_file(file, world, err) == 0 ? file->description : NULL;
    file->scenario = own;
    world_free(world);
    return written->text == NULL || resolved->text == NULL || description->text == NULL ? -1 : 0;
}

bool run_file_adds_up(const struct run_file *file)
{
    return run_fields_add_up(&file->fields, file->replications);
}

/* Which flows there are is known at the end: they come after all that was declared when the first world had
 * finished. Fields that are added up leave them out, which would be told apart by replication. */
static int lay_out(struct run_file *file, struct err *err)
{
    const uint32_t replications = (uint32_t)file->dimensions[file->replication_dim].size;
    file->result.dimension_count = file->fixed_dimensions;
    file->result.variable_count = file->fixed_variables;
    if (run_fields_lay_out(&file->fields, &file->result, replications, &file->arena, err) != 0)
        return -1;
    return run_fields_add_up(&file->fields, replications)
               ? 0
               : run_flows_add(&file->flows, &file->result, replications, &file->arena, err);
}

const struct result *run_file_result(struct run_file *file, struct err *err)
{
    if (file->result.attribute_count == 0) {
        err_fail(err, "no replication has finished");
        return NULL;
    }
    pthread_mutex_lock(&file->mutex);
    const int answer = lay_out(file, err);
    pthread_mutex_unlock(&file->mutex);
    return answer == 0 ? &file->result : NULL;
}
