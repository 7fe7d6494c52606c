#ifndef COUNTERPART_MODELS_WATCH_H
#define COUNTERPART_MODELS_WATCH_H

/* Tells the statistics of measured stations, and the trace if there is one, what
 * happens to patients. Costs little for wards that no `stations` entry names. */

#include <stdint.h>

struct patient;
struct ward;
struct world;

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

/* Something happened to one patient at a ward (NULL: none), where the patient came at patient->since_us (no
 * matter for RELEASED). */
void watch_change(struct world *world, const struct ward *ward, const struct patient *patient,
                  enum watch_event change, int64_t now_us);
/* One patient more or less of this class in the ward's line. */
void watch_line(struct world *world, const struct ward *ward, const struct patient *patient, int64_t delta,
                int64_t now_us);
/* The ward's line or servers have changed. */
void watch_station(struct world *world, const struct ward *ward, int64_t now_us);
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
