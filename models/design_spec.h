#ifndef COUNTERPART_MODELS_DESIGN_SPEC_H
#define COUNTERPART_MODELS_DESIGN_SPEC_H

/* A design of experiments as its file says it: which scenarios are run, which of
 * their keys are varied, over what, and by which rule. Read by the rows below
 * KEYS_OF_DESIGNS with the reader of scenarios, so that messages, units and
 * distributions are the same. What follows from it is study/design. */

#include <stdbool.h>
#include <stdint.h>

#include "models/keys.h"
#include "models/scenario.h"
#include "sim/dist.h"
#include "sim/err.h"

enum design_kind {
    DESIGN_FACTORIAL,
    DESIGN_LISTED,
    DESIGN_LATIN_HYPERCUBE,
    DESIGN_SOBOL_SEQUENCE,
    DESIGN_ONE_AT_A_TIME,
    DESIGN_SOBOL_INDICES
};

enum design_measure { DESIGN_DIFFERENCE, DESIGN_VALUE };

enum { DESIGN_POINTS = 1000000, DESIGN_FACTORS = 500, DESIGN_SCENARIOS = 100 };

struct design_scenario {
    const char *id, *file;
};

/* Exactly one of `values`, `texts`, `low` with `high`, and `prior` is given; none where the points are listed
 * as numbers. */
struct design_factor {
    const char *id, *name;
    const char *path;          /* of the scenario language */
    struct key_list also;      /* const char *: further paths that get the same value */
    struct key_list scenarios; /* const char *: ids; empty: all */
    const char *as;            /* the value as written, with {} for the number */
    bool whole;
    struct key_list values; /* double */
    struct key_list texts;  /* const char * */
    double low, high;       /* both 0: absent */
    struct dist_spec *prior;
};

struct design_spec {
    const char *title;
    int kind; /* enum design_kind */
    int64_t points;
    int64_t replications;      /* 0: as many as the first scenario says */
    const char *seed;          /* of the points; decimal, up to 64 bits */
    int measure;               /* enum design_measure */
    double task_s;             /* what a task is thought to take */
    const char *file;          /* of DESIGN_LISTED */
    struct key_list metrics;   /* const char * */
    struct key_list scenarios; /* struct design_scenario; the base comes first */
    struct key_list factors;   /* struct design_factor */
    struct scenario host;      /* owns the texts, and knows where each value stands; holds nothing else */
};

/* What the command line says instead of the file: a key at the top ("kind") and its value. */
struct design_override {
    const char *option, *key, *value;
};

/* Problems are gathered in *err as scenario_load() does. Zeroes *spec first: design_spec_free() is always
 * safe. */
MUST_CHECK int design_spec_load(struct design_spec *spec, const char *path,
                                const struct design_override *overrides, size_t override_count,
                                struct err *err);
void design_spec_free(struct design_spec *spec);

/* The place of the factor that the scenario of this id has: true when the factor is set there. */
bool design_factor_is_in(const struct design_factor *factor, const char *scenario_id);

/* How many values a factor of levels has: values, texts, or low and high; 0 for one with a prior. */
size_t design_factor_levels(const struct design_factor *factor);

extern const char *const design_kind_names; /* "a|b|c", in the order of the enum */
extern const struct key_table design_table;

#endif
