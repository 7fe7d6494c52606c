#include <argp.h>
#include <errno.h>
#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

const char *argp_program_version = "counterpart " COUNTERPART_VERSION;

struct command {
    const char *name, *full_name;
    int (*run)(int argc, char **argv);
};

static const struct command commands[] = {
    /* clang-format off: a command a line */
    {"check", "counterpart check", command_check},
    {"run", "counterpart run", command_run},
    {"compare", "counterpart compare", command_compare},
    {"select", "counterpart select", command_select},
    {"warmup", "counterpart warmup", command_warmup},
    {"sensitivity", "counterpart sensitivity", command_sensitivity},
    {"sweep", "counterpart sweep", command_sweep},
    {"status", "counterpart status", command_status},
    {"merge", "counterpart merge", command_merge},
    {"show", "counterpart show", command_show},
    {"describe", "counterpart describe", command_describe},
    {"keys", "counterpart keys", command_keys},
    /* clang-format on */
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const char doc[] =
    "Simulates who gets which care, where, how soon and with what outcome, and what a policy changes.\n"
    "\n"
    "Commands:\n"
    "  check SCENARIO               Check a scenario and explain it; nothing is run\n"
    "  run SCENARIO                 Run a scenario and write a result file\n"
    "  compare BASE ALTERNATIVE...  Differences between scenarios, with intervals\n"
    "  select BASE ALTERNATIVE...   Find the best of several scenarios\n"
    "  warmup SCENARIO              Find how long the start of a run matters\n"
    "  sensitivity DESIGN           How much depends on which key\n"
    "  sweep DESIGN                 Run a design into a folder, in shards that survive being killed\n"
    "  status FOLDER                How far a sweep is\n"
    "  merge FOLDER                 Make one result file of a sweep\n"
    "  show FILE                    Print a result file as tables, JSON or CSV\n"
    "  describe SCENARIO            Describe a scenario by the STRESS-DES checklist\n"
    "  keys [PATH]                  Explain the keys of the scenario language\n"
    "\v"
    "'counterpart COMMAND --help' explains a command and gives an example.\n"
    "\n"
    "Exit codes: 0 done; 1 a run or a file failed, or a fitted target was missed; 2 wrong usage or a "
    "scenario with problems.";

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static void refuse_command(const char *name, struct argp_state *state)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const char *meant = scenario_nearest(name, names, COMMANDS);
    if (meant != NULL)
        argp_error(state, "there is no command '%s'; did you mean '%s'?", name, meant);
    else
        argp_error(state, "there is no command '%s'", name);
}

/* Stops at the command's name: what follows is the command's. */
static error_t take(int key, char *arg, struct argp_state *state)
{
    int *at = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (find_command(arg) == NULL)
            refuse_command(arg, state);
        *at = state->next - 1;
        state->next = state->argc;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a command is missing");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* A result that did not get out is a failure, even when the disk was full at the last byte. */
static void close_output(void)
{
    if (ferror(stdout) == 0 && fflush(stdout) == 0)
        return;
    fprintf(stderr, "counterpart: standard output cannot be written: %s\n", strerror(errno));
    _exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_WRONG;
    gsl_set_error_handler_off();
    if (atexit(close_output) != 0)
        return EXIT_FAILED;
    const struct argp argp = {.parser = take, .args_doc = "COMMAND [ARGUMENT...]", .doc = doc};
    int at = 0;
    const error_t status = argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &at);
    if (status != 0 || at < 1) {
        fprintf(stderr, "counterpart: the command line could not be read: %s\n", strerror(status));
        return EXIT_FAILED;
    }
    const struct command *command = find_command(argv[at]);
    char full_name[32];
    snprintf(full_name, sizeof full_name, "%s", command->full_name);
    argv[at] = full_name;
    return command->run(argc - at, argv + at);
}
