#include "sim/mem.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "starve.h"

static int all_zero(const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (((const unsigned char *)bytes)[i] != 0)
            return 0;
    return 1;
}

Test(mem, gives_zeroed_items)
{
    struct err err = ERR_INIT;
    int64_t *items = mem_zeroed(100, sizeof items[0], &err);
    cr_assert(items != NULL);
    cr_assert(all_zero(items, 100 * sizeof items[0]));
    free(items);
}

Test(mem, gives_one_item_where_none_is_asked_for)
{
    struct err err = ERR_INIT;
    int64_t *item = mem_zeroed(0, sizeof item[0], &err);
    cr_assert(item != NULL);
    cr_assert_eq(item[0], 0);
    free(item);
}

Test(mem, refuses_sizes_that_overflow)
{
    struct err err = ERR_INIT;
    void *items = mem_zeroed(SIZE_MAX / 4, 8, &err);
    cr_assert(items == NULL);
    cr_assert(strstr(err.text[0], "out of memory") != NULL);

    err_clear(&err);
    struct arena arena = {0};
    cr_assert(arena_zeroed(&arena, SIZE_MAX / 4, 8, &err) == NULL);
    cr_assert(err_any(&err));
    err_clear(&err);
    cr_assert(arena_zeroed(&arena, SIZE_MAX, 1, &err) == NULL);
    cr_assert(err_any(&err));
    cr_assert(arena.blocks == NULL);
}

Test(mem, grows_by_doubling_and_zeroes_the_new)
{
    struct err err = ERR_INIT;
    size_t capacity = 0;
    int *items = mem_grow(NULL, &capacity, 1, sizeof items[0], &err);
    cr_assert(items != NULL);
    const size_t first = capacity;
    cr_assert_geq(first, 1);
    for (size_t i = 0; i < first; i++)
        items[i] = (int)i + 1;
    items = mem_grow(items, &capacity, first + 1, sizeof items[0], &err);
    cr_assert(items != NULL);
    cr_assert_eq(capacity, 2 * first);
    for (size_t i = 0; i < first; i++)
        cr_assert_eq(items[i], (int)i + 1);
    cr_assert(all_zero(items + first, first * sizeof items[0]));
    int *same = mem_grow(items, &capacity, capacity, sizeof items[0], &err);
    cr_assert(same == items);
    free(items);
}

static size_t resident_bytes(void)
{
    unsigned long all = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "%lu %lu", &all, &resident), 2);
    fclose(file);
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

#if !defined(__SANITIZE_ADDRESS__) /* which notes of every byte whether it may be used */
/* Huge pages are of 2 MB: one at the end, and one beside what was there. */
Test(mem, what_a_large_array_does_not_use_takes_no_memory)
{
    enum { MB = 1 << 20 };
    struct err err = ERR_INIT;
    size_t capacity = 0;
    char *bytes = mem_grow(NULL, &capacity, 3 * MB, 1, &err);
    cr_assert_not_null(bytes);
    memset(bytes, 1, capacity);
    const size_t before = resident_bytes();
    bytes = mem_grow(bytes, &capacity, 200 * MB, 1, &err);
    cr_assert_not_null(bytes);
    bytes[capacity - 1] = 1;
    cr_expect_lt(resident_bytes(), before + 20 * MB);
    free(bytes);
}
#endif

Test(mem, zeros_that_are_given_back_take_no_memory_and_stay_zeros)
{
    enum { BYTES = 50 << 20 };
    char *bytes = malloc(BYTES);
    cr_assert_not_null(bytes);
    memset(bytes, 0, BYTES);
    bytes[3] = bytes[BYTES - 3] = 1;
    const size_t before = resident_bytes();
    mem_give_back(bytes + 4, BYTES - 8);
    cr_expect_lt(resident_bytes() + (BYTES - (1 << 20)), before);
    cr_expect(all_zero(bytes + 4, BYTES - 8));
    cr_expect_eq(bytes[3] + bytes[BYTES - 3], 2);
    mem_give_back(bytes, 5);
    cr_expect_eq(bytes[3], 1);
    free(bytes);
}

Test(mem, a_large_array_grows_by_zeros_wherever_it_lies)
{
    struct err err = ERR_INIT;
    for (size_t size = (size_t)1 << 20; size <= (size_t)1 << 24; size *= 2) {
        char *dirty = malloc(4 * size);
        cr_assert_not_null(dirty);
        memset(dirty, 0xff, 4 * size);
        free(dirty); /* to be given out again, perhaps */
        size_t capacity = 0;
        char *bytes = mem_grow(NULL, &capacity, size - 5, 1, &err);
        cr_assert(all_zero(bytes, capacity));
        memset(bytes, 0xff, capacity);
        const size_t full = capacity;
        bytes = mem_grow(bytes, &capacity, capacity + 1, 1, &err);
        cr_assert_eq((unsigned char)bytes[full - 1], 0xff);
        cr_assert(all_zero(bytes + full, capacity - full));
        free(bytes);
    }
}

Test(mem, leaves_items_alone_when_growing_fails)
{
    struct err err = ERR_INIT;
    size_t capacity = 0;
    int *items = mem_grow(NULL, &capacity, 4, sizeof items[0], &err);
    cr_assert(items != NULL);
    const size_t before = capacity;
    items[3] = 42;
    int *grown = mem_grow(items, &capacity, SIZE_MAX / 3, sizeof items[0], &err);
    cr_assert(grown == NULL);
    cr_assert(err_any(&err));
    grown = mem_grow(items, &capacity, SIZE_MAX, 1, &err);
    cr_assert(grown == NULL);
    cr_assert_eq(capacity, before);
    cr_assert_eq(items[3], 42);
    free(items);
}

Test(mem, copies_and_formats_texts)
{
    struct err err = ERR_INIT;
    char *copy = mem_text("旗医院", &err), *empty = mem_text("", &err);
    char *made = mem_printf(&err, "%s-%03d", "bed", 7);
    cr_assert_str_eq(copy, "旗医院");
    cr_assert_str_eq(empty, "");
    cr_assert_str_eq(made, "bed-007");
    free(copy);
    free(empty);
    free(made);
}

Test(arena, gives_separate_aligned_zeroed_pieces)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    enum { PIECES = 5000 };
    static unsigned char *piece[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        const size_t size = 1 + i % 97;
        piece[i] = arena_zeroed(&arena, size, 1, &err);
        cr_assert(piece[i] != NULL);
        cr_assert_eq((size_t)((uintptr_t)piece[i] % _Alignof(max_align_t)), 0);
        cr_assert(all_zero(piece[i], size));
        memset(piece[i], (int)(i % 255) + 1, size);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < 1 + i % 97; k++)
            if (piece[i][k] != (unsigned char)(i % 255 + 1))
                cr_assert_fail("piece %zu was overwritten", i);
    arena_free(&arena);
}

Test(arena, holds_pieces_larger_than_a_block)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    char *small = arena_text(&arena, "small", &err);
    const size_t size = (size_t)1 << 20;
    unsigned char *large = arena_zeroed(&arena, size, 1, &err);
    cr_assert(small != NULL);
    cr_assert(large != NULL);
    memset(large, 1, size);
    cr_assert_str_eq(small, "small");
    arena_free(&arena);
}

Test(arena, can_be_freed_twice_and_used_again)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    arena_free(&arena);
    cr_assert(arena_text(&arena, "one", &err) != NULL);
    arena_free(&arena);
    arena_free(&arena);
    cr_assert_str_eq(arena_text(&arena, "two", &err), "two");
    arena_free(&arena);
}

#if CAN_STARVE
Test(mem, reports_that_memory_has_run_out)
{
    SKIP_IF_WATCHED;
    static struct err zeroed = ERR_INIT, grown = ERR_INIT, text = ERR_INIT, made = ERR_INIT, piece = ERR_INIT;
    struct arena arena = {0};
    size_t capacity = 0;
    starve();
    void *got[] = {mem_zeroed(1000, 1, &zeroed), mem_grow(NULL, &capacity, 1000, 1, &grown),
                   mem_text("a text of some length", &text), mem_printf(&made, "%d", 123456),
                   arena_zeroed(&arena, 1, 1, &piece)};
    feed();
    for (size_t i = 0; i < sizeof got / sizeof got[0]; i++)
        cr_assert(got[i] == NULL, "allocation %zu", i);
    cr_assert(err_any(&zeroed));
    cr_assert(err_any(&grown));
    cr_assert(err_any(&text));
    cr_assert(err_any(&made));
    cr_assert(err_any(&piece));
    cr_assert_eq(capacity, 0);
    arena_free(&arena);
}
#endif

Test(mem, huge_pages_are_asked_for_around_a_part_but_not_beyond_its_piece)
{
    enum { HUGE = 1 << 21, BYTES = 4 * HUGE };
    struct err err = ERR_INIT;
    char *bytes = mem_zeroed(BYTES, 1, &err);
    cr_assert(bytes != NULL);
    const struct mem_span piece = {bytes, bytes + BYTES};
    const struct mem_span inside =
        mem_want_huge_pages((struct mem_span){bytes + 3 * HUGE / 2, bytes + 3 * HUGE / 2 + 64}, piece);
    cr_assert_leq((uintptr_t)inside.from, (uintptr_t)bytes + 3 * HUGE / 2);
    cr_assert_geq((uintptr_t)inside.to, (uintptr_t)bytes + 3 * HUGE / 2 + 64);
    cr_assert_eq((uintptr_t)inside.from % HUGE, 0);
    cr_assert_eq((uintptr_t)inside.to % HUGE, 0);
    const struct mem_span whole = mem_want_huge_pages(piece, piece);
    cr_assert_eq(whole.from, piece.from);
    cr_assert_eq(whole.to, piece.to);
    cr_assert(all_zero(bytes, BYTES));
    free(bytes);
}

Test(mem, an_arena_that_has_grown_large_gives_zeros_on_lines)
{
    struct err err = ERR_INIT;
    struct arena arena = {0};
    for (size_t i = 0; i < 200; i++) {
        unsigned char *piece = arena_lines(&arena, 1 + i * 700, 1, &err);
        cr_assert(piece != NULL);
        cr_assert_eq((uintptr_t)piece % 64, 0);
        cr_assert(all_zero(piece, 1 + i * 700));
        memset(piece, 0xff, 1 + i * 700);
    }
    arena_free(&arena);
}
