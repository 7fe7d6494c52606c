#include "study/compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/text.h"

void compare_free(struct comparison *comparison)
{
    arena_free(&comparison->arena);
    *comparison = (struct comparison){.worlds = 0};
}

int compare_check(const struct run_view *views, const char *const *names, size_t count, struct err *err)
{
    if (count < 2)
        return err_fail(err, "a comparison needs a base and at least one alternative");
    for (size_t w = 1; w < count; w++) {
        if (strcmp(views[w].seed, views[0].seed) != 0)
            return err_fail(
                err,
                "%s has seed %s and %s has seed %s: worlds can be paired only when their patients "
                "have the same luck; run them with the same seed (--seed)",
                names[0], views[0].seed, names[w], views[w].seed);
        if (views[w].replications != views[0].replications)
            return err_fail(err,
                            "%s has %zu replications and %s has %zu: worlds are paired replication by "
                            "replication; run them with the same number (-r)",
                            names[0], views[0].replications, names[w], views[w].replications);
    }
    return 0;
}

/* The file's name without folders and suffix; numbered when another world has that label already. */
static char *make_label(struct comparison *c, const char *const *labels, size_t world, const char *name,
                        struct err *err)
{
    const char *base = text_base_name(name);
    const char *dot = strrchr(base, '.');
    const size_t stem = dot == NULL || dot == base ? strlen(base) : (size_t)(dot - base);
    const size_t bytes = stem + 24;
    char *label = arena_zeroed(&c->arena, bytes, 1, err);
    if (label == NULL)
        return NULL;
    memcpy(label, base, stem);
    for (size_t number = 2, w = 0; w < world; w++)
        if (strcmp(labels[w], label) == 0) {
            snprintf(label + stem, bytes - stem, "-%zu", number++);
            w = (size_t)-1; /* the new label is compared with all again */
        }
    return label;
}

static int copy_worlds(struct comparison *c, const struct run_view *views, const char *const *names,
                       struct err *err)
{
    const char **labels = arena_zeroed(&c->arena, c->worlds, sizeof *labels, err);
    const char **titles = arena_zeroed(&c->arena, c->worlds, sizeof *titles, err);
    const char **written = arena_zeroed(&c->arena, c->worlds, sizeof *written, err);
    const char **resolved = arena_zeroed(&c->arena, c->worlds, sizeof *resolved, err);
    c->seed = arena_text(&c->arena, views[0].seed, err);
    if (labels == NULL || titles == NULL || written == NULL || resolved == NULL || c->seed == NULL)
        return -1;
    for (size_t w = 0; w < c->worlds; w++) {
        labels[w] = make_label(c, labels, w, names[w], err);
        titles[w] = arena_text(&c->arena, views[w].title, err);
        written[w] = arena_text(&c->arena, views[w].scenario_written, err);
        resolved[w] = arena_text(&c->arena, views[w].scenario_resolved, err);
        if (labels[w] == NULL || titles[w] == NULL || written[w] == NULL || resolved[w] == NULL)
            return -1;
    }
    c->labels = labels;
    c->titles = titles;
    c->written = written;
    c->resolved = resolved;
    return 0;
}

/* Position of a name; worlds mostly have the same metrics in the same order, so `guess` is tried first. */
static size_t position_of(const char *const *names, size_t count, const char *name, size_t guess)
{
    if (guess < count && strcmp(names[guess], name) == 0)
        return guess;
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return count;
}

static int unite_metrics(struct comparison *c, const struct run_view *views, const char *const *names,
                         struct err *err)
{
    size_t most = 0;
    for (size_t w = 0; w < c->worlds; w++)
        if (__builtin_add_overflow(most, views[w].metrics, &most))
            return err_fail(err, "out of memory: too many metrics");
    const char **metric_names = arena_zeroed(&c->arena, most, sizeof *metric_names, err);
    const char **metric_units = arena_zeroed(&c->arena, most, sizeof *metric_units, err);
    if (metric_names == NULL || metric_units == NULL)
        return -1;
    for (size_t w = 0; w < c->worlds; w++)
        for (size_t i = 0; i < views[w].metrics; i++) {
            const char *name = views[w].metric_names[i], *unit = views[w].metric_units[i];
            const size_t at = position_of(metric_names, c->metrics, name, i);
            if (at < c->metrics) {
                if (strcmp(metric_units[at], unit) != 0)
                    return err_fail(err, "metric '%s' is in '%s' in %s and in '%s' in the worlds before it",
                                    name, unit, names[w], metric_units[at]);
                continue;
            }
            metric_names[at] = arena_text(&c->arena, name, err);
            metric_units[at] = arena_text(&c->arena, unit, err);
            if (metric_names[at] == NULL || metric_units[at] == NULL)
                return -1;
            c->metrics++;
        }
    c->metric_names = metric_names;
    c->metric_units = metric_units;
    return 0;
}

static int copy_values(struct comparison *c, const struct run_view *views, struct err *err)
{
    size_t block = 0, count = 0;
    if (__builtin_mul_overflow(c->replications, c->metrics, &block) ||
        __builtin_mul_overflow(block, c->worlds, &count))
        return err_fail(err, "out of memory: the comparison has too many values");
    double *values = arena_zeroed(&c->arena, count, sizeof *values, err);
    if (values == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        values[i] = NAN;
    for (size_t w = 0; w < c->worlds; w++)
        for (size_t i = 0; i < views[w].metrics; i++) {
            const size_t at = position_of(c->metric_names, c->metrics, views[w].metric_names[i], i);
            for (size_t r = 0; r < c->replications; r++)
                values[w * block + r * c->metrics + at] = views[w].metric_values[r * views[w].metrics + i];
        }
    c->values = values;
    return 0;
}

int compare_runs(struct comparison *comparison, const struct run_view *views, const char *const *names,
                 size_t count, struct err *err)
{
    *comparison = (struct comparison){.worlds = count};
    if (compare_check(views, names, count, err) != 0)
        return -1;
    comparison->replications = views[0].replications;
    if (copy_worlds(comparison, views, names, err) != 0 ||
        unite_metrics(comparison, views, names, err) != 0 || copy_values(comparison, views, err) != 0)
        return -1;
    return 0;
}
