#include "models/watch.h"

#include "models/case.h"
#include "models/trace.h"

<<<<<<< HEAD
static void measure_wait(const struct measures *measures, const struct ward *ward, struct measure *measure,
                         int64_t waited_us)
{
    const struct measure_station *station = &measures->station[ward->measure];
    tally_add(&measure->wait, waited_us);
    tally_add(&measure->wait_all, waited_us);
    histogram_add(&measure->waits, waited_us);
    measure->waited_any += waited_us > 0;
    for (size_t i = 0; i < station->limits; i++)
        measure->over[i] += waited_us > station->limit[i].us;
}

static void measure_one(const struct measures *measures, const struct ward *ward, struct measure *measure,
                        enum watch_event change, int64_t now_us, int64_t since_us)
{
    const bool counts = since_us >= measures->from_us;
    switch (change) {
    case WATCH_CAME:
        measure->arrivals++;
        break;
    case WATCH_REJECTED:
        measure->rejected++;
        break;
    case WATCH_BALKED:
        measure->balked++;
        break;
    case WATCH_BEGAN:
        if (counts)
            measure_wait(measures, ward, measure, now_us - since_us);
        break;
    case WATCH_RENEGED:
        measure->reneged++;
        if (counts) {
            tally_add(&measure->wait_all, now_us - since_us);
            measure->waited_any++;
        }
        break;
    case WATCH_ENDED:
    case WATCH_KEPT:
        measure->served++;
        if (counts)
            tally_add(&measure->sojourn, now_us - since_us);
        break;
    case WATCH_INTERRUPTED:
        measure->interrupted++;
        break;
    case WATCH_RESUMED:
    case WATCH_LEFT:
    case WATCH_RELEASED:
        break;
    }
}

/* The statistics of a patient's class; NULL when there is but one class. */
=======
/* What one event means for the number of a class in service. */
static int64_t in_service(enum watch_event change)
{
    if (change == WATCH_BEGAN || change == WATCH_RESUMED)
        return 1;
    return change == WATCH_ENDED || change == WATCH_RELEASED || change == WATCH_INTERRUPTED ? -1 : 0;
}

/* The statistics of a patient's class, where there are classes. */
>>>>>>> speed
static struct measure *class_of(struct world *world, const struct ward *ward, const struct patient *patient)
{
    const size_t class_ = world->demand.stream[patient->stream].condition;
    return measure_of(&world->measures, ward->measure, 1 + class_);
}

void watch_trace(struct world *world, const struct ward *ward, const struct patient *patient,
                 enum watch_event change, int64_t now_us)
{
    trace_change(world, ward, patient, change, now_us);
}

void watch_class_change(struct world *world, const struct ward *ward, const struct patient *patient,
                        enum watch_event change, int64_t now_us)
{
    struct measure *own = class_of(world, ward, patient);
<<<<<<< HEAD
    if (own != NULL)
        measure_one(measures, ward, own, change, now_us, patient->since_us);
=======
    watch_measure(&world->measures, ward, own, change, now_us, patient->since_us);
    const int64_t delta = in_service(change);
    if (delta != 0)
        tally_level_set(&own->busy, now_us, own->busy.level + delta);
>>>>>>> speed
}

void watch_class_line(struct world *world, const struct ward *ward, const struct patient *patient, int64_t delta,
                      int64_t now_us)
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
        tally_add(&all->overtime, overtime_us);
}

void watch_refused(struct world *world, uint32_t stream, uint32_t ordinal, int64_t now_us)
{
    if (world->part.trace != NULL)
        trace_refused(world, stream, ordinal, now_us);
}
