#ifndef COUNTERPART_SIM_ERR_H
#define COUNTERPART_SIM_ERR_H

/* What went wrong, in words for the person who can mend it. The caller owns the
 * struct (ERR_INIT) and passes it last; a function that can fail returns 0 or -1
 * and never prints. No allocation: reporting works when memory has run out. */

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, args_at) __attribute__((format(printf, format_at, args_at)))

enum { ERR_PROBLEMS = 20, ERR_TEXT = 512 };

struct err {
    unsigned count; /* problems met; the first ERR_PROBLEMS of them have a text */
    char text[ERR_PROBLEMS][ERR_TEXT];
};

#define ERR_INIT                                                                                             \
    {                                                                                                        \
        .count = 0                                                                                           \
    }

/* Adds a problem to those already there (loading a scenario gathers up to 20). Returns -1. */
int err_add(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Sets the problem unless one is there already: the first cause wins. Returns -1. */
int err_fail(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

bool err_any(const struct err *err);
void err_clear(struct err *err);

#endif
