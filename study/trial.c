#include "study/trial.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rng.h"

/* ---- loading ---- */

/* Says of every problem where in the design it arose. */
static int at_point(const struct trials *trials, size_t point, size_t scenario, const struct err *why,
                    struct err *err)
{
    for (unsigned i = 0; i < why->count && i < ERR_PROBLEMS; i++)
        err_add(err, "point %zu, scenario %s: %s", point, design_scenario_of(trials->design, scenario)->id,
                why->text[i]);
    return -1;
}

/* The scenario as the point has it; `scenario_free` is due in any case. */
static int load_at(struct scenario *loaded, const struct trials *trials, size_t point, size_t scenario,
                   struct err *err)
{
    struct design_sets sets;
    struct err why = ERR_INIT;
    *loaded = (struct scenario){.path = NULL};
    int status = design_sets_of(&sets, trials->design, point, scenario, err);
    const char **all = mem_zeroed(trials->set_count + sets.count, sizeof *all, err);
    if (status == 0 && all != NULL) {
        for (size_t i = 0; i < trials->set_count; i++)
            all[i] = trials->sets[i];
        for (size_t i = 0; i < sets.count; i++)
            all[trials->set_count + i] = sets.texts[i];
        status = scenario_load(loaded, design_scenario_of(trials->design, scenario)->file, all,
                               trials->set_count + sets.count, &why);
        if (status != 0)
            at_point(trials, point, scenario, &why, err);
    }
    free(all);
    design_sets_free(&sets);
    return all == NULL ? -1 : status;
}

static int keep_sets(struct trials *trials, const char *const *sets, size_t set_count, struct err *err)
{
    const int64_t replications = trials->design->spec->replications;
    trials->sets = arena_zeroed(&trials->arena, set_count + 1, sizeof *trials->sets, err);
    if (trials->sets == NULL)
        return -1;
    if (replications > 0) {
        char text[64];
        snprintf(text, sizeof text, "scenario.replications=%" PRId64, replications);
        trials->sets[trials->set_count] = arena_text(&trials->arena, text, err);
        if (trials->sets[trials->set_count++] == NULL)
            return -1;
    }
    for (size_t i = 0; i < set_count; i++)
        trials->sets[trials->set_count++] = sets[i];
    return 0;
}

/* ---- what can be known before anything is run ---- */

static int check_pairs(const struct trials *trials, struct err *err)
{
    const struct scenario *base = &trials->scenarios[0];
    for (size_t s = 1; s < trials->scenario_count; s++)
        if (strcmp(trials->scenarios[s].run.seed, base->run.seed) != 0)
            return err_fail(
                err,
                "%s has seed %s and %s has seed %s: worlds can be paired only when their patients "
                "have the same luck; run them with the same seed (--seed)",
                base->path, base->run.seed, trials->scenarios[s].path, trials->scenarios[s].run.seed);
    return 0;
}

static int check_at(const struct trials *trials, size_t point, struct err *err)
{
    int status = 0;
    for (size_t s = 0; s < trials->scenario_count && status == 0; s++) {
        struct scenario loaded;
        status = load_at(&loaded, trials, point, s, err);
        scenario_free(&loaded);
    }
    return status;
}

/* The points where a factor has its least and its greatest value. */
static int check_factor(const struct trials *trials, size_t f, struct err *err)
{
    const struct design *design = trials->design;
    size_t least = SIZE_MAX, most = SIZE_MAX;
    for (size_t point = 0; point < design->points; point++) {
        const double value = design->values[point * design->factors + f];
        if (isnan(value))
            continue;
        if (least == SIZE_MAX || value < design->values[least * design->factors + f])
            least = point;
        if (most == SIZE_MAX || value > design->values[most * design->factors + f])
            most = point;
    }
    if (least == SIZE_MAX)
        return 0;
    return check_at(trials, least, err) != 0 || (most != least && check_at(trials, most, err) != 0) ? -1 : 0;
}

static int load_all(struct trials *trials, struct err *err)
{
    trials->scenarios =
        arena_zeroed(&trials->arena, trials->design->spec->scenarios.count, sizeof *trials->scenarios, err);
    if (trials->scenarios == NULL)
        return -1;
    for (size_t s = 0; s < trials->design->spec->scenarios.count; s++) {
        trials->scenario_count = s + 1;
        if (scenario_load(&trials->scenarios[s], design_scenario_of(trials->design, s)->file, trials->sets,
                          trials->set_count, err) != 0)
            return -1;
        struct world *world = world_new(&trials->scenarios[s], 0, err);
        if (world == NULL)
            return -1;
        trials->fingerprint = rng_mix(trials->fingerprint ^ world_fingerprint(world));
        world_free(world);
    }
    return check_pairs(trials, err);
}

int trials_init(struct trials *trials, const struct design *design, const char *const *sets, size_t set_count,
                struct err *err)
{
    *trials = (struct trials){.design = design};
    if (keep_sets(trials, sets, set_count, err) != 0 || load_all(trials, err) != 0)
        return -1;
    trials->replications = (size_t)trials->scenarios[0].run.replications;
    for (size_t f = 0; f < design->factors; f++)
        if (check_factor(trials, f, err) != 0)
            return -1;
    return 0;
}

void trials_free(struct trials *trials)
{
    for (size_t s = 0; s < trials->scenario_count; s++)
        scenario_free(&trials->scenarios[s]);
    arena_free(&trials->arena);
    *trials = (struct trials){.scenario_count = 0};
}

/* ---- running ---- */

void trial_bench_free(struct trial_bench *bench)
{
    for (size_t s = 0; s < bench->count; s++)
        scenario_free(&bench->scenarios[s]);
    free(bench->scenarios);
    *bench = (struct trial_bench){.count = 0};
}

static int move_to(struct trial_bench *bench, const struct trials *trials, size_t point, struct err *err)
{
    if (bench->loaded && bench->point == point)
        return 0;
    trial_bench_free(bench);
    bench->scenarios = mem_zeroed(trials->scenario_count, sizeof *bench->scenarios, err);
    if (bench->scenarios == NULL)
        return -1;
    bench->count = trials->scenario_count;
    for (size_t s = 0; s < bench->count; s++)
        if (load_at(&bench->scenarios[s], trials, point, s, err) != 0)
            return -1;
    bench->point = point;
    bench->loaded = true;
    return 0;
}

struct world *trial_run(const struct trials *trials, struct trial_bench *bench, size_t point,
                        uint32_t replication, size_t scenario, struct err *err)
{
    struct err why = ERR_INIT;
    if (move_to(bench, trials, point, err) != 0)
        return NULL;
    struct world *world = world_new(&bench->scenarios[scenario], replication, &why);
    if (world != NULL && world_run(world, NULL, NULL, &why) == 0)
        return world;
    world_free(world);
    char where[48];
    snprintf(where, sizeof where, "replication %" PRIu32 ": ", replication);
    for (unsigned i = 0; i < why.count && i < ERR_PROBLEMS; i++) {
        char text[ERR_TEXT];
        snprintf(text, sizeof text, "%s%.400s", where, why.text[i]);
        memcpy(why.text[i], text, sizeof text);
    }
    at_point(trials, point, scenario, &why, err);
    return NULL;
}
