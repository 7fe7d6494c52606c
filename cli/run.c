#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/until.h"
#include "models/quantity.h"
#include "models/world.h"
#include "study/replicate.h"
#include "study/show.h"
#include "study/text.h"

static const struct argp_option accepted[] = {
    CLI_OPTION_OUTPUT,
    CLI_OPTION_REPLICATIONS,
    CLI_OPTION_UNTIL,
    CLI_OPTION_LIMIT,
    CLI_OPTION_THREADS,
    CLI_OPTION_SAMPLE,
    CLI_OPTION_SEED,
    CLI_OPTION_SET,
    CLI_OPTION_PARTITIONS,
    CLI_OPTION_TRACE,
    CLI_OPTION_SAVE_STATE,
    CLI_OPTION_AT,
    CLI_OPTION_FROM_STATE,
    {"resume", OPTION_RESUME, NULL, 0,
     "Take up the replications that an earlier run of the same scenario "
     "into the same FILE had finished when it was stopped or killed",
     0},
    {0}};

static const char doc[] =
    "Runs a scenario and writes a result file (HDF5, readable by every netCDF-4 program), with what may "
    "differ "
    "between equal runs beside it in FILE.run.json. Without -o the file is results/NAME.h5, or NAME.h5 where "
    "there is no folder 'results'. A state that was saved on the way can be gone on from as often as wanted, "
    "with "
    "the "
    "same result to the byte as a run from the start: in the same scenario, or in others that differ from it "
    "by "
    "policies which start later, so that what they share is simulated once. A run that takes longer than ten "
    "seconds keeps what has finished in the folder FILE.parts until it has ended (not with --until, --trace "
    "or "
    "states); with --resume it goes on from there, with the same result to the byte."
    "\v"
    "EXAMPLE\n"
    "  counterpart run scenarios/horqin_stroke_stint.cfg -r 30 -o stint.h5\n"
    "  counterpart run scenarios/horqin_no_stint.cfg --save-state s --at 2020-05-01\n"
    "  counterpart run scenarios/horqin_stroke_stint.cfg --from-state s\n"
    "  counterpart run scenarios/horqin_stroke_stint.cfg -r 1000 -o stint.h5 --resume";

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

/* States on the way, of which one is gone on from and another saved; NULL: none. */
struct states {
    struct saved_run *from, *save;
};

/* Since the start. */
static int read_time(const struct scenario *scenario, const char *at, int64_t *at_us, struct err *err)
{
    struct err why = ERR_INIT;
    struct key_span span;
    int64_t date_us = 0;
    const bool is_date = strlen(at) > 4 && at[4] == '-';
    if (is_date ? quantity_date(at, &date_us, &why) != 0 : quantity_span(at, &span, &why) != 0)
        return err_fail(err, "--at %s: %s", at, why.text[0]);
    *at_us = (is_date ? date_us : key_span_after(scenario->run.start_us, span)) - scenario->run.start_us;
    return 0;
}

static int prepare_save(struct states *states, const struct scenario *scenario, const struct world *world,
                        const struct cli_options *options, struct err *err)
{
    int64_t at_us = 0;
    struct err why = ERR_INIT;
    if (read_time(scenario, options->at, &at_us, err) != 0)
        return EXIT_WRONG;
    if (states->from != NULL && at_us < saved_run_at_us(states->from)) {
        err_fail(err, "--at %s: is before the state that the run goes on from; name a later time",
                 options->at);
        return EXIT_WRONG;
    }
    states->save = saved_run_new(world, at_us, (uint32_t)scenario->run.replications, &why);
    if (states->save != NULL)
        return cli_check_output(options->save_state, err) == 0 ? 0 : EXIT_FAILED;
    err_fail(err, "--at: %s", why.text[0]);
    return EXIT_WRONG;
}

/* 0 or the exit code. */
static int prepare_states(struct states *states, const struct scenario *scenario, const struct world *world,
                          const struct cli_options *options, struct err *err)
{
    if (options->from_state != NULL) {
        states->from = saved_run_read(options->from_state, err);
        if (states->from == NULL)
            return EXIT_FAILED;
        if (saved_run_check(states->from, world, scenario->run.replications, err) != 0)
            return EXIT_WRONG;
    }
    return options->save_state == NULL ? 0 : prepare_save(states, scenario, world, options, err);
}

/* What --until adds replications to. */
struct growing_run {
    const struct scenario *scenario;
    const struct cli_options *options;
    struct world *world; /* of replication 0, until it is run */
    struct run_file *file;
    uint32_t done;
    struct run_view view;
    uint64_t events;
};

static int run_up_to(void *data, uint32_t to, const struct run_view **views, struct err *err)
{
    struct growing_run *run = data;
    struct progress_line line;
    if (to > run->done) {
        progress_begin(&line, text_base_name(run->scenario->path), (double)(to - run->done));
        const struct replicate_options how = {
            .threads = run->options->threads, .progress = progress_show, .data = &line};
        struct world *world = run->world;
        run->world = NULL;
        const int answer =
            replicate_more(run->file, run->scenario, world, run->done, to, &how, &run->events, err);
        progress_end(&line);
        if (answer != 0)
            return -1;
        run->done = to;
    }
    run_file_cut(run->file, to);
    const struct result *result = run_file_result(run->file, err);
    *views = &run->view;
    return result == NULL ? -1 : run_view_of(&run->view, result, err);
}

/* As run_and_write(), with as many replications as --until asks for. 0 or the exit code. */
static int run_until_and_write(const struct scenario *scenario, struct world *world, const char *path,
                               const struct cli_options *options, int argc, char **argv, struct err *err)
{
    const double begun_s = cli_clock_s();
    struct growing_run run = {.scenario = scenario, .options = options, .world = world};
    const struct until_job job = {.options = options,
                                  .run = run_up_to,
                                  .data = &run,
                                  .worlds = 1,
                                  .first = (uint32_t)scenario->run.replications};
    uint32_t replications = 0;
    bool reached = false;
    int status = EXIT_FAILED;
    run.file = run_file_new(scenario, until_limit(options), err);
    if (run.file != NULL)
        status = until_run(&job, &replications, &reached, err);
    if (status == 0) {
        const struct cli_run_facts facts = {.argv = argv,
                                            .argc = argc,
                                            .threads = options->threads,
                                            .wall_s = cli_clock_s() - begun_s,
                                            .events = run.events};
        status = EXIT_FAILED;
        const struct result *result = run_file_result(run.file, err);
        if (result != NULL && until_settle(run.file, options->paths[0], options, replications, err) == 0 &&
            cli_write_result(path, result, &facts, err) == 0 && print_headline(path, result, err) == 0 &&
            reached)
            status = EXIT_DONE;
    }
    world_free(run.world);
    run_file_free(run.file);
    return status;
}

/* Whether what has finished can be kept: states and traces are of the whole run. */
static bool keeps_parts(const struct cli_options *options)
{
    return options->until_count == 0 && options->trace == NULL && options->save_state == NULL &&
           options->from_state == NULL;
}

/* A run on its way to a file. */
struct running {
    const struct scenario *scenario;
    const struct cli_options *options;
    const struct states *states;
    const char *path;
    struct run_parts *parts; /* NULL: nothing is kept on the way */
    struct progress_line line;
};

static void show_run(void *data, double share)
{
    struct running *run = data;
    run->line.kept = run->parts == NULL ? NULL : run_parts_folder(run->parts);
    progress_show(&run->line, share);
}

/* Takes over the world. NULL on failure. */
static struct run_file *run_replications(struct running *run, struct world *world,
                                         struct cli_run_facts *facts, struct err *err)
{
    progress_begin(&run->line, text_base_name(run->scenario->path), (double)run->scenario->run.replications);
    const struct replicate_options how = {.threads = run->options->threads,
                                          .progress = show_run,
                                          .data = run,
                                          .from = run->states->from,
                                          .save = run->states->save,
                                          .parts = run->parts,
                                          .trace_path = run->options->trace};
    struct run_file *file = replicate_run(run->scenario, world, &how, &facts->events, err);
    progress_end(&run->line);
    facts->wall_s = cli_clock_s() - run->line.begun_s;
    return file;
}

static int write_run(struct running *run, struct run_file *file, const struct cli_run_facts *facts,
                     struct err *err)
{
    const struct result *result =
        run->parts == NULL ? run_file_result(file, err) : run_parts_result(run->parts, file, err);
    if (result == NULL)
        return -1;
    if (run->states->save != NULL && saved_run_write(run->states->save, run->options->save_state, err) != 0)
        return -1;
    if (cli_write_result(run->path, result, facts, err) != 0)
        return -1;
    if (run->parts != NULL)
        run_parts_remove(run->parts);
    return print_headline(run->path, result, err);
}

/* The run itself, its file and its headline; takes over the world. */
static int run_and_write(struct running *run, struct world *world, int argc, char **argv, struct err *err)
{
    struct cli_run_facts facts = {.argv = argv, .argc = argc, .threads = run->options->threads};
    if (keeps_parts(run->options)) {
        run->parts = run_parts_new(run->path, run->scenario, world, RUN_PARTS_S, run->options->resume, err);
        if (run->parts == NULL) {
            world_free(world);
            return -1;
        }
        if (run->options->resume)
            fprintf(stderr, "counterpart: %" PRIu32 " of %" PRId64 " replications taken up from %s.parts\n",
                    run_parts_taken_up(run->parts), run->scenario->run.replications, run->path);
    }
    struct run_file *file = run_replications(run, world, &facts, err);
    const int answer = file == NULL ? -1 : write_run(run, file, &facts, err);
    run_file_free(file);
    run_parts_free(run->parts);
    return answer;
}

/* All that is written can be, and nothing twice. */
static int check_outputs(const char *path, const struct cli_options *options, struct err *err)
{
    if (cli_check_output(path, err) != 0 ||
        (options->trace != NULL && cli_check_output(options->trace, err) != 0))
        return -1;
    if (options->trace != NULL && strcmp(options->trace, path) == 0)
        return err_fail(err, "%s: is the result file already; name another file with --trace", path);
    if (options->save_state != NULL && strcmp(options->save_state, path) == 0)
        return err_fail(err, "%s: is the result file already; name another file with --save-state", path);
    return 0;
}

int command_run(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct scenario scenario = {0};
    struct world *world = NULL;
    struct states states = {NULL, NULL};
    char *path = NULL;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "SCENARIO", doc, 1, 1, argc, argv, &err) != 0)
        goto out;
    status = EXIT_WRONG;
    if (options.resume && !keeps_parts(&options)) {
        err_fail(&err, "--resume: a run with --until, --trace, --save-state or --from-state keeps nothing on "
                       "the way; leave one of them out");
        goto out;
    }
    status = cli_load(&scenario, &world, options.paths[0], &options);
    if (status != 0)
        goto out;
    status = EXIT_FAILED;
    path = options.output != NULL ? mem_text(options.output, &err) : default_output(options.paths[0], &err);
    if (path == NULL || check_outputs(path, &options, &err) != 0)
        goto out;
    status = prepare_states(&states, &scenario, world, &options, &err);
    if (status != 0)
        goto out;
    status = EXIT_FAILED;
    struct world *taken = world;
    world = NULL;
    if (options.until_count > 0)
        status = run_until_and_write(&scenario, taken, path, &options, argc, argv, &err);
    else if (run_and_write(
                 &(struct running){
                     .scenario = &scenario, .options = &options, .states = &states, .path = path},
                 taken, argc, argv, &err) == 0)
        status = EXIT_DONE;
out:
    cli_complain(&err, status);
    world_free(world);
    saved_run_free(states.from);
    saved_run_free(states.save);
    free(path);
    scenario_free(&scenario);
    cli_options_free(&options);
    return status;
}
