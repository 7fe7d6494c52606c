#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "models/design_spec.h"
#include "study/worth.h"

enum { MOST_THREADS = 1024, MOST_REPLICATIONS = 1000000 };

/* argp's `input`: the options, and where to report that memory has run out. */
struct parsing {
    struct cli_options *options;
    struct err *err;
};

static uint32_t whole_number(const char *arg, uint32_t most, const char *what, struct argp_state *state)
{
    uint32_t number = 0;
    for (const char *p = arg; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || number > most) {
            number = 0;
            break;
        }
        number = number * 10 + (uint32_t)(*p - '0');
    }
    if (number == 0 || number > most)
        argp_error(state, "%s must be a whole number from 1 to %" PRIu32 ", not '%s'", what, most, arg);
    return number;
}

/* Ends excluded; high: 1 or nothing. */
static double number_between(const char *arg, double low, double high, const char *what,
                             struct argp_state *state)
{
    char *end = NULL;
    const double number = strtod(arg, &end);
    if (end == arg || *end != '\0' || !(number > low && number < high))
        argp_error(state, "%s must be a number above %g%s, not '%s'", what, low,
                   high < HUGE_VAL ? " and below 1" : "", arg);
    return number;
}

static int append(const char ***list, size_t *count, size_t *capacity, const char *text, struct err *err)
{
    const char **grown = mem_grow(*list, capacity, *count + 1, sizeof *grown, err);
    if (grown == NULL)
        return -1;
    *list = grown;
    grown[(*count)++] = text;
    return 0;
}

static int partitions_of(const char *how, struct argp_state *state)
{
    static const char *const names[] = {[PARTITIONS_PROVINCE] = "province",
                                        [PARTITIONS_PREFECTURE] = "prefecture",
                                        [PARTITIONS_PLACE] = "place",
                                        [PARTITIONS_ONE] = "one"};
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++)
        if (strcmp(how, names[i]) == 0)
            return i;
    argp_error(state, "--partitions=%s is not one of province, prefecture, place and one", how);
    return 0;
}

static int perspective_of(const char *whose, struct argp_state *state)
{
    for (int i = 0; i < WORTH_PERSPECTIVES; i++)
        if (strcmp(whose, worth_perspectives[i]) == 0)
            return i;
    argp_error(state, "--perspective=%s is not one of society, payer and patients", whose);
    return 0;
}

static const char *step_of(const char *name, struct argp_state *state)
{
    static const char *const names[] = {"day", "week", "month", "year"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0)
            return names[i];
    argp_error(state, "--step=%s is not one of day, week, month and year", name);
    return names[0];
}

static error_t add_set(struct parsing *parsing, const char *set)
{
    struct cli_options *o = parsing->options;
    return append(&o->sets, &o->set_count, &o->set_capacity, set, parsing->err) == 0 ? 0 : ENOMEM;
}

static error_t add_made_set(struct parsing *parsing, const char *format, const char *value)
{
    char set[96];
    snprintf(set, sizeof set, format, value);
    const char *kept = arena_text(&parsing->options->arena, set, parsing->err);
    return kept == NULL ? ENOMEM : add_set(parsing, kept);
}

static error_t take_replications(struct parsing *parsing, const char *arg, struct argp_state *state)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%" PRIu32, whole_number(arg, MOST_REPLICATIONS, "-r", state));
    return add_made_set(parsing, "scenario.replications=%s", digits);
}

static error_t take_seed(struct parsing *parsing, const char *arg, struct argp_state *state)
{
    const size_t digits = strspn(arg, "0123456789");
    errno = 0;
    (void)strtoull(arg, NULL, 10);
    if (digits == 0 || arg[digits] != '\0' || digits > 20 || errno != 0)
        argp_error(state, "--seed must be a whole number from 0 to 18446744073709551615, not '%s'", arg);
    return add_made_set(parsing, "scenario.seed=\"%s\"", arg);
}

static error_t take_sample(struct parsing *parsing, const char *arg, struct argp_state *state)
{
    char *end = NULL;
    const double share = strtod(arg, &end);
    if (end == arg || *end != '\0' || strlen(arg) > 32 || !(share > 0 && share <= 1))
        argp_error(state, "--sample must be a share of the people above 0 and up to 1, not '%s'", arg);
    char digits[40];
    snprintf(digits, sizeof digits, "%.17g", share);
    return add_made_set(parsing, "places.sample=%s", digits);
}

static error_t take_set(struct parsing *parsing, const char *arg, struct argp_state *state)
{
    if (strchr(arg, '=') == NULL || arg[0] == '=')
        argp_error(state, "--set needs PATH=VALUE, not '%s'", arg);
    return add_set(parsing, arg);
}

/* What an option switches on; NULL for others. */
static bool *switch_of(struct cli_options *options, int key)
{
    const struct {
        int key;
        bool *on;
    } switches[] = {{OPTION_ALL, &options->all},           {OPTION_CSV, &options->csv},
                    {OPTION_GAPS, &options->gaps},         {OPTION_JSON, &options->json},
                    {OPTION_LARGEST, &options->largest},   {OPTION_MARKDOWN, &options->markdown},
                    {OPTION_PATIENTS, &options->patients}, {OPTION_RESULTS, &options->results},
                    {OPTION_RESUME, &options->resume},     {OPTION_TARGETS, &options->targets},
                    {OPTION_WORTH, &options->worth}};
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++)
        if (switches[i].key == key)
            return switches[i].on;
    return NULL;
}

/* Keeps the text of an option that is read later; false for others. */
static bool keep_text(struct cli_options *options, int key, const char *arg, struct argp_state *state)
{
    const struct {
        int key;
        const char **text;
        const char *file; /* the option names one; NULL: it does not */
    } texts[] = {{'o', &options->output, "-o"},
                 {OPTION_TRACE, &options->trace, "--trace"},
                 {OPTION_SAVE_STATE, &options->save_state, "--save-state"},
                 {OPTION_FROM_STATE, &options->from_state, "--from-state"},
                 {OPTION_SERIES, &options->series, "--series"},
                 {OPTION_AT, &options->at, NULL},
                 {OPTION_KIND, &options->kind, NULL},
                 {OPTION_SHARE, &options->share, NULL},
                 {OPTION_METRIC, &options->metric, NULL}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].key != key)
            continue;
        *texts[i].text = arg;
        if (texts[i].file != NULL && arg[0] == '\0')
            argp_error(state, "%s needs the name of a file", texts[i].file);
        return true;
    }
    return false;
}

static void check_states(const struct cli_options *options, struct argp_state *state)
{
    if (options->save_state != NULL && options->at == NULL)
        argp_error(state, "--save-state needs --at DATE: when the state is saved");
    if (options->at != NULL && options->save_state == NULL)
        argp_error(state, "--at says when a state is saved; add --save-state FILE");
    if (options->trace != NULL && (options->save_state != NULL || options->from_state != NULL))
        argp_error(state, "--trace is of a whole run: it goes with neither --save-state nor --from-state");
}

static void check_until(const struct cli_options *options, struct argp_state *state)
{
    if (options->limit > 0 && options->until_count == 0 && options->indifference == 0)
        argp_error(state, "--limit is about --until METRIC<WIDTH or --indifference D, which is missing");
    if (options->until_count > 0 &&
        (options->trace != NULL || options->save_state != NULL || options->from_state != NULL))
        argp_error(state,
                   "--until goes with none of --trace, --save-state and --from-state, which are of a set "
                   "number of replications");
}

static void check_usage(const struct cli_options *options, struct argp_state *state)
{
    if (options->path_count < options->least_paths)
        argp_error(state, "something is missing: %zu argument%s needed, %zu given", options->least_paths,
                   options->least_paths == 1 ? " is" : "s are", options->path_count);
    check_states(options, state);
    check_until(options, state);
    if (!options->worth && (options->threshold > 0 || options->perspective != WORTH_SOCIETY))
        argp_error(state, "--threshold and --perspective are about --worth, which is missing");
    if (options->csv && options->patients && options->worth)
        argp_error(state, "--csv is one table: ask for --patients or for --worth");
    if (options->json && options->csv)
        argp_error(state, "--json and --csv exclude each other");
    if (options->json && options->markdown)
        argp_error(state, "--json and --markdown exclude each other");
    if (options->results && options->path_count > 0)
        argp_error(state, "--results takes no PATH: it describes what a result file holds");
}

/* An argument that is not an option, or an option that is given again and again. */
static error_t take_more(struct parsing *parsing, int key, const char *arg, struct argp_state *state)
{
    struct cli_options *o = parsing->options;
    if (key == ARGP_KEY_ARG && o->path_count >= o->most_paths)
        argp_error(state, "'%s' is one argument too many", arg);
    const int failed = key == ARGP_KEY_ARG
                           ? append(&o->paths, &o->path_count, &o->path_capacity, arg, parsing->err)
                           : append(&o->untils, &o->until_count, &o->until_capacity, arg, parsing->err);
    return failed == 0 ? 0 : ENOMEM;
}

static error_t take(int key, char *arg, struct argp_state *state)
{
    struct parsing *parsing = state->input;
    struct cli_options *options = parsing->options;
    bool *on = switch_of(options, key);
    if (on != NULL)
        *on = true;
    if (on != NULL || keep_text(options, key, arg, state))
        return 0;
    switch (key) {
    case 'r':
        return take_replications(parsing, arg, state);
    case 'j':
        options->threads = whole_number(arg, MOST_THREADS, "-j", state);
        options->threads_given = true;
        return 0;
    case OPTION_SAMPLE:
        return take_sample(parsing, arg, state);
    case OPTION_SEED:
        return take_seed(parsing, arg, state);
    case OPTION_SET:
        return take_set(parsing, arg, state);
    case OPTION_UNTIL:
    case ARGP_KEY_ARG:
        return take_more(parsing, key, arg, state);
    case OPTION_PARTITIONS:
        options->partitions = partitions_of(arg, state);
        return 0;
    case OPTION_POINTS:
        (void)whole_number(arg, DESIGN_POINTS, "--points", state);
        options->points = arg;
        return 0;
    case OPTION_LIMIT:
        options->limit = whole_number(arg, MOST_REPLICATIONS, "--limit", state);
        return 0;
    case OPTION_INDIFFERENCE:
        options->indifference = number_between(arg, 0, HUGE_VAL, "--indifference", state);
        return 0;
    case OPTION_PROMISE:
        options->promise = number_between(arg, 0, 1, "--promise", state);
        return 0;
    case OPTION_BUDGET:
        options->budget = whole_number(arg, MOST_REPLICATIONS, "--budget", state);
        return 0;
    case OPTION_STEP:
        options->step = step_of(arg, state);
        return 0;
    case OPTION_PERSPECTIVE:
        options->perspective = perspective_of(arg, state);
        return 0;
    case OPTION_THRESHOLD:
        options->threshold = number_between(arg, 0, 1e12, "--threshold", state);
        return 0;
    case ARGP_KEY_END:
        check_usage(options, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cli_parse(struct cli_options *options, const struct argp_option *accepted, const char *args_doc,
              const char *doc, size_t least_paths, size_t most_paths, int argc, char **argv, struct err *err)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *options = (struct cli_options){
        .least_paths = least_paths, .most_paths = most_paths, .promise = 0.95, .step = "week"};
    options->threads = processors < 1 ? 1 : processors > MOST_THREADS ? MOST_THREADS : (unsigned)processors;
    const struct argp argp = {.options = accepted, .parser = take, .args_doc = args_doc, .doc = doc};
    struct parsing parsing = {.options = options, .err = err};
    const error_t status = argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &parsing);
    return status == 0 ? 0 : err_fail(err, "the command line could not be read: %s", strerror(status));
}

size_t cli_design_overrides(const struct cli_options *options, struct design_override *overrides)
{
    size_t count = 0;
    if (options->kind != NULL)
        overrides[count++] = (struct design_override){"--kind", "kind", options->kind};
    if (options->points != NULL)
        overrides[count++] = (struct design_override){"--points", "points", options->points};
    return count;
}

void cli_options_free(struct cli_options *options)
{
    free(options->paths);
    free(options->sets);
    free(options->untils);
    arena_free(&options->arena);
    *options = (struct cli_options){.threads = 1};
}
