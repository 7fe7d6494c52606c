#ifndef COUNTERPART_MODELS_SKILL_H
#define COUNTERPART_MODELS_SKILL_H

/* Who can do what. Supervised cases make a trainee independent; own cases raise
 * proficiency towards the plateau; without cases it falls back towards that of a
 * beginner; staff leave. An offer is a service at a facility with the people who
 * can give it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "sim/dist.h"
#include "sim/rng.h"
#include "sim/station.h"

enum person_role {
    ROLE_LOCAL,   /* independent */
    ROLE_TRAINEE, /* cannot operate alone */
    ROLE_EXPERT,  /* the expert at the home facility */
    ROLE_VISITOR, /* an expert on a stint */
};

struct person {
    enum person_role role;
    int32_t expert; /* index of the expert; -1 for local staff */
    bool busy, gone;
    bool studies;             /* gone to a centre, and will be back */
    const int64_t *worked_us; /* of an expert: this week; NULL for local staff */
    int64_t week_us;          /* ... and at most so much, but for emergencies */
    uint32_t number;          /* identity within the offer: never reused */
    int64_t supervised;       /* cases so far */
    int64_t credit_ppm;       /* learned besides, below one case, in millionths */
    int64_t independent_at_cases;
    double proficiency; /* 0..1 when last practised */
    int64_t last_case_us;
    int64_t leaves_us;       /* INT64_MAX: never */
    int64_t taught_until_us; /* learns from a case until then, and from no other */
};

/* Which of the trainees on duty is supervised. */
enum skill_assignment { ASSIGN_MOST_ADVANCED, ASSIGN_ROTATING, ASSIGN_LEAST_ADVANCED };

/* A service, compiled. */
struct service {
    const struct service_spec *spec;
    const struct dist *independence; /* supervised cases; NULL: however many, nobody becomes independent */
    uint64_t hash;
    double learning_per_case; /* share of the way to the plateau that a case brings */
};

/* The first cache line is what patients need where there are always enough people. */
struct offer {
    _Alignas(64) uint32_t facility;
    uint32_t service;
    uint64_t hash; /* identity of (facility, service) */
    bool unlimited;
    bool closed; /* until a policy opens it */
    /* What is known elsewhere: given; somebody free, and for an emergency; the line for operators. */
    bool on_board, board_free, board_free_emergency;
    int64_t begun, waited_us;                      /* since the last planning of beliefs */
    double believed_wait_us, believed_proficiency; /* what patients think; change at planning epochs */
    int64_t board_waiting;
    struct station operators; /* those present; the line is not used */
    struct person *people;    /* owned; grows at planning epochs only */
    size_t count, capacity;
    int64_t cases;   /* begun here so far: identity of the next one */
    double on_duty;  /* chance that a trainee is on duty at a case */
    int assignment;  /* enum skill_assignment */
    int64_t in_line; /* patients waiting for an operator here now */
};

/* True when somebody who can operate is there (busy or not). */
bool offer_given(const struct offer *offer);
/* Someone free to operate now, by this order: a visitor while there is a trainee to teach, then whoever of
 * the locals has practised least recently, then a visitor or expert. Experts whose week is used up work for
 * emergencies only. -1: nobody. */
int64_t offer_operator(const struct offer *offer, bool emergency);

/* Adds a person; at planning epochs only. Returns the index, or -1. */
MUST_CHECK int64_t offer_add(struct offer *offer, struct person person, struct err *err);
/* Takes a person away. A case under way is finished (relief). */
void offer_remove(struct offer *offer, size_t person);

/* The trainee who is taught at the next case (on duty and not at another, chosen by the offer's assignment),
 * or -1. The caller says until when it lasts (taught_until_us). */
int64_t skill_trainee(const struct offer *offer, const struct rng *rng, int64_t now_us);
/* One supervised case more; at the threshold the trainee becomes independent from now on. */
void skill_supervise(struct offer *offer, const struct service *service, const struct rng *rng,
                     size_t trainee, int64_t now_us);

/* So many millionths of a case more: supervised for a trainee, own for whoever is independent. */
void skill_credit(struct offer *offer, const struct service *service, const struct rng *rng, size_t person,
                  int64_t millionths, int64_t now_us);

/* Proficiency now, decay included: 1 - (1 - p) e^{-cases k}; halved towards the entry level in every
 * decay_half after decay_after without a case. */
double skill_proficiency(const struct service *service, const struct person *person, int64_t now_us);
/* An own case more. */
void skill_practise(const struct service *service, struct person *person, int64_t now_us);

/* Draws when a person who is independent from now on will leave. */
int64_t skill_leaving(const struct offer *offer, const struct service *service, const struct rng *rng,
                      uint32_t number, int64_t now_us);

struct person skill_new_trainee(const struct offer *offer, const struct service *service,
                                const struct rng *rng, uint32_t number);

/* Cases that were not had here: supervised ones up to independence, then as own ones; at planning epochs. */
void skill_study(struct offer *offer, const struct service *service, const struct rng *rng, size_t person,
                 int64_t cases, int64_t now_us);
/* Back from study. */
void skill_return(struct offer *offer, size_t person);

/* So many new trainees; at planning epochs only. */
MUST_CHECK int offer_add_trainees(struct offer *offer, const struct service *service, const struct rng *rng,
                                  int64_t count, struct err *err);

/* The people of an offer and what is believed of it; its line is the caller's. Experts are named by their
 * index when saved; where their week is counted is filled in by the caller. */
struct saved_map;
struct state_reader;
struct state_writer;
void offer_save(const struct offer *offer, struct state_writer *writer);
void offer_restore(struct offer *offer, const struct saved_map *experts, struct state_reader *reader);

#endif
