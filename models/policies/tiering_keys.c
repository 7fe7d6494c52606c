#include "models/policies/tiering.h"

#define MEMBER(member) offsetof(struct tiering_spec, member)
#define KEY(name) .path = "policies(tiering)." name

static const struct key_row rows[] = {
    {KEY("start"), .type = KEY_DATE, .offset = MEMBER(start_us), .help = "The day from which it holds."},
    {KEY("first"), .type = KEY_TEXTS, .offset = MEMBER(first), .fallback = "",
     .help = "Levels that see patients without a referral; village, township and county when absent. Online "
             "hospitals ask for none."},
    {KEY("rule"), .type = KEY_CHOICE, .offset = MEMBER(rule), .fallback = "penalty",
     .choices = "penalty|strict",
     .help =
         "Who comes to another level without a referral is reimbursed less (penalty) or not seen (strict): "
         "who needs what the first levels do not give goes to the nearest of them for a referral."},
    {KEY("unreferred"), .type = KEY_SHARE, .offset = MEMBER(unreferred), .fallback = "0",
     .help = "Taken off the share that insurance pays for those without a referral."},
    {KEY("except"), .type = KEY_TEXTS, .offset = MEMBER(except), .fallback = "",
     .help = "Ids of conditions that need no referral, such as emergencies."},
    {KEY("back"), .type = KEY_TEXTS, .offset = MEMBER(back), .fallback = "",
     .help = "Stages that from then on are had back at the facility nearest home that can give them, as "
             "\"CONDITION.STAGE\": recovery, say."},
};

const struct key_kind tiering_kind = {
    .kind = "tiering",
    .help = "First contact near home, with referral to higher levels, and recovery back near home.",
    .rows = rows,
    .count = sizeof rows / sizeof rows[0],
    .own_size = sizeof(struct tiering_spec),
};
