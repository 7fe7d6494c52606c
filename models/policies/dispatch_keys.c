#include "models/policies/dispatch.h"

#define MEMBER(member) offsetof(struct dispatch_spec, member)
#define KEY(name) .path = "policies(dispatch)." name

static const struct key_row rows[] = {
    {KEY("expert"), .type = KEY_REF, .offset = MEMBER(expert), .refers = "experts", .help = "Who is sent."},
    {KEY("to"), .type = KEY_REF, .offset = MEMBER(to), .refers = "facilities",
     .help = "The hospital that is helped."},
    {KEY("service"), .type = KEY_REF, .offset = MEMBER(service), .refers = "services",
     .help = "The technique that is offered and taught there."},
    {KEY("start"), .type = KEY_DATE, .offset = MEMBER(start_us), .help = "The first day of the stint."},
    {KEY("stint"), .type = KEY_SPAN, .offset = MEMBER(stint), .fallback = "0 d", .low = 0, .high = 0,
     .help = "How long the expert stays; \"0 d\" is for good."},
    {KEY("trainees"), .type = KEY_INT, .offset = MEMBER(trainees), .unit = "people", .fallback = "0",
     .low = 0, .high = 1000, .help = "Local staff who are taught."},
    {KEY("on_duty"), .type = KEY_SHARE, .offset = MEMBER(on_duty), .fallback = "0.8",
     .help = "Chance that a given trainee is on duty when a case comes."},
    {KEY("assignment"), .type = KEY_CHOICE, .offset = MEMBER(assignment), .fallback = "most_advanced",
     .choices = "most_advanced|rotating|least_advanced",
     .help = "Which of the trainees on duty does a case under supervision."},
};

const struct key_kind dispatch_kind = {
    .kind = "dispatch",
    .help = "An expert works at another hospital for a time, treats there, and teaches local staff.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct dispatch_spec),
};
