#include "sim/timetable.h"

#include <stdlib.h>
#include <string.h>

#include "sim/mem.h"

static int check_steps(int64_t period_us, const struct timetable_step *steps, size_t count, struct err *err)
{
    if (count == 0)
        return err_fail(err, "the timetable is empty; give at least one step");
    if (period_us <= 0)
        return err_fail(err, "the timetable's period is %lld us; it must be above 0", (long long)period_us);
    if (steps[0].from_us != 0)
        return err_fail(err, "the timetable's first step is at %lld us; it must be at 0",
                        (long long)steps[0].from_us);
    for (size_t i = 1; i < count; i++)
        if (steps[i].from_us <= steps[i - 1].from_us)
            return err_fail(err,
                            "the timetable's step %zu is at %lld us, not after the step before it, %lld us",
                            i + 1, (long long)steps[i].from_us, (long long)steps[i - 1].from_us);
    if (steps[count - 1].from_us >= period_us)
        return err_fail(err, "the timetable's last step, at %lld us, is not inside its period of %lld us",
                        (long long)steps[count - 1].from_us, (long long)period_us);
    return 0;
}

int timetable_init(struct timetable *timetable, int64_t start_us, int64_t period_us,
                   const struct timetable_step *steps, size_t count, struct err *err)
{
    *timetable = (struct timetable){.start_us = start_us, .period_us = period_us};
    if (check_steps(period_us, steps, count, err) != 0)
        return -1;
    timetable->steps = mem_zeroed(count, sizeof steps[0], err);
    if (timetable->steps == NULL)
        return -1;
    memcpy(timetable->steps, steps, count * sizeof steps[0]);
    timetable->count = count;
    return 0;
}

void timetable_free(struct timetable *timetable)
{
    free(timetable->steps);
    timetable->steps = NULL;
    timetable->count = 0;
}

/* Where a time lies: the cycle that holds it and the offset in that cycle. */
struct phase {
    int128 cycle;
    int64_t offset_us;
};

static struct phase phase_at(const struct timetable *timetable, int64_t at_us)
{
    const int128 since = (int128)at_us - timetable->start_us;
    int128 cycle = since / timetable->period_us;
    int128 offset = since % timetable->period_us;
    if (offset < 0) {
        offset += timetable->period_us;
        cycle--;
    }
    return (struct phase){cycle, (int64_t)offset};
}

/* The step in force at an offset. */
static size_t step_at(const struct timetable *timetable, int64_t offset_us)
{
    size_t low = 0, high = timetable->count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (timetable->steps[middle].from_us <= offset_us)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int64_t timetable_at(const struct timetable *timetable, int64_t at_us)
{
    return timetable->steps[step_at(timetable, phase_at(timetable, at_us).offset_us)].value;
}

int64_t timetable_next_change(const struct timetable *timetable, int64_t at_us)
{
    const struct phase phase = phase_at(timetable, at_us);
    const size_t now = step_at(timetable, phase.offset_us);
    for (size_t ahead = 1; ahead < timetable->count; ahead++) {
        const size_t step = (now + ahead) % timetable->count;
        if (timetable->steps[step].value == timetable->steps[now].value)
            continue;
        const int128 wait = (int128)timetable->steps[step].from_us - phase.offset_us +
                            (step < now ? timetable->period_us : 0);
        return at_us + wait < INT64_MAX ? (int64_t)(at_us + wait) : INT64_MAX;
    }
    return INT64_MAX;
}

/* The integral from the start of a cycle to an offset in it. Sums here are modulo 2^128: a difference between
 * two times is less than 2^127 whatever the parts are. */
static uint128 area_until(const struct timetable *timetable, int64_t offset_us)
{
    uint128 area = 0;
    for (size_t i = 0; i < timetable->count && timetable->steps[i].from_us < offset_us; i++) {
        const bool cut = i + 1 == timetable->count || timetable->steps[i + 1].from_us > offset_us;
        const int64_t until = cut ? offset_us : timetable->steps[i + 1].from_us;
        area += (uint128)((int128)timetable->steps[i].value * (until - timetable->steps[i].from_us));
    }
    return area;
}

int128 timetable_integral(const struct timetable *timetable, int64_t from_us, int64_t to_us)
{
    const struct phase from = phase_at(timetable, from_us), to = phase_at(timetable, to_us);
    const uint128 cycles = (uint128)(to.cycle - from.cycle);
    return (int128)(cycles * area_until(timetable, timetable->period_us) +
                    area_until(timetable, to.offset_us) - area_until(timetable, from.offset_us));
}
