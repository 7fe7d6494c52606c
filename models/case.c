#include "models/case.h"

#include <string.h>

/* The links and visits of as many patients as there are records. */
static int make_room(struct world *world)
{
    struct partition *part = &world->part;
    struct err err = ERR_INIT;
    size_t needed = 0;
    if (station_links_reserve(&part->links, part->patients.capacity, &err) != 0 ||
        __builtin_mul_overflow(part->patients.capacity, world->pathways.loop_stages, &needed))
        return -1;
    if (needed > 0) {
        uint32_t *visits = mem_grow(part->visits, &part->visits_capacity, needed, sizeof *visits, &err);
        if (visits == NULL)
            return -1;
        part->visits = visits;
    }
    if (world->has_extra) {
        struct extra *extra =
            mem_grow(part->extra, &part->extra_capacity, part->patients.capacity, sizeof *extra, &err);
        if (extra == NULL)
            return -1;
        part->extra = extra;
    }
    part->roomy_for = part->patients.capacity;
    return 0;
}

uint32_t case_open_new(struct world *world)
{
    const uint32_t who = patients_take(&world->part.patients);
    const struct partition *part = &world->part;
    if (who == PATIENT_NOWHERE || (part->roomy_for < part->patients.capacity && make_room(world) != 0)) {
        engine_stop(world->engine, "out of memory for one more patient");
        return PATIENT_NOWHERE;
    }
    if (world->has_extra)
        *case_extra(world, who) = (struct extra){0};
    uint32_t *visits = case_visits(world, who);
    if (visits != NULL)
        memset(visits, 0, world->pathways.loop_stages * sizeof *visits);
    return who;
}

void case_pack(struct world *world, uint32_t who, struct message *message)
{
    unsigned char *at = message->payload + sizeof(struct baggage);
    struct baggage baggage = {.afar = 0};
    if (world->has_extra) {
        baggage.errand = case_extra(world, who)->errand;
        baggage.afar = case_extra(world, who)->afar;
    }
    memcpy(message->payload, &baggage, sizeof baggage);
    memcpy(at, case_patient(world, who), sizeof(struct patient));
    const uint32_t *visits = case_visits(world, who);
    if (visits != NULL)
        memcpy(at + sizeof(struct patient), visits, world->pathways.loop_stages * sizeof *visits);
}

uint32_t case_unpack(struct world *world, const struct message *message)
{
    const unsigned char *at = message->payload + sizeof(struct baggage);
    struct baggage baggage;
    const uint32_t who = case_open(world);
    if (who == PATIENT_NOWHERE)
        return who;
    memcpy(&baggage, message->payload, sizeof baggage);
    if (world->has_extra) {
        case_extra(world, who)->errand = baggage.errand;
        case_extra(world, who)->afar = (uint8_t)baggage.afar;
    }
    memcpy(case_patient(world, who), at, sizeof(struct patient));
    world->part.met[case_home(world, case_patient(world, who))] = true;
    uint32_t *visits = case_visits(world, who);
    if (visits != NULL)
        memcpy(visits, at + sizeof(struct patient), world->pathways.loop_stages * sizeof *visits);
    return who;
}

void case_stop_circle(struct world *world)
{
    engine_stop(world->engine,
                "a pathway goes round in circles without taking time; look at the stages named by late, "
                "otherwise, reneged and next, and give one a duration");
}
