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

int whole_file_open(struct whole_file *file, const char *path, struct err *err)
{
    *file = (struct whole_file){.fd = -1};
    file->target = target_of(path, err);
    if (file->target == NULL)
        return -1;
    file->fd = open_partial(file->target, &file->partial, err);
    return file->fd < 0 ? -1 : 0;
}

int whole_file_append(struct whole_file *file, const void *bytes, size_t size, struct err *err)
{
    if (write_all(file->fd, bytes, size) != 0)
        return err_fail(err, "%s: cannot write: %s", file->target, strerror(errno));
    return 0;
}

int whole_file_commit(struct whole_file *file, struct err *err)
{
    const int synced = fsync(file->fd);
    const int reason = errno;
    /* Some network file systems report a full disk only here. */
    const int closed = close(file->fd);
    file->fd = -1;
    if (synced != 0 || closed != 0 || rename(file->partial, file->target) != 0)
        return err_fail(err, "%s: cannot write: %s", file->target, strerror(synced != 0 ? reason : errno));
    free(file->partial);
    file->partial = NULL;
    return sync_folder(file->target, err);
}

void whole_file_abandon(struct whole_file *file)
{
    if (file->target != NULL && file->fd >= 0)
        close(file->fd);
    if (file->partial != NULL)
        unlink(file->partial);
    free(file->partial);
    free(file->target);
    *file = (struct whole_file){.fd = -1};
}

int whole_file_write(const char *path, const void *bytes, size_t size, struct err *err)
{
    struct whole_file file;
    int answer = -1;
    if (whole_file_open(&file, path, err) == 0 && whole_file_append(&file, bytes, size, err) == 0)
        answer = whole_file_commit(&file, err);
    whole_file_abandon(&file);
    return answer;
}
