#include "study/hdf5_error.h"

#include <stdarg.h>
#include <stdio.h>

#include <hdf5.h>

enum { REASON_BYTES = 256 };

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
