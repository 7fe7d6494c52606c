#ifndef COUNTERPART_MODELS_RESULTS_DOC_H
#define COUNTERPART_MODELS_RESULTS_DOC_H

/* What a result file holds, as people read it: from the rows of output fields and
 * of quantities, so that nothing is described that is not there. */

#include <stdio.h>

#include "sim/err.h"

/* Fields and quantities with units and meanings, for a terminal. */
MUST_CHECK int results_doc_print(FILE *out, struct err *err);

/* docs/results.md. */
MUST_CHECK int results_doc_markdown(FILE *out, struct err *err);

#endif
