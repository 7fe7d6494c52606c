/* Allocation that fails on demand, linked in place of the C library's by --wrap: only calls of the program's
 * own code come here. STARVE_AT=N lets call number N fail, STARVE_ON=1 all after it too; STARVE_COUNT=FILE
 * receives the number of calls at the end. */

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

static atomic_ulong calls;
static unsigned long fails_at;
static bool fails_on;

__attribute__((constructor)) static void read_wishes(void)
{
    const char *at = getenv("STARVE_AT"), *on = getenv("STARVE_ON");
    fails_at = at == NULL ? 0 : strtoul(at, NULL, 10);
    fails_on = on != NULL && on[0] == '1';
}

__attribute__((destructor)) static void tell_calls(void)
{
    const char *path = getenv("STARVE_COUNT");
    FILE *file = path == NULL ? NULL : fopen(path, "w");
    if (file == NULL)
        return;
    fprintf(file, "%lu\n", atomic_load(&calls));
    fclose(file);
}

static bool fails(void)
{
    const unsigned long number = atomic_fetch_add(&calls, 1) + 1;
    if (fails_at == 0 || number < fails_at || (number > fails_at && !fails_on))
        return false;
    errno = ENOMEM;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes = 0;
    return fails() || __builtin_mul_overflow(count, size, &bytes) ? NULL : __real_realloc(old, bytes);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

char *__wrap_strndup(const char *text, size_t length)
{
    const size_t bytes = strnlen(text, length);
    char *copy = __wrap_malloc(bytes + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    return copy;
}

char *__wrap_strdup(const char *text)
{
    return __wrap_strndup(text, strlen(text));
}
