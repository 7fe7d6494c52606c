#ifndef COUNTERPART_STUDY_RESULT_FILE_H
#define COUNTERPART_STUDY_RESULT_FILE_H

/* A result file: HDF5 that every netCDF-4 reader opens. This module knows
 * dimensions, variables and attributes; what they mean is declared elsewhere. A
 * file appears whole or not at all: temporary name, fsync, rename.
 *
 * Names begin with a letter and go on with letters, digits and "_.+-@"; texts are
 * UTF-8. The HDF5 library is not thread-safe: one caller at a time. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

enum { RESULT_RANK = 5 };
#define RESULT_ELEMENTS ((size_t)1 << 31) /* of one variable, at most */

enum result_type { RESULT_INT64, RESULT_DOUBLE, RESULT_TEXT, RESULT_INT8 };

struct result_attribute {
    const char *name;
    enum result_type type;
    const char *text; /* RESULT_TEXT; of any length */
    double number;    /* others */
    size_t count;     /* > 0: not one number but an array of them */
    const double *numbers;
};

/* A dimension with its coordinate variable of the same name. */
struct result_dimension {
    const char *name, *long_name, *units; /* units NULL for texts */
    size_t size;
    enum result_type type;
    const void *values;   /* int64_t, double or const char * each; NULL for a text is the empty text */
    const char *calendar; /* for time: "proleptic_gregorian"; NULL otherwise */
};

/* Makes `count` values from the `first` on, row-major, when they are asked for. From several threads at once.
 */
typedef void result_fill(const void *data, size_t number, size_t first, size_t count, void *values);

struct result_source {
    result_fill *fill; /* NULL: the values are there */
    const void *data;
    size_t number;
};

struct result_variable {
    const char *name, *long_name, *units; /* units NULL for texts */
    enum result_type type;
    unsigned rank;
    size_t dims[RESULT_RANK];                  /* positions in result.dimensions */
    const void *values;                        /* row-major; doubles: NaN is missing; NULL: see below */
    struct result_source source;               /* of numbers, in place of values */
    const struct result_attribute *attributes; /* further ones */
    size_t attribute_count;
};

struct result {
    struct result_dimension *dimensions;
    size_t dimension_count;
    struct result_variable *variables;
    size_t variable_count;
    struct result_attribute *attributes; /* of the whole file */
    size_t attribute_count;
    struct arena *owner; /* of a result that was read; NULL for one that borrows */
};

/* Writes PATH.<unique>.partial, syncs it, renames it to PATH and syncs the folder. On failure PATH is
 * untouched and no partial file stays. Equal results give equal bytes. The file ends with a seal (see
 * result_seal.h). */
MUST_CHECK int result_write(const char *path, const struct result *result, struct err *err);
/* The same on so many threads. */
MUST_CHECK int result_write_on(const char *path, const struct result *result, unsigned threads,
                               struct err *err);

/* Reads a file that result_write() wrote: all dimensions, variables and attributes. Every size is checked; a
 * file that is truncated, damaged or foreign is refused with a reason. What was read can be written again and
 * gives the same bytes. Zeroes *result first. */
MUST_CHECK int result_read(const char *path, struct result *result, struct err *err);
void result_free(struct result *result); /* of a result that was read */

/* `count` of a variable's numbers, from the `first` on. */
void result_values(const struct result_variable *variable, size_t first, size_t count, void *values);

/* By name; NULL when absent. */
const struct result_variable *result_find(const struct result *result, const char *name);
const struct result_dimension *result_find_dimension(const struct result *result, const char *name);
const char *result_text(const struct result *result, const char *attribute);

#endif
