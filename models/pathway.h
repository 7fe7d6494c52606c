#ifndef COUNTERPART_MODELS_PATHWAY_H
#define COUNTERPART_MODELS_PATHWAY_H

/* Conditions with their pathways, compiled: stages in one flat table, names
 * resolved to indices, distributions to quantile tables. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/facility.h"
#include "models/scenario.h"
#include "sim/dist.h"

/* What a stand-in's stage leads to are answers, not stages. */
enum answer_code { ANSWER_GRANTED, ANSWER_MISSING, ANSWER_REJECTED, ANSWER_BALKED, ANSWER_GAVE_UP };
#define STAGE_ANSWER(code) (-16 - (int32_t)(code))

enum { ASKS_NOBODY = -1, ASKS_LINKED = -2 };

enum { STAGE_END = -1, STAGE_BY_LUCK = -3, STAGE_NEEDS = 4, SEVERITIES = 16 };

/* Of a condition, in the order of its key. */
enum first_choice { FIRST_NEAREST, FIRST_UTILITY, FIRST_GIVEN };
enum stage_choice { CHOICE_STAY, CHOICE_NEAREST, CHOICE_UTILITY, CHOICE_BACK };

struct need {
    uint32_t resource;
    int64_t amount;
};

/* Where a patient goes from a stage: rows of cumulative shares for each severity class. */
struct route {
    uint32_t below;              /* taken when the luck's word is not above this */
    int32_t to;                  /* stage, or STAGE_END */
    const struct dist *duration; /* of the stage for those who go there; NULL: the stage's own */
};

/* The first line and the needs are what every patient looks at. */
struct stage {
    _Alignas(64) const struct dist *duration; /* NULL: none */
    int64_t price_fen;
    int32_t service; /* -1: none */
    int32_t ward;    /* a station of its own, or -1 */
    int32_t at;      /* facility where it is had; -1: where the patient is */
    int32_t next;    /* the same for all, or STAGE_BY_LUCK */
    uint16_t condition;
    uint16_t index; /* within its condition: identity of draws */
    uint8_t need_count;
    uint8_t level; /* of priority */
    uint8_t upgraded_level;
    bool treats, first;
    bool plain;           /* one server of one ward, and nothing that needs more than a glance */
    bool stay;            /* of a facility, likewise: see stay.h */
    bool direct;          /* of a station of its own, in a world without rare features: see plain.h */
    bool routed_duration; /* some routes have durations of their own */
    enum stage_choice choice;
    int32_t asks; /* facility that is asked for the rest, ASKS_NOBODY, or ASKS_LINKED: as a policy says */
    const int32_t *among; /* wards of which one is picked; NULL: none */
    struct need need[STAGE_NEEDS];
    const struct dist *patience, *review, *upgrade_after; /* NULL: none */
    const struct route *route[SEVERITIES];                /* NULL: the pathway ends */
    const struct stage_spec *spec;
    int32_t asked; /* the stage that stand-ins have there */
    int64_t connection_us;
    int32_t guided, from_afar; /* variants of this stage: by local staff under guidance, and without going
                                * there; -1: none. For policies. */
    bool follows;              /* the second is at work: changes at planning epochs */
    int32_t variant_of;        /* -1: itself */
    int32_t guided_service;    /* of a guided variant; -1 */
    double with_records;       /* duration where records came along */
    enum stage_refer refer;
    uint32_t among_count;
    enum stage_pick pick;
    enum stage_previous previous;
    enum stage_full full;
    enum stage_else missing;
    int32_t late, otherwise, reneged, rejected, balked;
    int64_t window_us, transfer_us, reach_us; /* 0: no limit */
};

struct condition {
    const struct condition_spec *spec;
    const char *id;
    uint32_t first_stage, stage_count;
    const struct dist *delay;
    unsigned severities;
    uint32_t severity_below[SEVERITIES];
    double outcome_by_class[8][SEVERITIES]; /* [outcome][class] */
    bool loops;                             /* a stage can be visited again */
    int32_t first_facility;                 /* -1 */
    int32_t treat_service;                  /* of the stage that treats; -1: none */
};

struct pathway_dist {
    struct dist *dist;     /* owned */
    struct dist_spec spec; /* lists of values may be gone */
    uint64_t hash;         /* the fingerprint */
};

struct pathways {
    struct condition *condition; /* owned by the arena */
    size_t count;
    struct stage *stage;
    size_t stage_count;        /* those of the conditions, then those of stand-ins */
    struct pathway_dist *dist; /* owned: all compiled distributions; equal ones share a table */
    size_t dist_count, dist_capacity;
    uint64_t fingerprint; /* of the distributions, in the order in which they were asked for */
    size_t loop_stages;   /* visit counters that a patient needs; 0 when no pathway loops */
};

MUST_CHECK int pathways_init(struct pathways *pathways, const struct scenario *scenario,
                             struct facilities *facilities, struct arena *arena, struct err *err);
void pathways_free(struct pathways *pathways);

/* How many stages the conditions have; those that follow are of stand-ins, and variants. */
static inline size_t pathways_own(const struct pathways *pathways)
{
    const struct condition *last = &pathways->condition[pathways->count - 1];
    return last->first_stage + last->stage_count;
}

/* Compiles and keeps a distribution; NULL with no error for a NULL spec. */
MUST_CHECK int pathways_dist(struct pathways *pathways, const struct scenario *scenario,
                             const struct dist_spec *const *spec, const struct dist **dist, struct err *err);

/* Which of the stations of a stage a word picks. */
static inline uint32_t stage_pick(const struct stage *stage, uint32_t word)
{
    return (uint32_t)(((uint64_t)word * stage->among_count) >> 32);
}

/* Before the run, makes what a policy needs of a stage, once: the variant with its service given by local
 * staff under guidance; the variant in which what it needs at its facility is asked for instead of going
 * there. */
void pathways_guide(struct pathways *pathways, struct facilities *facilities, uint32_t stage);
void pathways_follow_up(struct pathways *pathways, struct facilities *facilities, uint32_t stage,
                        int64_t connection_us);

/* The class drawn by a word. */
unsigned condition_severity(const struct condition *condition, uint32_t word);

/* The route that a patient of that class with that luck takes; NULL when the pathway ends here for all. */
const struct route *stage_route(const struct stage *stage, unsigned severity, uint32_t word);

/* The stage after this one for a patient of that class with that luck. */
int32_t stage_next(const struct stage *stage, unsigned severity, uint32_t word);

#endif
