#include "sim/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/mem.h"

int scratch_open(const char *folder, struct err *err)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    char *name = mem_printf(err, "%s/counterpart.XXXXXX", folder);
    if (name == NULL)
        return -1;
    fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        (void)err_fail(err, "%s: no temporary file can be made there: %s; set TMPDIR to another folder",
                       folder, strerror(errno));
    else
        (void)unlink(name);
    free(name);
    return fd;
}

int scratch_grow(int fd, off_t size, struct err *err)
{
    const int problem = posix_fallocate(fd, 0, size);
    return problem == 0 ? 0
                        : err_fail(err,
                                   "a temporary file cannot grow to %lld bytes: %s; set TMPDIR to a "
                                   "folder with more room",
                                   (long long)size, strerror(problem));
}

int scratch_write(int fd, const void *bytes, size_t size, off_t at, struct err *err)
{
    for (size_t done = 0; done < size;) {
        const ssize_t written =
            pwrite(fd, (const unsigned char *)bytes + done, size - done, at + (off_t)done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return err_fail(err, "a temporary file cannot be written: %s; set TMPDIR to a folder with room",
                            strerror(written < 0 ? errno : ENOSPC));
        done += (size_t)written;
    }
    return 0;
}

int scratch_read(int fd, void *bytes, size_t size, off_t at, struct err *err)
{
    for (size_t done = 0; done < size;) {
        const ssize_t got = pread(fd, (unsigned char *)bytes + done, size - done, at + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_fail(err, "a temporary file cannot be read: %s",
                            got < 0 ? strerror(errno) : "it is too short");
        done += (size_t)got;
    }
    return 0;
}
