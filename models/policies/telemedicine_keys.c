#include "models/policies/telemedicine.h"

#define KIND "policies(telemedicine)"
#define MEMBER(member) offsetof(struct telemedicine_spec, member)

static const struct key_row rows[] = {
    NETWORK_ROWS(KIND, telemedicine_spec),
    {.path = KIND ".watch",
     .type = KEY_GROUP,
     .offset = MEMBER(watch),
     .size = sizeof(struct telemedicine_watch),
     .fallback = "",
     .help = "Patients of members who are watched from afar around the clock, as places allow."},
    {.path = KIND ".watch.resource",
     .type = KEY_TEXT,
     .offset = offsetof(struct telemedicine_watch, resource),
     .fallback = "",
     .help = "The beds of members whose patients are watched: \"icu\"."},
    {.path = KIND ".watch.places",
     .type = KEY_INT,
     .offset = offsetof(struct telemedicine_watch, places),
     .unit = "patients",
     .fallback = "0",
     .low = 0,
     .high = 1e9,
     .help =
         "How many are watched at once, shared out among members in proportion to their beds; what that does "
         "for them is conditions.outcomes.watched."},
    {.path = KIND ".follow_up",
     .type = KEY_TEXTS,
     .offset = MEMBER(follow_up),
     .fallback = "",
     .help = "Stages with `at` that are had from where the patient is, without the way there: "
             "[\"CONDITION.STAGE\"]. They take there what they took before."},
};

const struct key_kind telemedicine_kind = {
    .kind = "telemedicine",
    .help = "Members ask a hub, or their partner, from afar: consultations, guidance of procedures, watching "
            "over "
            "intensive care, shared records, follow-up without travel.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct telemedicine_spec),
};
