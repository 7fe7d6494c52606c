#include "sim/state.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

enum { NAME_BYTES = 16, SECTION_BYTES = NAME_BYTES + 4 + 8, WIDEST = 16 };

#define TEXT_NONE UINT64_MAX
#define DAMAGED "is not a state that this program has written; make it again"

/* ---- numbers ---- */

static bool is_little_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* Between memory and stream, both ways. */
static void copy_number(unsigned char *to, const unsigned char *from, size_t width)
{
    if (is_little_endian())
        memcpy(to, from, width);
    else
        for (size_t i = 0; i < width; i++)
            to[i] = from[width - 1 - i];
}

static void copy_numbers(unsigned char *to, const unsigned char *from, size_t width, size_t count)
{
    if (is_little_endian())
        memcpy(to, from, width * count);
    else
        for (size_t i = 0; i < count; i++)
            copy_number(to + i * width, from + i * width, width);
}

/* FNV-1a over names and widths. */
static uint64_t hash_more(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t layout_hash(const struct state_layout *layout)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < layout->fields; i++) {
        const struct state_field *field = &layout->field[i];
        const unsigned char shape[] = {(unsigned char)field->width, (unsigned char)(field->repeat & 255),
                                       (unsigned char)(field->repeat >> 8)};
        hash = hash_more(hash, field->name, strlen(field->name) + 1);
        hash = hash_more(hash, shape, sizeof shape);
    }
    return hash;
}

static size_t layout_bytes(const struct state_layout *layout)
{
    size_t bytes = 0;
    for (size_t i = 0; i < layout->fields; i++)
        bytes += (size_t)layout->field[i].width * layout->field[i].repeat;
    return bytes;
}

/* ---- writing ---- */

void state_writer_free(struct state_writer *writer)
{
    free(writer->bytes);
    *writer = (struct state_writer){.failed = false};
}

/* Room for so many bytes more; NULL when there is no memory. */
static unsigned char *room(struct state_writer *writer, size_t size)
{
    struct err ignored = ERR_INIT;
    size_t needed = 0;
    if (writer->failed)
        return NULL;
    unsigned char *bytes = NULL;
    if (!__builtin_add_overflow(writer->size, size, &needed))
        bytes = mem_grow(writer->bytes, &writer->capacity, needed, 1, &ignored);
    if (bytes == NULL) {
        writer->failed = true;
        return NULL;
    }
    writer->bytes = bytes;
    writer->size = needed;
    return bytes + needed - size;
}

void state_put_bytes(struct state_writer *writer, const void *bytes, size_t size)
{
    unsigned char *to = room(writer, size);
    if (to != NULL && size > 0)
        memcpy(to, bytes, size);
}

static void put_number(struct state_writer *writer, const void *number, size_t width)
{
    unsigned char *to = room(writer, width);
    if (to != NULL)
        copy_number(to, number, width);
}

void state_begin(struct state_writer *writer, const char *name, uint32_t version)
{
    char padded[NAME_BYTES] = "";
    assert(strlen(name) < NAME_BYTES && writer->depth < STATE_DEPTH);
    memcpy(padded, name, strlen(name));
    state_put_bytes(writer, padded, NAME_BYTES);
    put_number(writer, &version, sizeof version);
    writer->open[writer->depth++] = writer->size;
    state_put_u64(writer, 0);
}

void state_end(struct state_writer *writer)
{
    assert(writer->depth > 0);
    const size_t at = writer->open[--writer->depth];
    if (writer->failed)
        return;
    const uint64_t size = writer->size - at - sizeof size;
    copy_number(writer->bytes + at, (const unsigned char *)&size, sizeof size);
}

void state_put_u64(struct state_writer *writer, uint64_t value)
{
    put_number(writer, &value, sizeof value);
}

void state_put_i64(struct state_writer *writer, int64_t value)
{
    put_number(writer, &value, sizeof value);
}

void state_put_text(struct state_writer *writer, const char *text)
{
    state_put_u64(writer, text == NULL ? TEXT_NONE : strlen(text));
    if (text != NULL)
        state_put_bytes(writer, text, strlen(text));
}

void state_put_array_count(struct state_writer *writer, const struct state_layout *layout, size_t count)
{
    state_put_u64(writer, layout_hash(layout));
    state_put_u64(writer, count);
}

void state_put_array(struct state_writer *writer, const struct state_layout *layout, const void *items,
                     size_t count)
{
    state_put_array_count(writer, layout, count);
    state_put_array_items(writer, layout, items, count);
}

void state_put_array_items(struct state_writer *writer, const struct state_layout *layout, const void *items,
                           size_t count)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(layout_bytes(layout), count, &bytes)) {
        writer->failed = true;
        return;
    }
    unsigned char *to = room(writer, bytes);
    for (size_t i = 0; to != NULL && i < count; i++) {
        const unsigned char *item = (const unsigned char *)items + i * layout->size;
        for (size_t f = 0; f < layout->fields; f++) {
            const struct state_field *field = &layout->field[f];
            copy_numbers(to, item + field->offset, field->width, field->repeat);
            to += (size_t)field->width * field->repeat;
        }
    }
}

void state_put_numbers(struct state_writer *writer, const void *items, size_t width, size_t count)
{
    size_t bytes = 0;
    state_put_u64(writer, count);
    if (__builtin_mul_overflow(width, count, &bytes)) {
        writer->failed = true;
        return;
    }
    unsigned char *to = room(writer, bytes);
    if (to != NULL && count > 0)
        copy_numbers(to, items, width, count);
}

/* Runs: how many zeros, how many others, and these. */
void state_put_sparse(struct state_writer *writer, const void *items, size_t count)
{
    const int64_t *number = items;
    state_put_u64(writer, count);
    for (size_t at = 0; at < count && !writer->failed;) {
        size_t others = at;
        while (others < count && number[others] == 0)
            others++;
        size_t end = others;
        while (end < count && number[end] != 0)
            end++;
        state_put_u64(writer, others - at);
        state_put_numbers(writer, number + others, sizeof *number, end - others);
        at = end;
    }
}

int state_written(const struct state_writer *writer, struct err *err)
{
    assert(writer->depth == 0);
    return writer->failed
               ? err_fail(err, "out of memory: a state of %zu bytes could not be saved", writer->size)
               : 0;
}

/* ---- reading ---- */

void state_reader_init(struct state_reader *reader, const void *bytes, size_t size, const char *file)
{
    *reader = (struct state_reader){.bytes = bytes, .end = size, .file = file};
}

void state_refuse(struct state_reader *reader, const char *format, ...)
{
    if (reader->failed)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(reader->reason, sizeof reader->reason, format, args);
    va_end(args);
    reader->failed = true;
}

static const char *where(const struct state_reader *reader)
{
    return reader->depth == 0 ? "its head" : reader->inside[reader->depth - 1];
}

const unsigned char *state_get_bytes(struct state_reader *reader, size_t size)
{
    if (!reader->failed && size > reader->end - reader->at)
        state_refuse(reader, "ends too early in \"%s\": " DAMAGED, where(reader));
    if (reader->failed)
        return NULL;
    reader->at += size;
    return reader->bytes + reader->at - size;
}

static void get_number(struct state_reader *reader, void *number, size_t width)
{
    const unsigned char *from = state_get_bytes(reader, width);
    if (from != NULL)
        copy_number(number, from, width);
}

void state_enter(struct state_reader *reader, const char *name, uint32_t version)
{
    char padded[NAME_BYTES] = "";
    uint32_t found = 0;
    assert(strlen(name) < NAME_BYTES && reader->depth < STATE_DEPTH);
    memcpy(padded, name, strlen(name));
    const unsigned char *given = state_get_bytes(reader, NAME_BYTES);
    get_number(reader, &found, sizeof found);
    const uint64_t size = state_get_u64(reader);
    if (given != NULL && memcmp(given, padded, NAME_BYTES) != 0)
        state_refuse(reader, "has no \"%s\" after \"%s\": " DAMAGED, name, where(reader));
    if (found != version)
        state_refuse(reader, "has \"%s\" in version %u, not %u; make it again with this program", name, found,
                     version);
    if (!reader->failed && size > reader->end - reader->at)
        state_refuse(reader, "ends too early in \"%s\": " DAMAGED, name);
    reader->inside[reader->depth] = name;
    reader->ends[reader->depth++] = reader->end;
    if (!reader->failed)
        reader->end = reader->at + size;
}

void state_leave(struct state_reader *reader)
{
    assert(reader->depth > 0);
    if (reader->at != reader->end)
        state_refuse(reader, "has more in \"%s\" than is expected: " DAMAGED, where(reader));
    reader->end = reader->ends[--reader->depth];
}

uint64_t state_get_u64(struct state_reader *reader)
{
    uint64_t value = 0;
    get_number(reader, &value, sizeof value);
    return value;
}

int64_t state_get_i64(struct state_reader *reader)
{
    int64_t value = 0;
    get_number(reader, &value, sizeof value);
    return value;
}

uint64_t state_get_up_to(struct state_reader *reader, uint64_t most)
{
    const uint64_t value = state_get_u64(reader);
    if (value > most)
        state_refuse(reader, "has the number %llu in \"%s\" where at most %llu is possible: " DAMAGED,
                     (unsigned long long)value, where(reader), (unsigned long long)most);
    return reader->failed ? 0 : value;
}

size_t state_get_count(struct state_reader *reader, size_t least)
{
    const uint64_t count = state_get_u64(reader);
    if (!reader->failed && count > (reader->end - reader->at) / (least > 0 ? least : 1))
        state_refuse(reader, "has no room in \"%s\" for what it counts: " DAMAGED, where(reader));
    return reader->failed ? 0 : (size_t)count;
}

char *state_get_text(struct state_reader *reader)
{
    const uint64_t length = state_get_u64(reader);
    if (length == TEXT_NONE)
        return NULL;
    const unsigned char *from = state_get_bytes(reader, (size_t)length);
    if (from == NULL)
        return NULL;
    if (memchr(from, '\0', (size_t)length) != NULL) {
        state_refuse(reader, "has a text with an end inside in \"%s\": " DAMAGED, where(reader));
        return NULL;
    }
    char *text = malloc((size_t)length + 1);
    if (text == NULL) {
        state_refuse(reader, "out of memory for a text of %llu bytes", (unsigned long long)length);
        return NULL;
    }
    memcpy(text, from, (size_t)length);
    text[length] = '\0';
    return text;
}

size_t state_get_array_count(struct state_reader *reader, const struct state_layout *layout)
{
    const uint64_t hash = state_get_u64(reader);
    if (!reader->failed && hash != layout_hash(layout))
        state_refuse(reader,
                     "was written by a version of the program whose \"%s\" has other fields; make it again",
                     layout->name);
    return state_get_count(reader, layout_bytes(layout));
}

static bool is_truth(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] > 1)
            return false;
    return true;
}

void state_get_array_items(struct state_reader *reader, const struct state_layout *layout, void *items,
                           size_t count)
{
    for (size_t i = 0; i < count && !reader->failed; i++) {
        unsigned char *item = (unsigned char *)items + i * layout->size;
        for (size_t f = 0; f < layout->fields; f++) {
            const struct state_field *field = &layout->field[f];
            const unsigned char *from = state_get_bytes(reader, (size_t)field->width * field->repeat);
            if (from == NULL)
                return;
            if (field->is_bool && !is_truth(from, field->repeat)) {
                state_refuse(reader, "has neither yes nor no in \"%s\": " DAMAGED, field->name);
                return;
            }
            copy_numbers(item + field->offset, from, field->width, field->repeat);
        }
    }
}

static void must_be(struct state_reader *reader, size_t found, size_t count)
{
    if (found != count)
        state_refuse(reader, "has %zu numbers in \"%s\" where there must be %zu: " DAMAGED, found,
                     where(reader), count);
}

void state_get_array(struct state_reader *reader, const struct state_layout *layout, void *items,
                     size_t count)
{
    must_be(reader, state_get_array_count(reader, layout), count);
    state_get_array_items(reader, layout, items, count);
}

size_t state_get_numbers_count(struct state_reader *reader, size_t width)
{
    return state_get_count(reader, width);
}

void state_get_numbers_items(struct state_reader *reader, void *items, size_t width, size_t count)
{
    assert(width <= WIDEST);
    for (size_t i = 0; i < count && !reader->failed; i++)
        get_number(reader, (unsigned char *)items + i * width, width);
}

void state_get_numbers(struct state_reader *reader, void *items, size_t width, size_t count)
{
    must_be(reader, state_get_numbers_count(reader, width), count);
    state_get_numbers_items(reader, items, width, count);
}

void state_get_sparse(struct state_reader *reader, void *items, size_t count)
{
    int64_t *number = items;
    const uint64_t found = state_get_u64(reader);
    if (found != count)
        state_refuse(reader, "has %llu counts in \"%s\" where there must be %zu: " DAMAGED,
                     (unsigned long long)found, where(reader), count);
    for (size_t at = 0; at < count && !reader->failed;) {
        const size_t zeros = (size_t)state_get_up_to(reader, count - at);
        const size_t others = (size_t)state_get_up_to(reader, count - at - zeros);
        if (reader->failed || zeros + others == 0) {
            state_refuse(reader, "has an empty run in \"%s\": " DAMAGED, where(reader));
            return;
        }
        memset(number + at, 0, zeros * sizeof *number);
        state_get_numbers_items(reader, number + at + zeros, sizeof *number, others);
        at += zeros + others;
    }
}

int state_read_well(const struct state_reader *reader, struct err *err)
{
    return reader->failed ? err_fail(err, "%s: %s", reader->file, reader->reason) : 0;
}
