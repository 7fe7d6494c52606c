#include "study/describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/quantities.h"
#include "study/describe_parts.h"

static const char *const sections[] = {"Objectives",      "Logic",          "Data",
                                       "Experimentation", "Implementation", "Code access"};

void describe_line(struct describing *d, struct text *text)
{
    char *line = text_take(text, d->err);
    d->sheet.failed = d->sheet.failed || line == NULL;
    if (line != NULL)
        sheet_line(&d->sheet, "%s", line);
    free(line);
}

void describe_cell(struct describing *d, struct text *text)
{
    char *cell = text_take(text, d->err);
    d->sheet.failed = d->sheet.failed || cell == NULL;
    if (cell != NULL)
        sheet_cell(&d->sheet, cell);
    free(cell);
}

bool describe_has_places(const struct describing *d)
{
    return d->scenario->places.file != NULL || d->scenario->places.list.count > 0;
}

void describe_said(struct describing *d, const char *said, const char *advice)
{
    if (said != NULL && said[0] != '\0')
        sheet_line(&d->sheet, "%s", said);
    else
        sheet_missing(&d->sheet, advice);
}

/* ---- 1: objectives ---- */

static void purpose(struct describing *d)
{
    sheet_begin(&d->sheet, "1.1", "Purpose of the model");
    if (d->scenario->run.title != NULL)
        sheet_line(&d->sheet, "%s.", d->scenario->run.title);
    sheet_line(&d->sheet,
               "The model simulates who gets which care, where, how soon, at what cost and with what "
               "outcome, and what policies change about it.");
    describe_said(d, d->scenario->run.purpose, "add scenario.purpose");
}

static void outputs(struct describing *d)
{
    static const char *const of[] = {"treated",
                                     "met_share",
                                     "cross_province_share",
                                     "untreated_share",
                                     "wait_mean",
                                     "travel_to_treatment_mean",
                                     "patient_cost_per_treated",
                                     "death_share"};
    struct sheet *sheet = &d->sheet;
    sheet_begin(sheet, "1.2", "Model outputs");
    sheet_line(
        sheet,
        "Counts, sums, levels and means of %zu output fields by time step%s; totals and ratios of them after "
        "the warm-up are the metrics. `counterpart keys --results` defines every one.",
        ledger_field_count, describe_has_places(d) ? ", place, facility, condition, service and expert" : "");
    if (d->scenario->stations.count > 0)
        sheet_line(sheet,
                   "Of the %zu station%s that the scenario lists: arrivals, waits and their quantiles, "
                   "numbers present and waiting, utilisation, "
                   "and who left unserved.",
                   d->scenario->stations.count, d->scenario->stations.count == 1 ? "" : "s");
    sheet_line(
        sheet,
        "Each metric is computed in every replication after the warm-up; 95%% intervals are Student's t "
        "over the replications, those of differences between policies are of paired replications.");
    HEADS(sheet, "Output", "Unit", "Definition");
    for (size_t i = 0; describe_has_places(d) && i < sizeof of / sizeof of[0]; i++) {
        const int64_t at = quantity_find(of[i]);
        if (at < 0)
            continue;
        sheet_cell(sheet, quantities[at].name);
        sheet_cell(sheet, quantities[at].unit);
        sheet_cell(sheet, quantities[at].long_name);
    }
}

static void aims(struct describing *d)
{
    const struct key_list *targets = &d->scenario->targets;
    sheet_begin(&d->sheet, "1.3", "Experimentation aims");
    if (d->scenario->policies.count > 0)
        sheet_line(&d->sheet,
                   "A scenario with %zu polic%s (2.3), to be compared with the same patients in a world "
                   "without: `counterpart compare`.",
                   d->scenario->policies.count, d->scenario->policies.count == 1 ? "y" : "ies");
    if (targets->count > 0)
        sheet_line(&d->sheet,
                   "%zu reported facts are set beside what is simulated, fitted ones apart from predicted "
                   "ones: `counterpart check --targets`.",
                   targets->count);
    describe_said(d, d->scenario->run.aims, "add scenario.aims: what the experiments are to find out");
}

/* ---- 4: experimentation ---- */

static void initialisation(struct describing *d)
{
    const struct ledger *ledger = world_ledger(d->world);
    const double days = (double)ledger->step_from_us[ledger->first_step] / 86400e6;
    size_t backlogs = 0;
    for (size_t i = 0; i < d->scenario->conditions.count; i++)
        backlogs += SCENARIO_ITEM(d->scenario->conditions, struct condition_spec, i)->arrivals.backlog_s > 0;
    sheet_begin(&d->sheet, "4.1", "Initialisation");
    sheet_line(&d->sheet,
               "Facilities begin empty; %zu of %zu conditions begin with a backlog of patients. %s", backlogs,
               d->scenario->conditions.count,
               days > 0 ? "The warm-up is simulated and not reported." : "There is no warm-up.");
    if (days > 0)
        sheet_line(&d->sheet, "Warm-up: %.6g days.", days);
}

static void run_length(struct describing *d)
{
    static const char *const names[] = {"day", "week", "month", "year", "whole run"};
    const struct ledger *ledger = world_ledger(d->world);
    const struct run_spec *run = &d->scenario->run;
    char start[TEXT_DATE], from[TEXT_DATE], end[TEXT_DATE];
    text_date(start, run->start_us);
    text_date(from, run->start_us + ledger->step_from_us[ledger->first_step]);
    text_date(end, run->start_us + ledger->step_from_us[ledger->steps]);
    sheet_begin(&d->sheet, "4.2", "Run length");
    sheet_line(&d->sheet,
               "Simulated from %s, reported from %s to %s, in steps of a %s. Time is in whole microseconds; "
               "results are not rounded to steps.",
               start, from, end, run->step >= STEP_DAY && run->step <= STEP_NONE ? names[run->step] : "?");
}

static void estimation(struct describing *d)
{
    sheet_begin(&d->sheet, "4.3", "Estimation approach");
    sheet_line(&d->sheet, "%" PRId64 " independent replications; means with 95%% intervals by Student's t.",
               d->scenario->run.replications);
    sheet_line(
        &d->sheet,
        "Policies are compared on common patients: the same person, illness and luck in every world, so "
        "that differences are paired by replication.");
}

/* ---- 5 and 6 ---- */

static void implementation(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    sheet_begin(sheet, "5.1", "Software or programming language");
    sheet_line(
        sheet,
        "counterpart %s, in C11, with GSL, libconfig, HDF5, Random123, PROJ, GLPK and jansson of Debian 12.",
        d->version);
    sheet_begin(sheet, "5.2", "Random sampling");
    sheet_line(sheet,
               "Philox4x32-10, a counter-based generator (Salmon et al. 2011), keyed by seed %s: every "
               "random quantity is "
               "a function of seed, replication, patient and purpose, never of the order of drawing; inverse "
               "transform "
               "throughout.",
               d->scenario->run.seed);
    sheet_begin(sheet, "5.3", "Model execution");
    sheet_line(
        sheet,
        "Events at one time are taken in the order departures, shifts, reneging, upgrades, transfers, "
        "arrivals, then "
        "by place, condition and number of the patient. The world is cut into partitions, a province each, "
        "that "
        "run independently within windows; results do not depend on the cut or on the number of threads.");
    sheet_begin(sheet, "5.4", "System specification");
    sheet_line(sheet,
               "Results are the same for one binary on one kind of processor, whatever the number of "
               "threads: a fingerprint "
               "of the compiled tables (%016" PRIx64
               ") is in every result file. Time taken, threads and host of a run stand "
               "beside the result, in FILE.run.json.",
               world_fingerprint(d->world));
    sheet_begin(sheet, "6.1", "Computer model sharing statement");
    sheet_line(sheet, "The program is free software under GPL-3.0-or-later. Every result file holds the "
                      "scenario as written and as "
                      "resolved, the seed and the version.");
    describe_said(d, d->scenario->run.sharing,
                  "add scenario.sharing: where scenario, data and results can be had");
}

static void fill(struct describing *d)
{
    purpose(d);
    outputs(d);
    aims(d);
    describe_logic(d);
    describe_data(d);
    initialisation(d);
    run_length(d);
    estimation(d);
    implementation(d);
}

char *describe_scenario(const struct scenario *scenario, const struct world *world, const char *version,
                        enum describe_form form, size_t width, struct err *err)
{
    struct describing d = {.scenario = scenario, .world = world, .version = version, .err = err};
    char *answer = NULL;
    char title[400];
    snprintf(title, sizeof title, "%.100s: description by the STRESS-DES checklist",
             text_base_name(scenario->path));
    sheet_init(&d.sheet, title, err);
    if (inputs_gather(&d.inputs, scenario, err) == 0) {
        fill(&d);
        if (form == DESCRIBE_JSON)
            answer = sheet_json(&d.sheet, sections, err);
        else
            answer = form == DESCRIBE_MARKDOWN ? sheet_markdown(&d.sheet, sections, err)
                                               : sheet_text(&d.sheet, sections, width, err);
    }
    sheet_free(&d.sheet);
    inputs_free(&d.inputs);
    return answer;
}
