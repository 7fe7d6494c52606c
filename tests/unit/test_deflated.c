#include <criterion/criterion.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "sim/mem.h"
#include "study/deflated.h"

/* More than zlib's window holds at once, several times over. */
enum { SIZE = 300000, ROOM = SIZE + 4096, TIMES = 24 };

static unsigned char bytes[SIZE], made[ROOM], expected[ROOM];

/* Numbers that are the same in every run. */
static uint32_t next(void)
{
    static uint64_t state = 12345;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33);
}

static void compare(struct deflated *room, size_t size, size_t used)
{
    uLongf whole = sizeof expected;
    cr_assert_eq(compress2(expected, &whole, bytes, size, DEFLATED_LEVEL), Z_OK);
    const size_t count = deflated_make(room, made, bytes, size, used);
    cr_assert_eq(count, whole, "%zu bytes, %zu used: %zu, not %lu", size, used, count, whole);
    cr_assert_eq(memcmp(made, expected, whole), 0, "%zu bytes, %zu used", size, used);
}

static struct deflated *new_room(void)
{
    struct err err = ERR_INIT;
    struct deflated *room = deflated_new(&err);
    cr_assert_not_null(room);
    return room;
}

/* Bytes here and there, of few values or many, far apart or close together. */
static void scatter(size_t used, uint32_t apart, uint32_t values)
{
    memset(bytes, 0, sizeof bytes);
    for (size_t at = next() % apart; at < used; at += 1 + next() % apart)
        bytes[at] = (unsigned char)(next() % values);
}

Test(deflated, makes_the_bytes_of_zlib_where_little_is_not_zero)
{
    struct deflated *room = new_room();
    for (int i = 0; i < TIMES; i++) {
        const size_t size = SIZE - next() % 1000, used = size >> next() % 6;
        scatter(used, 20U << next() % 10, 2U << next() % 8);
        compare(room, size, used);
    }
    deflated_free(room);
}

Test(deflated, makes_the_bytes_of_zlib_where_there_are_more_than_a_block_holds)
{
    struct deflated *room = new_room();
    for (int i = 0; i < TIMES; i++) {
        scatter(SIZE, 1U + next() % 8, 2U << next() % 8);
        compare(room, SIZE, SIZE);
    }
    deflated_free(room);
}

Test(deflated, makes_the_bytes_of_zlib_of_small_pieces_and_of_zeros_alone)
{
    struct deflated *room = new_room();
    for (size_t size = 1; size < 400; size++) {
        scatter(size, 1U + next() % 40, 1U + next() % 256);
        compare(room, size, size);
        scatter(0, 1, 1);
        compare(room, size, 0);
        compare(room, (size_t)SIZE - size, 0);
    }
    deflated_free(room);
}

/* Bytes that come as often as Fibonacci's numbers say make the deepest tree. */
Test(deflated, makes_the_bytes_of_zlib_where_codes_would_be_too_long)
{
    struct deflated *room = new_room();
    memset(bytes, 0, sizeof bytes);
    size_t at = 0;
    for (size_t value = 1, often = 1, before = 1; at + often < 12000; value++) {
        for (size_t i = 0; i < often; i++, at += 16)
            bytes[at] = (unsigned char)(value * 7);
        often += before;
        before = often - before;
        if (at > SIZE / 2)
            break;
    }
    for (size_t i = SIZE / 16; i-- > 1;) { /* in any order */
        const size_t other = next() % i;
        const unsigned char byte = bytes[16 * i];
        bytes[16 * i] = bytes[16 * other];
        bytes[16 * other] = byte;
    }
    compare(room, SIZE, SIZE);
    deflated_free(room);
}

Test(deflated, makes_the_bytes_of_zlib_of_strings_that_return)
{
    struct deflated *room = new_room();
    for (int i = 0; i < TIMES; i++) {
        scatter(SIZE, 400, 256);
        for (size_t at = 1000; at + 2000 < SIZE; at += 1000 + next() % 20000)
            memmove(bytes + at, bytes + at - next() % 1000, 1 + next() % 2000);
        const size_t far = 32506 - 3 + next() % 6; /* as far as strings are looked for */
        memcpy(bytes + 60000 + far, bytes + 60000, 100);
        compare(room, SIZE, SIZE);
    }
    deflated_free(room);
}
