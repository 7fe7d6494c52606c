#include "study/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "study/text.h"

static const struct argp_option accepted[] = {
    {"output", 'o', "FOLDER", 0, "Put the shards into FOLDER", 0},
    {"resume", OPTION_RESUME, NULL, 0, "There must be a sweep in FOLDER already", 0},
    {"share", OPTION_SHARE, "I/N", 0,
     "Make the I-th (from 0) of N shares of the shards; by default all, or the share of this task of a Slurm job "
     "array, of srun or of mpirun",
     0},
    CLI_OPTION_REPLICATIONS,
    CLI_OPTION_THREADS,
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    CLI_OPTION_KIND,
    CLI_OPTION_POINTS,
    CLI_OPTION_ALL,
    {0}};

static const char doc[] =
    "Runs all points of a design, all replications, in all its scenarios, and writes their metrics into FOLDER, "
    "in "
    "shards that are worth about ten seconds and appear whole or not at all. What is whole already is kept, so "
    "that "
    "a sweep that was stopped, killed or cut off goes on where it was when the same command is given again. "
    "'counterpart merge' makes one file of the shards, 'counterpart status' tells how far it is."
    "\v"
    "EXAMPLE\n"
    "  counterpart sweep scenarios/designs/small.cfg -o small.sweep\n"
    "  counterpart merge small.sweep -o small.h5";

/* ---- which share ---- */

static bool whole_number(const char *text, size_t *number)
{
    char *end = NULL;
    if (text == NULL || text[0] < '0' || text[0] > '9' || strlen(text) > 9)
        return false;
    *number = (size_t)strtoul(text, &end, 10);
    return *end == '\0';
}

static bool environment(const char *name, size_t *number)
{
    return whole_number(getenv(name), number);
}

/* A job array's task among its tasks. */
static void array_share(size_t *member, size_t *members)
{
    size_t id = 0, least = 0, step = 1, count = 0;
    if (!environment("SLURM_ARRAY_TASK_ID", &id) || !environment("SLURM_ARRAY_TASK_COUNT", &count) || count == 0)
        return;
    (void)environment("SLURM_ARRAY_TASK_MIN", &least);
    if (!environment("SLURM_ARRAY_TASK_STEP", &step) || step == 0)
        step = 1;
    if (id < least || (id - least) / step >= count)
        return; /* a list of tasks with holes: all of them may make all shards */
    *member = (id - least) / step;
    *members = count;
}

/* A process among those that srun or mpirun has started together. */
static void process_share(size_t *member, size_t *members)
{
    static const char *const names[][2] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                           {"PMI_RANK", "PMI_SIZE"},
                                           {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t rank = 0, size = 0;
        if (!environment(names[i][0], &rank) || !environment(names[i][1], &size) || rank >= size)
            continue;
        *member = *member * size + rank;
        *members *= size;
        return;
    }
}

static int share_of(const struct cli_options *options, size_t *member, size_t *members, struct err *err)
{
    *member = 0;
    *members = 1;
    if (options->share == NULL) {
        array_share(member, members);
        process_share(member, members);
        return 0;
    }
    char first[24];
    const char *slash = strchr(options->share, '/');
    const size_t length = slash == NULL ? 0 : (size_t)(slash - options->share);
    snprintf(first, sizeof first, "%.*s", (int)(length < 20 ? length : 20), options->share);
    if (slash != NULL && whole_number(first, member) && whole_number(slash + 1, members) && *member < *members)
        return 0;
    return err_fail(err, "--share %.40s: is no share; write one such as 0/4, 1/4, 2/4, 3/4", options->share);
}

/* ---- the work ---- */

static bool go_on(void *data, const struct sweep_progress *progress)
{
    return progress_tasks(data, progress->tasks_done, progress->tasks) == 0;
}

static int report(const struct sweep *sweep, const struct sweep_progress *progress, int signal_number)
{
    const size_t whole = progress->shards_kept + progress->shards_made;
    if (whole == progress->shards) {
        printf("%s: %zu shards whole, %zu of them made now\n", sweep->folder, whole, progress->shards_made);
        return EXIT_DONE;
    }
    fprintf(stderr,
            "counterpart: stopped by %s; %zu of %zu shards in %s are whole. The same command goes on from there.\n",
            strsignal(signal_number), whole, progress->shards, sweep->folder);
    return EXIT_FAILED;
}

static int run(struct sweep *sweep, const struct cli_options *options, struct err *err)
{
    struct progress_line line;
    struct sweep_progress progress;
    progress_begin(&line, text_base_name(options->paths[0]), 0);
    const struct sweep_options how = {.threads = options->threads, .go_on = go_on, .data = &line};
    const int status = sweep_run(sweep, &how, &progress, err);
    const int signal_number = progress_end_gently(&line);
    return status != 0 ? EXIT_FAILED : report(sweep, &progress, signal_number);
}

int command_sweep(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct design_spec spec = {.title = NULL};
    struct design design = {.points = 0};
    struct trials trials = {.scenario_count = 0};
    struct sweep sweep = {.trials = NULL};
    struct design_override overrides[2];
    size_t member = 0, members = 1;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "DESIGN", doc, 1, 1, argc, argv, &err) != 0)
        goto out;
    status = EXIT_WRONG;
    if (options.output == NULL) {
        err_fail(&err, "a sweep needs a folder for its shards; add -o FOLDER");
        goto out;
    }
    const size_t count = cli_design_overrides(&options, overrides);
    if (share_of(&options, &member, &members, &err) != 0 ||
        design_spec_load(&spec, options.paths[0], overrides, count, &err) != 0 ||
        design_init(&design, &spec, &err) != 0 ||
        trials_init(&trials, &design, options.sets, options.set_count, &err) != 0)
        goto out;
    status = EXIT_FAILED;
    if (sweep_init(&sweep, &trials, options.output, options.all ? DETAIL_ALL : DETAIL_HEADLINES, member, members,
                   &err) == 0 &&
        sweep_open(&sweep, options.resume, &err) == 0)
        status = run(&sweep, &options, &err);
out:
    if (status == EXIT_WRONG)
        cli_list_problems(&err);
    else
        cli_complain(&err, status);
    sweep_free(&sweep);
    trials_free(&trials);
    design_free(&design);
    design_spec_free(&spec);
    cli_options_free(&options);
    return status;
}
