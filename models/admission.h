#ifndef COUNTERPART_MODELS_ADMISSION_H
#define COUNTERPART_MODELS_ADMISSION_H

/* Whoever has come to where a stage is had asks for its servers: is served at once, waits in line, is
 * diverted elsewhere, or is turned away (does not join so long a line, or finds no room in it). */

#include <stdint.h>

struct world;

/* At the present facility. Returns CASE_SETTLED or the stage to try instead. */
int32_t admission_ask(struct world *world, uint32_t who, int64_t now_us);

#endif
