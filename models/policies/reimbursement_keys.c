#include "models/policies/reimbursement.h"

#define MEMBER(member) offsetof(struct reimbursement_spec, member)
#define KEY(name) .path = "policies(reimbursement)." name

static const struct key_row rows[] = {
    {KEY("start"), .type = KEY_DATE, .offset = MEMBER(start_us), .help = "The day from which it holds."},
    {KEY("level"), .type = KEY_NAMED_REALS, .offset = MEMBER(level), .fallback = "", .low = 0, .high = 1,
     .help = "Shares of the charges that insurance pays, by level: { county = 0.75; provincial = 0.6; }; "
             "elsewhere that of the facility."},
    {KEY("distance"), .type = KEY_NAMED_REALS, .offset = MEMBER(distance), .fallback = "", .low = -1,
     .high = 1,
     .help = "Added to that by where the facility is, seen from home: in the same county, prefecture or "
             "province, or elsewhere: { elsewhere = -0.1; }."},
};

const struct key_kind reimbursement_kind = {
    .kind = "reimbursement",
    .help = "Insurance pays other shares of the charges, by level and by distance from home.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct reimbursement_spec),
};
