#include "models/policies/network.h"

#include <math.h>
#include <string.h>

#include "models/policy.h"
#include "models/world_parts.h"

/* --- before the run --- */

bool network_has(const struct network *network, uint32_t facility)
{
    for (size_t m = 0; m < network->members; m++)
        if (network->member[m] == facility)
            return true;
    return false;
}

static int gather_members(struct world *world, struct network *network, struct err *err)
{
    const struct key_list *members = &network->spec->members;
    struct facility_group group;
    if (facilities_gather(&world->facilities, world->scenario, members, &world->arena, &group, err) != 0)
        return -1;
    network->member = group.facility;
    network->members = group.count;
    if (network->members == 0)
        return scenario_blame(world->scenario, members, err,
                              "names nobody; write members: ( { facility = \"ID\"; } );");
    if (network->hub >= 0 && network_has(network, (uint32_t)network->hub))
        return scenario_blame(world->scenario, members, err,
                              "the hub is among its members; take it out of them");
    return 0;
}

static struct afar_link *link_of(const struct world *world, uint32_t facility, int32_t service)
{
    return &world->afar.link[facility * world->facilities.service_count + (size_t)service];
}

/* The service of a link, which the hub must list, and for guidance the members too. */
static int check_service(struct world *world, const struct network *network, const int32_t *service,
                         bool guides, struct err *err)
{
    const struct facilities *facilities = &world->facilities;
    if (network->hub >= 0 && facility_offer(facilities, (uint32_t)network->hub, (uint32_t)*service) == NULL)
        return scenario_blame(world->scenario, service, err,
                              "the facility \"%s\" does not list this service; add it to its services",
                              facilities->facility[network->hub].id);
    for (size_t m = 0; m < network->members && guides; m++)
        if (facility_offer(facilities, network->member[m], (uint32_t)*service) == NULL)
            return scenario_blame(world->scenario, service, err,
                                  "the member \"%s\" does not list this service; add it to its services "
                                  "(staff = 0 will do)",
                                  facilities->facility[network->member[m]].id);
    return 0;
}

static int claim_links(struct world *world, const struct policy *policy, const struct network *network,
                       const int32_t *service, struct afar_link link, struct err *err)
{
    if (check_service(world, network, service, link.guides, err) != 0)
        return -1;
    link.policy = policy->head->name;
    link.connection_us = network->spec->connection_us;
    link.asked = PATIENT_NOWHERE;
    for (size_t m = 0; m < network->members; m++) {
        struct afar_link *slot = link_of(world, network->member[m], *service);
        if (slot->policy != NULL)
            return scenario_blame(world->scenario, service, err,
                                  "for \"%s\" the policies \"%s\" and \"%s\" both say who is asked for this "
                                  "service (as consults or guides); leave it to one of them",
                                  world->facilities.facility[network->member[m]].id, slot->policy,
                                  policy->head->name);
        *slot = link;
    }
    return 0;
}

/* Stages of patients that need the service get a way to have it under guidance. */
static void add_guided(struct world *world, int32_t service)
{
    for (size_t c = 0; c < world->pathways.count; c++) {
        const struct condition *condition = &world->pathways.condition[c];
        for (uint32_t s = 0; s < condition->stage_count; s++)
            if (world->pathways.stage[condition->first_stage + s].service == service)
                pathways_guide(&world->pathways, &world->facilities, condition->first_stage + s);
    }
}

static int claim_services(struct world *world, const struct policy *policy, const struct network *network,
                          struct err *err)
{
    const struct network_spec *spec = network->spec;
    for (size_t i = 0; i < spec->consults.count; i++) {
        const struct network_consult *consult = SCENARIO_ITEM(spec->consults, struct network_consult, i);
        if (claim_links(world, policy, network, &consult->service, (struct afar_link){.guides = false},
                        err) != 0)
            return -1;
    }
    for (size_t i = 0; i < spec->guides.count; i++) {
        const struct network_guide *guide = SCENARIO_ITEM(spec->guides, struct network_guide, i);
        const struct afar_link link = {
            .guides = true, .proficiency = guide->proficiency, .teaches_ppm = llround(guide->teaches * 1e6)};
        if (claim_links(world, policy, network, &guide->service, link, err) != 0)
            return -1;
        add_guided(world, guide->service);
    }
    return 0;
}

static int check_records(const struct world *world, const struct network *network, struct err *err)
{
    if (!network->spec->records || network->hub >= 0)
        return 0;
    return scenario_blame(world->scenario, &network->spec->records, err,
                          "records are shared with a hub; name one, or leave records out");
}

int network_prepare(struct world *world, struct policy *policy, const struct network_spec *spec,
                    struct network *network, struct err *err)
{
    uint32_t hub = 0;
    network->spec = spec;
    network->hub = -1;
    network->start_us = policy_time(world, spec->start_us);
    network->end_us = spec->length.months == 0 && spec->length.us == 0
                          ? INT64_MAX
                          : policy_time(world, key_span_after(spec->start_us, spec->length));
    policy->period->from_us = network->start_us;
    policy->period->to_us = network->end_us;
    if (network->start_us < 0)
        return scenario_blame(
            world->scenario, &spec->start_us, err,
            "the policy starts before the run; begin the scenario earlier or the policy later");
    if (spec->hub >= 0 && facilities_refer(&world->facilities, world->scenario, &spec->hub, &hub, err) != 0)
        return -1;
    network->hub = spec->hub < 0 ? -1 : (int64_t)hub;
    if (gather_members(world, network, err) != 0 || afar_init(world, err) != 0)
        return -1;
    if ((spec->consults.count > 0 || spec->guides.count > 0) &&
        spec->connection_us < world->afar.least_connection_us)
        world->afar.least_connection_us = spec->connection_us;
    return claim_services(world, policy, network, err) != 0 ? -1 : check_records(world, network, err);
}

/* --- at planning epochs --- */

static uint32_t asked_by(const struct world *world, const struct network *network, uint32_t member)
{
    return network->hub >= 0 ? (uint32_t)network->hub : facility_partner(&world->facilities, member);
}

static void share_records(struct world *world, const struct policy *policy, const struct network *network)
{
    if (!network->spec->records)
        return;
    const char *by = network->on ? policy->head->name : NULL;
    for (size_t m = 0; m < network->members; m++)
        world->afar.site[network->member[m]].records = by;
    world->afar.site[network->hub].records = by;
}

bool network_plan(struct world *world, const struct policy *policy, struct network *network, int64_t now_us)
{
    const bool on = now_us >= network->start_us && now_us < network->end_us;
    const bool changes = on != network->on;
    network->on = on;
    if (!on && !changes)
        return false;
    for (size_t m = 0; m < network->members; m++)
        for (size_t s = 0; s < world->facilities.service_count; s++) {
            struct afar_link *link = link_of(world, network->member[m], (int32_t)s);
            if (link->policy == policy->head->name)
                link->asked = on ? asked_by(world, network, network->member[m]) : PATIENT_NOWHERE;
        }
    if (changes)
        share_records(world, policy, network);
    return on;
}
