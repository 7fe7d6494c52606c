#include <math.h>

#include "models/policies/standard.h"

#define MEMBER(member) offsetof(struct standard_spec, member)
#define KEY(name) .path = "policies(standard)." name
#define MONEY .type = KEY_MONEY, .fallback = "0 CNY", .low = 0, .high = INFINITY

static const struct key_row rows[] = {
    {KEY("of"), .type = KEY_REF, .offset = MEMBER(of), .refers = "facilities",
     .help = "The hospitals: those of a rule, or one."},
    {KEY("start"), .type = KEY_DATE, .offset = MEMBER(start_us),
     .help = "The day from which hospitals are raised."},
    {KEY("until"), .type = KEY_DATE, .offset = MEMBER(until_us),
     .help = "The day on which all are done that are to be, at an even pace; on the start: all at once."},
    {KEY("share"), .type = KEY_SHARE, .offset = MEMBER(share), .fallback = "1",
     .help = "Share of the hospitals that then meet the standard, with those that met it before."},
    {KEY("order"), .type = KEY_CHOICE, .offset = MEMBER(order), .fallback = "population",
     .choices = "population|remoteness|need|list",
     .help = "Which come first: the most people, the longest way to a hospital of a higher level, the most "
             "patients for their people who were treated out of the county or not at all so far, or those of "
             "`list`."},
    {KEY("list"), .type = KEY_TEXTS, .offset = MEMBER(list), .fallback = "",
     .help = "Codes of places in the order wanted; others follow by their people."},
    {KEY("least_population"), .type = KEY_INT, .offset = MEMBER(least_population), .unit = "people",
     .fallback = "0", .low = 0, .high = 1e10,
     .help = "Hospitals in places with fewer people are no part of the programme, and not counted."},
    {KEY("level"), .type = KEY_CHOICE, .offset = MEMBER(level), .fallback = "same",
     .choices = "same|village|township|county|prefecture|provincial|regional|national",
     .help = "The level that they have from then on."},
    {KEY("services"), .type = KEY_TEXTS, .offset = MEMBER(services), .fallback = "",
     .help = "Services that are closed there until then, and open."},
    {KEY("beds_factor"), .type = KEY_REAL, .offset = MEMBER(beds_factor), .fallback = "1", .low = 1,
     .high = 100, .help = "Beds afterwards over beds before, of each ward."},
    {KEY("cost"), MONEY, .offset = MEMBER(cost_fen), .help = "What the programme spends on each hospital."},
    {KEY("cost_per_year"), MONEY, .offset = MEMBER(cost_per_year_fen),
     .help = "... and each year from then on."},
};

const struct key_kind standard_kind = {
    .kind = "standard",
    .help = "County hospitals are raised to a standard by a date, in an order that the policy chooses.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct standard_spec),
};
