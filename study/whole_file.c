#include "study/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/mem.h"

enum { NAME_ATTEMPTS = 1000 };

/* Where the file really goes: renaming onto a link would replace the link, onto a device the device. */
static char *target_of(const char *path, struct err *err)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return mem_text(path, err);
    if (!S_ISREG(status.st_mode)) {
        err_fail(err, "%s: is %s; name a file", path,
                 S_ISDIR(status.st_mode) ? "a folder" : "not a regular file");
        return NULL;
    }
    char *real = realpath(path, NULL);
    if (real == NULL)
        err_fail(err, "%s: %s", path, strerror(errno));
    return real;
}

/* A new file beside the target. Its mode follows the umask, unlike that of mkstemp(). */
static int open_partial(const char *target, char **partial, struct err *err)
{
    for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        *partial = mem_printf(err, "%s.%ld-%d.partial", target, (long)getpid(), attempt);
        if (*partial == NULL)
            return -1;
        const int fd = open(*partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fd;
        const int reason = errno;
        free(*partial);
        *partial = NULL;
        if (reason != EEXIST)
            return err_fail(err, "%s: cannot create a file in its folder: %s", target, strerror(reason));
    }
    return err_fail(err, "%s: its folder is full of .partial files; remove them", target);
}

static int write_all(int fd, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

/* The name itself must survive a power cut. Some file systems cannot sync folders, and some folders cannot be
 * opened for reading: there is nothing to be done about that. */
static int sync_folder(const char *target, struct err *err)
{
    char *folder = mem_text(target, err);
    if (folder == NULL)
        return -1;
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = '\0';
    int answer = 0;
    const int fd = open(slash != NULL ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        if (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP && errno != EROFS)
            answer =
                err_fail(err, "%s: written, but its folder could not be synced: %s", target, strerror(errno));
        close(fd);
    }
    free(folder);
    return answer;
}

int whole_file_write(const char *path, const void *bytes, size_t size, struct err *err)
{
    char *partial = NULL;
    int answer = -1, fd = -1;
    char *target = target_of(path, err);
    if (target == NULL)
        return -1;
    fd = open_partial(target, &partial, err);
    if (fd < 0)
        goto out;
    if (write_all(fd, bytes, size) != 0 || fsync(fd) != 0) {
        err_fail(err, "%s: cannot write: %s", path, strerror(errno));
        goto out;
    }
    /* Some network file systems report a full disk only here. */
    const int closed = close(fd);
    fd = -1;
    if (closed != 0 || rename(partial, target) != 0) {
        err_fail(err, "%s: cannot write: %s", path, strerror(errno));
        goto out;
    }
    free(partial);
    partial = NULL;
    answer = sync_folder(target, err);
out:
    if (fd >= 0)
        close(fd);
    if (partial != NULL)
        unlink(partial);
    free(partial);
    free(target);
    return answer;
}
