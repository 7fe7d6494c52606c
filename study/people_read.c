#include "study/people.h"

#include <stdlib.h>
#include <string.h>

#include "study/run_view.h"

/* Sums and bounds of counts up to this, over all rows, are whole numbers still. */
#define MOST_OF_ALL ((int64_t)1 << 56)

/* The tables of a file: counts of all worlds, one behind the other. */
struct tables {
    size_t worlds, replications, homes, classes;
    const char *const *home, *const *class_;
    const int64_t *changes, *placebo, *by_home, *by_class, *where;
};

bool people_is_in(const struct result *result)
{
    return result_find(result, "patient_changes") != NULL;
}

static int no_people(struct err *err, const char *what)
{
    return err_fail(err, "no '%s' as a comparison with --patients has it", what);
}

/* The names must be those that this program counts, in its order. */
static bool has_names(const struct result_dimension *dimension, const char *const *names, size_t count)
{
    if (dimension == NULL || dimension->type != RESULT_TEXT || dimension->values == NULL ||
        dimension->size != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(((const char *const *)dimension->values)[i], names[i]) != 0)
            return false;
    return true;
}

static const char *const *find_texts(const struct result *result, const char *name, size_t *count)
{
    const struct result_dimension *dimension = result_find_dimension(result, name);
    if (dimension == NULL || dimension->type != RESULT_TEXT || dimension->values == NULL)
        return NULL;
    *count = dimension->size;
    return dimension->values;
}

/* `rows` of each world. NULL and an error when the table is not there, or a count is none. */
static const int64_t *find_counts(const struct result *result, const struct tables *tables, const char *name,
                                  const char *const *dims, size_t rows, size_t columns, struct err *err)
{
    const struct result_variable *variable = run_view_variable(result, name, RESULT_INT64, dims);
    if (variable == NULL) {
        (void)no_people(err, name);
        return NULL;
    }
    const int64_t *counts = variable->values;
    const size_t cells = tables->worlds * rows * columns; /* as many as were read */
    const int64_t most = MOST_OF_ALL / (int64_t)(cells + 1);
    for (size_t i = 0; i < cells; i++)
        if (counts[i] > most || counts[i] < -most ||
            (counts[i] < 0 && (columns != JOINT_COUNT || i % JOINT_COUNT != JOINT_paid_more_fen))) {
            (void)err_fail(err, "'%s' has a count that cannot be; the file is damaged", name);
            return NULL;
        }
    return counts;
}

static int find_tables(struct tables *tables, const struct result *result, struct err *err)
{
    static const char *const by_replication[] = {"scenario", "replication", "change", NULL};
    static const char *const by_home[] = {"scenario", "home", "change", NULL};
    static const char *const by_class[] = {"scenario", "patient_class", "change", NULL};
    static const char *const by_where[] = {"scenario", "where_in_base", "where_treated", NULL};
    const struct result_dimension *scenario = result_find_dimension(result, "scenario");
    const struct result_dimension *replication = result_find_dimension(result, "replication");
    if (scenario == NULL || replication == NULL ||
        !has_names(result_find_dimension(result, "change"), joint_names, JOINT_COUNT))
        return no_people(err, "change");
    if (!has_names(result_find_dimension(result, "where_in_base"), joint_where, FATE_WHERES) ||
        !has_names(result_find_dimension(result, "where_treated"), joint_where, FATE_WHERES))
        return no_people(err, "where_treated");
    tables->worlds = scenario->size;
    tables->replications = replication->size;
    tables->home = find_texts(result, "home", &tables->homes);
    tables->class_ = find_texts(result, "patient_class", &tables->classes);
    if (tables->home == NULL || tables->class_ == NULL)
        return no_people(err, tables->home == NULL ? "home" : "patient_class");
    tables->changes = find_counts(result, tables, "patient_changes", by_replication, tables->replications,
                                  JOINT_COUNT, err);
    tables->placebo = find_counts(result, tables, "patient_placebo", by_replication, tables->replications,
                                  JOINT_COUNT, err);
    tables->by_home =
        find_counts(result, tables, "patient_changes_by_home", by_home, tables->homes, JOINT_COUNT, err);
    tables->by_class =
        find_counts(result, tables, "patient_changes_by_class", by_class, tables->classes, JOINT_COUNT, err);
    tables->where = find_counts(result, tables, "patient_where", by_where, FATE_WHERES, FATE_WHERES, err);
    return tables->changes == NULL || tables->placebo == NULL || tables->by_home == NULL ||
                   tables->by_class == NULL || tables->where == NULL
               ? -1
               : 0;
}

static void take(struct joint_counts *counts, const int64_t *rows, size_t row)
{
    memcpy(counts->of, &rows[row * JOINT_COUNT], sizeof counts->of);
}

static int take_replications(struct joint *joint, const struct tables *tables, const int64_t *rows,
                             size_t world, struct err *err)
{
    if (joint_init(joint, tables->replications, err) != 0)
        return -1;
    for (size_t r = 0; r < joint->replications; r++) {
        take(&joint->by_replication[r], rows, world * joint->replications + r);
        for (size_t f = 0; f < JOINT_COUNT; f++)
            joint->sum.of[f] += joint->by_replication[r].of[f];
    }
    return 0;
}

/* "stroke/severe" is a class of a condition, "stroke" a condition with one for all. */
static int take_class(struct joint *joint, size_t c, const char *label, struct err *err)
{
    char *condition = arena_text(&joint->arena, label, err);
    if (condition == NULL)
        return -1;
    char *slash = strchr(condition, '/');
    joint->classes[c].condition = condition;
    joint->classes[c].name = slash == NULL ? "" : slash + 1;
    if (slash != NULL)
        *slash = '\0';
    return 0;
}

static int take_groups(struct joint *joint, const struct tables *tables, size_t world, struct err *err)
{
    joint->class_count = tables->classes;
    joint->place_count = tables->homes;
    joint->classes = arena_zeroed(&joint->arena, tables->classes, sizeof *joint->classes, err);
    joint->places = arena_zeroed(&joint->arena, tables->homes, sizeof *joint->places, err);
    if (joint->classes == NULL || joint->places == NULL)
        return -1;
    for (size_t c = 0; c < tables->classes; c++) {
        if (take_class(joint, c, tables->class_[c], err) != 0)
            return -1;
        take(&joint->classes[c].sum, tables->by_class, world * tables->classes + c);
    }
    for (size_t p = 0; p < tables->homes; p++) {
        joint->places[p].place = tables->home[p];
        take(&joint->places[p].sum, tables->by_home, world * tables->homes + p);
    }
    memcpy(joint->where, &tables->where[world * FATE_WHERES * FATE_WHERES], sizeof joint->where);
    return 0;
}

int people_of(struct people *people, const struct result *result, const char *const *labels, struct err *err)
{
    struct tables tables = {.worlds = 0};
    *people = (struct people){.labels = labels};
    if (find_tables(&tables, result, err) != 0)
        return -1;
    people->worlds = tables.worlds;
    people->joint = mem_zeroed(tables.worlds, sizeof *people->joint, err);
    people->placebo = people->joint == NULL ? NULL : mem_zeroed(tables.worlds, sizeof *people->placebo, err);
    if (people->placebo == NULL)
        return -1;
    for (size_t w = 0; w < tables.worlds; w++)
        if (take_replications(&people->joint[w], &tables, tables.changes, w, err) != 0 ||
            take_groups(&people->joint[w], &tables, w, err) != 0 ||
            take_replications(&people->placebo[w], &tables, tables.placebo, w, err) != 0)
            return -1;
    return 0;
}
