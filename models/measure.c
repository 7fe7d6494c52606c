#include "models/measure.h"

#include <stdlib.h>

#include "sim/mem.h"

int measures_init(struct measures *measures, size_t stations, size_t classes, int64_t from_us, bool fine_quantiles,
                  int64_t longest_us, struct err *err)
{
    *measures = (struct measures){.classes = classes, .from_us = from_us};
    size_t count = 0;
    if (__builtin_mul_overflow(stations, classes + 1, &count))
        return err_fail(err, "%zu stations with %zu classes are too many to measure", stations, classes);
    measures->measure = mem_zeroed(count, sizeof *measures->measure, err);
    if (measures->measure == NULL)
        return -1;
    measures->stations = stations;
    for (size_t i = 0; i < count; i++)
        histogram_init(&measures->measure[i].waits, fine_quantiles ? 10 : 5);
    for (size_t i = 0; i < count; i++)
        if (histogram_reserve(&measures->measure[i].waits, longest_us, err) != 0)
            return -1;
    return 0;
}

void measures_free(struct measures *measures)
{
    for (size_t i = 0; i < measures->stations * (measures->classes + 1); i++)
        histogram_free(&measures->measure[i].waits);
    free(measures->measure);
    *measures = (struct measures){0};
}

void measures_restart(struct measures *measures, int64_t now_us)
{
    for (size_t i = 0; i < measures->stations * (measures->classes + 1); i++) {
        struct measure *measure = &measures->measure[i];
        measure->arrivals = measure->served = measure->reneged = 0;
        measure->balked = measure->rejected = measure->interrupted = measure->blocked = measure->waited_any = 0;
        measure->overtime = (struct tally){0};
        measure->blocked_us = 0;
        measure->wait = measure->wait_all = measure->sojourn = (struct tally){0};
        tally_level_restart(&measure->queue, now_us);
        tally_level_restart(&measure->busy, now_us);
        tally_level_restart(&measure->servers, now_us);
        measure->waits.total = 0;
        for (size_t c = 0; c < measure->waits.cells; c++)
            measure->waits.count[c] = 0;
    }
}
