/* Where the people of each place are treated: nobody is lost between places and facilities. */

#include <criterion/criterion.h>
#include <string.h>

#include "models/catchment.h"
#include "sim/state.h"
#include "tests/unit/model_scenario.h"
#include "tests/unit/starve.h"

#define CROSSING SOURCE_DIR "/tests/unit/data/crossing.cfg"

static void run_cut(struct model *model, int partitions, const char *set)
{
    model_partitions = partitions;
    model_build_file(model, 0, CROSSING, &set, set != NULL);
    model_run(model);
}

static size_t flows_of(const struct model *model, const struct world_flow **flows)
{
    return world_flows(model->world, flows);
}

static void check_same(const struct model *a, const struct model *b)
{
    const struct world_flow *left = NULL, *right = NULL;
    const size_t count = flows_of(a, &left);
    cr_assert_gt(count, 100u);
    cr_assert_eq(flows_of(b, &right), count);
    for (size_t i = 0; i < count; i++)
        cr_assert(left[i].step == right[i].step && left[i].place == right[i].place &&
                  left[i].facility == right[i].facility && left[i].treated == right[i].treated);
}

Test(catchment, adds_up_to_what_facilities_and_people_count_in_every_step)
{
    struct model model;
    const struct world_flow *flows = NULL;
    run_cut(&model, PARTITIONS_PLACE, NULL);
    const size_t count = flows_of(&model, &flows);
    const struct ledger *ledger = world_ledger(model.world);
    size_t at = 0;
    for (size_t step = 0; step < ledger->steps; step++) {
        int64_t listed = 0, counted = 0;
        for (; at < count && flows[at].step == step; at++) {
            cr_assert_gt(flows[at].treated, 0);
            cr_assert(
                at == 0 || flows[at - 1].step < step || flows[at - 1].place < flows[at].place ||
                (flows[at - 1].place == flows[at].place && flows[at - 1].facility < flows[at].facility));
            listed += flows[at].treated;
        }
        for (size_t p = 0; p < ledger->size[DIM_PLACE]; p++)
            for (size_t class_ = 0; class_ < ledger->size[DIM_TRAVEL_CLASS]; class_++)
                counted += model_closed(ledger, GROUP_PLACE_TRAVEL, step,
                                        p * ledger->size[DIM_TRAVEL_CLASS] + class_, 0);
        cr_assert_eq(listed, counted, "step %zu", step);
    }
    cr_assert_eq(at, count);
    for (size_t f = 0; f < model.world->facilities.count; f++) {
        int64_t listed = 0;
        for (size_t i = 0; i < count; i++)
            listed += flows[i].facility == f ? flows[i].treated : 0;
        cr_assert_eq(listed, model_cell(&model, GROUP_FACILITY, f, 0, FA_treated_here));
    }
    model_free(&model);
}

Test(catchment, does_not_depend_on_how_the_world_is_cut)
{
    struct model one, many;
    run_cut(&one, PARTITIONS_ONE, NULL);
    run_cut(&many, PARTITIONS_PLACE, NULL);
    check_same(&one, &many);
    model_free(&one);
    model_free(&many);
}

Test(catchment, changes_nothing_else)
{
    struct model with, without;
    const struct world_flow *flows = NULL;
    run_cut(&with, PARTITIONS_PROVINCE, "scenario.flows=yes");
    run_cut(&without, PARTITIONS_PROVINCE, "scenario.flows=no");
    cr_assert_gt(flows_of(&with, &flows), 0u);
    cr_assert_eq(flows_of(&without, &flows), 0u);
    cr_assert(model_same_steps(&with, &without, 0, with.world->ledger.steps));
    model_free(&with);
    model_free(&without);
}

Test(catchment, is_left_out_of_background_conditions)
{
    struct model model;
    const struct world_flow *flows = NULL;
    run_cut(&model, PARTITIONS_ONE, "conditions.emergency.background=true");
    const size_t count = flows_of(&model, &flows);
    int64_t listed = 0;
    for (size_t i = 0; i < count; i++)
        listed += flows[i].treated;
    cr_assert_gt(listed, 0);
    cr_assert_eq(listed, model_total(&model, GROUP_PLACE_TRAVEL, PT_treated_by_travel));
    cr_assert_lt(listed, model_total(&model, GROUP_FACILITY, FA_treated_here));
    model_free(&model);
}

/* So many places, with a facility in each. */
static bool counts(int places, const char *flows)
{
    struct model model;
    char list[60000] = "";
    size_t length = 0;
    for (int p = 0; p < places; p++)
        length += (size_t)snprintf(list + length, sizeof list - length, "%s{code=\"%d\";lon=%d;lat=3;}",
                                   p == 0 ? "" : ",", p, p % 180);
    model_build(&model,
                "scenario: { length = \"1 d\"; flows = \"%s\"; };\nplaces: { list: ( %s ); };\n"
                "facilities: ( { id = \"h\"; rule = \"one in each\"; beds: { bed = 1; }; } );\n"
                "conditions: ( { id = \"c\"; arrivals: { incidence = \"1 per 100000 y\"; };\n"
                "  pathway: ( { stage = \"s\"; needs: { bed = 1; }; duration = \"1 h\"; } ); } );\n",
                flows, list);
    cr_assert_eq(model.world->facilities.count, (size_t)places);
    const bool counted = model.world->part.catchment.cell != NULL;
    model_free(&model);
    return counted;
}

Test(catchment, is_counted_by_itself_up_to_a_million_pairs)
{
    cr_assert_eq(CATCHMENT_PAIRS, 1000000);
    cr_assert(counts(1000, "auto"));
    cr_assert(!counts(1001, "auto"));
    cr_assert(counts(1001, "yes"));
    cr_assert(!counts(2, "no"));
}

/* --- saved and taken up ---------------------------------------------------- */

static void save_at(struct model *model, int partitions, int64_t until_us, struct state_writer *writer)
{
    model_partitions = partitions;
    model_build_file(model, 0, CROSSING, NULL, 0);
    cr_assert_eq(world_run_until(model->world, until_us, NULL, NULL, &model->err), 0);
    cr_assert_eq(world_save(model->world, writer, &model->err), 0, "%s", model->err.text[0]);
}

static int take_up(struct model *model, int partitions, const char *set, const struct state_writer *writer)
{
    struct state_reader reader;
    model_partitions = partitions;
    model_build_file(model, 0, CROSSING, &set, set != NULL);
    state_reader_init(&reader, writer->bytes, writer->size, "x.state");
    return world_restore(model->world, &reader, &model->err);
}

Test(catchment, goes_on_from_a_saved_state_however_it_is_cut)
{
    struct model first, second;
    struct state_writer writer = {.failed = false};
    save_at(&first, PARTITIONS_PLACE, 60 * DAY_US + 5 * HOUR_US, &writer); /* within a step */
    cr_assert_eq(take_up(&second, PARTITIONS_ONE, NULL, &writer), 0, "%s", second.err.text[0]);
    model_run(&first);
    model_run(&second);
    check_same(&first, &second);
    state_writer_free(&writer);
    model_free(&first);
    model_free(&second);
}

Test(catchment, is_not_taken_up_where_it_is_not_counted)
{
    struct model first, second;
    struct state_writer writer = {.failed = false};
    save_at(&first, PARTITIONS_ONE, 60 * DAY_US, &writer);
    cr_assert_eq(take_up(&second, PARTITIONS_ONE, "scenario.flows=no", &writer), -1);
    cr_assert(strstr(second.err.text[0], "scenario.flows") != NULL, "%s", second.err.text[0]);
    state_writer_free(&writer);
    model_free(&first);
    model_free(&second);
}

#ifdef CAN_STARVE
Test(catchment, fails_the_run_when_memory_runs_out)
{
    struct model model;
    struct err err = ERR_INIT;
    SKIP_IF_WATCHED;
    model_partitions = PARTITIONS_ONE;
    model_build_file(&model, 0, CROSSING, NULL, 0);
    struct catchment *catchment = &model.world->part.catchment;
    starve();
    for (uint64_t pair = 0; pair < 1000; pair++)
        catchment_add(catchment, pair);
    feed();
    cr_assert(catchment->failed);
    cr_assert_eq(catchment->pairs, catchment->capacity / 2); /* what there was room for */
    cr_assert_eq(catchment_complete(model.world, &err), -1);
    cr_assert(strstr(err.text[0], "out of memory") != NULL, "%s", err.text[0]);
    model_free(&model);
}
#endif
