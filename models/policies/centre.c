/* centre: a facility opens, or a hospital is enlarged, at a date; services come one
 * after another; people of a parent hospital treat, teach and discuss cases there,
 * and are missed at home. */

#include "models/policies/centre.h"

#include <math.h>
#include <string.h>

#include "models/policies/opening.h"
#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/state.h"

/* Somebody of the parent's staff who is to work at the centre. */
struct post {
    int32_t from, to; /* offers */
    int64_t person;   /* at the parent */
    double proficiency;
    int64_t arrives_us;
    enum { POST_OPEN, POST_ON_THE_WAY, POST_FILLED } state;
};

struct centre {
    struct opening opening;
    struct post *post; /* owned by the world's arena */
    size_t posts;
    int32_t *closed; /* offers to open, likewise */
    size_t closed_count, opened;
    bool begun;
    int64_t discussed_us;
};

static const struct centre_spec *spec_of(const struct policy *policy)
{
    return policy->head->own;
}

static int64_t count_all(const struct key_list *counts)
{
    int64_t sum = 0;
    for (size_t i = 0; i < counts->count; i++)
        sum += SCENARIO_ITEM(*counts, struct key_count, i)->count;
    return sum;
}

/* The offer of a named service at a facility; a problem when there is none. */
static int find_offer(const struct world *world, uint32_t facility, const struct key_count *named,
                      int32_t *offer, struct err *err)
{
    for (uint32_t s = 0; s < world->facilities.service_count; s++) {
        if (strcmp(world->services[s].spec->id, named->name) != 0)
            continue;
        const struct offer *at = facility_offer(&world->facilities, facility, s);
        if (at == NULL)
            return scenario_blame(world->scenario, named, err,
                                  "the facility \"%s\" does not list this service; add it to its services",
                                  world->facilities.facility[facility].id);
        *offer = (int32_t)(at - world->facilities.offer);
        return 0;
    }
    return scenario_blame(world->scenario, named, err, "is no service; name one of `services`");
}

static int set_posts(struct world *world, const struct policy *policy, uint32_t parent, struct err *err)
{
    const struct centre_spec *spec = spec_of(policy);
    struct centre *state = policy->state;
    state->post = arena_zeroed(&world->arena, (size_t)count_all(&spec->experts), sizeof *state->post, err);
    if (state->post == NULL)
        return -1;
    for (size_t i = 0; i < spec->experts.count; i++) {
        const struct key_count *sent = SCENARIO_ITEM(spec->experts, struct key_count, i);
        struct post post = {.state = POST_OPEN};
        if (find_offer(world, parent, sent, &post.from, err) != 0 ||
            find_offer(world, state->opening.facility, sent, &post.to, err) != 0)
            return -1;
        const struct offer *from = &world->facilities.offer[post.from];
        if (from->unlimited || (int64_t)from->count < sent->count)
            return scenario_blame(
                world->scenario, sent, err,
                "the parent has %s staff of this service; give it as many as it sends, or more",
                from->unlimited ? "unlimited" : "less");
        for (int64_t n = 0; n < sent->count; n++)
            state->post[state->posts++] = post;
    }
    return 0;
}

static int check_parent(struct world *world, const struct policy *policy, struct err *err)
{
    const struct centre_spec *spec = spec_of(policy);
    uint32_t parent = 0;
    if (spec->parent < 0)
        return spec->experts.count == 0 && spec->managers == 0
                   ? 0
                   : scenario_blame(world->scenario, policy->head, err,
                                    "has experts or managers of nobody; name the parent");
    if (facilities_refer(&world->facilities, world->scenario, &spec->parent, &parent, err) != 0)
        return -1;
    if (parent == ((const struct centre *)policy->state)->opening.facility)
        return scenario_blame(world->scenario, &spec->parent, err,
                              "is the centre itself; name another hospital");
    return set_posts(world, policy, parent, err);
}

static int list_closed(struct world *world, struct centre *state, struct err *err)
{
    const struct facilities *facilities = &world->facilities;
    state->closed = arena_zeroed(&world->arena, facilities->service_count, sizeof *state->closed, err);
    if (state->closed == NULL)
        return -1;
    for (size_t o = 0; o < facilities->offer_count; o++)
        if (facilities->offer[o].facility == state->opening.facility && facilities->offer[o].closed)
            state->closed[state->closed_count++] = (int32_t)o;
    return 0;
}

/* How many times faster everything comes with the managers. */
static double speed_of(const struct centre_spec *spec)
{
    return 1 + (double)spec->managers * spec->speed_per_manager;
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    const struct centre_spec *spec = spec_of(policy);
    struct centre *state = policy->state;
    if (spec->speed_per_manager > 0 && spec->managers == 0)
        return scenario_blame(world->scenario, &spec->speed_per_manager, err,
                              "has no effect without managers; say how many, or take it away");
    const int64_t people = count_all(&spec->experts) + spec->managers;
    int64_t salaries_fen = 0, per_year_fen = 0;
    if (__builtin_mul_overflow(people, spec->cost_per_person_fen, &salaries_fen) ||
        __builtin_add_overflow(salaries_fen, spec->cost_per_year_fen, &per_year_fen))
        return scenario_blame(world->scenario, &spec->cost_per_person_fen, err,
                              "is too much for so many people; write less");
    state->opening = (struct opening){.start_us = policy_time(world, spec->start_us),
                                      .ramp = spec->ramp,
                                      .ramp_speed = speed_of(spec),
                                      .ramp_from = spec->ramp_from,
                                      .add = &spec->beds,
                                      .cost_fen = spec->cost_fen,
                                      .cost_per_year_fen = per_year_fen};
    if (facilities_refer(&world->facilities, world->scenario, &spec->facility, &state->opening.facility,
                         err) != 0)
        return -1;
    for (const struct policy *other = world->policies; other < policy; other++)
        if (other->ops == policy->ops &&
            ((const struct centre *)other->state)->opening.facility == state->opening.facility)
            return scenario_blame(world->scenario, &spec->facility, err,
                                  "is made a centre by the policy \"%s\" too; keep one of the two",
                                  other->head->name);
    if (opening_check_start(world, policy, &spec->start_us, err) != 0 ||
        opening_check(world, &state->opening, &spec->facility, err) != 0 ||
        list_closed(world, state, err) != 0)
        return -1;
    int32_t ignored = 0;
    for (size_t i = 0; i < spec->trainees.count; i++)
        if (find_offer(world, state->opening.facility, SCENARIO_ITEM(spec->trainees, struct key_count, i),
                       &ignored, err) != 0)
            return -1;
    return check_parent(world, policy, err);
}

/* --- at planning epochs --- */

static int add_trainees(struct world *world, const struct policy *policy, struct err *err)
{
    const struct centre_spec *spec = spec_of(policy);
    for (size_t i = 0; i < spec->trainees.count; i++) {
        const struct key_count *taught = SCENARIO_ITEM(spec->trainees, struct key_count, i);
        int32_t at = 0;
        if (find_offer(world, ((const struct centre *)policy->state)->opening.facility, taught, &at, err) !=
            0)
            return -1;
        struct offer *offer = &world->facilities.offer[at];
        offer->on_duty = spec->on_duty;
        for (int64_t n = 0; n < taught->count; n++)
            if (offer_add(offer,
                          skill_new_trainee(offer, &world->services[offer->service], &world->rng,
                                            (uint32_t)offer->count),
                          err) < 0)
                return -1;
    }
    return 0;
}

static int begin(struct world *world, const struct policy *policy, struct err *err)
{
    const struct centre_spec *spec = spec_of(policy);
    struct centre *state = policy->state;
    if (spec->level > 0)
        world->facilities.facility[state->opening.facility].level = spec->level - 1;
    state->begun = true;
    state->discussed_us = state->opening.start_us;
    return add_trainees(world, policy, err);
}

/* The n-th of k services is opened when n k-ths of the time have passed. */
static void open_services(struct world *world, const struct policy *policy, int64_t now_us)
{
    const struct centre_spec *spec = spec_of(policy);
    struct centre *state = policy->state;
    const double whole_us =
        (double)(key_span_after(spec->start_us, spec->introduce) - spec->start_us) / speed_of(spec);
    bool any = false;
    while (state->opened < state->closed_count &&
           (double)(now_us - state->opening.start_us) * (double)state->closed_count >=
               whole_us * (double)state->opened) {
        world->facilities.offer[state->closed[state->opened++]].closed = false;
        any = true;
    }
    if (any)
        world_recheck(world, state->opening.facility, now_us);
}

/* One of the staff, if possible not in the middle of a case; -1: nobody is left. */
static int64_t member(const struct offer *offer)
{
    int64_t busy = -1;
    for (size_t p = offer->count; p > 0; p--) {
        const struct person *person = &offer->people[p - 1];
        if (person->role != ROLE_LOCAL || person->gone)
            continue;
        if (!person->busy)
            return (int64_t)p - 1;
        busy = busy < 0 ? (int64_t)p - 1 : busy;
    }
    return busy;
}

/* A case under way is finished; nobody sets out before. */
static void leave_home(struct world *world, struct post *post, int64_t now_us)
{
    const struct facilities *facilities = &world->facilities;
    struct offer *from = &world->facilities.offer[post->from];
    post->person = member(from);
    if (post->person < 0)
        return;
    post->proficiency =
        skill_proficiency(&world->services[from->service], &from->people[post->person], now_us);
    post->arrives_us =
        now_us + geography_travel(&world->geography, facilities->facility[from->facility].place,
                                  facilities->facility[facilities->offer[post->to].facility].place)
                     .us;
    post->state = POST_ON_THE_WAY;
    offer_remove(from, (size_t)post->person);
    world_recheck(world, from->facility, now_us);
}

static int fill_posts(struct world *world, struct centre *state, int64_t now_us, struct err *err)
{
    for (size_t i = 0; i < state->posts; i++) {
        struct post *post = &state->post[i];
        if (post->state == POST_OPEN)
            leave_home(world, post, now_us);
        if (post->state != POST_ON_THE_WAY || now_us < post->arrives_us ||
            world->facilities.offer[post->from].people[post->person].busy)
            continue;
        struct offer *to = &world->facilities.offer[post->to];
        const struct person person = {.role = ROLE_VISITOR,
                                      .expert = -1,
                                      .number = (uint32_t)to->count,
                                      .proficiency = post->proficiency,
                                      .last_case_us = now_us,
                                      .leaves_us = INT64_MAX};
        if (offer_add(to, person, err) < 0)
            return -1;
        post->state = POST_FILLED;
        world_recheck(world, to->facility, now_us);
    }
    return 0;
}

/* Cases are discussed with the parent's experts: the gap to the plateau closes. */
static void discuss(struct world *world, const struct policy *policy, int64_t now_us)
{
    struct centre *state = policy->state;
    const double left =
        exp(-spec_of(policy)->discussion_per_s * (double)(now_us - state->discussed_us) / 1e6);
    state->discussed_us = now_us;
    for (size_t o = 0; left < 1 && o < world->facilities.offer_count; o++) {
        struct offer *offer = &world->facilities.offer[o];
        for (size_t p = 0; offer->facility == state->opening.facility && p < offer->count; p++)
            if (offer->people[p].role == ROLE_LOCAL)
                offer->people[p].proficiency = 1 - (1 - offer->people[p].proficiency) * left;
    }
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    struct centre *state = policy->state;
    if (now_us < state->opening.start_us)
        return 0;
    if (!state->begun && begin(world, policy, err) != 0)
        return -1;
    opening_plan(world, &state->opening, now_us);
    open_services(world, policy, now_us);
    discuss(world, policy, now_us);
    return fill_posts(world, state, now_us, err);
}

/* --- saving --- */

/* clang-format off */
#define POST_STATE(ONE, ALL, NOT) \
    NOT(struct post, from) NOT(struct post, to) ONE(struct post, person) ONE(struct post, proficiency) \
    ONE(struct post, arrives_us) ONE(struct post, state)
STATE_LAYOUT(post, struct post, POST_STATE, 4);
/* clang-format on */

static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    (void)world;
    const struct centre *state = policy->state;
    opening_save(&state->opening, writer);
    state_put_array(writer, &post_layout, state->post, state->posts);
    state_put_u64(writer, state->opened);
    state_put_u64(writer, state->begun);
    state_put_i64(writer, state->discussed_us);
}

static bool can_be(const struct world *world, const struct post *post)
{
    return (unsigned)post->state <= POST_FILLED &&
           (post->state == POST_OPEN || (post->proficiency >= 0 && post->proficiency <= 1)) &&
           (post->state != POST_ON_THE_WAY ||
            (post->person >= 0 && (size_t)post->person < world->facilities.offer[post->from].count));
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    struct centre *state = policy->state;
    opening_restore(world, &state->opening, reader);
    state_get_array(reader, &post_layout, state->post, state->posts);
    for (size_t i = 0; i < state->posts && !reader->failed; i++)
        if (!can_be(world, &state->post[i]))
            state_refuse(reader, "has sent somebody who cannot be; make it again");
    state->opened = (size_t)state_get_up_to(reader, state->closed_count);
    state->begun = state_get_up_to(reader, 1) != 0;
    state->discussed_us = state_get_i64(reader);
    if (state->discussed_us < 0 || state->discussed_us > world->end_us)
        state_refuse(reader, "has cases discussed at a time that cannot be; make it again");
}

const struct policy_ops centre_ops = {.keys = &centre_kind,
                                      .state_size = sizeof(struct centre),
                                      .prepare = prepare,
                                      .plan = plan,
                                      .save = save,
                                      .restore = restore};
