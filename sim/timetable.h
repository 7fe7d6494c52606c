#ifndef COUNTERPART_SIM_TIMETABLE_H
#define COUNTERPART_SIM_TIMETABLE_H

/* A cyclic table of values over time: the capacity of a station through the week.
 * Cycle number k begins at start_us + k * period_us; step i holds from its offset
 * to the next one's. */

#include <stddef.h>
#include <stdint.h>

#include "sim/err.h"
#include "sim/int128.h"

struct timetable_step {
    int64_t from_us; /* offset in the cycle, rising; the first is 0 */
    int64_t value;
};

struct timetable {
    int64_t start_us, period_us;
    size_t count;
    struct timetable_step *steps; /* owned */
};

/* Copies the steps. Refuses an empty table, a period that is not positive, a first offset other than 0,
 * offsets that do not rise or that reach the period. Zeroes *timetable first. */
MUST_CHECK int timetable_init(struct timetable *timetable, int64_t start_us, int64_t period_us,
                              const struct timetable_step *steps, size_t count, struct err *err);
void timetable_free(struct timetable *timetable);

/* The value in force at a time (at a change: the new one), before start_us too. */
int64_t timetable_at(const struct timetable *timetable, int64_t at_us);
/* The first time after at_us at which the value differs; INT64_MAX when it never does. */
int64_t timetable_next_change(const struct timetable *timetable, int64_t at_us);
/* The integral of the value over [from, to), in value x microseconds; of the opposite sign when to is before
 * from. */
int128 timetable_integral(const struct timetable *timetable, int64_t from_us, int64_t to_us);

#endif
