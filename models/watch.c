#include "models/watch.h"

#include "models/case.h"

static void measure_levels(struct measure *measure, int64_t now_us, const struct station *station)
{
    tally_level_set(&measure->queue, now_us, station->waiting);
    tally_level_set(&measure->busy, now_us, station->busy);
}

static void measure_one(const struct measures *measures, struct measure *measure, enum watch_event change, int64_t now_us,
                        int64_t since_us)
{
    const int64_t spent_us = now_us - since_us;
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
    case WATCH_INTERRUPTED:
        measure->interrupted++;
        break;
    case WATCH_RESUMED:
        break;
    case WATCH_BEGAN:
        if (!counts)
            break;
        tally_add(&measure->wait, spent_us);
        tally_add(&measure->wait_all, spent_us);
        histogram_add(&measure->waits, spent_us);
        measure->waited_any += spent_us > 0;
        break;
    case WATCH_RENEGED:
        measure->reneged++;
        if (counts)
            tally_add(&measure->wait_all, spent_us);
        break;
    case WATCH_ENDED:
        measure->served++;
        if (counts)
            tally_add(&measure->sojourn, spent_us);
        break;
    }
}

void watch_change(struct world *world, const struct ward *ward, const struct patient *patient, enum watch_event change,
                    int64_t now_us)
{
    if (ward == NULL || ward->measure < 0)
        return;
    const struct measures *measures = &world->measures;
    struct measure *all = measure_of(measures, ward->measure, 0);
    measure_one(measures, all, change, now_us, patient->since_us);
    if (measures->classes == 0)
        return;
    const size_t class_ = world->demand.stream[patient->stream].condition;
    struct measure *own = measure_of(measures, ward->measure, 1 + class_);
    measure_one(measures, own, change, now_us, patient->since_us);
    if (change == WATCH_BEGAN || change == WATCH_RESUMED)
        tally_level_set(&own->busy, now_us, own->busy.level + 1);
    if (change == WATCH_ENDED || change == WATCH_INTERRUPTED)
        tally_level_set(&own->busy, now_us, own->busy.level - 1);
}

void watch_line(struct world *world, const struct ward *ward, const struct patient *patient, int64_t delta,
                         int64_t now_us)
{
    if (ward != NULL && ward->measure >= 0 && world->measures.classes > 0) {
        const size_t class_ = world->demand.stream[patient->stream].condition;
        struct measure *own = measure_of(&world->measures, ward->measure, 1 + class_);
        tally_level_set(&own->queue, now_us, own->queue.level + delta);
    }
}

void watch_blocked(struct world *world, const struct ward *ward, int64_t servers, int64_t blocked_us)
{
    if (ward->measure < 0)
        return;
    struct measure *all = measure_of(&world->measures, ward->measure, 0);
    all->blocked++;
    all->blocked_us += (int128)servers * blocked_us;
}

void watch_overtime(struct world *world, const struct ward *ward, int64_t servers, int64_t overtime_us)
{
    if (ward->measure < 0)
        return;
    struct measure *all = measure_of(&world->measures, ward->measure, 0);
    for (int64_t i = 0; i < servers; i++)
        tally_add(&all->overtime, overtime_us);
}

void watch_station(struct world *world, const struct ward *ward, int64_t now_us)
{
    if (ward != NULL && ward->measure >= 0)
        measure_levels(measure_of(&world->measures, ward->measure, 0), now_us, &ward->station);
}
