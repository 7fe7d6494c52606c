#ifndef COUNTERPART_CLI_CLI_H
#define COUNTERPART_CLI_CLI_H

/* What the commands share: options, files and exits. Results go to files and
 * standard output, everything else to standard error. */

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"
#include "sim/err.h"
#include "sim/mem.h"
#include "study/result_file.h"

enum cli_exit {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* a run or a file failed, or a fitted target was missed */
    EXIT_WRONG = 2,  /* wrong usage or scenario */
};

/* What the command line of any command says; a command lists the options that it takes. */
struct cli_options {
    const char **paths; /* arguments that are not options; the texts are argv's own */
    size_t path_count, path_capacity, least_paths, most_paths;
    const char **sets; /* "PATH=VALUE", in the order given; -r and --seed are among them */
    size_t set_count, set_capacity;
    const char *output;                       /* NULL: the default */
    const char *series;                       /* NULL: none */
    const char *trace;                        /* NULL: none */
    const char *save_state, *from_state, *at; /* NULL: not */
    const char **untils;                      /* "METRIC<WIDTH" */
    size_t until_count, until_capacity;
    uint32_t limit;               /* replications that --until and select may run */
    uint32_t budget;              /* 0: none */
    const char *step;             /* "week" when not given */
    const char *metric;           /* NULL: none named */
    const char *share;            /* of a sweep; NULL: the default */
    const char *kind, *points;    /* of a design; NULL: as its file says */
    double indifference, promise; /* 0: not given; 0.95 when not given */
    int perspective;              /* enum worth_perspective */
    double threshold;             /* 0: not given */
    int partitions;               /* enum scenario_partitions */
    unsigned threads;
    bool threads_given;
    bool targets, json, csv, markdown, all, results, largest, resume, gaps, patients, worth;
    struct arena arena; /* owns made-up texts */
};

enum {
    OPTION_SEED = 256,
    OPTION_SAMPLE,
    OPTION_SET,
    OPTION_TARGETS,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_ALL,
    OPTION_MARKDOWN,
    OPTION_RESULTS,
    OPTION_TRACE,
    OPTION_PARTITIONS,
    OPTION_SAVE_STATE,
    OPTION_FROM_STATE,
    OPTION_AT,
    OPTION_UNTIL,
    OPTION_LIMIT,
    OPTION_METRIC,
    OPTION_SERIES,
    OPTION_LARGEST,
    OPTION_INDIFFERENCE,
    OPTION_PROMISE,
    OPTION_BUDGET,
    OPTION_PATIENTS,
    OPTION_PERSPECTIVE,
    OPTION_THRESHOLD,
    OPTION_WORTH,
    OPTION_STEP,
    OPTION_KIND,
    OPTION_POINTS,
    OPTION_RESUME,
    OPTION_SHARE,
    OPTION_GAPS
};

#define CLI_OPTION_OUTPUT                                                                                    \
    {                                                                                                        \
        "output", 'o', "FILE", 0, "Write the result to FILE", 0                                              \
    }
#define CLI_OPTION_REPLICATIONS                                                                              \
    {                                                                                                        \
        "replications", 'r', "N", 0, "Run N replications instead of as many as the scenario says", 0         \
    }
#define CLI_OPTION_THREADS                                                                                   \
    {                                                                                                        \
        "threads", 'j', "N", 0, "Run on N threads (default: one a processor); the result is the same", 0     \
    }
#define CLI_OPTION_SAMPLE                                                                                    \
    {                                                                                                        \
        "sample", OPTION_SAMPLE, "F", 0,                                                                     \
            "Simulate whole prefectures with that share of the people, such as 0.1 (places.sample=F)", 0     \
    }
#define CLI_OPTION_SEED                                                                                      \
    {                                                                                                        \
        "seed", OPTION_SEED, "S", 0, "Use the seed S instead of the scenario's", 0                           \
    }
#define CLI_OPTION_SET                                                                                       \
    {                                                                                                        \
        "set", OPTION_SET, "PATH=VALUE", 0, "Change a key of the scenario; may be given again", 0            \
    }
#define CLI_OPTION_PARTITIONS                                                                                \
    {                                                                                                        \
        "partitions", OPTION_PARTITIONS, "HOW", 0,                                                           \
            "Cut the world by province (the default), prefecture or place, or run it as one; results are "   \
            "the same",                                                                                      \
            0                                                                                                \
    }
#define CLI_OPTION_TRACE                                                                                     \
    {                                                                                                        \
        "trace", OPTION_TRACE, "FILE", 0, "Write every visit of a patient to a station to FILE (CSV)", 0     \
    }
#define CLI_OPTION_SAVE_STATE                                                                                \
    {                                                                                                        \
        "save-state", OPTION_SAVE_STATE, "FILE", 0,                                                          \
            "Write the state of all replications at the time --at to FILE, and go on", 0                     \
    }
#define CLI_OPTION_AT                                                                                        \
    {                                                                                                        \
        "at", OPTION_AT, "DATE", 0,                                                                          \
            "When the state is saved: a date (\"2020-05-01\", \"2020-05-01 08:00\") or a time since the "    \
            "start "                                                                                         \
            "(\"90 d\", \"1 y\"), before what happens then",                                                 \
            0                                                                                                \
    }
#define CLI_OPTION_FROM_STATE                                                                                \
    {                                                                                                        \
        "from-state", OPTION_FROM_STATE, "FILE", 0,                                                          \
            "Go on from a state that was saved, of this scenario or of one without policies that start "     \
            "later",                                                                                         \
            0                                                                                                \
    }
#define CLI_OPTION_UNTIL                                                                                     \
    {                                                                                                        \
        "until", OPTION_UNTIL, "METRIC<WIDTH", 0,                                                            \
            "Add replications until the 95% interval of METRIC is +-WIDTH or less (a number, or a "          \
            "percentage of the mean); may be given again",                                                   \
            0                                                                                                \
    }
#define CLI_OPTION_LIMIT                                                                                     \
    {                                                                                                        \
        "limit", OPTION_LIMIT, "N", 0, "Run no more than N replications of a world (default: 1000)", 0       \
    }
#define CLI_OPTION_METRIC                                                                                    \
    {                                                                                                        \
        "metric", OPTION_METRIC, "NAME", 0, "The metric that is looked at", 0                                \
    }
#define CLI_OPTION_LARGEST                                                                                   \
    {                                                                                                        \
        "largest", OPTION_LARGEST, NULL, 0, "The largest mean is the best, not the smallest", 0              \
    }
#define CLI_OPTION_INDIFFERENCE                                                                              \
    {                                                                                                        \
        "indifference", OPTION_INDIFFERENCE, "D", 0, "Worlds that differ by less than D are equally good", 0 \
    }
#define CLI_OPTION_PROMISE                                                                                   \
    {                                                                                                        \
        "promise", OPTION_PROMISE, "P", 0, "The probability of a right answer (default: 0.95)", 0            \
    }
#define CLI_OPTION_BUDGET                                                                                    \
    {                                                                                                        \
        "budget", OPTION_BUDGET, "N", 0, "Run N replications of all worlds together", 0                      \
    }
#define CLI_OPTION_STEP                                                                                      \
    {                                                                                                        \
        "step", OPTION_STEP, "day|week|month|year", 0, "Look at means of whole days ... (default: week)", 0  \
    }
#define CLI_OPTION_KIND                                                                                      \
    {                                                                                                        \
        "kind", OPTION_KIND, "KIND", 0, "How points are chosen, instead of as the design says", 0            \
    }
#define CLI_OPTION_POINTS                                                                                    \
    {                                                                                                        \
        "points", OPTION_POINTS, "N", 0, "Take N points instead of as many as the design says", 0            \
    }
#define CLI_OPTION_JSON                                                                                      \
    {                                                                                                        \
        "json", OPTION_JSON, NULL, 0, "Print JSON", 0                                                        \
    }
#define CLI_OPTION_ALL                                                                                       \
    {                                                                                                        \
        "all", OPTION_ALL, NULL, 0, "Show the metrics of every part, not only the headlines", 0              \
    }
#define CLI_OPTION_PERSPECTIVE                                                                               \
    {                                                                                                        \
        "perspective", OPTION_PERSPECTIVE, "WHOSE", 0,                                                       \
            "With --worth: the costs of society (the default: patients, insurers, programme), payer "        \
            "(insurers, programme) or patients",                                                             \
            0                                                                                                \
    }
#define CLI_OPTION_THRESHOLD                                                                                 \
    {                                                                                                        \
        "threshold", OPTION_THRESHOLD, "CNY", 0,                                                             \
            "With --worth: what averting a DALY may cost (default: 95000, about what China produces a "      \
            "head and year)",                                                                                \
            0                                                                                                \
    }
#define CLI_OPTION_WORTH                                                                                     \
    {                                                                                                        \
        "worth", OPTION_WORTH, NULL, 0, "Show cost per DALY averted, acceptability and budget impact", 0     \
    }
#define CLI_OPTION_PATIENTS                                                                                  \
    {                                                                                                        \
        "patients", OPTION_PATIENTS, NULL, 0,                                                                \
            "Show what happened to the same patients in the worlds: saved and lost, nearer and farther ...", \
            0                                                                                                \
    }
#define CLI_OPTION_CSV                                                                                       \
    {                                                                                                        \
        "csv", OPTION_CSV, NULL, 0, "Print CSV, a row a metric", 0                                           \
    }

/* Parses what follows the command's name; wrong usage ends the program with EXIT_WRONG. Zeroes *options
 * first. Fails only when memory runs out. */
MUST_CHECK int cli_parse(struct cli_options *options, const struct argp_option *accepted,
                         const char *args_doc, const char *doc, size_t least_paths, size_t most_paths,
                         int argc, char **argv, struct err *err);
void cli_options_free(struct cli_options *options);

/* Prints every problem on a line of its own (several: with their number). Returns `status`. */
int cli_complain(const struct err *err, int status);

/* Prints the problems of a scenario or design, each as file, line, what was found and what to do, and their
 * number. Returns EXIT_WRONG. */
int cli_list_problems(const struct err *err);

/* What the options say instead of a design's file; at most two. Returns how many. */
struct design_override;
size_t cli_design_overrides(const struct cli_options *options, struct design_override *overrides);

/* Loads the scenario with the options' changes and builds its first world. On a problem complains and returns
 * the exit code; 0 otherwise, and the caller frees both. */
struct world;
MUST_CHECK int cli_load(struct scenario *scenario, struct world **world, const char *path,
                        const struct cli_options *options);

/* True for FILE.h5 and FILE.nc. */
bool cli_is_result(const char *path);

/* Fails unless a file can be put at `path`: its folder exists and can be written, and it is not a folder. */
MUST_CHECK int cli_check_output(const char *path, struct err *err);

/* What belongs beside a result and not into it. */
struct cli_run_facts {
    char **argv;
    int argc;
    unsigned threads;
    double wall_s;
    uint64_t events;
};
/* Writes the result, and FILE.run.json beside it. */
MUST_CHECK int cli_write_result(const char *path, const struct result *result,
                                const struct cli_run_facts *facts, struct err *err);

/* Columns of the terminal that standard output is; 0 when it is none. */
size_t cli_width(void);

double cli_clock_s(void);

int command_merge(int argc, char **argv);
int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_describe(int argc, char **argv);
int command_sensitivity(int argc, char **argv);
int command_show(int argc, char **argv);
int command_status(int argc, char **argv);
int command_sweep(int argc, char **argv);
int command_select(int argc, char **argv);
int command_warmup(int argc, char **argv);
int command_keys(int argc, char **argv);

#endif
