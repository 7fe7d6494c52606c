/* The rows of the language of designs. */

#include "models/design_spec.h"

#define AT(owner, member) .offset = offsetof(struct owner, member)
#define LIST(owner, member, element) .type = KEY_LIST, AT(owner, member), .size = sizeof(struct element)
#define ABSENT .fallback = ""
#define KINDS "factorial|listed|latin_hypercube|sobol_sequence|one_at_a_time|sobol_indices"

const char *const design_kind_names = KINDS;

static const struct key_row rows[] = {
    {"design.title", KEY_TEXT, AT(design_spec, title), ABSENT, .help = "What is asked, in a sentence."},
    {"design.kind", KEY_CHOICE, AT(design_spec, kind), .choices = KINDS,
     .help = "How points are chosen; `--kind` says another one."},
    {"design.points", KEY_INT, AT(design_spec, points), .fallback = "100", .low = 2, .high = DESIGN_POINTS,
     .help = "Points of a Latin hypercube or a Sobol' sequence; rows of each matrix of Sobol' indices, which "
             "run so many times the number of factors plus 2. The other kinds follow from the factors."},
    {"design.replications", KEY_INT, AT(design_spec, replications), .fallback = "0", .low = 0,
     .high = 1000000,
     .help = "Replications of each point, with the same luck at all points; 0: as many as the first scenario "
             "says."},
    {"design.seed", KEY_TEXT, AT(design_spec, seed), .fallback = "1",
     .help = "Where random points fall: a whole number up to 18446744073709551615, in quotes. The luck of "
             "patients is the scenarios' `scenario.seed`."},
    {"design.measure", KEY_CHOICE, AT(design_spec, measure), .fallback = "difference",
     .choices = "difference|value",
     .help = "What a sensitivity is of, with several scenarios: the paired differences from the first one, "
             "or the values in each."},
    {"design.metrics", KEY_TEXTS, AT(design_spec, metrics), ABSENT,
     .help = "The metrics that are looked at, as `counterpart show` names them; all headlines when absent."},
    {"design.file", KEY_FILE, AT(design_spec, file), ABSENT,
     .help = "CSV of a listed design: a row a point, a column a factor (by id); an empty field leaves the "
             "scenario's own value."},
    {"design.task_time", KEY_SECONDS, AT(design_spec, task_s), .fallback = "1 s", .low = 1e-3, .high = 1e6,
     .help = "About how long one replication of one point takes in all scenarios together. A sweep cuts its "
             "shards by it, so that they are worth about 10 s, and by nothing else."},
    {"design.scenarios", LIST(design_spec, scenarios, design_scenario), .refers = "id",
     .help = "What is run at every point, with the same luck. The first one is the base."},
    {"design.scenarios.id", KEY_ID, AT(design_scenario, id), .help = "A short name."},
    {"design.scenarios.file", KEY_FILE, AT(design_scenario, file),
     .help = "The scenario, seen from the folder of the design."},
    {"design.factors", LIST(design_spec, factors, design_factor), .refers = "id",
     .help = "What is varied. Each factor has one of values, texts, low with high, and prior."},
    {"design.factors.id", KEY_ID, AT(design_factor, id), .help = "A short name."},
    {"design.factors.name", KEY_TEXT, AT(design_factor, name), ABSENT,
     .help = "The factor in words, with the source of its range."},
    {"design.factors.path", KEY_TEXT, AT(design_factor, path),
     .help = "The key that is varied, as `--set` has it: \"conditions.stroke.patience.mean\"."},
    {"design.factors.also", KEY_TEXTS, AT(design_factor, also), ABSENT,
     .help = "Further keys that get the same value."},
    {"design.factors.scenarios", KEY_TEXTS, AT(design_factor, scenarios), ABSENT,
     .help = "Only in these scenarios of the design, such as those with the policy; in all when absent."},
    {"design.factors.as", KEY_TEXT, AT(design_factor, as), .fallback = "{}",
     .help =
         "The value as it is written into the scenario, with {} for the number: \"{} per y\", or \"[0.52, "
         "0.868, {}]\" for one of a list."},
    {"design.factors.whole", KEY_BOOL, AT(design_factor, whole), .fallback = "false",
     .help = "true: whole numbers only; others are rounded."},
    {"design.factors.values", KEY_REALS, AT(design_factor, values), ABSENT,
     .help = "The levels, as numbers; equally likely where points are random."},
    {"design.factors.texts", KEY_TEXTS, AT(design_factor, texts), ABSENT,
     .help = "The levels, as they are written into the scenario: \"7 month\", \"true\", \"most_advanced\"."},
    {"design.factors.low", KEY_REAL, AT(design_factor, low), ABSENT,
     .help = "The least value: with `high`, two levels, or all between equally likely where points are "
             "random."},
    {"design.factors.high", KEY_REAL, AT(design_factor, high), ABSENT, .help = "The greatest value."},
    {"design.factors.prior", KEY_DIST, AT(design_factor, prior), ABSENT, .unit = "1",
     .help =
         "What is believed about the value, as a distribution of plain numbers: { dist = \"triangular\"; "
         "low = 0.3; mode = 0.4; high = 0.6; }. One at a time, its quantiles 0.025 and 0.975 are taken. A "
         "normal one is cut off below its `low`, which is 0 unless it is written."},
};

const struct key_table design_table = {"design", rows, sizeof rows / sizeof rows[0]};
