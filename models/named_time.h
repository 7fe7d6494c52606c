#ifndef COUNTERPART_MODELS_NAMED_TIME_H
#define COUNTERPART_MODELS_NAMED_TIME_H

/* Lists of times in a scenario that give their names to metrics: "0.5 h" is
 * 0.5h in at/0.5h/queue. */

#include <stddef.h>
#include <stdint.h>

#include "models/scenario.h"

struct named_time {
    const char *name; /* as written, without spaces */
    int64_t us;
};

/* Reads a list of texts that lies inside the scenario; the times must rise. The items are owned by the arena.
 */
MUST_CHECK int named_times_read(const struct scenario *scenario, const struct key_list *texts,
                                struct arena *arena, const struct named_time **times, struct err *err);

#endif
