/* The language as people read it: on a terminal and in docs/scenario-language.md. */

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "models/keys.h"
#include "models/scenario.h"

extern const char *const keys_introduction[]; /* keys_introduction.c: sections, ended by NULL */

enum { NAMES = 512 };

/* ---- what a row says ---- */

/* Default, or whether it is required. */
static void print_fallback(FILE *out, const struct key_row *row, const char *quote)
{
    const bool in_quotes =
        row->type != KEY_INT && row->type != KEY_REAL && row->type != KEY_SHARE && row->type != KEY_BOOL;
    if (row->fallback == NULL)
        fputs("required", out);
    else if (row->fallback[0] == '\0')
        fputs("may be absent", out);
    else
        fprintf(out, in_quotes ? "%s\"%s\"%s" : "%s%s%s", quote, row->fallback, quote);
}

static void print_choices(FILE *out, const char *choices, const char *quote)
{
    for (bool first = true; *choices != '\0'; first = false) {
        const size_t length = strcspn(choices, "|");
        fprintf(out, "%s%s\"%.*s\"%s", first ? "" : ", ", quote, (int)length, choices, quote);
        choices += length + (choices[length] == '|');
    }
}

static bool is_plain_number(const struct key_row *row)
{
    return row->type == KEY_INT || row->type == KEY_REAL || row->type == KEY_REALS ||
           row->type == KEY_COUNTS || row->type == KEY_NAMED_REALS;
}

/* Type, and what narrows it. */
static void print_type(FILE *out, const struct key_row *row, const char *quote)
{
    fputs(keys_type_name(row), out);
    if (row->type == KEY_CHOICE) {
        fputs(": ", out);
        print_choices(out, row->choices, quote);
    }
    if (row->type == KEY_REF)
        fprintf(out, " to %s%s%s", quote, row->refers, quote);
    if (row->unit != NULL && row->type != KEY_DIST && strcmp(row->unit, "1") != 0)
        fprintf(out, ", %s", row->unit);
    if (is_plain_number(row) && (row->low != 0 || row->high != 0) && row->high > 1e308)
        fprintf(out, ", %.12g or more", row->low);
    else if (is_plain_number(row) && (row->low != 0 || row->high != 0))
        fprintf(out, ", from %.12g to %.12g", row->low, row->high);
}

/* ---- terminal ---- */

static void print_row(FILE *out, const struct key_row *row)
{
    fprintf(out, "%s\n    ", row->path);
    print_type(out, row, "");
    fputs("; ", out);
    print_fallback(out, row, "");
    fprintf(out, "\n    %s\n", row->help);
}

static void print_below(FILE *out, const char *above)
{
    for (const struct key_row *row = keys_next(above, NULL); row != NULL; row = keys_next(above, row)) {
        print_row(out, row);
        if (row->type == KEY_GROUP || row->type == KEY_LIST)
            print_below(out, row->path);
    }
}

static void print_kind(FILE *out, const struct key_kind *kind)
{
    fprintf(out, "policies(%s)\n    the keys of policies with kind = \"%s\"\n    %s\n", kind->kind,
            kind->kind, kind->help);
    for (size_t i = 0; i < kind->count; i++)
        print_row(out, &kind->rows[i]);
}

static int unknown_path(const char *path, struct err *err)
{
    const char *names[NAMES];
    size_t count = 0;
    for (size_t t = 0; t < key_table_count; t++)
        for (size_t i = 0; i < key_tables[t]->count && count < NAMES; i++)
            names[count++] = key_tables[t]->rows[i].path;
    const char *near = scenario_nearest(path, names, count);
    if (near != NULL)
        return err_add(err, "%.100s: is no key of the language; did you mean \"%s\"?", path, near);
    return err_add(err, "%.100s: is no key of the language; see `counterpart keys` for all of them", path);
}

static int printed(FILE *out, struct err *err)
{
    return fflush(out) == 0 && !ferror(out) ? 0
                                            : err_add(err, "the keys could not be written; check the disk");
}

int keys_print(FILE *out, const char *path, struct err *err)
{
    const bool all = path == NULL || path[0] == '\0';
    const struct key_row *row = all ? NULL : keys_find(path);
    size_t kinds = 0;
    if (all)
        print_below(out, "");
    for (size_t i = 0; i < policy_kind_count; i++) {
        char name[80];
        snprintf(name, sizeof name, "policies(%.60s)", policy_kinds[i]->kind);
        if (!all && strcmp(path, "policies") != 0 && strcmp(path, name) != 0)
            continue;
        kinds++;
        if (row != NULL && kinds == 1) {
            print_row(out, row);
            print_below(out, row->path);
            row = NULL;
        }
        print_kind(out, policy_kinds[i]);
    }
    if (row != NULL) {
        print_row(out, row);
        print_below(out, row->path);
    } else if (!all && kinds == 0 && strcmp(path, KEYS_OF_DESIGNS) == 0) {
        print_below(out, path);
    } else if (!all && kinds == 0) {
        return unknown_path(path, err);
    }
    return printed(out, err);
}

/* ---- docs/scenario-language.md ---- */

/* A cell of a table, where | would end it. */
static void print_cell(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        fputs(*text == '|' ? "\\|" : (char[]){*text, '\0'}, out);
}

static void markdown_row(FILE *out, const struct key_row *row)
{
    fprintf(out, "| `%s` | ", keys_name(row));
    print_type(out, row, "`");
    fputs(" | ", out);
    print_fallback(out, row, "`");
    fputs(" | ", out);
    print_cell(out, row->help);
    fputs(" |\n", out);
}

static void markdown_head(FILE *out, const char *path, const char *help, const char *level)
{
    fprintf(out, "\n%s `%s`\n\n%s\n\n| key | value | default | meaning |\n|---|---|---|---|\n", level, path,
            help);
}

static void markdown_group(FILE *out, const struct key_row *group)
{
    markdown_head(out, group->path, group->help, strchr(group->path, '.') == NULL ? "##" : "###");
    for (const struct key_row *row = keys_next(group->path, NULL); row != NULL;
         row = keys_next(group->path, row))
        markdown_row(out, row);
    for (const struct key_row *row = keys_next(group->path, NULL); row != NULL;
         row = keys_next(group->path, row))
        if (row->type == KEY_GROUP || row->type == KEY_LIST)
            markdown_group(out, row);
}

int keys_markdown_designs(FILE *out, struct err *err)
{
    fputs("| key | value | default | meaning |\n|---|---|---|---|\n", out);
    for (const struct key_row *row = keys_next(KEYS_OF_DESIGNS, NULL); row != NULL;
         row = keys_next(KEYS_OF_DESIGNS, row))
        markdown_row(out, row);
    for (const struct key_row *row = keys_next(KEYS_OF_DESIGNS, NULL); row != NULL;
         row = keys_next(KEYS_OF_DESIGNS, row))
        if (row->type == KEY_LIST)
            markdown_group(out, row);
    return printed(out, err);
}

int keys_markdown(FILE *out, struct err *err)
{
    for (size_t i = 0; keys_introduction[i] != NULL; i++)
        fputs(keys_introduction[i], out);
    for (const struct key_row *row = keys_next("", NULL); row != NULL; row = keys_next("", row)) {
        markdown_group(out, row);
        for (size_t i = 0; strcmp(row->path, "policies") == 0 && i < policy_kind_count; i++) {
            char name[80];
            snprintf(name, sizeof name, "policies(%.60s)", policy_kinds[i]->kind);
            markdown_head(out, name, policy_kinds[i]->help, "###");
            for (size_t j = 0; j < policy_kinds[i]->count; j++)
                markdown_row(out, &policy_kinds[i]->rows[j]);
        }
    }
    return printed(out, err);
}
