#include <math.h>

#include "models/policies/centre.h"

#define MEMBER(member) offsetof(struct centre_spec, member)
#define KEY(name) .path = "policies(centre)." name
#define MONEY .type = KEY_MONEY, .fallback = "0 CNY", .low = 0, .high = INFINITY

static const struct key_row rows[] = {
    {KEY("facility"), .type = KEY_REF, .offset = MEMBER(facility), .refers = "facilities",
     .help = "The centre: a facility that is closed until then, or a hospital that exists."},
    {KEY("start"), .type = KEY_DATE, .offset = MEMBER(start_us), .help = "The day on which it opens."},
    {KEY("level"), .type = KEY_CHOICE, .offset = MEMBER(level), .fallback = "same",
     .choices = "same|village|township|county|prefecture|provincial|regional|national",
     .help = "The level that it has from then on."},
    {KEY("beds"), .type = KEY_COUNTS, .offset = MEMBER(beds), .unit = "servers", .fallback = "", .low = 0,
     .high = 1e9,
     .help = "Beds and other resources that come on top of what the facility declares, by the end of the "
             "ramp."},
    {KEY("ramp"), .type = KEY_SPAN, .offset = MEMBER(ramp), .fallback = "0 d",
     .help = "Time in which the capacity that is new comes, in monthly steps."},
    {KEY("ramp_from"), .type = KEY_SHARE, .offset = MEMBER(ramp_from), .fallback = "0.25",
     .help = "Share of it that is there at the start."},
    {KEY("introduce"), .type = KEY_SPAN, .offset = MEMBER(introduce), .fallback = "0 d",
     .help = "Time in which the facility's services that are closed are opened, one after another at equal "
             "intervals, in the order of the scenario, the first at the start."},
    {KEY("parent"), .type = KEY_REF, .offset = MEMBER(parent), .fallback = "", .refers = "facilities",
     .help = "The hospital that sends experts and managers."},
    {KEY("experts"), .type = KEY_COUNTS, .offset = MEMBER(experts), .unit = "people", .fallback = "",
     .low = 0, .high = 10000,
     .help = "People of the parent's staff who work and teach at the centre from the start on, by service, "
             "and are missed at the parent: { scoliosis = 2; }."},
    {KEY("trainees"), .type = KEY_COUNTS, .offset = MEMBER(trainees), .unit = "people", .fallback = "",
     .low = 0, .high = 10000, .help = "Local staff of the centre who are taught, by service."},
    {KEY("on_duty"), .type = KEY_SHARE, .offset = MEMBER(on_duty), .fallback = "0.8",
     .help = "Chance that a given trainee is on duty when a case comes."},
    {KEY("managers"), .type = KEY_INT, .offset = MEMBER(managers), .unit = "people", .fallback = "0",
     .low = 0, .high = 10000,
     .help = "Managers whom the parent sends and who are paid; see speed_per_manager."},
    {KEY("speed_per_manager"), .type = KEY_REAL, .offset = MEMBER(speed_per_manager), .fallback = "0",
     .low = 0, .high = 100,
     .help =
         "How much faster capacity and services come for each manager: `ramp` and `introduce` are divided by "
         "1 + managers x this. No source is known; with 0 managers are only paid."},
    {KEY("discussion"), .type = KEY_RATE, .offset = MEMBER(discussion_per_s), .fallback = "0 per y",
     .help = "Rate at which joint case discussion closes the gap between the proficiency of the centre's own "
             "staff and the plateau."},
    {KEY("cost"), MONEY, .offset = MEMBER(cost_fen), .help = "What the programme spends on it at the start."},
    {KEY("cost_per_year"), MONEY, .offset = MEMBER(cost_per_year_fen),
     .help = "... and each year from then on."},
    {KEY("cost_per_person"), MONEY, .offset = MEMBER(cost_per_person_fen),
     .help = "... and each year for each expert and manager."},
};

const struct key_kind centre_kind = {
    .kind = "centre",
    .help = "A hospital becomes, or opens as, a centre, with people of a parent hospital.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct centre_spec),
};
