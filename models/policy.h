#ifndef COUNTERPART_MODELS_POLICY_H
#define COUNTERPART_MODELS_POLICY_H

/* Policies plan; patients act. A policy is one file in policies/ that acts at
 * planning epochs only, between windows, with the whole world in view. */

#include <stdbool.h>
#include <stdint.h>

#include "models/keys.h"
#include "models/scenario.h"
#include "sim/err.h"

struct state_reader;
struct state_writer;
struct world;
struct world_period;

struct policy {
    const struct policy_head *head;
    const struct policy_ops *ops;
    void *state;                 /* of ops->state_size, zeroed, owned by the world's arena */
    struct world_period *period; /* set by prepare() */
};

struct policy_ops {
    const struct key_kind *keys;
    size_t state_size;
    /* Before the run: checks what the key table cannot and resolves names. Active policies only. */
    int (*prepare)(struct world *world, struct policy *policy, struct err *err);
    /* When all are prepared: whether it goes together with the others. May be NULL. */
    int (*check)(const struct world *world, const struct policy *policy, struct err *err);
    /* At a planning epoch. */
    int (*plan)(struct world *world, struct policy *policy, int64_t now_us, struct err *err);
    /* What plan() remembers from one epoch to the next and cannot be seen elsewhere; restore() comes after
     * prepare(), when the rest of the world is as it was. A kind that remembers nothing says `stateless`; one
     * that says nothing cannot be saved once it has started. What prepare() sets up must not depend on what
     * has happened, and what it changes of the world must not show before the policy starts. */
    void (*save)(const struct world *world, const struct policy *policy, struct state_writer *writer);
    void (*restore)(struct world *world, struct policy *policy, struct state_reader *reader);
    bool stateless;
};

/* The kinds of policy, in policies/policy_kinds.c. */
extern const struct policy_ops *const policy_table[];
extern const size_t policy_table_count;

/* Prepares the active policies of a scenario, in its order. */
MUST_CHECK int policies_init(struct world *world, struct err *err);
MUST_CHECK int policies_plan(struct world *world, int64_t now_us, struct err *err);

/* Those that start before this time; the others are as they were prepared. */
MUST_CHECK int policies_save(const struct world *world, int64_t now_us, struct state_writer *writer,
                             struct err *err);
void policies_restore(struct world *world, int64_t now_us, struct state_reader *reader);
/* The name of an active policy as the scenario has it, after a saved one; NULL for NULL. */
const char *policies_name(const struct world *world, const char *saved, struct state_reader *reader);

/* For those who write policies: time of the run at a date of the scenario, and after a span from it. */
int64_t policy_time(const struct world *world, int64_t date_us);
/* The end of a span that begins at a date; INT64_MAX when the span has no length. */
int64_t policy_end(const struct world *world, int64_t date_us, struct key_span span);

#endif
