#ifndef COUNTERPART_MODELS_CHOICE_H
#define COUNTERPART_MODELS_CHOICE_H

/* Where a patient goes. Random utility as an exponential race: each patient draws
 * one appeal per facility identity, once and for all, and takes the facility for
 * which appeal / weight is least. Improving one facility therefore moves patients
 * only towards it. Train (2009), Discrete Choice Methods with Simulation, ch. 3. */

#include <stdint.h>

#include "models/choice_kind.h"
#include "models/choice_set.h"
#include "models/geography.h"
#include "models/pathway.h"
#include "sim/rng.h"

#define CHOICE_HOME (UINT32_MAX - 1)

struct world;

/* For the whole world, when it is known which services each facility may ever offer. */
MUST_CHECK int choices_init(struct world *world, struct err *err);

/* In all of these, `is` says what the patient is (rules_is): who does not take such patients is passed over.
 */

/* The nearest facility that gives the stage now, within reach; not `except`. PATIENT_NOWHERE: none. */
uint32_t choice_nearest(struct world *world, const struct stage *stage, uint32_t origin, uint32_t except,
                        uint32_t is);

/* The same among facilities where the stage could begin at once. */
uint32_t choice_nearest_free(struct world *world, const struct stage *stage, uint32_t origin, uint32_t except,
                             uint32_t is);

/* Where a facility sends a patient whom it cannot give the stage: to its partner when that gives it and is
 * within reach, otherwise as the stage's `refer` says: to the nearest, or to the one of the 16 nearest with
 * the fewest waiting for each server as far as is known. PATIENT_NOWHERE: nowhere. */
uint32_t choice_referral(struct world *world, const struct stage *stage, uint32_t from, uint32_t is);

/* The same when the stage could not begin here at once, but could there. */
uint32_t choice_referral_free(struct world *world, const struct stage *stage, uint32_t from, uint32_t is);

/* The facility of greatest utility that gives the stage now, within reach, or CHOICE_HOME. */
uint32_t choice_utility(struct world *world, const struct stage *stage, uint32_t origin,
                        struct rng_identity patient, uint32_t is, bool referred);

/* Somebody without a referral who chooses by utility, beside others who do. */
struct chooser {
    const struct choice_set *set; /* as long as rules do not change */
    struct rng_identity patient;
    double stay;    /* utility of home */
    uint32_t stage; /* index in its condition */
    uint32_t is;
    uint32_t at; /* what is chosen: number in the set; CHOICE_SET: home */
};
enum { CHOOSERS_MOST = 32 };

/* The set from which those choose who are at a place. */
const struct choice_set *choice_set_now(struct world *world, const struct stage *stage, uint32_t origin);
/* The same choice as by choice_utility() for each of at most CHOOSERS_MOST, in less time; and, of somebody
 * who has so chosen a facility, the same as by choice_bypasses(). */
void choice_utility_each(struct world *world, struct chooser *chooser, size_t count);
bool choice_passes(struct world *world, const struct stage *stage, uint32_t origin,
                   const struct chooser *chooser);

/* Whether somebody at home for whom choice_utility() has just chosen this facility goes past a nearer one, by
 * travel time, that gives the stage and takes the patient, as far as is known. Looked at are the set that was
 * chosen from and the sixteen nearest that could ever give the stage. Care that comes home is neither passed
 * nor passes. */
bool choice_bypasses(struct world *world, const struct stage *stage, uint32_t origin, uint32_t facility,
                     uint32_t is);

/* The way from a place to a facility. */
struct travel choice_way(const struct world *world, uint32_t origin, uint32_t facility);

/* Whether the facility has the wards and, now, the people that the stage needs. */
bool choice_given(const struct world *world, const struct stage *stage, uint32_t facility);
/* Whether it has the wards, and somebody elsewhere is known to guide its people. */
bool choice_guided(const struct world *world, const struct stage *stage, uint32_t facility);

#endif
