#include "models/facility.h"
#include "models/policies/dispatch.h"

#define MEMBER(member) .offset = offsetof(struct dispatch_spec, member)
#define KEY(name) .path = "policies(dispatch)." name

static const struct key_row rows[] = {
    {KEY("expert"), .type = KEY_REF, MEMBER(expert), .fallback = "", .refers = "experts",
     .help = "Who is sent; or use `team`."},
    {KEY("experts"), .type = KEY_INT, MEMBER(experts), .unit = "people", .fallback = "1", .low = 1,
     .high = 10000, .help = "How many of the people whom `expert` describes go in each batch."},
    {KEY("team"), .type = KEY_LIST, MEMBER(team), .size = sizeof(struct dispatch_member), .fallback = "",
     .refers = "expert", .help = "Who goes together, when they are of several kinds."},
    {KEY("team.expert"), .type = KEY_REF, .offset = offsetof(struct dispatch_member, expert),
     .refers = "experts", .help = "One kind of the team."},
    {KEY("team.experts"), .type = KEY_INT, .offset = offsetof(struct dispatch_member, number),
     .unit = "people", .fallback = "1", .low = 1, .high = 10000, .help = "How many of them."},
    {KEY("to"), .type = KEY_REF, MEMBER(to), .fallback = "", .refers = "facilities",
     .help = "The hospital that is helped; or use `among`."},
    {KEY("among"), .type = KEY_LIST, MEMBER(among), .size = sizeof(struct facility_listed), .fallback = "",
     .refers = "facility", .help = "The hospitals of which each batch helps one."},
    {KEY("among.facility"), .type = KEY_REF, .offset = offsetof(struct facility_listed, facility),
     .refers = "facilities", .help = "A hospital, or a rule: all hospitals that it makes."},
    {KEY("order"), .type = KEY_CHOICE, MEMBER(order), .fallback = "in_turn", .choices = "in_turn|need|gain",
     .help = "Which of them: one after another, the one with the greatest unmet need when the batch leaves, "
             "or the one where it can treat most of those in need in its time."},
    {KEY("service"), .type = KEY_REF, MEMBER(service), .fallback = "", .refers = "services",
     .help = "The technique that is offered and taught there; what each expert commands when absent."},
    ROTA_ROWS("policies(dispatch)", dispatch_spec),
};

const struct key_kind dispatch_kind = {
    .kind = "dispatch",
    .help = "Experts work at another hospital for a time, treat there, and teach local staff.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct dispatch_spec),
};
