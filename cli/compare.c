#include "study/compare.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/compare_patients.h"
#include "cli/progress.h"
#include "models/world.h"
#include "study/branch.h"
#include "study/json_out.h"
#include "study/replicate.h"
#include "study/text.h"

static const struct argp_option accepted[] = {
    CLI_OPTION_OUTPUT, CLI_OPTION_REPLICATIONS, CLI_OPTION_THREADS, CLI_OPTION_SEED,     CLI_OPTION_SET,
    CLI_OPTION_JSON,   CLI_OPTION_CSV,          CLI_OPTION_ALL,     CLI_OPTION_PATIENTS, {0}};

static const char doc[] =
    "Runs scenarios with the same patients and the same luck, and prints what each alternative changes "
    "against "
    "the base: mean, paired difference with 95% interval, relative change. Result files of earlier runs "
    "(*.h5, "
    "*.nc) may stand for scenarios. With -o the values of all replications are written."
    "\v"
    "EXAMPLE\n"
    "  counterpart compare scenarios/horqin_no_stint.cfg scenarios/horqin_stroke_stint.cfg -r 30";

/* One world of the comparison: run here, or read from a file. */
struct entry {
    struct scenario scenario;
    struct run_file *run;
    struct result read;
    const struct result *result; /* one of the two */
    int64_t branch_us;           /* until then it is as the first that is run; BRANCH_NEVER: it is not */
};

struct entries {
    struct entry *items;
    struct run_view *views;
    size_t count;
    struct patients_kept kept; /* with --patients */
    struct saved_run *shared;  /* what the first that is run keeps for the others; NULL: nothing */
};

static int entries_init(struct entries *entries, size_t count, struct err *err)
{
    entries->items = mem_zeroed(count, sizeof *entries->items, err);
    entries->views = mem_zeroed(count, sizeof *entries->views, err);
    entries->count = count;
    return entries->items == NULL || entries->views == NULL ? -1 : 0;
}

static void entries_free(struct entries *entries)
{
    for (size_t i = 0; entries->items != NULL && i < entries->count; i++) {
        run_file_free(entries->items[i].run);
        result_free(&entries->items[i].read);
        scenario_free(&entries->items[i].scenario);
    }
    saved_run_free(entries->shared);
    patients_kept_free(&entries->kept);
    free(entries->items);
    free(entries->views);
    *entries = (struct entries){.count = 0};
}

/* States that are kept for other worlds; what does not fit is run from the start. */
#define SHARED_BYTES ((size_t)1 << 30)

/* Finds until when this world is as the first one, and has that one keep its state at the earliest such time.
 */
static int find_branch(struct entries *entries, size_t first, struct world *base, size_t i,
                       const struct world *world, struct err *err)
{
    struct entry *entry = &entries->items[i];
    entry->branch_us = branch_time(base, world, err);
    if (entry->branch_us < 0)
        return -1;
    if (entry->branch_us == BRANCH_NEVER ||
        (entries->shared != NULL && saved_run_at_us(entries->shared) <= entry->branch_us))
        return 0;
    saved_run_free(entries->shared);
    entries->shared =
        saved_run_new(base, entry->branch_us, (uint32_t)entries->items[first].scenario.run.replications, err);
    if (entries->shared != NULL)
        saved_run_keep_what_fits(entries->shared, SHARED_BYTES);
    return entries->shared == NULL ? -1 : 0;
}

/* Everything that can be wrong with what was named is found before hours of work. */
static int load_all(struct entries *entries, const struct cli_options *options, struct err *err)
{
    struct world *base = NULL;
    size_t first = 0;
    int status = 0;
    for (size_t i = 0; status == 0 && i < entries->count; i++) {
        struct entry *entry = &entries->items[i];
        if (cli_is_result(options->paths[i])) {
            if (options->patients)
                return err_fail(err,
                                "%s: a result file does not hold what happened to each patient; give "
                                "--patients the scenario",
                                options->paths[i]) == 0
                           ? 0
                           : EXIT_WRONG;
            if (result_read(options->paths[i], &entry->read, err) != 0 ||
                run_view_of(&entries->views[i], &entry->read, err) != 0)
                status = EXIT_FAILED;
            entry->result = &entry->read;
            continue;
        }
        struct world *world = NULL;
        status = cli_load(&entry->scenario, &world, options->paths[i], options);
        if (status == 0 && base != NULL && find_branch(entries, first, base, i, world, err) != 0)
            status = EXIT_FAILED;
        if (base == NULL) {
            base = world;
            first = i;
        } else {
            world_free(world);
        }
        entries->views[i].seed = entry->scenario.run.seed;
        entries->views[i].replications = (size_t)entry->scenario.run.replications;
    }
    world_free(base);
    if (status != 0)
        return status;
    return compare_check(entries->views, options->paths, entries->count, err) == 0 ? 0 : EXIT_WRONG;
}

static int run_all(struct entries *entries, const struct cli_options *options, struct cli_run_facts *facts,
                   struct err *err)
{
    struct progress_line line;
    size_t runs = 0, done = 0;
    int answer = 0;
    for (size_t i = 0; i < entries->count; i++)
        runs += entries->items[i].result == NULL;
    if (runs == 0)
        return 0;
    runs += options->patients ? entries->count : 0; /* the placebos */
    progress_begin(&line, "", (double)runs * (double)entries->views[0].replications);
    line.width = 1 / (double)runs;
    struct replicate_options how = {
        .threads = options->threads, .progress = progress_show, .data = &line, .save = entries->shared};
    for (size_t i = 0; answer == 0 && i < entries->count; i++) {
        struct entry *entry = &entries->items[i];
        uint64_t events = 0;
        if (entry->result != NULL)
            continue;
        line.what = text_base_name(options->paths[i]);
        line.from = (double)done++ * line.width;
        if (done > 1) { /* the first has kept it */
            how.save = NULL;
            how.from = entry->branch_us != BRANCH_NEVER ? entries->shared : NULL;
        }
        how.fates = options->patients ? entries->kept.file[i] : NULL;
        entry->run = replicate_run(&entry->scenario, NULL, &how, &events, err);
        entry->result = entry->run == NULL ? NULL : run_file_result(entry->run, err);
        if (entry->result == NULL || run_view_of(&entries->views[i], entry->result, err) != 0)
            answer = -1;
        facts->events += events;
    }
    for (size_t i = 0; answer == 0 && options->patients && i < entries->count; i++) {
        uint64_t events = 0;
        line.what = "placebo";
        line.from = (double)done++ * line.width;
        answer = patients_kept_placebo(&entries->kept, i, &entries->items[i].scenario, &how, &events, err);
        facts->events += events;
    }
    progress_end(&line);
    return answer;
}

static char *text_for_people(const struct comparison *comparison, const struct people *people,
                             const struct cli_options *options, struct err *err)
{
    char *table = compare_text(comparison, options->all ? DETAIL_ALL : DETAIL_HEADLINES, err);
    struct text text;
    text_init(&text, err);
    if (table != NULL)
        text_add(&text, "%s", table);
    if (options->patients)
        people_text(people, options->all, &text, err);
    free(table);
    if (table == NULL) {
        text_free(&text);
        return NULL;
    }
    return text_take(&text, err);
}

static char *text_for_programs(const struct comparison *comparison, const struct people *people,
                               const struct cli_options *options, struct err *err)
{
    if (options->csv)
        return options->patients ? people_csv(people, err) : compare_csv(comparison, err);
    char *text = compare_json(comparison, err);
    if (text != NULL && options->patients)
        text = json_out_with(text, "patients", people_json(people), err);
    return text;
}

static int print_comparison(const struct comparison *comparison, const struct people *people,
                            const struct cli_options *options, struct err *err)
{
    char *text = options->json || options->csv ? text_for_programs(comparison, people, options, err)
                                               : text_for_people(comparison, people, options, err);
    if (text == NULL)
        return -1;
    fputs(text, stdout);
    free(text);
    return 0;
}

static int write_comparison(struct comparison *comparison, const struct people *people,
                            const struct cli_options *options, const struct cli_run_facts *facts,
                            struct err *err)
{
    const struct result *written = compare_result(comparison, err);
    if (written == NULL)
        return -1;
    struct result result = *written;
    if (options->patients && people_put(people, &result, &comparison->arena, err) != 0)
        return -1;
    return cli_write_result(options->output, &result, facts, err);
}

static int gather_and_print(struct entries *entries, const struct cli_options *options,
                            const struct cli_run_facts *facts, struct err *err)
{
    struct comparison comparison;
    int answer = compare_runs(&comparison, entries->views, options->paths, entries->count, err);
    if (answer == 0 && options->patients)
        answer = patients_kept_join(&entries->kept, comparison.labels, err);
    if (answer == 0 && options->output != NULL)
        answer = write_comparison(&comparison, &entries->kept.people, options, facts, err);
    if (answer == 0)
        answer = print_comparison(&comparison, &entries->kept.people, options, err);
    compare_free(&comparison);
    return answer;
}

int command_compare(int argc, char **argv)
{
    const double begun_s = cli_clock_s();
    struct err err = ERR_INIT;
    struct cli_options options;
    struct entries entries = {0};
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "BASE ALTERNATIVE...", doc, 2, SIZE_MAX, argc, argv, &err) != 0)
        goto out;
    if (options.output != NULL && cli_check_output(options.output, &err) != 0)
        goto out;
    if (entries_init(&entries, options.path_count, &err) != 0)
        goto out;
    status = load_all(&entries, &options, &err);
    if (status != 0)
        goto out;
    if (options.patients && patients_kept_init(&entries.kept, entries.count,
                                               (uint32_t)entries.views[0].replications, &err) != 0) {
        status = EXIT_FAILED;
        goto out;
    }
    struct cli_run_facts facts = {.argv = argv, .argc = argc, .threads = options.threads};
    status = run_all(&entries, &options, &facts, &err) == 0 ? EXIT_DONE : EXIT_FAILED;
    facts.wall_s = cli_clock_s() - begun_s;
    if (status == EXIT_DONE && gather_and_print(&entries, &options, &facts, &err) != 0)
        status = EXIT_FAILED;
out:
    cli_complain(&err, status);
    entries_free(&entries);
    cli_options_free(&options);
    return status;
}
