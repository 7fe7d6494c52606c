#include "study/warmup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "models/world.h"
#include "study/replicate.h"
#include "study/text.h"

static const struct argp_option accepted[] = {CLI_OPTION_METRIC,  CLI_OPTION_STEP, CLI_OPTION_REPLICATIONS,
                                              CLI_OPTION_THREADS, CLI_OPTION_SEED, CLI_OPTION_SET,
                                              CLI_OPTION_JSON,    CLI_OPTION_CSV,  {0}};

static const char doc[] =
    "Finds how long a scenario needs until its start is forgotten: runs it without its policies, warm-up "
    "included, and "
    "looks at quantities week by week (--step: the cycle of what is looked at should be a step or several), "
    "each as a "
    "mean over the replications. The end of the warm-up is where MSER-5 puts it. Of what comes after, means "
    "of batches, "
    "autocorrelation and what it is worth are told, as for one long run. --metric names another field or "
    "quantity; --csv "
    "has the series and the curve of the statistic. Ends with exit code 1 when the run is too short to tell."
    "\v"
    "EXAMPLE\n"
    "  counterpart warmup scenarios/horqin_no_stint.cfg\n"
    "  counterpart warmup scenarios/horqin_no_stint.cfg --metric treated -r 1 --set scenario.length=\"20 y\"";

static const char *const usual[] = {"treated", "untreated", "waiting_at_home", "deaths"};

/* The options of the command line and some of its own. */
struct changes {
    const char **sets; /* owned; the texts of the first `given` are the options', the rest is owned */
    size_t count, given;
};

static void changes_free(struct changes *changes)
{
    for (size_t i = changes->given; i < changes->count; i++)
        free((char *)(uintptr_t)changes->sets[i]);
    free(changes->sets);
    *changes = (struct changes){.count = 0};
}

/* Without policies, and in steps as asked for. */
static int changes_init(struct changes *changes, const struct scenario *scenario,
                        const struct cli_options *options, struct err *err)
{
    const size_t policies = scenario->policies.count;
    *changes = (struct changes){.count = options->set_count, .given = options->set_count};
    changes->sets = mem_zeroed(options->set_count + policies + 1, sizeof *changes->sets, err);
    if (changes->sets == NULL)
        return -1;
    for (size_t i = 0; i < options->set_count; i++)
        changes->sets[i] = options->sets[i];
    for (size_t i = 0; i <= policies; i++) {
        const struct policy_head *policy =
            i < policies ? &SCENARIO_ITEM(scenario->policies, struct policy_head, i)[0] : NULL;
        char *set = policy != NULL ? mem_printf(err, "policies.%s.active=false", policy->name)
                                   : mem_printf(err, "scenario.step=\"%s\"", options->step);
        if (set == NULL)
            return -1;
        changes->sets[changes->count++] = set;
    }
    return 0;
}

static int run_all(struct warmup *warmup, const struct scenario *scenario, struct world *world,
                   const struct cli_options *options, struct err *err)
{
    struct progress_line line;
    const uint32_t replications = (uint32_t)scenario->run.replications;
    struct run_file *file = run_file_new(scenario, replications, err);
    if (file == NULL) {
        world_free(world);
        return -1;
    }
    run_file_keep_metrics_only(file);
    progress_begin(&line, text_base_name(scenario->path), (double)replications);
    const struct replicate_options how = {.threads = options->threads,
                                          .progress = progress_show,
                                          .data = &line,
                                          .take = warmup_take,
                                          .take_data = warmup};
    const int answer = replicate_more(file, scenario, world, 0, replications, &how, NULL, err);
    progress_end(&line);
    run_file_free(file);
    return answer;
}

static int print_warmup(const struct warmup *warmup, const struct cli_options *options, struct err *err)
{
    char *text = NULL;
    if (options->json)
        text = warmup_json(warmup, err);
    else
        text = options->csv ? warmup_csv(warmup, err) : warmup_text(warmup, err);
    if (text == NULL)
        return EXIT_FAILED;
    fputs(text, stdout);
    free(text);
    return warmup_proposal(warmup) < 0 ? EXIT_FAILED : EXIT_DONE;
}

/* Reported facts go by their own dates, which need not be bounds of these steps. 0 or the exit code. */
static int load_without(struct scenario *scenario, struct world **world, const struct changes *changes,
                        const struct cli_options *options, struct err *err)
{
    if (scenario_load(scenario, options->paths[0], changes->sets, changes->count, err) != 0)
        return EXIT_WRONG;
    scenario->targets.count = 0;
    *world = world_new(scenario, 0, err);
    return *world == NULL ? EXIT_WRONG : 0;
}

/* Takes over the world. 0 or the exit code. */
static int warm_up(struct world *world, const struct scenario *scenario, const struct cli_options *options,
                   struct err *err)
{
    struct warmup warmup = {.count = 0};
    const size_t count = options->metric == NULL ? sizeof usual / sizeof usual[0] : 1;
    const char *const *names = options->metric == NULL ? usual : &options->metric;
    int status = EXIT_WRONG;
    if (warmup_init(&warmup, world, names, count, (size_t)scenario->run.replications, err) == 0) {
        warmup.step = options->step;
        status = run_all(&warmup, scenario, world, options, err) == 0 ? EXIT_DONE : EXIT_FAILED;
    } else {
        world_free(world);
    }
    if (status == EXIT_DONE) {
        warmup_judge(&warmup);
        status = print_warmup(&warmup, options, err);
    }
    warmup_free(&warmup);
    return status;
}

int command_warmup(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct scenario scenario = {0}, without = {0};
    struct changes changes = {.count = 0};
    struct world *world = NULL;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "SCENARIO", doc, 1, 1, argc, argv, &err) != 0)
        goto out;
    status = cli_load(&scenario, &world, options.paths[0], &options);
    world_free(world);
    if (status != 0)
        goto out;
    world = NULL;
    status = changes_init(&changes, &scenario, &options, &err) == 0
                 ? load_without(&without, &world, &changes, &options, &err)
                 : EXIT_FAILED;
    if (status == 0)
        status = warm_up(world, &without, &options, &err);
out:
    cli_complain(&err, status);
    changes_free(&changes);
    scenario_free(&scenario);
    scenario_free(&without);
    cli_options_free(&options);
    return status;
}
