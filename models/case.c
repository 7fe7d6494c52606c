#include "models/case.h"

#include <string.h>

static int make_room(struct world *world)
{
    struct partition *part = &world->part;
    struct err err = ERR_INIT;
    if (part->links.capacity < part->patients.capacity &&
        station_links_reserve(&part->links, part->patients.capacity, &err) != 0)
        return -1;
    const size_t width = world->pathways.loop_stages;
    size_t needed = 0;
    if (__builtin_mul_overflow(part->patients.capacity, width, &needed))
        return -1;
    if (needed <= part->visits_capacity)
        return 0;
    uint32_t *visits = mem_grow(part->visits, &part->visits_capacity, needed, sizeof *visits, &err);
    if (visits == NULL)
        return -1;
    part->visits = visits;
    return 0;
}

uint32_t case_open(struct world *world)
{
    const uint32_t who = patients_take(&world->part.patients);
    if (who == PATIENT_NOWHERE || make_room(world) != 0) {
        engine_stop(world->engine, "out of memory for one more patient");
        return PATIENT_NOWHERE;
    }
    uint32_t *visits = case_visits(world, who);
    if (visits != NULL)
        memset(visits, 0, world->pathways.loop_stages * sizeof *visits);
    return who;
}
