#ifndef COUNTERPART_MODELS_RULES_H
#define COUNTERPART_MODELS_RULES_H

/* Who may go where, and what share of a price insurance pays: tables that patients
 * look up and only policies change, between windows. All is allowed, and every
 * facility has its own share, until a policy says otherwise. */

#include <stdbool.h>
#include <stdint.h>

#include "models/facility.h"
#include "models/geography.h"
#include "sim/err.h"
#include "sim/mem.h"

struct patient;
struct scenario;
struct world;

/* What a patient may be, one bit each; a facility does not take who is anything that it refuses. The lowest
 * bits are the grades of severity. */
#define RULES_ANYBODY (UINT32_C(1) << 16)    /* refused where it is closed */
#define RULES_UNREFERRED (UINT32_C(1) << 17) /* comes without a referral where one is asked for */
#define RULES_NEAREST (UINT32_C(1) << 18)    /* goes by distance, which online hospitals do not have */

struct rules {
    uint32_t *refuses;                /* by facility; all arrays are owned by the world's arena */
    bool *exempt;                     /* by condition: no referral is asked for */
    bool strict;                      /* who comes without a referral is refused */
    uint32_t first_levels;            /* a bit for each level that sees patients without a referral */
    uint32_t *gate;                   /* by place: where a referral is had, with strict; PATIENT_NOWHERE */
    double unreferred;                /* taken off the share of those who come without */
    double by_level[FACILITY_LEVELS]; /* shares; NaN: the facility's own */
    double by_distance[GEOGRAPHY_RELATIONS]; /* added */
    bool reimburses;                         /* any of these differs from the facility's own share */
    uint32_t version;                        /* rises when what is known of facilities has changed */
};

/* Gathers problems: patients who are sent to what is closed. */
MUST_CHECK int rules_init(struct world *world, struct err *err);

/* What somebody of a class of severity is of whom no referral is asked. */
static inline uint32_t rules_is_of(unsigned severity)
{
    return RULES_ANYBODY | UINT32_C(1) << severity;
}
/* What a patient is who goes somewhere now. */
uint32_t rules_is(const struct world *world, const struct patient *patient);

/* Whether a facility takes somebody who is that. */
static inline bool rules_takes(const struct rules *rules, uint32_t facility, uint32_t is)
{
    return (rules->refuses[facility] & is) == 0;
}

/* Share of the charges of a facility that insurance pays for people of a place. */
double rules_share(const struct world *world, uint32_t facility, uint32_t home, bool unreferred);
/* The same for a patient who is there. */
double rules_share_of(const struct world *world, const struct patient *patient);

/* Whether a referral is asked of people with a condition at a facility, if they have none. */
bool rules_asks_referral(const struct world *world, uint32_t condition, uint32_t facility);

/* For policies. Each makes choices look anew at what facilities are. */
void rules_open(struct world *world, uint32_t facility);
void rules_changed(struct world *world);
/* What is known elsewhere of an offer is that it is given now, or not. */
struct offer;
void rules_note_offer(struct world *world, struct offer *offer, bool given);
/* What patients believe has changed. */
void rules_note_beliefs(struct world *world);
/* Asks for referrals but at these levels; `strict` refuses those who have none. */
MUST_CHECK int rules_tier(struct world *world, uint32_t first_levels, bool strict, double unreferred,
                          struct err *err);

/* Restored after the facilities. Which conditions are exempt is for the policies to say again. */
struct saved_maps;
struct state_reader;
struct state_writer;
void rules_save(const struct world *world, struct state_writer *writer);
void rules_restore(struct world *world, const struct saved_maps *maps, struct state_reader *reader);

#endif
