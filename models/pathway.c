#include "models/pathway_build.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rng.h"

/* A stage, its stand-in, and two variants with theirs. */
enum { OUTCOMES = 8, STAGE_VARIANTS = 6 };

/* --- distributions --- */

/* The position of an equal distribution, or how many there are. Lists of values are not compared: they are
 * rare. */
static size_t find_equal(const struct pathways *pathways, const struct dist_spec *spec)
{
    for (size_t i = 0; spec->count == 0 && i < pathways->dist_count; i++) {
        const struct dist_spec *other = &pathways->dist[i].spec;
        if (other->kind == spec->kind && other->count == 0 && other->a == spec->a && other->b == spec->b &&
            other->c == spec->c)
            return i;
    }
    return pathways->dist_count;
}

static int add_dist(struct pathways *pathways, const struct scenario *scenario,
                    const struct dist_spec *const *spec, struct err *err)
{
    struct pathway_dist *all =
        mem_grow(pathways->dist, &pathways->dist_capacity, pathways->dist_count + 1, sizeof *all, err);
    if (all == NULL)
        return -1;
    pathways->dist = all;
    struct err why = ERR_INIT;
    struct dist *compiled = dist_compile(*spec, &why);
    if (compiled == NULL)
        return scenario_blame(scenario, spec, err, "%s; correct its parameters", why.text[0]);
    all[pathways->dist_count++] =
        (struct pathway_dist){.dist = compiled, .spec = **spec, .hash = dist_fingerprint(compiled)};
    return 0;
}

int pathways_dist(struct pathways *pathways, const struct scenario *scenario,
                  const struct dist_spec *const *spec, const struct dist **dist, struct err *err)
{
    *dist = NULL;
    if (*spec == NULL)
        return 0;
    const size_t at = find_equal(pathways, *spec);
    if (at == pathways->dist_count && add_dist(pathways, scenario, spec, err) != 0)
        return -1;
    *dist = pathways->dist[at].dist;
    pathways->fingerprint = pathways->fingerprint * UINT64_C(1099511628211) ^ pathways->dist[at].hash;
    return 0;
}

int pathway_time(struct pathway_build *build, struct dist_spec *const *spec, const struct dist **dist)
{
    if (pathways_dist(build->pathways, build->scenario, (const struct dist_spec *const *)spec, dist,
                      build->err) != 0)
        return -1;
    if (*dist != NULL && (*spec)->kind != DIST_LISTED && dist_value(*dist, 0, 0, 0) < 0)
        return scenario_blame(build->scenario, spec, build->err,
                              "a time could be negative; choose a distribution without negative values");
    return 0;
}

/* --- conditions --- */

uint32_t pathway_word(double share)
{
    const double word = ceil(share * 0x1p32) - 1;
    return word < 0 ? 0 : word > UINT32_MAX ? UINT32_MAX : (uint32_t)word;
}

int pathway_check_class(struct pathway_build *build, const struct condition_spec *condition,
                        const char *const *only)
{
    if (*only == NULL)
        return 0;
    for (size_t c = 0; c < condition->classes.count; c++)
        if (strcmp(*only, SCENARIO_ITEM(condition->classes, struct class_spec, c)->id) == 0)
            return 0;
    return scenario_blame(build->scenario, only, build->err,
                          "the condition has no class \"%s\"; add it to classes or correct the name", *only);
}

static int set_classes(struct pathway_build *build, const struct condition_spec *spec,
                       struct condition *condition)
{
    if (spec->classes.count > SEVERITIES)
        return scenario_blame(build->scenario, &spec->classes, build->err,
                              "%zu classes; at most %d are possible", spec->classes.count, SEVERITIES);
    condition->severities = spec->classes.count > 0 ? (unsigned)spec->classes.count : 1;
    double sum = 0;
    for (size_t c = 0; c < spec->classes.count; c++) {
        sum += SCENARIO_ITEM(spec->classes, struct class_spec, c)->share;
        condition->severity_below[c] = pathway_word(sum);
    }
    if (spec->classes.count > 0 && fabs(sum - 1) > 1e-9)
        return scenario_blame(build->scenario, &spec->classes, build->err,
                              "the shares of the classes sum to %.9g; make them sum to 1", sum);
    condition->severity_below[condition->severities - 1] = UINT32_MAX;
    return 0;
}

static int set_outcomes(struct pathway_build *build, const struct condition_spec *spec,
                        struct condition *condition)
{
    if (spec->outcomes.count > OUTCOMES)
        return scenario_blame(build->scenario, &spec->outcomes, build->err,
                              "%zu outcomes; at most %d are possible", spec->outcomes.count, OUTCOMES);
    for (size_t o = 0; o < spec->outcomes.count; o++) {
        const struct outcome_spec *outcome = SCENARIO_ITEM(spec->outcomes, struct outcome_spec, o);
        for (size_t k = 0; k < outcome->by_class.count; k++) {
            const struct named_real *added = SCENARIO_ITEM(outcome->by_class, struct named_real, k);
            if (pathway_check_class(build, spec, &added->name) != 0)
                return -1;
            for (size_t c = 0; c < spec->classes.count; c++)
                if (strcmp(SCENARIO_ITEM(spec->classes, struct class_spec, c)->id, added->name) == 0)
                    condition->outcome_by_class[o][c] = added->value;
        }
    }
    return 0;
}

/* Whether a stage leads back to one that is not after it. */
static bool leads_back(const struct condition *condition, const struct stage *stages)
{
    for (uint32_t i = 0; i < condition->stage_count; i++) {
        const struct stage *stage = &stages[i];
        const int32_t own = (int32_t)(condition->first_stage + i);
        if ((stage->late != STAGE_END && stage->late <= own) ||
            (stage->otherwise != STAGE_END && stage->otherwise <= own) ||
            (stage->reneged != STAGE_END && stage->reneged <= own) ||
            (stage->rejected != STAGE_END && stage->rejected <= own) ||
            (stage->balked != STAGE_END && stage->balked <= own))
            return true;
        for (unsigned s = 0; s < condition->severities; s++)
            for (const struct route *route = stage->route[s]; route != NULL; route++) {
                if (route->to != STAGE_END && route->to <= own)
                    return true;
                if (route->below == UINT32_MAX)
                    break;
            }
    }
    return false;
}

static int set_condition(struct pathway_build *build, size_t c, uint32_t first_stage)
{
    const struct condition_spec *spec = SCENARIO_ITEM(build->scenario->conditions, struct condition_spec, c);
    struct condition *condition = &build->pathways->condition[c];
    *condition = (struct condition){.spec = spec,
                                    .id = spec->id,
                                    .first_stage = first_stage,
                                    .stage_count = (uint32_t)spec->pathway.count,
                                    .first_facility = -1,
                                    .treat_service = -1};
    if (spec->pathway.count == 0)
        return scenario_blame(build->scenario, spec, build->err,
                              "the condition has no pathway; add at least a stage");
    int failed = 0;
    failed |= set_classes(build, spec, condition);
    failed |= set_outcomes(build, spec, condition);
    failed |= pathway_time(build, &spec->delay, &condition->delay);
    if (failed != 0)
        return -1;
    struct stage *stages = &build->pathways->stage[first_stage];
    for (size_t i = 0; i < spec->pathway.count; i++) {
        failed |= pathway_stage(build, c, first_stage, i, &stages[i]);
        if (stages[i].treats && stages[i].service >= 0 && condition->treat_service < 0)
            condition->treat_service = stages[i].service;
    }
    if (failed != 0)
        return -1;
    uint32_t first = 0;
    if (spec->first_at >= 0) {
        if (facilities_refer(build->facilities, build->scenario, &spec->first_at, &first, build->err) != 0)
            return -1;
        condition->first_facility = (int32_t)first;
    }
    condition->loops = leads_back(condition, stages);
    if (condition->loops && condition->stage_count > build->pathways->loop_stages)
        build->pathways->loop_stages = condition->stage_count;
    return 0;
}

int pathways_init(struct pathways *pathways, const struct scenario *scenario, struct facilities *facilities,
                  struct arena *arena, struct err *err)
{
    *pathways = (struct pathways){.fingerprint = rng_hash("tables")};
    struct pathway_build build = {pathways, scenario, facilities, arena, err};
    pathways->count = scenario->conditions.count;
    if (pathways->count == 0)
        return scenario_blame(scenario, &scenario->conditions, err,
                              "the scenario has no conditions; add at least one");
    size_t stages = 0;
    for (size_t c = 0; c < pathways->count; c++)
        stages += SCENARIO_ITEM(scenario->conditions, struct condition_spec, c)->pathway.count;
    if (pathways->count > UINT16_MAX || stages > UINT16_MAX / STAGE_VARIANTS)
        return err_fail(err, "%zu conditions with %zu stages are too many; at most %d of each",
                        pathways->count, stages, UINT16_MAX / STAGE_VARIANTS);
    pathways->stage_count = stages;
    pathways->condition = arena_zeroed(arena, pathways->count, sizeof *pathways->condition, err);
    pathways->stage = arena_lines(arena, STAGE_VARIANTS * stages, sizeof *pathways->stage, err);
    if (pathways->condition == NULL || pathways->stage == NULL)
        return -1;
    int failed = 0;
    uint32_t first_stage = 0;
    for (size_t c = 0; c < pathways->count; c++) {
        failed |= set_condition(&build, c, first_stage);
        first_stage += (uint32_t)SCENARIO_ITEM(scenario->conditions, struct condition_spec, c)->pathway.count;
    }
    return failed;
}

void pathways_free(struct pathways *pathways)
{
    for (size_t i = 0; i < pathways->dist_count; i++)
        dist_free(pathways->dist[i].dist);
    free(pathways->dist);
    *pathways = (struct pathways){0};
}

/* --- asking --- */

unsigned condition_severity(const struct condition *condition, uint32_t word)
{
    unsigned severity = 0;
    while (word > condition->severity_below[severity])
        severity++;
    return severity;
}

const struct route *stage_route(const struct stage *stage, unsigned severity, uint32_t word)
{
    const struct route *route = stage->route[severity];
    while (route != NULL && word > route->below)
        route++;
    return route;
}

int32_t stage_next(const struct stage *stage, unsigned severity, uint32_t word)
{
    const struct route *route = stage_route(stage, severity, word);
    return route == NULL ? STAGE_END : route->to;
}
