#include "study/warmup.h"

#include <math.h>
#include <stdlib.h>

#include "models/scenario.h"
#include "models/stepwise.h"
#include "models/world.h"
#include "sim/mem.h"
#include "study/text.h"

void warmup_free(struct warmup *warmup)
{
    for (size_t i = 0; warmup->series != NULL && i < warmup->count; i++) {
        free(warmup->series[i].values);
        free(warmup->series[i].means);
        free(warmup->series[i].curve);
    }
    free(warmup->series);
    free(warmup->from_us);
    *warmup = (struct warmup){.count = 0};
}

static int init_series(struct warmup_series *series, const struct warmup *warmup, const char *name,
                       struct err *err)
{
    series->name = name;
    const enum stepwise_kind kind = stepwise_find(name, &series->unit);
    if (kind == STEPWISE_NONE)
        return err_fail(err, "there is no field or quantity '%s'; 'counterpart keys --results' lists them",
                        name);
    series->rate = kind == STEPWISE_RATE;
    size_t cells = 0;
    if (__builtin_mul_overflow(warmup->replications, warmup->steps, &cells))
        return err_fail(err, "out of memory: too many replications and steps");
    series->values = mem_zeroed(cells, sizeof *series->values, err);
    series->means = series->values == NULL ? NULL : mem_zeroed(warmup->steps, sizeof *series->means, err);
    series->curve =
        series->means == NULL ? NULL : mem_zeroed(warmup->steps / MSER_BATCH, sizeof *series->curve, err);
    return series->curve == NULL ? -1 : 0;
}

int warmup_init(struct warmup *warmup, const struct world *world, const char *const *names, size_t count,
                size_t replications, struct err *err)
{
    const struct scenario *scenario = world_scenario(world);
    *warmup = (struct warmup){.scenario = text_base_name(scenario->path),
                              .title = scenario->run.title,
                              .declared_us = world_warmup_us(world),
                              .replications = replications,
                              .steps = stepwise_steps(world),
                              .count = count};
    if (warmup->steps == 0)
        return err_fail(err, "the run has no steps");
    warmup->from_us = mem_zeroed(warmup->steps + 1, sizeof *warmup->from_us, err);
    warmup->series = warmup->from_us == NULL ? NULL : mem_zeroed(count, sizeof *warmup->series, err);
    if (warmup->series == NULL)
        return -1;
    for (size_t step = 0; step <= warmup->steps; step++)
        warmup->from_us[step] = stepwise_from_us(world, step);
    for (size_t i = 0; i < count; i++)
        if (init_series(&warmup->series[i], warmup, names[i], err) != 0)
            return -1;
    return 0;
}

int warmup_take(void *data, const struct world *world, uint32_t replication, struct err *err)
{
    struct warmup *warmup = data;
    if (replication >= warmup->replications || stepwise_steps(world) != warmup->steps)
        return err_fail(err, "its steps are others than those of the other replications");
    for (size_t i = 0; i < warmup->count; i++) {
        const struct warmup_series *series = &warmup->series[i];
        for (size_t step = 0; step < warmup->steps; step++)
            series->values[replication * warmup->steps + step] = stepwise_value(world, series->name, step);
    }
    return 0;
}

/* Over the replications in which the step has a value. */
static void average(struct warmup_series *series, const struct warmup *warmup)
{
    for (size_t step = 0; step < warmup->steps; step++) {
        double sum = 0, number = 0;
        for (size_t r = 0; r < warmup->replications; r++) {
            const double value = series->values[r * warmup->steps + step];
            sum += isnan(value) ? 0 : value;
            number += !isnan(value);
        }
        series->means[step] = sum / number;
        series->undefined |= number == 0;
    }
    series->constant = !series->undefined;
    for (size_t step = 1; step < warmup->steps; step++)
        series->constant &= series->means[step] == series->means[0];
}

void warmup_judge(struct warmup *warmup)
{
    for (size_t i = 0; i < warmup->count; i++) {
        struct warmup_series *series = &warmup->series[i];
        average(series, warmup);
        series->mser = mser_of(series->means, warmup->steps, series->curve);
        const size_t cut = series->mser.cut * MSER_BATCH;
        series->rest = batch_means_of(series->means + cut, warmup->steps - cut);
    }
}

int64_t warmup_proposal(const struct warmup *warmup)
{
    size_t cut = 0, constant = 0;
    for (size_t i = 0; i < warmup->count; i++) {
        constant += warmup->series[i].constant;
        if (warmup->series[i].mser.too_short)
            return -1;
        if (warmup->series[i].mser.cut > cut)
            cut = warmup->series[i].mser.cut;
    }
    return constant == warmup->count ? -1 : warmup->from_us[cut * MSER_BATCH];
}
