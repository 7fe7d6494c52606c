#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/keys.h"

static void each_row(void (*check)(const struct key_row *row))
{
    size_t rows = 0;
    for (size_t t = 0; t < key_table_count; t++)
        for (size_t i = 0; i < key_tables[t]->count; i++, rows++)
            check(&key_tables[t]->rows[i]);
    for (size_t k = 0; k < policy_kind_count; k++)
        for (size_t i = 0; i < policy_kinds[k]->count; i++, rows++)
            check(&policy_kinds[k]->rows[i]);
    cr_expect_gt(rows, 100);
}

static void has_help(const struct key_row *row)
{
    const size_t length = row->help == NULL ? 0 : strlen(row->help);
    cr_expect_gt(length, 3, "%s", row->path);
    cr_expect(length > 0 && row->help[length - 1] == '.', "%s", row->path);
}

Test(keys, all_have_a_sentence_of_help)
{
    each_row(has_help);
}

static void has_parent(const struct key_row *row)
{
    char above[200];
    const char *dot = strrchr(row->path, '.');
    if (dot == NULL || strchr(row->path, '(') != NULL)
        return;
    snprintf(above, sizeof above, "%.*s", (int)(dot - row->path), row->path);
    if (strcmp(above, KEYS_OF_DESIGNS) == 0)
        return;
    const struct key_row *parent = keys_find(above);
    cr_expect(parent != NULL && (parent->type == KEY_GROUP || parent->type == KEY_LIST), "%s", row->path);
}

Test(keys, all_are_below_a_group_or_list)
{
    each_row(has_parent);
}

static void is_the_first_of_its_path(const struct key_row *row)
{
    cr_expect_eq(keys_find(row->path), row, "%s stands twice", row->path);
}

Test(keys, stand_once)
{
    each_row(is_the_first_of_its_path);
}

static void fits_its_struct(const struct key_row *row)
{
    char above[200] = "";
    const char *dot = strrchr(row->path, '.');
    snprintf(above, sizeof above, "%.*s", dot == NULL ? 0 : (int)(dot - row->path), row->path);
    const struct key_row *parent = keys_find(above);
    if (parent != NULL)
        cr_expect_lt(row->offset, parent->size, "%s", row->path);
    if (row->type == KEY_GROUP || row->type == KEY_LIST)
        cr_expect_gt(row->size, 0, "%s", row->path);
    if (row->type == KEY_CHOICE)
        cr_expect_not_null(row->choices, "%s", row->path);
    if (row->type == KEY_REF)
        cr_expect(row->refers != NULL && keys_find(row->refers) != NULL, "%s", row->path);
}

Test(keys, fit_their_structs)
{
    each_row(fits_its_struct);
}

Test(keys, are_found_below_a_path)
{
    size_t top = 0;
    for (const struct key_row *row = keys_next("", NULL); row != NULL; row = keys_next("", row), top++)
        cr_expect_null(strchr(row->path, '.'));
    cr_expect_eq(top, key_table_count - 1, "a table a key at the top, but that of designs");
    const struct key_row *first = keys_next("facilities.services", NULL);
    cr_expect_str_eq(first->path, "facilities.services.service");
    cr_expect_str_eq(keys_name(first), "service");
    cr_expect_str_eq(keys_next("policies(dispatch)", NULL)->path, "policies(dispatch).expert");
    cr_expect_null(keys_next("facilities.services.service", NULL));
    cr_expect_null(keys_find("facilities.bed"));
}

static char *printed(int (*print)(FILE *, const char *, struct err *), const char *path, int due,
                     struct err *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    cr_expect_eq(print(out, path, err), due);
    fclose(out);
    return text;
}

Test(keys, print_what_is_below_a_path)
{
    struct err err = ERR_INIT;
    char *text = printed(keys_print, "travel.bands", 0, &err);
    cr_expect_not_null(strstr(text, "travel.bands.speed\n    speed; required\n"));
    cr_expect_null(strstr(text, "travel.detour"));
    free(text);
    text = printed(keys_print, "policies", 0, &err);
    cr_expect_not_null(strstr(text, "policies(dispatch).stint"));
    free(text);
}

Test(keys, offer_the_nearest_path)
{
    struct err err = ERR_INIT;
    free(printed(keys_print, "travel.band", -1, &err));
    cr_expect_str_eq(err.text[0], "travel.band: is no key of the language; did you mean \"travel.bands\"?");
}

static int markdown(FILE *out, const char *path, struct err *err)
{
    (void)path;
    return keys_markdown(out, err);
}

Test(keys, documentation_is_fresh)
{
    struct err err = ERR_INIT;
    char *text = printed(markdown, NULL, 0, &err);
    FILE *file = fopen(SOURCE_DIR "/docs/scenario-language.md", "r");
    cr_assert_not_null(file);
    char *kept = calloc(1, 1 << 20);
    cr_assert_not_null(kept);
    cr_expect_lt(fread(kept, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    cr_expect(strcmp(text, kept) == 0,
              "docs/scenario-language.md is stale: write it again with counterpart keys --markdown");
    free(kept);
    free(text);
}

static int markdown_of_designs(FILE *out, const char *path, struct err *err)
{
    (void)path;
    return keys_markdown_designs(out, err);
}

Test(keys, documentation_of_designs_is_fresh)
{
    struct err err = ERR_INIT;
    char *text = printed(markdown_of_designs, NULL, 0, &err);
    FILE *file = fopen(SOURCE_DIR "/docs/designs.md", "r");
    cr_assert_not_null(file);
    char *kept = calloc(1, 1 << 20);
    cr_assert_not_null(kept);
    cr_expect_lt(fread(kept, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    cr_expect(strstr(kept, text) != NULL,
              "docs/designs.md is stale: put in what counterpart keys design --markdown prints");
    free(kept);
    free(text);
}

/* In the order of the tables, none twice and none missed. */
Test(keys, are_found_below_what_they_are_below)
{
    size_t found = 0;
    for (const struct key_row *top = keys_next("", NULL); top != NULL; top = keys_next("", top)) {
        cr_assert_null(strchr(top->path, '.'), "%s", top->path);
        found++;
    }
    cr_assert_gt(found, 5);
    for (const struct key_row *row = keys_next("scenario", NULL), *last = NULL; row != NULL;
         last = row, row = keys_next("scenario", row)) {
        cr_assert_eq(strncmp(row->path, "scenario.", 9), 0, "%s", row->path);
        cr_assert(last == NULL || keys_number(row) > keys_number(last));
    }
    cr_assert_null(keys_next("scenario.title", NULL));
    cr_assert_null(keys_next("nothing of the kind", NULL));
    static const struct key_row foreign = {.path = "scenario.foreign"};
    cr_assert_eq(keys_number(&foreign), keys_count());
    cr_assert_null(keys_next("scenario", &foreign));
}
