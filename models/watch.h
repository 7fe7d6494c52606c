#ifndef COUNTERPART_MODELS_WATCH_H
#define COUNTERPART_MODELS_WATCH_H

/* Tells the statistics of measured stations, and the trace if there is one, what
 * happens to patients. Costs little for wards that no `stations` entry names. */

#include <stdint.h>

#include "models/world_parts.h"

/* A visit begins with WATCH_CAME and ends with one of ENDED, RENEGED, REJECTED, BALKED, LEFT, RELEASED. In
 * between it may begin, be interrupted and resumed, and be kept: served, but holding the servers until
 * RELEASED. Who is kept may have come elsewhere already. */
enum watch_event {
    WATCH_CAME,
    WATCH_BEGAN,
    WATCH_ENDED, /* served, and gone */
    WATCH_RENEGED,
    WATCH_REJECTED,
    WATCH_BALKED,
    WATCH_LEFT,        /* taken out of the line to go on somewhere else */
    WATCH_INTERRUPTED, /* loses the servers and waits again */
    WATCH_RESUMED,     /* has servers again; counts as no wait of its own */
    WATCH_KEPT,        /* served, and still holding the servers */
    WATCH_RELEASED,    /* holds them no longer, and is gone */
};

/* What the trace keeps. */
void watch_trace(struct world *world, const struct ward *ward, const struct patient *patient,
                 enum watch_event change, int64_t now_us);
/* The same as below for the patient's class, where there are classes. */
void watch_class_change(struct world *world, const struct ward *ward, const struct patient *patient,
                        enum watch_event change, int64_t now_us);
void watch_class_line(struct world *world, const struct ward *ward, const struct patient *patient,
                      int64_t delta, int64_t now_us);

void watch_wait_over(const struct measure_station *station, struct measure *measure, int64_t waited_us);

static inline __attribute__((always_inline)) void watch_wait(const struct measures *measures,
                                                             const struct ward *ward, struct measure *measure,
                                                             int64_t waited_us)
{
    tally_add(&measure->wait, waited_us);
    histogram_add(&measure->waits, waited_us);
    if (__builtin_expect(measure->over != NULL, 0))
        watch_wait_over(&measures->station[ward->measure], measure, waited_us);
}

/* One change in the statistics of a ward over all customers, or in those of a class. Callers know the change,
 * so that little is left of this when it is compiled. */
static inline __attribute__((always_inline)) void watch_measure(const struct measures *measures,
                                                                const struct ward *ward,
                                                                struct measure *measure,
                                                                enum watch_event change, int64_t now_us,
                                                                int64_t since_us)
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
            watch_wait(measures, ward, measure, now_us - since_us);
        break;
    case WATCH_RENEGED:
        measure->reneged++;
        if (counts)
            tally_sum_add(&measure->wait_left, now_us - since_us);
        break;
    case WATCH_ENDED:
    case WATCH_KEPT:
        measure->served++;
        if (counts)
            tally_sum_add(&measure->sojourn, now_us - since_us);
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

/* Something happened to one patient at a ward (NULL: none), where the patient came at patient->since_us (no
 * matter for RELEASED). */
static inline __attribute__((always_inline)) void watch_change(struct world *world, const struct ward *ward,
                                                               const struct patient *patient,
                                                               enum watch_event change, int64_t now_us)
{
    if (world->part.trace != NULL)
        watch_trace(world, ward, patient, change, now_us);
    if (ward == NULL || ward->measure < 0)
        return;
    const struct measures *measures = &world->measures;
    watch_measure(measures, ward, measure_of(measures, ward->measure, 0), change, now_us, patient->since_us);
    if (measures->classes > 0)
        watch_class_change(world, ward, patient, change, now_us);
}

/* One patient more or less of this class in the ward's line. */
static inline void watch_line(struct world *world, const struct ward *ward, const struct patient *patient,
                              int64_t delta, int64_t now_us)
{
    if (ward != NULL && ward->measure >= 0 && world->measures.classes > 0)
        watch_class_line(world, ward, patient, delta, now_us);
}

/* The line or the servers may have changed. A level that has not needs no setting: its integral goes on. */
static inline void watch_levels(struct measure *measure, const struct station *station, int64_t now_us)
{
    const int64_t waiting = station->waiting, busy = station->busy;
    if (measure->queue.level != waiting)
        tally_level_set(&measure->queue, now_us, waiting);
    if (measure->busy.level != busy)
        tally_level_set(&measure->busy, now_us, busy);
    if (measure->occupancy.level != waiting + busy)
        occupancy_set(&measure->occupancy, now_us, waiting + busy);
}

/* The same where it is known what has changed: a patient more, or fewer, in the line or at the servers. */
static inline void watch_rise(struct measure *measure, struct tally_level *level, int64_t now_us)
{
    tally_level_rise(level, now_us);
    occupancy_rise(&measure->occupancy, now_us);
}
static inline void watch_fall(struct measure *measure, struct tally_level *level, int64_t now_us)
{
    tally_level_fall(level, now_us);
    occupancy_fall(&measure->occupancy, now_us);
}

static inline void watch_station(struct world *world, const struct ward *ward, int64_t now_us)
{
    if (ward == NULL || ward->measure < 0)
        return;
    watch_levels(measure_of(&world->measures, ward->measure, 0), &ward->station, now_us);
}

/* Patients of this class have so many of the ward's servers more, or fewer. */
void watch_servers(struct world *world, const struct ward *ward, const struct patient *patient, int64_t delta,
                   int64_t now_us);
/* Everybody who serves has been relieved: none of the servers counts as busy any more. */
void watch_relieved(struct world *world, const struct ward *ward, int64_t now_us);
/* Somebody who holds so many servers of a ward begins to wait for others (servers > 0), or has done so (< 0).
 */
void watch_blocked(struct world *world, const struct ward *ward, const struct patient *patient,
                   int64_t servers, int64_t now_us);
/* So many servers have gone off duty, this long after their shift had ended. */
void watch_overtime(struct world *world, const struct ward *ward, int64_t servers, int64_t overtime_us);
/* A stream's patient was turned away before being anywhere, because the whole system is full. */
void watch_refused(struct world *world, uint32_t stream, uint32_t ordinal, int64_t now_us);

#endif
