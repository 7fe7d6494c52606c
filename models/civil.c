#include "models/civil.h"

#include <stdbool.h>

#include "models/keys.h"

#define DAY_US INT64_C(86400000000)

/* Days since 1970-01-01 of the first of March, from whose year every leap day is the last day. */
static int64_t days_before_march(int64_t year)
{
    return 365 * year + year / 4 - year / 100 + year / 400 - 719468;
}

int64_t civil_day(int64_t year, int64_t month, int64_t day)
{
    const int64_t shifted = (month + 9) % 12; /* March is 0 */
    return days_before_march(month <= 2 ? year - 1 : year) + (153 * shifted + 2) / 5 + day - 1;
}

int civil_month_days(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

struct civil civil_of(int64_t date_us)
{
    const int64_t days = floor_div(date_us, DAY_US);
    int64_t year = floor_div((days + 719468) * 400, 146097);
    while (days_before_march(year) > days)
        year--;
    while (days_before_march(year + 1) <= days)
        year++;
    const int64_t day_of_year = days - days_before_march(year);
    const int64_t shifted = (5 * day_of_year + 2) / 153;
    return (struct civil){.year = shifted >= 10 ? year + 1 : year,
                          .month = shifted >= 10 ? shifted - 9 : shifted + 3,
                          .day = day_of_year - (153 * shifted + 2) / 5 + 1,
                          .us = date_us - days * DAY_US};
}

int64_t key_span_after(int64_t date_us, struct key_span span)
{
    struct civil at = civil_of(date_us);
    const int64_t month = at.year * 12 + at.month - 1 + span.months;
    at.year = floor_div(month, 12);
    at.month = month - at.year * 12 + 1;
    const int last = civil_month_days(at.year, at.month);
    int64_t after = 0;
    const int64_t day = civil_day(at.year, at.month, at.day > last ? last : at.day);
    if (__builtin_add_overflow(day * DAY_US + at.us, span.us, &after))
        return INT64_MAX;
    return after;
}
