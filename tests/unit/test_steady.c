#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "model_scenario.h"

/* No memory is asked for in the event loop once it is warm. The linker leads every allocation of the program
 * (not of the libraries that it uses) here, where it is counted; see --wrap in tests/CMakeLists.txt. Records,
 * lines and calendars grow when more patients are present than ever before, and a place's set of facilities
 * is made when somebody there chooses for the first time. Both come to an end; each test begins to count
 * then. What a step of the series has counted is kept when it is closed, in one piece a group. */

static atomic_ulong allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    allocations++;
    return __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    allocations++;
    return __real_aligned_alloc(alignment, size);
}

/* Allocations between two times of a run, and the events. */
static void expect_none(struct model *model, int64_t from_us, int64_t to_us, uint64_t events_least)
{
    const unsigned long when_built = allocations;
    model_until(model, from_us);
    const unsigned long before = allocations;
    const uint64_t events = engine_events(model->world->engine);
    const size_t closed = model->world->ledger.step;
    model_until(model, to_us);
    const unsigned long kept = (model->world->ledger.step - closed) * LEDGER_GROUPS;
    const unsigned long asked = allocations - before - kept;
    cr_assert_gt(when_built, 0, "the counter counts");
    cr_assert_geq(engine_events(model->world->engine) - events, events_least);
    cr_assert_eq(asked, 0, "%lu allocations", asked);
    model_free(model);
}

Test(steady, counts_what_grows)
{
    struct station_links links;
    struct err err = ERR_INIT;
    const unsigned long before = allocations;
    station_links_init(&links);
    cr_assert_eq(station_links_reserve(&links, 100, &err), 0);
    cr_assert_eq(allocations, before + 1);
    station_links_free(&links);
}

Test(steady, a_queue_asks_for_no_memory)
{
    struct model model;
    model_build_file(&model, 0, SOURCE_DIR "/bench/mm1.cfg", NULL, 0);
    expect_none(&model, 2000 * DAY_US, 12000 * DAY_US, 400000);
}

Test(steady, a_network_asks_for_no_memory)
{
    struct model model;
    model_build(
        &model, "%s",
        RUN_OF("1000 d") "stations: ( { id = \"a\"; }, { id = \"b\"; servers = 2; } );\n"
                         "conditions: ( { id = \"c\"; arrivals: { times = [\"0 h\"]; batch = 900; };\n"
                         "  pathway: ( { stage = \"s\"; among = [\"a\", \"b\"]; pick = \"random\";\n"
                         "    duration: { dist = \"exponential\"; mean = \"1 min\"; };\n"
                         "    next: ( { to = \"home\"; } ); },\n"
                         "  { stage = \"home\"; duration: { dist = \"exponential\"; mean = \"9 h\"; };\n"
                         "    next: ( { to = \"s\"; } ); } ); } );\n");
    expect_none(&model, 100 * DAY_US, 300 * DAY_US, 200000);
}

Test(steady, hospitals_and_policies_ask_for_no_memory)
{
    struct model model;
    model_build_file(&model, 0, SOURCE_DIR "/scenarios/horqin_stroke_stint.cfg", NULL, 0);
    expect_none(&model, 1100 * DAY_US, 1800 * DAY_US, 1000);
}

/* More people wait here all the time, and records double: this is between two doublings. */
Test(steady, partitions_that_send_patients_ask_for_no_memory)
{
    struct model model;
    model_partitions = PARTITIONS_PROVINCE;
    const char *const sets[] = {"scenario.length=300 d"};
    model_build_file(&model, 0, SOURCE_DIR "/tests/unit/data/crossing.cfg", sets, 1);
    cr_assert_gt(model.world->partitions, 1);
    expect_none(&model, 150 * DAY_US, 250 * DAY_US, 10000);
}
