#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/ledger.h"
#include "models/quantities.h"
#include "models/results_doc.h"

static char *printed(int (*print)(FILE *, struct err *))
{
    struct err err = ERR_INIT;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    cr_expect_eq(print(out, &err), 0);
    fclose(out);
    return text;
}

Test(results_doc, describes_every_field_with_its_unit_and_kind)
{
    char *text = printed(results_doc_markdown);
    for (size_t f = 0; f < ledger_field_count; f++) {
        static const char *const kinds[] = {
            [FIELD_COUNT] = "count", [FIELD_SUM] = "sum", [FIELD_LEVEL] = "level", [FIELD_MEAN] = "mean"};
        char row[400];
        snprintf(row, sizeof row, "| `%s` | %s | %s | %s |\n", ledger_fields[f].name,
                 kinds[ledger_fields[f].kind], ledger_fields[f].unit, ledger_fields[f].long_name);
        cr_expect_not_null(strstr(text, row), "%s", ledger_fields[f].name);
    }
    free(text);
}

Test(results_doc, shows_how_a_quantity_is_made)
{
    char *text = printed(results_doc_markdown);
    cr_expect_not_null(strstr(text,
                              "| `procedures` | 1 | procedures begun by visiting experts and local staff | "
                              "`procedures_by_visitors + procedures_by_locals` |\n"));
    cr_expect_not_null(strstr(text, "`stay_after_procedure / procedures_ended` |\n"));
    cr_expect_not_null(strstr(text, "`waited / (treated_in_county + treated_in_prefecture + "));
    free(text);
}

Test(results_doc, puts_a_field_under_its_dimensions)
{
    char *text = printed(results_doc_markdown);
    const char *dims = strstr(text, "Dimensions: `replication`, `time`, `facility`, `service`.");
    cr_assert_not_null(dims);
    const char *field = strstr(text, "| `not_offered` |"), *expert = strstr(text, "### Of an expert");
    cr_assert(field != NULL && expert != NULL);
    cr_expect(dims < field && field < expert);
    free(text);
}

Test(results_doc, lists_fields_and_quantities_on_the_terminal)
{
    char *text = printed(results_doc_print);
    for (size_t f = 0; f < ledger_field_count; f++)
        cr_expect_not_null(strstr(text, ledger_fields[f].name), "%s", ledger_fields[f].name);
    for (size_t q = 0; q < quantity_count; q++)
        cr_expect_not_null(strstr(text, quantities[q].long_name), "%s", quantities[q].name);
    free(text);
}

/* /dev/full accepts nothing. */
Test(results_doc, says_when_it_cannot_be_written)
{
    int (*const prints[])(FILE *, struct err *) = {results_doc_print, results_doc_markdown};
    for (size_t i = 0; i < 2; i++) {
        struct err err = ERR_INIT;
        FILE *out = fopen("/dev/full", "w");
        cr_assert_not_null(out);
        cr_expect_eq(prints[i](out, &err), -1);
        cr_expect_not_null(strstr(err.text[0], "disk"));
        fclose(out);
    }
}

Test(results_doc, is_fresh)
{
    char *text = printed(results_doc_markdown);
    FILE *file = fopen(SOURCE_DIR "/docs/results.md", "r");
    cr_assert_not_null(file);
    char *kept = calloc(1, 1 << 20);
    cr_assert_not_null(kept);
    cr_expect_lt(fread(kept, 1, (1 << 20) - 1, file), (1 << 20) - 1);
    fclose(file);
    cr_expect(strcmp(text, kept) == 0,
              "docs/results.md is stale: write it again with counterpart keys --results --markdown");
    free(kept);
    free(text);
}
