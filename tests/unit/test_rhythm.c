#include "models/rhythm.h"

#include <criterion/criterion.h>
#include <math.h>

#include "starve.h"

#define HOUR_US INT64_C(3600000000)
#define DAY_US (24 * HOUR_US)
#define FULL_CIRCLE (2 * 3.14159265358979323846)

static struct arena arena;

static void free_arena(void)
{
    arena_free(&arena);
}

TestSuite(rhythm, .fini = free_arena);

static struct rhythm wave_of(double amplitude, int64_t period_us, int64_t phase_us)
{
    struct rhythm rhythm;
    struct err err = ERR_INIT;
    cr_assert_eq(rhythm_wave(&rhythm, amplitude, period_us, phase_us, &arena, &err), 0, "%s", err.text[0]);
    return rhythm;
}

static struct rhythm profile_of(const double *weights, size_t count, int64_t cycle_us)
{
    struct rhythm rhythm;
    struct err err = ERR_INIT;
    cr_assert_eq(rhythm_profile(&rhythm, weights, count, cycle_us, &arena, &err), 0, "%s", err.text[0]);
    return rhythm;
}

/* The integral of the wave, by formula. */
static double wave_integral(double amplitude, int64_t period_us, int64_t phase_us, int64_t time_us)
{
    const double per_us = FULL_CIRCLE / (double)period_us;
    const int64_t rest_us = time_us % period_us;
    return (double)time_us +
           amplitude / per_us * (cos((double)phase_us * per_us) - cos((double)(rest_us - phase_us) * per_us));
}

/* Inner time at a time: the last at which it is not later than that. */
static int64_t inner_at(const struct rhythm *rhythm, int64_t time_us)
{
    int64_t low = 0, high = time_us + 2 * rhythm->cycle_us;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (rhythm_when(rhythm, middle) <= time_us)
            low = middle;
        else
            high = middle;
    }
    return low;
}

Test(rhythm, wave_inverts_its_integral_to_1e_9_of_the_period)
{
    static const struct {
        double amplitude;
        int64_t period_us, phase_us;
    } waves[] = {{0.6, DAY_US, 0},
                 {1, DAY_US, 0},
                 {1, DAY_US, 7 * HOUR_US},
                 {0.3, 365 * DAY_US, 400 * DAY_US},
                 {0.05, 7 * DAY_US, 1},
                 {1, 365 * DAY_US, 200 * DAY_US},
                 {0.9, 36500 * DAY_US, HOUR_US}};
    for (size_t i = 0; i < sizeof waves / sizeof waves[0]; i++) {
        const int64_t period_us = waves[i].period_us;
        const struct rhythm rhythm = wave_of(waves[i].amplitude, period_us, waves[i].phase_us);
        for (int64_t n = 0; n < 20011; n++) {
            const int64_t inner_us = period_us / 9973 * n + n * n % 1000;
            const double back_us = wave_integral(waves[i].amplitude, period_us, waves[i].phase_us,
                                                 rhythm_when(&rhythm, inner_us));
            cr_assert(fabs(back_us - (double)inner_us) <= 1e-9 * (double)period_us + 1,
                      "wave %zu: %.3f instead of %lld", i, back_us, (long long)inner_us);
        }
    }
}

/* Also where the rate is nearly 0. */
Test(rhythm, integral_over_any_hour_is_right_to_1e_6)
{
    for (int64_t phase_us = 0; phase_us < DAY_US; phase_us += 5 * HOUR_US + 1234567) {
        const struct rhythm rhythm = wave_of(1, DAY_US, phase_us);
        for (int64_t begin_us = 0; begin_us < 2 * DAY_US; begin_us += 600000000 + 77777) {
            const double expected = wave_integral(1, DAY_US, phase_us, begin_us + HOUR_US) -
                                    wave_integral(1, DAY_US, phase_us, begin_us);
            const double got = (double)(inner_at(&rhythm, begin_us + HOUR_US) - inner_at(&rhythm, begin_us));
            cr_assert(fabs(got - expected) <= 1e-6 * expected, "%.1f instead of %.1f", got, expected);
        }
    }
}

Test(rhythm, profile_is_exact_to_the_microsecond)
{
    static const double weights[] = {1, 3, 0, 4};
    const struct rhythm rhythm = profile_of(weights, 4, 4 * HOUR_US);
    /* Speeds are 0.5, 1.5, 0 and 2. */
    cr_expect_eq(rhythm_when(&rhythm, 0), 0);
    cr_expect_eq(rhythm_when(&rhythm, 1), 2);
    cr_expect_eq(rhythm_when(&rhythm, HOUR_US / 2 - 1), HOUR_US - 2);
    cr_expect_eq(rhythm_when(&rhythm, HOUR_US / 2), HOUR_US);
    cr_expect_eq(rhythm_when(&rhythm, HOUR_US / 2 + 3), HOUR_US + 2);
    cr_expect_eq(rhythm_when(&rhythm, 2 * HOUR_US - 3), 2 * HOUR_US - 2);
    cr_expect_eq(rhythm_when(&rhythm, 2 * HOUR_US), 3 * HOUR_US, "nothing happens in the third hour");
    cr_expect_eq(rhythm_when(&rhythm, 3 * HOUR_US + 2), 3 * HOUR_US + HOUR_US / 2 + 1);
    cr_expect_eq(rhythm_when(&rhythm, 4 * HOUR_US), 4 * HOUR_US);
    cr_expect_eq(rhythm_when(&rhythm, INT64_C(4000000) * HOUR_US + HOUR_US / 2), INT64_C(4000001) * HOUR_US);
}

Test(rhythm, equal_weights_change_nothing)
{
    static const double weights[] = {0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3};
    const struct rhythm rhythm = profile_of(weights, 8, DAY_US);
    for (int64_t inner_us = 0; inner_us < 3 * DAY_US; inner_us += 7777777)
        cr_assert_eq(rhythm_when(&rhythm, inner_us), inner_us);
}

Test(rhythm, nothing_happens_in_parts_of_weight_0)
{
    static const double weights[] = {0, 0, 5, 0, 1e-9, 0};
    const struct rhythm rhythm = profile_of(weights, 6, 6 * HOUR_US);
    for (int64_t inner_us = 0; inner_us < 18 * HOUR_US; inner_us += 9999991) {
        const int64_t hour = rhythm_when(&rhythm, inner_us) / HOUR_US % 6;
        cr_assert(hour == 2 || hour == 4, "hour %lld", (long long)hour);
    }
}

/* The shortest cycle has cells of about 244 microseconds; many cells of which most are empty are looked
 * through quickly. */
Test(rhythm, time_never_falls)
{
    enum { PARTS = 20000 };
    static double weights[PARTS];
    for (size_t i = 0; i < PARTS; i++)
        weights[i] = i % 1000 == 7 ? 1 : 0;
    const struct rhythm rhythms[] = {wave_of(1, RHYTHM_LEAST_CYCLE_US, 0), wave_of(0.4, DAY_US, HOUR_US),
                                     profile_of(weights, PARTS, DAY_US), profile_of(weights + 7, 1, DAY_US)};
    for (size_t i = 0; i < sizeof rhythms / sizeof rhythms[0]; i++) {
        int64_t before_us = 0;
        for (int64_t n = 0; n < 100000; n++) {
            const int64_t time_us = rhythm_when(&rhythms[i], rhythms[i].cycle_us * n / 30011);
            cr_assert(time_us >= before_us, "rhythm %zu, %lld", i, (long long)n);
            before_us = time_us;
        }
    }
}

Test(rhythm, fingerprint_tells_rhythms_apart)
{
    static const double even[] = {1, 1}, odd[] = {1, 2};
    const struct rhythm a = profile_of(even, 2, DAY_US), b = profile_of(odd, 2, DAY_US);
    const struct rhythm c = wave_of(0.5, DAY_US, 0), d = wave_of(0.5, DAY_US, 1000000),
                        e = wave_of(0.5, DAY_US, 0);
    cr_expect_neq(rhythm_fingerprint(&a), rhythm_fingerprint(&b));
    cr_expect_neq(rhythm_fingerprint(&c), rhythm_fingerprint(&d));
    cr_expect_eq(rhythm_fingerprint(&c), rhythm_fingerprint(&e));
}

#ifdef CAN_STARVE
Test(rhythm, says_so_when_memory_runs_out)
{
    SKIP_IF_WATCHED;
    static const double weights[] = {1, 2};
    struct rhythm rhythm;
    struct err err = ERR_INIT;
    starve();
    const int wave = rhythm_wave(&rhythm, 0.5, DAY_US, 0, &arena, &err);
    const int profile = rhythm_profile(&rhythm, weights, 2, DAY_US, &arena, &err);
    feed();
    cr_expect_eq(wave, -1);
    cr_expect_eq(profile, -1);
    cr_expect(err_any(&err));
}
#endif
