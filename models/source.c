#include "models/source.h"

#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/source_scan.h"

void source_files_free(struct source_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free((char *)files->list[i].text);
    free(files->list);
    *files = (struct source_files){.list = NULL};
}

/* ---- one file ---- */

static int read_bytes(int descriptor, char *text, size_t length)
{
    for (size_t done = 0; done < length;) {
        const ssize_t got = read(descriptor, text + done, length - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        done += (size_t)got;
    }
    return 0;
}

static int open_regular(const char *path, struct stat *status, struct err *err)
{
    const int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return err_add(err, "cannot be read: %s; check the name and the permissions", strerror(errno));
    const char *why = NULL;
    if (fstat(descriptor, status) != 0)
        why = "cannot be read; check the disk";
    else if (S_ISDIR(status->st_mode))
        why = "is a directory; name a file";
    else if (!S_ISREG(status->st_mode))
        why = "is not a regular file; name a file";
    else if (status->st_size > SOURCE_BYTES)
        why = "is larger than 64 MB; split it or check the name";
    if (why == NULL)
        return descriptor;
    close(descriptor);
    return err_add(err, "%s", why);
}

/* Length of the UTF-8 character at the text, or 0: overlong forms, surrogates and what is beyond Unicode are
 * none. */
static size_t character(const unsigned char *at, const unsigned char *end)
{
    if (at[0] < 0x80)
        return 1;
    const size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || (size_t)(end - at) < length)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    const bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    const bool beyond = (at[0] == 0xed && at[1] > 0x9f) || (at[0] == 0xf4 && at[1] > 0x8f);
    return overlong || beyond ? 0 : length;
}

/* 0, or the line of the first byte that is wrong. */
static unsigned check_characters(const char *text, size_t length, struct err *err)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + length;
    for (unsigned line = 1; at < end;) {
        const size_t step = character(at, end);
        if (step == 0)
            err_add(err,
                    "is not UTF-8 (byte %02x); convert the file, for example with iconv -f GB18030 -t UTF-8",
                    *at);
        else if (*at == '\0')
            err_add(err, "has a NUL byte; check that this is a text file");
        if (step == 0 || *at == '\0')
            return line;
        line += *at == '\n';
        at += step;
    }
    return 0;
}

int source_unreadable(const char *path, const struct source_file *identity, const char *why, struct err *err)
{
    if (identity->bad_line > 0)
        return err_add(err, "%s:%u: (text): %s", path, identity->bad_line, why);
    return err_add(err, "%s: %s", path, why);
}

int source_text(const char *path, char **text, size_t *length, struct source_file *identity, struct err *err)
{
    struct stat status;
    *text = NULL;
    const int descriptor = open_regular(path, &status, err);
    if (descriptor < 0)
        return -1;
    *length = (size_t)status.st_size;
    identity->device = status.st_dev;
    identity->inode = status.st_ino;
    int result = -1;
    char *bytes = mem_zeroed(*length + 1, 1, err);
    if (bytes == NULL)
        goto out;
    if (read_bytes(descriptor, bytes, *length) != 0) {
        err_add(err, "cannot be read to its end; check the disk");
        goto out;
    }
    if (*length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        memmove(bytes, bytes + 3, *length - 2);
        *length -= 3;
    }
    identity->bad_line = check_characters(bytes, *length, err);
    result = identity->bad_line == 0 ? 0 : -1;
out:
    close(descriptor);
    if (result == 0)
        *text = bytes;
    else
        free(bytes);
    return result;
}

char *source_folder(struct arena *arena, const char *path, struct err *err)
{
    char *folder = arena_text(arena, path, err);
    if (folder == NULL)
        return NULL;
    char *slash = strrchr(folder, '/');
    folder[slash == NULL ? 0 : slash - folder + 1] = '\0';
    return folder;
}

char *source_join(struct arena *arena, const char *folder, const char *path, struct err *err)
{
    if (path[0] == '/')
        return arena_text(arena, path, err);
    const size_t before = strlen(folder), after = strlen(path);
    char *joined = arena_zeroed(arena, before + after + 1, 1, err);
    if (joined == NULL)
        return NULL;
    memcpy(joined, folder, before);
    memcpy(joined + before, path, after);
    return joined;
}

/* ---- a file and what it includes ---- */

struct opened {
    dev_t device;
    ino_t inode;
    const char *path;
};

struct reading {
    struct arena *arena;
    struct source_files *files;
    struct source_flat flat;
    struct opened stack[SOURCE_DEPTH];
    size_t depth;
    bool in_comment;
    struct err *err;
};

static int record(struct source_files *files, const struct source_file *identity, const char *name,
                  const char *role, char *text, struct err *err)
{
    for (size_t i = 0; i < files->count; i++)
        if (files->list[i].device == identity->device && files->list[i].inode == identity->inode)
            return 1;
    struct source_file *list = mem_grow(files->list, &files->capacity, files->count + 1, sizeof *list, err);
    if (list == NULL)
        return -1;
    files->list = list;
    list[files->count] = *identity;
    list[files->count].name = name;
    list[files->count].role = role;
    list[files->count].text = text;
    files->count++;
    return 0;
}

/* The text behind @include on a line, between its quotes; NULL when the line is no include. */
static const char *include_of(const char *line, const char *end, size_t *length)
{
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    if (end - line < 8 || memcmp(line, "@include", 8) != 0)
        return NULL;
    line += 8;
    while (line < end && (*line == ' ' || *line == '\t'))
        line++;
    *length = 0;
    if (line == end || *line != '"')
        return line;
    const char *close = memchr(line + 1, '"', (size_t)(end - line - 1));
    *length = close == NULL ? 0 : (size_t)(close - line - 1);
    return line + 1;
}

/* Whether a block comment is open behind the line. */
static bool comment_after(bool open, const char *at, const char *end)
{
    bool in_text = false;
    for (; at < end; at++) {
        const char next = at + 1 < end ? at[1] : '\0';
        if (open) {
            open = !(at[0] == '*' && next == '/');
            at += !open;
        } else if (in_text) {
            in_text = *at != '"';
            at += *at == '\\';
        } else if (*at == '"') {
            in_text = true;
        } else if (*at == '#' || (*at == '/' && next == '/')) {
            return false;
        } else if (*at == '/' && next == '*') {
            open = true;
            at++;
        }
    }
    return open;
}

static int add_line(struct reading *reading, const char *line, size_t length, struct source_place place)
{
    struct source_flat *flat = &reading->flat;
    if (flat->lines >= SOURCE_LINES)
        return err_add(reading->err, "%s:%u: (text): is beyond %d lines; write lists on fewer lines",
                       place.file, place.line, SOURCE_LINES);
    struct source_place *places =
        mem_grow(flat->places, &flat->places_capacity, flat->lines + 1, sizeof *places, reading->err);
    if (places == NULL)
        return -1;
    flat->places = places;
    places[flat->lines++] = place;
    if (source_flat_add(flat, line, length, reading->err) != 0)
        return -1;
    return source_flat_add(flat, "\n", 1, reading->err);
}

static int read_file(struct reading *reading, const char *path, const char *name, const char *role,
                     const struct setting *named_at);

static int read_include(struct reading *reading, const char *name, size_t length, const struct setting *at)
{
    if (length == 0)
        return setting_problem(at, "@include", reading->err, "names no file; write @include \"file.cfg\"");
    char *copy = arena_zeroed(reading->arena, length + 1, 1, reading->err);
    if (copy == NULL)
        return -1;
    memcpy(copy, name, length);
    char *path = source_join(reading->arena, at->folder, copy, reading->err);
    return path == NULL ? -1 : read_file(reading, path, copy, "include", at);
}

static int read_lines(struct reading *reading, const char *text, size_t length, const char *path)
{
    struct setting at = {.file = path, .line = 1};
    at.folder = source_folder(reading->arena, path, reading->err);
    if (at.folder == NULL)
        return -1;
    const char *end = text + length;
    for (; text < end; at.line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline == NULL ? end : newline;
        const char *trimmed = stop > text && stop[-1] == '\r' ? stop - 1 : stop;
        size_t name_length = 0;
        const char *include = reading->in_comment ? NULL : include_of(text, trimmed, &name_length);
        if (include != NULL) {
            if (read_include(reading, include, name_length, &at) != 0)
                return -1;
            /* A text behind the include's name would be lost silently. */
            const char *rest = include + name_length + (name_length > 0);
            while (rest < trimmed && strchr(" \t;", *rest) != NULL)
                rest++;
            if (rest < trimmed && *rest != '#' && *rest != '/')
                return setting_problem(&at, "@include", reading->err,
                                       "has more on its line; put what follows on a line of its own");
        } else {
            const struct source_place place = {.file = path, .line = at.line};
            if (add_line(reading, text, (size_t)(trimmed - text), place) != 0)
                return -1;
            reading->in_comment = comment_after(reading->in_comment, text, trimmed);
        }
        text = newline == NULL ? end : newline + 1;
    }
    return 0;
}

static int check_stack(const struct reading *reading, const struct source_file *identity, const char *name,
                       const struct setting *named_at)
{
    for (size_t i = 0; i < reading->depth; i++)
        if (reading->stack[i].device == identity->device && reading->stack[i].inode == identity->inode)
            return setting_problem(named_at, "@include", reading->err,
                                   "\"%s\" includes itself, by way of %s; take one of the includes away",
                                   name, reading->stack[reading->depth - 1].path);
    if (reading->depth == SOURCE_DEPTH)
        return setting_problem(named_at, "@include", reading->err,
                               "\"%s\" is included more than %d deep; include less", name, SOURCE_DEPTH);
    return 0;
}

static int unreadable(const struct setting *named_at, const struct source_file *identity, const char *path,
                      const char *role, const char *why, struct err *err)
{
    if (named_at == NULL || identity->bad_line > 0)
        return source_unreadable(path, identity, why, err);
    const char *key = strcmp(role, "include") == 0 ? "@include" : role;
    return setting_problem(named_at, key, err, "\"%s\" %s", identity->name, why);
}

static int read_file(struct reading *reading, const char *path, const char *name, const char *role,
                     const struct setting *named_at)
{
    char *text = NULL;
    size_t length = 0;
    struct source_file identity = {.name = name};
    struct err why = ERR_INIT;
    if (source_text(path, &text, &length, &identity, &why) != 0)
        return unreadable(named_at, &identity, path, role, why.text[0], reading->err);
    int status = reading->depth > 0 ? check_stack(reading, &identity, name, named_at) : 0;
    reading->files->bytes += length;
    if (status == 0 && reading->files->bytes > SOURCE_BYTES)
        status = unreadable(named_at, &identity, path, role,
                            "makes the scenario larger than 64 MB; include less", reading->err);
    if (status == 0) {
        reading->stack[reading->depth++] =
            (struct opened){.device = identity.device, .inode = identity.inode, .path = path};
        status = read_lines(reading, text, length, path);
        reading->depth--;
    }
    const int kept = record(reading->files, &identity, name, role, text, reading->err);
    if (kept != 0)
        free(text);
    return kept < 0 ? -1 : status;
}

/* ---- libconfig ---- */

struct conversion {
    struct arena *arena;
    const struct source_flat *flat;
    const char *last_file, *last_folder; /* most settings stand in the file of the one before */
    struct err *err;
};

static int place_setting(struct conversion *conversion, const config_setting_t *from, struct setting *to)
{
    const struct source_place place = source_place_of(conversion->flat, config_setting_source_line(from));
    if (place.file != conversion->last_file) {
        conversion->last_folder = source_folder(conversion->arena, place.file, conversion->err);
        conversion->last_file = place.file;
        if (conversion->last_folder == NULL)
            return -1;
    }
    to->file = place.file;
    to->line = place.line;
    to->folder = conversion->last_folder;
    return 0;
}

static int convert_text(struct conversion *conversion, const config_setting_t *from, struct setting *to)
{
    const char *text = config_setting_get_string(from);
    struct err why = ERR_INIT;
    if (check_characters(text, strlen(text), &why) != 0)
        return setting_problem(to, to->name == NULL ? "(list)" : to->name, conversion->err,
                               "a text has an escape that is not UTF-8; write the character itself");
    to->text = arena_text(conversion->arena, text, conversion->err);
    return to->text == NULL ? -1 : 0;
}

static struct setting *convert(struct conversion *conversion, const config_setting_t *from);

static int convert_members(struct conversion *conversion, const config_setting_t *from, struct setting *to)
{
    const int count = config_setting_length(from);
    for (int i = 0; i < count; i++) {
        struct setting *child = convert(conversion, config_setting_get_elem(from, (unsigned)i));
        if (child == NULL)
            return -1;
        setting_append(to, child);
    }
    return 0;
}

static int convert_value(struct conversion *conversion, const config_setting_t *from, struct setting *to)
{
    switch (config_setting_type(from)) {
    case CONFIG_TYPE_GROUP:
        to->type = SETTING_GROUP;
        return convert_members(conversion, from, to);
    case CONFIG_TYPE_LIST:
    case CONFIG_TYPE_ARRAY:
        to->type = SETTING_LIST;
        return convert_members(conversion, from, to);
    case CONFIG_TYPE_STRING:
        to->type = SETTING_TEXT;
        return convert_text(conversion, from, to);
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        to->type = SETTING_INT;
        to->integer = config_setting_get_int64(from);
        return 0;
    case CONFIG_TYPE_FLOAT:
        to->type = SETTING_REAL;
        to->real = config_setting_get_float(from);
        return 0;
    default:
        to->type = SETTING_BOOL;
        to->flag = config_setting_get_bool(from) != 0;
        return 0;
    }
}

static struct setting *convert(struct conversion *conversion, const config_setting_t *from)
{
    struct setting *to = arena_zeroed(conversion->arena, 1, sizeof *to, conversion->err);
    if (to == NULL || place_setting(conversion, from, to) != 0)
        return NULL;
    const char *name = config_setting_name(from);
    if (name != NULL) {
        to->name = arena_text(conversion->arena, name, conversion->err);
        if (to->name == NULL)
            return NULL;
    }
    return convert_value(conversion, from, to) == 0 ? to : NULL;
}

static int not_parsed(const config_t *config, const struct source_flat *flat, struct err *err)
{
    const struct source_place place = source_place_of(flat, (size_t)config_error_line(config));
    const char *why = config_error_text(config);
    return err_add(
        err,
        "%s:%u: (syntax): this line or the one before is not in the form of the language (%s); write NAME = "
        "VALUE; with arrays [ ] for values of one type and lists ( ) for groups",
        place.file, place.line, why == NULL ? "no reason given" : why);
}

static struct setting *parse(struct arena *arena, const struct source_flat *flat, struct err *err)
{
    struct setting *root = NULL;
    struct source_flat ready;
    config_t config;
    config_init(&config);
    if (source_scan(flat, &ready, err) == 0) {
        if (config_read_string(&config, ready.text) != CONFIG_TRUE) {
            not_parsed(&config, flat, err);
        } else {
            struct conversion conversion = {.arena = arena, .flat = flat, .err = err};
            root = convert(&conversion, config_root_setting(&config));
        }
    }
    config_destroy(&config);
    source_flat_free(&ready);
    return root;
}

struct setting *source_read(struct arena *arena, struct source_files *files, const char *path,
                            const char *name, const char *role, const struct setting *named_at,
                            struct err *err)
{
    struct reading reading = {.arena = arena, .files = files, .err = err};
    struct setting *root = NULL;
    if (read_file(&reading, path, name, role, named_at) == 0 &&
        source_flat_add(&reading.flat, "", 0, err) == 0)
        root = parse(arena, &reading.flat, err);
    if (root != NULL) {
        root->file = path;
        root->line = 1;
        root->folder = source_folder(arena, path, err);
    }
    source_flat_free(&reading.flat);
    return root != NULL && root->folder != NULL ? root : NULL;
}

/* The setting v of "v = VALUE;", or NULL without a message. */
static struct setting *parse_value(struct arena *arena, const char *value, struct err *err)
{
    struct source_place place = {.file = "--set", .line = 0};
    struct source_flat flat = {.places = &place, .lines = 1};
    struct setting *root = NULL;
    if (source_flat_add(&flat, "v = ", 4, err) == 0 &&
        source_flat_add(&flat, value, strlen(value), err) == 0 && source_flat_add(&flat, ";", 1, err) == 0)
        root = parse(arena, &flat, err);
    free(flat.text);
    return root != NULL && root->count == 1 ? root->first : NULL;
}

static void mark_set(struct setting *setting, const char *set, const char *folder)
{
    setting->file = set;
    setting->line = 0;
    setting->folder = folder;
    for (struct setting *child = setting->first; child != NULL; child = child->next)
        mark_set(child, set, folder);
}

struct setting *source_value(struct arena *arena, const char *set, const char *value, const char *folder,
                             struct err *err)
{
    struct err why = ERR_INIT;
    if (check_characters(value, strlen(value), &why) != 0) {
        err_add(err, "%s: the value is not UTF-8; check the terminal's encoding", set);
        return NULL;
    }
    struct setting *parsed = parse_value(arena, value, &why);
    if (parsed == NULL && strncmp(why.text[0], "out of memory", 13) == 0) {
        err_add(err, "%s", why.text[0]);
        return NULL;
    }
    if (parsed == NULL && *value != '\0' && strchr("{([\"", *value) != NULL) {
        err_add(err, "%s: the value cannot be read; quote it for the shell and close its brackets and quotes",
                set);
        return NULL;
    }
    if (parsed == NULL) {
        parsed = arena_zeroed(arena, 1, sizeof *parsed, err);
        if (parsed == NULL)
            return NULL;
        parsed->type = SETTING_TEXT;
        parsed->text = value;
    }
    parsed->raw = value;
    mark_set(parsed, set, folder);
    return parsed;
}
