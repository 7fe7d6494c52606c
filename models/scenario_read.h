#ifndef COUNTERPART_MODELS_SCENARIO_READ_H
#define COUNTERPART_MODELS_SCENARIO_READ_H

/* From settings to the structs of a scenario, guided by the key rows. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/keys.h"
#include "models/scenario.h"
#include "models/setting.h"
#include "sim/err.h"

/* Where a value of the scenario came from: the chain of parents gives its path. */
struct origin {
    const struct origin *parent;
    const char *name; /* a key, or an element's id */
    const char *file;
    unsigned line;
    bool given;         /* false: a default; file and line are those of what encloses it */
    const void *member; /* in the scenario */
};

struct scenario_origins {
    struct origin **list; /* owned; by address, the outermost first, once the scenario is read */
    size_t count, capacity;
};

enum { ORIGIN_PATH = 200 };
void origin_path(const struct origin *origin, char path[ORIGIN_PATH]);
int origin_problem(const struct origin *origin, struct err *err, const char *format, ...) PRINTF_LIKE(3, 4);

struct late_reference {
    const struct key_row *row;
    const struct origin *origin;
    const char *id;
    int32_t *index;
};

struct reader {
    struct scenario *scenario;
    const struct setting *root;
    struct late_reference *references; /* owned: resolved when all lists are read */
    size_t reference_count, reference_capacity;
    struct err *err;
};

/* Fills the scenario from the tree. */
MUST_CHECK int scenario_read(struct scenario *scenario, const struct setting *root, struct err *err);

/* Fills the struct at `base` by the rows right below the path `above`, for files of another language than the
 * scenarios'. `host` owns what is read and knows where it stands; its origins exist and are empty. */
MUST_CHECK int scenario_read_rows(struct scenario *host, const char *above, void *base,
                                  const struct setting *root, struct err *err);

/* Remembers where a member came from. NULL when memory has run out. */
struct origin *reader_origin(struct reader *reader, const struct origin *parent, const char *name,
                             const struct setting *at, const void *member);

/* A value of any type but groups, lists, references and distributions. */
MUST_CHECK int reader_value(struct reader *reader, const struct key_row *row, const struct setting *setting,
                            const struct origin *origin, void *member);

/* A text without control characters; from the command line also what looks like a number. */
MUST_CHECK int reader_text(struct reader *reader, const struct setting *setting, const struct origin *origin,
                           const char **text);

/* A distribution, of times (in seconds) or of plain numbers. */
MUST_CHECK int reader_dist(struct reader *reader, const struct key_row *row, const struct setting *setting,
                           const struct origin *origin, struct dist_spec **dist);

/* A finite number, and a time in seconds when `is_time`. */
MUST_CHECK int reader_number(struct reader *reader, const struct setting *setting,
                             const struct origin *origin, bool is_time, double *value);

/* A file as named by a setting, checked to be readable. */
MUST_CHECK int reader_file(struct reader *reader, const struct setting *setting, const struct origin *origin,
                           const char **path);

/* Notes a reference to an element of a list; when all lists are read, they are resolved together. */
MUST_CHECK int reader_reference(struct reader *reader, const struct key_row *row,
                                const struct setting *setting, const struct origin *origin, int32_t *index);
MUST_CHECK int reader_resolve(struct reader *reader);

/* Ids, and references that name the element, stand once in a list. */
MUST_CHECK int reader_refuse_twins(struct reader *reader, const struct key_row *row,
                                   const struct setting *list, const struct origin *origin);

/* What the rows cannot say: sums of shares, order of dates, combinations of keys. */
MUST_CHECK int scenario_check(const struct scenario *scenario, struct err *err);

/* Where a member came from: of several at that address (a struct and its first member) the one of that name,
 * or the outermost when `name` is NULL. NULL when nothing is known. */
const struct origin *scenario_origin(const struct scenario *scenario, const void *member, const char *name);

/* One value in the language, malloc'ed; the row is of no group or list. */
MUST_CHECK char *scenario_write_value(const struct scenario *scenario, const struct key_row *row,
                                      const void *member, struct err *err);

/* Whether the member has nothing to say: it was not given, and there is no default. */
bool scenario_is_absent(const struct key_row *row, const void *member);

/* scenario->resolved, from the structs. `folder` is the scenario's: files are written as seen from it. */
MUST_CHECK int scenario_write(struct scenario *scenario, const char *folder, struct err *err);

/* Position of a word among "a|b|c", or -1. */
int key_choice_index(const char *choices, const char *word);
/* Copies choice `index` to the buffer. */
void key_choice_name(const char *choices, int index, char *name, size_t size);

#endif
