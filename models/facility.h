#ifndef COUNTERPART_MODELS_FACILITY_H
#define COUNTERPART_MODELS_FACILITY_H

/* Where care is given: facilities, their wards (stations with beds, theatres,
 * lists) and the services that they offer. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/geography.h"
#include "models/scenario.h"
#include "models/skill.h"
#include "sim/int128.h"
#include "sim/station.h"
#include "sim/timetable.h"

/* What every patient looks at, in one cache line; the rest only some do. */
struct facility_glance {
    _Alignas(64) uint32_t place;
    uint32_t in_line;     /* patients who wait in its lines */
    uint32_t lines;       /* bit ward->line: somebody may wait for that ward */
    bool asks_people;     /* somebody may wait for people of a service and for no ward */
    bool stays_home;      /* the patient does: home visits and online hospitals */
    uint32_t first_ward;  /* its wards lie together */
    uint32_t ward_row;    /* in the table of where they are among them */
    uint32_t stay_factor; /* of stages that take a bed here, in FACILITY_STAY_ONE */
    int64_t price_per_admission_fen, price_per_day_fen;
    double reimbursed, price_level;
};
_Static_assert(sizeof(struct facility_glance) == 64, "a glance is one line");

struct facility {
    _Alignas(64) uint32_t place;
    uint64_t hash;    /* identity */
    uint32_t partner; /* that is asked first where something cannot be had here: a facility, or
                             PATIENT_NOWHERE; changed by policies at planning epochs only */
    bool outside;     /* of the sample, and therefore closed for good */
    bool closed;      /* until a policy opens it */
    bool stays_home;  /* as in the glance */
    bool declared_closed;
    bool to_standard, at_standard; /* a standard is set for it; it meets it */
    int64_t visits_us;             /* home visits within this travel time; 0: patients come */
    int64_t grades;                /* of severity that are taken, the lightest; 0: all */
    int32_t helps;                 /* so many others; changed by policies at planning epochs only */
    int level, ownership;
    int32_t group;      /* of the scenario's groups; -1: none */
    int64_t beds;       /* of all wards: the size term of choice */
    int declared_level; /* these stay what they are in the scenario: choice sets are made of them */
    int64_t declared_beds;
    const char *id, *name;
    const char *rule;  /* why it was generated; NULL: named in the scenario */
    const char *label; /* NULL, or how it was made up: the rule, or what `generated` says */
};

/* One resource of one facility with its waiting line. The first cache line is what patients need where nobody
 * waits; the next one holds the lines. */
struct ward {
    _Alignas(64) int64_t balk_at; /* INT64_MAX: nobody balks */
    struct station *in_service; /* with interruptions: who is served, as lines by level; owned by the arena */
    uint32_t facility;          /* PATIENT_NOWHERE for a station of its own */
    int32_t measure;            /* index of its statistics; -1: not measured */
    bool joint;                 /* customers of this line need something else as well */
    bool relief;                /* a change of the timetable sends everybody home who is in service */
    uint8_t preemption, interrupt; /* enum interruption */
    uint8_t shift;                 /* number of the shift, modulo 256 */
    uint8_t line; /* bit of its facility's lines; the last one stands for all resources from there on */
    bool is_bed;
    struct station station;
    const char *id;                    /* FACILITY.RESOURCE, or the station's own id */
    struct timetable timetable;        /* count 0: none */
    int64_t declared;                  /* servers by the scenario; policies add to them or hold some back */
    int64_t blocked;                   /* servers held by patients who wait to go on */
    int64_t board_free, board_waiting; /* as is known elsewhere */
    int64_t *changed_us; /* with relief: when each shift (modulo 256) began; owned by the arena */
};

enum { FACILITY_LAST_LINE = 31 };

/* A factor of durations as a whole number. */
#define FACILITY_STAY_ONE (UINT32_C(1) << 20)

struct facilities {
    struct facility *facility; /* arrays owned by the arena */
    struct facility_glance *glance;
    size_t count;
    struct ward *ward;
    size_t ward_count;
    const char **resource; /* names over all facilities */
    size_t resource_count;
    int32_t *ward_offset; /* rows by resource: which of a facility's wards it is, -1: none; facilities with
                             the same wards mostly share a row */
    size_t ward_offset_used;
    struct offer *offer;
    size_t offer_count;
    int32_t *offer_of;                  /* [facility][service], -1: never offered */
    bool *in_group;                     /* [group][facility], without those outside the sample */
    bool *inside;                       /* by facility; NULL: all are */
    uint32_t *first_ward, *first_offer; /* by facility, whose wards and offers lie together: where they begin,
                                           and where those of the last one end */
    size_t service_count;
};

/* Names of levels and of ownerships, as the language has them. */
extern const char *const facility_level_names[FACILITY_LEVELS];
extern const char *const facility_ownership_names[FACILITY_OWNERSHIPS];

/* Builds facilities (named and by rule), wards, stations and offers. Gathers problems. */
MUST_CHECK int facilities_init(struct facilities *facilities, const struct scenario *scenario,
                               const struct geography *geography, struct arena *arena, struct err *err);
void facilities_free(struct facilities *facilities); /* what the arena does not own */

/* The next facilities, one after the other, that are not outside the sample, with their offers and wards.
 * Begin with a zeroed span; false: there are no more. */
struct facility_span {
    size_t to;
    struct offer *offer, *offer_end;
    struct ward *ward, *ward_end;
};
bool facilities_span(const struct facilities *facilities, struct facility_span *span);

/* Index of a resource name, or -1. Of a ward by its id, or -1. Of a facility by its id, or -1. */
int64_t facilities_resource(const struct facilities *facilities, const char *name);
int64_t facilities_ward(const struct facilities *facilities, const char *id);
int64_t facilities_find(const struct facilities *facilities, const char *id);

/* The facility that a reference of the scenario (a member read by KEY_REF) names, by its own id or as one of
 * those that a rule makes ("RULE.CODE"); a problem when it names a rule alone, or a place where it makes
 * none. */
MUST_CHECK int facilities_refer(const struct facilities *facilities, const struct scenario *scenario,
                                const int32_t *reference, uint32_t *facility, struct err *err);

/* Facilities that a scenario lists: an element names one, or a rule and thereby all that it makes. */
struct facility_listed {
    int32_t facility; /* ref facilities */
};
struct facility_group {
    uint32_t *facility; /* owned by the arena; each once, in the order of the list */
    size_t count;
};
MUST_CHECK int facilities_gather(const struct facilities *facilities, const struct scenario *scenario,
                                 const struct key_list *listed, struct arena *arena,
                                 struct facility_group *group, struct err *err);
/* The same for one reference. */
MUST_CHECK int facilities_gather_one(const struct facilities *facilities, const struct scenario *scenario,
                                     const int32_t *reference, struct arena *arena,
                                     struct facility_group *group, struct err *err);

/* The facility that helps this one: patients are referred to it first, and it is asked for advice.
 * PATIENT_NOWHERE: none. */
static inline uint32_t facility_partner(const struct facilities *facilities, uint32_t facility)
{
    return facilities->facility[facility].partner;
}

/* What policies have changed of facilities; wards and offers are saved with their lines. */
struct saved_map;
struct state_reader;
struct state_writer;
void facilities_save(const struct facilities *facilities, struct state_writer *writer);
void facilities_restore(struct facilities *facilities, const struct saved_map *map,
                        struct state_reader *reader);

/* Which facilities are of a group of the scenario, by facility. */
static inline const bool *facilities_in_group(const struct facilities *facilities, size_t group)
{
    return &facilities->in_group[group * facilities->count];
}

static inline int32_t facility_ward(const struct facilities *facilities, uint32_t facility, uint32_t resource)
{
    const struct facility_glance *glance = &facilities->glance[facility];
    const int32_t offset = facilities->ward_offset[glance->ward_row + resource];
    return offset < 0 ? -1 : (int32_t)glance->first_ward + offset;
}

static inline struct offer *facility_offer(const struct facilities *facilities, uint32_t facility,
                                           uint32_t service)
{
    const int32_t at = facilities->offer_of[facility * facilities->service_count + service];
    return at < 0 ? NULL : &facilities->offer[at];
}

/* How long a stage lasts here that takes a bed. */
static inline int64_t facility_stay_us(const struct facility_glance *glance, int64_t drawn_us)
{
    if (glance->stay_factor == FACILITY_STAY_ONE)
        return drawn_us;
    const int128 us = (int128)drawn_us * glance->stay_factor / FACILITY_STAY_ONE;
    return us > INT64_MAX ? INT64_MAX : (int64_t)us;
}

#endif
