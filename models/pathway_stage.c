#include "models/pathway_build.h"

#include <math.h>
#include <string.h>

static const struct stage_spec *stage_spec(const struct condition_spec *condition, size_t i)
{
    return SCENARIO_ITEM(condition->pathway, struct stage_spec, i);
}

/* --- names --- */

/* Resolves the name of a stage; NULL means the end of the pathway. */
static int find_stage(struct pathway_build *build, const struct condition_spec *condition,
                      const char *const *name, uint32_t first_stage, int32_t *stage)
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

static int no_station(struct pathway_build *build, const void *member, const char *name)
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

static int no_resource(struct pathway_build *build, const struct stage_spec *spec, const char *name)
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

static int find_station(struct pathway_build *build, const struct stage_spec *spec, struct stage *stage)
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

static int find_facility(struct pathway_build *build, const struct stage_spec *spec, struct stage *stage)
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

/* --- what it needs --- */

void pathway_make_joint(struct facilities *facilities, const struct stage *stage)
{
    for (size_t i = 0; i < stage->need_count; i++)
        for (size_t f = 0; f < facilities->count; f++) {
            const int32_t ward = facility_ward(facilities, (uint32_t)f, stage->need[i].resource);
            if (ward >= 0)
                facilities->ward[ward].joint = true;
        }
}

static int find_needs(struct pathway_build *build, const struct stage_spec *spec, struct stage *stage)
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
        pathway_make_joint(build->facilities, stage);
    return 0;
}

/* The stations of which one is picked. */
static int find_among(struct pathway_build *build, const struct stage_spec *spec, struct stage *stage)
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

/* --- where it leads --- */

static bool concerns(const struct condition_spec *condition, const struct next_spec *next, size_t severity)
{
    return next->only == NULL || condition->classes.count == 0 ||
           strcmp(next->only, SCENARIO_ITEM(condition->classes, struct class_spec, severity)->id) == 0;
}

/* Rows of one class: their shares must sum to 1. */
static int route_class(struct pathway_build *build, const struct condition_spec *condition,
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
        route[count].below = pathway_word(sum);
        if (find_stage(build, condition, &next->to, first_stage, &route[count].to) != 0 ||
            pathway_time(build, &next->duration, &route[count].duration) != 0)
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

static int set_routes(struct pathway_build *build, const struct condition_spec *condition,
                      const struct stage_spec *spec, uint32_t first_stage, struct stage *stage)
{
    for (size_t i = 0; i < spec->next.count; i++)
        if (pathway_check_class(build, condition, &SCENARIO_ITEM(spec->next, struct next_spec, i)->only) != 0)
            return -1;
    const size_t severities = condition->classes.count > 0 ? condition->classes.count : 1;
    for (size_t severity = 0; spec->next.count > 0 && severity < severities; severity++)
        if (route_class(build, condition, spec, first_stage, severity, stage) != 0)
            return -1;
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

/* --- all of it --- */

/* What stands in the scenario and refers to nothing else. */
static struct stage as_declared(const struct stage_spec *spec, size_t condition, size_t i)
{
    return (struct stage){.spec = spec,
                          .price_fen = spec->price_fen,
                          .condition = (uint16_t)condition,
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
}

/* Where those go on who do not have the stage. */
static int find_others(struct pathway_build *build, const struct condition_spec *condition,
                       uint32_t first_stage, struct stage *stage)
{
    const struct stage_spec *spec = stage->spec;
    int failed = 0;
    failed |= find_stage(build, condition, &spec->late, first_stage, &stage->late);
    failed |= find_stage(build, condition, &spec->otherwise, first_stage, &stage->otherwise);
    failed |= find_stage(build, condition, &spec->reneged, first_stage, &stage->reneged);
    failed |= find_stage(build, condition, &spec->rejected, first_stage, &stage->rejected);
    failed |= find_stage(build, condition, &spec->balked, first_stage, &stage->balked);
    return failed;
}

int pathway_stage(struct pathway_build *build, size_t c, uint32_t first_stage, size_t i, struct stage *stage)
{
    const struct condition_spec *condition =
        SCENARIO_ITEM(build->scenario->conditions, struct condition_spec, c);
    const struct stage_spec *spec = stage_spec(condition, i);
    *stage = as_declared(spec, c, i);
    int failed = 0;
    failed |= find_facility(build, spec, stage);
    failed |= find_station(build, spec, stage);
    failed |= find_among(build, spec, stage);
    failed |= find_needs(build, spec, stage);
    failed |= find_others(build, condition, first_stage, stage);
    failed |= pathway_time(build, &spec->upgrade_after, &stage->upgrade_after);
    failed |= pathway_time(build, &spec->duration, &stage->duration);
    failed |= pathway_time(build, &spec->patience, &stage->patience);
    failed |= pathway_time(build, &spec->review, &stage->review);
    failed |= set_routes(build, condition, spec, first_stage, stage);
    stage->plain = stage->among == NULL && stage->at < 0 && stage->previous == PREVIOUS_RELEASE &&
                   stage->full == FULL_WAIT && stage->service < 0;
    if (failed == 0)
        failed |= pathway_remote(build, spec, stage);
    if (failed == 0)
        stage->next = only_successor(stage, condition->classes.count > 0 ? condition->classes.count : 1);
    if ((stage->choice == CHOICE_UTILITY || stage->missing == ELSE_WAIT) && stage->review == NULL)
        failed |=
            scenario_blame(build->scenario, spec, build->err,
                           "patients may wait at home for this stage but never choose again; add review");
    return failed;
}
