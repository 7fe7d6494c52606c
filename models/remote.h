#ifndef COUNTERPART_MODELS_REMOTE_H
#define COUNTERPART_MODELS_REMOTE_H

/* What is needed at another facility while the patient stays. The question goes there by message; somebody
 * stands in for the patient in the lines of that facility, with the patient's luck; the answer comes back by
 * message. Each question has exactly one answer: yes as soon as everything asked for is free, or no, when
 * there is no room, patience ends, or nobody gives the service any more. Whoever says yes knows how long the
 * service takes and is taken up until it ends, the way of the answer included. */

#include <stdbool.h>
#include <stdint.h>

struct message;
struct patient;
struct stage;
struct world;

/* Whom a patient can ask for what the stage needs from elsewhere, and how long that is on its way; false:
 * nobody. */
bool remote_whom(const struct world *world, const struct patient *patient, const struct stage *stage,
                 uint32_t *asked, int64_t *connection_us);

/* The patient has what the present stage needs here, and asks for the rest. */
void remote_ask(struct world *world, uint32_t who, int64_t now_us);
/* For care_deliver(). */
void remote_deliver_question(struct world *world, const struct message *message);
void remote_deliver_answer(struct world *world, const struct message *message);

/* A stand-in gets what was asked for: it is taken up until the patient's service ends. */
void remote_grant(struct world *world, uint32_t who, int64_t duration_us, int64_t now_us);
/* A stand-in, out of all lines, does not get it. `stage` is STAGE_ANSWER() of the reason. */
void remote_refuse(struct world *world, uint32_t who, int32_t stage);

/* The answer has arrived. True: yes, and the stage can begin. False: what the patient had here is given back,
 * and *next is the stage to go on with. */
bool remote_hear(struct world *world, uint32_t who, int32_t *next, int64_t now_us);

#endif
