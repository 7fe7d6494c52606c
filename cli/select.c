#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/worlds.h"
#include "study/best.h"
#include "study/compare.h"
#include "study/kn.h"
#include "study/ocba.h"
#include "study/until.h"

enum { LEAST_FIRST = 10, BATCH = 10, DEFAULT_LIMIT = 1000 };

static const struct argp_option accepted[] = {CLI_OPTION_OUTPUT,  CLI_OPTION_METRIC,
                                              CLI_OPTION_LARGEST, CLI_OPTION_INDIFFERENCE,
                                              CLI_OPTION_PROMISE, CLI_OPTION_BUDGET,
                                              CLI_OPTION_LIMIT,   CLI_OPTION_REPLICATIONS,
                                              CLI_OPTION_THREADS, CLI_OPTION_SEED,
                                              CLI_OPTION_SET,     CLI_OPTION_JSON,
                                              CLI_OPTION_CSV,     {0}};

static const char doc[] =
    "Finds the scenario with the smallest (or largest) mean of a metric, with the same patients in all. With "
    "--indifference, replications are added to those that cannot be excluded until one is left: it is the "
    "best, or "
    "within D of it, with the promised probability (Kim and Nelson 2001). With --budget, N replications are "
    "shared "
    "out where they tell most, without a promise (Chen and others 2000). All begin with the scenario's "
    "number of "
    "replications (-r), 10 at least. With -o the values of all replications are written. Ends with exit code "
    "1 when the limit is reached before one is left."
    "\v"
    "EXAMPLE\n"
    "  counterpart select none.cfg stint.cfg pairing.cfg --metric daly --indifference 10\n"
    "  counterpart select none.cfg stint.cfg pairing.cfg --metric treated_in_county --largest --budget 200";

/* The values of the metric, so far, with the largest as the best; and who still gets replications. */
struct search {
    const struct cli_options *options;
    struct worlds worlds;
    struct until metric; /* by its name only */
    uint32_t first, room;
    const double **columns; /* by world */
    double *values;         /* owned; [world][room] */
    bool *included;
    struct kn kn;
    size_t *counts, *left; /* replications asked for; when excluded */
    bool decided;
    char **argv; /* for what is written beside the result */
    int argc;
    double begun_s;
};

static void search_free(struct search *search)
{
    worlds_free(&search->worlds);
    kn_free(&search->kn);
    free(search->columns);
    free(search->values);
    free(search->included);
    free(search->counts);
    free(search->left);
}

static int search_init(struct search *search, struct err *err)
{
    const size_t count = search->worlds.count;
    search->columns = mem_zeroed(count, sizeof *search->columns, err);
    search->values = search->columns == NULL ? NULL : mem_zeroed(count, search->room * sizeof(double), err);
    search->included = search->values == NULL ? NULL : mem_zeroed(count, sizeof *search->included, err);
    search->counts = search->included == NULL ? NULL : mem_zeroed(count, sizeof *search->counts, err);
    search->left = search->counts == NULL ? NULL : mem_zeroed(count, sizeof *search->left, err);
    for (size_t w = 0; search->left != NULL && w < count; w++)
        search->columns[w] = &search->values[w * search->room];
    return search->left == NULL ? -1 : 0;
}

/* The metric's new values of one world. */
static int take_values(struct search *search, size_t w, uint32_t from, struct err *err)
{
    const struct run_view *view = &search->worlds.views[w];
    const char *name = search->options->paths[w];
    size_t metric = 0;
    if (until_find(&search->metric, view, &metric, err) != 0)
        return -1;
    for (uint32_t r = from; r < view->replications; r++) {
        const double value = view->metric_values[r * view->metrics + metric];
        if (!isfinite(value))
            return err_fail(err,
                            "%s: the metric '%s' is undefined in replication %" PRIu32
                            "; only what every replication has can be compared",
                            name, search->options->metric, r);
        search->values[w * search->room + r] = search->options->largest ? value : -value;
    }
    return 0;
}

/* Runs every world up to its count. */
static int run_to_counts(struct search *search, struct err *err)
{
    struct worlds *worlds = &search->worlds;
    for (size_t w = 0; w < worlds->count; w++) {
        const uint32_t to = (uint32_t)search->counts[w];
        if (worlds->items[w].done >= to)
            continue;
        const uint32_t from = worlds->items[w].done;
        for (size_t i = 0; i < worlds->count; i++)
            search->included[i] = search->counts[i] == to && worlds->items[i].done == from;
        if (worlds_run(worlds, search->included, to, err) != 0)
            return -1;
        for (size_t i = 0; i < worlds->count; i++)
            if (search->included[i] && take_values(search, i, from, err) != 0)
                return -1;
    }
    return 0;
}

static int run_first(struct search *search, uint32_t to, struct err *err)
{
    for (size_t w = 0; w < search->worlds.count; w++)
        search->counts[w] = to;
    return run_to_counts(search, err);
}

/* Replications are added ten at a time; what is decided on the way does not depend on that. */
static int search_with_promise(struct search *search, struct err *err)
{
    const struct cli_options *options = search->options;
    if (kn_begin(&search->kn, search->columns, search->worlds.count, search->first, options->indifference,
                 options->promise, err) != 0)
        return -1;
    size_t to = search->first;
    while (!kn_is_done(&search->kn) && to < search->room) {
        to = search->room - to < BATCH ? search->room : to + BATCH;
        for (size_t w = 0; w < search->worlds.count; w++)
            if (search->kn.left[w] == 0)
                search->counts[w] = to;
        if (run_to_counts(search, err) != 0)
            return -1;
        kn_look(&search->kn, search->columns, to);
    }
    search->decided = kn_is_done(&search->kn);
    for (size_t w = 0; w < search->worlds.count; w++)
        search->left[w] = search->kn.left[w];
    return 0;
}

/* Excluded is who is behind the best by the paired differences, all worlds at once. */
static void exclude(struct search *search)
{
    const size_t worlds = search->worlds.count;
    const size_t best = ocba_best(search->columns, search->counts, worlds);
    for (size_t w = 0; w < worlds; w++) {
        const size_t pairs =
            search->counts[w] < search->counts[best] ? search->counts[w] : search->counts[best];
        const struct stats d = stats_paired(search->columns[best], search->columns[w], pairs);
        const double level = 1 - 2 * 0.05 / (double)(worlds - 1); /* from one side */
        if (w != best && d.mean + stats_half_of(d, level) < 0)
            search->left[w] = search->counts[w];
    }
}

static int search_within_budget(struct search *search, struct err *err)
{
    const size_t worlds = search->worlds.count;
    size_t spent = worlds * search->first;
    while (spent < search->options->budget) {
        const size_t rest = search->options->budget - spent, more = rest < BATCH ? rest : BATCH;
        if (ocba_allocate(search->columns, search->counts, worlds, more, err) != 0 ||
            run_to_counts(search, err) != 0)
            return -1;
        spent += more;
    }
    exclude(search);
    search->decided = true;
    return 0;
}

static char *text_of(const struct best *best, const struct cli_options *options, struct err *err)
{
    if (options->json)
        return best_json(best, err);
    return options->csv ? best_csv(best, err) : best_text(best, err);
}

static int write_best(const struct best *best, const struct search *search, struct err *err)
{
    const struct cli_run_facts facts = {.argv = search->argv,
                                        .argc = search->argc,
                                        .threads = search->options->threads,
                                        .wall_s = cli_clock_s() - search->begun_s,
                                        .events = search->worlds.events};
    struct arena arena = {0};
    const struct result *result = best_result(best, &arena, err);
    const int answer = result == NULL ? -1 : cli_write_result(search->options->output, result, &facts, err);
    arena_free(&arena);
    return answer;
}

/* What is known of each world; the comparison gives labels and titles. */
static void describe_worlds(struct best *best, const struct search *search, const struct comparison *names)
{
    for (size_t i = 0; !best->largest && i < best->worlds * search->room; i++)
        search->values[i] = -search->values[i];
    for (size_t w = 0; w < best->worlds; w++)
        best->world[w] = (struct best_world){.label = names->labels[w],
                                             .title = names->titles[w],
                                             .written = names->written[w],
                                             .resolved = names->resolved[w],
                                             .replications = search->counts[w],
                                             .left = search->left[w],
                                             .values = search->columns[w]};
    best_count(best);
}

static int report_best(const struct search *search, struct err *err)
{
    const struct worlds *worlds = &search->worlds;
    const struct cli_options *options = search->options;
    struct comparison names; /* of one replication */
    struct best best = {.metric = options->metric,
                        .seed = worlds->views[0].seed,
                        .largest = options->largest,
                        .indifference = options->budget > 0 ? 0 : options->indifference,
                        .promise = options->promise,
                        .decided = search->decided,
                        .worlds = worlds->count};
    size_t metric = 0;
    char *text = NULL;
    for (size_t w = 0; w < worlds->count; w++)
        worlds->views[w].replications = 1;
    best.winner = options->budget > 0 ? ocba_best(search->columns, search->counts, worlds->count)
                                      : kn_best(&search->kn);
    best.world = mem_zeroed(worlds->count, sizeof *best.world, err);
    if (compare_runs(&names, worlds->views, options->paths, worlds->count, err) != 0 || best.world == NULL ||
        until_find(&search->metric, &worlds->views[0], &metric, err) != 0)
        goto out;
    best.unit = worlds->views[0].metric_units[metric];
    describe_worlds(&best, search, &names);
    if (options->output == NULL || write_best(&best, search, err) == 0)
        text = text_of(&best, options, err);
    if (text != NULL)
        fputs(text, stdout);
out:
    compare_free(&names);
    free(best.world);
    free(text);
    return text == NULL ? -1 : 0;
}

/* What can be wrong with the options beyond their form. 0 or -1. */
static int check_usage(struct search *search, struct err *err)
{
    const struct cli_options *options = search->options;
    const size_t worlds = options->path_count;
    for (size_t w = 0; w < worlds; w++)
        if (cli_is_result(options->paths[w]))
            return err_fail(err, "%s: replications cannot be added to a result file; name scenarios only",
                            options->paths[w]);
    if (options->metric == NULL)
        return err_fail(err, "which metric? Name one with --metric");
    if ((options->indifference > 0) == (options->budget > 0))
        return err_fail(
            err, "say either by how much worlds may differ and yet be equally good (--indifference), or how "
                 "many replications there are (--budget)");
    if (options->indifference > 0 && options->promise * (double)worlds <= 1)
        return err_fail(err, "--promise %g: is what any of %zu worlds has by chance; promise more",
                        options->promise, worlds);
    return 0;
}

/* Once the scenarios are known. */
static int check_numbers(struct search *search, struct err *err)
{
    const size_t wanted = search->worlds.views[0].replications, worlds = search->worlds.count;
    search->first = wanted > LEAST_FIRST ? (uint32_t)wanted : LEAST_FIRST;
    if (search->options->budget > 0 && search->options->budget / worlds < search->first)
        return err_fail(err,
                        "--budget %" PRIu32 ": is not enough for %zu worlds to begin with %" PRIu32
                        " replications each; allow more, or fewer with -r",
                        search->options->budget, worlds, search->first);
    if (search->first > search->room)
        return err_fail(err,
                        "--limit %" PRIu32 ": all worlds begin with %" PRIu32 " replications; allow more, or "
                        "begin with fewer (-r)",
                        search->room, search->first);
    return 0;
}

static int search_for_best(struct search *search, struct err *err)
{
    const struct cli_options *options = search->options;
    size_t metric = 0;
    search->room = options->budget > 0  ? options->budget
                   : options->limit > 0 ? options->limit
                                        : DEFAULT_LIMIT;
    int status = worlds_load(&search->worlds, options, search->room, err);
    if (status != 0)
        return status;
    if (check_numbers(search, err) != 0)
        return EXIT_WRONG;
    search->worlds.metrics_only = true;
    search->metric = (struct until){.text = options->metric, .name_length = strlen(options->metric)};
    if (search_init(search, err) != 0 || worlds_run(&search->worlds, NULL, 1, err) != 0)
        return EXIT_FAILED;
    for (size_t w = 0; w < search->worlds.count; w++)
        if (until_find(&search->metric, &search->worlds.views[w], &metric, err) != 0)
            return EXIT_WRONG;
    for (size_t w = 0; w < search->worlds.count; w++)
        if (take_values(search, w, 0, err) != 0)
            return EXIT_FAILED;
    if (run_first(search, search->first, err) != 0 ||
        (options->budget > 0 ? search_within_budget(search, err) : search_with_promise(search, err)) != 0 ||
        report_best(search, err) != 0)
        return EXIT_FAILED;
    return search->decided ? EXIT_DONE : EXIT_FAILED;
}

int command_select(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct search search = {.options = &options, .argv = argv, .argc = argc, .begun_s = cli_clock_s()};
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "BASE ALTERNATIVE...", doc, 2, SIZE_MAX, argc, argv, &err) == 0 &&
        (options.output == NULL || cli_check_output(options.output, &err) == 0))
        status = check_usage(&search, &err) == 0 ? search_for_best(&search, &err) : EXIT_WRONG;
    cli_complain(&err, status);
    search_free(&search);
    cli_options_free(&options);
    return status;
}
