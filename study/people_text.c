#include "study/people.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "study/text_table.h"

/* The last field is money, not a count. */
enum { COUNTS = JOINT_paid_more_fen, MOST_ROWS = 10 };

static void add_number(struct text_table *table, double value, double half95)
{
    char cell[TEXT_NUMBER];
    text_number(cell, value, half95);
    text_table_add(table, cell);
}

/* Of a count over all replications; a mean of counts needs no more figures than these. */
static void add_mean(struct text_table *table, const struct joint *joint, int64_t sum)
{
    const double mean = joint_mean(joint, sum);
    add_number(table, mean, fabs(mean) < 10 ? 0.1 : 1);
}

static void add_range(struct text_table *table, double low, double high)
{
    char a[TEXT_NUMBER], b[TEXT_NUMBER], cell[2 * TEXT_NUMBER + 8];
    text_number(a, low, fabs(low) < 10 ? 0.1 : 1);
    text_number(b, high, fabs(high) < 10 ? 0.1 : 1);
    snprintf(cell, sizeof cell, "%s to %s", a, b);
    text_table_add(table, cell);
}

static void add_bounds(struct text_table *table, const struct joint *joint, bool known,
                       struct joint_bounds bounds)
{
    if (known)
        add_range(table, joint_mean(joint, bounds.low), joint_mean(joint, bounds.high));
    else
        text_table_add(table, "");
}

static void add_change(struct text_table *table, const struct people *people, size_t world,
                       enum joint_field field)
{
    const struct joint *joint = &people->joint[world];
    const struct stats stats = joint_stats(joint, field);
    char interval[2 * TEXT_NUMBER + 8] = "-", low[TEXT_NUMBER], high[TEXT_NUMBER];
    text_number(low, stats.mean - stats.half, stats.half);
    text_number(high, stats.mean + stats.half, stats.half);
    if (isfinite(stats.half))
        snprintf(interval, sizeof interval, "%s to %s", low, high);
    struct joint_bounds margins = {0, 0}, within = {0, 0};
    const bool open = joint_bounds_of(&joint->sum, field, &margins);
    const bool open_within = joint_bounds_within(joint, field, &within) && open;
    text_table_add(table, joint_names[field]);
    add_number(table, stats.mean, stats.half);
    text_table_add(table, interval);
    add_bounds(table, joint, open, margins);
    add_bounds(table, joint, open_within, within);
    add_mean(table, &people->placebo[0], people->placebo[0].sum.of[field]);
    add_mean(table, &people->placebo[world], people->placebo[world].sum.of[field]);
    text_table_add(table, joint_help[field]);
}

static void print_changes(const struct people *people, size_t world, struct text *text, struct err *err)
{
    const char *const head[] = {"a replication",      "mean",          "95% interval", "margins allow",
                                "... within classes", "placebo: base", "here",         ""};
    struct text_table table;
    text_table_init(&table, "lrrrrrrl", err);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        text_table_add(&table, head[i]);
    for (size_t f = 0; f < COUNTS; f++)
        add_change(&table, people, world, (enum joint_field)f);
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

static void print_where(const struct joint *joint, struct text *text, struct err *err)
{
    struct text_table table;
    text_table_init(&table, "lrrrrrr", err);
    text_table_add(&table, "in the base \\ here");
    for (size_t b = 0; b < FATE_WHERES; b++)
        text_table_add(&table, joint_where[b]);
    for (size_t a = 0; a < FATE_WHERES; a++) {
        text_table_add(&table, joint_where[a]);
        for (size_t b = 0; b < FATE_WHERES; b++)
            add_mean(&table, joint, joint->where[a][b]);
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

static const enum joint_field shown[] = {
    JOINT_patients, JOINT_saved,  JOINT_lost,  JOINT_treatment_gained, JOINT_treatment_lost, JOINT_nearer,
    JOINT_farther,  JOINT_sooner, JOINT_later, JOINT_cheaper,          JOINT_dearer};
enum { SHOWN = sizeof shown / sizeof shown[0] };

static void add_group(struct text_table *table, const struct joint *joint, const char *label,
                      const struct joint_counts *counts)
{
    text_table_add(table, label);
    for (size_t i = 0; i < SHOWN; i++)
        add_mean(table, joint, counts->of[shown[i]]);
}

static void begin_groups(struct text_table *table, const char *what, struct err *err)
{
    static const char *const words[SHOWN] = {"patients", "saved",  "lost",  "treated", "... lost", "nearer",
                                             "farther",  "sooner", "later", "cheaper", "dearer"};
    text_table_init(table, "lrrrrrrrrrrr", err);
    text_table_add(table, what);
    for (size_t i = 0; i < SHOWN; i++)
        text_table_add(table, words[i]);
}

static void print_classes(const struct joint *joint, struct text *text, struct err *err)
{
    struct text_table table;
    begin_groups(&table, "by condition", err);
    for (size_t c = 0; c < joint->class_count; c++) {
        const struct joint_class *of = &joint->classes[c];
        char *label = mem_printf(err, "%s%s%s", of->condition, *of->name == '\0' ? "" : ", ", of->name);
        if (label != NULL && of->sum.of[JOINT_patients] > 0)
            add_group(&table, joint, label, &of->sum);
        text->failed = text->failed || label == NULL;
        free(label);
    }
    text_table_print(&table, 2, text);
    text_table_free(&table);
}

static int by_touched(const void *first, const void *second)
{
    const struct joint_place *a = *(const struct joint_place *const *)first,
                             *b = *(const struct joint_place *const *)second;
    const int64_t p = a->sum.of[JOINT_touched], q = b->sum.of[JOINT_touched];
    return p != q ? (p < q) - (p > q) : (a > b) - (a < b);
}

/* The places to whose people most happened first. */
static void print_places(const struct joint *joint, bool all, struct text *text, struct err *err)
{
    const struct joint_place **sorted = mem_zeroed(joint->place_count, sizeof *sorted, err);
    if (sorted == NULL) {
        text->failed = true;
        return;
    }
    for (size_t p = 0; p < joint->place_count; p++)
        sorted[p] = &joint->places[p];
    qsort(sorted, joint->place_count, sizeof *sorted, by_touched);
    const size_t rows = all || joint->place_count <= MOST_ROWS ? joint->place_count : MOST_ROWS;
    struct text_table table;
    begin_groups(&table, "by home", err);
    for (size_t p = 0; p < rows; p++)
        add_group(&table, joint, sorted[p]->place, &sorted[p]->sum);
    text_table_print(&table, 2, text);
    text_table_free(&table);
    if (rows < joint->place_count)
        text_add(text, "  and %zu more places: --all shows them\n", joint->place_count - rows);
    free(sorted);
}

static void print_world(const struct people *people, size_t world, bool all, struct text *text,
                        struct err *err)
{
    const struct joint *joint = &people->joint[world];
    char count[TEXT_NUMBER];
    text_number(count, (double)joint->sum.of[JOINT_patients], NAN);
    text_add(text, "\nPatient by patient, under common luck: ");
    text_add_safe(text, people->labels[world]);
    text_add(text, " against ");
    text_add_safe(text, people->labels[0]);
    text_add(text,
             "\n%s patients in %zu replication%s. Who belongs to whom is known by their luck; the margins of "
             "the two worlds\nalone would allow what stands beside. The placebo leaves one treated patient "
             "out of the same world: what\ncongestion alone then changes for all the others.\n\n",
             count, joint->replications, joint->replications == 1 ? "" : "s");
    print_changes(people, world, text, err);
    const double money = 0.01 * joint_mean(joint, joint->sum.of[JOINT_paid_more_fen]);
    char paid[TEXT_NUMBER];
    text_number(paid, money, NAN);
    text_add(text,
             "  what patients paid beyond the base, a replication: %s CNY\n\n"
             "Where they were treated, a replication\n",
             paid);
    print_where(joint, text, err);
    text_add(text, "\n");
    print_classes(joint, text, err);
    text_add(text, "\n");
    print_places(joint, all, text, err);
}

void people_text(const struct people *people, bool all, struct text *text, struct err *err)
{
    for (size_t w = 1; w < people->worlds; w++)
        print_world(people, w, all, text, err);
}
