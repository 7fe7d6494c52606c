#include "study/hdf5_help.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <hdf5.h>

enum { REASON_BYTES = 256 };
#define OWN_BYTES ((size_t)16 << 20) /* its caches and tables need about 5 MB */

void hdf5_quiet(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static herr_t keep_first(unsigned depth, const H5E_error2_t *error, void *data)
{
    char *reason = data;
    if (depth == 0 && error->desc != NULL)
        snprintf(reason, REASON_BYTES, "%s", error->desc);
    return 0;
}

int hdf5_fail(struct err *err, const char *format, ...)
{
    char reason[REASON_BYTES] = "", text[ERR_TEXT];
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, reason);
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (reason[0] == '\0')
        return err_fail(err, "%s", text);
    return err_fail(err, "%.*s (HDF5: %s)", ERR_TEXT - REASON_BYTES - 16, text, reason);
}

int hdf5_room(const char *path, size_t bytes, struct err *err)
{
    /* Twice: buffers move when they grow. volatile: a compiler may leave out an allocation that is not used.
     */
    size_t needed = 0;
    if (__builtin_mul_overflow(bytes, (size_t)2, &needed) ||
        __builtin_add_overflow(needed, OWN_BYTES, &needed))
        return err_fail(err, "%s: out of memory: %zu bytes of data are too many", path, bytes);
    void *volatile room = malloc(needed);
    if (room == NULL)
        return err_fail(err, "%s: out of memory: %zu bytes were asked for", path, needed);
    free(room);
    return 0;
}
