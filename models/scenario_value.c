/* Single values of a scenario, by the type of their row. */

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/quantity.h"
#include "models/scenario_read.h"
#include "models/source.h"

/* ---- words ---- */

int key_choice_index(const char *choices, const char *word)
{
    const size_t own = strlen(word);
    for (int index = 0; *choices != '\0'; index++) {
        const size_t length = strcspn(choices, "|");
        if (length == own && memcmp(choices, word, own) == 0)
            return index;
        choices += length + (choices[length] == '|');
    }
    return -1;
}

void key_choice_name(const char *choices, int index, char *name, size_t size)
{
    for (; index > 0 && *choices != '\0'; index--) {
        choices += strcspn(choices, "|");
        choices += *choices == '|';
    }
    snprintf(name, size, "%.*s", (int)strcspn(choices, "|"), choices);
}

static int bad_choice(const struct key_row *row, const char *word, const struct origin *origin,
                      struct err *err)
{
    char words[8][24];
    const char *names[8];
    size_t count = 0;
    for (; count < 8; count++) {
        key_choice_name(row->choices, (int)count, words[count], sizeof words[count]);
        if (words[count][0] == '\0')
            break;
        names[count] = words[count];
    }
    char list[200] = "";
    for (size_t i = 0, used = 0; i < count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s\"%s\"",
                                 i == 0           ? ""
                                 : i + 1 == count ? " or "
                                                  : ", ",
                                 names[i]);
    const char *near = scenario_nearest(word, names, count);
    if (near != NULL)
        return origin_problem(origin, err, "\"%.60s\" is not a choice; did you mean \"%s\"? (%s)", word, near,
                              list);
    return origin_problem(origin, err, "\"%.60s\" is not a choice; write %s", word, list);
}

static int bad_type(const struct setting *setting, const char *due, const struct origin *origin,
                    struct err *err)
{
    return origin_problem(origin, err, "is %s where %s is due; %s", setting_type_name(setting), due,
                          setting->type == SETTING_GROUP  ? "take the braces away"
                          : setting->type == SETTING_LIST ? "write one value without brackets"
                                                          : "see `counterpart keys` for its form");
}

/* The number as the user wrote it, nearly. */
static void number_text(const struct setting *setting, char text[QUANTITY_TEXT])
{
    if (setting->type == SETTING_INT)
        snprintf(text, QUANTITY_TEXT, "%lld", (long long)setting->integer);
    else
        snprintf(text, QUANTITY_TEXT, "%.15g", setting->real);
}

static bool is_number(const struct setting *setting)
{
    return setting->type == SETTING_INT || setting->type == SETTING_REAL;
}

static const char *text_of(const struct setting *setting)
{
    return setting->raw != NULL && setting->type != SETTING_GROUP && setting->type != SETTING_LIST &&
                   setting->type != SETTING_TEXT
               ? setting->raw
           : setting->type == SETTING_TEXT ? setting->text
                                           : NULL;
}

int reader_text(struct reader *reader, const struct setting *setting, const struct origin *origin,
                const char **text)
{
    *text = text_of(setting);
    char number[QUANTITY_TEXT];
    if (*text == NULL && is_number(setting)) {
        number_text(setting, number);
        return origin_problem(origin, reader->err,
                              "%s is a number where a text is due; write it in quotes: \"%s\"", number,
                              number);
    }
    if (*text == NULL)
        return bad_type(setting, "a text", origin, reader->err);
    for (const char *at = *text; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return origin_problem(origin, reader->err, "the text has a control character; take it away");
    return 0;
}

static bool is_id_char(char c, const char *more)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || (more != NULL && c != '\0' && strchr(more, c) != NULL);
}

static int read_id(struct reader *reader, const struct key_row *row, const struct setting *setting,
                   const struct origin *origin, const char **id)
{
    if (reader_text(reader, setting, origin, id) != 0)
        return -1;
    if (**id == '\0')
        return origin_problem(origin, reader->err,
                              "is empty; write a short name of letters, digits, _ and -");
    if (strlen(*id) > 60)
        return origin_problem(origin, reader->err,
                              "\"%.60s...\" is too long for an id; write at most 60 characters", *id);
    for (const char *at = *id; *at != '\0'; at++)
        if (!is_id_char(*at, row->choices))
            return origin_problem(origin, reader->err,
                                  "\"%s\" is not an id; use letters, digits, _ and - only", *id);
    return 0;
}

/* ---- numbers ---- */

static bool out_of_bounds(const struct key_row *row, double value)
{
    return (row->low != 0 || row->high != 0) && !(value >= row->low && value <= row->high);
}

/* A bound in the words of the language. */
static void bound_text(const struct key_row *row, double bound, char text[QUANTITY_TEXT])
{
    const int64_t whole = fabs(bound) < 9e18 ? (int64_t)bound : 0;
    switch (row->type) {
    case KEY_DURATION:
        quantity_print_duration(text, whole);
        break;
    case KEY_SPAN:
        quantity_print_span(text, (struct key_span){.us = whole});
        break;
    case KEY_MONEY:
        quantity_print_money(text, whole);
        break;
    case KEY_BYTES:
        quantity_print_bytes(text, whole);
        break;
    case KEY_SPEED:
        snprintf(text, QUANTITY_TEXT, "%.10g km/h", bound * 3.6);
        break;
    case KEY_LENGTH:
        snprintf(text, QUANTITY_TEXT, "%.10g km", bound / 1000);
        break;
    default:
        snprintf(text, QUANTITY_TEXT, "%.10g", bound);
    }
}

static int check_bounds(struct reader *reader, const struct key_row *row, double value, const char *shown,
                        const struct origin *origin)
{
    if (!out_of_bounds(row, value))
        return 0;
    char low[QUANTITY_TEXT], high[QUANTITY_TEXT];
    const bool positive = row->low > 0 && row->low < 1e-6;
    const bool is_time = (row->type == KEY_DURATION || row->type == KEY_SPAN) && row->low == 1;
    bound_text(row, row->low, low);
    bound_text(row, row->high, high);
    if (value < row->low && (positive || is_time))
        return origin_problem(origin, reader->err, "%s is not more than 0; write more", shown);
    if (isinf(row->high))
        return origin_problem(origin, reader->err, "%s is too little; write %s or more", shown, low);
    return origin_problem(origin, reader->err, "%s is out of range; write a value from %s to %s", shown,
                          positive ? "just above 0" : low, high);
}

static int number_due(struct reader *reader, const struct setting *setting, const struct origin *origin,
                      const char *due)
{
    if (setting->type == SETTING_TEXT)
        return origin_problem(origin, reader->err,
                              "\"%.60s\" is a text where %s is due; write it without quotes and unit",
                              setting->text, due);
    return bad_type(setting, due, origin, reader->err);
}

static int read_real(struct reader *reader, const struct setting *setting, const struct origin *origin,
                     double *value)
{
    if (!is_number(setting))
        return number_due(reader, setting, origin, "a number");
    *value = setting->type == SETTING_INT ? (double)setting->integer : setting->real;
    if (!isfinite(*value))
        return origin_problem(origin, reader->err, "is not a finite number; write one below 1e300");
    return 0;
}

static int read_bounded_real(struct reader *reader, const struct key_row *row, const struct setting *setting,
                             const struct origin *origin, double *value)
{
    char text[QUANTITY_TEXT];
    if (read_real(reader, setting, origin, value) != 0)
        return -1;
    number_text(setting, text);
    if (row->type == KEY_SHARE && !(*value >= 0 && *value <= 1))
        return origin_problem(origin, reader->err, "%s is not a share; write a number from 0 to 1", text);
    return check_bounds(reader, row, *value, text, origin);
}

static int read_int(struct reader *reader, const struct key_row *row, const struct setting *setting,
                    const struct origin *origin, int64_t *value)
{
    char text[QUANTITY_TEXT];
    if (setting->type == SETTING_REAL) {
        number_text(setting, text);
        return origin_problem(origin, reader->err, "%s is not a whole number; write one such as %.0f", text,
                              floor(setting->real));
    }
    if (setting->type != SETTING_INT)
        return number_due(reader, setting, origin, "a whole number");
    *value = setting->integer;
    number_text(setting, text);
    return check_bounds(reader, row, (double)*value, text, origin);
}

/* ---- quantities ---- */

/* The text of a quantity; a bare number is refused with its fix. */
static const char *quantity_text(struct reader *reader, const struct key_row *row,
                                 const struct setting *setting, const struct origin *origin)
{
    if (setting->type == SETTING_TEXT)
        return setting->text;
    if (is_number(setting)) {
        char number[QUANTITY_TEXT];
        struct err why = ERR_INIT;
        number_text(setting, number);
        if (row->type == KEY_DATE)
            origin_problem(origin, reader->err, "%s is a number where a date is due; write \"2019-01-31\"",
                           number);
        else if (quantity_lacks_unit(row->type, number, &why) != 0)
            origin_problem(origin, reader->err, "%s", why.text[0]);
        return NULL;
    }
    bad_type(setting, "a text with a number and a unit", origin, reader->err);
    return NULL;
}

static int read_double_quantity(enum key_type type, const char *text, double *value, struct err *why)
{
    switch (type) {
    case KEY_RATE:
        return quantity_rate(text, value, why);
    case KEY_INCIDENCE:
        return quantity_incidence(text, value, why);
    case KEY_SPEED:
        return quantity_speed(text, value, why);
    case KEY_LENGTH:
        return quantity_length(text, value, why);
    default:
        return quantity_seconds(text, value, why);
    }
}

static int read_whole_quantity(enum key_type type, const char *text, int64_t *value, struct err *why)
{
    switch (type) {
    case KEY_DURATION:
        return quantity_duration(text, value, why);
    case KEY_MONEY:
        return quantity_money(text, value, why);
    case KEY_BYTES:
        return quantity_bytes(text, value, why);
    default:
        return quantity_date(text, value, why);
    }
}

static int read_quantity(struct reader *reader, const struct key_row *row, const struct setting *setting,
                         const struct origin *origin, void *member)
{
    const char *text = quantity_text(reader, row, setting, origin);
    if (text == NULL)
        return -1;
    struct err why = ERR_INIT;
    double checked = 0;
    int status = 0;
    if (row->type == KEY_DURATION || row->type == KEY_MONEY || row->type == KEY_BYTES ||
        row->type == KEY_DATE) {
        int64_t *value = member;
        status = read_whole_quantity(row->type, text, value, &why);
        checked = (double)*value;
    } else if (row->type == KEY_SPAN) {
        struct key_span *value = member;
        status = quantity_span(text, value, &why);
        checked = (double)value->months * 28 * 86400e6 + (double)value->us;
    } else {
        double *value = member;
        status = read_double_quantity(row->type, text, value, &why);
        checked = *value;
    }
    if (status != 0)
        return origin_problem(origin, reader->err, "%s", why.text[0]);
    char shown[QUANTITY_TEXT];
    snprintf(shown, sizeof shown, "\"%.50s\"", text);
    return check_bounds(reader, row, checked, shown, origin);
}

int reader_number(struct reader *reader, const struct setting *setting, const struct origin *origin,
                  bool is_time, double *value)
{
    static const struct key_row time_row = {.type = KEY_SECONDS};
    if (is_time)
        return read_quantity(reader, &time_row, setting, origin, value);
    return read_real(reader, setting, origin, value);
}

int reader_file(struct reader *reader, const struct setting *setting, const struct origin *origin,
                const char **path)
{
    const char *name = NULL;
    if (reader_text(reader, setting, origin, &name) != 0)
        return -1;
    if (*name == '\0')
        return origin_problem(origin, reader->err, "names no file; write its name or take the key away");
    *path = source_join(&reader->scenario->arena, setting->folder, name, reader->err);
    if (*path == NULL)
        return -1;
    FILE *file = fopen(*path, "re");
    const bool opened = file != NULL;
    const bool readable = opened && !(fgetc(file) == EOF && ferror(file));
    const char *why = strerror(errno);
    if (opened)
        fclose(file);
    if (readable)
        return 0;
    return origin_problem(
        origin, reader->err,
        "\"%.200s\" cannot be read: %s; check the name, which counts from the folder of the file "
        "that has it",
        name, why);
}

/* ---- lists of values ---- */

static struct origin *item_origin(struct reader *reader, const struct origin *parent,
                                  const struct setting *at, size_t position, const void *member)
{
    char name[32];
    snprintf(name, sizeof name, "#%zu", position + 1);
    const char *kept = arena_text(&reader->scenario->arena, name, reader->err);
    return kept == NULL ? NULL : reader_origin(reader, parent, kept, at, member);
}

static int read_value(struct reader *reader, const struct key_row *row, const struct setting *setting,
                      const struct origin *origin, void *member)
{
    static const struct key_row time_row = {.type = KEY_SECONDS}, rate_row = {.type = KEY_RATE};
    if (row->type == KEY_REALS)
        return read_bounded_real(reader, row, setting, origin, member);
    if (row->type == KEY_TIMES)
        return read_quantity(reader, &time_row, setting, origin, member);
    if (row->type == KEY_RATES)
        return read_quantity(reader, &rate_row, setting, origin, member);
    if (row->type == KEY_FILES)
        return reader_file(reader, setting, origin, member);
    return reader_text(reader, setting, origin, member);
}

/* One value, or a list of values; both kinds of item have the size of a pointer or a double. */
static int read_values(struct reader *reader, const struct key_row *row, const struct setting *setting,
                       const struct origin *origin, struct key_list *list)
{
    const bool texts = row->type == KEY_TEXTS || row->type == KEY_FILES;
    const size_t size = texts ? sizeof(const char *) : sizeof(double);
    const bool one = setting->type != SETTING_LIST;
    if (setting->type == SETTING_GROUP)
        return origin_problem(origin, reader->err, "is a group where %s are due; write them in [ ... ]",
                              texts ? "texts" : keys_type_name(row));
    list->count = one ? 1 : setting->count;
    list->items = arena_zeroed(&reader->scenario->arena, list->count, size, reader->err);
    if (list->items == NULL)
        return -1;
    if (one)
        return read_value(reader, row, setting, origin, list->items);
    size_t i = 0;
    int status = 0;
    for (const struct setting *item = setting->first; item != NULL; item = item->next, i++) {
        void *member = (char *)list->items + i * size;
        const struct origin *at = item_origin(reader, origin, item, i, member);
        if (at == NULL)
            return -1;
        if (read_value(reader, row, item, at, member) != 0)
            status = -1;
    }
    return status;
}

/* { general = 300; icu = 10; } */
static int read_named(struct reader *reader, const struct key_row *row, const struct setting *setting,
                      const struct origin *origin, struct key_list *list)
{
    const bool counts = row->type == KEY_COUNTS;
    const size_t size = counts ? sizeof(struct key_count) : sizeof(struct named_real);
    if (setting->type != SETTING_GROUP)
        return origin_problem(origin, reader->err, "is %s where a group is due; write { NAME = %s; }",
                              setting_type_name(setting), counts ? "3" : "0.5");
    list->count = setting->count;
    list->items = arena_zeroed(&reader->scenario->arena, list->count, size, reader->err);
    if (list->items == NULL)
        return -1;
    int status = 0;
    char *item = list->items;
    for (const struct setting *child = setting->first; child != NULL; child = child->next, item += size) {
        struct key_count *count = (void *)item;
        struct named_real *real = (void *)item;
        const struct origin *at = reader_origin(reader, origin, child->name, child, item);
        if (at == NULL)
            return -1;
        if (counts)
            count->name = child->name;
        else
            real->name = child->name;
        if ((counts ? read_int(reader, row, child, at, &count->count)
                    : read_bounded_real(reader, row, child, at, &real->value)) != 0)
            status = -1;
    }
    return status;
}

static int read_choice(struct reader *reader, const struct key_row *row, const struct setting *setting,
                       const struct origin *origin, int *choice)
{
    const char *word = NULL;
    if (reader_text(reader, setting, origin, &word) != 0)
        return -1;
    *choice = key_choice_index(row->choices, word);
    return *choice >= 0 ? 0 : bad_choice(row, word, origin, reader->err);
}

static int read_bool(struct reader *reader, const struct setting *setting, const struct origin *origin,
                     bool *flag)
{
    if (setting->type != SETTING_BOOL)
        return origin_problem(origin, reader->err, "is %s; write true or false, without quotes",
                              setting_type_name(setting));
    *flag = setting->flag;
    return 0;
}

int reader_value(struct reader *reader, const struct key_row *row, const struct setting *setting,
                 const struct origin *origin, void *member)
{
    switch (row->type) {
    case KEY_TEXT:
        return reader_text(reader, setting, origin, member);
    case KEY_ID:
        return read_id(reader, row, setting, origin, member);
    case KEY_CHOICE:
        return read_choice(reader, row, setting, origin, member);
    case KEY_BOOL:
        return read_bool(reader, setting, origin, member);
    case KEY_INT:
        return read_int(reader, row, setting, origin, member);
    case KEY_REAL:
    case KEY_SHARE:
        return read_bounded_real(reader, row, setting, origin, member);
    case KEY_TEXTS:
    case KEY_REALS:
    case KEY_FILES:
    case KEY_TIMES:
    case KEY_RATES:
        return read_values(reader, row, setting, origin, member);
    case KEY_COUNTS:
    case KEY_NAMED_REALS:
        return read_named(reader, row, setting, origin, member);
    case KEY_FILE:
        return reader_file(reader, setting, origin, member);
    default:
        return read_quantity(reader, row, setting, origin, member);
    }
}
