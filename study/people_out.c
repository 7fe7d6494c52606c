#include "study/people.h"

#include <inttypes.h>
#include <math.h>

#include "study/json_out.h"

struct csv_row {
    const char *world, *group, *member, *class_, *change;
    int64_t sum;
    struct stats stats;
    bool open;
    struct joint_bounds bounds;
};

static void csv_row(struct text *text, const struct joint *joint, struct csv_row row)
{
    const char *const words[] = {row.world, row.group, row.member, row.class_, row.change};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        text_add_csv(text, words[i]);
        text_add(text, ",");
    }
    text_add(text, "%zu,%" PRId64 ",", joint->replications, row.sum);
    text_add_csv_number(text, joint_mean(joint, row.sum));
    const double numbers[] = {row.stats.mean - row.stats.half, row.stats.mean + row.stats.half,
                              row.open ? joint_mean(joint, row.bounds.low) : NAN,
                              row.open ? joint_mean(joint, row.bounds.high) : NAN};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        text_add(text, ",");
        text_add_csv_number(text, numbers[i]);
    }
    text_add(text, "\n");
}

static const struct stats unknown = {.mean = NAN, .sd = NAN, .half = NAN};

static void csv_counts(struct text *text, const struct joint *joint, struct csv_row row,
                       const struct joint_counts *counts)
{
    for (size_t f = 0; f < JOINT_COUNT; f++) {
        row.change = joint_names[f];
        row.sum = counts->of[f];
        row.stats = counts == &joint->sum ? joint_stats(joint, (enum joint_field)f) : unknown;
        row.open = joint_bounds_of(counts, (enum joint_field)f, &row.bounds);
        csv_row(text, joint, row);
    }
}

static void csv_joint(struct text *text, const struct joint *joint, const char *world)
{
    csv_counts(text, joint, (struct csv_row){world, "all", "", "", .change = ""}, &joint->sum);
    for (size_t a = 0; a < FATE_WHERES; a++)
        for (size_t b = 0; b < FATE_WHERES; b++)
            csv_row(text, joint,
                    (struct csv_row){.world = world,
                                     .group = "where",
                                     .member = joint_where[a],
                                     .class_ = joint_where[b],
                                     .change = "patients",
                                     .sum = joint->where[a][b],
                                     .stats = unknown});
    for (size_t c = 0; c < joint->class_count; c++)
        csv_counts(text, joint,
                   (struct csv_row){world, "condition", joint->classes[c].condition, joint->classes[c].name,
                                    .change = ""},
                   &joint->classes[c].sum);
    for (size_t p = 0; p < joint->place_count; p++)
        csv_counts(text, joint, (struct csv_row){world, "home", joint->places[p].place, "", .change = ""},
                   &joint->places[p].sum);
}

static void csv_placebo(struct text *text, const struct joint *joint, const char *world)
{
    csv_counts(text, joint, (struct csv_row){world, "placebo", "", "", .change = ""}, &joint->sum);
}

char *people_csv(const struct people *people, struct err *err)
{
    struct text text;
    text_init(&text, err);
    text_add(&text, "alternative,group,member,class,change,replications,sum,mean,ci95_low,ci95_high,"
                    "margins_low,margins_high\n");
    for (size_t w = 1; w < people->worlds; w++)
        csv_joint(&text, &people->joint[w], people->labels[w]);
    for (size_t w = 0; w < people->worlds; w++)
        csv_placebo(&text, &people->placebo[w], people->labels[w]);
    return text_take(&text, err);
}

static json_t *json_bounds(const struct joint *joint, bool open, struct joint_bounds bounds)
{
    return open ? json_out_pair(joint_mean(joint, bounds.low), joint_mean(joint, bounds.high)) : json_null();
}

static json_t *json_change(const struct joint *joint, enum joint_field field)
{
    const struct stats stats = joint_stats(joint, field);
    struct joint_bounds margins = {0, 0}, within = {0, 0};
    const bool open = joint_bounds_of(&joint->sum, field, &margins);
    const bool open_within = joint_bounds_within(joint, field, &within) && open;
    json_t *object = json_object();
    int broken = json_out_set(object, "sum", json_integer((json_int_t)joint->sum.of[field]));
    broken |= json_out_set_stats(object, stats);
    if (open) {
        broken |= json_out_set(object, "margins_allow", json_bounds(joint, open, margins));
        broken |=
            json_out_set(object, "margins_allow_within_classes", json_bounds(joint, open_within, within));
    }
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* Means a replication. */
static json_t *json_means(const struct joint *joint, const struct joint_counts *counts)
{
    json_t *object = json_object();
    int broken = 0;
    for (size_t f = 0; f < JOINT_COUNT; f++)
        broken |= json_out_set(object, joint_names[f], json_out_number(joint_mean(joint, counts->of[f])));
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *json_where(const struct joint *joint)
{
    json_t *object = json_object();
    int broken = 0;
    for (size_t a = 0; a < FATE_WHERES; a++) {
        json_t *row = json_object();
        for (size_t b = 0; b < FATE_WHERES; b++)
            broken |=
                json_out_set(row, joint_where[b], json_out_number(joint_mean(joint, joint->where[a][b])));
        broken |= json_out_set(object, joint_where[a], row);
    }
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *json_classes(const struct joint *joint)
{
    json_t *list = json_array();
    int broken = list == NULL ? -1 : 0;
    for (size_t c = 0; c < joint->class_count; c++) {
        json_t *object = json_means(joint, &joint->classes[c].sum);
        broken |= json_out_set(object, "condition", json_out_text(joint->classes[c].condition));
        broken |= json_out_set(object, "class", json_out_text(joint->classes[c].name));
        broken |= json_array_append_new(list, object);
    }
    if (broken != 0) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *json_places(const struct joint *joint)
{
    json_t *object = json_object();
    int broken = 0;
    for (size_t p = 0; p < joint->place_count; p++)
        broken |= json_out_set(object, joint->places[p].place, json_means(joint, &joint->places[p].sum));
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *json_joint(const struct joint *joint, const char *label)
{
    json_t *object = json_object();
    json_t *changes = json_object();
    int broken = 0;
    for (size_t f = 0; f < JOINT_COUNT; f++)
        broken |= json_out_set(changes, joint_names[f], json_change(joint, (enum joint_field)f));
    broken |= json_out_set(object, "scenario", json_out_text(label));
    broken |= json_out_set(object, "changes", changes);
    broken |= json_out_set(object, "where", json_where(joint));
    broken |= json_out_set(object, "by_condition", json_classes(joint));
    broken |= json_out_set(object, "by_home", json_places(joint));
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

json_t *people_json(const struct people *people)
{
    json_t *object = json_object();
    json_t *alternatives = json_array();
    json_t *placebo = json_object();
    int broken = 0;
    for (size_t w = 1; w < people->worlds; w++)
        broken |= json_array_append_new(alternatives, json_joint(&people->joint[w], people->labels[w]));
    broken |= json_out_set(object, "luck", json_out_text("common"));
    broken |= json_out_set(object, "alternatives", alternatives);
    for (size_t w = 0; w < people->worlds; w++)
        broken |= json_out_set(placebo, people->labels[w],
                               json_means(&people->placebo[w], &people->placebo[w].sum));
    broken |= json_out_set(object, "placebo", placebo);
    if (broken != 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}
