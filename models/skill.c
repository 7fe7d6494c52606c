#include "models/skill.h"

#include <math.h>
#include <stdlib.h>

#include "models/patient.h"
#include "models/saving.h"
#include "sim/mem.h"
#include "sim/state.h"

bool offer_given(const struct offer *offer)
{
    return !offer->closed && (offer->unlimited || offer->operators.servers > 0);
}

static bool can_operate(const struct person *person, bool emergency)
{
    if (person->role == ROLE_TRAINEE || person->gone || person->busy)
        return false;
    return emergency || person->worked_us == NULL || *person->worked_us < person->week_us;
}

static bool has_trainee(const struct offer *offer)
{
    for (size_t i = 0; i < offer->count; i++)
        if (offer->people[i].role == ROLE_TRAINEE && !offer->people[i].gone)
            return true;
    return false;
}

int64_t offer_operator(const struct offer *offer, bool emergency)
{
    const bool teach = has_trainee(offer);
    int64_t best = -1, visitor = -1;
    for (size_t i = 0; i < offer->count; i++) {
        const struct person *person = &offer->people[i];
        if (!can_operate(person, emergency))
            continue;
        if (person->role != ROLE_LOCAL) {
            if (visitor < 0 || person->last_case_us < offer->people[visitor].last_case_us)
                visitor = (int64_t)i;
        } else if (best < 0 || person->last_case_us < offer->people[best].last_case_us) {
            best = (int64_t)i;
        }
    }
    return visitor >= 0 && (teach || best < 0) ? visitor : best;
}

static void count_operators(struct offer *offer)
{
    int64_t operators = 0;
    for (size_t i = 0; i < offer->count; i++)
        if (offer->people[i].role != ROLE_TRAINEE && !offer->people[i].gone)
            operators++;
    station_set_servers(&offer->operators, operators);
}

int64_t offer_add(struct offer *offer, struct person person, struct err *err)
{
    struct person *people =
        mem_grow(offer->people, &offer->capacity, offer->count + 1, sizeof *offer->people, err);
    if (people == NULL)
        return -1;
    offer->people = people;
    offer->people[offer->count++] = person;
    count_operators(offer);
    return (int64_t)offer->count - 1;
}

void offer_remove(struct offer *offer, size_t person)
{
    offer->people[person].gone = true;
    count_operators(offer);
}

static bool on_duty(const struct offer *offer, const struct rng *rng, const struct person *person)
{
    const struct rng_words luck =
        rng_draw(rng, (struct rng_identity){.stream = offer->hash, .ordinal = person->number},
                 (struct rng_purpose){.quantity = DRAW_ON_DUTY, .visit = (uint32_t)offer->cases});
    return rng_unit(luck.w[0]) < offer->on_duty;
}

/* Whether a goes before b as the one to be taught. */
static bool taught_before(const struct person *a, const struct person *b, int assignment)
{
    if (assignment == ASSIGN_ROTATING)
        return a->last_case_us < b->last_case_us;
    return assignment == ASSIGN_MOST_ADVANCED ? a->supervised > b->supervised : a->supervised < b->supervised;
}

int64_t skill_trainee(const struct offer *offer, const struct rng *rng, int64_t now_us)
{
    int64_t best = -1;
    for (size_t i = 0; i < offer->count; i++) {
        const struct person *person = &offer->people[i];
        if (person->role != ROLE_TRAINEE || person->gone || person->taught_until_us > now_us ||
            !on_duty(offer, rng, person))
            continue;
        if (best < 0 || taught_before(person, &offer->people[best], offer->assignment))
            best = (int64_t)i;
    }
    return best;
}

static void become_independent(struct offer *offer, const struct service *service, const struct rng *rng,
                               struct person *person, int64_t now_us)
{
    person->role = ROLE_LOCAL;
    person->proficiency = service->spec->entry_proficiency;
    person->last_case_us = now_us;
    person->leaves_us = skill_leaving(offer, service, rng, person->number, now_us);
    count_operators(offer);
}

void skill_supervise(struct offer *offer, const struct service *service, const struct rng *rng,
                     size_t trainee, int64_t now_us)
{
    struct person *person = &offer->people[trainee];
    person->supervised++;
    person->last_case_us = now_us;
    if (person->supervised >= person->independent_at_cases)
        become_independent(offer, service, rng, person, now_us);
}

void skill_study(struct offer *offer, const struct service *service, const struct rng *rng, size_t trainee,
                 int64_t cases, int64_t now_us)
{
    struct person *person = &offer->people[trainee];
    int64_t own = cases;
    if (cases <= 0)
        return;
    if (person->role == ROLE_TRAINEE) {
        const int64_t lacks = person->independent_at_cases - person->supervised;
        const int64_t supervised = cases < lacks ? cases : lacks;
        person->supervised += supervised;
        own -= supervised;
        if (supervised == lacks)
            become_independent(offer, service, rng, person, now_us);
    }
    if (own > 0 && person->role == ROLE_LOCAL)
        person->proficiency = 1 - (1 - skill_proficiency(service, person, now_us)) *
                                      pow(1 - service->learning_per_case, (double)own);
    person->last_case_us = now_us;
}

double skill_proficiency(const struct service *service, const struct person *person, int64_t now_us)
{
    const struct service_spec *spec = service->spec;
    const int64_t idle_us = now_us - person->last_case_us - spec->decay_after_us;
    if (person->role == ROLE_EXPERT || person->role == ROLE_VISITOR || spec->decay_half_us == 0 ||
        idle_us <= 0 || person->proficiency <= spec->entry_proficiency)
        return person->proficiency;
    const double kept = exp2(-(double)idle_us / (double)spec->decay_half_us);
    return spec->entry_proficiency + (person->proficiency - spec->entry_proficiency) * kept;
}

void skill_practise(const struct service *service, struct person *person, int64_t now_us)
{
    const double now = skill_proficiency(service, person, now_us);
    person->proficiency = now + (1 - now) * service->learning_per_case;
    person->last_case_us = now_us;
}

void skill_credit(struct offer *offer, const struct service *service, const struct rng *rng, size_t person,
                  int64_t millionths, int64_t now_us)
{
    struct person *learner = &offer->people[person];
    learner->credit_ppm += millionths;
    for (; learner->credit_ppm >= 1000000; learner->credit_ppm -= 1000000) {
        if (learner->role == ROLE_TRAINEE)
            skill_supervise(offer, service, rng, person, now_us);
        else
            skill_practise(service, learner, now_us);
    }
}

static struct rng_words personal_luck(const struct offer *offer, const struct rng *rng, uint32_t number)
{
    return rng_draw(rng, (struct rng_identity){.stream = offer->hash, .ordinal = number},
                    (struct rng_purpose){.quantity = DRAW_TRAINEE});
}

int64_t skill_leaving(const struct offer *offer, const struct service *service, const struct rng *rng,
                      uint32_t number, int64_t now_us)
{
    if (service->spec->staff_leave_per_s <= 0)
        return INT64_MAX;
    const double stays_s =
        -log(rng_unit(personal_luck(offer, rng, number).w[1])) / service->spec->staff_leave_per_s;
    const double us = (double)now_us + stays_s * 1e6;
    return us < 0x1p62 ? (int64_t)us : INT64_MAX;
}

struct person skill_new_trainee(const struct offer *offer, const struct service *service,
                                const struct rng *rng, uint32_t number)
{
    const uint32_t word = personal_luck(offer, rng, number).w[0];
    int64_t cases = INT64_MAX;
    if (service->independence != NULL)
        cases = (dist_value(service->independence, word, number, 0) + 999999) / 1000000;
    return (struct person){.role = ROLE_TRAINEE,
                           .expert = -1,
                           .number = number,
                           .independent_at_cases = cases > 1 ? cases : 1,
                           .leaves_us = INT64_MAX};
}

int offer_add_trainees(struct offer *offer, const struct service *service, const struct rng *rng,
                       int64_t count, struct err *err)
{
    for (int64_t n = 0; n < count; n++)
        if (offer_add(offer, skill_new_trainee(offer, service, rng, (uint32_t)offer->count), err) < 0)
            return -1;
    return 0;
}

void skill_return(struct offer *offer, size_t person)
{
    offer->people[person].gone = offer->people[person].studies = false;
    count_operators(offer);
}

/* clang-format off */
#define PERSON_STATE(ONE, ALL, NOT) \
    ONE(struct person, role) ONE(struct person, expert) ONE(struct person, busy) ONE(struct person, gone) \
    ONE(struct person, studies) \
    NOT(struct person, worked_us) ONE(struct person, week_us) ONE(struct person, number) \
    ONE(struct person, supervised) ONE(struct person, credit_ppm) ONE(struct person, independent_at_cases) \
    ONE(struct person, proficiency) ONE(struct person, last_case_us) ONE(struct person, leaves_us) \
    ONE(struct person, taught_until_us)
STATE_LAYOUT(person, struct person, PERSON_STATE, 9);

#define OFFER_STATE(ONE, ALL, NOT) \
    NOT(struct offer, facility) NOT(struct offer, service) NOT(struct offer, hash) \
    ONE(struct offer, unlimited) ONE(struct offer, closed) ONE(struct offer, on_board) \
    ONE(struct offer, board_free) \
    ONE(struct offer, board_free_emergency) ONE(struct offer, board_waiting) NOT(struct offer, operators) \
    NOT(struct offer, people) NOT(struct offer, count) NOT(struct offer, capacity) \
    ONE(struct offer, cases) ONE(struct offer, believed_wait_us) ONE(struct offer, believed_proficiency) \
    ONE(struct offer, on_duty) ONE(struct offer, assignment) ONE(struct offer, in_line) \
    ONE(struct offer, begun) ONE(struct offer, waited_us)
STATE_LAYOUT(offer, struct offer, OFFER_STATE, 47);
/* clang-format on */

void offer_save(const struct offer *offer, struct state_writer *writer)
{
    state_put_array(writer, &offer_layout, offer, 1);
    state_put_array(writer, &person_layout, offer->people, offer->count);
}

void offer_restore(struct offer *offer, const struct saved_map *experts, struct state_reader *reader)
{
    struct err err = ERR_INIT;
    state_get_array(reader, &offer_layout, offer, 1);
    const size_t count = state_get_array_count(reader, &person_layout);
    struct person *people = mem_grow(offer->people, &offer->capacity, count, sizeof *people, &err);
    if (people == NULL || count >= UINT16_MAX) {
        state_refuse(reader, "has %zu people who give a service; that is too many", count);
        return;
    }
    offer->people = people;
    offer->count = count;
    state_get_array_items(reader, &person_layout, people, count);
    for (size_t p = 0; p < count; p++) {
        struct person *person = &people[p];
        person->worked_us = NULL;
        if (person->expert >= 0)
            person->expert = (int32_t)saved_index(experts, (uint32_t)person->expert);
        const bool is_expert = person->expert >= 0;
        if (person->role > ROLE_VISITOR || (person->role == ROLE_EXPERT && !is_expert) ||
            (person->role < ROLE_EXPERT && is_expert))
            state_refuse(reader, "has a person in a role that does not exist; make it again");
    }
}
