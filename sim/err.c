#include "sim/err.h"

#include <stdarg.h>
#include <stdio.h>

PRINTF_LIKE(2, 0)
static void append(struct err *err, const char *format, va_list args)
{
    if (err->count < ERR_PROBLEMS)
        vsnprintf(err->text[err->count], ERR_TEXT, format, args);
    err->count++;
}

int err_add(struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    append(err, format, args);
    va_end(args);
    return -1;
}

int err_fail(struct err *err, const char *format, ...)
{
    if (err->count > 0)
        return -1;
    va_list args;
    va_start(args, format);
    append(err, format, args);
    va_end(args);
    return -1;
}

bool err_any(const struct err *err)
{
    return err->count > 0;
}

void err_clear(struct err *err)
{
    err->count = 0;
}
