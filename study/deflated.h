#ifndef COUNTERPART_STUDY_DEFLATED_H
#define COUNTERPART_STUDY_DEFLATED_H

/* Bytes that are mostly zeros, compressed to the bytes that zlib's compress2() makes of them at level 2, in a
 * fraction of its time: zlib moves its tables of 128 KB with every 32 KB that it reads. Only what fits one
 * block is done here; the rest is zlib's. */

#include <stddef.h>

#include "sim/err.h"

enum { DEFLATED_LEVEL = 2 };

/* Room for one piece at a time. */
struct deflated;
MUST_CHECK struct deflated *deflated_new(struct err *err);
void deflated_free(struct deflated *room);

/* Compresses from[0..size), of which all is zero from `used` on, into `to`, which has room for
 * compressBound(size) bytes. Returns how many bytes they are, or 0: out of memory. */
MUST_CHECK size_t deflated_make(struct deflated *room, unsigned char *to, const unsigned char *from,
                                size_t size, size_t used);

#endif
