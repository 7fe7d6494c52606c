#include "models/arrivals.h"

#include <math.h>
#include <string.h>

#include "models/rhythm.h"
#include "sim/dist.h"

#define WAYS "rate, incidence, gap, times and profile.rates"
#define YEARS_1000_S (1000.0 * 366 * 86400)

static double sum_of(const struct key_list *reals)
{
    double sum = 0;
    for (size_t i = 0; i < reals->count; i++)
        sum += *SCENARIO_ITEM(*reals, double, i);
    return sum;
}

static bool has_profile(const struct profile_spec *profile)
{
    return profile->cycle_us > 0 || profile->weights.count > 0 || profile->rates.count > 0;
}

/* ---- whether it fits together ---- */

static int check_ways(const struct scenario *scenario, const struct arrivals_spec *arrivals, struct err *err)
{
    const int given = (arrivals->rate_per_s > 0) + (arrivals->incidence > 0) + (arrivals->gap != NULL) +
                      (arrivals->times_s.count > 0) + (arrivals->profile.rates.count > 0);
    if (given > 1)
        return scenario_blame(scenario, arrivals, err, "has more than one of " WAYS "; keep one of them");
    if (given == 0)
        return scenario_blame(scenario, arrivals, err,
                              "has none of " WAYS "; write one, such as rate = \"0.5 per h\";");
    if (arrivals->factors.count > 0 && arrivals->incidence == 0)
        return scenario_blame(scenario, &arrivals->factors, err,
                              "multiplies an incidence that is not given; give it");
    if (!arrivals_by_place(arrivals) && arrivals->at.count > 1)
        return scenario_blame(
            scenario, &arrivals->at, err,
            "names several places where there is one stream; name one, or give an incidence");
    return 0;
}

static int check_wave(const struct scenario *scenario, const struct arrivals_spec *arrivals, struct err *err)
{
    const struct wave_spec *wave = &arrivals->wave;
    if (wave->amplitude == 0)
        return 0;
    if (wave->period_us == 0)
        return scenario_blame(scenario, &wave->period_us, err, "is missing; write period = \"24 h\";");
    if (has_profile(&arrivals->profile))
        return scenario_blame(scenario, wave, err, "stands beside a profile; take one of them away");
    if (arrivals->rate_per_s == 0 && arrivals->incidence == 0)
        return scenario_blame(scenario, wave, err,
                              "varies a rate or an incidence, and there is none; give one, or take it away");
    return 0;
}

static int check_parts(const struct scenario *scenario, const struct profile_spec *profile,
                       const struct key_list *parts, struct err *err)
{
    const double sum = sum_of(parts);
    if (parts->count > RHYTHM_CELLS)
        return scenario_blame(scenario, parts, err, "has %zu parts; use at most %d", parts->count,
                              RHYTHM_CELLS);
    if (parts->count > (size_t)profile->cycle_us)
        return scenario_blame(scenario, parts, err,
                              "has parts of less than a microsecond; use fewer, or a longer cycle");
    if (!(sum > 0))
        return scenario_blame(scenario, parts, err, "is 0 in all parts; write more than 0 in one of them");
    if (!isfinite(sum))
        return scenario_blame(scenario, parts, err, "has a sum that is not finite; write less");
    return 0;
}

static int check_profile(const struct scenario *scenario, const struct arrivals_spec *arrivals,
                         struct err *err)
{
    const struct profile_spec *profile = &arrivals->profile;
    const bool by_weight = profile->weights.count > 0;
    if (!has_profile(profile))
        return 0;
    if (by_weight == (profile->rates.count > 0))
        return scenario_blame(scenario, profile, err, "has %s weights %s rates; write one of them",
                              by_weight ? "both" : "neither", by_weight ? "and" : "nor");
    if (profile->cycle_us == 0)
        return scenario_blame(scenario, profile, err, "has no cycle; write cycle = \"24 h\";");
    if (by_weight && arrivals->rate_per_s == 0 && arrivals->incidence == 0)
        return scenario_blame(
            scenario, &profile->weights, err,
            "divides a rate or an incidence, and there is none; give one, or rates instead of weights");
    return check_parts(scenario, profile, by_weight ? &profile->weights : &profile->rates, err);
}

static int check_times(const struct scenario *scenario, const struct arrivals_spec *arrivals, struct err *err)
{
    const struct key_list *times = &arrivals->times_s;
    if (times->count > 0 && arrivals->backlog_s > 0)
        return scenario_blame(scenario, &arrivals->backlog_s, err,
                              "counts in time of arrivals at a rate, and there is none; take it away");
    for (size_t i = 0; i < times->count; i++) {
        const double *time_s = SCENARIO_ITEM(*times, double, i);
        if (i > 0 && *time_s < time_s[-1])
            return scenario_blame(scenario, time_s, err,
                                  "is before the one before; put them in order of time");
        if (*time_s > YEARS_1000_S)
            return scenario_blame(scenario, time_s, err,
                                  "is more than 1000 years after the start; write less");
    }
    return 0;
}

static int check_into(const struct scenario *scenario, const struct condition_spec *condition,
                      struct err *err)
{
    const char *const *into = &condition->arrivals.into;
    const char *names[256];
    size_t count = 0;
    if (*into == NULL)
        return 0;
    for (size_t i = 0; i < condition->pathway.count; i++) {
        const char *stage = SCENARIO_ITEM(condition->pathway, struct stage_spec, i)->id;
        if (strcmp(stage, *into) == 0)
            return 0;
        if (count < sizeof names / sizeof names[0])
            names[count++] = stage;
    }
    const char *near = scenario_nearest(*into, names, count);
    if (near != NULL)
        return scenario_blame(scenario, into, err,
                              "no stage of this pathway is called \"%.60s\"; did you mean \"%s\"?", *into,
                              near);
    return scenario_blame(scenario, into, err,
                          "no stage of this pathway is called \"%.60s\"; add it or correct the name", *into);
}

int arrivals_check(const struct scenario *scenario, const struct condition_spec *condition, struct err *err)
{
    const struct arrivals_spec *arrivals = &condition->arrivals;
    if (check_wave(scenario, arrivals, err) != 0 || check_profile(scenario, arrivals, err) != 0)
        return -1;
    int status = check_ways(scenario, arrivals, err);
    if (check_times(scenario, arrivals, err) != 0)
        status = -1;
    if (check_into(scenario, condition, err) != 0)
        status = -1;
    return status;
}

/* ---- what it amounts to ---- */

bool arrivals_by_place(const struct arrivals_spec *arrivals)
{
    return arrivals->incidence > 0;
}

double arrivals_rate(const struct arrivals_spec *arrivals, double people)
{
    const struct key_list *rates = &arrivals->profile.rates;
    if (rates->count > 0)
        return sum_of(rates) / (double)rates->count;
    if (!arrivals_by_place(arrivals))
        return arrivals->rate_per_s;
    double incidence = arrivals->incidence;
    for (size_t i = 0; i < arrivals->factors.count; i++)
        incidence *= *SCENARIO_ITEM(arrivals->factors, double, i);
    return incidence * people;
}

static int mean_of(const struct dist_spec *spec, double *mean, struct err *err)
{
    struct dist *dist = dist_compile(spec, err);
    if (dist == NULL)
        return -1;
    *mean = dist_mean(dist);
    dist_free(dist);
    return 0;
}

static double listed_before(const struct key_list *times, double run_s)
{
    size_t count = 0;
    while (count < times->count && *SCENARIO_ITEM(*times, double, count) < run_s)
        count++;
    return (double)count;
}

int arrivals_expected(const struct arrivals_spec *arrivals, double people, double run_s, double *patients,
                      struct err *err)
{
    double rate = arrivals_rate(arrivals, people), gap_s = 0, batch = 1;
    if (arrivals->gap != NULL && mean_of(arrivals->gap, &gap_s, err) != 0)
        return -1;
    if (arrivals->batch != NULL && mean_of(arrivals->batch, &batch, err) != 0)
        return -1;
    if (gap_s > 0)
        rate = 1 / gap_s;
    double count = rate * run_s + listed_before(&arrivals->times_s, run_s);
    if (arrivals->count > 0 && !arrivals_by_place(arrivals))
        count = fmin(count, (double)arrivals->count);
    *patients = (count + rate * arrivals->backlog_s) * batch;
    return 0;
}
