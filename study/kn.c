#include "study/kn.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/mem.h"

void kn_free(struct kn *kn)
{
    free(kn->spread);
    free(kn->sums);
    free(kn->left);
    *kn = (struct kn){.worlds = 0};
}

static double variance_of_difference(const double *a, const double *b, size_t count)
{
    double mean = 0, squares = 0;
    for (size_t r = 0; r < count; r++) {
        const double step = a[r] - b[r] - mean;
        mean += step / (double)(r + 1);
        squares += step * (a[r] - b[r] - mean);
    }
    return squares / (double)(count - 1);
}

/* So many replications decide between two worlds for certain. */
static double decided_after(const struct kn *kn, size_t i, size_t j)
{
    return kn->growth * kn->spread[i * kn->worlds + j] / (kn->indifference * kn->indifference);
}

/* Whoever is behind another one by more than may be chance at this stage leaves; all are compared with those
 * who were there before. */
static void screen(struct kn *kn)
{
    const double stage = (double)kn->stage;
    for (size_t i = 0; i < kn->worlds; i++)
        for (size_t j = 0; j < kn->worlds && kn->left[i] == 0; j++) {
            if (j == i || (kn->left[j] != 0 && kn->left[j] != kn->stage))
                continue;
            const double margin = kn->indifference / 2 * (decided_after(kn, i, j) - stage);
            if (kn->sums[i] < kn->sums[j] - (margin > 0 ? margin : 0)) {
                kn->left[i] = kn->stage;
                kn->remaining--;
            }
        }
}

int kn_begin(struct kn *kn, const double *const *columns, size_t worlds, size_t first, double indifference,
             double promise, struct err *err)
{
    *kn = (struct kn){.worlds = worlds, .indifference = indifference, .remaining = worlds};
    kn->spread = mem_zeroed(worlds, worlds * sizeof *kn->spread, err);
    kn->sums = kn->spread == NULL ? NULL : mem_zeroed(worlds, sizeof *kn->sums, err);
    kn->left = kn->sums == NULL ? NULL : mem_zeroed(worlds, sizeof *kn->left, err);
    if (kn->left == NULL)
        return -1;
    const double freedom = (double)first - 1, others = (double)worlds - 1;
    kn->growth = freedom * (pow(2 * (1 - promise) / others, -2 / freedom) - 1);
    for (size_t i = 0; i < worlds; i++) {
        for (size_t j = 0; j < worlds; j++)
            kn->spread[i * worlds + j] = variance_of_difference(columns[i], columns[j], first);
        for (size_t r = 0; r < first; r++)
            kn->sums[i] += columns[i][r];
    }
    kn->stage = first;
    screen(kn);
    return 0;
}

size_t kn_most(const struct kn *kn)
{
    double most = (double)kn->stage;
    for (size_t i = 0; i < kn->worlds; i++)
        for (size_t j = 0; j < i; j++)
            if (kn->left[i] == 0 && kn->left[j] == 0 && decided_after(kn, i, j) > most)
                most = decided_after(kn, i, j);
    return most < 1e15 ? (size_t)ceil(most) : SIZE_MAX;
}

bool kn_is_done(const struct kn *kn)
{
    return kn->remaining == 1 || kn_most(kn) <= kn->stage;
}

void kn_look(struct kn *kn, const double *const *columns, size_t to)
{
    while (kn->stage < to && !kn_is_done(kn)) {
        for (size_t i = 0; i < kn->worlds; i++)
            if (kn->left[i] == 0)
                kn->sums[i] += columns[i][kn->stage];
        kn->stage++;
        screen(kn);
    }
}

size_t kn_best(const struct kn *kn)
{
    size_t best = kn->worlds;
    for (size_t i = 0; i < kn->worlds; i++)
        if (kn->left[i] == 0 && (best == kn->worlds || kn->sums[i] > kn->sums[best]))
            best = i;
    return best;
}
