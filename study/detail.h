#ifndef COUNTERPART_STUDY_DETAIL_H
#define COUNTERPART_STUDY_DETAIL_H

/* Which metrics a table for people shows. The name of a headline has no '/'
 * ("procedures"); the others belong to a part ("facility/banner/procedures").
 * JSON and CSV always have all of them. */

#include <stdbool.h>
#include <stddef.h>

enum detail { DETAIL_HEADLINES, DETAIL_ALL };

/* Fills shown[i] and returns how many are left out: with DETAIL_HEADLINES all but the headlines, or, when
 * there are none (queues), what belongs to a class of patients. */
size_t detail_choose(enum detail detail, const char *const *names, size_t count, bool *shown);

#endif
