#include "models/choice_set.h"

#include <math.h>

#include "models/choice_attraction.h"
#include "models/choice_kind.h"
#include "models/choice_pick.h"
#include "models/world_parts.h"

static int make_sets(struct choices *choices, struct arena *arena, struct err *err)
{
    size_t cells = 0;
    if (__builtin_mul_overflow(choices->kinds, choices->places, &cells))
        return err_fail(err, "%zu kinds of stages seen from %zu places are too many", choices->kinds,
                        choices->places);
    choices->slot = arena_sparse(arena, cells, sizeof *choices->slot, err);
    return choices->slot == NULL ? -1 : 0;
}

int choice_sets_init(struct world *world, struct err *err)
{
    struct choices *choices = &world->choices;
    *choices = (struct choices){.places = world->geography.count, .chosen = PATIENT_NOWHERE};
    if (choice_kinds_init(world, err) != 0)
        return -1;
    return make_sets(choices, &world->arena, err);
}

int choice_sets_init_view(struct world *view, const struct world *world, struct err *err)
{
    view->choices = world->choices;
    return make_sets(&view->choices, &view->arena, err);
}

static struct choice_slot *slot_of(const struct world *world, const struct stage *stage, uint32_t origin)
{
    return choices_slot(&world->choices, origin, (size_t)(stage - world->pathways.stage));
}

static void fill_set(const struct world *world, const struct stage *stage, uint32_t origin,
                     struct choice_set *set)
{
    struct choice_ranking ranking = {.count = 0};
    if (choice_kind_of(world, stage)->picked)
        choice_pick_attractive(world, stage, origin, &ranking);
    else
        choice_pick_nearest(world, stage, origin, &ranking);
    set->count = (uint32_t)ranking.count;
    for (size_t i = 0; i < ranking.count; i++) {
        set->facility[i] = ranking.candidate[i].facility;
        set->hash[i] = world->facilities.facility[set->facility[i]].hash;
        set->way[i] = ranking.candidate[i].travel;
    }
}

/* Apart, since room for an error's words is ten kilobytes. */
__attribute__((noinline)) static struct choice_set *new_set(struct world *world)
{
    struct err ignored;
    ignored.count = 0;
    return arena_lines(&world->arena, 1, sizeof(struct choice_set), &ignored);
}

/* Notes what is known of a candidate: on the board or not, whom it refuses, how attractive it is. */
static void know(const struct world *world, const struct stage *stage, uint32_t origin,
                 struct choice_set *set, size_t i)
{
    const struct offer *offer =
        stage->service < 0 ? NULL
                           : facility_offer(&world->facilities, set->facility[i], (uint32_t)stage->service);
    set->refuses[i] = world->rules->refuses[set->facility[i]];
    const bool given = offer == NULL || offer->on_board;
    const bool runs = given && (set->refuses[i] & RULES_ANYBODY) == 0;
    set->given = (uint16_t)(set->given | (uint32_t)given << i);
    set->refused |= runs ? set->refuses[i] : 0;
    if (!choice_by_utility(world, stage))
        return;
    double utility[2] = {0};
    choice_attraction_now(world, choice_kind_of(world, stage), set->facility[i], origin, set->way[i],
                          utility);
    for (int unreferred = 0; unreferred < 2; unreferred++)
        set->utility[unreferred][i] = utility[unreferred];
    set->referral_matters = set->referral_matters || utility[0] < utility[1] || utility[0] > utility[1];
    if (runs)
        set->bounded = race_bound(set->utility[1][i], &set->bound[i], &set->margin) && set->bounded;
}

static struct choice_set *make_set(struct world *world, const struct stage *stage, uint32_t origin,
                                   struct choice_slot *slot)
{
    struct choice_set *set = new_set(world);
    if (set == NULL) {
        engine_stop(world->engine, "out of memory for a choice set");
        return NULL;
    }
    fill_set(world, stage, origin, set);
    slot->set = set;
    slot->way = set->way[0];
    slot->facility =
        choice_kind_of(world, stage)->picked || set->count == 0 ? PATIENT_NOWHERE : set->facility[0];
    return set;
}

const struct choice_set *choice_set_renew(struct world *world, const struct stage *stage, uint32_t origin)
{
    static const struct choice_set nothing;
    struct choice_slot *slot = slot_of(world, stage, origin);
    struct choice_set *set = slot->set != NULL ? slot->set : make_set(world, stage, origin, slot);
    if (set == NULL)
        return &nothing;
    set->refused = set->bypassed_refuse = 0;
    set->given = set->answered = set->bypasses = 0;
    set->referral_matters = false;
    set->bounded = true;
    set->margin = 0;
    for (size_t i = 0; i < CHOICE_SET; i++)
        set->bound[i] = -INFINITY;
    for (size_t i = 0; i < set->count; i++)
        know(world, stage, origin, set, i);
    set->version = world->rules->version;
    return set;
}

__attribute__((noinline)) static struct choice_near *new_near(struct world *world)
{
    struct err ignored;
    ignored.count = 0;
    return arena_zeroed(&world->arena, 1, sizeof(struct choice_near), &ignored);
}

const struct choice_near *choice_set_near(struct world *world, const struct stage *stage, uint32_t origin)
{
    struct choice_set *set = slot_of(world, stage, origin)->set;
    if (set == NULL || set->near != NULL)
        return set == NULL ? NULL : set->near;
    struct choice_ranking ranking = {.count = 0};
    struct choice_near *near = new_near(world);
    if (near == NULL) {
        engine_stop(world->engine, "out of memory for a choice set");
        return NULL;
    }
    choice_pick_nearest(world, stage, origin, &ranking);
    for (size_t i = 0; i < ranking.count; i++) {
        near->facility[i] = ranking.candidate[i].facility;
        near->travel_us[i] = ranking.candidate[i].travel.us;
    }
    near->count = (uint32_t)ranking.count;
    set->near = near;
    return near;
}
