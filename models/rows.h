#ifndef COUNTERPART_MODELS_ROWS_H
#define COUNTERPART_MODELS_ROWS_H

/* Elements of a list that stand in a table: `{ rows = "hospitals.csv"; level = "county"; }` is one
 * element for each row of the file. Columns are named by keys ("place", "beds.general"); what the
 * element says itself holds where a row says nothing. */

#include "models/setting.h"
#include "sim/err.h"
#include "sim/mem.h"

/* Puts the rows in the place of every element below `root` that names a table. Their settings are in `nodes`,
 * which may be freed when the tree has been read; their texts are in `texts`. */
MUST_CHECK int rows_expand(struct arena *texts, struct arena *nodes, struct setting *root, struct err *err);

#endif
