#include <stdio.h>

#include "cli/cli.h"
#include "models/keys.h"

static const struct argp_option accepted[] = {
    {"markdown", OPTION_MARKDOWN, NULL, 0, "Print the whole reference as Markdown", 0}, {0}};

static const char doc[] = "Explains the scenario language: every key with its type, unit, default, range and "
                          "meaning. With PATH only "
                          "the keys at and below it."
                          "\v"
                          "EXAMPLE\n"
                          "  counterpart keys conditions.arrivals";

int command_keys(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "[PATH]", doc, 0, 1, argc, argv, &err) != 0)
        goto out;
    const char *path = options.path_count > 0 ? options.paths[0] : NULL;
    if (options.markdown)
        status = keys_markdown(stdout, &err) == 0 ? EXIT_DONE : EXIT_FAILED;
    else
        status = keys_print(stdout, path, &err) == 0 ? EXIT_DONE : EXIT_WRONG;
out:
    cli_complain(&err, status);
    cli_options_free(&options);
    return status;
}
