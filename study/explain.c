#include "study/explain.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/arrivals.h"
#include "models/ledger.h"
#include "study/run_fields.h"
#include "study/text.h"
#include "study/text_table.h"

enum { NAMES_SHOWN = 12 };

/* ---- expected numbers ---- */

static const struct world_column *place_column(const struct world *world, const char *name)
{
    const struct world_column *columns = NULL;
    const size_t count = world_columns(world, &columns);
    for (size_t c = 0; c < count; c++)
        if (columns[c].dim == DIM_PLACE && strcmp(columns[c].name, name) == 0)
            return &columns[c];
    static const struct world_column none;
    return &none;
}

static bool is_listed(const struct key_list *names, const char *const *texts, size_t place)
{
    for (size_t i = 0; texts != NULL && i < names->count; i++)
        if (strcmp(SCENARIO_ITEM(*names, const char *, i)[0], texts[place]) == 0)
            return true;
    return false;
}

/* People of the places that are named; of all that are selected when none is. */
static double population_of(const struct world *world, const struct key_list *names)
{
    const struct world_dimension places = world_dimension(world, DIM_PLACE);
    const double *population = place_column(world, "place_population")->values;
    const double *selected = place_column(world, "place_selected")->values;
    const char *const *const texts[] = {places.labels, place_column(world, "place_prefecture")->texts,
                                        place_column(world, "place_province")->texts};
    double people = 0;
    for (size_t i = 0; population != NULL && i < places.size; i++) {
        bool asked = names->count == 0 && (selected == NULL || selected[i] > 0);
        for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++)
            asked = asked || is_listed(names, texts[t], i);
        people += asked ? population[i] : 0;
    }
    return people;
}

/* ---- the page ---- */

static void add_line(struct text_table *table, const char *head, struct text *value)
{
    text_add(value, "%s", "");
    text_table_add(table, head);
    text_table_add(table, value->failed ? "" : value->bytes);
    table->failed = table->failed || value->failed;
    value->length = 0;
    if (value->bytes != NULL)
        value->bytes[0] = '\0';
}

static const char *step_name(int step)
{
    static const char *const names[] = {"a day", "a week", "a month", "a year", "the whole run"};
    return step >= STEP_DAY && step <= STEP_NONE ? names[step] : "?";
}

static void add_time(struct text_table *table, const struct scenario *scenario, const struct ledger *ledger,
                     struct text *value)
{
    char start[TEXT_DATE], from[TEXT_DATE], end[TEXT_DATE];
    text_date(start, scenario->run.start_us);
    text_date(from, scenario->run.start_us + ledger->step_from_us[ledger->first_step]);
    text_date(end, scenario->run.start_us + ledger->step_from_us[ledger->steps]);
    text_add(value, "%s to %s; warm-up until %s; steps of %s; policies act every %s", start, end, from,
             step_name(scenario->run.step), step_name(scenario->run.planning) + 2);
    if (scenario->run.planning == STEP_NONE) {
        value->length = 0;
        text_add(value, "%s to %s; warm-up until %s; steps of %s", start, end, from,
                 step_name(scenario->run.step));
    }
    add_line(table, "Time", value);
}

/* "3: banner (Banner hospital), ..." */
static void add_names(struct text_table *table, const struct world *world, enum ledger_dim dim,
                      const char *head, struct text *value)
{
    const struct world_dimension given = world_dimension(world, dim);
    text_add(value, "%zu", given.size);
    for (size_t i = 0; i < given.size && i < NAMES_SHOWN; i++) {
        text_add(value, "%s%s", i == 0 ? ": " : ", ", given.labels[i]);
        if (given.names != NULL && given.names[i] != NULL && strcmp(given.names[i], given.labels[i]) != 0)
            text_add(value, " (%s)", given.names[i]);
    }
    if (given.size > NAMES_SHOWN)
        text_add(value, ", and %zu more", given.size - NAMES_SHOWN);
    add_line(table, head, value);
}

static void add_sample(struct text_table *table, const struct world *world, struct text *value)
{
    const struct world_sample sample = world_sample(world);
    if (sample.prefectures == 0)
        return;
    text_add(value,
             "%.3g%% of the people, in %zu prefecture%s; the others do not fall ill, and %zu facilities are "
             "closed",
             100 * sample.share, sample.prefectures, sample.prefectures == 1 ? "" : "s", sample.outside);
    add_line(table, "Sample", value);
}

static void add_policies(struct text_table *table, const struct scenario *scenario, struct text *value)
{
    if (scenario->policies.count == 0) {
        text_add(value, "none");
        add_line(table, "Policies", value);
    }
    for (size_t i = 0; i < scenario->policies.count; i++) {
        const struct policy_head *policy = SCENARIO_ITEM(scenario->policies, struct policy_head, i);
        text_add(value, "%s (%s): %s", policy->name, policy->kind, policy->active ? "active" : "not active");
        add_line(table, i == 0 ? "Policies" : "", value);
    }
}

/* Two digits: it is an estimate. */
static void write_about(char out[TEXT_NUMBER], double number)
{
    const double unit = number > 0 ? pow(10, floor(log10(number)) - 1) : 1;
    text_number(out, unit * nearbyint(number / unit), NAN);
}

static int add_expected(struct text_table *table, const struct scenario *scenario, const struct world *world,
                        struct text *value, struct err *err)
{
    const struct ledger *ledger = world_ledger(world);
    const double run_s = (double)ledger->step_from_us[ledger->steps] * 1e-6;
    double patients = 0, events = 0;
    for (size_t i = 0; i < scenario->conditions.count; i++) {
        const struct condition_spec *condition =
            SCENARIO_ITEM(scenario->conditions, struct condition_spec, i);
        double here = 0;
        if (arrivals_expected(&condition->arrivals, population_of(world, &condition->arrivals.at), run_s,
                              &here, err) != 0)
            return -1;
        patients += here;
        events += here * (1 + 2 * (double)condition->pathway.count);
    }
    char shown[TEXT_NUMBER];
    write_about(shown, patients);
    text_add(value, "about %s a replication, warm-up included", shown);
    add_line(table, "Patients", value);
    write_about(shown, events);
    text_add(value, "about %s a replication, if each patient has every stage once", shown);
    add_line(table, "Events", value);
    return 0;
}

/* "480 MB": three digits. */
static void add_bytes(struct text *value, double bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (bytes /= 1000; bytes >= 1000 && unit < 3; unit++)
        bytes /= 1000;
    text_add(value, "%.3g %s", bytes, units[unit]);
}

/* What the output fields take, and whether they stand by replication. */
static void add_output(struct text_table *table, const struct scenario *scenario, const struct world *world,
                       struct text *value)
{
    const size_t bytes = run_fields_bytes(world_ledger(world));
    const int64_t replications = scenario->run.replications;
    add_bytes(value, (double)bytes);
    text_add(value, " of output fields a replication before compression, ");
    add_bytes(value, (double)bytes * (double)replications);
    text_add(value, " in all");
    if (replications > run_fields_most(bytes, scenario->run.max_file_bytes)) {
        text_add(value, "; a file has their sums and squares (scenario.max_file_size), ");
        add_bytes(value, 2 * (double)bytes);
    }
    add_line(table, "Output", value);
}

/* How the world is cut and how far its partitions run without hearing of each other. */
static void add_cut(struct text_table *table, struct world_cut cut, struct text *value)
{
    if (cut.merged_because != NULL)
        text_add(value, "1, merged: %s; runs from one planning epoch to the next", cut.merged_because);
    else
        text_add(value, "%u; a window of %.4g min, set by %s", cut.partitions, (double)cut.window_us / 60e6,
                 cut.window_set_by);
    if (cut.merged_because == NULL && cut.far_window_us > cut.window_us)
        text_add(value,
                 ", and of up to %.4g min (travel.arrange) where nobody falls ill who is not on the way",
                 (double)cut.far_window_us / 60e6);
    add_line(table, "Partitions", value);
}

static int fill(struct text_table *table, const struct scenario *scenario, const struct world *world,
                struct text *value, struct err *err)
{
    text_add(value, "%s", scenario->run.title == NULL ? "" : scenario->run.title);
    add_line(table, "Title", value);
    text_add(value, "%s", text_base_name(scenario->path));
    add_line(table, "Scenario", value);
    add_time(table, scenario, world_ledger(world), value);
    text_add(value, "%" PRId64 ", seed %s", scenario->run.replications, scenario->run.seed);
    add_line(table, "Replications", value);
    add_names(table, world, DIM_PLACE, "Places", value);
    add_sample(table, world, value);
    add_names(table, world, DIM_FACILITY, "Facilities", value);
    text_add(value, "%zu with settings or statistics of their own", scenario->stations.count);
    add_line(table, "Stations", value);
    add_names(table, world, DIM_CONDITION, "Conditions", value);
    add_names(table, world, DIM_SERVICE, "Services", value);
    add_names(table, world, DIM_EXPERT, "Experts", value);
    add_policies(table, scenario, value);
    text_add(value, "%zu", scenario->targets.count);
    add_line(table, "Targets", value);
    add_cut(table, world_cut(world), value);
    add_output(table, scenario, world, value);
    return add_expected(table, scenario, world, value, err);
}

char *explain_scenario(const struct scenario *scenario, const struct world *world, struct err *err)
{
    struct text_table table;
    struct text value, page;
    char *answer = NULL;
    text_table_init(&table, "ll", err);
    text_init(&value, err);
    text_init(&page, err);
    if (fill(&table, scenario, world, &value, err) == 0) {
        text_table_print(&table, 0, &page);
        answer = text_take(&page, err);
    }
    text_table_free(&table);
    text_free(&value);
    text_free(&page);
    return answer;
}
