/* standard: hospitals are raised to a standard at an even pace, in an order; each
 * then has its services, beds and level, and costs the programme money. */

#include "models/policies/standard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/policies/opening.h"
#include "models/policy.h"
#include "models/quantities.h"
#include "models/world_parts.h"
#include "sim/state.h"

struct hospital {
    struct opening opening; /* of what is added; its start is set when its turn comes */
    struct key_list added;  /* struct key_count, owned by the world's arena */
    double rank;            /* of the fixed orders: the greatest first */
    bool raised;
};

struct standard {
    int64_t start_us, until_us;
    struct hospital *hospital; /* owned by the world's arena; in the order of facilities */
    size_t count;
};

static const struct standard_spec *spec_of(const struct policy *policy)
{
    return policy->head->own;
}

static struct facility *facility_of(const struct world *world, const struct hospital *hospital)
{
    return &world->facilities.facility[hospital->opening.facility];
}

static const struct place *place_of(const struct world *world, const struct hospital *hospital)
{
    return &world->geography.place[facility_of(world, hospital)->place];
}

static bool is_concerned(const struct world *world, const struct standard_spec *spec,
                         const struct facility *facility)
{
    const struct facility_spec *of =
        SCENARIO_ITEM(world->scenario->facilities, struct facility_spec, (size_t)spec->of);
    const bool same = of->rule != NULL ? facility->rule == of->rule
                                       : facility->rule == NULL && strcmp(facility->id, of->id) == 0;
    return same && world->geography.place[facility->place].population >= spec->least_population;
}

/* --- before the run --- */

/* Seconds to the nearest hospital of a higher level that is open to all. */
static double remoteness(const struct world *world, const struct facility *from)
{
    int64_t least_us = INT64_MAX;
    for (size_t f = 0; f < world->facilities.count; f++) {
        const struct facility *other = &world->facilities.facility[f];
        if (other->level <= from->level || other->stays_home || other->closed)
            continue;
        const int64_t us = geography_travel(&world->geography, from->place, other->place).us;
        least_us = us < least_us ? us : least_us;
    }
    return (double)least_us / 1e6;
}

static double fixed_rank(const struct world *world, const struct standard_spec *spec,
                         const struct hospital *hospital)
{
    const struct place *place = place_of(world, hospital);
    if (spec->order == STANDARD_REMOTENESS)
        return remoteness(world, facility_of(world, hospital));
    for (size_t i = 0; spec->order == STANDARD_LIST && i < spec->list.count; i++)
        if (strcmp(*SCENARIO_ITEM(spec->list, char *const, i), place->code) == 0)
            return 1e12 - (double)i;
    return (double)place->population;
}

/* What each ward of beds gets on top. */
static int set_added(struct world *world, const struct standard_spec *spec, struct hospital *hospital,
                     struct err *err)
{
    const struct facilities *facilities = &world->facilities;
    struct key_count *added = arena_zeroed(&world->arena, facilities->resource_count, sizeof *added, err);
    if (added == NULL)
        return -1;
    hospital->added = (struct key_list){.items = added};
    for (uint32_t r = 0; r < facilities->resource_count; r++) {
        const int32_t ward = facility_ward(facilities, hospital->opening.facility, r);
        if (ward < 0 || !facilities->ward[ward].is_bed)
            continue;
        added[hospital->added.count++] =
            (struct key_count){facilities->resource[r],
                               llround((spec->beds_factor - 1) * (double)facilities->ward[ward].declared)};
    }
    hospital->opening.add = &hospital->added;
    return opening_check(world, &hospital->opening, &spec->of, err);
}

static int64_t find_service(const struct world *world, const char *id)
{
    for (size_t s = 0; s < world->facilities.service_count; s++)
        if (strcmp(world->services[s].spec->id, id) == 0)
            return (int64_t)s;
    return -1;
}

static int check_services(const struct world *world, const struct standard *state,
                          const struct standard_spec *spec, struct err *err)
{
    for (size_t i = 0; i < spec->services.count; i++) {
        const char *id = *SCENARIO_ITEM(spec->services, char *const, i);
        const int64_t service = find_service(world, id);
        for (size_t h = 0; h < state->count; h++)
            if (service < 0 || facility_offer(&world->facilities, state->hospital[h].opening.facility,
                                              (uint32_t)service) == NULL)
                return scenario_blame(world->scenario, &spec->services, err,
                                      "the hospitals do not list the service \"%s\"; add it to theirs, with "
                                      "closed = true",
                                      id);
    }
    return 0;
}

static int check_list(const struct world *world, const struct standard_spec *spec, struct err *err)
{
    if ((spec->order == STANDARD_LIST) != (spec->list.count > 0))
        return scenario_blame(world->scenario, &spec->order, err,
                              "order = \"list\" and a list go together; give both or neither");
    for (size_t i = 0; i < spec->list.count; i++)
        if (geography_find(&world->geography, *SCENARIO_ITEM(spec->list, char *const, i)) < 0)
            return scenario_blame(world->scenario, &spec->list, err,
                                  "no place of the scenario has the code \"%s\"; use one that is selected",
                                  *SCENARIO_ITEM(spec->list, char *const, i));
    return 0;
}

static int prepare(struct world *world, struct policy *policy, struct err *err)
{
    const struct standard_spec *spec = spec_of(policy);
    struct standard *state = policy->state;
    const struct facilities *facilities = &world->facilities;
    state->start_us = policy_time(world, spec->start_us);
    state->until_us = policy_time(world, spec->until_us);
    if (opening_check_start(world, policy, &spec->start_us, err) != 0 || check_list(world, spec, err) != 0)
        return -1;
    if (state->until_us < state->start_us)
        return scenario_blame(world->scenario, &spec->until_us, err,
                              "is before the start; write a later date, or the start for all at once");
    state->hospital = arena_zeroed(&world->arena, facilities->count, sizeof *state->hospital, err);
    if (state->hospital == NULL)
        return -1;
    for (uint32_t f = 0; f < facilities->count; f++) {
        if (!is_concerned(world, spec, &facilities->facility[f]))
            continue;
        struct hospital *hospital = &state->hospital[state->count++];
        hospital->opening = (struct opening){
            .facility = f, .cost_fen = spec->cost_fen, .cost_per_year_fen = spec->cost_per_year_fen};
        facilities->facility[f].to_standard = true;
        hospital->rank = fixed_rank(world, spec, hospital);
        if (set_added(world, spec, hospital, err) != 0)
            return -1;
    }
    if (state->count == 0)
        return scenario_blame(world->scenario, &spec->of, err,
                              "none of these hospitals is in a place with so many people; lower "
                              "least_population");
    return check_services(world, state, spec, err);
}

/* --- at planning epochs --- */

/* Patients of the place for its people who were treated out of the county or not at all, in closed steps. */
static double need_of(const struct world *world, const struct hospital *hospital)
{
    static const char *const fields[] = {"treated_in_prefecture", "treated_in_province", "treated_elsewhere",
                                         "untreated"};
    struct selection selection = selection_all(&world->ledger, world->background);
    selection.index[DIM_PLACE] = (int64_t)facility_of(world, hospital)->place;
    selection.from_step = 0;
    selection.to_step = world->ledger.step;
    double sum = 0;
    for (size_t i = 0; selection.to_step > 0 && i < sizeof fields / sizeof fields[0]; i++)
        sum += quantity_field(&world->ledger, (size_t)quantity_find_field(fields[i]), &selection);
    return sum / fmax(1, (double)place_of(world, hospital)->population);
}

/* Who is next: the greatest rank; of equals, the first in the order of facilities. */
static struct hospital *next_of(const struct world *world, const struct policy *policy)
{
    struct standard *state = policy->state;
    struct hospital *best = NULL;
    double most = -1;
    for (size_t h = 0; h < state->count; h++) {
        struct hospital *hospital = &state->hospital[h];
        if (facility_of(world, hospital)->at_standard)
            continue;
        const double rank =
            spec_of(policy)->order == STANDARD_NEED ? need_of(world, hospital) : hospital->rank;
        if (rank > most) {
            most = rank;
            best = hospital;
        }
    }
    return best;
}

static void lift(struct world *world, const struct policy *policy, struct hospital *hospital, int64_t now_us)
{
    const struct standard_spec *spec = spec_of(policy);
    struct facility *facility = facility_of(world, hospital);
    facility->at_standard = hospital->raised = true;
    if (spec->level > 0)
        facility->level = spec->level - 1;
    for (size_t i = 0; i < spec->services.count; i++) {
        const int64_t service = find_service(world, *SCENARIO_ITEM(spec->services, char *const, i));
        facility_offer(&world->facilities, hospital->opening.facility, (uint32_t)service)->closed = false;
    }
    hospital->opening.start_us = now_us;
}

/* How many are to meet the standard by now. */
static size_t due(const struct policy *policy, size_t before, int64_t now_us)
{
    const struct standard *state = policy->state;
    const double all = ceil(spec_of(policy)->share * (double)state->count - 1e-9);
    if (now_us >= state->until_us)
        return (size_t)all;
    const double part = (double)(now_us - state->start_us) / (double)(state->until_us - state->start_us);
    return (size_t)fmax((double)before, floor((double)before + (all - (double)before) * part));
}

static int plan(struct world *world, struct policy *policy, int64_t now_us, struct err *err)
{
    (void)err;
    struct standard *state = policy->state;
    if (now_us < state->start_us)
        return 0;
    size_t met = 0, raised = 0;
    for (size_t h = 0; h < state->count; h++) {
        met += facility_of(world, &state->hospital[h])->at_standard;
        raised += state->hospital[h].raised;
    }
    for (const size_t wanted = due(policy, met - raised, now_us); met < wanted; met++)
        lift(world, policy, next_of(world, policy), now_us);
    for (size_t h = 0; h < state->count; h++) {
        struct hospital *hospital = &state->hospital[h];
        if (!hospital->raised)
            continue;
        const bool is_new = !hospital->opening.begun;
        opening_plan(world, &hospital->opening, now_us);
        if (is_new)
            world_recheck(world, hospital->opening.facility, now_us);
    }
    return 0;
}

static void save(const struct world *world, const struct policy *policy, struct state_writer *writer)
{
    (void)world;
    const struct standard *state = policy->state;
    for (size_t h = 0; h < state->count; h++) {
        opening_save(&state->hospital[h].opening, writer);
        state_put_u64(writer, state->hospital[h].raised);
    }
}

static void restore(struct world *world, struct policy *policy, struct state_reader *reader)
{
    struct standard *state = policy->state;
    for (size_t h = 0; h < state->count; h++) {
        struct hospital *hospital = &state->hospital[h];
        opening_restore(world, &hospital->opening, reader);
        hospital->raised = state_get_up_to(reader, 1) != 0;
        if (hospital->raised && !facility_of(world, hospital)->at_standard)
            state_refuse(reader, "has raised a hospital that is below the standard; make it again");
    }
}

const struct policy_ops standard_ops = {.keys = &standard_kind,
                                        .state_size = sizeof(struct standard),
                                        .prepare = prepare,
                                        .plan = plan,
                                        .save = save,
                                        .restore = restore};
