#include "models/inputs.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "study/sheet.h"

/* The file begins with a comment that explains marks, and must not count as one. */
static const char text[] =
    "# [X1] cites a row, [assumed] marks a guess.\n"
    "scenario: { length = \"1 y\"; };\n"
    "travel: {\n"
    "  detour = 1.5;  # [F3], [F12]; as measured\n"
    "  fixed = \"20 min\";\n"
    "  # [assumed] Every hundred metres costs the same.\n"
    "  cost_per_km = \"0.50 CNY\";\n"
    "};\n"
    "# [assumed] Two shifts.\n"
    "stations: ( { id = \"desk\";\n"
    "  servers = 2;  # by day # and night\n"
    "  room = 7;     # \"[F9]\" fitted to the line\n"
    "} );\n"
    "conditions: ( { id = \"ill\"; arrivals: { rate = \"1 per h\"; };\n"
    "  pathway: ( { stage = \"one\"; station = \"desk\"; duration = { dist = \"empirical\"; quantiles = (\n"
    "     { p = 0.0; value = \"1 h\"; },  # [A1] the least\n"
    "     { p = 1.0; value = \"2 h\"; } ); }; } ); } );\n";

static const struct input *find(const struct inputs *inputs, const char *path)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (strcmp(inputs->list[i].path, path) == 0)
            return &inputs->list[i];
    cr_assert_fail("no input %s", path);
    return NULL;
}

static void gather(struct scenario *scenario, struct inputs *inputs, const char *const *sets,
                   size_t set_count)
{
    char path[] = "/tmp/counterpart_inputs_XXXXXX";
    const int descriptor = mkstemp(path);
    struct err err = ERR_INIT;
    cr_assert_geq(descriptor, 0);
    cr_assert_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
    cr_assert_eq(scenario_load(scenario, path, sets, set_count, &err), 0, "%s", err.text[0]);
    cr_assert_eq(inputs_gather(inputs, scenario, &err), 0, "%s", err.text[0]);
    unlink(path);
}

static void is_said(const struct inputs *inputs, const char *path, const char *value, const char *facts,
                    bool assumed)
{
    const struct input *input = find(inputs, path);
    cr_expect_str_eq(input->value, value, "%s is %s", path, input->value);
    cr_expect_eq(input->assumed, assumed, "%s: %s", path, input->comment);
    if (facts == NULL)
        cr_expect_null(input->facts, "%s cites %s", path, input->facts);
    else
        cr_expect(input->facts != NULL && strcmp(input->facts, facts) == 0, "%s cites %s", path,
                  input->facts);
}

Test(inputs, have_the_source_that_their_comment_names)
{
    struct scenario scenario;
    struct inputs inputs;
    gather(&scenario, &inputs, NULL, 0);
    is_said(&inputs, "travel.detour", "1.5", "F3, F12", false);
    is_said(&inputs, "travel.cost_per_km", "\"0.50 CNY\"", NULL, true);
    is_said(&inputs, "stations.desk.servers", "2", NULL, true); /* from above the list */
    is_said(&inputs, "stations.desk.room", "7", "F9", false);
    cr_expect(find(&inputs, "stations.desk.room")->fitted);
    cr_expect_str_eq(find(&inputs, "stations.desk.servers")->comment,
                     "by day # and night; [assumed] Two shifts.");
    /* A comment on any line of a value is the value's. */
    cr_expect_str_eq(find(&inputs, "conditions.ill.pathway.one.duration")->facts, "A1");
    inputs_free(&inputs);
    inputs_free(&inputs);
    scenario_free(&scenario);
}

Test(inputs, without_a_mark_have_no_source)
{
    struct scenario scenario;
    struct inputs inputs;
    gather(&scenario, &inputs, NULL, 0);
    is_said(&inputs, "travel.fixed", "\"20 min\"", NULL, false);
    cr_expect_null(find(&inputs, "travel.fixed")->comment);
    is_said(&inputs, "conditions.ill.arrivals.rate", "\"1 per h\"", NULL, false);
    inputs_free(&inputs);
    scenario_free(&scenario);
}

Test(inputs, tell_what_is_given_from_defaults_and_from_the_command_line)
{
    static const char *const sets[] = {"travel.fixed=40 min"};
    struct scenario scenario;
    struct inputs inputs;
    gather(&scenario, &inputs, sets, 1);
    cr_expect_str_eq(find(&inputs, "travel.fixed")->place, "command line");
    cr_expect_null(find(&inputs, "travel.lodging_beyond")->place);
    cr_expect_str_eq(find(&inputs, "travel.lodging_beyond")->value, "\"100 km\"");
    cr_expect_not_null(strstr(find(&inputs, "travel.detour")->place, ":4"));
    for (size_t i = 0; i < inputs.count; i++)
        cr_expect_neq(strncmp(inputs.list[i].path, "scenario.", 9), 0, "%s is no input", inputs.list[i].path);
    inputs_free(&inputs);
    scenario_free(&scenario);
}

static const char *const sections[] = {"First", "Second"};

Test(sheet, escapes_what_markdown_would_take_for_markup)
{
    struct err err = ERR_INIT;
    struct sheet sheet;
    sheet_init(&sheet, "A|B", &err);
    sheet_begin(&sheet, "1.1", "One");
    sheet_line(&sheet, "<b>%s\n", "[x]");
    sheet_begin(&sheet, "2.1", "Two");
    sheet_heads(&sheet, (const char *const[]){"a", "b"}, 2);
    sheet_cell(&sheet, "x|y");
    sheet_cell(&sheet, NULL);
    sheet_missing(&sheet, "add it");
    char *markdown = sheet_markdown(&sheet, sections, &err);
    cr_assert_str_eq(markdown, "# A\\|B\n\n## 1 First\n\n### 1.1 One\n\n\\<b\\>\\[x\\] \n"
                               "\n## 2 Second\n\n### 2.1 Two\n\n*Not said in the scenario: add it*\n"
                               "\n| a | b |\n|---|---|\n| x\\|y |  |\n");
    free(markdown);
    sheet_free(&sheet);
    sheet_free(&sheet);
}

Test(sheet, wraps_lines_and_cuts_cells_for_a_terminal)
{
    struct err err = ERR_INIT;
    struct sheet sheet;
    char wide[400] = "";
    for (int i = 0; i < 60; i++)
        strcat(wide, "医");
    sheet_init(&sheet, "T", &err);
    sheet_begin(&sheet, "1.1", "One");
    sheet_line(&sheet, "aaa bbb ccc");
    sheet_heads(&sheet, (const char *const[]){"head"}, 1);
    sheet_cell(&sheet, wide);
    char *shown = sheet_text(&sheet, sections, 14, &err);
    cr_assert_not_null(strstr(shown, "      aaa bbb\n      ccc\n"), "%s", shown);
    cr_assert_not_null(strstr(shown, "医…\n"), "%s", shown);
    cr_assert_null(strstr(shown, wide));
    free(shown);
    sheet_free(&sheet);
}

/* As a reader of JSON has it and writes it again. */
Test(sheet, is_json_to_the_last_blank)
{
    struct err err = ERR_INIT;
    struct sheet sheet;
    sheet_init(&sheet, "\"T\"\\ 医\n", &err);
    sheet_begin(&sheet, "1.1", "One");
    sheet_line(&sheet, "a\tb\x7f\x01");
    sheet_line(&sheet, "not UTF-8: \xff");
    sheet_begin(&sheet, "2.1", "Two");
    sheet_heads(&sheet, (const char *const[]){"a", "b"}, 2);
    sheet_cell(&sheet, "x");
    sheet_cell(&sheet, NULL);
    sheet_cell(&sheet, "x");
    sheet_cell(&sheet, "y");
    sheet_missing(&sheet, "add it");
    char *json = sheet_json(&sheet, sections, &err);
    json_t *read = json_loads(json, 0, NULL);
    cr_assert_not_null(read, "%s", json);
    char *again = json_dumps(read, JSON_INDENT(2));
    cr_expect_eq(strncmp(json, again, strlen(again)), 0, "%s", json);
    cr_expect_str_eq(json + strlen(again), "\n");
    const json_t *items = json_object_get(read, "items"), *two = json_array_get(items, 1),
                 *rows = json_object_get(two, "rows");
    cr_expect_str_eq(json_string_value(json_object_get(read, "title")), "\"T\"\\ 医\n");
    cr_expect_str_eq(json_string_value(json_object_get(two, "section")), "Second");
    cr_expect_eq(json_array_size(json_object_get(json_array_get(items, 0), "rows")), 0);
    cr_expect(json_is_null(json_object_get(json_array_get(items, 0), "missing")));
    cr_expect_eq(json_array_size(rows), 2);
    cr_expect_str_eq(json_string_value(json_array_get(json_array_get(rows, 1), 0)), "x");
    cr_expect_str_eq(json_string_value(json_array_get(json_array_get(rows, 1), 1)), "y");
    json_decref(read);
    free(again);
    free(json);
    sheet_free(&sheet);
}
