#ifndef COUNTERPART_SIM_CHECKSUM_H
#define COUNTERPART_SIM_CHECKSUM_H

/* A checksum against damage, not against malice: bytes changed inside one word always change it. */

#include <stddef.h>
#include <stdint.h>

/* Adds bytes to the sum so far, which begins as 0. `size` is a multiple of 8 but for the last call. */
uint64_t checksum_add(uint64_t sum, const void *bytes, size_t size);
/* The checksum of `size` bytes, from their sum. */
uint64_t checksum_end(uint64_t sum, size_t size);

#endif
