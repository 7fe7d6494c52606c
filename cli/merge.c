#include <stdio.h>

#include "cli/cli.h"
#include "study/sweep_folder.h"

static const struct argp_option accepted[] = {
    CLI_OPTION_OUTPUT,
    {"gaps", OPTION_GAPS, NULL, 0, "Merge what there is, though shards are missing or damaged", 0},
    {0}};

static const char doc[] =
    "Makes one result file of the shards of a sweep, with the dimensions scenario, point, replication and metric, "
    "and "
    "the values of the factors. Every checksum is verified; a shard that is missing or damaged is refused, or "
    "with "
    "--gaps left as missing values."
    "\v"
    "EXAMPLE\n"
    "  counterpart merge small.sweep -o small.h5";

static int merge(const struct cli_options *options, struct err *err)
{
    struct sweep_folder folder;
    struct sweep_merged merged = {.result = {.dimension_count = 0}};
    size_t missing = 0;
    int status = sweep_folder_open(&folder, options->paths[0], err);
    if (status == 0)
        status = cli_check_output(options->output, err);
    if (status == 0)
        status = sweep_merge(&merged, &folder, options->gaps, &missing, err);
    if (status == 0)
        status = result_write(options->output, &merged.result, err);
    if (status == 0)
        printf("%s: %zu points, %zu replications, from %zu of %zu shards\n", options->output, folder.points,
               folder.replications, folder.shards - missing, folder.shards);
    sweep_merged_free(&merged);
    sweep_folder_free(&folder);
    return status;
}

int command_merge(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "FOLDER", doc, 1, 1, argc, argv, &err) == 0) {
        if (options.output == NULL) {
            err_fail(&err, "a merge needs a file to write; add -o FILE");
            status = EXIT_WRONG;
        } else {
            status = merge(&options, &err) == 0 ? EXIT_DONE : EXIT_FAILED;
        }
    }
    cli_complain(&err, status);
    cli_options_free(&options);
    return status;
}
