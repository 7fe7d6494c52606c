#ifndef COUNTERPART_MODELS_POLICIES_ROTA_H
#define COUNTERPART_MODELS_POLICIES_ROTA_H

/* A plan by which experts go in batches to help elsewhere, stay, and come back.
 * Policies say who may be sent and where to; the rota says when, and moves them. */

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/keys.h"
#include "sim/err.h"

struct policy;
struct state_reader;
struct state_writer;
struct world;

enum rota_starts { ROTA_REGULAR, ROTA_RANDOM };

/* The keys that all such policies have; a member of their own structs. */
struct rota_spec {
    int64_t start_us;      /* date */
    struct key_span stint; /* without a length: for good */
    int64_t batches;
    struct key_span every; /* from the begin of a batch to that of the next; without a length: the stint */
    int starts;            /* enum rota_starts */
    int64_t trainees;
    double on_duty;          /* chance that a trainee is on duty at a case */
    int assignment;          /* enum skill_assignment: who of those on duty is supervised */
    int64_t weekly_cost_fen; /* of each who is away, the ways included */
};

/* Their rows: KIND is "policies(dispatch)", OWNER the policy's struct with a member `rota`. */
#define ROTA_MEMBER(OWNER, MEMBER) .offset = offsetof(struct OWNER, rota) + offsetof(struct rota_spec, MEMBER)
#define ROTA_ROWS(KIND, OWNER)                                                                               \
    {.path = KIND ".start",                                                                                  \
     .type = KEY_DATE,                                                                                       \
     ROTA_MEMBER(OWNER, start_us),                                                                           \
     .help = "The first day of the stint, or of the first batch."},                                          \
        {.path = KIND ".stint",                                                                              \
         .type = KEY_SPAN,                                                                                   \
         ROTA_MEMBER(OWNER, stint),                                                                          \
         .fallback = "0 d",                                                                                  \
         .low = 0,                                                                                           \
         .high = INFINITY,                                                                                   \
         .help = "How long each batch stays, the way there included; \"0 d\" is for good."},                 \
        {.path = KIND ".batches",                                                                            \
         .type = KEY_INT,                                                                                    \
         ROTA_MEMBER(OWNER, batches),                                                                        \
         .unit = "batches",                                                                                  \
         .fallback = "1",                                                                                    \
         .low = 1,                                                                                           \
         .high = 1000,                                                                                       \
         .help = "How often people are sent; whoever has been at home longest goes next."},                  \
        {.path = KIND ".every",                                                                              \
         .type = KEY_SPAN,                                                                                   \
         ROTA_MEMBER(OWNER, every),                                                                          \
         .fallback = "0 d",                                                                                  \
         .low = 0,                                                                                           \
         .high = INFINITY,                                                                                   \
         .help = "Time from the begin of a batch to that of the next; \"0 d\": one relieves the other."},    \
        {.path = KIND ".starts",                                                                             \
         .type = KEY_CHOICE,                                                                                 \
         ROTA_MEMBER(OWNER, starts),                                                                         \
         .fallback = "regular",                                                                              \
         .choices = "regular|random",                                                                        \
         .help = "Whether batches begin regularly, or at random times that are `every` apart on average "    \
                 "(short visits). Those sent at random are whoever is at home then: fewer, or nobody."},     \
        {.path = KIND ".trainees",                                                                           \
         .type = KEY_INT,                                                                                    \
         ROTA_MEMBER(OWNER, trainees),                                                                       \
         .unit = "people",                                                                                   \
         .fallback = "0",                                                                                    \
         .low = 0,                                                                                           \
         .high = 1000,                                                                                       \
         .help = "Local staff who are taught, from the first visit to a hospital on."},                      \
        {.path = KIND ".on_duty",                                                                            \
         .type = KEY_SHARE,                                                                                  \
         ROTA_MEMBER(OWNER, on_duty),                                                                        \
         .fallback = "0.8",                                                                                  \
         .help = "Chance that a given trainee is on duty when a case comes."},                               \
        {.path = KIND ".assignment",                                                                         \
         .type = KEY_CHOICE,                                                                                 \
         ROTA_MEMBER(OWNER, assignment),                                                                     \
         .fallback = "most_advanced",                                                                        \
         .choices = "most_advanced|rotating|least_advanced",                                                 \
         .help = "Which of the trainees on duty does a case under supervision."},                            \
    {                                                                                                        \
        .path = KIND ".weekly_cost", .type = KEY_MONEY, ROTA_MEMBER(OWNER, weekly_cost_fen),                 \
        .fallback = "0 CNY", .low = 0, .high = INFINITY,                                                     \
        .help = "What the programme spends on each of them a week, the ways included: travel, lodging, pay." \
    }

/* One of the people who may be sent. */
struct rota_errand {
    uint32_t expert;
    int32_t service; /* that they give there; -1: their own */
    uint32_t post;   /* position of the post that they may fill */
    uint8_t phase;
    int32_t offer; /* where they are, or were last */
    int64_t end_us, arrives_us;
};

/* So many of one kind in each batch. */
struct rota_post {
    int64_t number;
    size_t first, count; /* its people among the errands */
};

/* A batch whose time has come and that is not over. */
struct rota_batch {
    uint32_t facility;
    int64_t end_us;
    int64_t *missing; /* people who are still to go, by post */
};

struct rota {
    const struct rota_spec *spec;
    const struct policy *policy;
    struct rota *next; /* of all in the world */
    uint64_t hash;     /* identity of its random starts */
    struct rota_post *post;
    size_t posts;
    struct rota_errand *errand;
    size_t errands;
    struct rota_batch *batch; /* open ones */
    size_t open, capacity;
    const uint32_t *to; /* facilities that may be helped */
    size_t destinations;
    bool *taught; /* [destination][post]: trainees have been found */
    int64_t sent; /* batches that have begun */
    int64_t next_us;
    int64_t last_us; /* no batch begins then or later; INT64_MAX: no limit */
};

/* Who may go, given to rota_init() in the order of posts. */
struct rota_team {
    const uint32_t *expert; /* indices */
    size_t count;
    int64_t number;    /* how many of them go at a time */
    int32_t service;   /* that they give there; -1: their own */
    const void *blame; /* member of the scenario that named them */
};

/* The people whom an entry of the scenario's experts describes (a member read by KEY_REF). */
MUST_CHECK int rota_team_of(struct world *world, const int32_t *entry, int64_t number, int32_t service,
                            struct rota_team *team, struct err *err);

/* What a policy knows of its rota; the arrays live as long as the world. */
struct rota_plan {
    const struct rota_spec *spec;
    const struct rota_team *team;
    size_t teams;
    const uint32_t *to; /* facilities */
    size_t destinations;
    const void *blame; /* member of the scenario that named them */
};

/* Before the run: checks that all can work where they may be sent, and that nobody is sent to two places at
 * once. Sets the policy's period. */
MUST_CHECK int rota_init(struct rota *rota, struct world *world, const struct policy *policy,
                         const struct rota_plan *plan, struct err *err);

/* At a planning epoch: whether a batch begins now. Then rota_send() must be told where to. */
bool rota_due(const struct rota *rota, int64_t now_us);
void rota_send(struct rota *rota, const struct world *world, uint32_t facility);
/* At a planning epoch, after that: those who can leave do, others arrive and come home. */
MUST_CHECK int rota_move(struct rota *rota, struct world *world, int64_t now_us, struct err *err);

/* Length of a stint from a time on; INT64_MAX: for good. */
int64_t rota_end(const struct rota *rota, const struct world *world, int64_t from_us);

/* For the policies' own save() and restore(), the latter after rota_init() of the same plan. */
void rota_save(const struct rota *rota, const struct world *world, struct state_writer *writer);
void rota_restore(struct rota *rota, const struct world *world, struct state_reader *reader);

/* Whether somebody of an open batch is or will be at the facility. */
bool rota_is_at(const struct rota *rota, uint32_t facility);

#endif
