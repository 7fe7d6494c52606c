#ifndef COUNTERPART_STUDY_WORTH_H
#define COUNTERPART_STUDY_WORTH_H

/* What an alternative is worth against its base: cost per disability-adjusted life
 * year (DALY) averted, at which thresholds it is accepted, and what the payers have
 * to budget. Intervals are of chance between replications; what is assumed in the
 * scenario is not in them. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "study/compare.h"
#include "study/result_file.h"
#include "study/stats.h"
#include "study/text.h"

/* Whose costs count. */
enum worth_perspective {
    WORTH_SOCIETY, /* patients, insurers and the programme */
    WORTH_PAYER,   /* insurers and the programme */
    WORTH_PATIENTS,
    WORTH_PERSPECTIVES
};
extern const char *const worth_perspectives[WORTH_PERSPECTIVES]; /* as in the option */

/* The ratio of two means of pairs, with the 95% set of Fieller (1954): all ratios that the pairs do not
 * exclude. Where the mean below may be 0 that is no interval. */
enum worth_set {
    WORTH_UNDEFINED, /* fewer than two pairs, or nothing below */
    WORTH_BETWEEN,   /* low and high */
    WORTH_OUTSIDE,   /* all but what lies between low and high */
    WORTH_ANYTHING
};
struct worth_ratio {
    double value, low, high;
    enum worth_set set;
};
struct worth_ratio worth_ratio_of(const double *above, const double *below, size_t count);

enum { WORTH_THRESHOLDS = 61 };

/* One alternative; arrays are by replication. */
struct worth_world {
    double *cost, *averted; /* beyond the base: CNY; DALYs; discounted */
    struct worth_ratio ratio;
    double share[WORTH_THRESHOLDS]; /* of the replications in which it is worth its cost */
    double
        believed[WORTH_THRESHOLDS]; /* chance that it is so in the mean, by the bootstrap over replications */
    double *insurer, *programme;    /* [replication][year]: undiscounted, beyond the base */
};

struct worth {
    enum worth_perspective perspective;
    double threshold;            /* CNY a DALY */
    double at[WORTH_THRESHOLDS]; /* from 0 to three times the threshold; one of them is the threshold */
    double price_year, discount;
    size_t replications, worlds, years;
    const char *const *labels; /* borrowed: by world, the base first */
    struct worth_world *world; /* by world; the base is worth nothing against itself */
    double *room;              /* for sums by replication while they are looked at */
    struct arena arena;        /* owns all arrays */
};

/* The views are those of the comparison. Refuses worlds with prices of different years or other discount
 * rates, and files of programs that did not discount. Zeroes *worth first. */
MUST_CHECK int worth_init(struct worth *worth, const struct comparison *comparison,
                          const struct run_view *views, enum worth_perspective perspective, double threshold,
                          struct err *err);
/* From a comparison's file that has one; refuses what worth_put() does not write. Zeroes *worth first. */
MUST_CHECK int worth_of(struct worth *worth, const struct comparison *comparison, const struct result *result,
                        struct err *err);
/* Whether a comparison's file has one. */
bool worth_is_in(const struct result *result);
void worth_free(struct worth *worth); /* safe to repeat */

/* In words: "costs less and averts DALYs: dominates the base" ... */
const char *worth_verdict(const struct worth *worth, size_t world);

void worth_text(const struct worth *worth, struct text *text, struct err *err);
MUST_CHECK char *worth_csv(const struct worth *worth, struct err *err);
json_t *worth_json(const struct worth *worth); /* NULL when memory runs out */

/* Adds dimensions, variables and attributes to a comparison's result, in the arena. */
MUST_CHECK int worth_put(const struct worth *worth, struct result *result, struct arena *arena,
                         struct err *err);

/* Of one alternative. */
struct stats worth_net_benefit(const struct worth *worth, size_t world, double threshold);
struct stats worth_budget(const struct worth *worth, size_t world, size_t year, bool insurer, bool programme);

#endif
