#include "sim/mem.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int product(size_t count, size_t size, size_t *bytes, struct err *err)
{
    if (__builtin_mul_overflow(count, size, bytes) || *bytes > PTRDIFF_MAX)
        return err_fail(err, "out of memory: %zu items of %zu bytes are more than an address can hold", count,
                        size);
    return 0;
}

void *mem_zeroed(size_t count, size_t size, struct err *err)
{
    size_t bytes = 0;
    if (product(count, size, &bytes, err) != 0)
        return NULL;
    void *items = calloc(1, bytes > 0 ? bytes : size + 1);
    if (items == NULL)
        err_fail(err, "out of memory: %zu bytes were asked for", bytes);
    return items;
}

enum { LINE_BYTES = 64, PAGE = 4096, HUGE_PAGE = 1 << 21, LARGE_BYTES = HUGE_PAGE / 2 };

/* A wish that may be ignored. */
static void want_huge_pages(void *start, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    const uintptr_t from = ((uintptr_t)start + PAGE - 1) / PAGE * PAGE,
                    to = ((uintptr_t)start + bytes) / PAGE * PAGE;
    if (to > from)
        (void)madvise((void *)from, to - from, MADV_HUGEPAGE);
#else
    (void)start;
    (void)bytes;
#endif
}

struct mem_span mem_want_huge_pages(struct mem_span part, struct mem_span piece)
{
    const size_t before = (uintptr_t)part.from % HUGE_PAGE,
                 after = HUGE_PAGE - (uintptr_t)part.to % HUGE_PAGE;
    part.from -= before < (size_t)(part.from - piece.from) ? before : (size_t)(part.from - piece.from);
    part.to += after < (size_t)(piece.to - part.to) ? after : (size_t)(piece.to - part.to);
    want_huge_pages(part.from, (size_t)(part.to - part.from));
    return part;
}

static void *new_lines(size_t bytes)
{
    if (bytes > PTRDIFF_MAX - HUGE_PAGE)
        return NULL;
    const size_t unit = bytes > LARGE_BYTES ? HUGE_PAGE : LINE_BYTES;
    const size_t whole = (bytes > 0 ? bytes + unit - 1 : unit) / unit * unit;
    void *items = aligned_alloc(unit, whole);
    if (items != NULL && unit == HUGE_PAGE)
        want_huge_pages(items, whole);
    return items;
}

void *mem_lines(size_t count, size_t size)
{
    size_t bytes = 0;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : new_lines(bytes);
}

/* Not realloc(), which would move huge pages one small page at a time. */
static void *move_to_lines(void *items, size_t old_bytes, size_t bytes)
{
    void *moved = new_lines(bytes);
    if (moved == NULL)
        return NULL;
    if (old_bytes > 0)
        memcpy(moved, items, old_bytes);
    free(items);
    return moved;
}

/* Whole units of a piece: the first one, and how many bytes they are. */
static char *whole_units(char *from, size_t bytes, size_t unit, size_t *inside)
{
    const size_t before = (unit - (uintptr_t)from % unit) % unit;
    *inside = bytes > before ? (bytes - before) / unit * unit : 0;
    return from + before;
}

/* The system takes pages, and gives zeros when somebody uses them. */
static bool give_pages(char *first, size_t bytes)
{
#if defined(__linux__) && defined(MADV_DONTNEED)
    return bytes > 0 && madvise(first, bytes, MADV_DONTNEED) == 0;
#else
    (void)first;
    (void)bytes;
    return false;
#endif
}

/* What is large takes no memory until somebody uses it. */
static void clear(char *from, size_t bytes)
{
    size_t inside = 0;
    char *first = whole_units(from, bytes, HUGE_PAGE, &inside);
    if (!give_pages(first, inside)) {
        memset(from, 0, bytes);
        return;
    }
    memset(from, 0, (size_t)(first - from));
    memset(first + inside, 0, bytes - inside - (size_t)(first - from));
}

void mem_give_back(void *zeros, size_t bytes)
{
    size_t inside = 0;
    char *first = whole_units(zeros, bytes, PAGE, &inside);
    (void)give_pages(first, inside);
}

void *mem_grow(void *items, size_t *capacity, size_t needed, size_t size, struct err *err)
{
    if (needed <= *capacity && items != NULL)
        return items;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < needed) {
        if (__builtin_mul_overflow(wanted, (size_t)2, &wanted)) {
            err_fail(err, "out of memory: %zu items are too many", needed);
            return NULL;
        }
    }
    size_t bytes = 0;
    if (product(wanted, size, &bytes, err) != 0)
        return NULL;
    const size_t old_bytes = items == NULL ? 0 : *capacity * size;
    void *moved = bytes > LARGE_BYTES ? move_to_lines(items, old_bytes, bytes) : realloc(items, bytes);
    if (moved == NULL) {
        err_fail(err, "out of memory: %zu bytes were asked for", bytes);
        return NULL;
    }
    clear((char *)moved + old_bytes, bytes - old_bytes);
    *capacity = wanted;
    return moved;
}

char *mem_text(const char *text, struct err *err)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = mem_zeroed(bytes, 1, err);
    if (copy != NULL)
        memcpy(copy, text, bytes);
    return copy;
}

char *mem_printf(struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        err_fail(err, "a text could not be formatted");
        return NULL;
    }
    char *text = mem_zeroed((size_t)length + 1, 1, err);
    if (text == NULL)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

enum { ARENA_BLOCK_BYTES = 1 << 16, ARENA_GROWN_BYTES = 2 * HUGE_PAGE };

struct arena_block {
    struct arena_block *older;
    size_t used, size;
    size_t grown; /* bytes of this block and of those before it */
    _Alignas(max_align_t) unsigned char bytes[];
};

/* An arena that has grown large goes on in pieces of whole huge pages. */
static size_t block_bytes(const struct arena *arena, size_t bytes)
{
    const bool is_large = arena->blocks != NULL && arena->blocks->grown >= ARENA_GROWN_BYTES;
    const size_t least = is_large ? HUGE_PAGE - sizeof(struct arena_block) : ARENA_BLOCK_BYTES;
    return bytes > least ? bytes : least;
}

/* Huge pages are asked for before anything is written there: what is on small ones stays on them. */
static struct arena_block *new_block(size_t bytes, bool huge_pages)
{
    if (bytes <= LARGE_BYTES || !huge_pages)
        return calloc(1, bytes);
    struct arena_block *block = new_lines(bytes);
    if (block != NULL)
        clear((char *)block, bytes);
    return block;
}

static int add_block(struct arena *arena, size_t bytes, bool huge_pages, struct err *err)
{
    const size_t size = block_bytes(arena, bytes);
    size_t whole = 0;
    if (__builtin_add_overflow(size, sizeof(struct arena_block), &whole) || whole > PTRDIFF_MAX)
        return err_fail(err, "out of memory: %zu bytes were asked for", bytes);
    struct arena_block *block = new_block(whole, huge_pages);
    if (block == NULL)
        return err_fail(err, "out of memory: %zu bytes were asked for", whole);
    block->older = arena->blocks;
    block->size = size;
    block->grown = whole + (arena->blocks == NULL ? 0 : arena->blocks->grown);
    arena->blocks = block;
    return 0;
}

static void *piece_of(struct arena *arena, size_t count, size_t size, bool huge_pages, struct err *err)
{
    const size_t align = _Alignof(max_align_t);
    size_t bytes = 0;
    if (product(count, size, &bytes, err) != 0)
        return NULL;
    if (bytes > SIZE_MAX - align) {
        err_fail(err, "out of memory: %zu bytes were asked for", bytes);
        return NULL;
    }
    bytes = (bytes + align - 1) / align * align;
    if (arena->blocks == NULL || arena->blocks->size - arena->blocks->used < bytes)
        if (add_block(arena, bytes, huge_pages, err) != 0)
            return NULL;
    void *piece = arena->blocks->bytes + arena->blocks->used;
    arena->blocks->used += bytes;
    return piece;
}

void *arena_zeroed(struct arena *arena, size_t count, size_t size, struct err *err)
{
    return piece_of(arena, count, size, true, err);
}

static void *lines_of(struct arena *arena, size_t count, size_t size, bool huge_pages, struct err *err)
{
    size_t bytes = 0;
    if (product(count, size, &bytes, err) != 0)
        return NULL;
    unsigned char *piece = piece_of(arena, bytes + LINE_BYTES, 1, huge_pages, err);
    return piece == NULL ? NULL : piece + (LINE_BYTES - (uintptr_t)piece % LINE_BYTES) % LINE_BYTES;
}

void *arena_lines(struct arena *arena, size_t count, size_t size, struct err *err)
{
    return lines_of(arena, count, size, true, err);
}

void *arena_sparse(struct arena *arena, size_t count, size_t size, struct err *err)
{
    return lines_of(arena, count, size, false, err);
}

char *arena_text(struct arena *arena, const char *text, struct err *err)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = arena_zeroed(arena, bytes, 1, err);
    if (copy != NULL)
        memcpy(copy, text, bytes);
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *older = arena->blocks->older;
        free(arena->blocks);
        arena->blocks = older;
    }
}
