#include "models/policies/rota.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/int128.h"
#include "sim/state.h"

enum phase { AT_HOME, ON_THE_WAY, THERE, ON_THE_WAY_BACK };

enum { MOST_OPEN = 1000 };

static bool has_length(struct key_span span)
{
    return span.months != 0 || span.us != 0;
}

#define WEEK_US (INT64_C(7) * 86400000000)

/* Later than all runs end, and early enough that spans can be added. */
#define NEVER_US (INT64_C(400000) * 86400000000)

/* So many spans after the start of the rota, in time of the run. */
static int64_t after_spans(const struct rota *rota, const struct world *world, struct key_span span,
                           int64_t count)
{
    const double about_us = ((double)span.months * 31 * 86400e6 + (double)span.us) * (double)count;
    if (about_us > (double)NEVER_US)
        return NEVER_US;
    const struct key_span all = {.months = span.months * count, .us = span.us * count};
    return policy_time(world, key_span_after(rota->spec->start_us, all));
}

static struct key_span interval(const struct rota_spec *spec)
{
    return has_length(spec->every) ? spec->every : spec->stint;
}

/* The begin of the n-th batch of a regular rota. */
static int64_t begin_of(const struct rota *rota, const struct world *world, int64_t n)
{
    return after_spans(rota, world, interval(rota->spec), n);
}

int64_t rota_end(const struct rota *rota, const struct world *world, int64_t from_us)
{
    if (!has_length(rota->spec->stint) || from_us >= NEVER_US)
        return INT64_MAX;
    return policy_time(world, key_span_after(world->scenario->run.start_us + from_us, rota->spec->stint));
}

/* --- who is sent to two places at once --- */

/* How many people a regular rota has out at a time of the run, the way home not counted. */
static int64_t people_out(const struct rota *rota, const struct world *world, int64_t at_us)
{
    int64_t batches = 0, people = 0;
    for (int64_t n = 0; n < rota->spec->batches; n++) {
        const int64_t begin_us = begin_of(rota, world, n);
        if (begin_us > at_us || begin_us >= rota->last_us)
            break;
        batches += at_us < rota_end(rota, world, begin_us);
    }
    for (size_t p = 0; p < rota->posts; p++)
        people += rota->post[p].number;
    return rota->spec->starts == ROTA_RANDOM ? 0 : batches * people;
}

static bool may_send(const struct rota *rota, uint32_t expert)
{
    for (size_t e = 0; e < rota->errands; e++)
        if (rota->errand[e].expert == expert)
            return true;
    return false;
}

/* Whether all that one rota may send may be sent by the other too. */
static bool draws_on(const struct rota *rota, const struct rota *whole)
{
    for (size_t e = 0; e < rota->errands; e++)
        if (!may_send(whole, rota->errand[e].expert))
            return false;
    return true;
}

/* Of those that one rota may send, all rotas together never send more than there are. */
static int check_pool(const struct rota *whole, const struct world *world, const struct rota *added,
                      const void *blame, struct err *err)
{
    for (const struct rota *at = added; at != NULL; at = at->next) {
        if (!draws_on(at, whole) || at->spec->starts == ROTA_RANDOM)
            continue;
        for (int64_t n = 0; n < at->spec->batches; n++) {
            const int64_t begin_us = begin_of(at, world, n);
            int64_t people = 0;
            const struct rota *other = added;
            for (const struct rota *rota = added; rota != NULL; rota = rota->next) {
                const int64_t out = draws_on(rota, whole) ? people_out(rota, world, begin_us) : 0;
                people += out;
                other = out > 0 && rota != added ? rota : other;
            }
            if (people <= (int64_t)whole->errands)
                continue;
            if (whole->errands == 1 && other != added)
                return scenario_blame(
                    world->scenario, blame, err,
                    "policies \"%s\" and \"%s\" send the same expert at overlapping times; change the "
                    "dates or the expert",
                    other->policy->head->name, added->policy->head->name);
            return scenario_blame(
                world->scenario, blame, err,
                "with the policies \"%s\" and \"%s\" %lld people are away at once, of %zu experts that there "
                "are; send fewer at a time, at other dates, or raise experts.count",
                other->policy->head->name, added->policy->head->name, (long long)people, whole->errands);
        }
    }
    return 0;
}

/* Every rota, of which this is the last, against all. */
static int check_conflicts(const struct rota *added, const struct world *world, const void *blame,
                           struct err *err)
{
    for (const struct rota *whole = added; whole != NULL; whole = whole->next)
        if (draws_on(added, whole) && check_pool(whole, world, added, blame, err) != 0)
            return -1;
    return 0;
}

/* --- building --- */

static const struct offer *offer_at(const struct world *world, const struct rota_errand *errand,
                                    uint32_t facility)
{
    const struct expert *expert = &world->experts.expert[errand->expert];
    const int32_t service = errand->service >= 0 ? errand->service : expert->spec->service;
    return facility_offer(&world->facilities, facility, (uint32_t)service);
}

static int check_destinations(const struct rota *rota, const struct world *world,
                              const struct rota_plan *plan, const struct rota_errand *errand, struct err *err)
{
    const struct expert *expert = &world->experts.expert[errand->expert];
    for (size_t d = 0; d < rota->destinations; d++) {
        const struct facility *facility = &world->facilities.facility[rota->to[d]];
        if (offer_at(world, errand, rota->to[d]) == NULL)
            return scenario_blame(
                world->scenario, plan->blame, err,
                "the facility \"%s\" does not list this service; add it to its services (staff = 0 will "
                "do)",
                facility->id);
        if (world->facilities.offer[expert->home_offer].facility == rota->to[d])
            return scenario_blame(world->scenario, plan->blame, err,
                                  "\"%s\" is at home at \"%s\"; name another hospital or another expert",
                                  expert->id, facility->id);
    }
    return 0;
}

static int add_teams(struct rota *rota, const struct world *world, const struct rota_plan *plan,
                     struct err *err)
{
    for (size_t t = 0; t < rota->posts; t++) {
        const struct rota_team *team = &plan->team[t];
        rota->post[t] =
            (struct rota_post){.number = team->number, .first = rota->errands, .count = team->count};
        if (team->number > (int64_t)team->count)
            return scenario_blame(world->scenario, team->blame, err,
                                  "%lld people are to be sent at a time, of %zu experts that there are; send "
                                  "fewer, or raise experts.count",
                                  (long long)team->number, team->count);
        for (size_t i = 0; i < team->count; i++) {
            struct rota_errand *errand = &rota->errand[rota->errands];
            *errand = (struct rota_errand){
                .expert = team->expert[i], .service = team->service, .post = (uint32_t)t, .phase = AT_HOME};
            if (may_send(rota, errand->expert))
                return scenario_blame(world->scenario, team->blame, err,
                                      "\"%s\" is in this team twice; name each once",
                                      world->experts.expert[errand->expert].id);
            rota->errands++;
            if (check_destinations(rota, world, plan, errand, err) != 0)
                return -1;
        }
    }
    return 0;
}

/* How many batches may be open at a time. */
static int64_t most_open(const struct rota *rota, const struct world *world)
{
    int64_t most = 1;
    for (int64_t n = 0, from = 0; n < rota->spec->batches && begin_of(rota, world, n) < world->end_us; n++) {
        while (rota_end(rota, world, begin_of(rota, world, from)) <= begin_of(rota, world, n))
            from++;
        most = n - from + 1 > most ? n - from + 1 : most;
    }
    return most;
}

static int make_room(struct rota *rota, struct world *world, const struct rota_team *teams, struct err *err)
{
    struct arena *arena = &world->arena;
    size_t people = 0;
    for (size_t t = 0; t < rota->posts; t++)
        people += teams[t].count;
    const int64_t open = rota->spec->starts == ROTA_RANDOM ? 1 : most_open(rota, world);
    if (open > MOST_OPEN)
        return scenario_blame(world->scenario, &rota->spec->every, err,
                              "more than %d batches are away at once; send them less often", MOST_OPEN);
    rota->capacity = (size_t)open;
    rota->post = arena_zeroed(arena, rota->posts, sizeof *rota->post, err);
    rota->errand = arena_zeroed(arena, people, sizeof *rota->errand, err);
    rota->batch = arena_zeroed(arena, rota->capacity, sizeof *rota->batch, err);
    rota->taught = arena_zeroed(arena, rota->destinations * rota->posts, sizeof *rota->taught, err);
    if (rota->post == NULL || rota->errand == NULL || rota->batch == NULL || rota->taught == NULL)
        return -1;
    for (size_t b = 0; b < rota->capacity; b++) {
        rota->batch[b].missing = arena_zeroed(arena, rota->posts, sizeof *rota->batch[b].missing, err);
        if (rota->batch[b].missing == NULL)
            return -1;
    }
    return 0;
}

static int check_spec(const struct rota_spec *spec, const struct world *world, struct err *err)
{
    if (policy_time(world, spec->start_us) < 0)
        return scenario_blame(
            world->scenario, &spec->start_us, err,
            "the policy starts before the run; begin the scenario earlier or the policy later");
    if (spec->batches > 1 && !has_length(interval(spec)))
        return scenario_blame(world->scenario, &spec->batches, err,
                              "several batches need to know when the next goes; add every, or stint");
    if (spec->starts == ROTA_RANDOM && (!has_length(spec->every) || !has_length(spec->stint)))
        return scenario_blame(
            world->scenario, &spec->starts, err,
            "random visits need stint, how long they are, and every, the mean time from one "
            "to the next; add what is missing");
    return 0;
}

/* Gaps of random starts are luck of the policy, never of patients. */
static int64_t random_gap(const struct rota *rota, const struct world *world)
{
    const struct rng_identity who = {.stream = rota->hash, .ordinal = (uint32_t)rota->sent};
    const uint32_t word = rng_draw(&world->rng, who, (struct rng_purpose){.quantity = DRAW_VISIT}).w[0];
    const double mean_us = (double)(begin_of(rota, world, 1) - begin_of(rota, world, 0));
    const double gap_us = -log(rng_unit(word)) * mean_us;
    return gap_us < (double)NEVER_US ? (int64_t)gap_us : NEVER_US;
}

static void set_period(struct rota *rota, const struct world *world)
{
    struct world_period *period = rota->policy->period;
    const int64_t last = rota->spec->batches - 1;
    const int64_t start_us = begin_of(rota, world, 0);
    const int64_t end_us = rota_end(rota, world, begin_of(rota, world, last));
    period->from_us = start_us;
    period->to_us = rota->spec->starts == ROTA_RANDOM ? INT64_MAX : end_us;
    rota->next_us = rota->spec->starts == ROTA_RANDOM ? start_us + random_gap(rota, world) : start_us;
}

int rota_team_of(struct world *world, const int32_t *entry, int64_t number, int32_t service,
                 struct rota_team *team, struct err *err)
{
    const struct expert_entry *of = &world->experts.entry[*entry];
    uint32_t *people = arena_zeroed(&world->arena, of->count, sizeof *people, err);
    if (people == NULL)
        return -1;
    for (uint32_t i = 0; i < of->count; i++)
        people[i] = of->first + i;
    *team = (struct rota_team){
        .expert = people, .count = of->count, .number = number, .service = service, .blame = entry};
    return 0;
}

int rota_init(struct rota *rota, struct world *world, const struct policy *policy,
              const struct rota_plan *plan, struct err *err)
{
    *rota = (struct rota){.spec = plan->spec,
                          .policy = policy,
                          .posts = plan->teams,
                          .to = plan->to,
                          .destinations = plan->destinations,
                          .last_us = INT64_MAX};
    if (check_spec(plan->spec, world, err) != 0 || make_room(rota, world, plan->team, err) != 0 ||
        add_teams(rota, world, plan, err) != 0)
        return -1;
    rota->hash = rng_hash_more(rng_hash(policy->head->name), world->facilities.facility[rota->to[0]].id);
    if (rota->errands > 0)
        rota->hash = rng_hash_more(rota->hash, world->experts.expert[rota->errand[0].expert].id);
    set_period(rota, world);
    rota->next = world->experts.rotas;
    world->experts.rotas = rota;
    return check_conflicts(rota, world, plan->team[0].blame, err);
}

/* --- batches --- */

bool rota_due(const struct rota *rota, int64_t now_us)
{
    return rota->sent < rota->spec->batches && now_us >= rota->next_us && rota->next_us < rota->last_us;
}

static void close_batch(struct rota *rota, size_t b)
{
    const struct rota_batch closed = rota->batch[b];
    rota->batch[b] = rota->batch[--rota->open];
    rota->batch[rota->open] = closed; /* keeps the memory of `missing` */
}

void rota_send(struct rota *rota, const struct world *world, uint32_t facility)
{
    const int64_t begin_us = rota->next_us;
    for (size_t b = 0; rota->open == rota->capacity && b < rota->open; b++)
        if (rota->batch[b].end_us <= begin_us)
            close_batch(rota, b--);
    if (rota->open == rota->capacity) /* never: most_open() counted them */
        close_batch(rota, 0);
    struct rota_batch *batch = &rota->batch[rota->open++];
    batch->facility = facility;
    batch->end_us = rota_end(rota, world, begin_us);
    for (size_t p = 0; p < rota->posts; p++)
        batch->missing[p] = rota->post[p].number;
    rota->sent++;
    if (rota->sent == rota->spec->batches)
        rota->next_us = INT64_MAX;
    else
        rota->next_us = rota->spec->starts == ROTA_RANDOM ? begin_us + random_gap(rota, world)
                                                          : begin_of(rota, world, rota->sent);
}

bool rota_is_at(const struct rota *rota, uint32_t facility)
{
    for (size_t b = 0; b < rota->open; b++)
        if (rota->batch[b].facility == facility)
            return true;
    return false;
}

/* --- people --- */

static int64_t way_us(const struct world *world, const struct rota_errand *errand)
{
    const struct facilities *facilities = &world->facilities;
    const struct expert *expert = &world->experts.expert[errand->expert];
    const uint32_t home = facilities->offer[expert->home_offer].facility;
    const uint32_t there = facilities->offer[errand->offer].facility;
    return geography_travel(&world->geography, facilities->facility[home].place,
                            facilities->facility[there].place)
        .us;
}

/* The one of a post's people who has been at home longest. */
static struct rota_errand *next_to_go(struct rota *rota, const struct world *world, size_t post)
{
    struct rota_errand *best = NULL;
    int64_t best_us = 0;
    for (size_t i = 0; i < rota->post[post].count; i++) {
        struct rota_errand *errand = &rota->errand[rota->post[post].first + i];
        const struct expert *expert = &world->experts.expert[errand->expert];
        if (errand->phase != AT_HOME || expert->booked_by != NULL)
            continue;
        if (best == NULL || expert->back_us < best_us) {
            best = errand;
            best_us = expert->back_us;
        }
    }
    return best;
}

static void depart(struct rota *rota, struct world *world, struct rota_errand *errand,
                   const struct rota_batch *batch, int64_t now_us)
{
    struct expert *expert = &world->experts.expert[errand->expert];
    errand->offer = (int32_t)(offer_at(world, errand, batch->facility) - world->facilities.offer);
    errand->end_us = batch->end_us;
    expert_leave(world, expert, now_us);
    expert->booked_by = rota->policy->head->name;
    errand->arrives_us = now_us + way_us(world, errand);
    errand->phase = ON_THE_WAY;
}

static void let_depart(struct rota *rota, struct world *world, int64_t now_us)
{
    for (size_t b = 0; b < rota->open; b++)
        if (rota->batch[b].end_us <= now_us)
            close_batch(rota, b--);
    for (size_t b = 0; b < rota->open; b++)
        for (size_t p = 0; p < rota->posts; p++)
            while (rota->batch[b].missing[p] > 0) {
                struct rota_errand *errand = next_to_go(rota, world, p);
                if (errand == NULL)
                    break;
                depart(rota, world, errand, &rota->batch[b], now_us);
                rota->batch[b].missing[p]--;
            }
    if (rota->spec->starts == ROTA_RANDOM)
        rota->open = 0; /* who could not go at once does not */
}

/* Trainees are found when the first of a post comes to a hospital; later ones teach those who are there. */
static int find_trainees(struct rota *rota, struct world *world, const struct rota_errand *errand,
                         struct err *err)
{
    struct offer *offer = &world->facilities.offer[errand->offer];
    offer->on_duty = rota->spec->on_duty;
    offer->assignment = rota->spec->assignment;
    size_t d = 0;
    while (rota->to[d] != offer->facility)
        d++;
    bool *taught = &rota->taught[d * rota->posts + errand->post];
    const int64_t count = *taught ? 0 : rota->spec->trainees;
    *taught = true;
    return offer_add_trainees(offer, &world->services[offer->service], &world->rng, count, err);
}

static int arrive(struct rota *rota, struct world *world, struct rota_errand *errand, int64_t now_us,
                  struct err *err)
{
    errand->phase = THERE;
    if (rota->spec->trainees > 0 && find_trainees(rota, world, errand, err) != 0)
        return -1;
    return expert_join(world, &world->experts.expert[errand->expert], errand->offer, now_us, err);
}

static int move_one(struct rota *rota, struct world *world, struct rota_errand *errand, int64_t now_us,
                    struct err *err)
{
    struct expert *expert = &world->experts.expert[errand->expert];
    if (errand->phase == ON_THE_WAY && now_us >= errand->arrives_us && expert_is_free(world, expert))
        if (arrive(rota, world, errand, now_us, err) != 0)
            return -1;
    if (errand->phase == THERE && now_us >= errand->end_us) {
        expert_leave(world, expert, now_us);
        errand->arrives_us = now_us + way_us(world, errand);
        errand->phase = ON_THE_WAY_BACK;
    }
    if (errand->phase == ON_THE_WAY_BACK && now_us >= errand->arrives_us && expert_is_free(world, expert)) {
        if (expert_join(world, expert, expert->home_offer, now_us, err) != 0)
            return -1;
        expert->booked_by = NULL;
        errand->phase = AT_HOME;
    }
    return 0;
}

static int64_t cost_until(const struct rota *rota, int64_t at_us)
{
    return (int64_t)((int128)rota->spec->weekly_cost_fen * at_us / WEEK_US);
}

/* Nobody moves before the next epoch: what is spent until then is spent now. */
static void spend(const struct rota *rota, struct world *world, int64_t now_us)
{
    const int64_t until_us = world->next_plan_us < world->end_us ? world->next_plan_us : world->end_us;
    const int64_t due_fen = cost_until(rota, until_us) - cost_until(rota, now_us);
    for (size_t e = 0; e < rota->errands; e++)
        if (rota->errand[e].phase != AT_HOME)
            world_fa(world, world->facilities.offer[rota->errand[e].offer].facility)[FA_programme_cost] +=
                due_fen;
}

int rota_move(struct rota *rota, struct world *world, int64_t now_us, struct err *err)
{
    let_depart(rota, world, now_us);
    for (size_t e = 0; e < rota->errands; e++)
        if (rota->errand[e].phase != AT_HOME && move_one(rota, world, &rota->errand[e], now_us, err) != 0)
            return -1;
    if (rota->spec->weekly_cost_fen > 0)
        spend(rota, world, now_us);
    return 0;
}

/* --- saving: hospitals by their position among the destinations --- */

static uint64_t destination(const struct rota *rota, uint32_t facility)
{
    uint64_t d = 0;
    while (d + 1 < rota->destinations && rota->to[d] != facility)
        d++;
    return d;
}

void rota_save(const struct rota *rota, const struct world *world, struct state_writer *writer)
{
    state_begin(writer, "rota", 1);
    state_put_i64(writer, rota->sent);
    state_put_i64(writer, rota->next_us);
    state_put_numbers(writer, rota->taught, 1, rota->destinations * rota->posts);
    state_put_u64(writer, rota->errands);
    for (size_t e = 0; e < rota->errands; e++) {
        const struct rota_errand *errand = &rota->errand[e];
        state_put_u64(writer, errand->phase);
        state_put_u64(writer, errand->phase == AT_HOME
                                  ? 0
                                  : destination(rota, world->facilities.offer[errand->offer].facility));
        state_put_i64(writer, errand->end_us);
        state_put_i64(writer, errand->arrives_us);
    }
    state_put_u64(writer, rota->open);
    for (size_t b = 0; b < rota->open; b++) {
        state_put_u64(writer, destination(rota, rota->batch[b].facility));
        state_put_i64(writer, rota->batch[b].end_us);
        state_put_numbers(writer, rota->batch[b].missing, sizeof *rota->batch[b].missing, rota->posts);
    }
    state_end(writer);
}

static void restore_errands(struct rota *rota, const struct world *world, struct state_reader *reader)
{
    if (state_get_u64(reader) != rota->errands)
        state_refuse(reader, "was saved with other people to send; take the scenario that it was made from");
    for (size_t e = 0; e < rota->errands && !reader->failed; e++) {
        struct rota_errand *errand = &rota->errand[e];
        errand->phase = (uint8_t)state_get_up_to(reader, ON_THE_WAY_BACK);
        const uint32_t to = rota->to[state_get_up_to(reader, rota->destinations - 1)];
        errand->offer = (int32_t)(offer_at(world, errand, to) - world->facilities.offer);
        errand->end_us = state_get_i64(reader);
        errand->arrives_us = state_get_i64(reader);
    }
}

void rota_restore(struct rota *rota, const struct world *world, struct state_reader *reader)
{
    state_enter(reader, "rota", 1);
    rota->sent = state_get_i64(reader);
    rota->next_us = state_get_i64(reader);
    if (rota->sent < 0 || rota->sent > rota->spec->batches || rota->next_us < 0)
        state_refuse(reader, "has a batch that is never sent; make it again");
    state_get_numbers(reader, rota->taught, 1, rota->destinations * rota->posts);
    for (size_t t = 0; t < rota->destinations * rota->posts; t++)
        rota->taught[t] = *(const unsigned char *)&rota->taught[t] != 0;
    restore_errands(rota, world, reader);
    rota->open = (size_t)state_get_up_to(reader, rota->capacity);
    for (size_t b = 0; b < rota->open && !reader->failed; b++) {
        rota->batch[b].facility = rota->to[state_get_up_to(reader, rota->destinations - 1)];
        rota->batch[b].end_us = state_get_i64(reader);
        state_get_numbers(reader, rota->batch[b].missing, sizeof *rota->batch[b].missing, rota->posts);
    }
    state_leave(reader);
}
