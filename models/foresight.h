#ifndef COUNTERPART_MODELS_FORESIGHT_H
#define COUNTERPART_MODELS_FORESIGHT_H

/* Fetches into the cache what events soon will touch. In a large country nearly
 * all of it has been forgotten since the window before: the record of the
 * patient, then what the record names, then what that names. Changes nothing
 * that anybody can see. */

#include <stdint.h>

struct event;
struct stage;

enum { FORESIGHT_EVENTS = 64 }; /* a power of two, more than the engine looks ahead */

/* An event that was announced, and what has been found out about the patient. */
struct foreseen {
    const struct stage *stage;
    uint32_t who, facility;
    uint8_t kind, whose; /* the latter: enum in foresight.c; 0: nobody's */
};

/* The last of them in one partition. */
struct foresight {
    struct foreseen soon[FORESIGHT_EVENTS];
    uint32_t count;
};

/* For struct engine_model. */
void foresight_prefetch(const void *data, unsigned partition, const struct event *soon);

#endif
