#ifndef COUNTERPART_STUDY_RESULT_CHECK_H
#define COUNTERPART_STUDY_RESULT_CHECK_H

/* What a result must be to become a file that every reader opens, and what a file
 * that was read must have turned out to be. */

#include <stdbool.h>
#include <stddef.h>

#include "study/result_file.h"

/* Names, texts, types, dimensions and sizes. Values other than texts are not looked at. */
MUST_CHECK int result_check(const char *path, const struct result *result, struct err *err);

/* Elements of a variable of these dimensions; false when they are more than RESULT_ELEMENTS. */
bool result_elements(const struct result *result, const struct result_variable *variable, size_t *elements);

/* Attributes that the file needs for itself: those of HDF5's dimension scales and of netCDF, and the ones
 * that members of the structs stand for. */
bool result_attribute_reserved(const char *name);

/* A dimension's coordinate as a variable; its calendar is left out. `position` is the dimension's. */
struct result_variable result_coordinate(const struct result *result, size_t position);

size_t result_type_bytes(enum result_type type); /* of an element in memory */

#endif
