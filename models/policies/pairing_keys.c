#include "models/facility.h"
#include "models/policies/pairing.h"

#define MEMBER(member) .offset = offsetof(struct pairing_spec, member)
#define KEY(name) .path = "policies(pairing)." name

static const struct key_row rows[] = {
    {KEY("helpers"), .type = KEY_LIST, MEMBER(helpers), .size = sizeof(struct facility_listed),
     .fallback = "", .refers = "facility", .help = "The hospitals that help; or use `file`."},
    {KEY("helpers.facility"), .type = KEY_REF, .offset = offsetof(struct facility_listed, facility),
     .refers = "facilities", .help = "A hospital, or a rule: all hospitals that it makes."},
    {KEY("helped"), .type = KEY_LIST, MEMBER(helped), .size = sizeof(struct facility_listed), .fallback = "",
     .refers = "facility", .help = "The hospitals that are helped; or use `file`."},
    {KEY("helped.facility"), .type = KEY_REF, .offset = offsetof(struct facility_listed, facility),
     .refers = "facilities", .help = "A hospital, or a rule: all hospitals that it makes."},
    {KEY("file"), .type = KEY_FILE, MEMBER(file), .fallback = "",
     .help = "CSV file with a row per pair: helper, helped (ids of facilities); of several helpers of one "
             "hospital the first is its partner. With rule = \"list\"."},
    {KEY("rule"), .type = KEY_CHOICE, MEMBER(rule), .fallback = "nearest",
     .choices = "list|nearest|need|balanced|optimal",
     .help = "How pairs are made: as the file lists them; shortest way first; the neediest first, with the "
             "nearest helper that is left; the neediest first, with the helper least loaded for its beds; or "
             "so that the sum of need x way is least."},
    {KEY("load"), .type = KEY_INT, MEMBER(load), .unit = "hospitals", .fallback = "1", .low = 0, .high = 1e6,
     .help = "How many hospitals a helper can take; 0: any number."},
    {KEY("join"), .type = KEY_BOOL, MEMBER(join), .fallback = "false",
     .help = "Helpers whom the rule leaves over join, one each, the hospitals in greatest need."},
    {KEY("length"), .type = KEY_SPAN, MEMBER(length), .fallback = "0 d", .low = 0, .high = INFINITY,
     .help = "How long the pairing lasts; \"0 d\" is for good. No batch begins after its end."},
    {KEY("experts"), .type = KEY_INT, MEMBER(experts), .unit = "people", .fallback = "0", .low = 0,
     .high = 10000, .help = "How many people each helper sends at a time, to its partners in turn; 0: none."},
    {KEY("service"), .type = KEY_REF, MEMBER(service), .fallback = "", .refers = "services",
     .help = "What they command, are sent for and teach; also the service whose unmet need counts."},
    ROTA_ROWS("policies(pairing)", pairing_spec),
};

const struct key_kind pairing_kind = {
    .kind = "pairing",
    .help = "Hospitals that help are paired with hospitals that are helped: these refer to their partner "
            "first and are sent its experts.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct pairing_spec),
};
