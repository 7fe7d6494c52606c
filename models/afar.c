#include "models/afar.h"

#include <math.h>

#include "models/case.h"

int afar_init(struct world *world, struct err *err)
{
    struct afar *afar = &world->afar;
    world->has_remote = true;
    if (afar->site != NULL)
        return 0;
    size_t links = 0;
    if (__builtin_mul_overflow(world->facilities.count, world->facilities.service_count, &links))
        return err_fail(err, "%zu facilities with %zu services are too many", world->facilities.count,
                        world->facilities.service_count);
    afar->link = arena_zeroed(&world->arena, links, sizeof *afar->link, err);
    afar->site = arena_zeroed(&world->arena, world->facilities.count, sizeof *afar->site, err);
    if (afar->link == NULL || afar->site == NULL)
        return -1;
    for (size_t l = 0; l < links; l++)
        afar->link[l].asked = PATIENT_NOWHERE;
    for (size_t f = 0; f < world->facilities.count; f++)
        afar->site[f].resource = -1;
    afar->least_connection_us = INT64_MAX;
    return 0;
}

const struct afar_link *afar_link(const struct world *world, uint32_t facility, int32_t service)
{
    if (world->afar.link == NULL || facility == PATIENT_NOWHERE || service < 0)
        return NULL;
    const struct afar_link *link =
        &world->afar.link[facility * world->facilities.service_count + (size_t)service];
    return link->asked == PATIENT_NOWHERE ? NULL : link;
}

bool afar_given(const struct world *world, uint32_t facility, int32_t service)
{
    const struct offer *offer = facility_offer(&world->facilities, facility, (uint32_t)service);
    if (offer != NULL && offer_given(offer))
        return true;
    const struct afar_link *link = afar_link(world, facility, service);
    if (offer == NULL || link == NULL || !link->guides)
        return false;
    const struct offer *guide = facility_offer(&world->facilities, link->asked, (uint32_t)service);
    return guide != NULL && offer_given(guide);
}

/* --- watching --- */

static bool takes(const struct stage *stage, int64_t resource)
{
    for (size_t i = 0; i < stage->need_count; i++)
        if ((int64_t)stage->need[i].resource == resource)
            return true;
    return false;
}

void afar_watch(struct world *world, uint32_t who)
{
    const struct patient *patient = case_patient(world, who);
    if (world->afar.site == NULL || patient->facility == PATIENT_NOWHERE)
        return;
    struct afar_site *site = &world->afar.site[patient->facility];
    struct extra *extra = case_extra(world, who);
    if (site->watched >= site->watch_limit || !takes(case_stage(world, patient), site->resource))
        return;
    site->watched++;
    extra->afar |= AFAR_WATCHED_NOW;
    if ((extra->afar & AFAR_WATCHED) == 0)
        case_cell(world, patient)[PC_watched]++;
    extra->afar |= AFAR_WATCHED;
}

void afar_unwatch(struct world *world, uint32_t who)
{
    struct extra *extra = case_extra(world, who);
    if ((extra->afar & AFAR_WATCHED_NOW) == 0)
        return;
    world->afar.site[case_patient(world, who)->facility].watched--;
    extra->afar = (uint8_t)(extra->afar & ~AFAR_WATCHED_NOW);
}

/* --- records and guidance --- */

bool afar_share_records(const struct world *world, uint32_t from, uint32_t to)
{
    const struct afar_site *site = world->afar.site;
    return site != NULL && from != PATIENT_NOWHERE && to != PATIENT_NOWHERE && site[from].records != 0 &&
           site[from].records == site[to].records;
}

void afar_guided(struct world *world, uint32_t who, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    const int32_t service = case_stage(world, patient)->guided_service;
    struct offer *offer = facility_offer(&world->facilities, patient->facility, (uint32_t)service);
    const struct afar_link *link =
        &world->afar.link[patient->facility * world->facilities.service_count + (size_t)service];
    world_fs(world, patient->facility, (uint32_t)service)[FS_procedures_guided]++;
    patient->proficiency = (uint8_t)lround((double)patient->proficiency * link->proficiency);
    const int64_t trainee = link->teaches_ppm > 0 ? skill_trainee(offer, &world->rng) : -1;
    offer->cases++;
    if (trainee >= 0)
        skill_credit(offer, &world->services[service], &world->rng, (size_t)trainee, link->teaches_ppm,
                     now_us);
}
