#include "study/sensitivity_report.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/progress.h"
#include "study/sensitivity_analysis.h"
#include "study/text.h"

static const struct argp_option accepted[] = {CLI_OPTION_OUTPUT,
                                              CLI_OPTION_REPLICATIONS,
                                              CLI_OPTION_THREADS,
                                              CLI_OPTION_SEED,
                                              CLI_OPTION_SET,
                                              CLI_OPTION_KIND,
                                              CLI_OPTION_POINTS,
                                              CLI_OPTION_JSON,
                                              CLI_OPTION_CSV,
                                              CLI_OPTION_ALL,
                                              {0}};

static const char doc[] =
    "Runs the scenarios of a design with keys varied, all on the same luck, and says how much depends on "
    "which "
    "key: one at a time (a tornado), what is believed about the keys against mere luck (latin_hypercube, "
    "sobol_sequence), or the shares of the variance (sobol_indices). With several scenarios it is about the "
    "paired differences from the first one. With -o the values of all points and replications are written."
    "\v"
    "EXAMPLE\n"
    "  counterpart sensitivity scenarios/designs/small.cfg --kind one_at_a_time";

/* What can be found wrong before hours of work has exit code 2. */
struct study {
    struct design_spec spec;
    struct design design;
    struct trials trials;
    struct experiment experiment;
};

static void study_free(struct study *study)
{
    experiment_free(&study->experiment);
    trials_free(&study->trials);
    design_free(&study->design);
    design_spec_free(&study->spec);
}

static int prepare(struct study *study, const struct cli_options *options, struct err *err)
{
    struct design_override overrides[2];
    const size_t count = cli_design_overrides(options, overrides);
    if (design_spec_load(&study->spec, options->paths[0], overrides, count, err) != 0 ||
        design_init(&study->design, &study->spec, err) != 0 ||
        sensitivity_analysis_check(&study->design, err) != 0)
        return -1;
    return trials_init(&study->trials, &study->design, options->sets, options->set_count, err);
}

static int run(struct study *study, const struct cli_options *options, struct cli_run_facts *facts,
               struct err *err)
{
    struct progress_line line;
    progress_begin(&line, text_base_name(options->paths[0]),
                   (double)study->design.points * (double)study->trials.replications);
    const struct experiment_options how = {.threads = options->threads,
                                           .detail = options->all ? DETAIL_ALL : DETAIL_HEADLINES,
                                           .progress = progress_show,
                                           .data = &line};
    const int status = experiment_run(&study->experiment, &study->trials, &how, err);
    progress_end(&line);
    facts->events = study->experiment.events;
    facts->wall_s = cli_clock_s() - line.begun_s;
    return status;
}

static int report(struct study *study, const struct cli_options *options, const struct cli_run_facts *facts,
                  struct err *err)
{
    if (options->output != NULL) {
        const struct result *result = experiment_result(&study->experiment, err);
        if (result == NULL || cli_write_result(options->output, result, facts, err) != 0)
            return -1;
    }
    char *text = options->json  ? sensitivity_report_json(&study->experiment, err)
                 : options->csv ? sensitivity_report_csv(&study->experiment, err)
                                : sensitivity_report_text(&study->experiment, err);
    if (text == NULL)
        return -1;
    fputs(text, stdout);
    free(text);
    return 0;
}

int command_sensitivity(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct study study = {.spec = {.title = NULL}};
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "DESIGN", doc, 1, 1, argc, argv, &err) != 0)
        goto out;
    if (options.output != NULL && cli_check_output(options.output, &err) != 0)
        goto out;
    status = EXIT_WRONG;
    if (prepare(&study, &options, &err) != 0)
        goto out;
    struct cli_run_facts facts = {.argv = argv, .argc = argc, .threads = options.threads};
    if (run(&study, &options, &facts, &err) != 0)
        status = study.experiment.wrong ? EXIT_WRONG : EXIT_FAILED;
    else
        status = report(&study, &options, &facts, &err) == 0 ? EXIT_DONE : EXIT_FAILED;
out:
    if (status == EXIT_WRONG)
        cli_list_problems(&err);
    else
        cli_complain(&err, status);
    study_free(&study);
    cli_options_free(&options);
    return status;
}
