#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "models/keys.h"
#include "models/results_doc.h"

static const struct argp_option accepted[] = {
    {"markdown", OPTION_MARKDOWN, NULL, 0, "Print the whole reference as Markdown", 0},
    {"results", OPTION_RESULTS, NULL, 0, "Explain what a result file holds instead", 0},
    {0}};

static const char doc[] =
    "Explains the scenario language: every key with its type, unit, default, range and meaning. With PATH "
    "only "
    "the keys at and below it; `design` is the language of designs. With --results explains output fields "
    "and quantities instead."
    "\v"
    "EXAMPLE\n"
    "  counterpart keys conditions.arrivals";

static int print(const struct cli_options *options, struct err *err)
{
    if (options->results)
        return options->markdown ? results_doc_markdown(stdout, err) : results_doc_print(stdout, err);
    if (options->markdown && options->path_count > 0 && strcmp(options->paths[0], KEYS_OF_DESIGNS) == 0)
        return keys_markdown_designs(stdout, err);
    if (options->markdown)
        return keys_markdown(stdout, err);
    return keys_print(stdout, options->path_count > 0 ? options->paths[0] : NULL, err);
}

int command_keys(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "[PATH]", doc, 0, 1, argc, argv, &err) != 0)
        goto out;
    status = EXIT_DONE;
    if (print(&options, &err) != 0)
        status = options.path_count > 0 && !options.markdown ? EXIT_WRONG : EXIT_FAILED;
out:
    cli_complain(&err, status);
    cli_options_free(&options);
    return status;
}
