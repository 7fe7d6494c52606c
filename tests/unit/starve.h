#ifndef COUNTERPART_TESTS_UNIT_STARVE_H
#define COUNTERPART_TESTS_UNIT_STARVE_H

/* Lets every allocation of this process fail for a while. A test of Criterion is a process of its own;
 * between starve() and feed() it must not assert, because Criterion allocates. Not with the address sanitizer
 * nor under valgrind, which need memory themselves: begin such a test with SKIP_IF_WATCHED. */

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#if !defined(__SANITIZE_ADDRESS__)
#define CAN_STARVE 1

/* Returns instead of skipping: Criterion leaks when a test is skipped. */
#define SKIP_IF_WATCHED                                                                                      \
    do {                                                                                                     \
        const char *preloaded = getenv("LD_PRELOAD");                                                        \
        if (preloaded != NULL && strstr(preloaded, "vgpreload") != NULL) {                                   \
            cr_log_warn("skipped: valgrind needs memory itself");                                            \
            return;                                                                                          \
        }                                                                                                    \
    } while (0)

static void *volatile starve_crumbs;

static inline void starve_limit(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_AS, &limit);
}

static inline void starve(void)
{
    starve_limit(0);
    for (size_t size = (size_t)1 << 20; size >= 8; size /= 2)
        for (void **crumb = malloc(size); crumb != NULL; crumb = malloc(size)) {
            *crumb = starve_crumbs; /* reachable until the end */
            starve_crumbs = crumb;
        }
}

static inline void feed(void)
{
    starve_limit(RLIM_INFINITY);
}
#endif

#endif
