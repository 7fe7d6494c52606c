#include "models/keys.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

const struct key_kind *keys_kind(const char *kind)
{
    for (size_t i = 0; kind != NULL && i < policy_kind_count; i++)
        if (strcmp(policy_kinds[i]->kind, kind) == 0)
            return policy_kinds[i];
    return NULL;
}

/* All rows as one sequence: the tables' first, then those of the kinds. */
static const struct key_row *rows_of(size_t table, size_t *count)
{
    if (table < key_table_count) {
        *count = key_tables[table]->count;
        return key_tables[table]->rows;
    }
    if (table - key_table_count < policy_kind_count) {
        *count = policy_kinds[table - key_table_count]->count;
        return policy_kinds[table - key_table_count]->rows;
    }
    return NULL;
}

size_t keys_number(const struct key_row *row)
{
    size_t count = 0, before = 0;
    const struct key_row *rows = NULL;
    for (size_t table = 0; (rows = rows_of(table, &count)) != NULL; table++) {
        if (row >= rows && row < rows + count)
            return before + (size_t)(row - rows);
        before += count;
    }
    return before;
}

size_t keys_count(void)
{
    return keys_number(NULL);
}

/* Whether the row is right below the path of `length` bytes. */
static bool is_below(const struct key_row *row, const char *above, size_t length)
{
    if (length == 0)
        return strchr(row->path, '.') == NULL;
    return strncmp(row->path, above, length) == 0 && row->path[length] == '.' &&
           strchr(row->path + length + 1, '.') == NULL;
}

/* ---- rows by what they are below ---- */

/* Scenarios of twenty thousand facilities ask again and again what is below a few hundred paths. Numbers of
 * rows are one more than keys_number(); 0: none. */
enum { MOST_ROWS = 4096, SLOTS = 8192 };
static struct {
    bool whole; /* there was room for all rows */
    const struct key_row *row[MOST_ROWS];
    uint16_t next[MOST_ROWS]; /* below the same path */
    uint16_t first[SLOTS], last[SLOTS];
} below;
static pthread_once_t below_once = PTHREAD_ONCE_INIT;

static size_t above_length(const struct key_row *row)
{
    const char *dot = strrchr(row->path, '.');
    return dot == NULL ? 0 : (size_t)(dot - row->path);
}

/* The slot of a path, empty when nothing is below it: there are more slots than rows. */
static size_t slot_of(const char *above, size_t length)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)above[i]) * UINT64_C(0x100000001b3);
    size_t slot = hash % SLOTS;
    while (below.first[slot] != 0 && !is_below(below.row[below.first[slot] - 1], above, length))
        slot = (slot + 1) % SLOTS;
    return slot;
}

static void list_rows(void)
{
    size_t count = 0;
    uint16_t number = 0;
    const struct key_row *rows = NULL;
    if (keys_count() > MOST_ROWS)
        return;
    for (size_t table = 0; (rows = rows_of(table, &count)) != NULL; table++)
        for (size_t i = 0; i < count; i++) {
            below.row[number++] = &rows[i];
            const size_t slot = slot_of(rows[i].path, above_length(&rows[i]));
            if (below.first[slot] == 0)
                below.first[slot] = number;
            else
                below.next[below.last[slot] - 1] = number;
            below.last[slot] = number;
        }
    below.whole = true;
}

static const struct key_row *next_listed(const char *above, const struct key_row *row)
{
    const size_t at = row == NULL ? 0 : keys_number(row);
    const uint16_t number = row == NULL      ? below.first[slot_of(above, strlen(above))]
                            : at < MOST_ROWS ? below.next[at]
                                             : 0;
    return number == 0 ? NULL : below.row[number - 1];
}

const struct key_row *keys_next(const char *above, const struct key_row *row)
{
    pthread_once(&below_once, list_rows);
    if (below.whole)
        return next_listed(above, row);
    const size_t length = strlen(above);
    size_t count = 0;
    const struct key_row *rows = NULL;
    bool after = row == NULL;
    for (size_t table = 0; (rows = rows_of(table, &count)) != NULL; table++) {
        if (!after && (row < rows || row >= rows + count))
            continue;
        for (size_t i = after ? 0 : (size_t)(row - rows) + 1; i < count; i++)
            if (is_below(&rows[i], above, length))
                return &rows[i];
        after = true;
    }
    return NULL;
}

static const struct key_row *find_listed(const char *path)
{
    const char *dot = strrchr(path, '.');
    const size_t length = dot == NULL ? 0 : (size_t)(dot - path);
    for (uint16_t number = below.first[slot_of(path, length)]; number != 0; number = below.next[number - 1])
        if (strcmp(below.row[number - 1]->path, path) == 0)
            return below.row[number - 1];
    return NULL;
}

const struct key_row *keys_find(const char *path)
{
    pthread_once(&below_once, list_rows);
    if (below.whole)
        return find_listed(path);
    size_t count = 0;
    const struct key_row *rows = NULL;
    for (size_t table = 0; (rows = rows_of(table, &count)) != NULL; table++)
        for (size_t i = 0; i < count; i++)
            if (strcmp(rows[i].path, path) == 0)
                return &rows[i];
    return NULL;
}

const char *keys_name(const struct key_row *row)
{
    const char *dot = strrchr(row->path, '.');
    return dot == NULL ? row->path : dot + 1;
}

void keys_words(const char *choices, char *text, size_t size)
{
    size_t used = 0;
    for (; *choices != '\0' && used + 3 < size; choices++) {
        text[used++] = *choices == '|' ? ',' : *choices;
        if (*choices == '|')
            text[used++] = ' ';
    }
    text[used] = '\0';
}

const char *keys_type_name(const struct key_row *row)
{
    switch (row->type) {
    case KEY_GROUP:
        return "group";
    case KEY_LIST:
        return "list of groups";
    case KEY_TEXT:
        return "text";
    case KEY_ID:
        return "id";
    case KEY_REF:
        return "reference";
    case KEY_CHOICE:
        return "choice";
    case KEY_BOOL:
        return "true or false";
    case KEY_INT:
        return "whole number";
    case KEY_REAL:
        return "number";
    case KEY_SHARE:
        return "share";
    case KEY_DURATION:
    case KEY_SECONDS:
        return "time";
    case KEY_SPAN:
        return "time or calendar span";
    case KEY_DATE:
        return "date";
    case KEY_RATE:
        return "rate";
    case KEY_INCIDENCE:
        return "incidence";
    case KEY_SPEED:
        return "speed";
    case KEY_LENGTH:
        return "length";
    case KEY_MONEY:
        return "money";
    case KEY_BYTES:
        return "size of a file";
    case KEY_DIST:
        return row->unit != NULL && strcmp(row->unit, "time") == 0 ? "distribution of times"
                                                                   : "distribution of numbers";
    case KEY_TEXTS:
        return "texts";
    case KEY_REALS:
        return "numbers";
    case KEY_TIMES:
        return "times";
    case KEY_RATES:
        return "rates";
    case KEY_COUNTS:
        return "whole numbers by name";
    case KEY_NAMED_REALS:
        return "numbers by name";
    case KEY_FILE:
        return "file";
    case KEY_FILES:
        return "files";
    }
    return "value";
}
