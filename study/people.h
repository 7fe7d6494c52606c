#ifndef COUNTERPART_STUDY_PEOPLE_H
#define COUNTERPART_STUDY_PEOPLE_H

/* Who was helped and who was harmed: the joint tables of a comparison, for people,
 * programs and result files. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "sim/err.h"
#include "study/joint.h"
#include "study/result_file.h"
#include "study/text.h"

struct people {
    size_t worlds;
    const char *const *labels; /* borrowed: by world, the base first */
    struct joint *joint;       /* owned: by world; the base is set against itself */
    struct joint *placebo;     /* owned: by world; the same world without one patient, against itself */
};

/* files, placebos and absent (by replication, of whom nothing is counted): by world; of the first
 * replications. Zeroes *people first. */
MUST_CHECK int people_init(struct people *people, const char *const *labels, struct fate_file *const *files,
                           struct fate_file *const *placebos, struct joint_absent *const *absent,
                           size_t worlds, size_t replications, struct err *err);
void people_free(struct people *people); /* safe to repeat */

/* all: every place and class, not only those to whose people most happened. A failure shows in the text. */
void people_text(const struct people *people, bool all, struct text *text, struct err *err);
MUST_CHECK char *people_csv(const struct people *people, struct err *err);
json_t *people_json(const struct people *people); /* NULL when memory runs out */

/* Adds dimensions and variables to a comparison's result, in the arena. It must have the dimensions scenario
 * and replication. */
MUST_CHECK int people_put(const struct people *people, struct result *result, struct arena *arena,
                          struct err *err);

/* Whether a comparison's file has them. */
bool people_is_in(const struct result *result);
/* From such a file, which must outlive it. labels: of its worlds; borrowed. Zeroes *people first. */
MUST_CHECK int people_of(struct people *people, const struct result *result, const char *const *labels,
                         struct err *err);

#endif
