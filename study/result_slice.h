#ifndef COUNTERPART_STUDY_RESULT_SLICE_H
#define COUNTERPART_STUDY_RESULT_SLICE_H

/* Some positions of one dimension of a result, and results of different positions put together again. The
 * dimension is of whole numbers, and the first of every variable that has it. */

#include <stddef.h>

#include "sim/err.h"
#include "sim/mem.h"
#include "study/result_file.h"

/* What `from` says of these positions of a dimension, in this order. The arena owns what is copied; the rest
 * is borrowed from `from`. */
MUST_CHECK int result_pick(struct result *picked, const struct result *from, const char *dimension,
                           const size_t *positions, size_t count, struct arena *arena, struct err *err);

/* All the parts as one, in the order of the dimension's numbers. Parts that are not alike but for this
 * dimension, and numbers that come twice, are refused. What is not of the dimension is borrowed from the
 * first part. The dimension `without` (NULL: none) may differ: if a part has it, it is the last one, its
 * variables are the last ones, and all of them are left out. */
MUST_CHECK int result_join(struct result *joined, const struct result *const *parts, size_t count,
                           const char *dimension, const char *without, struct arena *arena, struct err *err);

#endif
