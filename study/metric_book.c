#include "study/metric_book.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void metric_book_free(struct metric_book *book)
{
    free(book->names);
    free(book->units);
    arena_free(&book->arena);
    *book = (struct metric_book){.count = 0};
}

/* Worlds mostly have the same metrics in the same order. */
size_t metric_book_find(const struct metric_book *book, const char *name, size_t guess)
{
    if (guess < book->count && strcmp(book->names[guess], name) == 0)
        return guess;
    for (size_t i = 0; i < book->count; i++)
        if (strcmp(book->names[i], name) == 0)
            return i;
    return book->count;
}

static int grow(const char ***texts, size_t *capacity, size_t count, struct err *err)
{
    const char **grown = mem_grow(*texts, capacity, count + 1, sizeof *grown, err);
    if (grown == NULL)
        return -1;
    *texts = grown;
    return 0;
}

int metric_book_add(struct metric_book *book, const char *name, const char *unit, size_t guess,
                    struct err *err)
{
    const size_t at = metric_book_find(book, name, guess);
    if (at < book->count && strcmp(book->units[at], unit) == 0)
        return 0;
    if (at < book->count)
        return err_fail(err, "metric '%s' is in '%s' in one world and in '%s' in another", name,
                        book->units[at], unit);
    if (grow(&book->names, &book->name_capacity, at, err) != 0 ||
        grow(&book->units, &book->unit_capacity, at, err) != 0)
        return -1;
    book->names[at] = arena_text(&book->arena, name, err);
    book->units[at] = arena_text(&book->arena, unit, err);
    if (book->names[at] == NULL || book->units[at] == NULL)
        return -1;
    book->count++;
    return 0;
}

int metric_book_add_world(struct metric_book *book, const struct world *world, struct err *err)
{
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(world, &metrics);
    for (size_t i = 0; i < count; i++)
        if (metric_book_add(book, metrics[i].name, metrics[i].unit, i, err) != 0)
            return -1;
    return 0;
}

void metric_book_values(const struct metric_book *book, const struct world *world, double *values)
{
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(world, &metrics);
    for (size_t i = 0; i < book->count; i++)
        values[i] = NAN;
    for (size_t i = 0; i < count; i++) {
        const size_t at = metric_book_find(book, metrics[i].name, i);
        if (at < book->count)
            values[at] = metrics[i].value;
    }
}
