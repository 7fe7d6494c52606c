#include "models/pathway_build.h"

#include <string.h>

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

static int add_need(struct pathway_build *build, const struct remote_spec *spec, const struct key_count *need,
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

static int find_asked_needs(struct pathway_build *build, const struct remote_spec *spec, int32_t facility,
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
    pathway_make_joint(build->facilities, stage);
    return 0;
}

int pathway_remote(struct pathway_build *build, const struct stage_spec *spec, struct stage *stage)
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
    pathway_make_joint(build->facilities, stage);
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
    pathway_make_joint(facilities, variant);
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
    pathway_make_joint(facilities, stand_in);
}
