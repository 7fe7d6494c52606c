#include "study/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "study/sweep_ranks.h"
#include "study/text.h"

static const struct argp_option accepted[] = {
    {"output", 'o', "FOLDER", 0, "Put the shards into FOLDER", 0},
    {"resume", OPTION_RESUME, NULL, 0, "There must be a sweep in FOLDER already", 0},
    {"share", OPTION_SHARE, "I/N", 0,
     "Make the I-th (from 0) of N shares of the shards; by default all, or the share of this task of a Slurm "
     "job "
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
    "Runs all points of a design, all replications, in all its scenarios, and writes their metrics into "
    "FOLDER, "
    "in "
    "shards that are worth about ten seconds and appear whole or not at all. What is whole already is kept, "
    "so "
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
    if (!environment("SLURM_ARRAY_TASK_ID", &id) || !environment("SLURM_ARRAY_TASK_COUNT", &count) ||
        count == 0)
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

/* Ranks that deal the shards out among themselves have one share together. */
static int share_of(const struct cli_options *options, const struct sweep_ranks *ranks, size_t *member,
                    size_t *members, struct err *err)
{
    *member = 0;
    *members = 1;
    if (options->share == NULL) {
        array_share(member, members);
        if (ranks->size == 1)
            process_share(member, members);
        return 0;
    }
    char first[24];
    const char *slash = strchr(options->share, '/');
    const size_t length = slash == NULL ? 0 : (size_t)(slash - options->share);
    snprintf(first, sizeof first, "%.*s", (int)(length < 20 ? length : 20), options->share);
    if (slash != NULL && whole_number(first, member) && whole_number(slash + 1, members) &&
        *member < *members)
        return 0;
    return err_fail(err, "--share %.40s: is no share; write one such as 0/4, 1/4, 2/4, 3/4", options->share);
}

/* ---- the work ---- */

static bool show_and_go_on(void *data, const struct sweep_progress *progress)
{
    return progress_tasks(data, progress->tasks_done, progress->tasks) == 0;
}

static bool go_on(void *data, const struct sweep_progress *progress)
{
    (void)data;
    (void)progress;
    return progress_stopped() == 0;
}

static int report(const struct sweep *sweep, const struct sweep_progress *progress, int signal_number)
{
    const size_t whole = progress->shards_kept + progress->shards_made;
    if (whole == progress->shards) {
        printf("%s: %zu shards whole, %zu of them made now\n", sweep->folder, whole, progress->shards_made);
        return EXIT_DONE;
    }
    fprintf(stderr,
            "counterpart: stopped by %s; %zu of %zu shards in %s are whole. The same command goes on from "
            "there.\n",
            strsignal(signal_number), whole, progress->shards, sweep->folder);
    return EXIT_FAILED;
}

/* Problems of loading are listed, others told. Of the ranks that have failed one says why. */
static int agreed(const struct sweep_ranks *ranks, int status, const struct err *err)
{
    bool mine = false;
    const int worst = sweep_ranks_agree(ranks, status, &mine);
    if (worst != EXIT_DONE && mine && worst == EXIT_WRONG)
        cli_list_problems(err);
    else if (worst != EXIT_DONE && mine)
        cli_complain(err, worst);
    return worst;
}

static int run(const struct sweep_ranks *ranks, struct sweep *sweep, const struct cli_options *options)
{
    struct err err = ERR_INIT;
    struct progress_line line;
    struct sweep_progress progress;
    bool mine = false;
    const bool shown = ranks->rank == 0;
    progress_begin(&line, text_base_name(options->paths[0]), 0);
    const struct sweep_options how = {.threads =
                                          ranks->size > 1 && !options->threads_given ? 1 : options->threads,
                                      .go_on = shown ? show_and_go_on : go_on,
                                      .data = &line};
    const int ran = sweep_ranks_run(ranks, sweep, options->resume, &how, &progress, &err);
    const int signal_number = sweep_ranks_agree(ranks, progress_end_gently(&line), &mine);
    const int status = agreed(ranks, ran == 0 ? EXIT_DONE : EXIT_FAILED, &err);
    if (status != EXIT_DONE)
        return status;
    return sweep_ranks_agree(ranks, shown ? report(sweep, &progress, signal_number) : EXIT_DONE, &mine);
}

/* What a sweep is made of. Zero-initialise. */
struct work {
    struct design_spec spec;
    struct design design;
    struct trials trials;
    struct sweep sweep;
};

static int load(struct work *work, const struct cli_options *options, const struct sweep_ranks *ranks,
                struct err *err)
{
    struct design_override overrides[2];
    size_t member = 0, members = 1;
    const size_t count = cli_design_overrides(options, overrides);
    if (options->output == NULL) {
        err_fail(err, "a sweep needs a folder for its shards; add -o FOLDER");
        return EXIT_WRONG;
    }
    if (share_of(options, ranks, &member, &members, err) != 0 ||
        design_spec_load(&work->spec, options->paths[0], overrides, count, err) != 0 ||
        design_init(&work->design, &work->spec, err) != 0 ||
        trials_init(&work->trials, &work->design, options->sets, options->set_count, err) != 0)
        return EXIT_WRONG;
    return sweep_init(&work->sweep, &work->trials, options->output,
                      options->all ? DETAIL_ALL : DETAIL_HEADLINES, member, members, err) == 0
               ? EXIT_DONE
               : EXIT_FAILED;
}

static void work_free(struct work *work)
{
    sweep_free(&work->sweep);
    trials_free(&work->trials);
    design_free(&work->design);
    design_spec_free(&work->spec);
}

int command_sweep(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct sweep_ranks ranks = {.size = 0};
    struct work work = {.sweep = {.trials = NULL}};
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "DESIGN", doc, 1, 1, argc, argv, &err) != 0 ||
        sweep_ranks_join(&ranks, &err) != 0) {
        cli_complain(&err, status);
    } else {
        status = agreed(&ranks, load(&work, &options, &ranks, &err), &err);
        if (status == EXIT_DONE)
            status = run(&ranks, &work.sweep, &options);
    }
    work_free(&work);
    sweep_ranks_leave(&ranks);
    cli_options_free(&options);
    return status;
}
