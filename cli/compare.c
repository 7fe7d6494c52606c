#include "study/compare.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/compared.h"
#include "cli/until.h"
#include "cli/worlds.h"
#include "study/people.h"
#include "study/worth.h"

static const struct argp_option accepted[] = {
    CLI_OPTION_OUTPUT,      CLI_OPTION_REPLICATIONS, CLI_OPTION_UNTIL, CLI_OPTION_LIMIT,
    CLI_OPTION_THREADS,     CLI_OPTION_SAMPLE,       CLI_OPTION_SEED,  CLI_OPTION_SET,
    CLI_OPTION_JSON,        CLI_OPTION_CSV,          CLI_OPTION_ALL,   CLI_OPTION_PATIENTS,
    CLI_OPTION_PERSPECTIVE, CLI_OPTION_THRESHOLD,    CLI_OPTION_WORTH, {0}};

static const char doc[] =
    "Runs scenarios with the same patients and the same luck, and prints what each alternative changes "
    "against "
    "the base: mean, paired difference with 95% interval, relative change. Result files of earlier runs "
    "(*.h5, "
    "*.nc) may stand for scenarios. With -o the values of all replications are written."
    "\v"
    "EXAMPLE\n"
    "  counterpart compare scenarios/horqin_no_stint.cfg scenarios/horqin_stroke_stint.cfg -r 30";

/* Assumed: about China's gross domestic product a head in 2024, as the help and docs/comparing.md say. */
#define THRESHOLD_CNY 95000.0

static int print_comparison(const struct compared *compared, const struct cli_options *options,
                            struct err *err)
{
    char *text = compared_text(compared, options, err);
    if (text == NULL)
        return -1;
    fputs(text, stdout);
    free(text);
    return 0;
}

static int write_comparison(struct comparison *comparison, const struct compared *more,
                            const struct cli_options *options, const struct cli_run_facts *facts,
                            struct err *err)
{
    const struct result *table = compare_result(comparison, err);
    if (table == NULL)
        return -1;
    struct result result = *table;
    if (more->people != NULL && people_put(more->people, &result, &comparison->arena, err) != 0)
        return -1;
    if (more->worth != NULL && worth_put(more->worth, &result, &comparison->arena, err) != 0)
        return -1;
    return cli_write_result(options->output, &result, facts, err);
}

static int find_worth(struct worth *worth, const struct comparison *comparison, const struct worlds *worlds,
                      struct err *err)
{
    const struct cli_options *options = worlds->options;
    return worth_init(worth, comparison, worlds->views, (enum worth_perspective)options->perspective,
                      options->threshold > 0 ? options->threshold : THRESHOLD_CNY, err);
}

static int gather_and_print(struct worlds *worlds, const struct cli_options *options,
                            const struct cli_run_facts *facts, struct err *err)
{
    struct comparison comparison;
    struct worth worth = {.worlds = 0};
    const struct compared more = {.comparison = &comparison,
                                  .people = options->patients ? &worlds->kept.people : NULL,
                                  .worth = options->worth ? &worth : NULL};
    int answer = compare_runs(&comparison, worlds->views, options->paths, worlds->count, err);
    if (answer == 0 && options->worth)
        answer = find_worth(&worth, &comparison, worlds, err);
    if (answer == 0 && options->patients)
        answer = kept_join(&worlds->kept, worlds, comparison.labels, err);
    if (answer == 0 && options->output != NULL)
        answer = write_comparison(&comparison, &more, options, facts, err);
    if (answer == 0)
        answer = print_comparison(&more, options, err);
    worth_free(&worth);
    compare_free(&comparison);
    return answer;
}

/* For --until. */
static int run_up_to(void *data, uint32_t to, const struct run_view **views, struct err *err)
{
    struct worlds *worlds = data;
    *views = worlds->views;
    return worlds_run(worlds, NULL, to, err);
}

/* 0 or the exit code. */
static int add_replications(struct worlds *worlds, bool *reached, struct err *err)
{
    const struct until_job job = {.options = worlds->options,
                                  .run = run_up_to,
                                  .data = worlds,
                                  .worlds = worlds->count,
                                  .first = (uint32_t)worlds->views[0].replications};
    uint32_t replications = 0;
    if (worlds->runs < worlds->count) {
        err_fail(err, "--until adds replications, which result files cannot have; name scenarios only");
        return EXIT_WRONG;
    }
    const int status = until_run(&job, &replications, reached, err);
    if (status != 0)
        return status;
    return worlds_settle(worlds, replications, err) == 0 ? 0 : EXIT_FAILED;
}

/* 0 or the exit code. */
static int run_all(struct worlds *worlds, bool *reached, struct err *err)
{
    *reached = true;
    if (worlds->options->until_count > 0)
        return add_replications(worlds, reached, err);
    return worlds_run(worlds, NULL, worlds->room, err) == 0 ? 0 : EXIT_FAILED;
}

int command_compare(int argc, char **argv)
{
    const double begun_s = cli_clock_s();
    struct err err = ERR_INIT;
    struct cli_options options;
    struct worlds worlds = {0};
    bool reached = false;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "BASE ALTERNATIVE...", doc, 2, SIZE_MAX, argc, argv, &err) != 0)
        goto out;
    if (options.output != NULL && cli_check_output(options.output, &err) != 0)
        goto out;
    status = worlds_load(&worlds, &options, options.until_count > 0 ? until_limit(&options) : 0, &err);
    worlds.metrics_only = true;
    if (status == 0)
        status = run_all(&worlds, &reached, &err);
    if (status != 0)
        goto out;
    const struct cli_run_facts facts = {.argv = argv,
                                        .argc = argc,
                                        .threads = options.threads,
                                        .wall_s = cli_clock_s() - begun_s,
                                        .events = worlds.events};
    if (gather_and_print(&worlds, &options, &facts, &err) != 0 || !reached)
        status = EXIT_FAILED;
out:
    cli_complain(&err, status);
    worlds_free(&worlds);
    cli_options_free(&options);
    return status;
}
