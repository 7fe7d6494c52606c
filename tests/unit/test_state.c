/* Streams of sections: what was written is read, and nothing else is. */

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/checksum.h"
#include "sim/int128.h"
#include "sim/state.h"

struct thing {
    uint8_t small;
    bool truth, truths[3];
    int16_t middle;
    int32_t whole;
    double real;
    uint64_t large;
    int128 huge;
    int64_t many[4];
    const char *address;
    uint32_t last;
};

/* clang-format off */
#define THING(ONE, ALL, NOT) \
    ONE(struct thing, small) ONE(struct thing, truth) ALL(struct thing, truths) ONE(struct thing, middle) \
    ONE(struct thing, whole) ONE(struct thing, real) ONE(struct thing, large) ONE(struct thing, huge) \
    ALL(struct thing, many) NOT(struct thing, address) ONE(struct thing, last)
STATE_LAYOUT(thing, struct thing, THING, 9);

#define OTHER_THING(ONE, ALL, NOT) \
    ONE(struct thing, small) ONE(struct thing, truth) ALL(struct thing, truths) ONE(struct thing, middle) \
    ONE(struct thing, whole) ONE(struct thing, real) ONE(struct thing, large) ONE(struct thing, huge) \
    ALL(struct thing, many) NOT(struct thing, address) NOT(struct thing, last)
STATE_LAYOUT(other_thing, struct thing, OTHER_THING, 9);
/* clang-format on */

static const struct thing things[] = {
    {.small = 200,
     .truth = true,
     .truths = {true, false, true},
     .middle = -3,
     .whole = INT32_MIN,
     .real = -0.0,
     .large = UINT64_MAX,
     .huge = -((int128)1 << 100),
     .many = {1, -2, INT64_MAX, INT64_MIN},
     .last = 7},
    {.real = INFINITY, .many = {0, 0, 5, 0}},
};
static const int64_t sparse[] = {0, 0, 0, 5, -6, 0, 7, 0, 0};

static void write_all(struct state_writer *writer)
{
    *writer = (struct state_writer){.failed = false};
    state_begin(writer, "outer", 3);
    state_put_u64(writer, 17);
    state_put_i64(writer, -17);
    state_put_text(writer, "Ulanhot \xe5\x85\xb4");
    state_put_text(writer, NULL);
    state_put_text(writer, "");
    state_begin(writer, "inner", 1);
    state_put_array(writer, &thing_layout, things, 2);
    state_end(writer);
    state_put_numbers(writer, (const uint16_t[]){1, 2, 65535}, sizeof(uint16_t), 3);
    state_put_sparse(writer, sparse, sizeof sparse / sizeof sparse[0]);
    state_put_sparse(writer, NULL, 0);
    state_end(writer);
    struct err err = ERR_INIT;
    cr_assert_eq(state_written(writer, &err), 0);
}

struct all {
    uint64_t number;
    int64_t signed_number;
    char *text, *none, *empty;
    struct thing things[2];
    uint16_t numbers[3];
    int64_t sparse[9];
};

static int read_all(struct all *all, const void *bytes, size_t size, struct err *err)
{
    struct state_reader reader;
    memset(all, 0, sizeof *all);
    all->things[0].address = all->things[1].address = "kept";
    state_reader_init(&reader, bytes, size, "file");
    state_enter(&reader, "outer", 3);
    all->number = state_get_u64(&reader);
    all->signed_number = state_get_i64(&reader);
    all->text = state_get_text(&reader);
    all->none = state_get_text(&reader);
    all->empty = state_get_text(&reader);
    state_enter(&reader, "inner", 1);
    state_get_array(&reader, &thing_layout, all->things, 2);
    state_leave(&reader);
    state_get_numbers(&reader, all->numbers, sizeof(uint16_t), 3);
    state_get_sparse(&reader, all->sparse, 9);
    state_get_sparse(&reader, NULL, 0);
    state_leave(&reader);
    if (!reader.failed && reader.at != size)
        state_refuse(&reader, "has something behind its end");
    return state_read_well(&reader, err);
}

static void free_all(struct all *all)
{
    free(all->text);
    free(all->none);
    free(all->empty);
}

Test(state, gives_back_what_was_written)
{
    struct state_writer writer;
    struct all all;
    struct err err = ERR_INIT;
    write_all(&writer);
    cr_assert_eq(read_all(&all, writer.bytes, writer.size, &err), 0, "%s", err.text[0]);
    cr_assert(all.number == 17 && all.signed_number == -17);
    cr_assert_str_eq(all.text, "Ulanhot \xe5\x85\xb4");
    cr_assert_null(all.none);
    cr_assert_str_eq(all.empty, "");
    for (int i = 0; i < 2; i++) {
        const struct thing *a = &things[i], *b = &all.things[i];
        cr_assert(a->small == b->small && a->truth == b->truth && a->middle == b->middle &&
                  a->whole == b->whole);
        cr_assert(memcmp(&a->real, &b->real, sizeof a->real) == 0 && a->large == b->large &&
                  a->huge == b->huge);
        cr_assert(memcmp(a->many, b->many, sizeof a->many) == 0 && a->last == b->last);
        cr_assert(memcmp(a->truths, b->truths, sizeof a->truths) == 0);
        cr_assert_str_eq(b->address, "kept");
    }
    cr_assert(all.numbers[0] == 1 && all.numbers[1] == 2 && all.numbers[2] == 65535);
    cr_assert_arr_eq(all.sparse, sparse, sizeof sparse);
    free_all(&all);
    state_writer_free(&writer);
}

Test(state, is_little_endian_and_says_what_it_holds)
{
    struct state_writer writer;
    write_all(&writer);
    static const unsigned char head[] = {'o', 'u', 't', 'e', 'r', 0, 0, 0, 0, 0,
                                         0,   0,   0,   0,   0,   0, 3, 0, 0, 0};
    cr_assert_arr_eq(writer.bytes, head, sizeof head);
    cr_assert_eq(writer.bytes[20] + 256u * writer.bytes[21], writer.size - 28);
    cr_assert_eq(writer.bytes[28], 17);
    cr_assert_eq(writer.bytes[36], 0xef);
    state_writer_free(&writer);
}

Test(state, refuses_what_is_cut_off_anywhere)
{
    struct state_writer writer;
    write_all(&writer);
    for (size_t size = 0; size < writer.size; size++) {
        struct all all;
        struct err err = ERR_INIT;
        unsigned char *exact = malloc(size + !size); /* so that a sanitizer sees reads beyond it */
        memcpy(exact, writer.bytes, size);
        cr_assert_eq(read_all(&all, exact, size, &err), -1, "%zu bytes", size);
        cr_assert(strstr(err.text[0], "file: ") == err.text[0] && strchr(err.text[0], ';') != NULL, "%s",
                  err.text[0]);
        free_all(&all);
        free(exact);
    }
    state_writer_free(&writer);
}

/* A byte of a number may be another number; one of the structure may not. Nothing is read out of bounds. */
Test(state, survives_every_changed_byte)
{
    struct state_writer writer;
    size_t refused = 0;
    write_all(&writer);
    for (size_t at = 0; at < writer.size; at++)
        for (int bit = 0; bit < 8; bit++) {
            struct all all;
            struct err err = ERR_INIT;
            writer.bytes[at] ^= (unsigned char)(1 << bit);
            refused += read_all(&all, writer.bytes, writer.size, &err) != 0;
            free_all(&all);
            writer.bytes[at] ^= (unsigned char)(1 << bit);
        }
    cr_assert_gt(refused, 8u * 100);
    state_writer_free(&writer);
}

Test(state, notices_a_struct_with_other_fields)
{
    struct state_writer writer = {.failed = false};
    struct state_reader reader;
    struct err err = ERR_INIT;
    struct thing thing = {.small = 1};
    state_put_array(&writer, &other_thing_layout, things, 1);
    state_reader_init(&reader, writer.bytes, writer.size, "file");
    state_get_array(&reader, &thing_layout, &thing, 1);
    cr_assert_eq(state_read_well(&reader, &err), -1);
    cr_assert(strstr(err.text[0], "other fields") != NULL, "%s", err.text[0]);
    state_writer_free(&writer);
}

Test(state, refuses_another_section_or_version)
{
    struct state_writer writer;
    write_all(&writer);
    static const struct {
        const char *name;
        uint32_t version;
        const char *says;
    } cases[] = {{"outer", 4, "version 3, not 4"}, {"inner", 3, "no \"inner\""}};
    for (int i = 0; i < 2; i++) {
        struct state_reader reader;
        struct err err = ERR_INIT;
        state_reader_init(&reader, writer.bytes, writer.size, "file");
        state_enter(&reader, cases[i].name, cases[i].version);
        cr_assert_eq(state_get_u64(&reader), 0u);
        cr_assert_eq(state_read_well(&reader, &err), -1);
        cr_assert(strstr(err.text[0], cases[i].says) != NULL, "%s", err.text[0]);
    }
    state_writer_free(&writer);
}

Test(state, refuses_what_is_left_unread)
{
    struct state_writer writer = {.failed = false};
    struct state_reader reader;
    struct err err = ERR_INIT;
    state_begin(&writer, "s", 1);
    state_put_u64(&writer, 1);
    state_put_u64(&writer, 2);
    state_end(&writer);
    state_reader_init(&reader, writer.bytes, writer.size, "file");
    state_enter(&reader, "s", 1);
    cr_assert_eq(state_get_u64(&reader), 1u);
    state_leave(&reader);
    cr_assert_eq(state_read_well(&reader, &err), -1);
    state_writer_free(&writer);
}

Test(state, counts_never_exceed_what_is_there)
{
    struct state_writer writer = {.failed = false};
    struct state_reader reader;
    state_put_u64(&writer, UINT64_MAX / 2);
    state_put_u64(&writer, 0);
    state_reader_init(&reader, writer.bytes, writer.size, "file");
    cr_assert_eq(state_get_count(&reader, 8), 0u);
    cr_assert(reader.failed);
    state_reader_init(&reader, writer.bytes, writer.size, "file");
    cr_assert_eq(state_get_up_to(&reader, 1000), 0u);
    cr_assert(reader.failed);
    state_writer_free(&writer);
}

Test(checksum, notices_every_changed_byte_and_length)
{
    unsigned char bytes[37];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 37);
    const uint64_t sum = checksum_end(checksum_add(0, bytes, sizeof bytes), sizeof bytes);
    for (size_t at = 0; at < sizeof bytes; at++)
        for (int other = 1; other < 256; other++) {
            bytes[at] ^= (unsigned char)other;
            cr_assert_neq(checksum_end(checksum_add(0, bytes, sizeof bytes), sizeof bytes), sum);
            bytes[at] ^= (unsigned char)other;
        }
    for (size_t size = 0; size < sizeof bytes; size++)
        cr_assert_neq(checksum_end(checksum_add(0, bytes, size), size), sum);
    /* In pieces of whole words it is the same. */
    cr_assert_eq(checksum_end(checksum_add(checksum_add(0, bytes, 16), bytes + 16, 21), 37), sum);
}
