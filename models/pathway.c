#include "models/pathway.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rng.h"

/* A stage, its stand-in, and two variants with theirs. */
enum { OUTCOMES = 8, STAGE_VARIANTS = 6 };

struct build {
    struct pathways *pathways;
    const struct scenario *scenario;
    struct facilities *facilities;
    struct arena *arena;
    struct err *err;
};

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

/* A duration cannot be negative, whatever its distribution. */
static int time_dist(struct build *build, struct dist_spec *const *spec, const struct dist **dist)
{
    if (pathways_dist(build->pathways, build->scenario, (const struct dist_spec *const *)spec, dist,
                      build->err) != 0)
        return -1;
    if (*dist != NULL && (*spec)->kind != DIST_LISTED && dist_value(*dist, 0, 0, 0) < 0)
        return scenario_blame(build->scenario, spec, build->err,
                              "a time could be negative; choose a distribution without negative values");
    return 0;
}

static const struct stage_spec *stage_spec(const struct condition_spec *condition, size_t i)
{
    return SCENARIO_ITEM(condition->pathway, struct stage_spec, i);
}

/* Resolves the name of a stage; NULL means the end of the pathway. */
static int find_stage(struct build *build, const struct condition_spec *condition, const char *const *name,
                      uint32_t first_stage, int32_t *stage)
{
    *stage = STAGE_END;
    if (*name == NULL)
        return 0;
    const char *names[256];
    size_t count = 0;
    for (size_t i = 0; i < condition->pathway.count; i++) {
        if (strcmp(stage_spec(condition, i)->id, *name) == 0) {
            *stage = (int32_t)(first_stage + i);
            return 0;
        }
        if (count < sizeof names / sizeof names[0])
            names[count++] = stage_spec(condition, i)->id;
    }
    const char *nearest = scenario_nearest(*name, names, count);
    if (nearest != NULL)
        return scenario_blame(build->scenario, name, build->err,
                              "no stage of this pathway is called \"%s\"; did you mean \"%s\"?", *name,
                              nearest);
    return scenario_blame(build->scenario, name, build->err,
                          "no stage of this pathway is called \"%s\"; add it or correct the name", *name);
}

static int no_station(struct build *build, const void *member, const char *name)
{
    const char *names[256];
    size_t count = 0;
    for (size_t w = 0; w < build->facilities->ward_count && count < sizeof names / sizeof names[0]; w++)
        names[count++] = build->facilities->ward[w].id;
    const char *nearest = scenario_nearest(name, names, count);
    if (nearest != NULL)
        return scenario_blame(build->scenario, member, build->err,
                              "no station has the id \"%s\"; did you mean \"%s\"?", name, nearest);
    return scenario_blame(build->scenario, member, build->err,
                          "no station has the id \"%s\"; add it to stations or correct the name", name);
}

static int no_resource(struct build *build, const struct stage_spec *spec, const char *name)
{
    const char *nearest =
        scenario_nearest(name, build->facilities->resource, build->facilities->resource_count);
    if (nearest != NULL)
        return scenario_blame(build->scenario, &spec->needs, build->err,
                              "no facility has the resource \"%s\"; did you mean \"%s\"?", name, nearest);
    return scenario_blame(
        build->scenario, &spec->needs, build->err,
        "no facility has the resource \"%s\"; add it to beds or resources of one, or correct the "
        "name",
        name);
}

static int find_station(struct build *build, const struct stage_spec *spec, struct stage *stage)
{
    stage->ward = -1;
    if (spec->station == NULL)
        return 0;
    const int64_t ward = facilities_ward(build->facilities, spec->station);
    if (ward < 0)
        return no_station(build, &spec->station, spec->station);
    stage->ward = (int32_t)ward;
    return 0;
}

/* Their lines are not for them alone: who waits there waits for something else as well. */
static void make_joint(struct facilities *facilities, const struct stage *stage)
{
    for (size_t i = 0; i < stage->need_count; i++)
        for (size_t f = 0; f < facilities->count; f++) {
            const int32_t ward = facility_ward(facilities, (uint32_t)f, stage->need[i].resource);
            if (ward >= 0)
                facilities->ward[ward].joint = true;
        }
}

static int find_needs(struct build *build, const struct stage_spec *spec, struct stage *stage)
{
    if (spec->needs.count > STAGE_NEEDS)
        return scenario_blame(build->scenario, &spec->needs, build->err,
                              "%zu resources at once; a stage can need at most %d", spec->needs.count,
                              STAGE_NEEDS);
    if ((spec->needs.count > 0 || spec->service >= 0) && stage->ward >= 0)
        return scenario_blame(
            build->scenario, &spec->needs, build->err,
            "a stage with a station of its own needs nothing else; remove station, or needs and service");
    for (size_t i = 0; i < spec->needs.count; i++) {
        const struct key_count *need = SCENARIO_ITEM(spec->needs, struct key_count, i);
        const int64_t resource = facilities_resource(build->facilities, need->name);
        if (resource < 0)
            return no_resource(build, spec, need->name);
        if (need->count <= 0)
            return scenario_blame(build->scenario, &spec->needs, build->err,
                                  "%lld of \"%s\" are needed; write 1 or more", (long long)need->count,
                                  need->name);
        stage->need[stage->need_count++] =
            (struct need){.resource = (uint32_t)resource, .amount = need->count};
    }
    const bool joint = stage->need_count > 1 || (stage->service >= 0 && stage->need_count > 0) ||
                       (stage->need_count == 1 && stage->need[0].amount != 1);
    if (joint)
        make_joint(build->facilities, stage);
    return 0;
}

/* --- what is asked for elsewhere --- */

static struct stage *add_stage(struct pathways *pathways, const struct stage *like, int32_t *at)
{
    *at = (int32_t)pathways->stage_count;
    struct stage *stage = &pathways->stage[pathways->stage_count++];
    *stage = *like;
    return stage;
}

/* A stand-in has the luck of the stage, and nothing of what its patient has where the patient is. */
static struct stage *add_stand_in(struct pathways *pathways, struct stage *asking)
{
    struct stage *stage = add_stage(pathways, asking, &asking->asked);
    stage->ward = stage->at = -1;
    stage->asks = ASKS_NOBODY;
    stage->guided_service = -1;
    stage->among = NULL;
    stage->need_count = 0;
    stage->treats = stage->first = stage->plain = stage->stay = false;
    stage->service = -1;
    stage->previous = PREVIOUS_RELEASE;
    stage->full = asking->full == FULL_DIVERT ? FULL_WAIT : asking->full;
    stage->choice = CHOICE_STAY;
    stage->window_us = 0;
    stage->late = stage->otherwise = STAGE_ANSWER(ANSWER_MISSING);
    stage->rejected = STAGE_ANSWER(ANSWER_REJECTED);
    stage->balked = STAGE_ANSWER(ANSWER_BALKED);
    stage->reneged = STAGE_ANSWER(ANSWER_GAVE_UP);
    return stage;
}

static int add_need(struct build *build, const struct remote_spec *spec, const struct key_count *need,
                    int32_t facility, struct stage *stage)
{
    const int64_t resource = facilities_resource(build->facilities, need->name);
    const bool there = resource >= 0 && (facility < 0 || facility_ward(build->facilities, (uint32_t)facility,
                                                                       (uint32_t)resource) >= 0);
    if (!there)
        return scenario_blame(build->scenario, &spec->needs, build->err,
                              "%s lacks \"%s\"; add it to beds or resources, or correct the name",
                              facility < 0 ? "every facility" : build->facilities->facility[facility].id,
                              need->name);
    stage->need[stage->need_count++] = (struct need){.resource = (uint32_t)resource, .amount = need->count};
    return 0;
}

static int find_asked_needs(struct build *build, const struct remote_spec *spec, int32_t facility,
                            struct stage *stage)
{
    if (spec->needs.count > STAGE_NEEDS)
        return scenario_blame(build->scenario, &spec->needs, build->err,
                              "%zu resources at once; a stage can need at most %d", spec->needs.count,
                              STAGE_NEEDS);
    for (size_t i = 0; i < spec->needs.count; i++)
        if (add_need(build, spec, SCENARIO_ITEM(spec->needs, struct key_count, i), facility, stage) != 0)
            return -1;
    stage->service = spec->service;
    if (facility >= 0 && spec->service >= 0 &&
        facility_offer(build->facilities, (uint32_t)facility, (uint32_t)spec->service) == NULL)
        return scenario_blame(build->scenario, &spec->service, build->err,
                              "the facility \"%s\" does not list this service; add it to its services",
                              build->facilities->facility[facility].id);
    make_joint(build->facilities, stage);
    return 0;
}

static int find_remote(struct build *build, const struct stage_spec *spec, struct stage *stage)
{
    const struct remote_spec *remote = &spec->remote;
    uint32_t facility = 0;
    if (remote->at < 0 && remote->service < 0)
        return 0;
    if (stage->ward >= 0 || stage->among != NULL || stage->service >= 0)
        return scenario_blame(build->scenario, remote, build->err,
                              "a stage that asks elsewhere needs beds or resources here at most; remove "
                              "station, among and service (remote.service is that of the facility asked)");
    if (remote->at >= 0 &&
        facilities_refer(build->facilities, build->scenario, &remote->at, &facility, build->err) != 0)
        return -1;
    stage->asks = remote->at < 0 ? ASKS_LINKED : (int32_t)facility;
    stage->connection_us = remote->connection_us;
    stage->plain = false;
    make_joint(build->facilities, stage);
    return find_asked_needs(build, remote, remote->at < 0 ? -1 : stage->asks,
                            add_stand_in(build->pathways, stage));
}

static struct stage *add_variant(struct pathways *pathways, uint32_t of, int32_t *at)
{
    struct stage *stage = add_stage(pathways, &pathways->stage[of], at);
    stage->variant_of = (int32_t)of;
    stage->guided = stage->from_afar = -1;
    stage->full = stage->full == FULL_DIVERT ? FULL_WAIT : stage->full;
    stage->at = stage->service = -1;
    stage->plain = false;
    return stage;
}

void pathways_guide(struct pathways *pathways, struct facilities *facilities, uint32_t stage)
{
    struct stage *whole = &pathways->stage[stage];
    if (whole->guided >= 0)
        return;
    struct stage *variant = add_variant(pathways, stage, &whole->guided);
    variant->asks = ASKS_LINKED;
    variant->guided_service = whole->service;
    make_joint(facilities, variant);
    add_stand_in(pathways, variant)->service = whole->service;
}

void pathways_follow_up(struct pathways *pathways, struct facilities *facilities, uint32_t stage,
                        int64_t connection_us)
{
    struct stage *whole = &pathways->stage[stage];
    if (whole->from_afar >= 0)
        return;
    struct stage *variant = add_variant(pathways, stage, &whole->from_afar);
    variant->asks = whole->at;
    variant->need_count = 0;
    variant->connection_us = connection_us;
    struct stage *stand_in = add_stand_in(pathways, variant);
    memcpy(stand_in->need, whole->need, sizeof whole->need);
    stand_in->need_count = whole->need_count;
    stand_in->service = whole->service;
    make_joint(facilities, stand_in);
}

static uint32_t cumulative_word(double share)
{
    const double word = ceil(share * 0x1p32) - 1;
    return word < 0 ? 0 : word > UINT32_MAX ? UINT32_MAX : (uint32_t)word;
}

static bool concerns(const struct condition_spec *condition, const struct next_spec *next, size_t severity)
{
    return next->only == NULL || condition->classes.count == 0 ||
           strcmp(next->only, SCENARIO_ITEM(condition->classes, struct class_spec, severity)->id) == 0;
}

static int check_class(struct build *build, const struct condition_spec *condition, const char *const *only)
{
    if (*only == NULL)
        return 0;
    for (size_t c = 0; c < condition->classes.count; c++)
        if (strcmp(*only, SCENARIO_ITEM(condition->classes, struct class_spec, c)->id) == 0)
            return 0;
    return scenario_blame(build->scenario, only, build->err,
                          "the condition has no class \"%s\"; add it to classes or correct the name", *only);
}

/* Rows of one class: their shares must sum to 1. */
static int route_class(struct build *build, const struct condition_spec *condition,
                       const struct stage_spec *spec, uint32_t first_stage, size_t severity,
                       struct stage *stage)
{
    struct route *route = arena_zeroed(build->arena, spec->next.count, sizeof *route, build->err);
    if (route == NULL)
        return -1;
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < spec->next.count; i++) {
        const struct next_spec *next = SCENARIO_ITEM(spec->next, struct next_spec, i);
        if (!concerns(condition, next, severity) || next->share <= 0)
            continue;
        sum += next->share;
        route[count].below = cumulative_word(sum);
        if (find_stage(build, condition, &next->to, first_stage, &route[count].to) != 0 ||
            time_dist(build, &next->duration, &route[count].duration) != 0)
            return -1;
        stage->routed_duration = stage->routed_duration || route[count].duration != NULL;
        count++;
    }
    if (fabs(sum - 1) > 1e-9) {
        const char *class_id = condition->classes.count == 0
                                   ? "all patients"
                                   : SCENARIO_ITEM(condition->classes, struct class_spec, severity)->id;
        return scenario_blame(
            build->scenario, &spec->next, build->err,
            "the shares for %s sum to %.9g; make them sum to 1 (a row without `to` ends the pathway)",
            class_id, sum);
    }
    route[count - 1].below = UINT32_MAX;
    stage->route[severity] = route;
    return 0;
}

static int set_routes(struct build *build, const struct condition_spec *condition,
                      const struct stage_spec *spec, uint32_t first_stage, struct stage *stage)
{
    for (size_t i = 0; i < spec->next.count; i++)
        if (check_class(build, condition, &SCENARIO_ITEM(spec->next, struct next_spec, i)->only) != 0)
            return -1;
    const size_t severities = condition->classes.count > 0 ? condition->classes.count : 1;
    for (size_t severity = 0; spec->next.count > 0 && severity < severities; severity++)
        if (route_class(build, condition, spec, first_stage, severity, stage) != 0)
            return -1;
    return 0;
}

/* Most stages have one successor, which needs no luck. */
static int find_among(struct build *build, const struct stage_spec *spec, struct stage *stage)
{
    stage->among_count = (uint32_t)spec->among.count;
    if (stage->among_count == 0)
        return 0;
    if (spec->station != NULL || spec->needs.count > 0 || spec->service >= 0)
        return scenario_blame(build->scenario, &spec->among, build->err,
                              "a stage among stations has neither station, needs nor service; remove those");
    if (spec->among.count > UINT16_MAX - 1)
        return scenario_blame(build->scenario, &spec->among, build->err,
                              "%zu stations; at most %d are possible", spec->among.count, UINT16_MAX - 1);
    int32_t *among = arena_zeroed(build->arena, spec->among.count, sizeof *among, build->err);
    if (among == NULL)
        return -1;
    for (size_t i = 0; i < spec->among.count; i++) {
        const char *const *name = SCENARIO_ITEM(spec->among, char *const, i);
        const int64_t ward = facilities_ward(build->facilities, *name);
        if (ward < 0)
            return no_station(build, &spec->among, *name);
        among[i] = (int32_t)ward;
    }
    stage->among = among;
    return 0;
}

static int find_facility(struct build *build, const struct stage_spec *spec, struct stage *stage)
{
    uint32_t facility = 0;
    stage->at = -1;
    if (spec->at < 0)
        return 0;
    if (facilities_refer(build->facilities, build->scenario, &spec->at, &facility, build->err) != 0)
        return -1;
    stage->at = (int32_t)facility;
    return 0;
}

/* Most stages have one successor, which needs no luck. */
static int32_t only_successor(const struct stage *stage, size_t severities)
{
    if (stage->route[0] == NULL)
        return STAGE_END;
    for (size_t s = 0; s < severities; s++)
        if (stage->route[s][0].below != UINT32_MAX || stage->route[s][0].to != stage->route[0][0].to)
            return STAGE_BY_LUCK;
    return stage->route[0][0].to;
}

static int set_stage(struct build *build, size_t c, uint32_t first_stage, size_t i, struct stage *stage)
{
    const struct condition_spec *condition =
        SCENARIO_ITEM(build->scenario->conditions, struct condition_spec, c);
    const struct stage_spec *spec = stage_spec(condition, i);
    *stage = (struct stage){.spec = spec,
                            .condition = (uint16_t)c,
                            .index = (uint16_t)i,
                            .treats = spec->treats,
                            .first = i == 0,
                            .service = spec->service,
                            .choice = (enum stage_choice)spec->choice,
                            .missing = (enum stage_else)spec->missing,
                            .asks = ASKS_NOBODY,
                            .asked = -1,
                            .guided = -1,
                            .from_afar = -1,
                            .variant_of = -1,
                            .guided_service = -1,
                            .with_records = spec->with_records,
                            .refer = (enum stage_refer)spec->refer,
                            .pick = (enum stage_pick)spec->pick,
                            .previous = (enum stage_previous)spec->previous,
                            .full = (enum stage_full)spec->full,
                            .level = (uint8_t)spec->priority,
                            .upgraded_level = (uint8_t)spec->upgrade_priority,
                            .window_us = spec->window_us,
                            .transfer_us = spec->transfer_us,
                            .reach_us = llround(spec->reach_s * 1e6)};
    int failed = 0;
    failed |= find_facility(build, spec, stage);
    failed |= find_station(build, spec, stage);
    failed |= find_among(build, spec, stage);
    failed |= find_needs(build, spec, stage);
    failed |= find_stage(build, condition, &spec->late, first_stage, &stage->late);
    failed |= find_stage(build, condition, &spec->otherwise, first_stage, &stage->otherwise);
    failed |= find_stage(build, condition, &spec->reneged, first_stage, &stage->reneged);
    failed |= find_stage(build, condition, &spec->rejected, first_stage, &stage->rejected);
    failed |= find_stage(build, condition, &spec->balked, first_stage, &stage->balked);
    failed |= time_dist(build, &spec->upgrade_after, &stage->upgrade_after);
    failed |= time_dist(build, &spec->duration, &stage->duration);
    failed |= time_dist(build, &spec->patience, &stage->patience);
    failed |= time_dist(build, &spec->review, &stage->review);
    failed |= set_routes(build, condition, spec, first_stage, stage);
    stage->plain = stage->among == NULL && stage->at < 0 && stage->previous == PREVIOUS_RELEASE &&
                   stage->full == FULL_WAIT && stage->service < 0;
    if (failed == 0)
        failed |= find_remote(build, spec, stage);
    if (failed == 0)
        stage->next = only_successor(stage, condition->classes.count > 0 ? condition->classes.count : 1);
    if ((stage->choice == CHOICE_UTILITY || stage->missing == ELSE_WAIT) && stage->review == NULL)
        failed |=
            scenario_blame(build->scenario, spec, build->err,
                           "patients may wait at home for this stage but never choose again; add review");
    return failed;
}

static int set_classes(struct build *build, const struct condition_spec *spec, struct condition *condition)
{
    if (spec->classes.count > SEVERITIES)
        return scenario_blame(build->scenario, &spec->classes, build->err,
                              "%zu classes; at most %d are possible", spec->classes.count, SEVERITIES);
    condition->severities = spec->classes.count > 0 ? (unsigned)spec->classes.count : 1;
    double sum = 0;
    for (size_t c = 0; c < spec->classes.count; c++) {
        sum += SCENARIO_ITEM(spec->classes, struct class_spec, c)->share;
        condition->severity_below[c] = cumulative_word(sum);
    }
    if (spec->classes.count > 0 && fabs(sum - 1) > 1e-9)
        return scenario_blame(build->scenario, &spec->classes, build->err,
                              "the shares of the classes sum to %.9g; make them sum to 1", sum);
    condition->severity_below[condition->severities - 1] = UINT32_MAX;
    return 0;
}

static int set_outcomes(struct build *build, const struct condition_spec *spec, struct condition *condition)
{
    if (spec->outcomes.count > OUTCOMES)
        return scenario_blame(build->scenario, &spec->outcomes, build->err,
                              "%zu outcomes; at most %d are possible", spec->outcomes.count, OUTCOMES);
    for (size_t o = 0; o < spec->outcomes.count; o++) {
        const struct outcome_spec *outcome = SCENARIO_ITEM(spec->outcomes, struct outcome_spec, o);
        for (size_t k = 0; k < outcome->by_class.count; k++) {
            const struct named_real *added = SCENARIO_ITEM(outcome->by_class, struct named_real, k);
            if (check_class(build, spec, &added->name) != 0)
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

static int set_condition(struct build *build, size_t c, uint32_t first_stage)
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
    failed |= time_dist(build, &spec->delay, &condition->delay);
    if (failed != 0)
        return -1;
    struct stage *stages = &build->pathways->stage[first_stage];
    for (size_t i = 0; i < spec->pathway.count; i++) {
        failed |= set_stage(build, c, first_stage, i, &stages[i]);
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
    struct build build = {pathways, scenario, facilities, arena, err};
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
    pathways->stage = arena_zeroed(arena, STAGE_VARIANTS * stages, sizeof *pathways->stage, err);
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
