#include "study/result_add.h"

#include <string.h>

int result_add_room(struct result *result, size_t dimensions, size_t variables, size_t attributes,
                    struct arena *arena, struct err *err)
{
    struct result_dimension *d = arena_zeroed(arena, result->dimension_count + dimensions, sizeof *d, err);
    struct result_variable *v = arena_zeroed(arena, result->variable_count + variables, sizeof *v, err);
    struct result_attribute *a = arena_zeroed(arena, result->attribute_count + attributes, sizeof *a, err);
    if (d == NULL || v == NULL || a == NULL)
        return -1;
    if (result->dimension_count > 0)
        memcpy(d, result->dimensions, result->dimension_count * sizeof *d);
    if (result->variable_count > 0)
        memcpy(v, result->variables, result->variable_count * sizeof *v);
    if (result->attribute_count > 0)
        memcpy(a, result->attributes, result->attribute_count * sizeof *a);
    result->attributes = a;
    result->dimensions = d;
    result->variables = v;
    return 0;
}

size_t result_add_find(const struct result *result, const char *name)
{
    for (size_t d = 0; d < result->dimension_count; d++)
        if (strcmp(result->dimensions[d].name, name) == 0)
            return d;
    return SIZE_MAX;
}

size_t result_add_dimension(struct result *result, struct result_dimension dimension)
{
    result->dimensions[result->dimension_count] = dimension;
    return result->dimension_count++;
}

void result_add_variable(struct result *result, struct result_variable variable)
{
    result->variables[result->variable_count++] = variable;
}

void result_add_attribute(struct result *result, struct result_attribute attribute)
{
    result->attributes[result->attribute_count++] = attribute;
}
