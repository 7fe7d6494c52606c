#ifndef COUNTERPART_MODELS_CHOICE_H
#define COUNTERPART_MODELS_CHOICE_H

/* Where a patient goes. Random utility as an exponential race: each patient draws
 * one appeal per facility identity, once and for all, and takes the facility for
 * which appeal / weight is least. Improving one facility therefore moves patients
 * only towards it. Train (2009), Discrete Choice Methods with Simulation, ch. 3. */

#include <stdint.h>

#include "models/geography.h"
#include "models/pathway.h"
#include "sim/rng.h"

enum { CHOICE_SET = 16 };
#define CHOICE_HOME (UINT32_MAX - 1)

/* A facility that could give a stage, seen from an origin. All that a choice needs, so that no facility is
 * looked at but the one that is chosen. */
struct candidate {
    uint32_t facility, place;
    struct travel travel;
    uint64_t hash;   /* the facility's identity */
    double rank;     /* those of lowest rank are in the set */
    double fixed[2]; /* the part of log weight that only policies change: with a referral, and without */
};

/* The nearest candidates of one (stage, origin), near to far; where patients go by utility, the most
 * attractive ones by what the scenario declares, so that who is in the set never changes. */
struct choice_near {
    uint32_t facility;
    int64_t travel_us;
};
struct choice_set {
    size_t count;
    uint32_t version; /* of the world's rules, for which `fixed` holds */
    struct candidate candidate[CHOICE_SET];
    /* The nearest that could ever give the stage, where the set does not hold them: found when first asked
     * for; owned by the arena. */
    struct choice_near *near;
    size_t near_count;
};

/* A facility that could ever give a stage, and where on a sphere of radius 1 it is. */
struct choice_site {
    double at[3];
    double appeal; /* where patients go by utility: at its door, as declared; INFINITY: no bound is known */
    uint32_t facility;
};

/* Stages that find the same facilities, and like them alike, share what is known of them. */
struct choice_kind {
    const struct stage *stage; /* the first of them */
    struct choice_site *site;  /* from south to north, then by facility; owned by the world's arena */
    size_t sites;
    double per_radius; /* where patients go by utility: of appeal, lost at least for a way of that chord */
};

struct choices {
    struct choice_set **set; /* [place][kind]; filled when first asked for; owned by the arena */
    size_t places;
    uint32_t *kind_of; /* by stage; this and the kinds are shared by the views of a world */
    struct choice_kind *kind;
    size_t kinds;
    const double *least; /* by the upper bits of a word of luck: no appeal's time is shorter; as the kinds */
    const struct candidate *chosen; /* what this view has chosen last, and from where; NULL: nothing yet */
    uint32_t chosen_from;
};

struct world;

/* For the whole world, when it is known which services each facility may ever offer. */
MUST_CHECK int choices_init(struct world *world, struct err *err);
/* For another view of the world, with sets of its own. */
MUST_CHECK int choices_init_view(struct world *view, const struct world *world, struct err *err);

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
