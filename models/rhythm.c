#include "models/rhythm.h"

#include <math.h>
#include <string.h>

#include "sim/int128.h"
#include "sim/rng.h"

enum { WAVE_CELLS = 4096 };
#define FULL_CIRCLE (2 * 3.14159265358979323846)

static int make_room(struct rhythm *rhythm, size_t cells, int64_t cycle_us, struct arena *arena,
                     struct err *err)
{
    *rhythm = (struct rhythm){.cycle_us = cycle_us, .cells = cells};
    while (cycle_us >> (rhythm->shift + 1) >= (int64_t)cells)
        rhythm->shift++;
    rhythm->bound = arena_zeroed(arena, cells + 1, sizeof *rhythm->bound, err);
    rhythm->guide = arena_zeroed(arena, (size_t)(cycle_us >> rhythm->shift) + 1, sizeof *rhythm->guide, err);
    if (rhythm->bound == NULL || rhythm->guide == NULL)
        return -1;
    for (size_t i = 0; i <= cells; i++)
        rhythm->bound[i].us = (int64_t)((int128)cycle_us * (int64_t)i / (int64_t)cells);
    return 0;
}

/* Bounds never fall nor exceed the cycle, however they were rounded. */
static void set_bound(struct rhythm *rhythm, size_t i, double inner_us)
{
    const int64_t before_us = rhythm->bound[i - 1].inner_us;
    const int64_t value_us = inner_us < (double)rhythm->cycle_us ? llround(inner_us) : rhythm->cycle_us;
    rhythm->bound[i].inner_us = value_us < before_us ? before_us : value_us;
}

static void finish(struct rhythm *rhythm)
{
    rhythm->bound[rhythm->cells].inner_us = rhythm->cycle_us;
    const size_t entries = (size_t)(rhythm->cycle_us >> rhythm->shift) + 1;
    size_t cell = 0;
    for (size_t i = 0; i < entries; i++) {
        while (cell + 1 < rhythm->cells && rhythm->bound[cell + 1].inner_us <= (int64_t)i << rhythm->shift)
            cell++;
        rhythm->guide[i] = (uint32_t)cell;
    }
}

int rhythm_wave(struct rhythm *rhythm, double amplitude, int64_t period_us, int64_t phase_us,
                struct arena *arena, struct err *err)
{
    if (make_room(rhythm, WAVE_CELLS, period_us, arena, err) != 0)
        return -1;
    const double radians_per_us = FULL_CIRCLE / (double)period_us;
    const double phase = (double)(phase_us % period_us) * radians_per_us;
    for (size_t i = 0; i <= WAVE_CELLS; i++) {
        const double time_us = (double)rhythm->bound[i].us;
        const double angle = time_us * radians_per_us - phase;
        rhythm->bound[i].speed = fmax(1 + amplitude * sin(angle), 0);
        if (i > 0)
            set_bound(rhythm, i, time_us + amplitude / radians_per_us * (cos(phase) - cos(angle)));
    }
    finish(rhythm);
    return 0;
}

int rhythm_profile(struct rhythm *rhythm, const double *weights, size_t count, int64_t cycle_us,
                   struct arena *arena, struct err *err)
{
    if (make_room(rhythm, count, cycle_us, arena, err) != 0)
        return -1;
    double sum = 0, done = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights[i];
    for (size_t i = 0; i < count; i++) {
        done += weights[i];
        set_bound(rhythm, i + 1, done / sum * (double)cycle_us);
    }
    rhythm->even = true;
    finish(rhythm);
    return 0;
}

/* How far into a cell (of 1) inner time has come to `share` of what passes in the cell, when its speed
 * changes evenly from v0 to v1: the root of v0 u + (v1 - v0) u^2 / 2 = share (v0 + v1) / 2. */
static double part_of_cell(double v0, double v1, double share)
{
    const double root = sqrt(v0 * v0 + share * (v1 - v0) * (v1 + v0));
    return v0 + root > 0 ? share * (v0 + v1) / (v0 + root) : share;
}

int64_t rhythm_when(const struct rhythm *rhythm, int64_t inner_us)
{
    const int64_t begin_us = inner_us - inner_us % rhythm->cycle_us, rest_us = inner_us - begin_us;
    const struct rhythm_bound *from = &rhythm->bound[rhythm->guide[rest_us >> rhythm->shift]];
    while (from[1].inner_us <= rest_us)
        from++;
    const int64_t since_us = rest_us - from->inner_us, all_us = from[1].inner_us - from->inner_us;
    const int64_t width_us = from[1].us - from->us;
    if (rhythm->even)
        return begin_us + from->us + (int64_t)((int128)since_us * width_us / all_us);
    const double part = part_of_cell(from->speed, from[1].speed, (double)since_us / (double)all_us);
    return begin_us + from->us + (int64_t)(fmin(part, 1) * (double)width_us);
}

uint64_t rhythm_fingerprint(const struct rhythm *rhythm)
{
    uint64_t hash = rng_mix((uint64_t)rhythm->cycle_us);
    for (size_t i = 0; i <= rhythm->cells; i++) {
        uint64_t bits = 0;
        memcpy(&bits, &rhythm->bound[i].speed, sizeof bits);
        hash = rng_mix(hash ^ (uint64_t)rhythm->bound[i].inner_us);
        hash = rng_mix(hash ^ bits);
    }
    return hash;
}
