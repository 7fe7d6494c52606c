#include "study/describe.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/arrivals.h"
#include "models/inputs.h"
#include "models/quantities.h"
#include "models/scenario_read.h"
#include "study/sheet.h"
#include "study/text.h"

struct describing {
    const struct scenario *scenario;
    const struct world *world;
    const char *version;
    struct inputs inputs;
    struct sheet sheet;
    struct err *err;
};

static const char *const sections[] = {"Objectives",      "Logic",          "Data",
                                       "Experimentation", "Implementation", "Code access"};

#define HEADS(sheet, ...)                                                                                    \
    sheet_heads(sheet, (const char *const[]){__VA_ARGS__},                                                   \
                sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* A line from text that is gathered piece by piece; empties it. */
static void line_of(struct describing *d, struct text *text)
{
    char *line = text_take(text, d->err);
    d->sheet.failed = d->sheet.failed || line == NULL;
    if (line != NULL)
        sheet_line(&d->sheet, "%s", line);
    free(line);
}

static void cell_of(struct describing *d, struct text *text)
{
    char *cell = text_take(text, d->err);
    d->sheet.failed = d->sheet.failed || cell == NULL;
    if (cell != NULL)
        sheet_cell(&d->sheet, cell);
    free(cell);
}

/* A value of the scenario, as the language writes it; "" for an absent one. */
static void cell_value(struct describing *d, const char *path, const void *member)
{
    const struct key_row *row = keys_find(path);
    const bool absent = row == NULL || scenario_is_absent(row, member);
    char *value = absent ? NULL : scenario_write_value(d->scenario, row, member, d->err);
    d->sheet.failed = d->sheet.failed || (!absent && value == NULL);
    sheet_cell(&d->sheet, value);
    free(value);
}

static const char *name_or(const char *name, const char *id)
{
    return name != NULL && name[0] != '\0' ? name : id == NULL ? "" : id;
}

static bool has_places(const struct describing *d)
{
    return d->scenario->places.file != NULL || d->scenario->places.list.count > 0;
}

/* ---- 1: objectives ---- */

static void say_or_miss(struct describing *d, const char *said, const char *advice)
{
    if (said != NULL && said[0] != '\0')
        sheet_line(&d->sheet, "%s", said);
    else
        sheet_missing(&d->sheet, advice);
}

static void purpose(struct describing *d)
{
    sheet_begin(&d->sheet, "1.1", "Purpose of the model");
    if (d->scenario->run.title != NULL)
        sheet_line(&d->sheet, "%s.", d->scenario->run.title);
    sheet_line(&d->sheet,
               "The model simulates who gets which care, where, how soon, at what cost and with what "
               "outcome, and what policies change about it.");
    say_or_miss(d, d->scenario->run.purpose, "add scenario.purpose");
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
        ledger_field_count, has_places(d) ? ", place, facility, condition, service and expert" : "");
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
    for (size_t i = 0; has_places(d) && i < sizeof of / sizeof of[0]; i++) {
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
    say_or_miss(d, d->scenario->run.aims, "add scenario.aims: what the experiments are to find out");
}

/* ---- 2: logic ---- */

static void add_next(struct text *text, const struct stage_spec *stage)
{
    for (size_t i = 0; i < stage->next.count; i++) {
        const struct next_spec *next = SCENARIO_ITEM(stage->next, struct next_spec, i);
        text_add(text, "%s%s", i == 0 ? " -> " : ", ", next->to == NULL ? "end" : next->to);
        if (next->share < 1)
            text_add(text, " %.4g", next->share);
        if (next->only != NULL)
            text_add(text, " (%s)", next->only);
    }
    if (stage->next.count == 0)
        text_add(text, " -> end");
}

static void add_exits(struct text *text, const struct stage_spec *stage)
{
    if (stage->window_us > 0)
        text_add(text, "; too late -> %s", name_or(stage->late, "end"));
    if (stage->patience != NULL)
        text_add(text, "; out of patience -> %s", name_or(stage->reneged, "end"));
    if (stage->otherwise != NULL)
        text_add(text, "; not to be had -> %s", stage->otherwise);
    if (stage->full != FULL_WAIT)
        text_add(text, "; full -> %s", name_or(stage->rejected, "refused or sent elsewhere"));
}

static void diagram(struct describing *d)
{
    sheet_begin(&d->sheet, "2.1", "Base model overview diagram");
    sheet_line(&d->sheet,
               "patient falls ill -> seeks care -> stages of a pathway, each at a facility with a line, "
               "referred up or back on the way -> outcome");
    for (size_t i = 0; i < d->scenario->conditions.count; i++) {
        const struct condition_spec *condition =
            SCENARIO_ITEM(d->scenario->conditions, struct condition_spec, i);
        for (size_t j = 0; j < condition->pathway.count; j++) {
            const struct stage_spec *stage = SCENARIO_ITEM(condition->pathway, struct stage_spec, j);
            struct text text;
            text_init(&text, d->err);
            text_add(&text, "%s: %s", condition->id, stage->id);
            add_next(&text, stage);
            add_exits(&text, stage);
            line_of(d, &text);
        }
    }
}

static void base_logic(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    sheet_begin(sheet, "2.2", "Base model logic");
    sheet_line(
        sheet,
        "People fall ill in streams that no policy touches. A patient goes from stage to stage of the "
        "pathway; a stage needs amounts of a facility's resources, a service with somebody who can give it, "
        "or both, all seized at once; who finds them busy waits in line by priority, then first come, as "
        "long as patience lasts.");
    if (has_places(d))
        sheet_line(
            sheet,
            "Where a stage is sought is the nearest facility, the choice of the patient (2.4), or where a "
            "rule sends the patient; who cannot be treated there is referred, waits, goes on without, or "
            "leaves, as the stage says. Outcomes are drawn at the end of the pathway.");
    if (d->scenario->services.count > 0)
        sheet_line(
            sheet,
            "Trainees become independent by supervised cases; own cases raise proficiency, idle time lowers "
            "it, staff may leave.");
    sheet_line(sheet, "docs/architecture.md of the program tells the order of events and every convention.");
}

static void add_base(struct describing *d)
{
    static const char head[] = "\n# ---- base: ";
    const char *base = strstr(d->scenario->written, head);
    if (base == NULL)
        return;
    base += strlen(head);
    sheet_line(&d->sheet,
               "A variant of the scenario %.*s: what it changes stands in its text, which every result file "
               "holds.",
               (int)strcspn(base, "\n"), base);
}

static void scenario_logic(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    sheet_begin(sheet, "2.3", "Scenario logic");
    add_base(d);
    if (d->scenario->policies.count == 0) {
        sheet_line(sheet, "No policies.");
        return;
    }
    sheet_line(
        sheet,
        "Policies act between windows, at planning epochs only; before one starts, its world is the same as "
        "the world without it to the last patient.");
    HEADS(sheet, "Policy", "Kind", "Active", "What the kind does");
    for (size_t i = 0; i < d->scenario->policies.count; i++) {
        const struct policy_head *policy = SCENARIO_ITEM(d->scenario->policies, struct policy_head, i);
        const struct key_kind *kind = keys_kind(policy->kind);
        sheet_cell(sheet, policy->name);
        sheet_cell(sheet, policy->kind);
        sheet_cell(sheet, policy->active ? "yes" : "no");
        sheet_cell(sheet, kind == NULL ? "" : kind->help);
    }
}

static bool chooses_by_utility(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->conditions.count; i++) {
        const struct condition_spec *condition =
            SCENARIO_ITEM(scenario->conditions, struct condition_spec, i);
        for (size_t j = 0; j < condition->pathway.count; j++)
            if (SCENARIO_ITEM(condition->pathway, struct stage_spec, j)->choice == 2)
                return true;
        if (condition->first == 1)
            return true;
    }
    return false;
}

static bool has_outcomes(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->conditions.count; i++)
        if (SCENARIO_ITEM(scenario->conditions, struct condition_spec, i)->outcomes.count > 0)
            return true;
    return false;
}

static void algorithms(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    sheet_begin(sheet, "2.4", "Algorithms");
    if (chooses_by_utility(d->scenario))
        sheet_line(
            sheet,
            "Choice is random utility: the utility of a facility falls with travel time, believed waiting "
            "and "
            "price and rises with beds (logarithm) and proficiency, with constants by level, ownership and "
            "group; "
            "each patient draws one taste (Gumbel) for each facility identity and takes the best of at most "
            "16 facilities and of staying at home.");
    if (has_places(d))
        sheet_line(
            sheet,
            "Travel time is the geodesic distance times a detour factor, by speed bands, and a fixed part.");
    if (has_outcomes(d->scenario))
        sheet_line(sheet, "Outcomes are logistic in severity, treatment, proficiency and delay, drawn in the "
                          "order in which "
                          "the condition lists them.");
    sheet_line(
        sheet,
        "Arrivals are Poisson, renewal, listed or batched; a rate that varies in a cycle is a constant rate "
        "in inner time. Distributions are sampled by inverse transform.");
}

static void add_arrivals(struct text *text, const struct arrivals_spec *arrivals)
{
    if (arrivals->incidence > 0)
        text_add(text, "by incidence, one stream in each place");
    else if (arrivals->gap != NULL)
        text_add(text, "renewal: listed or random gaps");
    else if (arrivals->times_s.count > 0)
        text_add(text, "at listed times");
    else
        text_add(text, "at a rate%s", arrivals->profile.cycle_us > 0 ? " that varies in a cycle" : "");
    if (arrivals->wave.amplitude > 0)
        text_add(text, ", in a wave");
    if (arrivals->batch != NULL)
        text_add(text, ", in batches");
    if (arrivals->backlog_s > 0)
        text_add(text, ", and a backlog at the start");
}

static void entities(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    sheet_begin(sheet, "2.5.1", "Components: entities");
    sheet_line(sheet, "Patients, by condition. %s",
               d->scenario->experts.count > 0 ? "Experts are people whose working week is one budget." : "");
    HEADS(sheet, "Condition", "Name", "Arrivals", "Grades of severity");
    for (size_t i = 0; i < d->scenario->conditions.count; i++) {
        const struct condition_spec *condition =
            SCENARIO_ITEM(d->scenario->conditions, struct condition_spec, i);
        struct text text;
        text_init(&text, d->err);
        sheet_cell(sheet, condition->id);
        sheet_cell(sheet, name_or(condition->name, condition->id));
        add_arrivals(&text, &condition->arrivals);
        cell_of(d, &text);
        for (size_t j = 0; j < condition->classes.count; j++) {
            const struct class_spec *grade = SCENARIO_ITEM(condition->classes, struct class_spec, j);
            text_add(&text, "%s%s %.4g", j == 0 ? "" : ", ", grade->id, grade->share);
        }
        if (condition->classes.count == 0)
            text_add(&text, "one");
        cell_of(d, &text);
    }
}

static void activities(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    sheet_begin(sheet, "2.5.2", "Components: activities");
    sheet_line(sheet, "Stages of the pathways; journeys and referrals take travel time.");
    HEADS(sheet, "Condition", "Stage", "Needs", "Service", "Duration");
    for (size_t i = 0; i < d->scenario->conditions.count; i++) {
        const struct condition_spec *condition =
            SCENARIO_ITEM(d->scenario->conditions, struct condition_spec, i);
        for (size_t j = 0; j < condition->pathway.count; j++) {
            const struct stage_spec *stage = SCENARIO_ITEM(condition->pathway, struct stage_spec, j);
            sheet_cell(sheet, condition->id);
            sheet_cell(sheet, stage->id);
            if (stage->station != NULL)
                sheet_cell(sheet, stage->station);
            else
                cell_value(d, "conditions.pathway.needs", &stage->needs);
            cell_value(d, "conditions.pathway.service", &stage->service);
            cell_value(d, "conditions.pathway.duration", &stage->duration);
        }
    }
}

static void add_services(struct describing *d, struct text *text, const struct facility_spec *facility)
{
    for (size_t j = 0; j < facility->services.count; j++) {
        const struct offer_spec *offer = SCENARIO_ITEM(facility->services, struct offer_spec, j);
        const struct service_spec *service =
            SCENARIO_ITEM(d->scenario->services, struct service_spec, (size_t)offer->service);
        text_add(text, "%s%s", j == 0 ? "" : ", ", service->id);
        if (offer->unlimited)
            text_add(text, " (enough staff)");
        else
            text_add(text, " (%" PRId64 " staff)", offer->staff);
    }
}

static void resources(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    const struct world_dimension made = world_dimension(d->world, DIM_FACILITY);
    sheet_begin(sheet, "2.5.3", "Components: resources");
    if (d->scenario->facilities.count == 0) {
        sheet_line(sheet, "%zu stations with servers (3.3).", d->scenario->stations.count);
        return;
    }
    sheet_line(
        sheet,
        "%zu facilities, of %zu entries of the scenario; an entry with a rule makes one in each place that "
        "the rule names. Timetables and the like are in 3.3.",
        made.size, d->scenario->facilities.count);
    HEADS(sheet, "Facility", "Level", "Where", "Beds", "Other resources", "Services");
    for (size_t i = 0; i < d->scenario->facilities.count; i++) {
        const struct facility_spec *facility =
            SCENARIO_ITEM(d->scenario->facilities, struct facility_spec, i);
        struct text text;
        text_init(&text, d->err);
        sheet_cell(sheet, facility->id);
        cell_value(d, "facilities.level", &facility->level);
        sheet_cell(sheet, facility->rule != NULL ? facility->rule : facility->place);
        if (facility->beds.count > 0)
            cell_value(d, "facilities.beds", &facility->beds);
        else
            cell_value(d, "facilities.beds_per_1000", &facility->beds_per_1000);
        cell_value(d, "facilities.resources", &facility->resources);
        add_services(d, &text, facility);
        cell_of(d, &text);
    }
}

static void queues(struct describing *d)
{
    sheet_begin(&d->sheet, "2.5.4", "Components: queues");
    sheet_line(&d->sheet,
               "One line before each ward, resource and service of a facility, by priority, then first come, "
               "first served; ties are broken by place, condition and number of the patient. Lines have room "
               "for everybody unless stations.room says otherwise.");
    sheet_line(
        &d->sheet,
        "Who waits leaves when patience ends, where a stage has one; elective patients wait at home and "
        "choose again at each review.");
}

static void entry_and_exit(struct describing *d)
{
    sheet_begin(&d->sheet, "2.5.5", "Components: entry and exit points");
    sheet_line(
        &d->sheet,
        "Patients enter %s at the stage that their condition names, the first unless it says otherwise. "
        "They leave at the end of the pathway: treated, untreated, dead, turned away, too late or having "
        "given up; who is still under way at the end of the run is counted as such.",
        has_places(d) ? "where they live" : "as their stream says,");
}

/* ---- 3: data ---- */

static const char *source_of(const struct input *input, char *text, size_t size)
{
    const char *place = input->place == NULL ? "default" : input->place;
    if (input->facts != NULL)
        snprintf(text, size, "fact %s%s", input->facts,
                 input->assumed  ? "; in part assumed"
                 : input->fitted ? "; fitted"
                                 : "");
    else if (input->fitted)
        snprintf(text, size, "fitted");
    else if (input->assumed)
        snprintf(text, size, "assumed");
    else if (strcmp(place, "command line") == 0)
        snprintf(text, size, "set on the command line");
    else
        snprintf(text, size, "not said");
    return text;
}

static void data_sources(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    const struct scenario *scenario = d->scenario;
    struct text cited;
    size_t count = 0;
    sheet_begin(sheet, "3.1", "Data sources");
    if (scenario->places.file != NULL)
        sheet_line(sheet, "Places, coordinates and people: %s.", text_base_name(scenario->places.file));
    if (scenario->places.list.count > 0)
        sheet_line(sheet, "%zu places are given in the scenario itself.", scenario->places.list.count);
    for (size_t i = 0; i < scenario->run.facts.count; i++)
        sheet_line(sheet, "Facts with their sources, role and range: %s.",
                   text_base_name(*SCENARIO_ITEM(scenario->run.facts, char *, i)));
    text_init(&cited, d->err);
    for (size_t i = 0; i < scenario->targets.count; i++)
        text_add(&cited, "%s%s", count++ == 0 ? "Facts that targets compare with: " : ", ",
                 SCENARIO_ITEM(scenario->targets, struct target_spec, i)->fact);
    if (count > 0)
        line_of(d, &cited);
    text_free(&cited);
    if (scenario->places.file == NULL && scenario->run.facts.count == 0)
        sheet_missing(sheet,
                      "name tables of facts in scenario.facts, and cite their rows in comments: # [F3]");
}

static void preprocessing(struct describing *d)
{
    sheet_begin(&d->sheet, "3.2", "Pre-processing");
    say_or_miss(d, d->scenario->run.preparation, "add scenario.preparation");
}

static void parameters(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    char source[300];
    size_t given = 0, unknown = 0;
    sheet_begin(sheet, "3.3", "Input parameters");
    HEADS(sheet, "Parameter", "Value", "Unit", "Source", "Comment", "Where");
    for (size_t i = 0; i < d->inputs.count; i++) {
        const struct input *input = &d->inputs.list[i];
        if (input->place == NULL)
            continue;
        given++;
        unknown += input->facts == NULL && !input->assumed && !input->fitted;
        sheet_cell(sheet, input->path);
        sheet_cell(sheet, input->value);
        const bool has_unit =
            input->row->unit != NULL && strcmp(input->row->unit, "1") != 0 && input->row->type != KEY_DIST;
        sheet_cell(sheet, has_unit ? input->row->unit : "");
        sheet_cell(sheet, source_of(input, source, sizeof source));
        sheet_cell(sheet, input->comment);
        sheet_cell(sheet, input->place);
    }
    sheet_line(
        sheet,
        "%zu quantities are given. The source is what the comment at a value says: a fact by its id, or an "
        "assumption. Of %zu the comments say neither.",
        given, unknown);
    if (unknown > 0)
        sheet_missing(sheet, "mark each of those with # [F3] (a fact), # [assumed], or # fitted");
}

/* Whether an earlier default has the same key of the language. */
static bool is_repeated(const struct inputs *inputs, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (inputs->list[j].place == NULL && inputs->list[j].row == inputs->list[i].row)
            return true;
    return false;
}

static void assumptions(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    const struct key_list *said = &d->scenario->run.assumptions;
    struct text defaults;
    size_t assumed = 0, count = 0;
    sheet_begin(sheet, "3.4", "Assumptions");
    for (size_t i = 0; i < said->count; i++)
        sheet_line(sheet, "%s", *SCENARIO_ITEM(*said, char *, i));
    for (size_t i = 0; i < d->inputs.count; i++)
        assumed += d->inputs.list[i].assumed;
    sheet_line(sheet, "%zu of the values of 3.3 are marked as assumed, wholly or in part.", assumed);
    text_init(&defaults, d->err);
    for (size_t i = 0; i < d->inputs.count; i++) {
        const struct input *input = &d->inputs.list[i];
        if (input->place == NULL && input->row->fallback != NULL && !is_repeated(&d->inputs, i))
            text_add(&defaults, "%s%s = %s", count++ == 0 ? "" : "; ", input->row->path,
                     input->row->fallback);
    }
    if (count > 0) {
        char *list = text_take(&defaults, d->err);
        sheet->failed = sheet->failed || list == NULL;
        if (list != NULL)
            sheet_line(
                sheet,
                "Defaults of the language hold where the scenario says nothing, here or there for: %s.",
                list);
        free(list);
    }
    text_free(&defaults);
    if (said->count == 0)
        sheet_missing(sheet, "add scenario.assumptions for those that no single value shows");
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
    say_or_miss(d, d->scenario->run.sharing,
                "add scenario.sharing: where scenario, data and results can be had");
}

static void fill(struct describing *d)
{
    purpose(d);
    outputs(d);
    aims(d);
    diagram(d);
    base_logic(d);
    scenario_logic(d);
    algorithms(d);
    entities(d);
    activities(d);
    resources(d);
    queues(d);
    entry_and_exit(d);
    data_sources(d);
    preprocessing(d);
    parameters(d);
    assumptions(d);
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
