#include "models/trace.h"

#include <criterion/criterion.h>

#include "study/replicate.h"
#include "study/trace_file.h"
#include "tests/unit/model_scenario.h"
#include "tests/unit/starve.h"

#define RUN(length)                                                                                          \
    "scenario: { start = \"2019-01-01\"; length = \"" length "\"; step = \"none\"; planning = \"none\"; "    \
    "};\n"
#define BUSY                                                                                                 \
    RUN("2 d")                                                                                               \
    "stations: ( { id = \"desk\"; servers = 1; room = 4; }, { id = \"two\"; servers = 2; } );\n"             \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"9 per h\"; }; pathway: ( { stage = \"s\"; station = "  \
    "\"desk\"; "                                                                                             \
    "duration: { dist = \"exponential\"; mean = \"6 min\"; }; patience = \"9 min\"; next = ( { to = \"s\"; " \
    "share = 0.1; }, "                                                                                       \
    "{ to = \"t\"; share = 0.9; } ); }, { stage = \"t\"; station = \"two\"; duration = \"11 min\"; } ); } "  \
    ");\n"

static void build_traced(struct model *model, const char *text)
{
    model_build(model, "%s", text);
    cr_assert_eq(world_trace(model->world, &model->err), 0);
}

Test(trace, is_kept_only_when_asked_for)
{
    struct model model;
    model_build(&model, "%s", BUSY);
    model_run(&model);
    cr_expect_eq(world_visits(model.world), 0);
    model_free(&model);
    build_traced(&model, BUSY);
    cr_assert_eq(world_trace(model.world, &model.err), 0); /* again: no matter */
    model_run(&model);
    cr_expect_gt(world_visits(model.world), 100);
    model_free(&model);
}

/* Every visit leads through its times in order, and every patient is at one place at a time. */
Test(trace, visits_are_consistent)
{
    struct model model;
    build_traced(&model, BUSY);
    model_run(&model);
    const size_t count = world_visits(model.world);
    size_t came[2] = {0}, again = 0;
    for (size_t i = 0; i < count; i++) {
        const struct world_visit visit = world_visit(model.world, i);
        cr_assert_null(visit.place);
        cr_assert_null(visit.service);
        cr_assert_str_eq(visit.condition, "c");
        const int64_t *at = visit.time_us;
        came[strcmp(visit.station, "two") == 0]++;
        again += visit.visit > 0;
        if (i > 0)
            cr_assert_leq(world_visit(model.world, i - 1).time_us[VISIT_LEFT], at[VISIT_LEFT]);
        if (strcmp(visit.how, "served") == 0)
            cr_assert(at[VISIT_ARRIVED] <= at[VISIT_STARTED] && at[VISIT_STARTED] <= at[VISIT_ENDED] &&
                      at[VISIT_ENDED] == at[VISIT_LEFT]);
        else if (strcmp(visit.how, "reneged") == 0)
            cr_assert(at[VISIT_STARTED] == INT64_MAX && at[VISIT_LEFT] == at[VISIT_ARRIVED] + 9 * MINUTE_US);
        else if (strcmp(visit.how, "rejected") == 0)
            cr_assert(at[VISIT_STARTED] == INT64_MAX && at[VISIT_LEFT] == at[VISIT_ARRIVED]);
        else
            cr_assert(at[VISIT_LEFT] == INT64_MAX && visit.how[0] == '\0');
    }
    cr_expect_eq((double)came[0], model_metric(&model, "station/desk/arrivals"));
    cr_expect_eq((double)came[1], model_metric(&model, "station/two/arrivals"));
    cr_expect_gt(again, 0);
    model_free(&model);
}

/* A patient who moves from facility to facility takes another record on the way; nothing of the visits is
 * lost. */
Test(trace, follows_patients_between_facilities)
{
    struct model model;
    build_traced(
        &model,
        RUN("2 h") ONE_PLACE(
            "5 min") "services: ( { id = \"scan\"; } );\n"
                     "facilities: ( { id = \"near\"; place = \"p\"; beds: { ward = 1; }; }, "
                     "{ id = \"far\"; place = \"p\"; level = \"national\"; beds: { ward = 1; icu = 1; }; "
                     "services: ( { service = \"scan\"; staff = 1; } ); } );\n"
                     "conditions: ( { id = \"c\"; arrivals: { gap = { dist = \"listed\"; values = [ \"10 "
                     "min\", \"1 min\", "
                     "\"1000 h\" ]; }; at = [ \"p\" ]; }; first = \"given\"; first_at = \"near\"; pathway: ( "
                     "{ stage = \"a\"; needs: { ward = 1; }; duration = \"8 min\"; next = ( { to = \"b\"; } "
                     "); }, "
                     "{ stage = \"b\"; service = \"scan\"; needs: { icu = 1; }; duration = \"30 min\"; } ); "
                     "} );\n");
    model_run(&model);
    static const struct {
        const char *station;
        uint32_t ordinal;
        int64_t min[VISIT_TIMES];
    } rows[] = {{"near.ward", 0, {15, 15, 23, 23}},
                {"near.ward", 1, {16, 23, 31, 31}},
                {"far.icu", 0, {28, 28, 58, 58}},
                {"far.icu", 1, {36, 58, 88, 88}}};
    cr_assert_eq(world_visits(model.world), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct world_visit visit = world_visit(model.world, i);
        cr_expect_str_eq(visit.station, rows[i].station);
        cr_expect_str_eq(visit.place, "p");
        cr_expect_str_eq(visit.how, "served");
        cr_expect_eq(visit.ordinal, rows[i].ordinal);
        for (size_t t = 0; t < VISIT_TIMES; t++)
            cr_expect_eq(visit.time_us[t], rows[i].min[t] * MINUTE_US);
    }
    model_free(&model);
}

/* A ward is held through the next stage, which happens in the same ward: two visits at once, told apart. */
Test(trace, tells_two_visits_of_one_ward_apart)
{
    struct model model;
    build_traced(&model, RUN("2 h") "stations: ( { id = \"desk\"; servers = 2; } );\n"
                                    "conditions: ( { id = \"c\"; arrivals: { gap = { dist = \"listed\"; "
                                    "values = [ \"10 min\", \"1000 h\" ]; }; "
                                    "}; pathway: ( { stage = \"a\"; station = \"desk\"; duration = \"5 "
                                    "min\"; next = ( { to = \"b\"; } ); }, "
                                    "{ stage = \"b\"; station = \"desk\"; duration = \"7 min\"; previous = "
                                    "\"keep\"; } ); } );\n");
    model_run(&model);
    cr_assert_eq(world_visits(model.world), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct world_visit visit = world_visit(model.world, i);
        const bool first = visit.time_us[VISIT_ARRIVED] == 10 * MINUTE_US;
        cr_expect_eq(visit.time_us[VISIT_ENDED], (first ? 15 : 22) * MINUTE_US);
        cr_expect_eq(visit.time_us[VISIT_LEFT], 22 * MINUTE_US);
        cr_expect_str_eq(visit.how, "served");
    }
    model_free(&model);
}

Test(trace, file_is_in_the_order_of_replications)
{
    struct model a, b;
    build_traced(&a, BUSY);
    model_run(&a);
    model_build_as(&b, 1, "%s", BUSY);
    cr_assert_eq(world_trace(b.world, &b.err), 0);
    model_run(&b);
    char path[] = "/tmp/counterpart_trace_XXXXXX";
    const int descriptor = mkstemp(path);
    cr_assert(descriptor >= 0 && close(descriptor) == 0);
    struct err err = ERR_INIT;
    struct trace_file *file = trace_file_new(path, 2, &err);
    cr_assert_not_null(file);
    cr_assert_eq(trace_file_take(file, b.world, 1, &err), 0);
    cr_assert_eq(trace_file_finish(file, &err), -1); /* 0 is still lacking */
    err_clear(&err);
    cr_assert_eq(trace_file_take(file, a.world, 0, &err), 0);
    cr_assert_eq(trace_file_take(file, a.world, 2, &err), -1);
    cr_assert_eq(trace_file_finish(file, &err), 0);
    trace_file_free(file);
    FILE *in = fopen(path, "r");
    cr_assert_not_null(in);
    char line[256];
    size_t rows = 0, seen[2] = {0};
    cr_assert_not_null(fgets(line, sizeof line, in));
    cr_expect_str_eq(line, "replication,patient,class,station,visit,arrived,started,ended,left,how\n");
    while (fgets(line, sizeof line, in) != NULL) {
        cr_assert(line[0] == (rows < world_visits(a.world) ? '0' : '1') && line[1] == ',');
        seen[line[0] - '0']++;
        rows++;
    }
    fclose(in);
    unlink(path);
    cr_expect_eq(seen[0], world_visits(a.world));
    cr_expect_eq(seen[1], world_visits(b.world));
    model_free(&a);
    model_free(&b);
}

Test(trace, file_that_is_not_finished_does_not_appear)
{
    struct err err = ERR_INIT;
    char folder[] = "/tmp/counterpart_trace_XXXXXX", path[64];
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/trace.csv", folder);
    struct trace_file *file = trace_file_new(path, 1, &err);
    cr_assert_not_null(file);
    trace_file_free(file);
    cr_expect_neq(access(path, F_OK), 0);
    cr_expect_eq(rmdir(folder), 0, "something was left in %s", folder);
    cr_expect_null(trace_file_new(path, 1, &err));
    trace_file_free(NULL);
}

#ifdef CAN_STARVE
/* Memory runs out at some time of the run: it ends with an error. */
Test(trace, stops_when_memory_has_run_out)
{
    struct model model;
    build_traced(&model, BUSY);
    model_until(&model, 3 * HOUR_US);
    starve();
    const int result = world_run(model.world, NULL, NULL, &model.err);
    feed();
    cr_expect_eq(result, -1);
    cr_expect(model_says(&model, "out of memory", ""), "%s", model.err.text[0]);
    model_free(&model);
}
#endif
