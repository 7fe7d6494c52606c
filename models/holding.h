#ifndef COUNTERPART_MODELS_HOLDING_H
#define COUNTERPART_MODELS_HOLDING_H

/* Patients who keep the servers of stages before: blocked until the next stage
 * begins, or taking resources one after another. Who holds servers and waits for
 * others is blocked; when nobody of a set of blocked patients can ever go on, the
 * run stops and names the stations. */

#include <stdint.h>

struct ward;
struct world;

/* Servers of a ward pass from the stage that has ended into what the patient holds. */
void holding_add(struct world *world, uint32_t who, struct ward *ward, int64_t amount);
/* Gives back all that the patient holds, and serves who waited for it. */
void holding_release(struct world *world, uint32_t who, int64_t now_us);

/* Between windows: whether patients of several facilities wait for one another. */
void holding_look_across(struct world *world, int64_t now_us);

/* A patient who holds servers has joined a line or asked elsewhere, or does so no longer. */
void holding_block(struct world *world, uint32_t who, int64_t now_us);
void holding_unblock(struct world *world, uint32_t who, int64_t now_us);

#endif
