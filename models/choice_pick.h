#ifndef COUNTERPART_MODELS_CHOICE_PICK_H
#define COUNTERPART_MODELS_CHOICE_PICK_H

/* Picks those of many facilities that a set holds: bounds on the way and on what attracts leave most of them
 * out before their distance on the ellipsoid is computed. Inside choice_set. */

#include <stddef.h>
#include <stdint.h>

#include "models/choice_set.h"

struct choice_candidate {
    uint32_t facility;
    struct travel travel;
    double rank; /* the lowest is best */
};
struct choice_ranking {
    size_t count;
    struct choice_candidate candidate[CHOICE_SET];
};

/* Near to far, the nearest within reach. */
void choice_pick_nearest(const struct world *world, const struct stage *stage, uint32_t origin,
                         struct choice_ranking *ranking);

/* Near to far, the most attractive within reach by what the scenario declares, the best of each sort among
 * them. */
void choice_pick_attractive(const struct world *world, const struct stage *stage, uint32_t origin,
                            struct choice_ranking *ranking);

#endif
