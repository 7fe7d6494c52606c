#ifndef COUNTERPART_CLI_COMPARED_H
#define COUNTERPART_CLI_COMPARED_H

/* How a comparison is printed, by the command that makes one and by the one that shows a file. */

#include "sim/err.h"

struct cli_options;
struct comparison;
struct people;
struct worth;

/* What is shown besides the table of metrics. */
struct compared {
    const struct comparison *comparison;
    const struct people *people; /* NULL: nothing */
    const struct worth *worth;   /* likewise */
};

/* As the options --json, --csv and --all say; malloc'ed; NULL on failure. */
MUST_CHECK char *compared_text(const struct compared *compared, const struct cli_options *options,
                               struct err *err);

#endif
