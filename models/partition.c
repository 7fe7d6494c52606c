#include "models/partition.h"

#include <stdlib.h>
#include <string.h>

#include "models/trace.h"
#include "models/world_parts.h"
#include "sim/state.h"
#include "sim/window.h"

enum { FIRST_PATIENTS = 256 };

/* --- the cut --- */

/* Why all has to be in one partition; NULL when it need not. */
static const char *one_because(const struct world *world)
{
    if (world->scenario->run.partitions == PARTITIONS_ONE)
        return "it was asked for";
    if (world->geography.trivial)
        return "there are no places";
    if (world->scenario->travel.fixed_us <= 0)
        return "travel.fixed is 0: patients may be elsewhere at once";
    if (world->scenario->run.most_present >= 0)
        return "scenario.most_present counts everybody at once";
    if (world->afar.least_connection_us <= 0 && world->afar.site != NULL)
        return "a policy's connection_time is 0: another facility is asked at once";
    const bool live = world->scenario->run.board_us == 0;
    for (size_t s = 0; s < world->pathways.stage_count; s++) {
        const struct stage *stage = &world->pathways.stage[s];
        if (stage->asks >= 0 && stage->connection_us <= 0)
            return "a connection_time is 0: another facility is asked at once";
        if (live && stage->refer == REFER_LEAST_WAITING)
            return "scenario.board_refresh is 0: patients are referred by the lines of other facilities at "
                   "once";
        if (stage->ward >= 0 || stage->among != NULL)
            return "a stage is had at a station that belongs to the whole world";
        if (live && stage->full == FULL_DIVERT)
            return "scenario.board_refresh is 0: patients are diverted by what is free at other facilities "
                   "at "
                   "once";
    }
    return NULL;
}

/* The first place of the same partition. */
static size_t first_of(const struct world *world, size_t place)
{
    const struct geography *geography = &world->geography;
    switch (world->scenario->run.partitions) {
    case PARTITIONS_PROVINCE:
        return geography->first[geography->belonging[place].province];
    case PARTITIONS_PREFECTURE:
        return geography->belonging[place].prefecture;
    default:
        return place;
    }
}

/* Numbers the partitions by the first place of each. */
static unsigned number_places(struct world *world)
{
    unsigned count = 0;
    for (size_t p = 0; p < world->geography.count; p++) {
        const size_t first = first_of(world, p);
        world->part_of_place[p] = first < p ? world->part_of_place[first] : count++;
    }
    return count;
}

static int choose_window(struct world *world, struct err *err)
{
    struct window_delay delay[3] = {{"travel.fixed", world->scenario->travel.fixed_us}};
    size_t count = 1;
    for (size_t s = 0; s < world->pathways.stage_count; s++) {
        const struct stage *stage = &world->pathways.stage[s];
        if (stage->asks < 0 || (count == 2 && delay[1].delay_us <= stage->connection_us))
            continue;
        delay[1] = (struct window_delay){"a connection_time", stage->connection_us};
        count = 2;
    }
    if (world->afar.site != NULL && world->afar.least_connection_us < INT64_MAX)
        delay[count++] = (struct window_delay){"a policy's connection_time", world->afar.least_connection_us};
    struct window window;
    if (window_choose(&window, world->partitions, delay, world->partitions > 1 ? count : 0,
                      world->partitions > 1 ? world->scenario->run.board_us : 0, 0, err) != 0)
        return -1;
    world->window_us = world->far_window_us = window.length_us;
    int64_t far_us = 0;
    if (world->partitions > 1 && count == 1 && world->scenario->travel.arrange_us > 0 &&
        !__builtin_add_overflow(delay[0].delay_us, world->scenario->travel.arrange_us, &far_us))
        world->far_window_us = far_us;
    world->window_set_by = window.set_by;
    return 0;
}

/* Who falls ill is sent on the way when a span begins, and may be elsewhere after the fixed part of a
 * journey; all others arrange their journeys first. Where nobody falls ill who has not been sent, that is how
 * far partitions look ahead. */
int64_t partition_lookahead(const void *data, int64_t now_us)
{
    const struct world *world = data;
    const int64_t least_us = now_us + world->window_us - now_us % world->window_us;
    if (world->far_window_us <= world->window_us)
        return least_us;
    const int64_t known_us = onset_known_until(world, now_us);
    if (known_us <= least_us)
        return least_us;
    return known_us - now_us < world->far_window_us ? known_us : now_us + world->far_window_us;
}

/* --- views --- */

/* Groups of which each place has a row. */
static const enum ledger_group of_places[] = {GROUP_PLACE_CONDITION, GROUP_PLACE_WAIT, GROUP_PLACE_TRAVEL};
enum { OF_PLACES = sizeof of_places / sizeof of_places[0] };

static size_t row_of(const struct ledger *ledger, enum ledger_group group)
{
    return ledger_cells(ledger, group) / ledger->size[DIM_PLACE];
}

static int private_counts(struct world *view, struct err *err)
{
    for (int g = 0; g < LEDGER_GROUPS; g++)
        if (ledger_group_is_split((enum ledger_group)g) &&
            ledger_own_cells(&view->ledger, (enum ledger_group)g, err) != 0)
            return -1;
    return 0;
}

/* The counts of a view's own people, where their places lie together in the list, as those of a province do.
 */
static void keep_counts(struct world *view)
{
    size_t from = 0, to = view->geography.count;
    while (from < to && view->part_of_place[from] != view->number)
        from++;
    while (to > from && view->part_of_place[to - 1] != view->number)
        to--;
    for (size_t p = from; p < to; p++)
        if (view->part_of_place[p] != view->number)
            return;
    for (size_t g = 0; g < OF_PLACES; g++) {
        const size_t row = row_of(&view->ledger, of_places[g]);
        ledger_keep(&view->ledger, of_places[g], from * row, (to - from) * row);
    }
}

/* Nobody falls ill outside a sample. */
static int init_met(struct world *view, struct err *err)
{
    view->part.met = arena_zeroed(&view->arena, view->geography.count, sizeof *view->part.met, err);
    for (size_t p = 0; view->part.met != NULL && p < view->geography.count; p++)
        view->part.met[p] = view->part_of_place[p] == view->number && !view->geography.place[p].outside;
    return view->part.met == NULL ? -1 : 0;
}

static int init_system(struct world *view, struct err *err)
{
    const size_t conditions = view->pathways.count;
    view->system.of = arena_zeroed(&view->arena, conditions, sizeof *view->system.of, err);
    view->system.reach = arena_zeroed(&view->arena, conditions, sizeof *view->system.reach, err);
    if (view->system.of == NULL || view->system.reach == NULL)
        return -1;
    for (size_t c = 0; c < conditions; c++)
        if (reach_init(&view->system.reach[c], view->end_us, err) != 0)
            return -1;
    return 0;
}

static struct world *make_view(struct world *world, unsigned number, struct err *err)
{
    struct world *view = mem_zeroed(1, sizeof *view, err);
    if (view == NULL)
        return NULL;
    *view = *world;
    view->number = number;
    view->arena = (struct arena){0};
    view->part = (struct partition){0};
    view->system = (struct system_tally){0};
    for (int g = 0; g < LEDGER_GROUPS; g++)
        if (ledger_group_is_split((enum ledger_group)g))
            view->ledger.owned[g] = NULL;
    world->view[number] = view;
    if (init_system(view, err) != 0 || init_met(view, err) != 0 || private_counts(view, err) != 0 ||
        choice_sets_init_view(view, world, err) != 0 ||
        patients_init(&view->part.patients, FIRST_PATIENTS, err) != 0 || catchment_init(view, err) != 0)
        return NULL;
    keep_counts(view);
    return view;
}

int partition_cut(struct world *world, struct err *err)
{
    world->part_of_place =
        arena_zeroed(&world->arena, world->geography.count, sizeof *world->part_of_place, err);
    if (world->part_of_place == NULL || init_system(world, err) != 0)
        return -1;
    world->cut_because = one_because(world);
    world->partitions = world->cut_because != NULL ? 1 : number_places(world);
    world->view = arena_zeroed(&world->arena, world->partitions, sizeof(struct world *), err);
    if (world->view == NULL || choose_window(world, err) != 0)
        return -1;
    world->view[0] = world;
    if (init_met(world, err) != 0)
        return -1;
    for (unsigned p = 1; p < world->partitions; p++)
        if (make_view(world, p, err) == NULL)
            return -1;
    partition_refresh_board(world);
    return 0;
}

static void free_system(struct world *view)
{
    for (size_t c = 0; view->system.reach != NULL && c < view->pathways.count; c++)
        reach_free(&view->system.reach[c]);
}

static void free_part(struct partition *part)
{
    patients_free(&part->patients);
    station_links_free(&part->links);
    luck_free(&part->luck);
    free(part->visits);
    free(part->extra);
    free(part->blocked);
    trace_free(part->trace);
    catchment_free(&part->catchment);
    *part = (struct partition){0};
}

void partition_forget_patients(struct world *world)
{
    for (unsigned p = 0; p < world->partitions; p++) {
        patients_free(&world->view[p]->part.patients);
        station_links_free(&world->view[p]->part.links);
    }
}

void partition_free(struct world *world)
{
    for (unsigned p = 1; world->view != NULL && p < world->partitions; p++) {
        struct world *view = world->view[p];
        if (view == NULL)
            continue;
        for (int g = 0; g < LEDGER_GROUPS; g++)
            if (ledger_group_is_split((enum ledger_group)g))
                ledger_free_cells(&view->ledger, (enum ledger_group)g);
        free_part(&view->part);
        free_system(view);
        arena_free(&view->arena);
        free(view);
    }
    free_part(&world->part);
    free_system(world);
}

/* --- counts --- */

/* Only places whose people have been in the partition: pages that nobody writes take no memory. */
static void add_counts(struct world *world, const struct world *view, enum ledger_group group)
{
    const size_t row = row_of(&world->ledger, group);
    for (size_t p = 0; p < world->geography.count; p++)
        if (view->part.met[p])
            ledger_add_cells(&world->ledger, &view->ledger, group, p * row, row);
}

/* Adds them up and begins anew; few of them are not zero. */
static void take_flows(struct world *world, struct world *view)
{
    int64_t *whole = world->ledger.cells[GROUP_FLOW], *own = view->ledger.cells[GROUP_FLOW];
    for (size_t at = 0; at < ledger_cells(&world->ledger, GROUP_FLOW); at++)
        if (own[at] != 0) {
            whole[at] += own[at];
            own[at] = 0;
        }
}

static void begin_counts(struct world *view, enum ledger_group group, int64_t length_us)
{
    const size_t row = row_of(&view->ledger, group);
    for (size_t p = 0; p < view->geography.count; p++)
        if (view->part.met[p])
            ledger_begin_cells(&view->ledger, group, p * row, row, length_us);
}

/* Few people of other partitions come, but over a year from nearly everywhere: what was counted of them does
 * not keep its memory. */
static void drop_strangers(struct world *view, enum ledger_group group)
{
    struct ledger *ledger = &view->ledger;
    const size_t row = row_of(ledger, group);
    size_t from = 0;
    for (size_t p = 0; p <= view->geography.count; p++) {
        if (p < view->geography.count && view->part_of_place[p] != view->number &&
            (!view->part.met[p] || ledger_is_empty(ledger, group, p * row, row)))
            continue;
        ledger_drop_empty(ledger, group, from * row, (p - from) * row);
        from = p + 1;
    }
}

int partition_close_step(struct world *world, struct err *err)
{
    struct ledger *ledger = &world->ledger;
    for (unsigned p = 1; p < world->partitions; p++) {
        for (size_t g = 0; g < OF_PLACES; g++)
            add_counts(world, world->view[p], of_places[g]);
        take_flows(world, world->view[p]);
    }
    catchment_close_step(world);
    if (ledger_close_step(ledger, err) != 0)
        return -1;
    const int64_t length_us = ledger->step < ledger->steps ? ledger->step_from_us[ledger->step + 1] -
                                                                 ledger->step_from_us[ledger->step]
                                                           : 0;
    for (unsigned p = 1; p < world->partitions; p++) {
        world->view[p]->ledger.step = ledger->step;
        for (size_t g = 0; g < OF_PLACES; g++) {
            begin_counts(world->view[p], of_places[g], length_us);
            drop_strangers(world->view[p], of_places[g]);
        }
    }
    return 0;
}

void partition_restart(struct world *world, int64_t now_us)
{
    for (unsigned p = 0; p < world->partitions; p++) {
        struct system_tally *system = &world->view[p]->system;
        tally_level_restart(&system->present, now_us);
        memset(system->of, 0, world->pathways.count * sizeof *system->of);
        for (size_t c = 0; c < world->pathways.count; c++)
            reach_restart(&system->reach[c]);
    }
}

int64_t partition_present(const struct world *world)
{
    int64_t present = 0;
    for (unsigned p = 0; p < world->partitions; p++)
        present += world->view[p]->system.present.level;
    return present;
}

int partition_gather(struct world *world, struct err *err)
{
    struct system_tally *whole = &world->system;
    for (unsigned p = 1; p < world->partitions; p++) {
        struct system_tally *own = &world->view[p]->system;
        tally_level_merge(&whole->present, &own->present);
        for (size_t c = 0; c < world->pathways.count; c++) {
            system_count_merge(&whole->of[c], &own->of[c]);
            if (reach_merge(&whole->reach[c], &own->reach[c], err) != 0)
                return -1;
        }
    }
    return 0;
}

static void note_ward(struct ward *ward)
{
    ward->board_free = station_free_servers(&ward->station);
    ward->board_waiting = ward->station.waiting;
}

/* Nobody asks what is free outside a sample. */
void partition_refresh_board(struct world *world)
{
    const struct facilities *facilities = &world->facilities;
    for (struct facility_span span = {.to = 0}; facilities_span(facilities, &span);) {
        for (struct offer *offer = span.offer; offer < span.offer_end; offer++) {
            rules_note_offer(world, offer, afar_given(world, offer->facility, (int32_t)offer->service));
            offer->board_free = offer_operator(offer, false) >= 0;
            offer->board_free_emergency = offer_operator(offer, true) >= 0;
            offer->board_waiting = offer->operators.waiting;
        }
        for (struct ward *ward = span.ward; ward < span.ward_end; ward++)
            note_ward(ward);
    }
    for (size_t w = facilities->first_ward[facilities->count]; w < facilities->ward_count; w++)
        note_ward(&world->facilities.ward[w]); /* stations of their own */
}

/* --- saving --- */

/* clang-format off */
#define COUNT_STATE(ONE, ALL, NOT) \
    NOT(struct system_count, sojourn) ONE(struct system_count, arrivals) ONE(struct system_count, left) \
    ONE(struct system_count, rejected)
STATE_LAYOUT(count, struct system_count, COUNT_STATE, 8);
/* clang-format on */

/* The sum of what the partitions have. */
static void save_reach(const struct world *world, size_t condition, struct state_writer *writer)
{
    struct err err = ERR_INIT;
    struct reach all = {0};
    int result = reach_init(&all, world->end_us, &err);
    for (unsigned p = 0; p < world->partitions && result == 0; p++)
        result = reach_merge(&all, &world->view[p]->system.reach[condition], &err);
    reach_save(&all, writer);
    writer->failed = writer->failed || result != 0;
    reach_free(&all);
}

void partition_save(const struct world *world, struct state_writer *writer)
{
    struct tally_level present = {.level = 0};
    for (unsigned p = 0; p < world->partitions; p++)
        tally_level_merge(&present, &world->view[p]->system.present);
    state_begin(writer, "system", 2);
    tally_level_save(&present, 1, writer);
    state_put_u64(writer, world->pathways.count);
    for (size_t c = 0; c < world->pathways.count; c++) {
        struct system_count count = {.arrivals = 0};
        for (unsigned p = 0; p < world->partitions; p++)
            system_count_merge(&count, &world->view[p]->system.of[c]);
        state_put_array(writer, &count_layout, &count, 1);
        tally_sum_save(&count.sojourn, 1, writer);
        save_reach(world, c, writer);
    }
    state_end(writer);
}

void partition_restore(struct world *world, struct state_reader *reader)
{
    state_enter(reader, "system", 2);
    for (unsigned p = 0; p < world->partitions; p++) {
        world->view[p]->system.present = (struct tally_level){.level = 0};
        memset(world->view[p]->system.of, 0, world->pathways.count * sizeof *world->system.of);
    }
    tally_level_restore(&world->system.present, 1, reader);
    if (state_get_u64(reader) != world->pathways.count)
        state_refuse(reader, "has other conditions; take the scenario that it was made from");
    for (size_t c = 0; c < world->pathways.count && !reader->failed; c++) {
        state_get_array(reader, &count_layout, &world->system.of[c], 1);
        tally_sum_restore(&world->system.of[c].sojourn, 1, reader);
        for (unsigned p = 0; p < world->partitions; p++)
            reach_restart(&world->view[p]->system.reach[c]);
        reach_restore(&world->system.reach[c], reader);
    }
    state_leave(reader);
}
