#include <math.h>

#include "models/policies/online.h"

#define MEMBER(member) offsetof(struct online_spec, member)
#define KEY(name) .path = "policies(online)." name
#define MONEY .type = KEY_MONEY, .fallback = "0 CNY", .low = 0, .high = INFINITY

static const struct key_row rows[] = {
    {KEY("start"), .type = KEY_DATE, .offset = MEMBER(start_us), .help = "The day on which they open."},
    {KEY("facilities"), .type = KEY_TEXTS, .offset = MEMBER(facilities), .fallback = "",
     .help =
         "Ids of the online hospitals (facilities of the level online that are closed until then); all when "
         "absent."},
    {KEY("ramp"), .type = KEY_SPAN, .offset = MEMBER(ramp), .fallback = "0 d",
     .help = "Time in which their capacity comes, in monthly steps."},
    {KEY("ramp_from"), .type = KEY_SHARE, .offset = MEMBER(ramp_from), .fallback = "0.25",
     .help = "Share of it that is there at the start."},
    {KEY("cost"), MONEY, .offset = MEMBER(cost_fen),
     .help = "What the programme spends on each at the start."},
    {KEY("cost_per_year"), MONEY, .offset = MEMBER(cost_per_year_fen),
     .help = "... and each year from then on."},
};

const struct key_kind online_kind = {
    .kind = "online",
    .help = "Online hospitals open: facilities without a way to them, for the lightest grades of severity.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct online_spec),
};
