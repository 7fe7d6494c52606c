#include "study/compare.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/contrast.h"

/* A base and an alternative that is 1 less in every replication, with one metric of its own. */
static const char *const base_names[] = {"waits", "deaths"}, *const base_units[] = {"h", "1"};
static const double base_values[] = {10, 0, 20, 0, 30, 0};
static const char *const other_names[] = {"deaths", "trips", "waits"}, *const other_units[] = {"1", "1", "h"};
static const double other_values[] = {0, 5, 9, 0, 6, 19, 0, 7, 29};
static const char *const files[] = {"a/none.cfg", "b/stint.h5"};

static struct run_view base_view(void)
{
    return (struct run_view){.title = "Nobody comes",
                             .scenario = "none.cfg",
                             .seed = "7",
                             .scenario_written = "w0",
                             .scenario_resolved = "r0",
                             .replications = 3,
                             .metrics = 2,
                             .metric_names = base_names,
                             .metric_units = base_units,
                             .metric_values = base_values};
}

static struct run_view other_view(void)
{
    return (struct run_view){.title = "An expert comes",
                             .scenario = "stint.cfg",
                             .seed = "7",
                             .scenario_written = "w1",
                             .scenario_resolved = "r1",
                             .replications = 3,
                             .metrics = 3,
                             .metric_names = other_names,
                             .metric_units = other_units,
                             .metric_values = other_values};
}

static struct comparison sample(void)
{
    struct err err = ERR_INIT;
    struct comparison comparison;
    const struct run_view views[] = {base_view(), other_view()};
    cr_assert_eq(compare_runs(&comparison, views, files, 2, &err), 0, "%s", err.text[0]);
    return comparison;
}

Test(compare, matches_metrics_by_name)
{
    struct comparison c = sample();
    cr_assert_eq(c.metrics, 3);
    cr_assert_str_eq(c.metric_names[0], "waits");
    cr_assert_str_eq(c.metric_names[2], "trips");
    cr_assert_eq(c.values[(1 * 3 + 2) * 3 + 0], 29);
    cr_assert_eq(c.values[(1 * 3 + 1) * 3 + 2], 6);
    cr_assert(isnan(c.values[2]), "the base makes no trips");
    cr_assert_str_eq(c.labels[0], "none");
    cr_assert_str_eq(c.labels[1], "stint");
    compare_free(&c);
    compare_free(&c);
}

Test(compare, prints_paired_differences)
{
    struct err err = ERR_INIT;
    struct comparison c = sample();
    char *text = compare_text(&c, DETAIL_ALL, 0, &err);
    cr_assert_not_null(text);
    cr_assert_not_null(strstr(text, "Base         none: Nobody comes\nAlternative  stint: An expert comes\n"),
                       "%s", text);
    cr_assert_not_null(strstr(text, "waits   h       20     19          -1      -1 to -1   -5.0%  "), "%s",
                       text);
    cr_assert_not_null(strstr(text, "deaths           0      0           0        0 to 0       -  "), "%s",
                       text);
    cr_assert_not_null(strstr(text, "trips            -    6.0           -             -       -  "), "%s",
                       text);
    free(text);
    compare_free(&c);
}

Test(compare, leaves_out_of_a_wide_table_what_can_be_done_without)
{
    struct err err = ERR_INIT;
    struct comparison c = sample();
    static const size_t widths[] = {0, 75, 60, 10};
    static const bool shown[4][2] = {{true, true}, {false, true}, {false, false}, {false, false}};
    for (size_t i = 0; i < 4; i++) {
        char *text = compare_text(&c, DETAIL_ALL, widths[i], &err);
        cr_expect_eq(strstr(text, "change, 95%") != NULL, shown[i][0], "%s", text);
        cr_expect_eq(strstr(text, "  variance\n") != NULL, shown[i][1], "%s", text);
        cr_expect_not_null(strstr(text, "95% interval"), "%s", text);
        free(text);
    }
    compare_free(&c);
}

/* Differences -1, -2, -3 against the base and others: t(0.9875, 2) = 6.205347. */
Test(compare, gives_intervals_that_hold_together)
{
    struct err err = ERR_INIT;
    struct comparison c;
    static const double less[] = {0, 5, 9, 0, 6, 18, 0, 7, 27};
    struct run_view views[] = {base_view(), other_view(), other_view()};
    static const char *const three[] = {"none.cfg", "stint.cfg", "two.cfg"};
    views[2].metric_values = less;
    cr_assert_eq(compare_runs(&c, views, three, 3, &err), 0);
    struct contrast_room room;
    cr_assert_eq(contrast_room_init(&room, &c, &err), 0);
    const struct contrast t = contrast_of(&c, 2, 0, &room);
    cr_expect_eq(t.difference.mean, -2);
    cr_expect_float_eq(t.difference.half, 4.302652729696142 / sqrt(3), 1e-9);
    cr_expect_float_eq(t.together_half, 6.205346816570 / sqrt(3), 1e-6, "%.12g", t.together_half * sqrt(3));
    contrast_room_free(&room);
    char *text = compare_text(&c, DETAIL_ALL, 0, &err);
    cr_expect_not_null(strstr(text, "all together"), "%s", text);
    free(text);
    const struct result *result = compare_result(&c, &err);
    static const char *const dims[] = {"scenario", "metric", NULL};
    const struct result_variable *high = run_view_variable(result, "together_high", RESULT_DOUBLE, dims);
    cr_assert_not_null(high);
    const double *values = high->values;
    cr_expect(isnan(values[0]), "the base against itself");
    cr_expect_eq(values[2 * 3], t.difference.mean + t.together_half);
    compare_free(&c);
}

Test(compare, json_pairs_replications)
{
    struct err err = ERR_INIT;
    struct comparison c = sample();
    char *text = compare_json(&c, &err);
    cr_assert_not_null(text);
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    cr_assert_not_null(document, "%s", text);
    cr_assert_str_eq(json_string_value(json_object_get(document, "base")), "none");
    json_t *waits = json_object_get(json_object_get(document, "metrics"), "waits");
    cr_assert_eq(json_real_value(json_object_get(json_object_get(waits, "base"), "sd")), 10);
    json_t *stint = json_array_get(json_object_get(waits, "alternatives"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(stint, "scenario")), "stint");
    json_t *difference = json_object_get(stint, "difference");
    cr_assert_eq(json_real_value(json_object_get(difference, "mean")), -1);
    cr_assert_eq(json_real_value(json_object_get(difference, "sd")), 0, "what the worlds share cancels out");
    cr_assert_float_eq(json_real_value(json_object_get(difference, "relative")), -0.05, 1e-15);
    json_t *trips = json_object_get(json_object_get(document, "metrics"), "trips");
    json_t *of_trips =
        json_object_get(json_array_get(json_object_get(trips, "alternatives"), 0), "difference");
    cr_assert(json_is_null(json_object_get(of_trips, "mean")));
    json_decref(document);
    free(text);
    compare_free(&c);
}

Test(compare, csv_has_a_row_a_metric_and_alternative)
{
    struct err err = ERR_INIT;
    struct comparison c = sample();
    char *text = compare_csv(&c, &err);
    cr_assert_not_null(strstr(text, "\nwaits,h,none,stint,3,20,19,-1,0,-1,-1,-0.05"), "%s", text);
    cr_assert_not_null(strstr(text, "\ntrips,1,none,stint,0,,6,,,,,,,,,,,,\n"), "%s", text);
    free(text);
    compare_free(&c);
}

static void check_refusal(struct run_view other, const char *expected)
{
    struct err err = ERR_INIT;
    struct comparison c;
    const struct run_view views[] = {base_view(), other};
    cr_assert_eq(compare_runs(&c, views, files, 2, &err), -1);
    cr_assert_not_null(strstr(err.text[0], expected), "%s", err.text[0]);
    compare_free(&c);
}

Test(compare, refuses_what_cannot_be_paired)
{
    struct run_view other = other_view();
    other.seed = "8";
    check_refusal(other, "a/none.cfg has seed 7 and b/stint.h5 has seed 8");
    other = other_view();
    other.replications = 2;
    check_refusal(other, "a/none.cfg has 3 replications and b/stint.h5 has 2");
    other = other_view();
    other.metric_units = other_names;
    check_refusal(other, "metric 'deaths' is in 'deaths' in b/stint.h5 and in '1'");
}

Test(compare, needs_an_alternative)
{
    struct err err = ERR_INIT;
    const struct run_view view = base_view();
    cr_assert_eq(compare_check(&view, files, 1, &err), -1);
}

Test(compare, labels_are_unique)
{
    struct err err = ERR_INIT;
    struct comparison c;
    const struct run_view views[] = {base_view(), other_view(), base_view(), base_view()};
    static const char *const same[] = {"a/x.cfg", "b/x.h5", "x-2", ".cfg"};
    cr_assert_eq(compare_runs(&c, views, same, 4, &err), 0);
    cr_assert_str_eq(c.labels[0], "x");
    cr_assert_str_eq(c.labels[1], "x-2");
    cr_assert_str_eq(c.labels[2], "x-2-2");
    cr_assert_str_eq(c.labels[3], ".cfg");
    compare_free(&c);
}

Test(compare, reads_back_what_it_writes)
{
    struct err err = ERR_INIT;
    struct comparison c = sample(), again;
    const struct result *result = compare_result(&c, &err);
    cr_assert_not_null(result);
    static const char *const dims[] = {"scenario", "replication", "metric", NULL};
    cr_assert_not_null(run_view_variable(result, "metric_value", RESULT_DOUBLE, dims));
    cr_assert_eq(compare_of(&again, result, &err), 0, "%s", err.text[0]);
    char *first = compare_json(&c, &err), *second = compare_json(&again, &err);
    cr_assert_str_eq(first, second);
    free(first);
    free(second);
    compare_free(&again);
    compare_free(&c);
}

Test(compare, refuses_a_file_of_another_shape)
{
    struct err err = ERR_INIT;
    struct comparison c = sample(), again;
    struct result result = *compare_result(&c, &err);
    result.variable_count = 4; /* without the values */
    cr_assert_eq(compare_of(&again, &result, &err), -1);
    cr_assert_not_null(strstr(err.text[0], "metric_value"), "%s", err.text[0]);
    err_clear(&err);
    result.dimensions[0].size = 1;
    cr_assert_eq(compare_of(&again, &result, &err), -1);
    compare_free(&c);
}
