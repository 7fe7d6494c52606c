#include <math.h>

#include "models/facility.h"
#include "models/policies/training.h"

#define MEMBER(member) .offset = offsetof(struct training_spec, member)
#define KEY(name) .path = "policies(training)." name
#define SPAN .low = 0, .high = INFINITY

static const struct key_row rows[] = {
    {KEY("at"), .type = KEY_REF, MEMBER(at), .fallback = "", .refers = "facilities",
     .help = "The hospital whose staff learn; or use `among`."},
    {KEY("among"), .type = KEY_LIST, MEMBER(among), .size = sizeof(struct facility_listed), .fallback = "",
     .refers = "facility", .help = "The hospitals whose staff learn."},
    {KEY("among.facility"), .type = KEY_REF, .offset = offsetof(struct facility_listed, facility),
     .refers = "facilities", .help = "A hospital, or a rule: all hospitals that it makes."},
    {KEY("service"), .type = KEY_REF, MEMBER(service), .refers = "services", .help = "What they learn."},
    {KEY("way"), .type = KEY_CHOICE, MEMBER(way), .choices = "tutoring|sessions|study",
     .help = "By cases under supervision of whoever visits, in sessions for the whole group, or away at a "
             "centre."},
    {KEY("start"), .type = KEY_DATE, MEMBER(start_us), .help = "The first day."},
    {KEY("length"), .type = KEY_SPAN, MEMBER(length), .fallback = "0 d", SPAN,
     .help = "How long it goes on; \"0 d\" is for good."},
    {KEY("trainees"), .type = KEY_INT, MEMBER(trainees), .unit = "people", .fallback = "1", .low = 0,
     .high = 1000,
     .help = "Who learns at each hospital: so many at a time (tutoring), from the first session on, or on "
             "each departure for study, where those who learn at home already go first."},
    {KEY("most"), .type = KEY_INT, MEMBER(most), .unit = "people", .fallback = "0", .low = 0, .high = 1e6,
     .help = "How many are taught at each hospital over the whole time; 0: no limit."},
    {KEY("on_duty"), .type = KEY_SHARE, MEMBER(on_duty), .fallback = "0.8",
     .help = "Tutoring: chance that a given trainee is on duty when a case comes."},
    {KEY("assignment"), .type = KEY_CHOICE, MEMBER(assignment), .fallback = "most_advanced",
     .choices = "most_advanced|rotating|least_advanced",
     .help = "Tutoring: which of the trainees on duty does a case under supervision."},
    {KEY("every"), .type = KEY_SPAN, MEMBER(every), .fallback = "0 d", SPAN,
     .help = "Time from one session to the next, or from one departure for study to the next; \"0 d\": one "
             "departure and no more."},
    {KEY("cases"), .type = KEY_REAL, MEMBER(cases), .unit = "cases", .fallback = "0", .low = 0, .high = 1000,
     .help = "Sessions: how many supervised cases one is worth to a trainee."},
    {KEY("practice"), .type = KEY_REAL, MEMBER(practice), .unit = "cases", .fallback = "0", .low = 0,
     .high = 1000, .help = "Sessions: how many own cases one is worth to independent staff."},
    {KEY("expert"), .type = KEY_REF, MEMBER(expert), .fallback = "", .refers = "experts",
     .help = "Sessions: who holds them, when at home and with hours left in the week: otherwise the session "
             "waits. Absent: nobody's hours are counted."},
    {KEY("hours"), .type = KEY_DURATION, MEMBER(hours_us), .fallback = "0 h", .low = 0, .high = 168 * 3600e6,
     .help = "Sessions: time of the expert that each takes."},
    {KEY("centre"), .type = KEY_REF, MEMBER(centre), .fallback = "", .refers = "facilities",
     .help = "Study: where they go; the partner of each hospital when absent (see pairing)."},
    {KEY("stay"), .type = KEY_SPAN, MEMBER(stay), .fallback = "6 month", SPAN,
     .help = "Study: how long they are away."},
    {KEY("share"), .type = KEY_SHARE, MEMBER(share), .fallback = "0.05",
     .help = "Study: share of the centre's cases that each does under supervision."},
    {KEY("leaves"), .type = KEY_REF, MEMBER(leaves), .fallback = "", .refers = "services",
     .help = "Study: the service at home that lacks an independent person for each who is away; absent: "
             "nobody is missed."},
};

const struct key_kind training_kind = {
    .kind = "training",
    .help = "Local staff learn a technique: by supervised cases at home, in sessions, or away at a centre.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct training_spec),
};
