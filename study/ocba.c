#include "study/ocba.h"

#include <math.h>
#include <stdlib.h>

#include "sim/mem.h"
#include "study/stats.h"

size_t ocba_best(const double *const *columns, const size_t *counts, size_t worlds)
{
    size_t best = 0;
    double most = -INFINITY;
    for (size_t i = 0; i < worlds; i++) {
        const double mean = stats_of(columns[i], counts[i]).mean;
        if (mean > most) {
            most = mean;
            best = i;
        }
    }
    return best;
}

/* Weights of the worlds, by what the paired differences say so far. A world that is as good as the best, or
 * of which the noise is not known yet, counts as very near to it. */
static void weigh(const double *const *columns, const size_t *counts, size_t worlds, size_t best,
                  double *weights)
{
    double most = 0;
    for (size_t i = 0; i < worlds; i++) {
        const size_t pairs = counts[i] < counts[best] ? counts[i] : counts[best];
        const struct stats d = stats_paired(columns[best], columns[i], pairs);
        const double floor = d.sd / 1000;
        const double distance = fabs(d.mean) > floor ? fabs(d.mean) : floor;
        weights[i] = i == best || !(distance > 0) ? 0 : (d.sd / distance) * (d.sd / distance);
        most = weights[i] > most ? weights[i] : most;
    }
    weights[best] = most;
}

int ocba_allocate(const double *const *columns, size_t *counts, size_t worlds, size_t more, struct err *err)
{
    double *weights = mem_zeroed(worlds, sizeof *weights, err);
    if (weights == NULL)
        return -1;
    weigh(columns, counts, worlds, ocba_best(columns, counts, worlds), weights);
    double whole = 0, total = (double)more;
    for (size_t i = 0; i < worlds; i++) {
        whole += weights[i];
        total += (double)counts[i];
    }
    for (; more > 0; more--) {
        size_t due = 0;
        double most = -INFINITY;
        for (size_t i = 0; i < worlds; i++) {
            const double share = whole > 0 ? weights[i] / whole : 1 / (double)worlds;
            const double lacks = share * total - (double)counts[i];
            if (lacks > most) {
                most = lacks;
                due = i;
            }
        }
        counts[due]++;
    }
    free(weights);
    return 0;
}
