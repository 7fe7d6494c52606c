#include "models/interruption.h"

#include "models/beds.h"
#include "models/case.h"
#include "models/serving.h"
#include "models/watch.h"

static struct ward *interruptible_ward(struct world *world, const struct patient *patient)
{
    struct ward *ward = serving_ward(world, patient, case_stage(world, patient));
    return ward == NULL || ward->in_service == NULL ? NULL : ward;
}

void interruption_began(struct world *world, uint32_t who, int64_t duration_us)
{
    const struct patient *patient = case_patient(world, who);
    struct ward *ward = interruptible_ward(world, patient);
    if (ward == NULL)
        return;
    case_extra(world, who)->whole_us = duration_us;
    (void)station_queue(ward->in_service, &world->part.links, who,
                        case_level(patient, case_stage(world, patient)));
}

void interruption_ended(struct world *world, uint32_t who)
{
    const struct patient *patient = case_patient(world, who);
    struct ward *ward = interruptible_ward(world, patient);
    if (ward != NULL)
        station_leave(ward->in_service, &world->part.links, who,
                      case_level(patient, case_stage(world, patient)));
}

static void interrupt(struct world *world, struct ward *ward, uint32_t who, uint8_t mode, int64_t now_us)
{
    struct patient *patient = case_patient(world, who);
    struct extra *extra = case_extra(world, who);
    const unsigned level = case_level(patient, case_stage(world, patient));
    station_leave(ward->in_service, &world->part.links, who, level);
    station_release(&ward->station, 1);
    extra->remaining_us = patient->due_us - now_us;
    extra->mode = mode;
    patient->due_kind = PATIENT_NO_EVENT;
    patient->more |= PATIENT_INTERRUPTED;
    patient->flags = (uint8_t)((patient->flags | PATIENT_WAITING) & ~PATIENT_IN_CARE);
    station_queue_first(&ward->station, &world->part.links, who, level);
    watch_change(world, ward, patient, WATCH_INTERRUPTED, now_us);
    watch_station(world, ward, now_us);
    watch_servers(world, ward, patient, -1, now_us);
    beds_taken(world, ward, -1, now_us);
    watch_line(world, ward, patient, 1, now_us);
    serving_shift_facility(world, patient, FA_in_care, -1, now_us);
    serving_count_line(world, patient, ward, 1);
    serving_shift_facility(world, patient, FA_in_line, 1, now_us);
}

/* The worst level in service below `level`, and of it who began last; -1: nobody. */
static int64_t victim(const struct ward *ward, int level)
{
    for (int worst = STATION_LEVELS - 1; worst > level; worst--)
        if (ward->in_service->tail[worst] != 0)
            return (int64_t)ward->in_service->tail[worst] - 1;
    return -1;
}

bool interruption_make_way(struct world *world, struct ward *ward, unsigned level, int64_t now_us)
{
    const int64_t who = victim(ward, (int)level);
    if (who < 0)
        return false;
    interrupt(world, ward, (uint32_t)who, ward->preemption, now_us);
    return true;
}

void interruption_of_shift(struct world *world, struct ward *ward, int64_t now_us)
{
    while (ward->station.busy > ward->station.servers) {
        const int64_t who = victim(ward, -1);
        if (who < 0)
            return;
        interrupt(world, ward, (uint32_t)who, ward->interrupt, now_us);
    }
}
