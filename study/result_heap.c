#include "study/result_heap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_BYTES = 16, OBJECT_HEAD_BYTES = 16 };

static uint64_t little_endian(const unsigned char *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = size; i-- > 0;)
        number = number << 8 | bytes[i];
    return number;
}

void result_heap_init(struct result_heap *heap, int fd, uint64_t fd_bytes)
{
    *heap = (struct result_heap){.fd = fd, .fd_bytes = fd_bytes};
}

void result_heap_free(struct result_heap *heap)
{
    free(heap->bytes);
    *heap = (struct result_heap){.fd = -1};
}

int result_heap_bytes(const struct result_heap *heap, uint64_t address, void *bytes, size_t size,
                      struct err *err)
{
    if (size > heap->fd_bytes || address > heap->fd_bytes - size)
        return err_fail(err, "the file points beyond its end");
    for (unsigned char *to = bytes; size > 0;) {
        const ssize_t got = pread(heap->fd, to, size, (off_t)address);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_fail(err, "cannot read: %s", got < 0 ? strerror(errno) : "the file became shorter");
        to += got;
        address += (uint64_t)got;
        size -= (size_t)got;
    }
    return 0;
}

static int load(struct result_heap *heap, uint64_t address, struct err *err)
{
    unsigned char head[HEAD_BYTES];
    if (address != 0 && heap->address == address)
        return 0;
    heap->address = 0;
    if (result_heap_bytes(heap, address, head, sizeof head, err) != 0)
        return -1;
    const uint64_t size = little_endian(head + 8, 8);
    if (memcmp(head, "GCOL\1", 5) != 0 || size < HEAD_BYTES || size > heap->fd_bytes)
        return err_fail(err, "a text lies where there are no texts");
    unsigned char *bytes = mem_grow(heap->bytes, &heap->capacity, (size_t)size, 1, err);
    if (bytes == NULL)
        return -1;
    heap->bytes = bytes;
    if (result_heap_bytes(heap, address, bytes, (size_t)size, err) != 0)
        return -1;
    heap->size = (size_t)size;
    heap->next = HEAD_BYTES;
    heap->address = address;
    return 0;
}

/* Finds object `index` among those that begin at `from` or later and before `until`. Objects follow each
 * other; index 0 is the free rest. */
static const unsigned char *find(struct result_heap *heap, uint64_t index, size_t from, size_t until,
                                 uint64_t *bytes)
{
    size_t at = from;
    while (at < until && heap->size - at >= OBJECT_HEAD_BYTES) {
        const unsigned char *object = heap->bytes + at;
        const uint64_t found = little_endian(object, 2), size = little_endian(object + 8, 8);
        const size_t rest = heap->size - at - OBJECT_HEAD_BYTES;
        if (found == 0 || size > rest)
            return NULL;
        const size_t padding = (size_t)(-size & 7);
        at = size + padding > rest ? heap->size : at + OBJECT_HEAD_BYTES + (size_t)size + padding;
        if (found == index) {
            heap->next = at;
            *bytes = size;
            return object + OBJECT_HEAD_BYTES;
        }
    }
    return NULL;
}

const char *result_heap_text(struct result_heap *heap, const unsigned char reference[RESULT_REFERENCE_BYTES],
                             struct arena *arena, struct err *err)
{
    const uint64_t length = little_endian(reference, 4), address = little_endian(reference + 4, 8),
                   index = little_endian(reference + 12, 4);
    if (length == 0)
        return arena_text(arena, "", err);
    if (load(heap, address, err) != 0)
        return NULL;
    /* References are mostly in the order of the objects. */
    uint64_t bytes = 0;
    const size_t next = heap->next;
    const unsigned char *object = index == 0 ? NULL : find(heap, index, next, heap->size, &bytes);
    if (object == NULL && index != 0)
        object = find(heap, index, HEAD_BYTES, next, &bytes);
    if (object == NULL || bytes < length) {
        err_fail(err, "a text is not where the file says");
        return NULL;
    }
    char *text = arena_zeroed(arena, (size_t)length + 1, 1, err);
    if (text != NULL)
        memcpy(text, object, (size_t)length);
    return text;
}
