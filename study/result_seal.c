#include "study/result_seal.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/checksum.h"
#include "sim/mem.h"

enum { MARK_BYTES = 8, BLOCK_BYTES = 1 << 20 };
static const char mark[MARK_BYTES] = {'c', 'p', '-', 's', 'e', 'a', 'l', '1'};

static void put_seal(uint64_t sum, size_t size, unsigned char seal[RESULT_SEAL_BYTES])
{
    sum = checksum_end(sum, size);
    memcpy(seal, mark, MARK_BYTES);
    for (size_t i = 0; i < 8; i++)
        seal[MARK_BYTES + i] = (unsigned char)(sum >> (8 * i));
}

void result_seal(const void *bytes, size_t size, unsigned char seal[RESULT_SEAL_BYTES])
{
    put_seal(checksum_add(0, bytes, size), size, seal);
}

static int read_at(int fd, unsigned char *bytes, size_t size, size_t at, const char *path, struct err *err)
{
    while (size > 0) {
        const ssize_t got = pread(fd, bytes, size, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_fail(err, "%s: cannot read: %s", path,
                            got < 0 ? strerror(errno) : "it became shorter");
        bytes += got;
        at += (size_t)got;
        size -= (size_t)got;
    }
    return 0;
}

int result_seal_check(int fd, size_t file_bytes, const char *path, struct err *err)
{
    unsigned char found[RESULT_SEAL_BYTES], due[RESULT_SEAL_BYTES];
    if (file_bytes < RESULT_SEAL_BYTES)
        return 0;
    const size_t size = file_bytes - RESULT_SEAL_BYTES;
    if (read_at(fd, found, RESULT_SEAL_BYTES, size, path, err) != 0)
        return -1;
    if (memcmp(found, mark, MARK_BYTES) != 0)
        return 0;
    unsigned char *block = mem_zeroed(BLOCK_BYTES, 1, err);
    if (block == NULL)
        return -1;
    uint64_t sum = 0;
    for (size_t at = 0; at < size; at += BLOCK_BYTES) {
        const size_t part = size - at < BLOCK_BYTES ? size - at : BLOCK_BYTES;
        if (read_at(fd, block, part, at, path, err) != 0) {
            free(block);
            return -1;
        }
        sum = checksum_add(sum, block, part);
    }
    free(block);
    put_seal(sum, size, due);
    if (memcmp(found, due, RESULT_SEAL_BYTES) != 0)
        return err_fail(err, "%s: is damaged (its checksum does not fit); copy it again or repeat the run",
                        path);
    return 0;
}
