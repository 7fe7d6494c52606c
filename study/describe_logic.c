#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/arrivals.h"
#include "models/scenario_read.h"
#include "study/describe_parts.h"

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
            describe_line(d, &text);
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
    if (describe_has_places(d))
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
    if (describe_has_places(d))
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
        describe_cell(d, &text);
        for (size_t j = 0; j < condition->classes.count; j++) {
            const struct class_spec *grade = SCENARIO_ITEM(condition->classes, struct class_spec, j);
            text_add(&text, "%s%s %.4g", j == 0 ? "" : ", ", grade->id, grade->share);
        }
        if (condition->classes.count == 0)
            text_add(&text, "one");
        describe_cell(d, &text);
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
        describe_cell(d, &text);
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
        describe_has_places(d) ? "where they live" : "as their stream says,");
}

void describe_logic(struct describing *d)
{
    diagram(d);
    base_logic(d);
    scenario_logic(d);
    algorithms(d);
    entities(d);
    activities(d);
    resources(d);
    queues(d);
    entry_and_exit(d);
}
