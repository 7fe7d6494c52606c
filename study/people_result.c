#include "study/people.h"

#include <stdlib.h>
#include <string.h>

#include "study/result_add.h"

/* Labels of all worlds, in order of first appearance. */
struct labels {
    const char **text; /* owned by the arena */
    size_t count;
};

static size_t find(const struct labels *labels, const char *label, size_t guess)
{
    if (guess < labels->count && strcmp(labels->text[guess], label) == 0)
        return guess;
    for (size_t i = 0; i < labels->count; i++)
        if (strcmp(labels->text[i], label) == 0)
            return i;
    return labels->count;
}

static void meet(struct labels *labels, const char *label, size_t guess)
{
    const size_t at = find(labels, label, guess);
    if (at == labels->count)
        labels->text[labels->count++] = label;
}

static int labels_init(struct labels *labels, size_t most, struct arena *arena, struct err *err)
{
    *labels = (struct labels){.text = arena_zeroed(arena, most, sizeof *labels->text, err)};
    return labels->text == NULL ? -1 : 0;
}

/* "stroke/severe"; "stroke" where there is one class for all. */
static char *class_label(const struct joint_class *of, struct arena *arena, struct err *err)
{
    char *made = mem_printf(err, "%s%s%s", of->condition, *of->name == '\0' ? "" : "/", of->name);
    char *label = made == NULL ? NULL : arena_text(arena, made, err);
    free(made);
    return label;
}

static int find_homes(const struct people *people, struct labels *homes, struct arena *arena, struct err *err)
{
    size_t most = 0;
    for (size_t w = 0; w < people->worlds; w++)
        most += people->joint[w].place_count;
    if (labels_init(homes, most, arena, err) != 0)
        return -1;
    for (size_t w = 0; w < people->worlds; w++)
        for (size_t p = 0; p < people->joint[w].place_count; p++)
            meet(homes, people->joint[w].places[p].place, p);
    return 0;
}

static int find_classes(const struct people *people, struct labels *classes, struct arena *arena,
                        struct err *err)
{
    size_t most = 0;
    for (size_t w = 0; w < people->worlds; w++)
        most += people->joint[w].class_count;
    if (labels_init(classes, most, arena, err) != 0)
        return -1;
    for (size_t w = 0; w < people->worlds; w++)
        for (size_t c = 0; c < people->joint[w].class_count; c++) {
            const char *label = class_label(&people->joint[w].classes[c], arena, err);
            if (label == NULL)
                return -1;
            meet(classes, label, c);
        }
    return 0;
}

/* Room for rows of counts of all worlds, one behind the other. */
static int64_t *room_for(struct arena *arena, size_t worlds, size_t rows, struct err *err)
{
    size_t count = 0;
    if (__builtin_mul_overflow(worlds, rows, &count) ||
        __builtin_mul_overflow(count, (size_t)JOINT_COUNT, &count)) {
        (void)err_fail(err, "out of memory: the table of patients is too large");
        return NULL;
    }
    return arena_zeroed(arena, count, sizeof(int64_t), err);
}

static void put_row(int64_t *rows, size_t row, const struct joint_counts *counts)
{
    memcpy(&rows[row * JOINT_COUNT], counts->of, sizeof counts->of);
}

static int64_t *by_replication(const struct joint *joint, size_t worlds, struct arena *arena, struct err *err)
{
    int64_t *rows = room_for(arena, worlds, joint[0].replications, err);
    for (size_t w = 0; rows != NULL && w < worlds; w++)
        for (size_t r = 0; r < joint[w].replications; r++)
            put_row(rows, w * joint[0].replications + r, &joint[w].by_replication[r]);
    return rows;
}

static int64_t *by_home(const struct people *people, const struct labels *homes, struct arena *arena,
                        struct err *err)
{
    int64_t *rows = room_for(arena, people->worlds, homes->count, err);
    for (size_t w = 0; rows != NULL && w < people->worlds; w++)
        for (size_t p = 0; p < people->joint[w].place_count; p++) {
            const struct joint_place *of = &people->joint[w].places[p];
            put_row(rows, w * homes->count + find(homes, of->place, p), &of->sum);
        }
    return rows;
}

static int64_t *by_class(const struct people *people, const struct labels *classes, struct arena *arena,
                         struct err *err)
{
    int64_t *rows = room_for(arena, people->worlds, classes->count, err);
    for (size_t w = 0; rows != NULL && w < people->worlds; w++)
        for (size_t c = 0; c < people->joint[w].class_count; c++) {
            const struct joint_class *of = &people->joint[w].classes[c];
            const char *label = class_label(of, arena, err);
            if (label == NULL)
                return NULL;
            put_row(rows, w * classes->count + find(classes, label, c), &of->sum);
        }
    return rows;
}

static int64_t *by_where(const struct people *people, struct arena *arena, struct err *err)
{
    int64_t *cells = arena_zeroed(arena, people->worlds, sizeof people->joint[0].where, err);
    for (size_t w = 0; cells != NULL && w < people->worlds; w++)
        memcpy(&cells[w * FATE_WHERES * FATE_WHERES], people->joint[w].where, sizeof people->joint[w].where);
    return cells;
}

static size_t add_texts(struct result *result, const char *name, const char *long_name,
                        const char *const *texts, size_t count)
{
    return result_add_dimension(
        result,
        (struct result_dimension){
            .name = name, .long_name = long_name, .size = count, .type = RESULT_TEXT, .values = texts});
}

static void add_counts(struct result *result, const char *name, const char *long_name, const int64_t *values,
                       unsigned rank, const size_t dims[3])
{
    struct result_variable variable = {.name = name,
                                       .long_name = long_name,
                                       .units = "1",
                                       .type = RESULT_INT64,
                                       .rank = rank,
                                       .values = values};
    for (unsigned d = 0; d < rank; d++)
        variable.dims[d] = dims[d];
    result_add_variable(result, variable);
}

enum { DIMENSIONS = 5, VARIABLES = 6 };

int people_put(const struct people *people, struct result *result, struct arena *arena, struct err *err)
{
    struct labels homes, classes;
    const size_t scenario = result_add_find(result, "scenario");
    const size_t replication = result_add_find(result, "replication");
    if (result_add_room(result, DIMENSIONS, VARIABLES, 0, arena, err) != 0 ||
        find_homes(people, &homes, arena, err) != 0 || find_classes(people, &classes, arena, err) != 0)
        return -1;
    const int64_t *replications = by_replication(people->joint, people->worlds, arena, err);
    const int64_t *placebo = by_replication(people->placebo, people->worlds, arena, err);
    const int64_t *at_home = by_home(people, &homes, arena, err);
    const int64_t *in_class = by_class(people, &classes, arena, err);
    const int64_t *where = by_where(people, arena, err);
    if (replications == NULL || placebo == NULL || at_home == NULL || in_class == NULL || where == NULL)
        return -1;
    const size_t change =
        add_texts(result, "change", "what happened to the same patients", joint_names, JOINT_COUNT);
    const size_t home = add_texts(result, "home", "code of the patients' home", homes.text, homes.count);
    const size_t class_ =
        add_texts(result, "patient_class", "condition and class of severity", classes.text, classes.count);
    const size_t before =
        add_texts(result, "where_in_base", "where treated in the base", joint_where, FATE_WHERES);
    const size_t here = add_texts(result, "where_treated", "where treated", joint_where, FATE_WHERES);
    result_add_variable(result, (struct result_variable){.name = "change_meaning",
                                                         .long_name = "what is counted",
                                                         .type = RESULT_TEXT,
                                                         .rank = 1,
                                                         .dims = {change},
                                                         .values = joint_help});
    add_counts(result, "patient_changes",
               "patients by what happened to them against the base, under common luck", replications, 3,
               (const size_t[]){scenario, replication, change});
    add_counts(result, "patient_changes_by_home", "the same by home, all replications together", at_home, 3,
               (const size_t[]){scenario, home, change});
    add_counts(result, "patient_changes_by_class", "the same by class, all replications together", in_class,
               3, (const size_t[]){scenario, class_, change});
    add_counts(result, "patient_where",
               "patients by where they are treated in the base and here, all replications together", where, 3,
               (const size_t[]){scenario, before, here});
    add_counts(result, "patient_placebo",
               "changes for the others when one treated patient is left out of the same world", placebo, 3,
               (const size_t[]){scenario, replication, change});
    return 0;
}
