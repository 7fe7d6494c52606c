#include "models/choice_kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/choice_attraction.h"
#include "models/world_parts.h"

bool choice_possible(const struct world *world, const struct stage *stage, uint32_t facility)
{
    for (size_t i = 0; i < stage->need_count; i++) {
        const int32_t ward = facility_ward(&world->facilities, facility, stage->need[i].resource);
        if (ward < 0)
            return false;
    }
    return stage->service < 0 ||
           facility_offer(&world->facilities, facility, (uint32_t)stage->service) != NULL;
}

bool choice_within(const struct stage *stage, const struct facility *facility, struct travel travel)
{
    return (stage->reach_us <= 0 || facility->stays_home || travel.us <= stage->reach_us) &&
           (facility->visits_us <= 0 || travel.us <= facility->visits_us);
}

const struct choice_kind *choice_kind_of(const struct world *world, const struct stage *stage)
{
    return &world->choices.kind[world->choices.kind_of[stage - world->pathways.stage]];
}

bool choice_by_utility(const struct world *world, const struct stage *stage)
{
    return stage->spec->choice == CHOICE_UTILITY || /* policies change stage->choice */
           world->pathways.condition[stage->condition].spec->first == FIRST_UTILITY;
}

/* --- stages that find the same --- */

static bool same_needs(const struct stage *a, const struct stage *b)
{
    if (a->service != b->service || a->reach_us != b->reach_us || a->need_count != b->need_count)
        return false;
    for (size_t i = 0; i < a->need_count; i++)
        if (a->need[i].resource != b->need[i].resource)
            return false;
    return true;
}

static uint32_t find_kind(const struct world *world, const struct choices *choices, const struct stage *stage)
{
    uint32_t k = 0;
    for (; k < choices->kinds; k++) {
        const struct stage *other = choices->kind[k].stage;
        if (same_needs(stage, other) && choice_by_utility(world, stage) == choice_by_utility(world, other) &&
            (stage->condition == other->condition || !choice_by_utility(world, stage)))
            break;
    }
    return k;
}

/* --- sites --- */

static int from_south_to_north(const void *first, const void *second)
{
    const struct choice_site *a = first, *b = second;
    if (a->at[2] != b->at[2])
        return a->at[2] < b->at[2] ? -1 : 1;
    return (a->facility > b->facility) - (a->facility < b->facility);
}

/* Who belongs to no group is twice of the same sort. */
static void find_sorts(const struct facility *facility, uint32_t sort[CHOICE_SORTS_OF_SITE])
{
    sort[0] = (uint32_t)(facility->declared_level * FACILITY_OWNERSHIPS + facility->ownership);
    sort[1] =
        facility->group < 0 ? sort[0] : (uint32_t)(FACILITY_LEVELS * FACILITY_OWNERSHIPS + facility->group);
}

static void weigh_sites(const struct world *world, struct choice_kind *kind)
{
    const struct choice_spec *spec = &world->pathways.condition[kind->stage->condition].spec->choice;
    choice_attraction_init(world, kind);
    const bool bounded = spec->travel_per_h >= 0 && spec->price_per_kcny >= 0;
    kind->picked = kind->sites > CHOICE_SET;
    kind->travel_per_h = bounded ? spec->travel_per_h : 0;
    for (size_t s = 0; s < CHOICE_SORTS; s++)
        kind->appeal[s] = -INFINITY;
    for (size_t i = 0; i < kind->sites; i++) {
        struct choice_site *site = &kind->site[i];
        const struct facility *facility = &world->facilities.facility[site->facility];
        find_sorts(facility, site->sort);
        site->size = choice_attraction_of_beds(world, kind, facility->declared_beds);
        site->appeal = bounded && !facility->stays_home
                           ? choice_attraction_declared(world, kind, site, (struct travel){.us = 0})
                           : INFINITY;
        for (size_t s = 0; s < CHOICE_SORTS_OF_SITE; s++)
            kind->appeal[site->sort[s]] = fmax(kind->appeal[site->sort[s]], site->appeal);
    }
}

/* --- classes --- */

/* The class of a site, made where there is none yet. */
static struct choice_class *class_of(struct choice_kind *kind, const struct choice_site *site)
{
    for (size_t c = 0; c < kind->classes; c++)
        if (memcmp(kind->class_[c].sort, site->sort, sizeof site->sort) == 0)
            return &kind->class_[c];
    if (kind->classes == CHOICE_CLASSES) {
        kind->class_[CHOICE_CLASSES - 1].mixed = true;
        return &kind->class_[CHOICE_CLASSES - 1];
    }
    struct choice_class *class_ = &kind->class_[kind->classes++];
    memcpy(class_->sort, site->sort, sizeof class_->sort);
    return class_;
}

static int list_classes(struct world *world, struct choice_kind *kind, struct err *err)
{
    kind->class_ = arena_zeroed(&world->arena, CHOICE_CLASSES, sizeof *kind->class_, err);
    kind->by_class = arena_zeroed(&world->arena, kind->sites, sizeof *kind->by_class, err);
    uint8_t *number = mem_zeroed(kind->sites, sizeof *number, err);
    if (kind->class_ == NULL || kind->by_class == NULL || number == NULL) {
        free(number);
        return -1;
    }
    for (size_t i = 0; i < kind->sites; i++) {
        struct choice_class *class_ = class_of(kind, &kind->site[i]);
        number[i] = (uint8_t)(class_ - kind->class_);
        class_->count++;
    }
    uint32_t first = 0;
    for (size_t c = 0; c < kind->classes; c++) {
        kind->class_[c].first = first;
        first += kind->class_[c].count;
        kind->class_[c].count = 0;
    }
    for (size_t i = 0; i < kind->sites; i++) {
        struct choice_class *class_ = &kind->class_[number[i]];
        kind->by_class[class_->first + class_->count++] = (uint32_t)i;
    }
    free(number);
    return 0;
}

/* --- which there are --- */

static bool is_site(const struct world *world, const struct stage *stage, uint32_t facility)
{
    return choice_possible(world, stage, facility) && !world->facilities.facility[facility].outside;
}

static int list_sites(struct world *world, struct choice_kind *kind, struct err *err)
{
    for (uint32_t f = 0; f < world->facilities.count; f++)
        kind->sites += is_site(world, kind->stage, f);
    kind->site = arena_zeroed(&world->arena, kind->sites, sizeof *kind->site, err);
    if (kind->site == NULL)
        return -1;
    size_t count = 0;
    for (uint32_t f = 0; f < world->facilities.count; f++)
        if (is_site(world, kind->stage, f)) {
            kind->site[count].facility = f;
            memcpy(kind->site[count].at, world->geography.place[world->facilities.facility[f].place].at,
                   sizeof kind->site[count].at);
            count++;
        }
    qsort(kind->site, kind->sites, sizeof *kind->site, from_south_to_north);
    if (!choice_by_utility(world, kind->stage))
        return 0;
    weigh_sites(world, kind);
    return kind->picked ? list_classes(world, kind, err) : 0;
}

int choice_kinds_init(struct world *world, struct err *err)
{
    struct choices *choices = &world->choices;
    const size_t stages = world->pathways.stage_count;
    choices->kind_of = arena_zeroed(&world->arena, stages, sizeof *choices->kind_of, err);
    choices->kind = arena_zeroed(&world->arena, stages, sizeof *choices->kind, err);
    if (choices->kind_of == NULL || choices->kind == NULL)
        return -1;
    for (size_t s = 0; s < stages; s++) {
        const struct stage *stage = &world->pathways.stage[s];
        const uint32_t k = find_kind(world, choices, stage);
        choices->kind_of[s] = k;
        if (k < choices->kinds)
            continue;
        choices->kind[choices->kinds++].stage = stage;
        if (list_sites(world, &choices->kind[k], err) != 0)
            return -1;
    }
    return 0;
}
