#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/compared.h"
#include "study/best.h"
#include "study/compare.h"
#include "study/kept_experiment.h"
#include "study/people.h"
#include "study/points.h"
#include "study/sensitivity_report.h"
#include "study/series.h"
#include "study/show.h"
#include "study/worth.h"

static const struct argp_option accepted[] = {
    CLI_OPTION_JSON,
    CLI_OPTION_CSV,
    CLI_OPTION_ALL,
    {"series", OPTION_SERIES, "FIELD", 0, "Show an output field over time, summed over places and the like",
     0},
    {0}};

static const char doc[] =
    "Prints a result file: every metric with its mean over the replications and 95% interval "
    "(Student's t), and reported facts beside what was simulated. A file that 'compare' "
    "wrote is printed as a comparison, with its patients and what it is worth where it has them; one of "
    "'sensitivity' or 'merge' as what its factors do, or point by point where they were varied over a grid "
    "or "
    "a list; one of 'select' as a search."
    "\v"
    "EXAMPLE\n"
    "  counterpart show results/horqin_stroke_stint.h5 --json";

static char *show_run(const struct result *result, const struct cli_options *options, struct err *err)
{
    struct run_view view;
    if (run_view_of(&view, result, err) != 0)
        return NULL;
    if (options->json)
        return show_json(&view, options->paths[0], err);
    return options->csv ? show_csv(&view, err)
                        : show_text(&view, options->all ? DETAIL_ALL : DETAIL_HEADLINES, err);
}

static char *show_series(const struct result *result, const struct cli_options *options, struct err *err)
{
    if (options->json)
        return series_json(result, options->series, err);
    return options->csv ? series_csv(result, options->series, err)
                        : series_text(result, options->series, cli_width() == 0 ? 100 : cli_width(), err);
}

static char *show_study(const struct result *result, const struct cli_options *options, struct err *err)
{
    struct kept_experiment kept;
    char *text = NULL;
    if (kept_experiment_of(&kept, result, err) == 0) {
        const struct experiment *e = &kept.experiment;
        const enum detail detail = options->all ? DETAIL_ALL : DETAIL_HEADLINES;
        if (!kept_experiment_is_analysable(&kept))
            text = options->json  ? points_json(e, err)
                   : options->csv ? points_csv(e, err)
                                  : points_text(e, detail, err);
        else
            text = options->json  ? sensitivity_report_json(e, err)
                   : options->csv ? sensitivity_report_csv(e, err)
                                  : sensitivity_report_text(e, err);
    }
    kept_experiment_free(&kept);
    return text;
}

static char *show_comparison(const struct result *result, const struct cli_options *options, struct err *err)
{
    struct comparison comparison;
    struct people people = {.worlds = 0};
    struct worth worth = {.worlds = 0};
    char *text = NULL;
    const struct compared compared = {.comparison = &comparison,
                                      .people = people_is_in(result) ? &people : NULL,
                                      .worth = worth_is_in(result) ? &worth : NULL};
    int answer = compare_of(&comparison, result, err);
    if (answer == 0 && compared.people != NULL)
        answer = people_of(&people, result, comparison.labels, err);
    if (answer == 0 && compared.worth != NULL)
        answer = worth_of(&worth, &comparison, result, err);
    if (answer == 0)
        text = compared_text(&compared, options, err);
    worth_free(&worth);
    people_free(&people);
    compare_free(&comparison);
    return text;
}

static char *show_best(const struct result *result, const struct cli_options *options, struct err *err)
{
    struct best best;
    struct arena arena = {0};
    char *text = NULL;
    if (best_of(&best, result, &arena, err) == 0) {
        if (options->json)
            text = best_json(&best, err);
        else
            text = options->csv ? best_csv(&best, err) : best_text(&best, err);
    }
    arena_free(&arena);
    return text;
}

int command_show(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct result result = {0};
    char *text = NULL;
    if (cli_parse(&options, accepted, "FILE", doc, 1, 1, argc, argv, &err) == 0 &&
        result_read(options.paths[0], &result, &err) == 0) {
        if (options.series != NULL)
            text = show_series(&result, &options, &err);
        else if (kept_experiment_is(&result))
            text = show_study(&result, &options, &err);
        else if (best_is_in(&result))
            text = show_best(&result, &options, &err);
        else if (result_find_dimension(&result, "scenario") != NULL)
            text = show_comparison(&result, &options, &err);
        else
            text = show_run(&result, &options, &err);
    }
    const bool whole = text != NULL && !err_any(&err);
    if (whole)
        fputs(text, stdout);
    const int status = cli_complain(&err, whole ? EXIT_DONE : EXIT_FAILED);
    free(text);
    result_free(&result);
    cli_options_free(&options);
    return status;
}
