#ifndef COUNTERPART_MODELS_WATCH_H
#define COUNTERPART_MODELS_WATCH_H

/* Tells the statistics of measured stations what happens there. Costs nothing for
 * wards that no `stations` entry names. */

#include <stdint.h>

struct patient;
struct ward;
struct world;

enum watch_event {
    WATCH_CAME,
    WATCH_BEGAN,
    WATCH_ENDED,
    WATCH_RENEGED,
    WATCH_REJECTED,
    WATCH_BALKED,
    WATCH_INTERRUPTED,
    WATCH_RESUMED,
};

/* Something happened to one patient at a ward (NULL: none). */
void watch_change(struct world *world, const struct ward *ward, const struct patient *patient,
                  enum watch_event change, int64_t now_us);
/* One patient more or less of this class in the ward's line. */
void watch_line(struct world *world, const struct ward *ward, const struct patient *patient, int64_t delta,
                int64_t now_us);
/* Servers of a ward were held by a patient who waited to go on, until now. */
void watch_blocked(struct world *world, const struct ward *ward, int64_t servers, int64_t blocked_us);
/* So many servers have gone off duty, this long after their shift had ended. */
void watch_overtime(struct world *world, const struct ward *ward, int64_t servers, int64_t overtime_us);
/* The ward's line or servers have changed. */
void watch_station(struct world *world, const struct ward *ward, int64_t now_us);

#endif
