#include "models/quantity.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "models/civil.h"
#include "sim/int128.h"

struct unit {
    const char *name;
    int64_t size; /* in the least unit of its kind */
};

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static const struct unit times[] = {
    {"us", 1},
    {"ms", 1000},
    {"s", SECOND},
    {"second", SECOND},
    {"min", 60 * SECOND},
    {"minute", 60 * SECOND},
    {"h", 3600 * SECOND},
    {"hour", 3600 * SECOND},
    {"d", DAY},
    {"day", DAY},
    {"week", 7 * DAY},
    {"y", 365 * DAY},
    {"year", 365 * DAY},
};
static const struct unit lengths[] = {{"m", 1}, {"km", 1000}};
static const struct unit speeds[] = {{"m/s", 3600}, {"km/h", 1000}};
static const struct unit moneys[] = {{"CNY", 100}, {"yuan", 100}, {"fen", 1}};
static const struct unit sizes[] = {
    {"TB", INT64_C(1000000000000)}, {"GB", 1000000000}, {"MB", 1000000}, {"kB", 1000}, {"B", 1}};
static const struct unit months[] = {{"month", 1}, {"y", 12}, {"year", 12}};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { NUMBER_TEXT = 64, SHOWN = 80 };

/* A decimal number as written, and the text behind it. */
struct number {
    bool negative;
    uint128 digits; /* value = digits / 10^scale */
    int scale;
    char text[NUMBER_TEXT];
    const char *rest;
};

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits with at most one point. Leading zeros do not count; more than 30 other digits are too many. */
static const char *read_digits(const char *at, struct number *number, bool *any)
{
    bool point = false;
    int significant = 0;
    for (; is_digit(*at) || (*at == '.' && !point); at++) {
        if (*at == '.') {
            point = true;
            continue;
        }
        *any = true;
        significant += significant > 0 || *at != '0';
        if (significant > 30)
            return NULL;
        number->digits = number->digits * 10 + (unsigned)(*at - '0');
        number->scale += point;
    }
    return at;
}

static const char *read_exponent(const char *at, struct number *number)
{
    if ((*at != 'e' && *at != 'E') ||
        !(is_digit(at[1]) || ((at[1] == '-' || at[1] == '+') && is_digit(at[2]))))
        return at;
    at++;
    const bool down = *at == '-';
    at += *at == '-' || *at == '+';
    int exponent = 0;
    for (; is_digit(*at); at++)
        exponent = exponent < 10000 ? exponent * 10 + (*at - '0') : exponent;
    number->scale += down ? exponent : -exponent;
    return at;
}

static int read_number(const char *text, struct number *number, struct err *err)
{
    *number = (struct number){.negative = false};
    const char *from = skip_blanks(text), *at = from;
    if (*at == '-' || *at == '+')
        number->negative = *at++ == '-';
    bool any = false;
    at = read_digits(at, number, &any);
    if (at == NULL)
        return err_add(err, "\"%.*s\" has too many digits; write at most 30", SHOWN, text);
    if (!any)
        return -1;
    at = read_exponent(at, number);
    if (at - from >= NUMBER_TEXT)
        return err_add(err, "\"%.*s\" has too many digits; write at most 30", SHOWN, text);
    memcpy(number->text, from, (size_t)(at - from));
    number->rest = skip_blanks(at);
    return 0;
}

static size_t word_length(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    return length;
}

/* The unit named by the first `length` bytes, singular or plural; NULL when there is none. */
static const struct unit *unit_of(const struct unit *units, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        const size_t own = strlen(units[i].name);
        if (length == own && memcmp(name, units[i].name, own) == 0)
            return &units[i];
        const bool plural = own > 2 && length == own + 1 && name[own] == 's';
        if (plural && memcmp(name, units[i].name, own) == 0)
            return &units[i];
    }
    return NULL;
}

/* digits x size / 10^scale, rounded half away from zero; false when beyond int64. */
static bool scaled(const struct number *number, int64_t size, int64_t *value, bool *exact)
{
    uint128 product = 0;
    if (__builtin_mul_overflow(number->digits, (uint128)size, &product))
        return false;
    *exact = true;
    for (int up = number->scale; up < 0 && product > 0; up++)
        if (__builtin_mul_overflow(product, (uint128)10, &product))
            return false;
    uint128 divisor = 1;
    for (int down = number->scale; down > 0; down--) {
        if (divisor > ((uint128)1 << 120) || product == 0)
            divisor = 0;
        else
            divisor *= 10;
        if (divisor == 0)
            break;
    }
    if (divisor == 0) {
        *exact = product == 0;
        product = 0;
    } else {
        const uint128 remainder = product % divisor;
        *exact = remainder == 0;
        product = product / divisor + (remainder >= divisor - remainder && remainder > 0 ? 1 : 0);
    }
    if (product > INT64_MAX)
        return false;
    *value = number->negative ? -(int64_t)product : (int64_t)product;
    return true;
}

static int no_number(const char *text, const char *what, const char *example, struct err *err)
{
    return err_add(err, "\"%.*s\" is not %s; write a number and a unit, such as \"%s\"", SHOWN, text, what,
                   example);
}

static bool contains_word(const char *text, const char *word)
{
    return strstr(text, word) != NULL;
}

static int wrong_time_unit(const struct number *number, const char *rest, bool calendar, struct err *err)
{
    if (*rest == '\0')
        return quantity_lacks_unit(calendar ? KEY_SPAN : KEY_DURATION, number->text, err);
    if (contains_word(rest, "month"))
        return err_add(
            err, "\"%s %.*s\" has months, whose length varies, where a fixed time is due; write it in d",
            number->text, SHOWN, rest);
    return err_add(err, "\"%.*s\" is not a unit of time; use us, ms, s, min, h, d, week%s or y", SHOWN, rest,
                   calendar ? ", month" : "");
}

static int time_number(const char *text, struct number *number, const struct unit **unit, bool calendar,
                       struct err *err)
{
    const unsigned before = err->count;
    if (read_number(text, number, err) != 0)
        return err->count > before ? -1 : no_number(text, "a time", "40 min", err);
    *unit = unit_of(times, COUNT(times), number->rest, word_length(number->rest));
    if (*unit == NULL)
        return wrong_time_unit(number, number->rest, calendar, err);
    if (number->negative && number->digits > 0)
        return err_add(err, "\"%.*s\" is a negative time; write 0 or more", SHOWN, text);
    return 0;
}

int quantity_duration(const char *text, int64_t *us, struct err *err)
{
    struct number number;
    const struct unit *unit = NULL;
    if (time_number(text, &number, &unit, false, err) != 0)
        return -1;
    bool exact = false;
    if (!scaled(&number, unit->size, us, &exact))
        return err_add(err, "\"%.*s\" is too long a time; write less than 290000 y", SHOWN, text);
    return 0;
}

static int finite_number(const struct number *number, const char *text, double factor, double divisor,
                         double *value, struct err *err)
{
    const double read = strtod(number->text, NULL) * factor / divisor;
    if (!isfinite(read))
        return err_add(err, "\"%.*s\" is too large a number; write one below 1e300", SHOWN, text);
    *value = read;
    return 0;
}

int quantity_seconds(const char *text, double *seconds, struct err *err)
{
    struct number number;
    const struct unit *unit = NULL;
    if (time_number(text, &number, &unit, false, err) != 0)
        return -1;
    if (unit->size >= SECOND)
        return finite_number(&number, text, (double)(unit->size / SECOND), 1, seconds, err);
    return finite_number(&number, text, 1, (double)(SECOND / unit->size), seconds, err);
}

int quantity_span(const char *text, struct key_span *span, struct err *err)
{
    *span = (struct key_span){.months = 0};
    struct number number;
    const unsigned before = err->count;
    if (read_number(text, &number, err) != 0)
        return err->count > before ? -1 : no_number(text, "a time", "7 months", err);
    const struct unit *unit = unit_of(months, COUNT(months), number.rest, word_length(number.rest));
    if (unit == NULL) {
        const struct unit *fixed = NULL;
        bool rounded = false;
        if (time_number(text, &number, &fixed, true, err) != 0)
            return -1;
        if (!scaled(&number, fixed->size, &span->us, &rounded))
            return err_add(err, "\"%.*s\" is too long a time; write less than 290000 y", SHOWN, text);
        return 0;
    }
    bool exact = false;
    if (!scaled(&number, unit->size, &span->months, &exact) || span->months > 12 * 10000)
        return err_add(err, "\"%.*s\" is too long a time; write at most 10000 y", SHOWN, text);
    if (span->months < 0)
        return err_add(err, "\"%.*s\" is a negative time; write 0 or more", SHOWN, text);
    if (!exact)
        return err_add(err, "\"%.*s\" is not a whole number of months; write it in d", SHOWN, text);
    return 0;
}

/* ---- dates ---- */

static bool digits_at(const char *text, int count, int64_t *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(text[i]))
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

static bool clock_of(const char *text, int64_t *us)
{
    int64_t hour = 0, minute = 0;
    *us = 0;
    if (*text == '\0')
        return true;
    if (*text != ' ' || !digits_at(text + 1, 2, &hour) || text[3] != ':' ||
        !digits_at(text + 4, 2, &minute) || text[6] != '\0' || hour > 23 || minute > 59)
        return false;
    *us = (hour * 60 + minute) * 60 * SECOND;
    return true;
}

int quantity_date(const char *text, int64_t *date_us, struct err *err)
{
    int64_t year = 0, month = 0, day = 0, clock_us = 0;
    if (!digits_at(text, 4, &year) || text[4] != '-' || !digits_at(text + 5, 2, &month) || text[7] != '-' ||
        !digits_at(text + 8, 2, &day) || !clock_of(text + 10, &clock_us))
        return err_add(
            err,
            "\"%.*s\" is not a date; write year-month-day, such as \"2019-01-31\" or \"2019-01-31 08:00\"",
            SHOWN, text);
    if (year < 1800 || year > 2500)
        return err_add(err, "the year of \"%s\" is out of range; write one from 1800 to 2500", text);
    if (month < 1 || month > 12)
        return err_add(err, "\"%s\" has no such month; write 01 to 12", text);
    if (day < 1 || day > civil_month_days(year, month))
        return err_add(err, "\"%s\" has no such day; this month has %d days", text,
                       civil_month_days(year, month));
    *date_us = civil_day(year, month, day) * DAY + clock_us;
    return 0;
}

/* ---- rates and the like ---- */

/* What stands behind "per" or "/", or NULL. */
static const char *after_per(const char *rest)
{
    if (*rest == '/')
        return skip_blanks(rest + 1);
    if (strncmp(rest, "per ", 4) == 0)
        return skip_blanks(rest + 4);
    return NULL;
}

static int not_negative(const struct number *number, const char *text, const char *what, struct err *err)
{
    if (number->negative && number->digits > 0)
        return err_add(err, "\"%.*s\" is a negative %s; write 0 or more", SHOWN, text, what);
    return 0;
}

/* count / (persons x time), from "count per [persons] time". */
static int rate_of(const char *text, enum key_type type, double *value, struct err *err)
{
    const bool of_persons = type == KEY_INCIDENCE;
    const char *what = of_persons ? "an incidence" : "a rate";
    const char *example = of_persons ? "505.2 per 100000 y" : "0.5 per h";
    struct number number, persons = {.digits = 1, .text = "1"};
    const unsigned before = err->count;
    if (read_number(text, &number, err) != 0)
        return err->count > before ? -1 : no_number(text, what, example, err);
    if (not_negative(&number, text, of_persons ? "incidence" : "rate", err) != 0)
        return -1;
    const char *rest = after_per(number.rest);
    if (rest == NULL)
        return *number.rest == '\0' ? quantity_lacks_unit(type, number.text, err)
                                    : no_number(text, what, example, err);
    if (of_persons && (read_number(rest, &persons, err) != 0 || persons.negative || persons.digits == 0))
        return err->count > before ? -1 : no_number(text, what, example, err);
    if (of_persons) {
        const char *again = after_per(persons.rest);
        rest = again == NULL ? persons.rest : again;
    }
    const struct unit *unit = unit_of(times, COUNT(times), rest, word_length(rest));
    if (unit == NULL)
        return err_add(err, "\"%.*s\" is not %s; write it like \"%s\"", SHOWN, text, what, example);
    double count = 0, of = 1;
    if (finite_number(&number, text, 1, 1, &count, err) != 0 ||
        finite_number(&persons, text, 1, 1, &of, err) != 0)
        return -1;
    *value = count / (of * ((double)unit->size / (double)SECOND));
    if (!isfinite(*value))
        return err_add(err, "\"%.*s\" is too large a number; write one below 1e300", SHOWN, text);
    return 0;
}

int quantity_rate(const char *text, double *per_s, struct err *err)
{
    return rate_of(text, KEY_RATE, per_s, err);
}

int quantity_incidence(const char *text, double *per_person_s, struct err *err)
{
    return rate_of(text, KEY_INCIDENCE, per_person_s, err);
}

static int simple(const char *text, enum key_type type, const struct unit *units, size_t count,
                  double divisor, double *value, struct err *err)
{
    const char *what = type == KEY_SPEED ? "a speed" : "a length";
    const char *example = type == KEY_SPEED ? "50 km/h" : "100 km";
    struct number number;
    const unsigned before = err->count;
    if (read_number(text, &number, err) != 0)
        return err->count > before ? -1 : no_number(text, what, example, err);
    if (*number.rest == '\0')
        return quantity_lacks_unit(type, number.text, err);
    const struct unit *unit = unit_of(units, count, number.rest, word_length(number.rest));
    if (unit == NULL)
        return err_add(err, "\"%.*s\" is not a unit of %s; write it like \"%s\"", SHOWN, number.rest,
                       what + 2, example);
    if (not_negative(&number, text, what + 2, err) != 0)
        return -1;
    const bool whole = (double)unit->size == divisor; /* no rounding by a factor that cancels */
    return finite_number(&number, text, whole ? 1 : (double)unit->size, whole ? 1 : divisor, value, err);
}

int quantity_speed(const char *text, double *m_s, struct err *err)
{
    return simple(text, KEY_SPEED, speeds, COUNT(speeds), 3600, m_s, err);
}

int quantity_length(const char *text, double *m, struct err *err)
{
    return simple(text, KEY_LENGTH, lengths, COUNT(lengths), 1, m, err);
}

int quantity_money(const char *text, int64_t *fen, struct err *err)
{
    struct number number;
    const unsigned before = err->count;
    if (read_number(text, &number, err) != 0)
        return err->count > before ? -1 : no_number(text, "an amount of money", "6821.50 CNY", err);
    if (*number.rest == '\0')
        return quantity_lacks_unit(KEY_MONEY, number.text, err);
    const struct unit *unit = unit_of(moneys, COUNT(moneys), number.rest, word_length(number.rest));
    if (unit == NULL)
        return err_add(err, "\"%.*s\" is not a currency that is known; write it like \"6821.50 CNY\"", SHOWN,
                       number.rest);
    bool exact = false;
    if (!scaled(&number, unit->size, fen, &exact))
        return err_add(err, "\"%.*s\" is too much money; write less than 90000000000000000 CNY", SHOWN, text);
    if (!exact)
        return err_add(err, "\"%.*s\" is not a whole number of fen; write at most two decimals", SHOWN, text);
    return 0;
}

int quantity_bytes(const char *text, int64_t *bytes, struct err *err)
{
    struct number number;
    bool exact = false;
    const unsigned before = err->count;
    if (read_number(text, &number, err) != 0)
        return err->count > before ? -1 : no_number(text, "the size of a file", "2 GB", err);
    if (*number.rest == '\0')
        return quantity_lacks_unit(KEY_BYTES, number.text, err);
    const struct unit *unit = unit_of(sizes, COUNT(sizes), number.rest, word_length(number.rest));
    if (unit == NULL)
        return err_add(err, "\"%.*s\" is not a unit of size; write it like \"2 GB\"", SHOWN, number.rest);
    if (not_negative(&number, text, "size", err) != 0)
        return -1;
    if (!scaled(&number, unit->size, bytes, &exact))
        return err_add(err, "\"%.*s\" is too large a file; write less than 9000000 TB", SHOWN, text);
    return 0;
}

int quantity_real(const char *text, double *value, struct err *err)
{
    struct number number;
    const unsigned before = err->count;
    if (read_number(text, &number, err) != 0 || *number.rest != '\0')
        return err->count > before
                   ? -1
                   : err_add(err, "\"%.*s\" is not a number; write one such as 0.25", SHOWN, text);
    return finite_number(&number, text, 1, 1, value, err);
}

int quantity_int(const char *text, int64_t *value, struct err *err)
{
    struct number number;
    const unsigned before = err->count;
    if (read_number(text, &number, err) != 0 || *number.rest != '\0' || strpbrk(number.text, ".eE") != NULL)
        return err->count > before
                   ? -1
                   : err_add(err, "\"%.*s\" is not a whole number; write one such as 12", SHOWN, text);
    bool exact = false;
    if (!scaled(&number, 1, value, &exact))
        return err_add(err, "\"%.*s\" is too large a whole number; write at most 9223372036854775807", SHOWN,
                       text);
    return 0;
}

int quantity_lacks_unit(enum key_type type, const char *number, struct err *err)
{
    const char *n = number;
    switch (type) {
    case KEY_DURATION:
    case KEY_SECONDS:
        return err_add(err, "%s: a time needs a unit; write \"%s min\", \"%s h\" or \"%s d\"", n, n, n, n);
    case KEY_SPAN:
        return err_add(err, "%s: a time needs a unit; write \"%s d\", \"%s month\" or \"%s y\"", n, n, n, n);
    case KEY_RATE:
        return err_add(err, "%s: a rate needs a unit; write \"%s per h\", \"%s per d\" or \"%s per y\"", n, n,
                       n, n);
    case KEY_INCIDENCE:
        return err_add(err,
                       "%s: an incidence needs a unit; write \"%s per 100000 y\" (cases a year among 100000)",
                       n, n);
    case KEY_SPEED:
        return err_add(err, "%s: a speed needs a unit; write \"%s km/h\"", n, n);
    case KEY_LENGTH:
        return err_add(err, "%s: a length needs a unit; write \"%s km\" or \"%s m\"", n, n, n);
    case KEY_BYTES:
        return err_add(err, "%s: the size of a file needs a unit; write \"%s MB\" or \"%s GB\"", n, n, n);
    case KEY_MONEY:
        return err_add(err, "%s: money needs a unit; write \"%s CNY\"", n, n);
    default:
        return err_add(err, "%s: a unit is missing; see `counterpart keys`", n);
    }
}
