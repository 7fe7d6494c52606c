#ifndef COUNTERPART_STUDY_RESULT_ADD_H
#define COUNTERPART_STUDY_RESULT_ADD_H

/* More dimensions, variables and attributes for a result that has been put together. */

#include "sim/err.h"
#include "sim/mem.h"
#include "study/result_file.h"

/* Makes room for so many more; what is there is copied into the arena. */
MUST_CHECK int result_add_room(struct result *result, size_t dimensions, size_t variables, size_t attributes,
                               struct arena *arena, struct err *err);
/* Position of the dimension of that name; SIZE_MAX when there is none. */
size_t result_add_find(const struct result *result, const char *name);
/* Into the room. The first returns its position. */
size_t result_add_dimension(struct result *result, struct result_dimension dimension);
void result_add_variable(struct result *result, struct result_variable variable);
void result_add_attribute(struct result *result, struct result_attribute attribute);

#endif
