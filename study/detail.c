#include "study/detail.h"

#include <string.h>

size_t detail_choose(enum detail detail, const char *const *names, size_t count, bool *shown)
{
    bool headlines = false;
    for (size_t i = 0; i < count; i++)
        headlines = headlines || strchr(names[i], '/') == NULL;
    size_t left_out = 0;
    for (size_t i = 0; i < count; i++) {
        const bool minor = headlines ? strchr(names[i], '/') != NULL : strstr(names[i], "/class/") != NULL;
        shown[i] = detail == DETAIL_ALL || !minor;
        left_out += !shown[i];
    }
    return left_out;
}
