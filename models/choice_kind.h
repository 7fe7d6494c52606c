#ifndef COUNTERPART_MODELS_CHOICE_KIND_H
#define COUNTERPART_MODELS_CHOICE_KIND_H

/* Which facilities could ever give a stage, and where they are: once for all stages that find the same ones
 * and find them alike, before anybody looks for one. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/geography.h"
#include "models/pathway.h"

/* Sorts of facilities, of each of which a set holds the best: what a policy opens or improves is seldom what
 * attracts most before. A facility is of two: of its level and ownership, as declared, and of its group. */
enum { CHOICE_SORTS = FACILITY_LEVELS * FACILITY_OWNERSHIPS + FACILITY_GROUPS, CHOICE_SORTS_OF_SITE = 2 };

/* A facility that could ever give a stage, and where on a sphere of radius 1 it is. */
struct choice_site {
    double at[3];
    double appeal; /* where patients go by utility: at its door, as declared; INFINITY: no bound is known */
    double size;   /* of that, what its beds as declared bring */
    uint32_t facility;
    uint32_t sort[CHOICE_SORTS_OF_SITE];
};

/* Sites of the same two sorts: those of rare sorts are looked for far away, the others near by. */
enum { CHOICE_CLASSES = 64 }; /* at most; the last one takes what is left */
struct choice_class {
    uint32_t first, count; /* in by_class */
    uint32_t sort[CHOICE_SORTS_OF_SITE];
    bool mixed; /* other sorts, too */
};

/* Stages that find the same facilities, and like them alike, share what is known of them. */
struct choice_kind {
    const struct stage *stage; /* the first of them */
    struct choice_site *site;  /* from south to north, then by facility; owned by the world's arena */
    size_t sites;
    uint32_t *by_class; /* where sets are picked: sites by class, then from south to north; likewise */
    struct choice_class *class_; /* likewise */
    size_t classes;
    /* What a condition finds attractive, by number where the scenario has names. */
    double level[FACILITY_LEVELS], ownership[FACILITY_OWNERSHIPS], group[FACILITY_GROUPS];
    bool picked;                 /* sets hold the most attractive of more than they have room for */
    double travel_per_h;         /* where patients go by utility: what a way takes off the appeal */
    double appeal[CHOICE_SORTS]; /* the greatest of a sort; -INFINITY: it has no site */
};

struct world;

/* For the whole world, when it is known which services each facility may ever offer. */
MUST_CHECK int choice_kinds_init(struct world *world, struct err *err);

const struct choice_kind *choice_kind_of(const struct world *world, const struct stage *stage);

/* Whether patients may go by utility to where this stage is had: what a condition finds attractive matters
 * only then. */
bool choice_by_utility(const struct world *world, const struct stage *stage);

/* Whether the facility could ever give the stage: the wards are there and the service may come. */
bool choice_possible(const struct world *world, const struct stage *stage, uint32_t facility);
/* Whether patients may be treated there who travel so long, or whom doctors reach so. */
bool choice_within(const struct stage *stage, const struct facility *facility, struct travel travel);

#endif
