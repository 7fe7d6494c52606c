#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"
#include "study/describe_parts.h"

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
        describe_line(d, &cited);
    text_free(&cited);
    if (scenario->places.file == NULL && scenario->run.facts.count == 0)
        sheet_missing(sheet,
                      "name tables of facts in scenario.facts, and cite their rows in comments: # [F3]");
}

static void preprocessing(struct describing *d)
{
    sheet_begin(&d->sheet, "3.2", "Pre-processing");
    describe_said(d, d->scenario->run.preparation, "add scenario.preparation");
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

/* Each key whose default holds somewhere, once. Malloc'ed; NULL when there are none, or no memory. */
static char *list_defaults(struct describing *d)
{
    struct text list;
    size_t count = 0;
    bool *told = mem_zeroed(keys_count() + 1, sizeof *told, d->err);
    d->sheet.failed = d->sheet.failed || told == NULL;
    text_init(&list, d->err);
    for (size_t i = 0; told != NULL && i < d->inputs.count; i++) {
        const struct input *input = &d->inputs.list[i];
        bool *here = &told[keys_number(input->row)];
        if (input->place == NULL && input->row->fallback != NULL && !*here)
            text_add(&list, "%s%s = %s", count++ == 0 ? "" : "; ", input->row->path, input->row->fallback);
        *here = *here || input->place == NULL;
    }
    free(told);
    if (count == 0) {
        text_free(&list);
        return NULL;
    }
    char *taken = text_take(&list, d->err);
    d->sheet.failed = d->sheet.failed || taken == NULL;
    return taken;
}

static void assumptions(struct describing *d)
{
    struct sheet *sheet = &d->sheet;
    const struct key_list *said = &d->scenario->run.assumptions;
    size_t assumed = 0;
    sheet_begin(sheet, "3.4", "Assumptions");
    for (size_t i = 0; i < said->count; i++)
        sheet_line(sheet, "%s", *SCENARIO_ITEM(*said, char *, i));
    for (size_t i = 0; i < d->inputs.count; i++)
        assumed += d->inputs.list[i].assumed;
    sheet_line(sheet, "%zu of the values of 3.3 are marked as assumed, wholly or in part.", assumed);
    char *defaults = list_defaults(d);
    if (defaults != NULL)
        sheet_line(sheet,
                   "Defaults of the language hold where the scenario says nothing, here or there for: %s.",
                   defaults);
    free(defaults);
    if (said->count == 0)
        sheet_missing(sheet, "add scenario.assumptions for those that no single value shows");
}

void describe_data(struct describing *d)
{
    data_sources(d);
    preprocessing(d);
    parameters(d);
    assumptions(d);
}
