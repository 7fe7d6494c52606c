#ifndef COUNTERPART_SIM_MEM_H
#define COUNTERPART_SIM_MEM_H

/* Allocation with sizes checked before they are multiplied and failures reported
 * as errors. Memory from here is released with free(). */

#include <stddef.h>

#include "sim/err.h"

/* count items of size bytes, zeroed; a count of 0 gives one item. NULL on failure. */
MUST_CHECK void *mem_zeroed(size_t count, size_t size, struct err *err);

/* Not zeroed, starting a cache line (64 bytes); large pieces are on huge pages where the system has them,
 * since finding the page would cost more than fetching the line. NULL on failure. */
void *mem_lines(size_t count, size_t size);

/* Fetches the line of an address into the cache, a hint. The empty statement is an effect: a function that
 * does nothing but fetch has none that the compiler knows of, and GCC leaves out the calls of functions
 * without. */
static inline void mem_fetch(const void *at)
{
    __builtin_prefetch(at, 1);
    __asm__ volatile("");
}

/* Makes room for `needed` items: returns `items`, moved if it had to grow (*capacity is updated; growth
 * doubles; new space is zeroed), or NULL on failure with `items` still valid and unchanged. Large arrays are
 * placed as by mem_lines(). */
MUST_CHECK void *mem_grow(void *items, size_t *capacity, size_t needed, size_t size, struct err *err);

/* Asks for huge pages where part of a large piece lies that nobody has written to yet: from the huge page
 * where it begins to that where it ends, which are returned, but not beyond the piece. A wish that may be
 * ignored. */
struct mem_span {
    char *from, *to;
};
struct mem_span mem_want_huge_pages(struct mem_span part, struct mem_span piece);

/* Of zeros: whole pages are given back to the system until somebody writes there. */
void mem_give_back(void *zeros, size_t bytes);

/* A copy of the text, or NULL on failure. */
MUST_CHECK char *mem_text(const char *text, struct err *err);

/* printf into new memory, or NULL on failure. */
MUST_CHECK char *mem_printf(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Many small pieces that are freed together. Zero-initialise; arena_free() is safe to repeat. */
struct arena {
    struct arena_block *blocks; /* newest first */
};
MUST_CHECK void *arena_zeroed(struct arena *arena, size_t count, size_t size, struct err *err);
/* The same, starting a cache line (64 bytes). */
MUST_CHECK void *arena_lines(struct arena *arena, size_t count, size_t size, struct err *err);
/* The same for a table of which little will be used: not on huge pages. */
MUST_CHECK void *arena_sparse(struct arena *arena, size_t count, size_t size, struct err *err);
MUST_CHECK char *arena_text(struct arena *arena, const char *text, struct err *err);
void arena_free(struct arena *arena);

#endif
