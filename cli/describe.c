#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "models/world.h"
#include "study/describe.h"

enum { WIDTH = 100 }; /* of the lines where standard output is no terminal */

static const struct argp_option accepted[] = {
    {"markdown", OPTION_MARKDOWN, NULL, 0, "Print Markdown", 0}, CLI_OPTION_JSON, CLI_OPTION_SET, {0}};

static const char doc[] = "Describes a scenario by the items of the STRESS-DES checklist for reports of "
                          "simulation studies (Monks et al. "
                          "2019): purpose, outputs, logic, data, assumptions, experimentation, "
                          "implementation. What is known from the "
                          "scenario, the model and the version is filled in; where the scenario says "
                          "nothing, the key that would say it is "
                          "named. Nothing is run."
                          "\v"
                          "EXAMPLE\n"
                          "  counterpart describe scenarios/horqin_stroke_stint.cfg --markdown > stress.md";

static enum describe_form form_of(const struct cli_options *options)
{
    if (options->json)
        return DESCRIBE_JSON;
    return options->markdown ? DESCRIBE_MARKDOWN : DESCRIBE_TEXT;
}

int command_describe(int argc, char **argv)
{
    struct err err = ERR_INIT;
    struct cli_options options;
    struct scenario scenario = {0};
    struct world *world = NULL;
    int status = EXIT_FAILED;
    if (cli_parse(&options, accepted, "SCENARIO", doc, 1, 1, argc, argv, &err) == 0)
        status = cli_load(&scenario, &world, options.paths[0], &options);
    if (world != NULL) {
        char *text = describe_scenario(&scenario, world, COUNTERPART_VERSION, form_of(&options),
                                       cli_width() == 0 ? WIDTH : cli_width(), &err);
        status = text == NULL ? EXIT_FAILED : EXIT_DONE;
        if (text != NULL)
            fputs(text, stdout);
        free(text);
    }
    cli_complain(&err, status);
    world_free(world);
    scenario_free(&scenario);
    cli_options_free(&options);
    return status;
}
