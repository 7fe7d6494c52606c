#include "models/beds.h"

void beds_changed(struct world *world, const struct ward *ward, int64_t delta, int64_t now_us)
{
    if (ward->is_bed && !world->facilities.facility[ward->facility].closed)
        ledger_shift(&world->ledger, GROUP_FACILITY, ward->facility, 0, FA_beds_open, delta, now_us);
}

void beds_opened(struct world *world, uint32_t facility, int64_t now_us)
{
    for (uint32_t r = 0; r < world->facilities.resource_count; r++) {
        const int32_t at = facility_ward(&world->facilities, facility, r);
        if (at >= 0)
            beds_changed(world, &world->facilities.ward[at], world->facilities.ward[at].station.servers,
                         now_us);
    }
}

void beds_init(struct world *world)
{
    for (size_t w = 0; w < world->facilities.ward_count; w++) {
        const struct ward *ward = &world->facilities.ward[w];
        beds_changed(world, ward, ward->station.servers, 0);
    }
}
