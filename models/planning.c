#include "models/planning.h"

#include <math.h>

#include "models/holding.h"
#include "models/observe.h"
#include "models/partition.h"
#include "models/visit.h"
#include "models/world_parts.h"
#include "sim/window.h"

#define WINDOW_WEEK_US (7 * WINDOW_DAY_US)

static struct key_span step_span(int step, int64_t n)
{
    switch (step) {
    case STEP_DAY:
        return (struct key_span){.us = n * WINDOW_DAY_US};
    case STEP_WEEK:
        return (struct key_span){.us = n * 7 * WINDOW_DAY_US};
    case STEP_MONTH:
        return (struct key_span){.months = n};
    default:
        return (struct key_span){.months = 12 * n};
    }
}

int64_t planning_step(const struct world *world, int step, int64_t n)
{
    const int64_t start_us = world->scenario->run.start_us;
    return key_span_after(start_us, step_span(step, n)) - start_us;
}

static bool plans(const struct world *world)
{
    return world->scenario->run.planning != STEP_NONE &&
           (world->policy_count > 0 || world->facilities.offer_count > 0 || world->has_remote);
}

int64_t planning_epoch(const struct world *world, int64_t now_us)
{
    if (!plans(world))
        return INT64_MAX;
    const int step = world->scenario->run.planning;
    int64_t n = step == STEP_DAY    ? now_us / WINDOW_DAY_US
                : step == STEP_WEEK ? now_us / (7 * WINDOW_DAY_US)
                                    : now_us / ((step == STEP_MONTH ? 31 : 366) * WINDOW_DAY_US);
    while (planning_step(world, step, n) <= now_us)
        n++;
    return planning_step(world, step, n);
}

/* The next time at which the notice board is renewed, where it has a rhythm of its own. */
static int64_t board_after(const struct world *world, int64_t now_us)
{
    const int64_t every_us = world->scenario->run.board_us;
    return every_us > 0 ? (now_us / every_us + 1) * every_us : INT64_MAX;
}

static void renew_board(struct world *world, int64_t now_us)
{
    partition_refresh_board(world);
    holding_look_across(world, now_us);
}

int64_t planning_next(const void *data, int64_t now_us)
{
    const struct world *world = data;
    int64_t next_us = world->next_plan_us > now_us ? world->next_plan_us : planning_epoch(world, now_us);
    const int64_t board_us = board_after(world, now_us);
    next_us = board_us < next_us ? board_us : next_us;
    const int64_t due_us = observe_due(&world->observe);
    next_us = due_us < next_us ? due_us : next_us;
    const struct ledger *ledger = &world->ledger;
    for (size_t s = ledger->step; s <= ledger->steps; s++)
        if (ledger->step_from_us[s] > now_us) {
            if (ledger->step_from_us[s] < next_us)
                next_us = ledger->step_from_us[s];
            break;
        }
    return next_us;
}

/* Whether anybody chooses by what is believed. */
static bool beliefs_matter(const struct world *world)
{
    bool matter = false;
    for (size_t c = 0; c < world->pathways.count; c++) {
        const struct choice_spec *choice = &world->pathways.condition[c].spec->choice;
        matter = matter || choice->wait_per_d > 0 || choice->wait_per_d < 0 || choice->proficiency > 0 ||
                 choice->proficiency < 0;
    }
    return matter;
}

/* What patients believe of waiting moves a tenth of the way to what they hear. */
static void update_belief(const struct world *world, struct offer *offer, int64_t passed_us, int64_t now_us)
{
    double heard_us = 0;
    if (offer->begun > 0)
        heard_us = (double)offer->waited_us / (double)offer->begun;
    else if (offer->believed_wait_us > 0)
        heard_us = offer_given(offer) ? 0 : offer->believed_wait_us + (double)passed_us;
    offer->believed_wait_us += 0.1 * (heard_us - offer->believed_wait_us);
    offer->begun = offer->waited_us = 0;
    offer->believed_proficiency = 0;
    for (size_t p = 0; p < offer->count; p++) {
        const struct person *person = &offer->people[p];
        if (person->role != ROLE_TRAINEE && !person->gone)
            offer->believed_proficiency =
                fmax(offer->believed_proficiency,
                     skill_proficiency(&world->services[offer->service], person, now_us));
    }
}

static void update_beliefs(struct world *world, int64_t passed_us, int64_t now_us)
{
    for (struct facility_span span = {.to = 0}; facilities_span(&world->facilities, &span);)
        for (struct offer *offer = span.offer; offer < span.offer_end; offer++)
            update_belief(world, offer, passed_us, now_us);
    if (beliefs_matter(world))
        rules_note_beliefs(world);
}

/* Number of the week, from Monday to Sunday. 1970-01-05 was a Monday. */
int64_t planning_week(const struct world *world, int64_t now_us)
{
    const int64_t monday_us = 4 * WINDOW_DAY_US, week_us = 7 * WINDOW_DAY_US;
    const int64_t since_us = world->scenario->run.start_us - monday_us + now_us;
    return since_us / week_us - (since_us % week_us < 0);
}

/* On Mondays everybody's working week begins anew. */
static void begin_week(struct world *world, int64_t now_us)
{
    const int64_t week = planning_week(world, now_us);
    if (world->week == week)
        return;
    world->week = week;
    for (size_t e = 0; e < world->experts.count; e++)
        world->experts.expert[e].worked_us = 0;
    for (size_t e = 0; e < world->experts.count; e++)
        if (world->experts.expert[e].at_offer >= 0)
            world_recheck(world, world->facilities.offer[world->experts.expert[e].at_offer].facility, now_us);
}

static void let_staff_leave(struct world *world, int64_t now_us)
{
    for (size_t o = 0; o < world->facilities.offer_count; o++) {
        struct offer *offer = &world->facilities.offer[o];
        for (size_t p = 0; p < offer->count; p++)
            if (!offer->people[p].gone && offer->people[p].leaves_us <= now_us) {
                offer_remove(offer, p);
                world_recheck(world, offer->facility, now_us);
            }
    }
}

/* Most are what they were: lines that nobody writes need not be brought back to memory. */
static void note_level(int64_t *cell, int64_t level)
{
    if (*cell != level)
        *cell = level;
}

/* The levels at the end of a step, from the people of each offer. */
static void note_levels(struct world *world, int64_t now_us)
{
    for (uint32_t f = 0; f < world->facilities.count; f++) {
        int64_t *cell = world_fa(world, f);
        note_level(&cell[FA_helped], facility_partner(&world->facilities, f) != PATIENT_NOWHERE);
        note_level(&cell[FA_helping], world->facilities.facility[f].helps > 0);
        note_level(&cell[FA_in_line_at_end], ledger_level(&world->ledger, GROUP_FACILITY, f, 0, FA_in_line));
    }
    for (size_t o = 0; o < world->facilities.offer_count; o++) {
        const struct offer *offer = &world->facilities.offer[o];
        int64_t *cell = world_fs(world, offer->facility, offer->service);
        double proficiency = 0;
        cell[FS_staff_independent] = cell[FS_experts_visiting] = cell[FS_trainees] = cell[FS_studying] = 0;
        for (size_t p = 0; p < offer->count; p++) {
            const struct person *person = &offer->people[p];
            cell[FS_studying] += person->studies;
            if (person->gone)
                continue;
            cell[FS_staff_independent] += person->role == ROLE_LOCAL;
            cell[FS_experts_visiting] += person->role == ROLE_VISITOR;
            cell[FS_trainees] += person->role == ROLE_TRAINEE;
            if (person->role == ROLE_LOCAL)
                proficiency += skill_proficiency(&world->services[offer->service], person, now_us);
        }
        cell[FS_technologies] = offer_given(offer) && !world->facilities.facility[offer->facility].closed
                                    ? world->services[offer->service].spec->technologies
                                    : 0;
        cell[FS_proficiency] = cell[FS_staff_independent] == 0
                                   ? 0
                                   : llround(proficiency / (double)cell[FS_staff_independent] * 1e6);
    }
}

/* The same for facilities that a standard is set for. */
static void note_standard(struct world *world)
{
    for (uint32_t f = 0; f < world->facilities.count; f++) {
        const struct facility *facility = &world->facilities.facility[f];
        if (!facility->to_standard)
            continue;
        int64_t *cell = world_fa(world, f);
        cell[FA_at_standard] = facility->at_standard;
        cell[FA_below_standard] = !facility->at_standard;
    }
}

/* What the home hospitals of experts have lacked in the step, besides what was given from there to patients
 * elsewhere: the share of the working week that they were away. */
static void note_lost_hours(struct world *world)
{
    for (uint32_t e = 0; e < world->experts.count; e++) {
        int64_t *cell = world_ex(world, e);
        const double away_weeks = (double)cell[EX_away] / (double)WINDOW_WEEK_US;
        cell[EX_hours_lost_at_home] += llround(away_weeks * (double)world->experts.expert[e].spec->week_us);
    }
}

int planning_close_step(struct world *world, int64_t now_us, struct err *err)
{
    note_levels(world, now_us);
    note_lost_hours(world);
    note_standard(world);
    if (partition_close_step(world, err) != 0)
        return -1;
    if (now_us != world->warmup_us)
        return 0;
    measures_restart(&world->measures, now_us);
    partition_restart(world, now_us);
    if (world->fates != NULL)
        fates_restart(world->fates, world);
    return 0;
}

static int make_plans(struct world *world, int64_t now_us, struct err *err)
{
    const int64_t next_us = planning_epoch(world, now_us);
    if (now_us == 0)
        update_beliefs(world, 0, 0);
    if (now_us > 0) {
        update_beliefs(world, next_us - now_us, now_us);
        let_staff_leave(world, now_us);
        begin_week(world, now_us);
    }
    world->next_plan_us = next_us;
    return policies_plan(world, now_us, err);
}

void planning_set_quiet(struct world *world, int64_t now_us)
{
    const int64_t next_us = planning_next(world, now_us);
    visit_set_quiet(world, next_us < world->until_us ? next_us : world->until_us);
}

int planning_act(void *data, int64_t now_us, struct err *err)
{
    struct world *world = data;
    struct ledger *ledger = &world->ledger;
    if (now_us > 0 && ledger->step < ledger->steps && ledger->step_from_us[ledger->step + 1] == now_us &&
        planning_close_step(world, now_us, err) != 0)
        return -1;
    observe_now(world, now_us);
    const bool planning = plans(world) && (now_us == 0 || now_us == world->next_plan_us);
    if (planning && make_plans(world, now_us, err) != 0)
        return -1;
    const int64_t every_us = world->scenario->run.board_us;
    if (every_us > 0 ? now_us % every_us == 0 : planning)
        renew_board(world, now_us);
    planning_set_quiet(world, now_us);
    return 0;
}
