#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "models/world.h"
#include "study/explain.h"
#include "study/replicate.h"
#include "study/show.h"
#include "study/text.h"

static const struct argp_option accepted[] = {
    {"targets", OPTION_TARGETS, NULL, 0, "Run it, and print reported facts beside what was simulated", 0},
    CLI_OPTION_REPLICATIONS,
    CLI_OPTION_THREADS,
    CLI_OPTION_SAMPLE,
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    CLI_OPTION_PARTITIONS,
    {0}};

static const char doc[] = "Reads a scenario, checks it and explains it. Nothing is run, unless --targets "
                          "asks for the comparison with "
                          "reported facts; then the exit code is 1 when a fact that the model was fitted to "
                          "is missed, whatever the "
                          "predictions."
                          "\v"
                          "EXAMPLE\n"
                          "  counterpart check scenarios/horqin_stroke_stint.cfg --targets -r 30";

static int print_explanation(const struct scenario *scenario, const struct world *world, struct err *err)
{
    char *text = explain_scenario(scenario, world, err);
    if (text == NULL)
        return EXIT_FAILED;
    fputs(text, stdout);
    free(text);
    return EXIT_DONE;
}

/* Prints the target table and judges the fitted rows. */
static int print_targets(const struct result *result, struct err *err)
{
    struct run_view view;
    if (run_view_of(&view, result, err) != 0)
        return EXIT_FAILED;
    char *text = show_targets(&view, err);
    if (text == NULL)
        return EXIT_FAILED;
    const struct show_fit fit = show_fit(&view);
    if (view.targets == 0)
        printf("\nThe scenario has no targets.\n");
    else
        printf("\n%s", text);
    if (fit.fitted > 0)
        printf("\n%zu of %zu fitted targets met\n", fit.met, fit.fitted);
    free(text);
    return fit.met == fit.fitted ? EXIT_DONE : EXIT_FAILED;
}

/* Takes over the world. */
static int run_targets(const struct scenario *scenario, struct world *world,
                       const struct cli_options *options, struct err *err)
{
    struct progress_line line;
    progress_begin(&line, text_base_name(scenario->path), (double)scenario->run.replications);
    const struct replicate_options how = {
        .threads = options->threads, .progress = progress_show, .data = &line};
    struct run_file *file = replicate_run(scenario, world, &how, NULL, err);
    progress_end(&line);
    const struct result *result = file == NULL ? NULL : run_file_result(file, err);
    const int status = result == NULL ? EXIT_FAILED : print_targets(result, err);
    run_file_free(file);
    return status;
}

int command_check(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct scenario scenario = {0};
    struct world *world = NULL;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "SCENARIO", doc, 1, 1, argc, argv, &err) != 0)
        goto out;
    status = cli_load(&scenario, &world, options.paths[0], &options);
    if (status != 0)
        goto out;
    status = print_explanation(&scenario, world, &err);
    if (status == EXIT_DONE && options.targets) {
        struct world *taken = world;
        world = NULL;
        status = run_targets(&scenario, taken, &options, &err);
    }
out:
    cli_complain(&err, status);
    world_free(world);
    scenario_free(&scenario);
    cli_options_free(&options);
    return status;
}
