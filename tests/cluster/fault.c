/* Preloaded into the program: counts what it does to files, and at the FAULT_AT-th time (from 1) kills it
 * before the deed, or has the disk full from then on. FAULT_HOW is "kill" or "full"; or, whatever FAULT_AT
 * says, "readonly": nothing can be written, or "nolocks": the file system knows no locks. What goes to the
 * terminal does not count. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long deeds;

static int is_fault(const char *kind)
{
    const char *how = getenv("FAULT_HOW");
    return how != NULL && strcmp(how, kind) == 0;
}

/* Whether this deed fails. */
static int fails(void)
{
    const char *at = getenv("FAULT_AT");
    const long number = atomic_fetch_add(&deeds, 1) + 1;
    if (at == NULL || number < atol(at))
        return 0;
    if (is_fault("kill"))
        kill(getpid(), SIGKILL);
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "write");
    return fd > STDERR_FILENO && fails() ? -1 : real(fd, bytes, size);
}

int fsync(int fd)
{
    static int (*real)(int);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "fsync");
    return fails() ? -1 : real(fd);
}

int rename(const char *from, const char *to)
{
    static int (*real)(const char *, const char *);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "rename");
    return fails() ? -1 : real(from, to);
}

int open(const char *path, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "open");
    if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) == 0 || !is_fault("readonly"))
        return real(path, flags, mode);
    errno = EROFS;
    return -1;
}

int mkdir(const char *path, mode_t mode)
{
    static int (*real)(const char *, mode_t);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "mkdir");
    if (!is_fault("readonly"))
        return real(path, mode);
    struct stat status;
    errno = stat(path, &status) == 0 ? EEXIST : EROFS;
    return -1;
}

int flock(int fd, int operation)
{
    static int (*real)(int, int);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "flock");
    if (!is_fault("nolocks"))
        return real(fd, operation);
    errno = ENOLCK;
    return -1;
}
