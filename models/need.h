#ifndef COUNTERPART_MODELS_NEED_H
#define COUNTERPART_MODELS_NEED_H

/* What policies know of unmet need when they plan, from what has been counted. */

#include <stdint.h>

struct world;

/* Of the people of the facility's place with conditions that this service treats (service -1: any treatment):
 * those of the last year who ended untreated or were treated outside their county, and those who wait at home
 * now. At planning epochs. */
int64_t need_unmet(const struct world *world, uint32_t facility, int32_t service, int64_t now_us);

/* Mean time of a case of a service over the stages that need it, in microseconds; 0 when there is none. */
int64_t need_case_us(const struct world *world, int32_t service);

#endif
