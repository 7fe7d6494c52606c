#include "models/shift.h"

#include "models/beds.h"
#include "models/interruption.h"
#include "models/serving.h"
#include "models/watch.h"
#include "models/world_parts.h"

/* Everybody who serves is relieved: who is idle goes home, the others finish their patients. */
static void relieve(struct world *world, struct ward *ward, int64_t now_us)
{
    watch_overtime(world, ward, ward->station.servers - ward->station.busy, 0);
    ward->shift++;
    ward->changed_us[ward->shift] = now_us;
    beds_taken(world, ward, -ward->station.busy, now_us);
    ward->station.busy = 0;
    watch_relieved(world, ward, now_us);
}

static void set_servers(struct world *world, struct ward *ward, int64_t servers, int64_t now_us)
{
    const int64_t before = ward->station.servers;
    station_set_servers(&ward->station, servers);
    beds_changed(world, ward, ward->station.servers - before, now_us);
    if (ward->measure >= 0)
        tally_level_set(&measure_of(&world->measures, ward->measure, 0)->servers, now_us,
                        ward->station.servers);
    if (ward->interrupt != INTERRUPT_NONE)
        interruption_of_shift(world, ward, now_us);
    watch_station(world, ward, now_us);
    serving_ward_moves(world, ward, now_us);
}

static void schedule(const struct world *world, uint32_t ward, int64_t since_us)
{
    const int64_t next_us = timetable_next_change(&world->facilities.ward[ward].timetable, since_us);
    if (next_us < INT64_MAX)
        engine_schedule(world->engine, world->number,
                        (struct event){.at_us = next_us, .kind = EVENT_SHIFT, .who = ward});
}

void shift_handle(struct world *world, const struct event *event)
{
    struct ward *ward = &world->facilities.ward[event->who];
    const int64_t now_us = event->at_us;
    if (ward->relief)
        relieve(world, ward, now_us);
    set_servers(world, ward, timetable_at(&ward->timetable, now_us), now_us);
    schedule(world, event->who, now_us);
}

void shift_start(struct world *whole)
{
    for (uint32_t w = 0; w < whole->facilities.ward_count; w++) {
        const struct ward *ward = &whole->facilities.ward[w];
        if (ward->timetable.count > 0)
            schedule(world_at_facility(whole, ward->facility), w, 0);
    }
}

void world_set_servers(struct world *whole, uint32_t ward, int64_t servers, int64_t now_us)
{
    struct ward *at = &whole->facilities.ward[ward];
    set_servers(world_at_facility(whole, at->facility), at, servers, now_us);
}
