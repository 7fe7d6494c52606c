#ifndef COUNTERPART_MODELS_CHOICE_ATTRACTION_H
#define COUNTERPART_MODELS_CHOICE_ATTRACTION_H

/* How attractive a facility is, by its way, size, level, ownership, group, prices, waits and experience: the
 * utility that all who come from a place have in common. Inside choice_kind, choice_pick and choice_set. */

#include <stdint.h>

#include "models/choice_kind.h"

struct world;

/* Looks up what the condition of a kind has to say of levels, ownerships and groups. */
void choice_attraction_init(const struct world *world, struct choice_kind *kind);

/* Of that, what so many beds bring. */
double choice_attraction_of_beds(const struct world *world, const struct choice_kind *kind, int64_t beds);

/* By what the scenario declares, at the end of that way; the size of the site is known. */
double choice_attraction_declared(const struct world *world, const struct choice_kind *kind,
                                  const struct choice_site *site, struct travel way);

/* As the facility, what is believed of it, and the rules are now: for patients with a referral, and without.
 */
void choice_attraction_now(const struct world *world, const struct choice_kind *kind, uint32_t facility,
                           uint32_t origin, struct travel way, double utility[2]);

#endif
