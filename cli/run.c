#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "models/world.h"
#include "study/replicate.h"
#include "study/show.h"
#include "study/text.h"

static const struct argp_option accepted[] = {
    CLI_OPTION_OUTPUT, CLI_OPTION_REPLICATIONS, CLI_OPTION_THREADS, CLI_OPTION_SEED,
    CLI_OPTION_SET,    CLI_OPTION_PARTITIONS,   CLI_OPTION_TRACE,   {0}};

static const char doc[] =
    "Runs a scenario and writes a result file (HDF5, readable by every netCDF-4 program), with what may "
    "differ "
    "between equal runs beside it in FILE.run.json. Without -o the file is results/NAME.h5, or NAME.h5 where "
    "there is no folder 'results'."
    "\v"
    "EXAMPLE\n"
    "  counterpart run scenarios/horqin_stroke_stint.cfg -r 30 -o stint.h5";

/* results/NAME.h5 when there is such a folder, NAME.h5 otherwise. Malloc'ed. */
static char *default_output(const char *scenario, struct err *err)
{
    struct stat status;
    const char *base = text_base_name(scenario);
    const char *dot = strrchr(base, '.');
    const int stem = dot == NULL || dot == base ? (int)strlen(base) : (int)(dot - base);
    const bool has_folder = stat("results", &status) == 0 && S_ISDIR(status.st_mode);
    return mem_printf(err, "%s%.*s.h5", has_folder ? "results/" : "", stem, base);
}

static int print_headline(const char *path, const struct result *result, struct err *err)
{
    struct run_view view;
    if (run_view_of(&view, result, err) != 0)
        return -1;
    const struct show_fit fit = show_fit(&view);
    printf("%s\n%s: %zu replication%s, %zu metrics", path, view.title, view.replications,
           view.replications == 1 ? "" : "s", view.metrics);
    if (fit.fitted > 0)
        printf(", %zu of %zu fitted targets met", fit.met, fit.fitted);
    printf("\n");
    return 0;
}

/* The run itself, its file and its headline; takes over the world. */
static int run_and_write(const struct scenario *scenario, struct world *world, const char *path,
                         const struct cli_options *options, int argc, char **argv, struct err *err)
{
    struct progress_line line;
    progress_begin(&line, text_base_name(scenario->path), (double)scenario->run.replications);
    const struct replicate_options how = {
        .threads = options->threads, .progress = progress_show, .data = &line, .trace_path = options->trace};
    struct cli_run_facts facts = {.argv = argv, .argc = argc, .threads = options->threads};
    struct run_file *file = replicate_run(scenario, world, &how, &facts.events, err);
    progress_end(&line);
    facts.wall_s = cli_clock_s() - line.begun_s;
    const struct result *result = file == NULL ? NULL : run_file_result(file, err);
    int answer = -1;
    if (result != NULL && cli_write_result(path, result, &facts, err) == 0)
        answer = print_headline(path, result, err);
    run_file_free(file);
    return answer;
}

int command_run(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct scenario scenario = {0};
    struct world *world = NULL;
    char *path = NULL;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "SCENARIO", doc, 1, 1, argc, argv, &err) != 0)
        goto out;
    status = cli_load(&scenario, &world, options.paths[0], &options);
    if (status != 0)
        goto out;
    status = EXIT_FAILED;
    path = options.output != NULL ? mem_text(options.output, &err) : default_output(options.paths[0], &err);
    if (path == NULL || cli_check_output(path, &err) != 0 ||
        (options.trace != NULL && cli_check_output(options.trace, &err) != 0))
        goto out;
    if (options.trace != NULL && strcmp(options.trace, path) == 0) {
        err_fail(&err, "%s: is the result file already; name another file with --trace", path);
        goto out;
    }
    struct world *taken = world;
    world = NULL;
    if (run_and_write(&scenario, taken, path, &options, argc, argv, &err) == 0)
        status = EXIT_DONE;
out:
    cli_complain(&err, status);
    world_free(world);
    free(path);
    scenario_free(&scenario);
    cli_options_free(&options);
    return status;
}
