#include "study/show.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "study/text.h"
#include "study/text_table.h"

/* Three replications of two metrics and four targets. */
static const char *const names[] = {"procedures", "never, \"ever\""};
static const char *const units[] = {"1", "h"};
static const double values[] = {10, NAN, 11, NAN, 12, NAN};
static const char *const facts[] = {"D3", "D4", "D5", "A1"};
static const char *const roles[] = {"fit", "predict", "fit", "context"};
static const char *const quantities[] = {"staff", "procedures", "share", "beds"};
static const char *const target_units[] = {"1", "1", "1", "1"};
static const double reported[] = {2, 10, 0.5, 36}, low[] = {1, 20, 0.4, NAN}, high[] = {3, NAN, 0.6, NAN};
static const double simulated[] = {2, 10, 0.7, NAN, 2, 11, 0.7, NAN, 2, 12, 0.7, NAN};

static struct run_view sample(void)
{
    return (struct run_view){.title = "A title",
                             .scenario = "x.cfg",
                             .seed = "7",
                             .version = "0",
                             .start = "2019-01-01",
                             .warmup_days = 365,
                             .replications = 3,
                             .metrics = 2,
                             .targets = 4,
                             .metric_names = names,
                             .metric_units = units,
                             .metric_values = values,
                             .target_facts = facts,
                             .target_roles = roles,
                             .target_quantities = quantities,
                             .target_units = target_units,
                             .target_reported = reported,
                             .target_low = low,
                             .target_high = high,
                             .target_values = simulated};
}

/* Half width of the 95% interval of 10, 11, 12: t(0.975, 2) / sqrt(3). */
#define HALF (4.302652729911275 / 1.7320508075688772)

static json_t *parsed(const char *text)
{
    json_error_t error;
    json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(document, "%s in %s", error.text, text);
    return document;
}

Test(show, json_is_as_promised)
{
    struct err err = ERR_INIT;
    const struct run_view view = sample();
    char *text = show_json(&view, "results/x.h5", &err);
    cr_assert_not_null(text);
    json_t *document = parsed(text);
    cr_assert_eq(json_object_size(document), 5);
    cr_assert_str_eq(json_string_value(json_object_get(document, "file")), "results/x.h5");
    cr_assert_str_eq(json_string_value(json_object_get(document, "scenario")), "x.cfg");
    cr_assert_eq(json_integer_value(json_object_get(document, "replications")), 3);
    json_t *metric = json_object_get(json_object_get(document, "metrics"), "procedures");
    cr_assert_eq(json_object_size(metric), 4);
    cr_assert_str_eq(json_string_value(json_object_get(metric, "unit")), "1");
    cr_assert_eq(json_real_value(json_object_get(metric, "mean")), 11);
    cr_assert_eq(json_real_value(json_object_get(metric, "sd")), 1);
    json_t *interval = json_object_get(metric, "ci95");
    cr_assert_float_eq(json_real_value(json_array_get(interval, 0)), 11 - HALF, 1e-9);
    cr_assert_float_eq(json_real_value(json_array_get(interval, 1)), 11 + HALF, 1e-9);
    json_decref(document);
    free(text);
}

Test(show, json_says_null_for_what_is_undefined)
{
    struct err err = ERR_INIT;
    const struct run_view view = sample();
    char *text = show_json(&view, "x.h5", &err);
    json_t *document = parsed(text);
    json_t *never = json_object_get(json_object_get(document, "metrics"), "never, \"ever\"");
    cr_assert(json_is_null(json_object_get(never, "mean")));
    cr_assert(json_is_null(json_object_get(never, "sd")));
    cr_assert(json_is_null(json_object_get(never, "ci95")));
    json_decref(document);
    free(text);
}

Test(show, json_judges_targets)
{
    struct err err = ERR_INIT;
    const struct run_view view = sample();
    char *text = show_json(&view, "x.h5", &err);
    json_t *document = parsed(text);
    json_t *targets = json_object_get(document, "targets");
    cr_assert_eq(json_array_size(targets), 4);
    static const char *const keys[] = {"fact", "role",      "quantity", "reported", "low",
                                       "high", "simulated", "ci95",     "met"};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        cr_assert_not_null(json_object_get(json_array_get(targets, 0), keys[k]), "%s", keys[k]);
    cr_assert(json_is_true(json_object_get(json_array_get(targets, 0), "met")));
    cr_assert(json_is_false(json_object_get(json_array_get(targets, 1), "met")),
              "11 is below the only bound, 20");
    cr_assert(json_is_null(json_object_get(json_array_get(targets, 1), "high")));
    cr_assert(json_is_false(json_object_get(json_array_get(targets, 2), "met")));
    cr_assert(json_is_null(json_object_get(json_array_get(targets, 3), "met")));
    cr_assert(json_is_null(json_object_get(json_array_get(targets, 3), "simulated")));
    json_decref(document);
    free(text);
}

Test(show, json_survives_texts_that_are_not_utf8)
{
    struct err err = ERR_INIT;
    static const char *const bad[] = {"caf\xe9", "never"};
    struct run_view view = sample();
    view.metric_names = bad;
    char *text = show_json(&view, "\xff.h5", &err);
    cr_assert_not_null(text);
    json_t *document = parsed(text);
    cr_assert_str_eq(json_string_value(json_object_get(document, "file")), "?.h5");
    cr_assert_not_null(json_object_get(json_object_get(document, "metrics"), "caf?"));
    json_decref(document);
    free(text);
}

Test(show, csv_has_a_row_a_metric)
{
    struct err err = ERR_INIT;
    const struct run_view view = sample();
    char *text = show_csv(&view, &err);
    cr_assert_not_null(text);
    cr_assert_eq(strstr(text, "metric,unit,n,mean,sd,ci95_low,ci95_high\nprocedures,1,3,11,1,8.51"), text,
                 "%s", text);
    cr_assert_not_null(strstr(text, "\n\"never, \"\"ever\"\"\",h,0,,,,\n"), "%s", text);
    free(text);
}

Test(show, table_has_units_and_the_digits_that_the_interval_supports)
{
    struct err err = ERR_INIT;
    const struct run_view view = sample();
    char *text = show_text(&view, DETAIL_ALL, &err);
    cr_assert_not_null(text);
    cr_assert_not_null(
        strstr(text, "A title\nx.cfg, 3 replications, seed 7, start 2019-01-01, warm-up 365 days\n"));
    cr_assert_not_null(strstr(text, "procedures           11.0   8.5 to 13.5  1.0\n"), "%s", text);
    cr_assert_not_null(strstr(text, "never, \"ever\"  h        -             -    -\n"), "%s", text);
    free(text);
}

Test(show, fitted_and_predicted_stand_apart)
{
    struct err err = ERR_INIT;
    const struct run_view view = sample();
    char *text = show_targets(&view, &err);
    const char *fitted = strstr(text, "Fitted"), *predicted = strstr(text, "Predicted");
    const char *others = strstr(text, "Other facts");
    cr_assert(fitted != NULL && predicted != NULL && others != NULL, "%s", text);
    cr_assert(fitted < strstr(text, "D3") && strstr(text, "D5") < predicted);
    cr_assert(predicted < strstr(text, "D4") && strstr(text, "D4") < others);
    cr_assert(others < strstr(text, "A1"));
    cr_assert_not_null(strstr(text, "from 20"), "a bound on one side only");
    free(text);
}

Test(show, only_fitted_rows_count_as_fitted)
{
    struct run_view view = sample();
    struct show_fit fit = show_fit(&view);
    cr_assert_eq(fit.fitted, 2);
    cr_assert_eq(fit.met, 1);
    static const double undefined[12] = {NAN, 0, 0.5, 0, NAN, 0, 0.5, 0, NAN, 0, 0.5, 0};
    view.target_values = undefined;
    fit = show_fit(&view);
    cr_assert_eq(fit.fitted, 2);
    cr_assert_eq(fit.met, 1, "an undefined value meets nothing");
}

Test(show, text_of_nothing_is_empty)
{
    struct err err = ERR_INIT;
    struct run_view view = sample();
    view.targets = view.metrics = 0;
    char *targets = show_targets(&view, &err);
    cr_assert_str_eq(targets, "");
    char *text = show_text(&view, DETAIL_ALL, &err);
    cr_assert_not_null(strstr(text, "no metrics"));
    char *json = show_json(&view, "x.h5", &err);
    json_t *document = parsed(json);
    cr_assert_eq(json_object_size(json_object_get(document, "metrics")), 0);
    cr_assert_eq(json_array_size(json_object_get(document, "targets")), 0);
    json_decref(document);
    free(json);
    free(text);
    free(targets);
}

static void check_number(double value, double half, const char *expected)
{
    char out[TEXT_NUMBER];
    text_number(out, value, half);
    cr_assert_str_eq(out, expected);
}

Test(show, numbers_are_readable)
{
    check_number(123.456, 1.23, "123.5");
    check_number(123.456, 0.0123, "123.456");
    check_number(123.456, 45, "123");
    check_number(1234567.8, 20000, "1,234,568");
    check_number(-1234567.891, 0.5, "-1,234,567.89");
    check_number(1234.5, 1, "1234.5");
    check_number(42, NAN, "42");
    check_number(0.1 + 0.2, 0, "0.3");
    check_number(2.0 / 3, NAN, "0.666667");
    check_number(12.0 / 7, NAN, "1.71429");
    check_number(1e-7, 2e-8, "1.00e-07");
    check_number(3.2e18, 1e15, "3.20e+18");
    check_number(-0.001, 5, "0.0");
    check_number(0, 0, "0");
    check_number(NAN, 1, "-");
    check_number(INFINITY, NAN, "-");
}

Test(show, dates_are_readable)
{
    char out[TEXT_DATE];
    text_date(out, INT64_C(1546300800000000));
    cr_assert_str_eq(out, "2019-01-01");
    text_date(out, INT64_C(1546300800000000) + INT64_C(28800000000));
    cr_assert_str_eq(out, "2019-01-01 08:00:00");
    text_date(out, -1);
    cr_assert_str_eq(out, "1969-12-31 23:59:59");
}

Test(show, columns_line_up_with_wide_characters)
{
    struct err err = ERR_INIT;
    struct text text;
    struct text_table table;
    text_init(&text, &err);
    text_table_init(&table, "lr", &err);
    text_table_add(&table, "兴安");
    text_table_add(&table, "1");
    text_table_add(&table, "ab");
    text_table_add(&table, "22");
    text_table_print(&table, 1, &text);
    char *printed = text_take(&text, &err);
    cr_assert_str_eq(printed, " 兴安   1\n ab    22\n");
    free(printed);
}

Test(show, a_file_cannot_steer_the_terminal)
{
    struct err err = ERR_INIT;
    struct text text;
    text_init(&text, &err);
    text_add_safe(&text, "a\033[2Jb\nc\x7f"
                         "d\xc2\x9b"
                         "e\xc3\xa9");
    char *safe = text_take(&text, &err);
    cr_assert_str_eq(safe, "a?[2Jb?c?d??e\xc3\xa9");
    free(safe);
}
