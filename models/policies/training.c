/* training: staff of hospitals learn a technique. */

#include "models/policies/training.h"

#include <math.h>
#include <stdlib.h>

#include "models/policies/rota.h"
#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/state.h"
#include "sim/window.h"

enum { NO_CENTRE = -1 };

/* Somebody away for study. */
struct student {
    size_t person; /* at home, in the offer that is learned */
    int64_t left;  /* position in the offer that lacks this person meanwhile; -1: none */
};

/* A hospital whose staff learn. */
struct school {
    uint32_t facility;
    int32_t offer;
    int32_t leaves;     /* offer that lacks those away; -1 */
    int64_t taught;     /* trainees so far */
    bool away;          /* for study */
    int64_t centre;     /* where, or NO_CENTRE */
    int64_t cases_then; /* that the centre had had at their departure */
    int64_t back_us;
    struct student *student; /* owned by the arena */
    size_t students;
};

struct training {
    struct school *school;
    size_t schools;
    int64_t start_us, end_us;
    int64_t times;   /* sessions held, or departures */
    int64_t next_us; /* of the next */
};

static const struct training_spec *spec_of(const struct policy *policy)
{
    return policy->head->own;
}

static bool has_length(struct key_span span)
{
    return span.months != 0 || span.us != 0;
}

static bool lasts_a_day(struct key_span span)
{
    return span.months != 0 || span.us >= WINDOW_DAY_US;
}

/* --- before the run --- */

static int gather(struct world *world, const struct training_spec *spec, struct facility_group *group,
                  struct err *err)
{
    if ((spec->at >= 0) == (spec->among.count > 0))
        return scenario_blame(world->scenario, &spec->at, err, "at, among: %s; give one of the two",
                              spec->at >= 0 ? "both are given" : "neither is given");
    if (spec->at < 0)
        return facilities_gather(&world->facilities, world->scenario, &spec->among, &world->arena, group,
                                 err);
    group->facility = arena_zeroed(&world->arena, 1, sizeof *group->facility, err);
    group->count = 1;
    return group->facility == NULL
               ? -1
               : facilities_refer(&world->facilities, world->scenario, &spec->at, group->facility, err);
}

static int find_offer(const struct world *world, uint32_t facility, const int32_t *service, int32_t *found,
                      struct err *err)
{
    const struct offer *offer = facility_offer(&world->facilities, facility, (uint32_t)*service);
    if (offer == NULL)
        return scenario_blame(
            world->scenario, service, err,
            "the facility \"%s\" does not list this service; add it to its services (staff = 0 will do)",
            world->facilities.facility[facility].id);
    *found = (int32_t)(offer - world->facilities.offer);
    return 0;
}

static int open_school(struct world *world, const struct training_spec *spec, struct school *school,
                       uint32_t facility, struct err *err)
{
    *school = (struct school){.facility = facility, .leaves = -1, .centre = NO_CENTRE};
    if (find_offer(world, facility, &spec->service, &school->offer, err) != 0 ||
        (spec->leaves >= 0 && find_offer(world, facility, &spec->leaves, &school->leaves, err) != 0))
        return -1;
    if (spec->way != TRAINING_STUDY)
        return 0;
    school->student = arena_zeroed(&world->arena, (size_t)spec->trainees, sizeof *school->student, err);
    if (school->student == NULL)
        return -1;
    if (spec->centre < 0)
        return 0;
    uint32_t centre = 0;
    int32_t offer = 0;
    if (facilities_refer(&world->facilities, world->scenario, &spec->centre, &centre, err) != 0 ||
        find_offer(world, centre, &spec->service, &offer, err) != 0)
        return -1;
    school->centre = centre;
    return centre != facility ? 0
                              : scenario_blame(world->scenario, &spec->centre, err,
                                               "the staff of \"%s\" cannot be away at home; name another "
                                               "hospital",
                                               world->facilities.facility[facility].id);
}

static int check_sessions(const struct world *world, const struct training_spec *spec, struct err *err)
{
    if (!lasts_a_day(spec->every))
        return scenario_blame(world->scenario, &spec->every, err,
                              "sessions are held a day apart at least; write every = \"1 week\", say");
    if (spec->hours_us > 0 && spec->expert < 0)
        return scenario_blame(world->scenario, &spec->hours_us, err,
                              "nobody is named whose hours these are; add expert, or take hours away");
    return 0;
}

/* A case at a centre is done by one trainee. */
static int check_study(const struct world *world, const struct training_spec *spec, size_t schools,
                       struct err *err)
{
    const struct run_spec *run = &world->scenario->run;
    if (!lasts_a_day(spec->stay))
        return scenario_blame(world->scenario, &spec->stay, err,
                              "study takes a day at least; write stay = \"6 month\", say");
    if (has_length(spec->every) &&
        key_span_after(run->start_us, spec->every) < key_span_after(run->start_us, spec->stay))
        return scenario_blame(world->scenario, &spec->every, err,
                              "the next leave before the others are back; choose every at least as long as "
                              "stay");
    const double learners = (double)spec->trainees * (spec->centre < 0 ? 1 : (double)schools);
    if (spec->share * learners > 1)
        return scenario_blame(world->scenario, &spec->share, err,
                              "%g learners who each do a share of %g of the cases do more than there are; "
                              "lower share or trainees",
                              learners, spec->share);
    return 0;
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    const struct training_spec *spec = spec_of(policy);
    struct training *state = policy->state;
    struct facility_group group = {NULL, 0};
    if (gather(world, spec, &group, err) != 0)
        return -1;
    state->start_us = state->next_us = policy_time(world, spec->start_us);
    state->end_us = policy_end(world, spec->start_us, spec->length);
    if (state->start_us < 0)
        return scenario_blame(
            world->scenario, &spec->start_us, err,
            "the policy starts before the run; begin the scenario earlier or the policy later");
    if ((spec->way == TRAINING_SESSIONS && check_sessions(world, spec, err) != 0) ||
        (spec->way == TRAINING_STUDY && check_study(world, spec, group.count, err) != 0))
        return -1;
    state->school = arena_zeroed(&world->arena, group.count, sizeof *state->school, err);
    if (state->school == NULL)
        return -1;
    for (; state->schools < group.count; state->schools++)
        if (open_school(world, spec, &state->school[state->schools], group.facility[state->schools], err) !=
            0)
            return -1;
    policy->period->from_us = state->start_us;
    policy->period->to_us = state->end_us;
    return 0;
}

/* --- whom others teach at home meanwhile --- */

static bool teaches_at(const struct training *state, int32_t offer)
{
    for (size_t s = 0; s < state->schools; s++)
        if (state->school[s].offer == offer)
            return true;
    return false;
}

static bool rota_teaches(const struct rota *rota, const struct world *world, const struct training *state,
                         int32_t service)
{
    if (rota->spec->trainees == 0 || rota->errands == 0)
        return false;
    for (size_t d = 0; d < rota->destinations; d++) {
        const struct offer *offer = facility_offer(&world->facilities, rota->to[d], (uint32_t)service);
        for (size_t e = 0; offer != NULL && e < rota->errands; e++) {
            const struct rota_errand *errand = &rota->errand[e];
            const int32_t taught =
                errand->service >= 0 ? errand->service : world->experts.expert[errand->expert].spec->service;
            if (taught == service && teaches_at(state, (int32_t)(offer - world->facilities.offer)))
                return true;
        }
    }
    return false;
}

static bool overlaps(const struct policy *a, const struct policy *b)
{
    return a->period->from_us < b->period->to_us && b->period->from_us < a->period->to_us;
}

static int blame_absence(const struct world *world, const struct policy *study, const char *other,
                         struct err *err)
{
    return scenario_blame(world->scenario, &spec_of(study)->way, err,
                          "\"%s\" sends staff away whom \"%s\" teaches at home at the same time; let one end "
                          "before the other begins, or teach another service",
                          study->head->name, other);
}

/* Nobody is supervised at home while away. */
static int check(const struct world *world, const struct policy *policy, struct err *err)
{
    const struct training_spec *spec = spec_of(policy);
    const struct training *state = policy->state;
    if (spec->way != TRAINING_STUDY)
        return 0;
    for (const struct rota *rota = world->experts.rotas; rota != NULL; rota = rota->next)
        if (overlaps(policy, rota->policy) && rota_teaches(rota, world, state, spec->service))
            return blame_absence(world, policy, rota->policy->head->name, err);
    for (size_t p = 0; p < world->policy_count; p++) {
        const struct policy *other = &world->policies[p];
        if (other == policy || other->ops != policy->ops || !overlaps(policy, other))
            continue;
        const struct training *theirs = other->state;
        for (size_t s = 0; s < theirs->schools; s++)
            if (teaches_at(state, theirs->school[s].offer))
                return blame_absence(world, policy, other->head->name, err);
    }
    return 0;
}

/* --- trainees at home --- */

static struct offer *offer_of(struct world *world, const struct school *school)
{
    return &world->facilities.offer[school->offer];
}

static int64_t learning(const struct offer *offer)
{
    int64_t count = 0;
    for (size_t p = 0; p < offer->count; p++)
        count += offer->people[p].role == ROLE_TRAINEE && !offer->people[p].gone;
    return count;
}

/* New trainees until so many learn, or the most have been taught. */
static int fill_up(struct world *world, const struct training_spec *spec, struct school *school,
                   struct err *err)
{
    struct offer *offer = offer_of(world, school);
    int64_t more = spec->trainees - learning(offer);
    if (spec->most > 0 && more > spec->most - school->taught)
        more = spec->most - school->taught;
    if (more <= 0)
        return 0;
    school->taught += more;
    return offer_add_trainees(offer, &world->services[offer->service], &world->rng, more, err);
}

static int tutor(struct world *world, const struct training_spec *spec, struct training *state,
                 struct err *err)
{
    for (size_t s = 0; s < state->schools; s++) {
        struct offer *offer = offer_of(world, &state->school[s]);
        offer->on_duty = spec->on_duty;
        offer->assignment = spec->assignment;
        if (fill_up(world, spec, &state->school[s], err) != 0)
            return -1;
    }
    return 0;
}

/* --- sessions --- */

/* Somebody at home with the hours left this week, of them who has worked least; NULL: nobody. */
static struct expert *find_trainer(struct world *world, const struct training_spec *spec)
{
    const struct expert_entry *entry = &world->experts.entry[spec->expert];
    struct expert *best = NULL;
    for (uint32_t e = 0; e < entry->count; e++) {
        struct expert *expert = &world->experts.expert[entry->first + e];
        if (expert->booked_by != NULL || expert->worked_us + spec->hours_us > expert->spec->week_us)
            continue;
        if (best == NULL || expert->worked_us < best->worked_us)
            best = expert;
    }
    return best;
}

static void teach(struct world *world, const struct training_spec *spec, const struct training *state,
                  struct school *school, int64_t now_us)
{
    struct offer *offer = offer_of(world, school);
    const struct service *service = &world->services[offer->service];
    /* Whole cases, of which the parts are kept for later sessions. */
    const int64_t cases = (int64_t)floor((double)(state->times + 1) * spec->cases) -
                          (int64_t)floor((double)state->times * spec->cases);
    const int64_t practice = (int64_t)floor((double)(state->times + 1) * spec->practice) -
                             (int64_t)floor((double)state->times * spec->practice);
    for (size_t p = 0; p < offer->count; p++) {
        const struct person *person = &offer->people[p];
        if (!person->gone && (person->role == ROLE_TRAINEE || person->role == ROLE_LOCAL))
            skill_study(offer, service, &world->rng, p, person->role == ROLE_TRAINEE ? cases : practice,
                        now_us);
    }
    rules_note_offer(world, offer, offer_given(offer));
    world_recheck(world, offer->facility, now_us);
}

static int hold_session(struct world *world, const struct training_spec *spec, struct training *state,
                        int64_t now_us, struct err *err)
{
    if (spec->expert >= 0) {
        struct expert *trainer = find_trainer(world, spec);
        if (trainer == NULL)
            return 0; /* tomorrow, perhaps */
        trainer->worked_us += spec->hours_us;
        world_ex(world, (uint32_t)(trainer - world->experts.expert))[EX_hours_teaching] += spec->hours_us;
    }
    for (size_t s = 0; s < state->schools; s++) {
        if (state->times == 0 && fill_up(world, spec, &state->school[s], err) != 0)
            return -1;
        teach(world, spec, state, &state->school[s], now_us);
    }
    state->times++;
    while (state->next_us <= now_us)
        state->next_us = policy_end(world, world->scenario->run.start_us + state->next_us, spec->every);
    return 0;
}

/* --- study --- */

/* All cases that a facility has had of a service. */
static int64_t cases_at(const struct world *world, int64_t facility, int32_t service)
{
    const struct ledger *ledger = &world->ledger;
    static const size_t columns[] = {FS_procedures_by_locals, FS_procedures_by_visitors};
    const size_t cell = (size_t)facility * ledger->size[DIM_SERVICE] + (size_t)service;
    int64_t sum = 0;
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        for (size_t step = 0; step < ledger->step; step++)
            sum += packed_number(ledger_closed(ledger, GROUP_FACILITY_SERVICE, step, columns[c]), cell);
        if (ledger->step < ledger->steps)
            sum += ledger->cells[GROUP_FACILITY_SERVICE][cell * FS_WIDTH + columns[c]];
    }
    return sum;
}

static int64_t most_advanced(const struct offer *offer)
{
    int64_t best = -1;
    for (size_t p = 0; p < offer->count; p++)
        if (offer->people[p].role == ROLE_TRAINEE && !offer->people[p].gone &&
            (best < 0 || offer->people[p].supervised > offer->people[best].supervised))
            best = (int64_t)p;
    return best;
}

/* The independent person who has practised most lately leaves the work at home. */
static int64_t leave_work(struct world *world, const struct school *school, int64_t now_us)
{
    if (school->leaves < 0)
        return -1;
    struct offer *offer = &world->facilities.offer[school->leaves];
    int64_t best = -1;
    for (size_t p = 0; p < offer->count; p++)
        if (offer->people[p].role == ROLE_LOCAL && !offer->people[p].gone &&
            (best < 0 || offer->people[p].last_case_us > offer->people[best].last_case_us))
            best = (int64_t)p;
    if (best < 0)
        return -1;
    offer_remove(offer, (size_t)best);
    rules_note_offer(world, offer, offer_given(offer));
    world_recheck(world, offer->facility, now_us);
    return best;
}

static int depart(struct world *world, const struct training_spec *spec, struct school *school,
                  int64_t now_us, struct err *err)
{
    struct offer *offer = offer_of(world, school);
    if (spec->centre < 0) {
        const uint32_t partner = facility_partner(&world->facilities, school->facility);
        school->centre = partner == PATIENT_NOWHERE ? NO_CENTRE : (int64_t)partner;
    }
    if (school->centre == NO_CENTRE)
        return 0; /* nowhere to go to this time */
    if (fill_up(world, spec, school, err) != 0)
        return -1;
    for (school->students = 0; school->students < (size_t)spec->trainees; school->students++) {
        const int64_t person = most_advanced(offer);
        if (person < 0)
            break;
        offer_remove(offer, (size_t)person);
        offer->people[person].studies = true;
        school->student[school->students] =
            (struct student){.person = (size_t)person, .left = leave_work(world, school, now_us)};
    }
    school->away = school->students > 0;
    school->cases_then = cases_at(world, school->centre, spec->service);
    school->back_us = policy_end(world, world->scenario->run.start_us + now_us, spec->stay);
    return 0;
}

static void come_back(struct world *world, const struct training_spec *spec, struct school *school,
                      int64_t now_us)
{
    struct offer *offer = offer_of(world, school);
    const int64_t had = cases_at(world, school->centre, spec->service) - school->cases_then;
    const int64_t cases = (int64_t)floor((double)had * spec->share);
    for (size_t s = 0; s < school->students; s++) {
        const struct student *student = &school->student[s];
        skill_study(offer, &world->services[offer->service], &world->rng, student->person, cases, now_us);
        skill_return(offer, student->person);
        if (student->left >= 0) {
            struct offer *work = &world->facilities.offer[school->leaves];
            skill_return(work, (size_t)student->left);
            rules_note_offer(world, work, offer_given(work));
        }
    }
    school->students = 0;
    school->away = false;
    rules_note_offer(world, offer, offer_given(offer));
    world_recheck(world, school->facility, now_us);
}

static int let_study(struct world *world, const struct training_spec *spec, struct training *state,
                     int64_t now_us, struct err *err)
{
    for (size_t s = 0; s < state->schools; s++)
        if (state->school[s].away && now_us >= state->school[s].back_us)
            come_back(world, spec, &state->school[s], now_us);
    if (now_us < state->next_us || now_us >= state->end_us)
        return 0;
    for (size_t s = 0; s < state->schools; s++)
        if (!state->school[s].away && depart(world, spec, &state->school[s], now_us, err) != 0)
            return -1;
    state->times++;
    if (!has_length(spec->every))
        state->next_us = INT64_MAX;
    while (state->next_us <= now_us)
        state->next_us = policy_end(world, world->scenario->run.start_us + state->next_us, spec->every);
    return 0;
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    const struct training_spec *spec = spec_of(policy);
    struct training *state = policy->state;
    if (spec->way == TRAINING_STUDY)
        return let_study(world, spec, state, now_us, err);
    if (now_us < state->start_us || now_us >= state->end_us)
        return 0;
    if (spec->way == TRAINING_TUTORING)
        return tutor(world, spec, state, err);
    return now_us < state->next_us ? 0 : hold_session(world, spec, state, now_us, err);
}

/* --- saving: a centre by its id --- */

static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    const struct training *state = policy->state;
    state_put_i64(writer, state->times);
    state_put_i64(writer, state->next_us);
    for (size_t s = 0; s < state->schools; s++) {
        const struct school *school = &state->school[s];
        state_put_i64(writer, school->taught);
        state_put_u64(writer, school->away);
        state_put_text(writer, school->away ? world->facilities.facility[school->centre].id : NULL);
        state_put_u64(writer, (uint64_t)school->cases_then);
        state_put_i64(writer, school->back_us);
        state_put_u64(writer, school->students);
        for (size_t n = 0; n < school->students; n++) {
            state_put_u64(writer, school->student[n].person);
            state_put_i64(writer, school->student[n].left);
        }
    }
}

static void restore_students(struct world *world, const struct training_spec *spec, struct school *school,
                             struct state_reader *reader)
{
    const uint64_t most = spec->way == TRAINING_STUDY ? (uint64_t)spec->trainees : 0;
    school->students = (size_t)state_get_up_to(reader, most);
    for (size_t n = 0; n < school->students && !reader->failed; n++) {
        school->student[n].person = (size_t)state_get_u64(reader);
        school->student[n].left = state_get_i64(reader);
        const size_t work = school->leaves < 0 ? 0 : world->facilities.offer[school->leaves].count;
        if (school->student[n].person >= offer_of(world, school)->count || school->student[n].left < -1 ||
            school->student[n].left >= (int64_t)work)
            state_refuse(reader, "has students who are nobody; make it again");
    }
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    const struct training_spec *spec = spec_of(policy);
    struct training *state = policy->state;
    state->times = state_get_i64(reader);
    state->next_us = state_get_i64(reader);
    if (state->times < 0 || state->times > INT32_MAX || state->next_us < 0)
        state_refuse(reader, "has training at a time that does not exist; make it again");
    for (size_t s = 0; s < state->schools && !reader->failed; s++) {
        struct school *school = &state->school[s];
        school->taught = state_get_i64(reader);
        school->away = state_get_up_to(reader, 1) == 1;
        char *centre = state_get_text(reader);
        const int64_t at = centre == NULL ? NO_CENTRE : facilities_find(&world->facilities, centre);
        free(centre);
        if (school->away && at < 0)
            state_refuse(reader, "has students at a centre that does not exist; take the scenario that it "
                                 "was made from");
        if (school->away)
            school->centre = at;
        school->cases_then = (int64_t)state_get_up_to(reader, INT64_MAX);
        school->back_us = state_get_i64(reader);
        restore_students(world, spec, school, reader);
    }
}

const struct policy_ops training_ops = {.keys = &training_kind,
                                        .state_size = sizeof(struct training),
                                        .prepare = prepare,
                                        .check = check,
                                        .plan = plan,
                                        .save = save,
                                        .restore = restore};
