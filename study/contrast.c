#include "study/contrast.h"

#include <math.h>
#include <stdlib.h>

int contrast_room_init(struct contrast_room *room, const struct comparison *comparison, struct err *err)
{
    *room = (struct contrast_room){NULL, NULL};
    room->base = mem_zeroed(comparison->replications, sizeof *room->base, err);
    room->other = room->base == NULL ? NULL : mem_zeroed(comparison->replications, sizeof *room->other, err);
    return room->other == NULL ? -1 : 0;
}

void contrast_room_free(struct contrast_room *room)
{
    free(room->base);
    free(room->other);
    *room = (struct contrast_room){NULL, NULL};
}

void contrast_fill(const struct comparison *comparison, size_t world, size_t metric, double *column)
{
    for (size_t r = 0; r < comparison->replications; r++)
        column[r] = comparison->values[(world * comparison->replications + r) * comparison->metrics + metric];
}

struct contrast contrast_of(const struct comparison *comparison, size_t world, size_t metric,
                            const struct contrast_room *room)
{
    const size_t n = comparison->replications;
    contrast_fill(comparison, 0, metric, room->base);
    contrast_fill(comparison, world, metric, room->other);
    struct contrast contrast = {.base = stats_of(room->base, n),
                                .other = stats_of(room->other, n),
                                .difference = stats_paired(room->base, room->other, n)};
    const double base = contrast.base.mean;
    contrast.relative = base == 0 || !isfinite(base) ? NAN : contrast.difference.mean / fabs(base);
    return contrast;
}
