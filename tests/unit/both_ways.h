#ifndef COUNTERPART_TESTS_BOTH_WAYS_H
#define COUNTERPART_TESTS_BOTH_WAYS_H

/* That a stage in one piece counts what the long way counts. */

#include <criterion/criterion.h>
#include <string.h>

#include "model_scenario.h"

/* Two runs of one scenario. */
static inline void expect_same_counts(struct model *brief, struct model *traced)
{
    const struct metric *a = NULL, *b = NULL;
    const size_t count = world_metrics(brief->world, &a);
    cr_assert_eq(world_metrics(traced->world, &b), count);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(memcmp(&a[i].value, &b[i].value, sizeof a[i].value), 0, "%s: %.17g and %.17g", a[i].name,
                     a[i].value, b[i].value);
    cr_assert(model_same_steps(brief, traced, 0, brief->world->ledger.steps));
}

/* `is_short`: whether a stage is taken in one piece. A run with a trace takes the long way. */
static inline void expect_both_ways_count_the_same(bool (*is_short)(const struct world *world,
                                                                    const struct stage *stage),
                                                   const char *text)
{
    struct model brief, traced;
    model_build(&brief, "%s", text);
    model_build(&traced, "%s", text);
    cr_assert_eq(world_trace(traced.world, &traced.err), 0);
    cr_assert(is_short(brief.world, &brief.world->pathways.stage[0]));
    cr_assert_not(is_short(traced.world, &traced.world->pathways.stage[0]));
    model_run(&brief);
    model_run(&traced);
    expect_same_counts(&brief, &traced);
    cr_assert_gt(world_events(brief.world), 10000);
    cr_assert_eq(world_events(brief.world), world_events(traced.world));
    model_free(&brief);
    model_free(&traced);
}

#endif
