/* A scenario as resolved: every value in force, in the language. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/quantity.h"
#include "models/scenario_read.h"
#include "sim/mem.h"

/* Grows as it is written: not a stream, since a country has a million values, each of which would open one.
 */
struct written {
    char *bytes;
    size_t length, capacity;
    bool failed;
    struct err *err;
};

struct writer {
    const struct scenario *scenario;
    const char *folder;
    struct written *out;
    const bool *without; /* by policy; not NULL: what a base world is made of, and nothing else */
};

static void put_bytes(const struct writer *writer, const char *bytes, size_t count)
{
    struct written *out = writer->out;
    char *grown = out->failed || count >= SIZE_MAX - out->length
                      ? NULL
                      : mem_grow(out->bytes, &out->capacity, out->length + count + 1, 1, out->err);
    out->failed = grown == NULL;
    if (out->failed)
        return;
    out->bytes = grown;
    memcpy(grown + out->length, bytes, count);
    out->length += count;
}

static void put(const struct writer *writer, const char *text)
{
    put_bytes(writer, text, strlen(text));
}

static void indent(const struct writer *writer, int depth)
{
    for (; depth > 0; depth--)
        put(writer, "    ");
}

static void write_escaped(const struct writer *writer, const char *text)
{
    for (size_t plain = 0; *text != '\0'; text += plain) {
        plain = strcspn(text, "\"\\");
        put_bytes(writer, text, plain);
        if (text[plain] != '\0') {
            put(writer, "\\");
            put_bytes(writer, &text[plain++], 1);
        }
    }
}

static void write_text(const struct writer *writer, const char *text)
{
    put(writer, "\"");
    write_escaped(writer, text);
    put(writer, "\"");
}

static void write_file(const struct writer *writer, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (writer->without != NULL) { /* the same file, wherever it is named from */
        write_text(writer, slash == NULL ? path : slash + 1);
        return;
    }
    const size_t length = strlen(writer->folder);
    write_text(writer, strncmp(path, writer->folder, length) == 0 ? path + length : path);
}

static void write_int(const struct writer *writer, int64_t value)
{
    char text[QUANTITY_TEXT];
    snprintf(text, sizeof text, "%" PRId64 "%s", value, value > INT32_MAX || value < INT32_MIN ? "L" : "");
    put(writer, text);
}

static void write_real(const struct writer *writer, double value)
{
    char text[QUANTITY_TEXT];
    quantity_print_real(text, value);
    put(writer, text);
}

/* ---- distributions ---- */

static void write_number(const struct writer *writer, bool is_time, double value)
{
    char text[QUANTITY_TEXT];
    if (!is_time) {
        write_real(writer, value);
        return;
    }
    quantity_print_seconds(text, value);
    put(writer, "\"");
    put(writer, text);
    put(writer, "\"");
}

static void write_parameter(const struct writer *writer, const char *name, bool is_time, double value)
{
    put(writer, " ");
    put(writer, name);
    put(writer, " = ");
    write_number(writer, is_time, value);
    put(writer, ";");
}

static void write_listed(const struct writer *writer, const struct dist_spec *spec, bool is_time)
{
    put(writer, " values = ( ");
    for (size_t i = 0; i < spec->count; i++) {
        const size_t from = spec->inner == NULL ? i : spec->inner[i];
        const size_t to = spec->inner == NULL ? i + 1 : spec->inner[i + 1];
        put(writer, i > 0 ? ", " : "");
        put(writer, spec->inner != NULL ? "( " : "");
        for (size_t j = from; j < to; j++) {
            put(writer, j > from ? ", " : "");
            write_number(writer, is_time, spec->values[j]);
        }
        put(writer, spec->inner != NULL ? " )" : "");
    }
    put(writer, " );");
}

static void write_mixture(const struct writer *writer, const struct dist_spec *spec, bool is_time)
{
    put(writer, " means = ( ");
    for (size_t i = 0; i < spec->count; i++) {
        put(writer, i > 0 ? ", " : "");
        write_number(writer, is_time, spec->values[i]);
    }
    put(writer, " ); shares = ( ");
    for (size_t i = 0; i < spec->count; i++) {
        put(writer, i > 0 ? ", " : "");
        write_real(writer, spec->weights[i]);
    }
    put(writer, " );");
}

static void write_quantiles(const struct writer *writer, const struct dist_spec *spec, bool is_time)
{
    put(writer, " quantiles = ( ");
    for (size_t i = 0; i < spec->count; i++) {
        put(writer, i > 0 ? ", {" : "{");
        write_parameter(writer, "p", false, spec->weights[i]);
        write_parameter(writer, "value", is_time, spec->values[i]);
        put(writer, " }");
    }
    put(writer, " );");
}

/* Names of the parameters a, b and c; those that carry the unit are in upper case. */
static const struct {
    const char *name, *a, *b, *c;
} dist_words[] = {
    [DIST_FIXED] = {"fixed", "VALUE", NULL, NULL},
    [DIST_LISTED] = {"listed", NULL, NULL, NULL},
    [DIST_UNIFORM] = {"uniform", "LOW", "HIGH", NULL},
    [DIST_TRIANGULAR] = {"triangular", "LOW", "MODE", "HIGH"},
    [DIST_EXPONENTIAL] = {"exponential", "MEAN", NULL, NULL},
    [DIST_NORMAL] = {"normal", "MEAN", "SD", "LOW"},
    [DIST_LOGNORMAL] = {"lognormal", "MEAN", "SD", NULL},
    [DIST_LOGNORMAL_LOG] = {"lognormal", "mu", "sigma", NULL},
    [DIST_GAMMA] = {"gamma", "shape", "SCALE", NULL},
    [DIST_ERLANG] = {"erlang", "shape", "MEAN", NULL},
    [DIST_WEIBULL] = {"weibull", "shape", "SCALE", NULL},
    [DIST_BETA] = {"beta", "alpha", "beta", "HIGH"},
    [DIST_HYPEREXPONENTIAL] = {"hyperexponential", NULL, NULL, NULL},
    [DIST_EMPIRICAL] = {"empirical", NULL, NULL, NULL},
};

static void write_word(const struct writer *writer, const char *word, bool is_time, double value)
{
    char name[16];
    size_t length = 0;
    if (word == NULL)
        return;
    const bool has_unit = word[0] >= 'A' && word[0] <= 'Z';
    for (; word[length] != '\0' && length + 1 < sizeof name; length++)
        name[length] = has_unit ? (char)(word[length] - 'A' + 'a') : word[length];
    name[length] = '\0';
    write_parameter(writer, name, is_time && has_unit, value);
}

static void write_dist(const struct writer *writer, const struct dist_spec *spec, bool is_time)
{
    put(writer, "{ dist = \"");
    put(writer, dist_words[spec->kind].name);
    put(writer, "\";");
    write_word(writer, dist_words[spec->kind].a, is_time, spec->a);
    write_word(writer, dist_words[spec->kind].b, is_time, spec->b);
    write_word(writer, dist_words[spec->kind].c, is_time, spec->c);
    if (spec->kind == DIST_LOGNORMAL_LOG && is_time)
        put(writer, " unit = \"s\";");
    if (spec->kind == DIST_LISTED)
        write_listed(writer, spec, is_time);
    if (spec->kind == DIST_HYPEREXPONENTIAL)
        write_mixture(writer, spec, is_time);
    if (spec->kind == DIST_EMPIRICAL)
        write_quantiles(writer, spec, is_time);
    put(writer, " }");
}

/* ---- values ---- */

static void write_reference(const struct writer *writer, const char *list_path, int32_t index)
{
    const struct scenario *scenario = writer->scenario;
    const char *code = NULL;
    if (strcmp(list_path, "facilities") == 0 && (size_t)index >= scenario->facilities.count) {
        const struct facility_made *made = &scenario->made[(size_t)index - scenario->facilities.count];
        index = made->rule;
        code = made->code;
    }
    char path[64];
    const struct key_row *row = keys_find(list_path);
    snprintf(path, sizeof path, "%.40s.%.*s", list_path, (int)strcspn(row->refers, "|"), row->refers);
    const struct key_row *id = keys_find(path);
    const struct key_list *list = (const void *)((const char *)writer->scenario + row->offset);
    const char *element = (const char *)list->items + (size_t)index * row->size;
    const char *name = *(const char *const *)(const void *)(element + id->offset);
    put(writer, "\"");
    write_escaped(writer, name);
    if (code != NULL) {
        put(writer, ".");
        write_escaped(writer, code);
    }
    put(writer, "\"");
}

static void print_quantity(const struct key_row *row, const void *member, char text[QUANTITY_TEXT])
{
    const int64_t *whole = member;
    const double *real = member;
    switch (row->type) {
    case KEY_DURATION:
        quantity_print_duration(text, *whole);
        break;
    case KEY_DATE:
        quantity_print_date(text, *whole);
        break;
    case KEY_MONEY:
        quantity_print_money(text, *whole);
        break;
    case KEY_BYTES:
        quantity_print_bytes(text, *whole);
        break;
    case KEY_SPAN:
        quantity_print_span(text, *(const struct key_span *)member);
        break;
    case KEY_SECONDS:
        quantity_print_seconds(text, *real);
        break;
    case KEY_RATE:
        quantity_print_rate(text, *real);
        break;
    case KEY_INCIDENCE:
        quantity_print_incidence(text, *real);
        break;
    case KEY_SPEED:
        quantity_print_speed(text, *real);
        break;
    default:
        quantity_print_length(text, *real);
    }
}

static bool is_empty(const char *above, const char *base);

bool scenario_is_absent(const struct key_row *row, const void *member)
{
    switch (row->type) {
    case KEY_TEXT:
    case KEY_ID:
    case KEY_FILE:
    case KEY_DIST:
        return *(const void *const *)member == NULL;
    case KEY_REF:
        return *(const int32_t *)member < 0;
    case KEY_LIST:
    case KEY_TEXTS:
    case KEY_REALS:
    case KEY_FILES:
    case KEY_TIMES:
    case KEY_RATES:
    case KEY_COUNTS:
    case KEY_NAMED_REALS:
        return ((const struct key_list *)member)->count == 0;
    case KEY_INT:
    case KEY_DURATION:
        return row->fallback != NULL && row->fallback[0] == '\0' && *(const int64_t *)member == 0;
    case KEY_GROUP:
        return is_empty(row->path, member);
    case KEY_DATE:
        return row->fallback != NULL && row->fallback[0] == '\0' && *(const int64_t *)member == 0;
    case KEY_RATE:
    case KEY_INCIDENCE:
    case KEY_LENGTH:
    case KEY_SHARE:
        return row->fallback != NULL && row->fallback[0] == '\0' && *(const double *)member == 0;
    default:
        return false;
    }
}

/* A group that has nothing to say. */
static bool is_empty(const char *above, const char *base)
{
    for (const struct key_row *row = keys_next(above, NULL); row != NULL; row = keys_next(above, row))
        if (!scenario_is_absent(row, base + row->offset))
            return false;
    return true;
}

static void write_values(const struct writer *writer, const struct key_row *row, const struct key_list *list)
{
    char text[QUANTITY_TEXT];
    put(writer, "( ");
    for (size_t i = 0; i < list->count; i++) {
        put(writer, i > 0 ? ", " : "");
        if (row->type == KEY_REALS)
            write_real(writer, *SCENARIO_ITEM(*list, double, i));
        else if (row->type == KEY_TIMES)
            write_number(writer, true, *SCENARIO_ITEM(*list, double, i));
        else if (row->type == KEY_RATES) {
            quantity_print_rate(text, *SCENARIO_ITEM(*list, double, i));
            write_text(writer, text);
        } else if (row->type == KEY_FILES)
            write_file(writer, *SCENARIO_ITEM(*list, char *, i));
        else
            write_text(writer, *SCENARIO_ITEM(*list, char *, i));
    }
    put(writer, " )");
}

static void write_named(const struct writer *writer, const struct key_row *row, const struct key_list *list)
{
    put(writer, "{ ");
    for (size_t i = 0; i < list->count; i++) {
        if (row->type == KEY_COUNTS) {
            const struct key_count *count = SCENARIO_ITEM(*list, struct key_count, i);
            put(writer, count->name);
            put(writer, " = ");
            write_int(writer, count->count);
        } else {
            const struct named_real *real = SCENARIO_ITEM(*list, struct named_real, i);
            put(writer, real->name);
            put(writer, " = ");
            write_real(writer, real->value);
        }
        put(writer, "; ");
    }
    put(writer, "}");
}

static void write_members(const struct writer *writer, const char *above, const char *base, int depth);

static void write_group(const struct writer *writer, const struct key_row *row, const char *base, int depth)
{
    put(writer, "{\n");
    write_members(writer, row->path, base, depth + 1);
    if (strcmp(row->path, "policies") == 0) {
        const struct policy_head *head = (const void *)base;
        char above[80];
        snprintf(above, sizeof above, "policies(%.60s)", head->kind);
        write_members(writer, above, head->own, depth + 1);
    }
    indent(writer, depth);
    put(writer, "}");
}

static void write_list(const struct writer *writer, const struct key_row *row, const struct key_list *list,
                       int depth)
{
    const bool choosy = writer->without != NULL && strcmp(row->path, "policies") == 0;
    size_t written = 0;
    put(writer, "( ");
    for (size_t i = 0; i < list->count; i++) {
        if (choosy && writer->without[i])
            continue;
        put(writer, written++ > 0 ? ", " : "");
        write_group(writer, row, (const char *)list->items + i * row->size, depth);
    }
    put(writer, " )");
}

static void write_value(const struct writer *writer, const struct key_row *row, const void *member, int depth)
{
    char text[QUANTITY_TEXT];
    switch (row->type) {
    case KEY_GROUP:
        write_group(writer, row, member, depth);
        return;
    case KEY_LIST:
        write_list(writer, row, member, depth);
        return;
    case KEY_TEXT:
    case KEY_ID:
        write_text(writer, *(const char *const *)member);
        return;
    case KEY_FILE:
        write_file(writer, *(const char *const *)member);
        return;
    case KEY_REF:
        write_reference(writer, row->refers, *(const int32_t *)member);
        return;
    case KEY_CHOICE:
        key_choice_name(row->choices, *(const int *)member, text, sizeof text);
        write_text(writer, text);
        return;
    case KEY_BOOL:
        put(writer, *(const bool *)member ? "true" : "false");
        return;
    case KEY_INT:
        write_int(writer, *(const int64_t *)member);
        return;
    case KEY_REAL:
    case KEY_SHARE:
        write_real(writer, *(const double *)member);
        return;
    case KEY_DIST:
        write_dist(writer, *(const struct dist_spec *const *)member,
                   row->unit != NULL && row->unit[0] == 't');
        return;
    case KEY_TEXTS:
    case KEY_REALS:
    case KEY_FILES:
    case KEY_TIMES:
    case KEY_RATES:
        write_values(writer, row, member);
        return;
    case KEY_COUNTS:
    case KEY_NAMED_REALS:
        write_named(writer, row, member);
        return;
    default:
        print_quantity(row, member, text);
        write_text(writer, text);
    }
}

/* Of how a world comes to be: what it is called, how often it is run and what it is compared with. */
static bool says_nothing(const struct key_row *row)
{
    static const char *const paths[] = {"scenario.title",        "scenario.purpose",     "scenario.aims",
                                        "scenario.preparation",  "scenario.assumptions", "scenario.sharing",
                                        "scenario.replications", "scenario.facts",       "targets"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (strcmp(row->path, paths[i]) == 0)
            return true;
    return false;
}

static void write_members(const struct writer *writer, const char *above, const char *base, int depth)
{
    for (const struct key_row *row = keys_next(above, NULL); row != NULL; row = keys_next(above, row)) {
        const void *member = base + row->offset;
        if (scenario_is_absent(row, member) || (writer->without != NULL && says_nothing(row)))
            continue;
        indent(writer, depth);
        put(writer, keys_name(row));
        put(writer, " = ");
        write_value(writer, row, member, depth);
        put(writer, ";\n");
    }
}

/* What `write` puts out, malloc'ed. */
static char *written(struct writer *writer,
                     void (*write)(const struct writer *, const struct key_row *, const void *),
                     const struct key_row *row, const void *member, struct err *err)
{
    struct written out = {.err = err};
    writer->out = &out;
    write(writer, row, member);
    put_bytes(writer, "", 1);
    if (!out.failed)
        return out.bytes;
    free(out.bytes);
    return NULL;
}

static void write_whole(const struct writer *writer, const struct key_row *row, const void *member)
{
    (void)row;
    write_members(writer, "", member, 0);
}

static void write_one(const struct writer *writer, const struct key_row *row, const void *member)
{
    write_value(writer, row, member, 0);
}

static char *write_all(struct writer *writer, struct err *err)
{
    return written(writer, write_whole, NULL, writer->scenario, err);
}

char *scenario_write_value(const struct scenario *scenario, const struct key_row *row, const void *member,
                           struct err *err)
{
    struct writer writer = {.scenario = scenario, .folder = ""};
    return written(&writer, write_one, row, member, err);
}

int scenario_write(struct scenario *scenario, const char *folder, struct err *err)
{
    struct writer writer = {.scenario = scenario, .folder = folder};
    char *text = write_all(&writer, err);
    if (text == NULL)
        return -1;
    scenario->resolved = arena_text(&scenario->arena, text, err);
    free(text);
    return scenario->resolved == NULL ? -1 : 0;
}

char *scenario_write_base(const struct scenario *scenario, const bool *without, struct err *err)
{
    struct writer writer = {.scenario = scenario, .folder = "", .without = without};
    return write_all(&writer, err);
}
