#include "study/result_slice.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "study/result_add.h"

static size_t bytes_of(enum result_type type)
{
    switch (type) {
    case RESULT_TEXT:
        return sizeof(char *);
    case RESULT_INT8:
        return sizeof(int8_t);
    case RESULT_INT64:
    case RESULT_DOUBLE:
        break;
    }
    return sizeof(int64_t);
}

/* Bytes of a variable at one position of its first dimension. What has been laid out fits into memory. */
static size_t slot_bytes(const struct result *of, const struct result_variable *variable)
{
    size_t bytes = bytes_of(variable->type);
    for (unsigned i = 1; i < variable->rank; i++)
        bytes *= of->dimensions[variable->dims[i]].size;
    return bytes;
}

static bool has_dimension(const struct result_variable *variable, size_t dimension)
{
    return variable->rank > 0 && variable->dims[0] == dimension;
}

/* The position of the dimension, of whole numbers; SIZE_MAX and a reason when there is none. */
static size_t find_dimension(const struct result *result, const char *name, struct err *err)
{
    const size_t at = result_add_find(result, name);
    if (at != SIZE_MAX && result->dimensions[at].type == RESULT_INT64 &&
        result->dimensions[at].values != NULL)
        return at;
    err_fail(err, "the result has no dimension '%s' of whole numbers", name);
    return SIZE_MAX;
}

/* Lays out a result like `from` with so many positions, their numbers and values zero. */
static int lay_out(struct result *laid, const struct result *from, size_t dimension, size_t count,
                   struct arena *arena, struct err *err)
{
    *laid = *from;
    laid->owner = NULL;
    if (result_add_room(laid, 0, 0, 0, arena, err) != 0)
        return -1;
    struct result_dimension *own = &laid->dimensions[dimension];
    own->size = count;
    own->values = arena_zeroed(arena, count, sizeof(int64_t), err);
    if (own->values == NULL)
        return -1;
    for (size_t v = 0; v < laid->variable_count; v++) {
        struct result_variable *variable = &laid->variables[v];
        if (!has_dimension(variable, dimension))
            continue;
        variable->source = (struct result_source){.fill = NULL};
        variable->values = arena_zeroed(arena, count, slot_bytes(laid, variable), err);
        if (variable->values == NULL)
            return -1;
    }
    return 0;
}

/* Position `at` of a result that has been laid out here becomes position `from_at` of another. */
static void copy_slot(const struct result *to, size_t at, const struct result *from, size_t from_at,
                      size_t dimension)
{
    int64_t *numbers = (int64_t *)(uintptr_t)to->dimensions[dimension].values;
    numbers[at] = ((const int64_t *)from->dimensions[dimension].values)[from_at];
    for (size_t v = 0; v < to->variable_count; v++) {
        const struct result_variable *variable = &to->variables[v];
        if (!has_dimension(variable, dimension))
            continue;
        const size_t bytes = slot_bytes(to, variable), values = bytes / bytes_of(variable->type);
        result_values(&from->variables[v], from_at * values, values,
                      (char *)(uintptr_t)variable->values + at * bytes);
    }
}

int result_pick(struct result *picked, const struct result *from, const char *dimension,
                const size_t *positions, size_t count, struct arena *arena, struct err *err)
{
    const size_t at = find_dimension(from, dimension, err);
    if (at == SIZE_MAX || lay_out(picked, from, at, count, arena, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        copy_slot(picked, i, from, positions[i], at);
    return 0;
}

/* ---- joining ---- */

static bool alike_values(const void *a, const void *b, enum result_type type, size_t count)
{
    if (type != RESULT_TEXT)
        return memcmp(a, b, count * bytes_of(type)) == 0;
    const char *const *x = a, *const *y = b;
    for (size_t i = 0; i < count; i++)
        if (strcmp(x[i] == NULL ? "" : x[i], y[i] == NULL ? "" : y[i]) != 0)
            return false;
    return true;
}

static bool alike_dimensions(const struct result_dimension *a, const struct result_dimension *b, bool joined)
{
    return strcmp(a->name, b->name) == 0 && a->type == b->type &&
           (joined || (a->size == b->size && alike_values(a->values, b->values, a->type, a->size)));
}

static bool alike(const struct result *a, const struct result *b, size_t dimension)
{
    if (a->dimension_count != b->dimension_count || a->variable_count != b->variable_count)
        return false;
    for (size_t d = 0; d < a->dimension_count; d++)
        if (!alike_dimensions(&a->dimensions[d], &b->dimensions[d], d == dimension))
            return false;
    for (size_t v = 0; v < a->variable_count; v++) {
        const struct result_variable *x = &a->variables[v], *y = &b->variables[v];
        if (strcmp(x->name, y->name) != 0 || x->type != y->type || x->rank != y->rank ||
            memcmp(x->dims, y->dims, x->rank * sizeof x->dims[0]) != 0)
            return false;
    }
    return true;
}

/* The result up to a dimension and the first variable that has it. */
static struct result before(const struct result *whole, const char *dimension)
{
    struct result first = *whole;
    const size_t at = dimension == NULL ? SIZE_MAX : result_add_find(whole, dimension);
    if (at == SIZE_MAX)
        return first;
    first.dimension_count = at;
    for (size_t v = 0; v < first.variable_count; v++)
        for (unsigned i = 0; i < whole->variables[v].rank; i++)
            if (whole->variables[v].dims[i] >= at)
                first.variable_count = v;
    return first;
}

/* Where a number of the dimension stands. */
struct slot {
    int64_t number;
    size_t part, position;
};

static int by_number(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* All slots of the parts by number, which are `size`; NULL on failure. */
static struct slot *slots_of(const struct result *const *parts, size_t count, size_t dimension, size_t size,
                             struct arena *arena, struct err *err)
{
    struct slot *slots = arena_zeroed(arena, size, sizeof *slots, err);
    size_t filled = 0;
    if (slots == NULL)
        return NULL;
    for (size_t p = 0; p < count; p++) {
        const struct result_dimension *own = &parts[p]->dimensions[dimension];
        for (size_t i = 0; i < own->size; i++)
            slots[filled++] =
                (struct slot){.number = ((const int64_t *)own->values)[i], .part = p, .position = i};
    }
    qsort(slots, size, sizeof *slots, by_number);
    for (size_t i = 1; i < size; i++)
        if (slots[i].number == slots[i - 1].number) {
            err_fail(err, "%s %" PRId64 " is in more than one part of the result",
                     parts[0]->dimensions[dimension].name, slots[i].number);
            return NULL;
        }
    return slots;
}

int result_join(struct result *joined, const struct result *const *parts, size_t count, const char *dimension,
                const char *without, struct arena *arena, struct err *err)
{
    const struct result first = before(parts[0], without);
    const size_t at = find_dimension(&first, dimension, err);
    size_t size = 0;
    if (at == SIZE_MAX)
        return -1;
    for (size_t p = 0; p < count; p++) {
        const struct result part = before(parts[p], without);
        if (!alike(&first, &part, at))
            return err_fail(err, "the parts of a result are not alike");
        size += part.dimensions[at].size;
    }
    const struct slot *slots = slots_of(parts, count, at, size, arena, err);
    if (slots == NULL || lay_out(joined, &first, at, size, arena, err) != 0)
        return -1;
    for (size_t i = 0; i < size; i++)
        copy_slot(joined, i, parts[slots[i].part], slots[i].position, at);
    return 0;
}
