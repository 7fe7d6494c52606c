#include "models/arrivals.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "models/case.h"
#include "models/demand.h"
#include "starve.h"
#include "tests/unit/model_scenario.h"

#define FULL_CIRCLE (2 * 3.14159265358979323846)

/* Customers who come like that, to a desk that serves everybody for an hour, then to another for two. */
#define QUEUE_OF(length, arrivals)                                                                           \
    RUN_OF(length)                                                                                           \
    "stations: ( { id = \"desk\"; }, { id = \"till\"; } );\n"                                                \
    "conditions: ( { id = \"c\"; arrivals: { " arrivals " };\n"                                              \
    "  pathway: ( { stage = \"desk\"; station = \"desk\"; duration: " FIXED(                                 \
        "1 h") "; next: ( { to = \"till\"; } ); },\n"                                                        \
               "             { stage = \"till\"; station = \"till\"; duration: " FIXED(                      \
                   "2 h") "; } ); } );\n"

/* --- when ------------------------------------------------------------------ */

/* Asks a stream for its next arrival, as the handlers do. */
static int64_t next_of(const struct model *model, struct stream *stream, int64_t since_us)
{
    stream->luck = rng_draw(&model->world->rng,
                            (struct rng_identity){.stream = stream->hash, .ordinal = stream->next_arrival},
                            (struct rng_purpose){.quantity = DRAW_ARRIVAL});
    const int64_t at_us = demand_next(&model->world->demand, stream, since_us);
    stream->next_arrival++;
    return at_us;
}

/* The stream as it is before its first arrival. */
static struct stream fresh(const struct model *model, size_t index)
{
    struct stream stream = model->world->demand.stream[index];
    stream.next_arrival = stream.next_ordinal = 0;
    stream.inner_us = 0;
    return stream;
}

/* The times of the first arrivals; how many there are. */
static size_t times_of(const struct model *model, size_t index, int64_t *time_us, size_t most)
{
    struct stream stream = fresh(model, index);
    int64_t at_us = 0;
    for (size_t i = 0; i < most; i++) {
        at_us = next_of(model, &stream, at_us);
        if (at_us == DEMAND_NEVER)
            return i;
        time_us[i] = at_us;
    }
    return most;
}

Test(arrivals, listed_times_are_exact_to_the_microsecond)
{
    static const int64_t expected_us[] = {
        0, 1, HOUR_US + 1, HOUR_US + 1, 90 * MINUTE_US, 23 * 365 * DAY_US + 1};
    int64_t time_us[10];
    struct model model;
    model_build(&model, QUEUE_OF("1 d", "times = [\"0 h\", \"1 us\", \"3600.000001 s\", \"3600000001 us\", "
                                        "\"1.5 h\", \"725328000.000001 s\"];"));
    const size_t count = times_of(&model, 0, time_us, 10);
    cr_assert_eq(count, 6);
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(time_us[i], expected_us[i], "arrival %zu: %lld", i, (long long)time_us[i]);
    model_run(&model);
    cr_expect_eq(model_metric(&model, "station/desk/arrivals"), 5, "the last comes after the end");
    model_free(&model);
}

Test(arrivals, listed_gaps_end_with_the_count)
{
    int64_t time_us[20];
    struct model model;
    model_build(
        &model,
        QUEUE_OF("30 d", "gap: { dist = \"listed\"; values = [\"1 h\", \"2 h\", \"0 h\"]; }; count = 7;"));
    cr_assert_eq(times_of(&model, 0, time_us, 20), 7);
    cr_expect_eq(time_us[6], 7 * HOUR_US);
    model_run(&model);
    cr_expect_eq(model_metric(&model, "station/till/served"), 7);
    model_free(&model);
}

Test(arrivals, count_ends_arrivals_at_random_and_nothing_else)
{
    int64_t all_us[50], some_us[50];
    struct model all, some;
    model_build(&all, QUEUE_OF("30 d", "rate = \"2 per h\";"));
    model_build(&some, QUEUE_OF("30 d", "rate = \"2 per h\"; count = 20;"));
    cr_assert_eq(times_of(&all, 0, all_us, 50), 50);
    cr_assert_eq(times_of(&some, 0, some_us, 50), 20);
    cr_expect_arr_eq(all_us, some_us, 20 * sizeof *all_us);
    model_free(&all);
    model_free(&some);
}

/* --- varying rates --------------------------------------------------------- */

enum { MANY = 200000 };

/* The probability that independent Poisson counts with these means are farther off than these. */
static double chance_of(const uint64_t *counts, const double *means, size_t cells)
{
    double distance = 0, freedom = 0;
    for (size_t i = 0; i < cells; i++) {
        if (means[i] == 0) {
            cr_expect_eq(counts[i], 0);
            continue;
        }
        distance += ((double)counts[i] - means[i]) * ((double)counts[i] - means[i]) / means[i];
        freedom++;
    }
    return gsl_cdf_chisq_Q(distance, freedom);
}

static double wave_integral_h(double t)
{
    return 10 * t + 6 * 24 / FULL_CIRCLE * (1 - cos(FULL_CIRCLE * t / 24));
}

/* Hours of the day against the integral of 10 + 6 sin(2 pi t / 24) per hour. False alarms: 1e-6. */
Test(arrivals, come_with_the_hours_of_a_wave)
{
    struct model model;
    model_build(&model,
                QUEUE_OF("1 d", "rate = \"10 per h\"; wave: { amplitude = 0.6; period = \"24 h\"; };"));
    struct stream stream = fresh(&model, 0);
    uint64_t counts[24] = {0};
    double means[24];
    const int64_t days = 800;
    for (int64_t at_us = next_of(&model, &stream, 0); at_us < days * DAY_US;
         at_us = next_of(&model, &stream, at_us))
        counts[at_us / HOUR_US % 24]++;
    for (size_t hour = 0; hour < 24; hour++)
        means[hour] = (double)days * (wave_integral_h((double)hour + 1) - wave_integral_h((double)hour));
    cr_expect_gt(chance_of(counts, means, 24), 1e-6);
    model_free(&model);
}

/* In inner time the gaps are exponential: the largest distance of their distribution function from theory,
 * times the root of their number, is above 2.7 with probability 2 exp(-2 x 2.7^2) = 1e-6 (Kolmogorov). */
Test(arrivals, are_a_poisson_process_in_the_integral_of_their_rate)
{
    static double share[MANY];
    struct model model;
    model_build(&model,
                QUEUE_OF("1 d", "rate = \"10 per h\"; wave: { amplitude = 0.6; period = \"24 h\"; };"));
    struct stream stream = fresh(&model, 0);
    int64_t at_us = 0;
    double before = 0, largest = 0;
    for (size_t i = 0; i < MANY; i++) {
        at_us = next_of(&model, &stream, at_us);
        const double inner = wave_integral_h((double)at_us / (double)HOUR_US);
        share[i] = -expm1(before - inner);
        before = inner;
    }
    static size_t below[1001];
    for (size_t i = 0; i < MANY; i++)
        below[(size_t)ceil(share[i] * 1000)]++;
    size_t sum = 0;
    for (size_t i = 0; i <= 1000; i++) {
        sum += below[i];
        largest = fmax(largest, fabs((double)sum / MANY - (double)i / 1000));
    }
    cr_expect_lt(largest * sqrt(MANY), 2.7);
    model_free(&model);
}

#define HOURLY                                                                                               \
    "profile: { cycle = \"24 h\"; rates = [\"2 per h\", \"2 per h\", \"1 per h\", \"1 per h\", \"1 per "     \
    "h\", "                                                                                                  \
    "\"2 per h\", \"3 per h\", \"5 per h\", \"8 per h\", \"10 per h\", \"12 per h\", \"12 per h\", "         \
    "\"11 per h\", \"10 per h\", \"9 per h\", \"9 per h\", \"8 per h\", \"8 per h\", \"7 per h\", "          \
    "\"6 per h\", \"5 per h\", \"0 per h\", \"3 per h\", \"2 per h\"]; };"

/* False alarms: 1e-6. */
Test(arrivals, come_with_the_rates_of_a_profile)
{
    static const double rates[] = {2,  2,  1, 1, 1, 2, 3, 5, 8, 10, 12, 12,
                                   11, 10, 9, 9, 8, 8, 7, 6, 5, 0,  3,  2};
    struct model model;
    model_build(&model, QUEUE_OF("1 d", HOURLY));
    struct stream stream = fresh(&model, 0);
    uint64_t counts[24] = {0};
    double means[24];
    const int64_t days = 1500;
    for (int64_t at_us = next_of(&model, &stream, 0); at_us < days * DAY_US;
         at_us = next_of(&model, &stream, at_us))
        counts[at_us / HOUR_US % 24]++;
    for (size_t hour = 0; hour < 24; hour++)
        means[hour] = (double)days * rates[hour];
    cr_expect_gt(chance_of(counts, means, 24), 1e-6);
    model_free(&model);
}

static void expect_same_times(const char *one, const char *other)
{
    enum { COUNT = 5000 };
    static int64_t one_us[COUNT], other_us[COUNT];
    struct model a, b;
    model_build(&a, QUEUE_OF("1 d", "%s"), one);
    model_build(&b, QUEUE_OF("1 d", "%s"), other);
    cr_assert_eq(times_of(&a, 0, one_us, COUNT), COUNT);
    cr_assert_eq(times_of(&b, 0, other_us, COUNT), COUNT);
    for (size_t i = 0; i < COUNT; i++)
        cr_assert(llabs(one_us[i] - other_us[i]) <= 1, "%s and %s: arrival %zu", one, other, i);
    model_free(&a);
    model_free(&b);
}

Test(arrivals, the_same_rate_said_in_other_words_gives_the_same_times)
{
    expect_same_times("rate = \"3 per h\";",
                      "rate = \"3 per h\"; wave: { amplitude = 0.0; period = \"24 h\"; };");
    expect_same_times("rate = \"3 per h\";",
                      "rate = \"3 per h\"; profile: { cycle = \"24 h\"; weights = [7, 7, 7]; };");
    expect_same_times("profile: { cycle = \"1 d\"; rates = [\"1 per h\", \"5 per h\"]; };",
                      "rate = \"3 per h\"; profile: { cycle = \"24 h\"; weights = [2, 10]; };");
    expect_same_times("rate = \"3 per h\"; wave: { amplitude = 0.7; period = \"24 h\"; };",
                      "rate = \"3 per h\"; wave: { amplitude = 0.7; period = \"24 h\"; phase = \"48 h\"; };");
}

/* Seasons of an incidence: all places have the same, each its own people. False alarms: 2e-6. */
Test(arrivals, every_place_has_the_rhythm)
{
    struct model model;
    model_build(
        &model,
        RUN_OF("1 d") "places: { list: ( { code = \"a\"; lon = 120; lat = 45; population = 1000; },\n"
                      "  { code = \"b\"; lon = 121; lat = 45; population = 2000; } ); };\n"
                      "stations: ( { id = \"desk\"; } );\n"
                      "conditions: ( { id = \"c\"; pathway: ( { stage = \"s\"; station = \"desk\"; } );\n"
                      "  arrivals: { incidence = \"1 per 1000 d\"; factors = [2, 5];\n"
                      "    profile: { cycle = \"365 d\"; weights = [3, 0, 2]; }; }; } );\n");
    cr_assert_eq(model.world->demand.count, 2);
    for (size_t place = 0; place < 2; place++) {
        struct stream stream = fresh(&model, place);
        const int64_t cycle_us = 365 * DAY_US, cycles = 20;
        const double mean = 365.0 / 3 * (double)(cycles * (place == 0 ? 10 : 20)) * 3 / 5;
        uint64_t counts[3] = {0};
        for (int64_t at_us = next_of(&model, &stream, 0); at_us < cycles * cycle_us;
             at_us = next_of(&model, &stream, at_us))
            counts[3 * (at_us % cycle_us) / cycle_us]++;
        const double means[] = {3 * mean, 0, 2 * mean};
        cr_expect_gt(chance_of(counts, means, 3), 1e-6);
    }
    model_free(&model);
}

static int64_t present_at(struct model *model, int64_t us)
{
    model_until(model, us);
    return model->world->system.present.level;
}

/* Mean numbers present in M_t/M/infinity, arrivals at 10 + 6 sin(2 pi t / 24) per hour, mean stay 8 h: from
 * empty for 300 replications, and by time of day over 400 days. Counts are Poisson; those of days are nearly
 * independent (exp(-3) from one day to the next). False alarms: 12 x 7e-6. */
Test(arrivals, fill_an_unlimited_ward_in_waves)
{
    static const struct {
        int64_t at_h;
        double mean;
    } early[] = {{1, 10.14955269}, {4, 41.18309596}, {8, 74.48465371}, {24, 58.28270143}},
      daily[] = {{0, 61.33646416},  {3, 73.10404444},  {6, 88.91118195},  {9, 99.49826994},
                 {12, 98.66353584}, {15, 86.89595556}, {18, 71.08881805}, {21, 60.50173006}};
#define WARD                                                                                                 \
    RUN_OF("420 d")                                                                                          \
    "stations: ( { id = \"ward\"; } );\n"                                                                    \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"10 per h\"; wave: { amplitude = 0.6; "                 \
    "period = \"24 h\"; }; };\n"                                                                             \
    "  pathway: ( { stage = \"stay\"; station = \"ward\"; duration: { dist = \"exponential\"; "              \
    "mean = \"8 h\"; }; } ); } );\n"
    const double replications = 300, days = 400;
    double sum[8] = {0};
    struct model model;
    for (uint32_t r = 0; r < 300; r++) {
        model_build_as(&model, r, WARD);
        for (size_t i = 0; i < 4; i++)
            sum[i] += (double)present_at(&model, early[i].at_h * HOUR_US);
        model_free(&model);
    }
    for (size_t i = 0; i < 4; i++)
        cr_expect_lt(fabs(sum[i] / replications - early[i].mean), 4.5 * sqrt(early[i].mean / replications),
                     "%zu", i);
    double by_hour[8] = {0};
    model_build(&model, WARD);
    for (int64_t day = 10; day < 410; day++)
        for (size_t i = 0; i < 8; i++)
            by_hour[i] += (double)present_at(&model, day * DAY_US + daily[i].at_h * HOUR_US);
    for (size_t i = 0; i < 8; i++)
        cr_expect_lt(fabs(by_hour[i] / days - daily[i].mean), 4.5 * sqrt(1.105 * daily[i].mean / days), "%zu",
                     i);
    model_free(&model);
}

/* --- batches --------------------------------------------------------------- */

/* Ten at 0.1 h; one server until 5 h, none until 20, six until 23, none until 30, and again: served in order.
 */
Test(arrivals, a_batch_is_served_in_order)
{
    static const double starts_h[] = {0.1, 20, 20, 20, 20, 20, 20, 30, 50, 50};
    struct model model;
    model_build(
        &model,
        RUN_OF("70 h") "stations: ( { id = \"desk\"; servers = 0; cycle = \"30 h\"; timetable = (\n"
                       "  { from = \"0 h\"; servers = 1; }, { from = \"5 h\"; servers = 0; },\n"
                       "  { from = \"20 h\"; servers = 6; }, { from = \"23 h\"; servers = 0; } ); } );\n"
                       "conditions: ( { id = \"c\"; arrivals: { times = [\"0.1 h\"]; batch = 10; };\n"
                       "  pathway: ( { stage = \"s\"; station = \"desk\"; duration: " FIXED("10 h") "; } ); "
                                                                                                    "} );\n");
    uint32_t expected = 0;
    for (size_t i = 0; i < 10; i++) {
        model_until(&model, (int64_t)(starts_h[i] * 3600e6) + 1);
        /* Who is in care are the first by ordinal, and no more than have begun. */
        for (expected = 0; expected < 10 && starts_h[expected] <= starts_h[i]; expected++)
            ;
        bool *present = model_present(&model);
        for (uint32_t who = 0; who < model.world->part.patients.used; who++) {
            const struct patient *patient = &model.world->part.patients.record[who];
            if (present[who])
                cr_expect_eq((patient->flags & PATIENT_IN_CARE) != 0, patient->ordinal < expected, "%u",
                             patient->ordinal);
        }
        free(present);
    }
    model_run(&model);
    cr_expect_eq(model_metric(&model, "station/desk/served"), 10);
    cr_expect_float_eq(model_metric(&model, "station/desk/wait_mean"), 24.91, 1e-9);
    model_free(&model);
}

Test(arrivals, larger_batches_come_at_the_same_times)
{
    enum { COUNT = 1000 };
    static int64_t ones_us[COUNT], tens_us[COUNT];
    struct model ones, tens;
    model_build(&ones, QUEUE_OF("10 d", "rate = \"3 per h\";"));
    model_build(&tens, QUEUE_OF("10 d", "rate = \"3 per h\"; batch = 10;"));
    cr_assert_eq(times_of(&ones, 0, ones_us, COUNT), COUNT);
    cr_assert_eq(times_of(&tens, 0, tens_us, COUNT), COUNT);
    cr_expect_arr_eq(ones_us, tens_us, sizeof ones_us);
    model_run(&ones);
    model_run(&tens);
    cr_expect_eq(model_metric(&tens, "system/arrivals"), 10 * model_metric(&ones, "system/arrivals"));
    model_free(&ones);
    model_free(&tens);
}

Test(arrivals, a_batch_of_one_is_nothing_special)
{
    struct model with, without;
#define WARD_OF(batch)                                                                                       \
    RUN_OF("90 d")                                                                                           \
    ONE_PLACE("0 min")                                                                                       \
    "facilities: ( { id = \"f\"; place = \"p\"; beds: { bed = 5; }; } );\n"                                  \
    "conditions: ( { id = \"c\"; arrivals: { rate = \"3 per d\"; " batch " };\n"                             \
    "  classes: ( { id = \"mild\"; share = 0.5; }, { id = \"grave\"; share = 0.5; } );\n"                    \
    "  delay: { dist = \"exponential\"; mean = \"5 h\"; };\n"                                                \
    "  pathway: ( { stage = \"s\"; needs: { bed = 1; }; duration: { dist = \"exponential\"; mean = \"1 "     \
    "d\"; };\n"                                                                                              \
    "    next: ( { only = \"mild\"; }, { only = \"grave\"; to = \"t\"; } ); },\n"                            \
    "    { stage = \"t\"; needs: { bed = 1; }; duration: " FIXED("3 d") "; } ); } );\n"
    model_build(&without, WARD_OF(""));
    model_build(&with, WARD_OF("batch = 1;"));
    model_run(&without);
    model_run(&with);
    cr_expect(model_same_steps(&without, &with, 0, 1));
    cr_expect_gt(model_people(&with, patients), 200);
    model_free(&with);
    model_free(&without);
}

/* Also an empty one. */
Test(arrivals, batches_follow_a_list)
{
    struct model model;
    model_build(&model, QUEUE_OF("30 d", "gap = \"10 h\"; count = 9; "
                                         "batch: { dist = \"listed\"; values = [2, 0, 3]; };"));
    static const int64_t expected[] = {2, 0, 3, 2, 0, 3, 2, 0, 3};
    for (int64_t n = 0; n < 9; n++)
        cr_expect_eq(present_at(&model, (n + 1) * 10 * HOUR_US + 1), expected[n], "arrival %lld",
                     (long long)n);
    model_run(&model);
    cr_expect_eq(model_metric(&model, "system/arrivals"), 15);
    model_free(&model);
}

/* Uniform sizes from 0.5 to 5.5, rounded (1 to 5 and hardly ever 6, mean 3, variance 2) in 4000 arrivals,
 * without correlation with the gaps before them (mean 1 h, sd 1 h). False alarms: 2 x 7e-6. */
Test(arrivals, batches_follow_a_distribution)
{
    struct model model;
    model_build(
        &model,
        QUEUE_OF("1 d", "rate = \"1 per h\"; batch: { dist = \"uniform\"; low = 0.5; high = 5.5; };"));
    struct stream stream = fresh(&model, 0);
    double sum = 0, product = 0;
    for (size_t i = 0; i < 4000; i++) {
        const double gap_h = (double)next_of(&model, &stream, 0) / (double)HOUR_US;
        stream.next_arrival--;
        const uint32_t size = demand_batch(&stream);
        stream.next_arrival++;
        cr_assert(size >= 1 && size <= 6);
        sum += size;
        product += (gap_h - 1) * (size - 3.0);
    }
    cr_expect_lt(fabs(sum / 4000 - 3), 4.5 * sqrt(2.0 / 4000));
    cr_expect_lt(fabs(product / 4000), 4.5 * sqrt(2.0 / 4000));
    model_free(&model);
}

/* The classes of the first patients, by ordinal, when all have come and nobody has left. */
static void classes_of(const char *arrivals, uint8_t *severity, uint32_t count)
{
    struct model model;
    model_build(
        &model,
        RUN_OF("100 d") "stations: ( { id = \"ward\"; } );\n"
                        "conditions: ( { id = \"c\"; arrivals: { %s };\n"
                        "  classes: ( { id = \"mild\"; share = 0.5; }, { id = \"grave\"; share = 0.5; } );\n"
                        "  pathway: ( { stage = \"s\"; station = \"ward\"; duration: " FIXED(
                            "100 d") "; } ); } );\n",
        arrivals);
    cr_assert_eq(present_at(&model, 61 * DAY_US), count);
    for (uint32_t who = 0; who < count; who++) {
        const struct patient *patient = &model.world->part.patients.record[who];
        cr_assert(patient->ordinal < count);
        severity[patient->ordinal] = patient->severity;
    }
    model_free(&model);
}

Test(arrivals, the_nth_patient_is_the_same_person_in_any_batch)
{
    enum { COUNT = 60 };
    uint8_t alone[COUNT], in_tens[COUNT], together[COUNT];
    classes_of("gap = \"1 d\"; count = 60;", alone, COUNT);
    classes_of("gap = \"1 d\"; count = 6; batch = 10;", in_tens, COUNT);
    classes_of("times = [\"3 h\"]; batch = 60;", together, COUNT);
    cr_expect_arr_eq(alone, in_tens, sizeof alone);
    cr_expect_arr_eq(alone, together, sizeof alone);
    size_t grave = 0;
    for (size_t i = 0; i < COUNT; i++)
        grave += alone[i];
    cr_expect(grave > 10 && grave < 50, "%zu of 60 are grave", grave); /* false alarms: 1e-7 */
}

/* --- where ----------------------------------------------------------------- */

Test(arrivals, enter_at_the_stage_that_is_named)
{
    struct model model;
    model_build(&model, QUEUE_OF("10 d", "gap = \"5 h\"; into = \"till\";"));
    model_run(&model);
    cr_expect_eq(model_metric(&model, "station/desk/arrivals"), 0);
    cr_expect_eq(model_metric(&model, "station/till/served"), 47);
    cr_expect_float_eq(model_metric(&model, "system/sojourn_mean"), 2, 1e-9);
    model_free(&model);
}

/* The first facility is the nearest that has what the stage of entry needs: the far one has the theatre. */
#define TWO_HOSPITALS(arrivals)                                                                              \
    RUN_OF("10 d")                                                                                           \
    "places: { list: ( { code = \"p\"; lon = 120; lat = 45; population = 100000; },\n"                       \
    "  { code = \"q\"; lon = 121; lat = 45; population = 0; } ); };\n"                                       \
    "facilities: ( { id = \"near\"; place = \"p\"; beds: { bed = 50; }; },\n"                                \
    "  { id = \"far\"; place = \"q\"; beds: { bed = 50; theatre = 5; }; } );\n"                              \
    "conditions: ( { id = \"c\"; arrivals: { at = \"p\"; " arrivals " };\n"                                  \
    "  pathway: ( { stage = \"ward\"; needs: { bed = 1; }; duration: " FIXED(                                \
        "1 h") "; },\n"                                                                                      \
               "    { stage = \"operation\"; needs: { theatre = 1; }; duration: " FIXED(                     \
                   "2 h") "; } ); } );\n"

Test(arrivals, seek_the_facility_of_their_stage_of_entry)
{
    struct model model;
    model_build(&model, TWO_HOSPITALS("times = [\"1 h\", \"2 h\"]; into = \"operation\";"));
    model_run(&model);
    cr_expect_eq(model_at(&model, "near", admissions), 0);
    cr_expect_eq(model_at(&model, "far", admissions), 2);
    model_free(&model);
    model_build(&model, TWO_HOSPITALS("times = [\"1 h\", \"2 h\"];"));
    model_run(&model);
    cr_expect_eq(model_at(&model, "near", admissions), 2);
    cr_expect_eq(model_at(&model, "far", admissions), 0);
    model_free(&model);
}

Test(arrivals, the_backlog_waits_for_the_stage_of_entry)
{
    struct model model;
    model_build(
        &model,
        TWO_HOSPITALS("gap = \"1 d\"; batch = 2; backlog = \"10 d\"; count = 1; into = \"operation\";"));
    model_run(&model);
    cr_expect_eq(model_at(&model, "far", admissions), 22);
    model_free(&model);
}

/* --- the language ---------------------------------------------------------- */

Test(arrivals, resolved_scenarios_read_back)
{
    static const char *const all[] = {
        "rate = \"3 per h\";",
        "rate = \"3 per h\"; wave: { amplitude = 0.7; period = \"24 h\"; phase = \"5 min\"; }; count = 9;",
        "rate = \"3 per h\"; profile: { cycle = \"1 d\"; weights = [2, 10]; }; batch = 3; into = \"till\";",
        "profile: { cycle = \"1 d\"; rates = [\"1 per h\", \"5.5 per d\"]; };",
        "times = [\"0 h\", \"1 us\", \"3600.000001 s\"]; batch: { dist = \"exponential\"; mean = 2.5; };"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct model model, again;
        model_build(&model, QUEUE_OF("1 d", "%s"), all[i]);
        model_build(&again, "%s", model.scenario.resolved);
        cr_expect_str_eq(again.scenario.resolved, model.scenario.resolved);
        cr_expect_eq(world_fingerprint(again.world), world_fingerprint(model.world));
        cr_expect_eq(strstr(model.scenario.resolved, "wave") != NULL, i == 1, "empty groups are left out");
        model_free(&model);
        model_free(&again);
    }
}

Test(arrivals, what_does_not_fit_is_refused_with_advice)
{
    static const struct {
        const char *arrivals, *where, *what;
    } all[] = {
        {"rate = \"3 per h\"; times = [\"1 h\"];", "conditions.c.arrivals:", "more than one of"},
        {"count = 3;", "conditions.c.arrivals:", "has none of"},
        {"times = [\"1 h\", \"2 h\", \"90 min\"];", "arrivals.times.#3:", "before the one before"},
        {"rate = \"3 per h\"; wave: { amplitude = 0.5; };", "arrivals.wave.period:", "is missing"},
        {"times = [\"1 h\"]; wave: { amplitude = 0.5; period = \"1 d\"; };",
         "arrivals.wave:", "there is none"},
        {"rate = \"3 per h\"; profile: { weights = [1]; };", "arrivals.profile:", "has no cycle"},
        {"rate = \"3 per h\"; into = \"desks\";", "arrivals.into:", "did you mean \"desk\""},
        {"rate = \"3 per h\"; batch: { dist = \"listed\"; values = [1, -1]; };",
         "arrivals.batch:", "negative"},
        {"rate = \"3 per h\"; batch = 0.4;", "arrivals.batch:", "always of 0 patients"},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct model model;
        cr_expect_eq(model_try(&model, QUEUE_OF("1 d", "%s"), all[i].arrivals), -1, "%s", all[i].arrivals);
        cr_expect(model_says(&model, all[i].where, all[i].what), "%s: %s", all[i].arrivals,
                  model.err.text[0]);
        model_free(&model);
    }
}

Test(arrivals, expected_patients_count_batches_lists_and_limits)
{
    static const struct {
        const char *arrivals;
        double expected;
    } all[] = {{"rate = \"3 per h\"; batch = 4;", 288},
               {"rate = \"3 per h\"; count = 10; batch = 4;", 40},
               {"rate = \"3 per h\"; backlog = \"1 h\";", 75},
               {"gap = \"30 min\";", 48},
               {"times = [\"1 h\", \"2 h\", \"24 h\"];", 2},
               {"profile: { cycle = \"24 h\"; rates = [\"1 per h\", \"3 per h\"]; };", 48}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct model model;
        double patients = 0;
        model_build(&model, QUEUE_OF("1 d", "%s"), all[i].arrivals);
        const struct condition_spec *c = SCENARIO_ITEM(model.scenario.conditions, struct condition_spec, 0);
        cr_assert_eq(arrivals_expected(&c->arrivals, 0, 86400, &patients, &model.err), 0);
        cr_expect_float_eq(patients, all[i].expected, 1e-6, "%s: %g", all[i].arrivals, patients);
        model_free(&model);
    }
}

#ifdef CAN_STARVE
Test(arrivals, says_so_when_memory_runs_out)
{
    SKIP_IF_WATCHED;
    struct model model;
    struct demand demand;
    struct arena arena = {.blocks = NULL};
    model_build(
        &model,
        QUEUE_OF("1 d", "rate = \"3 per h\"; batch = 2; wave: { amplitude = 0.5; period = \"1 d\"; };"));
    struct world *world = model.world;
    starve();
    const int result =
        demand_init(&demand, &model.scenario, &world->geography, &world->pathways, &arena, &model.err);
    feed();
    cr_expect_eq(result, -1);
    cr_expect(err_any(&model.err));
    arena_free(&arena);
    model_free(&model);
}
#endif
