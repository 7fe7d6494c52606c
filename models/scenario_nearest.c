#include <string.h>

#include "models/scenario.h"

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that make one word of the other; case is
 * ignored. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *now = rows[i % 3];
        const size_t *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            now[j] = least(now[j - 1] + 1, up[j] + 1, up[j - 1] + !same);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]) &&
                up2[j - 2] + 1 < now[j])
                now[j] = up2[j - 2] + 1;
        }
    }
    return rows[a_length % 3][b_length];
}

const char *scenario_nearest(const char *word, const char *const *names, size_t count)
{
    const size_t length = strlen(word);
    const char *best = NULL;
    size_t best_distance = length <= 3 ? 2 : 3 + length / 6; /* one less is the most that is near */
    if (length == 0 || length > LONGEST)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const size_t own = names[i] == NULL ? 0 : strlen(names[i]);
        if (own == 0 || own > LONGEST)
            continue;
        const size_t found = distance(word, length, names[i], own);
        if (found < best_distance && found < own) {
            best = names[i];
            best_distance = found;
        }
    }
    return best;
}
