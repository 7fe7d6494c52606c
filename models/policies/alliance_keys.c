#include "models/policies/alliance.h"

#include <math.h>

#define KIND "policies(alliance)"
#define AT(owner, member) .offset = offsetof(struct owner, member)

/* clang-format off */
static const struct key_row rows[] = {
    NETWORK_ROWS(KIND, alliance_spec),
    {KIND ".referral", .type = KEY_BOOL, AT(alliance_spec, referral), .fallback = "true",
     .help = "Members refer to the hub first (as its partners), when it gives what is needed."},
    {KIND ".sessions", .type = KEY_LIST, AT(alliance_spec, sessions), .fallback = "", .refers = "id",
     .size = sizeof(struct alliance_session),
     .help = "Training for the staff and trainees of all members together."},
    {KIND ".sessions.id", .type = KEY_ID, AT(alliance_session, id), .help = "Short name."},
    {KIND ".sessions.service", .type = KEY_REF, AT(alliance_session, service), .refers = "services",
     .help = "The technique that is taught; those who take part are the people whom members have for it."},
    {KIND ".sessions.every", .type = KEY_DURATION, AT(alliance_session, every_us), .low = 86400e6,
     .high = 36600 * 86400e6, .help = "Time from one session to the next; the first is as long after the start."},
    {KIND ".sessions.worth", .type = KEY_REAL, AT(alliance_session, worth), .unit = "cases", .fallback = "1",
     .low = 0, .high = 1000,
     .help = "What each who takes part learns, in supervised cases (own cases of whoever is independent)."},
    {KIND ".sessions.expert", .type = KEY_REF, AT(alliance_session, expert), .fallback = "", .refers = "experts",
     .help = "Who teaches, at home; without time left in the week, or away, the session is put off."},
    {KIND ".sessions.takes", .type = KEY_DURATION, AT(alliance_session, takes_us), .fallback = "3 h", .low = 0,
     .high = 168 * 3600e6, .help = "Hours of the expert's week."},
    {KIND ".trainees", .type = KEY_LIST, AT(alliance_spec, trainees), .fallback = "", .refers = "service",
     .size = sizeof(struct alliance_trainees), .help = "People of members who begin to learn at the start."},
    {KIND ".trainees.service", .type = KEY_REF, AT(alliance_trainees, service), .refers = "services",
     .help = "What they learn; every member lists it (staff = 0 will do)."},
    {KIND ".trainees.people", .type = KEY_INT, AT(alliance_trainees, people), .unit = "people", .fallback = "1",
     .low = 0, .high = 1000, .help = "How many at each member."},
    {KIND ".clinics", .type = KEY_LIST, AT(alliance_spec, clinics), .fallback = "",
     .size = sizeof(struct alliance_clinic),
     .help = "Specialist clinics and laboratories that members open: services given from a day on."},
    {KIND ".clinics.facility", .type = KEY_REF, AT(alliance_clinic, facility), .refers = "facilities",
     .help = "A member, or a rule: all that it makes."},
    {KIND ".clinics.service", .type = KEY_REF, AT(alliance_clinic, service), .refers = "services",
     .help = "The service, which the facility lists (staff = 0 will do)."},
    {KIND ".clinics.on", .type = KEY_DATE, AT(alliance_clinic, on_us), .help = "The first day."},
    {KIND ".clinics.staff", .type = KEY_INT, AT(alliance_clinic, staff), .unit = "people", .fallback = "1",
     .low = 1, .high = 1000, .help = "People who give it independently from then on."},
    {KIND ".clinics.proficiency", .type = KEY_SHARE, AT(alliance_clinic, proficiency), .fallback = "0.6",
     .help = "Their proficiency at first, where an expert has 1."},
    {KIND ".visits", .type = KEY_LIST, AT(alliance_spec, visits), .fallback = "", .refers = "expert",
     .size = sizeof(struct alliance_visit),
     .help = "Experts who visit members, one after another; none begins after the alliance has ended."},
    {KIND ".visits.expert", .type = KEY_REF, AT(alliance_visit, expert), .refers = "experts",
     .help = "Who is sent."},
    {KIND ".visits.experts", .type = KEY_INT, AT(alliance_visit, experts), .unit = "people", .fallback = "1",
     .low = 1, .high = 10000, .help = "How many of the people whom `expert` describes go at a time."},
    {KIND ".visits.service", .type = KEY_REF, AT(alliance_visit, service), .fallback = "", .refers = "services",
     .help = "What they give and teach there; what each commands when absent."},
    ROTA_ROWS(KIND ".visits", alliance_visit),
};
/* clang-format on */

const struct key_kind alliance_kind = {
    .kind = "alliance",
    .help =
        "A hub with members: consultations and guidance from afar, training sessions, experts' visits, new "
        "clinics and laboratories at members, shared records, referral to the hub.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct alliance_spec),
};
