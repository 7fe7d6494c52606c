#include "models/watch.h"

#include "models/case.h"
#include "models/trace.h"

/* The statistics of a patient's class; NULL when there is but one class. */
static struct measure *class_of(struct world *world, const struct ward *ward, const struct patient *patient)
{
    if (world->measures.classes == 0)
        return NULL;
    const size_t class_ = world->demand.origin[patient->stream].condition;
    return measure_of(&world->measures, ward->measure, 1 + class_);
}

void watch_trace(struct world *world, const struct ward *ward, const struct patient *patient,
                 enum watch_event change, int64_t now_us)
{
    trace_change(world, ward, patient, change, now_us);
}

void watch_wait_over(const struct measure_station *station, struct measure *measure, int64_t waited_us)
{
    for (size_t i = 0; i < station->limits; i++)
        measure->over[i] += waited_us > station->limit[i].us;
}

void watch_class_change(struct world *world, const struct ward *ward, const struct patient *patient,
                        enum watch_event change, int64_t now_us)
{
    struct measure *own = class_of(world, ward, patient);
    if (own != NULL)
        watch_measure(&world->measures, ward, own, change, now_us, patient->since_us);
}

void watch_class_line(struct world *world, const struct ward *ward, const struct patient *patient,
                      int64_t delta, int64_t now_us)
{
    struct measure *own = class_of(world, ward, patient);
    tally_level_set(&own->queue, now_us, own->queue.level + delta);
}

void watch_servers(struct world *world, const struct ward *ward, const struct patient *patient, int64_t delta,
                   int64_t now_us)
{
    if (ward->measure < 0)
        return;
    struct measure *own = class_of(world, ward, patient);
    if (own != NULL)
        tally_level_set(&own->busy, now_us, own->busy.level + delta);
}

void watch_relieved(struct world *world, const struct ward *ward, int64_t now_us)
{
    for (size_t c = 1; ward->measure >= 0 && c <= world->measures.classes; c++)
        tally_level_set(&measure_of(&world->measures, ward->measure, c)->busy, now_us, 0);
}

static void measure_blocked(struct measure *measure, int64_t servers, int64_t now_us)
{
    measure->blocked += servers > 0;
    tally_level_set(&measure->held, now_us, measure->held.level + servers);
}

void watch_blocked(struct world *world, const struct ward *ward, const struct patient *patient,
                   int64_t servers, int64_t now_us)
{
    if (world->part.trace != NULL && servers > 0)
        trace_block(world, ward, patient);
    if (ward->measure < 0)
        return;
    measure_blocked(measure_of(&world->measures, ward->measure, 0), servers, now_us);
    if (world->measures.classes > 0)
        measure_blocked(class_of(world, ward, patient), servers, now_us);
}

void watch_overtime(struct world *world, const struct ward *ward, int64_t servers, int64_t overtime_us)
{
    if (ward->measure < 0)
        return;
    struct measure *all = measure_of(&world->measures, ward->measure, 0);
    for (int64_t i = 0; i < servers; i++)
        tally_sum_add(&all->overtime, overtime_us);
}

void watch_refused(struct world *world, uint32_t stream, uint32_t ordinal, int64_t now_us)
{
    if (world->part.trace != NULL)
        trace_refused(world, stream, ordinal, now_us);
}
