#include "models/rules.h"

#include <math.h>
#include <stdlib.h>

#include "models/saving.h"
#include "models/world_parts.h"
#include "sim/state.h"

static int check_open(const struct world *world, const int32_t *reference, int64_t facility, struct err *err)
{
    if (facility < 0 || (world->rules->refuses[facility] & RULES_ANYBODY) == 0)
        return 0;
    if (world->facilities.facility[facility].outside)
        return scenario_blame(
            world->scenario, reference, err,
            "\"%s\" is outside the sample, and patients are sent there; take a larger sample, "
            "or keep its level (places.sample_keeps)",
            world->facilities.facility[facility].id);
    return scenario_blame(world->scenario, reference, err,
                          "\"%s\" is closed until a policy opens it, and patients are sent there; name one "
                          "that is open",
                          world->facilities.facility[facility].id);
}

static int check_destinations(const struct world *world, struct err *err)
{
    int failed = 0;
    for (size_t c = 0; c < world->pathways.count; c++) {
        const struct condition *condition = &world->pathways.condition[c];
        failed |= check_open(world, &condition->spec->first_at, condition->first_facility, err);
        for (uint32_t s = 0; s < condition->stage_count; s++) {
            const struct stage *stage = &world->pathways.stage[condition->first_stage + s];
            failed |= check_open(world, &stage->spec->at, stage->at, err);
        }
    }
    return failed;
}

int rules_init(struct world *world, struct err *err)
{
    struct arena *arena = &world->arena;
    const struct facilities *facilities = &world->facilities;
    struct rules *rules = arena_zeroed(arena, 1, sizeof *rules, err);
    if (rules == NULL)
        return -1;
    world->rules = rules;
    rules->first_levels = UINT32_MAX;
    rules->refuses = arena_zeroed(arena, facilities->count, sizeof *rules->refuses, err);
    rules->exempt = arena_zeroed(arena, world->pathways.count, sizeof *rules->exempt, err);
    if (rules->refuses == NULL || rules->exempt == NULL)
        return -1;
    for (int level = 0; level < FACILITY_LEVELS; level++)
        rules->by_level[level] = NAN;
    for (size_t f = 0; f < facilities->count; f++) {
        const struct facility *facility = &facilities->facility[f];
        for (int64_t grade = facility->grades; facility->grades > 0 && grade < SEVERITIES; grade++)
            rules->refuses[f] |= UINT32_C(1) << grade;
        rules->refuses[f] |= facility->closed ? RULES_ANYBODY : 0;
        rules->refuses[f] |= facility->level == LEVEL_ONLINE ? RULES_NEAREST : 0;
    }
    return check_destinations(world, err);
}

uint32_t rules_is(const struct world *world, const struct patient *patient)
{
    const struct rules *rules = world->rules;
    const uint32_t is = rules_is_of(patient->severity);
    const bool referred = (patient->more & PATIENT_REFERRED) != 0 || patient->facility != PATIENT_NOWHERE;
    return rules->strict && !referred && !rules->exempt[world->demand.origin[patient->stream].condition]
               ? is | RULES_UNREFERRED
               : is;
}

bool rules_asks_referral(const struct world *world, uint32_t condition, uint32_t facility)
{
    const struct rules *rules = world->rules;
    return (rules->first_levels >> world->facilities.facility[facility].level & 1) == 0 &&
           !rules->exempt[condition];
}

double rules_share(const struct world *world, uint32_t facility, uint32_t home, bool unreferred)
{
    const struct rules *rules = world->rules;
    const double own = world->facilities.glance[facility].reimbursed;
    if (!rules->reimburses)
        return own;
    const struct facility *at = &world->facilities.facility[facility];
    const double level = rules->by_level[at->level];
    const enum geography_relation relation =
        at->stays_home ? SAME_COUNTY : geography_relation(&world->geography, home, at->place);
    const double share =
        (isnan(level) ? own : level) + rules->by_distance[relation] - (unreferred ? rules->unreferred : 0);
    return fmin(1, fmax(0, share));
}

double rules_share_of(const struct world *world, const struct patient *patient)
{
    const struct origin *origin = &world->demand.origin[patient->stream];
    if (!world->rules->reimburses)
        return world->facilities.glance[patient->facility].reimbursed;
    const bool unreferred = (patient->more & PATIENT_REFERRED) == 0 &&
                            rules_asks_referral(world, origin->condition, patient->facility);
    return rules_share(world, patient->facility, origin->place, unreferred);
}

void rules_changed(struct world *world)
{
    struct rules *rules = world->rules;
    rules->version++;
    rules->reimburses = rules->unreferred > 0;
    for (int level = 0; level < FACILITY_LEVELS; level++)
        rules->reimburses = rules->reimburses || !isnan(rules->by_level[level]);
    for (int r = 0; r < GEOGRAPHY_RELATIONS; r++)
        rules->reimburses = rules->reimburses || rules->by_distance[r] < 0 || rules->by_distance[r] > 0;
    for (size_t f = 0; rules->strict && f < world->facilities.count; f++) {
        const bool first = (rules->first_levels >> world->facilities.facility[f].level & 1) != 0;
        rules->refuses[f] =
            first ? rules->refuses[f] & ~RULES_UNREFERRED : rules->refuses[f] | RULES_UNREFERRED;
    }
}

void rules_open(struct world *world, uint32_t facility)
{
    if (world->facilities.facility[facility].outside)
        return;
    world->rules->refuses[facility] &= ~RULES_ANYBODY;
    world->facilities.facility[facility].closed = false;
    rules_changed(world);
}

void rules_note_offer(struct world *world, struct offer *offer, bool given)
{
    world->rules->version += offer->on_board != given;
    offer->on_board = given;
}

void rules_note_beliefs(struct world *world)
{
    world->rules->version++;
}

/* The nearest facility of first contact, where the patient goes in person. */
static uint32_t find_gate(const struct world *world, uint32_t place)
{
    uint32_t best = PATIENT_NOWHERE;
    int64_t best_us = INT64_MAX;
    for (uint32_t f = 0; f < world->facilities.count; f++) {
        const struct facility *facility = &world->facilities.facility[f];
        if ((world->rules->first_levels >> facility->level & 1) == 0 || facility->closed ||
            facility->stays_home || facility->grades > 0)
            continue;
        const int64_t us = geography_travel(&world->geography, place, facility->place).us;
        if (us < best_us) {
            best_us = us;
            best = f;
        }
    }
    return best;
}

static int find_gates(struct world *world, struct err *err)
{
    struct rules *rules = world->rules;
    rules->gate = arena_zeroed(&world->arena, world->geography.count, sizeof *rules->gate, err);
    for (uint32_t p = 0; rules->gate != NULL && p < world->geography.count; p++)
        rules->gate[p] = find_gate(world, p);
    return rules->gate == NULL ? -1 : 0;
}

int rules_tier(struct world *world, uint32_t first_levels, bool strict, double unreferred, struct err *err)
{
    struct rules *rules = world->rules;
    rules->first_levels = first_levels;
    rules->strict = strict;
    rules->unreferred = unreferred;
    if (strict && find_gates(world, err) != 0)
        return -1;
    rules_changed(world);
    return 0;
}

/* --- saving --- */

/* clang-format off */
#define RULES_STATE(ONE, ALL, NOT) \
    NOT(struct rules, refuses) NOT(struct rules, exempt) ONE(struct rules, strict) \
    ONE(struct rules, first_levels) NOT(struct rules, gate) ONE(struct rules, unreferred) \
    ALL(struct rules, by_level) ALL(struct rules, by_distance) NOT(struct rules, reimburses) \
    NOT(struct rules, version)
STATE_LAYOUT(rules, struct rules, RULES_STATE, 6);
/* clang-format on */

void rules_save(const struct world *world, struct state_writer *writer)
{
    const struct rules *rules = world->rules;
    state_begin(writer, "rules", 1);
    state_put_array(writer, &rules_layout, rules, 1);
    state_put_numbers(writer, rules->gate, sizeof *rules->gate, rules->strict ? world->geography.count : 0);
    state_end(writer);
}

/* They were found when referrals were first asked for, when other facilities may have been open. */
static void restore_gates(struct world *world, const struct saved_maps *maps, struct state_reader *reader)
{
    struct err err = ERR_INIT;
    uint32_t *gate = mem_zeroed(maps->place.count, sizeof *gate, &err);
    if (gate == NULL || find_gates(world, &err) != 0)
        state_refuse(reader, "%s", err.text[0]);
    state_get_numbers(reader, gate, sizeof *gate, maps->place.count);
    for (size_t p = 0; p < maps->place.count && !reader->failed; p++)
        world->rules->gate[saved_index(&maps->place, p)] = saved_index(&maps->facility, gate[p]);
    free(gate);
}

void rules_restore(struct world *world, const struct saved_maps *maps, struct state_reader *reader)
{
    struct rules *rules = world->rules;
    state_enter(reader, "rules", 1);
    state_get_array(reader, &rules_layout, rules, 1);
    if (rules->strict && !reader->failed)
        restore_gates(world, maps, reader);
    else
        state_get_numbers(reader, NULL, sizeof *rules->gate, 0);
    state_leave(reader);
    for (size_t f = 0; f < world->facilities.count; f++)
        if (!world->facilities.facility[f].closed)
            rules->refuses[f] &= ~RULES_ANYBODY;
    rules_changed(world);
}
