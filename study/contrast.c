#include "study/contrast.h"

#include <stdlib.h>
#include <string.h>

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
                                .difference = stats_paired(room->base, room->other, n),
                                .relative = stats_relative(room->base, room->other, n),
                                .variance_ratio = stats_variance_ratio(room->base, room->other, n)};
    contrast.together_half = stats_half_of(contrast.difference, 1 - 0.05 / (double)(comparison->worlds - 1));
    return contrast;
}

const struct contrast_number contrast_numbers[CONTRAST_NUMBERS] = {
    {"base_mean", "mean in the base"},
    {"alternative_mean", "mean in the alternative"},
    {"difference", "mean of the paired differences from the base"},
    {"difference_sd", "standard deviation of the paired differences"},
    {"ci95_low", "low end of the 95% interval of the difference"},
    {"ci95_high", "high end of the 95% interval of the difference"},
    {"relative", "difference over the mean in the base"},
    {"together_low", "low end of the interval that holds with 95% for all alternatives at once"},
    {"together_high", "high end of the interval that holds with 95% for all alternatives at once"},
    {"relative_low", "low end of the 95% interval of the relative difference"},
    {"relative_high", "high end of the 95% interval of the relative difference"},
    {"variance_ratio", "variance of the paired difference over that of independent runs"},
    {"variance_ratio_low", "low end of the 95% interval of the ratio of variances"},
    {"variance_ratio_high", "high end of the 95% interval of the ratio of variances"},
};

void contrast_list(double out[CONTRAST_NUMBERS], const struct contrast *t)
{
    const struct stats d = t->difference;
    const double numbers[CONTRAST_NUMBERS] = {t->base.mean,
                                              t->other.mean,
                                              d.mean,
                                              d.sd,
                                              d.mean - d.half,
                                              d.mean + d.half,
                                              t->relative.value,
                                              d.mean - t->together_half,
                                              d.mean + t->together_half,
                                              t->relative.low,
                                              t->relative.high,
                                              t->variance_ratio.value,
                                              t->variance_ratio.low,
                                              t->variance_ratio.high};
    memcpy(out, numbers, sizeof numbers);
}
