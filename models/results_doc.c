/* The results as people read about them: on a terminal and in docs/results.md. */

#include "models/results_doc.h"

#include <string.h>

#include "models/ledger.h"
#include "models/quantities.h"

extern const char *const results_doc_introduction[]; /* results_doc_text.c: sections, ended by NULL */
extern const char *const results_doc_after[];

static const struct {
    const char *title;
    const char *about;
} groups[LEDGER_GROUPS] = {
    [GROUP_PLACE_CONDITION] = {"Of the people of a place",
                               "People belong to the place where they live, wherever they are treated. One "
                               "cell for each place and condition."},
    [GROUP_FACILITY] = {"Of a facility", "Everybody who is there, background conditions included."},
    [GROUP_FACILITY_SERVICE] =
        {"Of a service at a facility",
         "One cell for each facility and service; zero where the service is not listed."},
    [GROUP_EXPERT] = {"Of an expert", "One cell for each expert of the scenario."},
    [GROUP_FLOW] = {"Between provinces",
                    "People of one province in another, or in their own: one cell for each pair, over all "
                    "conditions but background ones. The sum over the provinces is of the people of the home "
                    "province, the sum over the home provinces of those who come to the province."},
    [GROUP_PLACE_WAIT] =
        {"How long the people of a place waited",
         "Of all conditions but background ones: one cell for each place and class of waits. The sum "
         "over the classes is of all treated."},
    [GROUP_PLACE_FACILITY] =
        {"Where the people of a place are treated",
         "One number for each pair of a place and a facility that occurs in some replication and step, in "
         "the "
         "order of places and facilities; `flow_place` and `flow_facility` say which. Over all conditions "
         "but "
         "background ones. Whoever is treated without a facility is not in it. Large worlds do not have it, "
         "unless `scenario.flows` asks for it."},
    [GROUP_PLACE_TRAVEL] = {"How far the people of a place travelled",
                            "Likewise, by class of travel times from home to where they are treated."},
};

/* How a value stands for its step. */
static const char *kind_name(enum field_kind kind)
{
    switch (kind) {
    case FIELD_COUNT:
        return "count";
    case FIELD_SUM:
        return "sum";
    case FIELD_LEVEL:
        return "level";
    case FIELD_MEAN:
        break;
    }
    return "mean";
}

static void print_dims(FILE *out, enum ledger_group group, const char *quote)
{
    static const char *const names[LEDGER_DIMS] = {"place",        "facility",      "condition", "service",
                                                   "expert",       "home_province", "province",  "wait_class",
                                                   "travel_class", "flow"};
    enum ledger_dim dims[2];
    const unsigned rank = ledger_group_dims(group, dims);
    fprintf(out, "%sreplication%s, %stime%s", quote, quote, quote, quote);
    for (unsigned d = 0; d < rank; d++)
        fprintf(out, ", %s%s%s", quote, names[dims[d]], quote);
}

/* "a + b" */
static void print_sum(FILE *out, const char *const names[QUANTITY_TERMS])
{
    for (size_t t = 0; t < QUANTITY_TERMS && names[t] != NULL; t++)
        fprintf(out, "%s%s", t == 0 ? "" : " + ", names[t]);
}

static void print_side(FILE *out, const char *const names[QUANTITY_TERMS])
{
    const bool several = names[1] != NULL;
    fputs(several ? "(" : "", out);
    print_sum(out, names);
    fputs(several ? ")" : "", out);
}

/* In fields: "a / (a + b)". The scale is one of units, and the unit is shown. */
static void print_formula(FILE *out, const struct quantity *quantity)
{
    if (quantity->under[0] == NULL) {
        print_sum(out, quantity->over);
        return;
    }
    print_side(out, quantity->over);
    fputs(quantity->form == QUANTITY_DAYS ? " x days / " : " / ", out);
    print_side(out, quantity->under);
    if (quantity->form == QUANTITY_OF_WHOLE)
        fputs(" of all facilities", out);
}

static int printed(FILE *out, struct err *err)
{
    return fflush(out) == 0 && !ferror(out)
               ? 0
               : err_add(err, "the description of results could not be written; check the disk");
}

/* ---- terminal ---- */

static void print_group(FILE *out, enum ledger_group group)
{
    fprintf(out, "%s (", groups[group].title);
    print_dims(out, group, "");
    fputs(")\n", out);
    for (size_t f = 0; f < ledger_field_count; f++) {
        const struct field_row *row = &ledger_fields[f];
        if (row->group == group)
            fprintf(out, "  %s\n      %s, %s; %s\n", row->name, kind_name(row->kind), row->unit,
                    row->long_name);
    }
    fputs("\n", out);
}

int results_doc_print(FILE *out, struct err *err)
{
    fputs("Output fields: count and sum are over the step, level is at its end, mean is over its time.\n\n",
          out);
    for (size_t g = 0; g < LEDGER_GROUPS; g++)
        print_group(out, (enum ledger_group)g);
    fputs("Quantities made of fields (metrics and targets)\n", out);
    for (size_t q = 0; q < quantity_count; q++) {
        fprintf(out, "  %s\n      %s; %s\n      = ", quantities[q].name, quantities[q].unit,
                quantities[q].long_name);
        print_formula(out, &quantities[q]);
        fputs("\n", out);
    }
    fputs("\ndocs/results.md explains dimensions, dates, metrics and the statistics of stations.\n", out);
    return printed(out, err);
}

/* ---- docs/results.md ---- */

static void markdown_text(FILE *out, const char *const sections[])
{
    for (size_t i = 0; sections[i] != NULL; i++)
        fputs(sections[i], out);
}

static void markdown_group(FILE *out, enum ledger_group group)
{
    fprintf(out, "\n### %s\n\n%s Dimensions: ", groups[group].title, groups[group].about);
    print_dims(out, group, "`");
    fputs(".\n\n| field | kind | unit | meaning |\n|---|---|---|---|\n", out);
    for (size_t f = 0; f < ledger_field_count; f++) {
        const struct field_row *row = &ledger_fields[f];
        if (row->group == group)
            fprintf(out, "| `%s` | %s | %s | %s |\n", row->name, kind_name(row->kind), row->unit,
                    row->long_name);
    }
}

static void markdown_quantities(FILE *out)
{
    fputs("\n## Quantities\n\n"
          "Sums and ratios of fields that people ask for. Each is a metric, and a target may name it as it "
          "may name a "
          "field. A ratio is of sums over the whole period and selection, not a mean of ratios; it is "
          "undefined (NaN) "
          "where the lower sum is zero.\n\n"
          "| quantity | unit | meaning | from |\n|---|---|---|---|\n",
          out);
    for (size_t q = 0; q < quantity_count; q++) {
        fprintf(out, "| `%s` | %s | %s | `", quantities[q].name, quantities[q].unit, quantities[q].long_name);
        print_formula(out, &quantities[q]);
        fputs("` |\n", out);
    }
}

int results_doc_markdown(FILE *out, struct err *err)
{
    markdown_text(out, results_doc_introduction);
    for (size_t g = 0; g < LEDGER_GROUPS; g++)
        markdown_group(out, (enum ledger_group)g);
    markdown_quantities(out);
    markdown_text(out, results_doc_after);
    return printed(out, err);
}
