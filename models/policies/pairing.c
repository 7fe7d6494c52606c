/* pairing: hospitals that help are given hospitals that are helped. */

#include "models/policies/pairing.h"

#include <stdlib.h>

#include "models/need.h"
#include "models/policies/match.h"
#include "models/policy.h"
#include "models/table.h"
#include "models/world_parts.h"
#include "sim/state.h"

enum phase { BEFORE, PAIRED, OVER };

struct pairing {
    enum phase phase;
    int64_t start_us, end_us;
    struct facility_group helpers, helped;
    int32_t *helper_of; /* of each helped, or MATCH_NOBODY */
    int32_t *joins;     /* of each helper: the helped that it joins, or MATCH_NOBODY */
    struct rota *rota;  /* of each helper; NULL: nobody is sent */
};

static const struct pairing_spec *spec_of(const struct policy *policy)
{
    return policy->head->own;
}

/* --- before the run --- */

static size_t position(const struct facility_group *group, uint32_t facility)
{
    size_t at = 0;
    while (at < group->count && group->facility[at] != facility)
        at++;
    return at;
}

static size_t add_once(struct facility_group *group, uint32_t facility)
{
    const size_t at = position(group, facility);
    if (at == group->count)
        group->facility[group->count++] = facility;
    return at;
}

static int read_cell(const struct world *world, const struct table *table, size_t row, size_t column,
                     uint32_t *facility, struct err *err)
{
    const char *id = table_text(table, row, column);
    const int64_t at = facilities_find(&world->facilities, id);
    if (at < 0)
        return table_problem(table, row, column, err,
                             "\"%.60s\" is no facility of the scenario; use the id of one that is, or "
                             "RULE.CODE of one that a rule makes",
                             id);
    *facility = (uint32_t)at;
    return 0;
}

/* A row of the file: the first helper of a hospital is its partner, further ones join. */
static int add_pair(struct world *world, struct pairing *state, const struct table *table, size_t row,
                    const size_t columns[2], struct err *err)
{
    uint32_t helper = 0, helped = 0;
    if (read_cell(world, table, row, columns[0], &helper, err) != 0 ||
        read_cell(world, table, row, columns[1], &helped, err) != 0)
        return -1;
    const size_t helpers = state->helpers.count, hospitals = state->helped.count;
    const size_t k = add_once(&state->helpers, helper), h = add_once(&state->helped, helped);
    if (k == helpers)
        state->joins[k] = MATCH_NOBODY;
    if (h == hospitals) {
        state->helper_of[h] = (int32_t)k;
        return 0;
    }
    if (state->helper_of[h] == (int32_t)k || state->joins[k] != MATCH_NOBODY)
        return table_problem(table, row, columns[0], err,
                             "\"%s\" stands beside \"%s\" already, or helps a second hospital that has a "
                             "partner; keep one row",
                             world->facilities.facility[helper].id, world->facilities.facility[helped].id);
    state->joins[k] = (int32_t)h;
    return 0;
}

static int read_file(struct world *world, const struct pairing_spec *spec, struct pairing *state,
                     struct err *err)
{
    struct table table;
    size_t columns[2] = {0, 0};
    int result = table_load(&table, spec->file, err);
    if (result == 0)
        result = table_column(&table, "helper", &columns[0], err);
    if (result == 0)
        result = table_column(&table, "helped", &columns[1], err);
    for (size_t row = 0; result == 0 && row < table.rows; row++)
        result = add_pair(world, state, &table, row, columns, err);
    table_free(&table);
    return result;
}

static int check_keys(const struct world *world, const struct pairing_spec *spec, struct err *err)
{
    const bool listed = spec->rule == MATCH_LIST;
    if (listed != (spec->file != NULL))
        return scenario_blame(world->scenario, &spec->rule, err,
                              "%s; give file together with rule = \"list\"",
                              listed ? "a list needs a file" : "a file of pairs needs no rule");
    if (listed && spec->helpers.count + spec->helped.count > 0)
        return scenario_blame(world->scenario, &spec->file, err,
                              "stands beside helpers or helped, which it names itself; take them away");
    if (!listed && (spec->helpers.count == 0 || spec->helped.count == 0))
        return scenario_blame(world->scenario, &spec->helpers, err,
                              "a rule pairs two lists; give helpers and helped");
    if (spec->experts > 0 && spec->service < 0)
        return scenario_blame(world->scenario, &spec->experts, err,
                              "people are sent, but nothing says for what; add service");
    return 0;
}

static int gather(struct world *world, const struct pairing_spec *spec, struct pairing *state,
                  struct err *err)
{
    const struct facilities *facilities = &world->facilities;
    if (facilities_gather(facilities, world->scenario, &spec->helpers, &world->arena, &state->helpers, err) !=
            0 ||
        facilities_gather(facilities, world->scenario, &spec->helped, &world->arena, &state->helped, err) !=
            0)
        return -1;
    state->helper_of = arena_zeroed(&world->arena, facilities->count, sizeof *state->helper_of, err);
    state->joins = arena_zeroed(&world->arena, facilities->count, sizeof *state->joins, err);
    if (state->helper_of == NULL || state->joins == NULL)
        return -1;
    if (spec->file != NULL && read_file(world, spec, state, err) != 0)
        return -1;
    for (size_t k = 0; k < state->helpers.count; k++)
        if (position(&state->helped, state->helpers.facility[k]) < state->helped.count)
            return scenario_blame(world->scenario,
                                  spec->file != NULL ? (const void *)&spec->file : &spec->helpers, err,
                                  "\"%s\" helps and is helped; take it from one side",
                                  facilities->facility[state->helpers.facility[k]].id);
    return 0;
}

/* The people of a helper who command the service. */
static int find_team(struct world *world, const struct pairing_spec *spec, uint32_t helper,
                     struct rota_team *team, struct err *err)
{
    uint32_t *people = arena_zeroed(&world->arena, world->experts.count, sizeof *people, err);
    if (people == NULL)
        return -1;
    *team = (struct rota_team){
        .expert = people, .number = spec->experts, .service = spec->service, .blame = &spec->experts};
    for (uint32_t e = 0; e < world->experts.count; e++) {
        const struct expert *expert = &world->experts.expert[e];
        if (world->facilities.offer[expert->home_offer].facility == helper &&
            expert->spec->service == spec->service)
            people[team->count++] = e;
    }
    if (team->count == 0)
        return scenario_blame(world->scenario, &spec->experts, err,
                              "\"%s\" has nobody who commands the service; add people to experts",
                              world->facilities.facility[helper].id);
    return 0;
}

static int make_rotas(struct world *world, struct policy *policy, struct err *err)
{
    const struct pairing_spec *spec = spec_of(policy);
    struct pairing *state = policy->state;
    state->rota = arena_zeroed(&world->arena, state->helpers.count, sizeof *state->rota, err);
    if (state->rota == NULL)
        return -1;
    for (size_t k = 0; k < state->helpers.count; k++) {
        struct rota_team team;
        if (find_team(world, spec, state->helpers.facility[k], &team, err) != 0)
            return -1;
        const struct rota_plan plan = {.spec = &spec->rota,
                                       .team = &team,
                                       .teams = 1,
                                       .to = state->helped.facility,
                                       .destinations = state->helped.count,
                                       .blame = &spec->service};
        if (rota_init(&state->rota[k], world, policy, &plan, err) != 0)
            return -1;
        state->rota[k].last_us = state->end_us;
    }
    return 0;
}

/* A hospital has one partner at a time. */
static int check_others(const struct world *world, const struct policy *policy, struct err *err)
{
    const struct pairing_spec *spec = spec_of(policy);
    const struct pairing *own = policy->state;
    for (const struct policy *other = world->policies; other < policy; other++) {
        const struct pairing *state = other->state;
        if (other->ops != policy->ops || own->start_us >= state->end_us || state->start_us >= own->end_us)
            continue;
        for (size_t h = 0; h < own->helped.count; h++)
            if (position(&state->helped, own->helped.facility[h]) < state->helped.count)
                return scenario_blame(
                    world->scenario, spec->file != NULL ? (const void *)&spec->file : &spec->helped, err,
                    "policies \"%s\" and \"%s\" both give \"%s\" a partner at overlapping times; take it "
                    "from one of them, or change the dates",
                    other->head->name, policy->head->name,
                    world->facilities.facility[own->helped.facility[h]].id);
    }
    return 0;
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    const struct pairing_spec *spec = spec_of(policy);
    struct pairing *state = policy->state;
    state->start_us = policy_time(world, spec->rota.start_us);
    state->end_us = policy_end(world, spec->rota.start_us, spec->length);
    if (state->start_us < 0)
        return scenario_blame(
            world->scenario, &spec->rota.start_us, err,
            "the policy starts before the run; begin the scenario earlier or the policy later");
    if (check_keys(world, spec, err) != 0 || gather(world, spec, state, err) != 0 ||
        (spec->experts > 0 && make_rotas(world, policy, err) != 0))
        return -1;
    policy->period->from_us = state->start_us;
    policy->period->to_us = state->end_us;
    return check_others(world, policy, err);
}

/* --- pairs --- */

static int find_pairs(struct world *world, const struct pairing_spec *spec, struct pairing *state,
                      int64_t *need, struct err *err)
{
    const size_t helpers = state->helpers.count, hospitals = state->helped.count;
    const struct facility *facility = world->facilities.facility;
    int result = -1;
    size_t cells = 0;
    if (__builtin_mul_overflow(helpers, hospitals, &cells))
        return err_fail(err, "%zu helpers and %zu hospitals are too many", helpers, hospitals);
    int64_t *way_us = mem_zeroed(cells, sizeof *way_us, err);
    int64_t *size = mem_zeroed(helpers, sizeof *size, err);
    if (way_us == NULL || size == NULL)
        goto out;
    for (size_t k = 0; k < helpers; k++)
        size[k] =
            facility[state->helpers.facility[k]].beds > 1 ? facility[state->helpers.facility[k]].beds : 1;
    for (size_t h = 0; h < hospitals; h++)
        for (size_t k = 0; k < helpers; k++)
            way_us[h * helpers + k] =
                geography_travel(&world->geography, facility[state->helped.facility[h]].place,
                                 facility[state->helpers.facility[k]].place)
                    .us;
    const struct match match = {helpers, hospitals, way_us, need, size, spec->load};
    result = match_make(&match, (enum match_rule)spec->rule, state->helper_of, err);
out:
    free(way_us);
    free(size);
    return result;
}

/* Helpers without a hospital join the neediest ones, one each, round after round. */
static void join_neediest(struct pairing *state, const int64_t *need, bool join)
{
    const size_t helpers = state->helpers.count, hospitals = state->helped.count;
    size_t joined = 0;
    for (size_t k = 0; k < helpers; k++) {
        state->joins[k] = MATCH_NOBODY;
        bool helps = !join;
        for (size_t h = 0; h < hospitals && !helps; h++)
            helps = state->helper_of[h] == (int32_t)k;
        if (helps)
            continue;
        const size_t rank = joined++ % hospitals;
        for (size_t h = 0; h < hospitals; h++) { /* the one with exactly `rank` before it */
            size_t before = 0;
            for (size_t other = 0; other < hospitals; other++)
                before += need[other] > need[h] || (need[other] == need[h] && other < h);
            if (before == rank)
                state->joins[k] = (int32_t)h;
        }
    }
}

static int make_pairs(struct world *world, const struct pairing_spec *spec, struct pairing *state,
                      int64_t now_us, struct err *err)
{
    if (spec->rule == MATCH_LIST)
        return 0;
    int64_t *need = mem_zeroed(state->helped.count, sizeof *need, err);
    if (need == NULL)
        return -1;
    for (size_t h = 0; h < state->helped.count; h++)
        need[h] = need_unmet(world, state->helped.facility[h], spec->service, now_us);
    const int result = find_pairs(world, spec, state, need, err);
    if (result == 0)
        join_neediest(state, need, spec->join);
    free(need);
    return result;
}

/* Makes facilities partners, or parts them. */
static void set_partners(struct world *world, const struct pairing *state, bool paired)
{
    struct facility *facility = world->facilities.facility;
    for (size_t h = 0; h < state->helped.count; h++) {
        if (state->helper_of[h] == MATCH_NOBODY)
            continue;
        const uint32_t helper = state->helpers.facility[state->helper_of[h]];
        facility[state->helped.facility[h]].partner = paired ? helper : PATIENT_NOWHERE;
        facility[helper].helps += paired ? 1 : -1;
    }
    for (size_t k = 0; k < state->helpers.count; k++)
        if (state->joins[k] != MATCH_NOBODY)
            facility[state->helpers.facility[k]].helps += paired ? 1 : -1;
}

/* --- experts --- */

static bool helps(const struct pairing *state, size_t helper, size_t helped)
{
    return state->helper_of[helped] == (int32_t)helper || state->joins[helper] == (int32_t)helped;
}

/* The n-th, counted round and round, of the hospitals that a helper helps; NOWHERE when there is none. */
static uint32_t hospital_in_turn(const struct pairing *state, size_t helper, int64_t n)
{
    int64_t count = 0;
    for (size_t h = 0; h < state->helped.count; h++)
        count += helps(state, helper, h);
    if (count == 0)
        return PATIENT_NOWHERE;
    int64_t left = n % count;
    size_t at = 0;
    while (!helps(state, helper, at) || left-- > 0)
        at++;
    return state->helped.facility[at];
}

static int send(struct world *world, struct pairing *state, int64_t now_us, struct err *err)
{
    for (size_t k = 0; state->rota != NULL && k < state->helpers.count; k++) {
        struct rota *rota = &state->rota[k];
        while (state->phase == PAIRED && rota_due(rota, now_us)) {
            const uint32_t to = hospital_in_turn(state, k, rota->sent);
            if (to == PATIENT_NOWHERE)
                break;
            rota_send(rota, world, to);
        }
        if (rota_move(rota, world, now_us, err) != 0)
            return -1;
    }
    return 0;
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    struct pairing *state = policy->state;
    if (state->phase == BEFORE && now_us >= state->start_us) {
        if (make_pairs(world, spec_of(policy), state, now_us, err) != 0)
            return -1;
        set_partners(world, state, true);
        state->phase = PAIRED;
    }
    if (state->phase == PAIRED && now_us >= state->end_us) {
        set_partners(world, state, false);
        state->phase = OVER;
    }
    return send(world, state, now_us, err);
}

static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    const struct pairing *state = policy->state;
    state_put_u64(writer, state->phase);
    state_put_numbers(writer, state->helper_of, sizeof *state->helper_of, state->helped.count);
    state_put_numbers(writer, state->joins, sizeof *state->joins, state->helpers.count);
    for (size_t k = 0; state->rota != NULL && k < state->helpers.count; k++)
        rota_save(&state->rota[k], world, writer);
}

static void check_numbers(const int32_t *numbers, size_t count, size_t below, struct state_reader *reader)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] < MATCH_NOBODY || (numbers[i] >= 0 && (size_t)numbers[i] >= below))
            state_refuse(reader, "pairs hospitals that do not exist; make it again");
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    struct pairing *state = policy->state;
    const enum phase phase = (enum phase)state_get_up_to(reader, OVER);
    state_get_numbers(reader, state->helper_of, sizeof *state->helper_of, state->helped.count);
    state_get_numbers(reader, state->joins, sizeof *state->joins, state->helpers.count);
    check_numbers(state->helper_of, state->helped.count, state->helpers.count, reader);
    check_numbers(state->joins, state->helpers.count, state->helped.count, reader);
    for (size_t k = 0; state->rota != NULL && k < state->helpers.count; k++)
        rota_restore(&state->rota[k], world, reader);
    if (!reader->failed)
        state->phase = phase;
}

const struct policy_ops pairing_ops = {.keys = &pairing_kind,
                                       .state_size = sizeof(struct pairing),
                                       .prepare = prepare,
                                       .plan = plan,
                                       .save = save,
                                       .restore = restore};
