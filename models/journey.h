#ifndef COUNTERPART_MODELS_JOURNEY_H
#define COUNTERPART_MODELS_JOURNEY_H

/* Where patients go: to a first facility, to another that can do what this one
 * cannot, or home to wait. Those that return int32_t give the stage to try next,
 * STAGE_END or CASE_SETTLED. */

#include <stdbool.h>
#include <stdint.h>

#include "models/geography.h"

struct message;
struct patient;
struct world;

/* Sends a patient to a facility after the time that it takes to arrange it, which is travel.arrange at least
 * but for who sets out at onset: a message with that delay and the travel time; without any delay the patient
 * is there at once and the present stage is returned. */
int32_t journey_to(struct world *world, uint32_t who, uint32_t facility, int64_t arrange_us);
/* Counts and charges the journey of somebody who sets out for a facility. */
void journey_count_way(struct world *world, struct patient *patient, uint32_t facility, struct travel way);
/* For care_deliver(): somebody is on the way. */
void journey_deliver(struct world *world, const struct message *message);
/* Has arrived: counted and charged. */
void journey_arrive(struct world *world, const struct patient *patient);

/* Where a patient seeks care first whose first stage is had at a facility: a facility, PATIENT_NOWHERE or
 * CHOICE_HOME. */
uint32_t journey_first(struct world *world, const struct patient *patient);
/* Chooses where to have the present stage, as its `choice` says. */
int32_t journey_choose(struct world *world, uint32_t who, int64_t now_us);
/* Counts who seeks care at a facility for the first time, by own choice, and goes past a nearer one. */
void journey_note_bypassing(struct world *world, const struct patient *patient, uint32_t to, uint32_t is);
/* The stage cannot be had here: what its `missing` says. */
int32_t journey_elsewhere(struct world *world, uint32_t who, int64_t now_us);
/* All servers here are busy: goes to the partner or the nearest facility with a free one. The present stage
 * when there is none. */
int32_t journey_divert(struct world *world, uint32_t who, int64_t now_us);
/* Waits at home until the next choice, or until patience ends. */
int32_t journey_wait_at_home(struct world *world, uint32_t who, int64_t now_us);
void journey_set_at_home(struct world *world, struct patient *patient, bool at_home, int64_t now_us);

#endif
