/* Preloaded into the program: counts what it does to files, and at the FAULT_AT-th time (from 1) kills it before the
 * deed, or has the disk full from then on. FAULT_HOW is "kill" or "full". What goes to the terminal does not count. */

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long deeds;

/* Whether this deed fails. */
static int fails(void)
{
    const char *at = getenv("FAULT_AT"), *how = getenv("FAULT_HOW");
    const long number = atomic_fetch_add(&deeds, 1) + 1;
    if (at == NULL || how == NULL || number < atol(at))
        return 0;
    if (strcmp(how, "kill") == 0)
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
