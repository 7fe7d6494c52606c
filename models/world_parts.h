#ifndef COUNTERPART_MODELS_WORLD_PARTS_H
#define COUNTERPART_MODELS_WORLD_PARTS_H

/* The inside of a world, for the modules of models/; study/ sees world.h. */

#include <stdbool.h>
#include <stdint.h>

#include "models/afar.h"
#include "models/catchment.h"
#include "models/choice.h"
#include "models/demand.h"
#include "models/drawn.h"
#include "models/expert.h"
#include "models/facility.h"
#include "models/fate.h"
#include "models/foresight.h"
#include "models/geography.h"
#include "models/ledger.h"
#include "models/ledger_fields.h"
#include "models/luck.h"
#include "models/measure.h"
#include "models/observe.h"
#include "models/onset.h"
#include "models/pathway.h"
#include "models/patient.h"
#include "models/policy.h"
#include "models/reach.h"
#include "models/rules.h"
#include "models/scenario.h"
#include "models/skill.h"
#include "models/world.h"
#include "sim/engine.h"
#include "sim/rng.h"

/* The order of events at one time. */
enum event_kind {
    EVENT_DEPART,   /* who: patient; a service ends */
    EVENT_FREE,     /* who: stand-in; a service for somebody elsewhere ends */
    EVENT_SHIFT,    /* who: ward; its timetable changes */
    EVENT_RENEGE,   /* who: patient; patience ends */
    EVENT_UPGRADE,  /* who: patient; has waited long enough for another priority */
    EVENT_TRANSFER, /* who: patient; arrives at a facility */
    EVENT_ASK,      /* who: stand-in; a question from elsewhere arrives */
    EVENT_ANSWER,   /* who: patient; the answer arrives */
    EVENT_REVIEW,   /* who: patient; chooses again, or for the first time */
    EVENT_ARRIVAL,  /* who: stream; somebody falls ill */
    EVENT_ONSET,    /* who: partition; people fall ill in a span that begins */
};

/* What a question from elsewhere is answered. */
struct answer {
    int64_t duration_us;
    uint8_t code; /* enum answer_code */
    uint8_t proficiency;
};

/* Where the patient is for whom somebody stands in. */
struct errand {
    uint32_t partition, patient;
    int64_t connection_us;
};

/* What is known of a patient from afar; goes along. */
enum extra_afar {
    AFAR_WATCHED = 1,     /* has been, for a while */
    AFAR_WATCHED_NOW = 2, /* is */
    AFAR_RECORDS = 4,     /* came with the records of the facility before */
};

/* What only patients of rare features need, beside their record. */
enum { EXTRA_HELD = 4 };
struct extra {
    struct answer answer;           /* to a patient's question */
    struct errand errand;           /* of a stand-in */
    int64_t whole_us, remaining_us; /* of a service that may be interrupted */
    uint32_t resamples;
    uint8_t mode;        /* enum interruption: of the last one */
    uint8_t afar;        /* enum extra_afar */
    uint32_t blocked_at; /* position among the blocked, + 1; 0: not blocked */
    struct held {
        int32_t ward;
        uint8_t shift;
        bool first; /* of what its stage needs: where the patient came */
        int64_t amount;
    } held[EXTRA_HELD]; /* servers of stages before */
    unsigned held_count;
};

/* What a partition owns besides its calendar. */
struct partition {
    struct patients patients;
    struct station_links links;
    uint32_t *visits; /* owned: [patient][stage of its condition]; only when a pathway loops */
    size_t visits_capacity;
    struct extra *extra; /* owned: by patient; only when the scenario needs it */
    size_t extra_capacity;
    uint32_t *blocked; /* owned: who holds servers and waits for others */
    size_t blocked_count, blocked_capacity;
    size_t roomy_for;    /* patients for whom links and visits have room */
    struct trace *trace; /* owned; NULL: nobody wants one */
    bool *met;           /* by place: whether its people may have been here; owned by the arena */
    struct foresight foresight;
    struct luck luck;
    struct onset onset;
    struct catchment catchment;
    struct drawn drawn;
};

/* The whole system's statistics; those of partitions and of conditions add up. */
struct system_count {
    struct tally_sum sojourn; /* of those who came after the warm-up and left */
    uint64_t arrivals, left, rejected;
};
struct system_tally {
    struct tally_level present;
    struct system_count *of; /* by condition; owned by the arena of the world or view */
    struct reach *reach;     /* likewise, of the treated */
};

static inline void system_count_merge(struct system_count *into, const struct system_count *from)
{
    tally_sum_merge(&into->sojourn, &from->sojourn);
    into->arrivals += from->arrivals;
    into->left += from->left;
    into->rejected += from->rejected;
}

/* A world as one of its partitions sees it: its own patients, luck of choices made, counts of people and
 * system; and what all share and only planning changes, or only the partition that owns it (wards, offers,
 * streams). Partition 0 is the whole world, which owns what is shared and into which the counts of the others
 * are gathered. */
struct world {
    unsigned number; /* of the partition */
    unsigned partitions;
    struct world **view;     /* by partition; view[0] is the world itself; owned by it */
    const char *cut_because; /* why there are not more */
    uint32_t *part_of_place; /* owned by the arena */
    int64_t window_us;
    int64_t far_window_us; /* as long as nobody falls ill who is not on the way; see partition_lookahead() */
    const char *window_set_by;
    const struct scenario *scenario;
    uint32_t replication;
    struct rng rng;
    struct arena arena;
    struct geography geography;
    struct service *services;
    struct facilities facilities;
    struct pathways pathways;
    struct demand demand;
    uint32_t *onset_at;  /* by stream: its place among those of its partition that are gone through ahead of
                            time, + 1, or 0; shared by the views; owned by the arena */
    bool *background;    /* by condition */
    bool has_extra;      /* somebody may hold servers, be interrupted, or ask elsewhere */
    bool has_remote;     /* somebody may ask elsewhere */
    struct rules *rules; /* shared by the views; owned by the arena */
    struct choices choices;
    struct experts experts;
    struct afar afar;
    struct policy *policies; /* the active ones */
    size_t policy_count;
    struct world_period *periods; /* one a policy */
    struct partition part;
    struct engine *engine;
    struct ledger ledger;
    struct catchments catchments; /* of the whole world */
    struct measures measures;
    struct observe observe;
    struct system_tally system;
    struct fates *fates;       /* owned, shared by the views; NULL: nobody wants them */
    int64_t warmup_us, end_us; /* since the start */
    int64_t next_plan_us;      /* planning epoch that is due next */
    int64_t quiet_us;          /* until when nothing changes or is looked at but by patients; see visit.h */
    int64_t until_us;          /* the world is being run until then; 0: not said */
    int64_t week;              /* number of the calendar week that has begun */

    struct metric *metrics;
    size_t metric_count, metric_capacity;
    struct target_value *targets;
    const bool **target_left_out; /* by target, conditions that it does not ask for; NULL: none */
    size_t target_count;
    struct world_column *columns;
    size_t column_count;
    struct world_dimension dimension[LEDGER_DIMS];
};

/* Over all conditions. */
static inline struct system_count world_system_count(const struct world *world)
{
    struct system_count all = {0};
    for (size_t c = 0; c < world->pathways.count; c++)
        system_count_merge(&all, &world->system.of[c]);
    return all;
}

static inline int64_t *world_pc(struct world *world, uint32_t place, uint32_t condition)
{
    return &world->ledger.cells[GROUP_PLACE_CONDITION]
                               [(place * world->ledger.size[DIM_CONDITION] + condition) * PC_WIDTH];
}

static inline int64_t *world_fs(struct world *world, uint32_t facility, uint32_t service)
{
    return &world->ledger.cells[GROUP_FACILITY_SERVICE]
                               [(facility * world->ledger.size[DIM_SERVICE] + service) * FS_WIDTH];
}

static inline int64_t *world_fa(struct world *world, uint32_t facility)
{
    return &world->ledger.cells[GROUP_FACILITY][facility * FA_WIDTH];
}

static inline int64_t *world_ex(struct world *world, uint32_t expert)
{
    return &world->ledger.cells[GROUP_EXPERT][expert * EX_WIDTH];
}

/* Somebody who lives at one place is treated, or arrives, at another. Flows are totals over conditions, which
 * leave out background ones. */
static inline void world_count_flow(struct world *world, uint32_t home, size_t place, uint32_t condition,
                                    size_t column)
{
    const size_t provinces = world->ledger.size[DIM_PROVINCE];
    const struct belonging *of = world->geography.belonging;
    if (provinces > 0 && !world->background[condition])
        world->ledger
            .cells[GROUP_FLOW][(of[home].province * provinces + of[place].province) * FL_WIDTH + column]++;
}

/* Somebody who lives at a place is treated at a facility; likewise. */
static inline void world_count_catchment(struct world *world, uint32_t home, uint32_t facility,
                                         uint32_t condition)
{
    if (world->part.catchment.cell != NULL && !world->background[condition])
        catchment_add(&world->part.catchment, (uint64_t)home * world->facilities.count + facility);
}

/* Somebody who lives at a place is treated; likewise. */
static inline void world_count_reach(struct world *world, uint32_t home, uint32_t condition, int64_t wait_us,
                                     int64_t travel_us)
{
    struct ledger *ledger = &world->ledger;
    if (ledger->size[DIM_WAIT_CLASS] == 0 || world->background[condition])
        return;
    ledger->cells[GROUP_PLACE_WAIT][home * REACH_WAIT_CLASSES + reach_class(wait_us, REACH_WAIT_CLASSES)]++;
    ledger->cells[GROUP_PLACE_TRAVEL]
                 [home * REACH_TRAVEL_CLASSES + reach_class(travel_us, REACH_TRAVEL_CLASSES)]++;
}

/* The world as the partition of a place or facility sees it. */
static inline struct world *world_at_place(struct world *world, uint32_t place)
{
    return world->view[world->part_of_place[place]];
}

static inline struct world *world_at_facility(struct world *world, uint32_t facility)
{
    return facility == PATIENT_NOWHERE ? world->view[0]
                                       : world_at_place(world, world->facilities.glance[facility].place);
}

/* Somebody came or left between windows: who waits at the facility may be served now. In care.c. */
void world_recheck(struct world *world, uint32_t facility, int64_t now_us);

/* A ward has more or fewer servers from now on, between windows; who is served, is served to the end. In
 * shift.c. */
void world_set_servers(struct world *world, uint32_t ward, int64_t servers, int64_t now_us);

#endif
