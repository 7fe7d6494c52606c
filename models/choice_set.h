#ifndef COUNTERPART_MODELS_CHOICE_SET_H
#define COUNTERPART_MODELS_CHOICE_SET_H

/* Which facilities somebody at a place considers for a stage: at most sixteen, found
 * when first asked for and kept. Who is in a set never changes; what is known of
 * them is as old as the rules. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/geography.h"
#include "models/pathway.h"
#include "sim/race.h"

enum { CHOICE_SET = RACE_MOST };

/* The nearest that could ever give the stage, where a set does not hold them. */
struct choice_near {
    uint32_t count;
    uint32_t facility[CHOICE_SET];
    int64_t travel_us[CHOICE_SET];
};

/* The candidates of one (stage, origin), near to far: the nearest, or, where patients go by utility, the most
 * attractive by what the scenario declares. Holds all that a choice reads of them, as it has been since
 * something last changed between windows; the first four cache lines are all that it mostly reads, and of the
 * one that is chosen the way. */
struct choice_set {
    _Alignas(64) float bound[CHOICE_SET]; /* see race.h; by utility, for patients without a referral */
    float margin;
    uint32_t count;
    uint32_t version;            /* of the world's rules, for which all of this holds */
    uint32_t refused;            /* what any of those on the board refuses who do not refuse everybody */
    uint16_t given;              /* who is on the board, a bit each */
    uint16_t answered, bypasses; /* of whom it is known whether going there is bypassing; and whether */
    bool referral_matters;       /* utilities are others with one */
    bool bounded;                /* those without one have bounds */
    uint32_t bypassed_refuse;    /* what is refused by those who were looked at for that */
    struct choice_near *near;    /* NULL: not asked for yet; owned by the arena */
    _Alignas(64) uint64_t hash[CHOICE_SET]; /* the facility's identity; 0 after the last */
    uint32_t facility[CHOICE_SET];
    struct travel way[CHOICE_SET]; /* from the origin */
    uint32_t refuses[CHOICE_SET];
    double utility[2][CHOICE_SET]; /* the logarithm of the weight: with a referral, and without */
};

/* What is known of a (place, kind), and what is mostly asked for: the nearest of the set, where it holds the
 * nearest. */
struct choice_slot {
    struct choice_set *set; /* NULL: not asked for yet; owned by the arena */
    struct travel way;
    uint32_t facility; /* PATIENT_NOWHERE: look at the set */
};

struct choice_kind;

struct choices {
    struct choice_slot *slot; /* [place][kind]; filled when first asked for; owned by the arena */
    size_t places;
    uint32_t *kind_of;        /* by stage; this and the kinds are shared by the views of a world */
    struct choice_kind *kind; /* owned by the arena */
    size_t kinds;
    const struct race_table *race; /* as the kinds */
    uint32_t chosen;               /* by this view, last, and from where; PATIENT_NOWHERE: nobody yet */
    uint32_t chosen_from;
    struct travel chosen_way;
    size_t chosen_at; /* in the set that was chosen from by utility */
};

/* What is known at a place of a stage, which is named by its place among all. */
static inline struct choice_slot *choices_slot(const struct choices *choices, uint32_t place, size_t stage)
{
    return &choices->slot[place * choices->kinds + choices->kind_of[stage]];
}

struct world;

/* For the whole world, when it is known which services each facility may ever offer. */
MUST_CHECK int choice_sets_init(struct world *world, struct err *err);
/* For another view of the world, with sets of its own. */
MUST_CHECK int choice_sets_init_view(struct world *view, const struct world *world, struct err *err);

/* Makes a set, or renews what is known of its facilities; stops the run when memory runs out. */
const struct choice_set *choice_set_renew(struct world *world, const struct stage *stage, uint32_t origin);

/* The nearest, beside a set that holds the most attractive; NULL when memory runs out, which stops the run.
 */
const struct choice_near *choice_set_near(struct world *world, const struct stage *stage, uint32_t origin);

#endif
