#include "study/compare.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "models/world.h"
#include "study/replicate.h"
#include "study/text.h"

static const struct argp_option accepted[] = {CLI_OPTION_OUTPUT, CLI_OPTION_REPLICATIONS, CLI_OPTION_THREADS,
                                              CLI_OPTION_SEED,   CLI_OPTION_SET,          CLI_OPTION_JSON,
                                              CLI_OPTION_CSV,    CLI_OPTION_ALL,          {0}};

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
};

struct entries {
    struct entry *items;
    struct run_view *views;
    size_t count;
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
    free(entries->items);
    free(entries->views);
    *entries = (struct entries){.count = 0};
}

/* Everything that can be wrong with what was named is found before hours of work. */
static int load_all(struct entries *entries, const struct cli_options *options, struct err *err)
{
    for (size_t i = 0; i < entries->count; i++) {
        struct entry *entry = &entries->items[i];
        if (cli_is_result(options->paths[i])) {
            if (result_read(options->paths[i], &entry->read, err) != 0 ||
                run_view_of(&entries->views[i], &entry->read, err) != 0)
                return EXIT_FAILED;
            entry->result = &entry->read;
            continue;
        }
        struct world *world = NULL;
        const int status = cli_load(&entry->scenario, &world, options->paths[i], options);
        world_free(world);
        if (status != 0)
            return status;
        entries->views[i].seed = entry->scenario.run.seed;
        entries->views[i].replications = (size_t)entry->scenario.run.replications;
    }
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
    progress_begin(&line, "", (double)runs * (double)entries->views[0].replications);
    line.width = 1 / (double)runs;
    const struct replicate_options how = {
        .threads = options->threads, .progress = progress_show, .data = &line};
    for (size_t i = 0; answer == 0 && i < entries->count; i++) {
        struct entry *entry = &entries->items[i];
        uint64_t events = 0;
        if (entry->result != NULL)
            continue;
        line.what = text_base_name(options->paths[i]);
        line.from = (double)done++ * line.width;
        entry->run = replicate_run(&entry->scenario, NULL, &how, &events, err);
        entry->result = entry->run == NULL ? NULL : run_file_result(entry->run, err);
        if (entry->result == NULL || run_view_of(&entries->views[i], entry->result, err) != 0)
            answer = -1;
        facts->events += events;
    }
    progress_end(&line);
    return answer;
}

static int print_comparison(const struct comparison *comparison, const struct cli_options *options,
                            struct err *err)
{
    char *text = NULL;
    if (options->json)
        text = compare_json(comparison, err);
    else
        text = options->csv ? compare_csv(comparison, err)
                            : compare_text(comparison, options->all ? DETAIL_ALL : DETAIL_HEADLINES, err);
    if (text == NULL)
        return -1;
    fputs(text, stdout);
    free(text);
    return 0;
}

static int gather_and_print(const struct entries *entries, const struct cli_options *options,
                            const struct cli_run_facts *facts, struct err *err)
{
    struct comparison comparison;
    int answer = compare_runs(&comparison, entries->views, options->paths, entries->count, err);
    if (answer == 0 && options->output != NULL) {
        const struct result *result = compare_result(&comparison, err);
        answer = result == NULL ? -1 : cli_write_result(options->output, result, facts, err);
    }
    if (answer == 0)
        answer = print_comparison(&comparison, options, err);
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
