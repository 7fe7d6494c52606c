#include "models/source_scan.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/mem.h"

enum { DEPTH = 64, PATH_TEXT = 160, GROUP_NAMES = 4096, TOKEN_TEXT = 80 };

struct word {
    const char *at;
    size_t length;
    size_t line;
};

struct frame {
    char bracket;
    size_t line;
    struct word name;  /* of the setting that it is the value of; length 0 in a list */
    size_t names_from; /* in the scanner's names */
};

struct scanner {
    const struct source_flat *flat;
    struct source_flat *ready;
    struct err *err;
    const char *at, *end;
    size_t line;
    struct word setting; /* the last name before a '=' */
    char previous;       /* last token: a bracket, '=', ',', ';', 'n'ame, 'v'alue; 0 at the start */
    struct frame frames[DEPTH];
    size_t depth;
    struct word *names; /* owned: of the open groups' settings */
    size_t name_count, name_capacity;
};

void source_flat_free(struct source_flat *flat)
{
    free(flat->text);
    free(flat->places);
    *flat = (struct source_flat){.text = NULL};
}

int source_flat_add(struct source_flat *flat, const char *bytes, size_t length, struct err *err)
{
    char *text = mem_grow(flat->text, &flat->capacity, flat->length + length + 1, 1, err);
    if (text == NULL)
        return -1;
    flat->text = text;
    memcpy(text + flat->length, bytes, length);
    flat->length += length;
    text[flat->length] = '\0';
    return 0;
}

struct source_place source_place_of(const struct source_flat *flat, size_t line)
{
    if (flat->lines == 0)
        return (struct source_place){.file = "scenario", .line = 1};
    const size_t index = line < 1 ? 0 : line - 1;
    return flat->places[index < flat->lines ? index : flat->lines - 1];
}

/* ---- messages ---- */

static void scanner_path(const struct scanner *scanner, char *path)
{
    size_t used = 0;
    path[0] = '\0';
    for (size_t i = 0; i <= scanner->depth; i++) {
        const struct word *word = i < scanner->depth ? &scanner->frames[i].name : &scanner->setting;
        if (word->length == 0 || used + word->length + 2 >= PATH_TEXT)
            continue;
        if (used > 0)
            path[used++] = '.';
        memcpy(path + used, word->at, word->length);
        used += word->length;
        path[used] = '\0';
    }
    if (used == 0)
        strcpy(path, "(top)");
}

PRINTF_LIKE(3, 4)
static int problem(const struct scanner *scanner, size_t line, const char *format, ...)
{
    char path[PATH_TEXT], message[ERR_TEXT];
    scanner_path(scanner, path);
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    const struct source_place place = source_place_of(scanner->flat, line);
    return err_add(scanner->err, "%s:%u: %s: %s", place.file, place.line, path, message);
}

/* ---- what carries no meaning ---- */

/* Skips blanks and comments; -1 when a comment does not end. */
static int skip(struct scanner *scanner)
{
    while (scanner->at < scanner->end) {
        const char *at = scanner->at;
        if (*at == '\n')
            scanner->line++;
        if (isspace((unsigned char)*at)) {
            scanner->at++;
        } else if (*at == '#' || (at[0] == '/' && at[1] == '/')) {
            const char *newline = memchr(at, '\n', (size_t)(scanner->end - at));
            scanner->at = newline == NULL ? scanner->end : newline;
        } else if (at[0] == '/' && at[1] == '*') {
            const char *close = strstr(at + 2, "*/");
            if (close == NULL)
                return problem(scanner, scanner->line,
                               "a comment begins here and does not end; close it with */");
            for (; scanner->at < close + 2; scanner->at++)
                scanner->line += *scanner->at == '\n';
        } else {
            return 0;
        }
    }
    return 0;
}

/* ---- brackets ---- */

static char closing(char bracket)
{
    return bracket == '{' ? '}' : bracket == '(' ? ')' : ']';
}

static int open_bracket(struct scanner *scanner)
{
    if (scanner->depth == DEPTH)
        return problem(scanner, scanner->line, "brackets are nested more than %d deep; write it flatter",
                       DEPTH);
    struct frame *frame = &scanner->frames[scanner->depth];
    *frame =
        (struct frame){.bracket = *scanner->at, .line = scanner->line, .names_from = scanner->name_count};
    if (scanner->previous == '=')
        frame->name = scanner->setting;
    scanner->setting.length = 0;
    scanner->depth++;
    scanner->previous = *scanner->at++;
    return 0;
}

static int close_bracket(struct scanner *scanner)
{
    const char found = *scanner->at;
    scanner->setting.length = 0;
    if (scanner->depth == 0)
        return problem(scanner, scanner->line, "%c closes nothing; take it away or open its bracket", found);
    const struct frame *frame = &scanner->frames[scanner->depth - 1];
    if (found != closing(frame->bracket)) {
        const struct source_place place = source_place_of(scanner->flat, frame->line);
        return problem(scanner, scanner->line,
                       "%c stands where the %c of %s:%u is still open; write %c first", found, frame->bracket,
                       place.file, place.line, closing(frame->bracket));
    }
    scanner->name_count = frame->names_from;
    scanner->depth--;
    scanner->previous = 'v';
    scanner->at++;
    return 0;
}

static int all_closed(const struct scanner *scanner)
{
    if (scanner->depth == 0)
        return 0;
    struct scanner outer = *scanner;
    outer.setting.length = 0;
    const struct frame *frame = &scanner->frames[scanner->depth - 1];
    return problem(&outer, frame->line, "%c is opened here and not closed before the end of the file; add %c",
                   frame->bracket, closing(frame->bracket));
}

/* ---- names ---- */

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '*';
}

static bool is_name_part(char c)
{
    return isalnum((unsigned char)c) || c == '*' || c == '_' || c == '-';
}

static int remember_name(struct scanner *scanner)
{
    const struct word *name = &scanner->setting;
    const size_t from = scanner->depth == 0 ? 0 : scanner->frames[scanner->depth - 1].names_from;
    for (size_t i = from; i < scanner->name_count; i++) {
        const struct word *other = &scanner->names[i];
        if (other->length != name->length || memcmp(other->at, name->at, name->length) != 0)
            continue;
        const struct source_place place = source_place_of(scanner->flat, other->line);
        return problem(scanner, name->line, "stands twice, first in %s:%u; keep one of them", place.file,
                       place.line);
    }
    if (scanner->name_count - from >= GROUP_NAMES)
        return problem(scanner, name->line, "is one of more than %d settings in a group; write fewer",
                       GROUP_NAMES);
    struct word *names = mem_grow(scanner->names, &scanner->name_capacity, scanner->name_count + 1,
                                  sizeof *names, scanner->err);
    if (names == NULL)
        return -1;
    scanner->names = names;
    names[scanner->name_count++] = *name;
    return 0;
}

static bool is_boolean(const struct word *word)
{
    return (word->length == 4 && strncasecmp(word->at, "true", 4) == 0) ||
           (word->length == 5 && strncasecmp(word->at, "false", 5) == 0);
}

static int scan_name(struct scanner *scanner)
{
    struct word word = {.at = scanner->at, .line = scanner->line};
    while (scanner->at < scanner->end && is_name_part(*scanner->at))
        scanner->at++;
    word.length = (size_t)(scanner->at - word.at);
    if (skip(scanner) != 0)
        return -1;
    const int shown = (int)(word.length < TOKEN_TEXT ? word.length : TOKEN_TEXT);
    if (scanner->at < scanner->end && (*scanner->at == '=' || *scanner->at == ':')) {
        scanner->setting = word;
        scanner->previous = 'n';
        if (memchr(word.at, '*', word.length) != NULL)
            return problem(scanner, word.line, "a name has a *; use letters, digits, _ and -");
        return remember_name(scanner);
    }
    if (scanner->previous == 'v')
        return problem(scanner, word.line,
                       "\"%.*s\" stands behind a value; write quantities in quotes, such as \"40 min\"",
                       shown, word.at);
    if (!is_boolean(&word))
        return problem(scanner, word.line,
                       "%.*s has neither a value nor quotes; write %.*s = ... or \"%.*s\"", shown, word.at,
                       shown, word.at, shown, word.at);
    scanner->previous = 'v';
    return 0;
}

/* ---- values ---- */

static int scan_text(struct scanner *scanner)
{
    const size_t line = scanner->line;
    for (scanner->at++; scanner->at < scanner->end; scanner->at++) {
        const char c = *scanner->at;
        if (c == '"') {
            scanner->at++;
            scanner->previous = 'v';
            return 0;
        }
        if (c == '\n')
            break;
        if (c == '\\' && strncmp(scanner->at, "\\x00", 4) == 0)
            return problem(scanner, line, "a text has the character \\x00; take it away");
        if (c == '\\' && scanner->at + 1 < scanner->end && scanner->at[1] != '\n')
            scanner->at++;
    }
    return problem(scanner, line, "a text begins here and does not end on its line; add the closing quote");
}

static int bad_number(const struct scanner *scanner, const char *token, const char *why)
{
    return problem(scanner, scanner->line, "%s %s", token, why);
}

static int scan_float(struct scanner *scanner, const char *token)
{
    char *end = NULL;
    const double value = strtod(token, &end);
    if (*end != '\0')
        return bad_number(scanner, token, "is not a number; write quantities with units and dates in quotes");
    if (!isfinite(value))
        return bad_number(scanner, token, "is too large a number; write one below 1e300");
    return source_flat_add(scanner->ready, token, strlen(token), scanner->err);
}

static int scan_integer(struct scanner *scanner, char *token, int base)
{
    size_t length = strlen(token);
    while (length > 0 && token[length - 1] == 'L')
        token[--length] = '\0';
    char *end = NULL;
    errno = 0;
    const long long value = strtoll(token, &end, base);
    if (*end != '\0')
        return bad_number(scanner, token, "is not a number; write quantities with units and dates in quotes");
    if (errno == ERANGE)
        return bad_number(scanner, token, "is too large a whole number; write at most 9223372036854775807");
    char rewritten[32];
    const int written = snprintf(rewritten, sizeof rewritten, "%lldL", value);
    return source_flat_add(scanner->ready, rewritten, (size_t)written, scanner->err);
}

static bool continues_number(const char *at, bool hex)
{
    if (isalnum((unsigned char)*at) || *at == '.' || *at == '_')
        return true;
    return !hex && (*at == '-' || *at == '+') && (at[-1] == 'e' || at[-1] == 'E');
}

static int scan_number(struct scanner *scanner)
{
    char token[TOKEN_TEXT];
    const char *from = scanner->at;
    const bool hex = from[0] == '0' && (from[1] == 'x' || from[1] == 'X');
    scanner->at++;
    while (scanner->at < scanner->end && continues_number(scanner->at, hex))
        scanner->at++;
    const size_t length = (size_t)(scanner->at - from);
    if (scanner->previous == 'v')
        return problem(scanner, scanner->line,
                       "%.*s stands behind a value; write dates in quotes, or a comma between",
                       (int)(length < TOKEN_TEXT ? length : TOKEN_TEXT), from);
    if (length >= sizeof token)
        return problem(scanner, scanner->line, "a number has more than %d digits; write fewer",
                       TOKEN_TEXT - 1);
    memcpy(token, from, length);
    token[length] = '\0';
    scanner->previous = 'v';
    if (!hex && strpbrk(token, ".eE") != NULL)
        return scan_float(scanner, token);
    return scan_integer(scanner, token, hex ? 16 : 10);
}

static int scan_token(struct scanner *scanner)
{
    const char c = *scanner->at;
    if (strchr("{([", c) != NULL)
        return open_bracket(scanner);
    if (strchr("})]", c) != NULL)
        return close_bracket(scanner);
    if (c == '"')
        return scan_text(scanner);
    if (is_name_start(c))
        return scan_name(scanner);
    if (c == '=' || c == ':' || c == ',' || c == ';') {
        scanner->previous = c == ':' ? '=' : c;
        scanner->at++;
        return 0;
    }
    if ((unsigned char)c >= 0x80)
        return problem(scanner, scanner->line, "a text stands without quotes; write it in \"...\"");
    return problem(scanner, scanner->line,
                   "the character %c means nothing here; take it away or write texts in quotes", c);
}

static bool begins_number(const char *at)
{
    const char *digits = at + (*at == '-' || *at == '+');
    digits += *digits == '.';
    return isdigit((unsigned char)*digits);
}

static int scan_all(struct scanner *scanner)
{
    for (;;) {
        const char *from = scanner->at;
        if (skip(scanner) != 0)
            return -1;
        if (source_flat_add(scanner->ready, from, (size_t)(scanner->at - from), scanner->err) != 0)
            return -1;
        if (scanner->at >= scanner->end)
            return all_closed(scanner);
        from = scanner->at;
        if (begins_number(from)) {
            if (scan_number(scanner) != 0)
                return -1;
            continue;
        }
        if (scan_token(scanner) != 0)
            return -1;
        if (source_flat_add(scanner->ready, from, (size_t)(scanner->at - from), scanner->err) != 0)
            return -1;
    }
}

int source_scan(const struct source_flat *flat, struct source_flat *ready, struct err *err)
{
    *ready = (struct source_flat){.text = NULL};
    struct scanner scanner = {.flat = flat, .ready = ready, .err = err, .line = 1};
    scanner.at = flat->text;
    scanner.end = flat->text + flat->length;
    const int status = scan_all(&scanner);
    free(scanner.names);
    return status;
}
