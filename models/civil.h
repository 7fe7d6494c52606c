#ifndef COUNTERPART_MODELS_CIVIL_H
#define COUNTERPART_MODELS_CIVIL_H

/* The calendar: dates as year, month and day, and as microseconds since 1970-01-01 UTC. Also in civil.c:
 * key_span_after(). */

#include <stdint.h>

struct civil {
    int64_t year, month, day; /* months and days count from 1 */
    int64_t us;               /* since the begin of the day */
};

struct civil civil_of(int64_t date_us);

/* Days since 1970-01-01. */
int64_t civil_day(int64_t year, int64_t month, int64_t day);

int civil_month_days(int64_t year, int64_t month);

#endif
