#include "models/choice_attraction.h"

#include <math.h>
#include <string.h>

#include "models/world_parts.h"

#define HOUR_US 3600e6
#define DAY_US 86400e6

static const struct choice_spec *spec_of(const struct world *world, const struct choice_kind *kind)
{
    return &world->pathways.condition[kind->stage->condition].spec->choice;
}

static double constant_of(const struct key_list *constants, const char *name)
{
    double sum = 0;
    for (size_t i = 0; i < constants->count; i++) {
        const struct named_real *constant = SCENARIO_ITEM(*constants, struct named_real, i);
        if (strcmp(constant->name, name) == 0)
            sum += constant->value;
    }
    return sum;
}

void choice_attraction_init(const struct world *world, struct choice_kind *kind)
{
    const struct choice_spec *spec = spec_of(world, kind);
    for (int l = 0; l < FACILITY_LEVELS; l++)
        kind->level[l] = constant_of(&spec->level, facility_level_names[l]);
    for (int o = 0; o < FACILITY_OWNERSHIPS; o++)
        kind->ownership[o] = constant_of(&spec->ownership, facility_ownership_names[o]);
    for (size_t g = 0; g < world->scenario->groups.count && g < FACILITY_GROUPS; g++) {
        const struct group_spec *group = SCENARIO_ITEM(world->scenario->groups, struct group_spec, g);
        kind->group[g] = group->utility + constant_of(&spec->group, group->name);
    }
}

/* What everybody pays who comes from there: the share of the charges that insurance leaves, fare and lodging.
 */
static double price_of(const struct world *world, const struct choice_kind *kind,
                       const struct facility_glance *facility, struct travel travel, double reimbursed)
{
    const struct choice_spec *spec = spec_of(world, kind);
    const struct travel_spec *roads = &world->scenario->travel;
    const double charges = (double)facility->price_per_admission_fen +
                           spec->days * (double)facility->price_per_day_fen +
                           facility->price_level * (double)kind->stage->spec->price_fen;
    double own = charges * (1 - reimbursed);
    if (!facility->stays_home) {
        own += 2e-3 * (double)roads->cost_per_km_fen * (double)travel.m;
        if ((double)travel.m > roads->lodging_from_m)
            own += spec->days * (double)roads->lodging_per_day_fen;
    }
    return own / 1e5;
}

/* A facility as its declaration or the policies have it, and what its patients pay of the charges. */
struct offered {
    const struct facility *facility;
    const struct facility_glance *glance;
    int level;
    int64_t beds;
    double reimbursed;
};

/* `size`: what its beds bring. */
static double fixed_utility(const struct world *world, const struct choice_kind *kind, struct offered offered,
                            double size, struct travel travel)
{
    const struct choice_spec *spec = spec_of(world, kind);
    const struct facility *facility = offered.facility;
    double utility = facility->stays_home ? 0 : -spec->travel_per_h * (double)travel.us / HOUR_US;
    if (offered.beds > 1)
        utility += size;
    utility += kind->level[offered.level];
    if (spec->ownership.count > 0)
        utility += kind->ownership[facility->ownership];
    if (facility->group >= 0)
        utility += kind->group[facility->group];
    if (spec->price_per_kcny > 0 || spec->price_per_kcny < 0)
        utility -= spec->price_per_kcny * price_of(world, kind, offered.glance, travel, offered.reimbursed);
    return utility;
}

double choice_attraction_of_beds(const struct world *world, const struct choice_kind *kind, int64_t beds)
{
    return beds > 1 ? spec_of(world, kind)->size * log((double)beds) : 0;
}

/* What is believed of the service that is to be had there. */
static double believed(const struct choice_spec *spec, const struct offer *offer, double utility)
{
    if (offer == NULL)
        return utility;
    return utility - spec->wait_per_d * offer->believed_wait_us / DAY_US +
           spec->proficiency * (offer->unlimited ? 1 : offer->believed_proficiency);
}

void choice_attraction_now(const struct world *world, const struct choice_kind *kind, uint32_t facility,
                           uint32_t origin, struct travel way, double utility[2])
{
    const struct stage *stage = kind->stage;
    const struct choice_spec *spec = spec_of(world, kind);
    const struct facility *at = &world->facilities.facility[facility];
    const struct offer *offer =
        stage->service < 0 ? NULL : facility_offer(&world->facilities, facility, (uint32_t)stage->service);
    const bool asked = rules_asks_referral(world, stage->condition, facility);
    const double size = choice_attraction_of_beds(world, kind, at->beds);
    for (int unreferred = 0; unreferred < 2; unreferred++) {
        const double share = rules_share(world, facility, origin, asked && unreferred == 1);
        const struct offered offered = {at, &world->facilities.glance[facility], at->level, at->beds, share};
        utility[unreferred] = believed(spec, offer, fixed_utility(world, kind, offered, size, way));
    }
}

double choice_attraction_declared(const struct world *world, const struct choice_kind *kind,
                                  const struct choice_site *site, struct travel way)
{
    const struct facility *facility = &world->facilities.facility[site->facility];
    const struct facility_glance *glance = &world->facilities.glance[site->facility];
    const struct offered declared = {facility, glance, facility->declared_level, facility->declared_beds,
                                     glance->reimbursed};
    return fixed_utility(world, kind, declared, site->size, way);
}
