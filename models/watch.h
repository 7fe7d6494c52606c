#ifndef COUNTERPART_MODELS_WATCH_H
#define COUNTERPART_MODELS_WATCH_H

/* Tells the statistics of measured stations, and the trace if there is one, what
 * happens to patients. Costs little for wards that no `stations` entry names. */

#include <stdint.h>

struct patient;
struct ward;
struct world;

/* A visit begins with WATCH_CAME and ends with one of ENDED, RENEGED, REJECTED, BALKED, LEFT. In between it
 * may begin, be interrupted and resumed, and be blocked: served, but holding the servers until it can go on.
 * A patient who is blocked here may have come elsewhere already. */
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
    WATCH_BLOCKED,     /* the service is over, the servers are still held */
    WATCH_UNBLOCKED,   /* they are given back: followed by watch_left() */
};

/* Something happened to one patient at a ward (NULL: none), where the patient came at patient->since_us. */
void watch_change(struct world *world, const struct ward *ward, const struct patient *patient,
                  enum watch_event change, int64_t now_us);
/* WATCH_ENDED at a ward to which the patient came at another time than patient->since_us (a server that has
 * been held through later stages). */
void watch_left(struct world *world, const struct ward *ward, const struct patient *patient, int64_t came_us,
                int64_t now_us);
/* One patient more or less of this class in the ward's line. */
void watch_line(struct world *world, const struct ward *ward, const struct patient *patient, int64_t delta,
                int64_t now_us);
/* The ward's line or servers have changed. */
void watch_station(struct world *world, const struct ward *ward, int64_t now_us);
/* A server whose shift is over has gone, so long after its end (0: at once). */
void watch_overtime(struct world *world, const struct ward *ward, int64_t overtime_us);

#endif
