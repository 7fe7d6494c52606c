#include "models/catchment.h"

#include <stdlib.h>

#include "models/saving.h"
#include "models/world_parts.h"
#include "sim/mem.h"
#include "sim/state.h"

enum { FIRST_CELLS = 64, ROOM_AHEAD = 1 << 16 };

/* --- the table of a partition --- */

int catchment_init(struct world *view, struct err *err)
{
    const double pairs = (double)view->geography.count * (double)view->facilities.count;
    const int asked = view->scenario->run.flows;
    if (view->geography.trivial || asked == FLOWS_NO || (asked == FLOWS_AUTO && pairs > CATCHMENT_PAIRS))
        return 0;
    struct catchment *catchment = &view->part.catchment;
    catchment->cell = mem_zeroed(FIRST_CELLS, sizeof *catchment->cell, err);
    catchment->capacity = FIRST_CELLS;
    return catchment->cell == NULL ? -1 : 0;
}

void catchment_free(struct catchment *catchment)
{
    free(catchment->cell);
    *catchment = (struct catchment){.cell = NULL};
}

void catchments_free(struct catchments *catchments)
{
    free(catchments->flow);
    *catchments = (struct catchments){.flow = NULL};
}

static struct catchment_cell *find(const struct catchment *catchment, uint64_t pair)
{
    size_t at = catchment_home(catchment, pair);
    while (catchment->cell[at].pair != 0 && catchment->cell[at].pair != pair + 1)
        at = (at + 1) & (catchment->capacity - 1);
    return &catchment->cell[at];
}

/* Twice the room; false: there is no memory. */
static bool grow(struct catchment *catchment)
{
    struct err ignored = ERR_INIT;
    struct catchment larger = {.capacity = 2 * catchment->capacity, .pairs = catchment->pairs};
    larger.cell = mem_zeroed(larger.capacity, sizeof *larger.cell, &ignored);
    if (larger.cell == NULL)
        return false;
    for (size_t c = 0; c < catchment->capacity; c++)
        if (catchment->cell[c].pair != 0)
            *find(&larger, catchment->cell[c].pair - 1) = catchment->cell[c];
    free(catchment->cell);
    *catchment = larger;
    return true;
}

__attribute__((noinline)) void catchment_search(struct catchment *catchment, uint64_t pair, int64_t treated)
{
    struct catchment_cell *cell = find(catchment, pair);
    if (cell->pair == 0) {
        if (catchment->failed || (2 * catchment->pairs >= catchment->capacity && !grow(catchment))) {
            catchment->failed = true;
            return;
        }
        cell = find(catchment, pair);
        cell->pair = pair + 1;
        catchment->pairs++;
    }
    cell->treated += treated;
}

/* --- all of them --- */

static int by_identity(const void *a, const void *b)
{
    const struct world_flow *left = a, *right = b;
    if (left->step != right->step)
        return left->step < right->step ? -1 : 1;
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return left->facility < right->facility ? -1 : left->facility > right->facility;
}

static void reserve(struct catchments *catchments, size_t more)
{
    struct err ignored = ERR_INIT;
    struct world_flow *grown =
        mem_grow(catchments->flow, &catchments->capacity, catchments->count + more, sizeof *grown, &ignored);
    if (grown == NULL)
        catchments->failed = true;
    else
        catchments->flow = grown;
}

static void append(struct catchments *to, struct world_flow flow)
{
    reserve(to, 1);
    if (!to->failed)
        to->flow[to->count++] = flow;
}

/* Room for all that is still to come, where that is not much: steps then ask for no memory. */
static void reserve_ahead(struct world *world)
{
    const size_t left = world->ledger.steps - world->ledger.step;
    size_t pairs = 0;
    for (unsigned p = 0; p < world->partitions; p++)
        pairs += world->view[p]->part.catchment.pairs;
    if (pairs > 0 && left < ROOM_AHEAD / pairs)
        reserve(&world->catchments, pairs * left);
}

/* What all partitions have counted in the open step, after what is there. A facility belongs to one
 * partition, and so does a pair. */
static void list_open(const struct world *world, struct catchments *to)
{
    const size_t from = to->count, facilities = world->facilities.count;
    for (unsigned p = 0; p < world->partitions; p++) {
        const struct catchment *catchment = &world->view[p]->part.catchment;
        to->failed = to->failed || catchment->failed;
        for (size_t c = 0; c < catchment->capacity; c++) {
            const struct catchment_cell *cell = &catchment->cell[c];
            if (cell->treated != 0)
                append(to, (struct world_flow){.step = (uint32_t)world->ledger.step,
                                               .place = (uint32_t)((cell->pair - 1) / facilities),
                                               .facility = (uint32_t)((cell->pair - 1) % facilities),
                                               .treated = cell->treated});
        }
    }
    if (to->count > from)
        qsort(to->flow + from, to->count - from, sizeof *to->flow, by_identity);
}

void catchment_close_step(struct world *world)
{
    if (world->ledger.step >= world->ledger.steps)
        return;
    reserve_ahead(world);
    list_open(world, &world->catchments);
    for (unsigned p = 0; p < world->partitions; p++) {
        struct catchment *catchment = &world->view[p]->part.catchment;
        for (size_t c = 0; c < catchment->capacity; c++)
            catchment->cell[c].treated = 0;
    }
}

int catchment_complete(const struct world *world, struct err *err)
{
    bool failed = world->catchments.failed;
    for (unsigned p = 0; p < world->partitions; p++)
        failed = failed || world->view[p]->part.catchment.failed;
    return failed ? err_fail(err, "out of memory for who is treated where; write scenario.flows = \"no\"")
                  : 0;
}

/* --- saving --- */

static void put_all(const struct catchments *all, struct state_writer *writer)
{
    state_put_u64(writer, all->count);
    for (size_t i = 0; i < all->count; i++) {
        const struct world_flow *flow = &all->flow[i];
        state_put_u64(writer, flow->step);
        state_put_u64(writer, flow->place);
        state_put_u64(writer, flow->facility);
        state_put_i64(writer, flow->treated);
    }
}

void catchment_save(const struct world *world, struct state_writer *writer)
{
    struct catchments open = {.flow = NULL};
    list_open(world, &open);
    if (open.failed || world->catchments.failed)
        writer->failed = true;
    state_begin(writer, "catchment", 1);
    state_put_u64(writer, world->part.catchment.cell != NULL);
    put_all(&world->catchments, writer);
    put_all(&open, writer);
    state_end(writer);
    catchments_free(&open);
}

static struct world_flow get_one(const struct world *world, const struct saved_maps *maps,
                                 struct state_reader *reader)
{
    struct world_flow flow = {.step = (uint32_t)state_get_up_to(reader, world->ledger.step)};
    flow.place = saved_index(&maps->place, state_get_u64(reader));
    flow.facility = saved_index(&maps->facility, state_get_u64(reader));
    flow.treated = state_get_i64(reader);
    if (flow.place >= world->geography.count || flow.facility >= world->facilities.count || flow.treated <= 0)
        state_refuse(reader, "has a patient treated where there is no hospital; make it again");
    return flow;
}

static void get_closed(struct world *world, const struct saved_maps *maps, struct state_reader *reader)
{
    struct catchments *to = &world->catchments;
    for (size_t left = state_get_count(reader, 4 * sizeof(uint64_t)); left > 0 && !reader->failed; left--)
        append(to, get_one(world, maps, reader));
    if (to->failed)
        state_refuse(reader, "out of memory for who is treated where");
    if (to->count > 0) /* places and facilities may be numbered otherwise here */
        qsort(to->flow, to->count, sizeof *to->flow, by_identity);
}

static void get_open(struct world *world, const struct saved_maps *maps, struct state_reader *reader)
{
    for (size_t left = state_get_count(reader, 4 * sizeof(uint64_t)); left > 0 && !reader->failed; left--) {
        const struct world_flow flow = get_one(world, maps, reader);
        if (!reader->failed)
            catchment_search(&world_at_facility(world, flow.facility)->part.catchment,
                             (uint64_t)flow.place * world->facilities.count + flow.facility, flow.treated);
    }
}

void catchment_restore(struct world *world, const struct saved_maps *maps, struct state_reader *reader)
{
    state_enter(reader, "catchment", 1);
    const bool counted = state_get_up_to(reader, 1) != 0;
    if (!reader->failed && counted != (world->part.catchment.cell != NULL))
        state_refuse(reader,
                     "counts %s is treated where, and the scenario does otherwise; say it in "
                     "scenario.flows, or run from the start",
                     counted ? "who" : "not who");
    if (!reader->failed)
        get_closed(world, maps, reader);
    if (!reader->failed)
        get_open(world, maps, reader);
    state_leave(reader);
}
