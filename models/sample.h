#ifndef COUNTERPART_MODELS_SAMPLE_H
#define COUNTERPART_MODELS_SAMPLE_H

/* A part of a large scenario: whole prefectures with all their people and
 * facilities, never a part of a hospital. Which ones depends on their names and the
 * sample's seed alone, and a larger sample holds the smaller ones. */

#include <stdbool.h>

#include "sim/err.h"

struct geography;
struct scenario;

/* Takes prefectures among the selected places, in the order of their hashes, until their people come nearest
 * to the share that places.sample says; the places of the others are outside from then on. */
MUST_CHECK int sample_places(struct geography *geography, const struct scenario *scenario, struct err *err);

/* Whether facilities of a level stay open outside the sample. */
bool sample_keeps(const struct scenario *scenario, int level);

#endif
