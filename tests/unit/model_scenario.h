#ifndef COUNTERPART_TESTS_MODEL_SCENARIO_H
#define COUNTERPART_TESTS_MODEL_SCENARIO_H

/* A model from the text of a scenario: written to a file, loaded, built, run in
 * whole or up to a time, and looked into. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "models/world_parts.h"

#define MINUTE_US INT64_C(60000000)
#define HOUR_US INT64_C(3600000000)
#define DAY_US INT64_C(86400000000)

/* Pieces of scenarios. A Tuesday; the seed is part of what statistical tests assert. */
#define RUN_OF(length)                                                                                       \
    "scenario: { start = \"2019-01-01\"; length = \"" length "\"; step = \"none\"; seed = \"7\"; };\n"
#define FIXED(time) "{ dist = \"fixed\"; value = \"" time "\"; }"
/* One place, where every journey takes as long as the fixed part says. */
#define ONE_PLACE(fixed)                                                                                     \
    "places: { list: ( { code = \"p\"; lon = 120; lat = 45; population = 100000; } ); };\n"                  \
    "travel: { fixed = \"" fixed "\"; };\n"

struct model {
    char path[512];
    struct scenario scenario;
    struct world *world;
    struct err err;
};

static inline void model_free(struct model *model)
{
    world_free(model->world);
    scenario_free(&model->scenario);
    model->world = NULL;
}

/* How worlds are cut: tests look at the records of one partition unless they say otherwise. */
static int model_partitions = PARTITIONS_ONE;

static inline int model_open(struct model *model, uint32_t replication, const char *const *sets,
                             size_t set_count)
{
    if (scenario_load(&model->scenario, model->path, sets, set_count, &model->err) != 0)
        return -1;
    model->scenario.run.partitions = model_partitions;
    model->world = world_new(&model->scenario, replication, &model->err);
    return model->world == NULL ? -1 : 0;
}

static inline int model_try_text(struct model *model, uint32_t replication, const char *format, va_list args)
{
    *model = (struct model){.path = "/tmp/model-XXXXXX.cfg"};
    const int file = mkstemps(model->path, 4);
    cr_assert(file >= 0);
    const int written = vdprintf(file, format, args);
    cr_assert(written > 0 && close(file) == 0);
    const int result = model_open(model, replication, NULL, 0);
    unlink(model->path);
    return result;
}

/* 0, or -1 with the problems in model->err. */
PRINTF_LIKE(2, 3)
static inline int model_try(struct model *model, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int result = model_try_text(model, 0, format, args);
    va_end(args);
    return result;
}

PRINTF_LIKE(3, 4)
static inline void model_build_as(struct model *model, uint32_t replication, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int result = model_try_text(model, replication, format, args);
    va_end(args);
    cr_assert_eq(result, 0, "%s", model->err.text[0]);
}

#define model_build(model, ...) model_build_as(model, 0, __VA_ARGS__)

/* A scenario that comes with the program, with settings on top. */
static inline void model_build_file(struct model *model, uint32_t replication, const char *path,
                                    const char *const *sets, size_t set_count)
{
    *model = (struct model){.world = NULL};
    snprintf(model->path, sizeof model->path, "%s", path);
    cr_assert_eq(model_open(model, replication, sets, set_count), 0, "%s", model->err.text[0]);
}

static inline void model_run(struct model *model)
{
    cr_assert_eq(world_run(model->world, NULL, NULL, &model->err), 0, "%s", model->err.text[0]);
}

/* Everything that happens before this time. */
static inline void model_until(struct model *model, int64_t us)
{
    cr_assert_eq(world_run_until(model->world, us, NULL, NULL, &model->err), 0, "%s", model->err.text[0]);
}

/* One of the problems says all of this. */
static inline bool model_says(const struct model *model, const char *a, const char *b)
{
    for (unsigned i = 0; i < model->err.count && i < ERR_PROBLEMS; i++)
        if (strstr(model->err.text[i], a) != NULL && strstr(model->err.text[i], b) != NULL)
            return true;
    return false;
}

/* A scenario that is refused, with a problem that says both. */
static inline void model_refuses(const char *text, const char *path, const char *says)
{
    struct model model;
    cr_assert_eq(model_try(&model, "%s", text), -1, "%s", says);
    cr_assert(model_says(&model, path, says), "%s", model.err.text[0]);
    model_free(&model);
}

static inline uint32_t model_facility(const struct model *model, const char *id)
{
    const int64_t at = facilities_find(&model->world->facilities, id);
    cr_assert(at >= 0, "no facility %s", id);
    return (uint32_t)at;
}

static inline struct ward *model_ward(const struct model *model, const char *id)
{
    const int64_t at = facilities_ward(&model->world->facilities, id);
    cr_assert(at >= 0, "no ward %s", id);
    return &model->world->facilities.ward[at];
}

static inline size_t model_group_cells(const struct ledger *ledger, enum ledger_group group)
{
    enum ledger_dim dims[2] = {DIM_PLACE, DIM_PLACE};
    const unsigned rank = ledger_group_dims(group, dims);
    return ledger->size[dims[0]] * (rank == 2 ? ledger->size[dims[1]] : 1) * ledger_group_width(group);
}

/* A number of a step that is closed. */
static inline int64_t model_closed(const struct ledger *ledger, enum ledger_group group, size_t step,
                                   size_t cell, size_t column)
{
    return packed_number(ledger_closed(ledger, group, step, column), cell);
}

/* A column of (i, j) so far: all closed steps and the present one, as integers. A mean is its integral, of
 * the present step up to its end. */
static inline int64_t model_cell(const struct model *model, enum ledger_group group, size_t i, size_t j,
                                 size_t column)
{
    const struct ledger *ledger = &model->world->ledger;
    enum ledger_dim dims[2] = {DIM_PLACE, DIM_PLACE};
    const size_t width = ledger_group_dims(group, dims) == 2 ? ledger->size[dims[1]] : 1;
    const size_t cell = i * width + j, at = cell * ledger_group_width(group) + column;
    int64_t sum = ledger->step < ledger->steps ? ledger->cells[group][at] : 0;
    for (size_t step = 0; step < ledger->step; step++)
        sum += model_closed(ledger, group, step, cell, column);
    return sum;
}

/* Over all cells of the group. */
static inline int64_t model_total(const struct model *model, enum ledger_group group, size_t column)
{
    const struct ledger *ledger = &model->world->ledger;
    enum ledger_dim dims[2] = {DIM_PLACE, DIM_PLACE};
    const unsigned rank = ledger_group_dims(group, dims);
    int64_t sum = 0;
    for (size_t i = 0; i < ledger->size[dims[0]]; i++)
        for (size_t j = 0; j < (rank == 2 ? ledger->size[dims[1]] : 1); j++)
            sum += model_cell(model, group, i, j, column);
    return sum;
}

#define model_people(model, column) model_total(model, GROUP_PLACE_CONDITION, PC_##column)
#define model_at(model, facility, column)                                                                    \
    model_cell(model, GROUP_FACILITY, model_facility(model, facility), 0, FA_##column)
#define model_service(model, facility, column)                                                               \
    model_cell(model, GROUP_FACILITY_SERVICE, model_facility(model, facility), 0, FS_##column)

/* The number of a metric after the run. */
static inline double model_metric(const struct model *model, const char *name)
{
    const struct metric *metrics = NULL;
    const size_t count = world_metrics(model->world, &metrics);
    for (size_t i = 0; i < count; i++)
        if (strcmp(metrics[i].name, name) == 0)
            return metrics[i].value;
    cr_assert(false, "no metric %s", name);
    return 0;
}

/* Which records are in use: freed by the caller. */
static inline bool *model_present(const struct model *model)
{
    const struct patients *patients = &model->world->part.patients;
    bool *present = calloc(patients->used + 1, sizeof *present);
    cr_assert(present != NULL);
    for (size_t i = 0; i < patients->used; i++)
        present[i] = true;
    for (size_t i = 0; i < patients->free_count; i++)
        present[patients->free[i]] = false;
    return present;
}

/* Both ledgers are the same in the steps [from, to) of a group, cell by cell. */
static inline bool model_same_group(const struct ledger *a, const struct ledger *b, enum ledger_group group,
                                    size_t from, size_t to)
{
    const size_t width = ledger_group_width(group), cells = ledger_cells(a, group) / width;
    cr_assert_eq(ledger_cells(a, group), ledger_cells(b, group));
    for (size_t step = from; step < to; step++)
        for (size_t column = 0; column < ledger_group_numbers(group); column++)
            for (size_t cell = 0; cell < cells; cell++)
                if (model_closed(a, group, step, cell, column) != model_closed(b, group, step, cell, column))
                    return false;
    return true;
}

/* Of all groups. */
static inline bool model_same_steps(const struct model *a, const struct model *b, size_t from, size_t to)
{
    for (int group = 0; group < LEDGER_GROUPS; group++)
        if (!model_same_group(&a->world->ledger, &b->world->ledger, (enum ledger_group)group, from, to))
            return false;
    return true;
}

/* Two worlds are the same in their first steps. */
static inline void model_must_agree(const struct model *a, const struct model *b, size_t steps)
{
    cr_assert(model_same_steps(a, b, 0, steps), "the first %zu steps differ", steps);
}

#endif
