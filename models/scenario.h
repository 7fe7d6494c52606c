#ifndef COUNTERPART_MODELS_SCENARIO_H
#define COUNTERPART_MODELS_SCENARIO_H

/* A scenario as read: what the file says, with defaults filled in, units
 * converted and references resolved; nothing computed yet. Constant after loading. */

#include <stdbool.h>
#include <stdint.h>

#include "models/keys.h"
#include "sim/dist.h"
#include "sim/err.h"
#include "sim/mem.h"

enum scenario_step { STEP_DAY, STEP_WEEK, STEP_MONTH, STEP_YEAR, STEP_NONE };

enum scenario_flows { FLOWS_AUTO, FLOWS_YES, FLOWS_NO };

enum scenario_partitions { PARTITIONS_PROVINCE, PARTITIONS_PREFECTURE, PARTITIONS_PLACE, PARTITIONS_ONE };

struct run_spec {
    const char *title;
    const char *purpose, *aims, *preparation, *sharing; /* for the description; NULL: not said */
    struct key_list assumptions;                        /* texts, likewise */
    int64_t start_us;                                   /* date; time 0 of the run is here */
    struct key_span warmup;                             /* from the start */
    struct key_span length;                             /* counted from the end of the warm-up */
    int step;                                           /* enum scenario_step: of the series */
    int planning; /* enum scenario_step: how often policies act; default day */
    int64_t replications;
    const char *seed; /* decimal, up to 64 bits: text, so that no reader rounds it */
    int64_t price_year;
    double discount; /* a year */
    int partitions; /* enum scenario_partitions; not of the language: how the run is cut, set by the caller */
    int64_t board_us;         /* how often what is known elsewhere is renewed; 0: at once */
    int64_t most_present;     /* patients in the whole system; -1: no limit */
    int flows;                /* enum scenario_flows: whether it is counted who is treated where */
    bool fine_quantiles;      /* histograms of 1/1024 instead of 1/32 */
    int64_t max_file_bytes;   /* of output fields by replication, before compression */
    struct key_list facts;    /* KEY_FILE list: tables of facts that targets refer to */
    struct key_list observe;  /* texts: times at which the state is observed */
    int64_t observe_cycle_us; /* 0: times since the end of the warm-up; otherwise times of this cycle */
};

/* A place given in the scenario itself. */
struct place_spec {
    const char *code, *name, *prefecture, *province;
    double lon, lat;
    int64_t population;
};

struct places_spec {
    const char *file;                              /* CSV; NULL: only the list */
    struct key_list codes, prefectures, provinces; /* texts: which rows of the file; none given: all */
    struct key_list list;                          /* struct place_spec */
    double sample;                                 /* share of the people that are simulated */
    const char *sample_seed;
    struct key_list sample_keeps; /* texts: levels whose facilities stay open outside the sample */
};

struct travel_band {
    double to_m; /* 0: without end */
    double speed_m_s;
};

struct travel_spec {
    double detour;
    int64_t fixed_us, arrange_us;
    struct key_list bands;       /* struct travel_band, rising */
    int64_t cost_per_km_fen;     /* the patient's, one way */
    int64_t lodging_per_day_fen; /* patient and company, away from home */
    double lodging_from_m;       /* farther than this, the stay needs lodging */
    int64_t wages_per_day_fen;
};

struct service_spec {
    const char *id, *name;
    struct dist_spec *independence; /* supervised cases until a trainee works alone */
    double plateau_cases;           /* own cases to the plateau of proficiency */
    double entry_proficiency;       /* of one who has just become independent; an expert has 1 */
    int64_t decay_after_us;         /* without a case for so long, proficiency begins to fall */
    int64_t decay_half_us;          /* ... by half in this time; 0: it never falls */
    double slow_factor;             /* duration at proficiency 0 over that at 1 */
    double teach_factor;            /* duration of a supervised case over an expert's own */
    double staff_leave_per_s;       /* rate at which independent local staff leave */
    int64_t technologies;           /* that it stands for, when it is a group of several */
};

struct offer_spec {     /* a service at a facility */
    int32_t service;    /* ref services */
    int64_t staff;      /* independent local staff */
    double proficiency; /* of theirs at the start */
    bool unlimited;     /* enough staff for any demand: no operator is waited for */
    bool closed;        /* not offered until a policy opens it */
};

enum facility_level {
    LEVEL_VILLAGE,
    LEVEL_TOWNSHIP,
    LEVEL_COUNTY,
    LEVEL_PREFECTURE,
    LEVEL_PROVINCIAL,
    LEVEL_REGIONAL,
    LEVEL_NATIONAL,
    LEVEL_ONLINE,
    FACILITY_LEVELS
};
enum { FACILITY_GROUPS = 16 }; /* at most */
enum facility_ownership { OWNED_PUBLIC, OWNED_PRIVATE, OWNED_FOREIGN, FACILITY_OWNERSHIPS };

/* Facilities that are looked at together, and what they have in common. */
struct group_spec {
    const char *name, *title;
    double stay_factor; /* times the durations of stages that take a bed there */
    double utility;     /* of its facilities, for everybody who chooses */
};

struct facility_spec {
    const char *id, *name;
    const char *place;     /* code; NULL with a rule */
    int level;             /* enum facility_level */
    int ownership;         /* public|private|foreign */
    int32_t group;         /* ref groups; -1: none */
    const char *rule;      /* NULL, or why these facilities are generated; shown as the label */
    const char *generated; /* NULL, or how this one was made up; shown likewise */
    struct key_list
        at; /* texts: codes, prefectures, provinces where a rule makes them; none: every selected place */
    struct key_list except;        /* texts: place codes that a rule passes over */
    struct key_list beds;          /* key_count: station FACILITY.NAME each */
    struct key_list resources;     /* key_count, likewise: theatres, lists, staff groups */
    struct key_list beds_per_1000; /* struct named_real: by population, with a rule */
    struct key_list services;      /* struct offer_spec */
    int64_t price_per_admission_fen;
    int64_t price_per_day_fen;
    double reimbursed;  /* share */
    double price_level; /* factor of the prices of stages */
    bool closed;        /* until a policy opens it */
    int64_t grades;     /* only so many of the lightest grades of severity are taken; 0: all */
    int64_t visits_us;  /* doctors go to patients who live within this travel time; 0: patients come */
};

struct shift_spec {
    int64_t from_us; /* offset in the cycle */
    int64_t servers;
};

/* A station by itself (queues), or the settings of a facility's station. */
struct station_spec {
    const char *id;            /* "desk", or "FACILITY.RESOURCE" to set more than the number */
    int64_t servers;           /* -1: unlimited, or as the facility says */
    int64_t room;              /* places in the line; -1: unlimited */
    int64_t cycle_us;          /* of the timetable: a week by default */
    struct key_list timetable; /* struct shift_spec */
    int64_t occupancy_to;      /* distribution of the number present up to here; -1: none */
    struct key_list wait_over; /* texts: times; shares of waits that are longer */
    int handover;              /* capacity|relief: what a change of the timetable means */
    int interrupt;             /* none|resume|restart|resample: whether it interrupts services under way */
    int preemption;  /* none|resume|restart|resample: whether better priorities interrupt worse ones */
    int64_t balk_at; /* who finds so many present does not join; -1: nobody balks */
};

struct next_spec {
    const char *to;             /* stage; NULL: the pathway ends */
    double share;               /* of those whom this row concerns */
    const char *only;           /* severity class that it concerns; NULL: all */
    struct dist_spec *duration; /* of the stage for those who take this way; NULL: the stage's own */
};

enum station_handover { HANDOVER_CAPACITY, HANDOVER_RELIEF };

/* What becomes of the servers of the stage before. */
enum stage_previous { PREVIOUS_RELEASE, PREVIOUS_UNTIL_BEGIN, PREVIOUS_KEEP };
/* What is done when all servers are busy. */
enum stage_full { FULL_WAIT, FULL_REFUSE, FULL_DIVERT };
/* Which of several lines is joined. */
enum stage_pick { PICK_SHORTEST, PICK_RANDOM };
/* What becomes of a service that is interrupted. */
enum interruption { INTERRUPT_NONE, INTERRUPT_RESUME, INTERRUPT_RESTART, INTERRUPT_RESAMPLE };

/* What of a stage is taken at another facility while the patient stays. */
struct remote_spec {
    int32_t at;            /* ref facilities; -1: nothing is */
    struct key_list needs; /* struct key_count */
    int32_t service;       /* ref services; -1 */
    int64_t connection_us; /* how long a question, and the answer, are on the way */
};

/* Which of the facilities that give a service patients are referred to. */
enum stage_refer { REFER_NEAREST, REFER_LEAST_WAITING };

/* What is done when a stage cannot be had here, or no longer: */
enum stage_else { ELSE_REFER, ELSE_GO_ON, ELSE_WAIT, ELSE_LEAVE };

struct stage_spec {
    const char *id;
    const char *station; /* id of a station of its own; NULL: at the patient's facility */
    struct key_list
        needs;       /* struct key_count: amounts of resources at the patient's facility, seized at once */
    int32_t service; /* ref services, -1: none; needs one operator */
    int choice;      /* stay|nearest|utility|back: where this stage is sought */
    double reach_s;  /* not farther than this travel time, seconds; 0: anywhere */
    struct dist_spec *duration;
    int64_t priority;           /* 0 is served first */
    int64_t window_us;          /* since onset: later, the stage is not begun; 0: no window */
    const char *late;           /* stage then; NULL: the pathway ends */
    int missing;                /* refer|go_on|wait|leave: when the service is not offered here */
    const char *otherwise;      /* stage for go_on; NULL: the pathway ends */
    int64_t transfer_us;        /* time to arrange a referral */
    struct dist_spec *patience; /* in line; NULL: no end */
    const char *reneged;        /* stage of those who lose patience; NULL: the pathway ends untreated */
    struct dist_spec *review;   /* waiting at home: how long until they choose again */
    bool treats;                /* having had this stage is "treated" */
    int64_t price_fen;          /* of having it, at a facility of price level 1 */
    struct key_list next;       /* struct next_spec; none: the pathway ends */
    struct key_list among;      /* texts: stations of their own, one of which is picked */
    int pick;                   /* enum stage_pick */
    int previous;               /* enum stage_previous */
    int full;                   /* enum stage_full */
    const char *rejected;       /* stage of those who find line or servers full; NULL: the pathway ends */
    const char *balked;         /* stage of those who balk; NULL: the pathway ends */
    struct dist_spec *upgrade_after; /* waiting so long changes the priority; NULL: never */
    int64_t upgrade_priority;
    int32_t at;          /* ref facilities: had there and nowhere else; -1 */
    int refer;           /* enum stage_refer */
    double with_records; /* times the duration where records of the facility before came along */
    struct remote_spec remote;
};

struct outcome_spec {
    const char *id;           /* "death", "complication" */
    double logit;             /* of the untreated with severity class 0 */
    double treated;           /* added when treated */
    double proficiency;       /* added at proficiency 1 of who treated, in proportion below */
    double delay_per_h;       /* added per hour between onset and treatment */
    struct key_list by_class; /* struct named_real: added by severity class */
    double watched;           /* added when the patient was watched from afar */
    double daly;              /* lost per event */
    bool good;                /* a success rather than a harm */
};

struct class_spec {
    const char *id;
    double share;
};

struct choice_spec {
    double travel_per_h;       /* subtracted per hour of travel */
    double size;               /* times the logarithm of the beds */
    double wait_per_d;         /* subtracted per day of believed waiting */
    double proficiency;        /* times proficiency */
    double stay;               /* constant of waiting at home, against 0 of a facility at the door */
    struct key_list level;     /* struct named_real: constant by facility level */
    struct key_list ownership; /* struct named_real: likewise by who owns it */
    struct key_list group;     /* struct named_real: likewise by group, besides its utility */
    double price_per_kcny;     /* subtracted per 1000 CNY that the patient pays */
    double days;               /* of stay that patients reckon with in that */
};

/* A rate that rises and falls: times 1 + amplitude sin(2 pi (t - phase) / period), t since the start. */
struct wave_spec {
    double amplitude; /* 0: none */
    int64_t period_us, phase_us;
};

/* A rate that is constant in equal parts of a cycle, which begins at the start. */
struct profile_spec {
    int64_t cycle_us;
    struct key_list weights; /* reals: relative to the mean rate */
    struct key_list rates;   /* doubles per second: the rates themselves */
};

struct arrivals_spec {
    double rate_per_s;       /* of the whole stream */
    double incidence;        /* per person and second: one stream a place */
    struct key_list factors; /* reals: multiply the incidence */
    struct wave_spec wave;
    struct profile_spec profile;
    struct dist_spec *gap;   /* renewal: time between arrivals */
    struct key_list times_s; /* doubles, rising: listed arrivals, since the start */
    struct dist_spec *batch; /* patients at each arrival; NULL: one */
    int64_t count;           /* arrivals of a stream, at most; 0: no limit */
    const char *into;        /* stage at which they enter; NULL: the first */
    struct key_list at;      /* texts: place codes; none: every place */
    double backlog_s;        /* waiting at the start, as time of arrivals (seconds) */
};

struct condition_spec {
    const char *id, *name;
    bool background; /* a load on facilities: left out of totals over conditions */
    struct arrivals_spec arrivals;
    struct dist_spec *delay; /* onset to seeking care */
    struct key_list classes; /* struct class_spec: severity; none: one class */
    int first;               /* nearest|utility|given */
    int32_t first_at;        /* ref facilities, for given */
    struct choice_spec choice;
    struct key_list pathway;  /* struct stage_spec */
    struct key_list outcomes; /* struct outcome_spec, in the order in which they are drawn */
};

struct expert_spec {
    const char *id, *name;
    int32_t home;    /* ref facilities */
    int32_t service; /* ref services */
    int64_t count;   /* people alike, at each home */
    int64_t week_us; /* working time a week */
};

struct target_spec {
    const char *fact;                 /* row id */
    const char *quantity;             /* name of a metric that targets can ask for */
    int32_t at;                       /* ref facilities; -1 */
    int32_t group;                    /* ref groups; -1 */
    const char *place;                /* code; NULL */
    int32_t service;                  /* ref services; -1 */
    int32_t condition;                /* ref conditions; -1 */
    struct key_list conditions;       /* texts: ids; none: all, or `condition` */
    int64_t from_us, to_us, on_us;    /* dates; 0: not given */
    int64_t over_from_us, over_to_us; /* dates: the value is divided by that of this period; 0: not given */
    double scale;                     /* times the simulated value, to the unit of the fact */
    double plus;                      /* ... and added to it then */
};

/* Every policy begins so; `own` is of its kind. */
struct policy_head {
    const char *name;
    const char *kind;
    bool active;
    void *own;
};

/* One of the facilities that a rule makes: "RULE.CODE". */
struct facility_made {
    int32_t rule; /* ref facilities */
    const char *code;
};

struct scenario {
    struct run_spec run;
    struct places_spec places;
    struct travel_spec travel;
    struct key_list services;   /* struct service_spec */
    struct key_list groups;     /* struct group_spec */
    struct key_list facilities; /* struct facility_spec */
    struct key_list stations;   /* struct station_spec */
    struct key_list conditions; /* struct condition_spec */
    struct key_list experts;    /* struct expert_spec */
    struct key_list policies;   /* struct policy_head */
    struct key_list targets;    /* struct target_spec */

    /* References to facilities that are not below facilities.count are, less that, indices of this. */
    struct facility_made *made;
    size_t made_count;

    const char *path;     /* as given */
    const char *written;  /* the file's text, bases and includes after it, each under a line that names it */
    const char *resolved; /* all values in force, in the language: reads back as the same scenario */
    struct scenario_origins *origins;
    struct arena arena; /* owns all of the above */
};

/* Reads a scenario: its bases first, then its changes, then `sets` ("PATH=VALUE", from the command line), and
 * checks it against the key table. Problems are gathered in *err, each as
 * "file:line: path: what was found; what to do". Zeroes *scenario first: scenario_free() is always safe. */
MUST_CHECK int scenario_load(struct scenario *scenario, const char *path, const char *const *sets,
                             size_t set_count, struct err *err);
void scenario_free(struct scenario *scenario);

/* What two scenarios have in common when their worlds are the same: all values in force, but for policies
 * that are left out (without[], by policy) and for what no world is made of, as titles and targets.
 * Malloc'ed. */
MUST_CHECK char *scenario_write_base(const struct scenario *scenario, const bool *without, struct err *err);

/* Adds a problem with the value that was read into `member` (its address inside the scenario): finds its
 * file, line and path. `member` may be an element of a list or a whole group. Returns -1. */
int scenario_blame(const struct scenario *scenario, const void *member, struct err *err, const char *format,
                   ...) PRINTF_LIKE(4, 5);

/* The spelling nearest to `word` among `count` names, when near enough to be meant; NULL otherwise. */
const char *scenario_nearest(const char *word, const char *const *names, size_t count);

/* Elements by type. */
#define SCENARIO_ITEM(list, type, i) (&((const type *)(list).items)[i])

#endif
