#include "study/replicate.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <unistd.h>

#include "fake_world.h"
#include "models/ledger_fields.h"
#include "study/result_file.h"
#include "study/run_fields.h"
#include "study/run_view.h"

static struct run_file *run(int64_t replications, unsigned threads, struct err *err)
{
    static struct scenario scenario;
    scenario = fake_scenario(replications);
    const struct replicate_options options = {.threads = threads};
    return replicate_run(&scenario, NULL, &options, NULL, err);
}

static struct run_file *must_run(int64_t replications, unsigned threads)
{
    struct err err = ERR_INIT;
    struct run_file *file = run(replications, threads, &err);
    cr_assert_not_null(file, "%s", err.text[0]);
    return file;
}

static const struct result *result_of(struct run_file *file)
{
    struct err err = ERR_INIT;
    const struct result *result = run_file_result(file, &err);
    cr_assert_not_null(result, "%s", err.text[0]);
    return result;
}

static size_t count_of(const struct result *result, const struct result_variable *variable)
{
    size_t count = 1;
    for (unsigned i = 0; i < variable->rank; i++)
        count *= result->dimensions[variable->dims[i]].size;
    return count;
}

Test(replicate, gathers_every_replication_in_its_slot)
{
    struct run_file *file = must_run(5, 3);
    static const char *const dims[] = {"replication", "metric", NULL};
    const struct result_variable *value =
        run_view_variable(result_of(file), "metric_value", RESULT_DOUBLE, dims);
    cr_assert_not_null(value);
    const double *values = value->values;
    for (size_t r = 0; r < 5; r++)
        cr_assert_eq(values[r * 3], 100 + (double)r);
    cr_assert(isnan(values[1]));
    cr_assert_eq(values[1 * 3 + 1], 2);
    run_file_free(file);
    cr_assert_eq(fake.built, 5);
    cr_assert_eq(fake.freed, 5);
}

static bool same_numbers(const struct result_variable *x, const struct result_variable *y, size_t count)
{
    int64_t *of_x = calloc(count, sizeof *of_x), *of_y = calloc(count, sizeof *of_y);
    cr_assert(of_x != NULL && of_y != NULL);
    result_values(x, 0, count, of_x);
    result_values(y, 0, count, of_y);
    const bool same = memcmp(of_x, of_y, count * sizeof *of_x) == 0;
    free(of_x);
    free(of_y);
    return same;
}

static void assert_same(const struct result *a, const struct result *b)
{
    cr_assert_eq(a->variable_count, b->variable_count);
    cr_assert_gt(a->variable_count, 20);
    for (size_t v = 0; v < a->variable_count; v++) {
        const struct result_variable *x = &a->variables[v], *y = &b->variables[v];
        cr_assert_str_eq(x->name, y->name);
        if (x->type != RESULT_TEXT)
            cr_assert(same_numbers(x, y, count_of(a, x)), "%s", x->name);
    }
}

Test(replicate, does_not_depend_on_the_number_of_threads)
{
    struct run_file *one = must_run(16, 1);
    struct run_file *many = must_run(16, 4);
    assert_same(result_of(one), result_of(many));
    run_file_free(one);
    run_file_free(many);
}

Test(replicate, saves_and_takes_up_every_replication)
{
    struct err err = ERR_INIT;
    struct scenario scenario = fake_scenario(7);
    scenario.path = "fake.cfg";
    struct world *first = world_new(&scenario, 0, &err);
    cr_assert_not_null(first);
    struct saved_run *saved = saved_run_new(first, 3 * FAKE_DAY_US, 7, &err);
    cr_assert_not_null(saved, "%s", err.text[0]);
    const struct replicate_options save = {.threads = 3, .save = saved};
    run_file_free(replicate_run(&scenario, first, &save, NULL, &err));
    cr_assert_eq(fake.saved, 7);
    const struct replicate_options from = {.threads = 2, .from = saved};
    struct run_file *file = replicate_run(&scenario, NULL, &from, NULL, &err);
    cr_assert_not_null(file, "%s", err.text[0]);
    cr_assert_eq(fake.restored, 7);
    run_file_free(file);
    scenario = fake_scenario(8);
    cr_assert_null(replicate_run(&scenario, NULL, &from, NULL, &err));
    cr_assert(strstr(err.text[0], "no replication 7") != NULL, "%s", err.text[0]);
    saved_run_free(saved);
}

static int64_t number_at(const struct result_variable *variable, size_t at)
{
    int64_t number = 0;
    result_values(variable, at, 1, &number);
    return number;
}

Test(replicate, writes_ledger_fields_as_declared)
{
    struct run_file *file = must_run(2, 1);
    const struct result *result = result_of(file);
    static const char *const dims[] = {"replication", "time", "facility", NULL};
    static const char *const flow_dims[] = {"replication", "time", "home_province", "province", NULL};
    for (size_t field = 0; field < ledger_field_count; field++) {
        const struct field_row *row = &ledger_fields[field];
        const struct result_variable *variable = result_find(result, row->name);
        if (row->group == GROUP_EXPERT) {
            cr_assert_null(variable, "%s has an empty dimension", row->name);
            continue;
        }
        cr_assert_not_null(variable, "%s", row->name);
        cr_assert_eq(variable->type, row->kind == FIELD_COUNT ? RESULT_INT64 : RESULT_DOUBLE, "%s",
                     row->name);
        cr_assert_str_eq(variable->units, row->unit);
        cr_assert_str_eq(variable->long_name, row->long_name);
    }
    const struct result_variable *admissions = run_view_variable(result, "admissions", RESULT_INT64, dims);
    cr_assert_not_null(admissions);
    /* replication 1, step 1, facility 1 */
    const int64_t expected = 1000 + 100 + (int64_t)ledger_group_width(GROUP_FACILITY) + FA_admissions;
    cr_assert_eq(number_at(admissions, (1 * 2 + 1) * 2 + 1), expected);
    const struct result_variable *flow = run_view_variable(result, "flow_treated", RESULT_INT64, flow_dims);
    cr_assert_not_null(flow);
    /* replication 1, step 1, from province 1 to province 0 */
    cr_assert_eq(number_at(flow, ((1 * 2 + 1) * 2 + 1) * 2),
                 1000 + 100 + 2 * (int64_t)ledger_group_width(GROUP_FLOW));
    run_file_free(file);
}

/* The pairs of all replications that are shown, and of no others. */
Test(replicate, lists_the_flows_that_any_replication_has)
{
    static const char *const dims[] = {"replication", "time", "flow", NULL}, *const of_flow[] = {"flow",
                                                                                                 NULL};
    struct run_file *file = must_run(2, 1);
    const struct result *result = result_of(file);
    const struct result_variable *flows = run_view_variable(result, "treated_at", RESULT_INT64, dims);
    const struct result_variable *to = run_view_variable(result, "flow_facility", RESULT_TEXT, of_flow);
    static const int64_t both[] = {0, 0, 0, 7, 5, 0, 0, 7};
    cr_assert_not_null(flows);
    cr_assert_not_null(to);
    cr_assert_eq(memcmp(flows->values, both, sizeof both), 0);
    cr_assert_str_eq(((const char *const *)to->values)[0], fake_facilities[0]);
    cr_assert_str_eq(((const char *const *)to->values)[1], fake_facilities[1]);
    run_file_cut(file, 1);
    result = result_of(file);
    static const int64_t one[] = {0, 7};
    flows = run_view_variable(result, "treated_at", RESULT_INT64, dims);
    cr_assert_not_null(flows);
    cr_assert_eq(result_find_dimension(result, "flow")->size, 1u);
    cr_assert_eq(memcmp(flows->values, one, sizeof one), 0);
    run_file_free(file);
}

Test(replicate, names_what_it_gathers)
{
    struct run_file *file = must_run(2, 1);
    const struct result *result = result_of(file);
    cr_assert_null(result_find_dimension(result, "expert"), "a dimension of size 0 is left out");
    cr_assert_null(result_find(result, "expert_name"));
    const struct result_dimension *time = result_find_dimension(result, "time");
    cr_assert_str_eq(time->units, "days since 2019-01-01");
    cr_assert_eq(((const double *)time->values)[1], 31);
    cr_assert_eq(((const double *)result_find(result, "time_end")->values)[1], 59);
    const struct result_dimension *facility = result_find_dimension(result, "facility");
    cr_assert_str_eq(((const char *const *)facility->values)[1], "capital");
    const char *const *names = result_find(result, "facility_name")->values;
    cr_assert_str_eq(names[1], "Capital hospital");
    const struct result_variable *population = result_find(result, "place_population");
    cr_assert_eq(((const double *)population->values)[0], 337000);
    cr_assert_str_eq(result_text(result, "scenario"), "x.cfg");
    cr_assert_str_eq(result_text(result, "seed"), "7");
    cr_assert_str_eq(result_text(result, "start"), "2019-01-01");
    cr_assert_str_eq(result_text(result, "fingerprint"), "000000000000abc0");
    cr_assert_str_eq(result_text(result, "version"), COUNTERPART_VERSION);
    cr_assert_str_eq(result_text(result, "Conventions"), "CF-1.8");
    struct err err = ERR_INIT;
    struct run_view view;
    cr_assert_eq(run_view_of(&view, result, &err), 0, "%s", err.text[0]);
    cr_assert_eq(view.warmup_days, 31);
    cr_assert_eq(view.targets, 3);
    cr_assert_str_eq(view.target_roles[1], "predict");
    cr_assert_eq(view.target_values[1 * 3 + 0], 101);
    run_file_free(file);
}

Test(replicate, leaves_targets_out_when_there_are_none)
{
    fake.no_targets = true;
    struct run_file *file = must_run(2, 2);
    struct run_view view;
    struct err err = ERR_INIT;
    cr_assert_eq(run_view_of(&view, result_of(file), &err), 0);
    cr_assert_eq(view.targets, 0);
    cr_assert_eq(view.metrics, 3);
    run_file_free(file);
}

Test(replicate, reports_the_lowest_failing_replication_and_starts_no_more)
{
    struct err err = ERR_INIT;
    fake.fails_from = 3;
    fake.slow = 3; /* so that 4 has failed long before */
    cr_assert_null(run(1000, 4, &err));
    cr_assert_str_eq(err.text[0], "replication 3: a deadlock at banner.angio");
    cr_assert_eq(err.count, 1);
    cr_assert_lt(fake.ran, 1000);
    cr_assert_eq(fake.built, fake.freed);
}

Test(replicate, reports_all_problems_of_a_world_that_cannot_be_built)
{
    struct err err = ERR_INIT;
    fake.unbuildable = 1;
    cr_assert_null(run(3, 1, &err));
    cr_assert_eq(err.count, 2);
    cr_assert_str_eq(err.text[1], "replication 1: x.cfg:4: facilities: none is left");
    cr_assert_eq(fake.built, fake.freed);
}

Test(replicate, refuses_replications_of_another_shape)
{
    struct err err = ERR_INIT;
    fake.other_metrics = 2;
    cr_assert_null(run(4, 1, &err));
    cr_assert_str_eq(err.text[0],
                     "replication 2: its metric 2 is 'sometimes' where another replication has 'never'");
    cr_assert_eq(fake.built, fake.freed);
}

Test(replicate, runs_a_world_that_is_already_built)
{
    struct err err = ERR_INIT;
    const struct scenario scenario = fake_scenario(3);
    struct world *first = world_new(&scenario, 0, &err);
    cr_assert_not_null(first);
    uint64_t events = 0;
    const struct replicate_options options = {.threads = 2};
    struct run_file *file = replicate_run(&scenario, first, &options, &events, &err);
    cr_assert_not_null(file);
    cr_assert_eq(events, 10 + 11 + 12);
    cr_assert_eq(fake.built, 3);
    cr_assert_eq(fake.freed, 3);
    run_file_free(file);
}

Test(replicate, frees_the_first_world_when_nothing_can_be_run)
{
    struct err err = ERR_INIT;
    const struct scenario scenario = fake_scenario(0);
    struct world *first = world_new(&scenario, 0, &err);
    const struct replicate_options options = {.threads = 1};
    cr_assert_null(replicate_run(&scenario, first, &options, NULL, &err));
    cr_assert_str_eq(err.text[0], "0 replications cannot be run");
    cr_assert_eq(fake.freed, 1);
}

struct heard {
    double last;
    unsigned calls;
    bool backwards;
};

static void hear(void *data, double share)
{
    struct heard *heard = data;
    heard->backwards = heard->backwards || share < heard->last;
    heard->last = share;
    heard->calls++;
}

Test(replicate, tells_how_far_it_is)
{
    struct err err = ERR_INIT;
    struct heard heard = {0};
    const struct scenario scenario = fake_scenario(8);
    const struct replicate_options options = {.threads = 4, .progress = hear, .data = &heard};
    struct run_file *file = replicate_run(&scenario, NULL, &options, NULL, &err);
    cr_assert_not_null(file);
    cr_assert_eq(heard.calls, 16);
    cr_assert_eq(heard.last, 1);
    cr_assert_not(heard.backwards);
    run_file_free(file);
}

Test(replicate, an_unfinished_file_has_no_result)
{
    struct err err = ERR_INIT;
    const struct scenario scenario = fake_scenario(2);
    struct run_file *file = run_file_new(&scenario, 2, &err);
    cr_assert_not_null(file);
    cr_assert_null(run_file_result(file, &err));
    cr_assert_str_eq(err.text[0], "no replication has finished");
    run_file_free(file);
}

/* --- traces ----------------------------------------------------------------- */

/* A new folder and a path in it. */
static void trace_path(char folder[64], char path[96])
{
    strcpy(folder, "/tmp/counterpart_replicate_XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, 96, "%s/trace.csv", folder);
}

static struct run_file *run_traced(int64_t replications, unsigned threads, const char *path, struct err *err)
{
    static struct scenario scenario;
    scenario = fake_scenario(replications);
    const struct replicate_options options = {.threads = threads, .trace_path = path};
    return replicate_run(&scenario, NULL, &options, NULL, err);
}

Test(replicate, writes_a_trace_in_the_order_of_replications)
{
    struct err err = ERR_INIT;
    char folder[64], path[96], text[2048] = "";
    trace_path(folder, path);
    fake.slow = 1; /* others have finished before */
    struct run_file *file = run_traced(3, 3, path, &err);
    cr_assert_not_null(file, "%s", err.text[0]);
    FILE *in = fopen(path, "r");
    cr_assert_not_null(in);
    cr_assert_gt(fread(text, 1, sizeof text - 1, in), 0);
    fclose(in);
    cr_expect_str_eq(
        text,
        "replication,patient,class,station,visit,arrived,started,ended,left,how\n"
        "1,\"ais@the \"\"banner\"\"#7\",ais,\"a,b\",0,0.000000,1.500000,,2000000.000001,served\n"
        "2,\"ais@the \"\"banner\"\"#7\",ais,banner.thrombectomy,0,0.000000,1.500000,,2000000.000001,served\n"
        "2,\"ais@the "
        "\"\"banner\"\"#7\",ais,banner.thrombectomy,1,0.000000,1.500000,,2000000.000001,served\n");
    run_file_free(file);
    unlink(path);
    cr_expect_eq(rmdir(folder), 0);
}

Test(replicate, leaves_no_trace_of_a_run_that_failed)
{
    struct err err = ERR_INIT;
    char folder[64], path[96];
    trace_path(folder, path);
    fake.fails_from = 3;
    cr_expect_null(run_traced(5, 2, path, &err));
    cr_expect_eq(rmdir(folder), 0, "something was left in %s", folder);
    cr_expect_eq(fake.built, fake.freed);
    err_clear(&err);
    cr_expect_null(run_traced(5, 2, path, &err)); /* the folder is gone */
    cr_expect_not_null(strstr(err.text[0], path));
}

/* ---- more than scenario.max_file_size ---- */

/* With room for so many replications apart from each other. */
static struct run_file *must_run_within(uint32_t apart, int64_t replications, unsigned threads)
{
    static struct scenario scenario;
    struct err err = ERR_INIT;
    const struct replicate_options options = {.threads = threads};
    scenario = fake_scenario(replications);
    struct world *world = world_new(&scenario, 0, &err);
    scenario.run.max_file_bytes = (int64_t)(run_fields_bytes(world_ledger(world)) * (apart + 1)) - 1;
    world_free(world);
    struct run_file *file = replicate_run(&scenario, NULL, &options, NULL, &err);
    cr_assert_not_null(file, "%s", err.text[0]);
    return file;
}

/* What a field says of all replications, cell by cell. */
static void add_replications(const struct result *result, const struct result_variable *field, double *sum,
                             double *squares, size_t cells)
{
    const size_t replications = result->dimensions[field->dims[0]].size;
    for (size_t r = 0; r < replications; r++)
        for (size_t i = 0; i < cells; i++) {
            union {
                int64_t whole;
                double real;
            } number;
            result_values(field, r * cells + i, 1, &number);
            const double value = field->type == RESULT_INT64 ? (double)number.whole : number.real;
            sum[i] += value;
            squares[i] += value * value;
        }
}

static const double *sums_named(const struct result *result, const char *name, const char *end, size_t cells)
{
    char whole[80];
    snprintf(whole, sizeof whole, "%s%s", name, end);
    const struct result_variable *variable = result_find(result, whole);
    cr_assert_not_null(variable, "%s", whole);
    cr_assert_eq(variable->type, RESULT_DOUBLE);
    cr_assert_str_eq(result->dimensions[variable->dims[0]].name, "time");
    cr_assert_eq(count_of(result, variable), cells);
    return variable->values;
}

Test(replicate, adds_up_what_would_be_too_much_as_the_replications_say_it)
{
    enum { MOST_CELLS = 64 };
    struct run_file *apart = must_run_within(9, 9, 1), *together = must_run_within(8, 9, 3);
    const struct result *each = result_of(apart), *all = result_of(together);
    cr_assert(!run_file_adds_up(apart));
    cr_assert(run_file_adds_up(together));
    size_t compared = 0;
    for (size_t field = 0; field < ledger_field_count; field++) {
        const char *name = ledger_fields[field].name;
        const struct result_variable *variable = result_find(each, name);
        if (variable == NULL || !ledger_group_has_cells(ledger_fields[field].group))
            continue;
        double sum[MOST_CELLS] = {0}, squares[MOST_CELLS] = {0};
        const size_t cells = count_of(each, variable) / 9;
        cr_assert_leq(cells, MOST_CELLS);
        add_replications(each, variable, sum, squares, cells);
        cr_assert_arr_eq(sums_named(all, name, "_sum", cells), sum, cells * sizeof *sum);
        cr_assert_arr_eq(sums_named(all, name, "_squares", cells), squares, cells * sizeof *squares);
        cr_assert_null(result_find(all, name), "%s stands by replication", name);
        compared++;
    }
    cr_assert_gt(compared, 20);
    cr_assert_null(result_find(all, "treated_at"));
    cr_assert_eq(all->dimensions[result_find(all, "metric_value")->dims[0]].size, 9);
    run_file_free(apart);
    run_file_free(together);
}

/* The first replication comes last. */
Test(replicate, adds_up_in_the_order_of_the_replications)
{
    struct run_file *one = must_run_within(2, 40, 1);
    fake.slow = 0;
    struct run_file *many = must_run_within(2, 40, 4);
    assert_same(result_of(one), result_of(many));
    run_file_free(one);
    run_file_free(many);
}

Test(replicate, does_not_tell_apart_what_has_been_added_up)
{
    struct err err = ERR_INIT;
    struct run_file *file = must_run_within(2, 5, 1);
    run_file_cut(file, 3);
    cr_assert_null(run_file_result(file, &err));
    cr_assert(err_any(&err));
    run_file_cut(file, 5);
    cr_assert_not_null(run_file_result(file, &err));
    run_file_free(file);
}
