#include "models/afar.h"

#include <math.h>
#include <stdlib.h>

#include "models/case.h"
#include "models/saving.h"
#include "sim/state.h"

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
    return site != NULL && from != PATIENT_NOWHERE && to != PATIENT_NOWHERE && site[from].records != NULL &&
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

/* --- saving --- */

/* clang-format off */
#define SITE_STATE(ONE, ALL, NOT) \
    ONE(struct afar_site, watched) ONE(struct afar_site, watch_limit) NOT(struct afar_site, resource) \
    NOT(struct afar_site, records)
STATE_LAYOUT(site, struct afar_site, SITE_STATE, 0);
/* clang-format on */

/* The links of a facility, one for each service. */
static struct afar_link *links_of(const struct world *world, uint32_t facility)
{
    return &world->afar.link[facility * world->facilities.service_count];
}

static void save_links(const struct world *world, uint32_t facility, struct state_writer *writer)
{
    const struct afar_link *link = links_of(world, facility);
    uint64_t at_work = 0;
    for (size_t s = 0; s < world->facilities.service_count; s++)
        at_work += link[s].asked != PATIENT_NOWHERE;
    state_put_u64(writer, at_work);
    for (size_t s = 0; s < world->facilities.service_count; s++)
        if (link[s].asked != PATIENT_NOWHERE) {
            state_put_u64(writer, s);
            state_put_u64(writer, link[s].asked);
        }
}

void afar_save(const struct world *world, struct state_writer *writer)
{
    const struct afar *afar = &world->afar;
    state_begin(writer, "afar", 1);
    state_put_array_count(writer, &site_layout, afar->site == NULL ? 0 : world->facilities.count);
    for (uint32_t f = 0; afar->site != NULL && f < world->facilities.count; f++) {
        state_put_array_items(writer, &site_layout, &afar->site[f], 1);
        state_put_text(writer, afar->site[f].records);
        save_links(world, f, writer);
    }
    state_end(writer);
}

static void restore_links(struct world *world, uint32_t facility, const struct saved_maps *maps,
                          struct state_reader *reader)
{
    struct afar_link *link = links_of(world, facility);
    const size_t count = state_get_count(reader, 2 * sizeof(uint64_t));
    for (size_t i = 0; i < count && !reader->failed; i++) {
        const uint64_t service = state_get_u64(reader);
        const uint32_t asked = saved_index(&maps->facility, state_get_u64(reader));
        if (service >= world->facilities.service_count || link[service].policy == NULL ||
            asked == SAVED_NOWHERE)
            state_refuse(reader, "has a facility that asks where it cannot; make it again");
        else
            link[service].asked = asked;
    }
}

/* Of a world with policies that had not started, which this one does not have. */
static void pass_over_sites(size_t count, struct state_reader *reader)
{
    for (size_t i = 0; i < count && !reader->failed; i++) {
        struct afar_site site = {.watched = 0};
        state_get_array_items(reader, &site_layout, &site, 1);
        char *records = state_get_text(reader);
        const uint64_t links = state_get_u64(reader);
        if (site.watched != 0 || site.watch_limit != 0 || records != NULL || links > 0)
            state_refuse(reader,
                         "has other facilities that are connected; take the scenario that it was made from");
        free(records);
    }
}

void afar_restore(struct world *world, const struct saved_maps *maps, struct state_reader *reader)
{
    struct afar *afar = &world->afar;
    state_enter(reader, "afar", 1);
    const size_t count = state_get_array_count(reader, &site_layout);
    if (count > 0 && count != maps->facility.count)
        state_refuse(reader,
                     "has other facilities that are connected; take the scenario that it was made from");
    if (afar->site == NULL)
        pass_over_sites(count, reader);
    for (size_t i = 0; i < count && afar->site != NULL && !reader->failed; i++) {
        const uint32_t f = saved_index(&maps->facility, i);
        state_get_array_items(reader, &site_layout, &afar->site[f], 1);
        char *policy = state_get_text(reader);
        afar->site[f].records = policies_name(world, policy, reader);
        free(policy);
        restore_links(world, f, maps, reader);
    }
    state_leave(reader);
}
