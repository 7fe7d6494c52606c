#ifndef COUNTERPART_MODELS_CHANGE_H
#define COUNTERPART_MODELS_CHANGE_H

/* Changes to a scenario that is already a tree: what a variant does to its base,
 * and what the command line does to any. Paths go by the keys of the language and
 * by ids: "facilities.banner.beds.general". */

#include "models/setting.h"
#include "sim/err.h"
#include "sim/mem.h"

/* Lays `over` on `base`: groups member by member, values replace values; a list that stands in both is a
 * problem. */
MUST_CHECK int change_overlay(struct setting *base, struct setting *over, struct err *err);

/* Applies a list of { path; value | add | remove }. */
MUST_CHECK int change_apply(struct arena *arena, struct setting *root, const struct setting *changes,
                            struct err *err);

/* Sets one value; `at` is where the path stands, for messages. */
MUST_CHECK int change_set(struct arena *arena, struct setting *root, const struct setting *at,
                          const char *path, struct setting *value, struct err *err);

#endif
