#include "models/policies/opening.h"

#include <math.h>
#include <string.h>

#include "models/beds.h"
#include "models/policy.h"
#include "models/world_parts.h"
#include "sim/int128.h"
#include "sim/state.h"
#include "sim/window.h"

#define YEAR_US (365 * WINDOW_DAY_US)

int opening_check_start(const struct world *world, const struct policy *policy, const int64_t *start_us,
                        struct err *err)
{
    const int64_t at_us = policy_time(world, *start_us);
    policy->period->from_us = at_us;
    if (at_us < 0)
        return scenario_blame(
            world->scenario, start_us, err,
            "the policy starts before the run; begin the scenario earlier or the policy later");
    return 0;
}

static int64_t added_to(const struct opening *opening, const char *resource)
{
    for (size_t i = 0; opening->add != NULL && i < opening->add->count; i++) {
        const struct key_count *add = SCENARIO_ITEM(*opening->add, struct key_count, i);
        if (strcmp(add->name, resource) == 0)
            return add->count;
    }
    return 0;
}

int opening_check(const struct world *world, const struct opening *opening, const void *spec, struct err *err)
{
    const struct facilities *facilities = &world->facilities;
    for (size_t i = 0; opening->add != NULL && i < opening->add->count; i++) {
        const struct key_count *add = SCENARIO_ITEM(*opening->add, struct key_count, i);
        const int64_t resource = facilities_resource(facilities, add->name);
        if (resource < 0 || facility_ward(facilities, opening->facility, (uint32_t)resource) < 0)
            return scenario_blame(
                world->scenario, add, err,
                "the facility has no beds or resource of this name; give it some (0 will do)");
    }
    for (uint32_t r = 0; r < facilities->resource_count; r++) {
        const int32_t ward = facility_ward(facilities, opening->facility, r);
        if (ward >= 0 && facilities->ward[ward].timetable.count > 0)
            return scenario_blame(
                world->scenario, spec, err,
                "the facility's \"%s\" follows a timetable and cannot be enlarged in steps; "
                "take the timetable away",
                facilities->resource[r]);
    }
    return 0;
}

static int64_t ramp_months(const struct opening *opening)
{
    return opening->ramp.months + opening->ramp.us / (30 * WINDOW_DAY_US);
}

/* Of what comes, the share that is there after so many months; none before the start. */
static double share_after(const struct opening *opening, int64_t months)
{
    const int64_t all = ramp_months(opening);
    if (months < 0 || months >= all)
        return months < 0 ? 0 : 1;
    return opening->ramp_from + (1 - opening->ramp_from) * (double)months / (double)all;
}

/* A facility that was closed has all its servers step by step, one that was open those that are added. */
static void set_capacity(struct world *world, const struct opening *opening, int64_t before, int64_t now_us)
{
    struct facilities *facilities = &world->facilities;
    struct facility *facility = &facilities->facility[opening->facility];
    for (uint32_t r = 0; r < facilities->resource_count; r++) {
        const int32_t at = facility_ward(facilities, opening->facility, r);
        if (at < 0)
            continue;
        const struct ward *ward = &facilities->ward[at];
        const int64_t own = facility->declared_closed ? ward->declared : 0;
        const double coming = (double)(own + added_to(opening, facilities->resource[r]));
        const int64_t had = before < 0 ? own : llround(share_after(opening, before) * coming);
        const int64_t more = llround(share_after(opening, opening->months) * coming) - had;
        facility->beds += ward->is_bed ? more : 0;
        if (more != 0)
            world_set_servers(world, (uint32_t)at, ward->station.servers + more, now_us);
    }
    rules_changed(world);
}

static int64_t date_us(const struct world *world, const struct opening *opening, int64_t months)
{
    const int64_t start_us = world->scenario->run.start_us;
    return key_span_after(start_us + opening->start_us, (struct key_span){.months = months}) - start_us;
}

/* Money is spent from the start on; what is due by the next epoch is paid at this one. */
static void spend(struct world *world, struct opening *opening)
{
    const int64_t until_us = world->next_plan_us < world->end_us ? world->next_plan_us : world->end_us;
    const int64_t passed_us = until_us > opening->start_us ? until_us - opening->start_us : 0;
    const int64_t due_fen =
        opening->cost_fen + (int64_t)((int128)opening->cost_per_year_fen * passed_us / YEAR_US);
    world_fa(world, opening->facility)[FA_programme_cost] += due_fen - opening->paid_fen;
    opening->paid_fen = due_fen;
}

static void open_doors(struct world *world, uint32_t facility, int64_t now_us)
{
    const bool was_closed = world->facilities.facility[facility].closed;
    rules_open(world, facility);
    if (was_closed)
        beds_opened(world, facility, now_us);
}

void opening_plan(struct world *world, struct opening *opening, int64_t now_us)
{
    if (now_us < opening->start_us)
        return;
    const int64_t before = opening->begun ? opening->months : -1;
    while (opening->months < ramp_months(opening) && date_us(world, opening, opening->months + 1) <= now_us)
        opening->months++;
    if (!opening->begun)
        open_doors(world, opening->facility, now_us);
    opening->begun = true;
    if (opening->months != before)
        set_capacity(world, opening, before, now_us);
    spend(world, opening);
}

/* --- saving --- */

/* clang-format off */
#define OPENING_STATE(ONE, ALL, NOT) \
    NOT(struct opening, facility) ONE(struct opening, start_us) ONE(struct opening, begun) \
    NOT(struct opening, ramp) NOT(struct opening, ramp_from) ONE(struct opening, months) \
    NOT(struct opening, add) NOT(struct opening, cost_fen) NOT(struct opening, cost_per_year_fen) \
    ONE(struct opening, paid_fen)
STATE_LAYOUT(opening, struct opening, OPENING_STATE, 11);
/* clang-format on */

void opening_save(const struct opening *opening, struct state_writer *writer)
{
    state_put_array(writer, &opening_layout, opening, 1);
}

void opening_restore(const struct world *world, struct opening *opening, struct state_reader *reader)
{
    state_get_array(reader, &opening_layout, opening, 1);
    if (opening->start_us < 0 || opening->start_us > world->end_us || opening->months < 0 ||
        opening->months > ramp_months(opening) || opening->paid_fen < 0)
        state_refuse(reader, "has a facility that opens when it cannot; make it again");
}
