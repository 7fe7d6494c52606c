#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "models/quantity.h"

#define D INT64_C(86400000000)

static int64_t duration(const char *text)
{
    struct err err = ERR_INIT;
    int64_t us = -1;
    cr_expect_eq(quantity_duration(text, &us, &err), 0, "%s: %s", text, err.text[0]);
    return us;
}

static void refused_duration(const char *text, const char *message)
{
    struct err err = ERR_INIT;
    int64_t us = -1;
    cr_expect_eq(quantity_duration(text, &us, &err), -1, "%s", text);
    cr_expect_eq(err.count, 1);
    cr_expect_str_eq(err.text[0], message);
}

Test(quantity, reads_times_exactly)
{
    cr_expect_eq(duration("8.8 d"), 88 * D / 10);
    cr_expect_eq(duration("4.5 h"), INT64_C(16200000000));
    cr_expect_eq(duration("0.000001s"), 1);
    cr_expect_eq(duration("1 y"), 365 * D);
    cr_expect_eq(duration("5 days"), 5 * D);
    cr_expect_eq(duration("1 hour"), D / 24);
    cr_expect_eq(duration(" 1e3 ms "), 1000000);
    cr_expect_eq(duration("0.3 us"), 0);
    cr_expect_eq(duration("0.5 us"), 1);
    cr_expect_eq(duration("9223372036854775807 us"), INT64_MAX);
    cr_expect_eq(duration("0.1 d"), D / 10);
    cr_expect_eq(duration("1e-400 d"), 0);
}

Test(quantity, shows_how_a_time_is_written)
{
    refused_duration("40", "40: a time needs a unit; write \"40 min\", \"40 h\" or \"40 d\"");
    refused_duration("", "\"\" is not a time; write a number and a unit, such as \"40 min\"");
    refused_duration("4 hr", "\"hr\" is not a unit of time; use us, ms, s, min, h, d, week or y");
    refused_duration("7 month",
                     "\"7 month\" has months, whose length varies, where a fixed time is due; write it in d");
    refused_duration("-1 h", "\"-1 h\" is a negative time; write 0 or more");
    refused_duration("9223372036854775808 us",
                     "\"9223372036854775808 us\" is too long a time; write less than 290000 y");
    refused_duration("1e40 y", "\"1e40 y\" is too long a time; write less than 290000 y");
    refused_duration("nan d", "\"nan d\" is not a time; write a number and a unit, such as \"40 min\"");
    refused_duration("0x10 d", "\"x10 d\" is not a unit of time; use us, ms, s, min, h, d, week or y");
}

Test(quantity, keeps_calendar_spans_in_months)
{
    struct err err = ERR_INIT;
    struct key_span span;
    cr_expect_eq(quantity_span("7 months", &span, &err), 0);
    cr_expect_eq(span.months, 7);
    cr_expect_eq(quantity_span("1.5 y", &span, &err), 0);
    cr_expect_eq(span.months, 18);
    cr_expect_eq(span.us, 0);
    cr_expect_eq(quantity_span("36 h", &span, &err), 0);
    cr_expect_eq(span.months, 0);
    cr_expect_eq(span.us, 3 * D / 2);
    cr_expect_eq(quantity_span("0.5 month", &span, &err), -1);
    cr_expect_str_eq(err.text[0], "\"0.5 month\" is not a whole number of months; write it in d");
}

static int64_t date(const char *text)
{
    struct err err = ERR_INIT;
    int64_t us = -1;
    cr_expect_eq(quantity_date(text, &us, &err), 0, "%s", err.text[0]);
    return us;
}

Test(quantity, reads_dates)
{
    cr_expect_eq(date("1970-01-01"), 0);
    cr_expect_eq(date("2000-03-01"), 11017 * D);
    cr_expect_eq(date("2020-02-29 12:30"), 18321 * D + 45000 * INT64_C(1000000));
    cr_expect_eq(date("1969-12-31"), -D);
}

Test(quantity, refuses_dates_that_are_none)
{
    static const char *const bad[] = {
        "2020-02-30", "2019-02-29", "2019-13-01",  "2019-1-1",         "2019",
        "1066-10-14", "",           "2019-01-01 ", "2019-01-01 24:00", "2019-01-00"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err err = ERR_INIT;
        int64_t us = 0;
        cr_expect_eq(quantity_date(bad[i], &us, &err), -1, "%s", bad[i]);
    }
}

Test(quantity, adds_spans_by_the_calendar)
{
    const struct key_span month = {.months = 1}, year = {.months = 12}, mixed = {.months = 13, .us = D};
    cr_expect_eq(key_span_after(date("2019-01-31"), month), date("2019-02-28"));
    cr_expect_eq(key_span_after(date("2020-01-31 08:15"), month), date("2020-02-29 08:15"));
    cr_expect_eq(key_span_after(date("2020-02-29"), year), date("2021-02-28"));
    cr_expect_eq(key_span_after(date("2019-12-15"), month), date("2020-01-15"));
    cr_expect_eq(key_span_after(date("2019-11-30"), mixed), date("2020-12-31"));
    cr_expect_eq(key_span_after(date("1969-12-31"), month), date("1970-01-31"));
}

Test(quantity, prints_every_day_of_four_centuries_as_it_reads_it)
{
    for (int64_t day = -62091; day < 84000; day++) { /* 1800 to 2199 */
        char text[QUANTITY_TEXT];
        quantity_print_date(text, day * D);
        cr_assert_eq(date(text), day * D, "%s", text);
    }
}

Test(quantity, reads_rates_speeds_and_money)
{
    struct err err = ERR_INIT;
    double value = 0;
    int64_t fen = 0;
    cr_expect_eq(quantity_rate("0.5 per h", &value, &err), 0);
    cr_expect_eq(value, 0.5 / 3600);
    cr_expect_eq(quantity_rate("3/min", &value, &err), 0);
    cr_expect_eq(value, 0.05);
    cr_expect_eq(quantity_incidence("505.2 per 100000 y", &value, &err), 0);
    cr_expect_eq(value, 505.2 / (100000 * (365 * 86400.0)));
    cr_expect_eq(quantity_speed("50 km/h", &value, &err), 0);
    cr_expect_float_eq(value, 50 / 3.6, 1e-12);
    cr_expect_eq(quantity_length("1.5 km", &value, &err), 0);
    cr_expect_eq(value, 1500);
    cr_expect_eq(quantity_money("6821.50 CNY", &fen, &err), 0);
    cr_expect_eq(fen, 682150);
    cr_expect_eq(quantity_money("90071992547409.93 CNY", &fen, &err), 0);
    cr_expect_eq(fen, INT64_C(9007199254740993), "beyond what a double can hold");
    cr_expect_eq(quantity_bytes("1.5 GB", &fen, &err), 0);
    cr_expect_eq(fen, 1500000000);
    cr_expect_eq(quantity_bytes("0 B", &fen, &err), 0);
    cr_expect_eq(fen, 0);
    cr_expect_eq(err.count, 0);
}

Test(quantity, refuses_what_is_no_rate_speed_or_money)
{
    struct err err = ERR_INIT;
    double value = 0;
    int64_t fen = 0;
    cr_expect_eq(quantity_rate("-0.5 per h", &value, &err), -1);
    cr_expect_eq(quantity_rate("0.5 h", &value, &err), -1);
    cr_expect_eq(quantity_rate("1e999 per h", &value, &err), -1);
    cr_expect_eq(quantity_rate("inf per h", &value, &err), -1);
    cr_expect_eq(quantity_incidence("5 per 0 y", &value, &err), -1);
    cr_expect_eq(quantity_incidence("5 per y", &value, &err), -1);
    cr_expect_eq(quantity_speed("50 mph", &value, &err), -1);
    cr_expect_eq(quantity_length("-5 km", &value, &err), -1);
    cr_expect_eq(quantity_money("1.005 CNY", &fen, &err), -1);
    cr_expect_eq(quantity_money("5 USD", &fen, &err), -1);
    cr_expect_eq(quantity_real("1e999", &value, &err), -1);
    cr_expect_eq(quantity_int("9223372036854775808", &fen, &err), -1);
    cr_expect_eq(quantity_bytes("2 GiB", &fen, &err), -1);
    cr_expect_eq(quantity_bytes("-2 GB", &fen, &err), -1);
    cr_expect_eq(quantity_bytes("10000000 TB", &fen, &err), -1);
    cr_expect_eq(quantity_bytes("2", &fen, &err), -1);
    cr_expect_eq(err.count, 16, "one problem each");
}

/* Doubles with all their digits survive being printed, whatever the unit. */
Test(quantity, prints_what_reads_back_exactly)
{
    double value = 1e-9;
    for (int i = 0; i < 500; i++, value *= 1.1 + 1e-3 * M_PI) {
        char text[QUANTITY_TEXT];
        struct err err = ERR_INIT;
        double back = 0;
        quantity_print_seconds(text, value);
        cr_expect(quantity_seconds(text, &back, &err) == 0 && back == value, "%s", text);
        quantity_print_rate(text, value);
        cr_expect(quantity_rate(text, &back, &err) == 0 && back == value, "%s", text);
        quantity_print_incidence(text, value);
        cr_expect(quantity_incidence(text, &back, &err) == 0 && back == value, "%s", text);
        quantity_print_speed(text, value);
        cr_expect(quantity_speed(text, &back, &err) == 0 && back == value, "%s", text);
        quantity_print_length(text, value);
        cr_expect(quantity_length(text, &back, &err) == 0 && back == value, "%s", text);
        quantity_print_real(text, -value);
        cr_expect(quantity_real(text, &back, &err) == 0 && back == -value, "%s", text);
    }
}

Test(quantity, prints_kindly)
{
    char text[QUANTITY_TEXT];
    quantity_print_duration(text, 16200000000);
    cr_expect_str_eq(text, "270 min");
    quantity_print_seconds(text, 8.8 * 86400);
    cr_expect_str_eq(text, "8.8 d");
    quantity_print_length(text, 100000);
    cr_expect_str_eq(text, "100 km");
    quantity_print_real(text, 3);
    cr_expect_str_eq(text, "3.0");
    quantity_print_money(text, -5);
    cr_expect_str_eq(text, "-0.05 CNY");
    quantity_print_bytes(text, 1500000000);
    cr_expect_str_eq(text, "1500 MB");
    quantity_print_bytes(text, 0);
    cr_expect_str_eq(text, "0 B");
    quantity_print_span(text, (struct key_span){.months = 18});
    cr_expect_str_eq(text, "18 month");
}
