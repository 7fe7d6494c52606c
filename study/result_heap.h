#ifndef COUNTERPART_STUDY_RESULT_HEAP_H
#define COUNTERPART_STUDY_RESULT_HEAP_H

/* Texts of variable length, read straight from the file. In HDF5 such a text is a
 * reference (length, address, index) to an object of a "global heap collection",
 * neither of which has a checksum; HDF5 1.10 copies as many bytes as the
 * collection says into a buffer as long as the reference says. Here every number
 * is checked. Format: HDF5 File Format Specification 3.0, III.E and VIII. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/mem.h"

enum { RESULT_REFERENCE_BYTES = 16 };

struct result_heap {
    int fd;               /* borrowed */
    uint64_t fd_bytes;    /* size of the file */
    uint64_t address;     /* of the collection at hand; 0: none */
    unsigned char *bytes; /* owned: the collection */
    size_t size, capacity;
    size_t next; /* where the next object is looked for first */
};

void result_heap_init(struct result_heap *heap, int fd, uint64_t fd_bytes);
void result_heap_free(struct result_heap *heap); /* safe to repeat */

/* Reads bytes of the file; fails beyond its end. */
MUST_CHECK int result_heap_bytes(const struct result_heap *heap, uint64_t address, void *bytes, size_t size,
                                 struct err *err);

/* The text behind a reference, in the arena; NULL on failure. */
MUST_CHECK const char *result_heap_text(struct result_heap *heap,
                                        const unsigned char reference[RESULT_REFERENCE_BYTES],
                                        struct arena *arena, struct err *err);

#endif
