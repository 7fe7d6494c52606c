#ifndef COUNTERPART_SIM_STATE_H
#define COUNTERPART_SIM_STATE_H

/* A saved state as a stream of bytes that says what it holds: named sections with a version and a size, and
 * in them integers of fixed width, little-endian. Structs are written field by field after a list that stands
 * beside the struct; the list's own hash is in the stream, so that a struct which has changed is noticed. No
 * addresses: whoever saves writes indices and ids. The reader trusts nothing. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"

enum { STATE_DEPTH = 8 };

/* ---- Lists of fields ---- */

struct state_field {
    const char *name;
    uint32_t offset;
    uint16_t width, repeat; /* bytes of an item; items of an array */
    bool is_bool;           /* any other byte than 0 and 1 is refused */
};

struct state_layout {
    const char *name;
    size_t size; /* of the struct */
    const struct state_field *field;
    size_t fields;
};

/* A list is a macro of three arguments: ONE(struct, member) for integers, doubles and bools, ALL(struct,
 * member) for arrays of them, and NOT(struct, member) for what is not in the stream under this list: made
 * when the world is built, or saved apart. STATE_LAYOUT(name, struct, list, padding) makes
 * `name`_layout of it and counts the bytes: it does not compile when the struct has got or lost a member that
 * the list does not know. */
#define STATE_ONE(type, member)                                                                              \
    {.name = #member,                                                                                        \
     .offset = offsetof(type, member),                                                                       \
     .width = sizeof(((type *)0)->member),                                                                   \
     .repeat = 1,                                                                                            \
     .is_bool = _Generic(((type *)0)->member, bool                                                           \
                         : true, default                                                                     \
                         : false)},
#define STATE_ALL(type, member)                                                                              \
    {.name = #member,                                                                                        \
     .offset = offsetof(type, member),                                                                       \
     .width = sizeof(((type *)0)->member[0]),                                                                \
     .repeat = sizeof(((type *)0)->member) / sizeof(((type *)0)->member[0]),                                 \
     .is_bool = _Generic(((type *)0)->member[0], bool                                                        \
                         : true, default                                                                     \
                         : false)},
#define STATE_NOT(type, member)
#define STATE_BYTES(type, member) +sizeof(((type *)0)->member)
#define STATE_LAYOUT(name, type, list, padding)                                                              \
    static const struct state_field name##_fields[] = {list(STATE_ONE, STATE_ALL, STATE_NOT)};               \
    static const struct state_layout name##_layout = {#name, sizeof(type), name##_fields,                    \
                                                      sizeof name##_fields / sizeof name##_fields[0]};       \
    _Static_assert(                                                                                          \
        (padding)list(STATE_BYTES, STATE_BYTES, STATE_BYTES) == sizeof(type),                                \
        "the struct has changed: say in its list of fields whether the new member is saved, and count the "  \
        "bytes of padding anew")

/* ---- Writing ---- */

/* Zero-initialise. A writer for which there is no memory goes on in vain: ask state_written() at the end. */
struct state_writer {
    unsigned char *bytes; /* owned */
    size_t size, capacity;
    size_t open[STATE_DEPTH]; /* where the sizes of open sections stand */
    unsigned depth;
    bool failed;
};
void state_writer_free(struct state_writer *writer); /* safe to repeat */

/* Sections may lie in one another. The name has up to 15 letters. */
void state_begin(struct state_writer *writer, const char *name, uint32_t version);
void state_end(struct state_writer *writer);

void state_put_u64(struct state_writer *writer, uint64_t value);
void state_put_i64(struct state_writer *writer, int64_t value);
void state_put_text(struct state_writer *writer, const char *text); /* NULL is kept */
void state_put_bytes(struct state_writer *writer, const void *bytes, size_t size);
/* `count` structs that lie one behind the other, and how many they are. */
void state_put_array(struct state_writer *writer, const struct state_layout *layout, const void *items,
                     size_t count);
/* The same in pieces: how many, then all of them. */
void state_put_array_count(struct state_writer *writer, const struct state_layout *layout, size_t count);
void state_put_array_items(struct state_writer *writer, const struct state_layout *layout, const void *items,
                           size_t count);
/* So many integers of `width` bytes each, and how many they are. */
void state_put_numbers(struct state_writer *writer, const void *items, size_t width, size_t count);
/* The same for many zeros among 64-bit integers, which take little room. */
void state_put_sparse(struct state_writer *writer, const void *items, size_t count);

/* Fails when memory has run out on the way. */
MUST_CHECK int state_written(const struct state_writer *writer, struct err *err);

/* ---- Reading ---- */

/* What is not as it must be makes the reader fail; from then on everything it gives is 0, so that a loop over
 * what has been read ends. Ask state_read_well() before what has been read is used. */
struct state_reader {
    const unsigned char *bytes; /* borrowed */
    size_t at, end;             /* end: of the innermost section */
    size_t ends[STATE_DEPTH];   /* of those around it */
    const char *inside[STATE_DEPTH];
    unsigned depth;
    const char *file; /* for messages; borrowed */
    bool failed;
    char reason[ERR_TEXT];
};
void state_reader_init(struct state_reader *reader, const void *bytes, size_t size, const char *file);

/* The next section must have this name and version. */
void state_enter(struct state_reader *reader, const char *name, uint32_t version);
/* All of it must have been read. */
void state_leave(struct state_reader *reader);

uint64_t state_get_u64(struct state_reader *reader);
int64_t state_get_i64(struct state_reader *reader);
/* At most `most`. */
uint64_t state_get_up_to(struct state_reader *reader, uint64_t most);
/* How many things follow, each of which takes `least` bytes at least: never more than there is room for. */
size_t state_get_count(struct state_reader *reader, size_t least);
/* A copy (malloc), NULL for none and after a failure. */
char *state_get_text(struct state_reader *reader);
/* `size` bytes where they stand; NULL after a failure. */
const unsigned char *state_get_bytes(struct state_reader *reader, size_t size);
/* The same count must have been written. Members that are not in the stream stay as they are. */
void state_get_array(struct state_reader *reader, const struct state_layout *layout, void *items,
                     size_t count);
/* An array of any length: reads how many there are, then the caller makes room for as many, then the items.
 */
size_t state_get_array_count(struct state_reader *reader, const struct state_layout *layout);
void state_get_array_items(struct state_reader *reader, const struct state_layout *layout, void *items,
                           size_t count);
void state_get_numbers(struct state_reader *reader, void *items, size_t width, size_t count);
size_t state_get_numbers_count(struct state_reader *reader, size_t width);
void state_get_numbers_items(struct state_reader *reader, void *items, size_t width, size_t count);
void state_get_sparse(struct state_reader *reader, void *items, size_t count);

/* Refuses what has been read: the first reason wins. */
void state_refuse(struct state_reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);
/* Fails with "FILE: reason" when something was refused. */
MUST_CHECK int state_read_well(const struct state_reader *reader, struct err *err);

#endif
