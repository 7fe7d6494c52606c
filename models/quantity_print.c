#include "models/quantity.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "models/civil.h"

#define SECOND INT64_C(1000000)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Whole numbers are shown in the first unit of which there is a whole number. */
struct unit {
    const char *name;
    int64_t size; /* in the least one */
};

void quantity_print_duration(char *text, int64_t us)
{
    static const struct unit shown[] = {{"d", 86400 * SECOND}, {"h", 3600 * SECOND}, {"min", 60 * SECOND},
                                        {"s", SECOND},         {"ms", 1000},         {"us", 1}};
    size_t i = us == 0 ? 3 : 0;
    while (us % shown[i].size != 0)
        i++;
    snprintf(text, QUANTITY_TEXT, "%lld %s", (long long)(us / shown[i].size), shown[i].name);
}

void quantity_print_span(char *text, struct key_span span)
{
    if (span.months == 0)
        quantity_print_duration(text, span.us);
    else if (span.months % 12 == 0)
        snprintf(text, QUANTITY_TEXT, "%lld y", (long long)(span.months / 12));
    else
        snprintf(text, QUANTITY_TEXT, "%lld month", (long long)span.months);
}

void quantity_print_date(char *text, int64_t date_us)
{
    const struct civil at = civil_of(date_us);
    const long long minutes = at.us / (60 * SECOND);
    const int length = snprintf(text, QUANTITY_TEXT, "%04lld-%02lld-%02lld", (long long)at.year,
                                (long long)at.month, (long long)at.day);
    if (minutes > 0 && length > 0)
        snprintf(text + length, QUANTITY_TEXT - (size_t)length, " %02lld:%02lld", minutes / 60, minutes % 60);
}

void quantity_print_money(char *text, int64_t fen)
{
    const bool negative = fen < 0;
    const uint64_t size = negative ? 0 - (uint64_t)fen : (uint64_t)fen;
    snprintf(text, QUANTITY_TEXT, "%s%llu.%02u CNY", negative ? "-" : "", (unsigned long long)(size / 100),
             (unsigned)(size % 100));
}

void quantity_print_bytes(char *text, int64_t bytes)
{
    static const struct unit shown[] = {
        {"TB", INT64_C(1000000000000)}, {"GB", 1000000000}, {"MB", 1000000}, {"kB", 1000}, {"B", 1}};
    size_t i = bytes == 0 ? COUNT(shown) - 1 : 0;
    while (bytes % shown[i].size != 0)
        i++;
    snprintf(text, QUANTITY_TEXT, "%lld %s", (long long)(bytes / shown[i].size), shown[i].name);
}

typedef int parse_real(const char *text, double *value, struct err *err);

/* The shortest of "number + suffix" that reads back as `value`; false when none of 17 digits does. */
static bool shortest(char *text, double value, double factor, const char *suffix, parse_real *parse)
{
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, QUANTITY_TEXT, "%.*g%s", digits, value * factor, suffix);
        struct err err = ERR_INIT;
        double again = 0;
        const double size = fabs(value * factor);
        const bool plain = size == 0 || (size >= 1e-4 && size < 1e15); /* 100 rather than 1e+02 */
        if (parse(text, &again, &err) == 0 && again == value && !(plain && text[strcspn(text, "e ")] == 'e'))
            return true;
    }
    return false;
}

struct suffix {
    const char *text;
    double factor;
};

/* Takes the first suffix, of those given from the kindest to the exact one, that gives the shortest text. */
static void kindest(char *text, double value, const struct suffix *suffixes, size_t count, parse_real *parse)
{
    char best[QUANTITY_TEXT] = "", tried[QUANTITY_TEXT];
    for (size_t i = 0; i < count; i++) {
        if (!shortest(tried, value, suffixes[i].factor, suffixes[i].text, parse))
            continue;
        if (best[0] == '\0' || strlen(tried) + 3 < strlen(best))
            memcpy(best, tried, sizeof best);
    }
    memcpy(text, best, sizeof best);
}

void quantity_print_seconds(char *text, double seconds)
{
    static const struct suffix suffixes[] = {
        {" d", 1.0 / 86400}, {" h", 1.0 / 3600}, {" min", 1.0 / 60}, {" s", 1}};
    size_t from = seconds >= 86400 ? 0 : seconds >= 3600 ? 1 : seconds >= 60 ? 2 : 3;
    kindest(text, seconds, suffixes + from, COUNT(suffixes) - from, quantity_seconds);
}

void quantity_print_rate(char *text, double per_s)
{
    static const struct suffix suffixes[] = {
        {" per h", 3600}, {" per d", 86400}, {" per y", 365.0 * 86400}, {" per min", 60}, {" per s", 1}};
    kindest(text, per_s, suffixes, COUNT(suffixes), quantity_rate);
}

void quantity_print_incidence(char *text, double per_person_s)
{
    static const struct suffix suffixes[] = {
        {" per 100000 y", 365.0 * 86400 * 100000}, {" per 1000 y", 365.0 * 86400 * 1000}, {" per 1 s", 1}};
    kindest(text, per_person_s, suffixes, COUNT(suffixes), quantity_incidence);
}

void quantity_print_speed(char *text, double m_s)
{
    static const struct suffix suffixes[] = {{" km/h", 3.6}, {" m/s", 1}};
    kindest(text, m_s, suffixes, COUNT(suffixes), quantity_speed);
}

void quantity_print_length(char *text, double m)
{
    static const struct suffix suffixes[] = {{" km", 0.001}, {" m", 1}};
    kindest(text, m, suffixes, COUNT(suffixes), quantity_length);
}

void quantity_print_real(char *text, double value)
{
    if (fabs(value) < 1e15 && floor(value) >= value &&
        !signbit(value)) { /* whole: no digit can be left out */
        snprintf(text, QUANTITY_TEXT, "%.0f.0", value);
        return;
    }
    shortest(text, value, 1, "", quantity_real);
    if (strpbrk(text, ".eE") == NULL)
        strcat(text, ".0");
}
